//! Lines and paragraphs that several documents say.
//!
//! Every line leaves a key of its words, with its site, its document and its place there. Sorted, equal keys stand
//! together; where enough documents of enough sites say a line, it stays in the first of them and goes from the
//! others. What recurs lawfully is passed over before it is counted: titles, headings, who wrote a text and when, what
//! is quoted, short lines. Documents that are copies as a whole do not count: they go anyway.

use std::collections::HashSet;
use std::io;

use copydesk_core::prose::{is_byline, is_prose, words_up_to};
use copydesk_core::{Block, BlockKind, Document, Scratch};
use foldhash::fast::FixedState;

use crate::mix::{fold, hash_lower};
use crate::notes::{lane, number};
use crate::options::{DedupOptions, Scope};
use crate::reading::Reading;
use crate::shelf::Shelf;
use crate::sort::{Record, Sorter};

/// Takes note of lines.
pub(crate) struct Lines {
    scope: Scope,
    min_words: usize,
    enough: Enough,
    bytes: usize,
    /// The key of a line, its document, and there its site and its block.
    lines: Sorter,
}

/// How many documents have to say a line.
#[derive(Debug, Clone, Copy)]
struct Enough {
    documents: usize,
    sites: usize,
}

impl Lines {
    /// None where whole documents are all that is compared.
    pub(crate) fn new(options: &DedupOptions) -> Option<Self> {
        let bytes = options.memory_mib << 20;
        let lines = || Lines {
            scope: options.scope,
            min_words: options.min_words,
            enough: Enough { documents: options.min_documents, sites: options.min_sites },
            bytes,
            lines: Sorter::new(bytes / 2),
        };
        (options.scope != Scope::Document).then(lines)
    }

    /// Takes note of the lines of a document.
    pub(crate) fn observe(
        &self,
        document: &Document,
        reading: &Reading,
        scratch: &dyn Scratch,
    ) -> io::Result<()> {
        let (document_number, site) = (number(document), u64::from(site(document)));
        let counts = |(index, words): &&(usize, std::ops::Range<usize>)| {
            words.len() >= self.min_words && self.may_go(document, &document.blocks[*index])
        };
        let record = |(index, words): &(usize, std::ops::Range<usize>)| {
            [key(&reading.words.hashes[words.clone()]), document_number, site << 32 | *index as u64]
        };
        let records = reading.blocks.iter().filter(counts).map(record);
        self.lines.add(lane(document_number), records, scratch)
    }

    /// Is a block of a kind that is compared?
    fn may_go(&self, document: &Document, block: &Block) -> bool {
        let line = document.slice(block);
        !is_lawful(document, block) && (self.scope == Scope::Line || is_prose(line))
    }

    /// Which blocks go from which document, because of whom.
    pub(crate) fn decide(
        &self,
        is_copy: &dyn Fn(u64) -> io::Result<bool>,
        scratch: &dyn Scratch,
    ) -> io::Result<Struck> {
        let blocks = Sorter::new(self.bytes / 4);
        let mut count = Counting {
            enough: self.enough,
            blocks: &blocks,
            is_copy,
            scratch,
            line: Line::default(),
            recurring: 0,
        };
        for record in self.lines.drain()? {
            count.take(record?)?;
        }
        let recurring = count.recurring;
        let blocks = Shelf::fill(blocks.drain()?, self.bytes / 4, scratch)?;
        Ok(Struck { blocks, recurring, min_words: self.min_words })
    }
}

/// What stays however often it recurs.
fn is_lawful(document: &Document, block: &Block) -> bool {
    let by_kind = matches!(
        block.kind,
        BlockKind::Title
            | BlockKind::Heading
            | BlockKind::Byline
            | BlockKind::Dateline
            | BlockKind::Quote
            | BlockKind::Table
    );
    let line = document.slice(block);
    by_kind || document.title.as_deref().is_some_and(|title| title.trim() == line) || is_byline(line)
}

