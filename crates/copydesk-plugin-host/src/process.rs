//! A worker process, as the host sees it: sent a frame, or documents through the memory that both share,
//! asked for the answer within a time, and, when it gave none, asked what it died of.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::frame::{self, RESULT};
use crate::instance::Payload;
use crate::ring::{Answered, HostEnd};

/// Of what a worker prints, so much of the end is kept.
const LAST_WORDS: usize = 4096;
/// Read from a pipe at once; there is rarely more in one.
const GULP: usize = 64 << 10;
const UNASKED: &str = "it spoke without being asked";
/// How often, within the time for a document, a host that sleeps looks whether the worker has gone on.
const LOOKS: u32 = 8;

/// A worker process. It ends when this is dropped.
pub(crate) struct Worker {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    errors: ChildStderr,
    inbox: Vec<u8>,
    last_words: Vec<u8>,
    /// It has closed its standard error.
    is_mute: bool,
    /// Where documents and answers lie, if both ends can see that memory.
    ring: Option<HostEnd>,
    /// When an answer came last, or the first document was posted.
    moved: Instant,
}

/// A frame that came: what it is, and the rest.
pub(crate) type Frame = (u8, Vec<u8>);

impl Worker {
    /// Starts a process with an environment of nothing but `environment`.
    pub(crate) fn start(command: &mut Command, environment: &[&str]) -> io::Result<Self> {
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let passed = |name: &&str| Some((name.to_string(), std::env::var_os(name)?));
        command.envs(environment.iter().filter_map(passed)).process_group(0);
        let mut child = command.spawn()?;
        let taken = "the pipe was asked for";
        let worker = Worker {
            to: child.stdin.take().expect(taken),
            from: child.stdout.take().expect(taken),
            errors: child.stderr.take().expect(taken),
            child,
            inbox: Vec::new(),
            last_words: Vec::new(),
            is_mute: false,
            ring: None,
            moved: Instant::now(),
        };
        never_wait(&worker.to)?;
        never_wait(&worker.from)?;
        never_wait(&worker.errors)?;
        Ok(worker)
    }

    /// From now on documents can be posted.
    pub(crate) fn share(&mut self, ring: HostEnd) {
        self.ring = Some(ring);
    }

    /// Sends bytes and waits for the frame that answers them. One of more than `longest` bytes is none.
    ///
    /// # Errors
    /// What became of the worker, which is of no use any more.
    pub(crate) fn ask(&mut self, bytes: &[u8], within: Duration, longest: usize) -> Result<Frame, String> {
        if !self.inbox.is_empty() {
            return Err(UNASKED.to_owned());
        }
        self.moved = Instant::now();
        self.await_frame(bytes, within, longest)
    }

    fn await_frame(&mut self, mut rest: &[u8], within: Duration, longest: usize) -> Result<Frame, String> {
        loop {
            if let Some(frame) = self.frame(longest)? {
                return Ok(frame);
            }
            self.wait(&mut rest, within, within)?;
        }
    }

    /// Lays a document into the shared memory, if there is such and it has room now.
    pub(crate) fn post(&mut self, texts: &Payload<'_>) -> bool {
        let Some(ring) = &mut self.ring else { return false };
        if ring.in_flight() == 0 {
            self.moved = Instant::now();
        }
        ring.post(texts)
    }

    /// Waits for the answer to the first of the documents that are posted.
    ///
    /// # Errors
    /// What became of the worker, which is of no use any more.
    pub(crate) fn collect(
        &mut self,
        within: Duration,
        longest: usize,
        into: &mut Vec<u8>,
    ) -> Result<u8, String> {
        loop {
            let ring = self.ring.as_mut().expect("documents are posted there");
            match ring.collect(into)? {
                Answered::Here => return Ok(RESULT),
                Answered::ThroughThePipe => {
                    self.moved = Instant::now();
                    let (kind, answer) = self.await_frame(&[], within, longest)?;
                    *into = answer;
                    return Ok(kind);
                }
                Answered::NotYet if !ring.goes_to_sleep() => {}
                Answered::NotYet => self.sleep(within)?,
            }
        }
    }

    /// Waits for the bell. Now and then it looks whether the worker goes on: each document has its time.
    fn sleep(&mut self, within: Duration) -> Result<(), String> {
        if self.ring.as_mut().is_some_and(HostEnd::has_moved) {
            self.moved = Instant::now();
        }
        let outcome = self.wait(&mut &[][..], within, within / LOOKS);
        match outcome {
            // what it answered before it died counts
            _ if self.has_answers() => Ok(()),
            Ok(()) if !self.inbox.is_empty() => Err(UNASKED.to_owned()),
            outcome => outcome,
        }
    }

    /// Are there answers in the shared memory?
    fn has_answers(&self) -> bool {
        self.ring.as_ref().is_some_and(|ring| ring.waiting() != Ok(0))
    }

