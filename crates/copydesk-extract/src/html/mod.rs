//! HTML: which part of a page is the article.
//!
//! `layout.rs` lays the page out as runs of text, `features.rs` looks at them, `classifier.rs` scores them, and this
//! file makes a document of it: the text of the page, a block for each run, and a removal on each that is not the
//! article's. What is furniture by its words alone is left to the stages behind.

mod absence;
mod alike;
pub mod classifier;
pub mod clues;
pub mod coloured;
mod comments;
pub mod containers;
pub mod context;
pub mod features;
pub mod layout;
pub mod lines;
mod marks;
pub mod metadata;
mod outline;
mod record;
mod select;
pub mod shape;
mod tables;
pub mod trace;
pub mod types;
pub mod vocabulary;

use copydesk_core::{Block, BlockKind, Document, Evidence, Extraction, Extractor, Remark, Removal};
use copydesk_html::{Options, parse_str};
use serde::{Deserialize, Serialize};

use classifier::BUILT_IN;
use clues::Clues;
use features::Reading;
use layout::{Page, Run, flag, lay_out_traced};
use marks::Traced;
use select::{Choice, Verdict};
use serde_json::{Map, Value, json};
use shape::Shape;
use tables::Tables;
use trace::Trace;
use vocabulary::Weighing;

/// Pages with more runs than this are not scored: it would take memory beyond measure. The largest of the pages that the
/// models were trained on has 2,641.
const MOST_RUNS: usize = 16_000;

/// How sure one has to be that a block is the article's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// What is in doubt goes.
    Precision,
    /// As often wrong to keep as wrong to strike.
    #[default]
    Balanced,
    /// What is in doubt stays.
    Recall,
}

/// What becomes of tables of data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableForm {
    /// A row is a line, its cells are divided by tabs.
    #[default]
    Text,
    /// They are written as tables of Markdown.
    Markdown,
    /// They are struck.
    None,
}

/// What of a page is wanted besides the text of its article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// What readers said, in the metadata.
    pub comments: bool,
    /// What becomes of tables of data.
    pub tables: TableForm,
    /// Pictures, as marks.
    pub images: bool,
    /// Links, as marks.
    pub links: bool,
}

impl Wants {
    /// Has anyone to know which text came from where?
    fn trace(self) -> Option<Trace> {
        let wants = self.images || self.links || self.tables != TableForm::Text;
        wants.then(Trace::default)
    }
}

/// The built-in extractor for pages.
pub struct Html {
    /// How sure one has to be.
    pub mode: Mode,
    /// Whether struck blocks stay in the document, for the trail.
    pub keeps_furniture: bool,
    /// What is wanted besides the text.
    pub wants: Wants,
}

impl Default for Html {
    fn default() -> Self {
        Html { mode: Mode::Balanced, keeps_furniture: true, wants: Wants::default() }
    }
}

impl Extractor for Html {
    fn name(&self) -> &str {
        "html"
    }

    fn claims(&self, payload: &Document) -> bool {
        matches!(&*payload.mime, "text/html" | "application/xhtml+xml")
    }

    fn extract(&self, mut payload: Document, articles: &mut Vec<Document>) -> Extraction {
        if payload.blocks.is_empty() {
            self.read(&mut payload);
        }
        articles.push(payload);
        Extraction::Done
    }
}

impl Html {
    fn read(&self, payload: &mut Document) {
        let html = std::mem::take(&mut payload.text);
        let document = parse_str(&html, &Options::default());
        let mut weighing = Weighing::new(&BUILT_IN.names);
        let page = lay_out_traced(&document, &mut weighing, self.wants.trace());
        let mut members = Map::new();
        let mut absence = None;
        let (choice, headline) = if page.runs.len() > MOST_RUNS {
            payload.remarks.push(Remark { stage: "extract", name: "too-many-blocks" });
            (select::without_scores(&page), None)
        } else {
            let clues = Clues::of(&document, payload.url.as_deref());
            let reading = Reading::of(&page, &BUILT_IN.words);
            let types = BUILT_IN.types.scores(weighing.names(), &clues);
            note_type(types, &mut members);
            let scores = BUILT_IN.scores(&page, &reading, &clues, types);
            let choice = select::choose(&page, &reading.lines, &scores.runs, self.mode);
            absence = absence::reason(&document, &page, &reading.lines, &choice.verdicts);
            (choice, scores.headline)
        };
        payload.blocks = page.runs.iter().map(|run| block(&page, run)).collect();
        strike(&mut payload.blocks, &choice);
        if self.wants.comments {
            take_comments(&document, &page, &mut payload.blocks, &mut members);
        }
        record::fill(payload, &document, members);
        if let Some(headline) = headline {
            take_title(payload, &page, headline);
        }
        if choice.is_nothing() || absence.is_some() {
            payload.dropped = Some(Box::new(no_article(&choice, absence)));
        }
        if let Some(trace) = &page.trace {
            self.mark(payload, &document, &page, trace);
        }
        if page.runs.len() <= MOST_RUNS {
            outline::assign(&document, &page, &mut payload.blocks);
        }
        if !self.keeps_furniture {
            payload.blocks.retain(Block::is_kept);
        }
        payload.text = page.text;
        payload.mime = "text/plain".into();
    }

