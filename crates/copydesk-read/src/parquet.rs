//! Files with a table in row groups: Parquet.
//!
//! The rows of a row group are put together, a few at a time, and each is a record with the columns as its members;
//! structs become objects, lists lists, points in time ISO 8601, and what is null is left out. A place is a row:
//! `offset` is its number in the file, from 0, and `length` how many rows there are. A file can be cut: a range
//! of it has the row groups whose first byte lies in the range. What is damaged costs a column or the rest of its row group, and the
//! crate that decodes may panic on it. What the columns mean is in `fields.rs`.

use std::fmt::Write;
use std::io::{self, Cursor, Read};
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::basic::{LogicalType, TimeUnit};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use ::parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use ::parquet::record::reader::{ReaderIter, TreeBuilder};
use ::parquet::record::{Field, Row};
use ::parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use bytes::Bytes;
use copydesk_store::{Blob, Limits, Source, without_path};

use crate::fields::{Record, Value, push_quoted};
use crate::sink::Sink;
use crate::thrift::{PageSizes, is_sound_footer, page_sizes};

/// Size of what a file ends with.
const FOOTER: u64 = 8;
/// Most page headers are shorter than the first; with two long texts in their statistics, not more than
/// the second.
const HEADERS: [u64; 2] = [64 << 10, 16 << 20];
/// So many rows of a column are decoded at once.
const BATCH: usize = 64;
/// How much of a column is read at once, and for how many columns that is kept.
const WINDOW: usize = 1 << 20;
const MOST_WINDOWS: usize = 16;
/// Where pages are large, fewer are kept than that: so many bytes of them.
const MOST_HELD: usize = 64 << 20;
/// A page of more bytes is not read, nor one that is small in the file and large in memory.
const LARGEST_PAGE: u64 = 256 << 20;
const SMALL_PAGE: u64 = 16 << 20;
const PAGE_RATIO: u64 = 200;
/// A row group of more rows than the file has bytes, times this, has no articles in it.
const ROWS_FOR_BYTE: u64 = 100;

/// Reads the row groups whose first byte lies in a range.
pub(crate) fn read(blob: &Blob, range: Range<u64>, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let file = match open(blob) {
        Ok(file) => file,
        Err(detail) if range.start == 0 => {
            let reason = if is_encrypted(blob) { "encrypted" } else { "not-parquet" };
            return sink.quarantine(sink.source(0, 0), reason, detail);
        }
        Err(_) => return ControlFlow::Continue(()),
    };
    let (mut first, mut consumed) = (0, 0);
    for (index, group) in file.metadata().row_groups().iter().enumerate() {
        let count = u64::try_from(group.num_rows()).unwrap_or(0);
        if range.contains(&first_byte(group, blob.size())) {
            Group { file: &file, index, first, count }.read(blob.size(), sink)?;
            consumed += u64::try_from(group.compressed_size()).unwrap_or(0).min(blob.size());
            sink.progress(consumed)?;
        }
        first = first.saturating_add(count);
    }
    ControlFlow::Continue(())
}

type File = SerializedFileReader<Windows>;

fn open(blob: &Blob) -> Result<File, String> {
    caught(|| {
        check_footer(blob)?;
        let file = File::new(Windows::new(blob.clone()))?;
        check(file.metadata())?;
        Ok(file)
    })
}

/// A footer that is not sound is refused before the decoder sees it.
fn check_footer(blob: &Blob) -> Result<(), ParquetError> {
    let Some(end) = blob.size().checked_sub(FOOTER) else { return Ok(()) };
    let tail = blob.bytes(end..blob.size()).unwrap_or_default();
    let [a, b, c, d, b'P', b'A', b'R', b'1'] = tail[..] else { return refused("it does not end like one") };
    match end.checked_sub(u64::from(u32::from_le_bytes([a, b, c, d]))) {
        Some(start) if is_sound_footer(&blob.bytes(start..end).unwrap_or_default()) => Ok(()),
        _ => refused("the footer is damaged"),
    }
}

fn is_encrypted(blob: &Blob) -> bool {
    blob.bytes(blob.size().saturating_sub(4)..blob.size()).is_ok_and(|end| end == b"PARE")
}

