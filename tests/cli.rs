//! The program from outside: what it prints, where, and with which exit status.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{Scratch, copydesk, streams};

const ARTICLE: &str = "Share\n\nOld bridge over the Aune opens again\n\n\
    The bridge over the Aune reopens on Monday after eleven months of repairs, the council said on Friday.\n\nAdvertisement\n";
const CLEAN: &str = "Old bridge over the Aune opens again\n\
    The bridge over the Aune reopens on Monday after eleven months of repairs, the council said on Friday.\n";

const CONFIG: &str = "[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"boilerplate\"\n[[stage]]\nuse = \"headline\"\n\
    [[stage]]\nuse = \"export\"\ncompression = \"none\"\n";

fn run(config: &Path, inputs: &[&Path], output: &Path, more: &[&str]) -> std::process::Output {
    let mut args: Vec<std::ffi::OsString> = vec!["run".into(), config.into()];
    args.extend(inputs.iter().map(Into::into));
    args.extend(["--output".into(), output.into()]);
    args.extend(more.iter().map(Into::into));
    copydesk(args)
}

/// A run that has been: its config, its input and what it left.
struct Finished {
    scratch: Scratch,
    config: PathBuf,
    article: PathBuf,
    out: PathBuf,
    before: std::collections::BTreeMap<String, Vec<u8>>,
}

impl Finished {
    fn new() -> Self {
        let scratch = Scratch::new();
        let config = scratch.write("news.toml", CONFIG);
        let article = scratch.write("bridge.txt", ARTICLE);
        let out = scratch.path("out");
        assert_eq!(run(&config, &[&article], &out, &["--quiet"]).status.code(), Some(0));
        let before = support::tree(&out);
        Finished { scratch, config, article, out, before }
    }
}

fn rows(path: &Path) -> Vec<serde_json::Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_run_writes_articles_trail_and_counts() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", CONFIG);
    let article = scratch.write("in/bridge.txt", ARTICLE);
    let output = run(&config, &[&article], &scratch.path("out"), &[]);
    let (out, err) = streams(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(out.contains("1 document from") && out.contains("ad-label") && out.contains("explain"), "{out}");

    let data = rows(&scratch.path("out/data/part-00000.jsonl"));
    assert_eq!(data.len(), 1);
    assert_eq!(data[0]["id"], "bridge.txt");
    assert_eq!(data[0]["text"], CLEAN.trim_end());
    assert_eq!(data[0]["title"], "Old bridge over the Aune opens again");
    let trail = rows(&scratch.path("out/removed/part-00000.jsonl"));
    let removals = trail[0]["removals"].as_array().unwrap();
    let reasons: Vec<_> = removals.iter().map(|row| row["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["share-bar", "ad-label"]);
    assert_eq!((removals[0]["start"].as_u64(), removals[0]["end"].as_u64()), (Some(0), Some(5)));
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scratch.path("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["documents"]["exported"], 1);
    assert_eq!(report["blocks_removed"], 2);
    assert!(report.get("seconds").is_none(), "the report of a run has no clock in it");
}

#[test]
fn the_report_is_json_on_request_and_silence_on_another() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", CONFIG);
    let article = scratch.write("bridge.txt", ARTICLE);
    let (out, _) = streams(&run(&config, &[&article], &scratch.path("a"), &["--json"]));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["documents"]["read"], 1);
    assert!(report["seconds"].is_number());
    let (out, err) = streams(&run(&config, &[&article], &scratch.path("b"), &["--quiet"]));
    assert_eq!((out.as_str(), err.as_str()), ("", ""));
}

#[test]
fn what_cannot_be_read_is_set_aside_and_the_rest_goes_on() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", CONFIG);
    let broken = support::root().join("tests/fixtures/broken");
    let article = scratch.write("bridge.txt", ARTICLE);
    let output = run(&config, &[&broken, &article], &scratch.path("out"), &["--json"]);
    let (out, err) = streams(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let reasons: Vec<_> =
        report["quarantine"].as_array().unwrap().iter().map(|row| row["reason"].as_str().unwrap()).collect();
    for reason in ["empty", "no-text", "not-json", "not-object", "undecodable"] {
        assert!(reasons.contains(&reason), "{reason} is missing from {reasons:?}");
    }
    assert_eq!(report["documents"]["exported"], 6, "five good lines and one article");
    let quarantined: usize = std::fs::read_dir(scratch.path("out/quarantine"))
        .unwrap()
        .map(|part| rows(&part.unwrap().path()).len())
        .sum();
    assert_eq!(report["documents"]["quarantined"], quarantined);
}

#[test]
fn nothing_is_overwritten_unasked() {
    let Finished { scratch, config, article, out, before } = Finished::new();
    let again = run(&config, &[&article], &out, &[]);
    assert_eq!(again.status.code(), Some(0));
    assert!(streams(&again).1.contains("was complete already"), "{}", streams(&again).1);
    assert_eq!(support::tree(&out), before);
    let other = scratch.write("other.txt", ARTICLE);
    let refused = run(&config, &[&other], &out, &["--quiet"]);
    let (_, err) = streams(&refused);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err.contains("`inputs.named[0]` was") && err.contains("--overwrite"), "{err}");
    assert_eq!(support::tree(&out), before);
    assert_eq!(run(&config, &[&article], &out, &["--quiet", "--overwrite"]).status.code(), Some(0));
    assert_eq!(support::tree(&out), before);
}

