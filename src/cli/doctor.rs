//! `renas doctor`: whether this machine can run what is asked, and what would be missing.

use serde_json::{Value, json};

use super::arguments::Common;
use super::exit::{Classify as _, Failure};
use super::session::{limits, registry, worker_program};
use renas_data::locate::locate;
use renas_harness::executor::{Limits, introduce};
use renas_harness::store::{Access, Store, StoreError};
use renas_surrogate::xgboost_library::{self, XGBOOST_VERSION};

/// Check worker, libtorch, numeric classes, XGBoost, data and store; exit code 2 where the worker does not start.
pub fn doctor(common: &Common) -> Result<(), Failure> {
    let program = worker_program().or_bad_input()?;
    let limits = limits().or_bad_input()?;
    // The user is waiting: a minute instead of the five that a run gives to a start.
    let limits = Limits { hello: limits.hello / 5, ..limits };
    let mut broken = Vec::new();
    let mut workers = Vec::new();
    for (numerics, device) in [("portable", "cpu"), ("avx2", "cpu"), ("cuda", "cuda")] {
        let hello = introduce(&program, &["--numerics", numerics, "--device", device], &limits);
        let answer = match hello {
            Ok(hello) => serde_json::to_value(hello).or_run_failed()?,
            Err(error) => json!({"error": error}),
        };
        if device == "cpu" && answer.get("error").is_some() {
            broken.push(numerics);
        }
        workers.push((numerics, device, answer));
    }
    let xgboost = xgboost_library::load().and_then(|()| xgboost_library::library_file());
    let registry = registry(common);
    let data: Vec<(&str, Result<String, String>)> = registry
        .all()
        .iter()
        .map(|set| {
            (
                set.name.as_str(),
                locate(set, registry.locations()).map(|place| place.describe()).map_err(|e| e.to_string()),
            )
        })
        .collect();
    let store = match Store::open(&common.store, Access::Read) {
        Ok(_) => "there".to_owned(),
        Err(StoreError::NoStore { .. }) => "not made yet".to_owned(),
        Err(error) => error.to_string(),
    };
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
