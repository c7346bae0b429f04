//! The tree as an array: eight words for each node, linked by their places in it.
//!
//! Nothing here is freed node by node, and nothing recurses. What a text or comment does not need, links to
//! children, holds where its text ends and how much room there is behind it.

use crate::name::Name;
use crate::span::Span;

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The root of a page.
    Document,
    /// The root of a fragment, or the content of a `template`.
    Fragment,
    /// An element.
    Element,
    /// Text.
    Text,
    /// A comment.
    Comment,
    /// A document type.
    Doctype,
}

const KINDS: [Kind; 6] =
    [Kind::Document, Kind::Fragment, Kind::Element, Kind::Text, Kind::Comment, Kind::Doctype];
const KIND_SHIFT: u32 = 28;
/// Set in a formatting element that is on the stack of open elements.
const IS_OPEN: u32 = 1 << Name::BITS;

/// A node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) parent: u32,
    pub(crate) previous: u32,
    pub(crate) next: u32,
    /// The first child; of a text, where it ends.
    pub(crate) first: u32,
    /// The last child; of a text, the room behind it; of a `template`, its content.
    pub(crate) last: u32,
    /// Kind, name, and whether it is an open formatting element.
    tag: u32,
    /// Of an element, its first attribute; of a text or comment, where it begins; of a document type, its
    /// place in the list of those.
    pub(crate) data: u32,
    /// Where it begins in the page.
    pub(crate) position: u32,
}

impl Record {
    pub(crate) fn new(kind: Kind, name: Name, data: u32, position: u32) -> Record {
        let tag = (kind as u32) << KIND_SHIFT | name.bits();
        Record { parent: NONE, previous: NONE, next: NONE, first: NONE, last: NONE, tag, data, position }
    }

    pub(crate) fn text(kind: Kind, span: Span, position: u32) -> Record {
        let record = Record::new(kind, Name::NOTHING, span.start, position);
        Record { first: span.end, last: 0, ..record }
    }

    /// The same node without its links.
    pub(crate) fn unlinked(&self) -> Record {
        let (kind, name) = (self.kind(), self.name());
        if self.is_branch() || kind == Kind::Doctype {
            Record::new(kind, name, self.data, self.position)
        } else {
            Record::text(kind, self.span(), self.position)
        }
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        KINDS[(self.tag >> KIND_SHIFT) as usize % KINDS.len()]
    }

    #[inline]
    pub(crate) fn is(&self, kind: Kind) -> bool {
        self.tag >> KIND_SHIFT == kind as u32
    }

    #[inline]
    pub(crate) fn name(&self) -> Name {
        Name::from_bits(self.tag)
    }

    #[inline]
    pub(crate) fn is_element(&self, name: Name) -> bool {
        self.tag & !IS_OPEN == (Kind::Element as u32) << KIND_SHIFT | name.bits()
    }

    /// Whether it has children, rather than text.
    #[inline]
    pub(crate) fn is_branch(&self) -> bool {
        self.tag >> KIND_SHIFT <= Kind::Element as u32
    }

    /// Where the text lies.
    #[inline]
    pub(crate) fn span(&self) -> Span {
        Span { start: self.data, end: self.first }
    }

    pub(crate) fn set_span(&mut self, span: Span) {
        (self.data, self.first) = (span.start, span.end);
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.tag & IS_OPEN != 0
    }

    #[inline]
    pub(crate) fn set_open(&mut self, is_open: bool) {
        self.tag = self.tag & !IS_OPEN | if is_open { IS_OPEN } else { 0 };
    }
}

/// The nodes.
#[derive(Debug)]
pub(crate) struct Arena {
    pub(crate) records: Vec<Record>,
    /// How many nodes there will hardly be more of.
    most: usize,
}

impl Arena {
    pub(crate) fn new(nodes: usize, most: usize) -> Arena {
        Arena { records: Vec::with_capacity(nodes), most }
    }

