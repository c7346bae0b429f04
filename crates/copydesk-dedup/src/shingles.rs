//! Shingles: the runs of so many words that two texts are compared by.
//!
//! The hash of a run is a polynomial in the hashes of its words, so that the next run costs one step. Five
//! words are usual for prose; where a script has no spaces, thirteen characters say about as much. What
//! becomes of the hashes is for sketches and comparisons to know.

use crate::mix::spread;

/// An odd number; a run is a polynomial in it.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Adds the hash of every run of `length` words; a shorter text is one run.
pub(crate) fn push_shingles(words: &[u32], length: usize, shingles: &mut Vec<u64>) {
    if words.is_empty() {
        return;
    }
    let length = length.clamp(1, words.len());
    let leaving = BASE.wrapping_pow(length as u32);
    let step = |sum: u64, word: u32| sum.wrapping_mul(BASE).wrapping_add(u64::from(word) + 1);
    let mut sum = words[..length].iter().fold(0, |sum, word| step(sum, *word));
    shingles.reserve(words.len() - length + 1);
    shingles.push(spread(sum));
    for (left, word) in words.iter().zip(&words[length..]) {
        sum = step(sum, *word).wrapping_sub((u64::from(*left) + 1).wrapping_mul(leaving));
        shingles.push(spread(sum));
    }
}

/// The shingles of one text as a set: sorted, each once.
#[derive(Debug, Default)]
pub(crate) struct ShingleSet(Vec<u64>);

impl ShingleSet {
    /// Takes the place of the set before.
    pub(crate) fn fill(&mut self, words: &[u32], length: usize) {
        self.0.clear();
        push_shingles(words, length, &mut self.0);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// How many shingles two texts share.
    fn shared(&self, other: &ShingleSet) -> usize {
        let (mut left, mut right, mut shared) = (0, 0, 0);
        while left < self.0.len() && right < other.0.len() {
            let (one, two) = (self.0[left], other.0[right]);
            shared += usize::from(one == two);
            left += usize::from(one <= two);
            right += usize::from(two <= one);
        }
        shared
    }

    /// What two texts share, of all that either has: 1 for the same set.
    pub(crate) fn jaccard(&self, other: &ShingleSet) -> f64 {
        let shared = self.shared(other);
        share(shared, self.0.len() + other.0.len() - shared)
    }

    /// What two texts share, of what the shorter one has.
    pub(crate) fn containment(&self, other: &ShingleSet) -> f64 {
        share(self.shared(other), self.0.len().min(other.0.len()))
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(words: &[u32], length: usize) -> ShingleSet {
        let mut set = ShingleSet::default();
        set.fill(words, length);
        set
    }

    proptest! {
        /// Hashing forward finds the same runs as looking at each.
        #[test]
        fn shingles_are_the_runs(words in prop::collection::vec(0_u32..4, 1..60), length in 1_usize..7) {
            let runs: BTreeSet<_> = words.windows(length.min(words.len())).collect();
            prop_assert_eq!(set(&words, length).0.len(), runs.len());
        }

        #[test]
        fn similarity_is_that_of_the_sets(one in prop::collection::vec(0_u32..30, 1..60), two in prop::collection::vec(0_u32..30, 1..60)) {
            let sets = [&one, &two].map(|words| words.iter().copied().collect::<BTreeSet<_>>());
            let shared = sets[0].intersection(&sets[1]).count() as f64;
            let (a, b) = (set(&one, 1), set(&two, 1));
            prop_assert_eq!(a.jaccard(&b), shared / sets[0].union(&sets[1]).count() as f64);
            prop_assert_eq!(b.containment(&a), shared / sets[0].len().min(sets[1].len()) as f64);
        }
    }

    #[test]
    fn texts_without_words_share_nothing() {
        assert_eq!(set(&[], 5).jaccard(&set(&[], 5)), 0.0);
        assert_eq!(set(&[1, 2], 5).jaccard(&set(&[1, 2], 5)), 1.0);
    }
}
