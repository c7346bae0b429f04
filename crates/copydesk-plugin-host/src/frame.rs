//! What a worker process and the host say to each other.
//!
//! A frame is its length (`u32`, little-endian, without itself), a byte that says what it is, and the
//! rest. The worker speaks first, says [`HELLO`], and from then on answers: [`CREATE`] with [`STARTED`]
//! or [`REFUSED`], each [`DOCUMENT`] with a [`RESULT`]. It ends when its input does. Texts stand behind
//! their length; plugins/README.md has the layout of each frame for programs in other languages.
//!
//! A worker of our own finds most documents in shared memory, as the same bytes that would follow the
//! head of a frame, and puts its answers there.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::Cursor;
use crate::instance::Payload;

/// Of this way of speaking.
pub(crate) const PROTOCOL: u32 = 1;

/// From the worker: [`Hello`] as JSON.
pub(crate) const HELLO: u8 = 1;
/// From the worker: a reason, a line break, a detail.
pub(crate) const REFUSED: u8 = 2;
/// From the host: [`Create`] as JSON.
pub(crate) const CREATE: u8 = 3;
/// From the worker: an [`Answer`] without events.
pub(crate) const STARTED: u8 = 4;
/// From the host: the texts of a document.
pub(crate) const DOCUMENT: u8 = 5;
/// From the worker: an [`Answer`].
pub(crate) const RESULT: u8 = 6;
/// No frame of a host or an honest worker is longer.
pub(crate) const LONGEST: usize = u32::MAX as usize - 1;
/// The length of a text that is not there.
const ABSENT: u32 = u32::MAX;

/// What a worker says of its plugin.
#[derive(Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) protocol: u32,
    /// The manifest inside the library; a program has none.
    #[serde(default)]
    pub(crate) manifest: Option<String>,
    /// The kinds of what the library provides, in order.
    #[serde(default)]
    pub(crate) kinds: Vec<u32>,
    /// It found the memory that it was to share with the host.
    #[serde(default)]
    pub(crate) shares_memory: bool,
}

/// Which extractor a worker is to start, and its options.
#[derive(Serialize, Deserialize)]
pub(crate) struct Create {
    pub(crate) plugin: String,
    pub(crate) provide: u32,
    pub(crate) id: String,
    pub(crate) options: Map<String, Value>,
}

/// How a call went: a complaint, unless it went well; what the plugin said to the user. The events follow.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) broken: Option<String>,
    pub(crate) notes: Vec<String>,
}

/// A frame, ready to be sent.
pub(crate) fn frame(kind: u8, parts: &[&[u8]]) -> io::Result<Vec<u8>> {
    let length = 1 + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut frame = Vec::with_capacity(4 + length);
    begin(&mut frame, length, kind)?;
    parts.iter().for_each(|part| frame.extend(*part));
    Ok(frame)
}

fn begin(frame: &mut Vec<u8>, length: usize, kind: u8) -> io::Result<()> {
    if length > LONGEST {
        return Err(io::Error::other("more than 4 GiB for one frame"));
    }
    frame.extend((length as u32).to_le_bytes());
    frame.push(kind);
    Ok(())
}

/// Reads what a frame is and the length of its rest, or nothing at the end.
pub(crate) fn head(from: &mut impl Read) -> io::Result<Option<(u8, usize)>> {
    let mut head = [0; 5];
    if from.read(&mut head[..1])? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut head[1..])?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    Ok(Some((head[4], length.saturating_sub(1))))
}

/// Reads a frame, or nothing at the end.
pub(crate) fn read(from: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let Some((kind, length)) = head(from)? else { return Ok(None) };
    let mut rest = vec![0; length];
    from.read_exact(&mut rest)?;
    Ok(Some((kind, rest)))
}

/// Sends a frame.
pub(crate) fn write(to: &mut impl Write, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
    to.write_all(&frame(kind, parts)?)
}

fn push(out: &mut Vec<u8>, text: &[u8]) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text);
}

fn number(text: Option<&[u8]>) -> u32 {
    text.map_or(ABSENT, |text| text.len() as u32)
}

/// The length of a document, of which every text stands behind its own.
pub(crate) fn length(texts: &Payload<'_>) -> usize {
    texts.iter().map(|text| 4 + text.map_or(0, <[u8]>::len)).sum()
}

/// What stands before each text of a document.
pub(crate) fn heads(texts: &Payload<'_>) -> [[u8; 4]; 7] {
    texts.map(|text| number(text).to_le_bytes())
}

/// The frame of a document: its texts, one behind the other.
pub(crate) fn document(texts: &Payload<'_>) -> io::Result<Vec<u8>> {
    let length = 1 + length(texts);
    let mut out = Vec::with_capacity(4 + length);
    begin(&mut out, length, DOCUMENT)?;
    for (head, text) in heads(texts).iter().zip(texts) {
        out.extend(head);
        out.extend(text.unwrap_or_default());
    }
    Ok(out)
}

/// The texts of a document. The host has sent them: nobody checks again that they are UTF-8.
pub(crate) fn texts(bytes: &[u8]) -> Option<Payload<'_>> {
    let mut bytes = Cursor(bytes);
    let mut texts = Payload::default();
    for text in &mut texts {
        let length = bytes.number()?;
        if length != ABSENT {
            *text = Some(bytes.take(length as usize)?);
        }
    }
    Some(texts)
}

impl Answer {
    /// As bytes.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = vec![u8::from(self.broken.is_some())];
        push(&mut head, self.broken.as_deref().unwrap_or_default().as_bytes());
        head.extend((self.notes.len() as u32).to_le_bytes());
        self.notes.iter().for_each(|note| push(&mut head, note.as_bytes()));
        head
    }

    /// What a frame says, and the tape that is the rest of it.
    pub(crate) fn read(frame: &[u8]) -> Option<(Self, &[u8])> {
        let mut bytes = Cursor(frame);
        let broke = bytes.take(1)?[0] != 0;
        let complaint = String::from_utf8_lossy(bytes.text()?).into_owned();
        let mut notes = Vec::new();
        for _ in 0..bytes.number()? {
            notes.push(String::from_utf8_lossy(bytes.text()?).into_owned());
        }
        Some((Answer { broken: broke.then_some(complaint), notes }, bytes.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_as_they_went() {
        let mut texts = Payload::default();
        texts[0] = Some("é".as_bytes());
        texts[2] = Some(b"");
        let bytes = document(&texts).unwrap();
        assert_eq!(bytes[..19], [31, 0, 0, 0, 5, 2, 0, 0, 0, 0xc3, 0xa9, 255, 255, 255, 255, 0, 0, 0, 0]);
        let (kind, came) = read(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!((kind, self::texts(&came)), (DOCUMENT, Some(texts)));
        assert_eq!(came.len(), length(&texts));
        assert!(read(&mut &bytes[..0]).unwrap().is_none());
        assert!(read(&mut &bytes[..7]).is_err());
    }

    #[test]
    fn an_answer_that_is_cut_is_none() {
        let answer = Answer { broken: Some("no".into()), notes: vec!["a".into()] };
        let bytes = answer.head();
        assert!((0..bytes.len()).all(|n| Answer::read(&bytes[..n]).is_none()));
        let (read, tape) = Answer::read(&bytes).unwrap();
        assert_eq!((read.broken.as_deref(), read.notes, tape), (Some("no"), vec!["a".into()], &[][..]));
    }
}
