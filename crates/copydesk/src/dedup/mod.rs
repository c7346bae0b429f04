//! `dedup`: which documents of some dumps are copies of each other, and no text is touched.
//!
//! The stages before `dedup` of a config see the documents first, as in a run; what is compared is what they keep.

mod beside;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use copydesk::desk::Desk;
use copydesk::output::Temporary;
use copydesk::{Config, Document};
use copydesk_core::{Input, Reading, RunError};
use copydesk_dedup::{DEDUP, DedupOptions, Finder};
use copydesk_read::Dumps;

use crate::args::DedupArgs;
use crate::run::counted;
use crate::{Finish, check, print};

/// What is compared without a config.
const STAGES: &str = "[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"dedup\"\n";

pub(crate) fn dedup(args: &DedupArgs) -> anyhow::Result<Finish> {
    let (desk, options) = desk(args)?;
    let dumps = desk.inputs(&args.input)?;
    let mut out = open(args.output.as_deref())?;
    let plugins = check::warn_of_plugins(&desk);
    let finder = Finder::new(&options);
    let search = Search { desk: &desk, dumps: &dumps, finder: &finder, next: AtomicUsize::new(0) };
    let set_aside = search.observe_all(args.threads)?;
    let (mut clusters, mut copies, mut shown) = (0, 0, None);
    let written = finder.clusters(&Temporary, |member| {
        clusters = member.cluster_id + 1;
        copies += u64::from(!member.kept);
        if let Some(id) = &args.show {
            shown = shown.take().or_else(|| Some(member).filter(|member| member.id == *id));
            return Ok(());
        }
        serde_json::to_writer(&mut out, &member)?;
        out.write_all(b"\n")
    });
    if let Some(id) = &args.show {
        written.context("the clusters cannot be found")?;
        let copy = shown.with_context(|| format!("no document `{id}` has a copy"))?;
        beside::show(&desk, &dumps, &copy, &mut anstream::stdout().lock())?;
        return Ok(if set_aside == 0 { plugins } else { Finish::SetAside });
    }
    written.and_then(|()| out.flush()).context("the clusters cannot be written")?;
    print::note(&format!("{}, {} would go", counted(clusters, "cluster"), counted(copies, "document")));
    if set_aside > 0 {
        print::note(&format!("{} set aside; `copydesk count` says why", counted(set_aside, "record")));
    }
    Ok(if set_aside == 0 { plugins } else { Finish::SetAside })
}

/// The desk, and the options of its stage `dedup`.
fn desk(args: &DedupArgs) -> anyhow::Result<(Desk, DedupOptions)> {
    let Some(path) = &args.config else {
        let options: String = args.set.iter().map(|option| format!("{option}\n")).collect();
        let text = format!("{STAGES}{options}");
        let desk = Desk::check(&text, "--set", std::path::PathBuf::new())?;
        return Ok((desk, options_of(&text)?));
    };
    let desk = Desk::open(path)?;
    let text = std::fs::read_to_string(path).with_context(|| format!("the config `{}`", path.display()))?;
    let options = options_of(&text).with_context(|| format!("the config `{}`", path.display()))?;
    Ok((desk, options))
}

fn options_of(config: &str) -> anyhow::Result<DedupOptions> {
    let (config, _) = Config::parse(config);
    let stage = config.stages.iter().find(|stage| stage.name == DEDUP.name);
    let stage = stage.context("it has no stage `dedup`")?;
    stage.options.read().map_err(|mistakes| anyhow::anyhow!("{}", mistakes[0].message))
}

/// A new file, or standard output.
fn open(path: Option<&Path>) -> anyhow::Result<Box<dyn Write>> {
    let Some(path) = path else { return Ok(Box::new(BufWriter::new(io::stdout().lock()))) };
    let file = File::create_new(path);
    let file =
        file.with_context(|| format!("`{}` cannot be made; nothing is overwritten", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

/// The reading of all dumps.
struct Search<'a> {
    desk: &'a Desk,
    dumps: &'a Dumps,
    finder: &'a Finder,
    next: AtomicUsize,
}

impl Search<'_> {
    /// Shows every document to the finder; how many records were set aside.
    fn observe_all(&self, threads: Option<u16>) -> Result<u64, RunError> {
        let threads = threads.and_then(|threads| NonZeroUsize::new(threads.into()));
        let threads = threads.or_else(|| std::thread::available_parallelism().ok());
        let outcome = Mutex::new(Ok(0));
        std::thread::scope(|scope| {
            for _ in 0..threads.map_or(1, NonZeroUsize::get) {
                scope.spawn(|| {
                    while let Some(found) = self.observe_next() {
                        let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                        match (&mut *outcome, found) {
                            (Ok(set_aside), Ok(more)) => *set_aside += more,
                            (Ok(_), Err(error)) => *outcome = Err(error),
                            (Err(_), _) => break,
                        }
                    }
                });
            }
        });
        outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the next unit; nothing when there is none.
    fn observe_next(&self) -> Option<Result<u64, RunError>> {
        let unit = self.next.fetch_add(1, Ordering::Relaxed);
        self.dumps.units().get(unit)?;
        let (mut sequence, mut set_aside) = ((unit as u64) << 32, 0);
        let mut outcome = Ok(());
        self.dumps.read(unit, &mut |reading| {
            outcome = match reading {
                Reading::Document(payload) => self.observe(payload, &mut sequence, &mut set_aside),
                Reading::Lost(error) => Err(RunError::Input(error)),
                Reading::Quarantined(_) => {
                    set_aside += 1;
                    Ok(())
                }
                Reading::Progress(_) => Ok(()),
            };
            if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        Some(outcome.map(|()| set_aside))
    }

    /// Takes a payload through the stages that come first. What they cannot read is set aside.
    fn observe(&self, payload: Document, sequence: &mut u64, set_aside: &mut u64) -> Result<(), RunError> {
        let Ok(articles) = copydesk::clean(&self.desk.plan, payload) else {
            *set_aside += 1;
            return Ok(());
        };
        articles.into_iter().try_for_each(|mut article| {
            article.source.sequence = *sequence;
            *sequence += 1;
            self.finder.observe(&article, &Temporary).map_err(RunError::Scratch)
        })
    }
}
