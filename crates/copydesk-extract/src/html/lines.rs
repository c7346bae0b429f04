//! What a run looks like by itself: counts of its letters, words and marks, how it begins and how it ends.

use copydesk_core::prose::is_unspaced;

use super::vocabulary::{Weights, step};

/// The counts of one run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Line {
    /// Words; two characters of a script without spaces are one.
    pub words: u32,
    /// Letters of any script.
    pub letters: u32,
    /// Capital letters.
    pub upper: u32,
    /// Digits.
    pub digits: u32,
    /// Commas of any script.
    pub commas: u32,
    /// Ends of sentences.
    pub stops: u32,
    /// Words that begin with a capital letter.
    pub capitals: u32,
    /// Quotation marks.
    pub quotes: u32,
    /// Bars, slashes, bullets and arrows.
    pub separators: u32,
    /// Letters of scripts without spaces.
    pub unspaced: u32,
    /// Length of the longest word, in bytes.
    pub longest: u32,
    /// It is short and has a sign of money beside a number.
    pub is_price: bool,
    /// How it begins, a small number.
    pub start: u8,
    /// How it ends, a small number.
    pub end: u8,
    /// A hash of all its words.
    pub hash: u32,
    /// Where its words stand in the list of the page.
    pub first_word: u32,
    /// And how many those are.
    pub word_count: u32,
    /// The learned weight of its words, in hundredths of log-odds.
    pub weight: i16,
    /// The least weight of any of them.
    pub least: i16,
    /// The greatest.
    pub most: i16,
}

impl Line {
    /// Does it read like running text?
    pub fn is_prose(&self) -> bool {
        self.words >= 25 || self.words >= 12 && self.stops > 0 || self.words >= 8 && self.stops > 1
    }
}

/// All words of a page as hashes, one list for all runs.
pub type Words = Vec<u32>;

const OFFSET: u32 = 0x811c_9dc5;

/// Appends the hashes of the words of a text: letters and digits, small letters, each number as `0`.
pub fn hash_words(text: &str, words: &mut Words) -> Line {
    let first = words.len();
    let mut line = Line { first_word: first as u32, ..Line::default() };
    let mut word = OFFSET;
    let mut length = 0_u32;
    let mut pending_stop = false;
    let mut begins_upper = false;
    let mut last = ' ';
    for letter in text.chars() {
        let class = Class::of(letter);
        if matches!(class, Class::Lower | Class::Upper | Class::Letter | Class::Digit | Class::Unspaced) {
            if length == 0 {
                word = OFFSET;
                begins_upper = class == Class::Upper;
            }
            line.letters += u32::from(class != Class::Digit);
            line.upper += u32::from(class == Class::Upper);
            line.digits += u32::from(class == Class::Digit);
            line.unspaced += u32::from(class == Class::Unspaced);
            word = match class {
                Class::Digit if last.is_numeric() && length > 0 => word,
                Class::Digit => step(word, b'0'),
                Class::Upper if !letter.is_ascii() => letter.to_lowercase().fold(word, mix),
                _ if letter.is_ascii() => step(word, letter.to_ascii_lowercase() as u8),
                _ => mix(word, letter),
            };
            length += letter.len_utf8() as u32;
            // scripts without spaces: each pair of letters is a word
            if class == Class::Unspaced && length >= 6 {
                words.push(word);
                line.longest = line.longest.max(length);
                length = 0;
            }
            pending_stop = false;
        } else {
            if length > 0 {
                words.push(word);
                line.longest = line.longest.max(length);
                line.capitals += u32::from(begins_upper);
                length = 0;
            }
            match class {
                Class::Stop => pending_stop = true,
                Class::WideStop => line.stops += 1,
                Class::Space => {
                    line.stops += u32::from(pending_stop);
                    pending_stop = false;
                }
                Class::Comma => line.commas += 1,
                Class::Quote => line.quotes += 1,
                Class::Separator => line.separators += 1,
                _ => {}
            }
        }
        last = letter;
    }
    if length > 0 {
        words.push(word);
        line.longest = line.longest.max(length);
        line.capitals += u32::from(begins_upper);
    }
    line.stops += u32::from(pending_stop);
    line.is_price = line.digits > 0 && text.len() < 60 && text.contains(['$', '€', '£', '¥', '₹']);
    line.word_count = (words.len() - first) as u32;
    line.words = line.word_count;
    line.hash = words[first..]
        .iter()
        .fold(OFFSET, |hash, word| (hash ^ word).wrapping_mul(0x9e37_79b1).rotate_left(13));
    line.start = text.chars().next().map_or(0, |letter| Class::of(letter) as u8);
    let end = text.trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', '」', '』', '）']);
    line.end = match end.chars().next_back() {
        Some(letter) if end.len() == text.len() => Class::of(letter) as u8,
        Some(letter) => 20 + Class::of(letter) as u8,
        None => 0,
    };
    line
}

