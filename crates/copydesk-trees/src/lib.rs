//! Boosted trees over whole numbers, read from a file, the same to the bit on every machine.
//!
//! A tree asks of one feature after another whether it is at most a threshold; the leaves that a row ends
//! in are summed. Everything is an integer: a leaf is in thousandths of log-odds. What the features are, and what
//! a score means, is known to those who ask.
//!
//! The file: the magic `cdtrees1`, the number of features and of trees (u16 each); for each tree the number of
//! its inner nodes (u16), then the nodes: feature (u16), threshold (i16), left and right (i16 each; a child
//! below zero is leaf `-1 - child`), then the leaves (i16 each). All little-endian.

/// A node asks one question. A leaf is a node that leads to itself whatever the answer.
#[derive(Debug, Clone, Copy)]
struct Node {
    feature: u16,
    threshold: i16,
    /// Where to go if the feature is at most the threshold, and if it is above.
    next: [u16; 2],
}

#[derive(Debug)]
struct Tree {
    /// The questions, and behind them the leaves.
    nodes: Vec<Node>,
    /// What a node adds: nothing, unless it is a leaf.
    values: Vec<i16>,
}

/// A sum of trees.
#[derive(Debug)]
pub struct Trees {
    trees: Vec<Tree>,
    features: usize,
    /// The most that the trees from one on can add, and behind the last, nothing.
    hope: Vec<i32>,
}

const MAGIC: &[u8] = b"cdtrees1";

impl Trees {
    /// Reads a model file; `None` if it is not one for so many features.
    #[must_use]
    pub fn read(bytes: &[u8], features: usize) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        (usize::from(number(&mut rest)?) == features).then_some(())?;
        let count = number(&mut rest)?;
        let trees: Vec<Tree> = (0..count).map(|_| Tree::read(&mut rest, features)).collect::<Option<_>>()?;
        let mut hope = vec![0; trees.len() + 1];
        for (at, tree) in trees.iter().enumerate().rev() {
            hope[at] = hope[at + 1] + tree.most();
        }
        rest.is_empty().then_some(Trees { trees, features, hope })
    }

    /// The log-odds of a row, in thousandths. Given up, at what it is by then, once it cannot reach `least`.
    #[must_use]
    pub fn score(&self, row: &[i16], least: i32) -> i32 {
        let mut sum = 0;
        for (tree, hope) in self.trees.iter().zip(&self.hope) {
            if sum + hope < least {
                break;
            }
            sum += tree.leaf(row);
        }
        sum
    }

    /// The log-odds of many rows, which stand one behind the other.
    #[must_use]
    pub fn scores(&self, rows: &[i16]) -> Vec<i32> {
        let mut sums = vec![0; rows.len() / self.features];
        let mut groups = rows.chunks_exact(self.features * LANES);
        let mut places = sums.chunks_exact_mut(LANES);
        for (group, sums) in groups.by_ref().zip(places.by_ref()) {
            self.trees.iter().for_each(|tree| tree.add(group, self.features, sums));
        }
        let rest = groups.remainder().chunks_exact(self.features);
        rest.zip(places.into_remainder()).for_each(|(row, sum)| *sum = self.score(row, i32::MIN));
        sums
    }
}

/// So many rows go down a tree side by side: each waits for its next node, and the others fill the time.
const LANES: usize = 16;

impl Tree {
    fn read(rest: &mut &[u8], features: usize) -> Option<Self> {
        let count = number(rest)?;
        // a child below zero is a leaf, and those stand behind the questions
        let place = |at: u16, next: i16| {
            let place =
                if next < 0 { count.checked_add((-1 - next).unsigned_abs())? } else { next.unsigned_abs() };
            (place > at && place <= count.checked_mul(2)?).then_some(place)
        };
        let mut nodes = Vec::with_capacity(usize::from(count) * 2 + 1);
        for at in 0..count {
            let (feature, threshold) = (number(rest)?, signed(rest)?);
            let next = [place(at, signed(rest)?)?, place(at, signed(rest)?)?];
            (usize::from(feature) < features).then_some(())?;
            nodes.push(Node { feature, threshold, next });
        }
        let mut values = vec![0; usize::from(count)];
        for at in count..=count.checked_mul(2)? {
            nodes.push(Node { feature: 0, threshold: 0, next: [at; 2] });
            values.push(signed(rest)?);
        }
        Some(Tree { nodes, values })
    }

    fn most(&self) -> i32 {
        let leaves = self.nodes.iter().zip(&self.values).enumerate();
        let values =
            leaves.filter(|(at, (node, _))| usize::from(node.next[0]) == *at).map(|(_, leaf)| *leaf.1);
        i32::from(values.max().unwrap_or(0))
    }

    /// Adds what each of some rows ends in.
    fn add(&self, rows: &[i16], width: usize, sums: &mut [i32]) {
        let mut at = [0_u16; LANES];
        loop {
            let before = at;
            for (lane, at) in at.iter_mut().enumerate() {
                let node = self.nodes[usize::from(*at)];
                let is_above = rows[lane * width + usize::from(node.feature)] > node.threshold;
                *at = node.next[usize::from(is_above)];
            }
            if at == before {
                break;
            }
        }
        for (sum, at) in sums.iter_mut().zip(at) {
            *sum += i32::from(self.values[usize::from(at)]);
        }
    }

    fn leaf(&self, row: &[i16]) -> i32 {
        let mut at = 0_u16;
        loop {
            let node = self.nodes[usize::from(at)];
            let next = node.next[usize::from(row[usize::from(node.feature)] > node.threshold)];
            if next == at {
                return i32::from(self.values[usize::from(at)]);
            }
            at = next;
        }
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

    /// One question, `is feature 1 at most 5?`, and one tree without any.
    fn file() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for value in [
            2_i16, 2, /* tree */ 1, /* node */ 1, 5, -1, -2, /* leaves */ -700, 1_200,
            /* tree */ 0, 30,
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
        assert_eq!(trees.scores(&[0, 5, 0, 6, 9, 5]), [-670, 1_230, -670]);
        let many: Vec<i16> = (0..19).flat_map(|row| [0, row]).collect();
        let expected: Vec<i32> = (0..19).map(|row| if row <= 5 { -670 } else { 1_230 }).collect();
        assert_eq!(trees.scores(&many), expected);
    }

    #[test]
    fn a_row_without_hope_is_given_up() {
        let trees = Trees::read(&file(), 2).expect("a model");
        assert_eq!(trees.score(&[0, 5], -600), -700);
        assert_eq!(trees.score(&[0, 5], 2_000), 0);
    }

    #[test]
    fn a_damaged_file_is_no_model() {
        assert!(Trees::read(&file(), 3).is_none());
        assert!(Trees::read(&file()[..20], 2).is_none());
        let mut endless = file();
        endless[18] = 0;
        endless[19] = 0;
        assert!(Trees::read(&endless, 2).is_none());
    }

    #[test]
    fn shares_lie_between_nothing_and_all() {
        assert_eq!(share(0), 0.5);
        assert!((share(1_098) - 0.75).abs() < 0.01);
        assert!((share(-1_098) - 0.25).abs() < 0.01);
        assert!(share(i32::MAX) <= 1.0 && share(i32::MIN + 1) >= 0.0);
    }
}
