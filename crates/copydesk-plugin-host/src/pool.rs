//! The workers of one extractor: one for each thread that asks, started anew when they die.
//!
//! Payloads are laid into the memory that a worker shares with us, as many as there is room for, and
//! answered in their order: so the first without an answer is the one at which a worker died. That payload
//! is tried once more, alone, in a new worker, so that what the plugin had become before does not count,
//! and what it prints is about this payload only. After a second death the payload is to blame. Those
//! that were laid down behind it begin anew.
//!
//! What is too large for that memory, and whatever a program in another language reads, goes through its
//! pipes, one payload at a time.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use copydesk_core::Document;

use crate::collect::{Collector, limit};
use crate::event::play;
use crate::frame::{self, Answer, CREATE, Create, HELLO, Hello, PROTOCOL, REFUSED, RESULT, STARTED};
use crate::health::Health;
use crate::instance::told;
use crate::notes::Notes;
use crate::problem::Refusal;
use crate::process::Worker;
use crate::ring::HostEnd;

/// Loading a library, or starting an interpreter, on a busy machine.
const START: Duration = Duration::from_secs(60);
/// Of hello and complaints.
const LONGEST_START: usize = 2 << 20;
/// What an answer may be longer than its events: notes and framing.
const SLACK: usize = 16 << 20;
/// Starts that are tried when the system has no room for another process.
const TRIES: u32 = 7;

/// How a worker is started.
#[derive(Clone)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<std::ffi::OsString>,
    /// Where it starts.
    pub(crate) folder: PathBuf,
    /// Variables that it gets.
    pub(crate) environment: &'static [&'static str],
    /// It is told of memory that it can share with us.
    pub(crate) shares_memory: bool,
}

/// The workers of one extractor.
pub(crate) struct Pool {
    pub(crate) launch: Launch,
    pub(crate) create: Create,
    pub(crate) digest: String,
    pub(crate) timeout: Duration,
    pub(crate) notes: Arc<Notes>,
    pub(crate) health: Arc<Health>,
    /// Deaths in a row.
    pub(crate) streak: AtomicU64,
    pub(crate) idle: Mutex<Vec<Worker>>,
}

/// Is told of each payload what came of it: what was collected, or what two workers died of.
pub(crate) type Each<'a> = dyn FnMut(Document, Result<Collector, String>) -> ControlFlow<()> + 'a;

impl Launch {
    /// A new worker, and what it says of its plugin.
    pub(crate) fn start(&self) -> Result<(Worker, Hello), Refusal> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        // where the system has no such memory, or no room for it, the pipes do
        let memory = self.shares_memory.then(HostEnd::new).and_then(Result::ok);
        if let Some((_, legacy)) = &memory {
            let numbers = legacy.each_ref().map(|descriptor| descriptor.as_raw_fd().to_string());
            command.args(["--shared-memory", &numbers.join(",")]);
        }
        let cannot = |detail| ("cannot-load", format!("its process cannot be started: {detail}"));
        let mut worker =
            Worker::start(&mut command, self.environment).map_err(|error| cannot(error.to_string()))?;
        let (kind, said) = worker.ask(&[], START, LONGEST_START).map_err(cannot)?;
        let hello = match kind {
            HELLO => hello(&said)?,
            REFUSED => return Err(refusal(&said)),
            other => return Err(cannot(format!("it began with a frame of kind {other}"))),
        };
        if let Some((ring, _)) = memory.filter(|_| hello.shares_memory) {
            worker.share(ring);
        }
        Ok((worker, hello))
    }
}

fn hello(said: &[u8]) -> Result<Hello, Refusal> {
    let hello: Hello = serde_json::from_slice(said)
        .map_err(|error| ("cannot-load", format!("its greeting cannot be read: {error}")))?;
    match hello.protocol {
        PROTOCOL => Ok(hello),
        other => Err(("wrong-abi", format!("it speaks protocol {other}; this copydesk speaks {PROTOCOL}"))),
    }
}

/// The reasons that a library is refused for are a list of this crate; another is none of ours.
fn refusal(said: &[u8]) -> Refusal {
    let said = String::from_utf8_lossy(said);
    let (reason, detail) = said.split_once('\n').unwrap_or(("", &said));
    let known = ["no-symbol", "wrong-abi", "bad-table", "refused"];
    let reason = known.into_iter().find(|known| *known == reason).unwrap_or("cannot-load");
    (reason, detail.to_owned())
}

impl Pool {
    /// Starts one worker, to see whether the plugin does.
    pub(crate) fn warm_up(&self) -> Result<(), String> {
        let worker = self.worker()?;
        self.put_back(worker);
        Ok(())
    }

