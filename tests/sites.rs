//! `site-memory` over small corpora: what goes, what stays, and that nothing but the documents decides.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

const PROSE: [&str; 4] = [
    "The bridge over the Aune reopens on Monday after {n} months of repairs, the council said in its {w} note.",
    "Lorries of more than {n} tonnes stay banned until the {w} bearing is replaced and tested by the engineers.",
    "Shopkeepers on the {w} bank, who lost a third of their trade, welcomed the news and hung out {n} flags.",
    "Nobody in the {w} quarter believed the date, because {n} others had passed since the floods came down.",
];

/// A word that stands nowhere else: numbers are all the same to the stage.
fn word(page: usize, line: usize) -> String {
    format!("{page}x{line}").bytes().map(|byte| char::from(b'a' + byte % 26)).collect()
}

/// A sentence that no other page has.
fn prose(page: usize, line: usize) -> String {
    PROSE[line % PROSE.len()].replace("{n}", "11").replace("{w}", &word(page, line))
}

/// A page of a paper: a masthead, a share bar and a footer round two paragraphs and `extra`.
fn page(number: usize, extra: &[&str]) -> String {
    let mut lines =
        vec!["The Harbour Courier".to_owned(), "Harbour News Sport Weather".to_owned(), prose(number, 0)];
    lines.extend(extra.iter().map(|line| (*line).to_owned()));
    lines.push(prose(number, 1));
    lines.push(format!("Read by {} people", 7 * number + 3));
    lines.push("The Courier belongs to its readers".to_owned());
    lines.join("\n")
}

struct Corpus {
    folder: tempfile::TempDir,
}

