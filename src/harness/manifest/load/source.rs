//! The text of a manifest: one file `<id>.yaml`, or a folder `<id>/` of files that together say what one would.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::manifest::load::{ManifestError, Mistakes, tree};
use crate::manifest::problem::{FILE_LINES, Problem};
use crate::manifest::yaml::{Entry, Node, Value};
use renas_base::digest::Digest;
use renas_base::{files, parallel};

/// The file of a folder without which it is no manifest.
const FIRST: &str = "experiment.yaml";

/// The files of a manifest, in the order of their names.
pub(super) struct Source {
    /// What names the experiment: the file, or the folder.
    pub(super) file: PathBuf,
    parts: Vec<(PathBuf, Vec<u8>)>,
}

/// The names of the experiments in a folder, in order: its files `<name>.yaml`, and its folders with an `experiment.yaml`.
pub fn names(dir: &Path) -> Result<Vec<String>, ManifestError> {
    let failed = |source| ManifestError::Folder { dir: dir.to_owned(), source };
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        // An editor's lock (`.#econas.yaml`) or a Mac's shadow (`._econas.yaml`) is no manifest.
        if is_hidden(&path) {
            continue;
        }
        let name = if is_yaml(&path) && !path.is_dir() { path.file_stem() } else { path.file_name() };
        if is_yaml(&path) || path.join(FIRST).exists() {
            names.extend(name.map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(names.into_iter().collect())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml")
}

impl Source {
    /// The manifest of that name in a folder of manifests.
    pub(super) fn find(dir: &Path, name: &str) -> Result<Self, ManifestError> {
        let (file, folder) = (dir.join(format!("{name}.yaml")), dir.join(name));
        match (std::fs::symlink_metadata(&file).is_ok(), folder.join(FIRST).exists()) {
            (true, true) => Err(ManifestError::Twice { file, folder }),
            (false, true) => Self::folder(folder),
            (_, false) => {
                let bytes = read(&file)?;
                Ok(Self::one(&file, bytes))
            }
        }
    }

    /// What a manifest of one file would say: the texts of all files, one after another.
    pub(super) fn text(&self) -> String {
        self.parts.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect()
    }

    /// A manifest of one file.
    pub(super) fn one(file: &Path, bytes: Vec<u8>) -> Self {
        Self { file: file.to_owned(), parts: vec![(file.to_owned(), bytes)] }
    }

    fn folder(folder: PathBuf) -> Result<Self, ManifestError> {
        let failed = |source| ManifestError::Folder { dir: folder.clone(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if is_yaml(&path) && !is_hidden(&path) {
                paths.push(path);
            }
        }
        paths.sort();
        let parts = paths.into_iter().map(|path| read(&path).map(|bytes| (path, bytes)));
        let parts = parts.collect::<Result<_, _>>()?;
        Ok(Self { file: folder, parts })
    }

    /// The same without the files of a folder that hold nothing but these keys, in block style: they are not even parsed.
    pub(super) fn without(mut self, keys: &[&str]) -> Self {
        let is_one_of = |line: &[u8]| {
            keys.iter().any(|key| line.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.starts_with(b":")))
        };
        let holds_others = |line: &[u8]| !matches!(line, [] | [b' ' | b'#' | b'\r', ..]) && !is_one_of(line);
        if self.parts.len() > 1 {
            self.parts.retain(|(_, bytes)| bytes.split(|byte| *byte == b'\n').any(holds_others));
        }
        self
    }

    /// How many entries a list has that a file of a folder holds alone, in block style: they are counted by their dashes, and the
    /// file is left out. Nothing where no file is like that.
    pub(super) fn take_count(&mut self, key: &str) -> Option<usize> {
        let place =
            if self.parts.len() > 1 { self.parts.iter().position(|(_, text)| holds_only(text, key)) } else { None };
        let (_, text) = self.parts.remove(place?);
        let dashes = text.split(|byte| *byte == b'\n').filter_map(|line| {
            let indent = line.iter().take_while(|byte| **byte == b' ').count();
            matches!(line[indent..], [b'-'] | [b'-', b' ' | b'\r', ..]).then_some(indent)
        });
        // The first is an entry's, and all of the others stand in that column, too: what is in an entry is indented further.
        let indents: Vec<usize> = dashes.collect();
        Some(indents.iter().filter(|indent| Some(*indent) == indents.first()).count())
    }

    /// The digest of the file, or of the names and digests of the files of the folder.
    pub(super) fn digest(&self) -> Digest {
        if let [(file, bytes)] = self.parts.as_slice()
            && *file == self.file
        {
            return Digest::of(bytes);
        }
        let line = |(path, bytes): &(PathBuf, Vec<u8>)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!("{}  {name}\n", Digest::of(bytes))
        };
        Digest::of(self.parts.iter().map(line).collect::<String>().as_bytes())
    }

    /// Everything that the files say as one tree, in which a line says the file, too; all that is no YAML.
    pub(super) fn tree(&self) -> Result<Node, ManifestError> {
        let mut mistakes = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let trees = parallel::map(&self.parts, parallel::cores(), |(_, bytes)| tree(bytes));
        for (index, ((file, bytes), found)) in self.parts.iter().zip(trees).enumerate() {
            let refused = |line: usize, path: &str, message: String| {
                (file.clone(), Problem { line, path: path.to_owned(), message, unknown: None })
            };
            let mut node = match found {
                Ok(node) => node,
                Err(problem) => {
                    mistakes.push((file.clone(), problem));
                    continue;
                }
            };
            if bytes.iter().filter(|byte| **byte == b'\n').count() >= FILE_LINES {
                mistakes.push(refused(FILE_LINES, "", format!("a manifest has fewer than {FILE_LINES} lines a file")));
                continue;
            }
            if self.parts.len() == 1 {
                return Ok(node);
            }
            shift(&mut node, index * FILE_LINES);
            match node.value {
                Value::Null => {}
                Value::Mapping(of_file) => {
                    for entry in of_file {
                        // A duplicate key in one file is found like that of a manifest of one file.
                        match places.get(&entry.key).filter(|other| **other != index) {
                            Some(&other) => {
                                let other = self.parts[other].0.display();
                                let message = format!("stands in {other}, too");
                                mistakes.push(refused(entry.line % FILE_LINES, &entry.key, message));
                            }
                            None => {
                                places.insert(entry.key.clone(), index);
                                entries.push(entry);
                            }
                        }
                    }
                }
                _ => mistakes.push(refused(1, "", "a file of a manifest is a section: `claims:`, say".to_owned())),
            }
        }
        match mistakes.is_empty() {
            true => {
                // What is missing altogether is missing there.
                let first = self.parts.iter().position(|(file, _)| file.ends_with(FIRST)).unwrap_or(0);
                Ok(Node { line: first * FILE_LINES + 1, column: 1, value: Value::Mapping(entries) })
            }
            false => Err(ManifestError::Mistakes(Mistakes(mistakes))),
        }
    }

    /// Mistakes of the tree, each in its file.
    pub(super) fn mistakes(&self, problems: Vec<Problem>) -> Mistakes {
        let place = |problem: Problem| {
            let (file, _) = &self.parts[(problem.line / FILE_LINES).min(self.parts.len() - 1)];
            (file.clone(), Problem { line: problem.line % FILE_LINES, ..problem })
        };
        Mistakes(problems.into_iter().map(place).collect())
    }
}

fn read(file: &Path) -> Result<Vec<u8>, ManifestError> {
    files::read(file).map_err(|source| ManifestError::Read { file: file.to_owned(), source })
}

/// Whether a text is `key:` and indented lines, comments and empty lines apart.
fn holds_only(text: &[u8], key: &str) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !matches!(line, [] | [b' ' | b'#' | b'\r', ..]));
    let is_key = |line: &[u8]| line.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.trim_ascii_end() == b":");
    lines.next().is_some_and(is_key) && lines.next().is_none()
}

