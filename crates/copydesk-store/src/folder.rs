//! The folder that a run writes to, and what may be deleted in it.
//!
//! A run writes into a folder of its own and marks it with a file, `.copydesk/format`. Only a
//! folder with that mark can be cleared for the next run, and only of what copydesk makes: a file
//! that somebody else put there stays. What is in the files is for `copydesk-export` to know.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::atomic::{final_name, make_folder};
use crate::error::at;
use crate::{AtomicFile, Compression};

/// Where the mark lies, below the output folder.
const MARK_FOLDER: &str = ".copydesk";
const MARK: &str = "format";
/// What the mark says. A later layout of the folder says something else.
const FORMAT: &str = "copydesk output, format 1\n";
/// The folders that hold parts.
const PART_FOLDERS: [&str; 3] = ["data", "removed", "quarantine"];
/// The files beside them.
const FILES: [&str; 1] = ["report.json"];

/// A folder that is ready to be written to.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
}

/// Why a folder cannot be written to.
#[derive(Debug)]
pub enum FolderError {
    /// There is something in it.
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// The first name in it.
        found: String,
        /// It was written by copydesk, and can be overwritten.
        is_ours: bool,
    },
    /// It is to be overwritten, but copydesk did not write what is in it.
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// The first name in it.
        found: String,
    },
    /// It is a file, or something else that is no folder.
    NotAFolder(PathBuf),
    /// The system refuses; the error names the file.
    Io(io::Error),
}

impl std::error::Error for FolderError {}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FolderError::NotEmpty { path, found, is_ours: true } => write!(
                f,
                "`{}` is not empty: it holds `{found}` of an earlier run; name another folder, or say `--overwrite`",
                path.display()
            ),
            FolderError::NotEmpty { path, found, is_ours: false } => write!(
                f,
                "`{}` is not empty: it holds `{found}`; name another folder (`--overwrite` clears only what copydesk wrote)",
                path.display()
            ),
            FolderError::NotOurs { path, found } => write!(
                f,
                "`{}` holds `{found}` and was not written by copydesk: `--overwrite` does not touch it; name another folder",
                path.display()
            ),
            FolderError::NotAFolder(path) => write!(f, "`{}` is not a folder", path.display()),
            FolderError::Io(error) => error.fmt(f),
        }
    }
}

