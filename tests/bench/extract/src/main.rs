//! One extractor in Rust on a file of pages: its texts, and the CPU seconds that it took for them.
//!
//! `extract-bench ours|dom_smoothie|trafilatura PAGES.jsonl OUT.jsonl`, for `tests/bench/extract.py`, which runs others beside
//! them. Pages lie decoded in memory; the first is read twice, so that nobody pays for what is made once. Ours is timed from the
//! bytes of a page to its blocks, metadata and text, the others up to what they call text. A page on which one fails, or
//! panics, counts as an empty one.
#![allow(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::panic::catch_unwind;
use std::time::Duration;

use copydesk_core::{Document, Extractor};
use copydesk_extract::{Html, Mode};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// From a page to its text.
type Tool = fn(String) -> Option<String>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tool, pages, out] = arguments.as_slice() else {
        return Err("usage: extract-bench TOOL PAGES.jsonl OUT.jsonl".into());
    };
    let tool: Tool = match tool.as_str() {
        "ours" => ours,
        "dom_smoothie" => dom_smoothie,
        "trafilatura" => trafilatura,
        other => return Err(format!("no tool `{other}`: ours, dom_smoothie or trafilatura").into()),
    };
    std::panic::set_hook(Box::new(|_| {}));
    let (ids, pages) = read(pages)?;
    pages.first().and_then(|page| attempt(tool, page.clone()));
    let began = cpu();
    let texts: Vec<Option<String>> = pages.into_iter().map(|page| attempt(tool, page)).collect();
    let seconds = (cpu() - began).as_secs_f64();
    let failed = texts.iter().filter(|text| text.is_none()).count();
    let mut lines = BufWriter::new(File::create(out)?);
    for (id, text) in ids.into_iter().zip(texts) {
        writeln!(lines, "{}", json!({ "id": id, "text": text.unwrap_or_default() }))?;
    }
    lines.flush()?;
    println!("{}", json!({ "seconds": seconds, "failed": failed }));
    Ok(())
}

fn read(path: &str) -> Result<(Vec<Value>, Vec<String>), Box<dyn Error>> {
    let (mut ids, mut pages) = (Vec::new(), Vec::new());
    for line in BufReader::new(File::open(path)?).lines() {
        let mut row: Value = serde_json::from_str(&line?)?;
        ids.push(row["id"].take());
        pages.push(row["html"].as_str().unwrap_or("").to_owned());
    }
    Ok((ids, pages))
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn attempt(tool: Tool, page: String) -> Option<String> {
    catch_unwind(|| tool(page)).ok().flatten()
}

fn ours(page: String) -> Option<String> {
    let page = String::from_utf8(page.into_bytes()).ok()?;
    let payload = Document { mime: "text/html".into(), ..Document::from_text(page) };
    let (mut articles, mut text) = (Vec::new(), String::new());
    Html { mode: Mode::Balanced, keeps_furniture: true }.extract(payload, &mut articles);
    articles.iter().for_each(|article| article.write_kept("\n", &mut text));
    Some(text)
}

fn dom_smoothie(page: String) -> Option<String> {
    let mut reader = dom_smoothie::Readability::new(page.as_str(), None, None).ok()?;
    Some(reader.parse().ok()?.text_content.to_string())
}

/// With its fallbacks, as the original has them unless told otherwise.
fn trafilatura(page: String) -> Option<String> {
    let options = trafilatura::Options::default().with_fallback(true);
    Some(trafilatura::extract(&page, &options).ok()?.content_text)
}
