//! What will run.
//!
//! A [`Plan`] is a checked config: every stage built, in order, with the extractor, if there is one,
//! at the front and the exporter at the end. It can be printed before it runs.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::options::list;
use crate::{
    Block, BlockKind, Config, CorpusStage, Document, Encoder, Evidence, Exporter, Extraction, Extractor,
    Guest, Mistake, Quarantined, Removal, Stage, StageEntry, StageKind, Step, nearest,
};

/// What stages need from outside to be built.
#[derive(Default)]
pub struct PlanContext {
    /// Extractors that were dropped in; they are asked before the built-in ones.
    pub extractors: Vec<Arc<dyn Extractor>>,
    /// Filters and transforms that were dropped in, in the order in which they are asked.
    pub guests: Vec<Arc<dyn Guest>>,
    /// Formats that were dropped in.
    pub encoders: Vec<Arc<dyn Encoder>>,
    /// The folder of the config, where relative paths begin.
    pub folder: PathBuf,
}

/// What will run: the steps of a checked config.
pub struct Plan {
    steps: Vec<(&'static str, Step)>,
    written: Vec<Value>,
    lines: Vec<String>,
}

impl Plan {
    /// Builds every stage of a config.
    ///
    /// # Errors
    /// Every mistake that a stage found in its options, unknown stages, and stages in places where
    /// they cannot stand.
    pub fn new(
        config: &Config<'_>,
        kinds: &[StageKind],
        context: &PlanContext,
    ) -> Result<Self, Vec<Mistake>> {
        let mut plan = Plan { steps: Vec::new(), written: Vec::new(), lines: Vec::new() };
        let mut mistakes = Vec::new();
        for entry in &config.stages {
            let Some(kind) = kinds.iter().find(|kind| kind.name == entry.name) else {
                mistakes.push(unknown_stage(entry, kinds));
                continue;
            };
            match (kind.build)(&entry.options, context) {
                Ok(step) => plan.push(entry, kind, step, &mut mistakes),
                Err(found) => mistakes.extend(found),
            }
        }
        if mistakes.is_empty() { Ok(plan) } else { Err(mistakes) }
    }

    fn push(&mut self, entry: &StageEntry<'_>, kind: &StageKind, step: Step, mistakes: &mut Vec<Mistake>) {
        if let Some(complaint) = self.misplaced(&step) {
            mistakes.push(Mistake::new(entry.span.clone(), format!("`{}` {complaint}", entry.name)));
        }
        let barrier = if matches!(step, Step::Corpus(_)) { "  (reads everything first)" } else { "" };
        self.lines.push(format!("{:<12} {}{barrier}", kind.name, kind.summary));
        let options = entry.options.to_json();
        self.lines.extend(described(&options));
        self.written.push(json!({ "use": kind.name, "options": options }));
        let asked: Vec<_> = match &step {
            Step::Extract(extractors) => extractors.iter().map(|extractor| extractor.name()).collect(),
            Step::Guests(guests) => guests.iter().map(|guest| guest.name()).collect(),
            _ => Vec::new(),
        };
        if !asked.is_empty() {
            self.lines.push(format!("{:<12} asks, in order: {}", "", asked.join(", ")));
        }
        if let Step::Corpus(stage) = &step {
            self.lines.extend(stage.describe().iter().map(|line| format!("{:<12} {line}", "")));
        }
        self.steps.push((kind.name, step));
    }

    fn misplaced(&self, step: &Step) -> Option<&'static str> {
        let has_export = self.exporter().is_some();
        match step {
            Step::Extract(_) if !self.steps.is_empty() => {
                Some("makes the blocks that the others mark: it comes first, and once")
            }
            Step::Export(_) if has_export => Some("stands here for the second time; a run writes once"),
            _ if has_export => Some("comes after `export`, which is where articles leave"),
            _ => None,
        }
    }

