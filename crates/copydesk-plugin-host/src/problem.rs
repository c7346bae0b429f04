//! A file or folder that should have been a plugin and is not.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file or folder that should have been a plugin and is not. The rest goes on without it.
///
/// The reasons: `no-folder`, `world-writable`, `unreadable`, `bad-manifest`, `no-library`,
/// `cannot-load`, `no-symbol`, `wrong-abi`, `bad-table`, `refused`, `manifest-differs`,
/// `two-of-one-name`, `cannot-start`, `bad-lock`, `not-locked`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginProblem {
    /// What is wrong.
    pub path: PathBuf,
    /// Kebab-case, stable.
    pub reason: &'static str,
    /// For a person: what was found and what would have been right. May have several lines.
    pub detail: String,
}

/// A reason and a detail, where the path is not known.
pub(crate) type Refusal = (&'static str, String);

impl PluginProblem {
    pub(crate) fn new(path: &Path, reason: &'static str, detail: impl Into<String>) -> Self {
        PluginProblem { path: path.to_owned(), reason, detail: detail.into() }
    }
}

impl fmt::Display for PluginProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.detail)
    }
}
