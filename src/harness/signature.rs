//! Signatures by SSH keys, as `ssh-keygen -Y` makes and checks them: everybody who pushes to a forge has such a key.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use renas_base::files;

/// What is signed for: a signature for another purpose is none.
const NAMESPACE: &str = "renas";

/// A signature that could not be made, or that is none.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// ssh-keygen could not be started.
    #[error("signatures need the program ssh-keygen (OpenSSH 8.9 or newer), which could not be started: {source}")]
    Program {
        /// What the system says.
        source: io::Error,
    },
    /// It made none.
    #[error("{} was not signed with {}: {why}", file.display(), key.display())]
    Unsigned {
        /// What was to be signed.
        file: PathBuf,
        /// The key.
        key: PathBuf,
        /// What ssh-keygen says.
        why: String,
    },
    /// There is none, or it is of other bytes or by nobody on the list.
    #[error("{} is not signed by anybody in {}: {why}", file.display(), signers.display())]
    Refused {
        /// What should be signed.
        file: PathBuf,
        /// The list.
        signers: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    Disk {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Where the signature of a file or of a folder's sums lies: beside it, since it is no part of what it signs.
pub fn beside(signed: &Path) -> PathBuf {
    let mut name = signed.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// Sign a file with a private key (or with a public one whose private half an agent holds), and write the signature to `to`.
pub fn sign(file: &Path, key: &Path, to: &Path) -> Result<(), SignatureError> {
    let mut command = ssh_keygen(&["-Y", "sign", "-q", "-n", NAMESPACE, "-f"]);
    command.arg(key).stdin(input(file)?);
    let done = finished(command)?;
    if !done.status.success() || done.stdout.is_empty() {
        let (file, key) = (file.to_owned(), key.to_owned());
        return Err(SignatureError::Unsigned { file, key, why: said(&done) });
    }
    std::fs::write(to, done.stdout).map_err(|source| SignatureError::Disk {
        action: "write",
        path: to.to_owned(),
        source,
    })
}

/// Who signed a file, by the list of signers.
pub fn check(file: &Path, signature: &Path, signers: &Path) -> Result<String, SignatureError> {
    let refused = |why: String| SignatureError::Refused { file: file.to_owned(), signers: signers.to_owned(), why };
    if let Some(missing) = [signature, signers].into_iter().find(|path| !path.is_file()) {
        return Err(refused(format!("there is no {}", missing.display())));
    }
    let mut command = ssh_keygen(&["-Y", "find-principals", "-s"]);
    command.arg(signature).arg("-f").arg(signers).stdin(Stdio::null());
    let found = finished(command)?;
    let names = String::from_utf8_lossy(&found.stdout).into_owned();
    // One name, or a list of them after a comma: each has the same key.
    let Some(signer) = names.lines().next().and_then(|line| line.split(',').next()).filter(|name| !name.is_empty())
    else {
        return Err(refused(format!("the key of {} is not on it", signature.display())));
    };
    let mut command = ssh_keygen(&["-Y", "verify", "-n", NAMESPACE, "-I", signer, "-s"]);
    command.arg(signature).arg("-f").arg(signers).stdin(input(file)?);
    let verified = finished(command)?;
    match verified.status.success() {
        true => Ok(signer.to_owned()),
        false => Err(refused(said(&verified))),
    }
}

fn ssh_keygen(arguments: &[&str]) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.args(arguments);
    command
}

fn input(file: &Path) -> Result<File, SignatureError> {
    let failed = |source| SignatureError::Disk { action: "read", path: file.to_owned(), source };
    files::open_to_read(file).map_err(failed)
}

fn finished(mut command: Command) -> Result<Output, SignatureError> {
    command.output().map_err(|source| SignatureError::Program { source })
}

/// What it says, in a line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { "ssh-keygen says nothing".to_owned() } else { lines.join("; ") }
}
