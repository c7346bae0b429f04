//! `copydesk eval`: figures on documents of which we know what should come out.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{Scratch, copydesk, streams};

const HEADLINE: &str = "Old bridge over the Aune opens again";
const FIRST: &str =
    "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said on Friday.";
const SECOND: &str = "Lorries of more than seven tonnes stay banned until the second bearing is replaced.";

/// A scraper's dump of an article, one that is clean, one whose body has a line that looks like noise.
fn rows() -> Vec<Value> {
    let line = |(label, text): &(&str, &str)| json!({ "label": label, "text": text });
    let row = |id: &str, kind: &str, lines: &[(&str, &str)]| {
        let lines: Vec<_> = lines.iter().map(line).collect();
        json!({ "id": id, "kind": kind, "url": format!("https://www.aune.example/{id}"), "lines": lines })
    };
    vec![
        row(
            "bridge",
            "node_blocks",
            &[
                ("boilerplate", "Share"),
                ("headline", HEADLINE),
                ("body", FIRST),
                ("boilerplate", "Advertisement"),
                (
                    "boilerplate",
                    "Our three garden centres are open all week, and your dogs are welcome in all of them.",
                ),
                ("body", SECOND),
                ("ambiguous", "Aune"),
                ("headline_repeat", HEADLINE),
            ],
        ),
        row("clean", "ex_own", &[("headline", HEADLINE), ("body", FIRST), ("body", SECOND)]),
        row("odd", "ex_own", &[("body", FIRST), ("body", "Advertisement"), ("body", SECOND)]),
    ]
}

fn jsonl(scratch: &Scratch, name: &str, rows: &[Value]) -> PathBuf {
    scratch.write(name, rows.iter().map(|row| format!("{row}\n")).collect::<String>())
}

/// Exit status, standard output and standard error.
fn eval(input: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut args: Vec<OsString> = vec!["eval".into(), input.into()];
    args.extend(more.iter().map(Into::into));
    let output = copydesk(args);
    let (out, err) = streams(&output);
    (output.status.code(), out, err)
}

