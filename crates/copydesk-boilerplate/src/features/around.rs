//! What stands above and below a line: how far the next prose is, which runs and lists it is in, its neighbours.

use super::{Features, Known, is_short, is_stop, small};
use crate::line::Line;

/// Two passes, down and up: how far the last prose is, how dense it was.
pub(super) fn sweep(lines: &[Line], known: &[Known], all: &mut [Features], header: impl Fn(u8) -> bool) {
    const FAR: i16 = 60;
    #[derive(Clone, Copy)]
    struct State {
        prose: i16,
        stop: i16,
        known: i16,
        category: u8,
        header: i16,
        dense: [i32; 4],
    }
    let fresh = State { prose: FAR, stop: FAR, known: FAR, category: 0, header: FAR, dense: [0; 4] };
    let step = |state: &mut State, at: usize| {
        let line = &lines[at];
        let flags = [line.is_prose(), is_stop(line), is_short(line), known[at].category > 0];
        for (dense, flag) in state.dense.iter_mut().zip(flags) {
            *dense = (*dense * 3) / 4 + if flag { 250 } else { 0 };
        }
        let count = |distance: i16, flag: bool| if flag { 1 } else { (distance + 1).min(FAR) };
        state.prose = count(state.prose, flags[0]);
        state.stop = count(state.stop, flags[1]);
        state.known = count(state.known, flags[3]);
        state.header = count(state.header, header(known[at].category));
        if flags[3] {
            state.category = known[at].category;
        }
    };
    let mut state = fresh;
    for (at, features) in all.iter_mut().enumerate() {
        features.since_prose = state.prose;
        features.since_stop = state.stop;
        features.since_known = state.known;
        features.since_category = i16::from(state.category);
        features.since_header = state.header;
        features.prose_left = (state.dense[0] / 10) as i16;
        features.stops_left = (state.dense[1] / 10) as i16;
        features.short_left = (state.dense[2] / 10) as i16;
        features.known_left = (state.dense[3] / 10) as i16;
        step(&mut state, at);
    }
    let mut state = fresh;
    for at in (0..lines.len()).rev() {
        let features = &mut all[at];
        features.until_prose = state.prose;
        features.until_stop = state.stop;
        features.until_known = state.known;
        features.prose_right = (state.dense[0] / 10) as i16;
        features.stops_right = (state.dense[1] / 10) as i16;
        features.short_right = (state.dense[2] / 10) as i16;
        features.known_right = (state.dense[3] / 10) as i16;
        step(&mut state, at);
    }
}

/// Which run of short lines, or of others, a line stands in: a list, a menu, a table.
pub(super) fn runs(lines: &[Line], all: &mut [Features]) {
    let mut at = 0;
    for run in lines.chunk_by(|line, next| is_short(line) == is_short(next)) {
        let size = small(run.len().min(60)) * if is_short(&run[0]) { 1 } else { -1 };
        for nth in 0..run.len() {
            let features = &mut all[at + nth];
            features.run = size;
            features.run_before = small(nth.min(60));
            features.run_after = small((run.len() - 1 - nth).min(60));
        }
        at += run.len();
    }
}

/// The lines round a line.
pub(super) struct Around<'l> {
    pub(super) lines: &'l [Line],
    pub(super) own: &'l [Features],
}

/// What a neighbour shows that is not there.
const NOBODY: Neighbour = Neighbour {
    words: -1,
    end: -1,
    start: -1,
    category: -1,
    capitals: -1,
    function: -1,
    digits: -1,
    topic: -2,
    label: -1,
    sentences: -1,
};

/// What a line shows its neighbours.
#[derive(Clone, Copy)]
struct Neighbour {
    words: i16,
    end: i16,
    start: i16,
    category: i16,
    capitals: i16,
    function: i16,
    digits: i16,
    topic: i16,
    label: i16,
    sentences: i16,
}

impl Around<'_> {
    /// How many lines beside it begin and end like it and are about as long.
    pub(super) fn alike(&self, at: usize, features: &mut Features) {
        let count = self.lines.len();
        let left = (0..at).rev().take(6).take_while(|other| self.is_alike(at, *other));
        features.alike_left = small(left.count());
        let right = (at + 1..count).take(6).take_while(|other| self.is_alike(at, *other));
        features.alike_right = small(right.count());
        let around = at.saturating_sub(6)..(at + 7).min(count);
        features.alike12 = small(around.filter(|other| *other != at && self.is_alike(at, *other)).count());
    }

    fn is_alike(&self, left: usize, right: usize) -> bool {
        let (left, right) = (&self.lines[left], &self.lines[right]);
        let (most, least) = (left.bytes.max(right.bytes), left.bytes.min(right.bytes));
        left.start == right.start && left.end == right.end && least * 2 >= most
    }

    fn neighbour(&self, at: usize, by: isize) -> Neighbour {
        let Some(own) = at.checked_add_signed(by).and_then(|at| self.own.get(at)) else { return NOBODY };
        Neighbour {
            words: own.words,
            end: own.end,
            start: own.start,
            category: own.category,
            capitals: own.capitals,
            function: own.function,
            digits: own.digits,
            topic: own.topic,
            label: own.label,
            sentences: own.sentences,
        }
    }

    /// What the three lines above and below show.
    pub(super) fn neighbours(&self, at: usize, features: &mut Features) {
        let [m3, m2, m1] = [-3, -2, -1].map(|by| self.neighbour(at, by));
        let [p1, p2, p3] = [1, 2, 3].map(|by| self.neighbour(at, by));
        features.words_m3 = m3.words;
        features.words_m2 = m2.words;
        features.words_m1 = m1.words;
        features.words_p1 = p1.words;
        features.words_p2 = p2.words;
        features.words_p3 = p3.words;
        features.end_m2 = m2.end;
        features.end_m1 = m1.end;
        features.end_p1 = p1.end;
        features.end_p2 = p2.end;
        features.start_m1 = m1.start;
        features.start_p1 = p1.start;
        features.category_m2 = m2.category;
        features.category_m1 = m1.category;
        features.category_p1 = p1.category;
        features.category_p2 = p2.category;
        features.capitals_m1 = m1.capitals;
        features.capitals_p1 = p1.capitals;
        features.function_m1 = m1.function;
        features.function_p1 = p1.function;
        features.digits_m1 = m1.digits;
        features.digits_p1 = p1.digits;
        features.topic_m1 = m1.topic;
        features.topic_p1 = p1.topic;
        features.label_m1 = m1.label;
        features.label_p1 = p1.label;
        features.sentences_m1 = m1.sentences;
        features.sentences_p1 = p1.sentences;
    }
}
