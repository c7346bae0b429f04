//! From a plan and an input to a report.
//!
//! The input is cut into units, by bytes and records and never by thread. Workers take the units
//! in order; a unit's documents go through all stages in one worker, one after the other, and
//! into one part of the output. Parts are committed in the order of the units, and the journal says
//! after each how far the run is: one that was cut short goes on behind the last. A corpus stage makes
//! a pass of its own: the input is read up to that stage, the stage decides, and the next pass goes on
//! through it.
//!
//! Everything that varies from run to run stays out of here: no clock, no names of threads.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::batch::Batch;
use crate::journal::{self, Done};
use crate::report::Entrant;
use crate::window::Window;
use crate::{
    Change, CorpusStage, Document, Exporter, Identity, Journal, JournalError, Output, PartFile, Plan,
    Quarantined, Report, Stage,
};

/// Where documents come from.
pub trait Input: Send + Sync {
    /// The inputs as the user named them.
    fn names(&self) -> Vec<String>;

    /// The fixed cuts, in reading order.
    fn units(&self) -> &[Unit];

    /// Reads one unit from front to back, and stops when told to.
    fn read(&self, unit: usize, each: &mut dyn FnMut(Reading) -> ControlFlow<()>);
}

/// A piece of the input that is worked on as a whole and becomes one part of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Index into [`Input::names`].
    pub input: usize,
    /// Size on disk, in bytes.
    pub bytes: u64,
}

/// What a reader found.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are documents: a box would be one allocation more for each"
)]
pub enum Reading {
    /// A record that is a document, or a payload with documents in it.
    Document(Document),
    /// A record that is not.
    Quarantined(Quarantined),
    /// So many more bytes of the unit have been read from disk.
    Progress(u64),
    /// The input can no longer be reached: what was set aside of the unit may not be damaged at all, and
    /// the run ends.
    Lost(io::Error),
}

/// How far a run has come; watched from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read from disk, in all passes.
    pub bytes: AtomicU64,
    /// Documents that have been through the last pass.
    pub documents: AtomicU64,
    /// Units that were in the output when the run began.
    pub resumed: AtomicU64,
}

/// Everything that a run needs.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// What is done to the documents.
    pub plan: &'a Plan,
    /// Where they come from.
    pub input: &'a dyn Input,
    /// Where they go.
    pub output: &'a dyn Output,
    /// What the output depends on.
    pub identity: &'a Identity,
    /// How many workers there are. The output does not depend on it.
    pub threads: NonZeroUsize,
    /// Told how far the run is.
    pub progress: &'a Progress,
    /// Set from outside to end the run early and cleanly.
    pub stop: &'a AtomicBool,
}

/// How a run ended that reached its end.
#[derive(Debug)]
pub struct Outcome {
    /// What happened, in this run and in those that it took up.
    pub report: Report,
    /// How many units were in the output before.
    pub resumed: u64,
    /// The output was complete before; nothing was done.
    pub was_complete: bool,
}

/// Why a run could not finish.
#[derive(Debug)]
pub enum RunError {
    /// The output cannot be written, or read back.
    Output(io::Error),
    /// The input can no longer be reached.
    Input(io::Error),
    /// What a stage has to remember cannot be put on disk, or read back.
    Scratch(io::Error),
    /// The output holds another run than this one.
    Changed {
        /// What differs.
        changes: Vec<Change>,
        /// The other run is complete.
        was_complete: bool,
    },
    /// The journal says what cannot be.
    Journal(JournalError),
    /// It was told to stop.
    Stopped {
        /// Units that are in the output.
        done: u64,
        /// All units.
        units: u64,
    },
    /// The worker threads cannot be started.
    Threads(String),
    /// The plan has no stage that writes.
    NoExport,
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RunError::Output(error) | RunError::Input(error) | RunError::Scratch(error) => Some(error),
            RunError::Journal(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Output(_) => f.write_str("the output cannot be written"),
            RunError::Input(_) => f.write_str("the input can no longer be reached"),
            RunError::Scratch(_) => f.write_str("what a stage has to remember cannot be kept on disk"),
            RunError::Journal(_) => f.write_str("the output cannot be taken up again"),
            RunError::Changed { changes, .. } => {
                f.write_str("the output was begun by another run:")?;
                changes.iter().try_for_each(|change| write!(f, "\n  {change}"))
            }
            RunError::Stopped { done, units } => write!(f, "stopped: {done} of {units} parts are written"),
            RunError::Threads(why) => write!(f, "the worker threads cannot be started: {why}"),
            RunError::NoExport => f.write_str("nothing would be written: the config has no stage `export`"),
        }
    }
}

