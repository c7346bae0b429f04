//! Articles as columns: a Parquet file.
//!
//! Rows wait until a row group is full and are then written column by column. What waits is held in
//! pieces, so that nothing is copied when it grows, and each piece is let go as soon as it is written:
//! a file being written holds one row group of raw bytes, and a page or two. A column that is
//! an object in JSON Lines is a struct here, so that the same query reads both. No column can be null.
//! Nothing in the file depends on the clock or on the machine.

use std::io;
use std::sync::Arc;

use ::parquet::basic::{Compression as Codec, GzipLevel};
use ::parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};
use copydesk_core::{Output, OutputFile, PartFile};

use crate::columns::{Column, Row, Value};
use crate::{Compression, ExportOptions};

/// Raw bytes in a row group. Readers work on a row group at a time and want tens of MiB; every
/// thread of a run holds one.
const GROUP: usize = 64 << 20;

/// Raw bytes in a piece of a column.
const PIECE: usize = 1 << 20;

/// A file that rows are written to.
pub(crate) struct Table {
    name: String,
    rows: u64,
    columns: &'static [Column],
    cells: Vec<Cells>,
    /// Raw bytes that wait, and how many are a row group.
    held: usize,
    most: usize,
    writer: SerializedFileWriter<Box<dyn OutputFile>>,
}

/// The values of one column that wait.
enum Cells {
    Text(Vec<Piece>),
    Integer(Vec<i64>),
    Real(Vec<f64>),
}

/// Texts, one behind the other.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Table {
    pub(crate) fn create(
        output: &dyn Output,
        name: String,
        columns: &'static [Column],
        options: &ExportOptions,
    ) -> io::Result<Self> {
        let file = output.create(&name)?;
        let writer = SerializedFileWriter::new(file, schema(columns), Arc::new(properties(options)));
        let writer = writer.map_err(|error| plain(&name, error))?;
        let cells = columns.iter().map(|column| Cells::new(column.value)).collect();
        Ok(Table { name, rows: 0, columns, cells, held: 0, most: GROUP, writer })
    }

    pub(crate) fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.rows += 1;
        for (cells, column) in self.cells.iter_mut().zip(self.columns) {
            self.held += cells.push(column.value, row);
        }
        if self.held >= self.most { self.end_group() } else { Ok(()) }
    }

    pub(crate) fn seal(mut self) -> io::Result<PartFile> {
        if self.held > 0 {
            self.end_group()?;
        }
        let file = self.writer.into_inner().map_err(|error| plain(&self.name, error))?;
        Ok(PartFile::new(self.name, self.rows, file.seal()?))
    }

    fn end_group(&mut self) -> io::Result<()> {
        self.held = 0;
        write_group(&mut self.writer, &mut self.cells).map_err(|error| plain(&self.name, error))
    }
}

fn write_group(writer: &mut SerializedFileWriter<Box<dyn OutputFile>>, columns: &mut [Cells]) -> Result<()> {
    let mut group = writer.next_row_group()?;
    for cells in columns {
        let mut column = group.next_column()?.expect("cells and schema are made of the same columns");
        cells.write(&mut column)?;
        column.close()?;
    }
    group.close().map(drop)
}

impl Cells {
    fn new(value: Value) -> Self {
        match value {
            Value::Text(_) | Value::Json(_) => Cells::Text(Vec::new()),
            Value::Integer(_) => Cells::Integer(Vec::new()),
            Value::Real(_) => Cells::Real(Vec::new()),
        }
    }

    /// Takes in the value of a row, and says how many bytes it holds more.
    fn push(&mut self, value: Value, row: &Row<'_>) -> usize {
        size_of::<usize>()
            + match (self, value) {
                (Cells::Text(pieces), Value::Text(text) | Value::Json(text)) => push_text(pieces, text(row)),
                (Cells::Integer(numbers), Value::Integer(number)) => push_number(numbers, number(row)),
                (Cells::Real(numbers), Value::Real(number)) => push_number(numbers, number(row)),
                _ => unreachable!("the cells of a column are made for its type"),
            }
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        match self {
            Cells::Text(pieces) => {
                let writer = column.typed::<ByteArrayType>();
                pieces
                    .drain(..)
                    .try_for_each(|piece| writer.write_batch(&piece.into_values(), None, None).map(drop))
            }
            Cells::Integer(numbers) => {
                column.typed::<Int64Type>().write_batch(numbers, None, None)?;
                numbers.clear();
                Ok(())
            }
            Cells::Real(numbers) => {
                column.typed::<DoubleType>().write_batch(numbers, None, None)?;
                numbers.clear();
                Ok(())
            }
        }
    }
}

fn push_number<T>(numbers: &mut Vec<T>, number: T) -> usize {
    numbers.push(number);
    0
}

/// How many bytes the text is, over what any cell is.
fn push_text(pieces: &mut Vec<Piece>, text: &str) -> usize {
    let has_room = |piece: &Piece| piece.bytes.len() + text.len() <= PIECE;
    if !pieces.last().is_some_and(has_room) {
        pieces.push(Piece::default());
    }
    let piece = pieces.last_mut().expect("one was pushed just above");
    piece.bytes.extend_from_slice(text.as_bytes());
    piece.ends.push(piece.bytes.len());
    text.len()
}

impl Piece {
    /// The texts as Parquet wants them: all of them share the bytes.
    fn into_values(self) -> Vec<ByteArray> {
        let bytes = ByteArray::from(self.bytes);
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| bytes.slice(start, end - start)).collect()
    }
}

