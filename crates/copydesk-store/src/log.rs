//! A file of lines that survives a crash.
//!
//! Each line stands behind its checksum. Lines are only ever added, and what is added is on disk before
//! `append` returns; a crash can cut the last of them short, which [`replay`] tells from damage
//! further up. What the lines say is for others to know.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::at;
use crate::staged::{folder_of, hex, sync_folder};

/// What the file begins with; a later form has another number.
const MAGIC: &str = "copydesk journal, format 1\n";
const ANY_FORMAT: &str = "copydesk journal, format ";

/// So many hexadecimal digits of a line's SHA-256 stand in front of it.
const DIGITS: usize = 16;

/// The lines of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replay {
    /// The lines, without their checksums.
    pub lines: Vec<String>,
    /// So many bytes hold them; what follows was cut short, and counts as not written.
    pub whole: u64,
}

/// Why a file is no log, or none that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogError {
    /// It begins with something else.
    NotALog,
    /// It is one, of another version of copydesk.
    OtherFormat,
    /// A line that is not the last has another checksum than it says.
    Damaged {
        /// The line, from 1 on.
        line: usize,
    },
}

/// Reads the bytes of a log.
///
/// # Errors
/// When it is none, or a line in it is damaged. A last line that was cut short is no damage.
pub fn replay(bytes: &[u8]) -> Result<Replay, LogError> {
    let magic = MAGIC.as_bytes();
    if !bytes.starts_with(magic) {
        return match magic.starts_with(bytes) {
            true => Ok(Replay::default()),
            false if bytes.starts_with(ANY_FORMAT.as_bytes()) => Err(LogError::OtherFormat),
            false => Err(LogError::NotALog),
        };
    }
    let mut replay = Replay { lines: Vec::new(), whole: magic.len() as u64 };
    for line in bytes[magic.len()..].split_inclusive(|&byte| byte == b'\n') {
        match checked(line) {
            Some(text) => replay.lines.push(text.to_owned()),
            // only the last piece of the file can be one that was cut short
            None if replay.whole as usize + line.len() == bytes.len() => break,
            None => return Err(LogError::Damaged { line: replay.lines.len() + 1 }),
        }
        replay.whole += line.len() as u64;
    }
    Ok(replay)
}

/// The text of a line, if it is the one that was written.
fn checked(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (sum, text) = line.split_at_checked(DIGITS)?;
    let text = text.strip_prefix(' ')?;
    (sum == checksum(text)).then_some(text)
}

fn checksum(text: &str) -> String {
    let mut sum = hex(Sha256::new_with_prefix(text));
    sum.truncate(DIGITS);
    sum
}

fn with_checksums(lines: &[impl AsRef<str>]) -> String {
    let lines = || lines.iter().map(AsRef::as_ref);
    let mut text = String::with_capacity(lines().map(|line| line.len() + DIGITS + 2).sum());
    lines().for_each(|line| text.extend([&checksum(line), " ", line, "\n"]));
    text
}

/// A log that holds these lines, and will hold no others.
#[cfg(feature = "remote")]
pub(crate) fn closed(lines: &[&str]) -> Vec<u8> {
    format!("{MAGIC}{}", with_checksums(lines)).into_bytes()
}

