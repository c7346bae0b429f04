//! The input of a run: files, cut into units.
//!
//! For each file of a unit this decides how it is read, and hands it to `jsonl.rs`, `csv.rs`, `parquet.rs`,
//! `warc.rs` or `text.rs`; the files of an archive come back from `zip.rs` and `tar.rs`, to be read in the
//! same way.
//! A file that cannot be opened is one record set aside; the others are read all the same.

use std::io::{self, Read};
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

use copydesk_core::{Input, Reading, Unit};
use copydesk_store::{Begins, Blob, Finding, Found, Skipped, Source, inner_name, without_path};

use crate::format::{self, Kind};
use crate::jsonl::Start;
use crate::sink::Sink;
use crate::stream::{self, Stream};
use crate::units::{Work, cut, skipped_units};
use crate::{InputOptions, csv, jsonl, parquet, tar, text, warc, zip};

/// Files of dumps, as the input of a run.
///
/// ```
/// # use std::ops::ControlFlow;
/// use copydesk_core::{Input, Reading};
/// use copydesk_read::{Dumps, InputOptions};
///
/// # let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.jsonl"), "{\"id\": 7, \"text\": \"The bridge is open.\"}\n")?;
/// let paths = ["*.jsonl".to_owned()];
/// let dumps = Dumps::open(&InputOptions::default(), &paths, copydesk_store::find(&paths, folder.path())?);
/// dumps.read(0, &mut |reading| {
///     if let Reading::Document(document) = reading {
///         assert_eq!((document.id.as_str(), document.text.as_str()), ("7", "The bridge is open."));
///     }
///     ControlFlow::Continue(())
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Dumps {
    options: InputOptions,
    inputs: Vec<String>,
    files: Vec<Found>,
    units: Vec<Unit>,
    works: Vec<Work>,
    skipped: Vec<Skipped>,
}

impl Dumps {
    /// Plans the reading of what `patterns` found. No file is opened yet.
    pub fn open(options: &InputOptions, patterns: &[String], finding: Finding) -> Self {
        let size = u64::from(options.unit_mib) << 20;
        Dumps::cut(options, patterns, finding, size)
    }

    pub(crate) fn cut(options: &InputOptions, patterns: &[String], finding: Finding, size: u64) -> Self {
        let Finding { files, skipped } = finding;
        let mut cuts = cut(&files, options.format, size);
        cuts.extend(skipped_units(&skipped));
        let (units, works) = cuts.into_iter().unzip();
        Dumps { options: options.clone(), inputs: patterns.to_vec(), files, units, works, skipped }
    }

    /// How many files there are to read.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// Name and size of each file, in reading order.
    pub fn listing(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files.iter().map(|file| (&*file.name, file.blob.size()))
    }

    /// Where each file lies.
    pub fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.files.iter().map(|file| &file.blob)
    }

    /// What lay among the files and cannot be read as one. Reading sets each of them aside.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn read_file(&self, index: usize, each: &mut dyn FnMut(Reading) -> ControlFlow<()>) -> ControlFlow<()> {
        let file = &self.files[index];
        let mut sink =
            Sink::new(&self.options, Arc::clone(&self.files[index].name), Some(file.blob.size()), each);
        match stream::open(&file.blob, sink.limits) {
            Err(error) => unreadable(file.blob.size(), &error, &mut sink),
            Ok(stream) => read_whole(stream, Some(&file.blob), &self.options, file.blob.size(), &mut sink),
        }
    }

    /// Why the store of a unit's files can no longer be reached.
    fn lost(&self, unit: usize) -> Option<io::Error> {
        match &self.works[unit] {
            Work::Files(files) => self.files[files.start].blob.lost(),
            Work::Range { file, .. } => self.files[*file].blob.lost(),
            Work::Skipped(_) => None,
        }
    }

    fn set_aside(
        &self,
        skipped: &Skipped,
        each: &mut dyn FnMut(Reading) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut sink = Sink::new(&self.options, Arc::from(skipped.name.as_str()), Some(0), each);
        sink.quarantine(sink.source(0, 0), "unreadable", skipped.reason.clone())
    }

    /// A range of a file: the lines, records, row groups or entries that begin in it. What turns out to
    /// be something that cannot be cut is read as a whole with its first range, and not with the others.
    fn read_range(
        &self,
        index: usize,
        range: Range<u64>,
        each: &mut dyn FnMut(Reading) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (file, size) = (&self.files[index], range.end - range.start);
        let mut sink = Sink::new(&self.options, Arc::clone(&self.files[index].name), Some(size), each);
        let head = match stream::open(&file.blob, sink.limits) {
            Ok(head) => head,
            Err(error) if range.start == 0 => return unreadable(size, &error, &mut sink),
            Err(_) => return sink.finish(size),
        };
        let kind = kind(&self.options, &file.name, &head);
        let begins: Begins = match kind {
            Kind::Lines => |_| true,
            Kind::Warc => warc::begins,
            Kind::Parquet | Kind::Zip if !head.is_compressed() => {
                self.read_pieces(file, kind, range, &mut sink)?;
                return sink.finish(size);
            }
            _ if range.start == 0 => {
                return read_whole(head, Some(&file.blob), &self.options, file.blob.size(), &mut sink);
            }
            _ => return sink.finish(size),
        };
        let start = if range.start == 0 { Start::OfFile } else { Start::OfRange };
        match stream::open_range(&file.blob, range, begins, sink.limits) {
            Ok(stream) if kind == Kind::Lines => jsonl::read(stream, start, &mut sink),
            Ok(stream) => warc::read(stream, start, &mut sink),
            Err(error) => unreadable(size, &error, &mut sink),
        }
    }
}

