//! What the stage costs by itself, in MB of text per second of one core; and what it decides, as a
//! number, so that a change that only saves time can be told from one that does more.
//!
//! usage: cargo bench --package copydesk-headline -- DUMP.jsonl ...
//!
//! Every line of a record is a block, as in a dump of page texts. Without a dump there is nothing to measure.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench says what it finds")]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use copydesk_core::{Block, BlockKind, Document, Options, PlanContext, Stage, Step};
use copydesk_headline::HEADLINE;

/// The best of so many passes counts.
const PASSES: usize = 5;

fn main() {
    let stage = stage();
    for path in std::env::args().skip(1).filter(|arg| !arg.starts_with("--")) {
        let documents = read(&path);
        let bytes: usize = documents.iter().map(|document| document.text.len()).sum();
        let passes = (0..PASSES).map(|_| pass(&*stage, documents.clone()));
        let (seconds, decided) = passes.min_by(|one, other| one.0.total_cmp(&other.0)).unwrap();
        let megabytes = bytes as f64 / 1e6;
        println!("{path}: {megabytes:.1} MB, {:.0} MB/s, decided {decided:016x}", megabytes / seconds);
    }
}

fn stage() -> Arc<dyn Stage> {
    match (HEADLINE.build)(&Options::empty("headline"), &PlanContext::default()) {
        Ok(Step::Mark(stage)) => stage,
        _ => unreachable!("the stage sees one document at a time"),
    }
}

/// The seconds that the stage takes for all documents, and a number for what it did to them.
fn pass(stage: &dyn Stage, mut documents: Vec<Document>) -> (f64, u64) {
    let start = now();
    documents.iter_mut().for_each(|document| stage.apply(document));
    let seconds = now() - start;
    let mut hasher = DefaultHasher::new();
    for block in documents.iter().flat_map(|document| &document.blocks) {
        block.kind.hash(&mut hasher);
        block.removal.as_ref().map(|removal| removal.evidence.to_string()).hash(&mut hasher);
    }
    (seconds, hasher.finish())
}

/// Seconds that this thread has worked, where the system says so; others may be working, too.
fn now() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let worked = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let worked = worked.and_then(|stat| stat.split(' ').next()?.parse::<f64>().ok());
    worked.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn read(path: &str) -> Vec<Document> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| document(&serde_json::from_str(line).unwrap())).collect()
}

fn document(record: &serde_json::Value) -> Document {
    let mut document = Document::from_text(record["text"].as_str().unwrap());
    document.url = record["url"].as_str().map(str::to_owned);
    document.title = record["title"].as_str().map(str::to_owned);
    let mut start = 0;
    for line in document.text.split('\n') {
        if !line.trim().is_empty() {
            document.blocks.push(Block::new(start..start + line.len(), BlockKind::Paragraph));
        }
        start += line.len() + 1;
    }
    document
}
