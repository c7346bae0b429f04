//! Places in the order of a number that each has: those with the same number side by side.
//!
//! Number and place are sorted as one number, which the processor does without guessing. What the numbers are, a hash or a
//! size, is known to those who ask.

/// The numbers of places, in order; where they are the same, the places are.
#[derive(Debug)]
pub(super) struct Alike {
    order: Vec<u64>,
}

impl Alike {
    /// The numbers of the places 0, 1, 2 and so on.
    pub(super) fn new(numbers: impl Iterator<Item = u32>) -> Alike {
        let mut order: Vec<u64> =
            numbers.zip(0_u64..).map(|(number, at)| u64::from(number) << 32 | at).collect();
        order.sort_unstable();
        Alike { order }
    }

    /// The places that have a number in common, in order; see [`places`].
    pub(super) fn groups(&self) -> impl Iterator<Item = &[u64]> {
        self.order.chunk_by(|one, other| one >> 32 == other >> 32)
    }

    /// The greatest number.
    pub(super) fn last_value(&self) -> u32 {
        self.order.last().map_or(0, |last| (last >> 32) as u32)
    }

    /// Numbers and places, the greatest number and the last place first.
    pub(super) fn backwards(&self) -> impl Iterator<Item = (u32, usize)> {
        self.order.iter().rev().map(|entry| ((entry >> 32) as u32, *entry as u32 as usize))
    }
}

/// The places of a group.
pub(super) fn places(group: &[u64]) -> impl Iterator<Item = usize> {
    group.iter().map(|entry| *entry as u32 as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_a_number_stand_together() {
        let alike = Alike::new([7, 1, 7, 0].into_iter());
        let groups: Vec<Vec<usize>> = alike.groups().map(|group| places(group).collect()).collect();
        assert_eq!(groups, [vec![3], vec![1], vec![0, 2]]);
        assert_eq!(alike.last_value(), 7);
        assert!(alike.backwards().eq([(7, 2), (7, 0), (1, 1), (0, 3)]));
    }
}
