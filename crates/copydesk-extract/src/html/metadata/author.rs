//! Names of authors: which clue names them, and what around a name is not one.

use copydesk_core::{Digits, fold};

use super::clues::{BESIDE as BARE, Clue, Clues, Field};
use super::linked::ORGANISATION;
use super::plain::plain;
use super::site::Names;
use super::title::Spot;
use super::visible::PREFIXES;
use super::{Found, Source};

/// Authors of a text; the rest of longer lists is left out.
const AUTHORS: usize = 64;
/// Letters of a name.
const LONGEST: usize = 70;
/// Words of a name.
const WORDS: usize = 7;
/// Visible bytes around the headline in which a line is about its article.
const NEAR: usize = 2500;
/// Visible bytes in which it is about the article beyond doubt.
const BESIDE: usize = 600;
/// Visible bytes in which a line stands right below the headline.
const BELOW: usize = 100;

/// The authors: those that the head of the page names, unless a reader is told better beside the headline.
///
/// An organisation is the author only if no person is; the line right below the headline goes before what the head
/// says, which is often who put the text into the system. What stands far away is believed only if there is nothing nearer.
pub(super) fn choose(clues: &Clues<'_>, sites: &Names, spot: Option<Spot>) -> Option<Found<Vec<String>>> {
    let groups = groups(&clues.of(Field::Author), sites);
    let (near, far): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|group| group.distance(spot) <= NEAR);
    let best = near.iter().find(|group| group.is_sound(spot));
    let is_better = |group: &&Group, best: &Group| {
        let distance = group.distance(spot);
        let is_shown = group.at.is_some() && group.is_full() && !group.is_office && !group.is_bare;
        let says_more = distance <= BESIDE && (best.is_office || group.is_more_than(best));
        is_shown && (says_more || distance <= BELOW && group.source == Source::Text && best.at.is_none())
    };
    let best = match best {
        Some(best) => near.iter().find(|group| is_better(group, best)).or(Some(best)),
        None => far.iter().find(|group| group.is_marked && group.is_sound(spot) && !group.is_office),
    }?;
    Some(Found { value: best.names.clone(), source: best.source })
}

/// Names that one place of the page names together.
#[derive(Debug)]
struct Group {
    names: Vec<String>,
    source: Source,
    at: Option<usize>,
    /// Whether the page says that these are the authors, and not only by a line beside a headline.
    is_marked: bool,
    /// Whether only a portrait or a date beside it says that this is a name.
    is_bare: bool,
    /// Whether one of them is the site itself, or an organisation.
    is_office: bool,
}

impl Group {
    fn distance(&self, spot: Option<Spot>) -> usize {
        self.at.map_or(0, |at| spot.map_or(at, |spot| spot.distance(at)))
    }

    /// Whether these are names: a single word, where a class says that it is an author, is often a topic, and `by
    /// default` is nobody.
    fn is_sound(&self, spot: Option<Spot>) -> bool {
        let is_long = |name: &String| name.contains(' ') || !name.is_ascii();
        match self.source {
            Source::ClassName => self.names.iter().all(is_long),
            Source::Text if self.is_bare => self.is_below(spot),
            Source::Text => self.distance(spot) <= BESIDE / 2 || self.is_full(),
            _ => true,
        }
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
        let is_of = |name: &String| other.names.iter().any(|known| name.contains(known.as_str()));
        let has = |name: &String| self.names.contains(name);
        self.names.iter().any(|name| !is_of(name))
            && other.names.iter().all(has)
            && self.names.iter().all(|name| !is_of(name) || other.names.contains(name))
    }
}