fn check(metadata: &ParquetMetaData) -> Result<(), ParquetError> {
    let columns = metadata.file_metadata().schema_descr().num_columns();
    let is_sound = |group: &RowGroupMetaData| group.num_rows() >= 0 && group.num_columns() == columns;
    match metadata.row_groups().iter().all(is_sound) {
        true => Ok(()),
        false => Err(ParquetError::General("a row group does not fit the schema".to_owned())),
    }
}

/// Where a row group begins; what cannot be true is brought into the file.
fn first_byte(group: &RowGroupMetaData, size: u64) -> u64 {
    let starts = group.columns().iter().flat_map(|column| {
        [column.dictionary_page_offset(), Some(column.data_page_offset())].into_iter().flatten()
    });
    let first = starts.filter_map(|start| u64::try_from(start).ok()).min();
    first.unwrap_or(0).min(size.saturating_sub(1))
}

/// Lets the crate that decodes do something; what it panics with is an error.
fn caught<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => outcome.map_err(|error| in_words(&error)),
        Err(_) => Err("the decoder gave up on it".to_owned()),
    }
}

fn in_words(error: &ParquetError) -> String {
    let message = error.to_string();
    message.strip_prefix("Parquet error: ").unwrap_or(&message).to_owned()
}

/// A row group that is read.
struct Group<'f> {
    file: &'f File,
    index: usize,
    /// Number of its first row in the file.
    first: u64,
    count: u64,
}

impl Group<'_> {
    fn read(&self, size: u64, sink: &mut Sink<'_>) -> ControlFlow<()> {
        if self.count > size.saturating_mul(ROWS_FOR_BYTE) {
            return self.give_up(0, &format!("{} rows in a file of {size} bytes", self.count), sink);
        }
        let names: Vec<_> = self.columns().iter().map(|column| column.name()).collect();
        if !sink.fields.may_hold_text(&names) {
            let detail =
                format!("no column `{}`; there are `{}`", sink.fields.text_name(), names.join("`, `"));
            return self.set_aside(0, "no-text", detail, sink);
        }
        let (done, Some(error)) = self.read_rows(0, &[], sink)? else { return ControlFlow::Continue(()) };
        let damaged = self.damaged_columns();
        let rest: Vec<_> = names.iter().filter(|&name| !damaged.iter().any(|(bad, _)| bad == name)).collect();
        let has_lost_text =
            sink.fields.may_hold_text(&damaged.iter().map(|(name, _)| name).collect::<Vec<_>>());
        if damaged.is_empty() || has_lost_text || !sink.fields.may_hold_text(&rest) {
            let text = damaged.iter().find(|(name, _)| sink.fields.may_hold_text(&[name]));
            let error = text.map_or(error, |(name, error)| format!("column `{name}`: {error}"));
            return self.give_up(done, &error, sink);
        }
        for (name, error) in &damaged {
            let detail = format!("column `{name}`: {error}; the rows are read without it");
            self.set_aside(done, "damaged", detail, sink)?;
        }
        let left_out: Vec<_> = damaged.iter().map(|(name, _)| name.as_str()).collect();
        match self.read_rows(done, &left_out, sink)? {
            (done, Some(error)) => self.give_up(done, &error, sink),
            (_, None) => ControlFlow::Continue(()),
        }
    }

    /// Nothing can be read from a row on.
    fn give_up(&self, done: u64, error: &str, sink: &mut Sink<'_>) -> ControlFlow<()> {
        self.set_aside(done, "damaged", format!("row group {}: {error}", self.index), sink)
    }

    /// Sets the rows from one on aside, as one record.
    fn set_aside(
        &self,
        done: u64,
        reason: &'static str,
        detail: String,
        sink: &mut Sink<'_>,
    ) -> ControlFlow<()> {
        let source = sink.source(self.first + done, (self.count - done) as usize);
        sink.quarantine(source, reason, detail)
    }

    fn columns(&self) -> &[TypePtr] {
        self.file.metadata().file_metadata().schema().get_fields()
    }

    /// The rows with all columns but some.
    fn rows(&self, columns: &[TypePtr]) -> Result<ReaderIter, String> {
        caught(|| {
            let schema = self.file.metadata().file_metadata().schema();
            let projected = Type::group_type_builder(schema.name()).with_fields(columns.to_vec()).build()?;
            let group = self.file.get_row_group(self.index)?;
            let schema = Arc::new(SchemaDescriptor::new(Arc::new(projected)));
            TreeBuilder::new().with_batch_size(BATCH).as_iter(schema, &*group)
        })
    }

    /// Reads the rows behind the first so many. Tells how many are done then, and why not all.
    fn read_rows(
        &self,
        from: u64,
        left_out: &[&str],
        sink: &mut Sink<'_>,
    ) -> ControlFlow<(), (u64, Option<String>)> {
        let mut columns = self.columns().to_vec();
        columns.retain(|column| !left_out.contains(&column.name()));
        let clocks: Vec<_> = columns.iter().map(|column| Clock::of(column)).collect();
        let mut rows = match self.rows(&columns) {
            Ok(rows) => rows,
            Err(error) => return ControlFlow::Continue((from, Some(error))),
        };
        let mut done = 0;
        loop {
            match caught(|| rows.next().transpose()) {
                Err(error) => return ControlFlow::Continue((done.max(from), Some(error))),
                Ok(None) => return ControlFlow::Continue((done.max(from), None)),
                Ok(Some(_)) if done < from => {}
                Ok(Some(row)) => read_row(&row, &clocks, self.first + done, sink)?,
            }
            done += 1;
        }
    }

    /// The columns that cannot be read to their ends, each with its reason.
    fn damaged_columns(&self) -> Vec<(String, String)> {
        let damage = |column: &TypePtr| {
            let read = self
                .rows(std::slice::from_ref(column))
                .and_then(|mut rows| caught(|| rows.try_for_each(|row| row.map(drop))));
            read.err().map(|error| (column.name().to_owned(), error))
        };
        self.columns().iter().filter_map(damage).collect()
    }
}

