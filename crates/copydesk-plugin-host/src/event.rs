//! What a plugin emits, one callback at a time: taken as it comes, or recorded to be played to
//! somebody in another process.
//!
//! Nothing is checked here but that a recording can be read; what is allowed is for `collect` to say.

/// One callback of a plugin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Event<'a> {
    Article,
    Text { role: u32, text: Lent<'a> },
    Field { key: Lent<'a>, json: Lent<'a> },
    Score { name: Lent<'a>, value: f64 },
    Span { op: u32, start: u64, end: u64, replacement: Lent<'a> },
    Outcome { code: u32, reason: Lent<'a> },
}

/// Bytes that a plugin lends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lent<'a> {
    Bytes(&'a [u8]),
    /// A length without an address.
    Nowhere(usize),
    /// More than anybody wants to look at.
    Unread(usize),
}

/// Takes events.
pub(crate) trait Take {
    /// Lengths above this are not looked at.
    fn room(&self) -> usize;
    fn take(&mut self, doc: u32, event: Event<'_>);
}

impl Lent<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Lent::Bytes(bytes) => bytes.len(),
            Lent::Nowhere(length) | Lent::Unread(length) => *length,
        }
    }
}

/// Events, recorded up to a limit. One above the limit is still recorded, so that whoever plays the
/// tape comes to the same end as whoever took the events themselves.
pub(crate) struct Tape {
    pub(crate) bytes: Vec<u8>,
    limit: usize,
}

/// Room for events that is kept for the next tape.
const KEPT: usize = 4 << 20;

impl Tape {
    pub(crate) fn new() -> Self {
        Tape { bytes: Vec::new(), limit: 0 }
    }

    /// Forgets what was recorded.
    pub(crate) fn begin(&mut self, limit: usize) {
        self.limit = limit;
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
    }

    fn number(&mut self, number: u32) {
        self.bytes.extend(number.to_le_bytes());
    }

    #[inline(always)]
    fn lent(&mut self, lent: Lent<'_>) {
        let (kind, length) = match lent {
            Lent::Bytes(bytes) => (BYTES, bytes.len()),
            Lent::Nowhere(length) => (NOWHERE, length),
            Lent::Unread(length) => (UNREAD, length),
        };
        let mut head = [kind; 9];
        head[1..].copy_from_slice(&(length as u64).to_le_bytes());
        self.bytes.extend(head);
        if let Lent::Bytes(bytes) = lent {
            self.bytes.extend(bytes);
        }
    }
}

const BYTES: u8 = 0;
const NOWHERE: u8 = 1;
const UNREAD: u8 = 2;

impl Take for Tape {
    fn room(&self) -> usize {
        self.limit
    }

    // a copy for each callback, in which the others are not there: see the bench
    #[inline(always)]
    fn take(&mut self, doc: u32, event: Event<'_>) {
        if self.bytes.len() > self.limit {
            return;
        }
        let tag = match event {
            Event::Article => 1,
            Event::Text { .. } => 2,
            Event::Field { .. } => 3,
            Event::Score { .. } => 4,
            Event::Span { .. } => 5,
            Event::Outcome { .. } => 6,
        };
        self.bytes.push(tag);
        self.number(doc);
        match event {
            Event::Text { role: number, text } | Event::Outcome { code: number, reason: text } => {
                self.number(number);
                self.lent(text);
            }
            Event::Field { key, json } => {
                self.lent(key);
                self.lent(json);
            }
            Event::Score { name, value } => {
                self.lent(name);
                self.bytes.extend(value.to_le_bytes());
            }
            Event::Span { op, start, end, replacement } => {
                self.number(op);
                self.bytes.extend(start.to_le_bytes());
                self.bytes.extend(end.to_le_bytes());
                self.lent(replacement);
            }
            Event::Article => {}
        }
    }
}

/// Plays a tape from an unknown hand.
///
/// # Errors
/// When it is no tape.
pub(crate) fn play(tape: &[u8], to: &mut impl Take) -> Result<(), String> {
    let mut bytes = Cursor(tape);
    while !bytes.0.is_empty() {
        let (doc, event) = event(&mut bytes).ok_or("it answered with something that is no list of events")?;
        to.take(doc, event);
    }
    Ok(())
}

fn event<'a>(bytes: &mut Cursor<'a>) -> Option<(u32, Event<'a>)> {
    let tag = bytes.take(1)?[0];
    let doc = bytes.number()?;
    let event = match tag {
        1 => Event::Article,
        2 => Event::Text { role: bytes.number()?, text: lent(bytes)? },
        3 => Event::Field { key: lent(bytes)?, json: lent(bytes)? },
        4 => Event::Score { name: lent(bytes)?, value: f64::from_bits(bytes.long()?) },
        5 => Event::Span {
            op: bytes.number()?,
            start: bytes.long()?,
            end: bytes.long()?,
            replacement: lent(bytes)?,
        },
        6 => Event::Outcome { code: bytes.number()?, reason: lent(bytes)? },
        _ => return None,
    };
    Some((doc, event))
}

fn lent<'a>(bytes: &mut Cursor<'a>) -> Option<Lent<'a>> {
    let kind = bytes.take(1)?[0];
    let length = usize::try_from(bytes.long()?).ok()?;
    match kind {
        BYTES => bytes.take(length).map(Lent::Bytes),
        NOWHERE => Some(Lent::Nowhere(length)),
        UNREAD => Some(Lent::Unread(length)),
        _ => None,
    }
}

/// Bytes that are read from the front.
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(front)
    }

    pub(crate) fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(crate) fn long(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// A text behind its length.
    pub(crate) fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event<'_>; 6] = [
        Event::Article,
        Event::Text { role: 7, text: Lent::Bytes(b"caf\xff") },
        Event::Field { key: Lent::Nowhere(9), json: Lent::Unread(usize::MAX) },
        Event::Score { name: Lent::Bytes(b"s"), value: 0.5 },
        Event::Span { op: 2, start: 1, end: u64::MAX, replacement: Lent::Bytes(b"ab") },
        Event::Outcome { code: 3, reason: Lent::Bytes(b"") },
    ];

    fn blank(limit: usize) -> Tape {
        let mut tape = Tape::new();
        tape.begin(limit);
        tape
    }

    fn taped(limit: usize) -> Tape {
        let mut tape = blank(limit);
        EVENTS.iter().for_each(|event| tape.take(4, *event));
        tape
    }

    #[test]
    fn a_tape_played_is_the_same_tape() {
        let tape = taped(1 << 20);
        let mut copy = blank(1 << 20);
        play(&tape.bytes, &mut copy).unwrap();
        assert_eq!(copy.bytes, tape.bytes);
        assert_eq!(tape.bytes.len(), 5 + 22 + 23 + 23 + 36 + 18);
    }

    #[test]
    fn a_torn_tape_is_refused_unless_torn_between_events() {
        let whole = taped(1 << 20).bytes;
        let fit: Vec<_> =
            (0..whole.len()).filter(|n| play(&whole[..*n], &mut blank(1 << 20)).is_ok()).collect();
        assert_eq!(fit, [0, 5, 27, 50, 73, 109]);
        assert!(play(&[9, 0, 0, 0, 0], &mut blank(9)).is_err());
    }

    #[test]
    fn a_tape_ends_one_event_above_its_limit() {
        assert_eq!(taped(6).bytes.len(), 27);
    }
}
