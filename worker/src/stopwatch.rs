//! How long something takes: the one place where a worker reads clocks.

use std::time::Instant;

use tch::{Cuda, Device};

use crate::shim;

/// A running measurement.
pub struct Stopwatch {
    start: Start,
    device: Device,
}

enum Start {
    /// Of the process's CPU time.
    Cpu(f64),
    /// Of wall time.
    Wall(Instant),
}

impl Stopwatch {
    /// Of the device's time: process CPU seconds on a CPU, which other processes disturb least; on a GPU wall seconds
    /// between two synchronisations, since the host's own time says nothing of the device's.
    pub fn start(device: Device) -> Self {
        match device {
            Device::Cuda(_) => Self::start_wall(device),
            Device::Cpu | Device::Mps | Device::Vulkan => Self { start: Start::Cpu(shim::cpu_seconds()), device },
        }
    }

    /// Of wall time on any device, from a moment at which it had nothing left to do.
    pub fn start_wall(device: Device) -> Self {
        synchronize(device);
        Self { start: Start::Wall(Instant::now()), device }
    }

    /// Seconds since the start, once the device has done all that it was given.
    pub fn seconds(self) -> f64 {
        match self.start {
            Start::Cpu(start) => shim::cpu_seconds() - start,
            Start::Wall(start) => {
                synchronize(self.device);
                start.elapsed().as_secs_f64()
            }
        }
    }
}

fn synchronize(device: Device) {
    if let Device::Cuda(index) = device {
        Cuda::synchronize(index as i64);
    }
}
