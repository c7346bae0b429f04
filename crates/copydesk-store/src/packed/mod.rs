//! Reading a file, however it is compressed, from any place on.
//!
//! A file is decompressed by what its first bytes say, not by its name: gzip, zstd, bzip2, xz, or as it
//! is. A compressed file is a row of members (gzip members, zstd frames, bzip2 or xz streams), and a
//! member can be read without those before it. So a [`Source`] can begin at any byte of the file: it
//! reads the members that begin in a range, and then on, as far as its reader wants. Where the next
//! range begins, [`Source::is_past`] says; a row of ranges reads every member once.
//!
//! Damage costs what it hits: reading gives an error that holds a [`Damage`], which bytes on disk are
//! lost, and the next read goes on with the next member. What the bytes mean is for `copydesk-read` to
//! say.
//!
//! `window.rs` holds bytes from disk, `decoder.rs` makes others of them, `members.rs` finds where members
//! begin and end.

mod damage;
mod decoder;
mod gzip;
mod members;
mod whole;
mod window;
mod zstd;

use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::Blob;
use crate::error::at;

pub use damage::{Damage, DamageKind};
pub(crate) use members::JUDGED;
use members::Members;
use window::Window;

/// The name of what is inside a compressed file, told from the name: in `news.jsonl.gz` it is
/// `news.jsonl`. None if the name says nothing of compression.
pub fn inner_name(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let known = ["gz", "gzip", "zst", "zstd", "bz2", "xz"];
    known.iter().any(|known| extension.eq_ignore_ascii_case(known)).then_some(stem)
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// A row of gzip members.
    Gzip,
    /// A row of zstd frames.
    Zstd,
    /// A row of bzip2 streams.
    Bzip2,
    /// A row of xz streams.
    Xz,
}

impl Packing {
    /// So many bytes tell.
    const HEAD: usize = 10;

    /// Told from the first bytes. Skippable frames count as zstd: `pzstd` begins its files with one.
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if decoder::is_bzip2_block(rest) => Packing::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Packing::Xz,
            _ => Packing::Plain,
        }
    }
}

/// What a compressed file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A member that becomes more than so many times its size is a bomb; judged from 16 MiB on.
    pub ratio: u64,
}

impl Default for Limits {
    /// gzip and zstd make a third to a twentieth of news, and a hundredth of pages that hardly differ.
    fn default() -> Self {
        Limits { ratio: 200 }
    }
}

/// Where a byte lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Where the member begins, in the file; 0 in a file that is not compressed.
    pub member: u64,
    /// How many decompressed bytes of the member come before it.
    pub offset: u64,
}

/// An open file. Reading gives its decompressed bytes; errors name the file.
pub struct Source {
    path: PathBuf,
    window: Window,
    members: Option<Box<Members>>,
    end: u64,
    begun: u64,
    place: Place,
    is_past: bool,
}

/// What the first decompressed bytes of a member must look like so that a range may begin with it.
pub type Begins = fn(&[u8]) -> bool;

/// Opens a file for reading, decompressed.
///
/// # Errors
/// When the file cannot be opened or its first bytes cannot be read. The error names the file.
pub fn open(blob: &Blob, limits: Limits) -> io::Result<Source> {
    Source::new(blob.name(), Window::new(blob.read_from(0)?, 0), None, limits)
}

/// Opens a range of a file. Of a compressed file it gives the members that begin in the range, and then
/// those behind it; of any other its bytes. In a compressed file a range begins at a member that can be
/// read and for which `begins` is true, and the one before it ends there.
///
/// # Errors
/// As for [`open`].
pub fn open_range(blob: &Blob, range: Range<u64>, begins: Begins, limits: Limits) -> io::Result<Source> {
    let path = blob.name();
    let packing = Packing::of(&blob.bytes(0..Packing::HEAD as u64)?);
    let window = Window::new(blob.read_from(range.start)?, range.start);
    let mut source = Source::new(path, window, Some(packing), limits)?;
    source.end = range.end;
    source.begun = range.start;
    source.place.offset = range.start;
    if let Some(members) = &mut source.members {
        members.begin_in(&range, begins);
    }
    Ok(source)
}

impl Source {
    /// Reads from anything, decompressed; `path` is the name that errors give.
    ///
    /// # Errors
    /// When the first bytes cannot be read.
    pub fn of_reader(path: &Path, reader: impl Read + 'static, limits: Limits) -> io::Result<Self> {
        Source::new(path.to_owned(), Window::new(Box::new(reader), 0), None, limits)
    }

    fn new(path: PathBuf, mut window: Window, packing: Option<Packing>, limits: Limits) -> io::Result<Self> {
        let packing = match packing {
            Some(packing) => packing,
            None => {
                window.at_least(Packing::HEAD).map_err(at(&path))?;
                Packing::of(window.bytes())
            }
        };
        let members = (packing != Packing::Plain).then(|| Box::new(Members::new(packing, limits)));
        let (place, end) = (Place::default(), u64::MAX);
        Ok(Source { path, window, members, end, begun: 0, place, is_past: false })
    }

    /// From here on reading goes on behind damage only at a member whose first bytes please `begins`.
    pub fn set_begins(&mut self, begins: Begins) {
        if let Some(members) = &mut self.members {
            members.set_begins(begins);
        }
    }

    /// Do the bytes on disk differ from those that reading gives?
    pub fn is_compressed(&self) -> bool {
        self.members.is_some()
    }

    /// Where the next byte lies; while reading, where the first of those lay that were read last.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Do the bytes that were read last belong to the next range?
    pub fn is_past(&self) -> bool {
        self.is_past
    }

    /// How many bytes have been read from disk, since the beginning of the range.
    pub fn consumed(&self) -> u64 {
        self.window.offset() - self.begun
    }

    fn read_plain(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let offset = self.window.offset();
        // no read crosses the end of the range
        let most = match self.end.checked_sub(offset) {
            None | Some(0) => buffer.len(),
            Some(left) => buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX)),
        };
        let count = self.window.read(&mut buffer[..most])?;
        self.place = Place { member: 0, offset };
        self.is_past = offset >= self.end;
        Ok(count)
    }
}

impl Read for Source {
    /// Each read gives bytes of one member, and of one range, only.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.members {
            None => self.read_plain(buffer),
            Some(members) => {
                let read = members.read(&mut self.window, buffer);
                // damage, too, belongs to the next range if an empty member of that stands before it
                self.is_past = members.is_past();
                read.map(|(count, place)| {
                    self.place = place;
                    count
                })
            }
        };
        match read {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(at(&self.path)(error)),
            other => other,
        }
    }
}

/// The decompressed bytes at a place, as many as there are up to `length`.
///
/// # Errors
/// When the file cannot be read, or is damaged before the place. The error names the file.
pub fn bytes_at(blob: &Blob, place: Place, length: u64, limits: Limits) -> io::Result<Vec<u8>> {
    let packing = Packing::of(&blob.bytes(0..Packing::HEAD as u64)?);
    if packing == Packing::Plain {
        return blob.bytes(place.offset..place.offset.saturating_add(length));
    }
    let window = Window::new(blob.read_from(place.member)?, place.member);
    let mut source = Source::new(blob.name(), window, Some(packing), limits)?;
    io::copy(&mut source.by_ref().take(place.offset), &mut io::sink())?;
    let mut bytes = Vec::new();
    match source.take(length).read_to_end(&mut bytes) {
        // what comes before the damage is worth looking at
        Err(_) if !bytes.is_empty() => Ok(bytes),
        other => other.map(|_| bytes),
    }
}

#[cfg(test)]
mod tests;
