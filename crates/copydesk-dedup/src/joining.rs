//! Candidates become clusters: each pair is judged, and copies are joined.
//!
//! Pairs come in the order of their later documents, so that a document is joined to those before it when its
//! turn comes, whoever found the pair.

use std::io;

use copydesk_core::Scratch;
use copydesk_core::sorted::Merge;

use crate::clusters::Clusters;
use crate::decided::verdict;
use crate::judge::Judge;
use crate::notes::Notes;
use crate::options::Keep;
use crate::pairs::SAME;
use crate::sort::{Record, Sorter, next_group};

/// Copies while they are joined.
pub(crate) struct Joining<'n> {
    pub(crate) judge: Judge<'n>,
    /// From which similarity on documents are copies.
    pub(crate) least: f64,
    pub(crate) clusters: Clusters,
    /// Where the first of several copies stays, each is judged when its turn comes; else all together in the end.
    pub(crate) keep: Keep,
    pub(crate) verdicts: &'n Sorter,
    pub(crate) scratch: &'n dyn Scratch,
}

impl Joining<'_> {
    /// Joins every document to the clusters of those before it. Where the first stays, it goes if it
    /// has joined one: what comes later changes nothing, so that a dump can be decided before the next
    /// one is there.
    pub(crate) fn join_all(&mut self, pairs: &mut Merge<Record>) -> io::Result<()> {
        let mut group = Vec::new();
        while next_group(pairs, &mut group)? {
            group.dedup();
            self.join(&group)?;
        }
        Ok(())
    }

    /// Joins a document to those before it that are its copies.
    fn join(&mut self, pairs: &[Record]) -> io::Result<()> {
        let later = pairs[0][0];
        let mut is_copy = false;
        for [_, earlier, known] in pairs {
            if self.clusters.root(later) == self.clusters.root(*earlier) {
                continue;
            }
            if *known == SAME || self.judge.similarity(later, *earlier)?.share >= self.least {
                self.clusters.join(later, *earlier);
                is_copy = true;
            }
        }
        if is_copy && self.keep == Keep::First {
            let survivor = self.clusters.root(later);
            self.judge(later, survivor)?;
        }
        Ok(())
    }

    /// Cluster and member of every document that has a copy, in order.
    pub(crate) fn sorted_members(&mut self) -> Vec<[u64; 2]> {
        let members = self.clusters.members();
        let mut members: Vec<_> =
            members.into_iter().map(|member| [self.clusters.root(member), member]).collect();
        members.sort_unstable();
        members
    }

    /// One of each cluster stays: the best.
    pub(crate) fn choose(&mut self, members: &[[u64; 2]], notes: &Notes) -> io::Result<()> {
        for cluster in members.chunk_by(|one, two| one[0] == two[0]) {
            let ranked = |[_, member]: &[u64; 2]| Ok((notes.rank(*member)?, *member));
            let ranked = cluster.iter().map(ranked).collect::<io::Result<Vec<_>>>()?;
            let (_, best) = *ranked.iter().min().expect("a cluster has members");
            for (_, member) in ranked.iter().filter(|(_, member)| *member != best) {
                self.judge(*member, best)?;
            }
        }
        Ok(())
    }

    /// A document goes, and another stays in its place.
    fn judge(&mut self, document: u64, survivor: u64) -> io::Result<()> {
        let similarity = self.judge.similarity(document, survivor)?;
        self.verdicts.add(0, [verdict(document, survivor, similarity)], self.scratch)
    }
}
