//! Stage `extract`: from a payload to the blocks of its articles.
//!
//! This crate knows what an article looks like in plain text: where a paragraph ends, which line
//! is a list item or a heading, and which line breaks are only hard wrapping. In HTML it knows which part of the
//! page the article is, by markup and place (`html/`). Payloads in other formats go to the extractors that were
//! dropped in. What is furniture by its words is for the stages behind it.

pub mod html;
mod kinds;
mod plain;
mod wrap;

use std::sync::Arc;

use copydesk_core::{Extractor, Mistake, Options, PlanContext, StageKind, Step};
use serde::{Deserialize, Serialize};

pub use html::{Html, Mode, TableForm, Wants};
pub use plain::PlainText;

/// The entry in the list of stages.
pub const EXTRACT: StageKind = StageKind {
    name: "extract",
    summary: "takes the articles out of payloads, as blocks with kinds",
    manual: include_str!("../manual.md"),
    reasons: &[
        ("page-furniture", "stands on the page, but not in its article"),
        ("hidden", "is hidden by the markup of the page"),
        ("headline", "is the headline, which stands in the title"),
        ("comment", "is what a reader said below the article; it stands in the metadata"),
        ("table", "is a table, and tables are not wanted"),
        ("not-an-article", "is a page without an article"),
    ],
    schema: || schemars::schema_for!(ExtractOptions),
    build,
};

/// The options of `[[stage]] use = "extract"`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExtractOptions {
    /// Whether line breaks inside a paragraph are taken for hard wrapping and exported as spaces:
    /// when the text shows it, or never.
    pub unwrap: Unwrap,
    /// HTML: how sure one has to be that a block is the article's. `precision` strikes what is in doubt, `recall`
    /// keeps it.
    pub mode: Mode,
    /// HTML: whether what readers said below the article goes into the metadata, as the list `comments` of the member
    /// `page`. It is struck from the text in any case.
    pub comments: bool,
    /// HTML: how tables of data are written: as lines with tabs between the cells (`text`), as tables of `markdown`, or not
    /// at all (`none`). Tables that only place text on the page are none.
    pub tables: TableForm,
    /// HTML: whether pictures of the article stand in the text, as Markdown: `![what it shows](address)`.
    pub images: bool,
    /// HTML: whether links of the article stand in the text, as Markdown: `[text](address)`.
    pub links: bool,
    /// HTML: whether what was struck shows in the trail and in `explain`. Without it the documents of a crawl
    /// take a fourth of the memory.
    pub show_furniture: bool,
}

impl Default for ExtractOptions {
    fn default() -> Self {
        ExtractOptions {
            unwrap: Unwrap::Auto,
            mode: Mode::Balanced,
            comments: false,
            tables: TableForm::Text,
            images: false,
            links: false,
            show_furniture: true,
        }
    }
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
    let ExtractOptions { comments, tables, images, links, .. } = options;
    let wants = Wants { comments, tables, images, links };
    extractors.push(Arc::new(Html { mode: options.mode, keeps_furniture: options.show_furniture, wants }));
    extractors.push(Arc::new(PlainText { unwrap: options.unwrap }) as Arc<dyn Extractor>);
    Ok(Step::Extract(extractors))
}
