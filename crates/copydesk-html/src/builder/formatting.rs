//! The list of active formatting elements, and how they are opened again.

use super::Builder;
use crate::arena::{Kind, NONE, Record};
use crate::attribute::{self, Attribute};
use crate::limits::Capped;
use crate::name::Name;
use crate::span::Texts;

/// An entry; a marker has no node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) node: u32,
    pub(super) name: Name,
    /// The node's attributes.
    pub(super) attributes: u32,
    pub(super) position: u32,
}

const MARKER: Entry = Entry { node: NONE, name: Name::NOTHING, attributes: NONE, position: 0 };

/// The list, the latest entry last.
#[derive(Debug)]
pub(super) struct Formatting {
    pub(super) entries: Vec<Entry>,
    /// Where the entries behind the last marker begin.
    since_marker: usize,
    limit: usize,
}

impl Formatting {
    pub(super) fn new(limit: usize) -> Formatting {
        Formatting { entries: Vec::new(), since_marker: 0, limit: limit.max(1) }
    }

    pub(super) fn push_marker(&mut self) {
        self.entries.push(MARKER);
        self.since_marker = self.entries.len();
    }

    pub(super) fn clear_to_marker(&mut self) {
        self.entries.truncate(self.since_marker.saturating_sub(1));
        self.since_marker = self.entries.iter().rposition(|entry| entry.node == NONE).map_or(0, |at| at + 1);
    }

    /// The place of a node behind the last marker.
    pub(super) fn place(&self, node: u32) -> Option<usize> {
        let recent = &self.entries[self.since_marker..];
        recent.iter().rposition(|entry| entry.node == node).map(|place| self.since_marker + place)
    }

    /// The latest element of a name behind the last marker.
    pub(super) fn latest(&self, name: Name) -> Option<Entry> {
        self.entries[self.since_marker..].iter().rfind(|entry| entry.name == name).copied()
    }

    pub(super) fn remove(&mut self, node: u32) {
        if let Some(place) = self.place(node) {
            self.entries.remove(place);
        }
    }

    /// Adds an element. The oldest of three that are like it goes, and the oldest of too many.
    fn push(&mut self, new: Entry, attributes: &[Attribute], texts: &Texts<'_>, capped: &mut Capped) {
        let recent = &self.entries[self.since_marker..];
        let mut same = recent.iter().enumerate().filter(|(_, entry)| is_same(entry, &new, attributes, texts));
        if let Some((oldest, _)) = same.next()
            && same.count() >= 2
        {
            self.entries.remove(self.since_marker + oldest);
        }
        if self.entries.len() - self.since_marker >= self.limit {
            self.entries.remove(self.since_marker);
            capped.formatting = capped.formatting.saturating_add(1);
        }
        self.entries.push(new);
    }
}

/// Whether two elements have the same name and the same attributes in any order.
fn is_same(one: &Entry, other: &Entry, attributes: &[Attribute], texts: &Texts<'_>) -> bool {
    if one.name != other.name {
        return false;
    }
    let [one, other] = [one, other].map(|entry| attribute::of_element(attributes, entry.attributes));
    let is_in_other = |attribute: &Attribute| {
        other.iter().any(|candidate| {
            candidate.name() == attribute.name() && texts.get(candidate.value) == texts.get(attribute.value)
        })
    };
    one.len() == other.len() && one.iter().all(is_in_other)
}

impl Builder<'_> {
    pub(super) fn push_formatting(&mut self, node: u32) {
        let record = self.arena.get_mut(node);
        record.set_open(true);
        let entry = Entry { node, name: record.name(), attributes: record.data, position: record.position };
        let tokenizer = &mut self.tokenizer;
        self.formatting.push(entry, &tokenizer.attributes, &tokenizer.texts, &mut tokenizer.capped);
    }

    /// Opens the formatting elements again that were closed although their end tags are still to come.
    #[inline]
    pub(super) fn reconstruct(&mut self) {
        if let Some(last) = self.formatting.entries.last()
            && last.node != NONE
            && !self.arena.get(last.node).is_open()
        {
            self.open_again();
        }
    }

    fn open_again(&mut self) {
        let is_done = |entry: &Entry| entry.node == NONE || self.arena.get(entry.node).is_open();
        let first = self.formatting.entries.iter().rposition(is_done).map_or(0, |place| place + 1);
        for place in first..self.formatting.entries.len() {
            if self.stack.len() >= self.limits.depth || !self.may_copy() {
                self.tokenizer.capped.formatting = self.tokenizer.capped.formatting.saturating_add(1);
                return;
            }
            let node = self.copy(self.formatting.entries[place]);
            let at = self.place();
            self.link(node, at);
            self.stack.push(node, self.formatting.entries[place].name, 0);
            self.arena.get_mut(node).set_open(true);
            self.formatting.entries[place].node = node;
        }
    }

    /// Whether the builder may make another element on its own.
    pub(super) fn may_copy(&self) -> bool {
        self.reopened < self.limits.reopened.saturating_add(self.tokenizer.position() / 8)
    }

    /// An element like that of an entry. The two share their attributes.
    pub(super) fn copy(&mut self, entry: Entry) -> u32 {
        self.reopened += 1;
        self.arena.add(Record::new(Kind::Element, entry.name, entry.attributes, entry.position))
    }
}
