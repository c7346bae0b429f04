//! A page as a tree, and what is known of it as a whole.

use std::borrow::Cow;

use encoding_rs::Encoding;

use crate::arena::Record;
use crate::attribute::Attribute;
use crate::builder::{Builder, Quirks};
use crate::limits::Capped;
use crate::lines::Lines;
use crate::name::{self, KNOWN, Name};
use crate::node::Node;
use crate::span::{Span, Texts};

/// A node's number in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The number, which counts nodes in the order in which they were made.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The parts of a document type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doctype {
    pub(crate) name: Option<Span>,
    pub(crate) public: Option<Span>,
    pub(crate) system: Option<Span>,
}

/// A page, read.
///
/// It holds the text of the page, or borrows it where the bytes were UTF-8, a list of nodes and a list of
/// attributes. To drop it is to drop those.
#[derive(Debug)]
pub struct Document<'s> {
    pub(crate) texts: Texts<'s>,
    pub(crate) records: Vec<Record>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) names: Vec<Span>,
    pub(crate) doctypes: Vec<Doctype>,
    pub(crate) quirks: Quirks,
    pub(crate) capped: Capped,
    pub(crate) encoding: &'static Encoding,
    pub(crate) scripting: bool,
}

impl<'s> Document<'s> {
    /// What a builder has built of a page, with the page.
    pub(crate) fn new(source: Cow<'s, str>, parts: Parts, encoding: &'static Encoding) -> Document<'s> {
        let Parts { side, records, attributes, names, doctypes, quirks, capped, scripting } = parts;
        let texts = Texts { source, side };
        Document { texts, records, attributes, names, doctypes, quirks, capped, encoding, scripting }
    }

    /// The document itself, or the root of a fragment.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.node(NodeId(0))
    }

    /// The node with a number of this document.
    ///
    /// # Panics
    /// If the number is from another document, and larger than any of this one.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        assert!(id.index() < self.records.len(), "the node is one of this document");
        Node::new(self, id.0)
    }

    /// How many nodes were made, those included that are in the tree no more.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.records.len()
    }

    /// The element `html`; a fragment has none.
    #[must_use]
    pub fn html(&self) -> Option<Node<'_>> {
        self.root().children().find(|node| node.is(crate::names::HTML))
    }

    /// The element `head`.
    #[must_use]
    pub fn head(&self) -> Option<Node<'_>> {
        self.html()?.children().find(|node| node.is(crate::names::HEAD))
    }

    /// The element `body`; a page of frames has none.
    #[must_use]
    pub fn body(&self) -> Option<Node<'_>> {
        self.html()?.children().find(|node| node.is(crate::names::BODY))
    }

    /// The name with these letters, if it is known or stands in the page. Names of HTML are in small letters.
    ///
    /// ```
    /// use copydesk_html::{Options, parse};
    /// let page = parse(b"<x-card>A</x-card>", &Options::default());
    /// let card = page.find_name("x-card").unwrap();
    /// assert!(page.root().descendants().any(|node| node.is(card)));
    /// assert_eq!(page.find_name("x-other"), None);
    /// ```
    #[must_use]
    pub fn find_name(&self, letters: &str) -> Option<Name> {
        name::find(letters.as_bytes()).or_else(|| {
            let number = self.names.iter().position(|&name| self.texts.get(name) == letters)?;
            Some(Name::new(KNOWN.len() + number))
        })
    }

    /// The letters of a name.
    #[must_use]
    pub fn name(&self, name: Name) -> &str {
        match KNOWN.get(name.index()) {
            Some(known) => known,
            None => self.names.get(name.index() - KNOWN.len()).map_or("", |&span| self.texts.get(span)),
        }
    }

    /// The text that was read: the page as UTF-8. Positions of nodes are offsets in it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.texts.source
    }

    /// The number of the line, from 1, for each position.
    #[must_use]
    pub fn lines(&self) -> Lines {
        Lines::new(&self.texts.source)
    }

    /// The encoding that the bytes were read in.
    #[must_use]
    pub fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    /// Whether the document type asks for the layout of old browsers.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Which limits acted.
    #[must_use]
    pub fn capped(&self) -> Capped {
        self.capped
    }

    /// How many bytes of memory the tree takes, without the page itself if that is borrowed.
    #[must_use]
    pub fn memory(&self) -> usize {
        let source = match &self.texts.source {
            Cow::Borrowed(_) => 0,
            Cow::Owned(text) => text.capacity(),
        };
        source
            + self.texts.side.capacity()
            + self.records.capacity() * size_of::<Record>()
            + self.attributes.capacity() * size_of::<Attribute>()
            + self.names.capacity() * size_of::<Span>()
            + self.doctypes.capacity() * size_of::<Doctype>()
    }
}

/// What a builder has built, without the page.
#[derive(Debug)]
pub(crate) struct Parts {
    side: String,
    records: Vec<Record>,
    attributes: Vec<Attribute>,
    names: Vec<Span>,
    doctypes: Vec<Doctype>,
    quirks: Quirks,
    pub(crate) capped: Capped,
    scripting: bool,
}

impl Builder<'_> {
    /// The finished tree, without the page.
    pub(crate) fn into_parts(mut self, scripting: bool) -> Parts {
        self.tokenizer.attributes_of_no_tag();
        Parts {
            side: self.tokenizer.texts.side,
            records: trimmed(self.arena.records),
            attributes: trimmed(self.tokenizer.attributes),
            names: self.tokenizer.names.into_names(),
            doctypes: self.doctypes,
            quirks: self.quirks,
            capped: self.tokenizer.capped,
            scripting,
        }
    }
}

/// Gives room back that is larger than half of what is used.
fn trimmed<T>(mut list: Vec<T>) -> Vec<T> {
    if list.capacity() > 64 + list.len() + list.len() / 2 {
        list.shrink_to_fit();
    }
    list
}
