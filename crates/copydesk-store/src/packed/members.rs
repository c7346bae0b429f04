//! Where the members of a compressed file begin and end.
//!
//! Members follow each other without a gap, or with NULs between them, as tapes and block devices leave
//! them. Anything else there, and whatever a decoder refuses, is damage: it ends at the next member that
//! is one, which is looked for by what members begin with and tried before it is believed.

use std::io;
use std::ops::Range;

use memchr::memmem::Finder;

use super::decoder::{Decoder, Fault, HEAD, Step, Stepped, decoder};
use super::window::Window;
use super::{Begins, Damage, DamageKind, Limits, Packing, Place};

/// A member is believed to be one when so much of it could be decompressed, or all of it.
const PROOF: usize = 64 * 1024;
/// How much of a member becomes how much is judged from here on, and then every so many bytes.
pub(crate) const JUDGED: u64 = 16 << 20;
pub(crate) const JUDGED_EVERY: u64 = 1 << 20;

/// The members of a file, one after the other.
pub(super) struct Members {
    decoder: Box<dyn Decoder>,
    finder: Finder<'static>,
    limits: Limits,
    /// Skippable frames stand between zstd frames.
    is_zstd: bool,
    at: At,
    /// Where the member begins, and the range of members that are read.
    member: u64,
    range: Range<u64>,
    begins: Begins,
    is_past: bool,
    read: u64,
    written: u64,
    /// What is told when the bytes before it have been given.
    fault: Option<Fault>,
    proof: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    /// In a range that may begin anywhere.
    Anywhere,
    Between,
    Inside,
    End,
}

impl Members {
    pub(super) fn new(packing: Packing, limits: Limits) -> Self {
        let decoder = decoder(packing);
        Members {
            finder: Finder::new(decoder.magic()),
            decoder,
            limits,
            is_zstd: packing == Packing::Zstd,
            at: At::Between,
            member: 0,
            range: 0..u64::MAX,
            begins: |_| true,
            is_past: false,
            read: 0,
            written: 0,
            fault: None,
            proof: Vec::new(),
        }
    }

    /// Reads the members that begin in a range, and those behind it.
    pub(super) fn begin_in(&mut self, range: &Range<u64>, begins: Begins) {
        self.at = if range.start == 0 { At::Between } else { At::Anywhere };
        self.range = range.clone();
        self.begins = begins;
    }

    pub(super) fn set_begins(&mut self, begins: Begins) {
        self.begins = begins;
    }

    pub(super) fn is_past(&self) -> bool {
        self.is_past
    }

    /// Reads on. Each call gives bytes of one member only.
    pub(super) fn read(&mut self, window: &mut Window, out: &mut [u8]) -> io::Result<(usize, Place)> {
        while !out.is_empty() {
            match self.at {
                At::End => break,
                At::Anywhere => self.find_first(window)?,
                At::Between => self.begin_next(window)?,
                At::Inside => {
                    let place = Place { member: self.member, offset: self.written };
                    let count = self.read_inside(window, out)?;
                    if count > 0 {
                        return Ok((count, place));
                    }
                }
            }
        }
        Ok((0, Place { member: self.member, offset: self.written }))
    }

    fn find_first(&mut self, window: &mut Window) -> io::Result<()> {
        let is_found = self.find(window, self.range.end)?;
        self.at = if is_found { At::Between } else { At::End };
        Ok(())
    }

    /// Goes to the next member behind the one before.
    fn begin_next(&mut self, window: &mut Window) -> io::Result<()> {
        let start = window.offset();
        skip_padding(window)?;
        window.at_least(HEAD)?;
        if window.bytes().is_empty() {
            self.at = At::End;
            return Ok(());
        }
        if self.is_zstd && self.skip_frame(window)? {
            return Ok(());
        }
        self.member = window.offset();
        if !self.decoder.may_begin(window.bytes()) {
            let is_start = start == window.offset();
            let fault =
                Fault::broken(if is_start { "no member begins here" } else { "garbage behind padding" });
            return Err(self.damage(window, fault)?);
        }
        if self.member >= self.range.end && !self.is_past {
            self.is_past = self.is_member(window)?;
        }
        window.at_least(self.decoder.ahead())?;
        self.decoder.begin();
        (self.at, self.read, self.written) = (At::Inside, 0, 0);
        Ok(())
    }

