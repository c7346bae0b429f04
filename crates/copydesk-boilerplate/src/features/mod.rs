//! The numbers that the classifier sees: a line by itself, its place, its neighbours, its document.
//!
//! All of them are small integers, so that a model decides the same on every machine. The order is that
//! of [`NAMES`], which the model file repeats. What a line shows by itself is counted for all lines, because its
//! neighbours are asked for it; what stands round a line only for those that somebody asks about ([`Sheet::row`]).

mod around;
mod layout;
mod sums;
mod topic;

use crate::line::{End, Line, READ, Script};
use around::Around;
use layout::Layout;
use topic::Topic;

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

/// The features of a document, line by line.
pub(crate) struct Sheet<'l> {
    lines: &'l [Line],
    /// What each line shows by itself, and what two passes over all of them tell.
    own: Vec<Features>,
    layout: Layout,
    document: Features,
}

impl<'l> Sheet<'l> {
    /// `header` says of the number of a category whether it heads a list.
    pub(crate) fn of(lines: &'l [Line], known: &[Known], words: &[u32], header: impl Fn(u8) -> bool) -> Self {
        let topic = Topic::of(lines, words);
        let mut all: Vec<Features> = lines.iter().zip(known).map(|(line, known)| own(line, *known)).collect();
        for (features, line) in all.iter_mut().zip(lines) {
            features.topic = topic.share(line, words);
        }
        repeats(lines, &mut all);
        around::sweep(lines, known, &mut all, header);
        around::runs(lines, &mut all);
        let layout = Layout::of(lines, known, &all);
        let document = layout.document(lines, &all);
        for (at, features) in all.iter_mut().enumerate() {
            features.zone = layout.zone(at);
        }
        Sheet { lines, own: all, layout, document }
    }

    /// What each line shows by itself, how far it is from prose, and in which run of lines it stands.
    pub(crate) fn own(&self) -> &[Features] {
        &self.own
    }

    /// Those that are the same for all lines of the document, and nothing else.
    pub(crate) fn document(&self) -> &Features {
        &self.document
    }

    /// All features of a line.
    pub(crate) fn row(&self, at: usize) -> Features {
        let mut features = self.own[at];
        features.copy_document(&self.document);
        self.layout.place(at, &mut features);
        self.layout.densities(at, usize::from(self.lines[at].words), &mut features);
        let around = Around { lines: self.lines, own: &self.own };
        around.alike(at, &mut features);
        around.neighbours(at, &mut features);
        features
    }
}

fn is_stop(line: &Line) -> bool {
    matches!(line.end, End::Stop | End::QuotedStop)
}

fn is_short(line: &Line) -> bool {
    line.words < 6 && !is_stop(line)
}

/// What a line shows by itself.
fn own(line: &Line, known: Known) -> Features {
    let chars = usize::from(line.chars);
    let words = usize::from(line.words);
    let letters = usize::from(line.letters);
    let read_words = if line.bytes as usize > READ { 0 } else { words };
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
