//! The stack of open elements. Each entry knows what is in scope there, so nobody has to walk down.

use super::tags::{self, DECIDES_MODE, Flags};
use crate::arena::NONE;
use crate::name::Name;

/// An open element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) node: u32,
    pub(super) name: Name,
    /// A bit for each name, and kind of scope, that an element is looked up in (`tags.rs`).
    scopes: u64,
    pub(super) flags: Flags,
    /// The place of the nearest element that decides on the insertion mode.
    decides_mode: u32,
}

impl Entry {
    /// The entry as it is at a place, on top of another.
    #[inline]
    fn on_top_of(self, below: Option<&Entry>, place: usize) -> Entry {
        let (scopes, decides) = below.map_or((0, 0), |below| (below.scopes, below.decides_mode));
        let decides_mode = if self.flags & DECIDES_MODE != 0 { place as u32 } else { decides };
        Entry { scopes: tags::properties(self.name).scopes(scopes), decides_mode, ..self }
    }
}

/// The open elements, the current one last.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) entries: Vec<Entry>,
    /// How many elements of each name are open.
    open: Vec<u16>,
    /// How many elements of each name are open that were too deep for the stack, and their names.
    too_deep: Vec<u32>,
    too_deep_names: Vec<Name>,
    /// The depth at which they were met.
    too_deep_at: usize,
}

impl Stack {
    pub(super) fn new() -> Stack {
        Stack {
            entries: Vec::with_capacity(64),
            open: vec![0; crate::name::KNOWN.len()],
            too_deep: Vec::new(),
            too_deep_names: Vec::new(),
            too_deep_at: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    pub(super) fn last(&self) -> Option<&Entry> {
        self.entries.last()
    }

    /// The current node; nothing is current before the page's first element.
    #[inline]
    pub(super) fn current(&self) -> u32 {
        self.entries.last().map_or(NONE, |entry| entry.node)
    }

    #[inline]
    pub(super) fn current_name(&self) -> Name {
        self.entries.last().map_or(Name::NOTHING, |entry| entry.name)
    }

    /// The `html` element.
    pub(super) fn first_node(&self) -> u32 {
        self.entries.first().map_or(NONE, |entry| entry.node)
    }

    #[inline]
    pub(super) fn push(&mut self, node: u32, name: Name, flags: Flags) {
        self.count(name, 1);
        let entry =
            Entry { node, name, scopes: 0, flags: flags | tags::properties(name).flags, decides_mode: 0 };
        let entry = entry.on_top_of(self.entries.last(), self.entries.len());
        self.entries.push(entry);
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Entry> {
        let entry = self.entries.pop()?;
        self.count(entry.name, u16::MAX);
        if self.entries.len() < self.too_deep_at {
            self.forget_too_deep();
        }
        Some(entry)
    }

    /// Takes an element out of the middle.
    pub(super) fn remove(&mut self, place: usize) {
        let entry = self.entries.remove(place);
        self.count(entry.name, u16::MAX);
        self.refresh(place);
    }

    /// An element in the middle is to go with the next [`Stack::sweep`].
    pub(super) fn mark_removed(&mut self, place: usize) {
        self.count(self.entries[place].name, u16::MAX);
        self.entries[place].node = NONE;
    }

    /// Takes all marked elements out, from `place` on.
    pub(super) fn sweep(&mut self, place: usize) {
        if self.entries[place..].iter().any(|entry| entry.node == NONE) {
            self.entries.retain(|entry| entry.node != NONE);
            self.refresh(place);
        }
    }

    /// Puts an element into the middle.
    pub(super) fn insert(&mut self, place: usize, node: u32, name: Name) {
        self.count(name, 1);
        let flags = tags::properties(name).flags;
        self.entries.insert(place, Entry { node, name, scopes: 0, flags, decides_mode: 0 });
        self.refresh(place);
    }

    /// Says anew what is in scope, from `place` on.
    fn refresh(&mut self, place: usize) {
        for place in place..self.entries.len() {
            let below = place.checked_sub(1).map(|below| &self.entries[below]);
            self.entries[place] = self.entries[place].on_top_of(below, place);
        }
    }

    /// The places of the elements that decide on the insertion mode, from the top.
    pub(super) fn deciding(&self) -> impl Iterator<Item = usize> {
        let place = |below: Option<&Entry>| below.map(|entry| entry.decides_mode as usize);
        std::iter::successors(place(self.entries.last()), move |&above| {
            place(self.entries.get(above.checked_sub(1)?))
        })
    }

    /// Adds to the count of a name, modulo 2^16: a depth beyond that is no longer counted right, and only
    /// [`Stack::is_open`] asks.
    #[inline]
    fn count(&mut self, name: Name, change: u16) {
        let index = name.index();
        if index >= self.open.len() {
            self.open.resize(index + 1, 0);
        }
        self.open[index] = self.open[index].wrapping_add(change);
    }

    /// Whether an element of that name may be open.
    pub(super) fn is_open(&self, name: Name) -> bool {
        self.entries.len() > usize::from(u16::MAX)
            || self.open.get(name.index()).is_some_and(|&count| count > 0)
    }

    /// Whether one of the elements of a scope is in it.
    #[inline]
    pub(super) fn has(&self, scope: u64) -> bool {
        self.entries.last().is_some_and(|entry| entry.scopes & scope != 0)
    }

    /// The place of a node, from the top.
    pub(super) fn place(&self, node: u32) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.node == node)
    }

    /// An element of that name is too deep for the stack.
    pub(super) fn note_too_deep(&mut self, name: Name) {
        let index = name.index();
        if index >= self.too_deep.len() {
            self.too_deep.resize(index + 1, 0);
        }
        self.too_deep_at = self.entries.len();
        if self.too_deep[index] == 0 {
            self.too_deep_names.push(name);
        }
        self.too_deep[index] += 1;
    }

    /// Whether an end tag belongs to an element that was too deep for the stack.
    #[inline]
    pub(super) fn closes_too_deep(&mut self, name: Name) -> bool {
        match self.too_deep.get_mut(name.index()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// What was too deep is closed with the element that it was in.
    fn forget_too_deep(&mut self) {
        for name in self.too_deep_names.drain(..) {
            self.too_deep[name.index()] = 0;
        }
        self.too_deep_at = 0;
    }
}
