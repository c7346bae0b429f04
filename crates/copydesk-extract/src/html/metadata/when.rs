//! The dates of publication and of the last change: which clue is believed.

use super::clues::{Clue, Clues, Field};
use super::title::Spot;
use super::{Date, Found, Order, Source};

/// Visible bytes below the headline in which a date is that of its article, wherever it stands: a standfirst and a
/// picture with its caption fit in.
const NEAR: usize = 1500;
/// Visible bytes in which a date is taken for the one that the page shows as its own.
const BESIDE: usize = 600;
/// Bytes of a line that says when, and nothing else.
const LINE: usize = 60;

/// What is known about a page beside its clues.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'u> {
    pub(super) order: Order,
    pub(super) url: Option<&'u str>,
    pub(super) crawled: Option<Date>,
}

/// When a page was published, and when it was changed last.
pub(super) fn choose(
    clues: &Clues<'_>,
    spot: Option<Spot>,
    bounds: Bounds<'_>,
) -> (Option<Found<Date>>, Option<Found<Date>>) {
    let published = seen(clues, Field::Published, bounds);
    let modified = seen(clues, Field::Modified, bounds);
    let in_url = bounds.url.and_then(Date::in_url).filter(|date| is_past(*date, bounds.crawled));
    let known: Vec<Date> = published
        .iter()
        .chain(&modified)
        .filter(|seen| seen.other.is_none())
        .map(|seen| seen.date)
        .chain(in_url)
        .collect();
    let published: Vec<_> = published.into_iter().map(|seen| seen.decided(&known)).collect();
    let modified: Vec<_> = modified.into_iter().map(|seen| seen.decided(&known)).collect();
    let in_url = in_url.map(|date| Found { value: date, source: Source::Url });
    (publication(&published, spot, in_url), best(&modified, spot).map(Seen::found))
}

/// A clue that is a date.
#[derive(Clone, Copy)]
struct Seen<'c, 'p> {
    clue: &'c Clue<'p>,
    date: Date,
    /// What else it may mean, where day and month can be told either way.
    other: Option<Date>,
}

impl Seen<'_, '_> {
    fn found(self) -> Found<Date> {
        Found { value: self.date, source: self.clue.source }
    }

    /// With the meaning that another date of the page confirms.
    fn decided(self, known: &[Date]) -> Self {
        let is_known = |date: Date| known.iter().any(|other| other.is_same_day(date));
        match self.other {
            Some(other) if is_known(other) && !is_known(self.date) => Seen { date: other, ..self },
            _ => self,
        }
    }
}

fn seen<'c, 'p>(clues: &'c Clues<'p>, field: Field, bounds: Bounds<'_>) -> Vec<Seen<'c, 'p>> {
    let find =
        |clue: &Clue<'p>, order| Date::find(&clue.text, order).filter(|date| is_past(*date, bounds.crawled));
    let read = |clue: &'c Clue<'p>| {
        let first = find(clue, bounds.order);
        let second = if may_be_either(&clue.text) { find(clue, bounds.order.other()) } else { None };
        let date = first.or(second)?;
        Some(Seen { clue, date, other: second.filter(|second| !second.is_same_day(date)) })
    };
    clues.of(field).into_iter().filter_map(read).collect()
}

/// Whether a text may have a date of three numbers, of which day and month can be taken for each other.
fn may_be_either(text: &str) -> bool {
    text.bytes().take(100).filter(|byte| b"/-".contains(byte)).count() >= 2 && !text.starts_with("20")
}

fn is_past(date: Date, crawled: Option<Date>) -> bool {
    crawled.is_none_or(|crawled| !date.is_well_after(crawled))
}

/// What the page states, unless it shows an earlier day beside the headline: what was moved to a new site gets new
/// dates in its head, and no reader saw an article before it was published. (WCXB, half 0: of 6 such pages the
/// visible date is right on 6; where the visible one is later, the stated one is mostly right.)
fn publication(
    seen: &[Seen<'_, '_>],
    spot: Option<Spot>,
    in_url: Option<Found<Date>>,
) -> Option<Found<Date>> {
    let stated = seen.iter().find(|seen| seen.clue.at.is_none());
    let shown = best(seen, spot).filter(|seen| seen.clue.at.is_some());
    let lines = || seen.iter().filter(|seen| is_line(seen) && is_below(seen.clue, spot));
    let is_stated = |line: &Seen<'_, '_>| stated.is_some_and(|stated| stated.date.is_same_day(line.date));
    let beside = lines().next().filter(|_| !lines().any(is_stated));
    match (stated, beside) {
        (Some(stated), Some(beside)) if is_earlier(beside.date, stated.date) && !is_scholarly(stated) => {
            Some(beside.found())
        }
        (Some(stated), _) => Some(stated.found()),
        (None, _) => shown.map(Seen::found).or(in_url),
    }
}

/// Whether a clue stands between the headline and the text.
fn is_below(clue: &Clue<'_>, spot: Option<Spot>) -> bool {
    clue.at.zip(spot).is_some_and(|(at, spot)| (spot.end..=spot.end + BESIDE).contains(&at))
}

/// Journals show when a paper was received, before it was published.
fn is_scholarly(seen: &Seen<'_, '_>) -> bool {
    matches!(seen.clue.source, Source::Citation | Source::DublinCore)
}

/// Whether a clue says when, and nothing else.
fn is_line(seen: &Seen<'_, '_>) -> bool {
    seen.clue.at.is_some() && seen.clue.text.len() <= LINE
}

fn is_earlier(one: Date, other: Date) -> bool {
    (one.year, one.month, one.day) < (other.year, other.month, other.day)
}

/// The most credible date: what the head says goes by rank, what a reader sees by how it is marked, and then by how near to
/// the headline it stands. One that is far and not marked is that of something else.
fn best<'c, 'p>(seen: &[Seen<'c, 'p>], spot: Option<Spot>) -> Option<Seen<'c, 'p>> {
    let near = seen.iter().filter(|seen| match seen.clue.at {
        Some(at) => spot.is_none_or(|spot| spot.distance(at) <= NEAR),
        None => true,
    });
    let nearest = near.min_by_key(|seen| (seen.clue.rank, distance(seen.clue, spot)));
    let marked = || seen.iter().find(|seen| seen.clue.rank <= MARKED);
    nearest.or_else(marked).copied()
}

/// The worst rank of dates that say themselves what they are, by a property or a label.
const MARKED: u8 = 7;

/// How far from the headline a clue stands.
fn distance(clue: &Clue<'_>, spot: Option<Spot>) -> Option<usize> {
    match (clue.at, spot) {
        (Some(at), Some(spot)) => Some(spot.distance(at)),
        (at, None) => at,
        (None, _) => Some(0),
    }
}
