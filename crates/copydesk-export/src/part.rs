//! The files of one part: articles, trail, quarantine. A file is made when its first row comes, so
//! that no part holds an empty one.

use std::io::{self, Write};
use std::sync::Arc;

use copydesk_core::{Document, Output, OutputFile, OutputFiles, Part, PartFile, Quarantined};
use copydesk_store::Encoder;

use crate::{Compression, ExportOptions, Format, jsonl, text, trail};

/// One part while it is written.
pub(crate) struct Parts<'o> {
    output: &'o dyn Output,
    number: u64,
    options: Arc<ExportOptions>,
    data: Option<Rows>,
    /// Text and Markdown: the folder of the articles.
    files: Option<Articles>,
    removed: Option<Rows>,
    quarantine: Option<Rows>,
    /// The row on its way, and its text; used again for every row.
    row: Vec<u8>,
    buffer: String,
}

/// A file with a row for each document.
struct Rows {
    name: String,
    rows: u64,
    encoder: Encoder<Box<dyn OutputFile>>,
}

/// A folder with a file for each document.
struct Articles {
    name: String,
    rows: u64,
    files: Box<dyn OutputFiles>,
}

impl<'o> Parts<'o> {
    pub(crate) fn new(output: &'o dyn Output, number: u64, options: Arc<ExportOptions>) -> Self {
        Parts {
            output,
            number,
            options,
            data: None,
            files: None,
            removed: None,
            quarantine: None,
            row: Vec::new(),
            buffer: String::new(),
        }
    }

    fn write_article(&mut self, document: &Document) -> io::Result<()> {
        if self.options.format != Format::Jsonl {
            return self.write_file(document);
        }
        self.row.clear();
        jsonl::write_row(document, &self.options, &mut self.buffer, &mut self.row);
        opened(&mut self.data, self.output, "data", self.number, &self.options)?.write(&self.row)
    }

    /// One file for each article. Its name begins with the article's place in the part, so that
    /// no two are the same, whatever the ids are.
    fn write_file(&mut self, document: &Document) -> io::Result<()> {
        let extension = if self.options.format == Format::Markdown { "md" } else { "txt" };
        if self.files.is_none() {
            let name = format!("data/part-{:05}", self.number);
            self.files = Some(Articles { files: self.output.create_folder(&name)?, name, rows: 0 });
        }
        let articles = self.files.as_mut().expect("made just above");
        let name = format!("{:06}-{}.{extension}", articles.rows, safe_name(&document.id));
        articles.rows += 1;
        articles.files.add(&name, text::article(document, &self.options).as_bytes())
    }
}

impl Part for Parts<'_> {
    fn write(&mut self, document: &Document) -> io::Result<()> {
        if document.dropped.is_none() {
            self.write_article(document)?;
        }
        if self.options.removed && trail::has_trail(document) {
            self.row.clear();
            trail::write_trail(document, &mut self.row);
            opened(&mut self.removed, self.output, "removed", self.number, &self.options)?
                .write(&self.row)?;
        }
        Ok(())
    }

    fn quarantine(&mut self, record: &Quarantined) -> io::Result<()> {
        self.row.clear();
        trail::write_quarantined(record, &mut self.row);
        opened(&mut self.quarantine, self.output, "quarantine", self.number, &self.options)?.write(&self.row)
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<PartFile>> {
        let articles = self.files.map(|articles| {
            let seal = articles.files.seal()?;
            Ok(PartFile::new(articles.name, articles.rows, seal))
        });
        let rows = [self.data, self.removed, self.quarantine].into_iter().flatten().map(Rows::seal);
        articles.into_iter().chain(rows).collect()
    }
}

impl Rows {
    fn write(&mut self, row: &[u8]) -> io::Result<()> {
        self.rows += 1;
        self.encoder.write_all(row)
    }

    fn seal(self) -> io::Result<PartFile> {
        Ok(PartFile::new(self.name, self.rows, self.encoder.finish()?.seal()?))
    }
}

fn opened<'f>(
    file: &'f mut Option<Rows>,
    output: &dyn Output,
    below: &str,
    number: u64,
    options: &ExportOptions,
) -> io::Result<&'f mut Rows> {
    if file.is_none() {
        let level = options.level;
        let (extension, compression) = match options.compression {
            Compression::Zstd => ("jsonl.zst", copydesk_store::Compression::Zstd { level }),
            Compression::Gzip => ("jsonl.gz", copydesk_store::Compression::Gzip { level }),
            Compression::None => ("jsonl", copydesk_store::Compression::None),
        };
        let name = format!("{below}/part-{number:05}.{extension}");
        let encoder = Encoder::new(output.create(&name)?, compression)?;
        *file = Some(Rows { name, rows: 0, encoder });
    }
    Ok(file.as_mut().expect("made just above"))
}

/// An id as part of a file name: letters, digits, `.`, `_` and `-`, anything else as `_`, 80
/// characters of it. Nothing in an id can name another folder.
fn safe_name(id: &str) -> String {
    let safe =
        |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
    id.chars().take(80).map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_the_folder() {
        assert_eq!(safe_name("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(safe_name("news/a b.txt"), "news_a_b.txt");
    }
}