    /// The step that writes, if there is one.
    pub fn exporter(&self) -> Option<&Arc<dyn Exporter>> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::Export(exporter) => Some(exporter),
            _ => None,
        })
    }

    /// The stages that see every document before they mark any, in order.
    pub fn corpus_stages(&self) -> impl Iterator<Item = &Arc<dyn CorpusStage>> {
        self.steps().filter_map(|step| match step {
            Step::Corpus(stage) => Some(stage),
            _ => None,
        })
    }

    /// The names of the stages, in order.
    pub fn stage_names(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().map(|(name, _)| *name)
    }

    /// The stages with their options as they were written, for the [`Identity`](crate::Identity) of a
    /// run.
    pub fn to_json(&self) -> Value {
        Value::Array(self.written.clone())
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().map(|(_, step)| step)
    }

    /// Turns one payload into its articles. A payload that no extractor can read, or that makes
    /// one panic, comes back as a record to set aside.
    ///
    /// # Errors
    /// The record to set aside, with its reason.
    pub fn extract(&self, payload: Document, articles: &mut Vec<Document>) -> Result<(), Quarantined> {
        if !matches!(self.steps().next(), Some(Step::Extract(_))) {
            articles.push(as_it_is(payload));
            return Ok(());
        }
        settle(self.extractors(), payload, articles)
    }

    pub(crate) fn extractors(&self) -> &[Arc<dyn Extractor>] {
        match self.steps().next() {
            Some(Step::Extract(extractors)) => extractors,
            _ => &[],
        }
    }

    /// Lets the stages mark a document, each in its turn. `decided` holds what the corpus stages
    /// came to, in order; a document goes no further than the first that has not decided.
    ///
    /// # Errors
    /// The document as a record to set aside, when a stage panicked on it, or a guest or an encoder broke down.
    pub fn mark(&self, document: &mut Document, decided: &[Arc<dyn Stage>]) -> Result<(), Quarantined> {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.pass_round(document, decided)));
        outcome.unwrap_or_else(|panic| Err(("panicked", panic_message(&*panic)))).map_err(
            |(reason, detail)| Quarantined { source: document.source.clone(), reason: reason.into(), detail },
        )
    }

    fn pass_round(
        &self,
        document: &mut Document,
        decided: &[Arc<dyn Stage>],
    ) -> Result<(), (&'static str, String)> {
        let mut decided = decided.iter();
        for step in self.steps() {
            match step {
                Step::Mark(stage) => stage.apply(document),
                Step::Guests(guests) => greet(guests, document)?,
                Step::Corpus(_) => match decided.next() {
                    Some(stage) => stage.apply(document),
                    None => return Ok(()),
                },
                Step::Extract(_) | Step::Export(_) => {}
            }
        }
        drop_if_nothing_is_left(document);
        self.encode(document)
    }

    fn encode(&self, document: &mut Document) -> Result<(), (&'static str, String)> {
        if let Some(exporter) = self.exporter().filter(|_| document.is_kept()) {
            document.encoded = exporter.encode(document)?;
        }
        Ok(())
    }
}

/// Asks guests about a document for as long as there is something of it.
fn greet(guests: &[Arc<dyn Guest>], document: &mut Document) -> Result<(), (&'static str, String)> {
    for guest in guests {
        if document.is_kept() {
            guest.apply(document)?;
        }
    }
    Ok(())
}

/// Without an extractor nobody knows where a paragraph ends: the text is one block.
fn as_it_is(mut payload: Document) -> Document {
    if payload.blocks.is_empty() && !payload.text.is_empty() {
        payload.blocks.push(Block::new(0..payload.text.len(), BlockKind::Verbatim));
    }
    payload
}

/// Lets the first of the extractors that takes a payload read it.
pub(crate) fn settle(
    extractors: &[Arc<dyn Extractor>],
    payload: Document,
    articles: &mut Vec<Document>,
) -> Result<(), Quarantined> {
    let source = payload.source.clone();
    let first = articles.len();
    let outcome = catch_unwind(AssertUnwindSafe(|| first_that_takes(extractors, payload, articles)));
    let outcome = outcome.map(|taken| match taken {
        Ok(name) if articles.len() == first => Err(("no-article", format!("{name} found no article"))),
        taken => taken.map(drop),
    });
    outcome.unwrap_or_else(|panic| Err(("panicked", panic_message(&*panic)))).map_err(|(reason, detail)| {
        articles.truncate(first);
        Quarantined { source, reason: reason.into(), detail }
    })
}

fn first_that_takes(
    extractors: &[Arc<dyn Extractor>],
    mut payload: Document,
    articles: &mut Vec<Document>,
) -> Result<String, (&'static str, String)> {
    let first = articles.len();
    for extractor in extractors {
        if !extractor.claims(&payload) {
            continue;
        }
        articles.truncate(first);
        match extractor.extract(payload, articles) {
            Extraction::Done => return Ok(extractor.name().to_owned()),
            Extraction::NotMine(back) => payload = *back,
            Extraction::Failed { reason, detail } => return Err((reason, detail)),
        }
    }
    Err(("no-extractor", format!("no extractor takes {}", payload.mime)))
}

fn drop_if_nothing_is_left(document: &mut Document) {
    if !document.is_kept() {
        let why =
            if document.blocks.is_empty() { "the document has no blocks" } else { "every block was struck" };
        let removal = Removal { stage: "run", reason: "nothing-left", evidence: Evidence::Rule(why.into()) };
        document.dropped.get_or_insert(Box::new(removal));
    }
}

pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

fn unknown_stage(entry: &StageEntry<'_>, kinds: &[StageKind]) -> Mistake {
    let names = kinds.iter().map(|kind| kind.name);
    let hint = match nearest(&entry.name, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", list(names)),
    };
    Mistake::new(entry.span.clone(), format!("no stage is called `{}`; {hint}", entry.name))
}

fn described(options: &Value) -> Vec<String> {
    let members = options.as_object().into_iter().flatten();
    members.map(|(key, value)| format!("{:<12} {key} = {value}", "")).collect()
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
