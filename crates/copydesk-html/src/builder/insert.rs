//! Where a node goes, and how it gets there.

use super::Builder;
use super::tags::{FORMATTING, FOSTERS, Flags, HTML_INTEGRATION, OPTION};
use crate::arena::{Kind, NONE, Record};
use crate::attribute;
use crate::name::{Name, Namespace, names as n};
use crate::span::Span;
use crate::tokenizer::{RawText, Run, Tag};

/// The standard's "appropriate place for inserting a node".
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) parent: u32,
    /// Before this child, or behind all.
    pub(super) before: u32,
}

impl Builder<'_> {
    /// The place for a node in the current one.
    #[inline]
    pub(super) fn place(&self) -> Place {
        match self.stack.last() {
            None => Place { parent: 0, before: NONE },
            Some(entry) if self.fosters && entry.flags & FOSTERS != 0 => self.foster_place(),
            Some(entry) => self.inside(entry.node, entry.name),
        }
    }

    /// The place for a node in another open element.
    pub(super) fn place_in(&self, node: u32, name: Name, flags: Flags) -> Place {
        if self.fosters && flags & FOSTERS != 0 { self.foster_place() } else { self.inside(node, name) }
    }

    /// The end of an element, or of the content of a template.
    #[inline]
    fn inside(&self, node: u32, name: Name) -> Place {
        let parent = if name == n::TEMPLATE { self.arena.get(node).last } else { node };
        Place { parent, before: NONE }
    }

    /// The place for what must not stand in a table: in front of it.
    fn foster_place(&self) -> Place {
        let is_either = |name: Name| name == n::TABLE || name == n::TEMPLATE;
        let Some(place) = self.stack.entries.iter().rposition(|entry| is_either(entry.name)) else {
            return Place { parent: self.stack.first_node(), before: NONE };
        };
        let entry = self.stack.entries[place];
        if entry.name == n::TEMPLATE {
            return self.inside(entry.node, entry.name);
        }
        match self.arena.get(entry.node).parent {
            NONE => {
                let above = self.stack.entries[place - 1];
                self.inside(above.node, above.name)
            }
            parent => Place { parent, before: entry.node },
        }
    }

    /// Links a node at a place.
    #[inline]
    pub(super) fn link(&mut self, node: u32, place: Place) {
        if place.before == NONE {
            self.arena.append(place.parent, node);
        } else {
            self.arena.insert_before(place.before, node);
        }
    }

    /// Makes an element of a tag, and puts it into the tree.
    #[inline]
    pub(super) fn add_element(&mut self, name: Name, tag: Tag) -> u32 {
        let has_attributes = (tag.attributes as usize) < self.tokenizer.attributes.len();
        let data = if has_attributes { tag.attributes } else { NONE };
        self.tokenizer.keep_attributes();
        let node = self.arena.add(Record::new(Kind::Element, name, data, tag.position));
        let place = self.place();
        self.link(node, place);
        node
    }

    /// An element that is not open afterwards.
    pub(super) fn insert_void(&mut self, tag: Tag) -> u32 {
        self.add_element(tag.name, tag)
    }

    /// An element that is open afterwards, unless it is too deep. Says whether it is.
    #[inline]
    pub(super) fn insert(&mut self, tag: Tag) -> bool {
        let node = self.add_element(tag.name, tag);
        self.open(node, tag.name, 0)
    }

    /// An element on which an insertion mode relies; it is open afterwards.
    pub(super) fn insert_structure(&mut self, tag: Tag) -> u32 {
        let node = self.add_element(tag.name, tag);
        self.stack.push(node, tag.name, 0);
        node
    }

    /// A tag without attributes, at the place that the page is read at.
    pub(super) fn implied(&mut self, name: Name) -> Tag {
        self.tokenizer.attributes_of_no_tag();
        let position = self.tokenizer.position() as u32;
        let attributes = self.tokenizer.attributes.len() as u32;
        Tag { name, attributes, is_self_closing: false, position }
    }

    /// Puts an element on the stack, unless it is too deep.
    #[inline]
    pub(super) fn open(&mut self, node: u32, name: Name, flags: Flags) -> bool {
        if self.stack.len() >= self.limits.depth {
            self.tokenizer.capped.depth = self.tokenizer.capped.depth.saturating_add(1);
            self.stack.note_too_deep(name);
            return false;
        }
        self.stack.push(node, name, flags);
        true
    }

    /// An element of SVG or MathML.
    pub(super) fn insert_foreign(&mut self, name: Name, tag: Tag) {
        let node = self.add_element(name, tag);
        if !tag.is_self_closing {
            let flags = if self.is_html_annotation(node, name) { HTML_INTEGRATION } else { 0 };
            self.open(node, name, flags);
        }
    }

    /// Whether an element is a MathML annotation that says that HTML stands in it.
    fn is_html_annotation(&self, node: u32, name: Name) -> bool {
        let attributes = attribute::of_element(&self.tokenizer.attributes, self.arena.get(node).data);
        name == n::ANNOTATION_XML.within(Namespace::MathMl)
            && attributes.iter().filter(|attribute| attribute.name() == n::ENCODING).any(|attribute| {
                let value = self.tokenizer.texts.get(attribute.value);
                value.eq_ignore_ascii_case("text/html") || value.eq_ignore_ascii_case("application/xhtml+xml")
            })
    }

    /// An element whose text is read at once up to its end tag, which the tree does not need.
    pub(super) fn insert_raw(&mut self, tag: Tag, how: RawText) {
        let node = self.insert_void(tag);
        let mut run = self.tokenizer.raw_element(how, tag.name.known().unwrap_or_default());
        if tag.name == n::TEXTAREA && self.bytes(run.span).starts_with(b"\n") {
            run.span = run.span.skip(1);
        }
        if !run.span.is_empty() {
            let text = self.arena.add(Record::text(Kind::Text, run.span, run.position));
            self.arena.append(node, text);
        }
    }

    /// Takes the current node off the stack.
    #[inline]
    pub(super) fn pop(&mut self) {
        if let Some(entry) = self.stack.pop()
            && entry.flags & (FORMATTING | OPTION) != 0
        {
            self.closed(entry.node, entry.flags);
        }
    }

    fn closed(&mut self, node: u32, flags: Flags) {
        if flags & FORMATTING != 0 {
            self.arena.get_mut(node).set_open(false);
        } else {
            self.show_selected(node);
        }
    }

    /// Takes elements off the stack until one of that name is taken off.
    pub(super) fn pop_until(&mut self, name: Name) {
        while let Some(entry) = self.stack.last().copied() {
            self.pop();
            if entry.name == name {
                return;
            }
        }
    }

    /// Takes elements off the stack until there are so many.
    pub(super) fn pop_to(&mut self, length: usize) {
        while self.stack.len() > length {
            self.pop();
        }
    }

    /// Takes elements off the stack until one of these is current, or `html`.
    pub(super) fn pop_back_to(&mut self, names: &[Name]) {
        while self.stack.len() > 1 && !names.contains(&self.stack.current_name()) {
            self.pop();
        }
    }

    /// A comment in the current node.
    pub(super) fn insert_comment(&mut self, span: Span, position: u32) {
        let node = self.arena.add(Record::text(Kind::Comment, span, position));
        let place = self.place();
        self.link(node, place);
    }

    /// A comment at the end of a certain node.
    pub(super) fn append_comment(&mut self, parent: u32, span: Span, position: u32) {
        let node = self.arena.add(Record::text(Kind::Comment, span, position));
        self.arena.append(parent, node);
    }

    /// Text at the place where it belongs; it joins a text that stands before it.
    pub(super) fn insert_text(&mut self, run: Run) {
        if run.span.is_empty() {
            return;
        }
        let place = self.place();
        if self.arena.get(place.parent).is(Kind::Document) {
            return;
        }
        let before = match place.before {
            NONE => self.arena.get(place.parent).last,
            node => self.arena.get(node).previous,
        };
        if before != NONE && self.arena.get(before).is(Kind::Text) {
            return self.join(before, run.span);
        }
        let node = self.arena.add(Record::text(Kind::Text, run.span, run.position));
        self.link(node, place);
    }

    /// Adds text to a node. Where the two do not touch, a copy is made that has room for as much again, so
    /// that a text to which is added again and again is not copied again and again.
    fn join(&mut self, node: u32, added: Span) {
        let record = *self.arena.get(node);
        let span = record.span();
        if span.end == added.start {
            self.arena.get_mut(node).set_span(Span { start: span.start, end: added.end });
            return;
        }
        let (end, room) = (span.end as usize, record.last as usize);
        let texts = &mut self.tokenizer.texts;
        if added.len() <= room {
            texts.overwrite(end, added);
            let record = self.arena.get_mut(node);
            record.first += added.len() as u32;
            record.last -= added.len() as u32;
            return;
        }
        let top = texts.top();
        texts.copy_to_side(span);
        texts.copy_to_side(added);
        let joined = texts.since(top);
        texts.make_room(joined.len());
        let record = self.arena.get_mut(node);
        record.set_span(joined);
        record.last = joined.len() as u32;
    }

    /// A start tag when no node is made any more: what is no text of the page is not read as such.
    pub(super) fn start_tag_behind_the_last_node(&mut self, tag: Tag) {
        self.count_left_out();
        let how = match tag.name {
            n::SCRIPT => RawText::Script,
            n::STYLE | n::IFRAME | n::NOEMBED | n::NOFRAMES => RawText::Plain,
            _ => return,
        };
        let element = tag.name.known().unwrap_or_default();
        self.tokenizer.raw_element(how, element);
    }

    pub(super) fn count_left_out(&mut self) {
        self.tokenizer.capped.nodes = self.tokenizer.capped.nodes.saturating_add(1);
    }
}
