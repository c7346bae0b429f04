//! How far a page may go, and what is kept of the news that it went further.
//!
//! Limits are numbers of things, never of seconds: the same page gives the same tree on any machine. No
//! limit loses text of the page.

/// What a page may have of each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open elements. Deeper ones become siblings at this depth.
    pub depth: usize,
    /// Different names of elements and attributes that are not known beforehand. Further elements are read as
    /// `span`, further attributes are left out.
    pub names: usize,
    /// Attributes of an element. Further ones are left out.
    pub attributes: usize,
    /// Bytes of an attribute's value. Longer ones are cut.
    pub value: usize,
    /// Formatting elements (`b`, `font`, `a` ...) that wait to be opened again. The oldest give way.
    pub formatting: usize,
    /// Elements that the parser may make on its own, to open formatting again, before they are counted against
    /// the page's size: from there on one for each eight bytes.
    pub reopened: usize,
    /// Nodes before they are counted against the page's size: from there on one for each three bytes. Behind
    /// the last one, text is still kept, but tags are not.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth: 512,
            names: 1 << 15,
            attributes: 1000,
            value: 1 << 20,
            formatting: 64,
            reopened: 4096,
            nodes: 4096,
        }
    }
}

impl Limits {
    /// No limits: the tree of the standard, whatever it costs.
    #[must_use]
    pub fn none() -> Limits {
        let most = u32::MAX as usize;
        Limits {
            depth: most,
            names: most,
            attributes: most,
            value: most,
            formatting: most,
            reopened: most,
            nodes: most,
        }
    }
}

/// How often each limit acted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capped {
    /// Elements that became siblings because they were too deep.
    pub depth: u32,
    /// Names that were not kept.
    pub names: u32,
    /// Attributes that were left out.
    pub attributes: u32,
    /// Values that were cut.
    pub values: u32,
    /// Formatting elements that were not opened again.
    pub formatting: u32,
    /// Tags and comments that were left out behind the last node.
    pub nodes: u32,
    /// Bytes behind the first half of a gigabyte, which are not read: offsets would not reach them.
    pub bytes: u64,
}

impl Capped {
    /// Whether no limit acted.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Capped::default()
    }
}
