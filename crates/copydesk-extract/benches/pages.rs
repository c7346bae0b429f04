//! How fast the article is taken out of pages, step by step, on one thread.
//!
//! `cargo bench -p copydesk-extract --bench pages -- PAGES.jsonl.gz`: objects with a field `html`, such as
//! `../shared/data/pages/aeb-dev.jsonl.gz`. Each figure is the best of five, from the bytes of a page on: what a step costs is
//! the difference to the one before it.

use std::error::Error;
use std::hint::black_box;
use std::io::Read;
use std::time::{Duration, Instant};

use copydesk_core::{Document, Extractor};
use copydesk_extract::Html;
use copydesk_extract::html::classifier::{BUILT_IN, Scores};
use copydesk_extract::html::clues::Clues;
use copydesk_extract::html::features::Reading;
use copydesk_extract::html::layout::lay_out;
use copydesk_extract::html::vocabulary::Weighing;
use copydesk_html::{Options, parse};

type Step = fn(&[u8]);

/// The allocator of the program, which pages with many nodes are faster with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stdout, reason = "a program")]
fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("name a file of pages: cargo bench -p copydesk-extract --bench pages -- PAGES.jsonl.gz");
        return Ok(());
    };
    let pages = pages(&path)?;
    let size: usize = pages.iter().map(Vec::len).sum();
    println!("{} pages, {:.1} MB; best of five", pages.len(), size as f64 / 1e6);
    let steps: [(&str, Step); 5] = [
        ("parse", |page| drop(black_box(parse(page, &Options::default())))),
        ("lay out", |page| {
            black_box(laid_out(page));
        }),
        ("features", |page| {
            black_box(featured(page));
        }),
        ("score", |page| drop(black_box(scored(page)))),
        ("document", |page| drop(black_box(document(page)))),
    ];
    for (name, step) in steps {
        let best = (0..5).map(|_| time(&pages, step)).min().unwrap_or_default().as_secs_f64();
        let mut slowest = pages.iter().map(|page| (time(std::slice::from_ref(page), step), page.len()));
        let slowest = slowest.by_ref().max().unwrap_or_default();
        println!(
            "{name:10} {:6.0} pages/s  {:5.0} MB/s  slowest page {:.1} ms for {:.2} MB",
            pages.len() as f64 / best,
            size as f64 / 1e6 / best,
            slowest.0.as_secs_f64() * 1e3,
            slowest.1 as f64 / 1e6
        );
    }
    Ok(())
}

fn pages(path: &str) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
    let page = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line)?;
        Ok(row["html"].as_str().unwrap_or("").as_bytes().to_vec())
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(page).collect()
}

fn time(pages: &[Vec<u8>], step: Step) -> Duration {
    let start = Instant::now();
    pages.iter().for_each(|page| step(page));
    start.elapsed()
}

fn laid_out(page: &[u8]) -> usize {
    let document = parse(page, &Options::default());
    lay_out(&document, &mut Weighing::new(&BUILT_IN.names)).runs.len()
}

fn featured(page: &[u8]) -> usize {
    let document = parse(page, &Options::default());
    let page = lay_out(&document, &mut Weighing::new(&BUILT_IN.names));
    let clues = Clues::of(&document, None);
    Reading::of(&page, &BUILT_IN.words).features(&page, &clues, Default::default()).len()
}

fn scored(page: &[u8]) -> Scores {
    let document = parse(page, &Options::default());
    let mut weighing = Weighing::new(&BUILT_IN.names);
    let page = lay_out(&document, &mut weighing);
    let clues = Clues::of(&document, None);
    let types = BUILT_IN.types.scores(weighing.names(), &clues);
    BUILT_IN.scores(&page, &Reading::of(&page, &BUILT_IN.words), &clues, types)
}

fn document(page: &[u8]) -> Vec<Document> {
    let text = String::from_utf8_lossy(page).into_owned();
    let payload = Document { mime: "text/html".into(), ..Document::from_text(text) };
    let mut articles = Vec::new();
    Html::default().extract(payload, &mut articles);
    articles
}
