//! The headline: the heading that the page's other titles confirm, without the name of the site.
//!
//! Pages have a heading, a title for the window and one for those who share it. Where the heading says what one of the
//! others says, it is the headline; a heading that stands alone may be the site's name or an advertisement.

use copydesk_core::prose::is_unspaced;
use copydesk_core::{Digits, fold};

use super::Source;
use super::clues::{Clues, Field, Heading};
use super::plain::{plain, spaced};
use super::site::Names;

/// Letters of a headline; what is longer is text.
const LONGEST: usize = 400;

/// The headline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Title {
    pub(super) text: String,
    pub(super) source: Source,
    /// Where it stands on the page, if a reader sees it.
    pub(super) spot: Option<Spot>,
}

/// Where the headline stands, in visible bytes of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Spot {
    /// How far away something stands; in front of the headline, where menus are, everything is farther.
    pub(super) fn distance(self, at: usize) -> usize {
        if at < self.start { 4 * (self.start - at) } else { at.saturating_sub(self.end) }
    }
}

/// A title, as it is and as it is compared.
struct Candidate {
    text: String,
    folded: String,
    /// Folded, with the name of the site.
    whole: String,
    source: Source,
    spot: Option<Spot>,
    /// Whether it is a heading that leads to another page.
    leads_away: bool,
}

impl Candidate {
    fn new(text: &str, source: Source, spot: Option<Spot>, sites: &Names) -> Option<Candidate> {
        let whole = fold(text, Digits::Keep);
        let text = without_site(text, sites);
        let folded = fold(&text, Digits::Keep);
        let is_title = !folded.is_empty() && text.len() <= LONGEST && !sites.is_one(&text);
        is_title.then_some(Candidate { text, folded, whole, source, spot, leads_away: false })
    }

    fn into_title(self) -> Title {
        Title { text: self.text, source: self.source, spot: self.spot }
    }
}

/// The headline of a page, if it has one.
pub(super) fn choose(clues: &Clues<'_>, sites: &Names) -> Option<Title> {
    let mut headings = candidates(&clues.headings, sites);
    let mut others: Vec<Candidate> = clues
        .of(Field::Title)
        .into_iter()
        .filter_map(|clue| Candidate::new(&plain(&clue.text), clue.source, None, sites))
        .collect();
    let element = clues.title_element.as_deref();
    others
        .extend(element.and_then(|title| Candidate::new(&spaced(title), Source::TitleElement, None, sites)));
    let best = confirmed(&headings, &others);
    if best.is_none_or(|(agreement, _)| agreement < PART) {
        let mut lower = candidates(&clues.subheadings, sites);
        if let Some((PART.., at)) = confirmed(&lower, &others) {
            return Some(lower.swap_remove(at).into_title());
        }
    }
    if let Some((_, at)) = best {
        return Some(headings.swap_remove(at).into_title());
    }
    if let Some(at) = unconfirmed(&headings, &others) {
        return Some(headings.swap_remove(at).into_title());
    }
    let spot = headings.first().and_then(|heading| heading.spot);
    let title = others.into_iter().next().or_else(|| headings.into_iter().next())?;
    Some(Title { spot: title.spot.or(spot), ..title.into_title() })
}

fn candidates(headings: &[Heading], sites: &Names) -> Vec<Candidate> {
    let candidate = |heading: &Heading| {
        let spot = Spot { start: heading.at, end: heading.at + heading.text.len() };
        let candidate = Candidate::new(&heading.text, Source::Heading, Some(spot), sites)?;
        Some(Candidate { leads_away: heading.leads_away, ..candidate })
    };
    headings.iter().filter_map(candidate).collect()
}

/// How far the heading that agrees best with the other titles does so, and which it is. What leads to another page has
/// to be the same title: articles about the same thing share words.
fn confirmed(headings: &[Candidate], others: &[Candidate]) -> Option<(usize, usize)> {
    let agreements: Vec<usize> = headings
        .iter()
        .map(|heading| {
            let agreement = others.iter().map(|other| heading.agreement(other)).max().unwrap_or(0);
            if heading.leads_away && agreement < PART { 0 } else { agreement }
        })
        .collect();
    let best = agreements.iter().copied().max().filter(|&best| best >= ENOUGH)?;
    let least = if best < SURE { ENOUGH } else { best };
    agreements.iter().position(|&agreement| agreement >= least).map(|at| (agreements[at], at))
}

