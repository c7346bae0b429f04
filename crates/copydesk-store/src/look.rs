//! An output folder as it lies, to look at and not to touch.
//!
//! What `verify` needs: the lines of the journal, the names of all files, and their bytes. Whether they
//! are right is for others to say.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::at;
use crate::folder::{JOURNAL, LOCK, MEMORY};
use crate::log::{LogError, Replay, replay};
use crate::staged::{Sealed, seal_of_folder};

/// What a run has written.
#[derive(Debug, Clone)]
pub struct Written {
    path: PathBuf,
}

/// The journal of an output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenJournal {
    /// Its lines, up to the first that is not whole.
    pub lines: Vec<String>,
    /// It ends in a line that was cut short.
    pub is_cut_short: bool,
}

impl Written {
    /// The folder of an output.
    pub fn new(path: &Path) -> Self {
        Written { path: path.to_owned() }
    }

    /// Reads the journal.
    ///
    /// # Errors
    /// When there is none, or it is damaged; the error names it.
    pub fn journal(&self) -> io::Result<WrittenJournal> {
        let path = self.path.join(MEMORY).join(JOURNAL);
        let bytes = fs::read(&path).map_err(at(&path))?;
        let Replay { lines, whole } = replay(&bytes).map_err(|error: LogError| at(&path)(error.into()))?;
        Ok(WrittenJournal { lines, is_cut_short: whole < bytes.len() as u64 })
    }

    /// The names of all files but the journal, in byte order; links count as files.
    ///
    /// # Errors
    /// When a folder cannot be read; the error names it.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in WalkDir::new(&self.path) {
            let entry = entry.map_err(|error| at(&self.path)(error.into()))?;
            let below = entry.path().strip_prefix(&self.path).unwrap_or(entry.path());
            let is_own = below == Path::new(MEMORY).join(JOURNAL) || self.is_lock(below, &entry);
            if !entry.file_type().is_dir() && !is_own {
                names.push(below.to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// The lock is an empty file; with something in it, it is somebody else's.
    fn is_lock(&self, below: &Path, entry: &walkdir::DirEntry) -> bool {
        below == Path::new(MEMORY).join(LOCK) && entry.metadata().is_ok_and(|data| data.len() == 0)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened; the error names it.
    pub fn read(&self, name: &str) -> io::Result<impl Read + Send + 'static> {
        let path = self.path.join(name);
        File::open(&path).map_err(at(&path))
    }

    /// Size and checksum of a file, or of a folder of files, as they are now.
    ///
    /// # Errors
    /// When it cannot be read; the error names it.
    pub fn seal(&self, name: &str) -> io::Result<Sealed> {
        let path = self.path.join(name);
        if !path.is_dir() {
            return Sealed::of(self.read(name)?).map_err(at(&path));
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(&path).map_err(at(&path))? {
            let entry = entry.map_err(at(&path))?;
            let sealed = File::open(entry.path()).and_then(Sealed::of).map_err(at(&entry.path()))?;
            files.push((entry.file_name().to_string_lossy().into_owned(), sealed.bytes, sealed.sha256));
        }
        Ok(seal_of_folder(files))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OutputFolder;
    use std::io::Write;

    #[test]
    fn what_was_written_is_found_as_it_was_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::open(folder.path(), false).unwrap();
        let mut file = output.create("data/part-00000.jsonl").unwrap();
        file.write_all(b"The bridge is open.").unwrap();
        let file = file.seal().unwrap();
        let mut articles = output.create_folder("data/part-00001").unwrap();
        articles.add("000000-a.txt", b"one").unwrap();
        articles.add("000001-b.txt", b"two").unwrap();
        let articles = articles.seal().unwrap();
        output.commit(&["data/part-00000.jsonl", "data/part-00001"], &["line".to_owned()]).unwrap();
        fs::write(folder.path().join("data/.part-00002.jsonl.tmp"), "half").unwrap();

        let written = Written::new(folder.path());
        assert_eq!(
            written.journal().unwrap(),
            WrittenJournal { lines: vec!["line".to_owned()], is_cut_short: false }
        );
        assert_eq!(
            written.names().unwrap(),
            [
                "data/.part-00002.jsonl.tmp",
                "data/part-00000.jsonl",
                "data/part-00001/000000-a.txt",
                "data/part-00001/000001-b.txt"
            ]
        );
        assert_eq!(written.seal("data/part-00000.jsonl").unwrap(), file);
        assert_eq!(written.seal("data/part-00001").unwrap(), articles);
        fs::write(folder.path().join(".copydesk/lock"), "x").unwrap();
        assert_eq!(written.names().unwrap()[0], ".copydesk/lock");
    }
}
