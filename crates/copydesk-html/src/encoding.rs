//! Which encoding the bytes of a page are in: the standard's sniffing, and the text that comes of it.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::prescan;

/// How many bytes without a declaration are looked at to guess.
const GUESSED_FROM: usize = 1 << 18;

/// An encoding, and whether the page may still say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sniffed {
    pub(crate) encoding: &'static Encoding,
    pub(crate) is_certain: bool,
}

/// The encoding of bytes, from the first of these that says one: a byte order mark, the transport, the page
/// itself near its beginning, and a guess.
pub(crate) fn sniff(bytes: &[u8], transport: Option<&str>, guesses: bool) -> Sniffed {
    let certain = |encoding| Sniffed { encoding, is_certain: true };
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return certain(encoding);
    }
    if let Some(encoding) = transport.and_then(|label| prescan::for_label(label.as_bytes())) {
        return certain(encoding);
    }
    match prescan::declared(bytes).or_else(|| prescan::of_xml(bytes)) {
        Some(encoding) => certain(encoding),
        None if guesses => guess(bytes),
        None => Sniffed { encoding: WINDOWS_1252, is_certain: false },
    }
}

/// What the bytes look like. That they are UTF-8 is no guess if there is any letter to tell it by: what a page says
/// too late to be found beforehand is less sure than that.
fn guess(bytes: &[u8]) -> Sniffed {
    let ascii = Encoding::ascii_valid_up_to(bytes);
    if ascii == bytes.len() {
        return Sniffed { encoding: WINDOWS_1252, is_certain: false };
    }
    if Encoding::utf8_valid_up_to(bytes) == bytes.len() {
        return Sniffed { encoding: UTF_8, is_certain: true };
    }
    let looked_at = &bytes[ascii..bytes.len().min(ascii + GUESSED_FROM)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(looked_at, true);
    Sniffed { encoding: detector.guess(None, Utf8Detection::Allow), is_certain: false }
}

/// The text of bytes. What is UTF-8 already is borrowed; what cannot be read is replaced.
pub(crate) fn decode<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Cow<'b, str> {
    encoding.decode_with_bom_removal(bytes).0
}
