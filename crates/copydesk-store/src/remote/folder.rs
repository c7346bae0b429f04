//! An output in a store.
//!
//! The protocol is that of a folder on disk without its temporary names: an object appears complete or not
//! at all, so that a part is put under its own name when it is sealed, and counts when the
//! [journal](super::journal) says so. What a crash leaves is parts that the journal does not list; whoever
//! takes up the output deletes them. Nothing is overwritten: an object that is there already must hold the
//! same bytes.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use object_store::path::Path;
use object_store::{Error, MultipartUpload, ObjectStoreExt, PutMode};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::journal::{Journal, JournalError};
use super::object::{Object, Shelf};
use super::store::{Store, runtime};
use super::url::Url;
use crate::error::at;
use crate::folder::{FILES, MEMORY, PART_FOLDERS, is_article, is_part, is_part_folder};
use crate::staged::{hex, seal_of_folder};
use crate::{Blob, FolderError, Sealed};

/// A part up to this size is put in one go; a larger one waits on disk, and is sent in pieces.
const IN_MEMORY: usize = 64 << 20;
/// The size of the pieces.
const PIECE: usize = 16 << 20;
/// So many files of a folder are on their way at once.
const AT_ONCE: usize = 16;

/// An output in a store that is ready to be written to.
#[derive(Debug)]
pub struct RemoteFolder {
    store: Arc<Store>,
    /// What the names of its objects begin with: `out/`, or nothing.
    prefix: String,
    journal: Mutex<Journal>,
    lines: Vec<String>,
}

impl RemoteFolder {
    /// Looks at what is there. Nothing is written unless `overwrite` empties the journal.
    ///
    /// # Errors
    /// When somebody else's objects are there, the store cannot be reached, or the URL is none that can be
    /// written to.
    pub fn open(url: &str, overwrite: bool) -> Result<Self, FolderError> {
        let url = Url::parse(url).map_err(invalid)?;
        if url.scheme.is_web() {
            return Err(invalid(format!("`{url}` can only be read: write to s3://, gs:// or az://")).into());
        }
        let path = url.path.trim_end_matches('/');
        if Path::parse(path).is_err() {
            return Err(
                invalid(format!("`{url}` is no place: a part of its path is empty, `.` or `..`")).into()
            );
        }
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let store = Store::open(&url).map_err(invalid)?;
        let folder = RemoteFolder::take_up(store, prefix)?;
        if overwrite { folder.emptied() } else { Ok(folder) }
    }

    fn take_up(store: Arc<Store>, prefix: String) -> Result<Self, FolderError> {
        // before the journal: another run may begin one right now, and nothing comes before it
        let found = first_name(&store, &prefix)?;
        match (Journal::read(&store, format!("{prefix}{MEMORY}/journal/")), found) {
            (Err(JournalError::Io(error)), _) => Err(error.into()),
            (Err(JournalError::NotOurs), _) => {
                Err(not_ours(&store, &prefix, format!("{MEMORY}/journal/{:08}", 0)))
            }
            (Ok((_, None)), Some(found)) => Err(not_ours(&store, &prefix, found)),
            (Ok((journal, lines)), _) => {
                let (journal, lines) = (Mutex::new(journal), lines.unwrap_or_default());
                Ok(RemoteFolder { store, prefix, journal, lines })
            }
        }
    }

    fn emptied(mut self) -> Result<Self, FolderError> {
        self.lines.clear();
        self.journal().clear()?;
        Ok(self)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.store.url(self.prefix.trim_end_matches('/'))
    }

    /// The lines of the journal as it was when the output was opened.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Begins an object below the output.
    pub fn create(&self, name: &str) -> RemoteFile {
        let key = format!("{}{name}", self.prefix);
        let (hash, bytes) = (Sha256::new(), 0);
        RemoteFile { store: Arc::clone(&self.store), key, memory: Vec::new(), spool: None, hash, bytes }
    }

