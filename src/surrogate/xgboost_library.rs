//! The one file that calls the XGBoost library, which is loaded when a fit is first asked for.
//!
//! Its C interface is documented at <https://xgboost.readthedocs.io/en/release_3.2.0/c.html>.

#![expect(unsafe_code, reason = "calls into C; each block says why it is sound")]

use std::ffi::{CStr, CString, OsString, c_char, c_float, c_int, c_uint, c_void};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use libloading::Library;

use super::{Features, FitError};

/// The version that `make setup` brings; another one predicts other numbers and is refused.
pub const XGBOOST_VERSION: &str = "3.2.0";

/// Names the library's file, and wins over the place where `make setup` puts it.
const VARIABLE: &str = "RENAS_XGBOOST";

/// The library's file below the folder that `make setup` links as `libxgboost`.
const FILE: &str = "xgboost/lib/libxgboost.so";

type Handle = *mut c_void;

macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) -> $result:ty;)*) => {
        /// The functions in use, under the library's own names.
        #[expect(non_snake_case, reason = "the library's own names")]
        #[derive(Clone, Copy, Debug)]
        struct Functions { $($name: unsafe extern "C" fn($($argument),*) -> $result,)* }

        impl Functions {
            fn of(library: &Library) -> Result<Self, libloading::Error> {
                // SAFETY: the types are those that the interface documents for these names in this version, which is
                // checked before any other call; the library is never unloaded, so the pointers stay valid.
                Ok(unsafe { Self { $($name: *library.get(concat!(stringify!($name), "\0"))?,)* } })
            }
        }
    };
}

functions! {
    XGBoostVersion: fn(*mut c_int, *mut c_int, *mut c_int) -> ();
    XGBGetLastError: fn() -> *const c_char;
    XGDMatrixCreateFromMat: fn(*const c_float, u64, u64, c_float, *mut Handle) -> c_int;
    XGDMatrixSetFloatInfo: fn(Handle, *const c_char, *const c_float, u64) -> c_int;
    XGDMatrixFree: fn(Handle) -> c_int;
    XGBoosterCreate: fn(*const Handle, u64, *mut Handle) -> c_int;
    XGBoosterSetParam: fn(Handle, *const c_char, *const c_char) -> c_int;
    XGBoosterUpdateOneIter: fn(Handle, c_int, Handle) -> c_int;
    XGBoosterPredict: fn(Handle, Handle, c_int, c_uint, c_int, *mut u64, *mut *const c_float) -> c_int;
    XGBoosterFree: fn(Handle) -> c_int;
}

impl Functions {
    /// What the library said when a call failed.
    fn check(&self, status: c_int) -> Result<(), FitError> {
        if status == 0 {
            return Ok(());
        }
        // SAFETY: points to a zero-terminated text of this thread that lives until its next failure; it is copied here.
        let message = unsafe { CStr::from_ptr((self.XGBGetLastError)()) }.to_string_lossy();
        // The rest is a stack trace.
        let message = message.split("Stack trace").next().unwrap_or_default().trim();
        Err(FitError::Library(format!("XGBoost: {message}")))
    }
}

/// The library's file: `$RENAS_XGBOOST`, else where `make setup` linked it for the checkout that was built.
pub fn library_file() -> Result<PathBuf, FitError> {
    file_from(std::env::var_os(VARIABLE), option_env!("RENAS_LIBXGBOOST"))
}

fn file_from(variable: Option<OsString>, folder: Option<&str>) -> Result<PathBuf, FitError> {
    let file = match (variable.filter(|value| !value.is_empty()), folder) {
        (Some(file), _) => PathBuf::from(file),
        (None, Some(folder)) => PathBuf::from(folder).join(FILE),
        (None, None) => {
            let message = format!("XGBoost: built outside the checkout, so its place is unknown: set {VARIABLE} to it");
            return Err(FitError::Library(message));
        }
    };
    if file.is_file() {
        return Ok(file);
    }
    let file = file.display();
    Err(FitError::Library(format!(
        "XGBoost: no file {file}; run `make setup`, or set {VARIABLE} to the libxgboost.so of an XGBoost {XGBOOST_VERSION}"
    )))
}

/// Load the library, at the first call; what failed is tried again.
///
/// Returns an error where it is missing, cannot be loaded, or has another version than `XGBOOST_VERSION`.
pub fn load() -> Result<(), FitError> {
    functions().map(|_| ())
}

fn functions() -> Result<Functions, FitError> {
    static LOADED: Mutex<Option<Functions>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(functions) = *loaded {
        return Ok(functions);
    }
    let file = library_file()?;
    let failed = |error: libloading::Error| {
        FitError::Library(format!(
            "XGBoost: cannot load {}: {error}; run `make setup`, or set {VARIABLE} to the libxgboost.so of an XGBoost \
             {XGBOOST_VERSION}",
            file.display()
        ))
    };
    // SAFETY: runs the library's constructors, which register its parts within itself; it is never unloaded.
    let library = unsafe { Library::new(&file) }.map_err(failed)?;
    let functions = Functions::of(&library).map_err(failed)?;
    std::mem::forget(library);
    let mut version = [0; 3];
    let [major, minor, patch] = &mut version;
    // SAFETY: writes three integers.
    unsafe { (functions.XGBoostVersion)(major, minor, patch) };
    let found = version.map(|part| part.to_string()).join(".");
    if found != XGBOOST_VERSION {
        return Err(FitError::Library(format!(
            "XGBoost: {} is version {found}, but renas needs {XGBOOST_VERSION}; run `make setup` and unset {VARIABLE}",
            file.display()
        )));
    }
    *loaded = Some(functions);
    Ok(functions)
}

