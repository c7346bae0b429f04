//! What an author implements who does not read a format: a judge of documents, or a hand that changes them.
//!
//! Both see a document as the stages before them have left it: `body` holds what is kept, each block on a line
//! of its own (verse and source code on several), and `metadata` the title, author and date beside what the record said.

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::out::Emit;
use crate::{Doc, Host};

/// Says which documents go.
///
/// ```
/// # use copydesk_plugin::{Doc, Filter, Host, Scores, Verdict, testing};
/// struct TooShort;
///
/// impl Filter for TooShort {
///     type Options = serde::de::IgnoredAny;
///
///     fn new(_: Self::Options, _: &Host<'_>) -> Result<Self, String> {
///         Ok(TooShort)
///     }
///
///     fn judge(&mut self, doc: &Doc<'_>, scores: &mut Scores<'_>) -> Verdict {
///         let words = doc.body.split_whitespace().count();
///         scores.set("words", words as f64);
///         if words < 50 { Verdict::Drop(format!("{words} words")) } else { Verdict::Keep }
///     }
/// }
///
/// let (verdict, scores) = testing::judged::<TooShort>("{}", &Doc::new("The ferry is late."));
/// assert_eq!((verdict, scores), (Verdict::Drop("4 words".into()), vec![("words".into(), 4.0)]));
/// ```
pub trait Filter: Sized + Send + 'static {
    /// The options in the manifest. Give every field a default (`#[serde(default)]`).
    type Options: DeserializeOwned;

    /// An instance, or why these options make no sense.
    ///
    /// # Errors
    /// Shown to the user before the first document is read.
    fn new(options: Self::Options, host: &Host<'_>) -> Result<Self, String>;

    /// Judges one document. The same document is judged alike whatever came before it.
    fn judge(&mut self, doc: &Doc<'_>, scores: &mut Scores<'_>) -> Verdict;
}

/// What becomes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It stays.
    Keep,
    /// It goes, because ... The trail shows this text.
    Drop(String),
    /// It cannot be judged, because ... It is set aside with this text.
    Failed(String),
}

/// Where a filter's scores go.
pub struct Scores<'a> {
    pub(crate) emit: &'a mut dyn Emit,
}

impl Scores<'_> {
    /// A score of the document, which stands in its metadata below the plugin's name. No NaN, no infinity.
    pub fn set(&mut self, name: &str, value: f64) {
        self.emit.score(name, value);
    }
}

/// Strikes or replaces parts of documents.
///
/// ```
/// # use copydesk_plugin::{Doc, Edits, Host, Transform, testing};
/// struct Discreet;
///
/// impl Transform for Discreet {
///     type Options = serde::de::IgnoredAny;
///
///     fn new(_: Self::Options, _: &Host<'_>) -> Result<Self, String> {
///         Ok(Discreet)
///     }
///
///     fn transform(&mut self, doc: &Doc<'_>, edits: &mut Edits<'_>) -> Result<(), String> {
///         for (at, word) in doc.body.match_indices("damned") {
///             edits.replace(at..at + word.len(), "d*****");
///         }
///         Ok(())
///     }
/// }
///
/// assert_eq!(testing::transformed::<Discreet>("{}", &Doc::new("The damned ferry.")), "The d***** ferry.");
/// ```
pub trait Transform: Sized + Send + 'static {
    /// The options in the manifest. Give every field a default (`#[serde(default)]`).
    type Options: DeserializeOwned;

    /// An instance, or why these options make no sense.
    ///
    /// # Errors
    /// Shown to the user before the first document is read.
    fn new(options: Self::Options, host: &Host<'_>) -> Result<Self, String>;

    /// Changes one document.
    ///
    /// # Errors
    /// Why it cannot be changed: it is set aside with this text.
    fn transform(&mut self, doc: &Doc<'_>, edits: &mut Edits<'_>) -> Result<(), String>;
}

/// Where a transform's changes go, in any order. They are ranges of bytes of `body` as it is, at character
/// boundaries, and do not overlap.
pub struct Edits<'a> {
    pub(crate) emit: &'a mut dyn Emit,
}

impl Edits<'_> {
    /// Strikes a range. A block of which nothing is left goes.
    pub fn delete(&mut self, range: Range<usize>) {
        self.emit.span(range, None);
    }

    /// Puts a text in the place of a range, which lies in one block.
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        self.emit.span(range, Some(text));
    }
}
