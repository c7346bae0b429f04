//! Bytes from disk, in a buffer in which one can look ahead, and a little way back.

use std::io::{self, Read};

/// What a window holds at first: enough for small files.
const LEAST: usize = 64 * 1024;
/// What it holds once it has been filled: several times as much as a decoder wants to see ahead, so that
/// little is moved.
const USUAL: usize = 4 << 20;
/// What it holds when somebody looks far ahead.
const MOST: usize = 4 << 20;
/// So many bytes can be gone back.
const BACK: usize = 256 * 1024;

/// A reader and some of its bytes.
pub(super) struct Window {
    reader: Box<dyn Read>,
    buffer: Vec<u8>,
    /// Where the bytes begin that have not been consumed.
    start: usize,
    filled: usize,
    /// Where in the file the buffer begins.
    base: u64,
    is_at_end: bool,
}

impl Window {
    /// A reader whose first byte lies at `offset` in its file.
    pub(super) fn new(reader: Box<dyn Read>, offset: u64) -> Self {
        Window { reader, buffer: Vec::new(), start: 0, filled: 0, base: offset, is_at_end: false }
    }

    /// The bytes that have been read and not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    /// Where they lie in the file.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.filled - self.start);
        self.start += count;
    }

    /// Goes back to an offset, or as near to it as can be.
    pub(super) fn go_back_to(&mut self, offset: u64) {
        let least = (self.start as u64).saturating_sub(BACK as u64);
        let place = offset.saturating_sub(self.base).max(least);
        self.start = (place as usize).min(self.start);
    }

    /// Reads more bytes behind those that are there. Did any come? None do at the end of the file, or
    /// when there is no room for more.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        if self.is_at_end || self.filled - self.start >= MOST {
            return Ok(false);
        }
        self.make_room();
        loop {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.filled += count;
                    self.is_at_end = count == 0;
                    return Ok(count > 0);
                }
            }
        }
    }

    /// Reads until `count` bytes are there, or all of the file is.
    pub(super) fn at_least(&mut self, count: usize) -> io::Result<bool> {
        while self.bytes().len() < count {
            if !self.more()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn make_room(&mut self) {
        if self.filled < self.buffer.len() {
            return;
        }
        let gone = self.start.saturating_sub(BACK);
        if gone > 0 && self.buffer.len() >= USUAL {
            self.buffer.copy_within(gone..self.filled, 0);
            (self.start, self.filled, self.base) =
                (self.start - gone, self.filled - gone, self.base + gone as u64);
        } else {
            self.buffer.resize((2 * self.buffer.len()).clamp(LEAST, BACK + MOST), 0);
        }
    }

    /// Takes bytes out, past the buffer where it can.
    pub(super) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let held = self.filled - self.start;
        if held == 0 {
            let count = self.reader.read(out)?;
            (self.base, self.start, self.filled) = (self.offset() + count as u64, 0, 0);
            return Ok(count);
        }
        let count = held.min(out.len());
        out[..count].copy_from_slice(&self.bytes()[..count]);
        self.start += count;
        Ok(count)
    }
}
