//! The telling words of a line, as numbers: what a headline shares with a URL or with its article.
//!
//! A word counts from four letters on, and by its first five: inflection changes the rest. Scripts
//! without spaces have no words that could be told without a dictionary, so every two characters
//! that stand side by side count as one.

use crate::prose::is_unspaced;

/// Words of fewer letters say nothing of a text.
const LETTERS: u32 = 4;
/// Letters of a word that count.
const STEM: u32 = 5;

/// Calls `each` with every telling word of the text.
pub(crate) fn telling_words(text: &str, mut each: impl FnMut(u32)) {
    let mut word = Word::default();
    let mut before = None;
    for letter in text.chars() {
        if is_unspaced(letter) {
            word.end(&mut each);
            if let Some(before) = before.replace(letter) {
                each(mix(mix(SEED, before), letter));
            }
            continue;
        }
        before = None;
        if letter.is_ascii_alphanumeric() || !letter.is_ascii() && letter.is_alphanumeric() {
            word.push(letter);
        } else if !is_joiner(letter) {
            word.end(&mut each);
        }
    }
    word.end(&mut each);
}

const SEED: u32 = 0x811c_9dc5;

/// A word as far as it has been read.
struct Word {
    letters: u32,
    stem: u32,
    is_number: bool,
}

impl Default for Word {
    fn default() -> Self {
        Word { letters: 0, stem: SEED, is_number: true }
    }
}

impl Word {
    fn push(&mut self, letter: char) {
        if self.letters < STEM {
            let lower = if letter.is_ascii() {
                letter.to_ascii_lowercase()
            } else {
                letter.to_lowercase().next().unwrap_or(letter)
            };
            self.stem = mix(self.stem, lower);
        }
        self.letters += 1;
        self.is_number &= letter.is_numeric();
    }

    /// Long numbers are the ids of a content system.
    fn end(&mut self, each: &mut impl FnMut(u32)) {
        let word = std::mem::take(self);
        if word.letters >= LETTERS && !(word.is_number && word.letters > LETTERS) {
            each(word.stem);
        }
    }
}

fn mix(hash: u32, letter: char) -> u32 {
    (hash ^ u32::from(letter)).wrapping_mul(0x0100_0193)
}

/// Marks inside the words of Indic scripts and of decomposed letters, soft hyphens and the like.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{900}'..='\u{d7f}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// A set of words that forgets a little: two words in a hundred that are not in it seem to be.
pub(crate) struct Vocabulary {
    bits: [u64; Vocabulary::WORDS],
}

impl Vocabulary {
    const WORDS: usize = 256;

    /// The words of texts, as far as the first so many bytes of them.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>, bytes: usize) -> Self {
        let mut vocabulary = Vocabulary { bits: [0; Self::WORDS] };
        let mut read = 0;
        for text in texts {
            telling_words(text, |word| vocabulary.learn(word));
            read += text.len();
            if read >= bytes {
                break;
            }
        }
        vocabulary
    }

    fn learn(&mut self, word: u32) {
        let (at, bit) = Self::place(word);
        self.bits[at] |= bit;
    }

    pub(crate) fn has(&self, word: u32) -> bool {
        let (at, bit) = Self::place(word);
        self.bits[at] & bit != 0
    }

    fn place(word: u32) -> (usize, u64) {
        let spread = word ^ (word >> 15);
        ((spread >> 6) as usize % Self::WORDS, 1 << (spread & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        let mut count = 0;
        telling_words(text, |_| count += 1);
        count
    }

    #[test]
    fn short_words_and_long_numbers_tell_nothing() {
        assert_eq!(count("The old bridge over the Aune"), 3);
        assert_eq!(count("in 2016, 1234567 and 12"), 1);
        assert_eq!(count("大桥周一"), 3);
        assert_eq!(count("पुलिस ने गहना"), 2);
    }

    #[test]
    fn a_vocabulary_knows_its_words_in_any_case_and_ending() {
        let vocabulary = Vocabulary::of(["Die Brücken", "der Stadt", "im Hafen"].into_iter(), 15);
        let known = |text: &str| {
            let mut known = true;
            telling_words(text, |word| known &= vocabulary.has(word));
            known
        };
        assert!(known("STADT und BRÜCKE"));
        assert!(!known("Hafen"));
    }
}
