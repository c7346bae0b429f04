//! What a report says about the copies in a corpus: how many clusters of which size, and the largest of
//! them, each with a line that a person knows it by. Who goes because of whom stands in the trail.

use std::fmt::Write as _;
use std::io;

use copydesk_core::Findings;
use serde_json::json;

use crate::DEDUP;
use crate::decided::Decided;
use crate::lines::Struck;

/// So many of the largest clusters are named.
const LARGEST: usize = 10;

/// The findings of a corpus whose copies are known.
pub(crate) fn of(decided: &Decided, struck: Option<&Struck>) -> io::Result<Findings> {
    let mut clusters: Vec<&[[u64; 2]]> = decided.clusters().collect();
    let sizes = histogram(clusters.iter().map(|cluster| cluster.len()));
    // the largest first; of equals, the one that begins first
    clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.len()), cluster[0]));
    let largest: Vec<Cluster> = clusters
        .iter()
        .take(LARGEST)
        .map(|cluster| Cluster::of(cluster, decided))
        .collect::<io::Result<_>>()?;
    let mut figures = json!({
        "documents": decided.notes.len(),
        "clusters": clusters.len(),
        "in-clusters": clusters.iter().map(|cluster| cluster.len()).sum::<usize>(),
        "sizes": sizes.iter().map(|(least, count)| json!({ "from": least, "clusters": count })).collect::<Vec<_>>(),
        "largest": largest.iter().map(|one| json!({ "size": one.size, "id": one.id, "sample": one.sample })).collect::<Vec<_>>(),
    });
    let mut lines = lines(&sizes, &largest);
    if let Some(struck) = struck {
        figures["recurring-lines"] = struck.recurring.into();
        lines.push(format!("lines or paragraphs that recur: {}", struck.recurring));
    }
    Ok(Findings { stage: DEDUP.name.into(), figures, lines })
}

struct Cluster {
    size: usize,
    /// Its first document.
    id: String,
    sample: String,
}

impl Cluster {
    fn of(cluster: &[[u64; 2]], decided: &Decided) -> io::Result<Self> {
        let [first, _] = cluster[0];
        let (id, sample) = (decided.notes.id(first)?, decided.notes.sample(first)?);
        Ok(Cluster { size: cluster.len(), id, sample })
    }
}

/// How many clusters have 2 members, 3, 4 to 7, 8 to 15 and so on, by the smallest size of each step.
fn histogram(sizes: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for size in sizes {
        let least = if size == 3 { 3 } else { 1 << size.ilog2() };
        *counts.entry(least).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

fn lines(sizes: &[(usize, usize)], largest: &[Cluster]) -> Vec<String> {
    let mut by_size = "clusters by size:".to_owned();
    for (least, count) in sizes {
        let or_more = if *least < 4 { String::new() } else { format!("-{}", 2 * least - 1) };
        let _ = write!(by_size, "  {least}{or_more}: {count}");
    }
    let named = largest.iter().map(|one| format!("{:>6} like {:?}: {}", one.size, one.id, one.sample));
    std::iter::once(by_size).filter(|_| !sizes.is_empty()).chain(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_in_steps() {
        let sizes = histogram([2, 2, 3, 4, 7, 8, 1000].into_iter());
        assert_eq!(sizes, [(2, 2), (3, 1), (4, 2), (8, 1), (512, 1)]);
        let largest = [Cluster { size: 1000, id: "a".into(), sample: "Old bridge".into() }];
        let said =
            ["clusters by size:  2: 2  3: 1  4-7: 2  8-15: 1  512-1023: 1", "  1000 like \"a\": Old bridge"];
        assert_eq!(lines(&sizes, &largest), said);
    }
}