    /// Begins objects whose names begin alike.
    pub fn create_folder(&self, name: &str) -> RemoteFiles {
        let prefix = format!("{}{name}/", self.prefix);
        RemoteFiles { store: Arc::clone(&self.store), prefix, files: Vec::new(), sent: JoinSet::new() }
    }

    /// Adds lines to the journal. The objects that they list are there since they were sealed.
    ///
    /// # Errors
    /// When another run has written to the journal; the error names the object.
    pub fn commit(&self, lines: &[String]) -> io::Result<()> {
        let mut journal = self.journal();
        lines.iter().try_for_each(|line| journal.append(line))
    }

    /// Shuts out whoever wrote here before, and deletes every part that is not among the `listed` names.
    ///
    /// # Errors
    /// When another run has written to the journal since, or something cannot be deleted.
    pub fn recover(&self, listed: &[&str]) -> io::Result<()> {
        self.journal().claim()?;
        let listed: HashSet<_> = listed.iter().copied().collect();
        let is_left = |name: &&String| {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            is_own(name) && !listed.contains(name.as_str()) && !listed.contains(folder)
        };
        let left = self.list()?.iter().filter(is_left).map(|name| format!("{}{name}", self.prefix)).collect();
        self.store.delete(left)?;
        self.journal().delete_leftovers()
    }

