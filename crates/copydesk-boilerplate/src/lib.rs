//! Stage `boilerplate`: lines that belong to the page and not to its article.
//!
//! Works on plain text, where the class names of HTML are gone: a line is known by its words
//! ([`lexicon`]), or by its shape and its place in the document ([`shapes`]). It sees one document
//! at a time, knows no HTML, and never looks inside a sentence: lines go whole or not at all.

mod category;
mod lexicon;
mod shapes;
mod zones;

use std::collections::BTreeMap;
use std::sync::Arc;

use copydesk_core::prose;
use copydesk_core::{
    Block, BlockKind, Digits, Document, Evidence, Mistake, Options, PlanContext, Removal, Stage, StageKind, Step, fold_into,
};
use serde::Deserialize;

pub use category::Category;
use lexicon::Lexicon;
use zones::Zones;

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
/// under 1 % of the noise lines are so long.
const LONG_LINE_WORDS: usize = 60;
/// The same in bytes, as a cheap first look: 60 words of Cyrillic, which has two bytes a letter.
const LONG_LINE_BYTES: usize = 900;

/// The options of `[[stage]] use = "boilerplate"`.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BoilerplateOptions {
    /// Categories whose lines stay, for example `["byline", "date-line"]`.
    pub keep: Vec<Category>,
    /// Phrases of your own, by category: a line that is one of them, but for case, punctuation and
    /// the values of numbers, goes. `[stage.phrases]` and below it `ad-label = ["Anzeige der Woche"]`.
    pub phrases: BTreeMap<Category, Vec<String>>,
}

fn build(options: &Options<'_>, _: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let options: BoilerplateOptions = options.read()?;
    let lexicon = Lexicon::new(&options.phrases);
    Ok(Step::Mark(Arc::new(BoilerplateStage { lexicon, keep: options.keep })))
}

struct BoilerplateStage {
    lexicon: Lexicon,
    keep: Vec<Category>,
}

/// Why a line goes.
pub(crate) struct Verdict {
    category: Category,
    evidence: Evidence,
}

impl Stage for BoilerplateStage {
    fn apply(&self, document: &mut Document) {
        let zones = Zones::of(document);
        let mut folded = String::new();
        let mut below_header = None;
        for index in 0..document.blocks.len() {
            let block = &document.blocks[index];
            if !block.is_kept() || block.kind == BlockKind::Title {
                continue;
            }
            let verdict = self.judge(document, block, zones.place(index), &mut folded);
            let verdict = verdict.or_else(|| shapes::below(below_header, document.slice(block)));
            let Some(verdict) = verdict.filter(|verdict| !self.keep.contains(&verdict.category)) else { continue };
            if zones.place(index) == zones::Place::Tail && verdict.category.heads_a_list() {
                below_header = Some(verdict.category);
            }
            document.remove(index, removal(verdict));
        }
    }
}

impl BoilerplateStage {
    fn judge(&self, document: &Document, block: &Block, place: zones::Place, folded: &mut String) -> Option<Verdict> {
        if block.span.range().len() > LONG_LINE_BYTES {
            return None;
        }
        let line = document.view(block);
        if !self.lexicon.may_know(&line) {
            return None;
        }
        folded.clear();
        fold_into(&line, Digits::Fold, folded);
        let verdict = self.lexicon.find(&line, folded).or_else(|| shapes::find(&line, folded, place, &self.lexicon))?;
        (prose::words(&line) < LONG_LINE_WORDS).then_some(verdict)
    }
}

fn removal(verdict: Verdict) -> Removal {
    Removal { stage: BOILERPLATE.name, reason: verdict.category.name(), evidence: verdict.evidence }
}
