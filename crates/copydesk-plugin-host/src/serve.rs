//! The other end: a process that loads one plugin, reads documents from a pipe and answers.
//!
//! The pipes are put where a plugin does not find them by accident: what it prints goes to standard
//! error, and what it reads from standard input is nothing.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use copydesk_plugin_abi::cd_provide;
use rustix::event::{PollFd, PollFlags, poll};

use crate::collect::limit;
use crate::event::Tape;
use crate::frame::{self, Answer, Create, HELLO, Hello, PROTOCOL, REFUSED, RESULT, STARTED};
use crate::harden::{self, Kind};
use crate::instance::{Blueprint, Instance};
use crate::lectern::Lectern;
use crate::library::Library;
use crate::notes::Notes;

/// Works for a host in another process until it hangs up: reads documents from standard input, lets
/// the plugin in `library` read them, and answers on standard output. `memory` is in MiB.
///
/// # Errors
/// When the host says what no host would say, or is gone.
pub fn serve(library: &Path, memory: u64) -> io::Result<()> {
    harden::give_up_rights(memory, Kind::Library);
    let (from, to) = claim_pipes()?;
    work(library, from, to)
}

/// Becomes a program in another language, with what a worker may not do taken away from it.
///
/// # Errors
/// When there is no such program.
pub fn become_program(command: &[String], memory: u64) -> io::Error {
    let [program, arguments @ ..] = command else { return io::Error::other("no program is named") };
    harden::give_up_rights(memory, Kind::Program);
    Command::new(program).args(arguments).exec()
}

pub(crate) fn claim_pipes() -> io::Result<(File, File)> {
    let from = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 10)?;
    let to = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 10)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    leave_with_the_host(from.try_clone()?);
    Ok((File::from(from), File::from(to)))
}

/// A plugin that never ends must not outlive a host that was killed.
fn leave_with_the_host(pipe: OwnedFd) {
    let watch = move || {
        let mut ends = [PollFd::new(&pipe, PollFlags::empty())];
        while !ends[0].revents().contains(PollFlags::HUP) {
            if poll(&mut ends, None).is_err_and(|error| error != rustix::io::Errno::INTR) {
                return;
            }
        }
        std::process::exit(0)
    };
    // without the thread the worker is as good as with it, until the host is killed
    let _ = std::thread::Builder::new().stack_size(64 << 10).spawn(watch);
}

fn work(path: &Path, from: File, mut to: File) -> io::Result<()> {
    let library = match Library::open(path) {
        Ok(library) => library,
        Err((reason, detail)) => {
            return frame::write(&mut to, REFUSED, &[format!("{reason}\n{detail}").as_bytes()]);
        }
    };
    let kinds = library.provides.iter().map(|provide: &cd_provide| provide.kind).collect();
    let hello = Hello { protocol: PROTOCOL, manifest: Some(library.manifest.clone()), kinds };
    frame::write(&mut to, HELLO, &[&serde_json::to_vec(&hello)?])?;
    let mut from = BufReader::new(from);
    let Some((_, create)) = frame::read(&mut from)? else { return Ok(()) };
    answer_all(&library, serde_json::from_slice(&create)?, &mut from, &mut to)
}

fn answer_all(library: &Library, create: Create, from: &mut impl Read, to: &mut File) -> io::Result<()> {
    let notes = Arc::new(Notes::default());
    let blueprint = Blueprint {
        table: library.table,
        provide: create.provide,
        // who it is the host knows
        plugin: String::new(),
        values: create.options,
        notes: Arc::clone(&notes),
    };
    let started = blueprint.start();
    let broken = started.as_ref().err().cloned();
    frame::write(to, STARTED, &[&Answer { broken, notes: notes.take(), tape: Vec::new() }.head()])?;
    let Ok(mut instance) = started else { return Ok(()) };
    let process = std::process::id();
    let mut lectern = Lectern::new()?;
    while let Some((_, length)) = frame::head(from)? {
        let mut answer = answer(&mut instance, lectern.lay(from, length)?)?;
        answer.notes = notes.take();
        // a copy that the plugin made of this process has nothing to say
        if std::process::id() != process {
            std::process::exit(0);
        }
        frame::write(to, RESULT, &[&answer.head(), &answer.tape])?;
    }
    Ok(())
}

fn answer(instance: &mut Instance, document: &[u8]) -> io::Result<Answer> {
    let texts = frame::texts(document).ok_or_else(|| io::Error::other("this is no document"))?;
    let mut tape = Tape::new(limit(texts[5].map_or(0, str::len)));
    let broken = instance.run(&texts, &mut tape).err();
    Ok(Answer { broken, notes: Vec::new(), tape: tape.bytes })
}
