//! Stage `export`: how kept text, metadata and the trail of removals are written.
//!
//! An article ends its way here. The kept blocks are joined and written as JSON Lines, text or
//! Markdown; what was struck goes to the trail with stage, reason and evidence; records that could
//! not be read go to the quarantine. This crate does not know why anything was struck, and leaves
//! compression and atomic files to the store.

mod jsonl;
mod part;
mod text;
mod trail;

use std::io;
use std::sync::Arc;

use copydesk_core::{Document, Exporter, Mistake, Options, Output, Part, PlanContext, StageKind, Step};
use serde::{Deserialize, Serialize};

/// The entry in the list of stages.
pub const EXPORT: StageKind = StageKind {
    name: "export",
    summary: "writes the kept text, the trail of removals, and what was set aside",
    manual: include_str!("../manual.md"),
    reasons: &[],
    schema: || schemars::schema_for!(ExportOptions),
    build,
};

/// The options of `[[stage]] use = "export"`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExportOptions {
    /// How articles are written: one JSON object a line, or a text or Markdown file for each.
    pub format: Format,
    /// What stands between two kept blocks in the text.
    pub separator: String,
    /// Whether the headline is the first line of the text, or stands in the field `title` only.
    pub headline: Headline,
    /// Whether the column `metadata` holds its JSON as a string, which has one type in every row,
    /// or as an object, as the field's tools write it.
    pub metadata: Metadata,
    /// How the files are compressed. Text and Markdown files are never compressed.
    pub compression: Compression,
    /// Effort of the compression: 1 to 19 for zstd, 1 to 9 for gzip. More is smaller and slower.
    pub level: u32,
    /// Whether the trail of removals is written.
    pub removed: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        ExportOptions {
            format: Format::Jsonl,
            separator: "\n".into(),
            headline: Headline::FirstLine,
            metadata: Metadata::String,
            compression: Compression::Zstd,
            level: 3,
            removed: true,
        }
    }
}

/// How articles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// The kept blocks, one file for each article.
    Text,
    /// The kept blocks with headings, lists and quotes marked, one file for each article.
    Markdown,
}

/// Where the headline goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Headline {
    /// Into the text, where it stood, and into the field `title`.
    FirstLine,
    /// Into the field `title` only.
    FieldOnly,
}

/// How the column `metadata` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metadata {
    /// A string that holds a JSON object.
    String,
    /// A JSON object.
    Object,
}

/// How files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Zstandard, `.zst`.
    Zstd,
    /// Gzip, `.gz`.
    Gzip,
    /// Not at all.
    None,
}

fn build(options: &Options<'_>, _: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let settings: ExportOptions = options.read()?;
    let most = if settings.compression == Compression::Gzip { 9 } else { 19 };
    if !(1..=most).contains(&settings.level) {
        return Err(vec![
            options.wrong("level", format!("is a whole number from 1 to {most}, not {}", settings.level)),
        ]);
    }
    if settings.headline == Headline::FieldOnly && settings.format != Format::Jsonl {
        return Err(vec![
            options
                .wrong("headline", "is `first-line` where there are no fields: in text and Markdown files"),
        ]);
    }
    Ok(Step::Export(Arc::new(Export { options: Arc::new(settings) })))
}

struct Export {
    options: Arc<ExportOptions>,
}

impl Exporter for Export {
    fn open<'o>(&self, output: &'o dyn Output, number: u64) -> io::Result<Box<dyn Part + 'o>> {
        Ok(Box::new(part::Parts::new(output, number, Arc::clone(&self.options))))
    }
}

/// Appends one article to `out`, the way a run would write it: a JSON line, or its text with a
/// line end.
pub fn render(document: &Document, options: &ExportOptions, out: &mut Vec<u8>) {
    match options.format {
        Format::Jsonl => jsonl::write_row(document, options, &mut String::new(), out),
        Format::Text | Format::Markdown => out.extend_from_slice(text::article(document, options).as_bytes()),
    }
}
