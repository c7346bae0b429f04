//! An HTML parser for hostile pages: the standard's tree, for any bytes, in linear time and memory.
//!
//! It knows the HTML standard and nothing of articles: not what a page is about, not where it came from. Bytes
//! come in, a [`Document`] goes out, and whoever asks for the article reads that.
//!
//! ```
//! use copydesk_html::{Options, names, parse};
//!
//! let page = parse(b"<title>Bridge</title><p>One<p>Two &amp; three", &Options::default());
//! let paragraphs = page.root().descendants().filter(|node| node.is(names::P));
//! let texts: Vec<String> = paragraphs.map(|node| node.all_text()).collect();
//! assert_eq!(texts, ["One", "Two & three"]);
//! ```
//!
//! # How it is fast
//! The tokenizer runs from one byte that means something to the next (`scan.rs`). Names that pages use are numbers
//! (`name.rs`), text and attribute values are places in the page itself, or in one side buffer where something
//! had to be changed (`span.rs`), nodes are eight words in one list (`arena.rs`). There is no token that is
//! allocated, and nothing that is freed node by node.
//!
//! # How it stays linear
//! Every walk that the standard asks for is a bit that each open element carries (`builder/stack.rs`), or is held to
//! a limit ([`Limits`]). What a limit did is in [`Document::capped`]; no limit loses text. Nothing recurses.
//!
//! # Where it leaves the standard
//! - Scripts do not run, so nothing is written by `document.write`.
//! - [`Limits`] hold a page to its size; [`Limits::none`] gives the tree of the standard, whatever it costs.
//! - Bytes that declare nothing in time are looked at: what is UTF-8 is read as that, the rest is guessed, unless
//!   [`Options::guesses_encoding`] is off.
//! - Labels for which a browser shows a single replacement character in place of the page (`iso-2022-kr`, for
//!   example) are as good as unknown.
//! - What the standard calls parse errors is not told: they change nothing.

mod arena;
mod attribute;
mod builder;
mod document;
mod encoding;
mod interner;
mod limits;
mod lines;
mod name;
mod node;
mod options;
mod prescan;
mod scan;
mod serialize;
mod span;
mod tokenizer;
mod traverse;

#[cfg(test)]
mod html5lib;

use std::borrow::Cow;

pub use arena::Kind;
pub use builder::Quirks;
pub use document::{Document, NodeId};
/// The encodings that a page may be in.
pub use encoding_rs::Encoding;
use encoding_rs::UTF_8;
pub use limits::{Capped, Limits};
pub use lines::Lines;
pub use name::{Name, Namespace, names};
pub use node::{AttributeRef, DoctypeRef, Node};
pub use options::Options;
pub use traverse::{Ancestors, Children, Descendants, Texts, Visit, Walk};

use builder::{Builder, Context};
use document::Parts;
use encoding::Sniffed;
use tokenizer::Tokenizer;

/// How much of a page is read, in bytes and again as text: offsets have 32 bits, and the side buffer may become some
/// times as long as the page.
const MOST: usize = 1 << 29;

/// Reads a page.
///
/// Any bytes are a page; there is nothing that ends in an error. The encoding is found as the standard
/// says, and what cannot be read in it is replaced.
///
/// ```
/// use copydesk_html::{Options, parse};
/// let page = parse(b"<meta charset=iso-8859-1><p>caf\xe9", &Options::default());
/// assert_eq!(page.body().unwrap().all_text(), "caf\u{e9}");
/// assert_eq!(page.encoding().name(), "windows-1252");
/// ```
#[must_use]
pub fn parse<'s>(bytes: &'s [u8], options: &Options<'_>) -> Document<'s> {
    let read = &bytes[..bytes.len().min(MOST)];
    let sniffed = encoding::sniff(read, options.charset, options.guesses_encoding);
    let document = parse_in(read, sniffed.encoding, options);
    let mut document = match declared_late(&document, sniffed) {
        Some(encoding) => parse_in(read, encoding, options),
        None => document,
    };
    document.capped.bytes += (bytes.len() - read.len()) as u64;
    document
}

/// Reads a page that is text already.
///
/// ```
/// use copydesk_html::{Options, Quirks, parse_str};
/// let page = parse_str("<!doctype html>a", &Options::default());
/// assert_eq!((page.quirks(), page.root().all_text().as_str()), (Quirks::None, "a"));
/// ```
#[must_use]
pub fn parse_str<'s>(text: &'s str, options: &Options<'_>) -> Document<'s> {
    parse_text(Cow::Borrowed(text), UTF_8, options)
}

/// Reads a part of a page as if it stood in an element: `"div"`, `"td"`, `"svg title"`, `"math mi"`.
///
/// ```
/// use copydesk_html::{Options, parse_fragment};
/// let row = parse_fragment("<td>a<td>b", "tr", &Options::default());
/// assert_eq!(row.root().inner_html(), "<td>a</td><td>b</td>");
/// ```
#[must_use]
pub fn parse_fragment<'s>(text: &'s str, context: &str, options: &Options<'_>) -> Document<'s> {
    let read = &text[..text.floor_char_boundary(MOST)];
    let tokenizer = Tokenizer::new(read, &options.limits);
    let mut builder = Builder::new(tokenizer, &options.limits, options.scripting, Kind::Fragment);
    builder.begin_in(Context::new(context));
    builder.run();
    let parts = builder.into_parts(options.scripting);
    let mut document = Document::new(Cow::Borrowed(read), parts, UTF_8);
    document.capped.bytes = (text.len() - read.len()) as u64;
    document
}

fn parse_in<'s>(bytes: &'s [u8], encoding: &'static Encoding, options: &Options<'_>) -> Document<'s> {
    parse_text(encoding::decode(bytes, encoding), encoding, options)
}

fn parse_text<'s>(text: Cow<'s, str>, encoding: &'static Encoding, options: &Options<'_>) -> Document<'s> {
    let read = text.floor_char_boundary(MOST);
    let mut parts = build(&text[..read], options);
    parts.capped.bytes = (text.len() - read) as u64;
    let source = match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..read]),
        Cow::Owned(mut text) => {
            text.truncate(read);
            Cow::Owned(text)
        }
    };
    Document::new(source, parts, encoding)
}

fn build(text: &str, options: &Options<'_>) -> Parts {
    let tokenizer = Tokenizer::new(text, &options.limits);
    let mut builder = Builder::new(tokenizer, &options.limits, options.scripting, Kind::Document);
    builder.run();
    builder.into_parts(options.scripting)
}

/// The encoding that a `meta` declares which stands too far behind to be found beforehand.
fn declared_late(document: &Document<'_>, sniffed: Sniffed) -> Option<&'static Encoding> {
    if sniffed.is_certain {
        return None;
    }
    let metas = document.head()?.descendants().filter(|node| node.is(names::META));
    let declared = metas.filter_map(|meta| {
        let value = |name| meta.attribute(name);
        prescan::of_meta(value(names::CHARSET), value(names::HTTP_EQUIV), value(names::CONTENT))
    });
    { declared }.next().filter(|&encoding| encoding != sniffed.encoding)
}
