//! How fast tables and archives are read, beside what takes them apart at the least.
//!
//! `cargo run --release -p copydesk-read --example read_speed FOLDER`: the JSON lines in the folder are written as
//! CSV, Parquet and ZIP into a folder of its own, and each is read by one thread. A figure is MB of article
//! text for each second of CPU time, the best of three.

use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use copydesk_core::{Document, Input, Reading};
use copydesk_read::{Dumps, InputOptions};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

type Floor = fn(&Path) -> Outcome<()>;
type Outcome<T> = Result<T, Box<dyn Error>>;

#[expect(clippy::print_stdout, reason = "a program")]
fn main() -> Outcome<()> {
    let folder = std::env::args().nth(1).ok_or("name a folder with JSON lines")?;
    let documents = documents(Path::new(&folder))?;
    let size = documents.iter().map(|document| document.text.len()).sum::<usize>() as f64 / 1e6;
    let made = tempfile::tempdir()?;
    let path = |name: &str| made.path().join(name);
    write_csv(&documents, &path("a.csv"))?;
    write_parquet(&documents, &path("a.parquet"))?;
    write_zip(&documents, &path("a.zip"))?;
    drop(documents);
    println!("{size:.1} MB of text");
    let floors: [(&str, Floor); 3] =
        [("a.csv", csv_floor), ("a.parquet", parquet_floor), ("a.zip", zip_floor)];
    for (name, floor) in floors {
        let reading = best(&|| self::documents(&path(name)).map(drop))?;
        let least = best(&|| floor(&path(name)))?;
        println!("{name}: {:.0} MB/s, taken apart {:.0} MB/s", size / reading, size / least);
    }
    Ok(())
}

fn best(work: &dyn Fn() -> Outcome<()>) -> Outcome<f64> {
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = cpu_seconds()?;
        work()?;
        best = best.min(cpu_seconds()? - start);
    }
    Ok(best)
}

fn cpu_seconds() -> Outcome<f64> {
    let text = fs::read_to_string("/proc/self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse::<f64>()? / 1e9)
}

fn documents(path: &Path) -> Outcome<Vec<Document>> {
    let patterns = [path.to_string_lossy().into_owned()];
    let finding = copydesk_store::find(&patterns, Path::new("."))?;
    let dumps = Dumps::open(&InputOptions::default(), &patterns, finding);
    let mut documents = Vec::new();
    for unit in 0..dumps.units().len() {
        dumps.read(unit, &mut |reading| {
            if let Reading::Document(document) = reading {
                documents.push(document);
            }
            ControlFlow::Continue(())
        });
    }
    Ok(documents)
}

fn write_csv(documents: &[Document], path: &Path) -> Outcome<()> {
    let mut file = std::io::BufWriter::new(File::create(path)?);
    writeln!(file, "id,url,text")?;
    for document in documents {
        let text = document.text.replace('"', "\"\"");
        writeln!(file, "{},{},\"{text}\"", document.id, document.url.as_deref().unwrap_or_default())?;
    }
    Ok(file.flush()?)
}

fn write_parquet(documents: &[Document], path: &Path) -> Outcome<()> {
    let schema =
        "message m { required binary id (UTF8); required binary url (UTF8); required binary text (UTF8); }";
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = SerializedFileWriter::new(
        File::create(path)?,
        Arc::new(parse_message_type(schema)?),
        Arc::new(properties),
    )?;
    for documents in documents.chunks(2000) {
        let mut group = writer.next_row_group()?;
        for take in [
            |d: &Document| d.id.clone(),
            |d: &Document| d.url.clone().unwrap_or_default(),
            |d: &Document| d.text.clone(),
        ] {
            let values: Vec<_> =
                documents.iter().map(|document| ByteArray::from(take(document).as_str())).collect();
            let mut column = group.next_column()?.ok_or("a column is missing")?;
            column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
            column.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn write_zip(documents: &[Document], path: &Path) -> Outcome<()> {
    let mut writer = zip::ZipWriter::new(File::create(path)?);
    for (number, document) in documents.iter().enumerate() {
        writer.start_file(format!("{number}.txt"), zip::write::SimpleFileOptions::default())?;
        writer.write_all(document.text.as_bytes())?;
    }
    writer.finish()?;
    Ok(())
}

/// All rows through `csv-core`, and nothing kept.
fn csv_floor(path: &Path) -> Outcome<()> {
    let bytes = fs::read(path)?;
    let (mut reader, mut rest) = (csv_core::Reader::new(), &bytes[..]);
    let (mut out, mut ends) = (vec![0; 1 << 20], [0; 8]);
    loop {
        let (result, read, ..) = reader.read_record(rest, &mut out, &mut ends);
        rest = &rest[read..];
        if matches!(result, csv_core::ReadRecordResult::End) {
            return Ok(());
        }
    }
}

/// All pages decompressed, and nothing decoded.
fn parquet_floor(path: &Path) -> Outcome<()> {
    let file = SerializedFileReader::new(File::open(path)?)?;
    for index in 0..file.num_row_groups() {
        let group = file.get_row_group(index)?;
        for column in 0..group.num_columns() {
            let mut pages = group.get_column_page_reader(column)?;
            while pages.get_next_page()?.is_some() {}
        }
    }
    Ok(())
}

/// All files through the crate `zip`, checked and not kept.
fn zip_floor(path: &Path) -> Outcome<()> {
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(File::open(path)?))?;
    let mut bytes = Vec::new();
    for index in 0..archive.len() {
        bytes.clear();
        archive.by_index(index)?.read_to_end(&mut bytes)?;
    }
    Ok(())
}
