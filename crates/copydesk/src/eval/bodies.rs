//! Documents with gold bodies, from any dump that a run can read.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context;
use copydesk::Document;
use copydesk::desk::Desk;
use copydesk_core::{Input, Reading};
use copydesk_read::Dumps;

use super::case::{By, Case, Truth};
use super::cases::Found;
use super::gold::{self, Gold};
use crate::args::EvalArgs;

/// The group of all documents, where nobody wants another.
const ALL: &str = "all";

/// Dumps whose documents have gold bodies.
pub(crate) struct Bodies {
    dumps: Dumps,
    gold: Gold,
    by: Option<By>,
}

impl Bodies {
    /// Finds the dumps.
    pub(crate) fn open(args: &EvalArgs, desk: &Desk, gold: Gold, by: Option<By>) -> anyhow::Result<Self> {
        let mut input = desk.input.clone();
        input.fields.text = args.text_field.clone().or(input.fields.text);
        let found = copydesk_store::find(&args.input, Path::new(""))?;
        Ok(Bodies { dumps: Dumps::open(&input, &args.input, found), gold, by })
    }

    /// Hands every document over that has a gold body, and then the gold bodies that have no document.
    pub(crate) fn each(&self, take: &mut dyn FnMut(Found) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut seen = BTreeSet::new();
        for unit in 0..self.dumps.units().len() {
            let mut outcome = Ok(());
            self.dumps.read(unit, &mut |reading| {
                outcome = self.found(reading, &mut seen).and_then(|found| found.map_or(Ok(()), &mut *take));
                if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            outcome?;
        }
        self.missing(&seen).try_for_each(|case| take(Found::Case(Box::new(case))))
    }

    fn found<'s>(&'s self, reading: Reading, seen: &mut BTreeSet<&'s str>) -> anyhow::Result<Option<Found>> {
        match reading {
            Reading::Progress(_) => Ok(None),
            Reading::Document(document) => Ok(Some(self.document(document, seen))),
            Reading::Quarantined(record) => {
                let why = format!("{}: {}: {}", record.source, record.reason, record.detail);
                Ok(Some(Found::SetAside(why)))
            }
            Reading::Lost(error) => Err(error).context("the input can no longer be reached"),
        }
    }

    /// A document and its gold body. What was seen already is no document of its own.
    fn document<'s>(&'s self, payload: Document, seen: &mut BTreeSet<&'s str>) -> Found {
        let rest = serde_json::from_str(&format!("{{{}}}", payload.metadata)).unwrap_or_default();
        let group = self.by.as_ref().map_or_else(|| ALL.to_owned(), |by| by.group(&payload, "", &rest));
        match &self.gold {
            Gold::Member(field) => match gold::text_in(&rest, field) {
                Ok(text) => Found::Case(Box::new(case(payload, group, text))),
                Err(why) => Found::SetAside(format!("{}: {why}", payload.source)),
            },
            Gold::Table(table) => match gold::find(table, &payload) {
                None => Found::WithoutGold,
                Some((id, _)) if !seen.insert(id) => {
                    Found::SetAside(format!("{}: the second document of `{id}`", payload.source))
                }
                Some((_, body)) => {
                    let says_nothing = group == By::NONE && !body.group.is_empty();
                    let group = if says_nothing { body.group.clone() } else { group };
                    Found::Case(Box::new(case(payload, group, body.text.clone())))
                }
            },
        }
    }

    /// Gold bodies that no document was found for.
    fn missing<'s>(&'s self, seen: &BTreeSet<&'s str>) -> impl Iterator<Item = Case> {
        let table = match &self.gold {
            Gold::Table(table) => Some(table),
            Gold::Member(_) => None,
        };
        let missing = table.into_iter().flatten().filter(|(id, _)| !seen.contains(id.as_str()));
        missing.map(|(id, body)| {
            let group = if body.group.is_empty() { ALL } else { &body.group };
            let payload = Document { id: id.clone(), ..Document::default() };
            Case { is_missing: true, ..case(payload, group.to_owned(), body.text.clone()) }
        })
    }
}

fn case(payload: Document, group: String, text: String) -> Case {
    Case { payload, kind: String::new(), group, truth: Truth::Body(text), is_missing: false }
}