fn properties(options: &ExportOptions) -> WriterProperties {
    let level = options.level;
    let codec = match options.compression {
        Compression::Zstd => Codec::ZSTD(zstd_level(level)),
        Compression::Gzip => Codec::GZIP(GzipLevel::try_new(level).unwrap_or_default()),
        Compression::None => Codec::UNCOMPRESSED,
    };
    WriterProperties::builder()
        .set_created_by(concat!("copydesk version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(codec)
        .build()
}

fn zstd_level(level: u32) -> ZstdLevel {
    i32::try_from(level).ok().and_then(|level| ZstdLevel::try_new(level).ok()).unwrap_or_default()
}

fn schema(columns: &[Column]) -> TypePtr {
    let runs = columns.chunk_by(|one, next| one.group.is_some() && one.group == next.group);
    let fields = runs.map(|run| match run[0].group {
        None => leaf(&run[0]),
        Some(group) => {
            let members = run.iter().map(leaf).collect();
            let group = Type::group_type_builder(group).with_repetition(Repetition::REQUIRED);
            Arc::new(group.with_fields(members).build().expect("a struct has members"))
        }
    });
    let root = Type::group_type_builder("schema").with_fields(fields.collect());
    Arc::new(root.build().expect("a schema has columns"))
}

fn leaf(column: &Column) -> TypePtr {
    let physical = match column.value {
        Value::Text(_) | Value::Json(_) => Physical::BYTE_ARRAY,
        Value::Integer(_) => Physical::INT64,
        Value::Real(_) => Physical::DOUBLE,
    };
    let leaf = Type::primitive_type_builder(column.name, physical).with_repetition(Repetition::REQUIRED);
    let leaf = match column.value {
        // a column of JSON is text, too: few readers know the logical type for it
        Value::Text(_) | Value::Json(_) => {
            leaf.with_logical_type(Some(LogicalType::String)).with_converted_type(ConvertedType::UTF8)
        }
        Value::Integer(_) | Value::Real(_) => leaf,
    };
    Arc::new(leaf.build().expect("a type of its own and no length is a valid leaf"))
}

/// What the disk said is passed on as it is; anything else gets the file's name.
fn plain(name: &str, error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(inner) => io::Error::other(format!("{name}: {inner}")),
        },
        error => io::Error::other(format!("{name}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schema;
    use crate::columns::{Desk, columns};
    use crate::testing::Memory;
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::RowAccessor;
    use copydesk_core::{Block, BlockKind, Document};
    use std::io::Write;

    const NAME: &str = "data/part-00000.parquet";

    fn file(texts: &[String], most: usize) -> Vec<u8> {
        let options = ExportOptions { schema: Schema::Fineweb, ..ExportOptions::default() };
        let memory = Memory::default();
        let mut table = Table::create(&memory, NAME.to_owned(), columns(options.schema), &options).unwrap();
        table.most = most;
        let mut desk = Desk::default();
        for text in texts {
            let mut document = Document::from_text(text.clone());
            document.blocks = vec![Block::new(0..text.len(), BlockKind::Paragraph)];
            document.metadata = "\"token_count\":7".into();
            table.write(&desk.row(&document, &options)).unwrap();
        }
        let sealed = table.seal().unwrap();
        let bytes = memory.read(NAME);
        assert_eq!((sealed.rows, sealed.bytes), (texts.len() as u64, bytes.len() as u64));
        bytes
    }

    fn reader(bytes: &[u8]) -> SerializedFileReader<std::fs::File> {
        let mut scratch = tempfile::tempfile().unwrap();
        scratch.write_all(bytes).unwrap();
        SerializedFileReader::new(scratch).unwrap()
    }

    #[test]
    fn a_row_group_ends_when_it_holds_enough() {
        let texts: Vec<_> = (0..10).map(|n| n.to_string().repeat(1000)).collect();
        let file = reader(&file(&texts, 3000));
        let groups = file.metadata().row_groups();
        assert_eq!(groups.iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [3, 3, 3, 1]);
        let rows: Vec<_> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(
            rows.iter().map(|row| row.get_string(0).unwrap()).collect::<Vec<_>>(),
            texts.iter().collect::<Vec<_>>()
        );
        assert_eq!((rows[9].get_double(7).unwrap(), rows[9].get_long(8).unwrap()), (0.0, 7));
    }

    #[test]
    fn a_text_longer_than_a_piece_is_whole() {
        let texts = [String::new(), "ø".repeat(PIECE), "x".into()];
        let file = reader(&file(&texts, GROUP));
        let rows: Vec<_> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert!(rows.iter().zip(&texts).all(|(row, text)| row.get_string(0).unwrap() == text));
        assert_eq!(file.metadata().num_row_groups(), 1);
    }

    #[test]
    fn what_the_disk_says_is_passed_on() {
        let full = plain(NAME, ParquetError::from(io::Error::from_raw_os_error(28)));
        assert_eq!(full.raw_os_error(), Some(28));
        let other = plain(NAME, ParquetError::General("too long".into())).to_string();
        assert_eq!(other, "data/part-00000.parquet: Parquet error: too long");
    }

    #[test]
    fn equal_rows_are_equal_bytes() {
        let texts = ["Aune".to_owned(), "opens".to_owned()];
        assert_eq!(file(&texts, GROUP), file(&texts, GROUP));
        let created_by =
            reader(&file(&texts, GROUP)).metadata().file_metadata().created_by().map(str::to_owned);
        assert_eq!(created_by.as_deref(), Some(concat!("copydesk version ", env!("CARGO_PKG_VERSION"))));
    }
}
