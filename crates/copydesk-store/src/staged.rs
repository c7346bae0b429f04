//! Files and folders under a temporary name.
//!
//! A [`StagedFile`] is written as `.NAME.tmp` beside the place where it will be. Sealed, its bytes are
//! safe on disk and their checksum is known; only [`publish`] gives it its name. Without that order a
//! file system may keep the name and lose the bytes when the power goes. What is written is for others
//! to say, and who remembers it for [`OutputFolder`](crate::OutputFolder).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::at;

/// What a sealed file or folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Size in bytes; of a folder, the sum of its files.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits; of a folder, that of the name, size and bytes of each file, in
    /// byte order of the names.
    pub sha256: String,
}

/// A file while it is written. Dropped before it is sealed, it leaves nothing behind.
pub struct StagedFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    hash: Sha256,
    // behind the file, so that that is closed before it is removed
    temporary: Temporary,
}

/// The temporary name, removed when it is dropped.
struct Temporary(Option<PathBuf>);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // whatever is left is cleared away when the folder is used again
            let _ = if is_folder(path) { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

impl StagedFile {
    /// Begins a file that will be `path`. Makes the folder that it lies in, if there is none.
    ///
    /// # Errors
    /// When another run is writing it, or when nothing can be written there. The error names the file.
    pub fn create(path: &Path) -> io::Result<Self> {
        make_folder(folder_of(path))?;
        let temporary = temporary_path(path);
        let file =
            OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(at(&temporary))?;
        Ok(StagedFile {
            path: path.to_owned(),
            file,
            bytes: 0,
            hash: Sha256::new(),
            temporary: Temporary(Some(temporary)),
        })
    }

    /// Waits until the bytes are on disk, and says what they are.
    ///
    /// # Errors
    /// When they cannot be made safe. The error names the file, and nothing is left behind.
    pub fn seal(mut self) -> io::Result<Sealed> {
        self.file.sync_all().map_err(at(&self.path))?;
        self.temporary.0 = None;
        Ok(Sealed { bytes: self.bytes, sha256: hex(self.hash) })
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes).map_err(|error| match error.kind() {
            // for the caller to try again
            io::ErrorKind::Interrupted => error,
            _ => at(&self.path)(error),
        })?;
        self.hash.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A folder of files that appear together. Thousands of small files are made safe at once. Dropped
/// before it is sealed, it leaves nothing behind.
pub struct StagedFolder {
    path: PathBuf,
    /// Name, size and SHA-256 of each file.
    files: Vec<(String, u64, String)>,
    temporary: Temporary,
}

impl StagedFolder {
    /// Begins a folder that will be `path`. Makes the folder that it lies in, if there is none.
    ///
    /// # Errors
    /// When another run is writing it, or when nothing can be written there. The error names the
    /// folder.
    pub fn create(path: &Path) -> io::Result<Self> {
        make_folder(folder_of(path))?;
        let temporary = temporary_path(path);
        fs::create_dir(&temporary).map_err(at(&temporary))?;
        Ok(StagedFolder { path: path.to_owned(), files: Vec::new(), temporary: Temporary(Some(temporary)) })
    }

    /// Writes a file into the folder.
    ///
    /// # Errors
    /// When it cannot be written, or there is one of that name. The error names the file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.temporary.0.as_deref().unwrap_or(&self.path).join(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(bytes)).map_err(at(&path))?;
        self.files.push((name.to_owned(), bytes.len() as u64, hex(Sha256::new_with_prefix(bytes))));
        Ok(())
    }

    /// Waits until the files are on disk, and says what they are.
    ///
    /// # Errors
    /// When they cannot be made safe. The error names the folder, and nothing is left behind.
    pub fn seal(mut self) -> io::Result<Sealed> {
        let temporary = self.temporary.0.as_deref().unwrap_or(&self.path);
        sync_files(temporary).map_err(at(&self.path))?;
        self.temporary.0 = None;
        Ok(seal_of_folder(self.files))
    }
}

/// The seal of a folder, from the names, sizes and checksums of its files.
pub(crate) fn seal_of_folder(mut files: Vec<(String, u64, String)>) -> Sealed {
    files.sort();
    let mut hash = Sha256::new();
    for (name, bytes, sha256) in &files {
        hash.update(format!("{name}\0{bytes}\0{sha256}\n"));
    }
    Sealed { bytes: files.iter().map(|(_, bytes, _)| bytes).sum(), sha256: hex(hash) }
}

impl Sealed {
    /// The seal of a reader's bytes.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn of(mut reader: impl io::Read) -> io::Result<Self> {
        let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 128 * 1024]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(Sealed { bytes, sha256: hex(hash) }),
                Ok(count) => {
                    hash.update(&buffer[..count]);
                    bytes += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The hexadecimal digits of a checksum.
pub(crate) fn hex(hash: Sha256) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: u8| [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
    hash.finalize().iter().flat_map(|&byte| digits(byte)).collect()
}

/// Gives a sealed file or folder its name. What stood under that name must be gone.
///
/// # Errors
/// When something of that name is there, or the file cannot be renamed. The error names the file.
pub(crate) fn publish(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(at(path)(io::Error::new(io::ErrorKind::AlreadyExists, "this file exists already")));
    }
    fs::rename(temporary_path(path), path).map_err(at(path))
}

/// Waits until all files in a folder are on disk, with one call for the file system they are on.
#[cfg(target_os = "linux")]
fn sync_files(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Waits until all files in a folder are on disk.
#[cfg(not(target_os = "linux"))]
fn sync_files(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        // Windows syncs only what is open for writing
        OpenOptions::new().write(true).open(entry?.path())?.sync_all()?;
    }
    sync_folder(folder)
}

/// `.NAME.tmp` beside the file; [`final_name`] is the way back.
fn temporary_path(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    path.with_file_name(name)
}

/// The name that a file under a temporary name would have got.
pub(crate) fn final_name(name: &str) -> Option<&str> {
    name.strip_prefix('.')?.strip_suffix(".tmp")
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Is it a folder, and not a link to one?
pub(crate) fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_dir())
}

