//! The phrases: which lines are page furniture word for word, in which language.
//!
//! One file for each language lies in `phrases/`. A phrase is compared with the folded line (lower
//! case, digits as `#`, no punctuation) in one of five ways:
//!
//! | list | the line goes when |
//! | --- | --- |
//! | `whole` | it is the phrase |
//! | `starts` | it begins with the phrase, and is no longer than its category allows |
//! | `labels` | it begins with the phrase and a colon, and is no longer than that |
//! | `ends` | it ends with the phrase, and is no longer than that |
//! | `words` | it has at most eight words, all of them from `words` and `glue`, one from `words` |
//!
//! No phrase is ever looked for inside a line, and a line that opens with a quotation mark is
//! somebody's words: only the whole of it can be furniture.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use copydesk_core::prose::{ends_with_stop, is_prose, is_unspaced, words};
use copydesk_core::{Digits, Evidence, fold};
use foldhash::fast::FixedState;
use serde::Deserialize;

use crate::Verdict;
use crate::category::Category;

/// A line of a vocabulary has at most so many words.
const VOCABULARY_WORDS: usize = 8;
/// How a trail calls a match of the whole line.
const WHOLE: &str = "whole line";
const VOCABULARY: &str = "only words of";
/// No label is longer, in bytes.
const LABEL_BYTES: usize = 60;
/// No whole phrase and no line of a vocabulary is longer, in bytes; longer lines can only be known
/// by their first word.
const SHORT_LINE_BYTES: usize = 240;

/// `files!("de", "en")` lists the phrase files that are built in.
macro_rules! files {
    ($($language:literal),* $(,)?) => {
        [$(($language, include_str!(concat!("../phrases/", $language, ".toml")))),*]
    };
}

/// Every built-in language with its file, as BCP 47 tags.
const FILES: [(&str, &str); 36] = files![
    "ar", "bg", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi",
    "zh-hans", "zh-hant",
];

/// What the file of one language holds for one category.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Lists {
    whole: Vec<String>,
    starts: Vec<String>,
    labels: Vec<String>,
    ends: Vec<String>,
    words: Vec<String>,
    glue: Vec<String>,
}

type PhraseFile = BTreeMap<Category, Lists>;
type Map<V> = HashMap<Box<str>, V, FixedState>;

/// Where a phrase comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    category: Category,
    language: u8,
}

/// A word of a vocabulary; glue alone is no reason.
#[derive(Debug, Clone, Copy)]
struct Member {
    entry: Entry,
    is_glue: bool,
}

/// All phrases of all languages, ready to be looked up.
#[derive(Default)]
pub(crate) struct Lexicon {
    languages: Vec<&'static str>,
    whole: Map<Entry>,
    starts: Anchored,
    labels: Map<Entry>,
    ends: Anchored,
    vocabulary: Map<Vec<Member>>,
}

/// Phrases that stand at one end of a line.
#[derive(Default)]
struct Anchored {
    phrases: Map<Entry>,
    /// The outermost words of the phrases, to pass most lines by.
    outermost: Map<()>,
    /// Phrases of scripts without spaces, which end anywhere in a line.
    unspaced: Vec<(Box<str>, Entry)>,
}

/// Which end of a line a phrase is anchored to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Start,
    Stop,
}

impl Lexicon {
    /// The built-in phrases and the user's own.
    pub(crate) fn new(own: &BTreeMap<Category, Vec<String>>) -> Self {
        let mut lexicon = Lexicon::default();
        for (language, text) in FILES {
            let file: PhraseFile = toml::from_str(text).expect("a test parses every phrase file");
            lexicon.add(language, &file);
        }
        let list = |phrases: &Vec<String>| Lists { whole: phrases.clone(), ..Lists::default() };
        lexicon.add("own", &own.iter().map(|(category, phrases)| (*category, list(phrases))).collect());
        lexicon
    }

    fn add(&mut self, language: &'static str, file: &PhraseFile) {
        let number = u8::try_from(self.languages.len()).expect("there are fewer than 256 languages");
        self.languages.push(language);
        for (&category, lists) in file {
            let entry = Entry { category, language: number };
            for phrase in &lists.whole {
                self.whole.entry(folded(phrase)).or_insert(entry);
            }
            for label in &lists.labels {
                self.labels.entry(folded(label)).or_insert(entry);
            }
            lists.starts.iter().for_each(|phrase| self.starts.add(folded(phrase), entry, End::Start));
            lists.ends.iter().for_each(|phrase| self.ends.add(folded(phrase), entry, End::Stop));
            self.add_words(&lists.words, entry, false);
            self.add_words(&lists.glue, entry, true);
        }
    }

    fn add_words(&mut self, words: &[String], entry: Entry, is_glue: bool) {
        for word in
            words.iter().flat_map(|words| folded(words).split(' ').map(Box::from).collect::<Vec<Box<str>>>())
        {
            let members = self.vocabulary.entry(word).or_default();
            if !members.iter().any(|member| member.entry == entry) {
                members.push(Member { entry, is_glue });
            }
        }
    }

