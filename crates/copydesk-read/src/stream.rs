//! A source in pieces, each byte of which knows its place.
//!
//! To know what a file is, its head must be read before its reader is chosen. A [`Stream`] gives the head
//! and then the rest, so that the reader sees the file from its beginning. A [`Feed`] holds as much of a
//! stream as a record is long, and says of each byte where it lies in the file, and whether the next
//! range begins before it. What the bytes mean is for the readers of the formats to say.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;

use copydesk_store::{Begins, Blob, Damage, DamageKind, Limits, Place, Source, without_path};

use crate::format::HEAD;

/// A source, and its head if somebody has looked at it.
pub(crate) struct Stream {
    head: Vec<u8>,
    /// How much of the head has been read again.
    given: usize,
    /// Where the pieces of the head lie, by their first byte in it.
    places: VecDeque<(usize, Place)>,
    /// What went wrong behind the head; told when the head has been read.
    trouble: Option<io::Error>,
    source: Source,
    place: Place,
    is_past: bool,
}

impl Stream {
    /// Reads the head of a source.
    pub(crate) fn peek(source: Source) -> Self {
        let mut stream = Stream::unseen(source);
        stream.head.resize(HEAD, 0);
        let mut filled = 0;
        while filled < HEAD {
            match stream.source.read(&mut stream.head[filled..]) {
                Ok(0) => break,
                Ok(count) => {
                    stream.places.push_back((filled, stream.source.place()));
                    filled += count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    stream.trouble = Some(error);
                    break;
                }
            }
        }
        stream.head.truncate(filled);
        stream
    }

    /// A source that nobody needs to look at.
    pub(crate) fn unseen(source: Source) -> Self {
        let (place, is_past) = (source.place(), false);
        Stream { head: Vec::new(), given: 0, places: VecDeque::new(), trouble: None, source, place, is_past }
    }

    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(crate) fn is_compressed(&self) -> bool {
        self.source.is_compressed()
    }

    /// Bytes read from disk.
    pub(crate) fn consumed(&self) -> u64 {
        self.source.consumed()
    }

    /// From here on reading goes on behind damage only at a member that begins so.
    pub(crate) fn set_begins(&mut self, begins: Begins) {
        self.source.set_begins(begins);
    }

    /// Where the first byte lies of those that were read last.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Do the bytes that were read last belong to the next range?
    pub(crate) fn is_past(&self) -> bool {
        self.is_past
    }

    /// Gives bytes of the head again, of one piece at a time.
    fn read_head(&mut self, buffer: &mut [u8]) -> usize {
        while self.places.get(1).is_some_and(|&(start, _)| start <= self.given) {
            self.places.pop_front();
        }
        let end = self.places.get(1).map_or(self.head.len(), |&(start, _)| start);
        let count = (end - self.given).min(buffer.len());
        buffer[..count].copy_from_slice(&self.head[self.given..self.given + count]);
        if let Some(&(start, place)) = self.places.front() {
            self.place = Place { offset: place.offset + (self.given - start) as u64, ..place };
        }
        self.given += count;
        count
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given < self.head.len() {
            return Ok(self.read_head(buffer));
        }
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        let count = self.source.read(buffer);
        (self.place, self.is_past) = (self.source.place(), self.source.is_past());
        count
    }
}

/// Opens a file and looks at its head.
pub(crate) fn open(blob: &Blob, limits: Limits) -> io::Result<Stream> {
    Ok(Stream::peek(copydesk_store::open(blob, limits)?))
}

/// Opens a range of a file, at a member that `begins` where the file is compressed.
pub(crate) fn open_range(
    blob: &Blob,
    range: Range<u64>,
    begins: Begins,
    limits: Limits,
) -> io::Result<Stream> {
    Ok(Stream::unseen(copydesk_store::open_range(blob, range, begins, limits)?))
}

/// Why something is set aside whose bytes could not be read, and what the system says.
pub(crate) fn trouble(error: &io::Error) -> (&'static str, String) {
    let reason = match Damage::of(error).map(|damage| damage.kind) {
        None if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
            "damaged"
        }
        None => "unreadable",
        Some(DamageKind::Broken | DamageKind::WrongSum) => "damaged",
        Some(DamageKind::CutOff) => "truncated",
        Some(DamageKind::Bomb) => "bomb",
    };
    (reason, without_path(error))
}

/// How much is read at once; fits into a core's cache with what becomes of it.
pub(crate) const CHUNK: usize = 256 * 1024;

/// Room for a compressed member; one that becomes no more is read at once.
const MEMBER: usize = 4 << 20;

/// The bytes of a stream from a place on, as many as somebody asks for.
pub(crate) struct Feed {
    stream: Stream,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// How many bytes of the stream came before the buffer.
    base: u64,
    /// The pieces of the stream, by where they begin in it.
    pieces: VecDeque<(u64, Place)>,
    /// Where in the stream the next range begins.
    end: Option<u64>,
}

impl Feed {
    pub(crate) fn new(stream: Stream) -> Self {
        Feed { stream, buffer: Vec::new(), start: 0, filled: 0, base: 0, pieces: VecDeque::new(), end: None }
    }

    /// The bytes that have been read and not consumed.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    /// How many bytes of the stream come before them.
    pub(crate) fn position(&self) -> u64 {
        self.base + self.start as u64
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.start += count;
        debug_assert!(self.start <= self.filled);
        let position = self.position();
        while self.pieces.get(1).is_some_and(|&(start, _)| start <= position) {
            self.pieces.pop_front();
        }
    }

    /// Consumes everything.
    pub(crate) fn clear(&mut self) {
        self.consume(self.filled - self.start);
    }

    /// Where the byte lies that is so many behind the first; one that is there, or has just been read.
    pub(crate) fn place(&self, ahead: usize) -> Place {
        let position = self.position() + ahead as u64;
        let behind = self.pieces.partition_point(|&(start, _)| start <= position);
        let piece = behind.checked_sub(1).map(|index| self.pieces[index]);
        piece.map_or(self.stream.place(), |(start, place)| Place {
            offset: place.offset + (position - start),
            ..place
        })
    }

    /// Where in the stream the next range begins, if that has been read.
    pub(crate) fn end(&self) -> Option<u64> {
        self.end
    }

    /// Has the next range begun with what was read last?
    pub(crate) fn is_past(&self) -> bool {
        self.stream.is_past()
    }

    /// Bytes read from disk.
    pub(crate) fn consumed(&self) -> u64 {
        self.stream.consumed()
    }

    /// Reads more bytes behind those that are there, and says how many. The buffer grows when it is full.
    pub(crate) fn more(&mut self) -> io::Result<usize> {
        self.make_room();
        loop {
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.note_piece(count);
                    self.filled += count;
                    return Ok(count);
                }
            }
        }
    }

    fn note_piece(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let (start, place) = (self.base + self.filled as u64, self.stream.place());
        let is_same = self.pieces.back().is_some_and(|&(before, last)| {
            last.member == place.member && last.offset + (start - before) == place.offset
        });
        if !is_same {
            self.pieces.push_back((start, place));
        }
        if self.end.is_none() && self.stream.is_past() {
            self.end = Some(start);
        }
    }

    /// Room for a chunk, or for a member as most are.
    fn make_room(&mut self) {
        let least = if self.stream.is_compressed() { MEMBER } else { 1 };
        if self.buffer.len() - self.filled >= least {
            return;
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            (self.base, self.filled, self.start) = (self.position(), self.filled - self.start, 0);
        }
        if self.buffer.len() - self.filled < least {
            self.buffer.resize((2 * self.filled).max(self.filled + least).max(CHUNK), 0);
        }
    }
}
