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
use std::collections::{BTreeMap, HashMap, HashSet};

use copydesk_core::prose::{ends_with_stop, is_prose, words};
use copydesk_core::{Digits, Evidence, first_words, fold, fold_into, last_words};
use foldhash::fast::FixedState;

use crate::Verdict;
use crate::anchored::{Anchored, End};
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
/// Up to so many bytes a line is folded without a look at its ends, which would cost as much.
const WORTH_FOLDING_BYTES: usize = 40;

/// The phrase files as one list; `build.rs` says how it is written.
const PHRASES: &str = include_str!(concat!(env!("OUT_DIR"), "/phrases.txt"));

pub(crate) type Map<V> = HashMap<Box<str>, V, FixedState>;

/// Where a phrase comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) category: Category,
    pub(crate) language: u8,
}

/// A word of a vocabulary; glue alone is no reason.
#[derive(Debug, Clone, Copy)]
struct Member {
    entry: Entry,
    is_glue: bool,
}

/// All phrases of all languages, ready to be looked up.
pub(crate) struct Lexicon {
    languages: Vec<&'static str>,
    whole: Map<Entry>,
    /// The first two words of each whole phrase.
    openings: HashSet<Box<str>, FixedState>,
    starts: Anchored,
    labels: Map<Entry>,
    ends: Anchored,
    vocabulary: Map<Vec<Member>>,
}

impl Lexicon {
    /// The built-in phrases and the user's own.
    pub(crate) fn new(own: &BTreeMap<Category, Vec<String>>) -> Self {
        let mut lexicon = Lexicon::empty();
        let mut list = None;
        for line in PHRASES.lines() {
            if let Some(language) = line.strip_prefix('@') {
                lexicon.languages.push(language);
            } else if let Some(name) = line.strip_prefix('=') {
                list = lexicon.list(name);
            } else if let Some((entry, list)) = list {
                lexicon.add(entry, list, line);
            }
        }
        lexicon.languages.push("own");
        for (&category, phrases) in own {
            let entry = lexicon.entry(category);
            phrases.iter().for_each(|phrase| lexicon.add(entry, "whole", phrase));
        }
        lexicon
    }

    fn empty() -> Self {
        Lexicon {
            languages: Vec::new(),
            whole: Map::default(),
            openings: HashSet::default(),
            starts: Anchored::new(End::Start),
            labels: Map::default(),
            ends: Anchored::new(End::Stop),
            vocabulary: Map::default(),
        }
    }

    /// A category in the language that was opened last.
    fn entry(&self, category: Category) -> Entry {
        let language = u8::try_from(self.languages.len() - 1).expect("there are fewer than 256 languages");
        Entry { category, language }
    }

    /// `ad-label.whole`
    fn list(&self, name: &'static str) -> Option<(Entry, &'static str)> {
        let (category, list) = name.split_once('.')?;
        Some((self.entry(Category::of_name(category)?), list))
    }

    fn add(&mut self, entry: Entry, list: &str, phrase: &str) {
        match list {
            "starts" => self.starts.add(folded(phrase), entry),
            "ends" => self.ends.add(folded(phrase), entry),
            "labels" => _ = self.labels.entry(folded(phrase)).or_insert(entry),
            "words" => self.add_words(phrase, entry, false),
            "glue" => self.add_words(phrase, entry, true),
            _ => self.add_whole(folded(phrase), entry),
        }
    }

    fn add_whole(&mut self, phrase: Box<str>, entry: Entry) {
        self.openings.insert(first_words(&phrase, 2).into());
        self.whole.entry(phrase).or_insert(entry);
    }

    fn add_words(&mut self, words: &str, entry: Entry, is_glue: bool) {
        for word in folded(words).split(' ') {
            let members = self.vocabulary.entry(word.into()).or_default();
            if !members.iter().any(|member| member.entry == entry) {
                members.push(Member { entry, is_glue });
            }
        }
    }

    /// Folds as much of a line as it takes to look it up, and says whether that is worth it: nothing if
    /// neither its first two words nor its last ones are those of a phrase; all of a short line; of a long one, which no
    /// whole phrase is as long as, its beginning.
    pub(crate) fn fold_telling(&self, line: &str, folded: &mut String) -> bool {
        let is_short = line.len() <= SHORT_LINE_BYTES;
        if line.len() > WORTH_FOLDING_BYTES
            && !self.may_begin(line, is_short, folded)
            && !(is_short && self.may_end(line, folded))
        {
            return false;
        }
        folded.clear();
        let beginning = &line[..line.floor_char_boundary(SHORT_LINE_BYTES)];
        let whole_words = match beginning.rsplit_once(' ') {
            Some((whole_words, _)) if !is_short => whole_words,
            _ => beginning,
        };
        fold_into(whole_words, Digits::Fold, folded);
        true
    }

    fn may_begin(&self, line: &str, is_short: bool, folded: &mut String) -> bool {
        folded.clear();
        fold_into(first_words(line, 2), Digits::Fold, folded);
        let is_opening = || self.openings.contains(&**folded) || self.is_of_vocabulary(folded);
        self.starts.may_hold(folded) || is_short && is_opening() || has_label(line)
    }

    fn may_end(&self, line: &str, folded: &mut String) -> bool {
        folded.clear();
        fold_into(last_words(line, 2), Digits::Fold, folded);
        self.ends.may_hold(folded)
    }

    fn is_of_vocabulary(&self, folded: &str) -> bool {
        folded.split(' ').all(|word| self.vocabulary.contains_key(word))
    }

    /// The category of a line that is known word for word.
    pub(crate) fn find(&self, line: &str, folded: &str) -> Option<Verdict> {
        let whole = || self.whole.get(folded).map(|entry| self.verdict(WHOLE, folded, *entry));
        let quoted = line.starts_with(['"', '“', '„', '«', '»', '「', '『', '‘', '\'']);
        let anchored = || {
            let ends = || self.anchored(&self.ends, "ends with", line, folded);
            self.anchored(&self.starts, "begins with", line, folded)
                .or_else(|| self.labelled(line))
                .or_else(|| ends().filter(|verdict| may_end(line, verdict.category)))
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

    fn anchored(&self, phrases: &Anchored, how: &str, line: &str, folded: &str) -> Option<Verdict> {
        let (phrase, entry) = phrases.find(folded)?;
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

/// One telling word makes a line of a vocabulary; a row of menus takes two, or three names of
/// sections, each of which alone could be a sub-head.
fn is_enough(category: Category, telling: usize, folded: &str) -> bool {
    match category {
        Category::Navigation => telling >= 2 || folded.split(' ').count() >= 3,
        _ => telling >= 1,
    }
}

fn has_label(line: &str) -> bool {
    let beginning = &line[..line.floor_char_boundary(LABEL_BYTES)];
    beginning.as_bytes().contains(&b':') || beginning.contains('：')
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
    fn every_language_and_every_list_is_loaded() {
        let lexicon = lexicon();
        assert!(lexicon.languages.len() > 30, "{:?}", lexicon.languages);
        let lists = PHRASES.lines().filter_map(|line| line.strip_prefix('='));
        lists.for_each(|name| assert!(lexicon.list(name).is_some(), "{name} is of no category"));
        for (language, line) in
            [("de", "Anzeige"), ("ru", "Реклама"), ("ja", "広告"), ("ar", "إعلان"), ("el", "Διαφήμιση")]
        {
            assert_eq!(category(line), Some("ad-label"), "{language}");
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