    /// Moves bytes, or lets `a_while` go by.
    fn wait(&mut self, rest: &mut &[u8], within: Duration, a_while: Duration) -> Result<(), String> {
        let until = (self.moved + within).min(Instant::now() + a_while);
        match self.step(rest, until) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.what_it_died_of(None)),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(self.what_it_died_of(Some(within))),
            Err(error) => Err(format!("its pipe broke: {error}")),
        }
    }

    /// Waits until it rings, and moves bytes through whichever pipe is ready. `false` when the worker has closed
    /// its own.
    fn step(&mut self, rest: &mut &[u8], until: Instant) -> io::Result<bool> {
        let left = until.checked_duration_since(Instant::now()).ok_or(io::ErrorKind::TimedOut)?;
        let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        // nothing more is waited for at a descriptor that is named twice
        let from = self.from.as_fd();
        let errors = if self.is_mute { from } else { self.errors.as_fd() };
        let bell = self.ring.as_ref().map_or(from, |ring| ring.bell().as_fd());
        let mut ends = [from, errors, bell, from].map(|end| PollFd::from_borrowed_fd(end, PollFlags::IN));
        if !rest.is_empty() {
            ends[3] = PollFd::new(&self.to, PollFlags::OUT);
        }
        if poll(&mut ends, Some(&left)).or_else(again)? == 0 {
            return Ok(true);
        }
        let [speaks, complains, rings, listens] = ends.each_ref().map(|end| !end.revents().is_empty());
        if listens && !rest.is_empty() && !send(&mut self.to, rest)? {
            return Ok(false);
        }
        if complains && !self.is_mute {
            self.listen();
        }
        if let Some(ring) = self.ring.as_ref().filter(|_| rings) {
            ring.bell().hush();
        }
        Ok(!speaks || !receive(&mut self.from, &mut self.inbox)?)
    }

    /// The frame at the front of what came, if it is all there.
    fn frame(&mut self, longest: usize) -> Result<Option<Frame>, String> {
        let Some(head) = self.inbox.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*head) as usize;
        if length == 0 || length > longest.min(frame::LONGEST) {
            return Err(format!("it announced an answer of {length} bytes"));
        }
        if self.inbox.len() < 4 + length {
            return Ok(None);
        }
        let behind = self.inbox.split_off(4 + length);
        let mut rest = std::mem::replace(&mut self.inbox, behind);
        let kind = rest[4];
        rest.drain(..5);
        Ok(Some((kind, rest)))
    }

    /// Reads what was printed. A pipe that is at its end is left alone.
    fn listen(&mut self) {
        self.is_mute = receive(&mut self.errors, &mut self.last_words).unwrap_or(true);
        let above = self.last_words.len().saturating_sub(LAST_WORDS);
        self.last_words.drain(..above);
    }

    fn what_it_died_of(&mut self, late: Option<Duration>) -> String {
        let cause = match (late, self.end()) {
            (Some(within), _) => format!("it gave no answer within {} s", within.as_secs_f64()),
            (None, Ok(status)) => died(status),
            (None, Err(error)) => format!("it is gone: {error}"),
        };
        self.listen();
        match self.said() {
            said if said.is_empty() => cause,
            said => format!("{cause}; it said: {said}"),
        }
    }

    /// What it printed, as one line. Its number is that of this run only, and left out.
    fn said(&self) -> String {
        let said = String::from_utf8_lossy(&self.last_words);
        let said = said.replace(&format!("({})", self.child.id()), "(its number)");
        let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join(" / ")
    }

    /// Ends the process and whatever it started.
    fn end(&mut self) -> io::Result<ExitStatus> {
        // one that closes its pipe is at its end: its own death says more than ours
        let until = Instant::now() + Duration::from_millis(200);
        while Instant::now() < until && self.is_leaving() {
            if let Some(status) = self.child.try_wait()? {
                self.kill();
                return Ok(status);
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        self.kill();
        self.child.wait()
    }

    /// Is its end of the pipe closed?
    fn is_leaving(&mut self) -> bool {
        matches!(receive(&mut self.from, &mut Vec::new()), Ok(true) | Err(_))
    }

    fn kill(&self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // nobody left is as good
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

fn died(status: ExitStatus) -> String {
    match status.signal() {
        Some(number) => format!("its process was killed by signal {number}{}", name(number)),
        None => format!("its process ended with status {}", status.code().unwrap_or_default()),
    }
}

fn name(signal: i32) -> &'static str {
    match Signal::from_named_raw(signal) {
        Some(Signal::SEGV) => " (segmentation fault)",
        Some(Signal::ABORT) => " (abort)",
        Some(Signal::BUS) => " (bus error)",
        Some(Signal::ILL) => " (illegal instruction)",
        Some(Signal::FPE) => " (arithmetic error)",
        Some(Signal::KILL) => " (killed; is there enough memory?)",
        Some(Signal::SYS) => " (forbidden system call)",
        _ => "",
    }
}

fn never_wait(end: impl AsFd) -> io::Result<()> {
    let flags = fcntl_getfl(&end)?;
    Ok(fcntl_setfl(&end, flags | OFlags::NONBLOCK)?)
}

fn again(error: rustix::io::Errno) -> io::Result<usize> {
    if error == rustix::io::Errno::INTR { Ok(0) } else { Err(error.into()) }
}

fn is_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Writes what fits. `false` when nobody reads any more.
fn send(to: &mut ChildStdin, rest: &mut &[u8]) -> io::Result<bool> {
    match to.write(rest) {
        Ok(written) => *rest = &rest[written..],
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(false),
        Err(error) if is_later(&error) => {}
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// Reads what is there. `true` at the end.
fn receive(from: &mut impl Read, into: &mut Vec<u8>) -> io::Result<bool> {
    let before = into.len();
    into.resize(before + GULP, 0);
    let outcome = from.read(&mut into[before..]);
    into.truncate(before + *outcome.as_ref().unwrap_or(&0));
    match outcome {
        Ok(length) => Ok(length == 0),
        Err(error) if is_later(&error) => Ok(false),
        Err(error) => Err(error),
    }
}
