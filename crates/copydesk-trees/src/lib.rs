//! Boosted trees over whole numbers, read from a file, the same to the bit on every machine.
//!
//! A tree asks of one feature after another whether it is at most a threshold; the leaves that a row ends
//! in are summed. Everything is an integer: a leaf is in thousandths of log-odds. What the features are, and what
//! a score means, is known to those who ask.
//!
//! Most rows are plainly one thing after a few trees. A row is given up once even the luckiest row of the training
//! data would not have made it from there; what the rest may add at most stands behind each tree. Where all rows are
//! asked to the end, `table.rs` asks many at a time.
//!
//! The file: the magic `cdtrees2`, the number of features and of trees (u16 each); for each tree the number of
//! its inner nodes (u16), then the nodes: feature (u16), threshold (i16), left and right (i16 each; a child
//! below zero is leaf `-1 - child`), the leaves (i16 each), and what the trees behind it may add at most (i16). All
//! little-endian.

mod table;

use table::Tree;

pub use table::Table;

/// A node asks one question: is a feature at most the threshold? A leaf has its value in place of the threshold, and
/// leads to itself.
#[derive(Debug, Clone, Copy)]
struct Node {
    feature: u16,
    threshold: i16,
    /// Where to go if it is, and if it is above.
    next: [u16; 2],
}

impl Node {
    fn is_leaf(&self, own: u16) -> bool {
        self.next[0] == own
    }
}

/// So many trees are walked side by side: the processor waits for one while it works on the others.
const GROUP: usize = 4;

/// A sum of trees. The nodes of all of them lie in one list: a model fits into the nearest caches.
#[derive(Debug, Default)]
pub struct Trees {
    nodes: Vec<Node>,
    groups: Vec<Group>,
    /// The same trees, for many rows at a time; none if one has too many leaves for that.
    trees: Option<Vec<Tree>>,
}

#[derive(Debug)]
struct Group {
    roots: [u16; GROUP],
    /// The most that the trees behind these may add.
    hope: i16,
}

const MAGIC: &[u8] = b"cdtrees2";

impl Trees {
    /// Reads a model file; `None` if it is not one for so many features.
    #[must_use]
    pub fn read(bytes: &[u8], features: usize) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        (usize::from(number(&mut rest)?) == features).then_some(())?;
        let mut model = Trees::default();
        let nothing = model.add_leaf(0)?;
        for nth in 0..usize::from(number(&mut rest)?) {
            let root = model.read_tree(&mut rest, features)?;
            let hope = signed(&mut rest)?;
            if nth % GROUP == 0 {
                model.groups.push(Group { roots: [nothing; GROUP], hope });
            }
            let group = model.groups.last_mut()?;
            group.roots[nth % GROUP] = root;
            group.hope = hope;
        }
        let roots = model.groups.iter().flat_map(|group| group.roots);
        model.trees = roots.map(|root| Tree::of(&model.nodes, root)).collect();
        rest.is_empty().then_some(model)
    }

    /// Children stand behind their parents and leaves behind all nodes, so that no walk is longer than the tree.
    fn read_tree(&mut self, rest: &mut &[u8], features: usize) -> Option<u16> {
        let count = number(rest)?;
        let first = u16::try_from(self.nodes.len()).ok()?;
        first.checked_add(count)?.checked_add(count)?.checked_add(1)?;
        for at in 0..count {
            let (feature, threshold) = (number(rest)?, signed(rest)?);
            (usize::from(feature) < features).then_some(())?;
            let mut next = || {
                let child = match signed(rest)? {
                    node @ 0.. => node.cast_unsigned(),
                    leaf => count + (leaf.unsigned_abs() - 1),
                };
                (at + 1..=count + count).contains(&child).then_some(first + child)
            };
            let next = [next()?, next()?];
            self.nodes.push(Node { feature, threshold, next });
        }
        for _ in 0..=count {
            self.add_leaf(signed(rest)?)?;
        }
        Some(first)
    }

    fn add_leaf(&mut self, value: i16) -> Option<u16> {
        let at = u16::try_from(self.nodes.len()).ok()?;
        self.nodes.push(Node { feature: 0, threshold: value, next: [at; 2] });
        Some(at)
    }

    /// The log-odds of a row, in thousandths. Given up, at what it is by then, once it will not reach `least`.
    #[must_use]
    pub fn score(&self, features: &[i16], least: i32) -> i32 {
        let mut sum = 0;
        for group in &self.groups {
            sum += self.leaves(group.roots, features);
            if sum + i32::from(group.hope) < least {
                break;
            }
        }
        sum
    }

    /// The log-odds of all rows of a table; it may have more features than the trees ask for.
    #[must_use]
    pub fn scores(&self, table: &Table) -> Vec<i32> {
        match &self.trees {
            Some(trees) => table.scores(trees),
            None => table.rows().map(|row| self.score(&row, i32::MIN)).collect(),
        }
    }

    fn next(&self, at: u16, row: &[i16]) -> u16 {
        let node = self.nodes[usize::from(at)];
        node.next[usize::from(row[usize::from(node.feature)] > node.threshold)]
    }

    fn value(&self, leaf: u16) -> i32 {
        i32::from(self.nodes[usize::from(leaf)].threshold)
    }

    /// The sum of the leaves that a row ends in.
    fn leaves(&self, roots: [u16; GROUP], features: &[i16]) -> i32 {
        let mut at = roots;
        loop {
            let above = at;
            for at in &mut at {
                *at = self.next(*at, features);
            }
            if at == above {
                break;
            }
        }
        at.iter().map(|leaf| self.value(*leaf)).sum()
    }
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    let (bytes, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u16::from_le_bytes(*bytes))
}

