//! The same input gives the same bytes, on any number of threads.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::fmt::Write as _;

/// Some thousand records in several files, so that there are many units, good and bad.
fn dumps(folder: &std::path::Path) {
    for file in 0..5 {
        let mut lines = String::new();
        for record in 0..800 {
            match record % 97 {
                13 => lines.push_str("{\"text\": 5}\n"),
                14 => lines.push_str("not json\n"),
                _ => {
                    let body = "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said. ".repeat(1 + record % 7);
                    let text = format!(
                        "Share\n\nOld bridge number {record} opens again\n\n{body}\n\nAdvertisement\n\nOld bridge number {record} opens again"
                    );
                    let row = serde_json::json!({ "id": format!("{file}-{record}"), "text": text, "metadata": { "n": record } });
                    let _ = writeln!(lines, "{row}");
                }
            }
        }
        std::fs::write(folder.join(format!("{file}.jsonl")), lines).unwrap();
    }
}

#[test]
fn one_thread_equals_eight() {
    let scratch = tempfile::tempdir().unwrap();
    let input = scratch.path().join("in");
    std::fs::create_dir(&input).unwrap();
    dumps(&input);
    let config = scratch.path().join("news.toml");
    let stages = "[input]\nunit-mib = 1\n[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"boilerplate\"\n[[stage]]\nuse = \"headline\"\n[[stage]]\nuse = \"export\"\n";
    std::fs::write(&config, stages).unwrap();
    let run = |threads: &str| {
        let out = scratch.path().join(format!("out-{threads}"));
        let arguments = [
            "run".as_ref(),
            config.as_os_str(),
            input.as_os_str(),
            "--output".as_ref(),
            out.as_os_str(),
            "--threads".as_ref(),
            threads.as_ref(),
            "--quiet".as_ref(),
        ];
        let output = support::copydesk(arguments);
        assert_eq!(output.status.code(), Some(1), "{}", support::streams(&output).1);
        support::tree(&out)
    };
    let alone = run("1");
    assert!(alone.keys().filter(|name| name.starts_with("data/")).count() >= 2, "{:?}", alone.keys());
    assert_eq!(alone, run("2"));
    assert_eq!(alone, run("8"));
}
