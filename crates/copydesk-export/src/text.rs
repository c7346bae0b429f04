//! Which blocks are written, and how: as plain text, with what is marked in it, or as Markdown.

use copydesk_core::{Block, BlockKind, Digits, Document, fold};

use crate::markdown::{write_markdown, write_marked};
use crate::{ExportOptions, Format, Headline, Markup};

/// Appends the kept blocks, joined by the separator of the options, or as Markdown.
pub(crate) fn write_kept(document: &Document, options: &ExportOptions, out: &mut String) {
    let is_written = is_written(document, options);
    match options.text {
        Markup::Markdown => write_markdown(document, is_written, out),
        Markup::Plain if document.marks.is_empty() => {
            let blocks = document.blocks.iter().filter(|block| is_written(block));
            document.write_blocks(blocks, &options.separator, out);
        }
        Markup::Plain => write_marked(document, is_written, &options.separator, out),
    }
}

/// A whole article in the format of the options, with a line end.
pub(crate) fn article(document: &Document, options: &ExportOptions) -> String {
    let mut out = String::with_capacity(document.text.len() + 1);
    match options.format {
        Format::Markdown => write_markdown(document, is_written(document, options), &mut out),
        _ => write_kept(document, options, &mut out),
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// The kept blocks are; not the headline, if its field is to be the only place for it and says it.
fn is_written<'d>(document: &'d Document, options: &ExportOptions) -> impl Fn(&Block) -> bool + use<'d> {
    let title = match options.headline {
        Headline::FieldOnly => document.title.as_deref().map(|title| fold(title, Digits::Keep)),
        Headline::FirstLine => None,
    };
    let says_title = move |block: &Block| {
        block.kind == BlockKind::Title && title.as_deref() == Some(&fold(&document.view(block), Digits::Keep))
    };
    move |block| block.is_kept() && !says_title(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_that_its_field_does_not_say_stays_in_the_text() {
        let mut document = Document::from_text("Opinion: Aune opens");
        document.blocks = vec![Block::new(0..19, BlockKind::Title)];
        document.title = Some("Aune opens".into());
        let options = ExportOptions { headline: Headline::FieldOnly, ..ExportOptions::default() };
        assert_eq!(article(&document, &options), "Opinion: Aune opens\n");
        document.title = Some("OPINION – Aune opens".into());
        assert_eq!(article(&document, &options), "");
    }

    #[test]
    fn an_article_with_nothing_left_is_an_empty_text() {
        assert_eq!(article(&Document::from_text(""), &ExportOptions::default()), "");
    }
}