/// Carries out a plan, or takes it up again where it was cut short.
///
/// # Errors
/// When the output cannot be written, belongs to another run, or the run was told to stop. What is
/// wrong with the input is in the report.
pub fn run(job: &Job<'_>) -> Result<Outcome, RunError> {
    let exporter = job.plan.exporter().ok_or(RunError::NoExport)?;
    let units = job.input.units().len() as u64;
    let journal = take_up(job, units)?;
    let resumed = journal.units_done();
    if journal.is_complete() {
        let report = total(job, journal.parts().map(|(_, report)| report));
        return Ok(Outcome { report, resumed, was_complete: true });
    }
    job.progress.resumed.store(resumed, Ordering::Relaxed);
    let done = job.input.units().iter().take(resumed as usize).map(|unit| unit.bytes).sum();
    job.progress.bytes.fetch_add(done, Ordering::Relaxed);
    // what corpus stages found belongs to the report, even if all parts are there
    let is_due = resumed < units || job.plan.corpus_stages().next().is_some();
    let reports = if is_due { job.carry_out(exporter.as_ref(), resumed)? } else { Vec::new() };
    let mut report = total(job, journal.parts().map(|(_, report)| report).chain(&reports));
    job.plan.corpus_stages().try_for_each(|stage| stage.conclude()).map_err(RunError::Scratch)?;
    report.findings = job.plan.corpus_stages().filter_map(|stage| stage.findings()).collect();
    finish(job.output, exporter.as_ref(), &report).map_err(RunError::Output)?;
    Ok(Outcome { report, resumed, was_complete: false })
}

/// Reads the journal, or begins it. What a crash left is cleared away.
fn take_up(job: &Job<'_>, units: u64) -> Result<Journal, RunError> {
    let lines = job.output.journal().map_err(RunError::Output)?;
    let journal = Journal::replay(&lines).map_err(RunError::Journal)?;
    let Some(before) = &journal.identity else {
        job.output.recover(&[]).map_err(RunError::Output)?;
        journal::begin(job.output, job.identity, units).map_err(RunError::Output)?;
        return Ok(journal);
    };
    let changes = before.changes(job.identity);
    if !changes.is_empty() {
        return Err(RunError::Changed { changes, was_complete: journal.is_complete() });
    }
    // a complete output is left as it is
    if !journal.is_complete() {
        let names: Vec<&str> = journal.names().into_iter().collect();
        job.output.recover(&names).map_err(RunError::Output)?;
    }
    Ok(journal)
}

/// The reports of all units as one.
fn total<'r>(job: &Job<'_>, reports: impl Iterator<Item = &'r Report>) -> Report {
    let mut total = Report::over(job.input.names());
    total.plugins.clone_from(&job.identity.plugins);
    for (unit, report) in job.input.units().iter().zip(reports) {
        total.merge(unit.input, report);
    }
    total.close()
}

/// Writes what belongs to no unit, and that the run is complete.
fn finish(output: &dyn Output, exporter: &dyn Exporter, report: &Report) -> io::Result<()> {
    let mut files = exporter.finish(output, report)?;
    files.push(write_report(output, report)?);
    journal::end(output, files)
}

/// The counts go into the output; they hold nothing that changes from run to run.
fn write_report(output: &dyn Output, report: &Report) -> io::Result<PartFile> {
    const NAME: &str = "report.json";
    let mut file = output.create(NAME)?;
    let json = serde_json::to_string_pretty(report)?;
    file.write_all(json.as_bytes())?;
    file.write_all(b"\n")?;
    Ok(PartFile::new(NAME, 1, file.seal()?))
}

