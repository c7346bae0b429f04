//! Which block is the headline, and does another line say it again?
//!
//! The stage that strikes repetitions has to know the headline, and a stage that strikes furniture
//! has to leave it alone. They have to agree on it, so it is found here, once: whoever asks first may
//! give the block the kind `title`, and is believed by whoever asks next.
//!
//! The title that came with the record says which line it is; without one, the likeliest line does.
//! Every line is looked at a fixed number of times. What becomes of copies is for the stage to say.

mod copies;
mod likeliest;
mod lines;
mod marker;
mod signs;
mod wording;
mod words;

use crate::{Block, BlockKind, Digits, Document, fold, prose};

use lines::LONG_LINE_BYTES;
pub use lines::{Body, Lines};
pub use marker::without_marker;
pub use wording::{Headline, Variant};

/// A title or a URL is looked for in so many blocks; below, only furniture repeats it.
const WITHIN: usize = 1000;
/// A headline, its kicker, its breadcrumb and its other wording stand within so many blocks.
const NEAR: usize = 6;
/// The first copy stays with so many words beside it.
const BESIDE: usize = 3;

/// A headline that was found.
pub struct Found {
    /// The block that stays: the first copy.
    pub index: usize,
    /// Its wording, without what may stand beside it in that block.
    pub headline: Headline,
}

/// The headline of a document, among the blocks that are kept.
pub fn find(document: &Document, lines: &Lines) -> Option<Found> {
    if let Some((index, block)) = document.kept().find(|(_, block)| block.kind == BlockKind::Title) {
        let said =
            document.title.as_deref().map(Headline::new).filter(|said| says(document, block, said).is_some());
        return Some(Found { index, headline: said.unwrap_or_else(|| Headline::new(&document.view(block))) });
    }
    by_title(document).or_else(|| by_likeness(document, lines))
}

/// How a block says the headline, if it does.
pub fn says(document: &Document, block: &Block, headline: &Headline) -> Option<Variant> {
    if block.kind == BlockKind::Table || !headline.may_be_repeated_by(document.slice(block)) {
        return None;
    }
    let line = document.view(block);
    headline.repeated_by(&line, &fold(without_marker(&line), Digits::Keep))
}

/// The first block that says the record's title, whole or in other dress; best without much beside it.
fn by_title(document: &Document) -> Option<Found> {
    let headline = Headline::new(document.title.as_deref().filter(|title| title.len() < LONG_LINE_BYTES)?);
    let says_it = |(_, block): &(usize, &Block)| says(document, block, &headline).is_some();
    let blocks = || document.kept().take(WITHIN);
    let copy = blocks().find(|(_, block)| may_stay(document, block, &headline, false));
    let (index, _) = copy.or_else(|| blocks().find(says_it))?;
    Some(Found { index, headline })
}

/// The line that looks most like a headline; then the first copy of it. In what somebody has cut out of a page, it
/// stands above the text: a sub-head that comes again is none.
fn by_likeness(document: &Document, lines: &Lines) -> Option<Found> {
    let is_above_text =
        |index: &usize| lines.is_whole_page() || !(0..*index).any(|place| lines.is_prose(place));
    let likeliest = likeliest::find(document, lines).filter(is_above_text)?;
    let index = plain_copy(document, lines, likeliest).unwrap_or(likeliest);
    let headline = Headline::new(document.slice(&document.blocks[index]));
    Some(Found { index: first_copy(document, &headline, index), headline })
}

/// Near a headline with sections or a site's name in its line, the line that is the headline alone.
fn plain_copy(document: &Document, lines: &Lines, index: usize) -> Option<usize> {
    let whole = without_marker(document.slice(&document.blocks[index]));
    let folded = fold(whole, Digits::Keep);
    let near = document.kept().skip_while(|(place, _)| place + NEAR < index);
    near.take_while(|(place, _)| *place <= index + NEAR)
        .filter(|(place, _)| lines.is_headline_like(document, *place))
        .find(|(_, block)| is_part_of(document.slice(block), whole, &folded))
        .map(|(place, _)| place)
}

/// Is a line the headline that stands in `whole` with something beside it? `folded` is that in folded form.
fn is_part_of(line: &str, whole: &str, folded: &str) -> bool {
    let part = without_marker(line).trim();
    // cheap first: without a separator, the part stands in the line letter for letter
    if line.len() >= whole.len() || !whole.contains(part) && wording::separators(whole).next().is_none() {
        return false;
    }
    let part = fold(part, Digits::Keep);
    (folded.ends_with(&part) || folded.starts_with(&part))
        && matches!(Headline::new(line).repeated_by(whole, folded), Some(Variant::WithSite | Variant::Beside))
}

/// The first block that may stay in the place of `index`.
fn first_copy(document: &Document, headline: &Headline, index: usize) -> usize {
    let mut above = document.kept().take_while(|(above, _)| *above < index);
    above
        .find(|(above, block)| may_stay(document, block, headline, index - above <= NEAR))
        .map_or(index, |(above, _)| above)
}

/// May the block be the copy that stays? It says the headline, and little else.
fn may_stay(document: &Document, block: &Block, headline: &Headline, is_near: bool) -> bool {
    let Some(variant) = says(document, block, headline) else { return false };
    let length = words_apart(headline.text());
    let others = || words_apart(without_marker(document.slice(block))).abs_diff(length);
    match variant {
        Variant::CutOff => false,
        Variant::WithoutSite => is_near || others() * 3 < length,
        _ => others() <= BESIDE.min(length / 3),
    }
}

/// Words, signs that stand by themselves aside.
fn words_apart(line: &str) -> usize {
    prose::words(&fold(line, Digits::Keep))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(lines: &[&str]) -> Document {
        let mut document = Document::from_text(lines.join("\n"));
        let mut start = 0;
        for line in lines {
            document.blocks.push(Block::new(start..start + line.len(), BlockKind::Paragraph));
            start += line.len() + 1;
        }
        document
    }

    fn found(document: &Document) -> Option<usize> {
        find(document, &Lines::of(document)).map(|found| found.index)
    }

    const PROSE: &str =
        "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said.";

    #[test]
    fn the_line_above_the_prose_is_the_headline() {
        assert_eq!(found(&document(&["Share", "Old bridge opens again", PROSE])), Some(1));
        assert_eq!(found(&document(&["Share", PROSE, "Old bridge opens again"])), None);
    }

    #[test]
    fn the_records_title_decides() {
        let mut document = document(&["The best of the week", "Old bridge opens again", PROSE]);
        document.title = Some("Old Bridge Opens Again - The Harbour Courier".into());
        assert_eq!(found(&document), Some(1));
    }

    #[test]
    fn the_words_of_the_url_decide() {
        let mut document = document(&[
            "The best of the week",
            "Home and garden news",
            "Old bridge over the Aune opens again",
            PROSE,
        ]);
        document.url =
            Some("https://courier.example/news/old-bridge-over-aune-opens-again-1234567.html?utm=1".into());
        assert_eq!(found(&document), Some(2));
    }
}
