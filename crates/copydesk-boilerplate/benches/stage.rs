//! Where the time of the stage goes: each step and all before it, in MB of text per second of one core.
//!
//! usage: cargo bench --package copydesk-boilerplate [-- CORPUS.jsonl]
//!
//! Rows of JSON with a `text`, whose lines are the blocks. Without a corpus, articles are made up. Steps take turns, so that a
//! busy machine is busy for all of them; the fastest round counts. What the classifier costs is what the modes with and without it differ by.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench says what it finds")]

use std::hint::black_box;
use std::time::Instant;

use copydesk_boilerplate::Mode;
use copydesk_boilerplate::training::Parts;
use copydesk_core::{Block, BlockKind, Document, Stage};

const ROUNDS: usize = 5;

type Step<'s> = (&'static str, Box<dyn FnMut(&mut Document) + 's>);

fn main() {
    let corpus = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let mut documents = corpus.map_or_else(made_up, |path| read(&path));
    let size: usize = documents.iter().map(|document| document.text.len()).sum();
    let lines: usize = documents.iter().map(|document| document.blocks.len()).sum();
    println!("{} documents, {lines} lines, {:.1} MB of text", documents.len(), size as f64 / 1e6);

    let parts = Parts::default();
    let mut steps = steps(&parts);
    let mut least = vec![f64::INFINITY; steps.len()];
    for _ in 0..ROUNDS {
        for ((_, step), least) in steps.iter_mut().zip(&mut least) {
            *least = least.min(seconds(&mut documents, step));
        }
    }
    for ((name, _), least) in steps.iter().zip(&least) {
        println!(
            "{name:40} {:8.0} MB/s {:8.0} ns a line",
            size as f64 / 1e6 / least,
            1e9 * least / lines as f64
        );
    }
    let classifier = least[4] - least[3];
    println!("{:40} {:8.0} MB/s", "the classifier alone, in balanced", size as f64 / 1e6 / classifier);
}

fn steps(parts: &Parts) -> [Step<'_>; 5] {
    let (mut first, mut second) = (String::new(), String::new());
    let stage = |mode| {
        let stage = Parts::stage(mode);
        Box::new(move |document: &mut Document| stage.apply(document))
    };
    [
        ("words of every line, as a floor", Box::new(|document| _ = black_box(words(document)))),
        (
            "read: counts and phrases",
            Box::new(move |document| _ = black_box(parts.read(document, &mut first))),
        ),
        (
            "read, features and scores of all lines",
            Box::new(move |document| _ = black_box(parts.score(document, &mut second))),
        ),
        ("the stage, phrases", stage(Mode::Phrases)),
        ("the stage, balanced", stage(Mode::Balanced)),
    ]
}

fn words(document: &Document) -> usize {
    document.blocks.iter().map(|block| document.slice(block).split_ascii_whitespace().count()).sum()
}

fn seconds(documents: &mut [Document], step: &mut dyn FnMut(&mut Document)) -> f64 {
    for document in documents.iter_mut() {
        document.blocks.iter_mut().for_each(|block| block.removal = None);
        document.remarks.clear();
    }
    let started = Instant::now();
    documents.iter_mut().for_each(step);
    started.elapsed().as_secs_f64()
}

fn read(path: &str) -> Vec<Document> {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().map(|row| serde_json::from_str::<serde_json::Value>(row).unwrap());
    rows.map(|row| document(row["text"].as_str().unwrap().to_owned())).collect()
}

/// Paragraphs of a made-up article, with a label now and then.
fn made_up() -> Vec<Document> {
    const SENTENCE: &str =
        "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said.";
    let paragraph = |at: usize| match at % 9 {
        0 => "Advertisement".to_owned(),
        5 => "Related: The mill by the river".to_owned(),
        _ => [SENTENCE; 5][..1 + at * 7 % 5].join(" "),
    };
    let article = |at: usize| (at..at + 24).map(paragraph).collect::<Vec<_>>().join("\n");
    (0..2_000).map(|at| document(article(at))).collect()
}

fn document(text: String) -> Document {
    let mut start = 0;
    let mut blocks = Vec::new();
    for line in text.split('\n') {
        let range = start..start + line.len();
        start = range.end + 1;
        if !line.trim().is_empty() {
            blocks.push(Block::new(range, BlockKind::Paragraph));
        }
    }
    Document { blocks, ..Document::from_text(text) }
}
