//! The fixed cuts of an input.
//!
//! A large file of records is cut into ranges of bytes, compressed or not; small files are put together. The cuts
//! depend on names and sizes alone, never on threads or on what is in a file, so that the same
//! input gives the same parts of the output. A unit never mixes two named inputs.

use std::ops::Range;

use copydesk_core::Unit;
use copydesk_store::{Found, Skipped, inner_name};

use crate::Format;
use crate::format::may_be_cut;

/// So many small files make a unit at most, however short they are: a few thousand articles keep a
/// thread busy for long enough, and no part of the output holds 100,000 of them.
const MOST_FILES: usize = 4096;

/// What a unit is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    /// Whole files, by index.
    Files(Range<usize>),
    /// A range of a file: the records that begin in it, or in the compressed members that do; the row
    /// groups or the entries of an archive.
    Range {
        /// Index of the file.
        file: usize,
        /// In bytes.
        range: Range<u64>,
    },
    /// What lay among the files of an input and is none, by index.
    Skipped(Range<usize>),
}

/// One unit of no bytes for what each input passed over. They come behind all others, so that no
/// part of the output gets another number because of them.
pub(crate) fn skipped_units(skipped: &[Skipped]) -> Vec<(Unit, Work)> {
    let mut start = 0;
    let unit = |of: &[Skipped]| {
        let range = start..start + of.len();
        start = range.end;
        (Unit { input: of[0].pattern, bytes: 0 }, Work::Skipped(range))
    };
    skipped.chunk_by(|a, b| a.pattern == b.pattern).map(unit).collect()
}

/// Cuts files into units of about `size` bytes.
pub(crate) fn cut(files: &[Found], format: Format, size: u64) -> Vec<(Unit, Work)> {
    let mut cuts = Cuts { units: Vec::new(), group: 0..0, bytes: 0, input: 0 };
    for (index, file) in files.iter().enumerate() {
        let inner = inner_name(&file.name);
        let may_be_cut = may_be_cut(format, inner.unwrap_or(&file.name));
        match (may_be_cut, inner) {
            (true, _) if file.blob.size() > size && file.blob.has_random_access() => {
                cuts.push_ranges(index, file, size);
            }
            // what it becomes is not known
            (true, Some(_)) => cuts.push_alone(index, file),
            _ => cuts.push_grouped(index, file, size),
        }
    }
    cuts.close_group();
    cuts.units
}

struct Cuts {
    units: Vec<(Unit, Work)>,
    group: Range<usize>,
    bytes: u64,
    input: usize,
}

impl Cuts {
    fn close_group(&mut self) {
        if !self.group.is_empty() {
            let unit = Unit { input: self.input, bytes: self.bytes };
            self.units.push((unit, Work::Files(self.group.clone())));
            self.group = 0..0;
        }
    }

    fn push_grouped(&mut self, index: usize, file: &Found, size: u64) {
        let is_full = self.bytes + file.blob.size() > size || self.group.len() == MOST_FILES;
        if is_full || self.input != file.pattern || self.group.is_empty() {
            self.close_group();
            (self.group, self.bytes, self.input) = (index..index, 0, file.pattern);
        }
        self.group.end = index + 1;
        self.bytes += file.blob.size();
    }

    fn push_alone(&mut self, index: usize, file: &Found) {
        self.close_group();
        self.units
            .push((Unit { input: file.pattern, bytes: file.blob.size() }, Work::Files(index..index + 1)));
    }

    fn push_ranges(&mut self, index: usize, file: &Found, size: u64) {
        self.close_group();
        let step = file.blob.size().div_ceil(file.blob.size().div_ceil(size));
        let mut start = 0;
        while start < file.blob.size() {
            let end = file.blob.size().min(start + step);
            let unit = Unit { input: file.pattern, bytes: end - start };
            self.units.push((unit, Work::Range { file: index, range: start..end }));
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(files: &[(&str, u64, usize)]) -> Vec<(usize, u64, Work)> {
        let found = |&(name, size, pattern): &(&str, u64, usize)| Found {
            blob: copydesk_store::Blob::file(name, size),
            name: name.into(),
            pattern,
        };
        let files: Vec<_> = files.iter().map(found).collect();
        cut(&files, Format::Auto, 100)
            .into_iter()
            .map(|(unit, work)| (unit.input, unit.bytes, work))
            .collect()
    }

    #[test]
    fn a_large_file_of_lines_is_cut_into_even_ranges() {
        let lines = |range| Work::Range { file: 0, range };
        assert_eq!(
            cuts(&[("a.jsonl", 250, 0)]),
            [(0, 84, lines(0..84)), (0, 84, lines(84..168)), (0, 82, lines(168..250))]
        );
        assert_eq!(cuts(&[("a.jsonl", 100, 0)]), [(0, 100, Work::Files(0..1))]);
    }

    #[test]
    fn so_is_one_that_is_compressed() {
        let range = |range| Work::Range { file: 0, range };
        for name in ["a.jsonl.gz", "part-0.zst", "a.warc.gz", "a.warc.wet.xz"] {
            assert_eq!(cuts(&[(name, 150, 0)]), [(0, 75, range(0..75)), (0, 75, range(75..150))], "{name}");
        }
        assert_eq!(cuts(&[("a.txt.gz", 150, 0)]), [(0, 150, Work::Files(0..1))]);
    }

    #[test]
    fn small_files_are_put_together_in_order() {
        let files = [
            ("a.txt", 60, 0),
            ("b.txt", 40, 0),
            ("c.txt.gz", 1, 0),
            ("d.jsonl", 9, 0),
            ("e.txt", 500, 0),
            ("f.txt", 1, 0),
        ];
        assert_eq!(
            cuts(&files),
            [
                (0, 100, Work::Files(0..2)),
                (0, 10, Work::Files(2..4)),
                (0, 500, Work::Files(4..5)),
                (0, 1, Work::Files(5..6))
            ]
        );
    }

    #[test]
    fn a_unit_does_not_mix_inputs() {
        assert_eq!(
            cuts(&[("a.txt", 1, 0), ("b.txt", 1, 1)]),
            [(0, 1, Work::Files(0..1)), (1, 1, Work::Files(1..2))]
        );
    }

    #[test]
    fn compressed_lines_stand_alone() {
        let files = [("a.txt", 1, 0), ("b.jsonl.gz", 1, 0), ("part-0.zst", 90, 0), ("c.txt", 1, 0)];
        let works: Vec<_> = cuts(&files).into_iter().map(|(_, _, work)| work).collect();
        assert_eq!(works, [0..1, 1..2, 2..3, 3..4].map(Work::Files));
    }

    #[test]
    fn a_unit_has_a_bounded_number_of_files() {
        let files = vec![("empty.txt", 0, 0); 5000];
        let works: Vec<_> = cuts(&files).into_iter().map(|(_, _, work)| work).collect();
        assert_eq!(works, [0..4096, 4096..5000].map(Work::Files));
    }
}
