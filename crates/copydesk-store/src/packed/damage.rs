//! What was lost of a compressed file, and why.

use std::fmt;
use std::io;
use std::ops::Range;

/// Why bytes of a compressed file are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// They cannot be decompressed.
    Broken,
    /// The file ends before the member does.
    CutOff,
    /// Everything could be decompressed, but the checksum is that of other bytes. What was read stands.
    WrongSum,
    /// They would become too much.
    Bomb,
}

/// Bytes of a compressed file that are lost. What was read of the member before stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Why.
    pub kind: DamageKind,
    /// Which bytes on disk: from the beginning of the member to where reading goes on.
    pub range: Range<u64>,
    /// What the decoder says.
    pub detail: String,
}

impl Damage {
    /// The damage that an error of a [`Source`](crate::Source) tells of, if it does.
    pub fn of(error: &io::Error) -> Option<&Damage> {
        crate::error::inner(error).get_ref()?.downcast_ref()
    }
}

impl std::error::Error for Damage {}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.range;
        write!(f, "bytes {start} to {end} on disk: {}", self.detail)
    }
}

impl From<Damage> for io::Error {
    fn from(damage: Damage) -> Self {
        io::Error::new(io::ErrorKind::InvalidData, damage)
    }
}
