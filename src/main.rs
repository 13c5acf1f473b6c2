//! The command `renas`.

use std::process::ExitCode;

use clap::Parser as _;
use renas::cli::arguments::{Cli, Command};
use renas::cli::exit::{Classify as _, Failure};
use renas::cli::session::{Need, Session};
use renas::cli::{
    archive, certify, data, demo, doctor, emit, explain, gc, init, list, numbers, output, plan, report, run, schema,
    seal, start, status, tables, verify, why,
};
use renas::data::locate::Locations;

fn main() -> ExitCode {
    match execute(&Cli::parse()).and_then(|()| output::finished()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn execute(cli: &Cli) -> Result<(), Failure> {
    let common = &cli.common;
    let Some(command) = &cli.command else { return start::start(common) };
    // A folder that was named and is not there is a slip; fetching and packing make theirs.
    let makes_folders = matches!(command, Command::Data { command } if command.makes_folders());
    if !makes_folders && let Some(note) = Locations::check(&common.data).or_bad_input()? {
        renas::cli::say(common, &format!("note: {note}"));
    }
    match command {
        Command::Init(arguments) => init::init(common, arguments),
        Command::Demo(arguments) => demo::demo(common, arguments),
        Command::List => list::list(common),
        Command::Plan(arguments) => {
            plan::plan(&Session::open_at(common, arguments.claim.as_deref(), Need::Everything)?.at_profile())
        }
        Command::Why(arguments) => why::why(&Session::open(common)?, arguments),
        Command::Explain(arguments) => explain::explain(common, arguments),
        Command::Numbers(arguments) => numbers::numbers(&Session::open(common)?, arguments),
        Command::Tables(arguments) => {
            tables::tables(&Session::open_at(common, None, Need::Studies)?.at_profile(), arguments)
        }
        Command::Badge(arguments) => {
            tables::badge(&Session::open_at(common, None, Need::Studies)?.at_profile(), arguments)
        }
        Command::Seal(arguments) => seal::seal(&Session::open(common)?.at_profile(), arguments),
        Command::Schema => {
            schema::print();
            Ok(())
        }
        Command::Run(arguments) => run::run(common, arguments),
        Command::Report(arguments) => report::report(&Session::open(common)?.at_profile(), arguments),
        Command::Status => status::status(&Session::open_at(common, None, Need::Studies)?.at_profile()),
        Command::Verify(arguments) => verify::verify(common, arguments),
        Command::Data { command } => data::command(command, common),
        Command::Archive { command } => archive::archive(common, command),
        Command::Certify(arguments) => certify::certify(common, arguments),
        Command::Gc(arguments) => gc::gc(common, arguments),
        Command::Emit { command } => emit::emit(&Session::open_at(common, None, Need::Studies)?.at_profile(), command),
        Command::Doctor => doctor::doctor(common),
    }
}
