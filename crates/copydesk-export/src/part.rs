//! The files of one part: articles, trail, quarantine. A file is made when its first row comes, so
//! that no part holds an empty one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_core::{Document, Part, Quarantined};
use copydesk_store::{AtomicFile, AtomicFolder};

use crate::{Compression, ExportOptions, Format, jsonl, text, trail};

/// One part while it is written.
pub(crate) struct Parts {
    folder: PathBuf,
    number: u64,
    options: Arc<ExportOptions>,
    data: Option<AtomicFile>,
    /// Text and Markdown: the folder of the articles.
    files: Option<AtomicFolder>,
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
            files: None,
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
        if self.files.is_none() {
            let path = self.folder.join("data").join(format!("part-{:05}", self.number));
            self.files = Some(AtomicFolder::create(&path)?);
        }
        let files = self.files.as_mut().expect("made just above");
        files.write(&name, text::article(document, &self.options).as_bytes())
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
        self.files.map_or(Ok(()), AtomicFolder::finish)?;
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
    fn a_part_of_text_files_appears_when_it_is_finished_and_else_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let options = Arc::new(ExportOptions { format: Format::Text, ..ExportOptions::default() });
        for is_finished in [false, true] {
            let mut part = Box::new(Parts::new(folder.path(), 0, Arc::clone(&options)));
            part.write(&Document { id: "a".to_owned(), ..Document::default() }).unwrap();
            if is_finished {
                part.finish().unwrap();
            } else {
                drop(part);
            }
            let left = std::fs::read_dir(folder.path().join("data")).unwrap().count();
            assert_eq!(left, usize::from(is_finished));
        }
        assert!(folder.path().join("data/part-00000/000000-a.txt").exists());
    }

    #[test]
    fn an_id_cannot_leave_the_folder() {
        assert_eq!(safe_name("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(safe_name("news/a b.txt"), "news_a_b.txt");
    }
}
