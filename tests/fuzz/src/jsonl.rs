//! Lines of JSON: a line is read as if it were alone, and every record says truly where it lies.

use copydesk_read::{Format, InputOptions};

use crate::reading::{Seen, is_compressed, read, read_at_once};

const NAME: &str = "a.jsonl";

/// Reads bytes as JSON Lines.
pub fn jsonl(bytes: &[u8]) {
    if is_compressed(bytes) {
        return;
    }
    let options = InputOptions { format: Format::Jsonl, ..InputOptions::default() };
    let seen = read(NAME, bytes, &options);
    places_are_lines(&seen, bytes);
    let mut alone = Seen::default();
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        // a mark at the start of a file is no part of its first line
        let line = if number == 0 { line.to_vec() } else { [b"\n", line].concat() };
        let one = read_at_once(NAME, &line, &options);
        assert!(one.documents.len() + one.quarantined.len() <= 1, "a line is one record");
        alone.documents.extend(one.documents);
        alone.quarantined.extend(one.quarantined);
    }
    assert_eq!(seen.texts(), alone.texts());
    assert_eq!(seen.reasons(), alone.reasons());
}

/// Every record is a whole line, and none is told twice.
fn places_are_lines(seen: &Seen, bytes: &[u8]) {
    let mut places = seen.places();
    places.sort_by_key(|source| source.offset);
    assert!(places.windows(2).all(|pair| pair[0].offset + pair[0].length < pair[1].offset), "{places:?}");
    for source in places {
        let (start, end) = (source.offset as usize, (source.offset + source.length) as usize);
        assert!(!bytes[start..end].contains(&b'\n'), "{source:?} is more than a line");
        assert!(bytes.get(end).is_none_or(|&byte| byte == b'\n'), "{source:?} is less than a line");
        let begins_a_line = start == 0 || bytes[start - 1] == b'\n' || bytes[..start] == *b"\xef\xbb\xbf";
        assert!(begins_a_line, "{source:?} begins within a line");
    }
    assert!(seen.documents.iter().all(|document| !document.id.is_empty() && !document.text.is_empty()));
}
