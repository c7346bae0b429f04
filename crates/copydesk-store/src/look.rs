//! An output as it lies, to look at and not to touch.
//!
//! What `verify` needs: the lines of the journal, the names of all files, and their bytes. Whether they
//! are right is for others to say.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::at;
use crate::folder::{JOURNAL, LOCK, MEMORY};
use crate::log::{Replay, replay};
use crate::remote::is_url;
use crate::staged::{Sealed, seal_of_folder};

/// What a run has written.
#[derive(Debug)]
pub enum Written {
    /// On disk.
    Local(PathBuf),
    /// In a store.
    #[cfg(feature = "remote")]
    Remote(Box<crate::RemoteFolder>),
}

/// The journal of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenJournal {
    /// Its lines, up to the first that is not whole.
    pub lines: Vec<String>,
    /// It ends in a line that was cut short.
    pub is_cut_short: bool,
}

impl Written {
    /// An output; `path` can be a URL. Nothing of it is read yet, and nothing ever written.
    ///
    /// # Errors
    /// When the store cannot be reached, or holds somebody else's objects there.
    pub fn open(path: &Path) -> io::Result<Self> {
        match path.to_str().filter(|path| is_url(path)) {
            Some(url) => in_store(url),
            None => Ok(Written::Local(path.to_owned())),
        }
    }

    /// Reads the journal.
    ///
    /// # Errors
    /// When there is none, or it is damaged; the error names it.
    pub fn journal(&self) -> io::Result<WrittenJournal> {
        let root = match self {
            Written::Local(root) => root,
            #[cfg(feature = "remote")]
            Written::Remote(folder) => {
                return Ok(WrittenJournal { lines: folder.lines().to_vec(), is_cut_short: false });
            }
        };
        let path = root.join(MEMORY).join(JOURNAL);
        let bytes = fs::read(&path).map_err(at(&path))?;
        let Replay { lines, whole } = replay(&bytes).map_err(|error| at(&path)(error.into()))?;
        Ok(WrittenJournal { lines, is_cut_short: whole < bytes.len() as u64 })
    }

    /// The names of all files but the journal, in byte order; links count as files.
    ///
    /// # Errors
    /// When they cannot be listed; the error names the place.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = match self {
            Written::Local(root) => names_below(root)?,
            #[cfg(feature = "remote")]
            Written::Remote(folder) => folder.list()?,
        };
        names.sort();
        Ok(names)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened; the error names it.
    pub fn read(&self, name: &str) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Written::Local(root) => {
                let path = root.join(name);
                Ok(Box::new(File::open(&path).map_err(at(&path))?))
            }
            #[cfg(feature = "remote")]
            Written::Remote(folder) => folder.read(name),
        }
    }

    /// Size and checksum of a file as they are now, or of a folder of the `files` that lie in it.
    ///
    /// # Errors
    /// When one cannot be read; the error names it.
    pub fn seal(&self, name: &str, files: &[String]) -> io::Result<Sealed> {
        if files.is_empty() {
            return Sealed::of(self.read(name)?);
        }
        let seal = |file: &String| {
            let sealed = Sealed::of(self.read(file)?)?;
            let below = file.strip_prefix(name).unwrap_or(file).trim_start_matches('/');
            Ok((below.to_owned(), sealed.bytes, sealed.sha256))
        };
        Ok(seal_of_folder(files.iter().map(seal).collect::<io::Result<_>>()?))
    }
}

#[cfg(feature = "remote")]
fn in_store(url: &str) -> io::Result<Written> {
    let folder = crate::RemoteFolder::open(url, false).map_err(io::Error::other)?;
    Ok(Written::Remote(Box::new(folder)))
}

#[cfg(not(feature = "remote"))]
fn in_store(url: &str) -> io::Result<Written> {
    Err(io::Error::new(io::ErrorKind::Unsupported, format!("`{url}`: this build reads no object stores")))
}

fn names_below(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in WalkDir::new(root) {
        let entry = entry.map_err(|error| at(root)(error.into()))?;
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let is_own = below == Path::new(MEMORY).join(JOURNAL) || is_lock(below, &entry);
        if !entry.file_type().is_dir() && !is_own {
            names.push(below.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// The lock is an empty file; with something in it, it is somebody else's.
fn is_lock(below: &Path, entry: &walkdir::DirEntry) -> bool {
    below == Path::new(MEMORY).join(LOCK) && entry.metadata().is_ok_and(|data| data.len() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LocalFolder;
    use std::io::Write;

    #[test]
    fn what_was_written_is_found_as_it_was_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let output = LocalFolder::open(folder.path(), false).unwrap();
        let mut file = output.create("data/part-00000.jsonl").unwrap();
        file.write_all(b"The bridge is open.").unwrap();
        let file = file.seal().unwrap();
        let mut articles = output.create_folder("data/part-00001").unwrap();
        articles.add("000000-a.txt", b"one").unwrap();
        articles.add("000001-b.txt", b"two").unwrap();
        let articles = articles.seal().unwrap();
        output.commit(&["data/part-00000.jsonl", "data/part-00001"], &["line".to_owned()]).unwrap();
        fs::write(folder.path().join("data/.part-00002.jsonl.tmp"), "half").unwrap();

        let written = Written::open(folder.path()).unwrap();
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
        assert_eq!(written.seal("data/part-00000.jsonl", &[]).unwrap(), file);
        let names = written.names().unwrap();
        assert_eq!(written.seal("data/part-00001", &names[2..]).unwrap(), articles);
        fs::write(folder.path().join(".copydesk/lock"), "x").unwrap();
        assert_eq!(written.names().unwrap()[0], ".copydesk/lock");
    }
}