    /// Adds a node that is linked to nothing.
    #[inline]
    pub(crate) fn add(&mut self, record: Record) -> u32 {
        if self.records.len() == self.records.capacity() {
            let left = self.most.saturating_sub(self.records.len());
            self.records.reserve_exact(self.records.len().min(left).max(64));
        }
        let node = self.records.len() as u32;
        self.records.push(record);
        node
    }

    #[inline]
    pub(crate) fn get(&self, node: u32) -> &Record {
        &self.records[node as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, node: u32) -> &mut Record {
        &mut self.records[node as usize]
    }

    /// Makes a node that is linked to nothing the last child.
    #[inline]
    pub(crate) fn append(&mut self, parent: u32, child: u32) {
        let last = std::mem::replace(&mut self.get_mut(parent).last, child);
        if last == NONE {
            self.get_mut(parent).first = child;
        } else {
            self.get_mut(last).next = child;
        }
        let record = self.get_mut(child);
        (record.parent, record.previous) = (parent, last);
    }

    /// Puts a node that is linked to nothing before another.
    pub(crate) fn insert_before(&mut self, sibling: u32, child: u32) {
        let Record { parent, previous, .. } = *self.get(sibling);
        self.get_mut(sibling).previous = child;
        if previous == NONE {
            self.get_mut(parent).first = child;
        } else {
            self.get_mut(previous).next = child;
        }
        let record = self.get_mut(child);
        (record.parent, record.previous, record.next) = (parent, previous, sibling);
    }

    /// Takes a node out of the tree.
    pub(crate) fn detach(&mut self, child: u32) {
        let Record { parent, previous, next, .. } = *self.get(child);
        if parent == NONE {
            return;
        }
        if previous == NONE {
            self.get_mut(parent).first = next;
        } else {
            self.get_mut(previous).next = next;
        }
        if next == NONE {
            self.get_mut(parent).last = previous;
        } else {
            self.get_mut(next).previous = previous;
        }
        let record = self.get_mut(child);
        (record.parent, record.previous, record.next) = (NONE, NONE, NONE);
    }

    /// Moves all children of a node to one that has none.
    pub(crate) fn move_children(&mut self, from: u32, to: u32) {
        let source = self.get_mut(from);
        let (first, last) = (source.first, source.last);
        (source.first, source.last) = (NONE, NONE);
        let target = self.get_mut(to);
        (target.first, target.last) = (first, last);
        let mut child = first;
        while child != NONE {
            let record = self.get_mut(child);
            record.parent = to;
            child = record.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn children(arena: &Arena, parent: u32) -> Vec<u32> {
        let mut forward = Vec::new();
        let mut child = arena.get(parent).first;
        while child != NONE {
            assert_eq!(arena.get(child).parent, parent);
            forward.push(child);
            child = arena.get(child).next;
        }
        let mut backward = Vec::new();
        child = arena.get(parent).last;
        while child != NONE {
            backward.push(child);
            child = arena.get(child).previous;
        }
        backward.reverse();
        assert_eq!(forward, backward);
        forward
    }

    #[test]
    fn links_stay_whole() {
        let mut arena = Arena::new(0, 100);
        let [root, a, b, c, other] =
            [(); 5].map(|()| arena.add(Record::new(Kind::Element, Name::new(0), NONE, 0)));
        arena.append(root, a);
        arena.append(root, c);
        arena.insert_before(c, b);
        assert_eq!(children(&arena, root), [a, b, c]);
        arena.detach(b);
        arena.insert_before(a, b);
        assert_eq!(children(&arena, root), [b, a, c]);
        arena.detach(c);
        arena.move_children(root, other);
        assert_eq!((children(&arena, root), children(&arena, other)), (vec![], vec![b, a]));
    }

    #[test]
    fn a_node_is_eight_words() {
        assert_eq!(size_of::<Record>(), 32);
    }

    #[test]
    fn an_open_element_keeps_kind_and_name() {
        let mut record = Record::new(Kind::Element, crate::names::B, NONE, 0);
        record.set_open(true);
        assert!(record.is_open() && record.is_element(crate::names::B) && record.is(Kind::Element));
        assert_eq!((record.kind(), record.name()), (Kind::Element, crate::names::B));
    }
}
