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
    let mut reader = Reader::new(words);
    reader.read(text);
    let mut line = reader.line();
    line.is_price = line.digits > 0 && text.len() < 60 && text.contains(['$', '€', '£', '¥', '₹']);
    (line.first_word, line.word_count) = (first as u32, (words.len() - first) as u32);
    line.words = line.word_count;
    line.hash = words[first..]
        .iter()
        .fold(OFFSET, |hash, word| (hash ^ word).wrapping_mul(0x9e37_79b1).rotate_left(13));
    line.start = text.chars().next().map_or(0, |letter| Class::of(letter) as u8);
    line.end = end(text);
    line
}

/// How a text ends: by its last letter, or by the last one in front of quotation marks and brackets, 20 more.
fn end(text: &str) -> u8 {
    let bare = text.trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', '」', '』', '）']);
    match bare.chars().next_back() {
        Some(letter) if bare.len() == text.len() => Class::of(letter) as u8,
        Some(letter) => 20 + Class::of(letter) as u8,
        None => 0,
    }
}

/// Reads a text letter by letter.
struct Reader<'w> {
    words: &'w mut Words,
    /// How many letters there were of each class.
    counts: [u32; CLASSES],
    /// The hash of the word that is being read, and how many bytes it has so far.
    word: u32,
    length: u32,
    begins_upper: bool,
    last: char,
    /// The last mark was a full stop; a space behind it makes it the end of a sentence.
    is_stop: bool,
    longest: u32,
    capitals: u32,
    stops: u32,
}

impl<'w> Reader<'w> {
    fn new(words: &'w mut Words) -> Self {
        Reader {
            words,
            counts: [0; CLASSES],
            word: OFFSET,
            length: 0,
            begins_upper: false,
            last: ' ',
            is_stop: false,
            longest: 0,
            capitals: 0,
            stops: 0,
        }
    }

    fn read(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at += match byte {
                b'a'..=b'z' | b'A'..=b'Z' => self.letters(&bytes[at..]),
                0..=0x7f => self.ascii(*byte),
                _ => self.letter(text[at..].chars().next().unwrap_or(' ')),
            };
        }
        self.end_word();
        self.stops += u32::from(self.is_stop);
    }

    /// Reads the letters of ASCII that a text begins with; says how many.
    fn letters(&mut self, bytes: &[u8]) -> usize {
        self.go_on(ASCII[usize::from(bytes[0])]);
        let (mut count, mut upper) = (0, 0);
        while let Some(byte) = bytes.get(count).filter(|byte| byte.is_ascii_alphabetic()) {
            self.word = step(self.word, byte | 0x20);
            upper += u32::from(byte & 0x20 == 0);
            count += 1;
        }
        self.counts[Class::Upper as usize] += upper;
        self.counts[Class::Lower as usize] += count as u32 - upper;
        self.length += count as u32;
        self.last = char::from(bytes[count - 1]);
        count
    }

    /// Reads what is no letter.
    fn ascii(&mut self, byte: u8) -> usize {
        let class = ASCII[usize::from(byte)];
        self.counts[class as usize] += 1;
        match class {
            Class::Digit => self.digit(1),
            _ => self.mark(class),
        }
        self.last = char::from(byte);
        1
    }

    /// Reads any other letter.
    fn letter(&mut self, letter: char) -> usize {
        let (class, bytes) = (Class::of(letter), letter.len_utf8());
        self.counts[class as usize] += 1;
        match class {
            Class::Digit => self.digit(bytes as u32),
            Class::Upper | Class::Lower | Class::Letter | Class::Unspaced => {
                self.go_on(class);
                self.length += bytes as u32;
                self.word = match class {
                    Class::Upper => letter.to_lowercase().fold(self.word, mix),
                    _ => mix(self.word, letter),
                };
                // scripts without spaces: each pair of letters is a word
                if class == Class::Unspaced && self.length >= 6 {
                    self.begins_upper = false;
                    self.end_word();
                }
            }
            _ => self.mark(class),
        }
        self.last = letter;
        bytes
    }

    /// The next letter of a word comes, or the first.
    fn go_on(&mut self, class: Class) {
        if self.length == 0 {
            self.word = OFFSET;
            self.begins_upper = class == Class::Upper;
        }
        self.is_stop = false;
    }

    fn digit(&mut self, bytes: u32) {
        let goes_on = self.length > 0 && self.last.is_numeric();
        self.go_on(Class::Digit);
        self.length += bytes;
        if !goes_on {
            self.word = step(self.word, b'0');
        }
    }

    fn end_word(&mut self) {
        if self.length > 0 {
            self.words.push(self.word);
            self.longest = self.longest.max(self.length);
            self.capitals += u32::from(self.begins_upper);
            self.length = 0;
        }
    }

    /// What is no part of a word.
    fn mark(&mut self, class: Class) {
        self.end_word();
        match class {
            Class::Stop => self.is_stop = true,
            Class::WideStop => self.stops += 1,
            Class::Space => self.stops += u32::from(std::mem::take(&mut self.is_stop)),
            _ => {}
        }
    }

    fn line(&self) -> Line {
        let count = |class: Class| self.counts[class as usize];
        Line {
            letters: [Class::Lower, Class::Upper, Class::Letter, Class::Unspaced].map(count).iter().sum(),
            upper: count(Class::Upper),
            digits: count(Class::Digit),
            commas: count(Class::Comma),
            stops: self.stops,
            capitals: self.capitals,
            quotes: count(Class::Quote),
            separators: count(Class::Separator),
            unspaced: count(Class::Unspaced),
            longest: self.longest,
            ..Line::default()
        }
    }
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

const CLASSES: usize = Class::Ellipsis as usize + 1;

/// The classes of the first 128 letters.
static ASCII: [Class; 128] = {
    let mut classes = [Class::Other; 128];
    let mut byte = 0;
    while byte < classes.len() {
        classes[byte] = Class::of_ascii(byte as u8);
        byte += 1;
    }
    classes
};

impl Class {
    const fn of_ascii(byte: u8) -> Class {
        match byte {
            b'a'..=b'z' => Class::Lower,
            b'A'..=b'Z' => Class::Upper,
            b'0'..=b'9' => Class::Digit,
            b' ' | b'\n' | b'\t' | b'\r' => Class::Space,
            b',' | b';' => Class::Comma,
            b'.' | b'!' | b'?' => Class::Stop,
            b':' => Class::Colon,
            b'"' => Class::Quote,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' => Class::Bracket,
            b'|' | b'/' | b'\\' | b'<' | b'>' => Class::Separator,
            _ => Class::Other,
        }
    }

    fn of(letter: char) -> Class {
        match letter {
            '\0'..='\x7f' => ASCII[letter as usize],
            '\u{a0}' => Class::Space,
            '،' | '؛' | '、' | '，' | '；' => Class::Comma,
            '。' | '｡' | '।' | '۔' | '։' | '።' | '．' | '？' | '！' | '؟' => Class::WideStop,
            '：' => Class::Colon,
            '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '「' | '」' | '『' | '』' => {
                Class::Quote
            }
            '（' | '）' => Class::Bracket,
            '•' | '·' | '›' | '→' | '←' | '▶' => Class::Separator,
            '…' => Class::Ellipsis,
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
