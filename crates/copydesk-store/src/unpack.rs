//! A file inside of an archive, unpacked while it is read.
//!
//! An archive says of each of its files how it is packed, how long it is and which checksum it has. Reading
//! holds it to that: what unpacks to something else ends with an error, and so does what unpacks to far more
//! than any article does. Where the packed bytes lie is for the reader of the archive to know.

use std::io::{self, BufReader, Read};

use flate2::Crc;

use crate::packed::JUDGED;
use crate::{Damage, DamageKind, Limits};

/// How a file of an archive is packed, in the numbers of the ZIP format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryPacking {
    /// 0 as it is, 8 deflate, 12 bzip2, 93 zstd.
    pub method: u16,
    /// Packed size in bytes.
    pub packed: u64,
    /// Size and CRC-32 of what comes out, if they are known.
    pub promised: Option<(u64, u32)>,
}

/// Unpacks a file; none if nothing here knows the method. `reader` gives the packed bytes, and may give more
/// behind them.
///
/// # Errors
/// When a decoder cannot be set up.
pub fn unpack(
    reader: impl Read + 'static,
    packing: EntryPacking,
    limits: Limits,
) -> io::Result<Option<Box<dyn Read>>> {
    let packed = BufReader::new(reader.take(packing.packed));
    let inner: Box<dyn Read> = match packing.method {
        0 => Box::new(packed),
        8 => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
        12 => Box::new(bzip2::bufread::BzDecoder::new(packed)),
        93 => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        _ => return Ok(None),
    };
    Ok(Some(Box::new(Held { inner, crc: Crc::new(), count: 0, packing, limits, is_over: false })))
}

/// A file that is held to what its archive says of it. Behind an error there is nothing more.
struct Held {
    inner: Box<dyn Read>,
    crc: Crc,
    count: u64,
    packing: EntryPacking,
    limits: Limits,
    is_over: bool,
}

impl Held {
    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, (DamageKind, String)> {
        let read = self.inner.read(buffer);
        let count = read.map_err(|error| (DamageKind::Broken, error.to_string()))?;
        self.crc.update(&buffer[..count]);
        self.count += count as u64;
        if self.count > JUDGED.max(self.packing.packed.saturating_mul(self.limits.ratio)) {
            let detail = format!("unpacks to more than {} times its size", self.limits.ratio);
            return Err((DamageKind::Bomb, detail));
        }
        if count == 0 { self.check().map(|()| 0) } else { Ok(count) }
    }

    fn check(&self) -> Result<(), (DamageKind, String)> {
        match self.packing.promised {
            Some((size, _)) if size != self.count => {
                Err((DamageKind::Broken, format!("{} bytes, but {size} are promised", self.count)))
            }
            Some((_, crc)) if crc != self.crc.sum() => {
                Err((DamageKind::WrongSum, "the checksum differs".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.is_over {
            return Ok(0);
        }
        let outcome = self.next(buffer);
        self.is_over = outcome.as_ref().map_or(true, |&count| count == 0);
        outcome.map_err(|(kind, detail)| Damage { kind, range: 0..self.packing.packed, detail }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    const TEXT: &[u8] = b"The bridge is open.";
    const CRC: u32 = 0x0b1c_2d7e;

    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = Crc::new();
        crc.update(bytes);
        crc.sum()
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(packed: Vec<u8>, method: u16, promised: Option<(u64, u32)>) -> Result<Vec<u8>, String> {
        let packing = EntryPacking { method, packed: packed.len() as u64, promised };
        let mut bytes = Vec::new();
        let mut reader =
            unpack(Cursor::new([packed, b"behind".to_vec()].concat()), packing, Limits::default())
                .unwrap()
                .unwrap();
        reader.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    #[test]
    fn every_method_gives_the_file() {
        let promised = Some((19, crc(TEXT)));
        assert_eq!(read(TEXT.to_vec(), 0, promised), Ok(TEXT.to_vec()));
        assert_eq!(read(deflated(TEXT), 8, promised), Ok(TEXT.to_vec()));
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(TEXT).unwrap();
        assert_eq!(read(bzip2.finish().unwrap(), 12, promised), Ok(TEXT.to_vec()));
        assert_eq!(read(zstd::encode_all(TEXT, 3).unwrap(), 93, promised), Ok(TEXT.to_vec()));
        let packing = EntryPacking { method: 99, packed: 0, promised: None };
        assert!(unpack(io::empty(), packing, Limits::default()).unwrap().is_none());
    }

    #[test]
    fn what_differs_from_its_promise_is_damaged() {
        let message = |promised| read(deflated(TEXT), 8, Some(promised)).unwrap_err();
        let size = deflated(TEXT).len();
        assert_ne!(CRC, crc(TEXT));
        assert_eq!(message((19, CRC)), format!("bytes 0 to {size} on disk: the checksum differs"));
        assert_eq!(
            message((18, crc(TEXT))),
            format!("bytes 0 to {size} on disk: 19 bytes, but 18 are promised")
        );
    }

    #[test]
    fn a_bomb_is_let_off_early() {
        let bomb = deflated(&vec![0; 32 << 20]);
        let error = read(bomb, 8, None).unwrap_err();
        assert!(error.ends_with("unpacks to more than 200 times its size"), "{error}");
    }
}
