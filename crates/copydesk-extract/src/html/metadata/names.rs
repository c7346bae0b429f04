//! What in a line is a name, and what around it is not: prepositions, roles, credentials, dates, accounts.
//!
//! It knows neither pages nor which line is to be believed; `author.rs` does.

use copydesk_core::{Digits, fold};

use super::months;

/// Authors of a text; the rest of longer lists is left out.
const AUTHORS: usize = 64;
/// Bytes of a name.
const LONGEST: usize = 80;
/// Words of a name.
const WORDS: usize = 8;

/// Names in the order in which they were read, none twice.
#[derive(Debug, Default)]
pub(super) struct List {
    names: Vec<String>,
}

impl List {
    /// The names, without those that begin with another one of the list: the text of an element that holds a name,
    /// with what stands behind it, is not another name.
    pub(super) fn into_names(self) -> Vec<String> {
        let is_longer =
            |name: &str, other: &str| name != other && other.contains(' ') && name.starts_with(other);
        let is_own = |name: &&String| !self.names.iter().any(|other| is_longer(name, other));
        self.names.iter().filter(is_own).cloned().collect()
    }

    /// Leaves out names for which something is true, if others remain.
    pub(super) fn drop_some(&mut self, is_dropped: impl Fn(&str) -> bool) {
        if self.names.iter().any(|name| !is_dropped(name)) {
            self.names.retain(|name| !is_dropped(name));
        }
    }

    /// Adds a name as it is, if it is not there already.
    pub(super) fn add(&mut self, name: &str) {
        let folded = fold(name, Digits::Keep);
        if self.names.len() < AUTHORS && !self.names.iter().any(|known| fold(known, Digits::Keep) == folded) {
            self.names.push(name.to_owned());
        }
    }

    /// Adds the names in a value that stands for authors and nothing else. Organisations have commas, `and` and
    /// numbers in their names, so that a value is only taken apart where its parts are names themselves.
    pub(super) fn add_stated(&mut self, value: &str) {
        let value = without_prefix(value);
        let people: Vec<&str> = parts(value).map(trimmed).filter(|part| !part.is_empty()).collect();
        let is_person = |part: &&&str| is_full(part) && is_name(part);
        if people.len() > 1 && people.iter().all(|part| is_person(&part)) {
            return people.into_iter().for_each(|person| self.add(person));
        }
        let end = [",", "|", "(", " - ", " – "].iter().filter_map(|mark| value.find(mark)).min();
        let first = trimmed(&value[..end.unwrap_or(value.len())]);
        let others = || people.iter().filter(|part| **part != first);
        if end.is_some() && is_person(&&first) && !others().any(|part| is_company(part)) {
            self.add(first);
            return others().filter(is_person).for_each(|person| self.add(person));
        }
        let whole = trimmed(value);
        if is_written_like_a_name(whole) && !is_nobody(whole) {
            self.add(whole);
        }
    }

    /// Adds the names in a line that a reader sees: those of its first part that has any.
    pub(super) fn add_shown(&mut self, line: &str) {
        if is_by_others(line) {
            return;
        }
        let before = self.names.len();
        for section in without_prefix(behind_by(line)).split(SECTIONS) {
            self.add_section(without_prefix(section));
            if self.names.len() > before {
                return;
            }
        }
    }

    fn add_section(&mut self, section: &str) {
        let section = behind_date(section);
        let section = &section[..end_of_names(section)];
        // what stands behind one name and a comma is mostly what that person does
        let is_list = section.matches(',').count() > 1 || section.contains(" and ") || section.contains('&');
        let section = if is_list { section } else { section.split(',').next().unwrap_or_default() };
        for part in parts(section) {
            let part = trimmed(part);
            if is_name(part) {
                self.add(part);
            } else if is_role(part) && !self.names.is_empty() {
                // what follows what somebody does belongs to that
                return;
            }
        }
    }
}

/// Whether a name has at least two words, in capitals where the script has them.
pub(super) fn is_full(name: &str) -> bool {
    let is_large = |word: &str| !word.starts_with(char::is_lowercase) || word.len() < 4;
    name.contains(' ') && name.split(' ').all(is_large)
}

