//! What a line looks like by itself: counts of its letters, words and marks, how it begins and how it ends.
//!
//! One pass over the characters, no allocation but the hashes of its words, and no more than the first
//! [`READ`] bytes of a long line: what is as long as that is prose, whatever comes behind.

use std::sync::LazyLock;

use copydesk_core::prose::is_unspaced;

/// So many bytes of a line are looked at. With 200 the classifier finds three noise lines in a hundred less (aeb and fundus,
/// articles, cross-validated); with 400 no more than with these, and reading takes longer.
pub(crate) const READ: usize = 300;

/// The words of many languages that hold sentences together: a line of names has none.
const FUNCTION_WORDS: &str = include_str!("../function-words.txt");

/// How a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Lower,
    Unspaced,
    Upper,
    Digit,
    Quote,
    Bracket,
    Bullet,
    Other,
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Stop,
    QuotedStop,
    Question,
    Quote,
    Ellipsis,
    Colon,
    Comma,
    Word,
    Digit,
    Bracket,
    Other,
}

/// Letters of which kind most of the line is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Cased,
    Uncased,
    Unspaced,
    None,
}

/// The counts of one line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) bytes: u32,
    pub(crate) words: u16,
    pub(crate) chars: u16,
    pub(crate) letters: u16,
    pub(crate) upper: u16,
    pub(crate) digits: u16,
    pub(crate) spaces: u16,
    pub(crate) marks: u16,
    pub(crate) commas: u16,
    pub(crate) quotes: u16,
    pub(crate) separators: u16,
    pub(crate) symbols: u16,
    pub(crate) sentences: u16,
    pub(crate) numbers: u16,
    pub(crate) years: u16,
    pub(crate) capitals: u16,
    pub(crate) all_capitals: u16,
    pub(crate) short: u16,
    pub(crate) function: u16,
    pub(crate) longest: u16,
    /// Words before the first colon; [`NO_LABEL`] without one.
    pub(crate) label: u16,
    pub(crate) is_address: bool,
    pub(crate) start: Start,
    pub(crate) end: End,
    pub(crate) script: Script,
    /// Of all words, numbers as one.
    pub(crate) hash: u32,
    /// Where its words stand in the list of the document.
    pub(crate) list: std::ops::Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Letter,
    Unspaced,
    Digit,
    Space,
    Comma,
    Stop,
    Question,
    Colon,
    Quote,
    Apostrophe,
    Bracket,
    Separator,
    Bullet,
    Ellipsis,
    Symbol,
    Mark,
    Ignored,
}

const ASCII: [Class; 128] = {
    let mut classes = [Class::Symbol; 128];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' => Class::Lower,
            b'A'..=b'Z' => Class::Upper,
            b'0'..=b'9' => Class::Digit,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Class::Space,
            b',' | b';' => Class::Comma,
            b'.' => Class::Stop,
            b'?' | b'!' => Class::Question,
            b':' => Class::Colon,
            b'"' => Class::Quote,
            b'\'' => Class::Apostrophe,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' => Class::Bracket,
            b'|' | b'>' | b'/' | b'<' | b'\\' => Class::Separator,
            b'*' => Class::Bullet,
            b'-' => Class::Mark,
            _ => Class::Symbol,
        };
        byte += 1;
    }
    classes
};

fn class(letter: char) -> Class {
    match letter {
        _ if letter.is_ascii() => ASCII[letter as usize],
        _ if is_unspaced(letter) && letter.is_alphanumeric() => Class::Unspaced,
        _ if letter.is_lowercase() => Class::Lower,
        _ if letter.is_uppercase() => Class::Upper,
        _ if letter.is_alphabetic() => Class::Letter,
        _ if letter.is_numeric() => Class::Digit,
        _ if letter.is_whitespace() => Class::Space,
        '،' | '؛' | '、' | '，' | '；' | '·' if letter != '·' => Class::Comma,
        '。' | '｡' | '।' | '۔' | '։' | '።' | '．' => Class::Stop,
        '？' | '！' | '؟' | '¿' | '¡' => Class::Question,
        '：' => Class::Colon,
        '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '‹' | '›' | '‟' => {
            Class::Quote
        }
        '’' | '‘' | '‚' | '´' | 'ʼ' => Class::Apostrophe,
        '（' | '）' | '【' | '】' | '［' | '］' | '《' | '》' => Class::Bracket,
        '｜' | '→' | '／' | '>' | '←' | '⟩' | '│' => Class::Separator,
        '•' | '·' | '‣' | '◦' | '▪' | '■' | '●' | '○' | '▶' | '►' | '∙' => Class::Bullet,
        '…' => Class::Ellipsis,
        '–' | '—' | '―' | '‐' | '‑' => Class::Mark,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}' => {
            Class::Ignored
        }
        '\u{900}'..='\u{dff}' => Class::Letter,
        _ => Class::Symbol,
    }
}

