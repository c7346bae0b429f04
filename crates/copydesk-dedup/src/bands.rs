//! Bands: which texts are worth comparing.
//!
//! The slots of a sketch are cut into bands of some rows; texts that agree on all rows of a band become
//! candidates. At a similarity `s` that happens with probability `1 - (1 - s^rows)^bands`, an S-shaped
//! curve. Rows and bands are chosen so that at the user's threshold hardly a pair is missed; what comes
//! below it is for verification to refuse.

use crate::mix::{fold, spread};
use crate::sketch::{SLOTS, Sketch};

/// Of the pairs at the threshold so many become candidates at least. At .8 that is 21 bands of 6 rows, which find 99.8 %
/// there; with .98 it would be 18 of 7, which lose 1.5 %, and with .999 25 of 5, which make candidates of four times as many
/// pairs of similarity .3.
const RECALL: f64 = 0.995;

/// How a sketch is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Banding {
    pub(crate) bands: usize,
    pub(crate) rows: usize,
}

impl Banding {
    /// As many rows as recall at the threshold allows: each more makes fewer candidates of pairs below.
    pub(crate) fn for_threshold(threshold: f64) -> Self {
        let cut = |rows: usize| Banding { bands: SLOTS / rows, rows };
        let recalls = |banding: &Banding| banding.probability(threshold) >= RECALL;
        (1..=SLOTS).rev().map(cut).find(recalls).unwrap_or(cut(1))
    }

    /// How likely two texts of this similarity become candidates.
    pub(crate) fn probability(self, similarity: f64) -> f64 {
        1.0 - (1.0 - similarity.powi(self.rows as i32)).powi(self.bands as i32)
    }

    /// The key of each band. Equal bands of different places have different keys.
    pub(crate) fn keys(self, sketch: &Sketch) -> impl Iterator<Item = u64> {
        let bands = sketch.chunks_exact(self.rows).take(self.bands).enumerate();
        bands.map(|(place, slots)| slots.iter().fold(spread(place as u64), |key, slot| fold(key ^ slot, KEY)))
    }

    /// The banding and its curve, for people.
    pub(crate) fn describe(self) -> Vec<String> {
        let at = |tenth: u32| f64::from(tenth) / 10.0;
        let similarities: String = (3..10).map(|tenth| format!("{:>7.1}", at(tenth))).collect();
        let share = |tenth| 100.0 * self.probability(at(tenth));
        let shares: String = (3..10).map(|tenth| format!("{:>7.1}", share(tenth))).collect();
        vec![
            format!("sketches of {SLOTS} slots, in {} bands of {} rows", self.bands, self.rows),
            format!("pairs of similarity       {similarities}"),
            format!("are candidates, in percent{shares}"),
        ]
    }
}

const KEY: u64 = 0x8ebc_6af0_9c88_c6e3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::sketch;

    #[test]
    fn the_threshold_decides_the_bands() {
        assert_eq!(Banding::for_threshold(0.8), Banding { bands: 21, rows: 6 });
        assert_eq!(Banding::for_threshold(0.5), Banding { bands: 42, rows: 3 });
        assert!(Banding::for_threshold(0.95).rows > 10);
    }

    #[test]
    fn the_curve_is_the_theory() {
        let banding = Banding { bands: 14, rows: 8 };
        assert!((banding.probability(0.75) - 0.7716).abs() < 0.0005);
        let [_, similarities, shares] = banding.describe().try_into().unwrap();
        assert_eq!(
            similarities,
            "pairs of similarity           0.3    0.4    0.5    0.6    0.7    0.8    0.9"
        );
        assert_eq!(shares, "are candidates, in percent    0.1    0.9    5.3   21.1   56.5   92.4  100.0");
    }

    #[test]
    fn bands_of_different_places_differ() {
        let sketch = sketch(&[7]).unwrap().map(|_| 5);
        let mut keys: Vec<u64> = Banding { bands: 21, rows: 6 }.keys(&sketch).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 21);
    }
}
