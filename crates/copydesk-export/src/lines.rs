//! A file of lines: rows of JSON or CSV, compressed on their way.

use std::io::{self, Write};

use copydesk_core::{Output, OutputFile, PartFile};
use copydesk_store::Encoder;

use crate::ExportOptions;

/// A file that lines are written to.
pub(crate) struct Lines {
    name: String,
    rows: u64,
    encoder: Encoder<Box<dyn OutputFile>>,
    /// The row on its way; used again for the next.
    row: Vec<u8>,
}

impl Lines {
    /// `name` is without what the format and the compression add to it.
    pub(crate) fn create(
        output: &dyn Output,
        name: &str,
        format: &str,
        options: &ExportOptions,
    ) -> io::Result<Self> {
        let name = format!("{name}.{}", options.ending(format));
        let encoder = Encoder::new(output.create(&name)?, options.compression())?;
        Ok(Lines { name, rows: 0, encoder, row: Vec::new() })
    }

    /// Writes what stands above the rows, or below.
    pub(crate) fn write_round(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.row.clear();
        append(&mut self.row);
        self.encoder.write_all(&self.row)
    }

    /// Writes a row.
    pub(crate) fn write(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.rows += 1;
        self.write_round(append)
    }

    pub(crate) fn seal(self) -> io::Result<PartFile> {
        Ok(PartFile::new(self.name, self.rows, self.encoder.finish()?.seal()?))
    }
}
