//! The output of a run, on disk or in a store: the store's folder, as core wants it.

use std::io::{self, Write};
use std::path::Path;

use copydesk_core::{Output, OutputFile, OutputFiles, Scratch, ScratchFile, Seal};
use copydesk_store::{FolderError, OutputFolder, Sealed};

/// An output folder.
pub struct Folder(OutputFolder);

impl Folder {
    /// Makes the folder or takes it up; see [`OutputFolder::open`].
    ///
    /// # Errors
    /// When it is not ours, in use, or cannot be made.
    pub fn open(path: &Path, overwrite: bool) -> Result<Self, FolderError> {
        OutputFolder::open(path, overwrite).map(Folder)
    }
}

impl Output for Folder {
    fn create(&self, name: &str) -> io::Result<Box<dyn OutputFile>> {
        Ok(Box::new(File(self.0.create(name)?)))
    }

    fn create_folder(&self, name: &str) -> io::Result<Box<dyn OutputFiles>> {
        Ok(Box::new(Files(self.0.create_folder(name)?)))
    }

    fn journal(&self) -> io::Result<Vec<String>> {
        Ok(self.0.lines().to_vec())
    }

    fn recover(&self, listed: &[&str]) -> io::Result<()> {
        self.0.recover(listed)
    }

    fn commit(&self, files: &[&str], lines: &[String]) -> io::Result<()> {
        self.0.commit(files, lines)
    }
}

impl Scratch for Folder {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(Unnamed(self.0.scratch()?)))
    }
}

/// Room on disk where there is no output: in the system's folder for temporary files.
pub struct Temporary;

impl Scratch for Temporary {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(Unnamed(copydesk_store::ScratchFile::create(&std::env::temp_dir())?)))
    }
}

struct Unnamed(copydesk_store::ScratchFile);

impl ScratchFile for Unnamed {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.append(bytes)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_at(bytes, offset)
    }
}

struct File(copydesk_store::OutputFile);

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl OutputFile for File {
    fn seal(self: Box<Self>) -> io::Result<Seal> {
        self.0.seal().map(seal)
    }
}

struct Files(copydesk_store::OutputFiles);

impl OutputFiles for Files {
    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.add(name, bytes)
    }

    fn seal(self: Box<Self>) -> io::Result<Seal> {
        self.0.seal().map(seal)
    }
}

fn seal(sealed: Sealed) -> Seal {
    Seal { bytes: sealed.bytes, sha256: sealed.sha256 }
}