    /// The names of everything that is there but the journal, in byte order.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let memory = format!("{MEMORY}/");
        let listed = self.store.list(&self.prefix, |meta| {
            let name = meta.location.as_ref().strip_prefix(&self.prefix);
            names.extend(name.filter(|name| !name.starts_with(&memory)).map(str::to_owned));
            true
        });
        listed.map_err(|error| self.store.error(&self.prefix, &error))?;
        names.sort();
        Ok(names)
    }

    /// Reads an object below the output.
    ///
    /// # Errors
    /// When it is not there, or the store cannot be reached; the error names it.
    pub fn read(&self, name: &str) -> io::Result<Box<dyn Read + Send>> {
        let key = format!("{}{name}", self.prefix);
        let found =
            self.store.head(&key).map_err(|trouble| at(self.store.url(&key).as_ref())(trouble.into()))?;
        let meta = found.ok_or_else(|| at(self.store.url(&key).as_ref())(io::ErrorKind::NotFound.into()))?;
        let shelf = Shelf { store: Arc::clone(&self.store), prefix: self.prefix.clone(), has_ranges: true };
        let e_tag = meta.e_tag.map(String::into_boxed_str);
        Blob::object(Object { shelf: Arc::new(shelf), name: name.into(), e_tag }, meta.size).read_from(0)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does copydesk make objects of that name?
fn is_own(name: &str) -> bool {
    let parts: Vec<_> = name.split('/').collect();
    match parts.as_slice() {
        [file] => FILES.contains(file),
        [first, .., folder, article] if is_part_folder(folder) => {
            PART_FOLDERS.contains(first) && is_article(article)
        }
        [first, .., file] => PART_FOLDERS.contains(first) && is_part(file),
        [] => false,
    }
}

/// Something that lies there. A place with objects but without a journal is nothing to write to.
fn first_name(store: &Arc<Store>, prefix: &str) -> io::Result<Option<String>> {
    let mut found = None;
    let listed = store.list(prefix, |meta| {
        let name = meta.location.as_ref().strip_prefix(prefix);
        found = name.filter(|name| !name.is_empty()).map(str::to_owned);
        found.is_none()
    });
    listed.map_err(|error| store.error(prefix, &error))?;
    Ok(found)
}

fn not_ours(store: &Store, prefix: &str, found: String) -> FolderError {
    FolderError::NotOurs { path: PathBuf::from(store.url(prefix.trim_end_matches('/'))), found }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// An object while it is written. Dropped without a seal, it leaves nothing behind.
pub struct RemoteFile {
    store: Arc<Store>,
    key: String,
    /// What has been written since the spool, or all of it.
    memory: Vec<u8>,
    /// A file without a name, for what is too large for memory.
    spool: Option<File>,
    hash: Sha256,
    bytes: u64,
}

impl RemoteFile {
    /// Puts the object, and says what is in it.
    ///
    /// # Errors
    /// When there is another object of that name, or the store cannot be reached; the error names it.
    pub fn seal(mut self) -> io::Result<Sealed> {
        let sealed = Sealed { bytes: self.bytes, sha256: hex(self.hash.clone()) };
        match self.spool.take() {
            None => {
                let put = put_new(Arc::clone(&self.store), self.key, self.memory);
                runtime()?.block_on(put)?;
            }
            Some(spool) => self.send(spool)?,
        }
        Ok(sealed)
    }

    /// Sends what waits on disk, a piece at a time.
    fn send(&mut self, mut spool: File) -> io::Result<()> {
        spool.write_all(&self.memory)?;
        spool.seek(SeekFrom::Start(0))?;
        let failed = |error: Error| self.store.error(&self.key, &error);
        let path = Path::parse(&self.key).map_err(|error| failed(error.into()))?;
        let mut upload = self.store.wait(self.store.inner().put_multipart(&path)).map_err(failed)?;
        let sent = self.send_pieces(&mut spool, upload.as_mut());
        if sent.is_err() {
            // the store forgets the pieces sooner or later
            let _ = self.store.wait(upload.abort());
        }
        sent
    }

    fn send_pieces(&self, spool: &mut File, upload: &mut dyn MultipartUpload) -> io::Result<()> {
        let failed = |error: Error| self.store.error(&self.key, &error);
        loop {
            let mut piece = Vec::new();
            spool.take(PIECE as u64).read_to_end(&mut piece)?;
            if piece.is_empty() {
                return self.store.wait(upload.complete()).map(drop).map_err(failed);
            }
            self.store.wait(upload.put_part(piece.into())).map_err(failed)?;
        }
    }
}

impl Write for RemoteFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.memory.extend_from_slice(bytes);
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        if self.memory.len() > IN_MEMORY {
            let spool = match &mut self.spool {
                Some(spool) => spool,
                None => self.spool.insert(tempfile::tempfile()?),
            };
            spool.write_all(&self.memory)?;
            self.memory.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Objects of one folder while they are written.
pub struct RemoteFiles {
    store: Arc<Store>,
    prefix: String,
    /// Name, size and SHA-256 of each.
    files: Vec<(String, u64, String)>,
    sent: JoinSet<io::Result<()>>,
}

impl RemoteFiles {
    /// Puts an object. It may still be on its way when this returns.
    ///
    /// # Errors
    /// When one that was put before could not be; the error names it.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let runtime = runtime()?;
        while self.sent.len() >= AT_ONCE {
            runtime.block_on(self.sent.join_next()).map_or(Ok(()), arrived)?;
        }
        let put = put_new(Arc::clone(&self.store), format!("{}{name}", self.prefix), bytes.to_vec());
        self.sent.spawn_on(put, runtime.handle());
        self.files.push((name.to_owned(), bytes.len() as u64, hex(Sha256::new_with_prefix(bytes))));
        Ok(())
    }

    /// Waits until all are there, and says what they are.
    ///
    /// # Errors
    /// When one could not be put; the error names it.
    pub fn seal(mut self) -> io::Result<Sealed> {
        while let Some(outcome) = runtime()?.block_on(self.sent.join_next()) {
            arrived(outcome)?;
        }
        Ok(seal_of_folder(self.files))
    }
}

fn arrived(outcome: Result<io::Result<()>, tokio::task::JoinError>) -> io::Result<()> {
    outcome.map_err(io::Error::other)?
}

/// Puts an object where there is none. One that holds the same bytes will do: an answer may have been lost.
async fn put_new(store: Arc<Store>, key: String, bytes: Vec<u8>) -> io::Result<()> {
    let bytes = bytes::Bytes::from(bytes);
    match store.put(&key, bytes.clone().into(), PutMode::Create).await {
        Ok(_) => Ok(()),
        Err(Error::AlreadyExists { .. }) => match stored(&store, &key).await {
            Ok(there) if there == bytes => Ok(()),
            Ok(_) => Err(at(store.url(&key).as_ref())(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "another run has written this object: two write to the same output",
            ))),
            Err(error) => Err(store.error(&key, &error)),
        },
        Err(error) => Err(store.error(&key, &error)),
    }
}

async fn stored(store: &Store, key: &str) -> object_store::Result<bytes::Bytes> {
    store.get(key, object_store::GetOptions::default()).await?.bytes().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::store::tests::memory;

    fn opened(store: &Arc<Store>) -> RemoteFolder {
        RemoteFolder::take_up(Arc::clone(store), "out/".into()).unwrap()
    }

    fn put(store: &Arc<Store>, key: &str) {
        store.wait(store.put(key, key.to_owned().into(), PutMode::Create)).unwrap();
    }

    fn stage(folder: &RemoteFolder, name: &str) -> io::Result<Sealed> {
        let mut file = folder.create(name);
        file.write_all(name.as_bytes())?;
        file.seal()
    }

    fn text(folder: &RemoteFolder, name: &str) -> String {
        let mut text = String::new();
        folder.read(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_is_committed_is_there_with_its_line() {
        let store = memory();
        let folder = opened(&store);
        folder.recover(&[]).unwrap();
        let sealed = stage(&folder, "data/part-00000.jsonl").unwrap();
        assert_eq!(sealed, Sealed::of(&b"data/part-00000.jsonl"[..]).unwrap());
        folder.commit(&["zero".to_owned(), "one".to_owned()]).unwrap();
        let folder = opened(&store);
        assert_eq!(folder.lines(), ["zero", "one"]);
        assert_eq!(folder.list().unwrap(), ["data/part-00000.jsonl"]);
        assert_eq!(text(&folder, "data/part-00000.jsonl"), "data/part-00000.jsonl");
        assert_eq!(
            folder.read("data/x").err().unwrap().to_string(),
            "memory://test/out/data/x: entity not found"
        );
    }

    #[test]
    fn a_large_part_is_sent_in_pieces() {
        let store = memory();
        let folder = opened(&store);
        let mut file = folder.create("data/part-00000.jsonl");
        let chunk: Vec<u8> = (0..1 << 20).map(|n| (n % 251) as u8).collect();
        let all = chunk.repeat(70);
        all.chunks(700_000).for_each(|chunk| file.write_all(chunk).unwrap());
        assert!(file.spool.is_some());
        assert_eq!(file.seal().unwrap(), Sealed::of(&all[..]).unwrap());
        let there = folder.read("data/part-00000.jsonl").unwrap();
        assert_eq!(Sealed::of(there).unwrap(), Sealed::of(&all[..]).unwrap());
    }

    #[test]
    fn a_folder_of_files_has_the_seal_that_it_has_on_disk() {
        let store = memory();
        let mut files = opened(&store).create_folder("data/part-00000");
        for number in 0..40 {
            files.add(&format!("{number:06}-a.txt"), b"The bridge is open.").unwrap();
        }
        let sealed = files.seal().unwrap();
        let disk = tempfile::tempdir().unwrap();
        let mut files = crate::StagedFolder::create(&disk.path().join("part")).unwrap();
        for number in 0..40 {
            files.add(&format!("{number:06}-a.txt"), b"The bridge is open.").unwrap();
        }
        assert_eq!(sealed, files.seal().unwrap());
        assert_eq!(opened_list(&store).len(), 40);
    }

    fn opened_list(store: &Arc<Store>) -> Vec<String> {
        let mut keys = Vec::new();
        store
            .list("", |meta| {
                keys.push(meta.location.to_string());
                true
            })
            .unwrap();
        keys.sort();
        keys
    }

    #[test]
    fn recovery_leaves_what_is_listed_and_what_is_not_ours() {
        let store = memory();
        let folder = opened(&store);
        folder.recover(&[]).unwrap();
        folder.commit(&["zero".to_owned()]).unwrap();
        let theirs = ["out/data/mine.txt", "out/notes.txt", "outside", "out/data/part-00003/mine.txt"];
        let listed = ["data/part-00000.jsonl", "data/part-00001/000000-a.txt"];
        let left = ["data/part-00002.jsonl.zst", "data/part-00003/000000-a.txt", "report.json"];
        theirs.iter().for_each(|key| put(&store, key));
        listed.iter().chain(&left).for_each(|name| put(&store, &format!("out/{name}")));
        let folder = opened(&store);
        folder.recover(&["data/part-00000.jsonl", "data/part-00001"]).unwrap();
        let mut expected: Vec<_> = listed.iter().map(|name| format!("out/{name}")).collect();
        expected.extend(theirs.map(str::to_owned));
        expected.extend([0, 1].map(|number| format!("out/.copydesk/journal/{number:08}")));
        expected.sort();
        assert_eq!(opened_list(&store), expected);
    }

    #[test]
    fn what_is_emptied_keeps_nothing_of_the_run_before() {
        let store = memory();
        let folder = opened(&store);
        folder.recover(&[]).unwrap();
        stage(&folder, "data/part-00000.jsonl").unwrap();
        folder.commit(&["zero".to_owned(), "one".to_owned()]).unwrap();
        let folder = opened(&store).emptied().unwrap();
        assert_eq!(folder.lines(), [""; 0]);
        // killed here, it is still ours, and empty
        assert_eq!(opened(&store).lines(), [""; 0]);
        folder.recover(&[]).unwrap();
        assert_eq!(opened_list(&store), ["out/.copydesk/journal/00000000"]);
    }

    #[test]
    fn somebody_elses_objects_are_refused() {
        let store = memory();
        put(&store, "out/notes.txt");
        let error = RemoteFolder::take_up(Arc::clone(&store), "out/".into()).unwrap_err().to_string();
        assert_eq!(
            error,
            "`memory://test/out` holds `notes.txt` and was not written by copydesk: nothing in it is touched, with or without `--overwrite`; name another folder"
        );
        assert!(RemoteFolder::take_up(Arc::clone(&store), "ou/".into()).is_ok());
        put(&store, "x/.copydesk/journal/00000000");
        let error = RemoteFolder::take_up(store, "x/".into()).unwrap_err();
        assert!(matches!(error, FolderError::NotOurs { .. }));
    }

    #[test]
    fn nothing_is_overwritten() {
        let store = memory();
        let folder = opened(&store);
        stage(&folder, "data/part-00000.jsonl").unwrap();
        stage(&folder, "data/part-00000.jsonl").unwrap();
        let mut other = folder.create("data/part-00000.jsonl");
        other.write_all(b"other").unwrap();
        assert_eq!(
            other.seal().unwrap_err().to_string(),
            "memory://test/out/data/part-00000.jsonl: another run has written this object: two write to the same output"
        );
        assert_eq!(text(&folder, "data/part-00000.jsonl"), "data/part-00000.jsonl");
    }

    #[test]
    fn only_stores_can_be_written_to() {
        let refused = |url: &str| RemoteFolder::open(url, false).unwrap_err().to_string();
        assert_eq!(
            refused("https://host/out"),
            "`https://host/out` can only be read: write to s3://, gs:// or az://"
        );
        assert_eq!(
            refused("gs://dumps/a/../b"),
            "`gs://dumps/a/../b` is no place: a part of its path is empty, `.` or `..`"
        );
    }
}
