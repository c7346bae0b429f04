//! Documents and answers in shared memory, in order: what the host posts, the worker takes, and the host
//! collects the answers.
//!
//! Each side counts up words of its own, which the other only reads: so many documents are posted, so many
//! are answered. Whoever has nothing to do says so and goes to sleep at its bell, which the other then
//! rings. A document that is answered last is the last that was begun: when a worker dies,
//! the first without an answer is the one that it died of, and nobody has to ask the dead.
//!
//! The host believes its own copy of the counts, and of the worker's words only what can be true.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering::{Acquire, Release, SeqCst};

use rustix::io::dup;

use crate::bell::Bell;
use crate::instance::Payload;
use crate::shared::{PLACES, Shared, Side, places, room};

/// Posted and not yet collected, in bytes, unless it is a single document: two batches' worth of what
/// fits into a cache.
const IN_FLIGHT: usize = 512 << 10;

/// Words of the host: how many are posted, and at how many answers it wants to be woken; then, from
/// `ENTRIES` on, place and length of each document.
const POSTED: usize = 0;
const WANTED: usize = 1;
/// Words of the worker: how many are answered, and how often it has gone to sleep; then the length of
/// each answer.
const ANSWERED: usize = 0;
const NAPS: usize = 1;

const ENTRIES: usize = 8;
/// Entries are used again after so many; there are never as many documents in flight.
const ROUND: u64 = 128;
const _: () = assert!(PLACES <= ROUND as usize);

/// The length of an answer that did not fit, and comes through the pipe.
const THROUGH_THE_PIPE: u64 = u64::MAX;
/// The host never wanted anything yet.
const NOTHING: u64 = 0;

/// How often whoever has nothing to do looks before going to sleep: never for longer than it takes to be woken
/// up on another processor, some twenty microseconds; and where that was in vain before, for a while not at
/// all.
struct Patience {
    looks: usize,
    /// How often nobody looked.
    rested: usize,
}

const PATIENT: usize = 1024;
const IMPATIENT: usize = 64;
const REST: usize = 32;

impl Patience {
    const FULL: Patience = Patience { looks: PATIENT, rested: 0 };

    /// Is it worth while to look? Now and then that is tried again.
    fn is_left(&mut self) -> bool {
        if self.looks < IMPATIENT {
            self.rested += 1;
            if self.rested > REST {
                *self = Patience::FULL;
            }
        }
        self.looks >= IMPATIENT
    }

    fn is_soon(&mut self, is_so: impl Fn() -> bool) -> bool {
        let is_soon = (0..self.looks).any(|_| {
            std::hint::spin_loop();
            is_so()
        });
        self.looks = if is_soon { PATIENT } else { self.looks / 2 };
        is_soon
    }
}

fn entry(count: u64) -> usize {
    ENTRIES + (count % ROUND) as usize
}

/// The host's end.
pub(crate) struct HostEnd {
    memory: Shared,
    /// A bit for each place.
    free: u128,
    /// Place and length of what is posted and not collected.
    in_flight: VecDeque<(usize, usize)>,
    bytes_in_flight: usize,
    collected: u64,
    /// How many were answered when that was last asked.
    seen: u64,
    /// For which of its naps the worker was rung up.
    rung: u64,
    /// The host's, and the worker's.
    bells: [Bell; 2],
    patience: Patience,
}

/// What a worker has to inherit: the memory and the two bells.
pub(crate) type Legacy = [OwnedFd; 3];

/// What is there for a document.
pub(crate) enum Answered {
    NotYet,
    /// It was copied out.
    Here,
    /// It was too large.
    ThroughThePipe,
}

impl HostEnd {
    /// The host's end, and what the other end is made of.
    pub(crate) fn new() -> io::Result<(Self, Legacy)> {
        let (memory, descriptor) = Shared::new()?;
        let bells = [Bell::new()?, Bell::new()?];
        // copies, for a moment: those that stay are not to be inherited by anybody
        let legacy = [descriptor, dup(&bells[0])?, dup(&bells[1])?];
        let end = HostEnd {
            memory,
            free: (1 << PLACES) - 1,
            in_flight: VecDeque::new(),
            bytes_in_flight: 0,
            collected: 0,
            seen: 0,
            rung: 0,
            bells,
            patience: Patience::FULL,
        };
        Ok((end, legacy))
    }

