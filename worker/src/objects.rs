//! Tensor objects: read where a request says, written for the coordinator.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use renas_base::digest::Digest;
use renas_network::weights::{self, Tensors};
use renas_task::outcome::{Ending, Outcome};
use renas_task::protocol::Request;

use crate::evaluate::Measured;

/// The outcome of a task that came to its end: its tensor objects are written and named by their digests. Where a number is
/// not finite it diverged at `step`, and keeps its curves alone.
pub(crate) fn finish(
    measured: Measured,
    curves: BTreeMap<String, Vec<f64>>,
    step: usize,
    out: &Path,
) -> Result<Outcome> {
    if !measured.is_finite() {
        return Ok(Outcome { ending: Ending::Diverged { step }, curves, ..Outcome::default() });
    }
    let mut tensors = BTreeMap::new();
    for (name, object) in &measured.objects {
        let bytes = weights::encode(object)?;
        let path = out.join(format!("{name}.safetensors"));
        std::fs::write(&path, &bytes).map_err(|error| not_written(&path, error))?;
        tensors.insert(name.clone(), Digest::of(&bytes));
    }
    Ok(Outcome { ending: Ending::Completed, scalars: measured.scalars, curves, tensors })
}

/// The tensors of an object that the request gives a path for, once its digest is seen to be right.
pub(crate) fn read_object(digest: &Digest, request: &Request) -> Result<Tensors> {
    let path = request.objects.get(digest);
    let path =
        path.with_context(|| format!("the request gives no path for the object {digest} that its task names"))?;
    let bytes = std::fs::read(path).with_context(|| format!("reading the object {}", path.display()))?;
    let found = Digest::of(&bytes);
    ensure!(found == *digest, "the object {} has digest {found}, not {digest}: it was altered", path.display());
    weights::decode(&bytes).with_context(|| format!("reading the object {}", path.display()))
}

/// What to say of a file that could not be written, and what to do.
fn not_written(path: &Path, error: std::io::Error) -> anyhow::Error {
    let remedy = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            "the disk is full; free some space, then start the same command again"
        }
        _ => "start the same command again once this is cured",
    };
    anyhow::anyhow!("cannot write {}: {error}: {remedy}", path.display())
}
