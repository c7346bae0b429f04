//! Stage `boilerplate`: lines that belong to the page and not to its article.
//!
//! Works on plain text, where the class names of HTML are gone: a line is known by its words
//! (`lexicon.rs`), or by its shape and its place in the document (`shapes.rs`). It sees one document
//! at a time, knows no HTML, and never looks inside a sentence: lines go whole or not at all.

mod anchored;
mod category;
mod classifier;
mod features;
mod guards;
mod guess;
mod lexicon;
mod line;
mod reading;
mod shapes;
mod suspects;
#[doc(hidden)]
pub mod training;
mod zones;

use std::collections::BTreeMap;
use std::sync::Arc;

use copydesk_core::prose;
use copydesk_core::{
    Block, BlockKind, Digits, Document, Evidence, Mistake, Options, PlanContext, Remark, Removal, Stage,
    StageKind, Step, fold, fold_into,
};
use serde::{Deserialize, Serialize};

pub use category::Category;
use classifier::{BUILT_IN, Classifier};
pub use classifier::{Mode, Regime};
use lexicon::Lexicon;
use reading::Reading;
use suspects::{Question, Suspects};
use zones::{Place, Zones};

/// The entry in the list of stages.
pub const BOILERPLATE: StageKind = StageKind {
    name: "boilerplate",
    summary: "strikes lines that belong to the page and not to its article",
    manual: include_str!("../manual.md"),
    reasons: &category::REASONS,
    schema: || schemars::schema_for!(BoilerplateOptions),
    build,
};

/// A line of so many words never goes: in the labelled dumps (aeb, development half) single
/// paragraphs of 300 words and more were the costliest mistakes of every rule and model tried, and
/// 0.5 % of the noise lines are so long.
const LONG_LINE_WORDS: usize = 60;
/// The same in bytes, as a cheap first look: 60 words of Cyrillic, which has two bytes a letter.
const LONG_LINE_BYTES: usize = 900;

/// A headline has so many words or more; labels are shorter.
const HEADLINE_WORDS: usize = 4;
/// The headline is one of so many first lines.
const TOP: usize = 40;

/// The options of `[[stage]] use = "boilerplate"`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BoilerplateOptions {
    /// How much of the article may be lost: `safe`, `balanced`, `aggressive`; `phrases` removes nothing by
    /// its score.
    pub mode: Mode,
    /// What the documents are: `page` for all the text of a page, `article` for what a scraper or another
    /// extractor took out of it, `auto` if that is to be told from each.
    pub regime: Regime,
    /// A document that would lose more of its words than this share by their score is left alone, but in
    /// whole pages: more likely it is of a kind that the classifier has not seen.
    pub most_lost: f64,
    /// Categories whose lines stay, for example `["byline", "date-line"]`.
    pub keep: Vec<Category>,
    /// Phrases of your own, by category: a line that is one of them, but for case, punctuation and
    /// the values of numbers, goes. `[stage.phrases]` and below it `ad-label = ["Anzeige der Woche"]`.
    pub phrases: BTreeMap<Category, Vec<String>>,
}

impl Default for BoilerplateOptions {
    fn default() -> Self {
        BoilerplateOptions {
            mode: Mode::default(),
            regime: Regime::default(),
            most_lost: 0.4,
            keep: Vec::new(),
            phrases: BTreeMap::new(),
        }
    }
}

fn build(options: &Options<'_>, _: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let settings: BoilerplateOptions = options.read()?;
    let phrases = settings.phrases.values().flatten();
    if let Some(empty) = phrases.into_iter().find(|phrase| fold(phrase, Digits::Fold).is_empty()) {
        return Err(vec![
            options.wrong("phrases", format!("holds {empty:?}, which has no letter or digit to compare")),
        ]);
    }
    if !(0.0..=1.0).contains(&settings.most_lost) {
        return Err(vec![
            options.wrong("most-lost", format!("is a share between 0 and 1, not {}", settings.most_lost)),
        ]);
    }
    let lexicon = Lexicon::new(&settings.phrases);
    Ok(Step::Mark(Arc::new(BoilerplateStage { lexicon, classifier: &BUILT_IN, options: settings })))
}

