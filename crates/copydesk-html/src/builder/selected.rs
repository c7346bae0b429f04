//! `selectedcontent`: shows a copy of the option that is selected in its `select`.

use super::{Builder, tags};
use crate::arena::{Kind, NONE};
use crate::attribute;
use crate::name::names as n;
use crate::tokenizer::Tag;

/// The `select` that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection {
    /// Where the selected option is shown.
    shown_in: u32,
    has_selected: bool,
}

impl Selection {
    pub(super) const NONE: Selection = Selection { shown_in: NONE, has_selected: false };
}

impl Builder<'_> {
    /// The first `selectedcontent` of a `select` shows the selected option, unless it stands in an option itself.
    pub(super) fn start_selectedcontent(&mut self, tag: Tag) {
        self.reconstruct();
        let shows = self.selection.shown_in == NONE
            && self.stack.has(tags::scope(n::SELECT))
            && !self.stack.has(tags::scope(n::OPTION));
        if self.insert(tag) && shows {
            self.selection.shown_in = self.stack.current();
        }
    }

    /// Copies the content of an option that was closed to where the selected one is shown: one that says that
    /// it is selected, or the first.
    pub(super) fn show_selected(&mut self, option: u32) {
        if self.selection.shown_in == NONE || !self.stack.has(tags::scope(n::SELECT)) {
            return;
        }
        let attributes = attribute::of_element(&self.tokenizer.attributes, self.arena.get(option).data);
        let is_selected = attributes.iter().any(|attribute| attribute.name() == n::SELECTED);
        if is_selected || !self.selection.has_selected {
            self.selection.has_selected = true;
            self.copy_children(option, self.selection.shown_in);
        }
    }

    /// Copies everything below a node to another, in place of what was below that. What is copied is not copied
    /// again, wherever it stands.
    fn copy_children(&mut self, from: u32, to: u32) {
        let first_copy = self.arena.records.len() as u32;
        let target = self.arena.get_mut(to);
        (target.first, target.last) = (NONE, NONE);
        let (mut source, mut parent) = (self.arena.get(from).first, to);
        while source != NONE && self.may_copy() {
            if source < first_copy {
                let copy = self.copy_record(source, parent);
                let inside = self.first_inside(source);
                if inside != NONE {
                    (source, parent) = (inside, copy);
                    continue;
                }
            }
            while source != from && self.arena.get(source).next == NONE {
                source = self.arena.get(source).parent;
                parent = self.arena.get(parent).parent;
            }
            if source == from {
                return;
            }
            source = self.arena.get(source).next;
        }
    }

    /// The first node to copy below a node; what a template holds is its content.
    fn first_inside(&self, node: u32) -> u32 {
        let record = self.arena.get(node);
        match record.kind() {
            _ if record.is_element(n::TEMPLATE) => record.last,
            _ if record.is_branch() => record.first,
            _ => NONE,
        }
    }

    /// Copies a single node to the end of another, or as the content of a template.
    fn copy_record(&mut self, node: u32, parent: u32) -> u32 {
        self.reopened += 1;
        let record = self.arena.get(node).unlinked();
        let copy = self.arena.add(record);
        if record.is(Kind::Fragment) {
            self.set_content(parent, copy);
        } else {
            self.arena.append(parent, copy);
        }
        copy
    }

    /// A page that ends closes all options.
    pub(super) fn close_options(&mut self) {
        if self.selection.shown_in != NONE {
            self.pop_to(0);
        }
    }
}
