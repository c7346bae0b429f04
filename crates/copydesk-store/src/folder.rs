//! The folder that a run writes to, what is in it, and what may be deleted there.
//!
//! A run writes into a folder of its own and keeps a journal in it, `.copydesk/journal`. Files appear
//! under their names when they are committed, together with the lines that say so. Only a folder with
//! such a journal is taken up or cleared, and only of what copydesk makes: a file that somebody else
//! put there stays. What is in the files is for `copydesk-export` to know, and what the lines say for
//! `copydesk-core`.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::at;
use crate::log::{Log, LogError, replay};
use crate::staged::{final_name, folder_of, is_folder, make_folder, publish, sync_folder};
use crate::{ScratchFile, StagedFile, StagedFolder};

/// What copydesk remembers of a run, below the output folder.
pub(crate) const MEMORY: &str = ".copydesk";
pub(crate) const JOURNAL: &str = "journal";
pub(crate) const LOCK: &str = "lock";
/// The folders that hold parts, by their first part of a path.
pub(crate) const PART_FOLDERS: [&str; 5] = ["attributes", "data", "documents", "quarantine", "removed"];
/// The files beside them.
pub(crate) const FILES: [&str; 2] = ["README.md", "report.json"];

/// A folder that is ready to be written to. Nobody else can open it at the same time.
#[derive(Debug)]
pub struct LocalFolder {
    path: PathBuf,
    log: Mutex<Log>,
    lines: Vec<String>,
    /// Held until the run is over.
    _lock: File,
}

/// Why a folder cannot be written to.
#[derive(Debug)]
pub enum FolderError {
    /// There is something in it, and copydesk did not write it.
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// The first name in it.
        found: String,
    },
    /// It is a file, or something else that is no folder.
    NotAFolder(PathBuf),
    /// Another run is writing to it.
    InUse(PathBuf),
    /// Everybody may write to it, and so put links where a run will write.
    OpenToAll(PathBuf),
    /// Something that a run writes to is a link to somewhere else.
    Link(PathBuf),
    /// The system refuses; the error names the file.
    Io(io::Error),
}

