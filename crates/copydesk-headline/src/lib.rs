//! Stage `headline`: which line is the headline, and where the document says it again.
//!
//! Pages print their headline more than once: above the article, in breadcrumbs, in share boxes,
//! below the last paragraph. The first copy becomes the block of kind `title` and always stays;
//! later copies are struck. This crate knows one document at a time and no page furniture but
//! that.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::Arc;

use copydesk_core::headline::{self, Found, Headline, Lines, Variant, without_marker};
use copydesk_core::{
    Block, BlockKind, Document, Evidence, Mistake, Options, PlanContext, Removal, Stage, StageKind, Step,
    prose,
};
use serde::{Deserialize, Serialize};

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
        let lines = Lines::of(document);
        let Some(Found { index, headline }) = headline::find(document, &lines) else { return };
        document.blocks[index].kind = BlockKind::Title;
        if prose::words(headline.text()) >= self.options.min_words {
            self.strike_repeats(document, &lines, index, &headline);
        }
        document.title.get_or_insert_with(|| headline.text().to_owned());
    }
}

impl HeadlineStage {
    fn strike_repeats(&self, document: &mut Document, lines: &Lines, index: usize, headline: &Headline) {
        let mut copies = self.copies(document, lines, index, headline);
        if copies.is_empty() {
            return;
        }
        let is_page = lines.is_whole_page();
        if is_refrain(document, index) && (headline.asks() || !is_page) {
            return;
        }
        let body = article(document, lines, is_page);
        let is_in_body = |place: usize| body.as_ref().is_none_or(|body| body.contains(&place));
        let is_sub_head = is_in_contents(document, index, &copies);
        copies.retain(|(place, variant)| !is_in_body(*place) || variant.is_sure() && !is_sub_head);
        if !is_page {
            let verse = Verse::of(document, index, &copies);
            copies.retain(|(place, _)| !(is_in_body(*place) && verse.surrounds(*place)));
        }
        copies.into_iter().for_each(|(place, variant)| document.remove(place, removal(variant)));
    }

    /// The kept blocks below the headline that say it again, with how they do.
    fn copies(
        &self,
        document: &Document,
        lines: &Lines,
        index: usize,
        headline: &Headline,
    ) -> Vec<(usize, Variant)> {
        let stays = Some(Headline::new(document.slice(&document.blocks[index])));
        let stays = stays.filter(|stays| !stays.is_same(headline));
        let variant = |block: &Block| {
            let variant = headline::says(document, block, headline)
                .or_else(|| headline::says(document, block, stays.as_ref()?))?;
            (self.options.variants || variant == Variant::Exact).then_some(variant)
        };
        let below = document.kept().filter(|(place, _)| *place > index && !lines.is_prose(*place));
        below.filter_map(|(place, block)| Some((place, variant(block)?))).collect()
    }
}

/// From the first block of the article to the last. What a scraper cut out is article as far as there is prose;
/// a page has prose below its article, too.
fn article(document: &Document, lines: &Lines, is_page: bool) -> Option<RangeInclusive<usize>> {
    let body = lines.body(document)?;
    let last = if is_page { body.last } else { lines.last_prose()? };
    Some(body.first..=last)
}

fn removal(variant: Variant) -> Removal {
    let evidence = Evidence::Rule(Cow::Borrowed(variant.evidence()));
    Removal { stage: HEADLINE.name, reason: REPEATS_HEADLINE, evidence }
}

/// The line comes again, letter for letter, so often that somebody meant it. Copies that stand side by
/// side are one.
fn is_refrain(document: &Document, index: usize) -> bool {
    let line = document.slice(&document.blocks[index]);
    let mut runs = 0;
    let mut is_copy_above = true;
    for (_, block) in document.kept().filter(|(place, _)| *place > index) {
        let is_copy = document.slice(block) == line;
        runs += usize::from(is_copy && !is_copy_above);
        is_copy_above = is_copy;
    }
    runs >= REFRAIN
}

/// Does the line next to the headline come again as well, apart from it? Then both stand in a table of
/// contents, and below they head a part of the article.
fn is_in_contents(document: &Document, index: usize, copies: &[(usize, Variant)]) -> bool {
    let is_copy = |place: usize| place == index || copies.iter().any(|(copy, _)| *copy == place);
    let text = |place: &usize| without_marker(document.slice(&document.blocks[*place])).trim();
    let kept: Vec<usize> = document.kept().map(|(place, _)| place).collect();
    let at = kept.partition_point(|place| *place < index);
    let is_apart =
        |at: usize| !is_copy(kept[at - 1]) && kept.get(at + 1).is_none_or(|place| !is_copy(*place));
    let comes_again = |next: &usize| {
        let line = text(next);
        let could_be_item = prose::words_up_to(line, 3) > 2 && !prose::is_prose(line);
        could_be_item
            && (at + 1..kept.len())
                .any(|at| kept[at] != *next && !is_copy(kept[at]) && text(&kept[at]) == line && is_apart(at))
    };
    let above = kept[..at].iter().rev().find(|place| !is_copy(**place));
    let below = kept[at..].iter().find(|place| !is_copy(**place));
    above.is_some_and(comes_again) || below.is_some_and(comes_again)
}

/// Verse repeats itself lawfully: two of the lines next to it are verse, too. That is judged by kept
/// lines that are no copies themselves, and not by blank lines, which dumps lose.
struct Verse {
    /// The kept lines that say something else, and whether they could be verse.
    lines: Vec<(usize, bool)>,
}

impl Verse {
    fn of(document: &Document, headline: usize, copies: &[(usize, Variant)]) -> Self {
        let is_copy =
            |at: &usize| *at == headline || copies.binary_search_by_key(at, |(place, _)| *place).is_ok();
        let others = document.kept().filter(|(at, _)| !is_copy(at));
        Verse { lines: others.map(|(at, block)| (at, is_verse_like(document.slice(block)))).collect() }
    }

    /// Does the line stand among verse? Outside the body there is none, unless all of the document
    /// is.
    fn surrounds(&self, place: usize) -> bool {
        const ROUND: usize = 2;
        let at = self.lines.partition_point(|(other, _)| *other < place);
        let above = self.lines[..at].iter().rev().take_while(|(_, is_verse)| *is_verse).take(ROUND);
        let below = self.lines[at..].iter().take_while(|(_, is_verse)| *is_verse).take(ROUND);
        above.count() + below.count() >= ROUND
    }
}

/// A line of verse has a few words, and neither a list's marker nor the two words of a name.
fn is_verse_like(line: &str) -> bool {
    let words = prose::words_up_to(line, 13);
    let is_long_enough = words >= 3 || words == 2 && line.chars().any(prose::is_unspaced);
    is_long_enough && words <= 12 && !prose::is_prose(line) && without_marker(line).len() == line.len()
}
