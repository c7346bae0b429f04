//! Scratch files in memory and pages, for the tests of this crate.

use std::io;

use copydesk_core::{Block, BlockKind, Document, Scratch, ScratchFile};

/// Has all the room there is.
pub(crate) struct Disk;

struct File(Vec<u8>);

impl Scratch for Disk {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(File(Vec::new())))
    }
}

impl ScratchFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let from = offset as usize;
        let there = self.0.get(from..from + bytes.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(there);
        Ok(())
    }
}

/// Has none.
pub(crate) struct FullDisk;

impl Scratch for FullDisk {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Err(io::Error::other("the disk is full"))
    }
}

/// A document with a URL and a block for each line.
pub(crate) fn page(url: &str, lines: &[&str]) -> Document {
    let mut document = Document::from_text(lines.join("\n"));
    document.url = Some(url.to_owned());
    let mut start = 0;
    for line in lines {
        document.blocks.push(Block::new(start..start + line.len(), BlockKind::Paragraph));
        start += line.len() + 1;
    }
    document
}