    /// Lets workers read payloads, and tells `each` in their order what came of them, until it has enough.
    pub(crate) fn run(&self, mut payloads: VecDeque<Document>, each: &mut Each<'_>) {
        let mut worker = self.lock().pop();
        while !payloads.is_empty() {
            let outcome = match worker.take().map_or_else(|| self.started(), Ok) {
                Ok(worker) => self.read_all(worker, &mut payloads, each),
                Err(cause) => Err(cause),
            };
            let (Err(_), Some(culprit)) = (outcome, payloads.pop_front()) else { return };
            self.back_off();
            let collected = match self.read_alone(&culprit) {
                Ok((collected, survivor)) => {
                    worker = Some(survivor);
                    Ok(collected)
                }
                Err(cause) => Err(self.verdict(&cause)),
            };
            if each(culprit, collected).is_break() {
                return;
            }
        }
        worker.into_iter().for_each(|worker| self.put_back(worker));
    }

    /// Lets a worker read all payloads; those that it has read are taken out.
    ///
    /// # Errors
    /// What it died of at the first of the rest.
    fn read_all(
        &self,
        mut worker: Worker,
        payloads: &mut VecDeque<Document>,
        each: &mut Each<'_>,
    ) -> Result<(), String> {
        let mut posted = 0;
        let mut buffer = Vec::new();
        while let Some(first) = payloads.front() {
            let rest = payloads.range(posted..);
            posted += rest.take_while(|payload| post(&mut worker, payload)).count();
            let collected = self.answer(&mut worker, first, posted > 0, &mut buffer)?;
            posted = posted.saturating_sub(1);
            self.streak.store(0, Ordering::Relaxed);
            let payload = payloads.pop_front().expect("it is the first");
            if each(payload, Ok(collected)).is_break() {
                // the worker ends, with what it was given and nobody wants any more
                return Ok(());
            }
        }
        self.put_back(worker);
        Ok(())
    }

    /// Lets a new worker read one payload, and keeps the worker if it lives.
    ///
    /// # Errors
    /// What it died of.
    fn read_alone(&self, payload: &Document) -> Result<(Collector, Worker), String> {
        let mut worker = self.started()?;
        let is_posted = post(&mut worker, payload);
        let collected = self.answer(&mut worker, payload, is_posted, &mut Vec::new())?;
        Ok((collected, worker))
    }

    /// What a worker makes of a payload. One that was posted comes first of those that were.
    fn answer(
        &self,
        worker: &mut Worker,
        payload: &Document,
        is_posted: bool,
        buffer: &mut Vec<u8>,
    ) -> Result<Collector, String> {
        let longest = limit(payload.text.len()).saturating_mul(2).saturating_add(SLACK);
        let kind = if is_posted {
            worker.collect(self.timeout, longest, buffer)?
        } else {
            let document = frame::document(&told(payload, &mut String::new()));
            let document = document.map_err(|error| error.to_string())?;
            let kind;
            (kind, *buffer) = worker.ask(&document, self.timeout, longest)?;
            kind
        };
        let (answer, tape) = read(kind, buffer, RESULT)?;
        answer.notes.iter().for_each(|note| self.notes.add(&self.create.plugin, note));
        if let Some(broken) = answer.broken {
            return Err(broken);
        }
        let mut collector = Collector::new(payload);
        play(tape, &mut collector)?;
        Ok(collector)
    }

    fn verdict(&self, cause: &str) -> String {
        self.health.count(&self.create.plugin);
        format!("{cause} (twice; sha256 {})", self.digest)
    }

    /// A worker that is ready for documents.
    fn worker(&self) -> Result<Worker, String> {
        let (mut worker, _) = self.launch.start().map_err(|(_, detail)| detail)?;
        let create = serde_json::to_vec(&self.create).expect("strings and JSON are JSON");
        let create = frame::frame(CREATE, &[&create]).map_err(|error| error.to_string())?;
        let (kind, said) = worker.ask(&create, START, LONGEST_START)?;
        let (started, _) = read(kind, &said, STARTED)?;
        started.notes.iter().for_each(|note| self.notes.add(&self.create.plugin, note));
        started.broken.map_or(Ok(worker), Err)
    }

    /// A worker, after as many tries as it takes. Without one no payload is to blame: the run ends.
    fn started(&self) -> Result<Worker, String> {
        let mut outcome = self.worker();
        for n in 0..TRIES {
            if outcome.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10 << n));
            outcome = self.worker();
        }
        outcome.inspect_err(|detail| {
            self.health.give_up(format!("the plugin `{}` cannot be started: {detail}", self.create.plugin));
        })
    }

    /// The more deaths in a row, the longer the pause, up to a tenth of a second.
    fn back_off(&self) {
        let streak = self.streak.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_micros((50_u64 << streak.min(11)).min(100_000)));
    }

    fn put_back(&self, worker: Worker) {
        self.lock().push(worker);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn post(worker: &mut Worker, payload: &Document) -> bool {
    worker.post(&told(payload, &mut String::new()))
}

fn read(kind: u8, answer: &[u8], wanted: u8) -> Result<(Answer, &[u8]), String> {
    if kind != wanted {
        return Err(format!("it answered with a frame of kind {kind}"));
    }
    Answer::read(answer).ok_or_else(|| "its answer cannot be read".to_owned())
}
