//! Stage `headline`: which line is the headline, and where the document says it again.
//!
//! Pages print their headline more than once: above the article, in breadcrumbs, in share boxes,
//! below the last paragraph. The first copy becomes the block of kind `title` and always stays;
//! later copies are struck. This crate knows one document at a time and no page furniture but
//! that.

mod find;
mod repeat;

use std::borrow::Cow;
use std::sync::Arc;

use copydesk_core::{
    Block, BlockKind, Digits, Document, Evidence, Mistake, Options, PlanContext, Removal, Stage, StageKind,
    Step, fold_into, prose,
};
use serde::{Deserialize, Serialize};

use repeat::{Headline, Variant};

/// The entry in the list of stages.
pub const HEADLINE: StageKind = StageKind {
    name: "headline",
    summary: "finds the headline and strikes its repetitions",
    manual: include_str!("../manual.md"),
    reasons: &[(REPEATS_HEADLINE, "says the headline again, below it")],
    schema: || schemars::schema_for!(HeadlineOptions),
    build,
};

/// A line that comes again so often in a text that is no whole page is a refrain, or a question that
/// is put to everyone.
const REFRAIN: usize = 3;
const REPEATS_HEADLINE: &str = "repeats-headline";

/// The options of `[[stage]] use = "headline"`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct HeadlineOptions {
    /// A headline of fewer words is never looked for again: short lines recur for good reasons, as
    /// speakers' names and sub-heads do. In Chinese, Japanese and Thai two characters are a word.
    pub min_words: usize,
    /// Whether copies with the name of the site or a section beside them, and copies cut off by an
    /// ellipsis, go as well as copies that are equal but for case and punctuation.
    pub variants: bool,
}

impl Default for HeadlineOptions {
    fn default() -> Self {
        HeadlineOptions { min_words: 3, variants: true }
    }
}

fn build(options: &Options<'_>, _: &PlanContext) -> Result<Step, Vec<Mistake>> {
    Ok(Step::Mark(Arc::new(HeadlineStage { options: options.read()? })))
}

struct HeadlineStage {
    options: HeadlineOptions,
}

impl Stage for HeadlineStage {
    fn apply(&self, document: &mut Document) {
        let Some(index) = find::headline(document) else { return };
        document.blocks[index].kind = BlockKind::Title;
        let text = document.view(&document.blocks[index]).into_owned();
        if self.is_worth_looking_for(&text) {
            self.strike_repeats(document, index, &Headline::new(&text));
        }
        document.title.get_or_insert(text);
    }
}

impl HeadlineStage {
    fn is_worth_looking_for(&self, headline: &str) -> bool {
        prose::words(headline) >= self.options.min_words && headline.len() < find::LONG_LINE_BYTES
    }

    fn strike_repeats(&self, document: &mut Document, index: usize, headline: &Headline) {
        let mut folded = String::new();
        let repeat =
            |below| Some((below, self.repeats(document, &document.blocks[below], headline, &mut folded)?));
        let mut copies: Vec<(usize, Variant)> =
            (index + 1..document.blocks.len()).filter_map(repeat).collect();
        if copies.is_empty() {
            return;
        }
        let is_page = find::is_whole_page(document);
        if is_refrain(document, index, &copies) && (headline.asks() || !is_page) {
            return;
        }
        if !is_page {
            let verse = Verse::of(document, index, &copies);
            copies.retain(|(place, _)| !verse.surrounds(*place));
        }
        copies.into_iter().for_each(|(place, variant)| document.remove(place, removal(variant)));
    }

    fn repeats(
        &self,
        document: &Document,
        block: &Block,
        headline: &Headline,
        folded: &mut String,
    ) -> Option<Variant> {
        if !block.is_kept()
            || block.kind == BlockKind::Table
            || block.span.range().len() > headline.longest_copy()
        {
            return None;
        }
        let line = document.view(block);
        if prose::is_prose(&line) {
            return None;
        }
        folded.clear();
        fold_into(without_marker(&line), Digits::Keep, folded);
        let variant = headline.repeated_by(&line, folded)?;
        (self.options.variants || variant == Variant::Exact).then_some(variant)
    }
}

fn removal(variant: Variant) -> Removal {
    let evidence = Evidence::Rule(Cow::Borrowed(variant.evidence()));
    Removal { stage: HEADLINE.name, reason: REPEATS_HEADLINE, evidence }
}

/// A copy in a list keeps its bullet or number: `* Headline`, `3. Headline`.
fn without_marker(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() < line.len() && line.len() - rest.len() <= 2;
    match rest.strip_prefix(". ").filter(|_| numbered) {
        Some(text) => text,
        None => line,
    }
}

/// The line comes again, letter for letter, so often that somebody meant it.
fn is_refrain(document: &Document, index: usize, copies: &[(usize, Variant)]) -> bool {
    let line = document.slice(&document.blocks[index]);
    let same = copies.iter().filter(|(place, _)| document.slice(&document.blocks[*place]) == line).count();
    same >= REFRAIN
}

/// Verse repeats itself lawfully: of the two lines above and the two below, half are verse, too. That
/// is judged by kept lines that are no copies themselves, and not by blank lines, which dumps lose.
struct Verse {
    /// The kept lines that say something else, and whether they are short like verse.
    lines: Vec<(usize, bool)>,
    /// The first and the last paragraph of prose.
    body: Option<(usize, usize)>,
}

impl Verse {
    fn of(document: &Document, headline: usize, copies: &[(usize, Variant)]) -> Self {
        let is_copy =
            |at: &usize| *at == headline || copies.binary_search_by_key(at, |(place, _)| *place).is_ok();
        let is_short = |block: &Block| {
            let line = document.slice(block);
            (2..=12).contains(&prose::words_up_to(line, 13)) && !prose::is_prose(line)
        };
        let others = document.kept().filter(|(at, _)| !is_copy(at));
        Verse {
            lines: others.map(|(at, block)| (at, is_short(block))).collect(),
            body: prose::body(document),
        }
    }

    /// Does the line stand among verse? Outside the body there is none, unless all of the document
    /// is.
    fn surrounds(&self, place: usize) -> bool {
        const ROUND: usize = 2;
        let at = self.lines.partition_point(|(other, _)| *other < place);
        let round = &self.lines[at.saturating_sub(ROUND)..(at + ROUND).min(self.lines.len())];
        let is_in_body = self.body.is_none_or(|(first, last)| first < place && place < last);
        is_in_body && round.iter().filter(|(_, is_short)| *is_short).count() >= ROUND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_markers_are_not_part_of_a_copy() {
        assert_eq!(without_marker("3. Bridge reopens"), "Bridge reopens");
        assert_eq!(without_marker("2016. Bridge reopens"), "2016. Bridge reopens");
        assert_eq!(without_marker("7 ways to save"), "7 ways to save");
    }
}
