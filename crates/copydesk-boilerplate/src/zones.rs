//! Where in the document a line stands: above, in, or below the body.

use copydesk_core::{Document, prose};

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Above the first paragraph of prose.
    Top,
    /// From the first to the last paragraph of prose.
    Body,
    /// Below the last paragraph of prose.
    Tail,
}

/// The three zones of a document. A document without prose is all body: nothing in it can be told
/// by its place.
pub(crate) struct Zones {
    body: std::ops::RangeInclusive<usize>,
}

impl Zones {
    pub(crate) fn of(document: &Document) -> Self {
        let (first, last) = prose::body(document).unwrap_or((0, usize::MAX));
        Zones { body: first..=last }
    }

    pub(crate) fn place(&self, index: usize) -> Place {
        match index {
            _ if index < *self.body.start() => Place::Top,
            _ if index > *self.body.end() => Place::Tail,
            _ => Place::Body,
        }
    }
}
