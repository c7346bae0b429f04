//! The trail: what was struck from which document, by which stage, for which reason; and the
//! records that were set aside.

use copydesk_core::{Block, Document, Quarantined, Removal, Source};
use serde::Serialize;

use crate::json::write_line;
use crate::ruler::Ruler;

#[derive(Serialize)]
struct Trail<'a> {
    id: &'a str,
    source: Place<'a>,
    dropped: Why,
    removals: Vec<Struck<'a>>,
}

/// Where a document was read, as a column.
#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    member: u64,
    offset: u64,
}

#[derive(Serialize, Default)]
struct Why {
    stage: &'static str,
    reason: &'static str,
    evidence: String,
}

#[derive(Serialize)]
struct Struck<'a> {
    start: usize,
    end: usize,
    #[serde(flatten)]
    why: Why,
    text: &'a str,
}

#[derive(Serialize)]
struct SetAside<'a> {
    file: &'a str,
    member: u64,
    offset: u64,
    length: u64,
    reason: &'a str,
    detail: &'a str,
}

impl<'a> From<&'a Source> for Place<'a> {
    fn from(source: &'a Source) -> Self {
        Place { file: &source.file, member: source.member, offset: source.offset }
    }
}

impl From<&Removal> for Why {
    fn from(removal: &Removal) -> Self {
        Why { stage: removal.stage, reason: removal.reason, evidence: removal.evidence.to_string() }
    }
}

/// Has anything of the document gone?
pub(crate) fn has_trail(document: &Document) -> bool {
    document.dropped.is_some() || document.blocks.iter().any(|block| !block.is_kept())
}

/// Appends the trail of one document as a line.
pub(crate) fn write_trail(document: &Document, out: &mut Vec<u8>) {
    let row = Trail {
        id: &document.id,
        source: Place::from(&document.source),
        dropped: document.dropped.as_deref().map(Why::from).unwrap_or_default(),
        removals: struck(document),
    };
    write_line(&row, out);
}

/// Appends a record that was set aside as a line.
pub(crate) fn write_quarantined(record: &Quarantined, out: &mut Vec<u8>) {
    let source = &record.source;
    let row = SetAside {
        file: &source.file,
        member: source.member,
        offset: source.offset,
        length: source.length,
        reason: &record.reason,
        detail: &record.detail,
    };
    write_line(&row, out);
}

fn struck(document: &Document) -> Vec<Struck<'_>> {
    let mut ruler = Ruler::new(&document.text);
    let mut row = |block| Struck::new(document, block, &mut ruler);
    document.blocks.iter().filter(|block| !block.is_kept()).filter_map(&mut row).collect()
}

impl<'a> Struck<'a> {
    fn new(document: &'a Document, block: &Block, ruler: &mut Ruler<'_>) -> Option<Self> {
        let removal = block.removal.as_deref()?;
        let range = block.span.range();
        let start = ruler.characters_before(range.start);
        let end = ruler.characters_before(range.end);
        Some(Struck { start, end, why: Why::from(removal), text: document.slice(block) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::{BlockKind, Evidence};

    #[test]
    fn places_count_characters() {
        let mut document = Document::from_text("Brücke öffnet\nTeilen\nAnzeige");
        document.id = "a".into();
        document.blocks =
            [0..15, 16..22, 23..30].map(|range| Block::new(range, BlockKind::Paragraph)).to_vec();
        document.remove(
            2,
            Removal { stage: "boilerplate", reason: "ad-label", evidence: Evidence::Rule("r".into()) },
        );
        assert!(has_trail(&document));
        let mut out = Vec::new();
        write_trail(&document, &mut out);
        let expected = concat!(
            r#"{"id":"a","source":{"file":"","member":0,"offset":0},"dropped":{"stage":"","reason":"","evidence":""},"removals":"#,
            r#"[{"start":21,"end":28,"stage":"boilerplate","reason":"ad-label","evidence":"r","text":"Anzeige"}]}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
