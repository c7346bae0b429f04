//! The model: boosted trees over whole numbers, read from a file, the same to the bit on every machine.
//!
//! A tree asks of one feature after another whether it is at most a threshold; the leaves that a line ends
//! in are summed. Everything is an integer: a leaf is in thousandths of log-odds. How a model is made is
//! told in `train/README.md`.
//!
//! The file: the magic `cdtrees1`, the number of features and of trees (u16 each); for each tree the number of
//! its inner nodes (u16), then the nodes: feature (u16), threshold (i16), left and right (i16 each; a child
//! below zero is leaf `-1 - child`), then the leaves (i16 each). All little-endian.

/// A node asks one question.
#[derive(Debug, Clone, Copy)]
struct Node {
    feature: u16,
    threshold: i16,
    /// Where to go if the feature is at most the threshold, and if it is above: a node of the tree, or
    /// `-1 - leaf`.
    next: [i16; 2],
}

#[derive(Debug)]
struct Tree {
    nodes: Vec<Node>,
    leaves: Vec<i16>,
}

/// A sum of trees.
#[derive(Debug)]
pub(crate) struct Trees {
    trees: Vec<Tree>,
    /// The most that the trees from one on can add, and behind the last, nothing.
    hope: Vec<i32>,
}

const MAGIC: &[u8] = b"cdtrees1";

impl Trees {
    /// Reads a model file; `None` if it is not one for so many features.
    pub(crate) fn read(bytes: &[u8], features: usize) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        (usize::from(number(&mut rest)?) == features).then_some(())?;
        let count = number(&mut rest)?;
        let trees: Vec<Tree> = (0..count).map(|_| Tree::read(&mut rest, features)).collect::<Option<_>>()?;
        let mut hope = vec![0; trees.len() + 1];
        for (at, tree) in trees.iter().enumerate().rev() {
            hope[at] = hope[at + 1] + i32::from(tree.leaves.iter().copied().max().unwrap_or(0));
        }
        rest.is_empty().then_some(Trees { trees, hope })
    }

    /// The log-odds of a line, in thousandths. Given up, at what it is by then, once it cannot reach `least`.
    pub(crate) fn score(&self, features: &[i16], least: i32) -> i32 {
        let mut sum = 0;
        for (tree, hope) in self.trees.iter().zip(&self.hope) {
            if sum + hope < least {
                break;
            }
            sum += tree.leaf(features);
        }
        sum
    }
}

impl Tree {
    fn read(rest: &mut &[u8], features: usize) -> Option<Self> {
        let count = number(rest)?;
        let node = |rest: &mut &[u8]| {
            let node = Node {
                feature: number(rest)?,
                threshold: signed(rest)?,
                next: [signed(rest)?, signed(rest)?],
            };
            (usize::from(node.feature) < features).then_some(node)
        };
        let nodes: Vec<Node> = (0..count).map(|_| node(rest)).collect::<Option<_>>()?;
        let leaves: Vec<i16> = (0..=count).map(|_| signed(rest)).collect::<Option<_>>()?;
        let tree = Tree { nodes, leaves };
        tree.goes_down().then_some(tree)
    }

    /// Children stand behind their parents, and leaves exist: so that no walk is longer than the tree.
    fn goes_down(&self) -> bool {
        let is_right = |at: usize, next: i16| match usize::try_from(next) {
            Ok(node) => node > at && node < self.nodes.len(),
            Err(_) => usize::try_from(-1 - i32::from(next)).is_ok_and(|leaf| leaf < self.leaves.len()),
        };
        self.nodes.iter().enumerate().all(|(at, node)| node.next.iter().all(|next| is_right(at, *next)))
    }

    fn leaf(&self, features: &[i16]) -> i32 {
        let mut at: i16 = if self.nodes.is_empty() { -1 } else { 0 };
        while let Ok(node) = usize::try_from(at) {
            let node = self.nodes[node];
            at = node.next[usize::from(features[usize::from(node.feature)] > node.threshold)];
        }
        i32::from(self.leaves[usize::from((-1 - at).unsigned_abs())])
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
    }

    #[test]
    fn a_line_without_hope_is_given_up() {
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
}