    /// Marks what is wanted besides the text.
    fn mark(
        &self,
        payload: &mut Document,
        document: &copydesk_html::Document<'_>,
        page: &Page,
        trace: &Trace,
    ) {
        let tables = Tables::of(document, page, trace);
        if self.wants.tables == TableForm::None {
            let is_in_table = |run: &Run| tables.has(run.element);
            for (block, _) in payload.blocks.iter_mut().zip(&page.runs).filter(|(_, run)| is_in_table(run)) {
                let removal = || Box::new(struck("table", Evidence::Rule("tables are not wanted".into())));
                block.removal.get_or_insert_with(removal);
            }
        }
        let base = marks::base(document, payload.url.as_deref());
        let traced = Traced { document, page, trace, blocks: &payload.blocks };
        let mut marks = Vec::new();
        if self.wants.tables == TableForm::Markdown {
            marks.extend(tables.marks(&traced));
        }
        if self.wants.links {
            marks.extend(marks::links(&traced, base.as_deref()));
        }
        if self.wants.images {
            marks.extend(marks::pictures(&traced, base.as_deref()));
        }
        marks.sort_by_key(|mark| mark.span.start);
        payload.marks = marks;
    }
}

/// Which type of page it is, and how sure that is.
fn note_type(scores: [i16; types::KINDS.len()], members: &mut Map<String, Value>) {
    let (name, share) = types::likeliest(scores);
    members.insert("type".into(), name.into());
    members.insert("type-score".into(), json!(share as f64 / 1_000.0));
}

/// What readers said goes into the metadata.
fn take_comments(
    document: &copydesk_html::Document<'_>,
    page: &Page,
    blocks: &mut [Block],
    members: &mut Map<String, Value>,
) {
    let comments = comments::find(document, page, blocks);
    for index in comments.blocks {
        let rule = "it stands among the comments".into();
        blocks[index].removal = Some(Box::new(struck("comment", Evidence::Rule(rule))));
    }
    members.insert("comments".into(), json!(comments.texts));
}

/// The headline is the title of the document, and not a part of its text.
fn take_title(payload: &mut Document, page: &Page, headline: usize) {
    let block = &mut payload.blocks[headline];
    block.kind = BlockKind::Title;
    if let Some(removal) = &mut block.removal {
        **removal = struck("headline", Evidence::Rule("the heading that says the page's title".into()));
    }
    payload.title.get_or_insert_with(|| page.text[page.runs[headline].range()].to_owned());
}

fn no_article(choice: &Choice, reason: Option<String>) -> Removal {
    let evidence = match (reason, choice.best) {
        (Some(reason), _) => Evidence::Rule(reason.into()),
        (None, Some(best)) => {
            Evidence::Score { score: copydesk_trees::share(best), threshold: choice.threshold }
        }
        (None, None) => Evidence::Rule("the page has no text".into()),
    };
    struck("not-an-article", evidence)
}

fn struck(reason: &'static str, evidence: Evidence) -> Removal {
    Removal { stage: "extract", reason, evidence }
}

fn strike(blocks: &mut [Block], choice: &Choice) {
    for (block, verdict) in blocks.iter_mut().zip(&choice.verdicts) {
        let removal = match verdict {
            Verdict::Kept => continue,
            Verdict::Menu => {
                struck("page-furniture", Evidence::Rule("it stands in a menu, or is a link".into()))
            }
            Verdict::Hidden => struck("hidden", Evidence::Rule("the markup hides it".into())),
            Verdict::Furniture(score) => {
                let score = 1.0 - copydesk_trees::share(score + choice.bias);
                struck("page-furniture", Evidence::Score { score, threshold: 1.0 - choice.threshold })
            }
        };
        block.removal = Some(Box::new(removal));
    }
}

fn block(page: &Page, run: &Run) -> Block {
    let element = &page.elements[run.element as usize];
    let has = |bit: u32| element.flags & bit != 0;
    let kind = match element.shape {
        Shape::H1 | Shape::H2 | Shape::H3 | Shape::H4 => BlockKind::Heading,
        Shape::Caption | Shape::Figure => BlockKind::Caption,
        Shape::Verbatim => BlockKind::Verbatim,
        _ if run.cells > 0 || has(flag::CELL) && run.bytes() < 200 => BlockKind::Table,
        Shape::Item | Shape::Term | Shape::Definition => BlockKind::ListItem,
        Shape::Quote => BlockKind::Quote,
        _ if has(flag::QUOTE) => BlockKind::Quote,
        _ => BlockKind::Paragraph,
    };
    Block::new(run.range(), kind)
}
