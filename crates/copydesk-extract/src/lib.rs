//! Stage `extract`: from a payload to the blocks of its articles.
//!
//! This crate knows what an article looks like in plain text: where a paragraph ends, which line
//! is a list item or a heading, and which line breaks are only hard wrapping. Payloads in other
//! formats go to the extractors that were dropped in. It does not know what belongs to the article
//! and what to its page; that is for the stages behind it.

pub mod html;
mod kinds;
mod plain;
mod wrap;

use std::sync::Arc;

use copydesk_core::{Extractor, Mistake, Options, PlanContext, StageKind, Step};
use serde::{Deserialize, Serialize};

pub use plain::PlainText;

/// The entry in the list of stages.
pub const EXTRACT: StageKind = StageKind {
    name: "extract",
    summary: "splits payloads into articles, and articles into blocks with kinds",
    manual: include_str!("../manual.md"),
    reasons: &[],
    schema: || schemars::schema_for!(ExtractOptions),
    build,
};

/// The options of `[[stage]] use = "extract"`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExtractOptions {
    /// Whether line breaks inside a paragraph are taken for hard wrapping and exported as spaces:
    /// when the text shows it, or never.
    pub unwrap: Unwrap,
}

/// When hard-wrapped lines are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unwrap {
    /// Where the text was filled to a width: the next word would not have fitted on the line.
    #[default]
    Auto,
    /// Every line is a block of its own.
    Never,
}

fn build(options: &Options<'_>, context: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let options: ExtractOptions = options.read()?;
    let mut extractors = context.extractors.clone();
    extractors.push(Arc::new(PlainText { unwrap: options.unwrap }) as Arc<dyn Extractor>);
    Ok(Step::Extract(extractors))
}