impl Line {
    /// Counts a line, and adds the hashes of its words to `words`.
    pub(crate) fn read(text: &str, words: &mut Vec<u32>) -> Self {
        let mut reader = Reader::new(words.len());
        let most = text.floor_char_boundary(READ);
        reader.take_all(&text[..most], words);
        reader.close_word(words);
        reader.line.bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        reader.line.list.end = words.len();
        reader.line.end = end(text);
        reader.line.count_unread(text.len() - most, most);
        reader.line.script = reader.script();
        reader.line
    }

    /// What was not read is taken to be like what was.
    fn count_unread(&mut self, unread: usize, read: usize) {
        if unread > 0 {
            let words = usize::from(self.words) * (read + unread) / read.max(1);
            self.words = u16::try_from(words).unwrap_or(u16::MAX);
        }
    }

    /// A paragraph of running text, by its length and its end.
    pub(crate) fn is_prose(&self) -> bool {
        self.words >= 25 || self.words >= 12 && matches!(self.end, End::Stop | End::QuotedStop)
    }
}

/// Eight bytes of a line, looked at together.
#[derive(Clone, Copy)]
struct Eight(u64);

impl Eight {
    const ONES: u64 = 0x0101_0101_0101_0101;
    /// What a small letter has and a capital has not.
    const SMALL: u64 = 0x20 * Self::ONES;

