//! Which of the labelled lines does an exported text still hold, and which block was a line?
//!
//! A line that stands in the exported text, in order, is kept; so figures can be compared with those
//! of any other tool, of which only the output is known. The longest run of equal lines is looked for
//! first, then the longest on either side of it, and so on: this is how Python's `difflib` matches,
//! step by step, because the figures of scorers in the field are made with it. Lines that were joined
//! or split on the way are looked for word by word between the runs.
//!
//! Where a line stands twice and one copy went, the text cannot tell which: the blocks can.

use std::collections::HashMap;
use std::ops::Range;

use copydesk::Document;

/// So many comparisons are made for one document. The pages of the labelled dumps need up to 100,000;
/// a million equal lines would need 10^12.
const MOST_STEPS: usize = 50_000_000;

/// The words of a text. What separates them is what Python's `split` takes for white space.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_space = |letter: char| letter.is_whitespace() || matches!(letter, '\u{1c}'..='\u{1f}');
    text.split(is_space).filter(|word| !word.is_empty())
}

/// A text with one space between its words.
fn folded(text: &str) -> String {
    words(text).collect::<Vec<_>>().join(" ")
}

/// Which of the lines survive in the exported text; none if that would take too long to find out.
pub(crate) fn kept_in_text<'l>(lines: impl Iterator<Item = &'l str>, exported: &str) -> Option<Vec<bool>> {
    let lines: Vec<String> = lines.map(folded).collect();
    let out: Vec<String> = exported.split('\n').map(folded).filter(|line| !line.is_empty()).collect();
    let mut steps = Steps(MOST_STEPS);
    let mut keep = vec![false; lines.len()];
    let (mut line, mut place) = (0, 0);
    let end = Run { line: lines.len(), place: out.len(), length: 0 };
    for run in runs(&lines, &out, &mut steps)?.into_iter().chain([end]) {
        let gap: Vec<&str> = out[place..run.place].iter().flat_map(|line| line.split(' ')).collect();
        find_words(&lines[line..run.line], &gap, &mut keep[line..run.line], &mut steps)?;
        keep[run.line..run.line + run.length].fill(true);
        (line, place) = (run.line + run.length, run.place + run.length);
    }
    Some(keep)
}

/// How many comparisons are left.
struct Steps(usize);

impl Steps {
    fn take(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.checked_sub(count)?;
        Some(())
    }
}

/// Lines that stand one after the other in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    /// The first of them among the lines.
    line: usize,
    /// The same in the exported text.
    place: usize,
    length: usize,
}

/// All runs, in order.
fn runs(lines: &[String], out: &[String], steps: &mut Steps) -> Option<Vec<Run>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    out.iter().enumerate().for_each(|(place, line)| places.entry(line).or_default().push(place));
    let places: Vec<&[usize]> =
        lines.iter().map(|line| places.get(line.as_str()).map_or(&[][..], Vec::as_slice)).collect();
    let mut runs = Vec::new();
    let mut open = vec![(0..lines.len(), 0..out.len())];
    while let Some((line_range, place_range)) = open.pop() {
        let run = longest_run(&places, line_range.clone(), place_range.clone(), steps)?;
        if run.length > 0 {
            open.push((line_range.start..run.line, place_range.start..run.place));
            open.push((run.line + run.length..line_range.end, run.place + run.length..place_range.end));
            runs.push(run);
        }
    }
    runs.sort_unstable();
    Some(runs)
}

