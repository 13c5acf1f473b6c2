//! `renas doctor`: whether this machine can run what is asked, and what would be missing.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use super::arguments::Common;
use super::exit::{Classify as _, Failure};
use super::session::{limits, registry, worker_program};
use renas_data::locate::locate;
use renas_data::registry::DataSet;
use renas_harness::executor::{Limits, introduce};
use renas_harness::store::{Access, Store, StoreError};
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
    let has_gpu = GPU.iter().any(|device| Path::new(device).exists());
    let answer = |(numerics, device): (&str, &str)| {
        if device == "cuda" && !has_gpu {
            // Its worker would load libtorch to say the same.
            return json!({"error": format!("this machine shows no NVIDIA GPU (no {})", GPU.join(", no "))});
        }
        let hello = introduce(&program, &["--numerics", numerics, "--device", device], &limits);
        hello.map_or_else(|error| json!({"error": error}), |hello| json!(hello))
    };
    let mut answers = BTreeMap::new();
    let mut xgboost = None;
    let registry = registry(common);
    let found = |set: &DataSet| locate(set, registry.locations()).map(|place| place.describe());
    let mut data = Vec::new();
    thread::scope(|scope| {
        let start = |worker| thread::Builder::new().spawn_scoped(scope, move || answer(worker)).map_err(|_| worker);
        let started = WORKERS.map(start);
        xgboost = Some(xgboost_library::load().and_then(|()| xgboost_library::library_file()));
        data = registry.all().iter().map(|set| (set.name.as_str(), found(set).map_err(|e| e.to_string()))).collect();
        for (worker, started) in WORKERS.into_iter().zip(started) {
            // Where the system gives no thread, one after the other.
            let told = started.map_or_else(answer, |thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
            answers.insert(worker, told);
        }
    });
    let workers = WORKERS.map(|(numerics, device)| (numerics, device, &answers[&(numerics, device)]));
    let fails = |(_, device, answer): &&(&str, &str, &Value)| *device == "cpu" && answer.get("error").is_some();
    let broken: Vec<&str> = workers.iter().filter(fails).map(|(numerics, _, _)| *numerics).collect();
    let store = match Store::open(&common.store, Access::Read) {
        Ok(_) => "there".to_owned(),
        Err(StoreError::NoStore { .. }) => "not made yet".to_owned(),
        Err(error) => error.to_string(),
    };
    let xgboost = xgboost.expect("it was loaded or not");
    if common.json {
        let workers: Vec<Value> = workers
            .iter()
            .map(|(numerics, device, answer)| json!({"numerics": numerics, "device": device, "worker": answer}))
            .collect();
        let data: Vec<Value> =
            data.iter().map(|(name, place)| json!({"name": name, "found": place.as_ref().ok()})).collect();
        let xgboost = match &xgboost {
            Ok(file) => json!({"version": XGBOOST_VERSION, "file": file}),
            Err(error) => json!({"error": error.to_string()}),
        };
        outln!("{}", json!({"workers": workers, "xgboost": xgboost, "data": data, "store": store}));
    } else {
        outln!("worker    {}", program.display());
        for (numerics, device, answer) in &workers {
            outln!("{numerics:<9} {}", in_words(device, answer));
        }
        match &xgboost {
            Ok(file) => outln!("xgboost   {XGBOOST_VERSION}, {}", file.display()),
            Err(error) => outln!("xgboost   not available: {error}"),
        }
        for (name, place) in &data {
            outln!("data      {name}: {}", place.as_deref().unwrap_or_else(|error| error));
        }
        outln!("store     {}: {store}", common.store.display());
    }
    match broken.is_empty() {
        true => Ok(()),
        false => Err(anyhow::anyhow!("the worker does not start with numerics {}", broken.join(", "))).or_bad_input(),
    }
}

fn in_words(device: &str, answer: &Value) -> String {
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    match answer.get("error") {
        Some(error) => format!("{device}: not available: {}", error.as_str().unwrap_or("?")),
        None => format!("{device}: libtorch {}, numeric class {}", text("libtorch"), &text("fingerprint")[..12]),
    }
}
