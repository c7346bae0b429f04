//! The files of one part: articles, trail, quarantine. A file is made when its first row comes, so
//! that no part holds an empty one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_core::{Document, Part, Quarantined};
use copydesk_store::AtomicFile;

use crate::{Compression, ExportOptions, Format, jsonl, text, trail};

/// One part while it is written.
pub(crate) struct Parts {
    folder: PathBuf,
    number: u64,
    options: Arc<ExportOptions>,
    data: Option<AtomicFile>,
    removed: Option<AtomicFile>,
    quarantine: Option<AtomicFile>,
    /// Text and Markdown: articles written so far.
    articles: u64,
    /// The row on its way, and its text; used again for every row.
    row: Vec<u8>,
    buffer: String,
}

impl Parts {
    pub(crate) fn new(folder: &Path, number: u64, options: Arc<ExportOptions>) -> Self {
        Parts {
            folder: folder.to_owned(),
            number,
            options,
            data: None,
            removed: None,
            quarantine: None,
            articles: 0,
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
        opened(&mut self.data, &self.folder, "data", self.number, &self.options)?.write_all(&self.row)
    }

    /// One file for each article. Its name begins with the article's place in the part, so that
    /// no two are the same, whatever the ids are.
    fn write_file(&mut self, document: &Document) -> io::Result<()> {
        let extension = if self.options.format == Format::Markdown { "md" } else { "txt" };
        let name = format!("{:06}-{}.{extension}", self.articles, safe_name(&document.id));
        self.articles += 1;
        let path = self.folder.join("data").join(format!("part-{:05}", self.number)).join(name);
        let mut file = AtomicFile::create(&path, copydesk_store::Compression::None)?;
        file.write_all(text::article(document, &self.options).as_bytes())?;
        file.finish()
    }
}

impl Part for Parts {
    fn write(&mut self, document: &Document) -> io::Result<()> {
        if document.dropped.is_none() {
            self.write_article(document)?;
        }
        if self.options.removed && trail::has_trail(document) {
            self.row.clear();
            trail::write_trail(document, &mut self.row);
            opened(&mut self.removed, &self.folder, "removed", self.number, &self.options)?
                .write_all(&self.row)?;
        }
        Ok(())
    }

    fn quarantine(&mut self, record: &Quarantined) -> io::Result<()> {
        self.row.clear();
        trail::write_quarantined(record, &mut self.row);
        opened(&mut self.quarantine, &self.folder, "quarantine", self.number, &self.options)?
            .write_all(&self.row)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        [self.data, self.removed, self.quarantine].into_iter().flatten().try_for_each(AtomicFile::finish)
    }
}

fn opened<'f>(
    file: &'f mut Option<AtomicFile>,
    folder: &Path,
    below: &str,
    number: u64,
    options: &ExportOptions,
) -> io::Result<&'f mut AtomicFile> {
    if file.is_none() {
        let level = options.level;
        let (extension, compression) = match options.compression {
            Compression::Zstd => ("jsonl.zst", copydesk_store::Compression::Zstd { level }),
            Compression::Gzip => ("jsonl.gz", copydesk_store::Compression::Gzip { level }),
            Compression::None => ("jsonl", copydesk_store::Compression::None),
        };
        let path = folder.join(below).join(format!("part-{number:05}.{extension}"));
        *file = Some(AtomicFile::create(&path, compression)?);
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