impl OutputFolder {
    /// Makes the folder and marks it. With `overwrite`, a folder that copydesk wrote is cleared.
    ///
    /// # Errors
    /// When there is something in the folder that may not be deleted, or when it cannot be made.
    pub fn create(path: &Path, overwrite: bool) -> Result<Self, FolderError> {
        let folder = OutputFolder { path: path.to_owned() };
        if fs::metadata(path).is_ok_and(|data| !data.is_dir()) {
            return Err(FolderError::NotAFolder(path.to_owned()));
        }
        make_folder(path).map_err(FolderError::Io)?;
        folder.make_room(overwrite)?;
        folder.mark().map_err(FolderError::Io)?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn make_room(&self, overwrite: bool) -> Result<(), FolderError> {
        let Some(found) = self.first_name().map_err(FolderError::Io)? else { return Ok(()) };
        let path = self.path.clone();
        match (overwrite, self.is_marked()) {
            (true, true) => self.clear().map_err(FolderError::Io),
            (true, false) => Err(FolderError::NotOurs { path, found }),
            (false, is_ours) => Err(FolderError::NotEmpty { path, found, is_ours }),
        }
    }

    /// The first name in the folder, or none. A mark that a crash left unfinished is nothing.
    fn first_name(&self) -> io::Result<Option<String>> {
        let mark_folder = self.path.join(MARK_FOLDER);
        let mut names = names_in(&self.path)?;
        if names.iter().any(|name| name == MARK_FOLDER) && is_folder(&mark_folder) {
            let is_unfinished = |name: &String| final_name(name) == Some(MARK);
            if names_in(&mark_folder)?.iter().all(is_unfinished) {
                names.retain(|name| name != MARK_FOLDER);
            }
        }
        // the mark is the last thing to name: it says the least
        names.sort_by_key(|name| (name == MARK_FOLDER, name.clone()));
        Ok(names.into_iter().next())
    }

    fn is_marked(&self) -> bool {
        let mark = self.path.join(MARK_FOLDER).join(MARK);
        fs::read(mark).is_ok_and(|content| content == FORMAT.as_bytes())
    }

    /// Deletes what copydesk makes, and nothing else. The mark stays until all else is gone, so
    /// that a run that is stopped here can be repeated.
    fn clear(&self) -> io::Result<()> {
        for name in PART_FOLDERS {
            clear_parts(&self.path.join(name), name == "data")?;
        }
        for name in FILES {
            remove_file(&self.path.join(name))?;
            remove_file(&self.path.join(format!(".{name}.tmp")))?;
        }
        Ok(())
    }

    /// Writes the mark, unless it stands there already. Nothing else in its folder is touched.
    fn mark(&self) -> io::Result<()> {
        let folder = self.path.join(MARK_FOLDER);
        if is_folder(&folder) {
            remove_file(&folder.join(format!(".{MARK}.tmp")))?;
        }
        if self.is_marked() {
            return Ok(());
        }
        let mut mark = AtomicFile::create(&folder.join(MARK), Compression::None)?;
        mark.write_all(FORMAT.as_bytes())?;
        mark.finish()
    }
}

/// Deletes the parts in a folder, finished or not, and the folder if nothing else is in it. In
/// `data`, a part can be a folder of files.
fn clear_parts(folder: &Path, with_folders: bool) -> io::Result<()> {
    clear_if(folder, |name, path| match is_folder(path) {
        false if is_part_file(name) => remove_file(path),
        true if with_folders && is_part_folder(name) => clear_if(path, |name, path| match is_article(name) {
            true if !is_folder(path) => remove_file(path),
            _ => Ok(()),
        }),
        _ => Ok(()),
    })
}

/// Lets `clear` delete what it knows in a folder, and then the folder if nothing else is in it.
fn clear_if(folder: &Path, clear: impl Fn(&str, &Path) -> io::Result<()>) -> io::Result<()> {
    if !is_folder(folder) {
        return Ok(());
    }
    for name in names_in(folder)? {
        clear(final_name(&name).unwrap_or(&name), &folder.join(&name))?;
    }
    if names_in(folder)?.is_empty() { fs::remove_dir(folder).map_err(at(folder)) } else { Ok(()) }
}

/// `part-00000.jsonl`, as it is or compressed.
fn is_part_file(name: &str) -> bool {
    matches!(behind_part(name), Some(".jsonl" | ".jsonl.gz" | ".jsonl.zst"))
}

/// `part-00000`, with a file for each article in it.
fn is_part_folder(name: &str) -> bool {
    behind_part(name) == Some("")
}

/// `000000-ID.txt` or `000000-ID.md`.
fn is_article(name: &str) -> bool {
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

/// Is it a folder, and not a link to one?
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_dir())
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
    use tempfile::TempDir;

