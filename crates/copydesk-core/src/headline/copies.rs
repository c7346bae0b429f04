//! Which lines of a document come again?
//!
//! Every line that could be a headline leaves a number for its letters, and one for what stands on
//! either side of a separator in it: a copy with the name of the site beside it shares one of them.

use super::lines::{LONG_LINE_BYTES, Lines};
use super::marker::without_marker;
use super::wording::{is_telling_line, separators};
use crate::Document;

/// So many copies of a line are looked at.
const MANY: usize = 8;

/// The numbers of all lines, in order, with the block they stand in.
pub(crate) struct Copies {
    keys: Vec<(u64, usize)>,
}

impl Copies {
    /// Of the lines that are no prose.
    pub(crate) fn of(document: &Document, lines: &Lines) -> Self {
        let mut keys = Vec::new();
        for (index, block) in document.kept() {
            let is_short = block.span.range().len() < LONG_LINE_BYTES;
            if is_short && !lines.is_prose(index) {
                each_key(document.slice(block), |key| keys.push((key, index)));
            }
        }
        keys.sort_unstable();
        Copies { keys }
    }

    /// Calls `each` with the blocks that share a number with the line, its own among them.
    pub(crate) fn each_place(&self, line: &str, mut each: impl FnMut(usize)) {
        each_key(line, |key| {
            let from = self.keys.partition_point(|(other, _)| *other < key);
            let same = self.keys[from..].iter().take_while(|(other, _)| *other == key).take(MANY);
            same.for_each(|(_, place)| each(*place));
        });
    }
}

fn each_key(line: &str, mut each: impl FnMut(u64)) {
    let line = without_marker(line);
    let mut take = |text: &str| {
        if is_telling_line(text) {
            each(key(text));
        }
    };
    take(line);
    for (start, end) in separators(line) {
        take(&line[..start]);
        take(&line[end..]);
    }
}

/// A number for the letters and digits of a text, whatever their case and whatever stands between.
fn key(text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut add = |letter: char| hash = (hash ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3);
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            add(letter.to_ascii_lowercase());
        } else if !letter.is_ascii() && letter.is_alphanumeric() {
            letter.to_lowercase().for_each(&mut add);
        }
    }
    hash
}