struct BoilerplateStage {
    lexicon: Lexicon,
    classifier: &'static Classifier,
    options: BoilerplateOptions,
}

/// Why a line goes.
pub(crate) struct Verdict {
    category: Category,
    evidence: Evidence,
    /// Every word of the line is accounted for; nothing is guessed from one end of it.
    is_whole: bool,
}

impl Stage for BoilerplateStage {
    fn apply(&self, document: &mut Document) {
        let headline = Headline::of(document);
        let mut folded = String::new();
        let mut reading = Reading::of(document, &self.lexicon, &mut folded);
        let suspects = Question { document, reading: &reading, stage: self, first: headline.first }
            .suspects(&mut folded);
        let held = self.strike_known(document, &headline, &mut reading, &mut folded);
        self.strike_all_shapes(document, &headline, &mut folded, Company::Alone);
        if document.blocks.iter().any(zones::is_ours) {
            held.into_iter().for_each(|(index, verdict)| document.remove(index, removal(verdict)));
            self.strike_all_shapes(document, &headline, &mut folded, Company::AmongFurniture);
        }
        self.strike_suspects(document, &headline, suspects, &mut folded);
    }
}

/// Is a line judged by itself, or beside others that are furniture beyond doubt?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Company {
    Alone,
    AmongFurniture,
}

impl BoilerplateStage {
    /// Strikes what goes by its score, unless too much of the document would.
    fn strike_suspects(
        &self,
        document: &mut Document,
        headline: &Headline,
        suspects: Suspects,
        folded: &mut String,
    ) {
        document.remarks.extend(suspects.remark);
        let mut lines = suspects.lines;
        lines.retain(|suspect| {
            let block = &document.blocks[suspect.block];
            if !may_go(block) || is_marked_up(block) {
                return false;
            }
            let line = document.view(block);
            folded.clear();
            fold_into(&line, Digits::Fold, folded);
            self.may_strike(&line, suspect.block, headline, folded, &suspect.verdict)
        });
        let has_company =
            document.blocks.iter().any(zones::is_ours) || lines.iter().any(|line| !line.is_doubtful);
        if !has_company {
            return;
        }
        let lost: usize = lines.iter().map(|suspect| suspect.words).sum();
        let is_too_much = lost as f64 > self.options.most_lost * suspects.words as f64;
        if is_too_much && suspects.regime != Regime::Page {
            document.remarks.push(remark("left-alone"));
            return;
        }
        lines.into_iter().for_each(|suspect| document.remove(suspect.block, removal(suspect.verdict)));
    }

    /// Strikes the lines that are known word for word, wherever they stand. Gives back those that go
    /// only in company.
    fn strike_known(
        &self,
        document: &mut Document,
        headline: &Headline,
        reading: &mut Reading,
        folded: &mut String,
    ) -> Vec<(usize, Verdict)> {
        let mut held = Vec::new();
        for (&index, verdict) in reading.blocks.iter().zip(&mut reading.verdicts) {
            let Some(verdict) = verdict.take().filter(|_| may_go(&document.blocks[index])) else { continue };
            let line = document.view(&document.blocks[index]);
            self.lexicon.fold_telling(&line, folded);
            if !self.may_strike(&line, index, headline, folded, &verdict) {
                continue;
            }
            if verdict.needs_company() {
                held.push((index, verdict));
            } else {
                document.remove(index, removal(verdict));
            }
        }
        held
    }

    /// A paragraph that goes may have been the last of the body, which moves the places of the lines
    /// round it: look again, but not for ever.
    fn strike_all_shapes(
        &self,
        document: &mut Document,
        headline: &Headline,
        folded: &mut String,
        company: Company,
    ) {
        const LOOKS: usize = 8;
        for _ in 0..LOOKS {
            if !self.strike_shapes(document, headline, folded, company) {
                break;
            }
        }
    }