fn read_row(row: &Row, clocks: &[Clock], number: u64, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let source = sink.source(number, 1);
    let mut json = String::new();
    let ranges: Vec<_> = row
        .get_column_iter()
        .zip(clocks)
        .map(|((_, field), clock)| {
            let start = json.len();
            clock.push(field, &mut json);
            start..json.len()
        })
        .collect();
    let sizes = row.get_column_iter().map(|(_, field)| text(field).map_or(0, str::len));
    if json.len() + sizes.sum::<usize>() > sink.longest {
        return sink.too_long(source);
    }
    let columns = row.get_column_iter().zip(&ranges).filter_map(|((name, field), range)| match text(field) {
        Some(text) => Some((name.as_str(), Value::Text(text))),
        None => (!range.is_empty()).then(|| (name.as_str(), Value::Json(&json[range.clone()]))),
    });
    let outcome = Record::default().read_row(columns, sink.fields);
    sink.record(source, outcome)
}

/// A string, or bytes that are one.
fn text(field: &Field) -> Option<&str> {
    match field {
        Field::Str(text) => Some(text),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok(),
        _ => None,
    }
}

/// How the points in time of a column are meant.
#[derive(Clone, Copy)]
struct Clock {
    is_nanos: bool,
    is_local: bool,
}

impl Clock {
    fn of(column: &Type) -> Clock {
        match column.get_basic_info().logical_type_ref() {
            Some(LogicalType::Timestamp(timestamp)) => Clock {
                is_nanos: timestamp.unit == TimeUnit::NANOS,
                is_local: !timestamp.is_adjusted_to_u_t_c,
            },
            _ => Clock { is_nanos: false, is_local: false },
        }
    }

    /// Appends the value of a column, unless it is a string or null.
    fn push(self, field: &Field, out: &mut String) {
        let start = out.len();
        match field {
            Field::Null | Field::Str(_) => return,
            Field::Bytes(_) if text(field).is_some() => return,
            Field::Long(nanos) if self.is_nanos => push_instant(*nanos, 1_000_000_000, 9, out),
            _ => push(field, out),
        }
        if self.is_local && out[start..].ends_with("Z\"") {
            out.truncate(out.len() - 2);
            out.push('"');
        }
    }
}

