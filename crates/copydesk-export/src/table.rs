//! A file of articles, a row for each, in any format that has rows.

use std::io;
use std::sync::Arc;

use copydesk_core::{Output, PartFile};

use crate::columns::{Column, Row, columns};
use crate::lines::Lines;
use crate::{ExportOptions, Format, csv, jsonl, parquet};

/// A file that rows are written to.
pub(crate) struct Table {
    options: Arc<ExportOptions>,
    columns: &'static [Column],
    file: File,
}

enum File {
    Jsonl(Lines),
    Csv(Lines),
    Parquet(Box<parquet::Table>),
}

impl Table {
    /// `name` is without what the format and the compression add to it.
    pub(crate) fn create(output: &dyn Output, name: &str, options: &Arc<ExportOptions>) -> io::Result<Self> {
        let columns = columns(options.schema);
        let file = match options.format {
            Format::Parquet => {
                let name = format!("{name}.parquet");
                File::Parquet(Box::new(parquet::Table::create(output, name, columns, options)?))
            }
            Format::Csv => {
                let mut lines = Lines::create(output, name, "csv", options)?;
                lines.write_round(|out| csv::write_header(columns, out))?;
                File::Csv(lines)
            }
            Format::Jsonl | Format::Text | Format::Markdown | Format::Plugin => {
                File::Jsonl(Lines::create(output, name, "jsonl", options)?)
            }
        };
        Ok(Table { options: Arc::clone(options), columns, file })
    }

    pub(crate) fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        let options = &self.options;
        match &mut self.file {
            File::Jsonl(lines) => {
                lines.write(|out| jsonl::write_row(self.columns, row, options.metadata, out))
            }
            File::Csv(lines) => lines.write(|out| csv::write_row(self.columns, row, options.formulas, out)),
            File::Parquet(table) => table.write(row),
        }
    }

    pub(crate) fn seal(self) -> io::Result<PartFile> {
        match self.file {
            File::Jsonl(lines) | File::Csv(lines) => lines.seal(),
            File::Parquet(table) => table.seal(),
        }
    }
}
