//! Many rows at once: every question of a tree is asked of all of them, and nobody walks.
//!
//! A row has all leaves of a tree to begin with. A question that finds its feature above the threshold strikes the leaves on
//! the other side; when all were asked, the first leaf that is left is the one that a walk ends in (QuickScorer, Lucchese
//! and others, 2015). A walk waits at each node for the one before, and the processor guesses wrong where it goes; here
//! it has nothing to guess, and one instruction asks as many rows as it has lanes. The answers are those of a walk on
//! every machine. What the features are is not known here.

use super::Node;

/// So many rows lie in a block.
const LANES: usize = 32;
/// The values of a feature in a block.
type Column = [i16; LANES];

/// Rows of features that are scored together.
#[derive(Debug)]
pub struct Table {
    rows: usize,
    width: usize,
    /// One block behind the other, each with a column for each feature.
    columns: Vec<Column>,
}

impl Table {
    /// So many rows of so many features, all of them 0.
    #[must_use]
    pub fn new(rows: usize, width: usize) -> Table {
        Table { rows, width, columns: vec![[0; LANES]; rows.div_ceil(LANES) * width] }
    }

    /// Writes features of a row, from one of them on.
    pub fn set(&mut self, row: usize, from: usize, features: &[i16]) {
        let start = row / LANES * self.width + from;
        let columns = &mut self.columns[start..start + features.len()];
        columns.iter_mut().zip(features).for_each(|(column, value)| column[row % LANES] = *value);
    }

    /// All rows as they were written.
    pub(super) fn rows(&self) -> impl Iterator<Item = Vec<i16>> {
        (0..self.rows).map(|row| {
            let block = &self.columns[row / LANES * self.width..][..self.width];
            block.iter().map(|column| column[row % LANES]).collect()
        })
    }

    /// What the trees add up to for each row.
    pub(super) fn scores(&self, trees: &[Tree]) -> Vec<i32> {
        let mut sums = vec![[0; LANES]; self.rows.div_ceil(LANES)];
        for (block, sums) in self.columns.chunks_exact(self.width.max(1)).zip(&mut sums) {
            add(trees, block, sums);
        }
        let mut sums = sums.into_flattened();
        sums.truncate(self.rows);
        sums
    }
}

/// Some leaves of a tree, a bit for each.
type Leaves = u32;
/// So many leaves a tree may have.
const LEAVES: usize = Leaves::BITS as usize;

/// Is a feature above the threshold? Then only these leaves are left.
#[derive(Debug, Clone, Copy)]
struct Question {
    feature: u16,
    threshold: i16,
    left: Leaves,
}

/// What a tree asks, and what its leaves are worth, from left to right.
#[derive(Debug)]
pub(super) struct Tree {
    questions: Vec<Question>,
    values: [i16; LEAVES],
}

impl Tree {
    /// The tree below a root, whose nodes stand behind their parents; none if it has too many leaves.
    pub(super) fn of(nodes: &[Node], root: u16) -> Option<Tree> {
        let mut tree = Tree { questions: Vec::new(), values: [0; LEAVES] };
        let mut leaves = 0;
        // nodes to go to, and the questions to whose right they stand
        let mut open = vec![(root, None)];
        while let Some((at, question)) = open.pop() {
            if let Some(question) = question {
                let question: &mut Question = tree.questions.get_mut(question)?;
                question.left |= !before(leaves)?;
            }
            let Node { feature, threshold, next: [left, right] } = nodes[usize::from(at)];
            if nodes[usize::from(at)].is_leaf(at) {
                *tree.values.get_mut(leaves)? = threshold;
                leaves += 1;
            } else {
                open.extend([(right, Some(tree.questions.len())), (left, None)]);
                tree.questions.push(Question { feature, threshold, left: before(leaves)? });
            }
        }
        Some(tree)
    }
}

/// The leaves before one of them; none if there cannot be so many.
fn before(leaf: usize) -> Option<Leaves> {
    (leaf < LEAVES).then(|| (1 << leaf) - 1)
}

/// Adds what each row of a block ends in.
fn add(trees: &[Tree], block: &[Column], sums: &mut [i32; LANES]) {
    // a page takes 80 us with the wider lanes and 230 without (bench `pages` of copydesk-extract, aeb)
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") {
        #[expect(unsafe_code, reason = "the processor was asked whether it has these instructions")]
        return unsafe { add_widely(trees, block, sums) };
    }
    add_anywhere(trees, block, sums);
}

/// The same code, compiled for processors with wider lanes: the same answers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1")]
fn add_widely(trees: &[Tree], block: &[Column], sums: &mut [i32; LANES]) {
    add_anywhere(trees, block, sums);
}

#[inline(always)]
fn add_anywhere(trees: &[Tree], block: &[Column], sums: &mut [i32; LANES]) {
    for tree in trees {
        let mut left = [Leaves::MAX; LANES];
        for question in &tree.questions {
            // copied, or the compiler reads it again for each lane
            let Question { feature, threshold, left: still } = *question;
            for (left, value) in left.iter_mut().zip(&block[usize::from(feature)]) {
                *left &= still | Leaves::from(*value > threshold).wrapping_sub(1);
            }
        }
        for (sum, left) in sums.iter_mut().zip(left) {
            *sum += i32::from(tree.values[left.trailing_zeros() as usize % LEAVES]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `is feature 0 at most 3?`, and if it is not, `is feature 1 at most -2?`
    fn tree() -> Tree {
        let leaf = |own, value| Node { feature: 0, threshold: value, next: [own; 2] };
        let root = Node { feature: 0, threshold: 3, next: [2, 1] };
        let below = Node { feature: 1, threshold: -2, next: [3, 4] };
        Tree::of(&[root, below, leaf(2, 100), leaf(3, 20), leaf(4, -7)], 0).expect("few leaves")
    }

    #[test]
    fn every_processor_gives_the_same_answer() {
        let (mut block, trees) = ([[0; LANES]; 2], [tree(), tree()]);
        block[0] = std::array::from_fn(|lane| lane as i16 % 8);
        block[1] = std::array::from_fn(|lane| 3 - lane as i16 / 8 * 3);
        let (mut anywhere, mut here) = ([1; LANES], [1; LANES]);
        add_anywhere(&trees, &block, &mut anywhere);
        add(&trees, &block, &mut here);
        assert_eq!(anywhere, here);
        assert_eq!([here[0], here[3], here[4], here[12], here[20]], [201, 201, -13, -13, 41]);
    }
}
