//! The names that pages give to their parts, as hashes: `class="entry-content"` is `entry-content`, `entry` and
//! `content`.
//!
//! What a name says of the text below it was learned from pages; the weights lie in `model/names.words`. Nothing
//! here knows a name by heart.

use copydesk_html::Name;

/// Is told the names of one element after the other, and says what they weigh.
pub trait Tokens {
    /// The root, which has no names.
    fn root(&mut self);
    /// An element with this tag begins.
    fn begin(&mut self, tag: &str);
    /// Words of `class` or `id`.
    fn words(&mut self, words: &str);
    /// The value of another attribute that says what an element is for.
    fn property(&mut self, value: &str);
    /// All names were told.
    fn end(&mut self) -> i16;
    /// Whether an element has to be told though one with the same names was.
    fn is_told_again(&self) -> bool {
        true
    }
}

/// So many names of an element are looked at.
const MOST: usize = 48;
/// A name is looked at up to so many bytes.
const LONG: usize = 48;

const OFFSET: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// One step of the hash; FNV, which needs no state and no table.
#[inline]
pub fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(PRIME)
}

/// The hash of a word.
pub fn hash(word: &[u8]) -> u32 {
    word.iter().fold(OFFSET, |hash, byte| step(hash, *byte))
}

/// What elements of one kind have in common: the tag and the letters of the classes, digits aside.
pub fn signature(name: Name, classes: &str) -> u32 {
    let seed = name.known().map_or(OFFSET, |tag| hash(tag.as_bytes()));
    let letters = classes.bytes().take(200).filter(|byte| !byte.is_ascii_digit());
    letters.fold(step(seed, b'.'), step)
}

/// Collects the hashes of an element's names, each once.
#[derive(Debug, Default)]
pub struct Hashes {
    list: Vec<u32>,
}

impl Hashes {
    /// Forgets the last element.
    pub fn begin(&mut self, tag: &str) {
        self.list.clear();
        let hash = tag.bytes().take(LONG).fold(step(OFFSET, b'<'), step);
        self.push(hash);
    }

    fn push(&mut self, hash: u32) {
        if self.list.len() < MOST && !self.list.contains(&hash) {
            self.list.push(hash);
        }
    }

    /// Each word, and the parts of words that are put together with hyphens or capitals.
    pub fn words(&mut self, words: &str) {
        for word in words.split_ascii_whitespace().take(MOST) {
            self.word(&word.as_bytes()[..word.len().min(LONG)]);
        }
    }

    fn word(&mut self, word: &[u8]) {
        let (mut whole, mut part) = (OFFSET, OFFSET);
        let (mut parts, mut length) = (0, 0);
        let mut last = Kind::Mark;
        for byte in word {
            let (kind, folded) = BYTES[usize::from(*byte)];
            let is_edge = kind == Kind::Mark || kind == Kind::Upper && last == Kind::Lower;
            if is_edge && length > 0 {
                if length > 1 {
                    self.push(step(part, b'_'));
                }
                parts += 1;
                (part, length) = (OFFSET, 0);
            }
            last = kind;
            whole = step(whole, folded);
            if kind != Kind::Mark {
                part = step(part, folded);
                length += 1;
            }
        }
        if length > 1 {
            self.push(step(part, b'_'));
        }
        if parts > 0 {
            self.push(whole);
        }
    }

    /// A whole value.
    pub fn property(&mut self, value: &str) {
        let hash =
            value.bytes().take(LONG).map(|byte| byte.to_ascii_lowercase()).fold(step(OFFSET, b'='), step);
        self.push(hash);
    }

    /// The hashes.
    pub fn list(&self) -> &[u32] {
        &self.list
    }
}

/// What a byte is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    /// A letter that is not ASCII, or a piece of one.
    Other,
    /// A digit or a sign.
    Mark,
}

/// What each byte is, and as what it is hashed: a small letter, every digit as `0`.
static BYTES: [(Kind, u8); 256] = {
    let mut bytes = [(Kind::Other, 0); 256];
    let mut at = 0;
    while at < bytes.len() {
        let byte = at as u8;
        bytes[at] = match byte {
            b'a'..=b'z' => (Kind::Lower, byte),
            b'A'..=b'Z' => (Kind::Upper, byte.to_ascii_lowercase()),
            b'0'..=b'9' => (Kind::Mark, b'0'),
            0..=0x7f => (Kind::Mark, byte),
            _ => (Kind::Other, byte),
        };
        at += 1;
    }
    bytes
};

/// Weights of hashes, in buckets of eight that are looked through as one: where a hash lies, and whether it is there at all,
/// is nothing that the processor could guess.
#[derive(Debug)]
pub struct Weights {
    buckets: Vec<Bucket>,
}

const BUCKET: usize = 8;

/// Hashes and their weights; where the weight is 0, there is none.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    hashes: [u32; BUCKET],
    weights: [i16; BUCKET],
}

