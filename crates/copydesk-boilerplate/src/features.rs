//! The numbers that the classifier sees: a line by itself, its place, its neighbours, its document.
//!
//! All of them are small integers, so that a model decides the same on every machine. The order is that
//! of [`NAMES`], which the model file repeats.

use crate::line::{End, Line, Script};

/// What is known of a line besides its counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// Number of the category that a phrase or a shape gave it, from 1; 0 for none.
    pub(crate) category: u8,
    /// The whole line is accounted for.
    pub(crate) is_whole: bool,
}

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        /// Their names, in order.
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];
        /// The features of one line.
        #[derive(Debug, Clone, Copy, Default)]
        #[repr(C)]
        pub(crate) struct Features { $(pub(crate) $name: i16),* }
        impl Features {
            pub(crate) fn values(&self) -> [i16; NAMES.len()] { [$(self.$name),*] }
        }
    };
}

features! {
    // the line itself
    words, chars, word_length, longest, upper, capitals, all_capitals, digits, numbers, years, marks, commas, quotes,
    separators, symbols, sentences, short, function, label, is_address, start, end, script,
    category, is_whole, repeats, is_again, topic, prose,
    // the document
    lines, doc_words, doc_prose, doc_short, doc_known, doc_repeats, doc_stops, doc_function, body_share, top_share, tail_share, median_prose,
    // its place
    from_start, from_end, place, words_before, words_after, prose_before, prose_after,
    since_prose, until_prose, since_stop, until_stop, since_known, until_known, since_category, since_header,
    zone, words_to_first_prose,
    // densities around it
    prose_left, prose_right, stops_left, stops_right, short_left, short_right, known_left, known_right,
    window2_words, window5_words, window12_words, window5_short, window12_short, window5_known, window12_known, window5_function, window12_function,
    window5_capitals, window12_capitals, window12_topic, left5_words, right5_words,
    run, run_before, run_after, alike_left, alike_right, alike12,
    // neighbours
    words_m3, words_m2, words_m1, words_p1, words_p2, words_p3,
    end_m2, end_m1, end_p1, end_p2, start_m1, start_p1,
    category_m2, category_m1, category_p1, category_p2,
    capitals_m1, capitals_p1, function_m1, function_p1, digits_m1, digits_p1, topic_m1, topic_p1, label_m1, label_p1,
    sentences_m1, sentences_p1,
}

impl Features {
    /// Those that are the same for all lines of a document, and nothing else.
    pub(crate) fn of_document(&self) -> Features {
        let mut document = Features::default();
        document.copy_document(self);
        document
    }

    fn copy_document(&mut self, document: &Features) {
        self.lines = document.lines;
        self.doc_words = document.doc_words;
        self.doc_prose = document.doc_prose;
        self.doc_short = document.doc_short;
        self.doc_known = document.doc_known;
        self.doc_repeats = document.doc_repeats;
        self.doc_stops = document.doc_stops;
        self.doc_function = document.doc_function;
        self.body_share = document.body_share;
        self.top_share = document.top_share;
        self.tail_share = document.tail_share;
        self.median_prose = document.median_prose;
    }
}

fn small(value: usize) -> i16 {
    i16::try_from(value).unwrap_or(i16::MAX)
}

fn part(value: usize, whole: usize) -> i16 {
    small((value * 100 + whole / 2).checked_div(whole).unwrap_or(0))
}

/// A length as the logarithm of base 2, in eighths.
pub(crate) fn log(value: usize) -> i16 {
    let value = value + 1;
    let whole = value.ilog2();
    let rest = if whole >= 3 { (value >> (whole - 3)) & 7 } else { (value << (3 - whole)) & 7 };
    small(whole as usize * 8 + rest)
}

/// Which words the paragraphs of a document are made of; a set that may say yes too often.
struct Topic {
    once: Vec<u64>,
    twice: Vec<u64>,
}

impl Topic {
    const BITS: usize = 1 << 14;

