//! Errors that name the file they happened to.
//!
//! The operating system says what went wrong but not where. Every error that leaves this crate
//! carries the path in front; [`without_path`] takes it off again, for outputs that must not
//! depend on where a machine keeps its files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// An error and the file it happened to.
#[derive(Debug)]
struct AtPath {
    path: PathBuf,
    error: io::Error,
}

impl std::error::Error for AtPath {}

impl fmt::Display for AtPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.error)
    }
}

/// Puts the path in front of an error.
pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> io::Error + '_ {
    |error| io::Error::new(error.kind(), AtPath { path: path.to_owned(), error })
}

/// What an error says, without the path that this crate put in front.
pub fn without_path(error: &io::Error) -> String {
    inner(error).to_string()
}

/// The error itself, without the path.
pub(crate) fn inner(error: &io::Error) -> &io::Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<AtPath>()) {
        Some(inner) => &inner.error,
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_goes_in_front_and_comes_off_again() {
        let error = at(Path::new("news/a.txt"))(io::Error::other("the disk is gone"));
        assert_eq!(error.to_string(), "news/a.txt: the disk is gone");
        assert_eq!(without_path(&error), "the disk is gone");
        assert_eq!(without_path(&io::Error::other("no path")), "no path");
    }
}