    /// The first eight bytes; zeros behind the end.
    fn of(bytes: &[u8]) -> Self {
        if let Some(eight) = bytes.first_chunk() {
            return Eight(u64::from_le_bytes(*eight));
        }
        let mut eight = [0; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        Eight(u64::from_le_bytes(eight))
    }

    /// How many ASCII letters it begins with.
    fn letters(self) -> usize {
        const HIGH: u64 = 0x80 * Eight::ONES;
        let small = (self.0 | Self::SMALL) & !HIGH;
        let from_a = small + (0x80 - b'a' as u64) * Self::ONES;
        let behind_z = small + (0x7f - b'z' as u64) * Self::ONES;
        let others = !(from_a & !behind_z & !self.0) & HIGH;
        others.trailing_zeros() as usize / 8
    }

    fn first(self, count: usize) -> u64 {
        if count < 8 { self.0 & ((1 << (8 * count)) - 1) } else { self.0 }
    }

    /// The first `count` letters in lower case.
    fn lower(self, count: usize) -> u64 {
        Eight(self.0 | Self::SMALL).first(count)
    }

    /// How many of the first `count` letters are capitals.
    fn upper(self, count: usize) -> u16 {
        (Eight(!self.0).first(count) & Self::SMALL).count_ones() as u16
    }
}

struct Reader {
    line: Line,
    hash: u64,
    function: &'static Words,
    word: Word,
    latin: u32,
    unspaced: u32,
    other: u32,
    ended: bool,
    is_first: bool,
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    letters: u16,
    upper: u16,
    digits: u16,
    number: u32,
    starts_upper: bool,
}

/// The label of a line without a colon is longer than any.
const NO_LABEL: u16 = 99;

const SEED: u64 = 0x51_7cc1_b727_220a;

/// A word is hashed in steps of up to eight ASCII letters, or of one other.
const fn mix(hash: u64, value: u64) -> u64 {
    let product = (hash ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

impl Reader {
    fn new(at: usize) -> Self {
        let line = Line {
            bytes: 0,
            words: 0,
            chars: 0,
            letters: 0,
            upper: 0,
            digits: 0,
            spaces: 0,
            marks: 0,
            commas: 0,
            quotes: 0,
            separators: 0,
            symbols: 0,
            sentences: 0,
            numbers: 0,
            years: 0,
            capitals: 0,
            all_capitals: 0,
            short: 0,
            function: 0,
            longest: 0,
            label: NO_LABEL,
            is_address: false,
            start: Start::Other,
            end: End::Other,
            script: Script::None,
            hash: 0,
            list: at..at,
        };
        Reader {
            line,
            hash: SEED,
            function: &FUNCTION,
            word: Word::default(),
            latin: 0,
            unspaced: 0,
            other: 0,
            ended: false,
            is_first: true,
        }
    }

    /// The same as taking them one by one: most of what there is to read are words of ASCII letters between spaces.
    fn take_all(&mut self, text: &str, words: &mut Vec<u32>) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += if byte.is_ascii_alphabetic() {
                self.ascii_letters(&bytes[at..], words)
            } else if byte.is_ascii() {
                self.take(char::from(byte), words);
                1
            } else {
                let letter = text[at..].chars().next().expect("a boundary, and not the end");
                self.take(letter, words);
                letter.len_utf8()
            };
        }
    }

    /// Takes the letters that the line goes on with, and the space behind them, if there is one.
    fn ascii_letters(&mut self, bytes: &[u8], words: &mut Vec<u32>) -> usize {
        let class = if bytes[0].is_ascii_uppercase() { Class::Upper } else { Class::Lower };
        if self.is_first {
            self.line.start = start(class, char::from(bytes[0]));
            self.is_first = false;
        }
        self.begin_word(class);
        let (mut upper, mut taken) = (0, 0);
        loop {
            let eight = Eight::of(&bytes[taken..]);
            let count = eight.letters();
            self.hash = mix(self.hash, eight.lower(count));
            upper += eight.upper(count);
            taken += count;
            if count < 8 || !bytes.get(taken).is_some_and(u8::is_ascii_alphabetic) {
                break;
            }
        }
        let count = taken as u16;
        self.line.letters += count;
        self.line.upper += upper;
        self.word.letters += count;
        self.word.upper += upper;
        self.latin += u32::from(count);
        let has_space = bytes.get(taken) == Some(&b' ');
        if has_space {
            self.close_word(words);
            self.line.spaces += 1;
        }
        let taken = taken + usize::from(has_space);
        self.line.chars += taken as u16;
        taken
    }

    fn take(&mut self, letter: char, words: &mut Vec<u32>) {
        let class = class(letter);
        if class == Class::Ignored {
            return;
        }
        self.line.chars += 1;
        if self.is_first && class != Class::Space {
            self.line.start = start(class, letter);
            self.is_first = false;
        }
        match class {
            Class::Lower | Class::Upper | Class::Letter => self.letter(letter, class),
            Class::Digit => {
                self.line.digits += 1;
                self.word.digits += 1;
                self.word.number =
                    self.word.number.wrapping_mul(10).wrapping_add(letter.to_digit(10).unwrap_or(0));
            }
            Class::Unspaced => {
                self.close_word(words);
                self.unspaced += 1;
                self.line.letters += 1;
                self.hash = mix(SEED, u64::from(u32::from(letter)));
                self.word.letters = 1;
                self.close_word(words);
            }
            _ => self.mark(class, letter, words),
        }
    }

    fn begin_word(&mut self, class: Class) {
        if self.word.letters + self.word.digits == 0 {
            self.word.starts_upper = class == Class::Upper;
            if self.ended && class != Class::Lower {
                self.line.sentences += 1;
            }
            self.ended = false;
        }
    }

    fn letter(&mut self, letter: char, class: Class) {
        self.begin_word(class);
        self.line.letters += 1;
        self.word.letters += 1;
        let small = if letter.is_ascii() {
            u32::from(letter.to_ascii_lowercase())
        } else if class == Class::Upper {
            u32::from(letter.to_lowercase().next().unwrap_or(letter))
        } else {
            u32::from(letter)
        };
        self.hash = mix(self.hash, u64::from(small));
        match class {
            Class::Upper => {
                self.line.upper += 1;
                self.word.upper += 1;
            }
            Class::Lower => {}
            _ => self.other += 1,
        }
        self.latin += u32::from(small < 0x250);
    }

    fn mark(&mut self, class: Class, letter: char, words: &mut Vec<u32>) {
        let is_inside = self.word.letters + self.word.digits > 0;
        if class == Class::Apostrophe && is_inside {
            return;
        }
        self.close_word(words);
        match class {
            Class::Space => self.line.spaces += 1,
            Class::Comma => self.line.commas += 1,
            Class::Quote => self.line.quotes += 1,
            Class::Separator | Class::Bullet => self.line.separators += 1,
            Class::Symbol => {
                self.line.symbols += 1;
                self.line.is_address |= letter == '@';
            }
            Class::Colon if self.line.label == NO_LABEL => {
                self.line.label = self.line.words.min(NO_LABEL - 1);
            }
            Class::Stop | Class::Question | Class::Ellipsis => self.ended = true,
            _ => {}
        }
        if class != Class::Space {
            self.line.marks += 1;
        }
    }

    #[inline]
    fn close_word(&mut self, words: &mut Vec<u32>) {
        let length = self.word.letters + self.word.digits;
        if length > 0 {
            self.close_full_word(length, words);
        }
    }

    fn close_full_word(&mut self, length: u16, words: &mut Vec<u32>) {
        let word = std::mem::take(&mut self.word);
        let hash = std::mem::replace(&mut self.hash, SEED) as u32;
        let line = &mut self.line;
        line.words += 1;
        line.longest = line.longest.max(length);
        line.capitals += u16::from(word.starts_upper);
        if word.letters == 0 {
            line.numbers += 1;
            line.years += u16::from(word.digits == 4 && (1900..2100).contains(&word.number));
            line.hash = mix(u64::from(line.hash), 1) as u32;
            return;
        }
        line.all_capitals += u16::from(word.letters > 1 && word.upper == word.letters);
        line.short += u16::from(length <= 3);
        line.hash = mix(u64::from(line.hash), u64::from(hash)) as u32;
        if length <= 6 && self.function.holds(hash) {
            line.function += 1;
        } else {
            line.is_address |= matches!(hash, HTTP | HTTPS | WWW);
            words.push(hash);
        }
    }

    fn script(&self) -> Script {
        let cased = u32::from(self.line.letters) - self.other - self.unspaced;
        match () {
            () if self.unspaced > cased + self.other => Script::Unspaced,
            () if self.other > cased => Script::Uncased,
            () if cased == 0 => Script::None,
            () if self.latin * 2 >= cased => Script::Latin,
            () => Script::Cased,
        }
    }
}

/// The hash of a word in lower case, as a reader makes it.
fn hash_of(word: &str) -> u32 {
    let mut hash = SEED;
    let mut rest = word;
    while let Some(letter) = rest.chars().next() {
        let eight = Eight::of(rest.as_bytes());
        let (value, length) = match eight.letters() {
            0 => (u64::from(u32::from(letter)), letter.len_utf8()),
            count => (eight.lower(count), count),
        };
        hash = mix(hash, value);
        rest = &rest[length..];
    }
    hash as u32
}

const HTTP: u32 = mix(SEED, u64::from_le_bytes(*b"http\0\0\0\0")) as u32;
const HTTPS: u32 = mix(SEED, u64::from_le_bytes(*b"https\0\0\0")) as u32;
const WWW: u32 = mix(SEED, u64::from_le_bytes(*b"www\0\0\0\0\0")) as u32;

fn start(class: Class, letter: char) -> Start {
    match class {
        Class::Lower => Start::Lower,
        Class::Upper | Class::Letter => Start::Upper,
        Class::Unspaced => Start::Unspaced,
        Class::Digit => Start::Digit,
        Class::Quote | Class::Apostrophe => Start::Quote,
        Class::Bracket => Start::Bracket,
        Class::Bullet | Class::Mark => Start::Bullet,
        _ if letter == '#' => Start::Bullet,
        _ => Start::Other,
    }
}

fn end(text: &str) -> End {
    let mut letters = text.chars().rev().filter(|letter| class(*letter) != Class::Ignored);
    let last = letters.next();
    let before = letters.next();
    let Some(last) = last else { return End::Other };
    let is_dot = |letter: Option<char>| letter.is_some_and(|letter| class(letter) == Class::Stop);
    match class(last) {
        Class::Stop if is_dot(before) => End::Ellipsis,
        Class::Stop => End::Stop,
        Class::Question => End::Question,
        Class::Ellipsis => End::Ellipsis,
        Class::Colon => End::Colon,
        Class::Comma => End::Comma,
        Class::Quote | Class::Apostrophe => match before.map(class) {
            Some(Class::Stop | Class::Question | Class::Comma) => End::QuotedStop,
            _ => End::Quote,
        },
        Class::Bracket if is_dot(before) => End::QuotedStop,
        Class::Bracket => End::Bracket,
        Class::Digit => End::Digit,
        Class::Lower | Class::Upper | Class::Letter | Class::Unspaced => End::Word,
        _ => End::Other,
    }
}

static FUNCTION: LazyLock<Words> = LazyLock::new(Words::new);

/// A set of hashes, open addressing.
struct Words {
    slots: Box<[u32; Words::SLOTS]>,
}

impl Words {
    const SLOTS: usize = 1 << 13;

