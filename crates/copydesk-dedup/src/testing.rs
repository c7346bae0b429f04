//! Scratch files in a folder, for the figures of this crate.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use copydesk_core::{Scratch, ScratchFile};

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
