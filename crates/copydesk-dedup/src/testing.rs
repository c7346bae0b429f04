//! Scratch files in memory, for the tests of this crate.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use copydesk_core::{Scratch, ScratchFile};

/// Has all the room there is.
pub(crate) struct Disk;

struct File(Vec<u8>);

impl Scratch for Disk {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(File(Vec::new())))
    }
}

impl ScratchFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let from = offset as usize;
        let there = self.0.get(from..from + bytes.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(there);
        Ok(())
    }
}

/// Has none.
pub(crate) struct FullDisk;

impl Scratch for FullDisk {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Err(io::Error::other("the disk is full"))
    }
}

/// A folder on a disk.
pub(crate) struct TemporaryFiles(pub(crate) PathBuf);

struct OnDisk(Mutex<std::fs::File>, u64);

impl Scratch for TemporaryFiles {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(OnDisk(Mutex::new(tempfile::tempfile_in(&self.0)?), 0)))
    }
}

impl ScratchFile for OnDisk {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = self.0.get_mut().unwrap();
        file.seek(SeekFrom::Start(self.1))?;
        self.1 += bytes.len() as u64;
        file.write_all(bytes)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut file = self.0.lock().unwrap();
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(bytes)
    }
}
