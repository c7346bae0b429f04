//! The program: arguments in, exit status out. What it does lies in the library of the same name
//! and in one file for each command.

mod args;
mod check;
mod clean;
mod count;
mod dedup;
mod escape;
mod eval;
mod explain;
mod peek;
mod print;
mod run;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use copydesk_core::RunError;

use args::{Args, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command that did not fail ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Finish {
    /// Nothing was set aside.
    Clean,
    /// It went through, but something was set aside.
    SetAside,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match carry_out(args.command) {
        Ok(Finish::Clean) => ExitCode::SUCCESS,
        Ok(Finish::SetAside) => ExitCode::from(1),
        // whoever read our output has seen enough: `copydesk clean x | head`
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&error);
            ExitCode::from(status(&error))
        }
    }
}

fn carry_out(command: Command) -> anyhow::Result<Finish> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Clean(args) => clean::clean(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Verify { output } => verify::verify(&output),
        Command::Eval(args) => eval::eval(&args),
        Command::Dedup(args) => dedup::dedup(&args),
        Command::Count(args) => count::count(&args),
        Command::Peek(args) => peek::peek(&args),
        Command::Check { config } => check::check(&config),
        Command::Plan { config, input } => check::plan(&config, &input),
        Command::Stages { reference: true, .. } => print::text(&copydesk::reference::reference()),
        Command::Stages { name: None, .. } => print::text(&check::stage_list()),
        Command::Stages { name: Some(name), .. } => print::text(&check::stage_page(&name)?),
        Command::Schema => print::text(&format!("{:#}\n", copydesk::reference::schema())),
        Command::Completions { shell } => print::completions(shell, &mut Args::command()),
        Command::Man => print::man(Args::command()),
    }
}

/// The output could not be written, or the input no longer be reached, but what is there is whole and can be gone on from.
const UNFINISHED: u8 = 3;
/// Ended by Ctrl-C, as shells know it.
const STOPPED: u8 = 130;

fn status(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<RunError>() {
        Some(RunError::Output(_) | RunError::Input(_) | RunError::Scratch(_)) => UNFINISHED,
        Some(RunError::Stopped { .. }) => STOPPED,
        _ => 2,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let is_it = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(is_it))
}
