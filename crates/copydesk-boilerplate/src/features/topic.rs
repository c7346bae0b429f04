//! Which words the paragraphs of a document are made of: a line of the article shares them, a line of the page does not.

use super::part;
use crate::line::Line;

/// A set of words that may say yes too often: a slot for each hash, with the line that a word of it stood in first.
pub(super) struct Topic {
    slots: Vec<u16>,
}

/// The word stands in a second line, too.
const TWICE: u16 = 1 << 15;

impl Topic {
    const SLOTS: usize = 1 << 14;

    pub(super) fn of(lines: &[Line], words: &[u32]) -> Self {
        let mut topic = Topic { slots: vec![0; Self::SLOTS] };
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.is_prose()) {
            let number = ((at + 1) as u16 & !TWICE).max(1);
            for word in &words[line.list.clone()] {
                let slot = &mut topic.slots[Self::slot(*word)];
                match *slot {
                    0 => *slot = number,
                    first if first == number => {}
                    first => *slot = first | TWICE,
                }
            }
        }
        topic
    }

    fn slot(word: u32) -> usize {
        (word ^ word >> 16) as usize % Self::SLOTS
    }

    /// How many percent of its words other paragraphs have, too; -1 without words.
    pub(super) fn share(&self, line: &Line, words: &[u32]) -> i16 {
        let least = if line.is_prose() { TWICE } else { 1 };
        let list = &words[line.list.clone()];
        let known = list.iter().filter(|word| self.slots[Self::slot(**word)] >= least).count();
        if list.is_empty() { -1 } else { part(known, list.len()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_does_not_vouch_for_itself() {
        let text = [
            "The bridge over the Aune reopens on Monday, and lorries stay banned until spring comes.",
            "Nobody knows when the bridge was built, and few people ask who paid for it in the end.",
        ];
        let mut words = Vec::new();
        let lines: Vec<Line> = text.iter().map(|line| Line::read(line, &mut words)).collect();
        let of_one = Topic::of(&lines[..1], &words);
        assert_eq!(of_one.share(&lines[0], &words), 0);
        assert!(Topic::of(&lines, &words).share(&lines[0], &words) > 0);
        let label = Line::read("Bridge reopens", &mut words);
        assert_eq!(of_one.share(&label, &words), 100);
    }
}
