//! What it costs to write rows, as ratios in one run: JSON against `serde_json`, and zstd by level.
//!
//! usage: cargo bench --package copydesk-export [-- CORPUS.jsonl]
//!
//! Without a corpus, articles are made up. The default level of the option `level` comes from here.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench says what it finds")]

use std::hint::black_box;
use std::io::Write;
use std::sync::LazyLock;
use std::time::Instant;

use copydesk_core::{Block, BlockKind, Document};
use copydesk_export::{ExportOptions, Format, Renderer};
use copydesk_store::{Compression, Encoder};
use serde::Serialize;

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    text: &'a str,
    title: &'a str,
    url: &'a str,
    author: &'a str,
    date: &'a str,
    language: &'a str,
    source: Place<'a>,
    metadata: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    member: u64,
    offset: u64,
}

fn main() {
    let corpus = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let documents = corpus.map_or_else(made_up, |path| read(&path));
    let text: usize = documents.iter().map(|document| document.text.len()).sum();
    println!("{} documents, {:.1} MB of text", documents.len(), text as f64 / 1e6);

    let mut out = Vec::new();
    let (mut ours, mut theirs) = (0.0, 0.0);
    // a part writes each row into the same small buffer
    let mut cleared = |out: &mut Vec<u8>| out.clear();
    for _ in 0..7 {
        ours = best(ours, speed(text, || render(&documents, &mut out, &mut cleared)));
        theirs = best(theirs, speed(text, || render_with_serde(&documents, &mut out, &mut cleared)));
    }
    println!("json: ours {ours:.0} MB/s, serde_json {theirs:.0} MB/s, {:.1} times as fast", ours / theirs);

    out.clear();
    render(&documents, &mut out, &mut |_| ());
    let lines: Vec<&[u8]> = out.split_inclusive(|byte| *byte == b'\n').collect();
    for level in 1..=6 {
        let (mut fastest, mut bytes) = (0.0, 0);
        for _ in 0..3 {
            fastest = best(fastest, speed(text, || bytes = compressed(&lines, Compression::Zstd { level })));
        }
        println!("zstd {level}: {fastest:.0} MB/s, to {:.1} %", 100.0 * bytes as f64 / out.len() as f64);
    }
}

fn best(one: f64, other: f64) -> f64 {
    one.max(other)
}

fn speed(bytes: usize, work: impl FnOnce()) -> f64 {
    let start = now();
    work();
    bytes as f64 / 1e6 / (now() - start)
}

/// Seconds that this thread has worked, where the system says so; others may be working, too.
fn now() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let worked = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let worked = worked.and_then(|stat| stat.split(' ').next()?.parse::<f64>().ok());
    worked.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn render(documents: &[Document], out: &mut Vec<u8>, between: &mut dyn FnMut(&mut Vec<u8>)) {
    let mut renderer = Renderer::new(ExportOptions { format: Format::Jsonl, ..ExportOptions::default() });
    for document in documents {
        between(out);
        renderer.render(document, out);
        black_box(&out);
    }
}

fn render_with_serde(documents: &[Document], out: &mut Vec<u8>, between: &mut dyn FnMut(&mut Vec<u8>)) {
    let mut text = String::new();
    for document in documents {
        between(out);
        text.clear();
        document.write_kept("\n", &mut text);
        let source = &document.source;
        let row = Row {
            id: &document.id,
            text: &text,
            title: document.title.as_deref().unwrap_or_default(),
            url: "",
            author: "",
            date: "",
            language: "",
            source: Place { file: &source.file, member: source.member, offset: source.offset },
            metadata: "{}",
        };
        serde_json::to_writer(&mut *out, &row).unwrap();
        out.push(b'\n');
        black_box(&out);
    }
}

fn compressed(lines: &[&[u8]], compression: Compression) -> usize {
    let mut encoder = Encoder::new(Vec::new(), compression).unwrap();
    lines.iter().for_each(|line| encoder.write_all(line).unwrap());
    encoder.finish().unwrap().len()
}

fn read(path: &str) -> Vec<Document> {
    let text = std::fs::read_to_string(path).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    records.map(|record| document(record["id"].as_str(), record["text"].as_str().unwrap())).collect()
}

/// Sentences that differ, so that there is something to compress.
fn made_up() -> Vec<Document> {
    const WORDS: [&str; 12] = [
        "the",
        "bridge",
        "over",
        "Aune",
        "\"opens\"",
        "council",
        "on",
        "Monday",
        "repairs",
        "a",
        "naïve",
        "plan",
    ];
    let mut state = 1_u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        WORDS[(state >> 33) as usize % WORDS.len()]
    };
    let mut sentence = || (0..12).map(|_| word()).collect::<Vec<_>>().join(" ");
    let mut text = || (0..40).map(|_| sentence()).collect::<Vec<_>>().join(".\n");
    (0..5000).map(|_| document(None, &text())).collect()
}

fn document(id: Option<&str>, text: &str) -> Document {
    let mut document = Document::from_text(text);
    document.id = id.unwrap_or("news.jsonl:0").to_owned();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        if end > start {
            document.blocks.push(Block::new(start..end, BlockKind::Paragraph));
        }
        start += line.len();
    }
    document
}
