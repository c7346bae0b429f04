//! Takes what a plugin emits, checks it, and makes documents of it.
//!
//! The first thing that is not allowed ends the matter: the rest of the call is passed over and the
//! payload is set aside, with a message that names what was wrong.

use std::collections::HashSet;

use copydesk_core::{Block, BlockKind, Document};
use copydesk_plugin_abi::*;
use serde_json::{Map, Value};

use crate::event::{Event, Lent, Take};
use crate::manifest::Kind;

/// What a payload of any size may become, in bytes.
const SIZE_LIMIT: usize = 64 << 20;
/// What a larger payload may become, as a multiple of its text. Articles are their payload's text,
/// most of it once, some again as a title or a summary; JSON may double what it escapes. That is
/// less than four, and still a limit to a plugin that never stops.
const GROWTH_LIMIT: usize = 4;
/// Of one message; the rest is cut off.
const MESSAGE_LIMIT: usize = 4096;
/// Counted for every call on top of its bytes, so that empty ones are not free.
const CALL_COST: usize = 64;
/// Of a page, what becomes one block, and the markup round it.
const BYTES_OF_A_BLOCK: usize = 256;
/// Articles that one payload may hold.
const ARTICLE_LIMIT: usize = 100_000;

/// What a plugin may emit for a payload of that many bytes.
pub(crate) fn limit(payload: usize) -> usize {
    SIZE_LIMIT.max(payload.saturating_mul(GROWTH_LIMIT))
}

/// What a plugin emitted for one payload.
pub(crate) struct Collector {
    articles: Vec<Article>,
    /// By their names, in the order in which they came.
    pub(crate) scores: Vec<(String, f64)>,
    /// In the order in which they came.
    pub(crate) edits: Vec<Edit>,
    /// What an encoder made of the document.
    pub(crate) bytes: Vec<u8>,
    spent: usize,
    /// What may be spent.
    limit: usize,
    /// The length of the payload's text.
    payload: usize,
    /// What every article is given of the payload, in bytes.
    inheritance: usize,
    /// How the plugin says it went.
    pub(crate) outcome: u32,
    /// For a person.
    pub(crate) reason: String,
    /// What the plugin did that is not allowed.
    pub(crate) fault: Option<String>,
}

/// A run of bytes of the body that a transform strikes or replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// What comes in their place, if they are not just struck.
    pub(crate) replacement: Option<String>,
}

#[derive(Default)]
struct Article {
    text: String,
    blocks: Vec<Block>,
    id: Option<String>,
    url: Option<String>,
    title: Option<String>,
    author: Option<String>,
    date: Option<String>,
    language: Option<String>,
    metadata: Map<String, Value>,
}

impl Collector {
    pub(crate) fn new(payload: &Document) -> Self {
        Collector {
            articles: Vec::new(),
            scores: Vec::new(),
            edits: Vec::new(),
            bytes: Vec::new(),
            spent: 0,
            limit: limit(payload.text.len()),
            payload: payload.text.len(),
            inheritance: payload.metadata.len() + payload.id.len(),
            outcome: CD_OK,
            reason: String::new(),
            fault: None,
        }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), String> {
        self.spent = self.spent.saturating_add(bytes);
        if self.spent > self.limit { Err(self.too_much()) } else { Ok(()) }
    }

    #[cold]
    fn too_much(&self) -> String {
        format!("it emitted more than {} MiB for one payload", self.limit >> 20)
    }

    fn begin(&mut self) -> Result<(), String> {
        if self.articles.len() == ARTICLE_LIMIT {
            return Err(format!("it found more than {ARTICLE_LIMIT} articles in one payload"));
        }
        self.spend(self.inheritance)?;
        let mut article = Article::default();
        if self.articles.is_empty() {
            // the text of a page is about half of it: room that need not grow while it is filled
            article.text.reserve(self.payload / 2);
            article.blocks.reserve(self.payload / BYTES_OF_A_BLOCK);
        }
        self.articles.push(article);
        Ok(())
    }

    fn current(&mut self) -> Result<&mut Article, String> {
        if self.articles.is_empty() {
            self.begin()?;
        }
        Ok(self.articles.last_mut().expect("there is one now"))
    }