    fn of(lines: &[Line], words: &[u32]) -> Self {
        let mut topic = Topic { once: vec![0; Self::BITS / 64], twice: vec![0; Self::BITS / 64] };
        for line in lines.iter().filter(|line| line.is_prose()) {
            // a line says a word once, however often
            let list = &words[line.list.clone()];
            for (at, &word) in list.iter().enumerate() {
                if list[..at].iter().rev().take(24).any(|earlier| *earlier == word) {
                    continue;
                }
                let (slot, bit) = Self::place(word);
                topic.twice[slot] |= topic.once[slot] & bit;
                topic.once[slot] |= bit;
            }
        }
        topic
    }

    fn place(word: u32) -> (usize, u64) {
        let at = (word ^ word >> 16) as usize % Self::BITS;
        (at / 64, 1 << (at % 64))
    }

    fn share(&self, line: &Line, words: &[u32]) -> i16 {
        let set = if line.is_prose() { &self.twice } else { &self.once };
        let list = &words[line.list.clone()];
        let known = list.iter().filter(|word| {
            let (slot, bit) = Self::place(**word);
            set[slot] & bit != 0
        });
        if list.is_empty() { -1 } else { part(known.count(), list.len()) }
    }
}

/// Running sums, for windows.
struct Sums(Vec<u32>);

