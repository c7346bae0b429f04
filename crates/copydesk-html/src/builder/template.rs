//! `template` elements, whose content is a fragment of its own and may be a part of anything.

use super::tags::THOROUGH_END;
use super::{Builder, Mode, Step};
use crate::arena::{Kind, NONE, Record};
use crate::name::{Name, names as n};
use crate::tokenizer::Tag;

impl Builder<'_> {
    pub(super) fn is_in_template(&self) -> bool {
        self.stack.is_open(n::TEMPLATE) && self.stack.entries.iter().any(|entry| entry.name == n::TEMPLATE)
    }

    pub(super) fn start_template(&mut self, tag: Tag) {
        let node = self.add_element(tag.name, tag);
        self.add_content(node, tag.position);
        if self.open(node, tag.name, 0) {
            self.formatting.push_marker();
            self.allows_frameset = false;
            self.mode = Mode::InTemplate;
            self.template_modes.push(Mode::InTemplate);
        }
    }

    fn add_content(&mut self, template: u32, position: u32) {
        let content = self.arena.add(Record::new(Kind::Fragment, Name::NOTHING, NONE, position));
        self.set_content(template, content);
    }

    /// The fragment that holds what stands in a template is no child, but the template is its parent.
    pub(super) fn set_content(&mut self, template: u32, content: u32) {
        self.arena.get_mut(content).parent = template;
        self.arena.get_mut(template).last = content;
    }

    pub(super) fn end_template(&mut self) -> Step {
        if self.is_in_template() {
            while self.stack.last().is_some_and(|entry| entry.flags & THOROUGH_END != 0) {
                self.pop();
            }
            self.close_template();
        }
        Step::Done
    }

    fn close_template(&mut self) {
        self.pop_until(n::TEMPLATE);
        self.formatting.clear_to_marker();
        self.template_modes.pop();
        self.reset_mode();
    }

    pub(super) fn start_in_template(&mut self, tag: Tag) -> Step {
        let mode = match tag.name {
            n::BASE
            | n::BASEFONT
            | n::BGSOUND
            | n::LINK
            | n::META
            | n::NOFRAMES
            | n::SCRIPT
            | n::STYLE
            | n::TEMPLATE
            | n::TITLE => return self.start_in_head(tag),
            n::CAPTION | n::COLGROUP | n::TBODY | n::TFOOT | n::THEAD => Mode::InTable,
            n::COL => Mode::InColumnGroup,
            n::TR => Mode::InTableBody,
            n::TD | n::TH => Mode::InRow,
            _ => Mode::InBody,
        };
        self.template_modes.pop();
        self.template_modes.push(mode);
        self.mode = mode;
        Step::Again
    }

    pub(super) fn end_in_template(&mut self, tag: Tag) -> Step {
        if tag.name == n::TEMPLATE { self.end_template() } else { Step::Done }
    }

    /// A page that ends in a template ends that first.
    pub(super) fn end_of_page_in_template(&mut self) -> Step {
        if self.template_modes.is_empty() || !self.is_in_template() {
            return Step::Done;
        }
        self.close_template();
        Step::Again
    }
}
