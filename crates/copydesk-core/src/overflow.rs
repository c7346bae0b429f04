//! Bytes in memory, until there are too many: then all of them lie in a scratch file.
//!
//! They are appended first, and read at any place afterwards. What the bytes mean is for their owner to know.

use std::borrow::Cow;
use std::io;

use crate::{Scratch, ScratchFile};

/// Bytes that are appended and then read.
pub struct Overflow {
    room: usize,
    length: u64,
    /// What is not on disk.
    memory: Vec<u8>,
    disk: Option<Box<dyn ScratchFile>>,
}

impl Overflow {
    /// None yet, and room for so many in memory.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Overflow { room, length: 0, memory: Vec::new(), disk: None }
    }

    /// Appends pieces, one behind the other.
    ///
    /// # Errors
    /// Those of the scratch file.
    pub fn push(&mut self, pieces: &[&[u8]], scratch: &dyn Scratch) -> io::Result<()> {
        for piece in pieces {
            self.memory.extend_from_slice(piece);
            self.length += piece.len() as u64;
        }
        if self.memory.len() > self.room {
            let disk = match &mut self.disk {
                Some(disk) => disk,
                none => none.insert(scratch.scratch()?),
            };
            disk.append(&self.memory)?;
            self.memory.clear();
        }
        Ok(())
    }

    /// All is appended, and can be read.
    ///
    /// # Errors
    /// Those of the scratch file.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(disk) = &mut self.disk {
            disk.append(&std::mem::take(&mut self.memory))?;
        }
        Ok(())
    }

    /// So many bytes, from a place on.
    ///
    /// # Errors
    /// Those of the scratch file.
    ///
    /// # Panics
    /// When they were never appended.
    pub fn read(&self, from: u64, length: usize) -> io::Result<Cow<'_, [u8]>> {
        let Some(disk) = &self.disk else {
            return Ok(Cow::Borrowed(&self.memory[from as usize..][..length]));
        };
        let mut bytes = vec![0; length];
        disk.read_at(&mut bytes, from)?;
        Ok(Cow::Owned(bytes))
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether they lie on disk.
    #[must_use]
    pub fn is_on_disk(&self) -> bool {
        self.disk.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Disk, FullDisk};

    #[test]
    fn bytes_are_read_as_they_were_appended() {
        for (room, is_on_disk) in [(100, false), (4, true)] {
            let mut bytes = Overflow::new(room);
            bytes.push(&[b"ab", b"cd"], &Disk).unwrap();
            assert!(!bytes.is_on_disk());
            bytes.push(&[b"ef"], &Disk).unwrap();
            bytes.push(&[b"g"], &Disk).unwrap();
            bytes.finish().unwrap();
            assert_eq!((bytes.len(), bytes.is_on_disk()), (7, is_on_disk));
            assert_eq!(&*bytes.read(1, 6).unwrap(), b"bcdefg");
        }
    }

    #[test]
    fn a_full_disk_is_an_error_once_memory_is_full() {
        let mut bytes = Overflow::new(2);
        assert!(bytes.push(&[b"ab"], &FullDisk).is_ok());
        assert_eq!(bytes.push(&[b"c"], &FullDisk).unwrap_err().to_string(), "the disk is full");
    }
}
