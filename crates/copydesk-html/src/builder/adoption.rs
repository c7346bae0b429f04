//! The adoption agency: an end tag of a formatting element that was closed in the wrong order.

use super::Builder;
use super::formatting::Entry;
use super::tags::{ENDS_SCOPE, SPECIAL};
use crate::name::Name;

/// What an end tag of a formatting element came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Another round may be due.
    Moved,
    Finished,
    /// It is an end tag like any other.
    Ordinary,
}

impl Builder<'_> {
    /// The end tag of a formatting element.
    pub(super) fn adopt(&mut self, name: Name) {
        if self.stack.current_name() == name && self.formatting.place(self.stack.current()).is_none() {
            return self.pop();
        }
        for _ in 0..8 {
            match self.adopt_once(name) {
                Outcome::Moved => {}
                Outcome::Finished => return,
                Outcome::Ordinary => return self.any_other_end(name),
            }
        }
    }

    fn adopt_once(&mut self, name: Name) -> Outcome {
        let Some(element) = self.formatting.latest(name) else { return Outcome::Ordinary };
        if !self.arena.get(element.node).is_open() {
            self.formatting.remove(element.node);
            return Outcome::Finished;
        }
        let Some(place) = self.place_in_scope(element.node) else { return Outcome::Finished };
        let Some(block) = self.special_above(place) else {
            self.pop_to(place);
            self.formatting.remove(element.node);
            return Outcome::Finished;
        };
        if !self.may_copy() {
            self.tokenizer.capped.formatting = self.tokenizer.capped.formatting.saturating_add(1);
            self.formatting.remove(element.node);
            return Outcome::Finished;
        }
        self.adopt_into(element, place, block);
        Outcome::Moved
    }

    /// The place of an element on the stack, if it is in scope.
    pub(super) fn place_in_scope(&self, node: u32) -> Option<usize> {
        for (place, entry) in self.stack.entries.iter().enumerate().rev() {
            if entry.node == node {
                return Some(place);
            }
            if entry.flags & ENDS_SCOPE != 0 {
                return None;
            }
        }
        None
    }

    /// The first special element on the stack behind `place`.
    fn special_above(&self, place: usize) -> Option<usize> {
        let is_special = |place: &usize| self.stack.entries[*place].flags & SPECIAL != 0;
        (place + 1..self.stack.len()).find(is_special)
    }

    /// Moves the block out of the formatting element, and its children into a copy of that.
    fn adopt_into(&mut self, element: Entry, place: usize, block: usize) {
        let ancestor = self.stack.entries[place - 1];
        let block_node = self.stack.entries[block].node;
        let (last, bookmark, block) = self.adopt_between(place, block);
        self.arena.detach(last);
        let target = self.place_in(ancestor.node, ancestor.name, ancestor.flags);
        self.link(last, target);

        let copy = self.copy(element);
        self.arena.move_children(block_node, copy);
        self.arena.append(block_node, copy);
        self.replace_in_list(element, copy, bookmark);
        self.arena.get_mut(element.node).set_open(false);
        self.arena.get_mut(copy).set_open(true);
        self.stack.remove(place);
        // the block is one lower now, and the copy goes behind it
        self.stack.insert(block, copy, element.name);
    }

    /// The elements between the formatting element and the block: those that are not in the list are closed,
    /// the others go round the block as copies. What came of it is linked below the common ancestor.
    /// The node that goes there, where the copy belongs in the list, and where the block is on the stack.
    fn adopt_between(&mut self, place: usize, block: usize) -> (u32, Option<u32>, usize) {
        let mut last = self.stack.entries[block].node;
        let mut bookmark = None;
        let mut block_place = block;
        for (counter, between) in (place + 1..block).rev().enumerate() {
            let entry = self.stack.entries[between];
            let listed = self.formatting.place(entry.node);
            let Some(listed) = listed.filter(|_| counter < 3) else {
                self.formatting.remove(entry.node);
                self.arena.get_mut(entry.node).set_open(false);
                self.stack.mark_removed(between);
                block_place -= 1;
                continue;
            };
            let copy = self.copy(self.formatting.entries[listed]);
            self.arena.get_mut(entry.node).set_open(false);
            self.arena.get_mut(copy).set_open(true);
            self.formatting.entries[listed].node = copy;
            self.stack.entries[between].node = copy;
            bookmark = bookmark.or(Some(copy));
            self.arena.detach(last);
            self.arena.append(copy, last);
            last = copy;
        }
        self.stack.sweep(place + 1);
        (last, bookmark, block_place)
    }

    /// The copy takes the place of the formatting element in the list, or the one behind the bookmark.
    fn replace_in_list(&mut self, element: Entry, copy: u32, bookmark: Option<u32>) {
        let entry = Entry { node: copy, ..element };
        let old = self.formatting.place(element.node);
        match bookmark.and_then(|node| self.formatting.place(node)) {
            None => {
                if let Some(old) = old {
                    self.formatting.entries[old] = entry;
                }
            }
            Some(behind) => {
                self.formatting.entries.insert(behind + 1, entry);
                self.formatting.remove(element.node);
            }
        }
    }
}