impl Dumps {
    /// The row groups or the entries that begin in a range.
    fn read_pieces(
        &self,
        file: &Found,
        kind: Kind,
        range: Range<u64>,
        sink: &mut Sink<'_>,
    ) -> ControlFlow<()> {
        match kind {
            Kind::Zip => zip::read(&file.blob, range, &self.options, sink),
            _ => parquet::read(&file.blob, range, sink),
        }
    }
}

impl Input for Dumps {
    fn names(&self) -> Vec<String> {
        self.inputs.clone()
    }

    fn units(&self) -> &[Unit] {
        &self.units
    }

    fn read(&self, unit: usize, each: &mut dyn FnMut(Reading) -> ControlFlow<()>) {
        let outcome = match &self.works[unit] {
            Work::Files(files) => files.clone().try_for_each(|file| self.read_file(file, each)),
            Work::Range { file, range } => self.read_range(*file, range.clone(), each),
            Work::Skipped(range) => {
                self.skipped[range.clone()].iter().try_for_each(|skipped| self.set_aside(skipped, each))
            }
        };
        // what could not be read because its store is lost is not damaged: none of the unit counts
        if let (ControlFlow::Continue(()), Some(error)) = (outcome, self.lost(unit)) {
            // nothing follows
            let _ = each(Reading::Lost(error));
        }
    }
}

/// Reads a stream that has no file, such as standard input. `name` stands for the file's name in
/// what is read.
pub fn read_stream(
    name: &str,
    reader: impl Read + 'static,
    options: &InputOptions,
    each: &mut dyn FnMut(Reading) -> ControlFlow<()>,
) {
    let mut sink = Sink::new(options, Arc::from(name), None, each);
    let stream = Source::of_reader(Path::new(name), reader, sink.limits).map(Stream::peek);
    // whoever stopped the reading knows why
    let _ = match stream {
        Ok(stream) => read_whole(stream, None, options, 0, &mut sink),
        Err(error) => unreadable(0, &error, &mut sink),
    };
}

fn kind(options: &InputOptions, name: &str, stream: &Stream) -> Kind {
    format::kind(options.format, inner_name(name).unwrap_or(name), stream.head())
}

/// Reads a file from front to back; `blob` is the same file, where it can be read from any place on.
pub(crate) fn read_whole(
    mut stream: Stream,
    blob: Option<&Blob>,
    options: &InputOptions,
    size: u64,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let name = Arc::clone(&sink.file);
    match kind(options, &name, &stream) {
        Kind::Lines => jsonl::read(stream, Start::OfFile, sink),
        Kind::Warc => warc::read(stream, Start::OfFile, sink),
        Kind::Json => text::read_json(stream, size, sink),
        Kind::Table(separator) => csv::read(stream, separator, sink),
        Kind::Zip | Kind::Tar if sink.is_entry => {
            let detail = "an archive in an archive is not opened".to_owned();
            sink.quarantine(sink.source(0, size as usize), "nested-archive", detail)
        }
        Kind::Tar => tar::read(stream, options, sink),
        kind @ (Kind::Zip | Kind::Parquet) => {
            match (whole(&mut stream, blob, size, sink)?, kind) {
                (None, _) => {}
                (Some(blob), Kind::Zip) => zip::read(&blob, 0..u64::MAX, options, sink)?,
                (Some(blob), _) => parquet::read(&blob, 0..u64::MAX, sink)?,
            }
            sink.finish(stream.consumed())
        }
        Kind::NotText(control) if options.encoding.is_auto() => not_text(&stream, control, size, sink),
        Kind::NotText(_) => text::read(stream, "text/plain", size, sink),
        Kind::Payload(mime) => text::read(stream, mime, size, sink),
    }
}

