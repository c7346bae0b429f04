//! From a plan and an input to a report.
//!
//! The input is cut into units, by bytes and records and never by thread. Workers take the units
//! in order; a unit's documents go through all stages in one worker, one after the other, and
//! into one part of the output. A corpus stage makes a pass of its own: the input is read up to
//! that stage, the stage decides, and the next pass goes on through it.
//!
//! Everything that varies from run to run stays out of here: no clock, no names of threads.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::{CorpusStage, Document, Exporter, Part, Plan, Quarantined, Report, Stage, Step};

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
#[expect(
    clippy::large_enum_variant,
    reason = "most are documents; a box for each would be an allocation for each"
)]
#[derive(Debug)]
pub enum Reading {
    /// A record that is a document, or a payload with documents in it.
    Document(Document),
    /// A record that is not.
    Quarantined(Quarantined),
    /// So many more bytes of the unit have been read from disk.
    Progress(u64),
}

/// How far a run has come; watched from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read from disk, in all passes.
    pub bytes: AtomicU64,
    /// Documents that have been through the last pass.
    pub documents: AtomicU64,
}

/// Why a run could not finish.
#[derive(Debug)]
pub enum RunError {
    /// The output cannot be written.
    Output(io::Error),
    /// The worker threads cannot be started.
    Threads(String),
    /// The plan has no stage that writes.
    NoExport,
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RunError::Output(error) => Some(error),
            RunError::Threads(_) | RunError::NoExport => None,
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Output(_) => f.write_str("the output cannot be written"),
            RunError::Threads(why) => write!(f, "the worker threads cannot be started: {why}"),
            RunError::NoExport => f.write_str("nothing would be written: the config has no stage `export`"),
        }
    }
}

/// Carries out a plan: reads `input`, writes below `output`, on `threads` threads.
///
/// # Errors
/// When the output cannot be written. What is wrong with the input is in the report.
pub fn run(
    plan: &Plan,
    input: &dyn Input,
    output: &Path,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<Report, RunError> {
    let exporter = plan.exporter().ok_or(RunError::NoExport)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build();
    let pool = pool.map_err(|error| RunError::Threads(error.to_string()))?;
    let mut decided: Vec<Arc<dyn Stage>> = Vec::new();
    for stage in corpus_stages(plan) {
        let pass = Pass { plan, input, progress, decided: &decided };
        pool.install(|| pass.observe(stage.as_ref()));
        decided.push(stage.decide());
    }
    let pass = Pass { plan, input, progress, decided: &decided };
    pool.install(|| pass.export(exporter.as_ref(), output)).map_err(RunError::Output)
}

fn corpus_stages(plan: &Plan) -> impl Iterator<Item = &Arc<dyn CorpusStage>> {
    plan.steps().filter_map(|step| match step {
        Step::Corpus(stage) => Some(stage),
        _ => None,
    })
}

/// One reading of the whole input.
struct Pass<'a> {
    plan: &'a Plan,
    input: &'a dyn Input,
    progress: &'a Progress,
    decided: &'a [Arc<dyn Stage>],
}