    /// How many are posted and not collected.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Lays a document down for the worker, unless there is no room for it now.
    pub(crate) fn post(&mut self, texts: &Payload<'_>) -> bool {
        let length = crate::frame::length(texts);
        let is_much = !self.in_flight.is_empty() && self.bytes_in_flight + length > IN_FLIGHT;
        let Some(place) = self.free_place(length).filter(|_| !is_much) else { return false };
        let heads = crate::frame::heads(texts);
        let parts =
            heads.iter().zip(texts).flat_map(|(head, text)| [head.as_slice(), text.unwrap_or_default()]);
        self.memory.lay(place, length, parts);
        self.free &= !(1 << place);
        self.in_flight.push_back((place, length));
        self.bytes_in_flight += length;
        let posted = self.posted();
        let what = (place as u64) << 32 | length as u64;
        self.memory.word(Side::Host, entry(posted - 1)).store(what, Release);
        self.memory.word(Side::Host, POSTED).store(posted, SeqCst);
        if self.should_ring() {
            // whether somebody is there shows where an answer is missed
            let _ = self.bells[1].ring();
        }
        true
    }

    /// At which the host sleeps.
    pub(crate) fn bell(&self) -> &Bell {
        &self.bells[0]
    }

    fn posted(&self) -> u64 {
        self.collected + self.in_flight.len() as u64
    }

    /// The first that is free, so that memory in the cache is used again.
    fn free_place(&self, length: usize) -> Option<usize> {
        let (first, last) = places(length)?;
        let place = (self.free >> first << first).trailing_zeros() as usize;
        (place <= last).then_some(place)
    }

    /// Does the worker sleep, and has not been told yet?
    fn should_ring(&mut self) -> bool {
        let naps = self.memory.word(Side::Worker, NAPS).load(SeqCst);
        std::mem::replace(&mut self.rung, naps) != naps
    }

    /// How many are answered and not collected; an error if there cannot be as many.
    pub(crate) fn waiting(&self) -> Result<usize, String> {
        let answered = self.memory.word(Side::Worker, ANSWERED).load(SeqCst);
        let waiting = answered.wrapping_sub(self.collected);
        if waiting > self.in_flight.len() as u64 {
            return Err("it answered what it was not asked".to_owned());
        }
        Ok(waiting as usize)
    }

    /// Copies out the next answer, if it is there.
    pub(crate) fn collect(&mut self, into: &mut Vec<u8>) -> Result<Answered, String> {
        if self.waiting()? == 0 {
            return Ok(Answered::NotYet);
        }
        let (place, length) = self.in_flight[0];
        let answer = self.memory.word(Side::Worker, entry(self.collected)).load(Acquire);
        let outcome = match usize::try_from(answer) {
            _ if answer == THROUGH_THE_PIPE => Answered::ThroughThePipe,
            Ok(length) if length <= room(place) => {
                self.memory.take(place, length, into);
                Answered::Here
            }
            _ => return Err(format!("it announced an answer of {answer} bytes")),
        };
        self.in_flight.pop_front();
        self.free |= 1 << place;
        self.bytes_in_flight -= length;
        self.collected += 1;
        Ok(outcome)
    }

    /// Says that the host goes to sleep until everything in flight is answered; or, where it wakes up as
    /// fast as the worker works, nearly everything, so that neither waits for the other. `false`: it need not.
    pub(crate) fn goes_to_sleep(&mut self) -> bool {
        let all = self.in_flight.len();
        let left = if self.patience.is_left() { (all / 8).max(1) } else { 0 };
        if all == left {
            let answered = self.memory.word(Side::Worker, ANSWERED);
            if self.patience.is_soon(|| answered.load(SeqCst) != self.collected) {
                return false;
            }
        }
        let enough = (all - left).max(1);
        self.memory.word(Side::Host, WANTED).store(self.collected + enough as u64, SeqCst);
        self.waiting().is_ok_and(|waiting| waiting < enough)
    }