/// Appends a value as JSON.
fn push(field: &Field, out: &mut String) {
    // writing into a string does not fail
    let _ = match field {
        Field::Null => out.write_str("null"),
        Field::Bool(truth) => write!(out, "{truth}"),
        Field::Byte(number) => write!(out, "{number}"),
        Field::Short(number) => write!(out, "{number}"),
        Field::Int(number) => write!(out, "{number}"),
        Field::Long(number) => write!(out, "{number}"),
        Field::UByte(number) => write!(out, "{number}"),
        Field::UShort(number) => write!(out, "{number}"),
        Field::UInt(number) => write!(out, "{number}"),
        Field::ULong(number) => write!(out, "{number}"),
        Field::Float16(number) => write!(out, "{}", serde_json::Value::from(number.to_f64())),
        Field::Float(number) => write!(out, "{}", serde_json::to_string(number).unwrap_or_default()),
        Field::Double(number) => write!(out, "{}", serde_json::Value::from(*number)),
        Field::Decimal(_) => write!(out, "{field}"),
        Field::Str(text) => return push_quoted(text, out),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => return push_quoted(text, out),
            Err(_) => return push_hex(bytes.data(), out),
        },
        Field::Date(days) => {
            let (year, month, day) = date(i64::from(*days));
            write!(out, "\"{year:04}-{month:02}-{day:02}\"")
        }
        Field::TimeMillis(millis) => return push_time(i64::from(*millis), 1000, 3, out),
        Field::TimeMicros(micros) => return push_time(*micros, 1_000_000, 6, out),
        Field::TimestampMillis(millis) => return push_instant(*millis, 1000, 3, out),
        Field::TimestampMicros(micros) => return push_instant(*micros, 1_000_000, 6, out),
        Field::Group(row) => return push_object(row, out),
        Field::ListInternal(list) => return push_list(list.elements().iter(), out),
        Field::MapInternal(map) => return push_map(map.entries(), out),
    };
}

fn push_object(row: &Row, out: &mut String) {
    let members = row.get_column_iter().filter(|(_, field)| !matches!(field, Field::Null));
    out.push('{');
    for (place, (name, field)) in members.enumerate() {
        out.push_str(if place > 0 { "," } else { "" });
        push_quoted(name, out);
        out.push(':');
        push(field, out);
    }
    out.push('}');
}

fn push_list<'f>(fields: impl Iterator<Item = &'f Field>, out: &mut String) {
    out.push('[');
    for (place, field) in fields.enumerate() {
        out.push_str(if place > 0 { "," } else { "" });
        push(field, out);
    }
    out.push(']');
}

/// Appends a map: an object if its keys are strings, else a list of pairs.
fn push_map(entries: &[(Field, Field)], out: &mut String) {
    let is_object = entries.iter().all(|(key, _)| text(key).is_some());
    out.push(if is_object { '{' } else { '[' });
    for (place, (key, value)) in entries.iter().enumerate() {
        out.push_str(if place > 0 { "," } else { "" });
        if is_object {
            push(key, out);
            out.push(':');
            push(value, out);
        } else {
            push_list([key, value].into_iter(), out);
        }
    }
    out.push(if is_object { '}' } else { ']' });
}

fn push_hex(bytes: &[u8], out: &mut String) {
    out.push('"');
    bytes.iter().for_each(|byte| _ = write!(out, "{byte:02x}"));
    out.push('"');
}

fn push_time(time: i64, second: i64, digits: usize, out: &mut String) {
    out.push('"');
    push_clock(time, second, digits, out);
    out.push('"');
}

/// Appends a point in time in UTC, counted in parts of a second.
fn push_instant(time: i64, second: i64, digits: usize, out: &mut String) {
    let (year, month, day) = date(time.div_euclid(86_400 * second));
    let _ = write!(out, "\"{year:04}-{month:02}-{day:02}T");
    push_clock(time.rem_euclid(86_400 * second), second, digits, out);
    out.push_str("Z\"");
}

fn push_clock(time: i64, second: i64, digits: usize, out: &mut String) {
    let (seconds, rest) = (time.div_euclid(second), time.rem_euclid(second));
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest > 0 {
        let _ = write!(out, ".{rest:0digits$}");
    }
}

