//! Figures that a person wants to see, not a test: speeds, errors, recall, and how time and memory grow.
//!
//!     cargo test --release --package copydesk-dedup figures -- --ignored --nocapture --test-threads 1

use std::hint::black_box;
use std::time::Instant;

use copydesk_core::Scratch;

use crate::bands::Banding;
use crate::copies::figures::Signatures;
use crate::mix::spread;
use crate::shingles::push_shingles;
use crate::sketch::{SLOTS, Sketch, sketch};
use crate::testing::TemporaryFiles;
use crate::words::Words;

/// English prose of made words, as long as most articles.
fn article(seed: u64) -> String {
    let mut text = String::new();
    for n in 0..600 {
        let number = spread(seed << 32 | n);
        let length = 1 + (number % 9) as usize;
        let letters = number.to_le_bytes().into_iter().cycle().take(length);
        text.extend(letters.map(|byte| char::from(b'a' + byte % 26)));
        text.push_str(if n % 12 == 11 { ". " } else { " " });
    }
    text
}

/// Megabytes a second of the calling thread, the best of five.
fn speed(name: &str, texts: &[String], mut work: impl FnMut(&str)) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let run = |work: &mut dyn FnMut(&str)| {
        let begun = Instant::now();
        texts.iter().for_each(|text| work(text));
        begun.elapsed().as_secs_f64()
    };
    let best = (0..5).map(|_| run(&mut work)).fold(f64::INFINITY, f64::min);
    println!("{name:40} {:7.0} MB/s", bytes as f64 / 1e6 / best);
}

#[test]
#[ignore = "prints figures"]
fn figures_of_speed() {
    let texts: Vec<String> = match std::env::var_os("COPYDESK_TEXT") {
        Some(path) => std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect(),
        None => (0..5000).map(article).collect(),
    };
    let (mut words, mut shingles) = (Words::default(), Vec::new());
    speed("words", &texts, |text| {
        words.clear();
        words.read(text);
        black_box(words.key());
    });
    speed("words, shingles", &texts, |text| {
        words.clear();
        words.read(text);
        shingles.clear();
        push_shingles(&words.hashes, 5, &mut shingles);
        black_box(&shingles);
    });
    let banding = Banding::for_threshold(0.8);
    speed("words, shingles, sketch, bands", &texts, |text| {
        words.clear();
        words.read(text);
        shingles.clear();
        push_shingles(&words.hashes, 5, &mut shingles);
        let keys = sketch(&shingles).map(|sketch| banding.keys(&sketch).fold(0, |sum, key| sum ^ key));
        black_box(keys);
    });
}

/// The sketches of two made texts that share `shared` shingles and have `own` each besides.
fn sketches(seed: u64, shared: u64, own: u64) -> [Sketch; 2] {
    let shingle = |n: u64| spread(seed << 24 | n);
    let text = |from: u64| (0..shared).chain(from..from + own).map(shingle).collect::<Vec<_>>();
    [text(shared), text(shared + own)].map(|shingles| sketch(&shingles).expect("there are shingles"))
}

/// How many shingles two texts share, and how many each has besides, for a similarity.
fn sizes(similarity: f64, shingles: f64) -> (u64, u64) {
    let shared = (2.0 * shingles * similarity / (1.0 + similarity)).round();
    (shared as u64, (shingles - shared).round() as u64)
}

fn equal(sketches: &[Sketch; 2]) -> f64 {
    sketches[0].iter().zip(&sketches[1]).filter(|(one, two)| one == two).count() as f64 / SLOTS as f64
}

#[test]
#[ignore = "prints figures"]
fn figures_of_error() {
    const PAIRS: u64 = 1000;
    for (name, shingles) in [("long texts, 615 shingles", 615.0), ("short texts, 56 shingles", 56.0)] {
        let mut squares = Vec::new();
        for tenth in 1_u32..10 {
            let (shared, own) = sizes(f64::from(tenth) / 10.0, shingles);
            let truth = shared as f64 / (shared + 2 * own) as f64;
            let seeds = (0..PAIRS).map(|pair| u64::from(tenth) * PAIRS + pair);
            squares.extend(seeds.map(|seed| (equal(&sketches(seed, shared, own)) - truth).powi(2)));
        }
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        println!("{name:30} RMSE {:.4} over {} pairs of similarity .1 to .9", mean.sqrt(), squares.len());
    }
}

#[test]
#[ignore = "prints figures"]
fn figures_of_recall() {
    const PAIRS: u64 = 4000;
    for banding in [Banding { bands: 14, rows: 8 }, Banding::for_threshold(0.8)] {
        println!("{} bands of {} rows, {PAIRS} pairs each", banding.bands, banding.rows);
        for twentieth in 6_u32..20 {
            let (shared, own) = sizes(f64::from(twentieth) / 20.0, 600.0);
            let truth = shared as f64 / (shared + 2 * own) as f64;
            let is_found = |seed: &u64| {
                let [one, two] = sketches(seed + (u64::from(twentieth) << 20), shared, own);
                banding.keys(&one).zip(banding.keys(&two)).any(|(one, two)| one == two)
            };
            let found = (0..PAIRS).filter(is_found).count() as f64 / PAIRS as f64;
            let theory = banding.probability(truth);
            let interval = 1.96 * (theory * (1.0 - theory) / PAIRS as f64).sqrt();
            let is_inside = (found - theory).abs() <= interval + 0.5 / PAIRS as f64;
            println!(
                "similarity {truth:.3}: found {found:.4}, theory {theory:.4} +- {interval:.4} {}",
                if is_inside { "inside" } else { "OUTSIDE" }
            );
        }
    }
}

/// The most memory that the process has had, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// User and system time of the process, from fields 14 and 15 of proc(5), in ticks of a hundredth.
fn cpu_seconds() -> f64 {
    let line = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = line.rsplit_once(')').map_or("", |(_, behind)| behind);
    let fields = behind_name.split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Signatures of documents of which a quarter are near copies, without texts: what sorting, joining and
/// clustering cost beyond memory.
#[test]
#[ignore = "prints figures"]
fn figures_of_scale() {
    let folder = std::env::var_os("COPYDESK_SCRATCH").map_or_else(std::env::temp_dir, Into::into);
    let scratch: &dyn Scratch = &TemporaryFiles(folder);
    let millions: Vec<u64> = std::env::var("COPYDESK_MILLIONS")
        .map_or_else(|_| vec![1, 5, 20], |list| list.split(',').filter_map(|n| n.parse().ok()).collect());
    for million in millions {
        let begun = cpu_seconds();
        let signatures = Signatures::new(512);
        for document in 0..million * 1_000_000 {
            signatures.add(document, scratch).unwrap();
        }
        let added = cpu_seconds() - begun;
        let (clusters, copies) = signatures.decide(scratch).unwrap();
        let all = cpu_seconds() - begun;
        println!(
            "{million:3} M signatures: {:.2} CPU s a million to note, {:.2} to decide; {clusters} clusters, {copies} copies; peak {:.0} MiB",
            added / million as f64,
            (all - added) / million as f64,
            peak()
        );
    }
}
