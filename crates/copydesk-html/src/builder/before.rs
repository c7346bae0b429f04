//! The modes before the head: document type, `html`, `head`. What does not belong there makes them.

use super::{Builder, Mode, Quirks, Step};
use crate::arena::{Kind, NONE, Record};
use crate::document::Doctype;
use crate::name::{Name, names as n};
use crate::tokenizer::{Run, Tag};

impl Builder<'_> {
    /// A document type, which is only minded at the very beginning.
    pub(super) fn doctype(&mut self, position: u32) {
        self.skips_line_end = false;
        if self.mode != Mode::Initial {
            return;
        }
        let token = self.tokenizer.doctype;
        let number = self.doctypes.len() as u32;
        self.doctypes.push(Doctype { name: token.name, public: token.public, system: token.system });
        let node = self.arena.add(Record::new(Kind::Doctype, Name::NOTHING, number, position));
        self.arena.append(0, node);
        self.quirks = super::quirks::of(&token, &self.tokenizer.texts);
        self.mode = Mode::BeforeHtml;
    }

    /// A page without a document type.
    pub(super) fn no_doctype(&mut self) -> Step {
        self.quirks = Quirks::Full;
        self.mode = Mode::BeforeHtml;
        Step::Again
    }

    pub(super) fn text_in_initial(&mut self, run: &mut Run) -> Step {
        self.split_space(run);
        if run.span.is_empty() { Step::Done } else { self.no_doctype() }
    }

    pub(super) fn text_before_html(&mut self, run: &mut Run) -> Step {
        self.split_space(run);
        if run.span.is_empty() { Step::Done } else { self.make_html() }
    }

    pub(super) fn start_before_html(&mut self, tag: Tag) -> Step {
        if tag.name != n::HTML {
            return self.make_html();
        }
        self.insert_structure(tag);
        self.mode = Mode::BeforeHead;
        Step::Done
    }

    pub(super) fn end_before_html(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HEAD | n::BODY | n::HTML | n::BR => self.make_html(),
            _ => Step::Done,
        }
    }

    /// The `html` element that no tag asked for.
    pub(super) fn make_html(&mut self) -> Step {
        self.make(n::HTML);
        self.mode = Mode::BeforeHead;
        Step::Again
    }

    pub(super) fn text_before_head(&mut self, run: &mut Run) -> Step {
        self.split_space(run);
        if run.span.is_empty() { Step::Done } else { self.make_head() }
    }

    pub(super) fn start_before_head(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HTML => self.start_in_body(tag),
            n::HEAD => {
                self.head = self.insert_structure(tag);
                self.mode = Mode::InHead;
                Step::Done
            }
            _ => self.make_head(),
        }
    }

    pub(super) fn end_before_head(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HEAD | n::BODY | n::HTML | n::BR => self.make_head(),
            _ => Step::Done,
        }
    }

    /// The `head` element that no tag asked for.
    pub(super) fn make_head(&mut self) -> Step {
        self.head = self.make(n::HEAD);
        self.mode = Mode::InHead;
        Step::Again
    }

    /// An element that no tag asked for, while the attributes of the current tag are still needed.
    pub(super) fn make(&mut self, name: Name) -> u32 {
        let position = self.tokenizer.position() as u32;
        let node = self.arena.add(Record::new(Kind::Element, name, NONE, position));
        let place = self.place();
        self.link(node, place);
        self.stack.push(node, name, 0);
        node
    }
}
