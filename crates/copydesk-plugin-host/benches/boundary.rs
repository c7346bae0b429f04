//! What the way into a plugin costs: the same reader as a stage of this program, as a plugin inside it, and
//! as a plugin in a process of its own, in turns; a cheap reader, of which the way is a large part, and
//! copydesk's own reader of pages.
//!
//! Payloads are handed over as a run does, in batches. The first figure is the time that goes by, the
//! second, on Linux, what the processors were busy for, in both processes; each is the best of many rounds.
//!
//! ```sh
//! cargo build --release -p copydesk-plugin-host --examples
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
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk_core::{Block, BlockKind, Config, Document, Extraction, Extractor};
use copydesk_extract::Html;
use copydesk_plugin_host::{Plugins, use_workers};

/// The allocator of the program; `examples/webpages.rs` has it, too, so that the same reader is compared.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 101;
const DOCUMENTS: usize = 60;
/// As a run cuts them.
const BATCH: usize = 512 << 10;

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

fn library(name: &str) -> PathBuf {
    let bench = std::env::current_exe().unwrap();
    bench.ancestors().nth(2).unwrap().join(format!("examples/{DLL_PREFIX}{name}{DLL_SUFFIX}"))
}

fn plugin(name: &str, isolation: &str) -> Arc<dyn Extractor> {
    let folder = tempfile::tempdir().unwrap();
    let library = library(name);
    std::fs::copy(&library, folder.path().join(library.file_name().unwrap())).unwrap();
    let text =
        format!("[plugins]\ndirs = [{:?}]\n[plugins.{name}]\nisolation = \"{isolation}\"\n", folder.path());
    let (config, _) = Config::parse(&text);
    let found = Plugins::discover(&[], &config.plugins, folder.path());
    assert!(found.problems.is_empty() && found.mistakes.is_empty(), "{:?}", found.problems);
    // workers load the library when they are started, and no more are started than one
    found.plugins.extractors().remove(0)
}

/// A page of about so many bytes.
fn page(bytes: usize) -> Document {
    let paragraph = "<p class=\"body-text\">The old pier in the <a href=\"/harbour\">harbour</a> opened again on \
        <b>Saturday</b> morning, and a queue of several hundred people stood in the rain to walk to its end.</p>\n";
    let text = format!("<html><body>{}</body></html>", paragraph.repeat(bytes / paragraph.len()));
    Document { mime: "text/html".into(), ..Document::from_text(text) }
}

/// What a way took: of the clock, and of the processors.
type Cost = [Duration; 2];

fn cost(extractor: &dyn Extractor, page: &Document) -> Cost {
    let batch = (BATCH / page.text.len()).clamp(1, 128);
    let pages: Vec<_> = (0..DOCUMENTS).map(|_| page.clone()).collect();
    let batches: Vec<_> = pages.chunks(batch).map(<[Document]>::to_vec).collect();
    let mut articles = Vec::with_capacity(DOCUMENTS);
    let (begun, busy) = (Instant::now(), busy());
    for batch in batches {
        extractor.extract_all(batch, &mut |extraction, found| {
            assert!(matches!(extraction, Extraction::Done));
            articles.append(found);
            ControlFlow::Continue(())
        });
    }
    let cost = [begun.elapsed(), self::busy() - busy];
    assert_eq!(articles.len(), DOCUMENTS);
    cost
}

/// For how long this process and its workers kept processors busy.
#[cfg(target_os = "linux")]
fn busy() -> Duration {
    let process = std::process::id();
    let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
    children.split_whitespace().map(|child| busy_for(child.parse().unwrap())).sum::<Duration>() + busy_for(0)
}

/// A process's own clock; 0 is this one.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe way to a clock of another process")]
fn busy_for(process: i32) -> Duration {
    let (mut clock, mut time) = (0, libc::timespec { tv_sec: 0, tv_nsec: 0 });
    // SAFETY: both write to what they are given
    let told = unsafe {
        libc::clock_getcpuclockid(process, &raw mut clock) + libc::clock_gettime(clock, &raw mut time)
    };
    assert_eq!(told, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(not(target_os = "linux"))]
fn busy() -> Duration {
    Duration::ZERO
}

fn best(costs: &[Cost], n: usize) -> f64 {
    let least = costs.iter().map(|cost| cost[n]).min().unwrap_or_default();
    least.as_secs_f64() * 1e6 / DOCUMENTS as f64
}

fn compare(what: &str, page: &Document, ways: &[(&str, Arc<dyn Extractor>); 3]) {
    let mut costs: [Vec<Cost>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for ((_, extractor), costs) in ways.iter().zip(&mut costs) {
            costs.push(cost(&**extractor, page));
        }
    }
    for ((name, _), of_way) in ways.iter().zip(&costs) {
        let [time, busy] = [0, 1].map(|n| best(of_way, n));
        let [one, all] = [0, 1].map(|n| best(&costs[0], n));
        println!(
            "{what} {:>7} bytes  {name:<10} {time:>9.1} us a document {:.2}  busy {busy:>9.1} us {:.2}",
            page.text.len(),
            time / one,
            busy / all
        );
    }
}

fn main() {
    let args: Vec<_> = std::env::args().collect();
    if args.get(1).is_some_and(|first| first == "worker") {
        let numbers = args.get(7).map_or("", String::as_str).split_terminator(',');
        let shared: Vec<_> = numbers.map(|number| number.parse().unwrap()).collect();
        copydesk_plugin_host::serve(Path::new(&args[5]), args[3].parse().unwrap(), &shared).unwrap();
        return;
    }
    use_workers(std::env::current_exe().unwrap(), "worker");
    let scanner: [(&str, Arc<dyn Extractor>); 3] = [
        ("static", Arc::new(Static)),
        ("in-process", plugin("scanner", "in-process")),
        ("process", plugin("scanner", "process")),
    ];
    for bytes in [5_000, 50_000, 500_000] {
        compare("scanner", &page(bytes), &scanner);
    }
    let pages: [(&str, Arc<dyn Extractor>); 3] = [
        ("static", Arc::new(Html { keeps_furniture: false, ..Html::default() })),
        ("in-process", plugin("webpages", "in-process")),
        ("process", plugin("webpages", "process")),
    ];
    compare("pages  ", &page(50_000), &pages);
}
