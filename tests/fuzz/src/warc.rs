//! WARC files: a record lies where it says, what stands before damage comes out, and so does what
//! stands behind it, however the file is packed and wherever it is cut.

use std::ops::ControlFlow;

use copydesk_core::{Input, Source};
use copydesk_read::{Dumps, Format, InputOptions};
use copydesk_store::{Blob, Finding, Found};
use hostile::news::page;
use hostile::pack::{GZIP, PLAIN, Packing, ZSTD};
use hostile::warc::Record;

use crate::reading::{Seen, is_compressed, read, read_at_once};

const NAME: &str = "a.warc";
const MAGIC: &[u8] = b"WARC/";

/// Reads bytes as a WARC file, or as what stands between its good records, or where it is cut: the
/// first byte tells.
pub fn warc(bytes: &[u8]) {
    match bytes {
        [] => {}
        [0, rest @ ..] => as_they_are(rest),
        [1, rest @ ..] => cut_anywhere(rest),
        [control, rest @ ..] => between_good(&[PLAIN, GZIP, ZSTD][usize::from(control % 3)], rest),
    }
}

fn options() -> InputOptions {
    InputOptions { format: Format::Warc, unit_mib: 1, ..InputOptions::default() }
}

/// No two records share a byte, and each document begins with the header of its record.
fn as_they_are(bytes: &[u8]) {
    if is_compressed(bytes) {
        return;
    }
    let seen = read(NAME, bytes, &options());
    for document in &seen.documents {
        assert!(bytes[document.source.offset as usize..].starts_with(MAGIC), "{:?}", document.source);
        assert!(!document.id.is_empty() && !document.text.is_empty());
    }
    let mut places = seen.places();
    places.sort_by_key(|source| source.offset);
    assert!(places.windows(2).all(|pair| end(pair[0]) <= pair[1].offset), "{places:?}");
    assert!(places.iter().all(|source| source.length > 0 && end(source) <= bytes.len() as u64), "{places:?}");
}

fn end(source: &Source) -> u64 {
    source.offset + source.length
}

/// Two good records, the bytes, and one more that is good. Plain bytes cost the record before them,
/// too: nothing shows that it ended where they begin.
fn between_good(packing: &Packing, bytes: &[u8]) {
    let good = |number| (packing.pack)(&Record::response(number).bytes());
    let between = (packing.pack)(&[bytes, b"\r\n\r\n"].concat());
    let seen = read_at_once(NAME, &[good(0), good(1), between, good(2)].concat(), &options());
    let texts = seen.texts();
    let before = if packing.suffix.is_empty() { 1 } else { 2 };
    assert!((0..before).all(|number| texts.get(number) == Some(&page(number).as_str())), "{texts:?}");
    // a header among the bytes can claim what stands behind them
    if !holds_header(bytes) {
        assert_eq!(texts.last(), Some(&page(2).as_str()), "{texts:?}");
    }
}

fn holds_header(bytes: &[u8]) -> bool {
    bytes.windows(MAGIC.len()).any(|window| window == MAGIC)
}

/// The bytes stand where one unit ends and the next begins; one unit of all reads the same.
fn cut_anywhere(bytes: &[u8]) {
    let filler = Record::new("warcinfo", 0, "application/warc-fields", vec![b'x'; 520 << 10]).bytes();
    let good = Record::response(1).bytes();
    let file = [filler.as_slice(), &good, bytes, b"\r\n\r\n", &good, &filler].concat();
    let whole = read_at_once(NAME, &file, &options());
    assert_eq!(read_in_units(file, &options()), whole);
}

fn read_in_units(file: Vec<u8>, options: &InputOptions) -> Seen {
    let found = Found { blob: Blob::memory(NAME, file), name: NAME.into(), pattern: 0 };
    let finding = Finding { files: vec![found], skipped: Vec::new() };
    let dumps = Dumps::open(options, &[NAME.to_owned()], finding);
    assert_eq!(dumps.units().len(), 2);
    let mut seen = Seen::default();
    (0..2).for_each(|unit| dumps.read(unit, &mut |reading| -> ControlFlow<()> { seen.take(reading) }));
    seen
}
