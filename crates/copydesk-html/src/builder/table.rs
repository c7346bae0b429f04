//! Tables: what may stand in them, what is put in front of them, and what their parts close.

use super::tags::{TABLE_BODY, table_scope};
use super::{Builder, Mode, Step};
use crate::arena::NONE;
use crate::name::{Name, names as n};
use crate::tokenizer::{Run, Tag};

const TABLE_CONTEXT: [Name; 3] = [n::TABLE, n::TEMPLATE, n::HTML];
const BODY_CONTEXT: [Name; 5] = [n::TBODY, n::TFOOT, n::THEAD, n::TEMPLATE, n::HTML];
const ROW_CONTEXT: [Name; 3] = [n::TR, n::TEMPLATE, n::HTML];

impl Builder<'_> {
    /// Text between the parts of a table: white space stays, other text goes in front of the table.
    pub(super) fn text_in_table(&mut self, run: Run) -> Step {
        let is_in_table = matches!(
            self.stack.current_name(),
            n::TABLE | n::TBODY | n::TEMPLATE | n::TFOOT | n::THEAD | n::TR
        );
        if is_in_table && self.leading_space(run) == run.span.len() {
            self.insert_text(run);
            return Step::Done;
        }
        self.fostering(|builder| builder.text_in_body(run))
    }

    /// Does something, and what must not stand in a table goes in front of it.
    fn fostering(&mut self, act: impl FnOnce(&mut Self) -> Step) -> Step {
        self.fosters = true;
        let step = act(self);
        self.fosters = false;
        step
    }

    pub(super) fn start_in_table(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::CAPTION => {
                self.pop_back_to(&TABLE_CONTEXT);
                self.formatting.push_marker();
                self.insert_structure(tag);
                self.mode = Mode::InCaption;
            }
            n::COLGROUP => {
                self.pop_back_to(&TABLE_CONTEXT);
                self.insert_structure(tag);
                self.mode = Mode::InColumnGroup;
            }
            n::COL => {
                self.pop_back_to(&TABLE_CONTEXT);
                self.make(n::COLGROUP);
                self.mode = Mode::InColumnGroup;
                return Step::Again;
            }
            n::TBODY | n::TFOOT | n::THEAD => {
                self.pop_back_to(&TABLE_CONTEXT);
                self.insert_structure(tag);
                self.mode = Mode::InTableBody;
            }
            n::TD | n::TH | n::TR => {
                self.pop_back_to(&TABLE_CONTEXT);
                self.make(n::TBODY);
                self.mode = Mode::InTableBody;
                return Step::Again;
            }
            n::TABLE => return if self.close_table() { Step::Again } else { Step::Done },
            n::STYLE | n::SCRIPT | n::TEMPLATE => return self.start_in_head(tag),
            n::INPUT if self.is_hidden_input(tag) => {
                self.insert_void(tag);
            }
            n::FORM => {
                if self.form == NONE && !self.is_in_template() {
                    self.form = self.insert_void(tag);
                }
            }
            _ => return self.fostering(|builder| builder.start_in_body(tag)),
        }
        Step::Done
    }

    pub(super) fn end_in_table(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::TABLE => {
                self.close_table();
                Step::Done
            }
            n::BODY
            | n::CAPTION
            | n::COL
            | n::COLGROUP
            | n::HTML
            | n::TBODY
            | n::TD
            | n::TFOOT
            | n::TH
            | n::THEAD
            | n::TR => Step::Done,
            n::TEMPLATE => self.end_template(),
            _ => self.fostering(|builder| builder.end_in_body(tag)),
        }
    }

    /// Closes the table, if there is one. Says whether there was.
    fn close_table(&mut self) -> bool {
        let is_open = self.stack.has(table_scope(n::TABLE));
        if is_open {
            self.pop_until(n::TABLE);
            self.reset_mode();
        }
        is_open
    }

    pub(super) fn start_in_caption(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::CAPTION | n::COL | n::COLGROUP | n::TBODY | n::TD | n::TFOOT | n::TH | n::THEAD | n::TR => {
                if self.close_caption() {
                    Step::Again
                } else {
                    Step::Done
                }
            }
            _ => self.start_in_body(tag),
        }
    }

    pub(super) fn end_in_caption(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::CAPTION => {
                self.close_caption();
                Step::Done
            }
            n::TABLE => {
                if self.close_caption() {
                    Step::Again
                } else {
                    Step::Done
                }
            }
            n::BODY
            | n::COL
            | n::COLGROUP
            | n::HTML
            | n::TBODY
            | n::TD
            | n::TFOOT
            | n::TH
            | n::THEAD
            | n::TR => Step::Done,
            _ => self.end_in_body(tag),
        }
    }

    fn close_caption(&mut self) -> bool {
        let is_open = self.stack.has(table_scope(n::CAPTION));
        if is_open {
            self.close_implied(Name::NOTHING);
            self.pop_until(n::CAPTION);
            self.formatting.clear_to_marker();
            self.mode = Mode::InTable;
        }
        is_open
    }

    pub(super) fn text_in_column_group(&mut self, run: &mut Run) -> Step {
        let space = self.split_space(run);
        self.insert_text(space);
        if run.span.is_empty() {
            Step::Done
        } else if self.leave_column_group() {
            Step::Again
        } else {
            self.space_only(*run)
        }
    }

    pub(super) fn start_in_column_group(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::HTML => self.start_in_body(tag),
            n::COL => {
                self.insert_void(tag);
                Step::Done
            }
            n::TEMPLATE => self.start_in_head(tag),
            _ if self.leave_column_group() => Step::Again,
            _ => Step::Done,
        }
    }

    pub(super) fn end_in_column_group(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::COLGROUP => {
                self.leave_column_group();
                Step::Done
            }
            n::COL => Step::Done,
            n::TEMPLATE => self.end_template(),
            _ if self.leave_column_group() => Step::Again,
            _ => Step::Done,
        }
    }

    /// Closes the column group, if that is what is open.
    pub(super) fn leave_column_group(&mut self) -> bool {
        let is_open = self.stack.current_name() == n::COLGROUP;
        if is_open {
            self.pop();
            self.mode = Mode::InTable;
        }
        is_open
    }

    pub(super) fn start_in_table_body(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::TR => {
                self.pop_back_to(&BODY_CONTEXT);
                self.insert_structure(tag);
                self.mode = Mode::InRow;
                Step::Done
            }
            n::TH | n::TD => {
                self.pop_back_to(&BODY_CONTEXT);
                self.make(n::TR);
                self.mode = Mode::InRow;
                Step::Again
            }
            n::CAPTION | n::COL | n::COLGROUP | n::TBODY | n::TFOOT | n::THEAD => self.close_table_body(),
            _ => self.start_in_table(tag),
        }
    }

    pub(super) fn end_in_table_body(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::TBODY | n::TFOOT | n::THEAD => {
                if self.stack.has(table_scope(tag.name)) {
                    let _ = self.close_table_body();
                }
                Step::Done
            }
            n::TABLE => self.close_table_body(),
            n::BODY | n::CAPTION | n::COL | n::COLGROUP | n::HTML | n::TD | n::TH | n::TR => Step::Done,
            _ => self.end_in_table(tag),
        }
    }

    fn close_table_body(&mut self) -> Step {
        self.close_part(TABLE_BODY, &BODY_CONTEXT, Mode::InTable)
    }

    pub(super) fn start_in_row(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::TH | n::TD => {
                self.pop_back_to(&ROW_CONTEXT);
                self.insert_structure(tag);
                self.mode = Mode::InCell;
                self.formatting.push_marker();
                Step::Done
            }
            n::CAPTION | n::COL | n::COLGROUP | n::TBODY | n::TFOOT | n::THEAD | n::TR => self.close_row(),
            _ => self.start_in_table(tag),
        }
    }

    pub(super) fn end_in_row(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::TR => {
                let _ = self.close_row();
                Step::Done
            }
            n::TABLE => self.close_row(),
            n::TBODY | n::TFOOT | n::THEAD => {
                if self.stack.has(table_scope(tag.name)) {
                    self.close_row()
                } else {
                    Step::Done
                }
            }
            n::BODY | n::CAPTION | n::COL | n::COLGROUP | n::HTML | n::TD | n::TH => Step::Done,
            _ => self.end_in_table(tag),
        }
    }

    fn close_row(&mut self) -> Step {
        self.close_part(table_scope(n::TR), &ROW_CONTEXT, Mode::InTableBody)
    }

    /// Closes the row, or the group of rows, that is open in the table, and lets the tag be looked at again.
    fn close_part(&mut self, scope: u64, context: &[Name], outside: Mode) -> Step {
        if !self.stack.has(scope) {
            return Step::Done;
        }
        self.pop_back_to(context);
        self.pop();
        self.mode = outside;
        Step::Again
    }

    pub(super) fn start_in_cell(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::CAPTION | n::COL | n::COLGROUP | n::TBODY | n::TD | n::TFOOT | n::TH | n::THEAD | n::TR => {
                self.close_cell()
            }
            _ => self.start_in_body(tag),
        }
    }

    pub(super) fn end_in_cell(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::TD | n::TH => {
                if self.stack.has(table_scope(tag.name)) {
                    self.close_implied(Name::NOTHING);
                    self.pop_until(tag.name);
                    self.formatting.clear_to_marker();
                    self.mode = Mode::InRow;
                }
                Step::Done
            }
            n::BODY | n::CAPTION | n::COL | n::COLGROUP | n::HTML => Step::Done,
            n::TABLE | n::TBODY | n::TFOOT | n::THEAD | n::TR => {
                if self.stack.has(table_scope(tag.name)) {
                    self.close_cell()
                } else {
                    Step::Done
                }
            }
            _ => self.end_in_body(tag),
        }
    }

    fn close_cell(&mut self) -> Step {
        if !self.stack.has(table_scope(n::TD) | table_scope(n::TH)) {
            return Step::Done;
        }
        self.close_implied(Name::NOTHING);
        while let Some(entry) = self.stack.last().copied() {
            self.pop();
            if matches!(entry.name, n::TD | n::TH) {
                break;
            }
        }
        self.formatting.clear_to_marker();
        self.mode = Mode::InRow;
        Step::Again
    }
}