/// The nearest 32-bit numbers; an error where one of them would be infinite.
fn narrow<'a>(values: impl Iterator<Item = &'a f64>) -> Result<Vec<c_float>, FitError> {
    let narrow = |&value: &f64| Some(value as c_float).filter(|value| value.is_finite()).ok_or(FitError::Magnitude);
    values.map(narrow).collect()
}

/// A table inside the library, of 32-bit numbers.
#[derive(Debug)]
pub(super) struct Matrix {
    handle: Handle,
    functions: Functions,
}

impl Matrix {
    /// Rows to predict.
    pub(super) fn new(features: &Features<'_>) -> Result<Self, FitError> {
        let functions = functions()?;
        let values = narrow((0..features.rows()).flat_map(|row| features.row(row)))?;
        let (rows, columns) = (features.rows() as u64, features.columns() as u64);
        let mut handle = std::ptr::null_mut();
        // SAFETY: `values` holds rows x columns numbers, which the library copies; it writes one handle.
        functions.check(unsafe {
            (functions.XGDMatrixCreateFromMat)(values.as_ptr(), rows, columns, c_float::NAN, &mut handle)
        })?;
        Ok(Self { handle, functions })
    }

    /// Rows to fit, and one target for each.
    pub(super) fn with_targets(features: &Features<'_>, targets: &[f64]) -> Result<Self, FitError> {
        let matrix = Self::new(features)?;
        let targets = narrow(targets.iter())?;
        let set = matrix.functions.XGDMatrixSetFloatInfo;
        // SAFETY: the handle is live, the name zero-terminated, and `targets` is copied.
        let status = unsafe { set(matrix.handle, c"label".as_ptr(), targets.as_ptr(), targets.len() as u64) };
        matrix.functions.check(status)?;
        Ok(matrix)
    }
}

impl Drop for Matrix {
    fn drop(&mut self) {
        // SAFETY: the handle is live and freed once. Freeing a live handle does not fail.
        unsafe { (self.functions.XGDMatrixFree)(self.handle) };
    }
}

/// Boosted trees inside the library.
#[derive(Debug)]
pub(super) struct Booster {
    handle: Handle,
    functions: Functions,
}

impl Booster {
    /// Fit so many trees, one per round.
    pub(super) fn train(matrix: &Matrix, settings: &[(&str, String)], rounds: u32) -> Result<Self, FitError> {
        let functions = matrix.functions;
        let mut handle = std::ptr::null_mut();
        // SAFETY: reads one live handle and writes one.
        functions.check(unsafe { (functions.XGBoosterCreate)(&matrix.handle, 1, &mut handle) })?;
        let booster = Self { handle, functions };
        for (name, value) in settings {
            let [name, value] = [*name, value].map(|text| CString::new(text).expect("no zero byte in a setting"));
            // SAFETY: the handle is live; both texts are zero-terminated and copied.
            functions.check(unsafe { (functions.XGBoosterSetParam)(handle, name.as_ptr(), value.as_ptr()) })?;
        }
        for round in 0..rounds {
            let round = c_int::try_from(round).map_err(|_| FitError::Setting("more than 2^31 rounds of XGBoost"))?;
            // SAFETY: both handles are live.
            functions.check(unsafe { (functions.XGBoosterUpdateOneIter)(handle, round, matrix.handle) })?;
        }
        Ok(booster)
    }

    /// Predictions of the first `rounds` trees; 0 means all.
    pub(super) fn predict(&self, matrix: &Matrix, rounds: u32) -> Result<Vec<f64>, FitError> {
        let (mut length, mut values) = (0, std::ptr::null());
        // SAFETY: both handles are live; the library writes a length and a pointer to so many numbers of its own, which
        // live until the booster's next call and are copied below.
        self.functions.check(unsafe {
            (self.functions.XGBoosterPredict)(self.handle, matrix.handle, 0, rounds, 0, &mut length, &mut values)
        })?;
        if length == 0 {
            return Ok(Vec::new());
        }
        // SAFETY: see above.
        let values = unsafe { std::slice::from_raw_parts(values, length as usize) };
        Ok(values.iter().map(|&value| f64::from(value)).collect())
    }
}

impl Drop for Booster {
    fn drop(&mut self) {
        // SAFETY: the handle is live and freed once. Freeing a live handle does not fail.
        unsafe { (self.functions.XGBoosterFree)(self.handle) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_named_by_the_user_wins_and_what_is_missing_is_named_with_its_remedy() {
        let message = |variable: Option<&str>, folder| {
            file_from(variable.map(OsString::from), folder).expect_err("no such file").to_string()
        };
        let named = message(Some("nowhere/mine.so"), Some("elsewhere"));
        assert!(
            named.contains("nowhere/mine.so") && named.contains("make setup") && named.contains(VARIABLE),
            "{named}"
        );
        let linked = message(Some(""), Some("elsewhere"));
        assert!(linked.contains("elsewhere/xgboost/lib/libxgboost.so") && linked.contains("make setup"), "{linked}");
        assert!(message(None, None).contains(VARIABLE));
    }
}
