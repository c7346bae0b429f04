//! The kept blocks as one text: plain, or marked up as Markdown.

use copydesk_core::{Block, BlockKind, Digits, Document, fold};

use crate::{ExportOptions, Format, Headline};

/// Appends the kept blocks, joined by the separator of the options.
pub(crate) fn write_kept(document: &Document, options: &ExportOptions, out: &mut String) {
    document.write_blocks(kept(document, options), &options.separator, out);
}

/// A whole article in the format of the options, with a line end.
pub(crate) fn article(document: &Document, options: &ExportOptions) -> String {
    let mut out = String::with_capacity(document.text.len() + 1);
    match options.format {
        Format::Markdown => write_markdown(document, options, &mut out),
        _ => write_kept(document, options, &mut out),
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// The kept blocks; without the headline, if its field is to be the only place for it and says it.
fn kept<'d>(document: &'d Document, options: &ExportOptions) -> impl Iterator<Item = &'d Block> {
    let title = match options.headline {
        Headline::FieldOnly => document.title.as_deref().map(|title| fold(title, Digits::Keep)),
        Headline::FirstLine => None,
    };
    let says_title = move |block: &&Block| {
        block.kind == BlockKind::Title && title.as_deref() == Some(&fold(&document.view(block), Digits::Keep))
    };
    document.kept().map(|(_, block)| block).filter(move |block| !says_title(block))
}

fn write_markdown(document: &Document, options: &ExportOptions, out: &mut String) {
    let mut above = None;
    for block in kept(document, options) {
        match above {
            None => {}
            // the items of one list stand together
            Some(BlockKind::ListItem) if block.kind == BlockKind::ListItem => out.push('\n'),
            Some(_) => out.push_str("\n\n"),
        }
        write_block(block.kind, &document.view(block), out);
        above = Some(block.kind);
    }
}

fn write_block(kind: BlockKind, text: &str, out: &mut String) {
    match kind {
        BlockKind::Title => prefixed("# ", text, out),
        BlockKind::Heading => prefixed("## ", text, out),
        BlockKind::Quote => prefixed("> ", text.trim_start_matches("> "), out),
        BlockKind::ListItem => prefixed("- ", without_bullet(text), out),
        BlockKind::Byline | BlockKind::Dateline | BlockKind::Caption => {
            out.push('*');
            out.push_str(text);
            out.push('*');
        }
        BlockKind::Verbatim => {
            out.push_str("```\n");
            out.push_str(text);
            out.push_str("\n```");
        }
        BlockKind::Paragraph | BlockKind::Table => out.push_str(text),
    }
}

fn prefixed(prefix: &str, text: &str, out: &mut String) {
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        out.push_str(prefix);
        out.push_str(line);
    }
}

/// Bullets become Markdown's own; numbers stay as they are, behind the dash.
fn without_bullet(text: &str) -> &str {
    let rest = text.strip_prefix(['-', '*', '+', '•', '·', '‣', '◦', '▪', '■', '●', '○']);
    match rest {
        Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim_start(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_the_kinds() {
        let lines = [
            ("Aune", BlockKind::Title),
            ("By Ana Lund", BlockKind::Byline),
            ("It opens.", BlockKind::Paragraph),
            ("What next", BlockKind::Heading),
            ("• cars", BlockKind::ListItem),
            ("- lorries", BlockKind::ListItem),
            ("“Bien.”", BlockKind::Quote),
        ];
        let mut document = Document::from_text(lines.map(|(line, _)| line).join("\n"));
        let mut start = 0;
        for (line, kind) in lines {
            document.blocks.push(Block::new(start..start + line.len(), kind));
            start += line.len() + 1;
        }
        let options = ExportOptions { format: Format::Markdown, ..ExportOptions::default() };
        let expected =
            "# Aune\n\n*By Ana Lund*\n\nIt opens.\n\n## What next\n\n- cars\n- lorries\n\n> “Bien.”\n";
        assert_eq!(article(&document, &options), expected);
    }

    #[test]
    fn a_minus_is_no_bullet() {
        assert_eq!(without_bullet("• cars"), "cars");
        assert_eq!(without_bullet("-5 degrees in Oslo"), "-5 degrees in Oslo");
    }

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
