//! A stream of bytes, read through `copydesk-read` at once or in pieces.

use std::io::{self, Read};
use std::ops::ControlFlow;

use copydesk_core::{Document, Quarantined, Reading, Source};
use copydesk_read::{InputOptions, read_stream};

/// All that a reader gave.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) documents: Vec<Document>,
    pub(crate) quarantined: Vec<Quarantined>,
}

impl Seen {
    pub(crate) fn take(&mut self, reading: Reading) -> ControlFlow<()> {
        match reading {
            Reading::Document(document) => self.documents.push(document),
            Reading::Quarantined(record) => self.quarantined.push(record),
            Reading::Lost(error) => panic!("{error}"),
            Reading::Progress(_) => {}
        }
        ControlFlow::Continue(())
    }

    /// Where every record lies.
    pub(crate) fn places(&self) -> Vec<&Source> {
        let documents = self.documents.iter().map(|document| &document.source);
        documents.chain(self.quarantined.iter().map(|record| &record.source)).collect()
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        self.documents.iter().map(|document| document.text.as_str()).collect()
    }

    pub(crate) fn reasons(&self) -> Vec<&str> {
        self.quarantined.iter().map(|record| record.reason.as_ref()).collect()
    }
}

/// What is read of bytes, which must not depend on the pieces that they arrive in.
pub(crate) fn read(name: &str, bytes: &[u8], options: &InputOptions) -> Seen {
    let seen = read_at_once(name, bytes, options);
    let (piece, again) = read_bit_by_bit(name, bytes, options);
    assert_eq!(seen, again, "in pieces of {piece}");
    seen
}

pub(crate) fn read_at_once(name: &str, bytes: &[u8], options: &InputOptions) -> Seen {
    read_in_pieces(name, bytes, usize::MAX, options)
}

/// Reads in small pieces, and says how small. One byte at a time is the hardest, and too slow for all.
pub(crate) fn read_bit_by_bit(name: &str, bytes: &[u8], options: &InputOptions) -> (usize, Seen) {
    let piece = if bytes.len() < 512 { 1 } else { 509 };
    (piece, read_in_pieces(name, bytes, piece, options))
}

fn read_in_pieces(name: &str, bytes: &[u8], piece: usize, options: &InputOptions) -> Seen {
    let mut seen = Seen::default();
    let pieces = Pieces { bytes: bytes.to_vec(), given: 0, piece };
    read_stream(name, pieces, options, &mut |reading| seen.take(reading));
    seen
}

struct Pieces {
    bytes: Vec<u8>,
    given: usize,
    piece: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.bytes[self.given..];
        let count = rest.len().min(buffer.len()).min(self.piece);
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

/// Would these bytes be decompressed?
pub(crate) fn is_compressed(bytes: &[u8]) -> bool {
    const MAGICS: [&[u8]; 5] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"PK"];
    let is_skippable_frame = matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
    is_skippable_frame || MAGICS.iter().any(|magic| bytes.starts_with(magic))
}