    /// The documents. One article inherits what the record said of itself; of several, nobody knows
    /// which one the record spoke of, so that only its language and its metadata go to all.
    pub(crate) fn into_documents(self, payload: &Document) -> Vec<Document> {
        let alone = self.articles.len() == 1;
        let mut ids = HashSet::new();
        let mut documents = Vec::with_capacity(self.articles.len());
        for (n, article) in self.articles.into_iter().enumerate() {
            let numbered = |id: &str| format!("{id}#{}", n + 1);
            let mut document = article.into_document(payload, alone);
            if document.id.is_empty() {
                document.id = if alone { payload.id.clone() } else { numbered(&payload.id) };
            }
            // at most as often as there are ids: each that is in the way ends in this very number
            while !alone && !ids.insert(document.id.clone()) {
                document.id = numbered(&document.id);
            }
            documents.push(document);
        }
        documents
    }
}

impl Article {
    fn block(&mut self, kind: BlockKind, text: &str) {
        let text = trimmed(text);
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.blocks.push(Block::new(start..self.text.len(), kind));
    }

    fn field(&mut self, key: &str, value: Value) -> Result<(), String> {
        let own = match key {
            "id" => &mut self.id,
            "url" => &mut self.url,
            "title" => &mut self.title,
            "author" => &mut self.author,
            "date" => &mut self.date,
            "language" => &mut self.language,
            _ => {
                self.metadata.insert(key.to_owned(), value);
                return Ok(());
            }
        };
        *own = match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            Value::Array(names) if key == "author" && names.iter().all(Value::is_string) => {
                Some(names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
            }
            other => return Err(format!("the field `{key}` is a string, not {other}")),
        };
        Ok(())
    }

    /// The text of the first title block.
    fn headline(&self) -> Option<String> {
        let title = self.blocks.iter().find(|block| block.kind == BlockKind::Title)?;
        Some(self.text[title.span.range()].to_owned())
    }

    fn into_document(self, payload: &Document, alone: bool) -> Document {
        let headline = self.headline();
        let inherited =
            |own: Option<String>, record: &Option<String>| own.or_else(|| record.clone().filter(|_| alone));
        Document {
            id: self.id.unwrap_or_default(),
            source: payload.source.clone(),
            mime: "text/plain".into(),
            url: inherited(self.url, &payload.url),
            title: inherited(self.title.or(headline), &payload.title),
            author: inherited(self.author, &payload.author),
            date: inherited(self.date, &payload.date),
            language: self.language.or_else(|| payload.language.clone()),
            metadata: merged(&payload.metadata, self.metadata),
            text: self.text,
            blocks: self.blocks,
            marks: Vec::new(),
            dropped: None,
            remarks: Vec::new(),
            encoded: Vec::new(),
        }
    }
}

/// The members of the record's metadata and of the article's; the article has the last word.
pub(crate) fn merged(record: &str, article: Map<String, Value>) -> String {
    if article.is_empty() {
        return record.to_owned();
    }
    let mut members: Map<String, Value> = serde_json::from_str(&format!("{{{record}}}")).unwrap_or_default();
    members.extend(article);
    let object = Value::Object(members).to_string();
    object[1..object.len() - 1].to_owned()
}

/// Trims a text, which nearly never needs it.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn kind_of(role: u32) -> Option<BlockKind> {
    Some(match role {
        CD_ROLE_TITLE => BlockKind::Title,
        CD_ROLE_BYLINE => BlockKind::Byline,
        CD_ROLE_DATELINE => BlockKind::Dateline,
        CD_ROLE_HEADING => BlockKind::Heading,
        CD_ROLE_PARAGRAPH => BlockKind::Paragraph,
        CD_ROLE_LIST_ITEM => BlockKind::ListItem,
        CD_ROLE_QUOTE => BlockKind::Quote,
        CD_ROLE_CAPTION => BlockKind::Caption,
        CD_ROLE_TABLE => BlockKind::Table,
        CD_ROLE_VERBATIM => BlockKind::Verbatim,
        _ => return None,
    })
}

#[cold]
fn unknown_role(role: u32) -> String {
    format!("it emitted text in the role {role}, which this copydesk does not know")
}

/// A message, cut where it gets too long.
fn cut(mut message: String) -> String {
    message.truncate(message.floor_char_boundary(MESSAGE_LIMIT));
    message
}

/// A message that a plugin lends, cut where it gets too long.
pub(crate) fn lossy(lent: Lent<'_>) -> String {
    let Lent::Bytes(bytes) = lent else { return String::new() };
    String::from_utf8_lossy(&bytes[..bytes.len().min(MESSAGE_LIMIT)]).into_owned()
}

fn text<'a>(what: &str, lent: Lent<'a>) -> Result<&'a str, String> {
    utf8(lent).ok_or_else(|| no_text(what, lent))
}

fn utf8(lent: Lent<'_>) -> Option<&str> {
    let Lent::Bytes(bytes) = lent else { return None };
    std::str::from_utf8(bytes).ok()
}

