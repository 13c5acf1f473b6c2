//! Reading an archive that somebody else may have made: nothing of it is in its place before all of it was compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufReader, Read, Write};
use std::path::{Component, Path};

use tar::EntryType;

use super::{ArchiveError, SUMS, disk};
use renas_base::digest::{Digest, Hasher};
use renas_base::files;

/// What was unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Members, the sums apart.
    pub members: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// An archive may hold so many times its own bytes, and this many more: text shrinks to a tenth, and what shrinks much further was made to
/// fill disks.
const MOST_TIMES: u64 = 200;
const MOST_BESIDE: u64 = 64 << 20;

/// The longest list of digests that is read.
const LONGEST_SUMS: u64 = 256 << 20;

/// Unpack the archive at `path` into the folder `into`, which is not there yet: all of it, or nothing.
pub fn unpack(path: &Path, into: &Path) -> Result<Unpacked, ArchiveError> {
    if into.symlink_metadata().is_ok() {
        return Err(ArchiveError::Taken { path: into.to_owned() });
    }
    let beside = into.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(beside).map_err(disk("make", beside))?;
    let folder =
        tempfile::Builder::new().prefix(".renas-unpacking").tempdir_in(beside).map_err(disk("write in", beside))?;
    let unpacked = read(path, folder.path())?;
    let folder = folder.keep();
    fs::rename(&folder, into).map_err(|error| {
        let _ = fs::remove_dir_all(&folder);
        disk("make", into)(error)
    })?;
    Ok(unpacked)
}

/// Write the members below `folder` and compare them with what the archive promises.
fn read(path: &Path, folder: &Path) -> Result<Unpacked, ArchiveError> {
    let file = files::open_to_read(path).map_err(disk("read", path))?;
    let size = file.metadata().map_err(disk("read", path))?.len();
    let broken = |error: io::Error| ArchiveError::Broken { path: path.to_owned(), why: error.to_string() };
    let refused = |member: &str, why: &str| ArchiveError::Refused {
        path: path.to_owned(),
        member: member.to_owned(),
        why: why.to_owned(),
    };
    let most = size.saturating_mul(MOST_TIMES).saturating_add(MOST_BESIDE);
    let decoder = zstd::Decoder::new(BufReader::new(file)).map_err(broken)?;
    let mut archive = tar::Archive::new(decoder);
    let (mut promised, mut seen) = (None, BTreeSet::new());
    let (mut members, mut bytes) = (0, 0u64);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        plain(&entry, &name).map_err(|why| refused(&name, why))?;
        if !seen.insert(name.clone()) {
            return Err(refused(&name, "is a duplicate"));
        }
        let stated = entry.header().size().map_err(broken)?;
        bytes = bytes.saturating_add(stated);
        if bytes > most {
            return Err(refused(&name, "makes it larger than any archive of its size can be"));
        }
        let Some(promised) = &promised else {
            if name != SUMS || stated > LONGEST_SUMS {
                return Err(refused(&name, "comes first: the first member must be SHA256SUMS"));
            }
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(broken)?;
            bytes = 0;
            promised = Some(sums(&text).ok_or_else(|| refused(SUMS, "is no list of digests and names"))?);
            continue;
        };
        let expected = *promised.get(&name).ok_or_else(|| refused(&name, "is not promised by its SHA256SUMS"))?;
        let target = folder.join(&name);
        let found = save(&mut entry, &target).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => broken(error),
            _ => disk("write", &target)(error),
        })?;
        if found != expected {
            return Err(refused(&name, "has other bytes than its SHA256SUMS promises"));
        }
        members += 1;
    }
    // Behind the last member, too, nothing may be missing.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    let promised: BTreeMap<String, Digest> = promised.ok_or_else(|| broken(io::Error::other("it holds nothing")))?;
    match promised.keys().find(|name| !seen.contains(*name)) {
        Some(missing) => Err(refused(missing, "is promised and not there")),
        None => Ok(Unpacked { members, bytes }),
    }
}

