//! The other end: a process that loads one plugin, reads documents from shared memory or a pipe, and
//! answers.
//!
//! The pipes are put where a plugin does not find them by accident: what it prints goes to standard
//! error, and what it reads from standard input is nothing.

use std::fs::File;
use std::io::{self, BufReader};
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use copydesk_plugin_abi::cd_provide;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::fcntl_getfd;

use crate::collect::limit;
use crate::event::Tape;
use crate::frame::{self, Answer, Create, HELLO, Hello, PROTOCOL, REFUSED, RESULT, STARTED};
use crate::harden::{self, Kind};
use crate::instance::{Blueprint, Instance};
use crate::lectern::Lectern;
use crate::library::Library;
use crate::notes::Notes;
use crate::ring::{Legacy, WorkerEnd};

/// Works for a host in another process until it hangs up: reads documents from standard input, lets
/// the plugin in `library` read them, and answers on standard output; or does both in memory that it has
/// inherited, with two bells, as the descriptors in `shared`. `memory` is in MiB.
///
/// # Errors
/// When the host says what no host would say, or is gone.
pub fn serve(library: &Path, memory: u64, shared: &[RawFd]) -> io::Result<()> {
    harden::give_up_rights(memory, Kind::Library, shared);
    // without shared memory the worker is as good as with it, and slower
    let ring = inherited(shared).and_then(|legacy| WorkerEnd::inherited(legacy).ok());
    let (from, to) = claim_pipes()?;
    work(library, Line { from: BufReader::new(from), to, ring })
}

fn inherited(shared: &[RawFd]) -> Option<Legacy> {
    let descriptors = <[RawFd; 3]>::try_from(shared).ok()?;
    // SAFETY: the program was started with these descriptors, all others are closed, and nobody has made any
    // use of them
    #[allow(unsafe_code)]
    Some(descriptors.map(|descriptor| unsafe { OwnedFd::from_raw_fd(descriptor) }))
}

/// Becomes a program in another language, with what a worker may not do taken away from it.
///
/// # Errors
/// When there is no such program.
pub fn become_program(command: &[String], memory: u64) -> io::Error {
    let [program, arguments @ ..] = command else { return io::Error::other("no program is named") };
    harden::give_up_rights(memory, Kind::Program, &[]);
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

/// The way to the host and back.
struct Line {
    from: BufReader<File>,
    to: File,
    ring: Option<WorkerEnd>,
}

fn work(path: &Path, mut line: Line) -> io::Result<()> {
    let library = match Library::open(path) {
        Ok(library) => library,
        Err((reason, detail)) => {
            return frame::write(&mut line.to, REFUSED, &[format!("{reason}\n{detail}").as_bytes()]);
        }
    };
    let hello = Hello {
        protocol: PROTOCOL,
        manifest: Some(library.manifest.clone()),
        kinds: library.provides.iter().map(|provide: &cd_provide| provide.kind).collect(),
        shares_memory: line.ring.is_some(),
    };
    frame::write(&mut line.to, HELLO, &[&serde_json::to_vec(&hello)?])?;
    let Some((_, create)) = frame::read(&mut line.from)? else { return Ok(()) };
    answer_all(&library, serde_json::from_slice(&create)?, line)
}

fn answer_all(library: &Library, create: Create, mut line: Line) -> io::Result<()> {
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
    frame::write(&mut line.to, STARTED, &[&Answer { broken, notes: notes.take() }.head()])?;
    let Ok(instance) = started else { return Ok(()) };
    let process = std::process::id();
    let mut reader = Reader { instance, notes, tape: Tape::new(), process };
    let mut lectern = Lectern::new()?;
    while line.answer_next(&mut reader, &mut lectern)? {}
    Ok(())
}

impl Line {
    /// Answers the next document. `false` when there is none any more, or nobody who could read it.
    fn answer_next(&mut self, reader: &mut Reader, lectern: &mut Lectern) -> io::Result<bool> {
        let Line { from, to, ring } = self;
        if let Some(ring) = ring {
            if let Some(document) = ring.next() {
                let answer = reader.read(document)?;
                // a plugin that has closed the way out shall die of it here, at its own document
                fcntl_getfd(&*to)?;
                let parts: [&[u8]; 2] = [&answer.head(), &reader.tape.bytes];
                let fits = ring.answer(&parts);
                ring.done()?;
                if !fits {
                    frame::write(to, RESULT, &parts)?;
                }
                return Ok(answer.broken.is_none());
            }
            if from.buffer().is_empty() && ring.bell().sleep_until_it_rings(from.get_ref())? {
                return Ok(true);
            }
        }
        let Some((_, length)) = frame::head(from)? else { return Ok(false) };
        let answer = reader.read(lectern.lay(from, length)?)?;
        frame::write(to, RESULT, &[&answer.head(), &reader.tape.bytes])?;
        Ok(answer.broken.is_none())
    }
}

/// The plugin, and what it emits for one document after the other.
struct Reader {
    instance: Instance,
    notes: Arc<Notes>,
    tape: Tape,
    /// This one.
    process: u32,
}

impl Reader {
    /// Lets the plugin read a document. What it emits is on the tape.
    fn read(&mut self, document: &[u8]) -> io::Result<Answer> {
        let texts = frame::texts(document).ok_or_else(|| io::Error::other("this is no document"))?;
        self.tape.begin(limit(texts[5].map_or(0, <[u8]>::len)));
        let broken = self.instance.run(&texts, &mut self.tape).err();
        // a copy that the plugin made of this process has nothing to say
        if std::process::id() != self.process {
            std::process::exit(0);
        }
        Ok(Answer { broken, notes: self.notes.take() })
    }
}