#[test]
fn a_folder_that_is_not_ours_is_never_cleared() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", CONFIG);
    let article = scratch.write("bridge.txt", ARTICLE);
    scratch.write("home/data/thesis.tex", "twelve years of work");
    let refused = run(&config, &[&article], &scratch.path("home"), &["--overwrite"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read(scratch.path("home/data/thesis.tex")).unwrap(), b"twelve years of work");
}

#[test]
fn a_run_does_not_eat_its_own_output() {
    let Finished { scratch: _scratch, config, out, before, .. } = Finished::new();
    let refused = run(&config, &[&out.join("data")], &out, &["--quiet", "--overwrite"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(streams(&refused).1.contains("lies in the output folder"), "{}", streams(&refused).1);
    assert_eq!(support::tree(&out), before);
}

#[test]
fn a_config_that_writes_nothing_clears_nothing() {
    let Finished { scratch, article, out, before, .. } = Finished::new();
    let no_export = scratch.write("half.toml", "[[stage]]\nuse = \"extract\"\n");
    let refused = run(&no_export, &[&article], &out, &["--quiet", "--overwrite"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(streams(&refused).1.contains("no stage `export`"), "{}", streams(&refused).1);
    assert_eq!(support::tree(&out), before);
}

#[test]
fn an_article_with_nothing_left_is_not_exported() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", CONFIG);
    let article = scratch.write("ad.txt", "Advertisement\n");
    let output = run(&config, &[&article], &scratch.path("out"), &["--json"]);
    let (out, err) = streams(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["documents"]["dropped"], &report["documents"]["exported"]), (&1.into(), &0.into()));
    assert!(err.contains("nothing was exported"), "{err}");
    assert_eq!(streams(&copydesk(["clean".as_ref(), article.as_os_str()])).0, "");
}

/// That nothing is left is not what ends a run with 1, that something was set aside is.
#[test]
fn a_run_that_sets_everything_aside_ends_with_1() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", CONFIG);
    let dump = scratch.write("bad.jsonl", "not json\n{\"text\": 5}\n");
    let output = run(&config, &[&dump], &scratch.path("out"), &["--json"]);
    let (out, err) = streams(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["documents"]["read"], &report["documents"]["quarantined"]), (&2.into(), &2.into()));
    assert!(err.contains("nothing was exported"), "{err}");
}

#[test]
fn a_dump_in_the_place_of_a_config_is_refused() {
    let scratch = Scratch::new();
    let longest = format!("{CONFIG}#{}", "x".repeat((1 << 20) - CONFIG.len() - 1));
    let article = scratch.write("bridge.txt", ARTICLE);
    let run_with = |name: &str, config: &str| {
        let config = scratch.write(name, config);
        let output = run(&config, &[&article], &scratch.path(&format!("out-{name}")), &["--quiet"]);
        (output.status.code(), streams(&output).1)
    };
    assert_eq!(run_with("longest.toml", &longest), (Some(0), String::new()));
    let (status, err) = run_with("longer.toml", &format!("{longest}x"));
    assert_eq!(status, Some(2));
    assert!(err.contains("longer.toml` cannot be read: it is longer than 1 MiB; dumps are named"), "{err}");
}

