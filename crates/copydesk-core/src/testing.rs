//! Scratch files without a disk, for the tests of stages that need some.

use std::io;

use crate::{Scratch, ScratchFile};

/// Has all the room there is, in memory.
pub struct Disk;

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
pub struct FullDisk;

impl Scratch for FullDisk {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Err(io::Error::other("the disk is full"))
    }
}
