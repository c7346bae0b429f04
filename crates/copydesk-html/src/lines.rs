//! Positions as lines and columns.

use memchr::memchr_iter;

/// Where the lines of a page begin.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    pub(crate) fn new(source: &str) -> Lines {
        let behind = memchr_iter(b'\n', source.as_bytes()).map(|place| place as u32 + 1);
        Lines { starts: std::iter::once(0).chain(behind).collect() }
    }

    /// Line and byte in the line of a position, both from 1.
    ///
    /// ```
    /// use copydesk_html::{Options, names, parse};
    /// let page = parse(b"<body>\n<p>a\n <b>b", &Options::default());
    /// let bold = page.root().descendants().find(|node| node.is(names::B)).unwrap();
    /// assert_eq!(page.lines().at(bold.position()), (3, 2));
    /// ```
    #[must_use]
    pub fn at(&self, position: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start as usize <= position);
        (line, position + 1 - self.starts[line - 1] as usize)
    }
}
