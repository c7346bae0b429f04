//! The body of a page: end tags.

use super::tags::{self, SPECIAL};
use super::{Builder, Mode, Step};
use crate::arena::NONE;
use crate::name::{Name, names as n};
use crate::tokenizer::Tag;

impl Builder<'_> {
    pub(super) fn end_in_body(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::DIV
            | n::ADDRESS
            | n::ARTICLE
            | n::ASIDE
            | n::BLOCKQUOTE
            | n::BUTTON
            | n::CENTER
            | n::DETAILS
            | n::DIALOG
            | n::DIR
            | n::DL
            | n::FIELDSET
            | n::FIGCAPTION
            | n::FIGURE
            | n::FOOTER
            | n::HEADER
            | n::HGROUP
            | n::LISTING
            | n::MAIN
            | n::MENU
            | n::NAV
            | n::OL
            | n::PRE
            | n::SEARCH
            | n::SECTION
            | n::SELECT
            | n::SUMMARY
            | n::UL => self.end_block(tag.name),
            n::A
            | n::B
            | n::BIG
            | n::CODE
            | n::EM
            | n::FONT
            | n::I
            | n::NOBR
            | n::S
            | n::SMALL
            | n::STRIKE
            | n::STRONG
            | n::TT
            | n::U => self.adopt(tag.name),
            n::P => self.end_p(),
            n::LI => {
                if self.stack.has(tags::LI) {
                    self.close_implied(n::LI);
                    self.pop_until(n::LI);
                }
            }
            n::DD | n::DT => {
                if self.stack.has(tags::scope(tag.name)) {
                    self.close_implied(tag.name);
                    self.pop_until(tag.name);
                }
            }
            n::H1 | n::H2 | n::H3 | n::H4 | n::H5 | n::H6 => self.end_heading(),
            n::FORM => self.end_form(),
            n::BR => {
                self.reconstruct();
                let tag = self.implied(n::BR);
                self.insert_void(tag);
                self.allows_frameset = false;
            }
            n::APPLET | n::MARQUEE | n::OBJECT => {
                if self.stack.has(tags::scope(tag.name)) {
                    self.end_block(tag.name);
                    self.formatting.clear_to_marker();
                }
            }
            n::BODY => {
                if self.stack.has(tags::scope(n::BODY)) {
                    self.mode = Mode::AfterBody;
                }
            }
            n::HTML => {
                if self.stack.has(tags::scope(n::BODY)) {
                    self.mode = Mode::AfterBody;
                    return Step::Again;
                }
            }
            n::TEMPLATE => return self.end_template(),
            _ => self.any_other_end(tag.name),
        }
        Step::Done
    }

    #[inline]
    fn end_block(&mut self, name: Name) {
        if self.stack.has(tags::scope(name)) {
            self.close_implied(Name::NOTHING);
            self.pop_until(name);
        }
    }

    /// The end of a paragraph that never began makes an empty one.
    fn end_p(&mut self) {
        if !self.stack.has(tags::P) {
            let tag = self.implied(n::P);
            if !self.insert(tag) {
                self.stack.closes_too_deep(n::P);
                return;
            }
        }
        self.close_p();
    }

    fn end_heading(&mut self) {
        if !self.stack.has(tags::HEADING) {
            return;
        }
        self.close_implied(Name::NOTHING);
        while let Some(entry) = self.stack.last().copied() {
            self.pop();
            if matches!(entry.name, n::H1 | n::H2 | n::H3 | n::H4 | n::H5 | n::H6) {
                return;
            }
        }
    }

    fn end_form(&mut self) {
        if self.is_in_template() {
            return self.end_block(n::FORM);
        }
        let form = std::mem::replace(&mut self.form, NONE);
        if form == NONE || !self.stack.has(tags::scope(n::FORM)) {
            return;
        }
        if let Some(place) = self.place_in_scope(form) {
            self.close_implied(Name::NOTHING);
            if place + 1 == self.stack.len() {
                self.pop();
            } else if place < self.stack.len() {
                self.stack.remove(place);
            }
        }
    }

    /// An end tag with no rules of its own closes the nearest element of its name, if nothing special is open
    /// in that.
    pub(super) fn any_other_end(&mut self, name: Name) {
        if !self.stack.is_open(name) {
            return;
        }
        for place in (0..self.stack.len()).rev() {
            let entry = self.stack.entries[place];
            if entry.name == name {
                self.close_implied(name);
                return self.pop_to(place);
            }
            if entry.flags & SPECIAL != 0 {
                return;
            }
        }
    }
}
