//! What a page is read with.

use crate::limits::Limits;

/// How a page is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options<'o> {
    /// Whether scripts would run: if so, what stands in `noscript` is one text.
    pub scripting: bool,
    /// The encoding that came with the page, from an HTTP header for example.
    pub charset: Option<&'o str>,
    /// Whether an encoding that nothing declares is guessed. Otherwise it is Windows-1252.
    pub guesses_encoding: bool,
    /// How far the page may go.
    pub limits: Limits,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { scripting: false, charset: None, guesses_encoding: true, limits: Limits::default() }
    }
}
