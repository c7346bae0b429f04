//! HTML: which part of a page is the article.
//!
//! `layout.rs` lays the page out as runs of text, `features.rs` looks at them, `classifier.rs` scores them, and this
//! file makes a document of it: the text of the page, a block for each run, and a removal on each that is not the
//! article's. What is furniture by its words alone is left to the stages behind.

mod alike;
pub mod classifier;
pub mod clues;
pub mod containers;
pub mod context;
pub mod features;
pub mod layout;
pub mod lines;
pub mod metadata;
mod record;
mod select;
pub mod shape;
pub mod types;
pub mod vocabulary;

use copydesk_core::{Block, BlockKind, Document, Evidence, Extraction, Extractor, Remark, Removal};
use copydesk_html::{Options, parse_str};
use serde::{Deserialize, Serialize};

use classifier::BUILT_IN;
use clues::Clues;
use features::Reading;
use layout::{Page, Run, flag, lay_out};
use select::{Choice, Verdict};
use shape::Shape;
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

/// The built-in extractor for pages.
pub struct Html {
    /// How sure one has to be.
    pub mode: Mode,
    /// Whether struck blocks stay in the document, for the trail.
    pub keeps_furniture: bool,
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
        let page = lay_out(&document, &mut weighing);
        let (choice, headline) = if page.runs.len() > MOST_RUNS {
            payload.remarks.push(Remark { stage: "extract", name: "too-many-blocks" });
            (select::without_scores(&page), None)
        } else {
            let clues = Clues::of(&document, payload.url.as_deref());
            let reading = Reading::of(&page, &BUILT_IN.words);
            let scores = BUILT_IN.scores(&page, &reading, weighing.names(), &clues);
            (select::choose(&page, &reading.lines, &scores.runs, self.mode), scores.headline)
        };
        record::fill(payload, &document);
        payload.blocks = page.runs.iter().map(|run| block(&page, run)).collect();
        strike(&mut payload.blocks, &choice);
        if let Some(headline) = headline {
            take_title(payload, &page, headline);
        }
        if choice.is_nothing() {
            payload.dropped = Some(Box::new(no_article(&choice)));
        }
        if !self.keeps_furniture {
            payload.blocks.retain(Block::is_kept);
        }
        payload.text = page.text;
        payload.mime = "text/plain".into();
    }
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

fn no_article(choice: &Choice) -> Removal {
    let evidence = match choice.best {
        Some(best) => Evidence::Score { score: copydesk_trees::share(best), threshold: choice.threshold },
        None => Evidence::Rule("the page has no text".into()),
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