/// Makes a folder and those above it, and waits until their names are on disk.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder_of(folder);
    make_folder(above)?;
    match fs::create_dir(folder) {
        // another thread was faster
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(at(folder)(error)),
        Ok(()) => sync_folder(above),
    }
}

/// Waits until the names in a folder are on disk. Only Unix can open a folder to say so.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"The bridge is open.";
    /// Of `TEXT`, by another program.
    const SHA256: &str = "a406a1227220a093d9b7ec9a2c4dcfa8992732dca61fff9ff41a5f1d64a84339";

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.txt");
        let mut file = StagedFile::create(&path).unwrap();
        file.write_all(TEXT).unwrap();
        assert_eq!(file.seal().unwrap(), Sealed { bytes: 19, sha256: SHA256.to_owned() });
        assert_eq!(names(&folder.path().join("new")), [".a.txt.tmp"]);
        publish(&path).unwrap();
        assert_eq!(names(&folder.path().join("new")), ["a.txt"]);
        assert_eq!(fs::read(path).unwrap(), TEXT);
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = StagedFile::create(&folder.path().join("a.txt")).unwrap();
        file.write_all(TEXT).unwrap();
        let mut part = StagedFolder::create(&folder.path().join("part-00000")).unwrap();
        part.add("a.txt", TEXT).unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop((file, part));
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_folder_appears_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part-00000");
        let seal = |files: &[&str]| {
            let mut part = StagedFolder::create(&path).unwrap();
            files.iter().for_each(|file| part.add(file, TEXT).unwrap());
            part.seal().unwrap()
        };
        let sealed = seal(&["b.txt", "a.txt"]);
        assert_eq!(sealed.bytes, 38);
        assert_eq!(names(folder.path()), [".part-00000.tmp"]);
        publish(&path).unwrap();
        assert_eq!(names(&path), ["a.txt", "b.txt"]);
        assert_eq!(sealed, seal(&["a.txt", "b.txt"]), "the order in which they are added does not count");
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        StagedFile::create(&path).unwrap().seal().unwrap();
        let error = StagedFile::create(&path).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        fs::write(&path, "mine").unwrap();
        assert_eq!(
            publish(&path).unwrap_err().to_string(),
            format!("{}: this file exists already", path.display())
        );
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
