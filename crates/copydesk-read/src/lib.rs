//! The bytes of a dump become documents.
//!
//! [`Dumps`] is an input of a run: it cuts the files that `copydesk-store` found into units and
//! reads each unit from front to back. A file is text or markup with one article in it, which
//! becomes one document; or JSON lines, a table or a crawl with a record in every line, row or page, each
//! of which becomes one; or an archive of such files. What cannot be a document is set aside with its
//! place and a reason, and reading goes on behind it.
//!
//! The crate knows no stage, and it does not look for the article in a page: a document's text is
//! the whole payload, and goes on to the extractors.

mod archive;
mod charset;
mod csv;
mod dumps;
mod fields;
mod format;
mod http;
mod jsonl;
mod options;
mod parquet;
mod reasons;
#[cfg(test)]
mod seen;
mod sink;
mod stream;
mod tar;
mod text;
mod thrift;
mod units;
mod warc;
mod warc_header;
mod zip;

pub use charset::Charset;
pub use dumps::{Dumps, read_stream};
pub use fields::FieldNames;
pub use format::Format;
pub use options::InputOptions;
pub use reasons::REASONS;