#[test]
fn every_mistake_of_a_config_is_shown_and_nothing_is_read() {
    let scratch = Scratch::new();
    let text = "[input]\npath = [\"x\"]\n\n[[stage]]\nuse = \"extract\"\n\n[[stage]]\nuse = \"boilerplat\"\n\n\
        [[stage]]\nuse = \"headline\"\nmin-words = \"three\"\n\n[[stage]]\nuse = \"export\"\nformat = \"jsnol\"\nlevel = 99\n";
    let config = scratch.write("news.toml", text);
    let output = run(&config, &[], &scratch.path("out"), &[]);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(2));
    let file = config.display();
    for line in [
        format!("{file}:2:1: `[input]` has no option `path`; did you mean `paths`?"),
        format!("{file}:8:7: no stage is called `boilerplat`; did you mean `boilerplate`?"),
        "  8 | use = \"boilerplat\"\n    |       ^^^^^^^^^^^^".to_owned(),
        format!("{file}:12:13: `min-words` takes a whole number from 0, not the string \"three\""),
        format!(
            "{file}:16:10: `format` is one of `jsonl`, `parquet`, `csv`, `text`, `markdown` and `plugin`, not `jsnol`; did you mean `jsonl`?"
        ),
        "4 mistakes in the config; nothing was read".to_owned(),
    ] {
        assert!(err.contains(&line), "missing: {line}\nin: {err}");
    }
    assert!(!scratch.path("out").exists());
}

#[test]
fn a_value_out_of_range_is_pointed_at() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", "[[stage]]\nuse = \"export\"\nlevel = 99\n");
    let output = copydesk(["check".as_ref(), config.as_os_str()]);
    let expected = format!("{}:3:9: `level` is a whole number from 1 to 19, not 99", config.display());
    assert!(streams(&output).1.contains(&expected), "{}", streams(&output).1);
}