/// Year, month and day of a day counted from 1970 on, in the Gregorian calendar.
fn date(days: i64) -> (i64, i64, i64) {
    // years that begin in March have their leap day at the end; an era is 400 of them
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

/// A file in pieces that are read ahead, as many as there are columns being read side by side.
struct Windows {
    blob: Blob,
    /// Where each begins; the one used last is at the end.
    read: Mutex<Vec<(u64, Bytes)>>,
}

impl Windows {
    fn new(blob: Blob) -> Self {
        Windows { blob, read: Mutex::default() }
    }

    /// All that is known behind a place, and at least so much, if the file goes on so far.
    fn behind(&self, start: u64, least: usize) -> ::parquet::errors::Result<Bytes> {
        let mut windows = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = windows.iter().position(|(at, bytes)| {
            start.checked_sub(*at).is_some_and(|skip| skip + least as u64 <= bytes.len() as u64)
        });
        let (at, bytes) = match known {
            Some(known) => windows.remove(known),
            None => (start, self.fetch(start, least)?),
        };
        let found = bytes.slice((start - at) as usize..);
        windows.push((at, bytes));
        while windows.len() > 1 && (windows.len() > MOST_WINDOWS || held(&windows) > MOST_HELD) {
            windows.remove(0);
        }
        Ok(found)
    }

    /// Refuses a page that decompresses to more than it says: the decoder would fill the memory with it.
    fn check_values(&self, start: u64, sizes: PageSizes) -> ::parquet::errors::Result<()> {
        let packed = sizes.packed.saturating_sub(sizes.levels);
        let start = start.saturating_add(sizes.levels);
        if start.saturating_add(packed) > self.blob.size() {
            return refused("a page goes beyond the end");
        }
        let values = self.behind(start, packed as usize)?;
        let values = values.slice(..values.len().min(packed as usize));
        let Ok(values) = Source::of_reader(Path::new("page"), Cursor::new(values), Limits::default()) else {
            return Ok(());
        };
        if !values.is_compressed() {
            return Ok(());
        }
        // what else is wrong with it is for the decoder to say
        match io::copy(&mut values.take(sizes.whole + 1), &mut io::sink()) {
            Ok(count) if count > sizes.whole => refused("a page decompresses to more than it says"),
            _ => Ok(()),
        }
    }

    fn fetch(&self, start: u64, least: usize) -> ::parquet::errors::Result<Bytes> {
        let end = start.saturating_add(least.max(WINDOW) as u64);
        let bytes = self.blob.bytes(start..end);
        bytes.map(Bytes::from).map_err(|error| ParquetError::General(without_path(&error)))
    }
}

fn held(windows: &[(u64, Bytes)]) -> usize {
    windows.iter().map(|(_, bytes)| bytes.len()).sum()
}

impl Length for Windows {
    fn len(&self) -> u64 {
        self.blob.size()
    }
}

impl ChunkReader for Windows {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> ::parquet::errors::Result<Self::T> {
        let rest = self.blob.size().saturating_sub(start);
        let mut known = self.behind(start, rest.min(HEADERS[0]) as usize)?;
        // the end of the file is asked for in the same way
        if rest > FOOTER {
            if page_sizes(&known).is_none() {
                known = self.behind(start, rest.min(HEADERS[1]) as usize)?;
            }
            let sizes = check_page(page_sizes(&known))?;
            self.check_values(start + sizes.header, sizes)?;
        }
        let next = start + known.len() as u64;
        let rest = Rest { blob: self.blob.clone(), next, inner: None };
        Ok(Box::new(Cursor::new(known).chain(rest)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ::parquet::errors::Result<Bytes> {
        if start.saturating_add(length as u64) > self.blob.size() {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} are beyond the end")));
        }
        let bytes = self.behind(start, length)?;
        match bytes.len() < length {
            true => Err(ParquetError::EOF(format!("the file ends {} bytes early", length - bytes.len()))),
            false => Ok(bytes.slice(..length)),
        }
    }
}

/// Refuses a page that the decoder must not see.
fn check_page(sizes: Option<PageSizes>) -> ::parquet::errors::Result<PageSizes> {
    match sizes {
        None => refused("a page has no sound header"),
        Some(PageSizes { whole, .. }) if whole > LARGEST_PAGE => refused("a page is larger than 256 MiB"),
        Some(PageSizes { whole, packed, .. })
            if whole > SMALL_PAGE.max(packed.saturating_mul(PAGE_RATIO)) =>
        {
            refused("a page decompresses to more than 200 times its size")
        }
        Some(sizes) => Ok(sizes),
    }
}

fn refused<T>(message: &str) -> ::parquet::errors::Result<T> {
    Err(ParquetError::General(message.to_owned()))
}

/// What is behind the window, opened when it is asked for.
struct Rest {
    blob: Blob,
    next: u64,
    inner: Option<Box<dyn Read + Send>>,
}

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.inner.is_none() {
            self.inner = Some(self.blob.read_from(self.next)?);
        }
        self.inner.as_mut().map_or(Ok(0), |inner| inner.read(buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputOptions;
    use crate::seen::{Seen, file, flips, stream};
    use ::parquet::basic::Compression;
    use ::parquet::data_type::{
        BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
    };
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use ::parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;

    type Columns<'c> = Vec<Box<dyn Fn(&mut SerializedColumnWriter<'_>) + 'c>>;

    /// A column of values, with the levels at which they are defined and repeated.
    fn column<'c, T: DataType>(
        values: Vec<T::T>,
        levels: (&'c [i16], &'c [i16]),
    ) -> Box<dyn Fn(&mut SerializedColumnWriter<'_>) + 'c>
    where
        T::T: 'c,
    {
        Box::new(move |writer| {
            let defined = Some(levels.0).filter(|levels| !levels.is_empty());
            let repeated = Some(levels.1).filter(|levels| !levels.is_empty());
            writer.typed::<T>().write_batch(&values, defined, repeated).unwrap();
        })
    }

    fn strings(values: &[&str]) -> Vec<ByteArray> {
        values.iter().map(|&value| ByteArray::from(value)).collect()
    }

    fn written(schema: &str, groups: &[Columns<'_>], properties: WriterProperties) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        for columns in groups {
            let mut group = writer.next_row_group().unwrap();
            for write in columns {
                let mut column = group.next_column().unwrap().unwrap();
                write(&mut column);
                column.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn packed(compression: Compression) -> WriterProperties {
        WriterProperties::builder().set_compression(compression).set_dictionary_enabled(false).build()
    }

    /// Row groups of a text and a number each.
    fn table(groups: &[&[&str]], properties: WriterProperties) -> Vec<u8> {
        let columns: Vec<Columns<'_>> = groups
            .iter()
            .map(|texts| {
                let views = (0..texts.len() as i64).collect();
                vec![
                    column::<ByteArrayType>(strings(texts), (&[], &[])),
                    column::<Int64Type>(views, (&[], &[])),
                ]
            })
            .collect();
        let schema = "message m { required binary text (UTF8); required int64 views; }";
        written(schema, &columns, properties)
    }

    fn read(bytes: &[u8]) -> Seen {
        file("n.parquet", bytes, &InputOptions::default(), 1 << 20)
    }

    const GROUPS: [&[&str]; 3] = [&["one", "two"], &["three"], &["four", "five", "six"]];
    const ROWS: [&str; 6] = [
        "n.parquet:0+1 n.parquet:0 one",
        "n.parquet:1+1 n.parquet:1 two",
        "n.parquet:2+1 n.parquet:2 three",
        "n.parquet:3+1 n.parquet:3 four",
        "n.parquet:4+1 n.parquet:4 five",
        "n.parquet:5+1 n.parquet:5 six",
    ];

    #[test]
    fn every_row_is_a_record() {
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(Default::default()),
            Compression::ZSTD(Default::default()),
            Compression::BROTLI(Default::default()),
            Compression::LZ4_RAW,
        ] {
            let bytes = table(&GROUPS, packed(compression));
            let seen = read(&bytes);
            assert_eq!(seen.lines, ROWS, "{compression:?}");
            assert_eq!(seen.documents[5].metadata, "\"views\":2");
            assert_eq!(seen.progress, bytes.len() as u64);
        }
        let with_dictionary = table(&GROUPS, WriterProperties::builder().build());
        assert_eq!(read(&with_dictionary).lines, ROWS);
        assert_eq!(stream("n.parquet", with_dictionary.clone(), &InputOptions::default()).lines, ROWS);
        assert_eq!(file("n", &with_dictionary, &InputOptions::default(), 1 << 20).texts().len(), 6);
    }

    #[test]
    fn the_cuts_change_nothing() {
        let bytes = table(&GROUPS, packed(Compression::SNAPPY));
        for unit in [1, 13, 60, 100, 250] {
            let seen = file("n.parquet", &bytes, &InputOptions::default(), unit);
            assert_eq!(seen.lines, ROWS);
            assert_eq!(seen.progress, bytes.len() as u64);
        }
    }

    #[test]
    fn columns_of_every_type_are_kept() {
        let schema = "message m {
            required binary text (UTF8);
            optional binary url (UTF8);
            optional int64 date (TIMESTAMP(MICROS, true));
            optional int64 seen (TIMESTAMP(NANOS, false));
            optional int32 day (DATE);
            optional boolean ok;
            optional double score;
            optional binary raw;
            required group metadata { optional binary language (UTF8); optional int32 n; }
            optional group authors (LIST) { repeated group list { optional binary element (UTF8); } }
            optional group tags (MAP) { repeated group key_value { required binary key (UTF8); optional int32 value; } }
        }";
        let both: &[i16] = &[1, 0];
        let columns: Columns<'_> = vec![
            column::<ByteArrayType>(strings(&["The \"bridge\" is open.", "Closed."]), (&[], &[])),
            column::<ByteArrayType>(strings(&["https://example.org/1"]), (both, &[])),
            column::<Int64Type>(vec![1_714_554_000_250_000], (both, &[])),
            column::<Int64Type>(vec![-1], (both, &[])),
            column::<Int32Type>(vec![19_844], (both, &[])),
            column::<BoolType>(vec![true], (both, &[])),
            column::<DoubleType>(vec![0.5], (both, &[])),
            column::<ByteArrayType>(vec![ByteArray::from(vec![0xff, 0x00])], (both, &[])),
            column::<ByteArrayType>(strings(&["en"]), (both, &[])),
            column::<Int32Type>(vec![7], (both, &[])),
            column::<ByteArrayType>(strings(&["Ada", "Bob"]), (&[3, 3, 0], &[0, 1, 0])),
            column::<ByteArrayType>(strings(&["a", "b"]), (&[2, 2, 0], &[0, 1, 0])),
            column::<Int32Type>(vec![1], (&[3, 2, 0], &[0, 1, 0])),
        ];
        let bytes = written(schema, &[columns], packed(Compression::ZSTD(Default::default())));
        let seen = read(&bytes);
        assert_eq!(seen.texts(), ["The \"bridge\" is open.", "Closed."]);
        let [first, second] = &seen.documents[..] else { panic!("two rows") };
        assert_eq!(first.url.as_deref(), Some("https://example.org/1"));
        assert_eq!(first.date.as_deref(), Some("2024-05-01T09:00:00.250000Z"));
        assert_eq!((first.language.as_deref(), first.author.as_deref()), (Some("en"), Some("Ada; Bob")));
        assert_eq!(
            first.metadata,
            r#""seen":"1969-12-31T23:59:59.999999999","day":"2024-05-01","ok":true,"score":0.5,"raw":"ff00","tags":{"a":1,"b":null},"language":"en","n":7"#
        );
        assert_eq!((second.metadata.as_str(), second.author.as_deref()), ("", None));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(-1), (1969, 12, 31));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(19_844), (2024, 5, 1));
        assert_eq!(date(-719_468), (0, 3, 1));
    }

    #[test]
    fn a_table_without_a_text_is_set_aside_once_for_a_row_group() {
        let schema = "message m { required binary story (UTF8); required int64 n; }";
        let columns: Columns<'_> = vec![
            column::<ByteArrayType>(strings(&["a", "b"]), (&[], &[])),
            column::<Int64Type>(vec![1, 2], (&[], &[])),
        ];
        let bytes = written(schema, &[columns], packed(Compression::UNCOMPRESSED));
        assert_eq!(read(&bytes).lines, ["n.parquet:0+2 no-text: no column `text`; there are `story`, `n`"]);
        let options: InputOptions =
            serde_json::from_str(r#"{"fields": {"text": "story", "id": "n"}}"#).unwrap();
        let seen = file("n.parquet", &bytes, &options, 1 << 20);
        assert_eq!(seen.lines, ["n.parquet:0+1 1 a", "n.parquet:1+1 2 b"]);
    }

    #[test]
    fn what_is_no_parquet_is_set_aside_once() {
        let options = InputOptions::default();
        let seen = file("n.parquet", b"<html>Not found</html>", &options, 5);
        assert_eq!(seen.lines.len(), 1);
        assert!(seen.lines[0].starts_with("n.parquet:0+0 not-parquet: "), "{:?}", seen.lines);
        let bytes = table(&GROUPS, packed(Compression::SNAPPY));
        let seen = file("n.parquet", &bytes[..bytes.len() - 9], &options, 50);
        assert_eq!(seen.lines.len(), 1);
        assert!(seen.lines[0].starts_with("n.parquet:0+0 not-parquet: "), "{:?}", seen.lines);
    }

    #[test]
    fn a_damaged_column_costs_itself_and_a_damaged_text_its_row_group() {
        let properties = packed(Compression::SNAPPY);
        let bytes = table(&GROUPS, properties);
        let metadata = open(&Blob::memory("n", bytes.clone())).unwrap().metadata().clone();
        let broken = |column: usize| {
            let start = metadata.row_group(0).column(column).data_page_offset() as usize;
            let mut broken = bytes.clone();
            broken[start..start + 8].fill(0xff);
            read(&broken).lines
        };
        let views = broken(1);
        assert!(views[0].starts_with("n.parquet:0+2 damaged: column `views`: "), "{views:?}");
        assert_eq!(views[1..], ROWS);
        let text = broken(0);
        assert!(text[0].starts_with("n.parquet:0+2 damaged: row group 0: column `text`: "), "{text:?}");
        assert_eq!(text[1..], ROWS[2..]);
    }

    #[test]
    fn a_page_that_lies_about_its_size_is_refused() {
        for compression in [Compression::GZIP(Default::default()), Compression::ZSTD(Default::default())] {
            let zeros = "0".repeat(4 << 20);
            let mut bytes = table(&[&[&zeros], &["two"]], packed(compression));
            let start = open(&Blob::memory("n", bytes.clone()))
                .unwrap()
                .metadata()
                .row_group(0)
                .column(0)
                .data_page_offset() as usize;
            let sizes = page_sizes(&bytes[start..]).unwrap();
            assert_eq!(sizes.whole, (4 << 20) + 4);
            // the same number of bytes say 100 instead
            bytes[start + 3..start + 7].copy_from_slice(&[0xc8, 0x81, 0x80, 0x00]);
            assert_eq!(
                read(&bytes).lines,
                [
                    "n.parquet:0+1 damaged: row group 0: column `text`: a page decompresses to more than it says",
                    "n.parquet:1+1 n.parquet:1 two"
                ]
            );
        }
    }

    #[test]
    fn flipped_bits_do_no_harm() {
        std::panic::set_hook(Box::new(|_| {}));
        let bytes = table(&GROUPS, packed(Compression::UNCOMPRESSED));
        for flipped in flips(&bytes, 11) {
            let seen = read(&flipped);
            assert!(!seen.lines.is_empty() && seen.documents.len() <= 6, "{:?}", seen.lines);
        }
        for length in (0..bytes.len()).step_by(7) {
            assert_eq!(read(&bytes[..length]).progress, length as u64);
        }
        let _ = std::panic::take_hook();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_cut_gives_the_same_rows(
            groups in proptest::collection::vec(proptest::collection::vec("[a-z]{1,40}", 1..5), 1..6),
            unit in 1u64..500,
        ) {
            let groups: Vec<Vec<&str>> = groups.iter().map(|group| group.iter().map(String::as_str).collect()).collect();
            let groups: Vec<&[&str]> = groups.iter().map(Vec::as_slice).collect();
            let bytes = table(&groups, packed(Compression::SNAPPY));
            let cut = file("n.parquet", &bytes, &InputOptions::default(), unit);
            prop_assert_eq!(cut.texts(), groups.concat());
        }
    }
}
