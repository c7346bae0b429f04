//! Which mode the open elements ask for, when a table or a template was closed.

use super::{Builder, Mode};
use crate::arena::NONE;
use crate::name::{Name, names as n};

impl Builder<'_> {
    /// The standard's "reset the insertion mode appropriately".
    pub(super) fn reset_mode(&mut self) {
        let mut asked = self.stack.deciding().filter_map(|place| match (&self.context, place) {
            (Some(context), 0) => self.mode_of(context.name, true),
            _ => self.mode_of(self.stack.entries[place].name, place == 0),
        });
        self.mode = asked.next().unwrap_or(Mode::InBody);
    }

    /// The mode that an open element asks for.
    fn mode_of(&self, name: Name, is_last: bool) -> Option<Mode> {
        let mode = match name {
            n::TD | n::TH if !is_last => Mode::InCell,
            n::TR => Mode::InRow,
            n::TBODY | n::THEAD | n::TFOOT => Mode::InTableBody,
            n::CAPTION => Mode::InCaption,
            n::COLGROUP => Mode::InColumnGroup,
            n::TABLE => Mode::InTable,
            n::TEMPLATE => *self.template_modes.last()?,
            n::HEAD if !is_last => Mode::InHead,
            n::BODY => Mode::InBody,
            n::FRAMESET => Mode::InFrameset,
            n::HTML if self.head == NONE => Mode::BeforeHead,
            n::HTML => Mode::AfterHead,
            _ => return None,
        };
        Some(mode)
    }
}
