//! Where a run writes, as far as a run needs to know.
//!
//! A file of an output is written under a temporary name and sealed; a commit gives it its own name
//! and notes in the journal that it is there, in one step that survives a crash. This file knows
//! neither disks nor object stores, and not what is in the files: an [`Exporter`](crate::Exporter)
//! fills them, and the program says where they lie.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// The folder that a run writes to, or whatever stands for it.
pub trait Output: Scratch {
    /// Begins a file; `name` counts from the root of the output: `data/part-00000.jsonl.zst`.
    ///
    /// # Errors
    /// When it cannot be made; the error names it.
    fn create(&self, name: &str) -> io::Result<Box<dyn OutputFile>>;

    /// Begins a folder of files that appear together: `data/part-00000`.
    ///
    /// # Errors
    /// When it cannot be made; the error names it.
    fn create_folder(&self, name: &str) -> io::Result<Box<dyn OutputFiles>>;

    /// The lines of the journal, oldest first, without what a crash cut off.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    fn journal(&self) -> io::Result<Vec<String>>;

    /// Clears away what a crash left behind: everything under a temporary name, and whatever is not
    /// among the `listed` names. Called once, before anything is created.
    ///
    /// # Errors
    /// When something cannot be removed; the error names it.
    fn recover(&self, listed: &[&str]) -> io::Result<()>;

    /// Gives sealed files their names, and appends lines to the journal. When it returns, both
    /// survive a crash; when it is cut short, the files may be there without their lines.
    ///
    /// # Errors
    /// When that is not sure; the error names the file.
    fn commit(&self, files: &[&str], lines: &[String]) -> io::Result<()>;
}

/// Room on disk for what a stage cannot hold in memory. It is no part of the output, and whatever is in
/// it is gone when the run ends, however that ends.
pub trait Scratch: Sync {
    /// Begins a file that nobody else sees.
    ///
    /// # Errors
    /// When it cannot be made; the error names its folder.
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>>;
}

/// A file without a name. Its room is free again when it is dropped.
pub trait ScratchFile: Send + Sync {
    /// Writes behind what is there.
    ///
    /// # Errors
    /// When there is no room; the error names the folder.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Fills `bytes` with what stands at `offset`.
    ///
    /// # Errors
    /// When so many bytes cannot be read there; the error names the folder.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;
}

/// A file while it is written. Dropped without a seal, it leaves nothing behind.
pub trait OutputFile: Write + Send {
    /// All bytes are there: makes them safe, and says what they are.
    ///
    /// # Errors
    /// When they cannot be made safe; the error names the file.
    fn seal(self: Box<Self>) -> io::Result<Seal>;
}

/// Files of one folder while they are written. Dropped without a seal, they leave nothing behind.
pub trait OutputFiles: Send {
    /// Adds a file.
    ///
    /// # Errors
    /// When it cannot be written, or there is one of that name; the error names it.
    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// All files are there: makes them safe, and says what they are.
    ///
    /// # Errors
    /// When they cannot be made safe; the error names the folder.
    fn seal(self: Box<Self>) -> io::Result<Seal>;
}

/// What a file holds, as far as a checksum can say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seal {
    /// Size in bytes; of a folder, the sum of its files.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits; of a folder, that of its files' names, sizes and bytes, in byte
    /// order of the names.
    pub sha256: String,
}

/// A file of the output, as the journal lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFile {
    /// From the root of the output on.
    pub name: String,
    /// Rows in it, or files in a folder.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// See [`Seal::sha256`].
    pub sha256: String,
}

impl PartFile {
    /// A sealed file.
    pub fn new(name: impl Into<String>, rows: u64, seal: Seal) -> Self {
        PartFile { name: name.into(), rows, bytes: seal.bytes, sha256: seal.sha256 }
    }
}
