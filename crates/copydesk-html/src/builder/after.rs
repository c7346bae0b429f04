//! What stands behind the end of the body belongs to the body all the same.

use super::{Builder, Mode, Step};
use crate::name::names as n;
use crate::tokenizer::{Run, Tag};

impl Builder<'_> {
    pub(super) fn text_after_body(&mut self, run: &mut Run) -> Step {
        let space = self.split_space(run);
        if !space.span.is_empty() {
            let _ = self.text_in_body(space);
        }
        if run.span.is_empty() { Step::Done } else { self.back_to_body() }
    }

    pub(super) fn start_after_body(&mut self, tag: Tag) -> Step {
        if tag.name == n::HTML { self.start_in_body(tag) } else { self.back_to_body() }
    }

    pub(super) fn end_after_body(&mut self, tag: Tag) -> Step {
        if tag.name != n::HTML || self.mode == Mode::AfterAfterBody {
            return self.back_to_body();
        }
        if self.context.is_none() {
            self.mode = Mode::AfterAfterBody;
        }
        Step::Done
    }

    pub(super) fn back_to_body(&mut self) -> Step {
        self.mode = Mode::InBody;
        Step::Again
    }
}
