//! Reading an object.
//!
//! An object is read in parts of some MiB, of which the next is on its way while one is used. If it has
//! changed since it was listed, reading fails: half of one version and half of another is no dump. A web
//! server that cannot give parts is read from the beginning.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::TryStreamExt;
use object_store::{GetOptions, GetRange};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::store::{Store, runtime};
use crate::error::at;

/// So many bytes are asked for at once.
const PART: u64 = 4 << 20;

/// Where objects lie that were found together.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) store: Arc<Store>,
    /// What stands in front of their names.
    pub(crate) prefix: String,
    /// Parts of them can be asked for.
    pub(crate) has_ranges: bool,
}

/// An object in a store.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) name: Arc<str>,
    /// Its version, if the store has such.
    pub(crate) e_tag: Option<Box<str>>,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.url() == other.url() && self.e_tag == other.e_tag
    }
}

impl Eq for Object {}

impl Object {
    pub(crate) fn url(&self) -> String {
        self.shelf.store.url(&self.key())
    }

    pub(crate) fn has_ranges(&self) -> bool {
        self.shelf.has_ranges
    }

    pub(crate) fn lost(&self) -> Option<io::Error> {
        self.shelf.store.lost()
    }

    fn key(&self) -> String {
        format!("{}{}", self.shelf.prefix, self.name)
    }

    /// Reads from an offset to the end, which is at `size`.
    pub(crate) fn read_from(&self, offset: u64, size: u64) -> io::Result<Box<dyn Read + Send>> {
        if offset >= size {
            return Ok(Box::new(io::empty()));
        }
        // one part waits while one is used and one is on its way
        let (sender, receiver) = channel(1);
        let fetch = Fetch { object: self.clone(), sender };
        runtime()?.spawn(async move {
            match fetch.object.has_ranges() {
                true => fetch.parts(offset..size).await,
                false => fetch.whole(offset..size).await,
            }
        });
        Ok(Box::new(Parts { receiver, part: Bytes::new() }))
    }

    /// The bytes of a range that lies within the object.
    pub(crate) fn bytes(&self, range: Range<u64>, size: u64) -> io::Result<Vec<u8>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        if !self.has_ranges() {
            let mut bytes = Vec::new();
            self.read_from(range.start, size)?.take(range.end - range.start).read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
        runtime()?.block_on(self.part(range)).map(Vec::from)
    }

    async fn part(&self, range: Range<u64>) -> io::Result<Bytes> {
        let length = range.end - range.start;
        let options = self.options(Some(GetRange::Bounded(range)));
        let answer = self.shelf.store.get(&self.key(), options).await;
        let bytes = match answer {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        let bytes = bytes.map_err(|error| self.error(&error))?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(self.changed()) }
    }

    fn options(&self, range: Option<GetRange>) -> GetOptions {
        GetOptions { range, if_match: self.e_tag.as_deref().map(str::to_owned), ..GetOptions::default() }
    }

    fn error(&self, error: &object_store::Error) -> io::Error {
        match error {
            object_store::Error::Precondition { .. } => self.changed(),
            error => self.shelf.store.error(&self.key(), error),
        }
    }

    fn changed(&self) -> io::Error {
        at(self.url().as_ref())(io::Error::new(
            io::ErrorKind::InvalidData,
            "it has changed since it was listed",
        ))
    }
}

/// Fetches an object while it is read.
struct Fetch {
    object: Object,
    sender: Sender<io::Result<Bytes>>,
}

impl Fetch {
    async fn parts(&self, range: Range<u64>) {
        let mut start = range.start;
        while start < range.end {
            let end = range.end.min(start + PART);
            let part = self.object.part(start..end).await;
            let is_last = part.is_err();
            // nobody reads any more
            if self.sender.send(part).await.is_err() || is_last {
                return;
            }
            start = end;
        }
    }

    /// Everything in one go; what lies in front of the range is thrown away.
    async fn whole(&self, range: Range<u64>) {
        if let Err(error) = self.pass_on(range).await {
            // nobody reads any more
            let _ = self.sender.send(Err(error)).await;
        }
    }

    async fn pass_on(&self, range: Range<u64>) -> io::Result<()> {
        let object = &self.object;
        let answer = object.shelf.store.get(&object.key(), object.options(None)).await;
        let mut pieces = answer.map_err(|error| object.error(&error))?.into_stream();
        let mut place = 0;
        while let Some(mut piece) = pieces.try_next().await.map_err(|error| object.error(&error))? {
            let skipped = range.start.saturating_sub(place).min(piece.len() as u64);
            place += piece.len() as u64;
            piece.advance(skipped as usize);
            if self.sender.send(Ok(piece)).await.is_err() {
                return Ok(());
            }
        }
        if place == range.end { Ok(()) } else { Err(object.changed()) }
    }
}

/// The parts of an object as a reader.
struct Parts {
    receiver: Receiver<io::Result<Bytes>>,
    part: Bytes,
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.part.is_empty() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(part) => self.part = part?,
            }
        }
        let count = buffer.len().min(self.part.len());
        self.part.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
