//! What an author implements, and what is lent to it.
//!
//! Plain borrowed Rust: the C boundary is in `boundary`, and nothing here knows of it but the
//! handle through which a message reaches the host.

use serde::de::DeserializeOwned;

use crate::Out;

/// Turns a payload into the articles that it holds.
///
/// copydesk makes one instance for each thread, so `extract` may keep buffers in `self`.
pub trait Extractor: Sized + Send + 'static {
    /// The options in the manifest. Give every field a default (`#[serde(default)]`); what the
    /// manifest declares has been checked and filled in before it gets here.
    type Options: DeserializeOwned;

    /// An instance, or why these options make no sense.
    ///
    /// # Errors
    /// Shown to the user before the first document is read.
    fn new(options: Self::Options, host: &Host<'_>) -> Result<Self, String>;

    /// Emits the articles of one payload. Nothing that was read from `doc` outlives the call.
    fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome;
}

/// How it went with one payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The articles are out.
    Done,
    /// Another extractor is to be asked; whatever was emitted is forgotten. Say so as early as
    /// possible: a plugin is asked for every payload that its manifest claims.
    NotMine,
    /// The payload cannot be read, because ... It is set aside with this text, which names the place.
    Failed(String),
    /// The payload was understood and holds no article, because ... It is set aside with this text.
    Drop(String),
}

/// A payload that copydesk read.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Doc<'a> {
    /// Unique in a run.
    pub id: &'a str,
    /// Where it was published.
    pub url: Option<&'a str>,
    /// `text/html`, or nothing when it is not known.
    pub mime: &'a str,
    /// BCP 47 tag that came with the record.
    pub language: Option<&'a str>,
    /// Path of the dump, below the input folder.
    pub file: &'a str,
    /// The bytes of the payload as text, whatever their encoding was.
    pub body: &'a str,
    /// Whatever else came with the record: a JSON object.
    pub metadata: &'a str,
}

impl<'a> Doc<'a> {
    /// A payload of which only the body is known, for tests; the other members can be set.
    pub fn new(body: &'a str) -> Self {
        Doc { id: "test", metadata: "{}", body, ..Doc::default() }
    }
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something cannot be done.
    Error,
    /// Worth a look.
    Warn,
    /// Good to know.
    Info,
    /// For the plugin's author.
    Debug,
}

/// What copydesk does for an instance while it is made.
pub struct Host<'a> {
    pub(crate) log: &'a dyn Fn(Level, &str),
}

impl Host<'_> {
    /// A message for the user.
    pub fn log(&self, level: Level, message: &str) {
        (self.log)(level, message);
    }
}
