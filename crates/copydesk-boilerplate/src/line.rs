//! What a line looks like by itself: counts of its letters, words and marks, how it begins and how it ends.
//!
//! One pass over the characters, no allocation but the hashes of its words, and no more than the first
//! [`READ`] bytes of a long line: what is as long as that is prose, whatever comes behind.

use std::sync::LazyLock;

use copydesk_core::prose::is_unspaced;

/// So many bytes of a line are looked at.
const READ: usize = 400;

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
        for letter in text[..most].chars() {
            reader.take(letter, words);
        }
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

struct Reader {
    line: Line,
    hash: u32,
    word: Word,
    lower: u32,
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
    dots: u16,
}

/// The label of a line without a colon is longer than any.
const NO_LABEL: u16 = 99;

const SEED: u32 = 0x811c_9dc5;

fn mix(hash: u32, value: u32) -> u32 {
    (hash ^ value).wrapping_mul(0x0100_0193)
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
            hash: SEED,
            list: at..at,
        };
        Reader {
            line,
            hash: SEED,
            word: Word::default(),
            lower: 0,
            latin: 0,
            unspaced: 0,
            other: 0,
            ended: false,
            is_first: true,
        }
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
                self.hash = mix(SEED, u32::from(letter));
                self.word.letters = 1;
                self.close_word(words);
            }
            _ => self.mark(class, letter, words),
        }
    }

    fn letter(&mut self, letter: char, class: Class) {
        if self.word.letters + self.word.digits == 0 {
            self.word.starts_upper = class == Class::Upper;
            if self.ended && class != Class::Lower {
                self.line.sentences += 1;
            }
            self.ended = false;
        }
        self.line.letters += 1;
        self.word.letters += 1;
        let small = if letter.is_ascii() {
            u32::from(letter.to_ascii_lowercase())
        } else if class == Class::Upper {
            u32::from(letter.to_lowercase().next().unwrap_or(letter))
        } else {
            u32::from(letter)
        };
        self.hash = mix(self.hash, small);
        match class {
            Class::Upper => {
                self.line.upper += 1;
                self.word.upper += 1;
            }
            Class::Lower => self.lower += 1,
            _ => self.other += 1,
        }
        self.latin += u32::from(small < 0x250);
    }

    fn mark(&mut self, class: Class, letter: char, words: &mut Vec<u32>) {
        let inside = self.word.letters + self.word.digits > 0;
        if letter == '@' || letter == '.' && inside || letter == '/' && inside {
            self.word.dots += 1;
        }
        match class {
            Class::Apostrophe if inside => return,
            _ => {}
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

    fn close_word(&mut self, words: &mut Vec<u32>) {
        let word = std::mem::take(&mut self.word);
        let length = word.letters + word.digits;
        if length == 0 {
            return;
        }
        let hash = std::mem::replace(&mut self.hash, SEED);
        self.line.longest = self.line.longest.max(length);
        if word.letters == 0 {
            self.line.numbers += 1;
            self.line.years += u16::from(word.digits == 4 && (1900..2100).contains(&word.number));
        }
        self.line.words += 1;
        self.line.capitals += u16::from(word.starts_upper);
        self.line.all_capitals += u16::from(word.letters > 1 && word.upper == word.letters);
        self.line.short += u16::from(word.letters > 0 && length <= 3);
        let is_function = length <= 6 && word.letters > 0 && FUNCTION.holds(hash);
        self.line.function += u16::from(is_function);
        self.line.is_address |= matches!(hash, HTTP | HTTPS | WWW);
        let kept = if word.letters == 0 { 1 } else { hash };
        self.line.hash = mix(self.line.hash, kept);
        if !is_function && word.letters > 0 {
            words.push(hash);
        }
    }

    fn script(&self) -> Script {
        let cased = self.lower + u32::from(self.line.upper);
        match () {
            () if self.unspaced > cased + self.other => Script::Unspaced,
            () if self.other > cased => Script::Uncased,
            () if cased == 0 => Script::None,
            () if self.latin * 2 >= cased => Script::Latin,
            () => Script::Cased,
        }
    }
}

const fn hash_of(word: &[u8]) -> u32 {
    let mut hash = SEED;
    let mut at = 0;
    while at < word.len() {
        hash = (hash ^ word[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

const HTTP: u32 = hash_of(b"http");
const HTTPS: u32 = hash_of(b"https");
const WWW: u32 = hash_of(b"www");

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
    slots: Vec<u32>,
}

impl Words {
    const SLOTS: usize = 1 << 13;

    fn new() -> Self {
        let mut words = Words { slots: vec![0; Self::SLOTS] };
        let lists = FUNCTION_WORDS.lines().filter_map(|line| line.split_once(':'));
        lists.flat_map(|(_, list)| list.split_whitespace()).for_each(|word| words.add(word));
        words
    }

    fn add(&mut self, word: &str) {
        let hash = word.chars().fold(SEED, |hash, letter| mix(hash, u32::from(letter)));
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