/// Whether all words of a name are in another one.
pub(super) fn is_part(name: &str, whole: &str) -> bool {
    let [name, whole] = [name, whole].map(|name| fold(name, Digits::Keep));
    name.split(' ').all(|word| whole.split(' ').any(|other| other == word))
}

/// Whether a name is that of several people who want no names: `Aune Staff`, `The Bridge Team`.
pub(super) fn is_collective(name: &str) -> bool {
    const WORDS: &str = "staff team editors editorial newsroom desk contributors contributor redaktion redaction rédaction \
                         redacción redazione redactie redaksjonen redaktionen";
    is_in(WORDS, &name.rsplit(' ').next().unwrap_or(name).to_lowercase())
}

/// A name without what people are addressed with.
pub(super) fn untitled(name: &str) -> &str {
    const TITLES: &str = "dr prof professor mr mrs ms sir";
    let is_title = |word: &str| is_in(TITLES, &word.trim_end_matches('.').to_ascii_lowercase());
    name.split_once(' ').filter(|(word, _)| is_title(word)).map_or(name, |(_, rest)| rest)
}

/// Marks between who, when and where.
const SECTIONS: [char; 5] = ['|', '·', '•', '–', '—'];

/// Words that a line begins with that names who wrote the text.
const PREFIXES: [&str; 46] = [
    "written by",
    "posted by",
    "published by",
    "words by",
    "story by",
    "reported by",
    "article by",
    "guest post by",
    "authored by",
    "by",
    "author",
    "authors",
    "author(s)",
    "geschrieben von",
    "ein artikel von",
    "von",
    "écrit par",
    "publié par",
    "rédigé par",
    "propos recueillis par",
    "par",
    "escrito por",
    "publicado por",
    "por",
    "scritto da",
    "pubblicato da",
    "di",
    "door",
    "geschreven door",
    "av",
    "af",
    "skrevet av",
    "skrevet af",
    "autor",
    "autora",
    "autorin",
    "auteur",
    "autore",
    "tekst",
    "text",
    "автор",
    "текст",
    "yazan",
    "作者",
    "記者",
    "文",
];

/// A line without `By`.
fn without_prefix(line: &str) -> &str {
    let mut line = line.trim();
    for _ in 0..2 {
        let Some(rest) = PREFIXES.iter().find_map(|prefix| behind_prefix(line, prefix)) else { break };
        line = rest.trim_start_matches([' ', ':', '：', '/', '-', '–', '—', '\u{a0}', '|']);
    }
    line
}

fn behind_prefix<'l>(line: &'l str, prefix: &str) -> Option<&'l str> {
    let front = line.get(..prefix.len())?;
    let rest = &line[prefix.len()..];
    let is_word = !rest.starts_with(char::is_alphanumeric);
    let is_same = front.eq_ignore_ascii_case(prefix) || !prefix.is_ascii() && front.to_lowercase() == prefix;
    (is_word && is_same).then_some(rest)
}

/// What stands behind `by` in `This article was written by Ana Lund`.
fn behind_by(line: &str) -> &str {
    let found = [" by ", " By ", " by: ", " von "].into_iter().find_map(|by| line.split_once(by));
    let is_short = |front: &str| front.split(' ').count() <= 5 && !front.contains(',');
    found.filter(|(front, _)| is_short(front)).map_or(line, |(_, rest)| rest)
}

/// Whether a line names those who did something else than write.
fn is_by_others(line: &str) -> bool {
    const STARTS: [&str; 6] =
        ["updated by", "reviewed by", "edited by", "medically reviewed", "fact checked", "photo"];
    STARTS.iter().any(|start| line.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start)))
}