/// The longest run inside of two ranges; of several the one that begins first among the lines, and of
/// those the first in the text.
fn longest_run(
    places: &[&[usize]],
    lines: Range<usize>,
    within: Range<usize>,
    steps: &mut Steps,
) -> Option<Run> {
    let mut best = Run { line: lines.start, place: within.start, length: 0 };
    // the runs that end with the line above, and with this one: where they end, and how long they are
    let (mut above, mut here) = (Vec::<(usize, usize)>::new(), Vec::new());
    for line in lines {
        let first = places[line].partition_point(|&place| place < within.start);
        let mut ends = above.iter().peekable();
        here.clear();
        for &place in places[line][first..].iter().take_while(|&&place| place < within.end) {
            while ends.next_if(|(end, _)| end + 1 < place).is_some() {}
            let length = ends.peek().filter(|(end, _)| end + 1 == place).map_or(1, |(_, length)| length + 1);
            here.push((place, length));
            if length > best.length {
                best = Run { line: line + 1 - length, place: place + 1 - length, length };
            }
        }
        steps.take(1 + here.len() + above.len())?;
        std::mem::swap(&mut above, &mut here);
    }
    Some(best)
}

/// Marks the lines whose words stand together among `gap`, one line behind the other.
fn find_words(lines: &[String], gap: &[&str], keep: &mut [bool], steps: &mut Steps) -> Option<()> {
    let mut from = 0;
    for (line, keep) in lines.iter().zip(keep) {
        let words: Vec<&str> = words(line).collect();
        if words.is_empty() {
            continue;
        }
        steps.take(1 + gap.len() - from)?;
        if let Some(at) = gap[from..].windows(words.len()).position(|window| window == words) {
            *keep = true;
            from += at + words.len();
        }
    }
    Some(())
}

/// For each line of a text, the blocks that it lies in. The lines of the text are `lengths` long and
/// one byte apart.
pub(crate) fn blocks_of_lines(lengths: impl Iterator<Item = usize>, article: &Document) -> Vec<Range<usize>> {
    let blocks = &article.blocks;
    let (mut start, mut first) = (0, 0);
    let mut ranges = Vec::new();
    for length in lengths {
        let end = start + length;
        first += blocks[first..].iter().take_while(|block| block.span.range().end <= start).count();
        let count = blocks[first..].iter().take_while(|block| block.span.range().start < end).count();
        ranges.push(first..first + count);
        start = end + 1;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(lines: &[&str], exported: &str) -> Vec<bool> {
        kept_in_text(lines.iter().copied(), exported).unwrap()
    }

    #[test]
    fn a_line_is_kept_if_the_text_still_holds_it() {
        let lines = ["Share", "The  bridge\tis open.", "Advertisement", "Lorries stay banned."];
        assert_eq!(kept(&lines, "The bridge is open.\n\nLorries stay banned."), [false, true, false, true]);
        assert_eq!(kept(&lines, ""), [false; 4]);
        assert_eq!(kept(&lines, &lines.join("\n")), [true; 4]);
    }

    #[test]
    fn joined_and_split_lines_are_found_by_their_words() {
        let lines = ["The bridge is", "open again.", "Share", "Lorries stay banned until spring."];
        let exported = "The bridge is open again.\nLorries stay\nbanned until spring.";
        assert_eq!(kept(&lines, exported), [true, true, false, true]);
    }

    #[test]
    fn the_longest_run_is_matched_first() {
        // of two equal lines that one counts as kept that stands in the longer run
        let lines = ["Home", "News", "The bridge is open.", "Home", "News", "Contact"];
        let exported = "Home\nNews\nContact";
        assert_eq!(kept(&lines, exported), [false, false, false, true, true, true]);
    }

    #[test]
    fn a_million_equal_lines_are_given_up() {
        let lines = vec!["a"; 20_000];
        assert_eq!(kept_in_text(lines.iter().copied(), &lines.join("\n")), None);
    }

    #[test]
    fn a_line_knows_its_blocks() {
        use copydesk::{Block, BlockKind};
        let lines = ["Share", "", "The bridge", "is open.", "End"];
        let text = lines.join("\n");
        let mut article = Document::from_text(text);
        for range in [0..5, 7..26, 27..30] {
            article.blocks.push(Block::new(range, BlockKind::Paragraph));
        }
        let found = blocks_of_lines(lines.iter().map(|line| line.len()), &article);
        assert_eq!(found, [0..1, 1..1, 1..2, 1..2, 2..3]);
    }
}
