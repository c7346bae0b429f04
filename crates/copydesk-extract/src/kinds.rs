//! What a line of plain text is to the article, told from its shape and its neighbours.
//!
//! A guess, made for exports that show structure (Markdown) and for stages that want a hint. No
//! guess removes anything.

use copydesk_core::prose::is_byline;
use copydesk_core::{Block, BlockKind};

/// A heading is a line of at most so many characters,
const HEADING: usize = 90;
/// and the text below it is at least so much longer.
const LONGER: usize = 2;
/// Bylines and datelines stand in the first so many blocks.
const TOP: usize = 6;

/// Gives every block its kind.
pub(crate) fn assign(text: &str, blocks: &mut [Block]) {
    for index in 0..blocks.len() {
        let line = &text[blocks[index].span.range()];
        let below = blocks.get(index + 1).map_or("", |block| &text[block.span.range()]);
        blocks[index].kind = kind(line, below, index);
    }
}

fn kind(line: &str, below: &str, index: usize) -> BlockKind {
    match line {
        _ if is_list_item(line) => BlockKind::ListItem,
        _ if is_caption(line) => BlockKind::Caption,
        _ if is_quote(line) => BlockKind::Quote,
        _ if line.len() > 4 * HEADING => BlockKind::Paragraph,
        _ if index < TOP && is_byline(line) => BlockKind::Byline,
        _ if index < TOP && is_dateline(line) => BlockKind::Dateline,
        _ if is_heading(line, below) => BlockKind::Heading,
        _ => BlockKind::Paragraph,
    }
}

/// `- milk`, `• milk`, `3. Boil the milk`, `(b) milk`.
pub(crate) fn is_list_item(line: &str) -> bool {
    let mut letters = line.chars();
    match letters.next() {
        Some('-' | '*' | '+' | '•' | '·' | '‣' | '◦' | '▪' | '■' | '●' | '○') => {
            letters.next().is_some_and(char::is_whitespace)
        }
        Some('(') => is_numbering(letters.as_str(), &[')']),
        _ => is_numbering(line, &['.', ')']),
    }
}

/// One to three digits or a single letter, then one of `ends`, then a space.
fn is_numbering(text: &str, ends: &[char]) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let label = match digits {
        0 if ends == [')'] && text.starts_with(|c: char| c.is_ascii_alphabetic()) => 1,
        1..=3 => digits,
        _ => return false,
    };
    text[label..].strip_prefix(ends).is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

/// A line that is one quotation from end to end, or marked as one the way mail does.
fn is_quote(line: &str) -> bool {
    let inner = |open: char, close: char| {
        let line = line.trim_end_matches(['.', ',']);
        line.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .is_some_and(|rest| !rest.contains([open, close]))
    };
    line.starts_with("> ")
        || [('“', '”'), ('„', '“'), ('«', '»'), ('»', '«'), ('「', '」'), ('"', '"')]
            .iter()
            .any(|&(open, close)| inner(open, close))
}

fn is_caption(line: &str) -> bool {
    const LABELS: [&str; 14] = [
        "Photo:",
        "Photos:",
        "Image:",
        "Picture:",
        "Caption:",
        "Foto:",
        "Bild:",
        "Crédit photo",
        "Imagen:",
        "Фото:",
        "写真:",
        "写真：",
        "图片：",
        "사진:",
    ];
    LABELS.iter().any(|label| line.starts_with(label))
}

/// A line that is mostly a date or a time: it has a digit, and few words.
fn is_dateline(line: &str) -> bool {
    if line.len() > HEADING {
        return false;
    }
    let words = line.split_whitespace().count();
    let has_year_or_clock = line.split(|c: char| !c.is_ascii_digit() && c != ':').any(|part| {
        part.contains(':') && part.len() >= 4
            || part.len() == 4 && (part.starts_with("19") || part.starts_with("20"))
    });
    words <= 8 && has_year_or_clock && !line.ends_with(['.', '!', '?'])
}

/// A short line without an end mark, above a much longer one.
fn is_heading(line: &str, below: &str) -> bool {
    let stands_out = below.len() > LONGER * line.len().max(40);
    stands_out
        && line.chars().count() <= HEADING
        && !line.ends_with(['.', ',', ';', '…', '。', '、', '۔', '।'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(lines: &[&str]) -> Vec<&'static str> {
        let text = lines.join("\n");
        let mut start = 0;
        let place = |line: &&str| {
            let range = start..start + line.len();
            start = range.end + 1;
            Block::new(range, BlockKind::Paragraph)
        };
        let mut blocks: Vec<_> = lines.iter().map(place).collect();
        assign(&text, &mut blocks);
        blocks.into_iter().map(|block| block.kind.name()).collect()
    }

    const PROSE: &str = "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said on Friday.";

    #[test]
    fn shapes_have_kinds() {
        assert_eq!(
            kinds(&["Bridge reopens", "By Ana Lund", "5 April 2016, 10:42", PROSE]),
            ["paragraph", "byline", "dateline", "paragraph"]
        );
        assert_eq!(kinds(&["What happens next", PROSE]), ["heading", "paragraph"]);
        assert_eq!(kinds(&["- milk", "3. Boil it", "(b) stir", "• flour"]), ["list-item"; 4]);
        assert_eq!(kinds(&["“We waited long enough.”", "«Bien»"]), ["quote", "quote"]);
        assert_eq!(kinds(&["Photo: the north bank"]), ["caption"]);
    }

    #[test]
    fn prose_stays_prose() {
        assert_eq!(kinds(&["By noon the water had gone."]), ["paragraph"]);
        assert_eq!(kinds(&["“No,” she said, “not yet.”"]), ["paragraph"]);
        assert_eq!(kinds(&["2016 was a dry year.", "1984"]), ["paragraph", "dateline"]);
    }
}
