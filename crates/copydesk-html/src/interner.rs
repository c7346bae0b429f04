//! Numbers for the names of a page that are not known beforehand.

use std::hash::{BuildHasher, RandomState};

use crate::name::{KNOWN, Name};
use crate::span::{Span, Texts};

const EMPTY: u32 = u32::MAX;

/// The names in the order in which the page brought them, and a table to find them by their letters.
///
/// The table's hash has a secret: a page cannot choose names that fall into the same slot.
#[derive(Debug)]
pub(crate) struct Interner {
    names: Vec<Span>,
    slots: Vec<u32>,
    secret: u64,
    limit: usize,
}

impl Interner {
    /// For so many names at most.
    pub(crate) fn new(limit: usize) -> Interner {
        let secret = RandomState::new().hash_one(0_u8) | 1;
        let limit = limit.min(Name::MOST - KNOWN.len());
        Interner { names: Vec::new(), slots: Vec::new(), secret, limit }
    }

    /// The names by number, those that are known left out.
    pub(crate) fn into_names(self) -> Vec<Span> {
        self.names
    }

    pub(crate) fn len(&self) -> usize {
        KNOWN.len() + self.names.len()
    }

    /// The number of a name that is not known beforehand; a new one gets one, unless there are too many.
    pub(crate) fn intern(&mut self, letters: Span, texts: &Texts<'_>) -> Option<Name> {
        if self.names.len() * 2 >= self.slots.len() {
            self.grow(texts);
        }
        let bytes = texts.bytes(letters);
        let slot = self.slot(bytes, texts);
        if self.slots[slot] == EMPTY {
            if self.names.len() >= self.limit {
                return None;
            }
            self.slots[slot] = self.names.len() as u32;
            self.names.push(letters);
        }
        Some(Name::new(KNOWN.len() + self.slots[slot] as usize))
    }

    /// The slot of a name, or the empty one where it belongs.
    fn slot(&self, letters: &[u8], texts: &Texts<'_>) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hash(letters) as usize & mask;
        while self.slots[slot] != EMPTY && texts.bytes(self.names[self.slots[slot] as usize]) != letters {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self, texts: &Texts<'_>) {
        self.slots = vec![EMPTY; (self.slots.len() * 2).max(64)];
        for number in 0..self.names.len() {
            let slot = self.slot(texts.bytes(self.names[number]), texts);
            self.slots[slot] = number as u32;
        }
    }

    fn hash(&self, letters: &[u8]) -> u64 {
        let (words, rest) = letters.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let start = self.secret ^ letters.len() as u64;
        let hash = words.iter().fold(start, |hash, word| fold(hash ^ u64::from_le_bytes(*word), self.secret));
        fold(hash ^ u64::from_le_bytes(last), self.secret.rotate_left(32) | 1)
    }
}

fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
impl Interner {
    /// The letters of a name that was not known beforehand.
    pub(crate) fn get(&self, name: Name) -> Span {
        self.names[name.index() - KNOWN.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_letters_get_the_same_number() {
        let text: String = (0..1000).map(|number| format!("x-{number:04}")).collect();
        let texts = Texts::new(text.as_str());
        let mut interner = Interner::new(1000);
        let mut all = || -> Vec<Option<Name>> {
            (0..1000).map(|at| interner.intern(Span::new(at * 6, at * 6 + 6), &texts)).collect()
        };
        let first = all();
        assert_eq!(first, all());
        assert_eq!(first[999], Some(Name::new(KNOWN.len() + 999)));
    }

    #[test]
    fn there_are_not_more_names_than_the_limit() {
        let texts = Texts::new("abc");
        let mut interner = Interner::new(2);
        let mut name = |at| interner.intern(Span::new(at, at + 1), &texts).map(Name::index);
        let first = KNOWN.len();
        assert_eq!([name(0), name(1), name(2), name(0)], [Some(first), Some(first + 1), None, Some(first)]);
    }
}
