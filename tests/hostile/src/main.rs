//! Lays the hostile inputs out in a folder, so that any program can be pointed at them:
//! `cargo run -p hostile -- DIR [--full]`.
//!
//! Each case has a folder of its own; `DIR/expected.tsv` says what has to come of it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it speaks to a person")]

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use hostile::{Case, Size, families};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, size) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [folder] if folder != "--full" => (folder, Size::Small),
        [folder, "--full"] | ["--full", folder] => (folder, Size::Full),
        _ => {
            eprintln!("usage: cargo run -p hostile -- DIR [--full]");
            return ExitCode::from(2);
        }
    };
    match lay_out(Path::new(folder), size) {
        Ok(count) => {
            println!("{count} cases in {folder}; what has to come of each is in {folder}/expected.tsv");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("`{folder}` cannot be filled: {error}");
            ExitCode::from(2)
        }
    }
}

fn lay_out(folder: &Path, size: Size) -> io::Result<usize> {
    let mut expected = String::from("case\tdocuments\tset aside\treasons\tsentences\n");
    let mut count = 0;
    for (family, cases) in families(size) {
        for case in &cases {
            case.write(&folder.join(family).join(&case.name))?;
            let _ = writeln!(expected, "{family}/{}", row(case));
        }
        count += cases.len();
    }
    #[cfg(unix)]
    hostile::tree::make(&folder.join("tree"))?;
    std::fs::write(folder.join("expected.tsv"), expected)?;
    Ok(count)
}

fn row(case: &Case) -> String {
    let expect = &case.expect;
    let range = |range: &std::ops::RangeInclusive<usize>| format!("{}-{}", range.start(), range.end());
    let (documents, set_aside) = (range(&expect.documents), range(&expect.set_aside));
    let (reasons, sentences) = (expect.reasons.join(", "), expect.sentences.len());
    format!("{}\t{documents}\t{set_aside}\t{reasons}\t{sentences}", case.name)
}
