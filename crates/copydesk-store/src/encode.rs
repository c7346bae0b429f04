//! Compression on the way out.
//!
//! An [`Encoder`] stands before whatever is written to and compresses what passes, so that equal input
//! gives equal bytes: fixed levels, no time stamps, one thread. What is compressed, and where it lies,
//! is not known here.

use std::io::{self, BufWriter, Write};

/// A zstd frame ends when it holds so much: large enough to compress as well as a stream does, small
/// enough to stay in the cache.
const FRAME: usize = 1 << 20;

/// The shortest match at level 2, where the library's own is 6. Measured on frames of 1 MiB of the made
/// corpus: 340 MB/s instead of 302, and 38.0 % of the size instead of 37.9 %.
const LEAST_MATCH: u32 = 7;

/// How much is written at once.
const CHUNK: usize = 128 * 1024;

/// How a file is compressed while it is written. A level beyond the ends counts as the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// As it is.
    None,
    /// gzip, without a time stamp: equal input gives equal bytes.
    Gzip {
        /// 0 (fast) to 9 (small).
        level: u32,
    },
    /// Zstandard, with a checksum.
    Zstd {
        /// 1 (fast) to 22 (small).
        level: u32,
    },
}

/// A writer that compresses.
///
/// ```
/// # use std::io::Write;
/// # use copydesk_store::{Compression, Encoder};
/// let mut encoder = Encoder::new(Vec::new(), Compression::Gzip { level: 6 })?;
/// encoder.write_all(b"The bridge is open.")?;
/// let bytes = encoder.finish()?;
/// assert_eq!(bytes[..2], [0x1f, 0x8b]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Encoder<W: Write>(Form<W>);

enum Form<W: Write> {
    Plain(BufWriter<W>),
    Gzip(Box<flate2::write::GzEncoder<BufWriter<W>>>),
    Zstd(Box<Frames<W>>),
}

impl<W: Write> Encoder<W> {
    /// Compresses into `inner`.
    ///
    /// # Errors
    /// When there is no memory for the compressor.
    pub fn new(inner: W, compression: Compression) -> io::Result<Self> {
        let inner = BufWriter::with_capacity(CHUNK, inner);
        Ok(Encoder(match compression {
            Compression::None => Form::Plain(inner),
            Compression::Gzip { level } => {
                let level = flate2::Compression::new(level.min(9));
                Form::Gzip(Box::new(flate2::write::GzEncoder::new(inner, level)))
            }
            Compression::Zstd { level } => {
                let level = i32::try_from(level.clamp(1, 22)).unwrap_or(22);
                Form::Zstd(Box::new(Frames::new(inner, level)?))
            }
        }))
    }

    /// Ends the compressed stream, and gives back what was written to.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(self) -> io::Result<W> {
        let inner = match self.0 {
            Form::Plain(inner) => inner,
            Form::Gzip(encoder) => encoder.finish()?,
            Form::Zstd(frames) => frames.finish()?,
        };
        inner.into_inner().map_err(io::IntoInnerError::into_error)
    }

    fn form(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            Form::Plain(inner) => inner,
            Form::Gzip(encoder) => encoder.as_mut(),
            Form::Zstd(frames) => frames.as_mut(),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.form().write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.form().write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.form().flush()
    }
}

/// Zstandard in frames of about `FRAME` bytes, each complete in itself: a reader can begin at any of
/// them, and one call on a whole frame is a third faster than a stream. A frame ends behind a
/// `write_all`, so what was written in one call is never split.
struct Frames<W: Write> {
    inner: BufWriter<W>,
    compressor: zstd::bulk::Compressor<'static>,
    pending: Vec<u8>,
    packed: Vec<u8>,
    is_empty: bool,
}

impl<W: Write> Frames<W> {
    fn new(inner: BufWriter<W>, level: i32) -> io::Result<Self> {
        let mut compressor = zstd::bulk::Compressor::new(level)?;
        compressor.include_checksum(true)?;
        if level == 2 {
            compressor.set_parameter(zstd::zstd_safe::CParameter::MinMatch(LEAST_MATCH))?;
        }
        let pending = Vec::with_capacity(FRAME);
        Ok(Frames { inner, compressor, pending, packed: Vec::new(), is_empty: true })
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(self.pending.len()));
        self.compressor.compress_to_buffer(&self.pending, &mut self.packed)?;
        self.pending.clear();
        self.is_empty = false;
        self.inner.write_all(&self.packed)
    }

    /// A file with nothing in it still has a frame, which says that it ends here.
    fn finish(mut self) -> io::Result<BufWriter<W>> {
        if self.is_empty || !self.pending.is_empty() {
            self.end_frame()?;
        }
        Ok(self.inner)
    }
}

impl<W: Write> Write for Frames<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= FRAME { self.end_frame() } else { Ok(()) }
    }

    /// What is pending waits for the end of its frame.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    const TEXT: &[u8] = b"The bridge is open. The bridge is open.";

    fn encoded(pieces: &[&[u8]], compression: Compression) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new(), compression).unwrap();
        pieces.iter().for_each(|piece| encoder.write_all(piece).unwrap());
        encoder.finish().unwrap()
    }

    fn decoded(bytes: &[u8], compression: Compression) -> Vec<u8> {
        let mut out = Vec::new();
        match compression {
            Compression::None => out.extend_from_slice(bytes),
            Compression::Gzip { .. } => {
                flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out).map(drop).unwrap();
            }
            Compression::Zstd { .. } => out = zstd::decode_all(bytes).unwrap(),
        }
        out
    }

    #[test]
    fn what_is_compressed_reads_back_and_is_the_same_every_time() {
        for compression in [Compression::None, Compression::Gzip { level: 6 }, Compression::Zstd { level: 3 }]
        {
            let bytes = encoded(&[TEXT, TEXT], compression);
            assert_eq!(decoded(&bytes, compression), [TEXT, TEXT].concat());
            assert_eq!(bytes, encoded(&[TEXT, TEXT], compression));
        }
    }

    #[test]
    fn a_frame_ends_behind_a_whole_piece() {
        let piece = vec![b'x'; FRAME - 1];
        let bytes = encoded(&[&piece, b"yy", b"z"], Compression::Zstd { level: 1 });
        let first = zstd::zstd_safe::find_frame_compressed_size(&bytes).unwrap();
        assert_eq!(zstd::decode_all(&bytes[first..]).unwrap(), b"z");
    }

    #[test]
    fn nothing_is_a_frame_too() {
        let bytes = encoded(&[], Compression::Zstd { level: 3 });
        assert!(!bytes.is_empty());
        assert_eq!(zstd::decode_all(&bytes[..]).unwrap(), b"");
    }
}
