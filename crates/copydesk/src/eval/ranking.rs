//! The few that weigh most of many that pass by.

/// Keeps so many, the heaviest first; of equals those that came first.
pub(crate) struct Ranking<T> {
    most: usize,
    list: Vec<(f64, T)>,
}

impl<T> Ranking<T> {
    /// An empty one.
    pub(crate) fn new(most: usize) -> Self {
        Ranking { most, list: Vec::new() }
    }

    /// Offers one; it is made only if it gets in.
    pub(crate) fn offer(&mut self, weight: f64, make: impl FnOnce() -> T) {
        let place = self.list.partition_point(|(other, _)| *other >= weight);
        if place < self.most {
            self.list.insert(place, (weight, make()));
            self.list.truncate(self.most);
        }
    }

    /// The heaviest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.list.iter().map(|(_, item)| item)
    }

    /// Is there none?
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_stay_and_equals_keep_their_order() {
        let mut ranking = Ranking::new(3);
        for (weight, name) in [(1.0, "a"), (3.0, "b"), (2.0, "c"), (3.0, "d"), (0.5, "e")] {
            ranking.offer(weight, || name);
        }
        assert_eq!(ranking.iter().copied().collect::<Vec<_>>(), ["b", "d", "c"]);
        let mut none = Ranking::new(0);
        none.offer(1.0, || "a");
        assert!(none.is_empty());
    }
}
