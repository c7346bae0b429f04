//! What an author implements whose plugin writes a format.
//!
//! An encoder sees what is kept of a document and says which bytes it is in a file. The file, its compression, and what
//! the manifest says stands above and below its documents are the host's.

use serde::de::DeserializeOwned;

use crate::{Doc, Host};

/// Turns documents into the bytes of a format.
///
/// ```
/// # use copydesk_plugin::{Doc, Encoder, Host, testing};
/// struct Underlined;
///
/// impl Encoder for Underlined {
///     type Options = serde::de::IgnoredAny;
///
///     fn new(_: Self::Options, _: &Host<'_>) -> Result<Self, String> {
///         Ok(Underlined)
///     }
///
///     fn encode(&mut self, doc: &Doc<'_>) -> Result<Vec<u8>, String> {
///         let (headline, text) = doc.body.split_once('\n').ok_or("there is nothing below the headline")?;
///         Ok(format!("{headline}\n===\n{text}\n").into_bytes())
///     }
/// }
///
/// let encoded = testing::encoded::<Underlined>("{}", &Doc::new("Late\nThe ferry is late."));
/// assert_eq!(encoded, b"Late\n===\nThe ferry is late.\n");
/// ```
pub trait Encoder: Sized + Send + 'static {
    /// The options in the manifest. Give every field a default (`#[serde(default)]`).
    type Options: DeserializeOwned;

    /// An instance, or why these options make no sense.
    ///
    /// # Errors
    /// Shown to the user before the first document is read.
    fn new(options: Self::Options, host: &Host<'_>) -> Result<Self, String>;

    /// The bytes of one document, its line end included. They follow those of another, and depend on this
    /// document alone.
    ///
    /// # Errors
    /// Why it cannot be written: it is set aside with this text.
    fn encode(&mut self, doc: &Doc<'_>) -> Result<Vec<u8>, String>;
}
