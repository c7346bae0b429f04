//! Looks for a hostile page that nobody thought of: a few pieces, repeated, behind a few others.

use std::time::{Duration, Instant};

use copydesk_html::{Options, parse};

use crate::differ::{Chance, PIECES};
use crate::generators::{SENTENCE, has_text};
use crate::memory;
use crate::speed::cpu;

/// How long a page is.
const SIZE: usize = 300_000;
/// What a page may cost: seconds for 10 MB, bytes for each of its own.
const SLOW: f64 = 1.0;
const LARGE: f64 = 16.0;

/// Pages for so many seconds. Whether all are as they should be.
pub(crate) fn run(seconds: usize) -> bool {
    let mut chance = Chance(11);
    let end = Instant::now() + Duration::from_secs(seconds as u64);
    let (mut count, mut wrong) = (0, 0);
    let (mut slowest, mut largest) = ((0.0, String::new()), (0.0, String::new()));
    while Instant::now() < end {
        let (head, pattern) = (pieces(&mut chance, 4), pieces(&mut chance, 6));
        let page = page(&head, &pattern);
        count += 1;
        let time = (0..3).map(|_| seconds_for(&page)).fold(f64::INFINITY, f64::min) * 1e7 / page.len() as f64;
        let memory = memory::of(page.as_bytes()).0 as f64 / page.len() as f64;
        let name = format!("{head:?} {pattern:?}");
        if time > SLOW || memory > LARGE || is_lost(&page) {
            wrong += 1;
            println!("{name}: {time:.2} s for 10 MB, {memory:.2} times the page, lost: {}", is_lost(&page));
        }
        if time > slowest.0 {
            slowest = (time, name.clone());
        }
        if memory > largest.0 {
            largest = (memory, name);
        }
    }
    println!("{count} pages, {wrong} that take too much or lose text");
    println!(
        "slowest: {:.3} s for 10 MB, {}\nlargest: {:.2} times the page, {}",
        slowest.0, slowest.1, largest.0, largest.1
    );
    wrong == 0
}

fn pieces(chance: &mut Chance, most: usize) -> String {
    let count = 1 + chance.below(most);
    // a piece may come many times, as a depth that the rest works on
    let piece = |chance: &mut Chance| {
        let piece = PIECES[chance.below(PIECES.len())];
        if chance.below(6) == 0 { piece.repeat(1 + chance.below(300)) } else { piece.to_owned() }
    };
    (0..count).map(|_| piece(chance)).collect()
}

fn page(head: &str, pattern: &str) -> String {
    let sentence = format!("<p>{SENTENCE}</p>");
    let body = pattern.repeat(1 + SIZE / pattern.len());
    format!("<!DOCTYPE html><body>{sentence}{head}{body}")
}

fn seconds_for(page: &str) -> f64 {
    let start = cpu();
    std::hint::black_box(parse(page.as_bytes(), &Options::default()));
    cpu() - start
}

/// A `frameset` may take the place of a body, but not of one with text.
fn is_lost(page: &str) -> bool {
    !has_text(&parse(page.as_bytes(), &Options::default()), SENTENCE)
}