/// A file that can be read from any place on: where it lies, or else in memory, if it is not too long.
fn whole(
    stream: &mut Stream,
    blob: Option<&Blob>,
    size: u64,
    sink: &mut Sink<'_>,
) -> ControlFlow<(), Option<Blob>> {
    if let Some(blob) = blob.filter(|blob| !stream.is_compressed() && blob.has_random_access()) {
        return ControlFlow::Continue(Some(blob.clone()));
    }
    let bytes = text::read_all(stream, size, sink)?;
    ControlFlow::Continue(bytes.map(|bytes| Blob::memory(&sink.file, bytes)))
}

fn not_text(stream: &Stream, control: usize, size: u64, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let head = stream.head().len();
    let detail = format!(
        "{control} of the first {head} bytes are control bytes; if this is text, name its `encoding` in `[input]`"
    );
    sink.quarantine(sink.source(0, size as usize), "not-text", detail)?;
    sink.finish(stream.consumed())
}

fn unreadable(size: u64, error: &io::Error, sink: &mut Sink<'_>) -> ControlFlow<()> {
    sink.quarantine(sink.source(0, 0), "unreadable", without_path(error))?;
    sink.finish(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::{Document, Quarantined};
    use proptest::prelude::*;
    use std::fs;
    use std::io::Write;
    use tempfile::TempDir;

    fn folder(files: &[(&str, &[u8])]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn dumps(folder: &TempDir, options: &InputOptions, size: u64) -> Dumps {
        let patterns = [".".to_owned()];
        let finding = copydesk_store::find(&patterns, folder.path()).unwrap();
        Dumps::cut(options, &patterns, finding, size)
    }

    #[derive(Debug, Default, PartialEq)]
    struct Seen {
        documents: Vec<Document>,
        quarantined: Vec<Quarantined>,
        progress: u64,
    }

    impl Seen {
        fn take(&mut self, reading: Reading) -> ControlFlow<()> {
            match reading {
                Reading::Document(document) => self.documents.push(document),
                Reading::Quarantined(record) => self.quarantined.push(record),
                Reading::Progress(bytes) => self.progress += bytes,
                Reading::Lost(error) => panic!("{error}"),
            }
            ControlFlow::Continue(())
        }

        fn texts(&self) -> Vec<(&str, &str, &str)> {
            self.documents
                .iter()
                .map(|document| (document.id.as_str(), &*document.mime, document.text.as_str()))
                .collect()
        }

        fn reasons(&self) -> Vec<(&str, &str)> {
            self.quarantined.iter().map(|record| (&*record.source.file, &*record.reason)).collect()
        }
    }

    fn read_all(dumps: &Dumps) -> Seen {
        let mut seen = Seen::default();
        (0..dumps.units().len()).for_each(|unit| dumps.read(unit, &mut |reading| seen.take(reading)));
        seen
    }

    fn read_with(files: &[(&str, &[u8])], options: &InputOptions) -> Seen {
        read_all(&dumps(&folder(files), options, 1 << 25))
    }

    fn read(files: &[(&str, &[u8])]) -> Seen {
        read_with(files, &InputOptions::default())
    }

    fn compressed(text: &str, compression: copydesk_store::Compression) -> Vec<u8> {
        let mut encoder = copydesk_store::Encoder::new(Vec::new(), compression).unwrap();
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_file_is_read_as_what_it_is() {
        let seen = read(&[
            ("a.txt", b"The bridge\r\nis open."),
            ("b.html", b"<p>The bridge"),
            ("c", b"{\"id\": 1, \"text\": \"one\"}\n{\"id\": 2, \"text\": \"two\"}\n"),
            ("d.sgm", b"<REUTERS>"),
            ("e.json", b"{\n \"text\": \"three\"\n}"),
            ("f.json", b"[{\"text\": \"four\"}, {\"text\": \"five\"}, 6]"),
        ]);
        assert_eq!(
            seen.texts(),
            [
                ("a.txt", "text/plain", "The bridge\r\nis open."),
                ("b.html", "text/html", "<p>The bridge"),
                ("1", "text/plain", "one"),
                ("2", "text/plain", "two"),
                ("d.sgm", "text/sgml", "<REUTERS>"),
                ("e.json:0", "text/plain", "three"),
                ("f.json:1", "text/plain", "four"),
                ("f.json:19", "text/plain", "five"),
            ]
        );
        assert_eq!(seen.reasons(), [("f.json", "not-object")]);
        assert_eq!((seen.documents[0].source.offset, seen.documents[0].source.length), (0, 20));
    }

    #[test]
    fn compressed_files_are_what_is_in_them() {
        let gzip = compressed("{\"text\": \"one\"}", copydesk_store::Compression::Gzip { level: 6 });
        let zstd = compressed("The bridge", copydesk_store::Compression::Zstd { level: 3 });
        // the name says nothing of compression, the bytes do
        let seen = read(&[("a.jsonl.gz", &gzip), ("b.txt.zst", &zstd), ("c.jsonl", &gzip)]);
        let expected = [
            ("a.jsonl.gz:0", "text/plain", "one"),
            ("b.txt.zst", "text/plain", "The bridge"),
            ("c.jsonl:0", "text/plain", "one"),
        ];
        assert_eq!(seen.texts(), expected);
        assert_eq!(seen.progress, (2 * gzip.len() + zstd.len()) as u64);
    }

    #[test]
    fn a_compressed_file_without_its_suffix_is_read_once() {
        let text: String = (0..400).map(|n| format!("{{\"text\": \"{n}\"}}\n")).collect();
        let gzip = compressed(&text, copydesk_store::Compression::Gzip { level: 6 });
        let size = gzip.len() as u64;
        let folder = folder(&[("a.jsonl", &gzip), ("b", "<p>".repeat(200).as_bytes())]);
        let dumps = dumps(&folder, &InputOptions::default(), size / 4);
        assert!(dumps.units().len() >= 6);
        let seen = read_all(&dumps);
        assert_eq!((seen.documents.len(), seen.progress), (401, size + 600));
    }

    #[test]
    fn what_cannot_be_read_is_set_aside() {
        let gzip = compressed("The bridge is open.", copydesk_store::Compression::Gzip { level: 6 });
        let files: &[(&str, &[u8])] = &[
            ("a.txt", b" \n"),
            ("b", b"\x7fELF\x02\x01\x01\0\0\0"),
            ("c.txt.gz", &gzip[..gzip.len() - 9]),
            ("d.txt", b"gone"),
            ("e.txt", b"The bridge"),
            ("f.jsonl", b""),
            ("g.txt", b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0"),
        ];
        let folder = folder(files);
        let dumps = dumps(&folder, &InputOptions::default(), 1 << 20);
        fs::remove_file(folder.path().join("d.txt")).unwrap();
        let seen = read_all(&dumps);
        assert_eq!(
            seen.reasons(),
            [
                ("a.txt", "empty"),
                ("b", "not-text"),
                ("c.txt.gz", "truncated"),
                ("d.txt", "unreadable"),
                ("g.txt", "not-text")
            ]
        );
        assert_eq!(seen.quarantined[3].detail, "No such file or directory (os error 2)");
        assert_eq!(
            seen.quarantined[1].detail,
            "7 of the first 10 bytes are control bytes; if this is text, name its `encoding` in `[input]`"
        );
        assert_eq!(seen.texts(), [("e.txt", "text/plain", "The bridge")]);
        assert_eq!(seen.progress, dumps.units().iter().map(|unit| unit.bytes).sum::<u64>());
    }

    #[test]
    #[cfg(unix)]
    fn what_is_no_file_is_set_aside_by_its_name() {
        let folder = folder(&[("a.txt", b"The bridge")]);
        std::os::unix::fs::symlink("nowhere", folder.path().join("broken")).unwrap();
        let dumps = dumps(&folder, &InputOptions::default(), 1 << 20);
        let units: Vec<_> = dumps.units().iter().map(|unit| (unit.input, unit.bytes)).collect();
        assert_eq!(units, [(0, 10), (0, 0)]);
        let seen = read_all(&dumps);
        assert_eq!(seen.texts(), [("a.txt", "text/plain", "The bridge")]);
        assert_eq!(seen.reasons(), [("broken", "unreadable")]);
        assert_eq!(seen.quarantined[0].detail, "No such file or directory (os error 2)");
    }

    #[test]
    fn a_file_that_is_too_long_is_set_aside() {
        let options = InputOptions { max_record_mib: 1, ..InputOptions::default() };
        let long = vec![b'a'; (1 << 20) + 1];
        let gzip =
            compressed(std::str::from_utf8(&long).unwrap(), copydesk_store::Compression::Gzip { level: 6 });
        let seen = read_with(&[("a.txt", &long[1..]), ("b.txt", &long), ("c.txt.gz", &gzip)], &options);
        assert_eq!(seen.documents.len(), 1);
        assert_eq!(seen.reasons(), [("b.txt", "too-long"), ("c.txt.gz", "too-long")]);
        assert_eq!(seen.quarantined[0].source.length, (1 << 20) + 1);
        assert_eq!(seen.quarantined[0].detail, "longer than 1 MiB, the `max-record-mib` of `[input]`");
    }

    #[test]
    fn the_format_and_the_encoding_can_be_named() {
        let options: InputOptions =
            serde_json::from_str(r#"{"format": "text", "encoding": "utf-16le"}"#).unwrap();
        let utf16: Vec<u8> = "{Да}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read_with(&[("a.jsonl", &utf16)], &options).texts(), [("a.jsonl", "text/plain", "{Да}")]);
        let options = InputOptions { format: crate::Format::Auto, ..options };
        assert_eq!(read_with(&[("a.txt", &utf16)], &options).texts(), [("a.txt", "text/plain", "{Да}")]);
    }

    #[test]
    fn reading_stops_when_it_is_told_to() {
        let folder =
            folder(&[("a.jsonl", b"{\"text\": \"one\"}\n{\"text\": \"two\"}\n"), ("b.txt", b"three")]);
        let mut count = 0;
        dumps(&folder, &InputOptions::default(), 1 << 20).read(0, &mut |_| {
            count += 1;
            ControlFlow::Break(())
        });
        assert_eq!(count, 1);
    }

    #[test]
    fn a_stream_is_read_like_a_file() {
        let mut seen = Seen::default();
        let gzip = compressed("{\"text\": \"one\"}\n", copydesk_store::Compression::Gzip { level: 6 });
        let size = gzip.len() as u64;
        read_stream("standard input", io::Cursor::new(gzip), &InputOptions::default(), &mut |reading| {
            seen.take(reading)
        });
        assert_eq!(seen.texts(), [("standard input:0", "text/plain", "one")]);
        assert_eq!(seen.progress, size);
    }

    proptest! {
        #[test]
        fn the_cuts_change_nothing(
            records in proptest::collection::vec("(\u{feff}|)(\\{\"text\":\"[a-c\u{e9}]{0,60}\"\\}|[ -~]{0,9}|)\r?", 0..30),
            size in 1u64..400,
            extension in "(\\.jsonl|\\.json|)",
        ) {
            let name = format!("a{extension}");
            let folder = folder(&[(name.as_str(), records.join("\n").as_bytes()), ("b.jsonl", b"{\"text\":\"end\"}")]);
            let options = InputOptions::default();
            let whole = read_all(&dumps(&folder, &options, 1 << 30));
            let cut = read_all(&dumps(&folder, &options, size));
            prop_assert_eq!(whole, cut);
        }

        /// Lines cross members; some members are damaged.
        #[test]
        fn the_cuts_of_compressed_files_change_nothing(
            records in prop::collection::vec("(\\{\"text\":\"[a-z\u{e9}]{0,60}\"\\}|[ -~]{0,9}|)\r?", 0..60),
            steps in prop::collection::vec((1usize..200, 0usize..20, any::<prop::sample::Index>()), 1..20),
            is_gzip in any::<bool>(),
            size in 1u64..900,
        ) {
            let text = records.join("\n");
            let mut rest = text.as_bytes();
            let mut file = Vec::new();
            for (length, damage, place) in steps.iter().cycle() {
                let (piece, behind) = rest.split_at(rest.len().min(*length));
                let compression = if is_gzip {
                    copydesk_store::Compression::Gzip { level: 6 }
                } else {
                    copydesk_store::Compression::Zstd { level: 3 }
                };
                let mut encoder = copydesk_store::Encoder::new(Vec::new(), compression).unwrap();
                encoder.write_all(piece).unwrap();
                let mut member = encoder.finish().unwrap();
                let place = place.index(member.len());
                match damage {
                    0 => member.truncate(place),
                    1 => member[place] ^= 0x20,
                    _ => {}
                }
                file.extend(member);
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            let folder = folder(&[("a.jsonl.gz", &file)]);
            let whole = read_all(&dumps(&folder, &InputOptions::default(), 1 << 30));
            let cut = read_all(&dumps(&folder, &InputOptions::default(), size));
            prop_assert_eq!(whole, cut);
        }

        #[test]
        fn any_bytes_can_be_read(bytes in any::<Vec<u8>>(), name in "a(\\.txt|\\.html|\\.json|\\.jsonl|\\.warc|)(\\.gz|)", size in 1u64..100) {
            let folder = folder(&[(name.as_str(), &bytes)]);
            let dumps = dumps(&folder, &InputOptions::default(), size);
            prop_assert_eq!(read_all(&dumps).progress, bytes.len() as u64);
        }
    }
}
