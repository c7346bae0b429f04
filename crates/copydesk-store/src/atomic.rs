//! Files and folders that are complete or not there.
//!
//! An [`AtomicFile`] is written under a temporary name. Only [`AtomicFile::finish`] gives it its
//! own name, after its bytes are safe on disk: without that order, a file system may keep the name
//! and lose the bytes when the power goes. What is written is for `copydesk-export` to say.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::at;

/// A zstd frame ends when it holds so much: large enough to compress as well as a stream does, small
/// enough to stay in the cache.
const FRAME: usize = 1 << 20;

/// How much is written to disk at once.
const CHUNK: usize = 128 * 1024;

/// How a file is compressed while it is written. A level beyond the ends counts as the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// As it is.
    None,
    /// gzip, without a time stamp: equal input gives equal bytes.
    Gzip {
        /// 0 (fast) to 9 (small).
        level: u32,
    },
    /// Zstandard, with a checksum.
    Zstd {
        /// 1 (fast) to 22 (small).
        level: u32,
    },
}

/// A file that appears under its name when it is finished, and not before. A file under its final
/// name is complete. Dropped unfinished, it leaves nothing behind.
///
/// ```
/// # use std::io::Write;
/// # use copydesk_store::{AtomicFile, Compression};
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("part-000000.txt");
/// let mut file = AtomicFile::create(&path, Compression::None)?;
/// file.write_all(b"The bridge is open.")?;
/// assert!(!path.exists());
/// file.finish()?;
/// assert_eq!(std::fs::read(&path)?, b"The bridge is open.");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct AtomicFile {
    path: PathBuf,
    encoder: Encoder,
    // behind the encoder, so that the file is closed before it is removed
    temporary: Temporary,
}

enum Encoder {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    Zstd(Frames),
}

/// The temporary name, removed when it is dropped.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // after `finish` there is nothing under this name, and that is as it should be
        let _ = fs::remove_file(&self.0);
    }
}

impl AtomicFile {
    /// Begins a file. Makes the folder that it lies in, if there is none.
    ///
    /// # Errors
    /// When there is a file of that name already, or one that another run is writing, or when
    /// nothing can be written there. The error names the file.
    pub fn create(path: &Path, compression: Compression) -> io::Result<Self> {
        refuse_existing(path)?;
        make_folder(folder_of(path))?;
        let temporary = temporary_path(path);
        let file =
            OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(at(&temporary))?;
        let temporary = Temporary(temporary);
        let encoder = Encoder::new(BufWriter::with_capacity(CHUNK, file), compression).map_err(at(path))?;
        Ok(AtomicFile { path: path.to_owned(), encoder, temporary })
    }

    /// The name that the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Completes the file: ends the compressed stream, waits until the bytes are on disk, and
    /// gives the file its name.
    ///
    /// # Errors
    /// When the rest cannot be written, or a file of that name has appeared. The error names the
    /// file, and nothing is left behind.
    pub fn finish(self) -> io::Result<()> {
        let AtomicFile { path, encoder, temporary } = self;
        let file = encoder.finish().map_err(at(&path))?;
        file.sync_all().map_err(at(&path))?;
        refuse_existing(&path)?;
        fs::rename(&temporary.0, &path).map_err(at(&path))?;
        sync_folder(folder_of(&path))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encoder.as_write().write(bytes).map_err(at(&self.path))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.encoder.as_write().write_all(bytes).map_err(at(&self.path))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.as_write().flush().map_err(at(&self.path))
    }
}

impl Encoder {
    fn new(file: BufWriter<File>, compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::None => Encoder::Plain(file),
            Compression::Gzip { level } => {
                let level = flate2::Compression::new(level.min(9));
                Encoder::Gzip(flate2::write::GzEncoder::new(file, level))
            }
            Compression::Zstd { level } => {
                let level = i32::try_from(level.clamp(1, 22)).unwrap_or(22);
                Encoder::Zstd(Frames::new(file, level)?)
            }
        })
    }

    fn as_write(&mut self) -> &mut dyn Write {
        match self {
            Encoder::Plain(file) => file,
            Encoder::Gzip(encoder) => encoder,
            Encoder::Zstd(encoder) => encoder,
        }
    }

    fn finish(self) -> io::Result<File> {
        let file = match self {
            Encoder::Plain(file) => file,
            Encoder::Gzip(encoder) => encoder.finish()?,
            Encoder::Zstd(encoder) => encoder.finish()?,
        };
        file.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// Zstandard in frames of about `FRAME` bytes, each complete in itself: a reader can begin at any of
/// them, and one call on a whole frame is a third faster than a stream. A frame ends behind a
/// `write_all`, so what was written in one call is never split.
struct Frames {
    file: BufWriter<File>,
    compressor: zstd::bulk::Compressor<'static>,
    pending: Vec<u8>,
    packed: Vec<u8>,
    is_empty: bool,
}

impl Frames {
    fn new(file: BufWriter<File>, level: i32) -> io::Result<Self> {
        let mut compressor = zstd::bulk::Compressor::new(level)?;
        compressor.include_checksum(true)?;
        Ok(Frames {
            file,
            compressor,
            pending: Vec::with_capacity(FRAME),
            packed: Vec::new(),
            is_empty: true,
        })
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(self.pending.len()));
        self.compressor.compress_to_buffer(&self.pending, &mut self.packed)?;
        self.pending.clear();
        self.is_empty = false;
        self.file.write_all(&self.packed)
    }

    /// A file with nothing in it still has a frame, which says that it ends here.
    fn finish(mut self) -> io::Result<BufWriter<File>> {
        if self.is_empty || !self.pending.is_empty() {
            self.end_frame()?;
        }
        Ok(self.file)
    }
}

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= FRAME { self.end_frame() } else { Ok(()) }
    }

    /// What is pending waits for the end of its frame.
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A folder of files that appears under its name when it is finished, and not before. Thousands of
/// small files are made safe at once. Dropped unfinished, it leaves nothing behind.
pub struct AtomicFolder {
    path: PathBuf,
    temporary: TemporaryFolder,
}

