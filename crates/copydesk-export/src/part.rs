//! The files of one part: articles, attributes, trail, quarantine. A file is made when its first row
//! comes, so that no part holds an empty one.

use std::io;
use std::sync::Arc;

use copydesk_core::{Document, Encoder, Output, Part, PartFile, Quarantined};

use crate::articles::Articles;
use crate::columns::Desk;
use crate::encoded::Encoded;
use crate::lines::Lines;
use crate::table::Table;
use crate::{ExportOptions, Schema, dolma, trail};

/// One part while it is written.
pub(crate) struct Parts<'o> {
    place: Place<'o>,
    articles: Option<Articles>,
    data: Option<Table>,
    encoded: Option<Encoded>,
    attributes: Option<Lines>,
    removed: Option<Lines>,
    quarantine: Option<Lines>,
    desk: Desk,
}

/// Where the part lies.
struct Place<'o> {
    output: &'o dyn Output,
    number: u64,
    options: Arc<ExportOptions>,
    encoder: Option<Arc<dyn Encoder>>,
}

impl Place<'_> {
    /// The name of the part below a folder, without an ending.
    fn name(&self, folder: &str) -> String {
        format!("{folder}/part-{:05}", self.number)
    }

    fn lines<'f>(&self, file: &'f mut Option<Lines>, folder: &str) -> io::Result<&'f mut Lines> {
        made(file, || Lines::create(self.output, &self.name(folder), "jsonl", &self.options))
    }
}

impl<'o> Parts<'o> {
    pub(crate) fn new(
        output: &'o dyn Output,
        number: u64,
        options: Arc<ExportOptions>,
        encoder: Option<Arc<dyn Encoder>>,
    ) -> Self {
        Parts {
            place: Place { output, number, options, encoder },
            articles: None,
            data: None,
            encoded: None,
            attributes: None,
            removed: None,
            quarantine: None,
            desk: Desk::default(),
        }
    }

    fn write_article(&mut self, document: &Document) -> io::Result<()> {
        let Place { output, options, encoder, .. } = &self.place;
        let name = || self.place.name(options.folder());
        if let Some(encoder) = encoder {
            let make = || Encoded::create(*output, &name(), encoder.as_ref(), options);
            return made(&mut self.encoded, make)?.add(document);
        }
        if !options.format.has_rows() {
            return made(&mut self.articles, || Articles::create(*output, name()))?.add(document, options);
        }
        let row = self.desk.row(document, options);
        made(&mut self.data, || Table::create(*output, &name(), options))?.write(&row)?;
        if options.schema == Schema::Dolma {
            let lines = self.place.lines(&mut self.attributes, "attributes/copydesk")?;
            lines.write(|out| dolma::write_attributes(document, row.source(), out))?;
        }
        Ok(())
    }
}

impl Part for Parts<'_> {
    fn write(&mut self, document: &Document) -> io::Result<()> {
        // where nothing is cut out, a dropped document stays, too, and is marked
        if document.dropped.is_none() || self.place.options.schema == Schema::Dolma {
            self.write_article(document)?;
        }
        if self.place.options.removed && trail::has_trail(document) {
            let lines = self.place.lines(&mut self.removed, "removed")?;
            lines.write(|out| trail::write_trail(document, out))?;
        }
        Ok(())
    }

    fn quarantine(&mut self, record: &Quarantined) -> io::Result<()> {
        let lines = self.place.lines(&mut self.quarantine, "quarantine")?;
        lines.write(|out| trail::write_quarantined(record, out))
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<PartFile>> {
        let articles = self.articles.map(Articles::seal);
        let data = self.data.map(Table::seal).or(self.encoded.map(Encoded::seal));
        let lines = [self.attributes, self.removed, self.quarantine].into_iter().flatten().map(Lines::seal);
        articles.into_iter().chain(data).chain(lines).collect()
    }
}

