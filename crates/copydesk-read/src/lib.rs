//! The bytes of a dump become documents.
//!
//! [`Dumps`] is an input of a run: it cuts the files that `copydesk-store` found into units and
//! reads each unit from front to back. A file is text or markup with one article in it, which
//! becomes one document, or JSON with a record in every line, each of which becomes one. What
//! cannot be a document is set aside with its place and a reason, and reading goes on behind it.
//!
//! The crate knows no stage, and it does not look for the article in a page: a document's text is
//! the whole payload, and goes on to the extractors.

mod charset;
mod dumps;
mod fields;
mod format;
mod jsonl;
mod options;
mod sink;
mod stream;
mod text;
mod units;

pub use charset::Charset;
pub use dumps::{Dumps, read_stream};
pub use fields::FieldNames;
pub use format::Format;
pub use options::InputOptions;