fn groups(clues: &[&Clue<'_>], sites: &Names) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut rest = clues;
    while let Some(first) = rest.first() {
        let count = 1 + rest.windows(2).take_while(|pair| is_alike(pair[1], pair[0])).count();
        let (together, behind) = rest.split_at(count);
        rest = behind;
        let names = names_of(together, sites);
        if !names.is_empty() {
            let is_office = first.rank == ORGANISATION || names.iter().any(|name| sites.is_called(name));
            let is_marked = !matches!(first.rank, 12 | BARE)
                && (first.rank <= 9 || names.iter().all(|name| is_full(name)));
            groups.push(Group {
                names,
                source: first.source,
                at: first.at,
                is_marked,
                is_bare: first.rank == BARE,
                is_office,
            });
        }
    }
    groups
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

/// Whether a name has at least two words, in capitals where the script has them.
fn is_full(name: &str) -> bool {
    name.contains(' ') && name.split(' ').all(|word| !word.starts_with(char::is_lowercase) || word.len() < 4)
}

fn names_of(clues: &[&Clue<'_>], sites: &Names) -> Vec<String> {
    let mut names = Vec::new();
    for clue in clues {
        for line in clue.text.lines() {
            let line = plain(line);
            // what the head of a page names whole may be called as it likes
            if clue.at.is_none() && sites.is_called(&line) {
                add_name(&line, &mut names);
            } else {
                add_names(&line, clue.at.is_some(), &mut names);
            }
        }
    }
    names
}

/// Adds the names in a line, those of its first part that has any.
fn add_names(line: &str, is_shown: bool, names: &mut Vec<String>) {
    let before = names.len();
    if is_by_others(line) {
        return;
    }
    let line = without_prefix(behind_by(line));
    for section in line.split(SECTIONS) {
        let section = without_prefix(section);
        let section = &section[..end_of_names(section)];
        // what a reader sees behind one name and a comma is mostly what that person does
        let is_name_and_role = is_shown
            && section.matches(',').count() == 1
            && !section.contains(" and ")
            && !section.contains('&');
        let section = if is_name_and_role { section.split(',').next().unwrap_or_default() } else { section };
        for part in parts(section) {
            if let Some(name) = name(part) {
                add_name(&name, names);
            } else if part.contains(" of ") {
                break;
            }
        }
        if names.len() > before {
            return;
        }
    }
}

/// Whether a line names those who did something else than write.
fn is_by_others(line: &str) -> bool {
    const STARTS: &[&str] =
        &["updated by", "reviewed by", "edited by", "medically reviewed", "fact checked", "photo"];
    STARTS.iter().any(|start| line.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start)))
}

/// Marks between who, when and where.
const SECTIONS: [char; 5] = ['|', '·', '•', '–', '—'];

/// Adds a name that is not there already.
fn add_name(name: &str, names: &mut Vec<String>) {
    let folded = fold(name, Digits::Keep);
    if names.len() < AUTHORS && !names.iter().any(|known| fold(known, Digits::Keep) == folded) {
        names.push(name.to_owned());
    }
}

/// What stands behind `by` in `This article was written by Ana Lund`.
fn behind_by(line: &str) -> &str {
    let found = [" by ", " By ", " by: ", " von "].into_iter().find_map(|by| line.split_once(by));
    found
        .filter(|(front, _)| front.split(' ').count() <= 5 && !front.contains(','))
        .map_or(line, |(_, rest)| rest)
}

/// A line without `By`.
fn without_prefix(line: &str) -> &str {
    let mut line = line.trim();
    for _ in 0..2 {
        let prefix = PREFIXES.iter().find_map(|prefix| {
            let front = line.get(..prefix.len())?;
            let rest = &line[prefix.len()..];
            let is_prefix =
                front.to_lowercase() == *prefix && !rest.starts_with(|letter: char| letter.is_alphanumeric());
            is_prefix.then_some(rest)
        });
        match prefix {
            Some(rest) => line = rest.trim_start_matches([' ', ':', '：', '/', '-', '–', '—', '\u{a0}', '|']),
            None => break,
        }
    }
    line
}

/// Where a line stops naming people: at a date, a role, a mark.
fn end_of_names(line: &str) -> usize {
    const MARKS: &[&str] = &[
        " | ",
        "|",
        " · ",
        " • ",
        " – ",
        " — ",
        " - ",
        " (",
        " / ",
        "\t",
        " on ",
        " for ",
        " in ",
        " at ",
        " Updated",
        " Published",
        " Posted",
        " Last ",
        " Reviewed",
        " reviewed",
        " Medically",
        " Read",
        "...",
    ];
    let mark = MARKS.iter().filter_map(|mark| line.find(mark)).filter(|at| *at > 0).min();
    let digit = line.find(|letter: char| letter.is_ascii_digit());
    let end = mark.unwrap_or(line.len()).min(digit.unwrap_or(line.len()));
    without_month(&line[..end])
}

/// Bytes of a line without the month that a date behind it began with.
fn without_month(line: &str) -> usize {
    let trimmed = line.trim_end();
    let start = trimmed.rfind(' ').map_or(0, |at| at + 1);
    let last = trimmed[start..].trim_matches(['.', ',']).to_lowercase();
    let is_month = line.len() > trimmed.len() && super::months::number(&last).is_some();
    if is_month { start } else { line.len() }
}

/// The parts of a line, one for each person.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    const AND: &[&str] =
        &[" and ", " & ", " und ", " et ", " y ", " e ", " en ", " och ", " og ", " и ", " ve ", " with "];
    line.split([',', ';', '、', '，', '；', '\n']).flat_map(|part| {
        let mut parts = Vec::new();
        let mut rest = part;
        while let Some((at, word)) = AND.iter().filter_map(|word| Some((rest.find(word)?, word))).min() {
            parts.push(&rest[..at]);
            rest = &rest[at + word.len()..];
        }
        parts.push(rest);
        parts
    })
}