/// A heading that stands alone at the top of the page, if nothing else is a title, or says something near to it.
fn unconfirmed(headings: &[Candidate], others: &[Candidate]) -> Option<usize> {
    let [heading] = headings else { return None };
    let is_near = |other: &Candidate| heading.agreement(other) >= SOME;
    let is_high = heading.spot.is_none_or(|spot| spot.start < TOP);
    let is_headline =
        others.is_empty() || is_high && !is_furniture(&heading.folded) && others.iter().any(is_near);
    is_headline.then_some(0)
}

/// Percent of the words of both titles that have to be in both.
const ENOUGH: usize = 40;
/// With less than this, the first heading that has enough is the one: more of them share words by chance.
const SURE: usize = 60;
/// The agreement of a title with one that goes on behind a mark.
const PART: usize = 99;
/// The same for a page's only heading.
const SOME: usize = 10;
/// Visible bytes above a headline: menus are long.
const TOP: usize = 6000;

impl Candidate {
    /// How far a heading and another title say the same, in percent. What a title begins with, before a mark, is
    /// all of it; what stands in its middle may be a section of the site.
    fn agreement(&self, other: &Candidate) -> usize {
        let begins =
            |front: &str, whole: &str| whole.strip_prefix(front).is_some_and(|rest| rest.starts_with(' '));
        if self.folded == other.folded || self.folded == other.whole {
            100
        } else if begins(&self.folded, &other.whole) && other.has_part(&self.folded) {
            PART
        } else {
            agreement(&self.folded, &other.folded).min(98)
        }
    }

    /// Whether one of the parts of a title, between marks, is this text.
    fn has_part(&self, folded: &str) -> bool {
        SEPARATORS.iter().any(|separator| {
            self.text.split_once(separator).is_some_and(|(front, _)| fold(front, Digits::Keep) == folded)
        })
    }
}

/// How far two folded titles say the same, in percent.
fn agreement(one: &str, other: &str) -> usize {
    let (one, other) = (words(one), words(other));
    let shared = one.iter().filter(|word| other.contains(word)).count();
    200 * shared / (one.len() + other.len()).max(1)
}

/// The different words of a folded title; in scripts without spaces each letter is one.
fn words(folded: &str) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for word in folded.split(' ') {
        if word.starts_with(is_unspaced) {
            words.extend(word.char_indices().map(|(at, letter)| &word[at..at + letter.len_utf8()]));
        } else {
            words.push(word);
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// What headings of pages say that are no headline.
fn is_furniture(folded: &str) -> bool {
    const FURNITURE: &[&str] = &[
        "menu",
        "navigation",
        "search",
        "blog",
        "our blog",
        "news",
        "home",
        "contact us",
        "follow us",
        "articles",
        "page not found",
        "404",
        "untitled",
        "home page",
        "main navigation",
        "search results",
        "breadcrumb",
        "share",
        "login",
        "sign in",
        "subscribe",
        "newsletter",
        "resources",
        "insights",
    ];
    FURNITURE.contains(&folded)
}

/// A title without the name of the site in front or behind.
fn without_site(title: &str, sites: &Names) -> String {
    let mut rest = title.trim();
    for _ in 0..3 {
        let shorter = without_end(rest, sites).or_else(|| without_start(rest, sites));
        match shorter {
            Some(shorter) if !shorter.trim().is_empty() => rest = shorter.trim(),
            _ => break,
        }
    }
    rest.to_owned()
}

/// What stands between a headline and the name of a site.
const SEPARATORS: &[&str] = &[
    " | ", " - ", " – ", " — ", " :: ", " » ", " « ", " · ", " • ", " ― ", " / ", " ~ ", " > ", " < ", "｜",
    "|",
];

fn without_end<'t>(title: &'t str, sites: &Names) -> Option<&'t str> {
    let (at, length) = (0..title.len()).rev().find_map(|at| separator(title, at))?;
    let (front, end) = (&title[..at], &title[at + length..]);
    sites.has_one(end).then_some(front)
}

fn without_start<'t>(title: &'t str, sites: &Names) -> Option<&'t str> {
    let is_colon = |at| title.as_bytes()[at..].starts_with(b": ").then_some((at, 2));
    let (at, length) = (0..title.len()).find_map(|at| separator(title, at).or_else(|| is_colon(at)))?;
    sites.is_one(&title[..at]).then_some(&title[at + length..])
}

/// The separator that begins at a place, with its length.
fn separator(title: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &title.as_bytes()[at..];
    let may_begin = matches!(rest, [b' ' | b'|' | 0xef, ..]);
    let begins = |separator: &&&str| rest.starts_with(separator.as_bytes());
    let found = SEPARATORS.iter().filter(|_| may_begin).find(begins)?;
    Some((at, found.len()))
}
