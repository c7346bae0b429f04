//! A file of a dump, wherever it lies.
//!
//! A [`Blob`] has a size and can be read from any offset on, as it is stored. Whether that means a disk,
//! memory or a server is known here and nowhere else; what the bytes are is for the readers above.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::at;
#[cfg(feature = "remote")]
use crate::remote::Object;

/// Bytes that can be read from any offset on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    place: Place,
    size: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    /// A file below a folder that it shares with others, by a name that it shares with the listing.
    Below(Arc<Path>, Arc<str>),
    #[cfg(feature = "remote")]
    Object(Object),
    /// What has been read whole because it could not be read twice; with the name that errors give it.
    Memory(Arc<str>, Arc<[u8]>),
}

impl Blob {
    /// A file on disk.
    pub fn file(path: impl Into<PathBuf>, size: u64) -> Self {
        Blob { place: Place::File(path.into()), size }
    }

    /// A file below a folder.
    pub(crate) fn below(folder: Arc<Path>, name: Arc<str>, size: u64) -> Self {
        Blob { place: Place::Below(folder, name), size }
    }

    /// An object in a store.
    #[cfg(feature = "remote")]
    pub(crate) fn object(object: Object, size: u64) -> Self {
        Blob { place: Place::Object(object), size }
    }

    /// Bytes in memory, under a name.
    pub fn memory(name: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Blob { size: bytes.len() as u64, place: Place::Memory(name.into(), bytes) }
    }

    /// Size in bytes, when it was found.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where it lies, if that is on this machine's disks.
    pub fn path(&self) -> Option<PathBuf> {
        match &self.place {
            Place::File(path) => Some(path.clone()),
            Place::Below(folder, name) => Some(folder.join(&**name)),
            _ => None,
        }
    }

    /// Can it be read from the middle without reading what is in front? Some web servers only give
    /// files from their beginning.
    pub fn has_random_access(&self) -> bool {
        match &self.place {
            #[cfg(feature = "remote")]
            Place::Object(object) => object.has_ranges(),
            _ => true,
        }
    }

    /// Why the store that it lies in can no longer be reached. What could not be read is not damaged
    /// then, and not to be set aside.
    pub fn lost(&self) -> Option<io::Error> {
        match &self.place {
            #[cfg(feature = "remote")]
            Place::Object(object) => object.lost(),
            _ => None,
        }
    }

    /// Reads from an offset on, to the end.
    ///
    /// # Errors
    /// When it cannot be opened, or not read from there on. The error names it; so do those of the
    /// reader.
    pub fn read_from(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        match &self.place {
            Place::File(path) => file_from(path, offset),
            Place::Below(folder, name) => file_from(&folder.join(&**name), offset),
            #[cfg(feature = "remote")]
            Place::Object(object) => object.read_from(offset, self.size),
            Place::Memory(_, bytes) => {
                let mut cursor = Cursor::new(Arc::clone(bytes));
                cursor.set_position(offset);
                Ok(Box::new(cursor))
            }
        }
    }

    /// The bytes of a range, or those that there are of it.
    ///
    /// # Errors
    /// When they cannot be read. The error names the blob.
    pub fn bytes(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let length = range.end.min(self.size).saturating_sub(range.start);
        #[cfg(feature = "remote")]
        if let Place::Object(object) = &self.place {
            return object.bytes(range.start..range.start + length, self.size);
        }
        let mut bytes = Vec::with_capacity(length as usize);
        self.read_from(range.start)?.take(length).read_to_end(&mut bytes).map_err(at(&self.name()))?;
        Ok(bytes)
    }

    /// What errors call it.
    pub(crate) fn name(&self) -> PathBuf {
        match &self.place {
            Place::File(path) => path.clone(),
            Place::Below(folder, name) => folder.join(&**name),
            #[cfg(feature = "remote")]
            Place::Object(object) => object.url().into(),
            Place::Memory(name, _) => PathBuf::from(&**name),
        }
    }
}

fn file_from(path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path).map_err(at(path))?;
    if offset > 0 {
        file.seek(SeekFrom::Start(offset)).map_err(at(path))?;
    }
    Ok(Box::new(file))
}

impl fmt::Display for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().display().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_the_same_wherever_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "The bridge is open.").unwrap();
        for blob in [Blob::file(&path, 19), Blob::memory("a.txt", *b"The bridge is open.")] {
            assert_eq!(blob.size(), 19);
            assert_eq!(blob.bytes(4..10).unwrap(), b"bridge");
            assert_eq!(blob.bytes(14..99).unwrap(), b"open.");
            assert_eq!(blob.bytes(30..99).unwrap(), b"");
            let mut rest = String::new();
            blob.read_from(11).unwrap().read_to_string(&mut rest).unwrap();
            assert_eq!(rest, "is open.");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Blob::file("/nowhere/a.gz", 1).bytes(0..1).unwrap_err();
        assert_eq!(error.to_string(), "/nowhere/a.gz: No such file or directory (os error 2)");
    }
}
