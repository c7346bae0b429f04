//! What earlier runs have seen: a folder on disk that the next dump is compared with.
//!
//! Each run leaves one segment: a note of every document, with its keys, and which documents it found to be copies.
//! A segment is written under another name while the run goes on and takes its place when all of the
//! output is there; a run that is taken up again, or done anew, knows its own segment and sets it aside with
//! those behind it. The folder belongs to one kind of comparison: other settings are refused. What the
//! keys are keys of is not known here.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use copydesk_core::ScratchFile;
use serde_json::{Value, json};

use crate::lock;
use crate::mix::{fold, spread};

/// The first bytes of a segment; the last of them is the version of everything in it, hashes included.
const MAGIC: [u8; 8] = *b"cd-idx\0\x01";
/// Before its links: the above, two halves of the fingerprint, how many links and documents.
const HEAD: usize = 40;
const LINK: usize = 16;
const PENDING: &str = "pending";

/// An index, whether it is there already or not.
#[derive(Debug)]
pub(crate) struct Index {
    folder: PathBuf,
    settings: Value,
}

impl Index {
    /// The index in a folder, for these settings.
    ///
    /// # Errors
    /// Why it cannot be used, for a person.
    pub(crate) fn at(folder: PathBuf, settings: Value) -> Result<Self, String> {
        let index = Index { folder, settings };
        let Some(written) = index.written().map_err(|error| format!("cannot be read: {error}"))? else {
            return Ok(index);
        };
        let members = index.settings.as_object().into_iter().flatten();
        let changes: Vec<String> = members
            .filter(|(name, value)| written.get(name) != Some(value))
            .map(|(name, value)| format!("`{name}` was {} and is {value}", written[name]))
            .collect();
        if changes.is_empty() {
            Ok(index)
        } else {
            Err(format!("holds another index: {}", changes.join(", ")))
        }
    }

    fn about(&self) -> PathBuf {
        self.folder.join("index.json")
    }

    fn written(&self) -> io::Result<Option<Value>> {
        match fs::read(self.about()) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn segment(&self, number: usize) -> PathBuf {
        self.folder.join(format!("segment-{number:05}"))
    }

    /// Opens what was there before a run of this fingerprint, and keeps others away until it is dropped.
    pub(crate) fn open(&self, fingerprint: [u64; 2]) -> io::Result<Opened> {
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let path = self.folder.join("lock");
        let guard = File::create(&path).map_err(at(&path))?;
        guard.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                io::Error::other(format!("{}: another run uses the index", self.folder.display()))
            }
            TryLockError::Error(error) => at(&path)(error),
        })?;
        if self.written().map_err(at(&self.about()))?.is_none() {
            self.begin()?;
        }
        let mut opened = Opened { guard, segments: Vec::new(), is_known: false, next: PathBuf::new() };
        loop {
            opened.next = self.segment(opened.segments.len());
            if !opened.next.exists() {
                return Ok(opened);
            }
            let segment = Segment::open(&opened.next)?;
            if segment.fingerprint == fingerprint {
                opened.is_known = true;
                return Ok(opened);
            }
            opened.segments.push(segment);
        }
    }

    fn begin(&self) -> io::Result<()> {
        let pending = self.folder.join(PENDING);
        let about = format!("{:#}\n", self.settings);
        write_synced(&pending, |file| file.write_all(about.as_bytes()))?;
        appear(&pending, &self.about())
    }
}

/// Tells one dump from others: two sums over all documents, in whatever order they come.
#[derive(Default)]
pub(crate) struct Fingerprint([AtomicU64; 2]);

impl Fingerprint {
    pub(crate) fn add(&self, document: u64, key: [u64; 2]) {
        for (sum, half) in self.0.iter().zip(key) {
            sum.fetch_add(fold(spread(document), half), Ordering::Relaxed);
        }
    }

    pub(crate) fn get(&self) -> [u64; 2] {
        [0, 1].map(|half: usize| self.0[half].load(Ordering::Relaxed))
    }
}

/// An index that a run uses.
pub(crate) struct Opened {
    /// Held until the run ends.
    guard: File,
    pub(crate) segments: Vec<Segment>,
    /// The run has left its segment before.
    is_known: bool,
    /// The segment of the run.
    next: PathBuf,
}

impl Opened {
    /// Writes the segment of the run, to be put in its place later.
    pub(crate) fn write(
        &self,
        fingerprint: [u64; 2],
        links: &[[u64; 2]],
        documents: u64,
        notes: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.is_known {
            return Ok(());
        }
        write_synced(&self.pending(), |file| {
            file.write_all(&MAGIC)?;
            let head = [fingerprint[0], fingerprint[1], links.len() as u64, documents];
            head.iter().chain(links.iter().flatten()).try_for_each(|n| file.write_all(&n.to_le_bytes()))?;
            notes(file)
        })
    }

    /// The output is complete: the segment takes its place.
    pub(crate) fn conclude(&self) -> io::Result<()> {
        debug_assert!(self.guard.metadata().is_ok());
        if self.is_known { Ok(()) } else { appear(&self.pending(), &self.next) }
    }

    fn pending(&self) -> PathBuf {
        self.next.with_file_name(PENDING)
    }
}

/// What one run has left.
pub(crate) struct Segment {
    fingerprint: [u64; 2],
    pub(crate) documents: u64,
    links: u64,
    file: Mutex<File>,
    path: PathBuf,
}

impl Segment {
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path).map_err(at(path))?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head).map_err(at(path))?;
        if head[..8] != MAGIC {
            return Err(at(path)(io::Error::other("it is no segment of an index of this version")));
        }
        let number = |place: usize| u64_at(&head, 8 * place);
        let (fingerprint, links, documents) = ([number(1), number(2)], number(3), number(4));
        Ok(Segment { fingerprint, documents, links, file: Mutex::new(file), path: path.to_owned() })
    }

    /// Copies that the run found: a document of the index, and the first one of its cluster.
    pub(crate) fn links(&self) -> io::Result<Vec<[u64; 2]>> {
        let mut bytes = vec![0; self.links as usize * LINK];
        self.read_at(&mut bytes, HEAD as u64)?;
        Ok(bytes.chunks_exact(LINK).map(|link| [u64_at(link, 0), u64_at(link, 8)]).collect())
    }

    /// Where its first note begins.
    pub(crate) fn notes(&self) -> u64 {
        HEAD as u64 + self.links * LINK as u64
    }
}

impl ScratchFile for Segment {
    fn append(&mut self, _: &[u8]) -> io::Result<()> {
        Err(at(&self.path)(io::Error::other("a segment is only read")))
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(bytes)).map_err(at(&self.path))
    }
}

fn write_synced(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path).map_err(at(path))?);
    write(&mut file).and_then(|()| file.flush()).and_then(|()| file.get_ref().sync_all()).map_err(at(path))
}

/// Gives a file its name, so that it is there after a crash.
fn appear(pending: &Path, path: &Path) -> io::Result<()> {
    fs::rename(pending, path).map_err(at(path))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn at(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes were asked for"))
}

/// What two runs have to agree on to share an index.
pub(crate) fn settings(options: &crate::DedupOptions, bands: Option<crate::bands::Banding>) -> Value {
    json!({
        "version": MAGIC[7],
        "corpus": options.corpus,
        "method": options.method,
        "threshold": options.threshold,
        "measure": options.measure,
        "verify": options.verify,
        "shingle-words": options.shingle_words,
        "shingle-characters": options.shingle_characters,
        "bands": bands.map(|bands| bands.bands),
        "rows": bands.map(|bands| bands.rows),
    })
}
