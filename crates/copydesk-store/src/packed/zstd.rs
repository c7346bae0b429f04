//! zstd frames: a header, blocks, and mostly a checksum.
//!
//! The library is handed one block at a time. Given more it decompresses more, but when it fails it does
//! not say how many of them were right.

use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, ResetDirective, get_error_name};

use super::DamageKind;
use super::decoder::{Decoder, Fault, Step, Stepped};

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Frames that want a larger window than 128 MiB are refused, as the `zstd` program does.
const WINDOW_LOG: u32 = 27;

pub(super) struct Zstd {
    context: DCtx<'static>,
    next: Piece,
    /// Bytes of the piece that have not been handed over.
    left: usize,
    has_sum: bool,
    /// Everything has been handed over but something may still come out.
    is_flushing: bool,
}

/// What comes next in a frame.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Header,
    Block { is_last: bool },
    Sum,
}

impl Zstd {
    pub(super) fn new() -> Self {
        let mut context = DCtx::create();
        // a number between 10 and 31 is never refused
        let _ = context.set_parameter(DParameter::WindowLogMax(WINDOW_LOG));
        Zstd { context, next: Piece::Header, left: 0, has_sum: false, is_flushing: false }
    }

    /// Reads the size of the next piece, once it can be told.
    fn measure(&mut self, input: &[u8]) -> Option<usize> {
        match self.next {
            Piece::Header => {
                let descriptor = *input.get(4)?;
                self.has_sum = descriptor & 4 != 0;
                Some(header_length(descriptor))
            }
            Piece::Block { .. } => {
                let &[a, b, c] = input.first_chunk::<3>()?;
                let header = u32::from_le_bytes([a, b, c, 0]);
                self.next = Piece::Block { is_last: header & 1 == 1 };
                let is_one_byte_repeated = header >> 1 & 3 == 1;
                Some(3 + if is_one_byte_repeated { 1 } else { (header >> 3) as usize })
            }
            Piece::Sum => Some(4),
        }
    }

    /// What comes behind a piece that has been handed over; none behind the last.
    fn behind(&self) -> Option<Piece> {
        match self.next {
            Piece::Header | Piece::Block { is_last: false } => Some(Piece::Block { is_last: false }),
            Piece::Block { is_last: true } if self.has_sum => Some(Piece::Sum),
            Piece::Block { is_last: true } | Piece::Sum => None,
        }
    }

    /// The library's own words depend on how much room its output had, and so on where a unit begins.
    fn fault(&self, code: usize) -> Fault {
        let is_window = get_error_name(code).to_lowercase().contains("memory");
        let (kind, detail) = match self.next {
            Piece::Sum => (DamageKind::WrongSum, "the checksum differs"),
            Piece::Header if is_window => (DamageKind::Bomb, "wants a window of more than 128 MiB"),
            Piece::Header => (DamageKind::Broken, "the header of a frame is damaged"),
            Piece::Block { .. } => (DamageKind::Broken, "a block cannot be decompressed"),
        };
        Fault { kind, detail: detail.to_owned() }
    }
}

impl Decoder for Zstd {
    fn begin(&mut self) {
        // can only fail in the middle of a call
        let _ = self.context.reset(ResetDirective::SessionOnly);
        (self.next, self.left, self.is_flushing) = (Piece::Header, 0, false);
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Stepped {
        let was_flushing = self.is_flushing;
        match self.hand_over(input, output) {
            // nothing was left to come out
            (Step { read: 0, written: 0, is_end: false }, None) if was_flushing => {
                self.hand_over(input, output)
            }
            stepped => stepped,
        }
    }

    fn magic(&self) -> &'static [u8] {
        &MAGIC
    }

    /// The reserved bit is zero.
    fn may_begin(&self, head: &[u8]) -> bool {
        head.starts_with(&MAGIC) && head.get(4).is_some_and(|descriptor| descriptor & 8 == 0)
    }
}

impl Zstd {
    fn hand_over(&mut self, input: &[u8], output: &mut [u8]) -> Stepped {
        if self.left == 0 && !self.is_flushing {
            match self.measure(input) {
                Some(size) => self.left = size,
                None => return (Step::default(), None),
            }
        }
        let room = output.len();
        let mut bytes = InBuffer::around(&input[..input.len().min(self.left)]);
        let mut out = OutBuffer::around(output);
        let outcome = self.context.decompress_stream(&mut out, &mut bytes);
        let mut step = Step { read: bytes.pos(), written: out.pos(), is_end: false };
        let code = match outcome {
            Ok(hint) => hint,
            Err(code) => {
                let fault = self.fault(code);
                // the checksum was read although the library does not say so
                if self.next == Piece::Sum && input.len() >= self.left {
                    (step.read, step.is_end) = (self.left, true);
                }
                return (step, Some(fault));
            }
        };
        self.left -= step.read;
        self.is_flushing = self.left == 0 && step.written == room;
        if code == 0 {
            step.is_end = true;
        } else if self.left == 0 && !self.is_flushing {
            match self.behind() {
                Some(next) => self.next = next,
                None => return (step, Some(Fault::broken("the frame does not end where it should"))),
            }
        }
        (step, None)
    }
}

/// Magic, descriptor, window, dictionary, size.
fn header_length(descriptor: u8) -> usize {
    let is_single = descriptor >> 5 & 1 == 1;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = match descriptor >> 6 {
        0 => usize::from(is_single),
        log => 1 << log,
    };
    5 + usize::from(!is_single) + dictionary + size
}
