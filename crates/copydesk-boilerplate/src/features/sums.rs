//! Running sums over the lines of a document, for what stands in a window of them.

/// Running sums, for windows.
pub(super) struct Sums(Vec<u32>);

impl Sums {
    pub(super) fn of(values: impl Iterator<Item = u32>) -> Self {
        let mut sum = 0;
        Sums(
            std::iter::once(0)
                .chain(values.map(|value| {
                    sum += value;
                    sum
                }))
                .collect(),
        )
    }

    pub(super) fn between(&self, from: usize, to: usize) -> usize {
        (self.0[to.min(self.0.len() - 1)] - self.0[from]) as usize
    }

    pub(super) fn window(&self, at: usize, reach: usize) -> usize {
        self.between(at.saturating_sub(reach), at + reach + 1)
    }

    pub(super) fn all(&self) -> usize {
        self.0.last().map_or(0, |sum| *sum as usize)
    }
}
