//! The authors of a page: which of the clues that name somebody is believed.
//!
//! What in a clue is a name is told in `names.rs`.

use super::clues::{BARE, BYLINE, Clue, Clues, Field, MARKED};
use super::linked::ORGANISATION;
use super::names::{self, is_collective, is_full, is_part, untitled};
use super::plain::plain;
use super::site::Names;
use super::title::Spot;
use super::{Found, Source};

/// Visible bytes around the headline in which a line is about its article.
const NEAR: usize = 2500;
/// Visible bytes in which it is about the article beyond doubt.
const BESIDE: usize = 600;
/// Visible bytes in which a line stands right below the headline.
const BELOW: usize = 100;

/// The authors: those that the head of the page names, unless a reader is told better beside the headline.
///
/// An organisation is the author only if no person is. The line right below the headline goes before what the head
/// says, which is often who put the text into the system. What stands far away is believed only if there is
/// nothing nearer.
pub(super) fn choose(clues: &Clues<'_>, sites: &Names, spot: Option<Spot>) -> Option<Found<Vec<String>>> {
    let clues = clues.of(Field::Author);
    let (near, far): (Vec<&[&Clue<'_>]>, Vec<&[&Clue<'_>]>) =
        together(&clues).partition(|clues| distance(clues[0].at, spot) <= NEAR);
    let near: Vec<Group> = near.into_iter().filter_map(|clues| Group::of(clues, sites)).collect();
    let best = match near.iter().find(|group| group.is_sound(spot)) {
        Some(best) => near.iter().find(|group| group.is_better_than(best, spot)).unwrap_or(best).clone(),
        None => {
            let mut far = far.into_iter().filter_map(|clues| Group::of(clues, sites));
            far.find(|group| group.is_sound(spot) && group.is_good_anywhere())?
        }
    };
    Some(Found { value: best.names, source: best.source })
}

/// How far from the headline a clue stands; what no reader sees stands beside it.
fn distance(at: Option<usize>, spot: Option<Spot>) -> usize {
    at.map_or(0, |at| spot.map_or(at, |spot| spot.distance(at)))
}

/// Names that one place of the page names together.
#[derive(Debug, Clone)]
struct Group {
    names: Vec<String>,
    source: Source,
    at: Option<usize>,
    /// Whether the page says that these are the authors, and not only by a line beside a headline.
    is_marked: bool,
    /// Whether links say that these are the authors.
    is_linked: bool,
    /// Whether little says that these are names: a portrait or a date beside them, or a class that may hold more.
    is_bare: bool,
    /// Whether one of them is the site itself, or an organisation.
    is_office: bool,
}

impl Group {
    /// The names in clues that stand together, if there are any.
    fn of(clues: &[&Clue<'_>], sites: &Names) -> Option<Group> {
        let names = names_of(clues, sites);
        let first = clues.first().filter(|_| !names.is_empty())?;
        let is_marked = !matches!(first.rank, BYLINE | BARE)
            && (first.rank <= MARKED || names.iter().all(|name| is_full(name)));
        Some(Group {
            source: first.source,
            at: first.at,
            is_marked,
            is_linked: (first.source, first.rank) == (Source::Link, MARKED),
            is_bare: first.rank == BARE,
            is_office: first.rank == ORGANISATION || names.iter().any(|name| sites.is_called(name)),
            names,
        })
    }

    fn distance(&self, spot: Option<Spot>) -> usize {
        distance(self.at, spot)
    }

    /// Whether these are names: `by default` is nobody.
    fn is_sound(&self, spot: Option<Spot>) -> bool {
        match self.source {
            Source::Text if self.is_bare => self.is_below(spot),
            Source::Text => self.distance(spot) <= BESIDE / 2 || self.is_full(),
            _ => true,
        }
    }

    /// Whether a reader is told more, or better, by this than by what the head of the page says.
    fn is_better_than(&self, best: &Group, spot: Option<Spot>) -> bool {
        let is_person = (self.is_full() || self.is_linked) && !self.is_office;
        if self.at.is_none() || !is_person {
            return false;
        }
        let distance = self.distance(spot);
        let is_line = self.source == Source::Text;
        if distance <= BESIDE && best.is_office && !(is_line && self.is_bare) {
            return true;
        }
        let is_elsewhere = best.at.is_some() && best.distance(spot) > BESIDE;
        let is_printed = is_line && best.at.is_none() && !self.has_any_of(best);
        is_elsewhere && self.is_right_below(spot)
            || !self.is_bare
                && (distance <= BESIDE && self.is_more_than(best) || distance <= BELOW && is_printed)
    }

    /// Whether it stands right below the headline: there the author stands, and further away those of other articles.
    fn is_right_below(&self, spot: Option<Spot>) -> bool {
        self.is_below(spot) && self.distance(spot) <= BELOW
    }

    /// Whether it names the authors of the page wherever it stands: a mere line may be about a picture.
    fn is_good_anywhere(&self) -> bool {
        self.is_marked || self.source != Source::Text
    }

    fn has_any_of(&self, other: &Group) -> bool {
        self.names
            .iter()
            .any(|name| other.names.iter().any(|known| is_part(name, known) || is_part(known, name)))
    }

    /// Whether it stands between the headline and the text.
    fn is_below(&self, spot: Option<Spot>) -> bool {
        let is_behind = self.at.zip(spot).is_some_and(|(at, spot)| at >= spot.end);
        is_behind && self.distance(spot) <= BESIDE / 2
    }

    fn is_full(&self) -> bool {
        self.names.iter().all(|name| is_full(name))
    }

    /// Whether it has all names of another one, and further ones that are not those again with something behind.
    fn is_more_than(&self, other: &Group) -> bool {
        let is_of = |name: &str| other.names.iter().any(|known| name.contains(known.as_str()));
        let has = |names: &[String], one: &str| names.iter().any(|name| untitled(name) == untitled(one));
        self.names.iter().any(|name| !is_of(name))
            && other.names.iter().all(|name| has(&self.names, name))
            && self.names.iter().all(|name| !is_of(name) || has(&other.names, name))
    }
}

/// Clues that name a list of people together.
fn together<'c, 'p>(clues: &'c [&'c Clue<'p>]) -> impl Iterator<Item = &'c [&'c Clue<'p>]> {
    clues.chunk_by(|before, clue| is_alike(clue, before))
}

/// Bytes between two names of a list.
const BETWEEN: usize = 8;

/// Whether two clues are one list of names: several `meta`, several links beside each other.
fn is_alike(clue: &Clue<'_>, before: &Clue<'_>) -> bool {
    let is_near = match (clue.at, before.at) {
        (Some(at), Some(end)) => at <= end + before.text.len() + BETWEEN,
        (None, None) => clue.source != Source::JsonLd || clue == before,
        _ => false,
    };
    (clue.rank, clue.source) == (before.rank, before.source) && is_near
}

fn names_of(clues: &[&Clue<'_>], sites: &Names) -> Vec<String> {
    let mut names = names::List::default();
    for clue in clues {
        for line in clue.text.lines() {
            let line = plain(line);
            match clue.at {
                None if sites.is_called(&line) => names.add(&line),
                None => names.add_stated(&line),
                Some(_) => names.add_shown(&line),
            }
        }
    }
    names.drop_some(|name| sites.is_called(name) || is_collective(name) && sites.has_one(name));
    names.into_names()
}
