//! Reading a file, however it is compressed.
//!
//! A file is decompressed by what its first bytes say, not by its name: gzip with any number of
//! members and NULs behind them, zstd with any number of frames, or as it is. A damaged file gives what could be read
//! and then an error that names it. What the bytes mean is for `copydesk-read` to say.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;

use crate::Blob;
use crate::error::at;

/// How much is read from disk at once.
const CHUNK: usize = 128 * 1024;

/// Frames that want a larger window than 128 MiB are refused, as the `zstd` program does.
const ZSTD_WINDOW_LOG: u32 = 27;

/// The name of what is inside a compressed file, told from the name: in `news.jsonl.gz` it is
/// `news.jsonl`. None if the name says nothing of compression.
pub fn inner_name(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let known = ["gz", "gzip", "zst", "zstd"];
    known.iter().any(|known| extension.eq_ignore_ascii_case(known)).then_some(stem)
}

/// An open file. Reading gives its decompressed bytes; errors name the file.
pub struct Source {
    path: PathBuf,
    bytes: Bytes,
}

enum Bytes {
    Plain(Counted),
    Gzip(Box<Members>),
    Zstd(zstd::stream::read::Decoder<'static, BufReader<Counted>>),
}

/// The members of a gzip file, one after the other. NULs behind the last of them are padding, as
/// tapes and block devices leave it; anything else there is damage.
struct Members {
    /// None only when the padding has been read, or while one member follows the other.
    decoder: Option<GzDecoder<BufReader<Counted>>>,
    /// Bytes on disk, once there is no decoder.
    consumed: u64,
}

impl Members {
    fn new(file: BufReader<Counted>) -> Self {
        Members { decoder: Some(GzDecoder::new(file)), consumed: 0 }
    }

    fn consumed(&self) -> u64 {
        self.decoder.as_ref().map_or(self.consumed, |decoder| decoder.get_ref().get_ref().count)
    }

    /// Goes to what is behind a complete member.
    fn next_member(&mut self) -> io::Result<()> {
        let Some(decoder) = self.decoder.as_mut() else { return Ok(()) };
        let is_last = matches!(decoder.get_mut().fill_buf()?.first(), None | Some(0));
        if is_last {
            skip_padding(decoder.get_mut())?;
            self.consumed = self.consumed();
        }
        self.decoder = self.decoder.take().filter(|_| !is_last).map(|last| GzDecoder::new(last.into_inner()));
        Ok(())
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = self.decoder.as_mut().filter(|_| !buffer.is_empty()) {
            match decoder.read(buffer)? {
                0 => self.next_member()?,
                count => return Ok(count),
            }
        }
        Ok(0)
    }
}

fn skip_padding(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        let bytes = file.fill_buf()?;
        match bytes.len() {
            0 => return Ok(()),
            _ if bytes.iter().any(|&byte| byte != 0) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "garbage behind the last gzip member",
                ));
            }
            count => file.consume(count),
        }
    }
}

/// Counts what passes.
struct Counted {
    inner: Box<dyn Read>,
    count: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

/// Opens a file for reading, decompressed.
///
/// # Errors
/// When the file cannot be opened or its first bytes cannot be read. The error names the file.
pub fn open(blob: &Blob) -> io::Result<Source> {
    Source::of_reader(&blob.name(), blob.read_from(0)?)
}

/// Opens a file for reading from an offset on, as it is on disk.
///
/// # Errors
/// When the file cannot be opened, or not from that offset on. The error names the file.
pub fn open_at(blob: &Blob, offset: u64) -> io::Result<Source> {
    let bytes = Bytes::Plain(Counted { inner: blob.read_from(offset)?, count: 0 });
    Ok(Source { path: blob.name(), bytes })
}

impl Source {
    /// Reads from anything, decompressed; `path` is the name that errors give.
    ///
    /// # Errors
    /// When the first bytes cannot be read.
    pub fn of_reader(path: &Path, mut reader: impl Read + 'static) -> io::Result<Self> {
        let mut head = Vec::with_capacity(4);
        reader.by_ref().take(4).read_to_end(&mut head).map_err(at(path))?;
        let magic = [0, 1, 2, 3].map(|n| head.get(n).copied().unwrap_or_default());
        let counted = Counted { inner: Box::new(Cursor::new(head).chain(reader)), count: 0 };
        let bytes = Bytes::decoded(counted, magic).map_err(at(path))?;
        Ok(Source { path: path.to_owned(), bytes })
    }

    /// Do the bytes on disk differ from those that reading gives?
    pub fn is_compressed(&self) -> bool {
        !matches!(self.bytes, Bytes::Plain(_))
    }

