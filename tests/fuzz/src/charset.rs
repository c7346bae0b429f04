//! Character sets: a file of text is one document or one record set aside, and text that is UTF-8
//! stays as it is.

use copydesk_read::{Charset, InputOptions};

use crate::reading::{is_compressed, read};

const LABELS: [&str; 16] = [
    "auto",
    "auto",
    "auto",
    "auto",
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1252",
    "windows-1251",
    "koi8-r",
    "shift_jis",
    "euc-jp",
    "iso-2022-jp",
    "gb18030",
    "big5",
    "euc-kr",
];

/// Reads bytes as text or as markup in an encoding: the first byte names both.
pub fn charset(bytes: &[u8]) {
    let Some((control, bytes)) = bytes.split_first() else { return };
    if is_compressed(bytes) {
        return;
    }
    let label = LABELS[usize::from(control % 16)];
    let name = if control & 16 == 0 { "a.txt" } else { "a.html" };
    let encoding = Charset::try_from(label.to_owned()).expect("the labels are known");
    let seen = read(name, bytes, &InputOptions { encoding, ..InputOptions::default() });
    assert_eq!(seen.documents.len() + seen.quarantined.len(), 1, "a file is one record");
    for document in &seen.documents {
        assert_eq!((document.source.offset, document.source.length), (0, bytes.len() as u64));
        assert_eq!(document.id, name);
        damage_is_little(&document.text);
        if label == "auto" && is_plainly_utf8(bytes) {
            assert_eq!(document.text.as_bytes(), bytes);
        }
    }
}

/// No mark, no escapes of old encodings.
fn is_plainly_utf8(bytes: &[u8]) -> bool {
    let has_mark =
        [b"\xef\xbb\xbf".as_slice(), b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| bytes.starts_with(mark));
    !has_mark && !bytes.contains(&0x1b) && std::str::from_utf8(bytes).is_ok()
}

/// At most two letters, or one in a hundred, could not be read.
fn damage_is_little(text: &str) {
    let replaced = text.matches('\u{fffd}').count();
    assert!(
        replaced <= 2 || replaced * 100 <= text.chars().count(),
        "{replaced} letters are lost in {text:?}"
    );
}
