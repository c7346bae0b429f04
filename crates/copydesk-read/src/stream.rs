//! A source whose first bytes have been looked at.
//!
//! To know what a file is, its head must be read before its reader is chosen. A [`Stream`] gives
//! the head and then the rest, so that the reader sees the file from its beginning.

use std::io::{self, Read};

use copydesk_store::{Blob, Source, without_path};

use crate::format::HEAD;

/// A source, and its head if somebody has looked at it.
pub(crate) struct Stream {
    head: Vec<u8>,
    /// How much of the head has been read again.
    given: usize,
    /// What went wrong behind the head; told when the head has been read.
    trouble: Option<io::Error>,
    source: Source,
}

impl Stream {
    /// Reads the head of a source.
    pub(crate) fn peek(mut source: Source) -> Self {
        let mut head = Vec::with_capacity(HEAD);
        let trouble = source.by_ref().take(HEAD as u64).read_to_end(&mut head).err();
        Stream { head, given: 0, trouble, source }
    }

    /// A source that nobody needs to look at.
    pub(crate) fn unseen(source: Source) -> Self {
        Stream { head: Vec::new(), given: 0, trouble: None, source }
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

    /// Why reading ended early: the reason to set a record aside, and what the system says.
    pub(crate) fn trouble(&self, error: &io::Error) -> (&'static str, String) {
        let is_wrong = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
        let reason = if is_wrong || self.is_compressed() { "damaged" } else { "unreadable" };
        (reason, without_path(error))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let head = &self.head[self.given..];
        if head.is_empty() {
            return self.trouble.take().map_or_else(|| self.source.read(buffer), Err);
        }
        let count = head.len().min(buffer.len());
        buffer[..count].copy_from_slice(&head[..count]);
        self.given += count;
        Ok(count)
    }
}

/// Opens a file and looks at its head.
pub(crate) fn open(blob: &Blob) -> io::Result<Stream> {
    Ok(Stream::peek(copydesk_store::open(blob)?))
}

/// Opens a file from an offset on, as it is on disk.
pub(crate) fn open_at(blob: &Blob, offset: u64) -> io::Result<Stream> {
    Ok(Stream::unseen(copydesk_store::open_at(blob, offset)?))
}
