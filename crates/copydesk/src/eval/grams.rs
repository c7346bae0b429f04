//! How much of a gold body came out: runs of four words that both texts share.
//!
//! The measure of the public article extraction benchmark of 2019, with its words: letters, digits and
//! underscores, case kept. A run that stands twice counts twice.

use std::collections::HashMap;

/// So many words make a run.
const RUN: usize = 4;

/// How one text compares with its gold body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PageScore {
    /// Share of the text's runs that the gold body has; none if the text has no word.
    pub(crate) precision: Option<f64>,
    /// Share of the gold body's runs that the text has; none if the gold body has no word.
    pub(crate) recall: Option<f64>,
    /// Their harmonic mean. Two empty texts agree.
    pub(crate) f1: f64,
    /// Word for word the same.
    pub(crate) is_exact: bool,
}

impl PageScore {
    /// Compares a text with its gold body.
    pub(crate) fn of(gold: &str, text: &str) -> Self {
        let (gold, text): (Vec<&str>, Vec<&str>) = (words(gold).collect(), words(text).collect());
        let (wanted, found) = (runs(&gold), runs(&text));
        let both = shared(&wanted, &found) as f64;
        let share = |runs: usize| (runs > 0).then(|| both / runs as f64);
        let (precision, recall) = (share(found.len()), share(wanted.len()));
        PageScore { precision, recall, f1: f1(precision, recall), is_exact: gold == text }
    }
}

fn f1(precision: Option<f64>, recall: Option<f64>) -> f64 {
    match (precision, recall) {
        (None, None) => 1.0,
        (Some(precision), Some(recall)) if precision > 0.0 && recall > 0.0 => {
            2.0 * precision * recall / (precision + recall)
        }
        _ => 0.0,
    }
}

/// Every run of a text; a text of fewer words is one run.
fn runs<'w, 't>(words: &'w [&'t str]) -> Vec<&'w [&'t str]> {
    match words.len() {
        0 => Vec::new(),
        1..RUN => vec![words],
        _ => words.windows(RUN).collect(),
    }
}

/// How many runs two texts share, each as often as both have it.
fn shared(wanted: &[&[&str]], found: &[&[&str]]) -> usize {
    let mut left: HashMap<&[&str], usize> = HashMap::new();
    wanted.iter().for_each(|run| *left.entry(run).or_default() += 1);
    let mut shared = 0;
    for run in found {
        if let Some(count) = left.get_mut(run).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    shared
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !is_word(letter)).filter(|word| !word.is_empty())
}

/// What `\w` matches in Python: letters and digits by their category, which a mark that stands on a
/// letter is not, although Unicode calls many of them alphabetic.
fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric() && (letter.is_ascii() || !is_mark(letter))
}

fn is_mark(letter: char) -> bool {
    let letter = u32::from(letter);
    let behind = MARKS.partition_point(|&(first, _)| first <= letter);
    behind > 0 && letter <= MARKS[behind - 1].1
}

