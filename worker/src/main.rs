//! The program `renas-worker`: its command line, its first words, and then the protocol until standard input ends.

use std::collections::BTreeMap;
use std::io::{stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use renas_task::numerics::Numerics;
use renas_task::protocol::{ALIVE_EVERY, Hello, PROTOCOL};
use renas_worker::latency::Role;
use renas_worker::shim::{self, About};
use renas_worker::{data, fingerprint, numerics, serve, watch};

const HELP: &str = "\
renas-worker: trains and evaluates networks for `renas`, which starts it; it reads tasks as JSON lines

Usage: renas-worker --numerics NAME [--device DEVICE] [--data DIR]... [--threads N] [--doctor]

  --numerics NAME   pinned settings: portable, avx2, native or cuda
  --device DEVICE   cpu (default), cuda or cuda:<index>
  --data DIR        a folder to look for data sets in, before the usual ones; may be repeated
  --threads N       time forward passes with N threads (default 1), and do nothing else; without it
                    such tasks are given to a process that is started with it
  --doctor          print what this worker is and its numeric fingerprint as one JSON line, and exit
  --help            print this text

Exit codes: 0 fine; 2 bad command line; 3 this machine cannot run it (libtorch or device missing)";

struct Arguments {
    numerics: Numerics,
    device: String,
    data: Vec<PathBuf>,
    /// Absent for a worker that does every task.
    threads: Option<usize>,
    doctor: bool,
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("renas-worker: {error:#}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("renas-worker: {error:#}");
            ExitCode::from(3)
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let (pins, threads) = (arguments.numerics, arguments.threads.unwrap_or(1));
    numerics::pin_environment(pins, threads)?;
    let device = numerics::open_device(pins, threads, &arguments.device)?;
    let hello = hello(arguments.numerics, device)?;
    if arguments.doctor {
        println!("{}", serde_json::to_string(&hello)?);
        return Ok(());
    }
    watch::end_with_listener().context("cannot start a thread")?;
    let mut data = data::DataSource::new(arguments.data, device);
    let role = match arguments.threads {
        Some(threads) => Role::Measuring { numerics: pins, threads },
        None => Role::Ordinary,
    };
    // One that measures does nothing else; the process that started it says that it lives.
    let alive = arguments.threads.is_none().then_some(ALIVE_EVERY);
    serve::serve(&hello, role, device, &mut data, alive, stdin().lock(), stdout())
}

/// The command line; absent where help is asked for.
fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>> {
    let (mut numerics, mut device, mut data) = (None, "cpu".to_owned(), Vec::new());
    let (mut threads, mut doctor) = (None, false);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--numerics" => numerics = Some(value()?.parse()?),
            "--device" => device = value()?,
            "--data" => data.push(PathBuf::from(value()?)),
            "--threads" => threads = Some(count(&value()?)?),
            "--doctor" => doctor = true,
            "--help" | "-h" => return Ok(None),
            other => bail!("unknown argument `{other}`"),
        }
    }
    let numerics = numerics.context("--numerics is missing: portable, avx2, native or cuda")?;
    Ok(Some(Arguments { numerics, device, data, threads, doctor }))
}

/// A number of threads.
fn count(text: &str) -> Result<usize> {
    let count: usize = text.parse().with_context(|| format!("--threads {text}: it is not a number"))?;
    ensure!(count > 0, "--threads 0: nothing would compute; at least 1");
    Ok(count)
}

fn hello(numerics: Numerics, device: tch::Device) -> Result<Hello> {
    let mut details = BTreeMap::from([
        ("libtorch".to_owned(), shim::describe(About::Version)?),
        ("capability".to_owned(), shim::describe(About::Capability)?),
        ("configuration".to_owned(), shim::describe(About::Configuration)?),
        ("threads".to_owned(), shim::describe(About::Threads)?),
    ]);
    if let tch::Device::Cuda(index) = device {
        details.insert("gpu_index".to_owned(), index.to_string());
    }
    Ok(Hello {
        protocol: PROTOCOL,
        worker: env!("CARGO_PKG_VERSION").to_owned(),
        libtorch: numerics::libtorch_version()?,
        numerics: numerics.name().to_owned(),
        device: numerics::kind(device).to_owned(),
        fingerprint: fingerprint::fingerprint(device)?,
        details,
    })
}