/// A line as a number.
fn key(words: &[u32]) -> u64 {
    let mut pairs = words.chunks_exact(2);
    let key = pairs.by_ref().fold(words.len() as u64, |key, pair| {
        fold(key ^ (u64::from(pair[0]) << 32 | u64::from(pair[1])), 0xe703_7ed1_a0b4_28db)
    });
    pairs.remainder().iter().fold(key, |key, word| fold(key ^ u64::from(*word), 0x8ebc_6af0_9c88_c6e3))
}

/// The site of a document: the host of its URL, or else the folder of its file.
fn site(document: &Document) -> u32 {
    let host = document.url.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
    let host = host.and_then(|rest| rest.split(['/', '?', '#', ':']).next());
    let host = host.map(|host| host.strip_prefix("www.").unwrap_or(host));
    let folder = || document.source.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    hash_lower(host.unwrap_or_else(folder).as_bytes()) as u32
}

/// The lines of the corpus, one after the other.
struct Counting<'s> {
    enough: Enough,
    /// A document, the block that goes there, and the document that keeps it.
    blocks: &'s Sorter,
    is_copy: &'s dyn Fn(u64) -> io::Result<bool>,
    scratch: &'s dyn Scratch,
    line: Line,
    /// How many lines recur.
    recurring: u64,
}

/// A line that is being counted.
#[derive(Default)]
struct Line {
    key: Option<u64>,
    /// Its first record, while it is the only one.
    alone: Option<Record>,
    /// The first document that says it, and the last so far.
    first: Option<u64>,
    last: u64,
    documents: usize,
    sites: HashSet<u32, FixedState>,
    /// Where it would go, if enough say it.
    waiting: Vec<Record>,
    /// Enough do.
    recurs: bool,
}

impl Line {
    fn turn_to(&mut self, record: Record) {
        self.key = Some(record[0]);
        self.alone = Some(record);
        self.first = None;
        self.documents = 0;
        self.recurs = false;
        self.sites.clear();
        self.waiting.clear();
    }
}

impl Counting<'_> {
    /// Takes the next record. Most lines have one, and cost no more than that.
    fn take(&mut self, record: Record) -> io::Result<()> {
        if self.line.key != Some(record[0]) {
            self.line.turn_to(record);
            return Ok(());
        }
        if let Some(first) = self.line.alone.take() {
            self.count(first)?;
        }
        self.count(record)
    }

    fn count(&mut self, [_, document, place]: Record) -> io::Result<()> {
        if (self.is_copy)(document)? {
            return Ok(());
        }
        let line = &mut self.line;
        let first = *line.first.get_or_insert(document);
        if line.documents == 0 || document != line.last {
            line.documents += 1;
            line.last = document;
            line.sites.insert((place >> 32) as u32);
        }
        if document != first {
            line.waiting.push([document, place & u64::from(u32::MAX), first]);
        }
        let recurs = line.documents >= self.enough.documents && line.sites.len() >= self.enough.sites;
        if recurs && !line.waiting.is_empty() {
            self.recurring += u64::from(!line.recurs);
            line.recurs = true;
            self.blocks.add(0, line.waiting.drain(..), self.scratch)?;
        }
        Ok(())
    }
}

/// The blocks that go.
pub(crate) struct Struck {
    /// A document, the block that goes there, and the document that keeps it; in order.
    blocks: Shelf,
    /// How many lines recur.
    pub(crate) recurring: u64,
    min_words: usize,
}

impl Struck {
    /// The blocks that go from a document, each with the document that keeps it.
    pub(crate) fn of(&self, document: u64) -> io::Result<Vec<(usize, u64)>> {
        let records = self.blocks.find_all(document)?;
        Ok(records.into_iter().map(|[_, block, keeper]| (block as usize, keeper)).collect())
    }

    /// Would anything of substance be left of a document without some of its blocks? Headings and a few short
    /// lines are not an article.
    pub(crate) fn leaves_something(&self, document: &Document, struck: &[(usize, u64)]) -> bool {
        let goes = |index: usize| struck.iter().any(|(block, _)| *block == index);
        let says_something = |block: &Block| {
            !is_lawful(document, block)
                && words_up_to(document.slice(block), self.min_words) >= self.min_words
        };
        document.kept().any(|(index, block)| !goes(index) && says_something(block))
    }
}