/// Where a line stops naming people: at a date, a place, a role, a mark.
fn end_of_names(line: &str) -> usize {
    const MARKS: [&str; 17] = [
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
    let mark = first_of(line, |mark| !line.starts_with(mark), &MARKS).map(|(at, _)| at);
    let digit = line.find(|letter: char| letter.is_ascii_digit());
    let end = mark.unwrap_or(line.len()).min(digit.unwrap_or(line.len()));
    without_month(&line[..end])
}

/// What stands behind the date that a line begins with: `Mar 5, 2024 Ana Lund`.
fn behind_date(line: &str) -> &str {
    let is_month = |word: &str| months::number(&word.trim_matches(['.', ',']).to_lowercase()).is_some();
    let is_number = |word: &str| word.starts_with(|letter: char| letter.is_ascii_digit());
    let is_year =
        |word: &str| word.get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    let mut end = 0;
    for word in line.split(' ').take(4) {
        if !is_month(word) && !is_number(word) {
            return line;
        }
        end += word.len() + 1;
        if is_year(word) {
            return line.get(end..).unwrap_or_default().trim_start_matches([' ', ',', '/', '-']);
        }
    }
    line
}

/// Bytes of a line without the month that a date behind it began with.
fn without_month(line: &str) -> usize {
    let trimmed = line.trim_end();
    let start = trimmed.rfind(' ').map_or(0, |at| at + 1);
    let last = trimmed[start..].trim_matches(['.', ',']).to_lowercase();
    let is_month = line.len() > trimmed.len() && months::number(&last).is_some();
    if is_month { start } else { line.len() }
}

/// Where the first of some marks stands, and which it is. All begin with a space, a tab or a dot.
fn first_of<'m>(text: &str, is_meant: impl Fn(&str) -> bool, marks: &[&'m str]) -> Option<(usize, &'m str)> {
    let places = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b' ' | b'\t' | b'.'));
    places.map(|(at, _)| at).find_map(|at| {
        let stands = |mark: &&&str| text.as_bytes()[at..].starts_with(mark.as_bytes()) && is_meant(mark);
        marks.iter().find(stands).map(|mark| (at, *mark))
    })
}

/// The parts of a line, one for each person.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split([',', ';', '、', '，', '；']).flat_map(joined)
}

/// The names that words join.
fn joined(mut part: &str) -> Vec<&str> {
    const AND: [&str; 12] =
        [" and ", " & ", " und ", " et ", " y ", " e ", " en ", " och ", " og ", " и ", " ve ", " with "];
    let mut names = Vec::new();
    while let Some((at, word)) = first_of(part, |_| true, &AND) {
        names.push(&part[..at]);
        part = &part[at + word.len()..];
    }
    names.push(part);
    names
}

/// A part without what stands around a name.
fn trimmed(part: &str) -> &str {
    let is_mark = |letter: char| letter.is_whitespace() || "\"'“”*()[]:@.–—-|/,".contains(letter);
    let part = part.trim_matches(is_mark);
    part.strip_prefix("and ").or_else(|| part.strip_prefix("& ")).unwrap_or(part).trim()
}

/// Whether a part of a line is the name of a person.
fn is_name(part: &str) -> bool {
    is_written_like_a_name(part)
        && !is_lower(part)
        && !is_credential(part)
        && !is_nobody(part)
        && !is_role(part)
}

fn is_written_like_a_name(part: &str) -> bool {
    let letters = part.chars().filter(|letter| letter.is_alphabetic()).count();
    letters > 1
        && part.len() <= LONGEST
        && part.split(' ').count() <= WORDS
        && !part.contains(['@', '{', '}', '<', '>', '=', '_', '?', '!', ':'])
        && !part.contains("//")
        && (!part.contains('/') || part.contains(' '))
}

/// Whether words of several are written as no name is: the last one in small letters, or the end of a sentence.
fn is_lower(part: &str) -> bool {
    let starts_small = |word: &str| word.starts_with(char::is_lowercase);
    part.rsplit_once(' ')
        .is_some_and(|(front, last)| starts_small(last) || starts_small(front) && front.contains('.'))
}

/// `MD`, `Ph.D.`, `RN`: what stands behind a name.
fn is_credential(part: &str) -> bool {
    let bare: String = part.chars().filter(|letter| !matches!(letter, '.' | ' ' | '-')).collect();
    let is_known = is_in("phd jr sr esq edd psyd pharmd dmd msc bsc med", &bare.to_ascii_lowercase());
    let is_large = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    is_known
        || !part.contains(' ')
            && (2..=6).contains(&bare.len())
            && part.len() <= 7
            && bare.bytes().all(is_large)
}

/// What stands behind the name of a company.
fn is_company(part: &str) -> bool {
    is_in("inc llc ltd gmbh co corp plc pllc llp", &part.to_ascii_lowercase())
}

