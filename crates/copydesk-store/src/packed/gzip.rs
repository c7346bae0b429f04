//! gzip members: a header, deflated bytes, a checksum and a length.
//!
//! A member that is all there is decompressed at once, by a library that can do that only. Where that
//! fails, for whatever reason, it is decompressed again in steps, and by them it is judged.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::DamageKind;
use super::decoder::{Decoder, Fault, Step, Stepped};
use super::whole::Whole;

const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// Checksum and length.
const TRAILER: usize = 8;
/// A header with a longer name, comment or extra field is none.
const LONGEST_HEADER: usize = 64 * 1024;
/// Members that become no more than this are decompressed at once. Of the bytes of the labelled pages,
/// 95 % are in pages of up to 4 MiB, 73 % in pages of up to 1 MiB.
const SMALL: u64 = 4 << 20;
/// So much of the file holds nearly every such member.
const AHEAD: usize = 1 << 20;
/// With less room it is not tried.
const LEAST_ROOM: usize = 64 * 1024;

pub(super) struct Gzip {
    inflate: Decompress,
    crc: Crc,
    at: At,
    whole: Whole,
    /// The last member was small, so the next is worth trying.
    was_small: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Header,
    Body,
    Trailer,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Gzip {
            inflate: Decompress::new(false),
            crc: Crc::new(),
            at: At::Header,
            whole: Whole::new(),
            was_small: true,
        }
    }

    /// Decompresses a member that is all there.
    fn at_once(&mut self, input: &[u8], output: &mut [u8]) -> Option<Step> {
        let is_worth_it = self.was_small && output.len() >= LEAST_ROOM;
        let (read, written) = is_worth_it.then(|| self.whole.decompress(input, output)).flatten()?;
        Some(Step { read, written, is_end: true })
    }

    fn header(&mut self, input: &[u8]) -> Stepped {
        match header_length(input) {
            Ok(None) => (Step::default(), None),
            Ok(Some(read)) => {
                self.at = At::Body;
                (Step { read, ..Step::default() }, None)
            }
            Err(detail) => (Step::default(), Some(Fault::broken(detail))),
        }
    }

    fn body(&mut self, input: &[u8], output: &mut [u8]) -> Stepped {
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, output, FlushDecompress::None);
        let read = (self.inflate.total_in() - before.0) as usize;
        let written = (self.inflate.total_out() - before.1) as usize;
        self.crc.update(&output[..written]);
        let step = Step { read, written, is_end: false };
        match status {
            Ok(Status::StreamEnd) => {
                self.at = At::Trailer;
                (step, None)
            }
            Ok(_) => (step, None),
            Err(_) => (step, Some(Fault::undecodable())),
        }
    }

    fn trailer(&mut self, input: &[u8]) -> Stepped {
        let Some(trailer) = input.first_chunk::<TRAILER>() else { return (Step::default(), None) };
        let [a, b, c, d, e, f, g, h] = *trailer;
        let sums = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        let step = Step { read: TRAILER, written: 0, is_end: true };
        self.was_small = self.inflate.total_out() <= SMALL;
        let detail = match sums {
            (sum, _) if sum != self.crc.sum() => "the checksum is wrong",
            // the length counts modulo 2^32
            (_, length) if length != self.inflate.total_out() as u32 => "the length is wrong",
            _ => return (step, None),
        };
        (step, Some(Fault { kind: DamageKind::WrongSum, detail: detail.to_owned() }))
    }
}

impl Decoder for Gzip {
    fn begin(&mut self) {
        self.inflate.reset(false);
        self.crc.reset();
        self.at = At::Header;
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Stepped {
        match self.at {
            At::Header => match self.at_once(input, output) {
                Some(step) => (step, None),
                None => self.header(input),
            },
            At::Body => self.body(input, output),
            At::Trailer => self.trailer(input),
        }
    }

    fn ahead(&self) -> usize {
        if self.was_small { AHEAD } else { 0 }
    }

    fn magic(&self) -> &'static [u8] {
        &MAGIC
    }

    /// Reserved flags are zero, and what is said of the compression and the system is known.
    fn may_begin(&self, head: &[u8]) -> bool {
        matches!(head, [0x1f, 0x8b, 8, 0..=0x1f, _, _, _, _, 0 | 2 | 4, 0..=13 | 255, ..])
    }
}

/// How long a header is; none if there are too few bytes to tell.
fn header_length(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    let [a, b, method, flags, _, _, _, _, _, _, ..] = *bytes else {
        return if bytes.is_empty() || MAGIC.starts_with(&bytes[..bytes.len().min(3)]) {
            Ok(None)
        } else {
            Err("no gzip header")
        };
    };
    if [a, b, method] != MAGIC || flags & 0xe0 != 0 {
        return Err("no gzip header");
    }
    let length = fields_end(bytes, flags);
    let is_too_long = length.unwrap_or(bytes.len()) > LONGEST_HEADER;
    if is_too_long { Err("the gzip header is too long") } else { Ok(length) }
}

/// Where the fields end that the flags announce.
fn fields_end(bytes: &[u8], flags: u8) -> Option<usize> {
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let mut end = 10;
    if flags & EXTRA != 0 {
        let length = bytes.get(end..end + 2)?;
        end += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            end += memchr::memchr(0, bytes.get(end..)?)? + 1;
        }
    }
    if flags & CHECKSUM != 0 {
        end += 2;
    }
    (end <= bytes.len()).then_some(end)
}
