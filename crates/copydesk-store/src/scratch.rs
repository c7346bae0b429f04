//! Files for what does not fit into memory.
//!
//! They have no name, so that nobody else sees them and the system frees their room when the process
//! ends, however it ends. What is in them is no part of an output.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::at;

/// A file without a name.
#[derive(Debug)]
pub struct ScratchFile {
    folder: PathBuf,
    file: Mutex<File>,
    length: u64,
}

impl ScratchFile {
    /// Begins a file on the disk that a folder is on.
    ///
    /// # Errors
    /// When it cannot be made; the error names the folder.
    pub fn create(folder: &Path) -> io::Result<Self> {
        let file = Mutex::new(tempfile::tempfile_in(folder).map_err(at(folder))?);
        Ok(ScratchFile { folder: folder.to_owned(), file, length: 0 })
    }

    /// Writes behind what is there.
    ///
    /// # Errors
    /// When there is no room; the error names the folder.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        let written = file.seek(SeekFrom::Start(self.length)).and_then(|_| file.write_all(bytes));
        written.map_err(at(&self.folder))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Fills `bytes` with what stands at `offset`.
    ///
    /// # Errors
    /// When so many bytes cannot be read there; the error names the folder.
    pub fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        read_exact_at(&mut file, bytes, offset).map_err(at(&self.folder))
    }
}

/// One call where the system has one: a stage that looks things up reads a few bytes at a time.
#[cfg(unix)]
fn read_exact_at(file: &mut File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn read_exact_at(file: &mut File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::Read;
    file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_anywhere_and_leaves_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = ScratchFile::create(folder.path()).unwrap();
        file.append(b"abcdef").unwrap();
        let mut middle = [0; 3];
        file.read_at(&mut middle, 2).unwrap();
        assert_eq!(&middle, b"cde");
        file.append(b"gh").unwrap();
        file.read_at(&mut middle, 5).unwrap();
        assert_eq!(&middle, b"fgh");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(file.read_at(&mut middle, 6).is_err());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = ScratchFile::create(Path::new("not/there")).unwrap_err();
        assert!(error.to_string().starts_with("not/there: "), "{error}");
    }
}
