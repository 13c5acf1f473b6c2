//! Pins every setting that changes the bits of a result, before and after libtorch loads.
//!
//! Some of libtorch's libraries read the environment when they are loaded, which is before `main`. So a worker whose
//! environment differs from the pinned one starts itself again with it (same process id); the caller that starts workers with
//! `Numerics::environment` saves that. The switches of libtorch's global context are set through the shim.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use renas_task::numerics::Numerics;
use renas_task::protocol::LIBTORCH_VERSION;
use tch::{Cuda, Device};

use crate::shim::{self, About};

/// Make sure that this process runs in the pinned environment, starting itself again where it does not.
pub fn pin_environment(numerics: Numerics, threads: usize) -> Result<()> {
    let pinned = numerics.environment(threads);
    if pinned.iter().all(|(name, value)| std::env::var_os(name).as_deref() == value.as_deref().map(OsStr::new)) {
        return Ok(());
    }
    let program = std::env::current_exe().context("finding the worker's own program to start it again")?;
    let mut command = Command::new(&program);
    command.args(std::env::args_os().skip(1));
    numerics.pin(threads, &mut command);
    let error = command.exec();
    Err(error).with_context(|| format!("starting {} again with pinned numerics", program.display()))
}

/// Set libtorch's switches and open the device. `device` is `cpu`, `cuda` or `cuda:<index>`; `threads` are at least 1.
pub fn open_device(numerics: Numerics, threads: usize, device: &str) -> Result<Device> {
    check_version()?;
    let device = parse_device(device)?;
    ensure!(
        device.is_cuda() == (numerics == Numerics::Cuda),
        "--numerics {} does not fit --device {}: a GPU needs --numerics cuda, a CPU any of the others",
        numerics.name(),
        kind(device),
    );
    if let Device::Cuda(index) = device {
        load_cuda()?;
        ensure!(
            Cuda::is_available(),
            "libtorch_cuda.so is loaded, but no NVIDIA GPU answers; is the driver installed?"
        );
        let count = Cuda::device_count();
        ensure!((index as i64) < count, "--device cuda:{index}: this machine has {count} GPUs, counted from 0");
    }
    shim::pin(threads)?;
    let found = tch::get_num_threads();
    ensure!(found as usize == threads, "libtorch computes with {found} threads instead of {threads}");
    Ok(device)
}

/// The kind of a device as it stands in keys: `cpu` or `cuda`.
pub fn kind(device: Device) -> &'static str {
    if device.is_cuda() { "cuda" } else { "cpu" }
}

/// The version of libtorch without its build (`2.11.0`).
pub fn libtorch_version() -> Result<String> {
    let version = shim::describe(About::Version)?;
    Ok(version.split('+').next().unwrap_or_default().to_owned())
}

/// The file `build-version` beside the loaded library names its version; the headers' version alone would not show that
/// another libtorch is found at run time than was built against.
fn check_version() -> Result<()> {
    let built = libtorch_version()?;
    ensure!(
        built == LIBTORCH_VERSION,
        "this worker was built against libtorch {built}, but needs {LIBTORCH_VERSION}; run `make setup` and build again"
    );
    let file = PathBuf::from(shim::describe(About::File)?);
    let Some(folder) = file.parent().and_then(Path::parent) else { return Ok(()) };
    let Ok(found) = std::fs::read_to_string(folder.join("build-version")) else { return Ok(()) };
    let found = found.trim();
    ensure!(
        found.split('+').next() == Some(LIBTORCH_VERSION),
        "{} is libtorch {found}, but this worker needs {LIBTORCH_VERSION}; run `make setup`, or set LIBTORCH to that \
         version and build again",
        file.display()
    );
    Ok(())
}

fn parse_device(text: &str) -> Result<Device> {
    match text.split_once(':') {
        None if text == "cpu" => Ok(Device::Cpu),
        None if text == "cuda" => Ok(Device::Cuda(0)),
        Some(("cuda", index)) => {
            let index = index.parse().with_context(|| format!("--device {text}: `{index}` is not a number"))?;
            Ok(Device::Cuda(index))
        }
        _ => bail!("--device {text}: known are `cpu`, `cuda` and `cuda:<index>`"),
    }
}

/// Load libtorch_cuda.so, which registers the CUDA back end. Must come before the first call that asks for CUDA, since
/// libtorch looks the back end up once.
fn load_cuda() -> Result<()> {
    let candidates = cuda_candidates();
    let found: Vec<&PathBuf> = candidates.iter().filter(|path| path.is_file()).collect();
    let mut failures = String::new();
    for path in found {
        match shim::load_library(path) {
            Ok(()) => return Ok(()),
            Err(error) => failures.push_str(&format!("\n  {}: {error}", path.display())),
        }
    }
    if failures.is_empty() {
        let folders: Vec<String> = candidates.iter().map(|path| format!("\n  {}", path.display())).collect();
        failures = format!("\nno such file among{}", folders.concat());
    }
    bail!(
        "--device cuda needs libtorch_cuda.so of PyTorch {LIBTORCH_VERSION} and the CUDA libraries of the same wheel; \
         set RENAS_LIBTORCH_CUDA to the folder `torch/lib` of such an installation{failures}"
    )
}

fn cuda_candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    folders.extend(std::env::var_os("RENAS_LIBTORCH_CUDA").map(PathBuf::from));
    folders.extend(std::env::var_os("LIBTORCH").map(|folder| PathBuf::from(folder).join("lib")));
    if let Ok(file) = shim::describe(About::File) {
        let file = PathBuf::from(file);
        folders.extend(file.parent().map(Path::to_owned));
        // The set-up's folder holds links into the wheel; the CUDA library lies beside the file that they lead to.
        folders.extend(file.canonicalize().ok().as_deref().and_then(Path::parent).map(Path::to_owned));
    }
    folders.push(PathBuf::from(env!("RENAS_LIBTORCH_LIB")));
    if let Some(paths) = std::env::var_os("LD_LIBRARY_PATH") {
        folders.extend(std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()));
    }
    let mut candidates: Vec<PathBuf> = Vec::new();
    for path in folders.into_iter().map(|folder| folder.join("libtorch_cuda.so")) {
        if !candidates.contains(&path) {
            candidates.push(path);
        }
    }
    candidates
}