impl Job<'_> {
    /// All passes; the reports of the units that were not done, in order.
    fn carry_out(&self, exporter: &dyn Exporter, from: u64) -> Result<Vec<Report>, RunError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.get()).build();
        let pool = pool.map_err(|error| RunError::Threads(error.to_string()))?;
        let mut decided: Vec<Arc<dyn Stage>> = Vec::new();
        for stage in self.plan.corpus_stages() {
            let pass = Pass { job: self, decided: &decided };
            let outcome = pool.install(|| pass.observe(stage.as_ref()));
            outcome.map_err(|halt| self.error(halt, from))?;
            decided.push(stage.decide(self.output).map_err(RunError::Scratch)?);
        }
        let pass = Pass { job: self, decided: &decided };
        pool.install(|| pass.export(exporter, from))
    }

    fn error(&self, halt: Halt, done: u64) -> RunError {
        match halt {
            Halt::Failed(error) => RunError::Output(error),
            Halt::Lost(error) => RunError::Input(error),
            Halt::Full(error) => RunError::Scratch(error),
            Halt::Stopped => RunError::Stopped { done, units: self.input.units().len() as u64 },
        }
    }
}

/// Why a pass ends before its end.
#[derive(Debug)]
enum Halt {
    Failed(io::Error),
    Lost(io::Error),
    Full(io::Error),
    Stopped,
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Halt::Failed(error)
    }
}

/// One reading of the whole input.
struct Pass<'a> {
    job: &'a Job<'a>,
    decided: &'a [Arc<dyn Stage>],
}

