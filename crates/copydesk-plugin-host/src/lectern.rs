//! Where a document lies while a plugin reads it: in pages that cannot be written to, with its end at a
//! page that cannot be touched. Whoever writes into what it was lent, or reads on behind it, is stopped
//! there and then, and the document is known.

// memory that is protected has to be asked of the system
#![allow(unsafe_code)]

use std::io::{self, Read};
use std::ptr::null_mut;

use libc::{
    MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, PROT_NONE, PROT_READ, PROT_WRITE, mmap, mprotect, munmap,
};

const PAGE: usize = 64 << 10;

/// Pages for one document, used again for the next.
pub(crate) struct Lectern {
    start: *mut u8,
    /// Without the page that cannot be touched.
    size: usize,
}

impl Lectern {
    pub(crate) fn new() -> io::Result<Self> {
        Lectern::of(PAGE)
    }

    /// # Errors
    /// When there is no such memory.
    fn of(size: usize) -> io::Result<Self> {
        // SAFETY: a mapping of our own, at a place that the system chooses
        let start = unsafe { mmap(null_mut(), size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) };
        if start == MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Lectern { start: start.cast(), size })
    }

    /// Reads the next so many bytes. They can be read, and nothing else, until the next call.
    pub(crate) fn lay(&mut self, from: &mut impl Read, length: usize) -> io::Result<&[u8]> {
        if length > self.size {
            *self = Lectern::of(length.next_multiple_of(PAGE))?;
        }
        self.protect(PROT_READ | PROT_WRITE)?;
        // SAFETY: inside the mapping, which was just made writable; nobody else has a reference, as the
        // one that the last call lent has ended
        let place = unsafe { std::slice::from_raw_parts_mut(self.start.add(self.size - length), length) };
        from.read_exact(place)?;
        self.protect(PROT_READ)?;
        Ok(place)
    }

    /// What was lent is gone: whoever looks at it from now on is stopped.
    pub(crate) fn close(&self) -> io::Result<()> {
        self.protect(PROT_NONE)
    }

    fn protect(&self, rights: i32) -> io::Result<()> {
        // SAFETY: pages of our own mapping
        match unsafe { mprotect(self.start.cast(), self.size, rights) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl Drop for Lectern {
    fn drop(&mut self) {
        // SAFETY: our own mapping, to which no reference is left
        unsafe { munmap(self.start.cast(), self.size + PAGE) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_any_size_follow_each_other() {
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
        let mut lectern = Lectern::new().unwrap();
        for length in [0, 1, 65_536, 65_537, 300_000, 5] {
            assert_eq!(lectern.lay(&mut bytes.as_slice(), length).unwrap(), &bytes[..length]);
        }
        assert!(lectern.lay(&mut &bytes[..4], 5).is_err());
    }
}