fn mix(hash: u32, letter: char) -> u32 {
    (hash ^ letter as u32).wrapping_mul(0x0100_0193).rotate_left(5)
}

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    Other,
    Lower,
    Upper,
    Letter,
    Unspaced,
    Digit,
    Space,
    Comma,
    Stop,
    WideStop,
    Colon,
    Quote,
    Bracket,
    Separator,
    Ellipsis,
}

impl Class {
    fn of(letter: char) -> Class {
        match letter {
            'a'..='z' => Class::Lower,
            'A'..='Z' => Class::Upper,
            '0'..='9' => Class::Digit,
            ' ' | '\n' | '\t' | '\r' | '\u{a0}' => Class::Space,
            ',' | ';' | '،' | '؛' | '、' | '，' | '；' => Class::Comma,
            '.' | '!' | '?' => Class::Stop,
            '。' | '｡' | '।' | '۔' | '։' | '።' | '．' | '？' | '！' | '؟' => Class::WideStop,
            ':' | '：' => Class::Colon,
            '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '「' | '」' | '『' | '』' => {
                Class::Quote
            }
            '(' | ')' | '[' | ']' | '{' | '}' | '（' | '）' => Class::Bracket,
            '|' | '/' | '\\' | '<' | '>' | '•' | '·' | '›' | '→' | '←' | '▶' => Class::Separator,
            '…' => Class::Ellipsis,
            _ if letter.is_ascii() => Class::Other,
            _ if is_unspaced(letter) => Class::Unspaced,
            _ if letter.is_lowercase() => Class::Lower,
            _ if letter.is_uppercase() => Class::Upper,
            _ if letter.is_alphabetic() => Class::Letter,
            _ if letter.is_numeric() => Class::Digit,
            _ if letter.is_whitespace() => Class::Space,
            _ => Class::Other,
        }
    }
}

/// The hashes by which a line of these words is weighed: its first and last words, their pairs, and, if it is short,
/// all of it.
pub fn weighed(line: &Line, words: &[u32], mut each: impl FnMut(u32)) {
    const FRONT: usize = 14;
    const BACK: usize = 5;
    let of_pair = |one: u32, other: u32| one.rotate_left(9).wrapping_mul(0x85eb_ca6b) ^ other;
    let list = &words[line.first_word as usize..(line.first_word + line.word_count) as usize];
    let front = list.len().min(FRONT);
    let back = list.len().saturating_sub(BACK).max(front);
    for part in [&list[..front], &list[back..]] {
        part.iter().for_each(|word| each(*word));
        part.windows(2).for_each(|pair| each(of_pair(pair[0], pair[1])));
    }
    if let Some(first) = list.first() {
        each(step(*first, b'^'));
    }
    if list.len() <= 7 {
        each(step(line.hash, b'$'));
    }
}

/// Weighs the words of a line.
pub fn weigh(line: &mut Line, words: &[u32], weights: &Weights) {
    let (mut sum, mut least, mut most) = (0_i32, 0, 0);
    weighed(line, words, |hash| {
        let weight = weights.get(hash);
        sum += i32::from(weight);
        least = least.min(weight);
        most = most.max(weight);
    });
    line.weight = sum.clamp(-3000, 3000) as i16;
    (line.least, line.most) = (least, most);
}
