//! Where the prose of a document stands, where in it a line, and how dense its surroundings are.

use super::sums::Sums;
use super::{Features, Known, is_short, is_stop, log, part, small};
use crate::line::Line;

/// Where the prose of a document stands, and sums over its lines.
pub(super) struct Layout {
    count: usize,
    first: Option<usize>,
    last: Option<usize>,
    words: Sums,
    prose: Sums,
    prose_words: Sums,
    short: Sums,
    known: Sums,
    function: Sums,
    capitals: Sums,
    stops: Sums,
    topic: Sums,
}

impl Layout {
    pub(super) fn of(lines: &[Line], known: &[Known], all: &[Features]) -> Self {
        let sums = |value: fn(&Line) -> u32| Sums::of(lines.iter().map(value));
        Layout {
            count: lines.len(),
            first: lines.iter().position(Line::is_prose),
            last: lines.iter().rposition(Line::is_prose),
            words: sums(|line| u32::from(line.words)),
            prose: sums(|line| u32::from(line.is_prose())),
            prose_words: sums(|line| if line.is_prose() { u32::from(line.words) } else { 0 }),
            short: sums(|line| u32::from(is_short(line))),
            known: Sums::of(known.iter().map(|known| u32::from(known.category > 0))),
            function: sums(|line| u32::from(line.function)),
            capitals: sums(|line| u32::from(line.capitals)),
            stops: sums(|line| u32::from(is_stop(line))),
            topic: Sums::of(all.iter().map(|features| features.topic.max(0) as u32)),
        }
    }

    /// What is the same for all lines.
    pub(super) fn document(&self, lines: &[Line], all: &[Features]) -> Features {
        let count = self.count;
        Features {
            lines: log(count),
            doc_words: log(self.words.all()),
            doc_prose: part(self.prose.all(), count),
            doc_short: part(self.short.all(), count),
            doc_known: part(self.known.all(), count),
            doc_repeats: part(all.iter().filter(|features| features.is_again > 0).count(), count),
            doc_stops: part(self.stops.all(), count),
            doc_function: part(self.function.all(), self.words.all()),
            body_share: part(self.prose_words.all(), self.words.all()),
            top_share: part(self.first.unwrap_or(0), count),
            tail_share: part(self.last.map_or(0, |last| count - 1 - last), count),
            median_prose: small(median_of_prose(lines).min(400)),
            ..Features::default()
        }
    }

    /// Where a line stands.
    pub(super) fn place(&self, at: usize, features: &mut Features) {
        let count = self.count;
        features.from_start = small(at.min(500));
        features.from_end = small((count - 1 - at).min(500));
        features.place = part(at, count.saturating_sub(1));
        features.words_before = part(self.words.between(0, at), self.words.all());
        features.words_after = part(self.words.between(at + 1, count), self.words.all());
        features.prose_before = part(self.prose_words.between(0, at), self.prose_words.all());
        features.prose_after = part(self.prose_words.between(at + 1, count), self.prose_words.all());
        features.words_to_first_prose = match self.first {
            Some(first) if at < first => log(self.words.between(at + 1, first)),
            _ => -1,
        };
    }

    /// Above, in or below the body; a document without prose has none.
    pub(super) fn zone(&self, at: usize) -> i16 {
        match (self.first, self.last) {
            (Some(first), _) if at < first => 0,
            (_, Some(last)) if at > last => 2,
            (Some(_), _) => 1,
            _ => 3,
        }
    }

    /// What stands round a line of so many words.
    pub(super) fn densities(&self, at: usize, own: usize, features: &mut Features) {
        let size = |reach: usize| (at + reach + 1).min(self.count) - at.saturating_sub(reach);
        let of_words = |sums: &Sums, reach| part(sums.window(at, reach), self.words.window(at, reach));
        features.window2_words = log(self.words.window(at, 2) - own);
        features.window5_words = log(self.words.window(at, 5) - own);
        features.window12_words = log(self.words.window(at, 12) - own);
        features.window5_short = part(self.short.window(at, 5), size(5));
        features.window12_short = part(self.short.window(at, 12), size(12));
        features.window5_known = small(self.known.window(at, 5));
        features.window12_known = small(self.known.window(at, 12));
        features.window5_function = of_words(&self.function, 5);
        features.window12_function = of_words(&self.function, 12);
        features.window5_capitals = of_words(&self.capitals, 5);
        features.window12_capitals = of_words(&self.capitals, 12);
        features.window12_topic = small(self.topic.window(at, 12) / size(12));
        features.left5_words = log(self.words.between(at.saturating_sub(5), at));
        features.right5_words = log(self.words.between((at + 1).min(self.count), at + 6));
    }
}

fn median_of_prose(lines: &[Line]) -> usize {
    let mut lengths: Vec<u16> = lines.iter().filter(|line| line.is_prose()).map(|line| line.words).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).map_or(0, |words| usize::from(*words))
}
