//! Clusters of copies: union-find over sequence numbers.
//!
//! The root of a cluster is its smallest number, whatever the order in which copies were joined. Only
//! documents that have a copy take room, some 30 bytes each.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// Which documents are copies of each other.
#[derive(Default)]
pub(crate) struct Clusters {
    parents: HashMap<u64, u64, FixedState>,
}

impl Clusters {
    /// The smallest member of a document's cluster.
    pub(crate) fn root(&mut self, member: u64) -> u64 {
        let mut root = member;
        while let Some(parent) = self.parents.get(&root).copied().filter(|parent| *parent != root) {
            root = parent;
        }
        // what was passed on the way points to the root from now on
        let mut passed = member;
        while passed != root {
            passed = self.parents.insert(passed, root).unwrap_or(root);
        }
        root
    }

    /// Makes one cluster of two.
    pub(crate) fn join(&mut self, one: u64, two: u64) {
        let (one, two) = (self.root(one), self.root(two));
        let (root, other) = (one.min(two), one.max(two));
        self.parents.insert(root, root);
        self.parents.insert(other, root);
    }

    /// Every document that has a copy, in no order.
    pub(crate) fn members(&self) -> Vec<u64> {
        self.parents.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The clusters are what is connected, in whatever order pairs come.
        #[test]
        fn the_order_of_pairs_does_not_matter(mut pairs in prop::collection::vec((0_u64..30, 0_u64..30), 0..40)) {
            pairs.retain(|(one, two)| one != two);
            let roots = |pairs: &[(u64, u64)]| {
                let mut clusters = Clusters::default();
                pairs.iter().for_each(|(one, two)| clusters.join(*one, *two));
                (0..30).map(|member| clusters.root(member)).collect::<Vec<_>>()
            };
            let forward = roots(&pairs);
            prop_assert!(pairs.iter().all(|(one, two)| forward[*one as usize] == forward[*two as usize]));
            prop_assert!(forward.iter().enumerate().all(|(member, root)| *root <= member as u64));
            pairs.reverse();
            prop_assert_eq!(roots(&pairs), forward);
        }
    }
}
