//! Pages made of frames.

use super::{Builder, Mode, Step};
use crate::name::names as n;
use crate::tokenizer::{Run, Tag};

impl Builder<'_> {
    /// Text of which only the white space stays.
    pub(super) fn space_only(&mut self, run: Run) -> Step {
        self.with_space(run, Self::insert_text);
        Step::Done
    }

    pub(super) fn text_after_after_frameset(&mut self, run: Run) -> Step {
        self.with_space(run, |builder, space| {
            let _ = builder.text_in_body(space);
        });
        Step::Done
    }

    fn with_space(&mut self, run: Run, act: impl FnOnce(&mut Self, Run)) {
        let text = self.tokenizer.texts.get(run.span);
        let space: String = text.chars().filter(|letter| letter.is_ascii_whitespace()).collect();
        if space.is_empty() {
            return;
        }
        let top = self.tokenizer.texts.top();
        self.tokenizer.texts.side.push_str(&space);
        act(self, Run { span: self.tokenizer.texts.since(top), ..run });
    }

    pub(super) fn start_in_frameset(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HTML => return self.start_in_body(tag),
            n::FRAMESET => {
                self.insert(tag);
            }
            n::FRAME => {
                self.insert_void(tag);
            }
            n::NOFRAMES => return self.start_in_head(tag),
            _ => {}
        }
        Step::Done
    }

    pub(super) fn end_in_frameset(&mut self, tag: Tag) -> Step {
        if tag.name == n::FRAMESET && self.stack.len() > 1 {
            self.pop();
            if self.context.is_none() && self.stack.current_name() != n::FRAMESET {
                self.mode = Mode::AfterFrameset;
            }
        }
        Step::Done
    }

    pub(super) fn start_after_frameset(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HTML => self.start_in_body(tag),
            n::NOFRAMES => self.start_in_head(tag),
            _ => Step::Done,
        }
    }

    pub(super) fn end_after_frameset(&mut self, tag: Tag) -> Step {
        if tag.name == n::HTML {
            self.mode = Mode::AfterAfterFrameset;
        }
        Step::Done
    }

    pub(super) fn start_after_after_frameset(&mut self, tag: Tag) -> Step {
        self.start_after_frameset(tag)
    }
}
