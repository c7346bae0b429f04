//! Which of the lines that recur are furniture, in one document.
//!
//! That a line recurs is not enough: sub-heads, labels of speakers and standing titles do as well. Page
//! furniture comes in runs, and so it stands beside the same line on page after page, or at the same end of
//! the page; a sub-head has another paragraph below it each time. What a document says of its own is
//! measured first: where its prose recurs, too, it is a copy of others, and not their furniture.

use std::borrow::Cow;
use std::collections::HashMap;

use copydesk_core::{BlockKind, Document, Evidence, Removal, Stage};
use foldhash::fast::FixedState;

use crate::lines::{self, Line, beside};
use crate::table::{SiteLines, Table};
use crate::{RECURS_IN_CORPUS, RECURS_ON_SITE, SITE_MEMORY, SiteMemoryOptions, site};

// The constants are set on sites that `tests/bench/sites.py` makes of the development pages (aeb, fundus,
// wcxb; seeds 1, 2 and 7): 96 % of the furniture goes, and of 38,000 lines of articles and what recurs in
// them lawfully none but 7, and sign-offs that always stand above the same footer.

/// A line of so many words needs no neighbour to speak for it,
const SAYS_ENOUGH: usize = 8;
/// where it stands on such a share of the pages. With a half, paragraphs of background went with the
/// pitches, and no more furniture.
const ON_MOST: f64 = 0.7;
/// Furniture stands beside the same line on such a share of its pages. With 0.5, heads of tables and
/// section headings went that have the same advertisement beside them now and then; with 0.7, one line
/// of furniture more in a hundred stayed.
const BESIDE_THE_SAME: f64 = 0.6;
/// Furniture stands on so many times more pages than what a document says of its own.
const MORE_THAN_OWN: u32 = 2;
/// Prose on a larger share of the pages is not what a document says of its own: nobody crawls a site for
/// one article. Shares of 0.55 and 0.65 do the same; without it, pages of short articles between long
/// teasers keep everything, seven lines of furniture in a hundred.
const ON_SO_MANY: f64 = 0.6;

/// Strikes what recurs.
pub(crate) struct Furniture {
    pub(crate) table: Table,
    pub(crate) options: SiteMemoryOptions,
}

impl Stage for Furniture {
    fn apply(&self, document: &mut Document) {
        let lines = lines::of(document, self.options.max_words);
        let struck = self.struck(document, &lines);
        struck.into_iter().for_each(|(block, removal)| document.remove(block, removal));
    }
}

impl Furniture {
    fn struck(&self, document: &Document, lines: &[Line]) -> Vec<(usize, Removal)> {
        let name = site::name(document, self.options.site, self.options.site_field.as_deref());
        let site = self.table.site(lines::site(&name)).expect("what was put on disk can be read again");
        let on_site = site.map_or_else(Vec::new, |site| self.on_site(lines, &site, &name));
        let in_corpus = self.in_corpus(lines);
        let is_lawful = lawful(document, lines);
        let removal = |place: usize| {
            let of = |found: &[Option<Removal>]| found.get(place).cloned().flatten();
            Some((lines[place].block, of(&on_site).or_else(|| of(&in_corpus))?))
        };
        (0..lines.len()).filter(|place| !is_lawful[*place]).filter_map(removal).collect()
    }

    fn on_site(&self, lines: &[Line], site: &SiteLines<'_>, name: &str) -> Vec<Option<Removal>> {
        let (all, own) = (site.pages, own_pages(lines, site));
        let least = self.options.on_site().of(all);
        let least = if own > 1 { least.max(own.saturating_mul(MORE_THAN_OWN)) } else { least };
        let lone = least.max((f64::from(all) * ON_MOST).ceil() as u32);
        let rule = |on| format!("on {on} of the {all} pages of {name:?}, of which {least} are enough");
        let removal = |on| removal(RECURS_ON_SITE, rule(on));
        let pages_with = |says| site.pages_with(says);
        let found = furniture(lines, pages_with, Enough { least, lone, beside: BESIDE_THE_SAME });
        found.into_iter().map(|on| on.map(removal)).collect()
    }

