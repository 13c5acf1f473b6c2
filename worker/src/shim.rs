//! The one file that calls the C++ shim (`shim.cpp`): switches and fused kernels that tch does not expose.

#![expect(unsafe_code, reason = "calls into C++; each block says why it is sound")]

use std::ffi::{CStr, c_char, c_int};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use tch::Tensor;
use torch_sys::C_tensor;

unsafe extern "C" {
    fn renas_last_error() -> *const c_char;
    fn renas_pin(threads: c_int) -> c_int;
    fn renas_describe(what: c_int, answer: *mut *const c_char) -> c_int;
    fn renas_record_start() -> c_int;
    fn renas_record_stop(names: *mut *const c_char) -> c_int;
    fn renas_cpu_seconds() -> f64;
    fn renas_release_memory(most: usize);
    fn renas_max_pool(
        input: *const C_tensor,
        kernel: i64,
        stride: i64,
        padding: i64,
        output: *mut *mut C_tensor,
    ) -> c_int;
    fn renas_adam(
        weights: *mut C_tensor,
        gradient: *const C_tensor,
        mean: *mut C_tensor,
        square: *mut C_tensor,
        steps: *mut C_tensor,
        rate: f64,
        beta1: f64,
        beta2: f64,
        epsilon: f64,
    ) -> c_int;
    fn renas_sgd(
        weights: *mut C_tensor,
        gradient: *const C_tensor,
        velocity: *mut C_tensor,
        rate: f64,
        momentum: f64,
        first_step: c_int,
    ) -> c_int;
}

/// What libtorch can be asked about itself.
#[derive(Clone, Copy)]
pub enum About {
    /// Its version, `2.11.0` or `2.11.0+cu130`.
    Version = 0,
    /// The file that it was loaded from.
    File = 1,
    /// The instruction set that ATen's kernels use.
    Capability = 2,
    /// How it was built, and its libraries.
    Configuration = 3,
    /// Its threads.
    Threads = 4,
}

/// Set the number of threads, deterministic algorithms and full precision; an operator without a deterministic form then
/// fails.
pub fn pin(threads: usize) -> Result<()> {
    let threads = c_int::try_from(threads).context("more threads than can be counted")?;
    // SAFETY: takes a number and catches every exception.
    check(unsafe { renas_pin(threads) }).context("pinning libtorch's switches")
}

/// What libtorch says about itself.
pub fn describe(about: About) -> Result<String> {
    let mut answer: *const c_char = std::ptr::null();
    // SAFETY: the shim writes a pointer to a zero-terminated text that lives until this thread calls it again; it is
    // copied before that.
    unsafe {
        check(renas_describe(about as c_int, &raw mut answer))?;
        Ok(CStr::from_ptr(answer).to_string_lossy().into_owned())
    }
}

/// Names of all operators of libtorch that run within `body`, backward passes included; in ascending order.
///
/// Only one thread of the process may use libtorch meanwhile.
pub fn record_operators(body: impl FnOnce() -> Result<()>) -> Result<Vec<String>> {
    // SAFETY: takes no argument and catches every exception.
    check(unsafe { renas_record_start() })?;
    let result = body();
    let mut names: *const c_char = std::ptr::null();
    // SAFETY: as in `describe`.
    let names = unsafe {
        check(renas_record_stop(&raw mut names))?;
        CStr::from_ptr(names).to_string_lossy().into_owned()
    };
    result?;
    Ok(names.lines().map(str::to_owned).collect())
}

/// CPU seconds that this process has used.
pub fn cpu_seconds() -> f64 {
    // SAFETY: takes no argument and cannot fail.
    unsafe { renas_cpu_seconds() }
}

/// Return the memory of tensors that are no more, which is kept for later ones, if it is more than `most` bytes.
pub fn release_memory(most: usize) {
    // SAFETY: takes a number and cannot fail; only memory that no tensor uses is returned.
    unsafe { renas_release_memory(most) }
}

/// The largest values of square windows over `[n, channels, height, width]`, with the bits of libtorch's `max_pool2d` and of
/// its gradients; in less time where channels lie last.
pub fn max_pool(input: &Tensor, kernel: usize, stride: usize, padding: usize) -> Result<Tensor> {
    let [kernel, stride, padding] = [kernel, stride, padding].map(|size| size as i64);
    let mut output: *mut C_tensor = std::ptr::null_mut();
    // SAFETY: the shim reads a live tensor and writes a pointer to a new one, which is owned from here on; where it fails
    // it writes none.
    unsafe {
        check(renas_max_pool(input.as_ptr(), kernel, stride, padding, &raw mut output))?;
        Ok(Tensor::from_ptr(output))
    }
}

/// The state of Adam over one flat buffer: f32 tensors of the weights' size, and the number of steps taken.
pub struct Adam {
    /// Running mean of the gradients.
    pub mean: Tensor,
    /// Running mean of their squares.
    pub square: Tensor,
    /// A single f32 value: steps taken, the one to come included.
    pub steps: Tensor,
}

/// The constants of Adam.
pub struct AdamConstants {
    /// Decay of the running mean.
    pub beta1: f64,
    /// Decay of the running mean of squares.
    pub beta2: f64,
    /// Added to the denominator.
    pub epsilon: f64,
}

/// One step of Adam on `weights`, in place.
pub fn adam(
    weights: &mut Tensor,
    gradient: &Tensor,
    state: &mut Adam,
    rate: f64,
    constants: &AdamConstants,
) -> Result<()> {
    // SAFETY: the pointers come from live tensors that the borrow checker knows to be distinct where written to; the
    // shim keeps none of them. Wrong sizes or kinds are exceptions, which it catches.
    check(unsafe {
        renas_adam(
            weights.as_mut_ptr(),
            gradient.as_ptr(),
            state.mean.as_mut_ptr(),
            state.square.as_mut_ptr(),
            state.steps.as_mut_ptr(),
            rate,
            constants.beta1,
            constants.beta2,
            constants.epsilon,
        )
    })
}

/// One step of gradient descent on `weights`, in place; `velocity` is written at the first step and read after it.
pub fn sgd(
    weights: &mut Tensor,
    gradient: &Tensor,
    velocity: &mut Tensor,
    rate: f64,
    momentum: f64,
    first_step: bool,
) -> Result<()> {
    // SAFETY: as for `adam`.
    check(unsafe {
        renas_sgd(
            weights.as_mut_ptr(),
            gradient.as_ptr(),
            velocity.as_mut_ptr(),
            rate,
            momentum,
            c_int::from(first_step),
        )
    })
}

/// Load a library of libtorch for the rest of the process, its symbols visible to all others.
pub fn load_library(path: &Path) -> Result<()> {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
    // SAFETY: runs the library's constructors, which register libtorch's CUDA back end. No other thread runs yet, and
    // the handle is leaked, so nothing that was registered is ever unloaded.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) };
    std::mem::forget(library?);
    Ok(())
}

fn check(status: c_int) -> Result<()> {
    if status == 0 {
        return Ok(());
    }
    // SAFETY: points to a zero-terminated text of this thread that lives until its next failure; it is copied here.
    let message = unsafe { CStr::from_ptr(renas_last_error()) }.to_string_lossy().into_owned();
    bail!("libtorch: {message}")
}