fn eval_json(input: &Path, more: &[&str]) -> Value {
    let (status, out, err) = eval(input, &[more, &["--json"]].concat());
    assert_eq!(status, Some(0), "{err}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn labelled_lines_have_a_row_for_each_regime() {
    let scratch = Scratch::new();
    let input = jsonl(&scratch, "lines.jsonl", &rows());
    let (status, out, err) = eval(&input, &["--worst", "0"]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
    assert_eq!(
        out,
        "           docs  recall  precision      f1    lost  intact  repeats  headline  unchanged\n\
         extractor     2       -     0.0000       -  0.0154  0.5000        -    1.0000     0.5000\n\
         node          1  0.6667     1.0000  0.8000  0.0000  1.0000   1.0000    1.0000          -\n\
         all           3  0.6667     0.6667  0.6667  0.0103  0.6667   1.0000    1.0000     0.5000\n\n"
    );
}

#[test]
fn the_worst_documents_show_who_struck_what() {
    let scratch = Scratch::new();
    let (_, out, _) = eval(&jsonl(&scratch, "lines.jsonl", &rows()), &["--worst", "1"]);
    let damaged = "odd#ex_own  1 of 33 words of the article lost  https://www.aune.example/odd\n  - Advertisement\n      boilerplate/ad-label: whole line \"advertisement\" (en)\n";
    let noisy = "bridge#node_blocks  1 of 4 noise lines left  https://www.aune.example/bridge\n    Our three garden centres";
    assert!(out.contains(damaged) && out.contains(noisy), "{out}");
}

#[test]
fn documents_are_grouped_by_any_member() {
    let scratch = Scratch::new();
    let input = jsonl(&scratch, "lines.jsonl", &rows());
    let docs = |by: &str| {
        let report = eval_json(&input, &["--by", by]);
        let groups = report["configs"][0]["groups"].as_object().unwrap().clone();
        groups.into_iter().map(|(name, group)| (name, group["docs"].as_u64().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(docs("kind"), [("ex_own".to_owned(), 2), ("node_blocks".to_owned(), 1)]);
    assert_eq!(docs("site"), [("aune.example".to_owned(), 3)]);
    assert_eq!(docs("set"), [("-".to_owned(), 3)]);
}

#[test]
fn two_configs_are_compared_line_by_line() {
    let scratch = Scratch::new();
    let input = jsonl(&scratch, "lines.jsonl", &rows());
    let stages = |names: &[&str]| {
        names.iter().map(|name| format!("[[stage]]\nuse = \"{name}\"\n")).collect::<String>()
    };
    let nothing = scratch.write("nothing.toml", stages(&["extract"]));
    let both = scratch.write("both.toml", stages(&["extract", "boilerplate", "headline"]));
    let more = ["-c", nothing.to_str().unwrap(), "-c", both.to_str().unwrap()];
    let report = eval_json(&input, &more);
    assert_eq!(
        report["differences"]["struck_only_by"],
        json!({ "body": [0, 1], "headline_repeat": [0, 1], "boilerplate": [0, 2] })
    );
    let lines = report["differences"]["lines"].as_array().unwrap();
    assert_eq!(
        (&lines[0]["text"], &lines[0]["why"], &lines[0]["struck_by"]),
        (
            &json!(HEADLINE),
            &json!("headline/repeats-headline: the same but for case and punctuation"),
            &json!("B")
        )
    );
    let (_, out, _) = eval(&input, &more);
    assert!(out.contains("\nnode       A         1   0.0000"), "{out}");
    assert!(out.contains("\n           B - A        +0.6667"), "{out}");
    assert!(out.contains("\nB strikes body: Advertisement\n"), "{out}");
}

#[test]
fn the_blocks_know_which_copy_went() {
    let scratch = Scratch::new();
    // the text that is left reads the same whichever headline went; the run below the second is longer
    let lines = [("headline", HEADLINE), ("headline_repeat", HEADLINE), ("body", FIRST), ("body", SECOND)];
    let lines: Vec<_> = lines.iter().map(|(label, text)| json!({ "label": label, "text": text })).collect();
    let input = jsonl(&scratch, "twice.jsonl", &[json!({ "id": 1, "lines": lines })]);
    let figures = |more: &[&str]| {
        let column = eval_json(&input, more)["configs"][0].clone();
        [&column["all"]["headline"], &column["all"]["repeats"], &column["disputed"]]
            .map(|value| value.as_f64().unwrap())
    };
    assert_eq!((figures(&[]), figures(&["--exact"])), ([0.0, 0.0, 2.0], [1.0, 1.0, 0.0]));
}

#[test]
fn bad_rows_are_counted_and_named() {
    let scratch = Scratch::new();
    let good = rows()[0].to_string();
    let bad = [
        good.as_str(),
        "no json",
        r#"{"id": 1, "lines": [{"text": "a", "label": "noise"}]}"#,
        r#"{"lines": []}"#,
        "",
        good.as_str(),
    ];
    let (status, out, err) = eval(&scratch.write("bad.jsonl", bad.join("\n")), &["--worst", "0"]);
    assert_eq!(status, Some(1));
    assert!(out.contains("\nnode     2  0.6667"), "{out}");
    let named: Vec<_> = err.lines().collect();
    assert_eq!(named.len(), 3, "{err}");
    assert!(named[0].starts_with("set aside: bad.jsonl, line 2: no labelled lines: expected"), "{err}");
    assert!(
        named[1].contains("line 3: no labelled lines: unknown variant `noise`, expected one of `body`"),
        "{err}"
    );
    assert!(named[2].contains("line 4: no labelled lines: missing field `id`"), "{err}");
}

#[test]
fn a_file_that_is_cut_off_costs_its_last_row() {
    let scratch = Scratch::new();
    let mut encoder =
        copydesk_store::Encoder::new(Vec::new(), copydesk_store::Compression::Gzip { level: 6 }).unwrap();
    rows().iter().for_each(|row| writeln!(encoder, "{row}").unwrap());
    let mut bytes = encoder.finish().unwrap();
    bytes.truncate(bytes.len() - 12);
    let (status, out, err) = eval(&scratch.write("cut.jsonl.gz", bytes), &["--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(status, Some(1));
    assert!(err.contains("set aside: cut.jsonl.gz, line"), "{err}");
    assert!(report["configs"][0]["all"]["docs"].as_u64().unwrap() >= 1, "{out}");
}

#[test]
fn gold_bodies_lie_in_the_row_in_a_file_or_in_a_folder() {
    let scratch = Scratch::new();
    let body = format!("{FIRST}\n{SECOND}");
    let dump = format!(
        "Share\n\n{FIRST}\n\nOur three garden centres are open all week, and your dogs are welcome in all of them.\n\n{SECOND}\n"
    );
    let pages = [("a", dump.as_str(), body.as_str()), ("b", FIRST, FIRST), ("c", FIRST, "")];
    let row = |(id, text, gold): &(&str, &str, &str)| json!({ "id": id, "text": text, "gold": gold });
    let inside = jsonl(&scratch, "inside.jsonl", &pages.iter().map(row).collect::<Vec<_>>());
    let gold = |(id, _, gold): &(&str, &str, &str)| json!({ "id": id, "text": gold });
    let beside = jsonl(&scratch, "gold.jsonl", &pages.iter().map(gold).collect::<Vec<_>>());
    for (id, text, gold) in pages {
        scratch.write(&format!("dumps/{id}.txt"), text);
        scratch.write(&format!("bodies/{id}.text"), gold);
    }
    let expected = eval_json(&inside, &[]);
    let figures = &expected["configs"][0]["all"];
    // the words between them cost the three runs that reach from one paragraph into the other
    assert_eq!(figures["docs"], 3);
    let is_about = |name: &str, value: f64| (figures[name].as_f64().unwrap() - value).abs() < 1e-9;
    assert!(is_about("exact", 1.0 / 3.0) && is_about("recall", (26.0 / 29.0 + 1.0) / 2.0), "{figures}");
    assert!(is_about("precision", (26.0 / 46.0 + 1.0 + 0.0) / 3.0), "{figures}");
    let beside = beside.to_str().unwrap();
    assert_eq!(eval_json(&inside, &["--gold", beside])["configs"][0]["all"], *figures);
    let (dumps, bodies) = (scratch.path("dumps"), scratch.path("bodies"));
    assert_eq!(eval_json(&dumps, &["--gold", bodies.to_str().unwrap()])["configs"][0]["all"], *figures);
}

#[test]
fn a_gold_body_without_a_document_counts_as_lost() {
    let scratch = Scratch::new();
    let pages = jsonl(
        &scratch,
        "pages.jsonl",
        &[json!({ "id": 1, "text": FIRST }), json!({ "id": 9, "text": FIRST })],
    );
    let gold = jsonl(
        &scratch,
        "gold.jsonl",
        &[json!({ "id": 1, "text": FIRST }), json!({ "id": 2, "text": SECOND })],
    );
    let (status, out, err) = eval(&pages, &["--gold", gold.to_str().unwrap(), "--worst", "0"]);
    assert_eq!(status, Some(0));
    assert_eq!(
        err,
        "left out for want of a gold body: 1 document\ncounted as lost for want of a document: 1 gold text\n"
    );
    assert!(out.contains("\nall     2  0.6667     1.0000  0.5000    0.5000  0.5000\n"), "{out}");
}

#[test]
fn what_cannot_be_scored_is_explained() {
    let scratch = Scratch::new();
    let (status, _, err) = eval(&scratch.write("a.txt", FIRST), &[]);
    assert_eq!(status, Some(2));
    assert!(
        err.contains("`a.txt` begins with no row that has `lines` or `gold`; name the gold bodies"),
        "{err}"
    );
    let (status, _, err) = eval(&scratch.path("none.jsonl"), &[]);
    assert_eq!(status, Some(2));
    assert!(err.contains("none.jsonl"), "{err}");
}

#[test]
fn modes_are_scored_where_there_are_any() {
    let scratch = Scratch::new();
    let (status, out, err) = eval(&jsonl(&scratch, "lines.jsonl", &rows()), &["--modes"]);
    let stages = copydesk::reference::schema()["properties"]["stage"]["items"]["oneOf"].clone();
    let boilerplate =
        stages.as_array().unwrap().iter().find(|stage| stage["properties"]["use"]["const"] == "boilerplate");
    if boilerplate.unwrap()["properties"]["mode"].is_null() {
        assert_eq!(status, Some(2));
        assert!(err.contains("the stage `boilerplate` has no option `mode`"), "{err}");
    } else {
        assert_eq!(status, Some(0), "{err}");
        let begins =
            |mode: &str| out.lines().any(|line| line.starts_with(mode) && line.matches('%').count() == 6);
        assert!(["safe", "balanced", "aggressive"].into_iter().all(begins), "{out}");
    }
}

#[test]
fn the_figures_do_not_depend_on_the_threads() {
    let scratch = Scratch::new();
    let many: Vec<Value> = (0..50).flat_map(|_| rows()).collect();
    let input = jsonl(&scratch, "many.jsonl", &many);
    let one = eval(&input, &["--json", "--worst", "7", "--threads", "1"]);
    assert_eq!(one, eval(&input, &["--json", "--worst", "7", "--threads", "5"]));
}

/// A line that stands on every page of a site goes. A body that is there in six kinds of dump recurs on no page.
#[test]
fn stages_that_see_all_documents_see_those_of_one_kind() {
    let scratch = Scratch::new();
    let footer = "Our three garden centres are open all week, and your dogs are welcome in all of them.";
    let row = |page: usize, kind: &str| {
        let what = ["toll", "flood", "harvest", "timetable", "school"][page];
        let body = format!(
            "The millers of the valley asked the council about the {what} on Friday and went home unheard."
        );
        let own = format!("A {what} is no affair of millers, said the mayor.");
        let lines = json!([{ "label": "body", "text": body }, { "label": "body", "text": own }, { "label": "boilerplate", "text": footer }]);
        json!({ "id": page, "kind": kind, "url": format!("https://aune.example/{page}"), "lines": lines })
    };
    let rows: Vec<Value> = (0..5)
        .flat_map(|page| ["node_a", "node_b", "node_c", "ex_a", "ex_b", "ex_c"].map(|kind| row(page, kind)))
        .collect();
    let input = jsonl(&scratch, "site.jsonl", &rows);
    let nothing = scratch.write("nothing.toml", "[[stage]]\nuse = \"extract\"\n");
    let site = scratch.write("site.toml", "[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"site-memory\"\n");
    let more = ["-c", nothing.to_str().unwrap(), "-c", site.to_str().unwrap(), "--worst", "100"];
    let report = eval_json(&input, &more);
    assert_eq!(report["differences"]["struck_only_by"], json!({ "boilerplate": [0, 30] }));
    for line in report["differences"]["lines"].as_array().unwrap() {
        let why = line["why"].as_str().unwrap();
        assert!(why.starts_with("site-memory/recurs-on-site: on 5 of the 5 pages"), "{why}");
    }
}
