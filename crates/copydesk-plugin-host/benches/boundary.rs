//! What the way into a plugin costs: the same cheap reader as a stage of this program, as a plugin inside
//! it, and as a plugin in a process of its own, on pages of 50 KB, in turns.
//!
//! ```sh
//! cargo build --release -p copydesk-plugin-host --example scanner
//! cargo bench -p copydesk-plugin-host --bench boundary
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench speaks, and stops where it cannot go on"
)]

#[path = "../examples/scan/mod.rs"]
mod scan;

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk_core::{Block, BlockKind, Config, Document, Extraction, Extractor};
use copydesk_plugin_host::{Plugins, use_workers};

const ROUNDS: usize = 15;
const DOCUMENTS: usize = 60;

struct Static;

impl Extractor for Static {
    fn name(&self) -> &str {
        "static"
    }

    fn claims(&self, _: &Document) -> bool {
        true
    }

    fn extract(&self, payload: Document, articles: &mut Vec<Document>) -> Extraction {
        let mut article = Document { id: payload.id.clone(), ..Document::default() };
        scan::scan(&payload.text, |paragraph| {
            let text = paragraph.trim();
            if text.is_empty() {
                return;
            }
            if !article.text.is_empty() {
                article.text.push('\n');
            }
            let start = article.text.len();
            article.text.push_str(text);
            article.blocks.push(Block::new(start..article.text.len(), BlockKind::Paragraph));
        });
        articles.push(article);
        Extraction::Done
    }
}

fn library() -> PathBuf {
    let bench = std::env::current_exe().unwrap();
    bench.ancestors().nth(2).unwrap().join(format!("examples/{DLL_PREFIX}scanner{DLL_SUFFIX}"))
}

fn plugin(folder: &Path, isolation: &str) -> Arc<dyn Extractor> {
    let text = format!("[plugins]\ndirs = [{folder:?}]\n[plugins.scanner]\nisolation = \"{isolation}\"\n");
    let (config, _) = Config::parse(&text);
    let found = Plugins::discover(&[], &config.plugins, folder);
    assert!(found.problems.is_empty() && found.mistakes.is_empty(), "{:?}", found.problems);
    found.plugins.extractors().remove(0)
}

/// A page of about so many bytes.
fn page(bytes: usize) -> Document {
    let paragraph = "<p class=\"body-text\">The old pier in the <a href=\"/harbour\">harbour</a> opened again on \
        <b>Saturday</b> morning, and a queue of several hundred people stood in the rain to walk to its end.</p>\n";
    let text = format!("<html><body>{}</body></html>", paragraph.repeat(bytes / paragraph.len()));
    Document { mime: "text/html".into(), ..Document::from_text(text) }
}

fn time(extractor: &dyn Extractor, page: &Document) -> Duration {
    let pages: Vec<_> = (0..DOCUMENTS).map(|_| page.clone()).collect();
    let mut articles = Vec::with_capacity(DOCUMENTS);
    let begun = Instant::now();
    for page in pages {
        assert!(matches!(extractor.extract(page, &mut articles), Extraction::Done));
    }
    begun.elapsed()
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6 / DOCUMENTS as f64
}

fn main() {
    let args: Vec<_> = std::env::args().collect();
    if args.get(1).is_some_and(|first| first == "worker") {
        copydesk_plugin_host::serve(Path::new(&args[5]), args[3].parse().unwrap()).unwrap();
        return;
    }
    use_workers(std::env::current_exe().unwrap(), "worker");
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(library(), folder.path().join(library().file_name().unwrap())).unwrap();
    let ways: [(&str, Arc<dyn Extractor>); 3] = [
        ("static", Arc::new(Static)),
        ("in-process", plugin(folder.path(), "in-process")),
        ("process", plugin(folder.path(), "process")),
    ];
    for bytes in [5_000, 50_000, 500_000] {
        let page = page(bytes);
        let mut times: [Vec<Duration>; 3] = Default::default();
        for _ in 0..ROUNDS {
            for ((_, extractor), times) in ways.iter().zip(&mut times) {
                times.push(time(&**extractor, &page));
            }
        }
        let medians = times.each_mut().map(|times| median(times));
        for ((name, _), micros) in ways.iter().zip(medians) {
            println!("{bytes:>7} bytes  {name:<10} {micros:>9.1} us a document  {:.2}", micros / medians[0]);
        }
    }
}
