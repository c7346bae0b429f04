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
    Block, BlockKind, Digits, Document, Evidence, Mistake, Options, PlanContext, Removal, Stage, StageKind, Step,
    fold_into, prose,
};
use serde::Deserialize;

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
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
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
        prose::words(headline) >= self.options.min_words
    }

    fn strike_repeats(&self, document: &mut Document, index: usize, headline: &Headline) {
        let mut folded = String::new();
        let mut copies = Vec::new();
        for below in index + 1..document.blocks.len() {
            let variant = self.repeats(document, &document.blocks[below], headline, &mut folded);
            copies.extend(variant.filter(|_| !is_in_stanza(document, below)).map(|variant| (below, variant)));
        }
        if copies.len() < REFRAIN || find::is_whole_page(document) {
            copies.into_iter().for_each(|(below, variant)| document.remove(below, removal(variant)));
        }
    }

    fn repeats(&self, document: &Document, block: &Block, headline: &Headline, folded: &mut String) -> Option<Variant> {
        if !block.is_kept() || block.kind == BlockKind::Table || block.span.range().len() > headline.longest_copy() {
            return None;
        }
        let line = document.view(block);
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

/// Verse repeats itself lawfully: the block stands in a stanza of three lines or more, in a text
/// that otherwise sets its paragraphs apart with blank lines.
fn is_in_stanza(document: &Document, index: usize) -> bool {
    const STANZA: usize = 3;
    let blocks = &document.blocks;
    let adjoins = |above: usize| {
        let gap = &document.text[blocks[above].span.range().end..blocks[above + 1].span.range().start];
        gap.bytes().filter(|&byte| byte == b'\n').count() == 1
    };
    let above = (0..index).rev().take_while(|&at| adjoins(at)).count();
    let below = (index..blocks.len() - 1).take_while(|&at| adjoins(at)).count();
    let stanza = above + 1 + below;
    STANZA <= stanza && stanza < blocks.len()
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
