//! The HTML parser beside others.
//!
//! ```text
//! html-bench speed [DATA] [ROUNDS]    bytes to tree, MB/s of CPU time, every parser in the same run
//! html-bench trees [DATA]             the same tree as html5ever on every page
//! html-bench memory [DATA]            bytes of the tree for a byte of the page
//! html-bench hostile [MEGABYTES]      pages that take a parser's time or memory, at one size and ten times that
//! html-bench search SECONDS           hostile pages that nobody thought of
//! html-bench differ SECONDS [DATA]    pages with parts cut out and swapped: the same tree as html5ever
//! ```
//!
//! The status is 1 if a tree is another one, a text is lost or a page takes too much.
//!
//! `DATA` is a folder with `pages/*.jsonl.gz` in it, whose records have a member `html`.
#![allow(clippy::print_stdout, reason = "a program that prints figures")]

mod compare;
mod differ;
mod generators;
mod memory;
mod pages;
mod search;
mod speed;

use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |place: usize| arguments.get(place).map(String::as_str);
    let data = |place| PathBuf::from(argument(place).unwrap_or("../shared/data"));
    let number = |place, default| argument(place).and_then(|text| text.parse().ok()).unwrap_or(default);
    let is_right = match argument(0) {
        Some("speed") => {
            speed::run(&pages::read(&data(1)), number(2, 3));
            true
        }
        Some("trees") => compare::run(&pages::read(&data(1))),
        Some("memory") => {
            memory::run(&pages::read(&data(1)));
            true
        }
        Some("hostile") => generators::run(number(1, 1)),
        Some("search") => search::run(number(1, 60)),
        Some("differ") => {
            differ::run(number(1, 60), &pages::read(&data(2)));
            true
        }
        _ => {
            println!("usage: html-bench speed|trees|memory|hostile|search|differ [...]; see src/main.rs");
            false
        }
    };
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