    fn folder_with(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|file| put(folder.path(), file));
        folder
    }

    fn put(folder: &Path, file: &str) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }

    fn files_in(folder: &Path) -> Vec<String> {
        let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = files.filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string()).collect()
    }

    fn refusal(path: &Path, overwrite: bool) -> String {
        let error = OutputFolder::create(path, overwrite).unwrap_err();
        error.to_string().replace(path.to_str().unwrap(), "out")
    }

    #[test]
    fn a_folder_is_made_and_marked() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new/out");
        let folder = OutputFolder::create(&path, false).unwrap();
        assert_eq!(folder.path(), path);
        assert_eq!(fs::read_to_string(path.join(".copydesk/format")).unwrap(), FORMAT);
    }

    #[test]
    fn a_folder_that_is_not_empty_is_refused() {
        let folder = folder_with(&["notes.txt"]);
        assert_eq!(
            refusal(folder.path(), false),
            "`out` is not empty: it holds `notes.txt`; name another folder (`--overwrite` clears only what copydesk wrote)"
        );
        assert_eq!(
            refusal(folder.path(), true),
            "`out` holds `notes.txt` and was not written by copydesk: `--overwrite` does not touch it; name another folder"
        );
        assert_eq!(
            refusal(&folder.path().join("notes.txt"), false),
            "`out/notes.txt` is not a folder".replace("out/notes.txt", "out")
        );
    }

    #[test]
    fn a_folder_of_an_earlier_run_is_refused_unless_it_may_be_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        OutputFolder::create(folder.path(), false).unwrap();
        put(folder.path(), "data/part-00000.jsonl.zst");
        assert_eq!(
            refusal(folder.path(), false),
            "`out` is not empty: it holds `data` of an earlier run; name another folder, or say `--overwrite`"
        );
        OutputFolder::create(folder.path(), true).unwrap();
        assert_eq!(files_in(folder.path()), [".copydesk/format"]);
    }

    #[test]
    fn only_what_copydesk_makes_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        OutputFolder::create(folder.path(), false).unwrap();
        let ours = [
            "data/part-00000.jsonl",
            "data/.part-00001.jsonl.tmp",
            "data/part-00002/000000-a.txt",
            "removed/part-00000.jsonl",
            "quarantine/part-00000.jsonl",
            "report.json",
            ".report.json.tmp",
            ".copydesk/.format.tmp",
            "data/.part-00003.tmp/000000-a.md",
            "data/part-00004/.000001-b.txt.tmp",
        ];
        let theirs = [
            ".copydesk/notes.txt",
            "data/mine.txt",
            "data/part-00005",
            "data/part-00006.jsonl.bak",
            "data/part-00007/mine.txt",
            "data/part-7.jsonl",
            "data/part-one.txt",
            "data/part-x/000000-a.txt",
            "data/sub/part-1",
            "notes.txt",
            "parts/part-1",
            "removed/part-00000/000000-a.txt",
        ];
        ours.iter().chain(&theirs).for_each(|file| put(folder.path(), file));
        OutputFolder::create(folder.path(), true).unwrap();
        let left: Vec<_> = [".copydesk/format"].iter().chain(&theirs).copied().collect();
        assert_eq!(files_in(folder.path()), left);
        assert!(!folder.path().join("data/part-00002").exists());
        assert!(!folder.path().join("data/part-00004").exists());
    }

    #[test]
    fn a_mark_of_another_format_is_not_ours() {
        let folder = folder_with(&[".copydesk/format", "data/part-00000.jsonl"]);
        assert!(matches!(OutputFolder::create(folder.path(), true), Err(FolderError::NotOurs { .. })));
        assert_eq!(files_in(folder.path()), [".copydesk/format", "data/part-00000.jsonl"]);
    }

    #[test]
    fn a_mark_that_was_not_finished_does_not_block_the_next_run() {
        let folder = folder_with(&[".copydesk/.format.tmp"]);
        OutputFolder::create(folder.path(), false).unwrap();
        assert_eq!(files_in(folder.path()), [".copydesk/format"]);
    }

    #[test]
    #[cfg(unix)]
    fn links_are_not_followed_when_a_folder_is_cleared() {
        let outside = folder_with(&["part-00000.jsonl"]);
        let folder = tempfile::tempdir().unwrap();
        OutputFolder::create(folder.path(), false).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("data")).unwrap();
        put(folder.path(), "removed/part-00000.jsonl");
        OutputFolder::create(folder.path(), true).unwrap();
        assert_eq!(files_in(outside.path()), ["part-00000.jsonl"]);
    }
}
