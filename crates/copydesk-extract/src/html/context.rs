//! The second look at a run: what the first one said of its neighbours, of what stands in the same elements, and of
//! what is built as it is.

use super::alike::{Alike, places};
use super::containers::{Containers, NONE};
use super::features::Reading;
use super::layout::Page;

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        /// Their names, in order.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];
        /// What the first look said around one run.
        #[derive(Debug, Clone, Copy, Default)]
        #[repr(C)]
        pub struct Context { $(#[allow(missing_docs, reason = "they are listed, not used one by one")] pub $name: i16),* }
        impl Context {
            /// In the order of the names.
            pub fn values(&self) -> [i16; NAMES.len()] { [$(self.$name),*] }
        }
    };
}

features! {
    s, s_m1, s_m2, s_m3, s_p1, s_p2, s_p3, s_left, s_right, s_left_words, s_right_words,
    s_c1, s_c2, s_c3, s_c4, s_article, s_section, s_g0, s_g1, s_g2, s_kind, s_kind_size, s_kind_wide, s_min_c1, s_own,
    kept_before, kept_after, since_kept, until_kept, kept_words, kept_share, kept_runs, segment_words, segment_share, segment_first, from_segment,
    in_home, in_home_wide, home_kept, c1_kept_share, c2_kept_share, c3_kept_share, s_page, doubt, words_since_kept, words_until_kept,
    s_heading, s_heading_level, s_below, first_kept, last_kept,
}

/// Sums of what the first look said, by words.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    words: u64,
    /// Words times the share, in thousandths.
    kept: u64,
    least: i16,
}

impl Said {
    fn add(&mut self, words: u64, share: u64, score: i16) {
        self.words += words;
        self.kept += words * share;
        self.least = self.least.min(score);
    }

    fn merge(&mut self, other: Said) {
        self.words += other.words;
        self.kept += other.kept;
        self.least = self.least.min(other.least);
    }

    /// The mean without a run, in thousandths; -1 if there is nothing else.
    fn without(self, words: u64, share: u64) -> i16 {
        let words_left = self.words - words;
        (self.kept - words * share).checked_div(words_left).map_or(-1, |mean| mean as i16)
    }
}

/// Of a score in hundredths of log-odds the share it stands for, in thousandths: straight lines between the powers of two.
pub fn share(score: i16) -> u64 {
    let bits = i64::from(score) * 1_477 / 100;
    let (whole, rest) = (bits.abs() / 1_024, bits.abs() % 1_024);
    let at = |whole: i64| 1_000_000 - 1_000_000 / (1 + (1_i64 << whole.min(20)));
    let value = at(whole) + (at(whole + 1) - at(whole)) * rest / 1_024;
    let value = if score < 0 { 1_000_000 - value } else { value };
    (value / 1_000) as u64
}

/// The context of all runs, from what the first look said of each, in hundredths of log-odds.
pub fn contexts(page: &Page, reading: &Reading, scores: &[i16]) -> Vec<Context> {
    let shares: Vec<u64> = scores.iter().map(|score| share(*score)).collect();
    let words: Vec<u64> = reading.lines.iter().map(|line| u64::from(line.words.max(1))).collect();
    let mut all = vec![Context::default(); scores.len()];
    let look = Look { page, reading, scores, shares, words };
    look.neighbours(&mut all);
    look.elements(&mut all);
    look.kinds(&mut all);
    look.kept(&mut all);
    look.segments(&mut all);
    look.headings(&mut all);
    all
}

struct Look<'a> {
    page: &'a Page,
    reading: &'a Reading,
    scores: &'a [i16],
    shares: Vec<u64>,
    words: Vec<u64>,
}