#[test]
fn stages_out_of_order_are_refused() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", "[[stage]]\nuse = \"export\"\n[[stage]]\nuse = \"extract\"\n");
    let output = copydesk(["check".as_ref(), config.as_os_str()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(streams(&output).1.contains("it comes first, and once"), "{}", streams(&output).1);
}

#[test]
fn inputs_that_match_nothing_are_named() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", CONFIG);
    let output = run(&config, &[Path::new("no/such/*.txt")], &scratch.path("out"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(streams(&output).1.contains("no/such/*.txt"), "{}", streams(&output).1);
}

#[test]
fn clean_works_in_a_pipe() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["clean"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(ARTICLE.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(streams(&output).0, CLEAN);
    assert!(output.status.success());
}

#[test]
fn clean_reads_compressed_files_and_json_lines() {
    let scratch = Scratch::new();
    let plain = scratch.write("a.txt", ARTICLE);
    let zst = scratch.write("b.txt.zst", zstd(ARTICLE.as_bytes()));
    let lines = scratch.write("c.jsonl", format!("{}\n", serde_json::json!({ "text": ARTICLE, "id": "c" })));
    for path in [&plain, &zst, &lines] {
        let output = copydesk(["clean".as_ref(), path.as_os_str()]);
        assert_eq!(streams(&output).0, CLEAN, "{}", path.display());
    }
    let output = copydesk(["clean".as_ref(), plain.as_os_str(), lines.as_os_str()]);
    assert_eq!(streams(&output).0, format!("{CLEAN}\n{CLEAN}"));
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let compression = copydesk_store::Compression::Zstd { level: 1 };
    let mut encoder = copydesk_store::Encoder::new(Vec::new(), compression).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn explain_makes_a_page_in_which_an_article_is_text_only() {
    let scratch = Scratch::new();
    let article = scratch.write(
        "bridge.txt",
        ARTICLE.replacen(
            "Share",
            "Share\n\n<script>alert(\"&\")</script> said nobody, and the bridge stayed where it was.",
            1,
        ),
    );
    let (out, _) = streams(&copydesk(["explain".as_ref(), "--html".as_ref(), article.as_os_str()]));
    assert!(out.starts_with("<!doctype html>"), "{out}");
    assert!(
        out.contains("<s>Share</s> <small>boilerplate/share-bar: whole line &quot;share&quot; (en)</small>"),
        "{out}"
    );
    assert!(out.contains(">&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt; said nobody"), "{out}");
    assert!(!out.contains("<script"), "{out}");
}

/// A page is shown as it was, in a frame without rights; what it says cannot end the frame.
#[test]
fn explain_shows_a_page_in_its_own_layout() {
    let scratch = Scratch::new();
    let page =
        std::fs::read_to_string(support::root().join("tests/fixtures/html/swing-bridge.html")).unwrap();
    let hostile = "<script>alert(1)</script><p onclick=\"alert(2)\" title='\"></iframe><script>alert(3)</script>'>Swans</p>";
    let page = page.replacen("</body>", &format!("{hostile}</body>"), 1);
    assert!(page.contains("alert(3)"), "the page has a body");
    let path = scratch.write("bridge.html", page);
    let (out, _) = streams(&copydesk(["explain".as_ref(), "--html".as_ref(), path.as_os_str()]));
    assert_eq!(out.matches("<iframe sandbox srcdoc=\"").count(), 1);
    assert_eq!(out.matches("</iframe>").count(), 1, "{out}");
    assert!(!out.contains("<script") && !out.contains("onclick"), "{out}");
    let (_, rest) = out.split_once("srcdoc=\"").unwrap();
    let (frame, blocks) = rest.split_once('"').unwrap();
    assert!(frame.starts_with("&lt;!doctype html&gt;"), "{frame}");
    assert!(frame.contains("default-src 'none'"), "{frame}");
    assert!(
        frame.contains("&lt;mark class=&quot;copydesk-kept&quot; title=&quot;stays: paragraph&quot;&gt;"),
        "{frame}"
    );
    assert!(
        frame.contains(
            "&lt;mark class=&quot;copydesk-struck&quot; title=&quot;extract/page-furniture: score "
        ),
        "{frame}"
    );
    assert!(!frame.contains("alert(1)") && !frame.contains("alert(2)"), "{frame}");
    assert!(blocks.contains("<div class=struck title=\"extract/page-furniture: "), "{blocks}");
}

#[test]
fn explain_strikes_out_and_says_why() {
    let scratch = Scratch::new();
    let article = scratch.write("bridge.txt", ARTICLE);
    let (out, _) = streams(&copydesk(["explain".as_ref(), article.as_os_str()]));
    assert!(out.contains("- Share\n      boilerplate/share-bar: whole line \"share\""), "{out}");
    assert!(out.contains("  Old bridge over the Aune opens again  [title]"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colours where there is no terminal");
}

#[test]
fn a_dump_cannot_speak_to_the_terminal() {
    let scratch = Scratch::new();
    let article = scratch.write("evil.txt", "Title \u{1b}]0;gotcha\u{7} of it\n\n\u{202e}txet\n");
    let (out, _) = streams(&copydesk(["explain".as_ref(), article.as_os_str()]));
    assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}') && out.contains("\\u{1b}"), "{out}");
}

#[test]
fn the_commands_that_teach_do() {
    for (args, expected) in [
        (vec!["--help"], "Carry out a config"),
        (vec!["stages"], "strikes lines that belong to the page"),
        (vec!["stages", "boilerplate"], "When not to use it"),
        (vec!["stages", "input"], "bomb         it becomes far more"),
        (vec!["plan", "config/news-text.toml"], " parts\n"),
        (vec!["check", "config/news-text.toml"], "is right: extract, headline, boilerplate, export"),
        (vec!["completions", "bash"], "_copydesk"),
        (vec!["man"], ".TH copydesk"),
        (vec!["schema"], "json-schema.org"),
    ] {
        let output = copydesk(&args);
        assert!(
            output.status.success() && streams(&output).0.contains(expected),
            "{args:?}: {}",
            streams(&output).0
        );
    }
    let output = copydesk(["stages", "boilerplat"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(streams(&output).1.contains("did you mean `boilerplate`?"));
}

#[test]
fn text_and_markdown_are_files_of_their_own() {
    let scratch = Scratch::new();
    let article = scratch.write("bridge.txt", ARTICLE);
    for (format, name, expected) in [
        ("text", "out-text/data/part-00000/000000-bridge.txt.txt", CLEAN.to_owned()),
        (
            "markdown",
            "out-markdown/data/part-00000/000000-bridge.txt.md",
            format!("# {}", CLEAN.replacen('\n', "\n\n", 1)),
        ),
    ] {
        let config = scratch
            .write("news.toml", CONFIG.replace("compression = \"none\"", &format!("format = \"{format}\"")));
        let output = run(&config, &[&article], &scratch.path(&format!("out-{format}")), &["--quiet"]);
        assert!(output.status.success(), "{}", streams(&output).1);
        assert_eq!(std::fs::read_to_string(scratch.path(name)).unwrap(), expected);
    }
}

#[test]
fn verify_proves_an_output_and_finds_what_is_wrong() {
    let Finished { scratch: _scratch, out, .. } = Finished::new();
    let verify = || {
        let output = copydesk(["verify".as_ref(), out.as_os_str()]);
        let (said, noted) = streams(&output);
        (output.status.code(), said + &noted)
    };
    let (status, said) = verify();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(" is whole: ") && said.contains("1 documents read = 1 exported"), "{said}");

    let part = out.join("data/part-00000.jsonl");
    let whole = std::fs::read(&part).unwrap();
    let mut flipped = whole;
    flipped[3] ^= 1;
    std::fs::write(&part, &flipped).unwrap();
    assert_eq!(
        verify(),
        (
            Some(1),
            "`data/part-00000.jsonl` was changed: its checksum is another than when it was written\n"
                .to_owned()
        )
    );
    std::fs::remove_file(&part).unwrap();
    std::fs::write(out.join("data/part-00001.jsonl"), "{}\n").unwrap();
    let (status, said) = verify();
    assert_eq!(status, Some(1));
    assert!(said.contains("`data/part-00000.jsonl` cannot be read"), "{said}");
    assert!(said.contains("`data/part-00001.jsonl` is there, and no run has listed it"), "{said}");

    let journal = out.join(".copydesk/journal");
    let lines = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &lines[..lines.len() - 3]).unwrap();
    let (status, said) = verify();
    assert_eq!(status, Some(1));
    assert!(said.contains("cut short") && said.contains("the run is not complete: 1 of 1 parts"), "{said}");
    std::fs::remove_file(&journal).unwrap();
    assert_eq!(verify().0, Some(2));
}

#[test]
fn without_stages_a_text_is_written_as_it_came() {
    let scratch = Scratch::new();
    let config = scratch.write("copy.toml", "[[stage]]\nuse = \"export\"\ncompression = \"none\"\n");
    let text = "Share\n\n  Old bridge\t\u{feff}\r\n\n\n- one\n- two\n";
    let lines = scratch.write("c.jsonl", format!("{}\n", serde_json::json!({ "text": text, "id": "c" })));
    let output = run(&config, &[&lines], &scratch.path("out"), &["--quiet"]);
    assert!(output.status.success(), "{}", streams(&output).1);
    assert_eq!(rows(&scratch.path("out/data/part-00000.jsonl"))[0]["text"], text);
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder =
        copydesk_store::Encoder::new(Vec::new(), copydesk_store::Compression::Gzip { level: 6 }).unwrap();
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_record_that_was_set_aside_can_be_looked_at() {
    let scratch = Scratch::new();
    let first = gzip("{\"text\": \"The bridge\"}\n");
    let file = [&first, gzip("{\"text\": \"is open\"}\n{\u{1b}[31m\n").as_slice()].concat();
    let path = scratch.write("a.jsonl.gz", &file);
    let config = scratch.write("news.toml", CONFIG);
    run(&config, &[&path], &scratch.path("out"), &["--quiet"]);
    let row = std::fs::read_to_string(scratch.path("out/quarantine/part-00000.jsonl")).unwrap();
    let row: serde_json::Value = serde_json::from_str(&row).unwrap();
    assert_eq!(
        (&row["member"], &row["offset"], &row["length"]),
        (&first.len().into(), &20.into(), &6.into())
    );
    let peek = |more: &[&str]| {
        let args = [&["peek", path.to_str().unwrap()], more].concat();
        copydesk(args)
    };
    let member = first.len().to_string();
    assert_eq!(streams(&peek(&["20", "6", "--member", &member])).0, "{\\u{1b}[31m\n");
    assert_eq!(peek(&["20", "6", "--member", &member, "--raw"]).stdout, b"{\x1b[31m");
    assert_eq!(peek(&[&member, "3", "--disk", "--raw"]).stdout, [0x1f, 0x8b, 8]);
    assert_eq!(peek(&["23", "10"]).stdout, b"{\"text\": \"\n", "members follow each other");
    let missing = peek(&["999", "1"]);
    assert_eq!((missing.status.code(), streams(&missing).1.contains("has no byte 999")), (Some(2), true));
}

#[test]
fn count_says_what_files_hold() {
    let scratch = Scratch::new();
    scratch.write("in/a.jsonl.gz", gzip("{\"text\": \"The bridge\"}\n5\n{}\n[]\n"));
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>The bridge";
    let warc =
        format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n{page}\r\n\r\n", page.len());
    scratch.write("in/b.warc", warc);
    let output = copydesk(["count".as_ref(), scratch.path("in").as_os_str()]);
    let lines: Vec<_> = streams(&output)
        .0
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let expected = ["documents 2", "bytes of text 23", "set aside: no-text 1", "set aside: not-object 2"];
    assert_eq!((lines, output.status.code()), (expected.map(str::to_owned).to_vec(), Some(1)));
}

#[test]
fn rows_are_comma_separated_on_request_and_the_card_says_how() {
    let scratch = Scratch::new();
    let article = scratch.write(
        "bridge.txt",
        ARTICLE.replacen(
            "Share",
            "Share\n\n=1+1 makes two, and nobody on the council has doubted it for eleven months.",
            1,
        ),
    );
    let csv = "compression = \"none\"\nformat = \"csv\"\nformulas = \"escaped\"";
    let config = scratch.write("news.toml", CONFIG.replace("compression = \"none\"", csv));
    let output = run(&config, &[&article], &scratch.path("out"), &["--quiet"]);
    assert!(output.status.success(), "{}", streams(&output).1);
    let rows = std::fs::read_to_string(scratch.path("out/data/part-00000.csv")).unwrap();
    let header =
        "id,text,title,url,author,date,language,source.file,source.member,source.offset,metadata\r\n";
    assert!(rows.starts_with(&format!("{header}\"bridge.txt\",\"'=1+1 makes two, and nobody")), "{rows}");
    assert!(scratch.path("out/removed/part-00000.jsonl").exists());
    let card = std::fs::read_to_string(scratch.path("out/README.md")).unwrap();
    assert!(card.contains("apostrophe in front") && card.contains("| all | 1 | 1 | 0 | 0 | 0 |"), "{card}");
}

#[test]
fn dolma_keeps_what_was_dropped_and_marks_it() {
    let scratch = Scratch::new();
    let config = scratch.write("news.toml", format!("{CONFIG}schema = \"dolma\"\n"));
    let lines = ["Advertisement", ARTICLE]
        .map(|text| serde_json::json!({ "text": text, "id": text.len().to_string() }).to_string());
    let dump = scratch.write("news.jsonl", lines.join("\n"));
    let output = run(&config, &[&dump], &scratch.path("out"), &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&streams(&output).0).unwrap();
    assert_eq!((&report["documents"]["exported"], &report["documents"]["dropped"]), (&1.into(), &1.into()));
    let documents = rows(&scratch.path("out/documents/part-00000.jsonl"));
    let texts: Vec<_> = documents.iter().map(|row| row["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Advertisement", ARTICLE]);
    let attributes = rows(&scratch.path("out/attributes/copydesk/part-00000.jsonl"));
    assert_eq!(attributes[0]["id"], "13");
    assert_eq!(attributes[0]["attributes"]["copydesk__document__dropped"], serde_json::json!([[0, 13, 1.0]]));
    let label = ARTICLE.find("Advertisement").unwrap();
    let spans = serde_json::json!({
        "copydesk__boilerplate__share_bar": [[0, 7, 1.0]],
        "copydesk__boilerplate__ad_label": [[label, ARTICLE.len(), 1.0]],
    });
    assert_eq!(attributes[1]["attributes"], spans);
}

#[test]
fn what_does_not_go_together_is_told_at_its_place() {
    let scratch = Scratch::new();
    for (options, expected) in [
        ("format = \"text\"\nschema = \"fineweb\"", "`schema` is for formats with columns"),
        ("format = \"parquet\"\nschema = \"dolma\"", "`schema` is `dolma` with `format = \"jsonl\"` only"),
        ("format = \"csv\"\nmetadata = \"object\"", "`metadata` is `object` with `format = \"jsonl\"` only"),
        ("formulas = \"escaped\"", "`formulas` is `escaped` with `format = \"csv\"` only"),
        ("schema = \"dolma\"\nheadline = \"field-only\"", "`headline` is `first-line`"),
        ("level = 20", "`level` is a whole number from 1 to 19, not 20"),
    ] {
        let config = scratch.write("news.toml", format!("{CONFIG}{options}\n"));
        let output = copydesk(["check".as_ref(), config.as_os_str()]);
        assert_eq!(output.status.code(), Some(2));
        assert!(streams(&output).1.contains(expected), "{options}: {}", streams(&output).1);
    }
}