/// Alphabetic characters of the categories Mn, Mc and So in the Basic Multilingual Plane (Unicode 14, by
/// Python's `unicodedata`), in ranges that hold no letter.
#[rustfmt::skip]
const MARKS: &[(u32, u32)] = &[
    (0x345, 0x36f), (0x5b0, 0x5c7), (0x610, 0x61a), (0x64b, 0x65f), (0x670, 0x670), (0x6d6, 0x6e4),
    (0x6e7, 0x6ed), (0x711, 0x711), (0x730, 0x73f), (0x7a6, 0x7b0), (0x816, 0x817), (0x81b, 0x823),
    (0x825, 0x827), (0x829, 0x82c), (0x8d4, 0x903), (0x93a, 0x93b), (0x93e, 0x94f), (0x955, 0x957),
    (0x962, 0x963), (0x981, 0x983), (0x9be, 0x9cc), (0x9d7, 0x9d7), (0x9e2, 0x9e3), (0xa01, 0xa03),
    (0xa3e, 0xa51), (0xa70, 0xa71), (0xa75, 0xa83), (0xabe, 0xacc), (0xae2, 0xae3), (0xafa, 0xb03),
    (0xb3e, 0xb57), (0xb62, 0xb63), (0xb82, 0xb82), (0xbbe, 0xbcc), (0xbd7, 0xbd7), (0xc00, 0xc04),
    (0xc3e, 0xc56), (0xc62, 0xc63), (0xc81, 0xc83), (0xcbe, 0xcd6), (0xce2, 0xce3), (0xd00, 0xd03),
    (0xd3e, 0xd4c), (0xd57, 0xd57), (0xd62, 0xd63), (0xd81, 0xd83), (0xdcf, 0xddf), (0xdf2, 0xdf3),
    (0xe31, 0xe31), (0xe34, 0xe3a), (0xe4d, 0xe4d), (0xeb1, 0xeb1), (0xeb4, 0xebc), (0xecd, 0xecd),
    (0xf71, 0xf83), (0xf8d, 0xfbc), (0x102b, 0x103e), (0x1056, 0x1059), (0x105e, 0x1060), (0x1062, 0x1064),
    (0x1067, 0x106d), (0x1071, 0x1074), (0x1082, 0x108d), (0x108f, 0x108f), (0x109a, 0x109d),
    (0x1712, 0x1713), (0x1732, 0x1733), (0x1752, 0x1753), (0x1772, 0x1773), (0x17b6, 0x17c8),
    (0x1885, 0x1886), (0x18a9, 0x18a9), (0x1920, 0x1938), (0x1a17, 0x1a1b), (0x1a55, 0x1a74),
    (0x1abf, 0x1b04), (0x1b35, 0x1b43), (0x1b80, 0x1b82), (0x1ba1, 0x1bad), (0x1be7, 0x1bf1),
    (0x1c24, 0x1c36), (0x1dd3, 0x1df4), (0x24b6, 0x24e9), (0x2de0, 0x2dff), (0xa674, 0xa67b),
    (0xa69e, 0xa69f), (0xa802, 0xa802), (0xa80b, 0xa80b), (0xa823, 0xa827), (0xa880, 0xa881),
    (0xa8b4, 0xa8c5), (0xa8ff, 0xa8ff), (0xa926, 0xa92a), (0xa947, 0xa952), (0xa980, 0xa983),
    (0xa9b4, 0xa9bf), (0xa9e5, 0xa9e5), (0xaa29, 0xaa36), (0xaa43, 0xaa43), (0xaa4c, 0xaa4d),
    (0xaa7b, 0xaa7d), (0xaab0, 0xaab0), (0xaab2, 0xaab4), (0xaab7, 0xaab8), (0xaabe, 0xaabe),
    (0xaaeb, 0xaaef), (0xaaf5, 0xaaf5), (0xabe3, 0xabea), (0xfb1e, 0xfb1e),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_runs_are_counted() {
        let score = PageScore::of("a b c d e", "a b c d x");
        assert_eq!((score.precision, score.recall, score.f1), (Some(0.5), Some(0.5), 0.5));
        assert!(!score.is_exact);
        let score = PageScore::of("a b c d a b c d", "a b c d");
        assert_eq!((score.precision, score.recall), (Some(1.0), Some(0.2)));
        assert!(PageScore::of("a, b: c (d) e!", "a b\nc d e").is_exact);
    }

    #[test]
    fn short_and_empty_texts_have_scores() {
        assert_eq!(PageScore::of("a b", "a b").f1, 1.0);
        assert_eq!(PageScore::of("", "").f1, 1.0);
        let missed = PageScore::of("a b c d e", "");
        assert_eq!((missed.precision, missed.recall, missed.f1), (None, Some(0.0), 0.0));
    }

    #[test]
    fn words_are_those_of_python() {
        let found = |text| words(text).collect::<Vec<_>>();
        assert_eq!(found("Łódź_1 — don’t"), ["Łódź_1", "don", "t"]);
        // a vowel sign of Hindi ends a word; so does a Thai one
        assert_eq!(found("हिन्दी"), ["ह", "न", "द"]);
        assert_eq!(found("ที่ ½ Ⓐ ⅷ"), ["ท", "½", "ⅷ"]);
        assert_eq!(found("日本語の本"), ["日本語の本"]);
    }
}
