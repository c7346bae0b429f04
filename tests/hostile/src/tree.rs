//! Folders that trap a walk: names that are no text, links in circles, what is no file, too many
//! files. They are made on the file system, since none of that stands in a file.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::Expect;
use crate::news::article;

/// Names of files with an article in each: the n-th holds the article n.
const NAMES: &[&[u8]] = &[
    b"plain.txt",
    b"with\nline\nbreaks.txt",
    b"with\x1b[35m\x1b]0;title\x07escapes.txt",
    "with\u{202e}txt.bidi\u{9b}.txt".as_bytes(),
    b"not-utf8-\xff\xfe.txt",
    b"--output.txt",
    b"star-*-and-?-[a].txt",
    b" leading and trailing .txt",
    b"back\\slash.txt",
    b"percent-%2e%2e%2f.txt",
    b"con.txt",
    b"two..dots..txt",
    b"quote\"'`$(x).txt",
    b"tab\there.txt",
    b"deep/er/and/er/one.txt",
];

/// Makes a folder of files with hostile names, and of things that are no files. Says what has to
/// come of it.
///
/// # Errors
/// When something cannot be made there.
pub fn make(folder: &Path) -> io::Result<Expect> {
    for (number, name) in NAMES.iter().enumerate() {
        write(&folder.join(OsStr::from_bytes(name)), article(number).as_bytes())?;
    }
    // 255 bytes, the longest that file systems take
    write(&folder.join(format!("{}.txt", "n".repeat(251))), article(NAMES.len()).as_bytes())?;
    let traps = traps(folder)?;
    let expect = Expect::articles(0..=NAMES.len());
    Ok(expect.and_set_aside(0..=traps, &["unreadable", "empty"]))
}

/// Makes what is no file, and says how many of it there are.
fn traps(folder: &Path) -> io::Result<usize> {
    symlink(".", folder.join("circle"))?;
    symlink("../deep", folder.join("deep/circle"))?;
    symlink("b", folder.join("a"))?;
    symlink("a", folder.join("b"))?;
    symlink("nowhere", folder.join("dangling.txt"))?;
    symlink("/dev/zero", folder.join("endless.txt"))?;
    fifo(&folder.join("fifo.txt"))?;
    write(&folder.join("secret.txt"), b" ")?;
    fs::set_permissions(folder.join("secret.txt"), fs::Permissions::from_mode(0o000))?;
    write(&folder.join("empty\u{1b}[35m\u{202e}.txt"), b" ")?;
    fs::create_dir(folder.join("locked"))?;
    fs::set_permissions(folder.join("locked"), fs::Permissions::from_mode(0o000))?;
    fs::create_dir(folder.join("folder.txt"))?;
    Ok(11)
}

fn fifo(path: &Path) -> io::Result<()> {
    let status = Command::new("mkfifo").arg(path).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("mkfifo failed")) }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, bytes)
}

/// Files in a folder of [`many_files`].
const IN_FOLDER: usize = 1000;

/// Makes `count` tiny files, a thousand in a folder: short texts, of which the first is an article.
///
/// # Errors
/// When one cannot be written.
pub fn many_files(folder: &Path, count: usize) -> io::Result<()> {
    for start in (0..count).step_by(IN_FOLDER) {
        let below = folder.join(format!("{:04}", start / IN_FOLDER));
        fs::create_dir_all(&below)?;
        (start..count.min(start + IN_FOLDER))
            .try_for_each(|number| fs::write(below.join(format!("{number:07}.txt")), tiny(number)))?;
    }
    Ok(())
}

/// What stands in such a file.
fn tiny(number: usize) -> String {
    match number {
        0 => article(0),
        _ => format!("Train {number} to the coast was cancelled on Sunday because of the storm.\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_its_traps() {
        let folder = tempfile::tempdir().unwrap();
        let expect = make(folder.path()).unwrap();
        assert_eq!(expect.sentences.len(), 16);
        assert!(fs::metadata(folder.path().join("a")).is_err(), "a link in a circle leads nowhere");
        assert!(fs::metadata(folder.path().join("circle/circle/plain.txt")).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 15 + 1 + 10);
    }

    #[test]
    fn there_are_as_many_files_as_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        many_files(folder.path(), 2500).unwrap();
        let folders: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        let files: usize = folders.iter().map(|folder| fs::read_dir(folder).unwrap().count()).sum();
        assert_eq!((folders.len(), files), (3, 2500));
    }
}
