//! One address into one part file, going on after what is there, and again after every break while bytes keep coming.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use super::{Event, Observer};
use renas_base::files;

/// Requests to one address at most, however often it breaks off.
const REQUESTS: usize = 20;
/// How long a connection, an answer or the next bytes may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A transfer that gave something.
pub(super) struct Outcome {
    /// Whether earlier bytes were kept: then the content may mix two versions of the server's file.
    pub(super) resumed: bool,
    /// The break that the transfer did not get beyond; absent where the server says that all was sent.
    pub(super) broken: Option<Failure>,
}

/// Why an address did not give a file.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No connection.
    #[error("cannot be reached ({0})")]
    Unreachable(String),
    /// An answer without the file.
    #[error("{0}")]
    Refused(String),
    /// The transfer ended early, again and again.
    #[error("broke off after {received} bytes ({reason})")]
    Broken {
        /// Bytes that are kept.
        received: u64,
        /// What the connection said.
        reason: String,
    },
    /// All came, and is not the registered content.
    #[error("sends other content: {0}")]
    Wrong(String),
    /// The part file cannot be written.
    #[error("{0}")]
    Local(std::io::Error),
    /// The observer said stop.
    #[error("interrupted")]
    Interrupted,
}

/// How one request ended.
enum End {
    Complete,
    Broken(String),
}

/// Fetch `url` into the file `part`, which may hold the beginning already. More than `limit` bytes are refused.
pub(super) fn download(url: &str, part: &Path, limit: u64, observe: &mut Observer<'_>) -> Result<Outcome, Failure> {
    files::refuse_pipe(part).map_err(Failure::Local)?;
    let mut file = OpenOptions::new().create(true).append(true).open(part).map_err(Failure::Local)?;
    let mut resumed = false;
    let mut reason = String::new();
    for request in 0..REQUESTS {
        let before = length(&file)?;
        go_on(observe, Event::Started { url: url.to_owned(), resumed: before })?;
        let end = match receive(url, &mut file, before, limit, &mut resumed, observe) {
            // A server that cannot be reached any more after it gave something broke off.
            Err(Failure::Unreachable(reason)) if request > 0 => End::Broken(reason),
            end => end?,
        };
        match end {
            End::Complete => {
                file.sync_all().map_err(Failure::Local)?;
                return Ok(Outcome { resumed, broken: None });
            }
            End::Broken(why) => reason = why,
        }
        if length(&file)? <= before {
            break;
        }
    }
    file.sync_all().map_err(Failure::Local)?;
    let received = length(&file)?;
    Ok(Outcome { resumed, broken: Some(Failure::Broken { received, reason }) })
}

/// One request: the bytes after the first `have`, or all where the server does not go on in the middle.
fn receive(
    url: &str,
    file: &mut File,
    have: u64,
    limit: u64,
    resumed: &mut bool,
    observe: &mut Observer<'_>,
) -> Result<End, Failure> {
    let mut request = agent(url).get(url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = match request.call() {
        Ok(response) => response,
        Err(ureq::Error::Timeout(ureq::Timeout::RecvResponse)) if have > 0 => {
            return Ok(End::Broken("no answer".to_owned()));
        }
        Err(error) => return Err(unanswered(error)),
    };
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let announced = header("content-length").and_then(|text| text.parse::<u64>().ok());
    let start = match response.status().as_u16() {
        200 => 0,
        206 if header("content-range").is_some_and(|range| range.starts_with(&format!("bytes {have}-"))) => have,
        206 => return Err(Failure::Refused("answered with another range than was asked for".to_owned())),
        // Nothing follows what is there: it is all, or too much. The content decides.
        416 if have > 0 => {
            *resumed = true;
            return Ok(End::Complete);
        }
        status => return Err(Failure::Refused(format!("answered with status {status}"))),
    };
    let mut position = start;
    if start < have {
        file.set_len(start).map_err(Failure::Local)?;
    }
    *resumed = start > 0;
    let total = announced.map(|length| start + length);
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => return Ok(End::Complete),
            Ok(count) => {
                file.write_all(&buffer[..count]).map_err(Failure::Local)?;
                position += count as u64;
                if position > limit {
                    file.set_len(0).map_err(Failure::Local)?;
                    return Err(Failure::Refused(format!("sends more than the {limit} bytes that the file can have")));
                }
                go_on(observe, Event::Received { bytes: position, total })?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(End::Broken(error.to_string())),
        }
    }
}

fn agent(url: &str) -> ureq::Agent {
    let config = ureq::Agent::config_builder();
    // A proxy named by the environment is used, but none reaches this machine's own addresses.
    let own = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"].iter().any(|own| url.starts_with(own));
    let config = if own { config.proxy(None) } else { config };
    config
        .http_status_as_error(false)
        // Offsets of resumed transfers count the bytes as they are stored, not as a server might compress them.
        .accept_encoding("identity")
        .user_agent(concat!("renas/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(PATIENCE))
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .build()
        .new_agent()
}

/// Why there was no answer.
fn unanswered(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::HostNotFound => Failure::Unreachable("the name of its host cannot be resolved".to_owned()),
        ureq::Error::Io(error) => Failure::Unreachable(error.to_string()),
        ureq::Error::Timeout(timeout) => Failure::Unreachable(format!("no answer in time: {timeout}")),
        ureq::Error::ConnectionFailed => Failure::Unreachable("no connection".to_owned()),
        other => Failure::Refused(format!("cannot be used ({other})")),
    }
}

fn length(file: &File) -> Result<u64, Failure> {
    file.metadata().map(|metadata| metadata.len()).map_err(Failure::Local)
}

fn go_on(observe: &mut Observer<'_>, event: Event) -> Result<(), Failure> {
    match observe(event) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Failure::Interrupted),
    }
}
