//! What a worker process and the host say to each other.
//!
//! A frame is its length (`u32`, little-endian, without itself), a byte that says what it is, and the
//! rest. The worker speaks first, says [`HELLO`], and from then on answers: [`CREATE`] with [`STARTED`]
//! or [`REFUSED`], each [`DOCUMENT`] with a [`RESULT`]. It ends when its input does. Texts stand behind
//! their length; plugins/README.md has the layout of each frame for programs in other languages.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::Cursor;

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
}

/// Which extractor a worker is to start, and its options.
#[derive(Serialize, Deserialize)]
pub(crate) struct Create {
    pub(crate) plugin: String,
    pub(crate) provide: u32,
    pub(crate) id: String,
    pub(crate) options: Map<String, Value>,
}

/// How a call went: a complaint, unless it went well; what the plugin said to the user; its events.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) broken: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) tape: Vec<u8>,
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

/// The frame of a document: its texts, one behind the other.
pub(crate) fn document(texts: &[Option<&str>]) -> io::Result<Vec<u8>> {
    let length = 1 + texts.iter().map(|text| text.map_or(0, str::len) + 4).sum::<usize>();
    let mut out = Vec::with_capacity(4 + length);
    begin(&mut out, length, DOCUMENT)?;
    for text in texts {
        match text {
            Some(text) => push(&mut out, text.as_bytes()),
            None => out.extend(ABSENT.to_le_bytes()),
        }
    }
    Ok(out)
}

/// The texts in a frame of [`document`].
pub(crate) fn texts<const N: usize>(bytes: &[u8]) -> Option<[Option<&str>; N]> {
    let mut bytes = Cursor(bytes);
    let mut texts = [None; N];
    for text in &mut texts {
        let length = bytes.number()?;
        if length != ABSENT {
            *text = Some(std::str::from_utf8(bytes.take(length as usize)?).ok()?);
        }
    }
    Some(texts)
}

impl Answer {
    /// Everything but the tape, which follows it.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = vec![u8::from(self.broken.is_some())];
        push(&mut head, self.broken.as_deref().unwrap_or_default().as_bytes());
        head.extend((self.notes.len() as u32).to_le_bytes());
        self.notes.iter().for_each(|note| push(&mut head, note.as_bytes()));
        head
    }

    /// What a frame says, its tape taken out of it moved to its front.
    pub(crate) fn read(mut frame: Vec<u8>) -> Option<Self> {
        let mut bytes = Cursor(&frame);
        let broke = bytes.take(1)?[0] != 0;
        let complaint = String::from_utf8_lossy(bytes.text()?).into_owned();
        let mut notes = Vec::new();
        for _ in 0..bytes.number()? {
            notes.push(String::from_utf8_lossy(bytes.text()?).into_owned());
        }
        let head = frame.len() - bytes.0.len();
        frame.drain(..head);
        Some(Answer { broken: broke.then_some(complaint), notes, tape: frame })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_as_they_went() {
        let bytes = document(&[Some("é"), None, Some("")]).unwrap();
        assert_eq!(bytes, [15, 0, 0, 0, 5, 2, 0, 0, 0, 0xc3, 0xa9, 255, 255, 255, 255, 0, 0, 0, 0]);
        let (kind, came) = read(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!((kind, texts(&came)), (DOCUMENT, Some([Some("é"), None, Some("")])));
        assert!(read(&mut &bytes[..0]).unwrap().is_none());
        assert!(read(&mut &bytes[..7]).is_err());
    }

    #[test]
    fn an_answer_that_is_cut_is_none() {
        let answer = Answer { broken: Some("no".into()), notes: vec!["a".into()], tape: Vec::new() };
        let bytes = answer.head();
        assert!((0..bytes.len()).all(|n| Answer::read(bytes[..n].to_vec()).is_none()));
        let read = Answer::read(bytes).unwrap();
        assert_eq!((read.broken.as_deref(), read.notes, read.tape), (Some("no"), vec!["a".into()], vec![]));
    }
}
