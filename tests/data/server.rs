//! A web server on this machine that misbehaves as told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How an address answers.
#[derive(Clone, Debug)]
pub(crate) enum Behaviour {
    /// The bytes, from where they are asked for.
    Good(Vec<u8>),
    /// At most so many bytes per request, though all are announced.
    BreaksOff(Vec<u8>, usize),
    /// Always from the beginning; the first request gives only so many bytes.
    IgnoresRange(Vec<u8>, usize),
    /// All bytes, but more are announced.
    AnnouncesMore(Vec<u8>),
    /// Fewer bytes are announced, and sent.
    AnnouncesLess(Vec<u8>),
    /// At most so many bytes; asked for the rest, it answers with another range.
    OtherRange(Vec<u8>, usize),
    /// The first request gives so many bytes, the second nothing, the third what it asks for.
    Outage(Vec<u8>, usize),
    /// A status and nothing.
    Status(u16),
    /// Bytes without end or announcement.
    Endless,
}

/// The server; its threads end with the process.
pub(crate) struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serve these paths on a free port; others answer 404.
    pub(crate) fn start(paths: &[(&str, Behaviour)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let paths: BTreeMap<String, Behaviour> =
            paths.iter().map(|(path, behaviour)| ((*path).to_owned(), behaviour.clone())).collect();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // The client hangs up when it has seen enough.
                let _ = answer(stream, &paths, &log);
            }
        });
        Self { base, requests }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What was asked so far: `PATH`, or `PATH from N`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic in the server").clone()
    }
}

/// An address that nothing listens on.
pub(crate) fn unreachable() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}/", listener.local_addr().expect("bound"))
}

fn answer(mut stream: TcpStream, paths: &BTreeMap<String, Behaviour>, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut from = None;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
            from = range.trim().trim_end_matches('-').parse::<usize>().ok();
        }
    }
    let asked = from.map_or(path.clone(), |from| format!("{path} from {from}"));
    let times = {
        let mut log = log.lock().expect("no panic in the server");
        log.push(asked);
        log.iter().filter(|entry| entry.split(' ').next() == Some(&path)).count()
    };
    let start = from.unwrap_or(0);
    match paths.get(&path).unwrap_or(&Behaviour::Status(404)) {
        Behaviour::Status(status) => write!(stream, "HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"),
        Behaviour::Good(bytes) => range(&mut stream, bytes, from, usize::MAX),
        Behaviour::BreaksOff(bytes, after) => range(&mut stream, bytes, from, *after),
        Behaviour::IgnoresRange(bytes, first) => {
            range(&mut stream, bytes, None, if times == 1 { *first } else { usize::MAX })
        }
        Behaviour::AnnouncesMore(bytes) if start == 0 => {
            header(&mut stream, "200 OK", bytes.len() + 100, "")?;
            stream.write_all(bytes)
        }
        Behaviour::AnnouncesMore(bytes) => range(&mut stream, bytes, from, usize::MAX),
        Behaviour::AnnouncesLess(bytes) => {
            let half = &bytes[..bytes.len() / 2];
            range(&mut stream, half, from, usize::MAX)
        }
        Behaviour::OtherRange(bytes, first) if start == 0 => range(&mut stream, bytes, from, *first),
        Behaviour::OtherRange(bytes, _) => range(&mut stream, bytes, Some(1), usize::MAX),
        Behaviour::Outage(bytes, first) => match times {
            1 => range(&mut stream, bytes, from, *first),
            2 => header(&mut stream, "503 Out", 0, ""),
            _ => range(&mut stream, bytes, from, usize::MAX),
        },
        Behaviour::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 1 << 14])?;
            }
        }
    }
}

/// Answer with the bytes from `from` on, and close after `most` of them.
fn range(stream: &mut TcpStream, bytes: &[u8], from: Option<usize>, most: usize) -> std::io::Result<()> {
    let start = from.unwrap_or(0);
    if start > 0 && start >= bytes.len() {
        return header(stream, "416 Range Not Satisfiable", 0, "");
    }
    let rest = &bytes[start..];
    match from {
        Some(start) => {
            let range = format!("Content-Range: bytes {start}-{}/{}\r\n", bytes.len() - 1, bytes.len());
            header(stream, "206 Partial Content", rest.len(), &range)?;
        }
        None => header(stream, "200 OK", rest.len(), "")?,
    }
    stream.write_all(&rest[..rest.len().min(most)])
}

fn header(stream: &mut TcpStream, status: &str, length: usize, more: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{more}Connection: close\r\n\r\n")
}