/// Names of accounts, and labels, not of people.
fn is_nobody(part: &str) -> bool {
    const STARTS: [&str; 9] =
        ["View ", "See ", "More ", "Read ", "Follow ", "About ", "Articles ", "All ", "Posts "];
    const WORDS: &str = "admin administrator webmaster root user author authors null undefined none unknown anonymous \
                         guest editor by na false true wpadmin updated published posted share follow date mon tue wed \
                         thu fri sat sun articles more role";
    let folded = fold(part, Digits::Keep);
    is_in(WORDS, &folded)
        || ["super user", "last updated"].contains(&folded.as_str())
        || STARTS.iter().any(|start| part.starts_with(start))
}

/// What somebody does, where it is written as if it were a name.
fn is_role(part: &str) -> bool {
    const ROLES: &str = "editor writer reporter correspondent journalist contributor columnist producer author \
                         director manager specialist expert officer professor reviewer photographer analyst \
                         redakteur redakteurin redactor rédacteur editora reportero journaliste giornalista coach \
                         dietitian ceo founder co-founder cofounder president consultant strategist marketer \
                         engineer gardener nutritionist bio posts profile";
    let last = part.rsplit(' ').next().unwrap_or(part).to_lowercase();
    let starts_small = part.starts_with(char::is_lowercase) && part.split(' ').count() > 3;
    is_in(ROLES, &last) || part.contains(" of ") || part.contains(" at ") || starts_small
}

fn is_in(words: &str, word: &str) -> bool {
    words.split_ascii_whitespace().any(|other| other == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        let mut names = List::default();
        names.add_shown(line);
        names.into_names().join("; ")
    }

    fn stated(value: &str) -> String {
        let mut names = List::default();
        names.add_stated(value);
        names.into_names().join("; ")
    }

    #[test]
    fn lines_that_readers_see_have_names() {
        for (line, names) in [
            ("By Ana Lund and Max Muster", "Ana Lund; Max Muster"),
            ("Written by: Ana Lund, Senior Editor", "Ana Lund"),
            ("Von Ana Lund | 5. März 2024", "Ana Lund"),
            ("By Ana Lund, MD, Ph.D. Updated March 5, 2024", "Ana Lund"),
            ("BY AMY LI", "AMY LI"),
            ("Ana Lund, Senior Director, Content & Roads, Bridges and Co", "Ana Lund"),
            ("Ana Lund, Max Muster & Eva de la Cruz", "Ana Lund; Max Muster; Eva de la Cruz"),
            ("5 March 2024 · Ana Lund", "Ana Lund"),
            ("Mar 5, 2024 Ana Lund", "Ana Lund"),
            ("2024-03-05 Ana Lund and Max Muster", "Ana Lund; Max Muster"),
            ("April Lund", "April Lund"),
            ("5 March Lund", ""),
            ("This article was written by Ana Lund, Head of Bridges and Roads", "Ana Lund"),
            ("Автор: Анна Лунд", "Анна Лунд"),
            ("Reviewed by Max Muster", ""),
            ("Posted by admin", ""),
            ("View all posts", ""),
            ("ana@example.org", ""),
        ] {
            assert_eq!(shown(line), names, "{line}");
        }
    }

    #[test]
    fn values_are_taken_apart_where_the_parts_are_names() {
        for (value, names) in [
            ("Ana Lund, Max Muster", "Ana Lund; Max Muster"),
            ("Ana Lund, MD, FOMA", "Ana Lund"),
            ("Ana Lund, Bridge Expert", "Ana Lund"),
            ("Lund & Muster, Inc.", "Lund & Muster, Inc"),
            ("Aune Bridges, Inc.", "Aune Bridges, Inc"),
            ("University of Aune", "University of Aune"),
            ("Center for Bridges and Roads", "Center for Bridges and Roads"),
            ("Bridge24", "Bridge24"),
            ("By Ana Lund", "Ana Lund"),
            ("the Bridge Team", "the Bridge Team"),
            ("AUNE", "AUNE"),
            ("https://www.example.org/ana", ""),
            ("admin", ""),
        ] {
            assert_eq!(stated(value), names, "{value}");
        }
    }
}