fn shift(node: &mut Node, lines: usize) {
    node.line += lines;
    match &mut node.value {
        Value::Sequence(nodes) => nodes.iter_mut().for_each(|node| shift(node, lines)),
        Value::Mapping(entries) => entries.iter_mut().for_each(|entry| {
            entry.line += lines;
            shift(&mut entry.value, lines);
        }),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is counted in a file beside another one, and how many files are left.
    fn counted(text: &str) -> (Option<usize>, usize) {
        let part = |name: &str, text: &str| (Path::new("a").join(name), text.as_bytes().to_vec());
        let parts = vec![part("claims.yaml", text), part(FIRST, "id: a\n")];
        let mut source = Source { file: PathBuf::from("a"), parts };
        (source.take_count("claims"), source.parts.len())
    }

    #[test]
    fn entries_of_a_list_that_stands_alone_are_counted_and_its_file_is_left_out() {
        let two = "# All.\n\nclaims:\n  - id: a\n    sentence: |\n      - no entry\n    of:\n      - none\n\n  # - none\n  - id: b\n";
        assert_eq!(counted(two), (Some(2), 1));
        assert_eq!(counted("claims:\r\n  - id: a\r\n  -\r\n    id: b\r\n"), (Some(2), 1));
        assert_eq!(counted("claims:\n"), (Some(0), 1));
    }

    #[test]
    fn a_list_in_another_form_or_beside_others_is_read() {
        for text in
            ["claims: [{id: a}]\n", "claims:\n- id: a\n", "claims:\n  - id: a\naudit:\n  - id: b\n", "claim:\n", ""]
        {
            assert_eq!(counted(text), (None, 2), "{text}");
        }
        let bytes = b"claims:\n  - id: a\n".to_vec();
        assert_eq!(Source::one(Path::new("a.yaml"), bytes).take_count("claims"), None);
    }
}
