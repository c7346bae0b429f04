//! Hostile inputs through the real program: what is good comes out, what is not is set aside with a
//! reason, the counts close, memory stays bounded, and nothing foreign reaches the terminal raw.
//!
//! The inputs and what has to come of them are in the crate `hostile`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use copydesk::desk::Desk;
use copydesk_core::{Input, Reading};
use hostile::{Case, Expect, Outcome, Size};

const CONFIG: &str = "[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"boilerplate\"\n[[stage]]\nuse = \"headline\"\n\
    [[stage]]\nuse = \"export\"\ncompression = \"none\"\n";

/// Whatever the input is, the program needs no more than this.
const MOST_MIB: u64 = 512;

/// Starts a program and writes its peak memory in KiB to a file.
const WATCHED: &str = "import resource, subprocess, sys\n\
    status = subprocess.run(sys.argv[2:]).returncode\n\
    open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\n\
    sys.exit(status if status >= 0 else 128 - status)\n";

/// What the program left.
struct Run {
    outcome: Outcome,
    report: serde_json::Value,
    status: Option<i32>,
    /// Standard output and standard error, one behind the other.
    said: String,
    peak_mib: u64,
}

impl Run {
    /// Runs the program over `input`, with its other files beside it in `scratch`.
    fn over(input: &Path, scratch: &Path) -> Self {
        let (config, out, peak) = (scratch.join("news.toml"), scratch.join("out"), scratch.join("peak"));
        std::fs::write(&config, CONFIG).unwrap();
        let output = Command::new("python3")
            .args(["-c".as_ref(), WATCHED.as_ref(), peak.as_os_str()])
            .arg(env!("CARGO_BIN_EXE_copydesk"))
            .args([
                "run".as_ref(),
                config.as_os_str(),
                input.as_os_str(),
                "--output".as_ref(),
                out.as_os_str(),
            ])
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let peak: u64 = std::fs::read_to_string(peak).unwrap().parse().unwrap();
        Run {
            outcome: Outcome {
                texts: members(&out.join("data"), "text"),
                reasons: members(&out.join("quarantine"), "reason"),
            },
            report: std::fs::read(out.join("report.json"))
                .map_or(serde_json::Value::Null, |report| serde_json::from_slice(&report).unwrap()),
            status: output.status.code(),
            said: String::from_utf8_lossy(&said).into_owned(),
            peak_mib: peak / 1024,
        }
    }

    fn count(&self, fate: &str) -> Option<u64> {
        self.report["documents"][fate].as_u64()
    }

    /// What is wrong with the run, whatever the input was.
    fn complaints(&self) -> Vec<String> {
        let Outcome { texts, reasons } = &self.outcome;
        let counts = ["exported", "dropped", "duplicate", "quarantined"].map(|fate| self.count(fate));
        let sum = counts.iter().copied().sum::<Option<u64>>();
        let written = [Some(texts.len() as u64), Some(reasons.len() as u64)];
        let expected = i32::from(!reasons.is_empty());
        let checks = [
            (
                sum.is_none() || self.count("read") != sum,
                format!("counts do not close: {}", self.report["documents"]),
            ),
            ([counts[0], counts[3]] != written, format!("counted {counts:?}, written {written:?}")),
            (
                self.status != Some(expected),
                format!("exit status {:?}, expected {expected}: {}", self.status, self.said),
            ),
            (self.peak_mib > MOST_MIB, format!("{} MiB of memory", self.peak_mib)),
            (steers_a_terminal(&self.said), format!("said raw: {:?}", self.said)),
        ];
        checks.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, complaint)| complaint).collect()
    }
}