/// Why a member is none that an archive of ours holds.
fn plain<R: Read>(entry: &tar::Entry<'_, R>, name: &str) -> Result<(), &'static str> {
    match entry.header().entry_type() {
        EntryType::Regular => {}
        EntryType::Symlink | EntryType::Link => return Err("is a link"),
        EntryType::Directory => return Err("is a folder"),
        EntryType::Char | EntryType::Block | EntryType::Fifo => return Err("is a device or a pipe"),
        _ => return Err("is no plain file"),
    }
    let path = Path::new(name);
    let is_plain = |component: Component<'_>| matches!(component, Component::Normal(_));
    let is_as_written = || name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if name.contains('\0') || name.contains('\\') || name.contains('\u{fffd}') {
        return Err("has a name that is none on every system");
    }
    if !path.components().all(is_plain) || !is_as_written() {
        return Err("has a name that leads out of the folder");
    }
    Ok(())
}

/// The digests by name; nothing where a line is none.
fn sums(text: &str) -> Option<BTreeMap<String, Digest>> {
    let line = |line: &str| {
        let (digest, name) = line.split_once("  ")?;
        Some((name.to_owned(), digest.parse().ok()?))
    };
    text.lines().map(line).collect()
}

/// Write a member; the digest of what was written.
fn save(from: &mut impl Read, target: &Path) -> io::Result<Digest> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(target)?;
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 1 << 20]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        file.write_all(&buffer[..read])?;
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::super::{Source, pack};
    use super::*;
    use std::path::PathBuf;

    type Member<'m> = (&'m str, EntryType, &'m [u8]);
    /// What an archive promises, what it holds, and why it is refused.
    type Case<'c> = (&'c [(&'c str, &'c [u8])], &'c [Member<'c>], &'c str);

    /// An archive of anything, which promises `promised`.
    fn foreign(folder: &Path, promised: &[(&str, &[u8])], members: &[Member<'_>]) -> PathBuf {
        let path = folder.join("foreign.tar.zst");
        let file = fs::File::create(&path).expect("a file");
        let mut archive = tar::Builder::new(zstd::Encoder::new(file, 1).expect("an encoder"));
        let sums: String = promised.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
        for (name, kind, bytes) in [(SUMS, EntryType::Regular, sums.as_bytes())].iter().chain(members) {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(bytes.len() as u64);
            // As it is: the library refuses names that lead out of the folder.
            let field = &mut header.as_old_mut().name;
            field[..name.len()].copy_from_slice(name.as_bytes());
            if matches!(kind, EntryType::Symlink | EntryType::Link) {
                header.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
            }
            header.set_cksum();
            archive.append(&header, *bytes).expect("a member");
        }
        archive.into_inner().expect("an archive").finish().expect("an archive");
        path
    }

    #[test]
    fn what_was_packed_is_unpacked_and_the_same_selection_is_the_same_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = format!("{}/end.txt", "a_folder_with_a_long_name/".repeat(8).trim_end_matches('/'));
        fs::write(folder.path().join("object"), [7; 100_000]).expect("a file");
        let members: BTreeMap<String, Source> = [
            ("reports/quick/index.md".to_owned(), Source::Bytes(b"# Report\n".to_vec())),
            (long.clone(), Source::Bytes(Vec::new())),
            ("store/objects/ab".to_owned(), Source::File(folder.path().join("object"))),
        ]
        .into();
        let [one, other] = ["one.tar.zst", "other.tar.zst"].map(|name| folder.path().join(name));
        let packed = pack(&one, &members).expect("it is packed");
        assert_eq!((packed.members, packed.bytes), (3, 100_009));
        assert_eq!(packed.digest, Digest::of(&fs::read(&one).expect("readable")));
        assert_eq!(pack(&other, &members).expect("it is packed"), packed);
        let into = folder.path().join("new/place");
        assert_eq!(unpack(&one, &into).expect("it is sound"), Unpacked { members: 3, bytes: 100_009 });
        assert_eq!(fs::read(into.join("store/objects/ab")).expect("readable"), [7; 100_000]);
        assert_eq!(fs::read(into.join(long)).expect("readable"), b"");
        assert!(matches!(unpack(&one, &into), Err(ArchiveError::Taken { .. })));
    }

    #[test]
    fn a_foreign_archive_is_refused_by_name_and_leaves_nothing() {
        use EntryType::{Char, Directory, Link, Regular, Symlink};
        let bytes: &[u8] = b"bytes";
        let cases: [Case<'_>; 11] = [
            (
                &[("../evil", bytes)],
                &[("../evil", Regular, bytes)],
                "`../evil` has a name that leads out of the folder",
            ),
            (&[("/evil", bytes)], &[("/evil", Regular, bytes)], "`/evil` has a name that leads out"),
            (&[("a/../../evil", bytes)], &[("a/../../evil", Regular, bytes)], "leads out of the folder"),
            (&[("a\\evil", bytes)], &[("a\\evil", Regular, bytes)], "none on every system"),
            (&[("link", b"")], &[("link", Symlink, b"")], "`link` is a link"),
            (&[("link", b"")], &[("link", Link, b"")], "`link` is a link"),
            (&[("null", b"")], &[("null", Char, b"")], "`null` is a device"),
            (&[("folder", b"")], &[("folder", Directory, b"")], "is a folder"),
            (&[("a", bytes)], &[("a", Regular, bytes), ("a", Regular, bytes)], "`a` is a duplicate"),
            (&[("a", b"other")], &[("a", Regular, bytes)], "`a` has other bytes than"),
            (&[("a", bytes), ("b", bytes)], &[("a", Regular, bytes)], "`b` is promised and not there"),
        ];
        for (promised, members, why) in cases {
            let folder = tempfile::tempdir().expect("a folder");
            let path = foreign(folder.path(), promised, members);
            let error = unpack(&path, &folder.path().join("into")).expect_err(why).to_string();
            assert!(error.contains(why), "{error}");
            let left: Vec<_> =
                fs::read_dir(folder.path()).expect("a folder").flatten().map(|one| one.file_name()).collect();
            assert_eq!(left, ["foreign.tar.zst"], "{why}");
        }
    }

    #[test]
    fn a_member_that_nobody_promised_a_bomb_and_an_archive_cut_off_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let into = folder.path().join("into");
        let unasked = foreign(folder.path(), &[], &[("a", EntryType::Regular, b"bytes")]);
        assert!(unpack(&unasked, &into).expect_err("unasked").to_string().contains("`a` is not promised"));
        let zeros = vec![0; 80 << 20];
        let bomb = foreign(folder.path(), &[("a", &zeros)], &[("a", EntryType::Regular, &zeros)]);
        assert!(unpack(&bomb, &into).expect_err("a bomb").to_string().contains("larger than any archive of its size"));
        let whole = folder.path().join("whole.tar.zst");
        let noise: Vec<u8> =
            (0..50_000u32).flat_map(|at| Digest::of(&at.to_le_bytes()).bytes()[..4].to_vec()).collect();
        pack(&whole, &[("a".to_owned(), Source::Bytes(noise))].into()).expect("it is packed");
        let bytes = fs::read(&whole).expect("readable");
        for end in [0, 1, 10, 100, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&whole, &bytes[..end]).expect("writable");
            assert!(unpack(&whole, &into).is_err(), "{end} of {} bytes", bytes.len());
            assert!(!into.exists());
        }
    }
}
