//! `renas doctor`: whether this machine can run what is asked, and what would be missing.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::{Value, json};

use super::arguments::Common;
use super::exit::{Classify as _, Failure};
use super::session::{limits, registry, worker_program};
use renas_data::locate::locate;
use renas_data::registry::{DataSet, Registry};
use renas_harness::executor::{Limits, introduce};
use renas_harness::store::{Access, Store, StoreError};
use renas_surrogate::FitError;
use renas_surrogate::xgboost_library::{self, XGBOOST_VERSION};

/// The numerics and devices of workers.
const WORKERS: [(&str, &str); 3] = [("portable", "cpu"), ("avx2", "cpu"), ("cuda", "cuda")];

/// Where a machine shows that it has a GPU, whichever it is: Linux, and Linux within Windows.
const GPU: [&str; 2] = ["/dev/nvidiactl", "/dev/dxg"];

/// Check worker, libtorch, numeric classes, XGBoost, data and store; exit code 2 where the worker does not start.
///
/// Side by side: nearly all of the time goes into libraries that are loaded. Of data sets it is looked where their files lie;
/// `renas data verify` reads them.
pub fn doctor(common: &Common) -> Result<(), Failure> {
    let program = worker_program().or_bad_input()?;
    let limits = limits().or_bad_input()?;
    // The user is waiting: a minute instead of the five that a run gives to a start.
    let limits = Limits { hello: limits.hello / 5, ..limits };
    let registry = registry(common);
    let found = Found::of(&program, &limits, &registry);
    let store = match Store::open(&common.store, Access::Read) {
        Ok(_) => "there".to_owned(),
        Err(StoreError::NoStore { .. }) => "not made yet".to_owned(),
        Err(error) => error.to_string(),
    };
    if common.json {
        outln!("{}", found.json(&store));
    } else {
        outln!("worker    {}", program.display());
        found.tell();
        outln!("store     {}: {store}", common.store.display());
    }
    let fails = |worker: &&(&str, &str, Value)| worker.1 == "cpu" && worker.2.get("error").is_some();
    let broken: Vec<&str> = found.workers.iter().filter(fails).map(|(numerics, ..)| *numerics).collect();
    match broken.is_empty() {
        true => Ok(()),
        false => Err(anyhow::anyhow!("the worker does not start with numerics {}", broken.join(", "))).or_bad_input(),
    }
}

/// What this machine has, or why not.
struct Found<'r> {
    /// Numerics and device of each worker, and what it says of itself.
    workers: Vec<(&'static str, &'static str, Value)>,
    xgboost: Result<PathBuf, FitError>,
    /// Each data set by its name, and where it lies.
    data: Vec<(&'r str, Result<String, String>)>,
}

impl<'r> Found<'r> {
    fn of(program: &Path, limits: &Limits, registry: &'r Registry) -> Self {
        let has_gpu = GPU.iter().any(|device| Path::new(device).exists());
        let answer = |(numerics, device): (&'static str, &'static str)| {
            if device == "cuda" && !has_gpu {
                // Its worker would load libtorch to say the same.
                let why = format!("this machine shows no NVIDIA GPU (no {})", GPU.join(", no "));
                return (numerics, device, json!({"error": why}));
            }
            let hello = introduce(program, &["--numerics", numerics, "--device", device], limits);
            (numerics, device, hello.map_or_else(|error| json!({"error": error}), |hello| json!(hello)))
        };
        let place = |set: &DataSet| locate(set, registry.locations()).map(|place| place.describe());
        thread::scope(|scope| {
            let start = |worker| thread::Builder::new().spawn_scoped(scope, move || answer(worker)).map_err(|_| worker);
            let started = WORKERS.map(start);
            let xgboost = xgboost_library::load().and_then(|()| xgboost_library::library_file());
            let sets = registry.all().iter();
            let data = sets.map(|set| (set.name.as_str(), place(set).map_err(|error| error.to_string()))).collect();
            // Where the system gives no thread, one after the other.
            let told = started.map(|started| {
                started.map_or_else(answer, |thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            });
            Self { workers: told.into(), xgboost, data }
        })
    }

    fn json(&self, store: &str) -> Value {
        let worker = |(numerics, device, answer): &(&str, &str, Value)| json!({"numerics": numerics, "device": device, "worker": answer});
        let place =
            |(name, place): &(&str, Result<String, String>)| json!({"name": name, "found": place.as_ref().ok()});
        let xgboost = match &self.xgboost {
            Ok(file) => json!({"version": XGBOOST_VERSION, "file": file}),
            Err(error) => json!({"error": error.to_string()}),
        };
        let workers: Vec<Value> = self.workers.iter().map(worker).collect();
        let data: Vec<Value> = self.data.iter().map(place).collect();
        json!({"workers": workers, "xgboost": xgboost, "data": data, "store": store})
    }

    fn tell(&self) {
        for (numerics, device, answer) in &self.workers {
            outln!("{numerics:<9} {}", in_words(device, answer));
        }
        match &self.xgboost {
            Ok(file) => outln!("xgboost   {XGBOOST_VERSION}, {}", file.display()),
            Err(error) => outln!("xgboost   not available: {error}"),
        }
        for (name, place) in &self.data {
            outln!("data      {name}: {}", place.as_deref().unwrap_or_else(|error| error));
        }
    }
}

fn in_words(device: &str, answer: &Value) -> String {
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    match answer.get("error") {
        Some(error) => format!("{device}: not available: {}", error.as_str().unwrap_or("?")),
        None => format!("{device}: libtorch {}, numeric class {}", text("libtorch"), &text("fingerprint")[..12]),
    }
}
