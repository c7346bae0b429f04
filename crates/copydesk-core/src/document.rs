//! An article and what has been struck from it.
//!
//! The text is copied once, on the way in. From then on a document is spans over that text: a
//! [`Block`] says where a paragraph lies, a [`Removal`] on it says who struck it and why. Nothing
//! in here edits text or drops a block; that is left to the export.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One article, from reader to export.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The record's own id, as it came, or else the place it was read from. Records of the same id are
    /// told apart by `source`.
    pub id: String,
    /// The record this document was read from.
    pub source: Source,
    /// What `text` is until an extractor has been at it, as a MIME type: `text/plain`, `text/html`.
    pub mime: Cow<'static, str>,
    /// Where the article was published.
    pub url: Option<String>,
    /// The title that came with the record, or that an extractor found.
    pub title: Option<String>,
    /// Who wrote it; several names are joined by `; `.
    pub author: Option<String>,
    /// When it was published, as it came with the record.
    pub date: Option<String>,
    /// BCP 47 tag of the language, as it came with the record.
    pub language: Option<String>,
    /// Everything else that came with the record: the members of a JSON object, without braces
    /// (`"section":"world","views":3`), or nothing.
    pub metadata: String,
    /// The text that all spans point into.
    pub text: String,
    /// In reading order; spans ascend and do not overlap.
    pub blocks: Vec<Block>,
    /// Links, pictures and cells, where a config asks for them. Their spans ascend by their first byte.
    pub marks: Vec<Mark>,
    /// Set when the whole document goes, as a duplicate does.
    pub dropped: Option<Box<Removal>>,
    /// What stages found out about the document as a whole, in the order in which they said it.
    pub remarks: Vec<Remark>,
    /// What an [`Encoder`](crate::Encoder) made of what is kept, for the exporter to write; else nothing.
    pub encoded: Vec<u8>,
}

/// What a stage found out about a document as a whole: what kind of text it is, that it was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remark {
    /// The name of the stage in a config.
    pub stage: &'static str,
    /// Kebab-case, stable: `whole-page`, `left-alone`.
    pub name: &'static str,
}

/// Where a document was read.
///
/// A file that is not compressed has one address for each byte, its `offset`. In a compressed file
/// reading can begin where a gzip member, a zstd frame or the like begins: `member` says where that is
/// in the file, and `offset` counts the decompressed bytes from there. A Parquet file has rows, not bytes, to
/// find a record by: `offset` is the number of the row in the file, from 0, and `length` counts rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Path of the dump, below the input folder that it was found in; behind it, where the dump is an
    /// archive, the name of the file in it.
    pub file: Arc<str>,
    /// Where in the file the compressed member begins that the record begins in, in bytes; 0 if the
    /// file is not compressed or has one member only.
    pub member: u64,
    /// Offset of the record in the decompressed member, or in the file, in bytes; in Parquet, in rows.
    pub offset: u64,
    /// Size of the record, decompressed, in bytes; in Parquet, in rows.
    pub length: u64,
    /// Place of the document in the run's reading order. Equal for any number of threads.
    #[serde(skip)]
    pub sequence: u64,
}

impl Default for Source {
    fn default() -> Self {
        Source { file: Arc::from(""), member: 0, offset: 0, length: 0, sequence: 0 }
    }
}

impl fmt::Display for Source {
    /// `news.jsonl:1200`, or `news.jsonl.gz:88+1200` behind a member that does not begin the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.member {
            0 => write!(f, "{}:{}", self.file, self.offset),
            member => write!(f, "{}:{member}+{}", self.file, self.offset),
        }
    }
}

/// A run of bytes in a document's text. Both ends are character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// The byte behind the last one.
    pub end: u32,
}

impl Span {
    /// The span of a byte range.
    ///
    /// # Panics
    /// If the range ends beyond 4 GiB; readers refuse records of that size.
    pub fn new(range: Range<usize>) -> Self {
        let bound = |at: usize| u32::try_from(at).expect("a record is smaller than 4 GiB");
        Span { start: bound(range.start), end: bound(range.end) }
    }