impl Weights {
    /// Reads pairs of a hash (u32) and its weight (i16), little-endian, without a gap.
    pub fn read(bytes: &[u8]) -> Weights {
        let pairs = bytes.chunks_exact(6).map(|pair| {
            let hash = u32::from_le_bytes([pair[0], pair[1], pair[2], pair[3]]);
            (hash, i16::from_le_bytes([pair[4], pair[5]]))
        });
        let count = (pairs.len() * 2 / BUCKET).next_power_of_two();
        let mut weights = Weights { buckets: vec![Bucket::default(); count] };
        pairs.filter(|pair| pair.1 != 0).for_each(|(hash, weight)| weights.add(hash, weight));
        weights
    }

    /// A bucket that is full goes on in the next one.
    fn add(&mut self, hash: u32, weight: i16) {
        let mut at = self.first(hash);
        loop {
            let bucket = &mut self.buckets[at];
            if let Some(free) = bucket.weights.iter().position(|weight| *weight == 0) {
                (bucket.hashes[free], bucket.weights[free]) = (hash, weight);
                return;
            }
            at = self.next(at);
        }
    }

    fn first(&self, hash: u32) -> usize {
        (hash.wrapping_mul(0x9e37_79b1) >> 7) as usize & (self.buckets.len() - 1)
    }

    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.buckets.len() - 1)
    }

    /// The weight of a hash, 0 if it is not known.
    #[inline]
    pub fn get(&self, hash: u32) -> i16 {
        let mut at = self.first(hash);
        loop {
            let bucket = &self.buckets[at];
            let weight_if = |(known, weight): (&u32, &i16)| if *known == hash { *weight } else { 0 };
            let found: i16 = bucket.hashes.iter().zip(&bucket.weights).map(weight_if).sum();
            if found != 0 || bucket.weights[BUCKET - 1] == 0 {
                return found;
            }
            at = self.next(at);
        }
    }
}

/// Sums the weights of an element's names, and keeps each name of the page once.
#[derive(Debug)]
pub struct Weighing<'w> {
    hashes: Hashes,
    weights: &'w Weights,
    seen: Seen,
}

impl<'w> Weighing<'w> {
    /// With these weights.
    pub fn new(weights: &'w Weights) -> Self {
        Weighing { hashes: Hashes::default(), weights, seen: Seen::default() }
    }

    /// The names of the page, each once.
    pub fn names(&self) -> &[u32] {
        &self.seen.list
    }
}

impl Tokens for Weighing<'_> {
    fn root(&mut self) {}

    fn begin(&mut self, tag: &str) {
        self.hashes.begin(tag);
    }

    fn words(&mut self, words: &str) {
        self.hashes.words(words);
    }

    fn property(&mut self, value: &str) {
        self.hashes.property(value);
    }

    fn end(&mut self) -> i16 {
        self.hashes.list().iter().for_each(|hash| self.seen.add(*hash));
        let sum: i32 = self.hashes.list().iter().map(|hash| i32::from(self.weights.get(*hash))).sum();
        sum.clamp(-3000, 3000) as i16
    }

    fn is_told_again(&self) -> bool {
        false
    }
}

/// What was found out about the values that were asked for last: pages repeat the same few.
///
/// Values are known by a hash of 64 bits. A page that goes to the trouble of two with the same misleads itself alone.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    slots: Vec<(u64, Option<T>)>,
}

impl<T: Copy> Default for Recent<T> {
    fn default() -> Self {
        Recent { slots: vec![(0, None); 512] }
    }
}

impl<T: Copy> Recent<T> {
    /// What was found for a value of that kind, or is found now.
    pub(crate) fn get(&mut self, kind: u32, value: &str, find: impl FnOnce() -> T) -> T {
        let hash = long_hash(kind, value.as_bytes());
        let slot = &mut self.slots[(hash >> 55) as usize];
        match *slot {
            (known, Some(found)) if known == hash => found,
            _ => {
                let found = find();
                *slot = (hash, Some(found));
                found
            }
        }
    }
}

fn long_hash(kind: u32, value: &[u8]) -> u64 {
    let mix = |hash: u64, piece: u64| {
        let product = u128::from(hash ^ piece) * 0x9e37_79b9_7f4a_7c15;
        (product >> 64) as u64 ^ product as u64
    };
    let (pieces, rest) = value.as_chunks::<8>();
    let hash = u64::from(kind) << 32 | value.len() as u64;
    let hash = pieces.iter().fold(mix(hash, 0), |hash, piece| mix(hash, u64::from_le_bytes(*piece)));
    mix(hash, rest.iter().fold(0, |piece, byte| piece << 8 | u64::from(*byte)))
}

/// A set of hashes, up to a number: a page with more names than that is known by the first.
#[derive(Debug)]
pub struct Seen {
    slots: Vec<u32>,
    list: Vec<u32>,
}

impl Default for Seen {
    fn default() -> Self {
        Seen { slots: vec![0; Seen::SLOTS], list: Vec::with_capacity(512) }
    }
}

impl Seen {
    const SLOTS: usize = 1 << 13;

    /// Takes note of a hash.
    pub fn add(&mut self, hash: u32) {
        let mut slot = (hash.wrapping_mul(0x9e37_79b1) >> 19) as usize;
        while self.slots[slot] != 0 {
            if self.slots[slot] == hash {
                return;
            }
            slot = (slot + 1) % Seen::SLOTS;
        }
        if self.list.len() < Seen::SLOTS / 2 {
            self.slots[slot] = hash;
            self.list.push(hash);
        }
    }
}