impl Pass<'_> {
    /// Every worker takes the next unit until there is none.
    fn each_unit(&self, work: impl Fn(usize) -> ControlFlow<()> + Sync) {
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let units = self.input.units().len();
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
    fn observe(&self, stage: &dyn CorpusStage) {
        self.each_unit(|unit| {
            self.each_document(unit, |event| {
                if let Event::Fate(Outcome::Document(document)) = event {
                    stage.observe(&document);
                }
                Ok(())
            })
            .map_or(ControlFlow::Break(()), ControlFlow::Continue)
        });
    }

    /// Writes every document, and counts.
    fn export(&self, exporter: &dyn Exporter, output: &Path) -> io::Result<Report> {
        let units = self.input.units();
        let reports: Mutex<Vec<Option<Report>>> = Mutex::new(vec![None; units.len()]);
        let failure: Mutex<Option<io::Error>> = Mutex::new(None);
        self.each_unit(|unit| match self.export_unit(unit, exporter, output) {
            Ok(report) => {
                lock(&reports)[unit] = Some(report);
                ControlFlow::Continue(())
            }
            Err(error) => {
                lock(&failure).get_or_insert(error);
                ControlFlow::Break(())
            }
        });
        if let Some(error) = lock(&failure).take() {
            return Err(error);
        }
        let mut total = Report::over(self.input.names());
        let reports = std::mem::take(&mut *lock(&reports));
        for (unit, report) in units.iter().zip(reports) {
            let report = report.ok_or_else(|| io::Error::other("a unit of the input was not worked on"))?;
            total.merge(unit.input, report);
        }
        Ok(total.close())
    }

    fn export_unit(&self, unit: usize, exporter: &dyn Exporter, output: &Path) -> io::Result<Report> {
        let mut part = exporter.open(output, unit as u64)?;
        let mut report = Report::default();
        self.each_document(unit, |event| write(event, part.as_mut(), &mut report, self.progress))?;
        part.finish()?;
        Ok(report)
    }

    /// Reads one unit and takes each of its documents through the stages.
    fn each_document(&self, unit: usize, mut each: impl FnMut(Event) -> io::Result<()>) -> io::Result<()> {
        let mut articles = Vec::new();
        let mut sequence = (unit as u64) << 32;
        let mut result = Ok(());
        self.input.read(unit, &mut |reading| {
            result = self.one_reading(reading, &mut articles, &mut sequence, &mut each);
            if result.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        result
    }

    fn one_reading(
        &self,
        reading: Reading,
        articles: &mut Vec<Document>,
        sequence: &mut u64,
        each: &mut impl FnMut(Event) -> io::Result<()>,
    ) -> io::Result<()> {
        let set_aside = match reading {
            Reading::Progress(bytes) => {
                self.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
                return each(Event::Bytes(bytes));
            }
            Reading::Quarantined(record) => Some(record),
            Reading::Document(payload) => self.plan.extract(payload, articles).err(),
        };
        let records = articles.len() + usize::from(set_aside.is_some());
        (0..records).try_for_each(|_| each(Event::Read))?;
        for article in articles.drain(..) {
            let fate = self.through_stages(article, *sequence);
            *sequence += 1;
            each(Event::Fate(fate))?;
        }
        set_aside.map_or(Ok(()), |record| each(Event::Fate(Outcome::Quarantined(record))))
    }

    fn through_stages(&self, mut article: Document, sequence: u64) -> Outcome {
        article.source.sequence = sequence;
        match self.plan.mark(&mut article, self.decided) {
            Ok(()) => Outcome::Document(article),
            Err(record) => Outcome::Quarantined(record),
        }
    }
}

/// What happens while a unit is read. Records are counted when they come in and again when their
/// fate is known; the two counts have to agree.
#[expect(clippy::large_enum_variant, reason = "most are documents, as in `Reading`")]
enum Event {
    Bytes(u64),
    Read,
    Fate(Outcome),
}

#[expect(clippy::large_enum_variant, reason = "most are documents, as in `Reading`")]
enum Outcome {
    Document(Document),
    Quarantined(Quarantined),
}

fn write(event: Event, part: &mut dyn Part, report: &mut Report, progress: &Progress) -> io::Result<()> {
    match event {
        Event::Bytes(bytes) => report.bytes_read += bytes,
        Event::Read => report.count_read(),
        Event::Fate(Outcome::Quarantined(record)) => {
            part.quarantine(&record)?;
            report.count_quarantined(record);
        }
        Event::Fate(Outcome::Document(document)) => {
            part.write(&document)?;
            report.count(&document);
            progress.documents.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// A lock that was poisoned still holds counts that are right: what panicked was a stage.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