/// What is there, or is made now.
fn made<T>(slot: &mut Option<T>, make: impl FnOnce() -> io::Result<T>) -> io::Result<&mut T> {
    match slot {
        Some(made) => Ok(made),
        None => Ok(slot.insert(make()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Memory;
    use crate::{Compression, Format, Formulas};
    use copydesk_core::{Block, BlockKind, Envelope, Evidence, Removal};

    fn document(text: &str) -> Document {
        let mut document = Document::from_text(text);
        document.blocks = vec![Block::new(0..text.len(), BlockKind::Paragraph)];
        document
    }

    /// The files of a part with a kept article and a dropped one.
    fn names(options: ExportOptions) -> Vec<(String, u64)> {
        let memory = Memory::default();
        let mut part = Box::new(Parts::new(&memory, 7, Arc::new(options), None));
        part.write(&document("Aune opens")).unwrap();
        let mut copy = document("Aune opens");
        let evidence = Evidence::CopyOf { kept: "a".into(), similarity: 1.0 };
        copy.dropped = Some(Box::new(Removal { stage: "dedup", reason: "exact", evidence }));
        part.write(&copy).unwrap();
        let files: Vec<_> = part.finish().unwrap().into_iter().map(|file| (file.name, file.rows)).collect();
        let mut made: Vec<_> = files.iter().map(|(name, _)| name.clone()).collect();
        made.sort();
        assert_eq!(made, memory.names());
        files
    }

    fn named(files: &[(&str, u64)]) -> Vec<(String, u64)> {
        files.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect()
    }

    #[test]
    fn the_trail_is_json_lines_in_every_format() {
        let parquet = ExportOptions { format: Format::Parquet, ..ExportOptions::default() };
        let files = named(&[("data/part-00007.parquet", 1), ("removed/part-00007.jsonl.zst", 1)]);
        assert_eq!(names(parquet), files);
        let csv = ExportOptions {
            format: Format::Csv,
            formulas: Formulas::Escaped,
            compression: Compression::Gzip,
            ..ExportOptions::default()
        };
        assert_eq!(names(csv), named(&[("data/part-00007.csv.gz", 1), ("removed/part-00007.jsonl.gz", 1)]));
    }

    struct Wire(Envelope);

    impl Encoder for Wire {
        fn name(&self) -> &str {
            "wire"
        }

        fn envelope(&self) -> &Envelope {
            &self.0
        }

        fn encode(&self, _: &Document) -> Result<Vec<u8>, (&'static str, String)> {
            unreachable!("it is asked before anything is written")
        }
    }

    #[test]
    fn what_an_encoder_said_stands_between_its_header_and_its_footer() {
        let envelope = Envelope { extension: "wire".into(), header: "<\n".into(), footer: ">\n".into() };
        let options = ExportOptions { compression: Compression::None, ..ExportOptions::default() };
        let memory = Memory::default();
        let encoder: Arc<dyn Encoder> = Arc::new(Wire(envelope));
        let mut part = Box::new(Parts::new(&memory, 7, Arc::new(options), Some(encoder)));
        for encoded in ["Aune \n", "opens\n"] {
            part.write(&Document { encoded: encoded.into(), ..document("Aune opens") }).unwrap();
        }
        let [file] = part.finish().unwrap().try_into().unwrap();
        assert_eq!((file.name.as_str(), file.rows), ("data/part-00007.wire", 2));
        assert_eq!(memory.read(&file.name), b"<\nAune \nopens\n>\n");
    }

    #[test]
    fn dolma_has_a_row_for_what_was_dropped_in_both_files() {
        let dolma = ExportOptions { schema: Schema::Dolma, removed: false, ..ExportOptions::default() };
        let files =
            named(&[("documents/part-00007.jsonl.zst", 2), ("attributes/copydesk/part-00007.jsonl.zst", 2)]);
        assert_eq!(names(dolma), files);
    }
}