    /// The same as a range, to slice with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A paragraph-like run of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Where it lies in the document's text, without surrounding white space.
    pub span: Span,
    /// What it is.
    pub kind: BlockKind,
    /// Of a heading its level, from 1 to 6; of a quotation the number of quotations that it is in; of anything else that of
    /// lists. 0 where the payload says nothing of it, as plain text does.
    pub level: u8,
    /// What stands in front of it in a list, and not in its text.
    pub marker: Marker,
    /// Its line breaks come from hard wrapping: they stand for spaces.
    pub wrapped: bool,
    /// Set when a stage struck it.
    pub removal: Option<Box<Removal>>,
}

impl Block {
    /// A kept, unwrapped block.
    pub fn new(range: Range<usize>, kind: BlockKind) -> Self {
        let span = Span::new(range);
        Block { span, kind, level: 0, marker: Marker::None, wrapped: false, removal: None }
    }

    /// Nobody has struck it.
    pub fn is_kept(&self) -> bool {
        self.removal.is_none()
    }
}

/// What a block is to the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// The headline.
    Title,
    /// The line that names the author.
    Byline,
    /// The line that gives place or time of writing.
    Dateline,
    /// A heading inside the article.
    Heading,
    /// Running text.
    Paragraph,
    /// An item of a list, its marker included.
    ListItem,
    /// A quotation set apart.
    Quote,
    /// The text below a picture.
    Caption,
    /// A row or the whole of a table.
    Table,
    /// A line of verse, source code or anything else whose line breaks matter.
    Verbatim,
}

impl BlockKind {
    /// The name that reports and trails use: kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            BlockKind::Title => "title",
            BlockKind::Byline => "byline",
            BlockKind::Dateline => "dateline",
            BlockKind::Heading => "heading",
            BlockKind::Paragraph => "paragraph",
            BlockKind::ListItem => "list-item",
            BlockKind::Quote => "quote",
            BlockKind::Caption => "caption",
            BlockKind::Table => "table",
            BlockKind::Verbatim => "verbatim",
        }
    }
}

/// What a list puts in front of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Marker {
    /// Nothing: it is no item, or not the beginning of one, or its text has a marker of its own.
    #[default]
    None,
    /// A bullet.
    Bullet,
    /// A number.
    Number(u16),
}

/// What the markup of a payload says of a part of the text, besides what its block is.
///
/// Marks change nothing in the text, and no stage has to know of them: they are for those who write it as
/// Markdown.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The part of the text; a picture has an empty span, at the place where it stands.
    pub span: Span,
    /// What it is.
    pub kind: MarkKind,
}

/// What a part of the text is.
#[derive(Debug, Clone, PartialEq)]
pub enum MarkKind {
    /// It leads to this address.
    Link(Box<str>),
    /// Here stands a picture, which belongs to the article.
    Picture {
        /// What it shows, for those who do not see it; may be empty.
        alt: Box<str>,
        /// Where it lies.
        address: Box<str>,
    },
    /// A cell of a table. All numbers count from 0, tables over the document.
    Cell {
        /// Which table.
        table: u32,
        /// Which row.
        row: u32,
        /// Which column.
        column: u32,
    },
}

/// Who struck a block or a document, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal {
    /// Name of the stage, as in the configuration.
    pub stage: &'static str,
    /// Completes "removed because it is, or ...": `ad-label`, `repeats-headline`. Stable.
    pub reason: &'static str,
    /// What convinced the stage.
    pub evidence: Evidence,
}

