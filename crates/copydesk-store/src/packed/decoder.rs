//! One member after the other is decompressed.
//!
//! A [`Decoder`] is given bytes from the beginning of a member on, and says when the member has ended. It
//! is used again for the next. It gives everything that can be decompressed before it says that
//! something is wrong, however the bytes are handed to it.

use super::{DamageKind, Packing, gzip, zstd};

/// How far one step of decompression came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// So many bytes were used up.
    pub(super) read: usize,
    /// So many came out.
    pub(super) written: usize,
    /// The member ended with them.
    pub(super) is_end: bool,
}

/// Why a member cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: DamageKind,
    pub(super) detail: String,
}

impl Fault {
    pub(super) fn broken(detail: impl Into<String>) -> Self {
        Fault { kind: DamageKind::Broken, detail: detail.into() }
    }

    /// A decoder's own words depend on how much room its output had, and so on where a unit begins: they
    /// are not repeated.
    pub(super) fn undecodable() -> Self {
        Fault::broken("the bytes cannot be decompressed")
    }
}

/// A step, and what is wrong behind the bytes that it gave.
pub(super) type Stepped = (Step, Option<Fault>);

/// Decompresses members of one kind.
pub(super) trait Decoder {
    /// A member begins.
    fn begin(&mut self);

    /// Goes on. A step that does nothing wants more input, and at least four bytes of room.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Stepped;

    /// So many bytes it would like to have before a member begins.
    fn ahead(&self) -> usize {
        0
    }

    /// What every member begins with.
    fn magic(&self) -> &'static [u8];

    /// Can a member begin so? Given at least [`HEAD`] bytes, if there are as many.
    fn may_begin(&self, head: &[u8]) -> bool;
}

/// So many bytes are looked at before decompressing is tried.
pub(super) const HEAD: usize = 12;

/// The decoder of a packing that is one.
pub(super) fn decoder(packing: Packing) -> Box<dyn Decoder> {
    match packing {
        Packing::Plain | Packing::Gzip => Box::new(gzip::Gzip::new()),
        Packing::Zstd => Box::new(zstd::Zstd::new()),
        Packing::Bzip2 => Box::new(Bzip2(None)),
        Packing::Xz => Box::new(Xz(None)),
    }
}

/// What has passed through a decoder of another library: given its counters before and behind.
fn step_between(before: (u64, u64), behind: (u64, u64), is_end: bool) -> Step {
    Step { read: (behind.0 - before.0) as usize, written: (behind.1 - before.1) as usize, is_end }
}

/// bzip2 streams. Its library cannot begin anew with the memory it has; a stream takes so long that one
/// does not see it.
struct Bzip2(Option<bzip2::Decompress>);

/// Does a block, or the end of an empty stream, stand behind `BZh9`?
pub(super) fn is_bzip2_block(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
        || bytes.starts_with(&[0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
}

impl Decoder for Bzip2 {
    fn begin(&mut self) {
        self.0 = None;
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Stepped {
        let inner = self.0.get_or_insert_with(|| bzip2::Decompress::new(false));
        let before = (inner.total_in(), inner.total_out());
        let status = inner.decompress(input, output);
        let step = |is_end| step_between(before, (inner.total_in(), inner.total_out()), is_end);
        match status {
            Ok(status) => (step(status == bzip2::Status::StreamEnd), None),
            Err(_) => (step(false), Some(Fault::undecodable())),
        }
    }

    fn magic(&self) -> &'static [u8] {
        b"BZh"
    }

    fn may_begin(&self, head: &[u8]) -> bool {
        matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if is_bzip2_block(rest))
    }
}

/// xz streams.
struct Xz(Option<liblzma::stream::Stream>);

/// `xz -9` needs 65 MiB to be read.
const XZ_MEMORY: u64 = 128 << 20;

impl Decoder for Xz {
    fn begin(&mut self) {
        self.0 = None;
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Stepped {
        use liblzma::stream::{Action, Error, Status, Stream};
        let inner = match self.0.take().map_or_else(|| Stream::new_stream_decoder(XZ_MEMORY, 0), Ok) {
            Ok(inner) => self.0.insert(inner),
            Err(_) => return (Step::default(), Some(Fault::undecodable())),
        };
        let before = (inner.total_in(), inner.total_out());
        let status = inner.process(input, output, Action::Run);
        let step = |is_end| step_between(before, (inner.total_in(), inner.total_out()), is_end);
        match status {
            Ok(status) => (step(status == Status::StreamEnd), None),
            Err(Error::MemLimit) => {
                let detail = format!("needs more than {} MiB of memory", XZ_MEMORY >> 20);
                (step(false), Some(Fault { kind: DamageKind::Bomb, detail }))
            }
            Err(_) => (step(false), Some(Fault::undecodable())),
        }
    }

    fn magic(&self) -> &'static [u8] {
        b"\xfd7zXZ\0"
    }

    /// The header has a checksum of its own.
    fn may_begin(&self, head: &[u8]) -> bool {
        let (Some(flags), Some(sum)) = (head.get(6..8), head.get(8..12)) else { return false };
        let mut crc = flate2::Crc::new();
        crc.update(flags);
        head.starts_with(self.magic()) && crc.sum().to_le_bytes() == sum
    }
}