impl Pass<'_> {
    /// Every worker takes the next unit until there is none.
    fn each_unit(&self, from: u64, work: impl Fn(u64) -> ControlFlow<()> + Sync) {
        let next = AtomicU64::new(from);
        let stop = AtomicBool::new(false);
        let units = self.job.input.units().len() as u64;
        rayon::broadcast(|_| {
            loop {
                let unit = next.fetch_add(1, Ordering::Relaxed);
                if unit >= units || stop.load(Ordering::Relaxed) {
                    break;
                }
                if work(unit).is_break() {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        });
    }

    /// Shows every document to a corpus stage.
    fn observe(&self, stage: &dyn CorpusStage) -> Result<(), Halt> {
        let window = Window::<(), Halt>::new(0);
        self.each_unit(0, |unit| {
            let show = |fate: Fate<'_>| match fate {
                Fate::Document(document) => stage.observe(document, self.job.output),
                Fate::Quarantined(_) => Ok(()),
            };
            match self.each_document(unit, show) {
                Ok(_) => return ControlFlow::Continue(()),
                // nothing is written to the output in this pass
                Err(Halt::Failed(error)) => window.fail(Halt::Full(error)),
                Err(halt) => window.fail(halt),
            }
            ControlFlow::Break(())
        });
        window.into_outcome()
    }

    /// Writes every document from a unit on, and counts.
    fn export(&self, exporter: &dyn Exporter, from: u64) -> Result<Vec<Report>, RunError> {
        let window = Window::new(from);
        let reports = Mutex::new(Vec::new());
        let commit = |due: Vec<Done>| {
            let counts: Vec<_> = due.iter().map(|done| done.report.clone()).collect();
            journal::commit(self.job.output, due)?;
            reports.lock().unwrap_or_else(PoisonError::into_inner).extend(counts);
            Ok(())
        };
        self.each_unit(from, |unit| {
            let goes_on = window.wait_for(unit)
                && match self.export_unit(unit, exporter) {
                    Ok(done) => window.hand_in(unit, done, commit),
                    Err(halt) => {
                        window.fail(halt);
                        false
                    }
                };
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
        window.into_outcome().map_err(|halt| self.job.error(halt, from + reports.len() as u64))?;
        Ok(reports)
    }

    fn export_unit(&self, unit: u64, exporter: &dyn Exporter) -> Result<Done, Halt> {
        let mut part = exporter.open(self.job.output, unit)?;
        let report = self.each_document(unit, |fate| match fate {
            Fate::Quarantined(record) => part.quarantine(record),
            Fate::Document(document) => {
                self.job.progress.documents.fetch_add(1, Ordering::Relaxed);
                part.write(document)
            }
        })?;
        Ok(Done { unit, files: part.finish()?, report: report.close() })
    }

    fn not_stopped(&self) -> Result<(), Halt> {
        if self.job.stop.load(Ordering::Relaxed) { Err(Halt::Stopped) } else { Ok(()) }
    }

    /// Reads one unit and takes each of its documents through the stages. What becomes of every record
    /// is counted, and told to `take`.
    fn each_document(
        &self,
        unit: u64,
        mut take: impl FnMut(Fate<'_>) -> io::Result<()>,
    ) -> Result<Report, Halt> {
        let mut walk = Walk {
            pass: self,
            report: Report::default(),
            sequence: unit << 32,
            articles: Vec::new(),
            batch: self.job.plan.takes_batches().then(Batch::default),
            take: &mut take,
        };
        self.not_stopped()?;
        let mut outcome = Ok(());
        self.job.input.read(unit as usize, &mut |reading| {
            outcome = self.not_stopped().and_then(|()| walk.reading(reading));
            if outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        outcome.and_then(|()| walk.flush())?;
        Ok(walk.report)
    }
}

/// What becomes of a record.
enum Fate<'a> {
    /// It is a document, and has been through the stages.
    Document(&'a Document),
    /// It is set aside.
    Quarantined(&'a Quarantined),
}

/// One unit on its way through the stages.
struct Walk<'a> {
    pass: &'a Pass<'a>,
    report: Report,
    /// The place of the next document in the run.
    sequence: u64,
    /// The articles of one payload; the room is used again for the next.
    articles: Vec<Document>,
    /// Payloads that wait, if there is an extractor that takes many at a time.
    batch: Option<Batch>,
    take: &'a mut dyn FnMut(Fate<'_>) -> io::Result<()>,
}

impl Walk<'_> {
    fn reading(&mut self, reading: Reading) -> Result<(), Halt> {
        match reading {
            Reading::Document(payload) => self.document(payload),
            Reading::Quarantined(record) => {
                self.flush()?;
                Ok(self.set_aside(record)?)
            }
            Reading::Lost(error) => Err(Halt::Lost(error)),
            Reading::Progress(bytes) => {
                self.pass.job.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
                self.report.bytes_read += bytes;
                Ok(())
            }
        }
    }

    fn document(&mut self, payload: Document) -> Result<(), Halt> {
        let Some(batch) = &mut self.batch else { return Ok(self.payload(payload)?) };
        if batch.push(payload) { self.flush() } else { Ok(()) }
    }

    /// A payload can hold several articles, or none that can be read.
    fn payload(&mut self, payload: Document) -> io::Result<()> {
        let mut articles = std::mem::take(&mut self.articles);
        let extracted = self.pass.job.plan.extract(payload, &mut articles);
        let outcome = self.extracted(extracted, &mut articles);
        self.articles = articles;
        outcome
    }

    /// The payloads that wait, wait no longer.
    fn flush(&mut self) -> Result<(), Halt> {
        let Some(batch) = &mut self.batch else { return Ok(()) };
        let (payloads, pass) = (batch.take(), self.pass);
        let mut outcome = Ok(());
        let _ = pass.job.plan.extract_all(payloads, &mut |extracted, articles| {
            outcome = pass.not_stopped().and_then(|()| Ok(self.extracted(extracted, articles)?));
            if outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        outcome
    }

    fn extracted(
        &mut self,
        extracted: Result<(), Quarantined>,
        articles: &mut Vec<Document>,
    ) -> io::Result<()> {
        articles.drain(..).try_for_each(|article| self.article(article))?;
        extracted.or_else(|record| self.set_aside(record))
    }

    fn article(&mut self, mut article: Document) -> io::Result<()> {
        let entrant = self.report.admit();
        article.source.sequence = self.sequence;
        self.sequence += 1;
        match self.pass.job.plan.mark(&mut article, self.pass.decided) {
            Err(record) => self.quarantine(entrant, record),
            Ok(()) => {
                (self.take)(Fate::Document(&article))?;
                self.report.settle(entrant, &article);
                Ok(())
            }
        }
    }

    fn set_aside(&mut self, record: Quarantined) -> io::Result<()> {
        let entrant = self.report.admit();
        self.quarantine(entrant, record)
    }

    fn quarantine(&mut self, entrant: Entrant, record: Quarantined) -> io::Result<()> {
        (self.take)(Fate::Quarantined(&record))?;
        self.report.set_aside(entrant, record);
        Ok(())
    }
}
