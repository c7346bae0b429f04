//! What a run writes to: a folder on disk, or a place in a store.
//!
//! Both keep the same promises and look the same from above; which of them it is, the first letters of
//! the path say.

use std::io::{self, Write};
use std::path::Path;

use crate::remote::is_url;
use crate::{FolderError, LocalFolder, ScratchFile, Sealed, StagedFile, StagedFolder};
#[cfg(feature = "remote")]
use crate::{RemoteFile, RemoteFiles, RemoteFolder};

/// An output that is ready to be written to.
#[derive(Debug)]
pub enum OutputFolder {
    /// On disk.
    Local(LocalFolder),
    /// In a store.
    #[cfg(feature = "remote")]
    Remote(RemoteFolder),
}

/// A file of an output while it is written. Dropped before it is sealed, it leaves nothing behind.
pub enum OutputFile {
    /// On disk.
    Local(StagedFile),
    /// In a store.
    #[cfg(feature = "remote")]
    Remote(RemoteFile),
}

/// Files of one folder of an output while they are written.
pub enum OutputFiles {
    /// On disk.
    Local(StagedFolder),
    /// In a store.
    #[cfg(feature = "remote")]
    Remote(RemoteFiles),
}

impl OutputFolder {
    /// Makes the output, or takes up one that copydesk wrote to; `path` can be a URL. With `overwrite`,
    /// what earlier runs left is deleted.
    ///
    /// # Errors
    /// When it is not ours, in use, or cannot be made.
    pub fn open(path: &Path, overwrite: bool) -> Result<Self, FolderError> {
        match path.to_str().filter(|path| is_url(path)) {
            Some(url) => open_remote(url, overwrite),
            None => LocalFolder::open(path, overwrite).map(OutputFolder::Local),
        }
    }

    /// The lines of the journal as it was when the output was opened.
    pub fn lines(&self) -> &[String] {
        match self {
            OutputFolder::Local(folder) => folder.lines(),
            #[cfg(feature = "remote")]
            OutputFolder::Remote(folder) => folder.lines(),
        }
    }

    /// Begins a file below the output.
    ///
    /// # Errors
    /// When it cannot be made; the error names it.
    pub fn create(&self, name: &str) -> io::Result<OutputFile> {
        match self {
            OutputFolder::Local(folder) => folder.create(name).map(OutputFile::Local),
            #[cfg(feature = "remote")]
            OutputFolder::Remote(folder) => Ok(OutputFile::Remote(folder.create(name))),
        }
    }

    /// Begins a folder of files below the output.
    ///
    /// # Errors
    /// When it cannot be made; the error names it.
    pub fn create_folder(&self, name: &str) -> io::Result<OutputFiles> {
        match self {
            OutputFolder::Local(folder) => folder.create_folder(name).map(OutputFiles::Local),
            #[cfg(feature = "remote")]
            OutputFolder::Remote(folder) => Ok(OutputFiles::Remote(folder.create_folder(name))),
        }
    }

    /// Begins a file without a name, on the disk that the output is on; for an output in a store, in the
    /// system's folder for temporary files.
    ///
    /// # Errors
    /// When it cannot be made; the error names the folder.
    pub fn scratch(&self) -> io::Result<ScratchFile> {
        match self {
            OutputFolder::Local(folder) => folder.scratch(),
            #[cfg(feature = "remote")]
            OutputFolder::Remote(_) => ScratchFile::create(&std::env::temp_dir()),
        }
    }

    /// Sealed files count from now on, and lines are added to the journal. When it returns, both are safe.
    ///
    /// # Errors
    /// When that is not sure; the error names the file.
    pub fn commit(&self, files: &[&str], lines: &[String]) -> io::Result<()> {
        match self {
            OutputFolder::Local(folder) => folder.commit(files, lines),
            #[cfg(feature = "remote")]
            OutputFolder::Remote(folder) => folder.commit(lines),
        }
    }

    /// Deletes what a crash left: every part that is not among the `listed` names.
    ///
    /// # Errors
    /// When something cannot be deleted; the error names it.
    pub fn recover(&self, listed: &[&str]) -> io::Result<()> {
        match self {
            OutputFolder::Local(folder) => folder.recover(listed),
            #[cfg(feature = "remote")]
            OutputFolder::Remote(folder) => folder.recover(listed),
        }
    }
}

#[cfg(feature = "remote")]
fn open_remote(url: &str, overwrite: bool) -> Result<OutputFolder, FolderError> {
    RemoteFolder::open(url, overwrite).map(OutputFolder::Remote)
}

#[cfg(not(feature = "remote"))]
fn open_remote(_: &str, _: bool) -> Result<OutputFolder, FolderError> {
    Err(io::Error::new(io::ErrorKind::Unsupported, crate::remote::ABSENT).into())
}

impl OutputFile {
    /// All bytes are there: makes them safe, and says what they are.
    ///
    /// # Errors
    /// When they cannot be made safe; the error names the file.
    pub fn seal(self) -> io::Result<Sealed> {
        match self {
            OutputFile::Local(file) => file.seal(),
            #[cfg(feature = "remote")]
            OutputFile::Remote(file) => file.seal(),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            OutputFile::Local(file) => file.write(bytes),
            #[cfg(feature = "remote")]
            OutputFile::Remote(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl OutputFiles {
    /// Adds a file.
    ///
    /// # Errors
    /// When it cannot be written, or there is another of that name; the error names it.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            OutputFiles::Local(files) => files.add(name, bytes),
            #[cfg(feature = "remote")]
            OutputFiles::Remote(files) => files.add(name, bytes),
        }
    }

    /// All files are there: makes them safe, and says what they are.
    ///
    /// # Errors
    /// When they cannot be made safe; the error names the folder.
    pub fn seal(self) -> io::Result<Sealed> {
        match self {
            OutputFiles::Local(files) => files.seal(),
            #[cfg(feature = "remote")]
            OutputFiles::Remote(files) => files.seal(),
        }
    }
}
