//! The head of a page, `noscript` in it, and what stands between head and body.

use super::{Builder, Mode, Step};
use crate::name::names as n;
use crate::tokenizer::{RawText, Run, Tag};

impl Builder<'_> {
    pub(super) fn text_in_head(&mut self, run: &mut Run) -> Step {
        let space = self.split_space(run);
        self.insert_text(space);
        if run.span.is_empty() { Step::Done } else { self.leave_head() }
    }

    pub(super) fn start_in_head(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HTML => return self.start_in_body(tag),
            n::BASE | n::BASEFONT | n::BGSOUND | n::LINK | n::META => {
                self.insert_void(tag);
            }
            n::TITLE => self.insert_raw(tag, RawText::References),
            n::NOFRAMES | n::STYLE => self.insert_raw(tag, RawText::Plain),
            n::NOSCRIPT if self.scripting => self.insert_raw(tag, RawText::Plain),
            n::NOSCRIPT => {
                self.insert_structure(tag);
                self.mode = Mode::InHeadNoscript;
            }
            n::SCRIPT => self.insert_raw(tag, RawText::Script),
            n::TEMPLATE => self.start_template(tag),
            n::HEAD => {}
            _ => return self.leave_head(),
        }
        Step::Done
    }

    pub(super) fn end_in_head(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HEAD => {
                let _ = self.leave_head();
                Step::Done
            }
            n::BODY | n::HTML | n::BR => self.leave_head(),
            n::TEMPLATE => self.end_template(),
            _ => Step::Done,
        }
    }

    pub(super) fn leave_head(&mut self) -> Step {
        self.pop();
        self.mode = Mode::AfterHead;
        Step::Again
    }

    pub(super) fn text_in_head_noscript(&mut self, run: &mut Run) -> Step {
        let space = self.split_space(run);
        self.insert_text(space);
        if run.span.is_empty() { Step::Done } else { self.leave_head_noscript() }
    }

    pub(super) fn start_in_head_noscript(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HTML => self.start_in_body(tag),
            n::BASEFONT | n::BGSOUND | n::LINK | n::META | n::NOFRAMES | n::STYLE => self.start_in_head(tag),
            n::HEAD | n::NOSCRIPT => Step::Done,
            _ => self.leave_head_noscript(),
        }
    }

    pub(super) fn end_in_head_noscript(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::NOSCRIPT => {
                let _ = self.leave_head_noscript();
                Step::Done
            }
            n::BR => self.leave_head_noscript(),
            _ => Step::Done,
        }
    }

    pub(super) fn leave_head_noscript(&mut self) -> Step {
        self.pop();
        self.mode = Mode::InHead;
        Step::Again
    }

    pub(super) fn text_after_head(&mut self, run: &mut Run) -> Step {
        let space = self.split_space(run);
        self.insert_text(space);
        if run.span.is_empty() { Step::Done } else { self.make_body() }
    }

    pub(super) fn start_after_head(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HTML => return self.start_in_body(tag),
            n::BODY => {
                self.insert_structure(tag);
                self.allows_frameset = false;
                self.mode = Mode::InBody;
            }
            n::FRAMESET => {
                self.insert_structure(tag);
                self.mode = Mode::InFrameset;
            }
            n::BASE
            | n::BASEFONT
            | n::BGSOUND
            | n::LINK
            | n::META
            | n::NOFRAMES
            | n::SCRIPT
            | n::STYLE
            | n::TEMPLATE
            | n::TITLE => return self.start_in_closed_head(tag),
            n::HEAD => {}
            _ => return self.make_body(),
        }
        Step::Done
    }

    /// What belongs in the head, and comes behind it, is put there all the same.
    fn start_in_closed_head(&mut self, tag: Tag) -> Step {
        let head = self.head;
        self.stack.push(head, n::HEAD, 0);
        let step = self.start_in_head(tag);
        if let Some(place) = self.stack.place(head) {
            self.stack.remove(place);
        }
        step
    }

    pub(super) fn end_after_head(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::TEMPLATE => self.end_template(),
            n::BODY | n::HTML | n::BR => self.make_body(),
            _ => Step::Done,
        }
    }

    /// The `body` element that no tag asked for.
    pub(super) fn make_body(&mut self) -> Step {
        self.make(n::BODY);
        self.mode = Mode::InBody;
        Step::Again
    }
}