    /// How much of a line has to be folded to look it up: all of a short one; of a long one, which
    /// no phrase is as long as, its beginning, if any phrase begins with its first word.
    pub(crate) fn telling<'l>(&self, line: &'l str) -> Option<&'l str> {
        if line.len() <= SHORT_LINE_BYTES {
            return Some(line);
        }
        let first = line.find(|c: char| c.is_alphanumeric()).map_or("", |at| &line[at..]);
        let end = first.find(|c: char| !c.is_alphanumeric()).unwrap_or(first.len());
        if !self.starts.may_begin(&fold(&first[..end], Digits::Fold)) && !has_label(line) {
            return None;
        }
        let cut = line.floor_char_boundary(SHORT_LINE_BYTES);
        Some(line[..cut].rsplit_once(' ').map_or(&line[..cut], |(whole_words, _)| whole_words))
    }

    /// The category of a line that is known word for word.
    pub(crate) fn find(&self, line: &str, folded: &str) -> Option<Verdict> {
        let whole = || self.whole.get(folded).map(|entry| self.verdict(WHOLE, folded, *entry));
        let quoted = line.starts_with(['"', '“', '„', '«', '»', '「', '『', '‘', '\'']);
        let anchored = || {
            self.anchored(&self.starts, End::Start, line, folded).or_else(|| self.labelled(line)).or_else(
                || {
                    self.anchored(&self.ends, End::Stop, line, folded)
                        .filter(|verdict| may_end(line, verdict.category))
                },
            )
        };
        whole().or_else(|| anchored().filter(|_| !quoted)).or_else(|| self.of_vocabulary(folded))
    }

    /// `Read more: Ten bridges to cross`. In brackets, `(Image credit: Ana Lund)`, it may be the end
    /// of a caption that the article keeps.
    fn labelled(&self, line: &str) -> Option<Verdict> {
        let (label, rest) = line.split_once([':', '：']).filter(|(label, _)| label.len() <= LABEL_BYTES)?;
        if rest.trim().is_empty() || label.starts_with(['(', '[', '（']) {
            return None;
        }
        let label = folded(label);
        let entry = *self.labels.get(&label)?;
        (words(line) <= entry.category.most_words())
            .then(|| self.verdict("begins with the label", &label, entry))
    }

    fn anchored(&self, phrases: &Anchored, end: End, line: &str, folded: &str) -> Option<Verdict> {
        let (phrase, entry) = phrases.find(end, folded)?;
        let how = if end == End::Start { "begins with" } else { "ends with" };
        (words(line) <= entry.category.most_words()).then(|| self.verdict(how, phrase, entry))
    }

    /// A line all of whose words belong to one vocabulary: one category in one language.
    fn of_vocabulary(&self, folded: &str) -> Option<Verdict> {
        let entry = self.common_vocabulary(folded)?;
        Some(self.verdict(VOCABULARY, entry.category.name(), entry))
    }

    fn common_vocabulary(&self, folded: &str) -> Option<Entry> {
        if folded.len() > SHORT_LINE_BYTES || folded.split(' ').nth(VOCABULARY_WORDS).is_some() {
            return None;
        }
        let mut rest = folded.split(' ');
        let first = self.vocabulary.get(rest.next()?)?;
        first.iter().map(|member| member.entry).find(|entry| {
            let mut telling = 0;
            let all = folded.split(' ').all(|word| {
                let member = self
                    .vocabulary
                    .get(word)
                    .and_then(|members| members.iter().find(|member| member.entry == *entry));
                telling += usize::from(member.is_some_and(|member| !member.is_glue));
                member.is_some()
            });
            all && is_enough(entry.category, telling, folded)
        })
    }

    /// Are all words of the line date words of one language (`monday`, `april`, `pm`, `#`)?
    pub(crate) fn is_all_date_words(&self, folded: &str) -> bool {
        let is_date_word = |word: &str, language: u8| {
            let wanted = Entry { category: Category::DateLine, language };
            self.vocabulary
                .get(word)
                .is_some_and(|members| members.iter().any(|member| member.entry == wanted))
        };
        (0..self.languages.len() as u8)
            .any(|language| folded.split(' ').all(|word| word == "#" || is_date_word(word, language)))
    }

    fn verdict(&self, how: &str, phrase: &str, entry: Entry) -> Verdict {
        let language = self.languages[usize::from(entry.language)];
        let rule = Cow::Owned(format!("{how} \"{phrase}\" ({language})"));
        let is_whole = matches!(how, WHOLE | VOCABULARY);
        Verdict { category: entry.category, evidence: Evidence::Rule(rule), is_whole }
    }
}

