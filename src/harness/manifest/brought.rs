//! What an experiment that is declared brings with it: files beside its manifest, and how its commands are run.

use std::collections::BTreeMap;

use renas_base::digest::Digest;

/// Files, and how commands are run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brought {
    /// Files of results that are handed in, by the name of the study that reads them.
    pub imports: Vec<Import>,
    /// The files that commands find in their folder, by their paths from the manifest's folder.
    pub files: BTreeMap<String, Digest>,
    /// What a command may take.
    pub limits: CommandLimits,
}

/// Results that are handed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The study that reads them: the name of a data set.
    pub study: String,
    /// Under which licence they may be passed on, as far as that is stated.
    pub licence: String,
    /// Who made them.
    pub origin: String,
    /// Paths from the manifest's folder, and the SHA-256 of each file as it lies there.
    pub files: Vec<(String, Digest)>,
}

/// What a command may take before it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandLimits {
    /// Wall seconds.
    pub seconds: u64,
    /// Bytes of address space of each of its processes.
    pub memory: u64,
}

impl Default for CommandLimits {
    fn default() -> Self {
        Self { seconds: 3_600, memory: 16 << 30 }
    }
}

impl Brought {
    /// Every file with its digest, those of imports too.
    pub fn all_files(&self) -> impl Iterator<Item = (&str, Digest)> {
        let imported = self.imports.iter().flat_map(|import| &import.files).map(|(path, pin)| (path.as_str(), *pin));
        self.files.iter().map(|(path, pin)| (path.as_str(), *pin)).chain(imported)
    }
}