/// What the program itself says to a terminal: bold, faint, red, struck out, and the end of them.
const OWN_STYLES: [&str; 5] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[9m", "\u{1b}[31m"];

/// Are there, beside the program's own styles, escapes, other control letters, or letters that
/// change the direction of writing?
fn steers_a_terminal(said: &str) -> bool {
    let foreign = OWN_STYLES.iter().fold(said.to_owned(), |said, style| said.replace(style, ""));
    foreign.contains(|letter: char| {
        letter.is_control() && !"\n\t".contains(letter)
            || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// One member of every row below a folder, in order.
fn members(folder: &Path, name: &str) -> Vec<String> {
    if !folder.exists() {
        return Vec::new();
    }
    let files = support::tree(folder).into_values();
    let lines = files
        .flat_map(|file| String::from_utf8(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>());
    lines
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(&line).unwrap()[name].as_str().unwrap().to_owned()
        })
        .collect()
}

/// What is wrong with what the program makes of a folder that `fill` fills.
fn complaints(fill: impl FnOnce(&Path) -> Expect) -> Vec<String> {
    let scratch = tempfile::tempdir().unwrap();
    let input = scratch.path().join("in");
    let expect = fill(&input);
    let run = Run::over(&input, scratch.path());
    [run.complaints(), expect.complaints(&run.outcome)].concat()
}

/// Runs the program over every case, and fails with all that is wrong.
fn all_hold(cases: &[Case]) {
    fail_with_all(cases, |case| {
        complaints(|folder| case.write(folder).map(|()| case.expect.clone()).unwrap())
    });
}

/// Only reads every case, and fails with all that is wrong: for what no built-in extractor knows.
fn all_are_read(cases: &[Case]) {
    fail_with_all(cases, |case| {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path()).unwrap();
        case.expect.complaints(&readings(folder.path()))
    });
}

/// What the readers make of a folder.
fn readings(folder: &Path) -> Outcome {
    let dumps = Desk::default_stages().inputs(&[folder.to_str().unwrap().to_owned()]).unwrap();
    let mut outcome = Outcome::default();
    for unit in 0..dumps.units().len() {
        dumps.read(unit, &mut |reading| {
            match reading {
                Reading::Document(payload) => outcome.texts.push(payload.text),
                Reading::Quarantined(record) => outcome.reasons.push(record.reason.to_string()),
                Reading::Lost(error) => panic!("{error}"),
                Reading::Progress(_) => {}
            }
            ControlFlow::Continue(())
        });
    }
    outcome
}

fn fail_with_all(cases: &[Case], complaints: impl Fn(&Case) -> Vec<String>) {
    assert!(!cases.is_empty());
    let with_name = |case: &Case| {
        complaints(case)
            .into_iter()
            .map(|complaint| format!("{}: {complaint}", case.name))
            .collect::<Vec<_>>()
    };
    let wrong: Vec<String> = cases.iter().flat_map(with_name).collect();
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A hundredth of the full size, unless it is asked for.
fn size() -> Size {
    if std::env::var_os("COPYDESK_LONG").is_some() { Size::Full } else { Size::Small }
}

#[test]
fn bad_lines_cost_themselves() {
    all_hold(&hostile::jsonl::cases(size()));
}

#[test]
fn odd_texts_are_read_or_set_aside() {
    all_hold(&hostile::text::cases(size()));
}

#[test]
fn pages_are_read_whole() {
    all_are_read(&hostile::html::cases(size()));
}

/// At full size always: a small bomb is none.
#[test]
fn what_becomes_too_large_is_set_aside_and_not_held() {
    all_hold(&hostile::bombs::gzip_and_zstd(Size::Full));
    all_hold(&hostile::bombs::lines(Size::Full));
}

#[test]
fn odd_names_are_read_and_what_is_no_file_is_passed_over() {
    let wrong = complaints(|folder| hostile::tree::make(folder).unwrap());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn many_files_need_little_memory() {
    let count = size().of(1_000_000);
    let wrong = complaints(|folder| {
        hostile::tree::many_files(folder, count).unwrap();
        Expect::articles([0]).and_documents(count - 1..=count - 1)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_shown_of_an_article_does_not_steer_the_terminal() {
    let scratch = tempfile::tempdir().unwrap();
    hostile::tree::make(scratch.path()).unwrap();
    for case in hostile::text::cases(Size::Small).iter().chain(&hostile::jsonl::cases(Size::Small)) {
        if case.files[0].bytes.len() < 20_000 {
            case.write(scratch.path()).unwrap();
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["explain".as_ref(), scratch.path().as_os_str()])
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    for said in [output.stdout, output.stderr] {
        let said = String::from_utf8(said).unwrap();
        assert!(said.len() > 2000 && said.contains("\\u{1b}"), "{said}");
        let line = said.lines().find(|line| steers_a_terminal(line));
        assert_eq!(line, None);
    }
}

#[test]
fn one_damaged_member_or_frame_costs_what_is_in_it() {
    all_hold(&hostile::jsonl::damaged_members());
}

#[test]
fn bombs_of_xz_and_bzip2_are_set_aside() {
    all_hold(&hostile::bombs::xz_and_bzip2(Size::Full));
}

#[test]
fn bad_rows_cost_themselves() {
    all_hold(&hostile::csv::cases(size()));
}

#[test]
fn entries_of_archives_that_lie_cost_themselves() {
    all_hold(&hostile::zip::cases(size()));
    all_hold(&hostile::tar::cases(size()));
    all_hold(&[hostile::zip::bomb(300 << 20)]);
}

#[test]
fn a_damaged_record_of_a_warc_file_costs_itself() {
    all_are_read(&hostile::warc::cases(size()));
}

/// Nothing is asked of the articles, which are pages: only that they are counted and not held.
#[test]
fn a_bomb_in_a_warc_file_costs_itself() {
    let bombs = hostile::warc::bombs(300 << 20);
    all_are_read(&bombs);
    for case in &bombs {
        let run = |folder: &Path| {
            case.write(folder).unwrap();
            Expect {
                documents: 0..=20,
                set_aside: 0..=20,
                sentences: Vec::new(),
                reasons: &["no-extractor", "too-long", "bomb"],
            }
        };
        assert_eq!(complaints(run), [""; 0], "{}", case.name);
    }
}

#[test]
fn a_damaged_parquet_file_is_set_aside() {
    const ROWS: usize = 40;
    let good = parquet(ROWS);
    all_hold(&hostile::parquet::cases(&good, ROWS));
    let step = good.len() / size().of(5000);
    all_are_read(&hostile::parquet::each_byte(&good, step, ROWS).collect::<Vec<_>>());
}

/// A good file of articles, as the program itself writes it.
fn parquet(rows: usize) -> Vec<u8> {
    let scratch = tempfile::tempdir().unwrap();
    let lines = scratch.path().join("good.jsonl");
    std::fs::write(&lines, hostile::jsonl::good_lines(0..rows)).unwrap();
    let config = scratch.path().join("parquet.toml");
    std::fs::write(
        &config,
        "[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"export\"\nformat = \"parquet\"\n",
    )
    .unwrap();
    let out = scratch.path().join("out");
    let paths = [config.as_os_str(), lines.as_os_str(), "--output".as_ref(), out.as_os_str()];
    let output = support::copydesk([&["run".as_ref()], paths.as_slice()].concat());
    assert_eq!(output.status.code(), Some(0), "{}", support::streams(&output).1);
    std::fs::read(out.join("data/part-00000.parquet")).unwrap()
}