    /// How many bytes have been read from disk.
    pub fn consumed(&self) -> u64 {
        match &self.bytes {
            Bytes::Plain(counted) => counted.count,
            Bytes::Gzip(members) => members.consumed(),
            Bytes::Zstd(decoder) => decoder.get_ref().get_ref().count,
        }
    }
}

impl Bytes {
    /// Chooses the decoder by the first four bytes. Skippable frames count as zstd: `pzstd` begins
    /// its files with one.
    fn decoded(counted: Counted, magic: [u8; 4]) -> io::Result<Self> {
        let buffered = |counted| BufReader::with_capacity(CHUNK, counted);
        Ok(match magic {
            [0x1f, 0x8b, ..] => Bytes::Gzip(Box::new(Members::new(buffered(counted)))),
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered(counted))?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Bytes::Zstd(decoder)
            }
            _ => Bytes::Plain(counted),
        })
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.bytes {
            Bytes::Plain(file) => file.read(buffer),
            Bytes::Gzip(members) => members.read(buffer),
            Bytes::Zstd(decoder) => decoder.read(buffer),
        };
        match read {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(at(&self.path)(error)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }

    /// Everything that can be read, the error behind it, and the bytes consumed.
    fn read(bytes: Vec<u8>) -> (Vec<u8>, Option<String>, u64) {
        let mut source = Source::of_reader(Path::new("dump"), Cursor::new(bytes)).unwrap();
        let mut out = Vec::new();
        let error = source.read_to_end(&mut out).err();
        (out, error.map(|error| error.to_string()), source.consumed())
    }

    #[test]
    fn bytes_that_are_not_compressed_come_as_they_are() {
        assert_eq!(read(b"The bridge is open.".to_vec()), (b"The bridge is open.".to_vec(), None, 19));
        assert_eq!(read(b"ab".to_vec()), (b"ab".to_vec(), None, 2));
        assert_eq!(read(Vec::new()), (Vec::new(), None, 0));
    }

    #[test]
    fn all_members_of_a_gzip_file_are_read() {
        let file = [gzip(b"The bridge "), gzip(b""), gzip(b"is open.")].concat();
        let size = file.len() as u64;
        assert_eq!(read(file), (b"The bridge is open.".to_vec(), None, size));
    }

    #[test]
    fn padding_behind_a_gzip_file_is_no_damage() {
        for count in [1, 2, 300_000] {
            let file = [gzip(b"The bridge "), gzip(b"is open."), vec![0; count]].concat();
            let size = file.len() as u64;
            assert_eq!(read(file), (b"The bridge is open.".to_vec(), None, size));
        }
    }

    #[test]
    fn garbage_behind_a_gzip_file_is_damage() {
        for (garbage, message) in
            [(&[b'x'; 20][..], "invalid gzip header"), (&b"\0\0x"[..], "garbage behind the last gzip member")]
        {
            let (bytes, error, _) = read([&gzip(b"The bridge is open."), garbage].concat());
            assert_eq!(bytes, b"The bridge is open.");
            assert!(error.as_deref().is_some_and(|error| error.contains(message)), "{error:?}");
        }
    }

    #[test]
    fn all_frames_of_a_zstd_file_are_read() {
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9].to_vec();
        let file = [skippable, zstd(b"The bridge "), zstd(b"is open.")].concat();
        let size = file.len() as u64;
        assert_eq!(read(file), (b"The bridge is open.".to_vec(), None, size));
    }

    #[test]
    fn a_truncated_file_gives_what_it_has_and_then_an_error() {
        let text: Vec<u8> =
            (0..200_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for compressed in [gzip(&text), zstd(&text)] {
            let (bytes, error, _) = read(compressed[..compressed.len() / 2].to_vec());
            assert!(bytes.len() > text.len() / 4, "{} bytes", bytes.len());
            assert_eq!(bytes, text[..bytes.len()]);
            assert!(error.as_deref().is_some_and(|error| error.starts_with("dump: ")), "{error:?}");
        }
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let error = open(&Blob::file("/nowhere/dump.gz", 1)).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("/nowhere/dump.gz: No such file or directory (os error 2)"));
    }

    #[test]
    fn a_file_can_be_read_from_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "The bridge is open.").unwrap();
        let mut text = String::new();
        open_at(&Blob::file(&path, 19), 11).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "is open.");
    }

    #[test]
    fn the_inner_name_has_no_compression_in_it() {
        assert_eq!(inner_name("2024/news.jsonl.gz"), Some("2024/news.jsonl"));
        assert_eq!(inner_name("news.ZST"), Some("news"));
        assert_eq!(inner_name("news.txt"), None);
        assert_eq!(inner_name("part-00000"), None);
    }
}
