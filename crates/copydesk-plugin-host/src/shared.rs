//! Memory that a host and its worker both see, so that a document is laid down once and read where it
//! lies.
//!
//! It has places for documents, each with room for the answer: many small ones, a few large ones. Behind
//! every document comes a gap that the worker cannot touch, and of the rest it can write to the answers
//! only: whoever writes into what it was lent, or reads on behind it, is stopped there and then. Its size
//! is sealed, so that a worker cannot take it away from under the host.
//!
//! What is a document and whose turn it is, `ring` knows. Whatever lies in the answers may be written by
//! anybody at any time: it is copied out once, and the copy is looked at.

// memory that two processes share has to be asked of the system
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr::{NonNull, copy_nonoverlapping, null_mut};
use std::sync::atomic::AtomicU64;

use libc::{MAP_FAILED, MAP_SHARED, PROT_NONE, PROT_READ, PROT_WRITE, mmap, mprotect, munmap};

/// What rights are given for; no machine has larger pages.
const PAGE: usize = 64 << 10;
/// Documents of this size at the most, and how many places there are for them.
const SMALL: (usize, usize) = (PAGE, 64);
const LARGE: (usize, usize) = (1 << 20, 4);
/// Places for documents.
pub(crate) const PLACES: usize = SMALL.1 + LARGE.1;

/// The words that the host writes, and those that the worker writes.
const HOST_WORDS: usize = 0;
const WORKER_WORDS: usize = PAGE;
const DOCUMENTS: usize = 2 * PAGE;
const ANSWERS: usize = DOCUMENTS + SMALL.1 * (SMALL.0 + PAGE) + LARGE.1 * (LARGE.0 + PAGE);
const SIZE: usize = ANSWERS + SMALL.1 * SMALL.0 + LARGE.1 * LARGE.0;

/// Who writes a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Host = HOST_WORDS as isize,
    Worker = WORKER_WORDS as isize,
}

/// The first and the last of the places that take a document of that size, if there are such.
pub(crate) fn places(length: usize) -> Option<(usize, usize)> {
    match length {
        _ if length <= SMALL.0 => Some((0, SMALL.1 - 1)),
        _ if length <= LARGE.0 => Some((SMALL.1, PLACES - 1)),
        _ => None,
    }
}

/// How much a place takes, of a document and of its answer.
pub(crate) fn room(place: usize) -> usize {
    if place < SMALL.1 { SMALL.0 } else { LARGE.0 }
}

/// Where the places for documents end; the gap begins there.
fn document_end(place: usize) -> usize {
    let large = place.saturating_sub(SMALL.1);
    let before = DOCUMENTS + place.min(SMALL.1) * (SMALL.0 + PAGE) + large * (LARGE.0 + PAGE);
    before + room(place)
}

fn answer_start(place: usize) -> usize {
    ANSWERS + place.min(SMALL.1) * SMALL.0 + place.saturating_sub(SMALL.1) * LARGE.0
}

/// The memory, as one of the two sees it.
pub(crate) struct Shared {
    start: NonNull<u8>,
}

// SAFETY: it is reached through atomics, and by copies of places that are one side's at a time
unsafe impl Send for Shared {}

impl Shared {
    /// New memory for a host, and the descriptor that a worker is to inherit.
    pub(crate) fn new() -> io::Result<(Self, OwnedFd)> {
        let file = sealed::file(SIZE as u64)?;
        let shared = Shared::map(&file, PROT_READ | PROT_WRITE)?;
        Ok((shared, file.into()))
    }

    /// The memory that a worker has inherited. The descriptor is closed.
    pub(crate) fn inherited(descriptor: OwnedFd) -> io::Result<Self> {
        let file = File::from(descriptor);
        if !sealed::is_sealed(&file)? || file.metadata()?.len() != SIZE as u64 {
            return Err(io::Error::other("this is not the memory of a copydesk"));
        }
        let shared = Shared::map(&file, PROT_NONE)?;
        shared.allow(HOST_WORDS, PAGE, PROT_READ)?;
        shared.allow(WORKER_WORDS, PAGE, PROT_READ | PROT_WRITE)?;
        for place in 0..PLACES {
            shared.allow(document_end(place) - room(place), room(place), PROT_READ)?;
        }
        shared.allow(ANSWERS, SIZE - ANSWERS, PROT_READ | PROT_WRITE)?;
        Ok(shared)
    }

    fn map(file: &File, rights: i32) -> io::Result<Self> {
        // SAFETY: a mapping of its own, at a place that the system chooses; the seals keep the file as long
        let start = unsafe { mmap(null_mut(), SIZE, rights, MAP_SHARED, file.as_raw_fd(), 0) };
        match NonNull::new(start.cast()).filter(|_| start != MAP_FAILED) {
            Some(start) => Ok(Shared { start }),
            None => Err(io::Error::last_os_error()),
        }
    }

