//! Numbers for the names of a page that are not known beforehand.

use std::hash::{BuildHasher, RandomState};

use crate::name::{self, KNOWN, Name};
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
}

impl Interner {
    pub(crate) fn new() -> Interner {
        Interner { names: Vec::new(), slots: Vec::new(), secret: RandomState::new().hash_one(0_u8) | 1 }
    }

    /// The names by number, those that are known left out.
    pub(crate) fn into_names(self) -> Vec<Span> {
        self.names
    }

    pub(crate) fn len(&self) -> usize {
        KNOWN.len() + self.names.len()
    }

    /// The number of a name, which becomes one if it is new.
    pub(crate) fn intern(&mut self, letters: Span, texts: &Texts<'_>) -> Name {
        let bytes = texts.bytes(letters);
        name::find(bytes).unwrap_or_else(|| self.intern_unknown(letters, texts))
    }

    fn intern_unknown(&mut self, letters: Span, texts: &Texts<'_>) -> Name {
        if self.names.len() * 2 >= self.slots.len() {
            self.grow(texts);
        }
        let bytes = texts.bytes(letters);
        let slot = self.slot(bytes, texts);
        if self.slots[slot] == EMPTY {
            if self.len() >= Name::MOST {
                return Name::NOTHING;
            }
            self.slots[slot] = self.names.len() as u32;
            self.names.push(letters);
        }
        Name::new(KNOWN.len() + self.slots[slot] as usize)
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
    use crate::names;

    #[test]
    fn the_same_letters_get_the_same_number() {
        let text: String = (0..1000).map(|number| format!("x-{number:04}")).collect();
        let texts = Texts::new(text.as_str());
        let mut interner = Interner::new();
        let mut all = || -> Vec<Name> {
            (0..1000).map(|at| interner.intern(Span::new(at * 6, at * 6 + 6), &texts)).collect()
        };
        let first = all();
        assert_eq!(first, all());
        assert_eq!(first[999], Name::new(KNOWN.len() + 999));
    }

    #[test]
    fn a_known_name_keeps_its_number() {
        let texts = Texts::new("div");
        assert_eq!(Interner::new().intern(Span::new(0, 3), &texts), names::DIV);
    }
}
