//! Where in the document a line stands: above, in, or below the body.

use copydesk_core::{Block, Document, prose};

use crate::category::Category;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Above the first paragraph of prose.
    Top,
    /// From the first to the last paragraph of prose.
    Body,
    /// The last paragraph of prose, which may introduce the author.
    LastProse,
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
            _ if index == *self.body.end() => Place::LastProse,
            _ => Place::Body,
        }
    }
}

/// The category of a struck line, if links follow such a line down to the end of the page.
pub(crate) fn list_header(block: &Block) -> Option<Category> {
    let removal = block.removal.as_deref().filter(|_| is_ours(block))?;
    Category::of_name(removal.reason).filter(|category| category.heads_a_list())
}

/// Has this stage struck the block?
pub(crate) fn is_ours(block: &Block) -> bool {
    block.removal.as_deref().is_some_and(|removal| removal.stage == crate::BOILERPLATE.name)
}
