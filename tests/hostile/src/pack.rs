//! Compression, and damage to what was compressed.
//!
//! gzip and zstd are made by their libraries. Of xz and bzip2 only bombs are needed, which repeat
//! one letter: those are written by hand, so that no library has to be there that can make others.

use std::io::{self, Read, Write};

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

/// The letter that bombs are made of.
pub const LETTER: u8 = b'a';

/// How a piece of a file is packed.
#[derive(Debug, Clone, Copy)]
pub struct Packing {
    /// As it stands in the names of cases.
    pub name: &'static str,
    /// What the file's name ends with.
    pub suffix: &'static str,
    /// Packs one piece so that pieces can stand behind each other.
    pub pack: fn(&[u8]) -> Vec<u8>,
    /// How far the checksum of a piece lies from its end, where it has one.
    sum_from_end: usize,
}

/// As it is.
pub const PLAIN: Packing = Packing { name: "plain", suffix: "", pack: <[u8]>::to_vec, sum_from_end: 0 };
/// As a gzip member.
pub const GZIP: Packing = Packing { name: "gzip", suffix: ".gz", pack: gzip, sum_from_end: 8 };
/// As a zstd frame.
pub const ZSTD: Packing = Packing { name: "zstd", suffix: ".zst", pack: zstd, sum_from_end: 1 };

impl Packing {
    /// A packed piece whose checksum is wrong.
    pub fn wrong_sum(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let place = bytes.len() - self.sum_from_end;
        bytes[place] ^= 0xff;
        bytes
    }
}

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_from(bytes)
}

/// One gzip member of what a reader gives.
pub fn gzip_from(mut reader: impl Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    io::copy(&mut reader, &mut encoder).and_then(|_| encoder.finish()).expect("writing to memory cannot fail")
}

/// A bare deflate stream of what a reader gives.
pub fn deflate_from(mut reader: impl Read) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    io::copy(&mut reader, &mut encoder).and_then(|_| encoder.finish()).expect("writing to memory cannot fail")
}

/// One zstd frame, with a checksum at its end.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd_from(bytes)
}

/// One zstd frame of what a reader gives, with a checksum at its end.
pub fn zstd_from(mut reader: impl Read) -> Vec<u8> {
    let encoder = zstd::Encoder::new(Vec::new(), 3);
    let encoder = encoder.and_then(|mut encoder| encoder.include_checksum(true).map(|()| encoder));
    let frame = encoder.and_then(|mut encoder| {
        io::copy(&mut reader, &mut encoder)?;
        encoder.finish()
    });
    frame.expect("writing to memory cannot fail")
}

/// So many times [`LETTER`].
pub fn letters(count: usize) -> impl Read {
    io::repeat(LETTER).take(count as u64)
}

/// CRC-32 as in gzip, ZIP and xz.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// CRC-32 of what a reader gives.
pub fn crc32_from(mut reader: impl Read) -> u32 {
    let mut crc = Crc::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer).expect("reading from memory cannot fail") {
            0 => return crc.sum(),
            count => crc.update(&buffer[..count]),
        }
    }
}

/// Only the first half.
pub fn halved(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

/// With one bit turned in the middle.
pub fn bit_flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    bytes
}

/// What one of these streams makes: 45,899,235 times [`LETTER`], the most that a block of bzip2 holds.
pub const BZIP2_STREAM_LETTERS: usize = 45_899_235;

/// A file of bzip2 streams: together, at least so many times [`LETTER`].
pub fn bzip2_letters(count: usize) -> Vec<u8> {
    const STREAM: [u8; 46] = [
        0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0xc2, 0x6d, 0x2a, 0xf3, 0x01, 0x5f, 0x8e,
        0x01, 0x00, 0xa0, 0x00, 0x00, 0x08, 0x20, 0x00, 0x30, 0x80, 0x4d, 0x46, 0x42, 0xa0, 0x25, 0xa9, 0x0a,
        0x80, 0x97, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0xc2, 0x6d, 0x2a, 0xf3,
    ];
    STREAM.repeat(count.div_ceil(BZIP2_STREAM_LETTERS))
}

/// The most that one chunk of xz holds.
pub const XZ_CHUNK: usize = 1 << 21;

/// An xz file of one block: at least so many times [`LETTER`], in whole chunks of [`XZ_CHUNK`].
pub fn xz_letters(count: usize) -> Vec<u8> {
    const STREAM_FLAGS: [u8; 2] = [0, 1]; // checks are CRC-32
    let chunks = count.div_ceil(XZ_CHUNK);
    let mut file = b"\xfd7zXZ\0".to_vec();
    file.extend(STREAM_FLAGS);
    file.extend(crc32(&STREAM_FLAGS).to_le_bytes());

    let block = file.len();
    file.extend(with_crc(vec![2, 0, 0x21, 1, 22, 0, 0, 0])); // 12 bytes, LZMA2 with a window of 8 MiB
    let packed = lzma_letters(XZ_CHUNK);
    for chunk in 0..chunks {
        // the first resets the window and names the properties, the others only the state
        let (control, properties): (u8, &[u8]) = if chunk == 0 { (0xe0, &[0]) } else { (0xa0, &[]) };
        let size = XZ_CHUNK - 1;
        file.extend([control | (size >> 16) as u8, (size >> 8) as u8, size as u8]);
        file.extend(((packed.len() - 1) as u16).to_be_bytes());
        file.extend(properties);
        file.extend(&packed);
    }
    file.push(0);
    let unpadded = file.len() - block + 4;
    pad_to_four(&mut file);
    file.extend(crc32_from(letters(chunks * XZ_CHUNK)).to_le_bytes());

    let mut index = vec![0, 1];
    [unpadded, chunks * XZ_CHUNK].into_iter().for_each(|number| push_varint(&mut index, number));
    pad_to_four(&mut index);
    let index = with_crc(index);
    file.extend(&index);
    let mut footer = ((index.len() / 4 - 1) as u32).to_le_bytes().to_vec();
    footer.extend(STREAM_FLAGS);
    file.extend(crc32(&footer).to_le_bytes());
    file.extend(footer);
    file.extend(b"YZ");
    file
}

