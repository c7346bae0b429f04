//! The workers of one extractor: one for each thread that asks, started anew when they die.
//!
//! A payload at which a worker dies is tried once more, alone, in a new one, so that what the plugin
//! had become before does not count, and what it prints is about this payload only. After a second
//! death the payload is to blame.

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
use crate::process::{Frame, Worker};

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

impl Launch {
    /// A new worker, and what it says of its plugin.
    pub(crate) fn start(&self) -> Result<(Worker, Hello), Refusal> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        let cannot = |detail| ("cannot-load", format!("its process cannot be started: {detail}"));
        let mut worker =
            Worker::start(&mut command, self.environment).map_err(|error| cannot(error.to_string()))?;
        let (kind, said) = worker.ask(&[], START, LONGEST_START).map_err(cannot)?;
        match kind {
            HELLO => Ok((worker, hello(&said)?)),
            REFUSED => Err(refusal(&said)),
            other => Err(cannot(format!("it began with a frame of kind {other}"))),
        }
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

    /// Lets a worker read a payload.
    ///
    /// # Errors
    /// What two workers died of.
    pub(crate) fn run(&self, payload: &Document) -> Result<Collector, String> {
        let mut metadata = String::new();
        let document = frame::document(&told(payload, &mut metadata)).map_err(|error| error.to_string())?;
        let idle = self.lock().pop();
        let first = match idle {
            Some(worker) => self.attempt(worker, &document, payload),
            None => self.started().and_then(|worker| self.attempt(worker, &document, payload)),
        };
        let outcome = first.or_else(|_| {
            self.back_off();
            self.attempt(self.started()?, &document, payload)
        });
        match &outcome {
            Ok(_) => self.streak.store(0, Ordering::Relaxed),
            Err(_) => self.health.count(&self.create.plugin),
        }
        outcome.map_err(|cause| format!("{cause} (twice; sha256 {})", &self.digest))
    }

    fn attempt(&self, mut worker: Worker, document: &[u8], payload: &Document) -> Result<Collector, String> {
        let longest = limit(payload.text.len()).saturating_mul(2).saturating_add(SLACK);
        let answer = answer(worker.ask(document, self.timeout, longest)?, RESULT)?;
        answer.notes.iter().for_each(|note| self.notes.add(&self.create.plugin, note));
        if let Some(broken) = answer.broken {
            return Err(broken);
        }
        let mut collector = Collector::new(payload);
        play(&answer.tape, &mut collector)?;
        self.put_back(worker);
        Ok(collector)
    }

    /// A worker that is ready for documents.
    fn worker(&self) -> Result<Worker, String> {
        let (mut worker, _) = self.launch.start().map_err(|(_, detail)| detail)?;
        let create = serde_json::to_vec(&self.create).expect("strings and JSON are JSON");
        let create = frame::frame(CREATE, &[&create]).map_err(|error| error.to_string())?;
        let started = answer(worker.ask(&create, START, LONGEST_START)?, STARTED)?;
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

fn answer((kind, bytes): Frame, wanted: u8) -> Result<Answer, String> {
    if kind != wanted {
        return Err(format!("it answered with a frame of kind {kind}"));
    }
    Answer::read(bytes).ok_or_else(|| "its answer cannot be read".to_owned())
}