    fn new() -> Self {
        let mut words = Words { slots: Box::new([0; Self::SLOTS]) };
        let lists = FUNCTION_WORDS.lines().filter_map(|line| line.split_once(':'));
        lists.flat_map(|(_, list)| list.split_whitespace()).for_each(|word| words.add(word));
        words
    }

    fn add(&mut self, word: &str) {
        let hash = hash_of(word);
        let at = self.slot(hash);
        self.slots[at] = hash;
    }

    fn slot(&self, hash: u32) -> usize {
        let mut at = (hash ^ hash >> 15) as usize % Self::SLOTS;
        while self.slots[at] != 0 && self.slots[at] != hash {
            at = (at + 1) % Self::SLOTS;
        }
        at
    }

    fn holds(&self, hash: u32) -> bool {
        self.slots[self.slot(hash)] == hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> (Line, Vec<u32>) {
        let mut words = Vec::new();
        (Line::read(text, &mut words), words)
    }

    #[test]
    fn words_are_hashed_alike_wherever_they_stand() {
        for word in ["bridges", "abcdefgh", "neighbourhoods", "brücke", "Мост", "aune", "x"] {
            let small = word.to_lowercase();
            for text in [format!("({word})"), format!("12 {word}, 3"), word.to_uppercase()] {
                assert_eq!(line(&text).1, [hash_of(&small)], "{text}");
            }
        }
    }

    #[test]
    fn words_that_hold_sentences_together_are_counted_and_not_listed() {
        let (read, words) = line("The bridge over the Aune was Closed to lorries");
        assert_eq!((read.words, read.capitals, read.upper, read.letters), (9, 3, 3, 38));
        assert_eq!(usize::from(read.function) + words.len(), 9);
        assert!(words.contains(&hash_of("bridge")) && !words.contains(&hash_of("the")));
    }

    #[test]
    fn addresses_are_known_by_their_beginning() {
        assert!(line("see https://courier.example").0.is_address);
        assert!(line("WWW.courier.example").0.is_address);
        assert!(!line("the httpd of the Courier").0.is_address);
    }

    #[test]
    fn eight_bytes_are_looked_at_together() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let mut bytes = *b"aZqbAcdz";
                bytes[place] = byte;
                let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let eight = Eight::of(&bytes);
                assert_eq!(eight.letters(), letters, "{bytes:?}");
                let upper = bytes[..letters].iter().filter(|byte| byte.is_ascii_uppercase()).count();
                assert_eq!(usize::from(eight.upper(letters)), upper, "{bytes:?}");
            }
        }
        assert_eq!(Eight::of(b"ab").letters(), 2);
    }
}