    fn in_corpus(&self, lines: &[Line]) -> Vec<Option<Removal>> {
        let sites = self.table.site_count();
        let least = self.options.in_corpus().of(sites);
        let rule = |on| format!("recurs on {on} of {sites} sites, of which {least} are enough");
        let removal = |on| removal(RECURS_IN_CORPUS, rule(on));
        let sites_with = |says| self.table.sites_with(says);
        let found = furniture(lines, sites_with, Enough { least, lone: u32::MAX, beside: 0.0 });
        found.into_iter().map(|on| on.map(removal)).collect()
    }
}

fn removal(reason: &'static str, rule: String) -> Removal {
    Removal { stage: SITE_MEMORY.name, reason, evidence: Evidence::Rule(Cow::Owned(rule)) }
}

/// How often is enough.
#[derive(Clone, Copy)]
struct Enough {
    /// On so many pages a line recurs,
    least: u32,
    /// on so many it goes wherever it stands,
    lone: u32,
    /// and on such a share of its pages a neighbour has to be the same.
    beside: f64,
}

/// For each line, on how many pages it stands, if it is furniture there.
fn furniture(lines: &[Line], pages_with: impl Fn(u64) -> Option<u32>, enough: Enough) -> Vec<Option<u32>> {
    let recurs = |line: &Line| pages_with(line.says).filter(|on| *on >= enough.least && !line.is_long);
    let recurs: Vec<Option<u32>> = lines.iter().map(recurs).collect();
    let stands_by = |place: usize| {
        let Some(on) = recurs[place] else { return [false; 2] };
        let often = enough.least.max((f64::from(on) * enough.beside).ceil() as u32);
        beside(lines, place).map(|pair| pair.and_then(&pages_with).is_some_and(|together| together >= often))
    };
    let stands_by: Vec<[bool; 2]> = (0..lines.len()).map(stands_by).collect();
    let is_scattered = scattered(lines, &recurs, &stands_by);
    let judge = |place: usize| {
        let on = recurs[place]?;
        let [above, below] = stands_by[place];
        let above = above && (place == 0 || !is_scattered[place - 1]);
        let below = below && !is_scattered.get(place + 1).is_some_and(|is| *is);
        let says_enough = lines[place].words >= SAYS_ENOUGH && on >= enough.lone;
        (says_enough || (above || below) && !is_scattered[place]).then_some(on)
    };
    (0..lines.len()).map(judge).collect()
}

/// Lines that stand in the document more often alone than beside what they stand by on other pages:
/// labels of a dialogue, units in a table. Where one of them does, it is by chance.
fn scattered(lines: &[Line], recurs: &[Option<u32>], stands_by: &[[bool; 2]]) -> Vec<bool> {
    let mut surplus: HashMap<u64, i32, FixedState> = HashMap::default();
    let recurring = || (0..lines.len()).filter(|place| recurs[*place].is_some());
    for place in recurring() {
        let is_alone = stands_by[place] == [false; 2];
        *surplus.entry(lines[place].says).or_default() += if is_alone { 1 } else { -1 };
    }
    let mut is_scattered = vec![false; lines.len()];
    recurring().for_each(|place| is_scattered[place] = surplus[&lines[place].says] > 0);
    is_scattered
}

/// On how many pages the prose of a document stands, at the upper quartile: one, unless the document is
/// a copy of others. Prose that is everywhere tells nothing, unless there is no other.
fn own_pages(lines: &[Line], site: &SiteLines<'_>) -> u32 {
    let pages = |line: &Line| site.pages_with(line.says).unwrap_or(1);
    let mut pages: Vec<u32> = lines.iter().filter(|line| line.is_prose).map(pages).collect();
    pages.sort_unstable();
    let most = f64::from(site.pages) * ON_SO_MANY;
    let telling = match pages.partition_point(|on| f64::from(*on) <= most) {
        0 => pages.len(),
        telling => telling,
    };
    pages.get(telling.saturating_sub(1) * 3 / 4).copied().unwrap_or(1)
}

/// Lines that stay however often they recur: the title, who wrote it and when, and what is quoted.
fn lawful(document: &Document, lines: &[Line]) -> Vec<bool> {
    let title = document.title.as_deref().map(|title| lines::what_it_says(title, &mut String::new()));
    let first = title.and_then(|title| lines.iter().position(|line| line.says == title));
    let by_kind = |line: &Line| {
        let kind = document.blocks[line.block].kind;
        matches!(kind, BlockKind::Title | BlockKind::Byline | BlockKind::Dateline | BlockKind::Quote)
    };
    lines.iter().enumerate().map(|(place, line)| first == Some(place) || by_kind(line)).collect()
}