fn with_crc(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = crc32(&bytes);
    bytes.extend(crc.to_le_bytes());
    bytes
}

fn pad_to_four(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

fn push_varint(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// LZMA with `lc = lp = pb = 0`: one literal, then copies of the byte before, as long as they get.
/// In a whole chunk every copy, the last one too, is so long that only the third table of lengths
/// is needed.
fn lzma_letters(count: usize) -> Vec<u8> {
    const LONGEST: usize = 273;
    let mut coder = RangeCoder::default();
    let (mut literal, mut lengths, mut tables) = ([HALF; 256], [HALF; 256], [HALF; 2]);
    // for each state: is it a copy, of an earlier distance, other than the last, of more than a byte
    let mut kinds = [[HALF; 4]; 12];
    coder.bit(&mut kinds[0][0], false);
    coder.tree(&mut literal, LETTER.into());
    let mut state = 0;
    let mut left = count - 1;
    while left > 0 {
        let length = left.min(LONGEST);
        for (kind, bit) in kinds[state].iter_mut().zip([true, true, false, true]) {
            coder.bit(kind, bit);
        }
        tables.iter_mut().for_each(|table| coder.bit(table, true));
        coder.tree(&mut lengths, length - 18);
        state = if state < 7 { 8 } else { 11 };
        left -= length;
    }
    coder.finish()
}

/// A probability of one half.
const HALF: u16 = 1 << 10;

/// The range coder of LZMA.
struct RangeCoder {
    low: u64,
    range: u32,
    /// The last byte that a carry can still change, and how many 0xff stand behind it.
    cache: u8,
    waiting: usize,
    bytes: Vec<u8>,
}

impl Default for RangeCoder {
    fn default() -> Self {
        RangeCoder { low: 0, range: u32::MAX, cache: 0, waiting: 1, bytes: Vec::new() }
    }
}

impl RangeCoder {
    fn bit(&mut self, probability: &mut u16, bit: bool) {
        let bound = (self.range >> 11) * u32::from(*probability);
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
            *probability -= *probability >> 5;
        } else {
            self.range = bound;
            *probability += ((1 << 11) - *probability) >> 5;
        }
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.shift();
        }
    }

    /// Eight bits, the highest first.
    fn tree(&mut self, probabilities: &mut [u16; 256], value: usize) {
        let mut node = 1;
        for place in (0..8).rev() {
            let bit = value >> place & 1;
            self.bit(&mut probabilities[node], bit == 1);
            node = node << 1 | bit;
        }
    }

    fn shift(&mut self) {
        let carry = (self.low >> 32) as u8;
        if carry == 1 || self.low < 0xff00_0000 {
            self.bytes.push(self.cache.wrapping_add(carry));
            self.bytes.resize(self.bytes.len() + self.waiting - 1, carry.wrapping_sub(1));
            self.waiting = 0;
            self.cache = (self.low >> 24) as u8;
        }
        self.waiting += 1;
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    fn finish(mut self) -> Vec<u8> {
        (0..5).for_each(|_| self.shift());
        self.bytes
    }
}

/// Writes what a reader gives to the end of a buffer.
pub(crate) fn append(bytes: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| bytes.write_all(part).expect("writing to memory cannot fail"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    /// How many letters another program finds in a file: `python` reads it from standard input.
    fn letters_found(file: &[u8], module: &str) -> String {
        let script = format!(
            "import sys, {module}; d = {module}.decompress(sys.stdin.buffer.read()); print(len(d), d.count(b'a'))"
        );
        let mut child = Command::new("python3")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(file).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim_end().to_owned()
    }

    #[test]
    fn bombs_expand() {
        let expected = format!("{0} {0}", 3 * XZ_CHUNK);
        assert_eq!(letters_found(&xz_letters(5_000_000), "lzma"), expected);
        assert_eq!(letters_found(&gzip_from(letters(5_000_000)), "gzip"), "5000000 5000000");
        let expected = format!("{BZIP2_STREAM_LETTERS} {BZIP2_STREAM_LETTERS}");
        assert_eq!(letters_found(&bzip2_letters(40_000_000), "bz2"), expected);
        let frame = zstd_from(letters(5_000_000));
        assert_eq!(zstd::decode_all(frame.as_slice()).unwrap(), vec![LETTER; 5_000_000]);
    }

    #[test]
    fn bombs_are_small() {
        assert!(xz_letters(300 << 20).len() < 100_000);
        assert!(bzip2_letters(300 << 20).len() < 400);
    }

    #[test]
    fn damage_is_noticed() {
        let frame = zstd(&[7; 1000]);
        assert!(zstd::decode_all(ZSTD.wrong_sum(frame.clone()).as_slice()).is_err());
        assert!(zstd::decode_all(halved(frame).as_slice()).is_err());
        let member = gzip(b"The bridge is open.");
        for damaged in [halved(member.clone()), GZIP.wrong_sum(member.clone()), bit_flipped(member)] {
            assert!(flate2::read::GzDecoder::new(damaged.as_slice()).read_to_end(&mut Vec::new()).is_err());
        }
    }
}