/// What convinced a stage. [`Display`](fmt::Display) gives the form that the trail shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A rule matched: `whole line "advertisement" (en)`.
    Rule(Cow<'static, str>),
    /// A model's score passed its threshold.
    Score {
        /// What the model said, 0 to 1.
        score: f32,
        /// From where on the stage removes, 0 to 1.
        threshold: f32,
    },
    /// It says again what another block or document says.
    CopyOf {
        /// The id of the document, or the text of the block, that stays.
        kept: String,
        /// 1 for an exact copy.
        similarity: f32,
    },
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Rule(rule) => f.write_str(rule),
            Evidence::Score { score, threshold } => write!(f, "score {score:.3}, threshold {threshold:.3}"),
            Evidence::CopyOf { kept, similarity } => {
                write!(f, "copy of {kept:?}, similarity {similarity:.2}")
            }
        }
    }
}

impl Document {
    /// A plain-text document that stands alone, for a caller that has only a text.
    pub fn from_text(text: impl Into<String>) -> Self {
        Document { mime: Cow::Borrowed("text/plain"), text: text.into(), ..Document::default() }
    }

    /// The text of a block, exactly as it stands in the source.
    pub fn slice(&self, block: &Block) -> &str {
        &self.text[block.span.range()]
    }

    /// The text of a block as a reader should see it: hard-wrapped lines joined by a space.
    pub fn view(&self, block: &Block) -> Cow<'_, str> {
        let text = self.slice(block);
        if block.wrapped { Cow::Owned(unwrap_lines(text)) } else { Cow::Borrowed(text) }
    }

    /// The blocks that nobody has struck, with their index.
    pub fn kept(&self) -> impl Iterator<Item = (usize, &Block)> {
        self.blocks.iter().enumerate().filter(|(_, block)| block.is_kept())
    }

    /// Marks a block as struck. The first stage to strike a block is the one on record.
    pub fn remove(&mut self, index: usize, removal: Removal) {
        self.blocks[index].removal.get_or_insert(Box::new(removal));
    }

    /// Is there anything to export?
    pub fn is_kept(&self) -> bool {
        self.dropped.is_none() && self.blocks.iter().any(Block::is_kept)
    }

    /// The kept blocks, joined. Appends to `out`, so that a caller can reuse one buffer.
    pub fn write_kept(&self, separator: &str, out: &mut String) {
        self.write_blocks(self.kept().map(|(_, block)| block), separator, out);
    }

    /// Any of the blocks, joined. Appends to `out`.
    pub fn write_blocks<'b>(
        &self,
        blocks: impl Iterator<Item = &'b Block>,
        separator: &str,
        out: &mut String,
    ) {
        let start = out.len();
        for block in blocks {
            if out.len() > start {
                out.push_str(separator);
            }
            out.push_str(&self.view(block));
        }
    }
}

fn unwrap_lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_blocks() -> Document {
        let mut document = Document::from_text("Share\n\nThe bridge\nis open.");
        document.blocks =
            vec![Block::new(0..5, BlockKind::Paragraph), Block::new(7..26, BlockKind::Paragraph)];
        document
    }

    fn struck(reason: &'static str) -> Removal {
        Removal { stage: "test", reason, evidence: Evidence::Rule("because".into()) }
    }

    #[test]
    fn struck_blocks_stay_in_place_and_are_left_out() {
        let mut document = two_blocks();
        document.remove(0, struck("share-bar"));
        let mut text = String::new();
        document.write_kept("\n", &mut text);
        assert_eq!(text, "The bridge\nis open.");
        assert_eq!(document.blocks.len(), 2);
        assert_eq!(document.slice(&document.blocks[0]), "Share");
    }

    #[test]
    fn the_first_stage_to_strike_is_on_record() {
        let mut document = two_blocks();
        document.remove(0, struck("first"));
        document.remove(0, struck("second"));
        assert_eq!(document.blocks[0].removal.as_ref().map(|removal| removal.reason), Some("first"));
    }

    #[test]
    fn wrapped_lines_read_as_one() {
        let mut document = two_blocks();
        document.blocks[1].wrapped = true;
        assert_eq!(document.view(&document.blocks[1]), "The bridge is open.");
        assert_eq!(document.slice(&document.blocks[1]), "The bridge\nis open.");
    }
}