    /// Strikes the lines that are known by their shape and their place. Says whether prose went,
    /// which moves the places of all others.
    fn strike_shapes(
        &self,
        document: &mut Document,
        headline: &Headline,
        folded: &mut String,
        company: Company,
    ) -> bool {
        let zones = Zones::of(document);
        let mut below_header = None;
        let mut prose_went = false;
        for index in 0..document.blocks.len() {
            let place = zones.place(index);
            if place == Place::Tail {
                below_header = zones::list_header(&document.blocks[index]).or(below_header);
            }
            let block = &document.blocks[index];
            if !may_go(block) || !shapes::may_fit(document.slice(block), place) {
                continue;
            }
            let line = document.view(block);
            folded.clear();
            fold_into(&line, Digits::Fold, folded);
            let verdict = shapes::find(&line, folded, place, &self.lexicon)
                .or_else(|| shapes::below(below_header, &line));
            let goes = |verdict: &Verdict| {
                (company == Company::AmongFurniture || !verdict.needs_company())
                    && self.may_strike(&line, index, headline, folded, verdict)
            };
            let Some(verdict) = verdict.filter(goes) else { continue };
            prose_went |= prose::is_prose(&line);
            document.remove(index, removal(verdict));
        }
        prose_went
    }

    /// Not if the line is long, the user keeps its category, or it may be the headline.
    fn may_strike(
        &self,
        line: &str,
        index: usize,
        headline: &Headline,
        folded: &str,
        verdict: &Verdict,
    ) -> bool {
        prose::words_up_to(line, LONG_LINE_WORDS) < LONG_LINE_WORDS
            && !self.options.keep.contains(&verdict.category)
            && !headline.protects(index, folded, verdict)
    }
}

impl Verdict {
    /// Dates, links, notices and bios stand in articles, too: when they went by themselves, 50 of
    /// 1,018 gold bodies (aeb, wcxb, fundus, development halves) lost a line, and now 2. So they go
    /// only where something else goes; that costs a tenth of the noise lines found. Ad labels, share
    /// bars, credits and the like need no company: of 366 that stood alone in labelled dumps of the
    /// same pages, none was article.
    fn needs_company(&self) -> bool {
        self.is_doubtful() && (!self.is_whole || self.category == Category::DateLine)
    }
}

impl Verdict {
    /// Is it of a category that authors write, too?
    fn is_doubtful(&self) -> bool {
        matches!(
            self.category,
            Category::DateLine | Category::RelatedLink | Category::LegalNotice | Category::AuthorBio
        )
    }
}

/// Is the block kept, not the headline, and short enough to be furniture?
fn may_go(block: &Block) -> bool {
    block.is_kept() && block.kind != BlockKind::Title && block.span.range().len() <= LONG_LINE_BYTES
}

/// Does the markup of a page say that it is a heading, in a list or in a table? Then it is short for another reason than lines of
/// furniture are, which the classifier of lines cannot see. Of 185 such blocks that went by their score behind the extractor on the 1,178
/// labelled pages, 177 were the article's. Plain text says nothing of the kind: its kinds are guesses, and have no level.
fn is_marked_up(block: &Block) -> bool {
    block.level > 0 || block.kind == BlockKind::Table
}

/// The line that may be the headline, for documents that nobody has looked for it in yet.
struct Headline {
    /// The title that came with the record, folded.
    title: Option<String>,
    /// The first line that is long enough to be one.
    first: Option<usize>,
}

impl Headline {
    fn of(document: &Document) -> Self {
        let is_long_enough =
            |block: &Block| prose::words_up_to(document.slice(block), HEADLINE_WORDS) >= HEADLINE_WORDS;
        Headline {
            title: document.title.as_deref().map(|title| fold(title, Digits::Fold)),
            first: document.blocks.iter().take(TOP).position(is_long_enough),
        }
    }

    /// The record's title always stays. The first line of some length goes only if the whole of it
    /// is furniture: `Comments are closed for good at the oldest paper` is a headline, `Comments are
    /// closed` is none.
    fn protects(&self, index: usize, folded: &str, verdict: &Verdict) -> bool {
        self.title.as_deref() == Some(folded) || self.first == Some(index) && !verdict.is_whole
    }
}

fn remark(name: &'static str) -> Remark {
    Remark { stage: BOILERPLATE.name, name }
}

fn removal(verdict: Verdict) -> Removal {
    Removal { stage: BOILERPLATE.name, reason: verdict.category.name(), evidence: verdict.evidence }
}