/// A log that can be added to.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// Opens a log, or begins one. What a crash cut short is cut off; all of it goes if it is to be
    /// written anew.
    pub(crate) fn open(path: &Path, anew: bool) -> io::Result<(Self, Vec<String>)> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(at(path))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(at(path))?;
        let replay = match replay(&bytes) {
            Ok(_) | Err(LogError::Damaged { .. }) if anew => Replay::default(),
            replay => replay.map_err(|error| at(path)(error.into()))?,
        };
        let mut log = Log { path: path.to_owned(), file };
        log.cut(replay.whole, bytes.len() as u64)?;
        Ok((log, replay.lines))
    }

    /// Leaves the first `whole` bytes, and the magic if there are none. All of it is on disk when it
    /// returns: who wrote the last line may have been killed before it was.
    fn cut(&mut self, whole: u64, length: u64) -> io::Result<()> {
        if whole < length {
            self.file.set_len(whole).map_err(at(&self.path))?;
        }
        self.file.seek(SeekFrom::Start(whole)).map_err(at(&self.path))?;
        self.write(if whole == 0 { MAGIC } else { "" })?;
        sync_folder(folder_of(&self.path))
    }

    /// Adds lines. They are on disk when it returns.
    pub(crate) fn append(&mut self, lines: &[String]) -> io::Result<()> {
        self.write(&with_checksums(lines))
    }

    /// After a sync that failed, the system may take for written what is not: what was added goes, so
    /// that the next run does not trust it.
    fn write(&mut self, text: &str) -> io::Result<()> {
        let before = self.file.stream_position().map_err(at(&self.path))?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| {
            // the error is the news; where this fails, too, the checksums tell what is whole
            let _ = self.file.set_len(before);
            at(&self.path)(error)
        })
    }
}

impl From<LogError> for io::Error {
    fn from(error: LogError) -> Self {
        let what = match error {
            LogError::NotALog => "this is no journal of copydesk".to_owned(),
            LogError::OtherFormat => {
                "another version of copydesk wrote this folder, in a format that this one does not know; name another folder".to_owned()
            }
            LogError::Damaged { line } => {
                format!("line {line} is damaged; say `--overwrite` to begin anew, or name another folder")
            }
        };
        io::Error::new(io::ErrorKind::InvalidData, what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn bytes(lines: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (mut log, _) = Log::open(&path, false).unwrap();
        log.append(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>()).unwrap();
        fs::read(path).unwrap()
    }

    #[test]
    fn lines_come_back() {
        let written = bytes(&["one", "", "three is longer"]);
        let expected = Replay {
            lines: ["one", "", "three is longer"].map(str::to_owned).into(),
            whole: written.len() as u64,
        };
        assert_eq!(replay(&written), Ok(expected));
    }

    #[test]
    fn a_last_line_that_was_cut_short_was_not_written() {
        let (one, two) = (bytes(&["one"]), bytes(&["one", "two"]));
        for length in one.len()..two.len() {
            assert_eq!(
                replay(&two[..length]).unwrap(),
                Replay { lines: vec!["one".into()], whole: one.len() as u64 }
            );
        }
        for length in 0..MAGIC.len() {
            assert_eq!(replay(&two[..length]).unwrap(), Replay::default());
        }
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let written = bytes(&["one", "two"]);
        for bit in 0..8 * written.len() {
            let mut flipped = written.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(replay(&flipped), replay(&written));
        }
    }

    #[test]
    fn damage_above_the_last_line_is_told() {
        let mut written = bytes(&["one", "two"]);
        written[MAGIC.len() + 2] ^= 1;
        assert_eq!(replay(&written), Err(LogError::Damaged { line: 1 }));
        assert_eq!(replay(b"something else"), Err(LogError::NotALog));
        assert_eq!(replay(b"copydesk journal, format 2\n"), Err(LogError::OtherFormat));
    }

    #[test]
    fn a_damaged_log_can_be_written_anew_and_a_foreign_one_cannot() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut damaged = bytes(&["one", "two"]);
        damaged[MAGIC.len() + 2] ^= 1;
        for (written, can_be) in
            [(&damaged[..], true), (b"notes", false), (b"copydesk journal, format 2\n", false)]
        {
            fs::write(&path, written).unwrap();
            assert!(Log::open(&path, false).is_err());
            assert_eq!(Log::open(&path, true).is_ok(), can_be);
        }
    }

    #[test]
    fn a_log_goes_on_behind_what_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let two = bytes(&["one", "two"]);
        fs::write(&path, &two[..two.len() - 2]).unwrap();
        let (mut log, lines) = Log::open(&path, false).unwrap();
        assert_eq!(lines, ["one"]);
        log.append(&["two".to_owned()]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), two);
        assert_eq!(Log::open(&path, true).unwrap().1, [""; 0]);
        assert_eq!(fs::read(&path).unwrap(), MAGIC.as_bytes());
    }
}
