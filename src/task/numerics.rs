//! The names under which numeric settings are pinned, and the environment that pins them.
//!
//! Thread count, ATen capability, oneDNN instruction set and MKL mode each change the bits of a training, and no single
//! one restores equality: they are pinned together, before libtorch loads, and the name is part of every trial's key.

use std::process::Command;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name for a set of pinned numeric settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numerics {
    /// What every x86-64 processor can run and most should repeat; about half the native speed.
    Portable,
    /// Near native speed on any processor with AVX2.
    Avx2,
    /// Whatever the machine offers; for speed comparisons.
    Native,
    /// Deterministic algorithms on an NVIDIA GPU, `avx2` for what runs beside it.
    Cuda,
}

/// The name is not that of a set of numeric settings.
#[derive(Debug, thiserror::Error)]
#[error("unknown numerics `{0}`; known: portable, avx2, native, cuda")]
pub struct UnknownNumerics(String);

impl Numerics {
    /// All names, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Portable, Self::Avx2, Self::Native, Self::Cuda];

    /// The name as it stands on the command line and in keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Native => "native",
            Self::Cuda => "cuda",
        }
    }

    /// The environment of a worker under these settings with so many threads (1 wherever results must repeat): variables
    /// with their value, or absent where they must not be set. Starting a worker with it saves the worker from
    /// starting itself a second time.
    pub fn environment(self, threads: usize) -> Vec<(&'static str, Option<String>)> {
        let (aten, onednn, mkl) = match self {
            Self::Portable => (Some("default"), Some("SSE41"), Some("COMPATIBLE")),
            Self::Avx2 | Self::Cuda => (Some("avx2"), Some("AVX2"), Some("AVX2")),
            Self::Native => (None, None, None),
        };
        let workspace = (self == Self::Cuda).then_some(":4096:8");
        let named = [
            ("ATEN_CPU_CAPABILITY", aten),
            ("ONEDNN_MAX_CPU_ISA", onednn),
            ("MKL_CBWR", mkl),
            ("CUBLAS_WORKSPACE_CONFIG", workspace),
        ];
        let mut variables: Vec<(&'static str, Option<String>)> =
            ["OMP_NUM_THREADS", "MKL_NUM_THREADS"].map(|name| (name, Some(threads.to_string()))).into();
        variables.push(("ONEDNN_PRIMITIVE_CACHE_CAPACITY", Some(PRIMITIVES.to_owned())));
        variables.extend(named.map(|(name, value)| (name, value.map(str::to_owned))));
        variables.extend(FORBIDDEN.iter().map(|name| (*name, None)));
        variables
    }

    /// Give a program that is to be started that environment.
    pub fn pin(self, threads: usize, program: &mut Command) {
        for (name, value) in self.environment(threads) {
            match value {
                Some(value) => program.env(name, value),
                None => program.env_remove(name),
            };
        }
    }
}

/// Kernels that oneDNN keeps, which it otherwise makes anew: of its own 1,024 a supernet's paths need more. No bit hangs on it.
const PRIMITIVES: &str = "4096";

/// Variables that would undo a pin: older names of the same switches, and switches that change precision.
const FORBIDDEN: [&str; 9] = [
    "DNNL_MAX_CPU_ISA",
    "DNNL_DEFAULT_FPMATH_MODE",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "MKL_ENABLE_INSTRUCTIONS",
    "MKL_DEBUG_CPU_TYPE",
    "OMP_DYNAMIC",
    "NVIDIA_TF32_OVERRIDE",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
    "CUBLAS_EMULATE_SINGLE_PRECISION",
];

impl FromStr for Numerics {
    type Err = UnknownNumerics;

    fn from_str(name: &str) -> Result<Self, UnknownNumerics> {
        let known = Self::ALL.into_iter().find(|numerics| numerics.name() == name);
        known.ok_or_else(|| UnknownNumerics(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_every_environment_pins_its_threads() {
        for numerics in Numerics::ALL {
            assert_eq!(numerics.name().parse::<Numerics>().expect("own name"), numerics);
            for threads in [1, 4] {
                let pinned = Some(threads.to_string());
                for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS"] {
                    assert!(numerics.environment(threads).contains(&(name, pinned.clone())));
                }
            }
        }
        assert!("fast".parse::<Numerics>().expect_err("no such name").to_string().contains("`fast`"));
    }
}
