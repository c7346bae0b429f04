//! Nodes, and the ways from one to others.

use std::fmt;
use std::ops::Range;

use crate::arena::{Kind, NONE, Record};
use crate::attribute::{self, Attribute};
use crate::document::{Document, NodeId};
use crate::name::{Name, Namespace};
use crate::traverse::{Ancestors, Children, Descendants, Texts, Walk};

/// A node of a document. It is two words, and copied as such.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    number: u32,
}

/// An attribute of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeRef<'d> {
    /// Its name; in a namespace only in SVG and MathML.
    pub name: Name,
    /// The letters of the name, without a prefix.
    pub local: &'d str,
    /// Its value.
    pub value: &'d str,
}

/// The parts of a document type; those that are missing are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoctypeRef<'d> {
    /// The name, which is `html` on most pages.
    pub name: &'d str,
    /// The public identifier.
    pub public: &'d str,
    /// The system identifier.
    pub system: &'d str,
}

impl<'d> Node<'d> {
    pub(crate) fn new(document: &'d Document<'d>, number: u32) -> Node<'d> {
        Node { document, number }
    }

    fn other(self, number: u32) -> Option<Node<'d>> {
        (number != NONE).then_some(Node { number, ..self })
    }

    #[inline]
    fn record(self) -> &'d Record {
        &self.document.records[self.number as usize]
    }

    /// Its number in the document.
    #[must_use]
    pub fn id(self) -> NodeId {
        NodeId(self.number)
    }

    /// The document that it belongs to.
    #[must_use]
    pub fn document(self) -> &'d Document<'d> {
        self.document
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.record().kind()
    }

    /// Whether it is an element.
    #[must_use]
    pub fn is_element(self) -> bool {
        self.record().is(Kind::Element)
    }

    /// Whether it is text.
    #[must_use]
    pub fn is_text(self) -> bool {
        self.record().is(Kind::Text)
    }

    /// Whether it is an element of that name, in the namespace of the name.
    #[inline]
    #[must_use]
    pub fn is(self, name: Name) -> bool {
        self.record().is_element(name)
    }

    /// Whether it is an element of one of these names.
    ///
    /// ```
    /// use copydesk_html::{Options, names, parse};
    /// let page = parse(b"<h1>a</h1><h2>b</h2><p>c", &Options::default());
    /// let headings = page.root().descendants().filter(|node| node.is_any(&[names::H1, names::H2]));
    /// assert_eq!(headings.count(), 2);
    /// ```
    #[must_use]
    pub fn is_any(self, names: &[Name]) -> bool {
        self.is_element() && names.contains(&self.record().name())
    }

    /// The name of an element.
    #[must_use]
    pub fn name(self) -> Option<Name> {
        self.is_element().then(|| self.record().name())
    }

    /// The letters of an element's name; those of any other node are empty.
    #[must_use]
    pub fn local_name(self) -> &'d str {
        self.name().map_or("", |name| self.document.name(name))
    }

    /// The namespace of an element.
    #[must_use]
    pub fn namespace(self) -> Option<Namespace> {
        self.name().map(Name::namespace)
    }

    /// The letters of a text or comment; those of any other node are empty.
    #[must_use]
    pub fn text(self) -> &'d str {
        let record = self.record();
        match record.kind() {
            Kind::Text | Kind::Comment => self.document.texts.get(record.span()),
            _ => "",
        }
    }

    /// The parts of a document type.
    #[must_use]
    pub fn doctype(self) -> Option<DoctypeRef<'d>> {
        let doctype = match self.kind() {
            Kind::Doctype => self.document.doctypes.get(self.record().data as usize)?,
            _ => return None,
        };
        let [name, public, system] = [doctype.name, doctype.public, doctype.system]
            .map(|span| span.map_or("", |span| self.document.texts.get(span)));
        Some(DoctypeRef { name, public, system })
    }

    /// Where its first letter, or that of its start tag, stands in [`Document::source`]. An element that no
    /// tag asked for has the place at which it was missed.
    ///
    /// Where the bytes were UTF-8, this is the place of a byte among them, but for a byte order mark of three bytes.
    #[must_use]
    pub fn position(self) -> usize {
        self.record().position as usize
    }

    /// Where a text or comment lies in [`Document::source`], if it stands there letter by letter.
    ///
    /// ```
    /// use copydesk_html::{Options, parse_str};
    /// let page = parse_str("<p>one<p>t&amp;o", &Options::default());
    /// let ranges: Vec<_> =
    ///     page.root().descendants().filter(|node| node.is_text()).map(|node| node.source_range()).collect();
    /// assert_eq!(ranges, [Some(3..6), None]);
    /// ```
    #[must_use]
    pub fn source_range(self) -> Option<Range<usize>> {
        let record = self.record();
        let span = record.span();
        let is_unchanged = !record.is_branch()
            && !record.is(Kind::Doctype)
            && span.end as usize <= self.document.source().len();
        is_unchanged.then_some(span.start as usize..span.end as usize)
    }

    fn stored_attributes(self) -> &'d [Attribute] {
        if self.is_element() {
            attribute::of_element(&self.document.attributes, self.record().data)
        } else {
            &[]
        }
    }

    /// The attributes of an element, in the order of the page.
    pub fn attributes(self) -> impl Iterator<Item = AttributeRef<'d>> {
        let document = self.document;
        self.stored_attributes().iter().map(move |attribute| AttributeRef {
            name: attribute.name(),
            local: document.name(attribute.name()),
            value: document.texts.get(attribute.value),
        })
    }

    /// The values of the attributes with certain names, in the order of the page.
    ///
    /// ```
    /// use copydesk_html::{Options, names, parse};
    /// let page = parse(b"<a href=x class=y title=z>", &Options::default());
    /// let link = page.root().descendants().find(|node| node.is(names::A)).unwrap();
    /// let values = link.values(|name| name != names::TITLE);
    /// assert!(values.eq([(names::HREF, "x"), (names::CLASS, "y")]));
    /// ```
    pub fn values(self, is_wanted: impl Fn(Name) -> bool) -> impl Iterator<Item = (Name, &'d str)> {
        let texts = &self.document.texts;
        let wanted = self.stored_attributes().iter().filter(move |attribute| is_wanted(attribute.name()));
        wanted.map(move |attribute| (attribute.name(), texts.get(attribute.value)))
    }

    /// The value of an attribute.
    ///
    /// ```
    /// use copydesk_html::{Options, names, parse};
    /// let page = parse(b"<a href='/x?a&amp;b'>", &Options::default());
    /// let link = page.root().descendants().find(|node| node.is(names::A)).unwrap();
    /// assert_eq!((link.attribute(names::HREF), link.attribute(names::ID)), (Some("/x?a&b"), None));
    /// ```
    #[must_use]
    pub fn attribute(self, name: Name) -> Option<&'d str> {
        let found = self.stored_attributes().iter().find(|attribute| attribute.name() == name)?;
        Some(self.document.texts.get(found.value))
    }

    /// Whether `class` has that word.
    #[must_use]
    pub fn has_class(self, word: &str) -> bool {
        self.attribute(crate::names::CLASS)
            .is_some_and(|classes| classes.split_ascii_whitespace().any(|class| class == word))
    }

    /// The node that it is in. That of a template's content is the template.
    #[must_use]
    pub fn parent(self) -> Option<Node<'d>> {
        self.other(self.record().parent)
    }

    /// The first node in it. A `template` has none; see [`Node::content`].
    #[must_use]
    pub fn first_child(self) -> Option<Node<'d>> {
        let record = self.record();
        if record.is_branch() { self.other(record.first) } else { None }
    }

    /// The last node in it.
    #[must_use]
    pub fn last_child(self) -> Option<Node<'d>> {
        let record = self.record();
        if record.is_branch() && record.first != NONE { self.other(record.last) } else { None }
    }

    /// The node behind it.
    #[must_use]
    pub fn next_sibling(self) -> Option<Node<'d>> {
        self.other(self.record().next)
    }

    /// The node in front of it.
    #[must_use]
    pub fn previous_sibling(self) -> Option<Node<'d>> {
        self.other(self.record().previous)
    }

    /// What stands in a `template`: a node of kind [`Kind::Fragment`], which traversals do not come by.
    ///
    /// ```
    /// use copydesk_html::{Options, names, parse};
    /// let page = parse(b"<template><p>a</template><p>b", &Options::default());
    /// assert_eq!(page.root().all_text(), "b");
    /// let template = page.root().descendants().find(|node| node.is(names::TEMPLATE)).unwrap();
    /// assert_eq!(template.content().unwrap().all_text(), "a");
    /// ```
    #[must_use]
    pub fn content(self) -> Option<Node<'d>> {
        if self.is(crate::names::TEMPLATE) { self.other(self.record().last) } else { None }
    }

    /// The nodes in it.
    #[must_use]
    pub fn children(self) -> Children<'d> {
        Children::new(self.first_child())
    }

    /// The nodes that it is in, the nearest first.
    #[must_use]
    pub fn ancestors(self) -> Ancestors<'d> {
        Ancestors::new(self.parent())
    }

    /// All nodes below it, in the order of the page.
    #[must_use]
    pub fn descendants(self) -> Descendants<'d> {
        Descendants::new(self)
    }

    /// The way through it and everything below: a step into and out of each node.
    #[must_use]
    pub fn walk(self) -> Walk<'d> {
        Walk::new(self)
    }

    /// All text below it, piece by piece, in the order of the page; that of scripts and styles, too.
    #[must_use]
    pub fn texts(self) -> Texts<'d> {
        Texts::new(self)
    }

    /// All text below it.
    #[must_use]
    pub fn all_text(self) -> String {
        self.texts().collect()
    }

    /// It and everything below as HTML.
    #[must_use]
    pub fn outer_html(self) -> String {
        crate::serialize::outer(self)
    }

    /// Everything below it as HTML.
    #[must_use]
    pub fn inner_html(self) -> String {
        crate::serialize::inner(self)
    }
}

impl PartialEq for Node<'_> {
    /// Nodes are equal if they are the same node of the same document.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.number == other.number
    }
}

impl Eq for Node<'_> {}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Element => write!(formatter, "<{}>", self.local_name()),
            Kind::Text | Kind::Comment => write!(formatter, "{:?}({:?})", self.kind(), self.text()),
            kind => write!(formatter, "{kind:?}"),
        }
    }
}