impl Sums {
    fn of(values: impl Iterator<Item = u32>) -> Self {
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

    fn between(&self, from: usize, to: usize) -> usize {
        (self.0[to.min(self.0.len() - 1)] - self.0[from]) as usize
    }

    fn window(&self, at: usize, reach: usize) -> usize {
        self.between(at.saturating_sub(reach), at + reach + 1)
    }

    fn all(&self) -> usize {
        self.0.last().map_or(0, |sum| *sum as usize)
    }
}

/// The features of every line of a document, in order.
pub(crate) fn of(
    lines: &[Line],
    known: &[Known],
    words: &[u32],
    header: impl Fn(u8) -> bool,
) -> Vec<Features> {
    let topic = Topic::of(lines, words);
    let mut all: Vec<Features> = lines.iter().zip(known).map(|(line, known)| own(line, *known)).collect();
    for (features, line) in all.iter_mut().zip(lines) {
        features.topic = topic.share(line, words);
    }
    repeats(lines, &mut all);
    let layout = Layout::of(lines, known, &all);
    let document = layout.document(lines, &all);
    for (at, features) in all.iter_mut().enumerate() {
        features.copy_document(&document);
        layout.place(at, features);
        layout.densities(at, usize::from(lines[at].words), features);
    }
    sweep(lines, known, &mut all, header);
    runs(lines, &mut all);
    neighbours(&mut all);
    all
}

fn is_stop(line: &Line) -> bool {
    matches!(line.end, End::Stop | End::QuotedStop)
}

fn is_short(line: &Line) -> bool {
    line.words < 6 && !is_stop(line)
}

/// Where the prose of a document stands, and sums over its lines.
struct Layout {
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
    fn of(lines: &[Line], known: &[Known], all: &[Features]) -> Self {
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
    fn document(&self, lines: &[Line], all: &[Features]) -> Features {
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
    fn place(&self, at: usize, features: &mut Features) {
        let count = self.count;
        features.from_start = small(at.min(500));
        features.from_end = small((count - 1 - at).min(500));
        features.place = part(at, count.saturating_sub(1));
        features.words_before = part(self.words.between(0, at), self.words.all());
        features.words_after = part(self.words.between(at + 1, count), self.words.all());
        features.prose_before = part(self.prose_words.between(0, at), self.prose_words.all());
        features.prose_after = part(self.prose_words.between(at + 1, count), self.prose_words.all());
        features.zone = match (self.first, self.last) {
            (Some(first), _) if at < first => 0,
            (_, Some(last)) if at > last => 2,
            (Some(_), _) => 1,
            _ => 3,
        };
        features.words_to_first_prose = match self.first {
            Some(first) if at < first => log(self.words.between(at + 1, first)),
            _ => -1,
        };
    }

    /// What stands round a line of so many words.
    fn densities(&self, at: usize, own: usize, features: &mut Features) {
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

/// What a line shows by itself.
fn own(line: &Line, known: Known) -> Features {
    let chars = usize::from(line.chars);
    let words = usize::from(line.words);
    let letters = usize::from(line.letters);
    let read_words = if line.bytes > 400 { 0 } else { words };
    let of_words = |count: u16| {
        if read_words > 0 { part(usize::from(count), read_words) } else { part(usize::from(count), 60) }
    };
    Features {
        words: small(words.min(80)),
        chars: log(line.bytes as usize),
        word_length: part(letters, words * 10),
        longest: small(usize::from(line.longest).min(60)),
        upper: part(usize::from(line.upper), letters),
        capitals: of_words(line.capitals),
        all_capitals: of_words(line.all_capitals),
        digits: part(usize::from(line.digits), chars),
        numbers: small(usize::from(line.numbers)),
        years: small(usize::from(line.years)),
        marks: part(usize::from(line.marks), chars),
        commas: small(usize::from(line.commas)),
        quotes: small(usize::from(line.quotes)),
        separators: small(usize::from(line.separators)),
        symbols: small(usize::from(line.symbols)),
        sentences: small(usize::from(line.sentences)),
        short: of_words(line.short),
        function: of_words(line.function),
        label: small(usize::from(line.label)),
        is_address: i16::from(line.is_address),
        start: line.start as i16,
        end: line.end as i16,
        script: match line.script {
            Script::Latin => 0,
            Script::Cased => 1,
            Script::Uncased => 2,
            Script::Unspaced => 3,
            Script::None => 4,
        },
        category: i16::from(known.category),
        is_whole: i16::from(known.is_whole),
        prose: i16::from(line.is_prose()),
        ..Features::default()
    }
}

/// How often a line stands in the document, and whether it stood above already.
fn repeats(lines: &[Line], all: &mut [Features]) {
    let mut order: Vec<(u32, u32)> =
        lines.iter().enumerate().map(|(at, line)| (line.hash, at as u32)).collect();
    order.sort_unstable();
    for group in order.chunk_by(|left, right| left.0 == right.0) {
        for (nth, (_, at)) in group.iter().enumerate() {
            all[*at as usize].repeats = small(group.len().min(20));
            all[*at as usize].is_again = small(nth.min(20));
        }
    }
}

/// Two passes, down and up: how far the last prose is, how dense it was.
fn sweep(lines: &[Line], known: &[Known], all: &mut [Features], header: impl Fn(u8) -> bool) {
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

/// How alike the lines around are: a list, a menu, a table.
fn runs(lines: &[Line], all: &mut [Features]) {
    let count = lines.len();
    let mut at = 0;
    while at < count {
        let flag = is_short(&lines[at]);
        let mut to = at + 1;
        while to < count && is_short(&lines[to]) == flag {
            to += 1;
        }
        for (nth, features) in all[at..to].iter_mut().enumerate() {
            features.run = small((to - at).min(60)) * if flag { 1 } else { -1 };
            features.run_before = small(nth.min(60));
            features.run_after = small((to - at - 1 - nth).min(60));
        }
        at = to;
    }
    let alike = |left: usize, right: usize| {
        let (left, right) = (&lines[left], &lines[right]);
        let (most, least) = (left.bytes.max(right.bytes), left.bytes.min(right.bytes));
        left.start == right.start && left.end == right.end && least * 2 >= most
    };
    for (at, features) in all.iter_mut().enumerate() {
        let left = (0..at).rev().take(6).take_while(|other| alike(at, *other));
        features.alike_left = small(left.count());
        let right = (at + 1..count).take(6).take_while(|other| alike(at, *other));
        features.alike_right = small(right.count());
        let around = at.saturating_sub(6)..(at + 7).min(count);
        features.alike12 = small(around.filter(|other| *other != at && alike(at, *other)).count());
    }
}

fn neighbours(all: &mut [Features]) {
    let own: Vec<Features> = all.to_vec();
    let none = Features {
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
        ..Features::default()
    };
    let at =
        |at: usize, by: isize| at.checked_add_signed(by).and_then(|at| own.get(at)).copied().unwrap_or(none);
    for (index, features) in all.iter_mut().enumerate() {
        let [m3, m2, m1] = [at(index, -3), at(index, -2), at(index, -1)];
        let [p1, p2, p3] = [at(index, 1), at(index, 2), at(index, 3)];
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
