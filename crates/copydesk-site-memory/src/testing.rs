//! Pages, for the tests of this crate.

use copydesk_core::{Block, BlockKind, Document};

/// A document with a URL and a block for each line.
pub(crate) fn page(url: &str, lines: &[&str]) -> Document {
    let mut document = Document::from_text(lines.join("\n"));
    document.url = Some(url.to_owned());
    let mut start = 0;
    for line in lines {
        document.blocks.push(Block::new(start..start + line.len(), BlockKind::Paragraph));
        start += line.len() + 1;
    }
    document
}