    fn allow(&self, from: usize, length: usize, rights: i32) -> io::Result<()> {
        // SAFETY: pages of our own mapping, to which there are no references yet
        match unsafe { mprotect(self.at(from).cast(), length, rights) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn at(&self, offset: usize) -> *mut u8 {
        assert!(offset <= SIZE);
        // SAFETY: inside the mapping or at its end
        unsafe { self.start.as_ptr().add(offset) }
    }

    /// One of the words that a side writes.
    pub(crate) fn word(&self, side: Side, n: usize) -> &AtomicU64 {
        assert!(n < PAGE / size_of::<AtomicU64>());
        let at = self.at(side as usize).cast::<AtomicU64>();
        // SAFETY: inside a page that both can read, aligned, and reached in no other way. The side that may
        // not write it only loads it
        unsafe { &*at.add(n) }
    }

    /// Lays a document down so that it ends at the gap. For the host; the worker has to be done with the
    /// place.
    pub(crate) fn lay<'a>(&self, place: usize, length: usize, parts: impl Iterator<Item = &'a [u8]>) {
        assert!(length <= room(place));
        let (mut at, end) = (document_end(place) - length, document_end(place));
        for part in parts {
            assert!(part.len() <= end - at);
            // SAFETY: inside the place, as was just said; what is ours and what is shared do not overlap
            unsafe { copy_nonoverlapping(part.as_ptr(), self.at(at), part.len()) };
            at += part.len();
        }
    }

    /// The document at a place. For the worker, until it has answered.
    pub(crate) fn document(&self, place: usize, length: usize) -> &[u8] {
        assert!(length <= room(place));
        // SAFETY: inside the place, and the host does not touch it before there is an answer
        unsafe { std::slice::from_raw_parts(self.at(document_end(place) - length), length) }
    }

    /// Writes an answer. For the worker.
    pub(crate) fn answer(&self, place: usize, parts: &[&[u8]]) {
        let mut at = answer_start(place);
        let end = at + room(place);
        for part in parts {
            assert!(part.len() <= end - at);
            // SAFETY: as in `lay`
            unsafe { copy_nonoverlapping(part.as_ptr(), self.at(at), part.len()) };
            at += part.len();
        }
    }

    /// Copies an answer out. For the host, which has checked that it is no longer than the place.
    pub(crate) fn take(&self, place: usize, length: usize, into: &mut Vec<u8>) {
        assert!(length <= room(place));
        into.clear();
        into.reserve(length);
        // SAFETY: inside the place, into memory that was just reserved. Should the worker write to it all the
        // same, the copy holds some bytes or others, and all of them are bytes
        unsafe {
            copy_nonoverlapping(self.at(answer_start(place)), into.as_mut_ptr(), length);
            into.set_len(length);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: our own mapping, to which no reference is left
        unsafe { munmap(self.start.as_ptr().cast(), SIZE) };
    }
}

#[cfg(target_os = "linux")]
mod sealed {
    //! A file without a name, whose size nobody can change.

    use std::fs::File;
    use std::io;

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};

    const SEALS: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

    pub(super) fn file(size: u64) -> io::Result<File> {
        let file = File::from(memfd_create("copydesk", MemfdFlags::ALLOW_SEALING)?);
        file.set_len(size)?;
        fcntl_add_seals(&file, SEALS)?;
        Ok(file)
    }

    pub(super) fn is_sealed(file: &File) -> io::Result<bool> {
        Ok(fcntl_get_seals(file)? == SEALS)
    }
}

#[cfg(not(target_os = "linux"))]
mod sealed {
    //! Where no size can be sealed, a worker could take memory away from under the host: there is none.

    use std::fs::File;
    use std::io;

    pub(super) fn file(_: u64) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn is_sealed(_: &File) -> io::Result<bool> {
        Ok(false)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// Both ends, in one process.
    fn ends() -> (Shared, Shared) {
        let (host, descriptor) = Shared::new().unwrap();
        (host, Shared::inherited(descriptor).unwrap())
    }

    #[test]
    fn what_one_lays_down_the_other_reads_in_every_place() {
        let (host, worker) = ends();
        let mut copy = Vec::new();
        for place in 0..PLACES {
            let bytes = vec![place as u8; room(place)];
            host.lay(place, bytes.len(), bytes.chunks(1000));
            worker.answer(place, &[&bytes[..7], &bytes[7..]]);
        }
        for place in 0..PLACES {
            let bytes = vec![place as u8; room(place)];
            assert!(worker.document(place, room(place)) == bytes, "{place}");
            host.take(place, room(place), &mut copy);
            assert!(copy == bytes, "{place}");
        }
        host.word(Side::Host, 3).store(5, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(worker.word(Side::Host, 3).load(std::sync::atomic::Ordering::SeqCst), 5);
        assert_eq!(worker.word(Side::Worker, 3).load(std::sync::atomic::Ordering::SeqCst), 0);
    }

    #[test]
    fn places_are_found_by_size_and_follow_each_other() {
        assert_eq!(
            [0, 65_536, 65_537, 1 << 20].map(places),
            [Some((0, 63)), Some((0, 63)), Some((64, 67)), Some((64, 67))]
        );
        assert_eq!(places((1 << 20) + 1), None);
        for place in 1..PLACES {
            assert_eq!(document_end(place - 1) + PAGE, document_end(place) - room(place));
            assert_eq!(answer_start(place - 1) + room(place - 1), answer_start(place));
        }
        assert_eq!(document_end(0) - room(0), DOCUMENTS);
        assert_eq!(document_end(PLACES - 1) + PAGE, ANSWERS);
        assert_eq!(answer_start(PLACES - 1) + room(PLACES - 1), SIZE);
    }

    #[test]
    fn another_file_is_no_memory_of_ours() {
        assert!(Shared::inherited(tempfile::tempfile().unwrap().into()).is_err());
        let file = File::from(Shared::new().unwrap().1);
        assert!(file.set_len(1).is_err(), "its size is sealed");
    }
}
