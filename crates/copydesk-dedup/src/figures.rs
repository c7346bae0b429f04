//! Figures that a person wants to see, not a test: speeds, errors, recall, and how time and memory grow.
//!
//!     cargo test --release --package copydesk-dedup figures -- --ignored --nocapture --test-threads 1

use std::hint::black_box;
use std::time::Instant;

use crate::bands::Banding;
use crate::mix::spread;
use crate::shingles::push_shingles;
use crate::sketch::sketch;
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