    /// Has an answer come since this was last asked?
    pub(crate) fn has_moved(&mut self) -> bool {
        let answered = self.memory.word(Side::Worker, ANSWERED).load(SeqCst);
        std::mem::replace(&mut self.seen, answered) != answered
    }
}

/// The worker's end.
pub(crate) struct WorkerEnd {
    memory: Shared,
    answered: u64,
    naps: u64,
    /// For which of its wishes the host was rung up.
    rung: u64,
    /// The host's, and the worker's.
    bells: [Bell; 2],
    patience: Patience,
}

impl WorkerEnd {
    pub(crate) fn inherited([memory, ours, own]: Legacy) -> io::Result<Self> {
        let memory = Shared::inherited(memory)?;
        let (bells, patience) = ([Bell(ours), Bell(own)], Patience::FULL);
        Ok(WorkerEnd { memory, answered: 0, naps: 0, rung: NOTHING, bells, patience })
    }

    /// At which the worker sleeps.
    pub(crate) fn bell(&self) -> &Bell {
        &self.bells[1]
    }

    fn is_something_there(&self) -> bool {
        self.memory.word(Side::Host, POSTED).load(SeqCst) != self.answered
    }

    fn is_something_soon_there(&mut self) -> bool {
        let posted = self.memory.word(Side::Host, POSTED);
        self.patience.is_left() && self.patience.is_soon(|| posted.load(SeqCst) != self.answered)
    }

    /// The next document, if one is there soon. If not, the worker goes to sleep.
    pub(crate) fn next(&mut self) -> Option<&[u8]> {
        let is_there = self.is_something_there() || self.is_something_soon_there() || {
            self.naps += 1;
            self.memory.word(Side::Worker, NAPS).store(self.naps, SeqCst);
            self.is_something_there()
        };
        let (place, length) = is_there.then(|| self.current())?;
        Some(self.memory.document(place, length))
    }

    fn current(&self) -> (usize, usize) {
        let what = self.memory.word(Side::Host, entry(self.answered)).load(Acquire);
        ((what >> 32) as usize, what as u32 as usize)
    }

    /// Writes the answer to that document. `false`: it does not fit, and has been sent through the pipe.
    pub(crate) fn answer(&self, parts: &[&[u8]]) -> bool {
        let (place, _) = self.current();
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let fits = length <= room(place);
        if fits {
            self.memory.answer(place, parts);
        }
        let length = if fits { length as u64 } else { THROUGH_THE_PIPE };
        self.memory.word(Side::Worker, entry(self.answered)).store(length, Release);
        fits
    }

    /// The answer is there. Rings if the host is to be woken.
    ///
    /// # Errors
    /// There is no bell any more, or somebody else wrote into our words: what lies there is nobody's answer.
    pub(crate) fn done(&mut self) -> io::Result<()> {
        let words = [ANSWERED, NAPS].map(|n| self.memory.word(Side::Worker, n).load(SeqCst));
        if words != [self.answered, self.naps] {
            return Err(io::Error::other("the plugin wrote into the memory of its answers"));
        }
        if self.is_awaited() { self.bells[0].ring() } else { Ok(()) }
    }

