//! What was struck, as dolma's attributes: spans of the text as it was read, beside the documents.
//!
//! `dolma mix` reads a file of documents and the file of attributes of the same name line by line, and
//! cuts the spans out that its config names. A span covers a struck block and, as dolma's own
//! paragraphs do, the line end behind it with the blank lines that follow, so that what stays reads as if
//! the block had never been there. A document that was dropped stays in the file and is marked from end to
//! end: rows must not shift. Why anything was struck is not known here.

use std::ops::Range;

use copydesk_core::{Document, Removal};

use crate::json::write_string;
use crate::ruler::Ruler;

/// The attribute of every document that was dropped, whatever dropped it.
pub(crate) const DROPPED: &str = "copydesk__document__dropped";

/// Spans in characters, by the name of their attribute, in the order in which the names first come.
type Attributes = Vec<(String, Vec<Range<usize>>)>;

/// Appends the attributes of a document as a line. `source` is the column of the same name.
pub(crate) fn write_attributes(document: &Document, source: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    write_string(&document.id, out);
    out.extend_from_slice(b",\"source\":");
    write_string(source, out);
    out.extend_from_slice(b",\"attributes\":{");
    for (n, (name, spans)) in attributes(document).iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.extend_from_slice(b":[");
        let spans: Vec<_> = spans.iter().map(|span| format!("[{},{},1.0]", span.start, span.end)).collect();
        out.extend_from_slice(spans.join(",").as_bytes());
        out.push(b']');
    }
    out.extend_from_slice(b"}}\n");
}

fn attributes(document: &Document) -> Attributes {
    let mut found = Attributes::new();
    if let Some(removal) = document.dropped.as_deref() {
        let all = 0..document.text.chars().count();
        add(&mut found, DROPPED.to_owned(), all.clone());
        add(&mut found, name(removal), all);
    }
    let mut ruler = Ruler::new(&document.text);
    for block in &document.blocks {
        let Some(removal) = block.removal.as_deref() else { continue };
        let bytes = with_line_end(&document.text, block.span.range());
        let start = ruler.characters_before(bytes.start);
        let characters = start..ruler.characters_before(bytes.end);
        // an empty span would keep the mixer from going on to the next
        if !characters.is_empty() {
            add(&mut found, name(removal), characters);
        }
    }
    found
}

fn add(attributes: &mut Attributes, name: String, span: Range<usize>) {
    match attributes.iter_mut().find(|(known, _)| *known == name) {
        Some((_, spans)) => spans.push(span),
        None => attributes.push((name, vec![span])),
    }
}

/// `copydesk__boilerplate__ad_label`: a hyphen would be a minus in the mixer's expressions.
fn name(removal: &Removal) -> String {
    format!("copydesk__{}__{}", removal.stage, removal.reason).replace('-', "_")
}

/// A block that has its lines for itself goes with its indent, its line end and the blank lines below; one
/// that shares a line goes with the white space behind it on that line.
fn with_line_end(text: &str, block: Range<usize>) -> Range<usize> {
    let before = &text[..block.start];
    let indent = before.len() - before.trim_end_matches(is_space_in_line).len();
    let begins_line = matches!(before[..block.start - indent].chars().next_back(), None | Some('\n'));
    let behind = &text[block.end..];
    let space = &behind[..behind.len() - behind.trim_start().len()];
    let taken = match space.rfind('\n') {
        Some(last) if begins_line => last + 1,
        Some(_) => 0,
        None => space.len(),
    };
    let start = if begins_line { block.start - indent } else { block.start };
    start..block.end + taken
}

fn is_space_in_line(letter: char) -> bool {
    letter.is_whitespace() && letter != '\n'
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::{Block, BlockKind, Evidence};

    fn struck(reason: &'static str) -> Removal {
        Removal { stage: "near-dedup", reason, evidence: Evidence::Rule("r".into()) }
    }

    /// A document in which the blocks in brackets are struck; the brackets are taken out.
    fn document(marked: &str) -> Document {
        let mut document = Document::from_text("");
        let mut start = 0;
        for piece in marked.split_inclusive(['[', ']']) {
            document.text.push_str(piece.trim_end_matches(['[', ']']));
            if piece.ends_with(']') {
                document.blocks.push(Block::new(start..document.text.len(), BlockKind::Paragraph));
            }
            start = document.text.len();
        }
        (0..document.blocks.len()).for_each(|block| document.remove(block, struck("ad-label")));
        document
    }

    fn line(document: &Document) -> String {
        let mut out = Vec::new();
        write_attributes(document, "courier", &mut out);
        String::from_utf8(out).unwrap()
    }

    /// What the mixer leaves when it cuts every span out.
    fn mixed(marked: &str) -> String {
        let document = document(marked);
        let spans: Vec<_> = attributes(&document).into_iter().flat_map(|(_, spans)| spans).collect();
        let is_cut = |n: usize| spans.iter().any(|span| span.contains(&n));
        document.text.chars().enumerate().filter(|(n, _)| !is_cut(*n)).map(|(_, letter)| letter).collect()
    }

    #[test]
    fn without_its_spans_a_text_reads_as_if_they_had_never_been_there() {
        for (marked, left) in [
            ("[Teilen]\n\nBrücke öffnet\n\nDer Fluss.", "Brücke öffnet\n\nDer Fluss."),
            ("Brücke\n\n[Anzeige]\n\n[Anzeige]\n\nDer Fluss.\n", "Brücke\n\nDer Fluss.\n"),
            ("Brücke\n\n[Anzeige]", "Brücke\n\n"),
            ("Brücke\n  [Anzeige]  \n   Der Fluss.", "Brücke\n   Der Fluss."),
            ("Brücke [Anzeige] Fluss", "Brücke Fluss"),
            ("Brücke [Anzeige]\nFluss", "Brücke \nFluss"),
            ("[Anzeige] Brücke\nFluss", "Brücke\nFluss"),
            ("Brücke\r\n\r\n[Anzeige]\r\n\r\nFluss", "Brücke\r\n\r\nFluss"),
        ] {
            assert_eq!(mixed(marked), left, "{marked:?}");
        }
    }

    #[test]
    fn spans_count_characters_and_names_have_no_hyphen() {
        let mut document = document("Brücke\n\n[Anzeige]\nÖl\n[Anzeige]");
        document.id = "a\"b".into();
        let expected = concat!(
            r#"{"id":"a\"b","source":"courier","attributes":{"copydesk__near_dedup__ad_label":[[8,16,1.0],[19,26,1.0]]}}"#,
            "\n"
        );
        assert_eq!(line(&document), expected);
    }

    #[test]
    fn a_dropped_document_is_marked_from_end_to_end() {
        let mut document = document("Brücke");
        assert_eq!(line(&document), "{\"id\":\"\",\"source\":\"courier\",\"attributes\":{}}\n");
        document.dropped = Some(Box::new(struck("exact")));
        let expected = concat!(
            r#"{"id":"","source":"courier","attributes":{"copydesk__document__dropped":[[0,6,1.0]],"#,
            r#""copydesk__near_dedup__exact":[[0,6,1.0]]}}"#,
            "\n"
        );
        assert_eq!(line(&document), expected);
    }
}
