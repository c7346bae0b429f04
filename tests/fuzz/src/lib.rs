//! What must hold for any bytes.
//!
//! Each function takes bytes from anywhere, gives them to one entry of copydesk and panics when
//! something is not as it should be: a place outside of the input, a count that is off, another
//! result when the bytes arrive in other pieces. `targets/` searches for bytes that break them,
//! starting from the inputs of the crate `hostile`. Only what our crates publish is used.

mod charset;
mod config;
mod gzip;
mod journal;
mod jsonl;
mod manifest;
mod payload;
mod reading;
mod tree;
mod warc;

pub use charset::charset;
pub use config::config;
pub use gzip::gzip;
pub use journal::{journal, written};
pub use jsonl::jsonl;
pub use manifest::manifest;
pub use payload::{html, text};
pub use tree::tree;
pub use warc::warc;

/// A target: its name, and what it says of any bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 10] = [
    ("charset", charset),
    ("config", config),
    ("gzip", gzip),
    ("html", html),
    ("journal", journal),
    ("jsonl", jsonl),
    ("manifest", manifest),
    ("text", text),
    ("tree", tree),
    ("warc", warc),
];