/// A name, if a part of a line is one.
fn name(part: &str) -> Option<String> {
    let part =
        part.trim_matches(|letter: char| letter.is_whitespace() || "\"'“”*()[]:@.–—-|/".contains(letter));
    let part = part.strip_prefix("and ").or_else(|| part.strip_prefix("& ")).unwrap_or(part).trim();
    let words = part.split(' ').count();
    let letters = part.chars().filter(|letter| letter.is_alphabetic()).count();
    let is_name = letters > 1
        && part.len() <= LONGEST
        && words <= WORDS
        && !part.contains(['@', '/', '{', '}', '<', '>', '=', '_', '?', '!', ':'])
        && !is_lower(part)
        && !is_credential(part)
        && !is_nobody(part)
        && !is_role(part);
    is_name.then(|| part.to_owned())
}

/// `MD`, `Ph.D.`, `RN`: what stands behind a name.
fn is_credential(part: &str) -> bool {
    let bare: String = part.chars().filter(|letter| !matches!(letter, '.' | ' ' | '-')).collect();
    let small = bare.to_ascii_lowercase();
    let is_known = ["phd", "jr", "sr", "esq", "edd", "psyd", "pharmd", "dmd", "msc", "bsc", "med"]
        .contains(&small.as_str());
    let is_capitals = bare.len() <= 6
        && bare.len() > 1
        && bare.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_known || is_capitals && part.len() <= 7
}

/// Names of accounts, not of people.
fn is_nobody(part: &str) -> bool {
    const NOBODY: &[&str] = &[
        "admin",
        "administrator",
        "webmaster",
        "root",
        "user",
        "author",
        "authors",
        "null",
        "undefined",
        "none",
        "unknown",
        "anonymous",
        "guest",
        "super user",
        "editor",
        "by",
        "na",
        "false",
        "true",
        "wpadmin",
        "updated",
        "last updated",
        "published",
        "posted",
        "share",
        "follow",
        "date",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "articles",
        "more",
        "view all posts",
        "see all posts",
    ];
    NOBODY.contains(&fold(part, Digits::Keep).as_str())
}

/// Whether words of several are written as no name is: the last one in small letters.
fn is_lower(part: &str) -> bool {
    let starts_small = |word: Option<&str>| word.is_some_and(|word| word.starts_with(char::is_lowercase));
    part.contains(' ') && starts_small(part.rsplit(' ').next())
}

/// What somebody does, where it is written as if it were a name.
fn is_role(part: &str) -> bool {
    const ROLES: &[&str] = &[
        "editor",
        "writer",
        "reporter",
        "correspondent",
        "journalist",
        "contributor",
        "columnist",
        "producer",
        "author",
        "director",
        "manager",
        "specialist",
        "expert",
        "officer",
        "professor",
        "reviewer",
        "photographer",
        "analyst",
        "redakteur",
        "redakteurin",
        "redactor",
        "rédacteur",
        "editora",
        "reportero",
        "journaliste",
        "giornalista",
        "coach",
        "dietitian",
        "ceo",
        "founder",
        "co-founder",
        "cofounder",
        "president",
        "consultant",
        "strategist",
        "marketer",
        "engineer",
        "bio",
        "posts",
        "profile",
    ];
    let last = part.rsplit(' ').next().unwrap_or(part).to_lowercase();
    let starts_small = part.starts_with(char::is_lowercase) && part.contains(' ');
    ROLES.contains(&last.as_str())
        || part.contains(" of ")
        || part.contains(" at ")
        || starts_small && part.split(' ').count() > 3
}