impl Corpus {
    fn of(files: &[(&str, Vec<Value>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, rows) in files {
            let path = folder.path().join("in").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let lines = rows.iter().fold(String::new(), |mut lines, row| {
                let _ = writeln!(lines, "{row}");
                lines
            });
            std::fs::write(path, lines).unwrap();
        }
        Corpus { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the stage with some options; the folder of the output.
    fn run(&self, name: &str, options: &str, more: &[&str]) -> PathBuf {
        let (config, out) = (self.path(&format!("{name}.toml")), self.path(name));
        let stages = format!(
            "[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"site-memory\"\n{options}\n[[stage]]\nuse = \"export\"\ncompression = \"none\"\n"
        );
        std::fs::write(&config, stages).unwrap();
        let paths = [config, self.path("in"), "--output".into(), out.clone(), "--quiet".into()];
        let arguments = [PathBuf::from("run")].into_iter().chain(paths).chain(more.iter().map(PathBuf::from));
        let output = support::copydesk(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", support::streams(&output).1);
        out
    }

    /// What was struck, by the id of the document: `reason: text`.
    fn struck(&self, options: &str) -> BTreeMap<String, Vec<String>> {
        struck(&self.run("out", options, &[]))
    }
}

fn struck(out: &Path) -> BTreeMap<String, Vec<String>> {
    let removal = |removal: &Value| {
        format!("{}: {}", removal["reason"].as_str().unwrap(), removal["text"].as_str().unwrap())
    };
    let of = |row: &Value| {
        let removals = row["removals"].as_array().unwrap();
        (row["id"].as_str().unwrap().to_owned(), removals.iter().map(removal).collect())
    };
    rows(out).iter().map(of).collect()
}

/// The trail, as it was written.
fn rows(out: &Path) -> Vec<Value> {
    let files = support::tree(out);
    let trail = files.iter().filter(|(name, _)| name.starts_with("removed/"));
    let lines = trail.flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn record(site: &str, number: usize, text: &str) -> Value {
    let url = format!("https://www.{site}.example/{number}");
    json!({ "id": format!("{site}-{number}"), "url": url, "text": text })
}

fn courier(pages: usize, extra: impl Fn(usize) -> Vec<&'static str>) -> Vec<Value> {
    (0..pages).map(|number| record("courier", number, &page(number, &extra(number)))).collect()
}

const FURNITURE: [&str; 4] = [
    "recurs-on-site: The Harbour Courier",
    "recurs-on-site: Harbour News Sport Weather",
    "recurs-on-site: Read by 3 people",
    "recurs-on-site: The Courier belongs to its readers",
];

#[test]
fn what_stands_on_every_page_goes_and_says_why() {
    let corpus = Corpus::of(&[("pages.jsonl", courier(10, |_| vec![]))]);
    let out = corpus.run("out", "", &[]);
    let found = struck(&out);
    assert_eq!(found.len(), 10);
    assert_eq!(found["courier-0"], FURNITURE);
    assert_eq!(found["courier-1"][2], "recurs-on-site: Read by 10 people");
    let evidence = rows(&out)[0]["removals"][0]["evidence"].clone();
    assert_eq!(evidence, "on 10 of the 10 pages of \"courier.example\", of which 5 are enough");
}

#[test]
fn few_pages_are_no_site() {
    let corpus = Corpus::of(&[("pages.jsonl", courier(4, |_| vec![]))]);
    assert_eq!(corpus.struck(""), BTreeMap::new());
    assert_eq!(corpus.struck_with_less("min-pages = 4"), 4);
}

impl Corpus {
    /// How many documents lose something.
    fn struck_with_less(&self, options: &str) -> usize {
        struck(&self.run("less", options, &[])).len()
    }
}

#[test]
fn a_section_heading_stays_and_so_does_who_speaks() {
    let extra = |number| if number % 2 == 0 { vec!["Background"] } else { vec!["Question", "Why so late?"] };
    let corpus = Corpus::of(&[("pages.jsonl", courier(10, extra))]);
    let found = corpus.struck("");
    assert_eq!(found["courier-0"], FURNITURE);
    assert!(found.values().flatten().all(|line| !line.contains("Background")), "{found:?}");
}

#[test]
fn a_sentence_on_most_pages_goes_wherever_it_stands() {
    let pitch = "Support the paper that tells you what the council would rather not.";
    let corpus =
        Corpus::of(&[("pages.jsonl", courier(10, |number| if number < 8 { vec![pitch] } else { vec![] }))]);
    let found = corpus.struck("");
    let with_pitch = found.values().filter(|lines| lines.iter().any(|line| line.ends_with(pitch))).count();
    assert_eq!(with_pitch, 8);
}

#[test]
fn a_page_counts_a_line_once() {
    let corpus = Corpus::of(&[(
        "pages.jsonl",
        courier(10, |number| if number == 0 { vec!["Over again"; 8] } else { vec![] }),
    )]);
    assert_eq!(corpus.struck("")["courier-0"], FURNITURE);
}

#[test]
fn copies_of_an_article_keep_its_body() {
    let mut rows = courier(16, |_| vec![]);
    rows.extend((16..22).map(|number| record("courier", number, &page(99, &[]))));
    let found = Corpus::of(&[("pages.jsonl", rows)]).struck("");
    assert_eq!(found["courier-3"].len(), 4);
    assert_eq!(found["courier-20"].len(), 4, "{:?}", found["courier-20"]);
}

#[test]
fn the_title_stays_where_it_is_one() {
    let mut rows = courier(10, |_| vec!["Most read", "Harbour fire was set on purpose"]);
    let text = page(3, &[]).replace("Harbour News", "Harbour fire was set on purpose\nHarbour News");
    rows[3]["text"] = text.into();
    rows[3]["title"] = "Harbour fire was set on purpose".into();
    let found = Corpus::of(&[("pages.jsonl", rows)]).struck("");
    assert!(found["courier-2"].iter().any(|line| line.ends_with("on purpose")));
    assert!(!found["courier-3"].iter().any(|line| line.ends_with("on purpose")));
}

#[test]
fn what_many_sites_print_goes_on_small_ones_too() {
    let mut rows = Vec::new();
    for site in ["a", "b", "c", "d", "e", "small"] {
        let pages = if site == "small" { 1 } else { 6 };
        for number in 0..pages {
            let text = format!("{}\nPowered by Pressroom\nAll systems by Pressroom", page(number, &[site]));
            rows.push(record(site, number, &text.replace("Courier", site)));
        }
    }
    let corpus = Corpus::of(&[("pages.jsonl", rows)]);
    let found = corpus.struck("");
    let small = &found["small-0"];
    assert!(small.contains(&"recurs-in-corpus: Powered by Pressroom".to_owned()), "{small:?}");
    assert!(!small.iter().any(|line| line.contains("belongs to its readers")), "{small:?}");
    let alone = struck(&corpus.run("alone", "min-sites = 0", &[]));
    assert!(!alone.contains_key("small-0"));
}

#[test]
fn without_a_url_the_folder_or_a_field_is_the_site() {
    let rows = |field: &str| -> Vec<Value> {
        let row =
            |number| json!({ "id": format!("{field}-{number}"), "text": page(number, &[]), "paper": field });
        (0..5).map(row).collect()
    };
    let corpus = Corpus::of(&[("courier/1.jsonl", rows("one")), ("herald/1.jsonl", rows("two"))]);
    assert_eq!(corpus.struck("").len(), 10);
    let evidence = |out: &Path| rows_evidence(out);
    assert_eq!(evidence(&corpus.path("out")), "on 5 of the 5 pages of \"courier\", of which 5 are enough");
    let out = corpus.run("field", "site-field = \"paper\"", &[]);
    assert_eq!(evidence(&out), "on 5 of the 5 pages of \"one\", of which 5 are enough");
}

fn rows_evidence(out: &Path) -> String {
    rows(out)[0]["removals"][0]["evidence"].as_str().unwrap().to_owned()
}

/// Several sites in files of their own, with enough lines to fill a memory of one MiB many times.
fn many() -> Vec<(String, Vec<Value>)> {
    let file = |site: usize| {
        let name = format!("site{site}");
        let lines: Vec<String> = (0..120).map(|line| format!("Section {}", word(site, line))).collect();
        let row = |number: usize| {
            let furniture = if number.is_multiple_of(3) { &lines[..60] } else { &lines[..] };
            let own: String = (0..40).map(|line| format!("{}\n", prose(1000 + number, line))).collect();
            record(&name, number, &format!("{own}{}", furniture.join("\n")))
        };
        (format!("{name}.jsonl"), (0..60).map(row).collect())
    };
    (0..6).map(file).collect()
}

#[test]
fn threads_memory_and_order_change_nothing() {
    let files = many();
    let named: Vec<(&str, Vec<Value>)> =
        files.iter().map(|(name, rows)| (name.as_str(), rows.clone())).collect();
    let corpus = Corpus::of(&named);
    let whole = support::tree(&corpus.run("whole", "", &["--threads", "1"]));
    let found = struck(&corpus.path("whole"));
    assert_eq!((found.len(), found["site0-1"].len(), found["site0-3"].len()), (360, 120, 60));
    let eight = support::tree(&corpus.run("eight", "", &["--threads", "8"]));
    assert_eq!(whole, eight);
    // the journal holds the option
    let parts = |tree: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
        tree.iter()
            .filter(|(name, _)| !name.starts_with('.'))
            .map(|(name, bytes)| (name.clone(), bytes.clone()))
            .collect()
    };
    let little = support::tree(&corpus.run("little", "memory-mib = 1", &["--threads", "2"]));
    assert_eq!(parts(&whole), parts(&little));
    let left: Vec<_> = little.keys().filter(|name| name.starts_with(".copydesk/")).collect();
    assert_eq!(left, [".copydesk/journal", ".copydesk/lock"]);

    let turned: Vec<(String, Vec<Value>)> = files
        .iter()
        .rev()
        .enumerate()
        .map(|(place, (_, rows))| (format!("{place}.jsonl"), rows.iter().rev().cloned().collect()))
        .collect();
    let turned: Vec<(&str, Vec<Value>)> =
        turned.iter().map(|(name, rows)| (name.as_str(), rows.clone())).collect();
    assert_eq!(Corpus::of(&turned).struck(""), found);
}

#[test]
fn mistakes_are_told_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("news.toml");
    std::fs::write(&config, "[[stage]]\nuse = \"site-memory\"\nshare = 20\nmin-pages = 1\n").unwrap();
    let output = support::copydesk(["check".as_ref(), config.as_os_str()]);
    let told = support::streams(&output).1;
    assert!(told.contains("news.toml:3:9: `share` is a share between 0 and 1, not 20"), "{told}");
    assert!(told.contains("`min-pages` is 2 or more"), "{told}");
}
