//! A bell between two processes: who has nothing to do sleeps at it, who has something for the other rings.
//!
//! It is no pipe, because a pipe wakes its reader on the processor of the writer, in the belief that the writer
//! has nothing more to do; here it goes on, and the other is to work beside it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};

/// One of the two ends; they are alike.
pub(crate) struct Bell(pub(crate) OwnedFd);

impl Bell {
    #[cfg(target_os = "linux")]
    pub(crate) fn new() -> io::Result<Self> {
        use rustix::event::{EventfdFlags, eventfd};
        Ok(Bell(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?))
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Wakes whoever sleeps at it, or will.
    pub(crate) fn ring(&self) -> io::Result<()> {
        match rustix::io::write(&self.0, &1_u64.to_ne_bytes()) {
            // it has rung already, as often as can be counted
            Err(rustix::io::Errno::AGAIN) => Ok(()),
            outcome => Ok(outcome.map(drop)?),
        }
    }

    /// Forgets that it rang.
    pub(crate) fn hush(&self) {
        // what did not ring is quiet
        let _ = rustix::io::read(&self.0, &mut [0; 8]);
    }

    /// Sleeps until it rings, `true`, or there is something to read elsewhere.
    pub(crate) fn sleep_until_it_rings(&self, elsewhere: &impl AsFd) -> io::Result<bool> {
        let mut ends = [PollFd::new(&self.0, PollFlags::IN), PollFd::new(elsewhere, PollFlags::IN)];
        match poll(&mut ends, None) {
            Err(rustix::io::Errno::INTR) => return Ok(true),
            outcome => outcome?,
        };
        if !ends[1].revents().is_empty() {
            return Ok(false);
        }
        self.hush();
        Ok(true)
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
