//! Which blocks are written, and how: as plain text, with what is marked in it, or as Markdown.

use copydesk_core::{Block, BlockKind, Digits, Document, fold};

use crate::markdown::{heading, write_markdown, write_marked};
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
        Format::Markdown => {
            write_markdown(document, is_written(document, options), &mut out);
            if let Some(title) = missing_title(document, options).filter(|_| !out.is_empty()) {
                out.insert_str(0, &format!("{}\n\n", heading(1, title)));
            }
        }
        _ => write_kept(document, options, &mut out),
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// The title, if no block is the headline and the first does not say it: a file has no field for it.
fn missing_title<'d>(document: &'d Document, options: &ExportOptions) -> Option<&'d str> {
    let title = document.title.as_deref().filter(|title| !title.trim().is_empty())?;
    let is_written = is_written(document, options);
    let mut written = document.blocks.iter().filter(|block| is_written(block));
    let first = written.next()?;
    let is_said = fold(&document.view(first), Digits::Keep) == fold(title, Digits::Keep);
    let is_title = |block: &Block| block.kind == BlockKind::Title;
    (!is_said && !is_title(first) && !written.any(is_title)).then_some(title)
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
    fn a_markdown_file_has_the_title_once() {
        let options = ExportOptions { format: Format::Markdown, ..ExportOptions::default() };
        let mut document = Document::from_text("It opens.");
        document.blocks = vec![Block::new(0..9, BlockKind::Paragraph)];
        document.title = Some("Aune *opens* ".into());
        assert_eq!(article(&document, &options), "# Aune \\*opens\\*\n\nIt opens.\n");
        document.title = Some("IT OPENS".into());
        assert_eq!(article(&document, &options), "It opens.\n");
        document.title = Some("Aune opens".into());
        document.blocks[0].kind = BlockKind::Title;
        assert_eq!(article(&document, &options), "# It opens.\n");
    }

    #[test]
    fn an_article_with_nothing_left_is_an_empty_text() {
        assert_eq!(article(&Document::from_text(""), &ExportOptions::default()), "");
    }
}
