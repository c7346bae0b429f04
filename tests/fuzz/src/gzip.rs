//! Members of gzip: what is whole is read as if it were not compressed, and damage behind it takes
//! nothing of it away.

use std::io::Read;

use copydesk_read::{Format, InputOptions};
use flate2::read::MultiGzDecoder;

use crate::reading::{Seen, is_compressed, read, read_at_once, read_bit_by_bit};

const NAME: &str = "a.jsonl.gz";

/// Reads bytes as a gzip file, or makes one of them with a damaged member: the first byte tells.
pub fn gzip(bytes: &[u8]) {
    match bytes {
        [] => {}
        [control, rest @ ..] if control % 2 == 0 => as_they_are(rest),
        [control, rest @ ..] => damaged(usize::from(control / 2), rest),
    }
}

fn options() -> InputOptions {
    InputOptions { format: Format::Jsonl, ..InputOptions::default() }
}

/// What is read of a file, which must not depend on the pieces that it arrives in, unless it is
/// damaged: the decoder gives back more or less of what stands before the damage.
fn read_packed(bytes: &[u8]) -> Seen {
    let seen = read_at_once(NAME, bytes, &options());
    let (piece, again) = read_bit_by_bit(NAME, bytes, &options());
    if seen.reasons().contains(&"damaged") {
        assert!(again.reasons().contains(&"damaged"), "damaged at once and not in pieces of {piece}");
    } else {
        assert_eq!(seen, again, "in pieces of {piece}");
    }
    seen
}

/// A file that another decoder finds good is good.
fn as_they_are(bytes: &[u8]) {
    let seen = read_packed(bytes);
    let mut plain = Vec::new();
    let is_good = bytes.starts_with(b"\x1f\x8b")
        && MultiGzDecoder::new(bytes).take(1 << 20).read_to_end(&mut plain).is_ok()
        && plain.len() < 1 << 20;
    if is_good && !is_compressed(&plain) {
        let expected = read("a.jsonl", &plain, &options());
        assert_eq!(seen.texts(), expected.texts());
        assert_eq!(seen.reasons(), expected.reasons());
    }
}

/// The bytes, cut at 0xff, become members with a line break behind each; in one of them a byte is
/// turned.
fn damaged(control: usize, bytes: &[u8]) {
    let plain: Vec<Vec<u8>> =
        bytes.split(|&byte| byte == 0xff).map(|piece| [piece, b"\n"].concat()).collect();
    let mut members: Vec<Vec<u8>> = plain.iter().map(|piece| hostile::pack::gzip(piece)).collect();
    let bad = control % members.len();
    let place = control * 31 % members[bad].len();
    members[bad][place] ^= 0x20;
    let before = plain[..bad].concat();
    if bad == 0 || is_compressed(&before) {
        return;
    }
    let seen = read_packed(&members.concat());
    let expected = read("a.jsonl", &before, &options());
    assert!(
        seen.texts().starts_with(&expected.texts()),
        "{:?} are not at the front of {:?}",
        expected.texts(),
        seen.texts()
    );
    assert!(seen.reasons().starts_with(&expected.reasons()));
}