    /// Passes over a frame that is none.
    fn skip_frame(&mut self, window: &mut Window) -> io::Result<bool> {
        let &[0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = window.bytes() else { return Ok(false) };
        self.member = window.offset();
        window.consume(8);
        let mut left = u32::from_le_bytes([a, b, c, d]) as usize;
        while left > 0 {
            if window.bytes().is_empty() && !window.more()? {
                return Err(self.cut_off(window)?);
            }
            let count = left.min(window.bytes().len());
            window.consume(count);
            left -= count;
        }
        Ok(true)
    }

    fn read_inside(&mut self, window: &mut Window, out: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = self.fault.take() {
            return Err(self.damage(window, fault)?);
        }
        let unjudged = JUDGED.saturating_sub(self.written).max(JUDGED_EVERY - self.written % JUDGED_EVERY);
        let most = out.len().min(unjudged as usize);
        let (step, fault) = self.decoder.step(window.bytes(), &mut out[..most]);
        window.consume(step.read);
        self.read += step.read as u64;
        self.written += step.written as u64;
        self.fault = fault.or_else(|| self.judge());
        if self.fault.is_none() {
            if step.is_end {
                self.at = At::Between;
            } else if step == Step::default() && !window.more()? {
                return Err(self.cut_off(window)?);
            }
        }
        Ok(step.written)
    }

    /// Does the member become too much? Asked at fixed places, so that the answer does not depend on
    /// how much is read at once.
    fn judge(&self) -> Option<Fault> {
        let is_asked = self.written >= JUDGED && self.written.is_multiple_of(JUDGED_EVERY);
        let is_bomb = is_asked && self.written / self.limits.ratio > self.read;
        is_bomb.then(|| Fault {
            kind: DamageKind::Bomb,
            detail: format!("becomes more than {} times as much when decompressed", self.limits.ratio),
        })
    }

    fn cut_off(&mut self, window: &mut Window) -> io::Result<io::Error> {
        let detail = "the file ends in the middle of it".to_owned();
        self.damage(window, Fault { kind: DamageKind::CutOff, detail })
    }

    /// Goes to where reading can go on, and says what is lost. A file is not cut off where another member
    /// follows, and a sum is not all that is wrong where a member has swallowed another.
    fn damage(&mut self, window: &mut Window, fault: Fault) -> io::Result<io::Error> {
        let Fault { mut kind, detail } = fault;
        let is_whole = kind == DamageKind::WrongSum;
        let end = if is_whole { window.offset() } else { u64::MAX };
        window.go_back_to(self.member + 1);
        let is_found = self.find(window, end)?;
        self.at = if is_found || is_whole { At::Between } else { At::End };
        if is_found && kind != DamageKind::Bomb {
            kind = DamageKind::Broken;
        }
        Ok(Damage { kind, range: self.member..window.offset(), detail }.into())
    }

    /// Looks for the next member that begins before `end`, and stays before it; or goes to the end.
    fn find(&mut self, window: &mut Window, end: u64) -> io::Result<bool> {
        let magic = self.decoder.magic().len();
        while window.offset() < end {
            let before_end = usize::try_from(end - window.offset()).unwrap_or(usize::MAX);
            let bytes = window.bytes();
            let bytes = &bytes[..bytes.len().min(before_end.saturating_add(magic - 1))];
            if let Some(place) = self.finder.find(bytes) {
                window.consume(place);
                if self.is_member(window)? {
                    return Ok(true);
                }
                window.consume(1);
                continue;
            }
            let searched = (bytes.len() + 1).saturating_sub(magic);
            window.consume(searched);
            if searched < before_end && !window.more()? {
                window.consume(window.bytes().len().min(before_end - searched));
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Does a member begin here? Nothing is consumed.
    fn is_member(&mut self, window: &mut Window) -> io::Result<bool> {
        window.at_least(HEAD)?;
        if !self.decoder.may_begin(window.bytes()) {
            return Ok(false);
        }
        self.decoder.begin();
        self.proof.resize(PROOF, 0);
        let (mut read, mut written) = (0, 0);
        loop {
            let (step, fault): Stepped =
                self.decoder.step(&window.bytes()[read..], &mut self.proof[written..]);
            (read, written) = (read + step.read, written + step.written);
            if fault.is_some() {
                return Ok(false);
            }
            if step.is_end || written == PROOF {
                return Ok((self.begins)(&self.proof[..written]));
            }
            if step == Step::default() && !window.more()? {
                // nothing spoke against it in as many bytes as can be held
                let is_held = window.bytes().len() > 1 << 20;
                return Ok(is_held && (self.begins)(&self.proof[..written]));
            }
        }
    }
}

fn skip_padding(window: &mut Window) -> io::Result<()> {
    loop {
        let zeros = window.bytes().iter().take_while(|&&byte| byte == 0).count();
        let is_all = zeros == window.bytes().len();
        window.consume(zeros);
        if !is_all || !window.more()? {
            return Ok(());
        }
    }
}
