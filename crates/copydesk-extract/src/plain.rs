//! Plain text: every line that is not blank is a block, unless the text is hard-wrapped.

use std::ops::Range;

use copydesk_core::{Block, BlockKind, Document, Extraction, Extractor};
use memchr::memchr_iter;

use crate::Unwrap;
use crate::kinds;
use crate::wrap;

/// The built-in extractor for `text/plain`.
pub struct PlainText {
    /// When hard-wrapped lines are joined.
    pub unwrap: Unwrap,
}

impl Extractor for PlainText {
    fn name(&self) -> &str {
        "plain-text"
    }

    fn claims(&self, payload: &Document) -> bool {
        payload.mime == "text/plain"
    }

    fn extract(&self, mut payload: Document, articles: &mut Vec<Document>) -> Extraction {
        if payload.blocks.is_empty() {
            payload.blocks = self.blocks(&payload.text);
            kinds::assign(&payload.text, &mut payload.blocks);
        }
        articles.push(payload);
        Extraction::Done
    }
}

/// A line that is not blank, without the white space round it.
pub(crate) struct Line {
    pub(crate) range: Range<usize>,
    /// The line above is blank, or there is none.
    pub(crate) opens: bool,
}

impl PlainText {
    fn blocks(&self, text: &str) -> Vec<Block> {
        let lines = lines(text);
        let width = match self.unwrap {
            Unwrap::Auto => wrap::width(text, &lines),
            Unwrap::Never => None,
        };
        match width {
            None => lines.into_iter().map(|line| Block::new(line.range, BlockKind::Paragraph)).collect(),
            Some(width) => joined(text, &lines, width),
        }
    }
}

fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::with_capacity(text.len() / 200 + 4);
    let mut start = 0;
    let mut opens = true;
    for end in memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let line = text[start..end].trim_start_matches(is_space);
        let from = end - line.len();
        let line = line.trim_end_matches(is_space);
        let range = from..from + line.len();
        start = end + 1;
        if range.is_empty() {
            opens = true;
        } else {
            lines.push(Line { range, opens });
            opens = false;
        }
    }
    lines
}

/// White space round a line is no part of it, nor is a stray byte order mark.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

fn joined(text: &str, lines: &[Line], width: usize) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::with_capacity(lines.len());
    let mut above: Option<&Line> = None;
    for line in lines {
        let continues = above.is_some_and(|above| wrap::continues(text, above, line, width));
        match blocks.last_mut().filter(|_| continues) {
            Some(block) => {
                let whole = block.span.range().start..line.range.end;
                *block = Block { wrapped: true, ..Block::new(whole, BlockKind::Paragraph) };
            }
            None => blocks.push(Block::new(line.range.clone(), BlockKind::Paragraph)),
        }
        above = Some(line);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views(text: &str) -> Vec<String> {
        let mut articles = Vec::new();
        let extractor = PlainText { unwrap: Unwrap::Auto };
        assert!(matches!(extractor.extract(Document::from_text(text), &mut articles), Extraction::Done));
        let document = &articles[0];
        document.blocks.iter().map(|block| document.view(block).into_owned()).collect()
    }

    #[test]
    fn every_line_is_a_block_and_keeps_its_bytes() {
        assert_eq!(
            views("Share\r\n\r\n  The bridge\tis open. \n\u{feff}\nAune\n"),
            ["Share", "The bridge\tis open.", "Aune"]
        );
        assert!(views(" \n\n").is_empty());
    }

    #[test]
    fn filled_paragraphs_are_joined() {
        let text = "A headline that stands alone\n\n\
            The bridge over the Aune reopens on Monday after eleven months of\n\
            repairs, the council said. Lorries of more than seven tonnes stay\n\
            banned until the spring, when the second bearing is replaced and\n\
            tested. Until then they go round by the mill and pay its toll, as\n\
            they did after the floods.\n\nAdvertisement\n\n\
            Shopkeepers on the north bank, who lost a third of their trade,\n\
            welcomed the news. Others doubt that the date will hold, because\n\
            the last two did not.\n";
        let found = views(text);
        assert_eq!(found.len(), 4);
        assert_eq!(found[2], "Advertisement");
        assert!(
            found[1].starts_with(
                "The bridge over the Aune reopens on Monday after eleven months of repairs, the"
            )
        );
        assert!(found[3].ends_with("because the last two did not."));
    }

    #[test]
    fn verse_is_not_taken_for_wrapped_prose() {
        let text = "Down by the water the lanterns are lit\nCarry me over, carry me home\n\
            Nobody asks where the ferryman sits\nCarry me over, carry me home\nOver the foam\n";
        assert_eq!(views(text).len(), 5);
    }
}
