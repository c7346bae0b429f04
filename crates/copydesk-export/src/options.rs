//! What a config can say about the way out, and what of it goes together.

use copydesk_core::{Mistake, Options};
use serde::{Deserialize, Serialize};

/// The options of `[[stage]] use = "export"`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExportOptions {
    /// How articles are written: as rows of JSON Lines, Parquet or CSV, as a text or Markdown file for
    /// each, or one behind the other in the format of a plugin. The trail and the quarantine are JSON Lines whatever is said here.
    pub format: Format,
    /// The plugin that writes, with `format = "plugin"`: `"tei"`, or `"NAME/ID"` where a plugin has several
    /// encoders. It is shown the kept blocks, one below the other; its files are compressed as all others.
    pub plugin: String,
    /// Which columns a row has, by whose names. `dolma` leaves the text as it was read and puts what
    /// was struck beside it, as attributes for `dolma mix`; it is for JSON Lines only.
    pub schema: Schema,
    /// How the column `text` is written: `plain`, the kept blocks with the separator between them, or
    /// `markdown`, with headings, lists, quotes, code and tables marked, and backslashes where the text itself has signs of
    /// Markdown. Links, pictures and tables that `extract` was asked for are written as Markdown in both.
    pub text: Markup,
    /// What stands between two kept blocks in the text, where that is plain.
    pub separator: String,
    /// Whether the headline is the first line of the text, or stands in the field `title` only.
    pub headline: Headline,
    /// Whether the column `metadata` holds its JSON as a string, which has one type in every row,
    /// or as an object, as the field's tools write it; JSON Lines only.
    pub metadata: Metadata,
    /// Whether a cell of a CSV file is exactly what the article says, or gets an apostrophe in front
    /// when a spreadsheet would take it for a formula: when it begins with `=`, `+`, `-`, `@`, a tab or a
    /// carriage return.
    pub formulas: Formulas,
    /// How the files are compressed; in Parquet, the pages. Text and Markdown files are never compressed.
    pub compression: Compression,
    /// Effort of the compression: 1 to 19 for zstd, 1 to 9 for gzip. More is smaller and slower: news as
    /// JSON Lines takes 43 % of its size at level 1 of zstd, 38 % at 2, 36 % at 3 and 34 % at 6; 2 takes a third
    /// more time than 1, 3 two thirds more, 6 four times as much.
    pub level: u32,
    /// Whether the trail of removals is written.
    pub removed: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        ExportOptions {
            format: Format::Jsonl,
            plugin: String::new(),
            schema: Schema::Copydesk,
            text: Markup::Plain,
            separator: "\n".into(),
            headline: Headline::FirstLine,
            metadata: Metadata::String,
            formulas: Formulas::Exact,
            compression: Compression::Zstd,
            // `cargo bench --package copydesk-export`: 371, 274 and 218 MB/s at levels 1, 2 and 3
            level: 2,
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
    /// Columns, in row groups of 64 MiB.
    Parquet,
    /// Comma-separated values with a header, as RFC 4180 has them.
    Csv,
    /// The kept blocks, one file for each article.
    Text,
    /// The kept blocks with headings, lists and quotes marked, one file for each article.
    Markdown,
    /// Whatever the plugin makes of them that `plugin` names.
    Plugin,
}

impl Format {
    /// Are articles rows of a table?
    pub(crate) fn has_rows(self) -> bool {
        matches!(self, Format::Jsonl | Format::Parquet | Format::Csv)
    }
}

/// Which columns a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Schema {
    /// What copydesk knows of an article.
    Copydesk,
    /// The columns of FineWeb, and behind them those that it has no name for.
    Fineweb,
    /// The documents and attributes of dolma.
    Dolma,
}

/// How the text of a row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Markup {
    /// As text.
    Plain,
    /// As Markdown.
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

/// What becomes of a cell that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Formulas {
    /// It is written as it is.
    Exact,
    /// It gets an apostrophe in front.
    Escaped,
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

impl ExportOptions {
    /// The folder that articles go to.
    pub(crate) fn folder(&self) -> &'static str {
        if self.schema == Schema::Dolma { "documents" } else { "data" }
    }

    /// How a file of lines ends: `jsonl.zst`, `csv`.
    pub(crate) fn ending(&self, format: &str) -> String {
        match self.compression {
            Compression::Zstd => format!("{format}.zst"),
            Compression::Gzip => format!("{format}.gz"),
            Compression::None => format.to_owned(),
        }
    }

    /// The compression of a file of lines, as the store wants it.
    pub(crate) fn compression(&self) -> copydesk_store::Compression {
        let level = self.level;
        match self.compression {
            Compression::Zstd => copydesk_store::Compression::Zstd { level },
            Compression::Gzip => copydesk_store::Compression::Gzip { level },
            Compression::None => copydesk_store::Compression::None,
        }
    }
}

/// What does not go together, each at the option that would have to be another.
pub(crate) fn mistakes(options: &Options<'_>, settings: &ExportOptions) -> Vec<Mistake> {
    let most = if settings.compression == Compression::Gzip { 9 } else { 19 };
    let is_dolma = settings.schema == Schema::Dolma;
    let has_rows = settings.format.has_rows();
    let is_jsonl = settings.format == Format::Jsonl;
    let level = format!("is a whole number from 1 to {most}, not {}", settings.level);
    let rules = [
        (!(1..=most).contains(&settings.level), "level", level.as_str()),
        (is_dolma && !is_jsonl, "schema", "is `dolma` with `format = \"jsonl\"` only: dolma reads no other"),
        (
            !is_dolma && !has_rows && settings.schema != Schema::Copydesk,
            "schema",
            "is for formats with columns: `jsonl`, `parquet` and `csv`",
        ),
        (
            settings.headline == Headline::FieldOnly && (!has_rows || is_dolma),
            "headline",
            "is `first-line` where there are no fields, in text and Markdown files and those of a plugin, and where the text stays as it was read, in `dolma`",
        ),
        (
            settings.text == Markup::Markdown && (!has_rows || is_dolma),
            "text",
            "is `plain` in text and Markdown files, for which there is `format`, in those of a plugin, and where the text stays as it was read, in `dolma`",
        ),
        (
            settings.metadata == Metadata::Object && !is_jsonl,
            "metadata",
            "is `object` with `format = \"jsonl\"` only: elsewhere a column has one type",
        ),
        (
            settings.formulas == Formulas::Escaped && settings.format != Format::Csv,
            "formulas",
            "is `escaped` with `format = \"csv\"` only: no spreadsheet opens another",
        ),
    ];
    let broken = rules.into_iter().filter(|(is_broken, ..)| *is_broken);
    broken.map(|(_, key, message)| options.wrong(key, message)).collect()
}
