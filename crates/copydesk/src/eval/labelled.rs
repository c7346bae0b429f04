//! Rows of labelled lines: `{"id", "kind"?, "url"?, "lines": [{"text", "label"}]}`.

use std::borrow::Cow;

use anyhow::Context;
use copydesk::Document;
use copydesk_store::Found as File;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::case::{By, Case, Line, Truth, shown, text_of};
use super::cases::Found;
use super::rows;

/// Files with labelled lines.
pub(crate) struct Labelled {
    pub(crate) files: Vec<File>,
    /// The longest row, in bytes.
    pub(crate) longest: usize,
    pub(crate) by: By,
}

#[derive(Deserialize)]
struct Row {
    id: Value,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, alias = "lang")]
    language: Option<String>,
    lines: Vec<Line>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Labelled {
    /// Hands every row over.
    pub(crate) fn each(&self, take: &mut dyn FnMut(Found) -> anyhow::Result<()>) -> anyhow::Result<()> {
        for file in &self.files {
            let mut outcome = Ok(());
            let read = rows::each_row(file, self.longest, &mut |row| {
                let found = match row {
                    Ok((place, json)) => self.row(place, json),
                    Err(why) => Found::SetAside(why),
                };
                outcome = take(found);
                outcome.is_ok()
            });
            outcome?;
            read.context("the input cannot be read")?;
        }
        Ok(())
    }

    fn row(&self, place: &str, json: &[u8]) -> Found {
        match serde_json::from_slice::<Row>(json) {
            Ok(row) => Found::Case(Box::new(self.case(row))),
            Err(error) => Found::SetAside(format!("{place}: no labelled lines: {error}")),
        }
    }

    fn case(&self, row: Row) -> Case {
        let kind = row.kind.unwrap_or_default();
        let id = shown(&row.id);
        let payload = Document {
            id: if kind.is_empty() { id } else { format!("{id}#{kind}") },
            mime: Cow::Borrowed("text/plain"),
            url: row.url,
            title: row.title,
            language: row.language,
            text: text_of(&row.lines),
            ..Document::default()
        };
        let group = self.by.group(&payload, &kind, &row.rest);
        Case { payload, kind, group, truth: Truth::Lines(row.lines), is_missing: false }
    }
}