#[cold]
fn no_text(what: &str, lent: Lent<'_>) -> String {
    match lent {
        Lent::Bytes(bytes) => {
            let valid = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
            format!("the {what} is not UTF-8 from byte {valid} on")
        }
        Lent::Nowhere(length) => format!("the {what} is {length} bytes at no address"),
        Lent::Unread(length) => format!("the {what} is {length} bytes, which nobody read"),
    }
}

/// What an event costs in bytes, before it is looked at.
fn cost(event: &Event<'_>) -> usize {
    match event {
        Event::Article => size_of::<Article>(),
        Event::Text { text, .. } => text.len(),
        Event::Field { key, json } => key.len().saturating_add(json.len()),
        Event::Outcome { reason, .. } => reason.len(),
        Event::Score { name, .. } => name.len(),
        Event::Span { replacement, .. } => replacement.len(),
    }
}

impl Take for Collector {
    fn room(&self) -> usize {
        self.limit
    }

    /// Takes an event, unless something was wrong before.
    // a copy for each callback, in which the others are not there: see the bench
    #[inline(always)]
    fn take(&mut self, doc: u32, event: Event<'_>) {
        if self.fault.is_some() {
            return;
        }
        if let Err(fault) = self.check(doc, &event).and_then(|()| self.accept(event)) {
            self.fault = Some(cut(fault));
        }
    }
}

#[cold]
fn wrong_document(doc: u32) -> String {
    format!("it spoke of document {doc}, but was given one document")
}

impl Collector {
    #[inline(always)]
    fn check(&mut self, doc: u32, event: &Event<'_>) -> Result<(), String> {
        if doc != 0 {
            return Err(wrong_document(doc));
        }
        self.spend(cost(event).saturating_add(CALL_COST))
    }

    #[inline(always)]
    fn accept(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Article => self.begin(),
            Event::Text { role, text } => self.text(role, text),
            Event::Field { key, json } => self.field(key, json),
            Event::Score { name, value } => {
                self.scores.push((text("name of a score", name)?.to_owned(), value));
                Ok(())
            }
            Event::Span { op, start, end, replacement } => self.span(op, start, end, replacement),
            Event::Outcome { code, .. } if code > CD_ERROR => {
                Err(format!("it ended with the outcome {code}, which this copydesk does not know"))
            }
            Event::Outcome { code, reason } => {
                (self.outcome, self.reason) = (code, lossy(reason));
                Ok(())
            }
        }
    }

    #[inline(always)]
    fn text(&mut self, role: u32, lent: Lent<'_>) -> Result<(), String> {
        let Some(kind) = kind_of(role) else { return self.raw(role, lent) };
        let text = utf8(lent).ok_or_else(|| no_text(kind.name(), lent))?;
        self.current()?.block(kind, text);
        Ok(())
    }

    #[cold]
    fn raw(&mut self, role: u32, lent: Lent<'_>) -> Result<(), String> {
        match lent {
            _ if role != CD_ROLE_RAW => Err(unknown_role(role)),
            Lent::Bytes(bytes) => {
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
            Lent::Nowhere(_) | Lent::Unread(_) => Err(no_text("encoded document", lent)),
        }
    }

    fn span(&mut self, op: u32, start: u64, end: u64, lent: Lent<'_>) -> Result<(), String> {
        let replacement = match op {
            CD_SPAN_DELETE => None,
            CD_SPAN_REPLACE => Some(text("replacement of a span", lent)?.to_owned()),
            _ => return Err(format!("it did {op} to a span, which this copydesk does not know")),
        };
        self.edits.push(Edit { start, end, replacement });
        Ok(())
    }

    /// What was done that is not allowed, by a plugin of that kind.
    pub(crate) fn fault_of(&self, kind: Kind) -> Option<String> {
        let emitted = [
            (Kind::Extractor, !self.articles.is_empty(), "text or a field"),
            (Kind::Filter, !self.scores.is_empty(), "a score"),
            (Kind::Transform, !self.edits.is_empty(), "a span"),
            (Kind::Encoder, !self.bytes.is_empty(), "bytes"),
        ];
        let alien = emitted.iter().find(|(owner, is_there, _)| *owner != kind && *is_there);
        let alien = alien.map(|(_, _, what)| format!("it is {} and emitted {what}", kind.in_words()));
        self.fault.clone().or(alien)
    }

    fn field(&mut self, key: Lent<'_>, json: Lent<'_>) -> Result<(), String> {
        let key = text("key of a field", key)?;
        let json = text("value of a field", json)?;
        let value =
            serde_json::from_str(json).map_err(|error| format!("the field `{key}` is not JSON: {error}"))?;
        self.current()?.field(key, value)
    }
}