impl Anchored {
    fn add(&mut self, phrase: Box<str>, entry: Entry, end: End) {
        if phrase.chars().any(is_unspaced) {
            self.unspaced.push((phrase, entry));
            return;
        }
        let outermost = if end == End::Start { phrase.split(' ').next() } else { phrase.rsplit(' ').next() };
        self.outermost.insert(outermost.unwrap_or_default().into(), ());
        self.phrases.entry(phrase).or_insert(entry);
    }

    fn may_begin(&self, word: &str) -> bool {
        self.outermost.contains_key(word)
            || self.unspaced.iter().any(|(phrase, _)| word.starts_with(&**phrase))
    }

    fn find<'l>(&self, end: End, folded: &'l str) -> Option<(&'l str, Entry)> {
        match end {
            End::Start => self.at_start(folded),
            End::Stop => self.at_stop(folded),
        }
    }

    fn at_start<'l>(&self, folded: &'l str) -> Option<(&'l str, Entry)> {
        let first = folded.split(' ').next()?;
        if self.outermost.contains_key(first) {
            let ends = folded.match_indices(' ').map(|(at, _)| at).chain([folded.len()]);
            if let Some(found) = ends.take(10).find_map(|end| self.known(&folded[..end])) {
                return Some(found);
            }
        }
        let phrase = self.unspaced.iter().find(|(phrase, _)| folded.starts_with(&**phrase))?;
        Some((&folded[..phrase.0.len()], phrase.1))
    }

    fn at_stop<'l>(&self, folded: &'l str) -> Option<(&'l str, Entry)> {
        let last = folded.rsplit(' ').next()?;
        if self.outermost.contains_key(last) {
            let starts = folded.rmatch_indices(' ').map(|(at, _)| at + 1).chain([0]);
            if let Some(found) = starts.take(10).find_map(|start| self.known(&folded[start..])) {
                return Some(found);
            }
        }
        let phrase = self.unspaced.iter().find(|(phrase, _)| folded.ends_with(&**phrase))?;
        Some((&folded[folded.len() - phrase.0.len()..], phrase.1))
    }

    fn known<'l>(&self, phrase: &'l str) -> Option<(&'l str, Entry)> {
        self.phrases.get(phrase).map(|entry| (phrase, *entry))
    }
}

/// One telling word makes a line of a vocabulary; a row of menus takes two, or three names of
/// sections, each of which alone could be a sub-head.
fn is_enough(category: Category, telling: usize, folded: &str) -> bool {
    match category {
        Category::Navigation => telling >= 2 || folded.split(' ').count() >= 3,
        _ => telling >= 1,
    }
}

fn has_label(line: &str) -> bool {
    line[..line.floor_char_boundary(LABEL_BYTES)].contains([':', '：'])
}

/// `the minister told Reuters.` ends with an agency and is a sentence; `All rights reserved.` ends
/// with a stop and is none. Prose is left alone in any case.
fn may_end(line: &str, category: Category) -> bool {
    let is_name =
        matches!(category, Category::PhotoCredit | Category::Byline | Category::DateLine | Category::Counter);
    !(is_prose(line) || is_name && ends_with_stop(line))
}

/// The folded form of a phrase as it stands in a file, where `#` is any number.
fn folded(phrase: &str) -> Box<str> {
    fold(&phrase.replace('#', "0"), Digits::Fold).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::new(&BTreeMap::new())
    }

    fn category(line: &str) -> Option<&'static str> {
        let lexicon = lexicon();
        lexicon.find(line, &fold(line, Digits::Fold)).map(|verdict| verdict.category.name())
    }

    #[test]
    fn every_phrase_file_is_listed_and_parses() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("phrases");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let listed: Vec<_> = FILES.iter().map(|(language, _)| format!("{language}.toml")).collect();
        assert_eq!(names, listed);
        assert!(listed.len() >= 25);
        for (language, text) in FILES {
            let file: PhraseFile = toml::from_str(text).unwrap_or_else(|error| panic!("{language}: {error}"));
            assert!(
                file.contains_key(&Category::AdLabel) && file.contains_key(&Category::ShareBar),
                "{language}"
            );
        }
    }

    #[test]
    fn each_way_of_matching_works() {
        assert_eq!(category("*** ADVERTISEMENT ***"), Some("ad-label"));
        assert_eq!(category("Read more: Ten bridges to cross before you die"), Some("related-link"));
        assert_eq!(category("Facebook Twitter WhatsApp"), Some("share-bar"));
        assert_eq!(category("Image 3 of 12"), Some("page-control"));
    }

    #[test]
    fn no_phrase_is_looked_for_inside_a_line() {
        assert_eq!(category("The advertisement that nobody saw"), None);
        assert_eq!(category("Read more books than you own"), None);
        assert_eq!(category("“Read more: it is good for you,” she said"), None);
        assert_eq!(category("They went to share the bread"), None);
    }
}