impl Look<'_> {
    fn containers(&self) -> &Containers {
        &self.reading.containers
    }

    fn neighbours(&self, all: &mut [Context]) {
        const NOBODY: i16 = -1500;
        let score = |at: Option<usize>| at.and_then(|at| self.scores.get(at)).copied().unwrap_or(NOBODY);
        let (mut left, mut left_words) = (0_i64, [0_i64; 2]);
        for (at, context) in all.iter_mut().enumerate() {
            context.s = self.scores[at];
            context.s_m1 = score(at.checked_sub(1));
            context.s_m2 = score(at.checked_sub(2));
            context.s_m3 = score(at.checked_sub(3));
            context.s_p1 = score(Some(at + 1));
            context.s_p2 = score(Some(at + 2));
            context.s_p3 = score(Some(at + 3));
            context.s_left = left as i16;
            context.s_left_words = (left_words[1] / left_words[0].max(1)) as i16;
            left = left * 3 / 4 + self.shares[at] as i64 / 4;
            fade(&mut left_words, self.words[at], self.shares[at]);
        }
        let (mut right, mut right_words) = (0_i64, [0_i64; 2]);
        for (at, context) in all.iter_mut().enumerate().rev() {
            context.s_right = right as i16;
            context.s_right_words = (right_words[1] / right_words[0].max(1)) as i16;
            right = right * 3 / 4 + self.shares[at] as i64 / 4;
            fade(&mut right_words, self.words[at], self.shares[at]);
        }
    }

    /// What was said of all that stands in the elements around a run, and in those beside them.
    fn elements(&self, all: &mut [Context]) {
        let count = self.page.elements.len();
        let mut said = vec![Said::default(); count];
        for (at, run) in self.page.runs.iter().enumerate() {
            said[run.element as usize].add(self.words[at], self.shares[at], self.scores[at]);
        }
        for number in (1..count).rev() {
            let below = said[number];
            said[self.page.elements[number].parent as usize].merge(below);
        }
        let mut groups = vec![Said::default(); self.containers().groups.len()];
        for (number, container) in self.containers().list.iter().enumerate() {
            groups[container.group as usize].merge(said[number]);
        }
        let whole = said[0].kept.max(1);
        let home = self.home(&said, 90);
        let wide = self.home(&said, 98);
        for (at, context) in all.iter_mut().enumerate() {
            let run = &self.page.runs[at];
            let list = &self.containers().list;
            let own = &list[run.element as usize];
            let (words, share) = (self.words[at], self.shares[at]);
            let of = |element: u32| said[element as usize].without(words, share);
            let c1 = own.up;
            let c2 = list[c1 as usize].up;
            let c3 = list[c2 as usize].up;
            context.s_own = of(run.element);
            context.s_c1 = of(c1);
            context.s_c2 = of(c2);
            context.s_c3 = of(c3);
            context.s_c4 = of(list[c3 as usize].up);
            context.s_page = of(0);
            context.s_article = if own.article == NONE { -2 } else { of(own.article) };
            context.s_section = if own.section == NONE { -2 } else { of(own.section) };
            context.s_min_c1 = said[c1 as usize].least;
            let group = |element: u32| groups[list[element as usize].group as usize].without(words, share);
            context.s_g0 = group(own.top);
            context.s_g1 = group(list[c1 as usize].top);
            context.s_g2 = group(list[c2 as usize].top);
            let part = |element: u32| (said[element as usize].kept * 100 / whole) as i16;
            context.c1_kept_share = part(c1);
            context.c2_kept_share = part(c2);
            context.c3_kept_share = part(c3);
            context.in_home = i16::from(self.containers().is_in(run.element, home));
            context.in_home_wide = i16::from(self.containers().is_in(run.element, wide));
            context.home_kept = (said[home as usize].kept / said[home as usize].words.max(1)) as i16;
        }
    }

    /// The smallest element that holds so many percent of what was said to be the article.
    fn home(&self, said: &[Said], percent: u64) -> u32 {
        let whole = said[0].kept;
        let mut home = 0;
        for (number, said) in said.iter().enumerate().skip(1) {
            let is_inside = self.page.elements[number].parent >= home;
            if is_inside && whole > 0 && said.kept * 100 >= whole * percent {
                home = number as u32;
            }
        }
        home
    }

    /// What was said of runs in elements of the same kind, wherever they stand.
    fn kinds(&self, all: &mut [Context]) {
        for levels in [3, 2] {
            let order = Alike::new(self.page.runs.iter().map(|run| self.page.kind(run.element, levels)));
            for alike in order.groups() {
                let mut said = Said::default();
                for at in places(alike) {
                    said.add(self.words[at], self.shares[at], self.scores[at]);
                }
                for at in places(alike) {
                    let mean = said.without(self.words[at], self.shares[at]);
                    if levels == 3 {
                        all[at].s_kind = mean;
                        all[at].s_kind_size = alike.len().min(200) as i16;
                    } else {
                        all[at].s_kind_wide = mean;
                    }
                }
            }
        }
    }

    /// How much of what was said to be the article stands before and behind a run.
    fn kept(&self, all: &mut [Context]) {
        const FAR: i16 = 60;
        let kept_words = |at: usize| if self.scores[at] > 0 { self.words[at] } else { 0 };
        let total: u64 = (0..all.len()).map(kept_words).sum();
        let runs = self.scores.iter().filter(|score| **score > 0).count();
        let words: u64 = self.words.iter().sum();
        let (mut before, mut since, mut gap) = (0_u64, FAR, 0_u64);
        let doubt: u64 = (0..all.len())
            .map(|at| self.words[at] * self.shares[at].min(1000 - self.shares[at].min(1000)))
            .sum();
        for (at, context) in all.iter_mut().enumerate() {
            context.kept_words = log(total);
            context.kept_share = (total * 100 / words.max(1)) as i16;
            context.kept_runs = log(runs as u64);
            context.doubt = (doubt / total.max(1)).min(1000) as i16;
            context.kept_before = (before * 100 / total.max(1)) as i16;
            context.since_kept = since;
            context.words_since_kept = log(gap);
            if self.scores[at] > 0 {
                before += self.words[at];
                (since, gap) = (0, 0);
            } else {
                since = (since + 1).min(FAR);
                gap += self.words[at];
            }
        }
        let (mut after, mut until, mut gap) = (0_u64, FAR, 0_u64);
        for (at, context) in all.iter_mut().enumerate().rev() {
            context.kept_after = (after * 100 / total.max(1)) as i16;
            context.until_kept = until;
            context.words_until_kept = log(gap);
            if self.scores[at] > 0 {
                after += self.words[at];
                (until, gap) = (0, 0);
            } else {
                until = (until + 1).min(FAR);
                gap += self.words[at];
            }
        }
        let first = self.scores.iter().position(|score| *score > 0).unwrap_or(0) as i64;
        let last = self.scores.iter().rposition(|score| *score > 0).unwrap_or(0) as i64;
        for (at, context) in all.iter_mut().enumerate() {
            context.first_kept = (at as i64 - first).clamp(-100, 100) as i16;
            context.last_kept = (at as i64 - last).clamp(-100, 100) as i16;
        }
    }

    /// Stretches of what was said to be the article, with at most two other runs in between.
    fn segments(&self, all: &mut [Context]) {
        let mut segments: Vec<(usize, usize, u64)> = Vec::new();
        for at in (0..all.len()).filter(|at| self.scores[*at] > 0) {
            match segments.last_mut() {
                Some(last) if at - last.1 <= 3 => (last.1, last.2) = (at, last.2 + self.words[at]),
                _ => segments.push((at, at, self.words[at])),
            }
        }
        let most = segments.iter().map(|segment| segment.2).max().unwrap_or(1);
        let largest = segments.iter().position(|segment| segment.2 == most).unwrap_or(0);
        let mut next = 0;
        for (at, context) in all.iter_mut().enumerate() {
            while next < segments.len() && segments[next].1 < at {
                next += 1;
            }
            let inside = segments.get(next).filter(|segment| segment.0 <= at);
            let words = inside.map_or(0, |segment| segment.2);
            context.segment_words = log(words);
            context.segment_share = (words * 100 / most) as i16;
            context.segment_first = (next as i64 - largest as i64).clamp(-20, 20) as i16;
            let (from, to) = segments.get(largest).map_or((0, 0), |segment| (segment.0, segment.1));
            context.from_segment = if at < from {
                -((from - at).min(200) as i16)
            } else {
                at.saturating_sub(to).min(200) as i16
            };
        }
    }

    /// What was said of the heading above, and of what stands below a heading up to the next.
    fn headings(&self, all: &mut [Context]) {
        let shape = |at: usize| self.page.elements[self.page.runs[at].element as usize].shape as i16;
        let is_heading = |at: usize| (2..=5).contains(&shape(at));
        let (mut heading, mut level) = (-1500, 0);
        for (at, context) in all.iter_mut().enumerate() {
            context.s_heading = heading;
            context.s_heading_level = level;
            if is_heading(at) {
                (heading, level) = (self.scores[at], shape(at));
            }
        }
        let mut below = Said::default();
        for at in (0..all.len()).rev() {
            all[at].s_below = below.kept.checked_div(below.words).map_or(-1, |mean| mean as i16);
            if is_heading(at) {
                below = Said::default();
            } else {
                below.add(self.words[at], self.shares[at], self.scores[at]);
            }
        }
    }
}

/// Words and shares that fade with the distance.
fn fade(state: &mut [i64; 2], words: u64, share: u64) {
    let words = words.min(100) as i64;
    state[0] = state[0] * 4 / 5 + words * 64;
    state[1] = state[1] * 4 / 5 + words * 64 * share as i64;
}

fn log(value: u64) -> i16 {
    let value = value + 1;
    let whole = value.ilog2();
    let rest = if whole >= 3 { (value >> (whole - 3)) & 7 } else { (value << (3 - whole)) & 7 };
    (u64::from(whole) * 8 + rest) as i16
}
