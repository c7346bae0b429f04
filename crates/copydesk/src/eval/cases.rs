//! The documents to score, in batches, from whatever holds them.
//!
//! Labelled lines are rows of their own (`labelled.rs`); documents with gold bodies come through the
//! readers of a run (`bodies.rs`). Which of the two an input is, its first row tells. Rows that are
//! neither are counted and named.

use anyhow::Context;
use copydesk::desk::Desk;
use serde_json::{Map, Value};

use super::bodies::Bodies;
use super::case::{By, Case};
use super::gold::Gold;
use super::labelled::Labelled;
use super::rows;
use crate::args::EvalArgs;
use crate::escape::Escaped;
use crate::print;
use crate::run::counted;

/// So much text is worked on at a time, in bytes,
const BATCH_BYTES: usize = 8 << 20;
/// and no more documents than this.
const BATCH_CASES: usize = 2_000;
/// So many rows that were set aside are named.
const NAMED: usize = 5;

/// The documents to score.
pub(crate) enum Cases {
    /// With a label for each line.
    Lines(Labelled),
    /// With a gold body.
    Bodies(Box<Bodies>),
}

/// What a reader found in a row.
pub(crate) enum Found {
    /// A document to score.
    Case(Box<Case>),
    /// A row that is none, and why: the place, and what is wrong.
    SetAside(String),
    /// A document without a gold body.
    WithoutGold,
}

impl Cases {
    /// Finds the input, and tells by its first row what it is.
    pub(crate) fn open(args: &EvalArgs, desk: &Desk) -> anyhow::Result<Self> {
        let by = args.by.as_deref().map(By::named);
        let longest = (desk.input.max_record_mib as usize) << 20;
        let bodies = |gold, by| Ok(Cases::Bodies(Box::new(Bodies::open(args, desk, gold, by)?)));
        if let Some(gold) = &args.gold {
            let field = args.gold_field.as_deref().unwrap_or("text");
            return bodies(Gold::read(gold, field, by.as_ref(), longest)?, by);
        }
        if let Some(field) = &args.gold_field {
            return bodies(Gold::Member(field.clone()), by);
        }
        let files = rows::files(&args.input)?;
        let first = files.first().context("nothing to read")?;
        match form_of(first_object(first, longest)) {
            Some(Form::Lines) => Ok(Cases::Lines(Labelled { files, longest, by: by.unwrap_or(By::Regime) })),
            Some(Form::Gold) => bodies(Gold::Member(GOLD.to_owned()), by),
            None => anyhow::bail!(
                "`{}` begins with no row that has `lines` or `{GOLD}`; name the gold bodies with `--gold FILE`, or the member that holds them with `--gold-field NAME`",
                Escaped(&first.name)
            ),
        }
    }

    /// Hands all documents over, some at a time, in the order of the input.
    ///
    /// # Errors
    /// When the input can no longer be read, or the work fails.
    pub(crate) fn each_batch(
        &self,
        work: &mut dyn FnMut(Vec<Case>) -> anyhow::Result<()>,
    ) -> anyhow::Result<Notes> {
        let mut batches = Batches { work, batch: Vec::new(), bytes: 0, read: 0, notes: Notes::default() };
        match self {
            Cases::Lines(labelled) => labelled.each(&mut |found| batches.take(found))?,
            Cases::Bodies(bodies) => bodies.each(&mut |found| batches.take(found))?,
        }
        batches.flush()?;
        Ok(batches.notes)
    }
}

/// The member with the gold body, where nobody names another.
const GOLD: &str = "gold";

/// What a row holds.
enum Form {
    Lines,
    Gold,
}

fn form_of(row: Option<Map<String, Value>>) -> Option<Form> {
    let row = row?;
    match row.get("lines").is_some_and(Value::is_array) {
        true => Some(Form::Lines),
        false => row.contains_key(GOLD).then_some(Form::Gold),
    }
}

/// The first row of a file that is an object; a bad row before it does not matter.
fn first_object(file: &copydesk_store::Found, longest: usize) -> Option<Map<String, Value>> {
    const TRIED: usize = 100;
    let (mut first, mut tried) = (None, 0);
    let outcome = rows::each_row(file, longest, &mut |row| {
        tried += 1;
        first = row.ok().and_then(|(_, json)| serde_json::from_slice(json).ok());
        first.is_none() && tried < TRIED
    });
    outcome.ok().and(first)
}

/// Collects documents until there is a batch to work on.
struct Batches<'w> {
    work: &'w mut dyn FnMut(Vec<Case>) -> anyhow::Result<()>,
    batch: Vec<Case>,
    bytes: usize,
    read: u64,
    notes: Notes,
}

impl Batches<'_> {
    fn take(&mut self, found: Found) -> anyhow::Result<()> {
        match found {
            Found::SetAside(why) => self.notes.set_aside(why),
            Found::WithoutGold => self.notes.without_gold += 1,
            Found::Case(mut case) => {
                case.payload.source.sequence = self.read;
                self.read += 1;
                self.notes.missing += u64::from(case.is_missing);
                self.bytes += case.payload.text.len();
                self.batch.push(*case);
                if self.bytes >= BATCH_BYTES || self.batch.len() >= BATCH_CASES {
                    self.flush()?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        self.bytes = 0;
        match std::mem::take(&mut self.batch) {
            batch if batch.is_empty() => Ok(()),
            batch => (self.work)(batch),
        }
    }
}

/// What happened beside the scoring.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Rows that are no document to score.
    pub(crate) set_aside: u64,
    /// The first of them.
    pub(crate) examples: Vec<String>,
    /// Documents that have no gold body.
    pub(crate) without_gold: u64,
    /// Gold bodies that have no document.
    pub(crate) missing: u64,
}

impl Notes {
    /// Counts a row that cannot be scored.
    pub(crate) fn set_aside(&mut self, why: String) {
        self.set_aside += 1;
        if self.examples.len() < NAMED {
            self.examples.push(why);
        }
    }

    /// The notes of two sources as one.
    pub(crate) fn merge(&mut self, other: Notes) {
        self.set_aside += other.set_aside;
        self.examples.extend(other.examples);
        self.examples.truncate(NAMED);
    }

    /// Tells what a person should know.
    pub(crate) fn tell(&self) {
        for why in &self.examples {
            print::note(&format!("set aside: {}", Escaped(why)));
        }
        if self.set_aside > self.examples.len() as u64 {
            print::note(&format!("set aside: {} in all", self.set_aside));
        }
        if self.without_gold > 0 {
            let documents = counted(self.without_gold, "document");
            print::note(&format!("left out for want of a gold body: {documents}"));
        }
        if self.missing > 0 {
            let texts = counted(self.missing, "gold text");
            print::note(&format!("counted as lost for want of a document: {texts}"));
        }
    }
}
