//! Phrases that stand at one end of a line.
//!
//! Nearly every line of a dump holds none of them, so what is asked first is cheap: is the line's
//! outermost word the outermost word of any phrase?

use copydesk_core::prose::is_unspaced;

use crate::lexicon::{Entry, Map};

/// No phrase has more words.
const PHRASE_WORDS: usize = 10;

/// Which end of a line a phrase is anchored to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Start,
    Stop,
}

/// Phrases that stand at one end of a line.
pub(crate) struct Anchored {
    end: End,
    phrases: Map<Entry>,
    /// The one and the two outermost words of each phrase; true where that is the whole phrase.
    outermost: Map<bool>,
    /// Phrases of scripts without spaces, which end anywhere in a line, by their outermost letter.
    unspaced: Map<Vec<(Box<str>, Entry)>>,
}

impl Anchored {
    pub(crate) fn new(end: End) -> Self {
        Anchored { end, phrases: Map::default(), outermost: Map::default(), unspaced: Map::default() }
    }

    pub(crate) fn add(&mut self, phrase: Box<str>, entry: Entry) {
        if phrase.chars().any(is_unspaced) {
            let letter = outermost_letter(self.end, &phrase).into();
            self.unspaced.entry(letter).or_default().push((phrase, entry));
            return;
        }
        for words in 1..=2 {
            let outermost = outermost_words(self.end, &phrase, words);
            *self.outermost.entry(outermost.into()).or_default() |= outermost == &*phrase;
        }
        self.phrases.entry(phrase).or_insert(entry);
    }

    /// Could a line whose two outermost words, folded, are these hold a phrase?
    pub(crate) fn may_hold(&self, two_words: &str) -> bool {
        let outermost = outermost_words(self.end, two_words, 1);
        self.outermost.get(outermost).is_some_and(|is_phrase| *is_phrase)
            || self.outermost.contains_key(two_words)
            || self.unspaced.contains_key(outermost_letter(self.end, two_words))
    }

    /// The phrase that stands at this end of a folded line.
    pub(crate) fn find<'l>(&self, folded: &'l str) -> Option<(&'l str, Entry)> {
        if self.outermost.contains_key(outermost_words(self.end, folded, 1)) {
            let longer = (1..=PHRASE_WORDS).map(|words| outermost_words(self.end, folded, words));
            let known = |phrase: &'l str| self.phrases.get(phrase).map(|entry| (phrase, *entry));
            if let Some(found) = longer.filter_map(known).next() {
                return Some(found);
            }
        }
        let phrases = self.unspaced.get(outermost_letter(self.end, folded))?;
        phrases.iter().find_map(|(phrase, entry)| match self.end {
            End::Start => folded.starts_with(&**phrase).then(|| (&folded[..phrase.len()], *entry)),
            End::Stop => {
                folded.ends_with(&**phrase).then(|| (&folded[folded.len() - phrase.len()..], *entry))
            }
        })
    }
}

/// So many words at one end of a folded line; all of it, if it has fewer.
fn outermost_words(end: End, folded: &str, words: usize) -> &str {
    match end {
        End::Start => folded.match_indices(' ').nth(words - 1).map_or(folded, |(at, _)| &folded[..at]),
        End::Stop => folded.rmatch_indices(' ').nth(words - 1).map_or(folded, |(at, _)| &folded[at + 1..]),
    }
}

fn outermost_letter(end: End, folded: &str) -> &str {
    let letter = match end {
        End::Start => folded.char_indices().next(),
        End::Stop => folded.char_indices().next_back(),
    };
    letter.map_or("", |(at, letter)| &folded[at..at + letter.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Category;

    const ENTRY: Entry = Entry { category: Category::AdLabel, language: 0 };

    fn found<'l>(end: End, phrase: &str, line: &'l str) -> Option<&'l str> {
        let mut anchored = Anchored::new(end);
        anchored.add(phrase.into(), ENTRY);
        anchored.find(line).map(|(phrase, _)| phrase)
    }

    #[test]
    fn phrases_are_found_at_their_end_only() {
        assert_eq!(found(End::Start, "sign up for", "sign up for our letter"), Some("sign up for"));
        assert_eq!(found(End::Start, "sign up for", "do sign up for it"), None);
        assert_eq!(found(End::Start, "sign up for", "sign upon the wall"), None);
        assert_eq!(
            found(End::Stop, "all rights reserved", "the courier all rights reserved"),
            Some("all rights reserved")
        );
        assert_eq!(found(End::Start, "広告", "広告なしで読む"), Some("広告"));
        assert_eq!(found(End::Stop, "禁止", "無断転載禁止"), Some("禁止"));
    }

    #[test]
    fn most_lines_are_passed_by_on_two_words() {
        let mut anchored = Anchored::new(End::Start);
        anchored.add("sign up for".into(), ENTRY);
        anchored.add("advertisement".into(), ENTRY);
        assert!(anchored.may_hold("sign up"));
        assert!(anchored.may_hold("advertisement for"));
        assert!(!anchored.may_hold("sign on"));
    }
}