    fn is_awaited(&mut self) -> bool {
        self.answered += 1;
        self.memory.word(Side::Worker, ANSWERED).store(self.answered, SeqCst);
        let wanted = self.memory.word(Side::Host, WANTED).load(SeqCst);
        let is_due = wanted != NOTHING && self.answered >= wanted && wanted != self.rung;
        if is_due {
            self.rung = wanted;
        }
        is_due
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::frame;

    fn ends() -> (HostEnd, WorkerEnd) {
        let (host, legacy) = HostEnd::new().unwrap();
        (host, WorkerEnd::inherited(legacy).unwrap())
    }

    fn post(host: &mut HostEnd, body: &[u8]) -> bool {
        let mut texts = Payload::default();
        texts[5] = Some(body);
        host.post(&texts)
    }

    fn body(document: &[u8]) -> &[u8] {
        frame::texts(document).unwrap()[5].unwrap()
    }

    /// The next answer: its length where it came through the pipe, else what it is.
    fn collect(host: &mut HostEnd) -> Option<Vec<u8>> {
        let mut answer = Vec::new();
        match host.collect(&mut answer).unwrap() {
            Answered::NotYet => None,
            Answered::Here => Some(answer),
            Answered::ThroughThePipe => Some(b"through the pipe".to_vec()),
        }
    }

    #[test]
    fn thousands_of_documents_are_answered_in_order() {
        let (mut host, mut worker) = ends();
        let text = |n: usize| vec![n as u8; n * 37 % 70_000];
        let (mut posted, mut collected) = (0, 0);
        while collected < 3000 {
            while post(&mut host, &text(posted)) {
                posted += 1;
            }
            for _ in 0..host.in_flight().div_ceil(2) {
                let read = body(worker.next().unwrap()).to_vec();
                assert!(worker.answer(&[&read[..read.len() / 2], &read[read.len() / 2..]]));
                worker.done().unwrap();
            }
            while let Some(answer) = collect(&mut host) {
                assert!(answer == text(collected), "{collected}");
                collected += 1;
            }
        }
        assert!(posted > collected, "some are in flight");
    }

    #[test]
    fn there_is_room_for_so_many_and_so_much() {
        let (mut host, _) = ends();
        assert!(!post(&mut host, &[0; 1 << 20]), "with what stands before it, it is too large");
        assert_eq!((0..).take_while(|_| post(&mut host, b"small")).count(), 64);
        let (mut host, _) = ends();
        assert_eq!((0..).take_while(|_| post(&mut host, &[0; 60_000])).count(), IN_FLIGHT / 60_000);
        let (mut host, _) = ends();
        assert!(post(&mut host, &[0; 1_000_000]), "one alone may be larger");
        assert!(!post(&mut host, b"small"));
    }

    #[test]
    fn an_answer_without_room_is_announced() {
        let (mut host, mut worker) = ends();
        assert!(post(&mut host, b"a") && post(&mut host, b"b"));
        assert_eq!(collect(&mut host), None);
        for size in [room(0) + 1, room(0)] {
            worker.next().unwrap();
            assert_eq!(worker.answer(&[&vec![b'x'; size]]), size == room(0));
            worker.done().unwrap();
        }
        assert_eq!(collect(&mut host).unwrap(), b"through the pipe");
        assert_eq!(collect(&mut host).unwrap().len(), room(0));
    }

    #[test]
    fn who_sleeps_is_woken_once() {
        let (mut host, mut worker) = ends();
        assert!(worker.next().is_none(), "asleep");
        assert!((0..20).all(|_| post(&mut host, b"a")) && !host.should_ring());
        assert_eq!(rustix::io::read(worker.bell(), &mut [0; 8]), Ok(8), "it rang");
        assert!(rustix::io::read(worker.bell(), &mut [0; 8]).is_err(), "once");
        assert!(host.goes_to_sleep());
        let mut rings = Vec::new();
        for _ in 0..20 {
            worker.next().unwrap();
            worker.answer(&[]);
            rings.push(worker.is_awaited());
        }
        assert_eq!(rings.iter().position(|is_awaited| *is_awaited), Some(17), "when most is done");
        assert_eq!(rings.iter().filter(|is_awaited| **is_awaited).count(), 1, "and not again");
        assert!(!host.goes_to_sleep(), "there is something to do");
    }

    #[test]
    fn what_cannot_be_is_not_believed() {
        let (mut host, mut worker) = ends();
        assert!(post(&mut host, b"a"));
        worker.done().unwrap();
        worker.done().unwrap();
        assert_eq!(host.waiting().unwrap_err(), "it answered what it was not asked");
        let (mut host, worker) = ends();
        assert!(post(&mut host, b"a"));
        worker.memory.word(Side::Worker, entry(0)).store(room(0) as u64 + 1, SeqCst);
        worker.memory.word(Side::Worker, ANSWERED).store(1, SeqCst);
        let refusal = host.collect(&mut Vec::new()).err();
        assert_eq!(refusal.as_deref(), Some("it announced an answer of 65537 bytes"));
    }
}