/// The temporary name, removed with all that is in it when it is dropped.
struct TemporaryFolder(PathBuf);

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // after `finish` there is nothing under this name, and that is as it should be
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl AtomicFolder {
    /// Begins a folder. Makes the folder that it lies in, if there is none.
    ///
    /// # Errors
    /// When there is something of that name already, or a folder that another run is writing, or
    /// when nothing can be written there. The error names the folder.
    pub fn create(path: &Path) -> io::Result<Self> {
        refuse_existing(path)?;
        make_folder(folder_of(path))?;
        let temporary = temporary_path(path);
        fs::create_dir(&temporary).map_err(at(&temporary))?;
        Ok(AtomicFolder { path: path.to_owned(), temporary: TemporaryFolder(temporary) })
    }

    /// Writes a file into the folder.
    ///
    /// # Errors
    /// When it cannot be written, or there is one of that name. The error names the file.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.temporary.0.join(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(bytes)).map_err(at(&path))
    }

    /// Completes the folder: waits until its files are on disk, and gives it its name.
    ///
    /// # Errors
    /// When the files cannot be made safe, or something of that name has appeared. The error names
    /// the folder, and nothing is left behind.
    pub fn finish(self) -> io::Result<()> {
        let AtomicFolder { path, temporary } = self;
        sync_files(&temporary.0).map_err(at(&path))?;
        refuse_existing(&path)?;
        fs::rename(&temporary.0, &path).map_err(at(&path))?;
        sync_folder(folder_of(&path))
    }
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

fn refuse_existing(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(at(path)(io::Error::new(io::ErrorKind::AlreadyExists, "this file exists already"))),
        Err(_) => Ok(()),
    }
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

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
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
fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    const GZIP: Compression = Compression::Gzip { level: 6 };
    const ZSTD: Compression = Compression::Zstd { level: 3 };
    const TEXT: &[u8] = b"The bridge is open. The bridge is open.";

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn write(path: &Path, compression: Compression) -> Vec<u8> {
        let mut file = AtomicFile::create(path, compression).unwrap();
        file.write_all(TEXT).unwrap();
        file.finish().unwrap();
        fs::read(path).unwrap()
    }

    #[test]
    fn a_file_appears_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = AtomicFile::create(&folder.path().join("a.txt"), Compression::None).unwrap();
        file.write_all(TEXT).unwrap();
        assert_eq!(names(folder.path()), [".a.txt.tmp"]);
        file.finish().unwrap();
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_file_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for compression in [Compression::None, GZIP, ZSTD] {
            let mut file = AtomicFile::create(&folder.path().join("a.txt"), compression).unwrap();
            file.write_all(TEXT).unwrap();
            drop(file);
            assert_eq!(names(folder.path()), Vec::<String>::new());
        }
    }

    #[test]
    fn a_folder_appears_when_it_is_finished_and_else_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part-00000");
        for is_finished in [false, true] {
            let mut part = AtomicFolder::create(&path).unwrap();
            part.write("a.txt", TEXT).unwrap();
            assert_eq!(names(folder.path()), [".part-00000.tmp"]);
            if is_finished {
                part.finish().unwrap();
            } else {
                drop(part);
            }
            assert_eq!(names(folder.path()).len(), usize::from(is_finished));
        }
        assert_eq!(fs::read(path.join("a.txt")).unwrap(), TEXT);
        assert!(AtomicFolder::create(&path).is_err());
    }

    #[test]
    fn what_is_compressed_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        for (name, compression) in [("a.gz", GZIP), ("a.zst", ZSTD)] {
            let path = folder.path().join(name);
            write(&path, compression);
            let mut source = crate::open(&path).unwrap();
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).unwrap();
            assert_eq!((bytes.as_slice(), source.is_compressed()), (TEXT, true));
        }
    }

    #[test]
    fn equal_input_gives_equal_bytes_without_a_time_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["a", "b"].map(|name| write(&folder.path().join(name), GZIP));
        assert_eq!(first, second);
        assert_eq!(first[3..8], [0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_zstd_frame_carries_a_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = write(&folder.path().join("a"), ZSTD);
        assert_eq!(bytes[4] & 0b100, 0b100, "the checksum flag of the frame header");
    }

    #[test]
    fn an_existing_file_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let file = AtomicFile::create(&path, Compression::None).unwrap();
        fs::write(&path, "mine").unwrap();
        let late = file.finish().unwrap_err();
        let early = AtomicFile::create(&path, Compression::None).err().unwrap();
        for error in [late, early] {
            assert_eq!(error.to_string(), format!("{}: this file exists already", path.display()));
        }
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    #[cfg(unix)]
    fn a_symbolic_link_under_the_temporary_name_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "mine").unwrap();
        std::os::unix::fs::symlink(&victim, folder.path().join(".a.txt.tmp")).unwrap();
        let error = AtomicFile::create(&folder.path().join("a.txt"), Compression::None).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
    }

    #[test]
    fn the_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/part-00000/a.txt");
        write(&path, Compression::None);
        assert_eq!(fs::read(&path).unwrap(), TEXT);
    }

    #[test]
    fn the_temporary_name_gives_the_final_name() {
        assert_eq!(final_name(".part-000000.jsonl.tmp"), Some("part-000000.jsonl"));
        assert_eq!(final_name("part-000000.jsonl"), None);
    }
}