fn signed(rest: &mut &[u8]) -> Option<i16> {
    number(rest).map(|value| value.cast_signed())
}

/// Log-odds in thousandths as a share between 0 and 1: `1 / (1 + 2^-x)` with straight lines between the
/// whole numbers, so that every machine prints the same.
#[must_use]
pub fn share(score: i32) -> f32 {
    millionths(score) as f32 / 1_000_000.0
}

/// The same in millionths.
#[must_use]
pub fn millionths(score: i32) -> i64 {
    // thousandths of the natural logarithm to 1,024ths of that of base 2
    let bits = i64::from(score) * 1_477 / 1_000;
    let (whole, rest) = (bits.abs() / 1_024, bits.abs() % 1_024);
    let at = |whole: i64| 1_000_000 - 1_000_000 / (1 + (1_i64 << whole.min(20)));
    let value = at(whole) + (at(whole + 1) - at(whole)) * rest / 1_024;
    if score < 0 { 1_000_000 - value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model of trees, each its nodes and its leaves.
    fn model(features: u16, trees: &[(Vec<[i16; 4]>, Vec<i16>)]) -> Trees {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([features, trees.len() as u16].into_iter().flat_map(u16::to_le_bytes));
        for (nodes, leaves) in trees {
            let count = nodes.len() as i16;
            let values =
                [count].into_iter().chain(nodes.iter().flatten().copied()).chain(leaves.iter().copied());
            bytes.extend(values.chain([0]).flat_map(i16::to_le_bytes));
        }
        Trees::read(&bytes, features.into()).expect("a model")
    }

    /// A tree whose questions stand one below the other, turning left and right.
    fn crooked(questions: i16) -> (Vec<[i16; 4]>, Vec<i16>) {
        let node = |at: i16| {
            let below = if at + 1 < questions { at + 1 } else { -1 - questions };
            let [left, right] = if at % 3 == 0 { [below, -1 - at] } else { [-1 - at, below] };
            [at % 5, (at * 37) % 50 - 25, left, right]
        };
        ((0..questions).map(node).collect(), (0..=questions).map(|leaf| leaf * leaf - 300).collect())
    }

    #[test]
    fn many_rows_score_as_each_does() {
        for sizes in [vec![0, 1, 2, 31, 30, 7], vec![31, 32, 5], vec![62]] {
            let trees = model(5, &sizes.iter().map(|size| crooked(*size)).collect::<Vec<_>>());
            assert_eq!(trees.trees.is_some(), sizes.iter().all(|size| *size < 32));
            for rows in [0, 1, 32, 45] {
                let row = |row: usize| std::array::from_fn(|at| (row * 31 + at * 17) as i16 % 60 - 30);
                let rows: Vec<[i16; 5]> = (0..rows).map(row).collect();
                let mut table = Table::new(rows.len(), 7);
                for (at, row) in rows.iter().enumerate() {
                    table.set(at, 0, &row[..2]);
                    table.set(at, 2, &row[2..]);
                }
                let expected: Vec<i32> = rows.iter().map(|row| trees.score(row, i32::MIN)).collect();
                assert_eq!(trees.scores(&table), expected);
            }
        }
    }

    /// One question, `is feature 1 at most 5?`, and one tree without any.
    fn file() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for value in [
            2_i16, 2, /* tree */ 1, /* node */ 1, 5, -1, -2, /* leaves */ -700, 1_200,
            /* hope */ 30, /* tree */ 0, 30, 0,
        ] {
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn leaves_are_summed() {
        let trees = Trees::read(&file(), 2).expect("a model");
        assert_eq!(trees.score(&[0, 5], i32::MIN), -670);
        assert_eq!(trees.score(&[0, 6], i32::MIN), 1_230);
    }

    #[test]
    fn a_row_without_hope_is_given_up() {
        let trees = Trees::read(&file(), 2).expect("a model");
        assert_eq!(trees.score(&[0, 5], -670), -670);
        let lines = |count: i16| (0..count).flat_map(|_| [0_i16, 100, -50]);
        let mut many = MAGIC.to_vec();
        for value in [2, 9].into_iter().chain(lines(9)) {
            many.extend(value.to_le_bytes());
        }
        let trees = Trees::read(&many, 2).expect("nine trees without a question");
        assert_eq!(trees.score(&[0, 0], i32::MIN), 900);
        // four of them are asked at a time; what is left may take fifty away
        assert_eq!(trees.score(&[0, 0], 350), 900);
        assert_eq!(trees.score(&[0, 0], 351), 400);
    }

    #[test]
    fn a_damaged_file_is_no_model() {
        assert!(Trees::read(&file(), 3).is_none());
        assert!(Trees::read(&file()[..20], 2).is_none());
        let mut endless = file();
        endless[18] = 0;
        endless[19] = 0;
        assert!(Trees::read(&endless, 2).is_none());
        let mut leafless = file();
        leafless[18] = 0xfd;
        assert!(Trees::read(&leafless, 2).is_none());
    }

    #[test]
    fn shares_lie_between_nothing_and_all() {
        assert_eq!(share(0), 0.5);
        assert!((share(1_098) - 0.75).abs() < 0.01);
        assert!((share(-1_098) - 0.25).abs() < 0.01);
        assert!(share(i32::MAX) <= 1.0 && share(i32::MIN + 1) >= 0.0);
    }
}