impl std::error::Error for FolderError {}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FolderError::NotOurs { path, found } => write!(
                f,
                "`{}` holds `{found}` and was not written by copydesk: nothing in it is touched, with or without `--overwrite`; name another folder",
                path.display()
            ),
            FolderError::NotAFolder(path) => write!(f, "`{}` is not a folder", path.display()),
            FolderError::InUse(path) => write!(
                f,
                "another run is writing to `{}`: wait for it, or name another folder (it holds the lock {})",
                path.display(),
                path.join(MEMORY).join(LOCK).display()
            ),
            FolderError::OpenToAll(path) => write!(
                f,
                "everybody may write to `{0}`, and could change what is in it: `chmod o-w {0}`, or name another folder",
                path.display()
            ),
            FolderError::Link(path) => write!(
                f,
                "`{}` is a link, and a run writes to files of its own: remove it, or name another folder",
                path.display()
            ),
            FolderError::Io(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for FolderError {
    fn from(error: io::Error) -> Self {
        FolderError::Io(error)
    }
}

impl LocalFolder {
    /// Makes the folder, or takes up one that copydesk wrote to, and locks it. With `overwrite`, what
    /// earlier runs left is deleted.
    ///
    /// # Errors
    /// When somebody else's files are in the folder, another run is writing to it, or it cannot be
    /// made.
    pub fn open(path: &Path, overwrite: bool) -> Result<Self, FolderError> {
        if fs::metadata(path).is_ok_and(|data| !data.is_dir()) {
            return Err(FolderError::NotAFolder(path.to_owned()));
        }
        make_folder(path)?;
        refuse_open_to_all(path)?;
        refuse_links(path)?;
        refuse_foreign(path)?;
        make_folder(&path.join(MEMORY))?;
        // an earlier run may have been killed before its folders were on disk
        sync_folder(path)?;
        let lock = take_lock(path)?;
        // emptied before anything is deleted, so that a run that is stopped here can be repeated
        let (log, lines) = Log::open(&path.join(MEMORY).join(JOURNAL), overwrite)?;
        let folder = LocalFolder { path: path.to_owned(), log: Mutex::new(log), lines, _lock: lock };
        if overwrite {
            folder.recover(&[])?;
        }
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lines of the journal as it was when the folder was opened.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Begins a file below the folder.
    ///
    /// # Errors
    /// When it cannot be made; the error names it.
    pub fn create(&self, name: &str) -> io::Result<StagedFile> {
        StagedFile::create(&self.own(name)?)
    }

    /// Begins a folder of files below the folder.
    ///
    /// # Errors
    /// When it cannot be made; the error names it.
    pub fn create_folder(&self, name: &str) -> io::Result<StagedFolder> {
        StagedFolder::create(&self.own(name)?)
    }

    /// Begins a file without a name, on the disk that the folder is on.
    ///
    /// # Errors
    /// When it cannot be made; the error names the folder.
    pub fn scratch(&self) -> io::Result<ScratchFile> {
        ScratchFile::create(&self.path.join(MEMORY))
    }

    /// Gives sealed files their names and adds lines to the journal. When it returns, both are on disk.
    ///
    /// # Errors
    /// When that is not sure; the error names the file.
    pub fn commit(&self, files: &[&str], lines: &[String]) -> io::Result<()> {
        let paths: Vec<_> = files.iter().map(|name| self.path.join(name)).collect();
        paths.iter().try_for_each(|path| publish(path))?;
        let folders: BTreeSet<_> = paths.iter().map(|path| folder_of(path)).collect();
        folders.into_iter().try_for_each(sync_folder)?;
        self.log().append(lines)
    }

    /// Deletes what a crash left: everything under a temporary name, and every part that is not
    /// among the `listed` names.
    ///
    /// # Errors
    /// When something cannot be deleted; the error names it.
    pub fn recover(&self, listed: &[&str]) -> io::Result<()> {
        let listed: HashSet<_> = listed.iter().copied().collect();
        for name in PART_FOLDERS {
            self.clear_parts(name, &listed)?;
        }
        for name in FILES {
            remove_file(&self.path.join(format!(".{name}.tmp")))?;
            if !listed.contains(name) {
                remove_file(&self.path.join(name))?;
            }
        }
        Ok(())
    }

    /// Deletes the parts below a folder that are not listed, finished or not, and the folder if nothing
    /// is left in it.
    fn clear_parts(&self, name: &str, listed: &HashSet<&str>) -> io::Result<()> {
        let folder = self.path.join(name);
        if !is_folder(&folder) {
            return Ok(());
        }
        for entry in names_in(&folder)? {
            let below = format!("{name}/{entry}");
            let path = folder.join(&entry);
            match final_name(&entry).unwrap_or(&entry) {
                _ if listed.contains(below.as_str()) => {}
                part if is_part_folder(part) && is_folder(&path) => clear_articles(&path)?,
                part if is_part(part) => remove_file(&path)?,
                _ if is_folder(&path) && !entry.starts_with('.') => self.clear_parts(&below, listed)?,
                _ => {}
            }
        }
        remove_if_empty(&folder)
    }

    /// A path below the folder, whose folders are not links to somewhere else.
    fn own(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        let own = |folder: &&Path| folder.starts_with(&self.path) && *folder != self.path;
        match path.ancestors().skip(1).take_while(own).find(|folder| folder.is_symlink()) {
            None => Ok(path),
            Some(link) => {
                Err(at(link)(io::Error::other("this is a link, and a run writes to folders of its own")))
            }
        }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A folder in which there is something else than what copydesk makes is nothing to write to.
fn refuse_foreign(path: &Path) -> Result<(), FolderError> {
    let mut names = names_in(path)?;
    // the folder of the journal is the last thing to name: it says the least
    names.sort_by_key(|name| (name == MEMORY, name.clone()));
    let journal = path.join(MEMORY).join(JOURNAL);
    let is_ours = match fs::read(&journal) {
        Ok(bytes) => replay(&bytes) != Err(LogError::NotALog),
        Err(error) if is_missing(&error) => names.iter().all(|name| name == MEMORY),
        Err(error) => return Err(at(&journal)(error).into()),
    };
    match names.into_iter().next() {
        Some(found) if !is_ours => Err(FolderError::NotOurs { path: path.to_owned(), found }),
        _ => Ok(()),
    }
}

/// A run that was stopped before it had a journal has nothing else either. That a journal cannot be
/// read does not mean that there is none.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A folder that everybody may write to is none to trust, unless only owners may rename in it.
#[cfg(unix)]
fn refuse_open_to_all(path: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(at(path))?.permissions().mode();
    if mode & 0o1002 == 0o0002 { Err(FolderError::OpenToAll(path.to_owned())) } else { Ok(()) }
}

#[cfg(not(unix))]
fn refuse_open_to_all(_: &Path) -> Result<(), FolderError> {
    Ok(())
}

/// What a run remembers of itself lies in the folder, and not where a link leads.
fn refuse_links(path: &Path) -> Result<(), FolderError> {
    let memory = path.join(MEMORY);
    let names = [memory.join(JOURNAL), memory.join(LOCK), memory];
    names.into_iter().find(|name| name.is_symlink()).map_or(Ok(()), |link| Err(FolderError::Link(link)))
}

/// The lock is the system's: it goes with the process that holds it, however that ends.
fn take_lock(path: &Path) -> Result<File, FolderError> {
    let name = path.join(MEMORY).join(LOCK);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&name).map_err(at(&name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(at(&name)(error).into()),
    }
}

/// Deletes the articles in the folder of a part, and the folder if nothing else is in it.
fn clear_articles(folder: &Path) -> io::Result<()> {
    for name in names_in(folder)?.iter().filter(|name| is_article(name)) {
        let path = folder.join(name);
        if !is_folder(&path) {
            remove_file(&path)?;
        }
    }
    remove_if_empty(folder)
}

fn remove_if_empty(folder: &Path) -> io::Result<()> {
    if names_in(folder)?.is_empty() { fs::remove_dir(folder).map_err(at(folder)) } else { Ok(()) }
}

/// `part-00000.jsonl`, as it is or compressed, and the like: a format that a plugin makes may be called anything.
pub(crate) fn is_part(name: &str) -> bool {
    let is_format = |format: &str| {
        !format.is_empty() && format.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let ending = behind_part(name).and_then(|ending| ending.strip_prefix('.'));
    ending.is_some_and(|ending| {
        let plain = ending.strip_suffix(".gz").or_else(|| ending.strip_suffix(".zst"));
        is_format(plain.unwrap_or(ending))
    })
}

/// `part-00000`, with a file for each article in it.
pub(crate) fn is_part_folder(name: &str) -> bool {
    behind_part(name) == Some("")
}

/// `000000-ID.txt` or `000000-ID.md`.
pub(crate) fn is_article(name: &str) -> bool {
    let id = behind_digits(name, 6).and_then(|rest| rest.strip_prefix('-'));
    id.is_some_and(|id| id.ends_with(".txt") || id.ends_with(".md"))
}

fn behind_part(name: &str) -> Option<&str> {
    behind_digits(name.strip_prefix("part-")?, 5)
}

/// What follows `least` digits or more.
fn behind_digits(name: &str, least: usize) -> Option<&str> {
    let rest = name.trim_start_matches(|letter: char| letter.is_ascii_digit());
    (name.len() - rest.len() >= least).then_some(rest)
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let lossy = |name: &OsStr| name.to_string_lossy().into_owned();
    let entries = fs::read_dir(folder).map_err(at(folder))?;
    entries.map(|entry| entry.map(|entry| lossy(&entry.file_name())).map_err(at(folder))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::TempDir;

    fn put(folder: &Path, file: &str) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }

    fn folder_with(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|file| put(folder.path(), file));
        folder
    }

    fn files_in(folder: &Path) -> Vec<String> {
        let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = files.filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string()).collect()
    }

    fn refusal(path: &Path, overwrite: bool) -> String {
        let error = LocalFolder::open(path, overwrite).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "out")
    }

    fn stage(folder: &LocalFolder, name: &str) {
        let mut file = folder.create(name).unwrap();
        file.write_all(name.as_bytes()).unwrap();
        file.seal().unwrap();
    }

    const OWN: [&str; 2] = [".copydesk/journal", ".copydesk/lock"];

    #[test]
    fn a_new_folder_has_a_journal_and_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/out");
        let output = LocalFolder::open(&path, false).unwrap();
        assert_eq!((output.path(), output.lines()), (path.as_path(), &[][..]));
        assert_eq!(files_in(&path), OWN);
    }

    #[test]
    fn what_is_committed_is_there_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let output = LocalFolder::open(folder.path(), false).unwrap();
        stage(&output, "data/part-00000.jsonl");
        stage(&output, "removed/part-00000.jsonl");
        output.commit(&["data/part-00000.jsonl", "removed/part-00000.jsonl"], &["zero".to_owned()]).unwrap();
        drop(output);
        let output = LocalFolder::open(folder.path(), false).unwrap();
        assert_eq!(output.lines(), ["zero"]);
        assert_eq!(files_in(folder.path())[2..], ["data/part-00000.jsonl", "removed/part-00000.jsonl"]);
    }

    #[test]
    fn a_folder_is_written_to_by_one_run_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let _first = LocalFolder::open(folder.path(), false).unwrap();
        assert_eq!(
            refusal(folder.path(), true),
            "another run is writing to `out`: wait for it, or name another folder (it holds the lock out/.copydesk/lock)"
        );
    }

    #[test]
    fn somebody_elses_folder_is_refused() {
        let folder = folder_with(&["notes.txt"]);
        for overwrite in [false, true] {
            assert_eq!(
                refusal(folder.path(), overwrite),
                "`out` holds `notes.txt` and was not written by copydesk: nothing in it is touched, with or without `--overwrite`; name another folder"
            );
        }
        assert_eq!(refusal(&folder.path().join("notes.txt"), false), "`out` is not a folder");
        let folder = folder_with(&[".copydesk/journal", "data/part-00000.jsonl"]);
        assert!(matches!(LocalFolder::open(folder.path(), true), Err(FolderError::NotOurs { .. })));
        assert_eq!(files_in(folder.path()), [".copydesk/journal", "data/part-00000.jsonl"]);
    }

    #[test]
    fn a_folder_that_was_begun_and_no_more_is_taken_up() {
        for begun in [&[][..], b"copy"] {
            let folder = folder_with(&[".copydesk/lock"]);
            fs::write(folder.path().join(".copydesk/journal"), begun).unwrap();
            assert_eq!(LocalFolder::open(folder.path(), false).unwrap().lines(), [""; 0]);
        }
        let folder = folder_with(&[".copydesk/lock"]);
        assert!(LocalFolder::open(folder.path(), false).is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_that_everybody_may_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(refusal(folder.path(), false).starts_with("everybody may write to `out`"));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        assert!(LocalFolder::open(folder.path(), false).is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn a_journal_that_is_elsewhere_is_refused() {
        for name in [".copydesk", ".copydesk/journal", ".copydesk/lock"] {
            let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let link = folder.path().join(name);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            let target = outside.path().join(if name == ".copydesk" { "" } else { "new" });
            std::os::unix::fs::symlink(target, link).unwrap();
            assert_eq!(
                refusal(folder.path(), false),
                format!(
                    "`out/{name}` is a link, and a run writes to files of its own: remove it, or name another folder"
                )
            );
            assert_eq!(files_in(outside.path()), [""; 0]);
        }
    }

    #[test]
    fn only_what_copydesk_makes_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        drop(LocalFolder::open(folder.path(), false).unwrap());
        let ours = [
            "data/part-00000.jsonl",
            "data/.part-00001.jsonl.tmp",
            "data/part-00002/000000-a.txt",
            "data/part-00002.parquet",
            "data/part-00002.tei.zst",
            "documents/part-00000.jsonl.gz",
            "attributes/copydesk/part-00000.jsonl.gz",
            "removed/part-00000.jsonl",
            "quarantine/part-00000.jsonl",
            "README.md",
            "report.json",
            ".report.json.tmp",
            "data/.part-00003.tmp/000000-a.md",
        ];
        let theirs = [
            ".copydesk/notes.txt",
            "data/mine.txt",
            "data/part-00005",
            "data/part-00006.jsonl.bak",
            "data/part-00006.Xml",
            "data/part-00006.gz.txt.zst",
            "data/part-00007/mine.txt",
            "data/part-7.jsonl",
            "data/part-one.txt",
            "data/part-x/000000-a.txt",
            "data/sub/part-1",
            "notes.txt",
            "parts/part-1",
        ];
        ours.iter().chain(&theirs).for_each(|file| put(folder.path(), file));
        LocalFolder::open(folder.path(), true).unwrap();
        let mut left: Vec<_> = OWN.iter().chain(&theirs).copied().collect();
        left.sort_unstable();
        let mut found = files_in(folder.path());
        found.sort();
        assert_eq!(found, left);
        assert!(!folder.path().join("data/part-00002").exists());
        assert!(!folder.path().join("attributes").exists());
    }

    #[test]
    fn recovery_leaves_what_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        let output = LocalFolder::open(folder.path(), false).unwrap();
        for name in ["data/part-00000.jsonl", "data/part-00001.jsonl"] {
            stage(&output, name);
            output.commit(&[name], &[]).unwrap();
        }
        stage(&output, "data/part-00002.jsonl");
        output.recover(&["data/part-00000.jsonl"]).unwrap();
        assert_eq!(files_in(folder.path())[2..], ["data/part-00000.jsonl"]);
    }

    #[test]
    #[cfg(unix)]
    fn links_are_not_followed() {
        let outside = folder_with(&["part-00000.jsonl"]);
        let folder = tempfile::tempdir().unwrap();
        drop(LocalFolder::open(folder.path(), false).unwrap());
        std::os::unix::fs::symlink(outside.path(), folder.path().join("data")).unwrap();
        let output = LocalFolder::open(folder.path(), true).unwrap();
        let error = output.create("data/part-00001.jsonl").err().unwrap().to_string();
        assert!(error.ends_with("data: this is a link, and a run writes to folders of its own"), "{error}");
        assert_eq!(files_in(outside.path()), ["part-00000.jsonl"]);
    }
}
