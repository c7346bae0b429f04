//! `dedup` over small corpora: which copies go, which one stays, and that nothing but the documents and
//! their order decides.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A text of many words that no other seed has.
fn text(seed: usize, words: usize) -> Vec<String> {
    let word = |n: usize| {
        let number = (seed * 1_000_003 + n * 7_919) % 1_000_000;
        format!("{number}").bytes().map(|digit| char::from(b'a' + digit - b'0')).collect()
    };
    (0..words).map(word).collect()
}

/// The text with every `step`th word another.
fn edited(seed: usize, words: usize, step: usize) -> String {
    let mut text = text(seed, words);
    text.iter_mut().step_by(step).for_each(|word| word.push('x'));
    text.join(" ")
}

/// A config whose only stage between both ends is the one under test.
fn with_options(options: &str) -> String {
    format!(
        "[input]\nunit-mib = 1\n[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"dedup\"\n{options}\n[[stage]]\nuse = \"export\"\ncompression = \"none\"\n"
    )
}

struct Corpus {
    folder: support::Scratch,
}

impl Corpus {
    fn of(files: &[(&str, Vec<Value>)]) -> Self {
        let folder = support::Scratch::new();
        for (name, rows) in files {
            let lines = rows.iter().fold(String::new(), |mut lines, row| {
                let _ = writeln!(lines, "{row}");
                lines
            });
            folder.write(&format!("in/{name}"), lines);
        }
        Corpus { folder }
    }

    /// Runs the stage with some options; the folder of the output.
    fn run(&self, name: &str, options: &str, more: &[&str]) -> PathBuf {
        let config = self.folder.write(&format!("{name}.toml"), with_options(options));
        let out = self.folder.path(name);
        let paths = [config, self.folder.path("in"), "--output".into(), out.clone(), "--quiet".into()];
        let arguments = [PathBuf::from("run")].into_iter().chain(paths).chain(more.iter().map(PathBuf::from));
        let output = support::copydesk(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", support::streams(&output).1);
        out
    }

    /// What was dropped, by id: `reason of survivor`.
    fn dropped(&self, options: &str) -> BTreeMap<String, String> {
        let name = format!("out-{}", options.len());
        dropped(&self.run(&name, options, &["--overwrite"]))
    }
}

/// The rows of a folder of an output.
fn rows(out: &Path, folder: &str) -> Vec<Value> {
    let files = support::tree(out);
    let files = files.iter().filter(|(name, _)| name.starts_with(folder));
    let lines = files.flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn dropped(out: &Path) -> BTreeMap<String, String> {
    let of = |row: &Value| {
        let removal = &row["dropped"];
        let evidence = removal["evidence"].as_str().unwrap();
        let survivor = evidence.split('"').nth(1).unwrap();
        (text_of(row, "id"), format!("{} of {survivor}", removal["reason"].as_str().unwrap()))
    };
    rows(out, "removed/").iter().filter(|row| is_dropped(row)).map(of).collect()
}

fn is_dropped(row: &Value) -> bool {
    row["dropped"]["stage"] != ""
}

fn text_of(row: &Value, member: &str) -> String {
    row[member].as_str().unwrap().to_owned()
}

fn found(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(id, why)| ((*id).to_owned(), (*why).to_owned())).collect()
}

fn row(id: &str, text: &str) -> Value {
    json!({ "id": id, "text": text })
}

#[test]
fn the_same_words_are_a_copy_whatever_stands_between_them() {
    let corpus = Corpus::of(&[
        (
            "a.jsonl",
            vec![row("1", "The bridge is open, the council said."), row("2", "Something else again.")],
        ),
        (
            "b.jsonl",
            vec![
                row("3", "THE BRIDGE -- is open\nthe council said"),
                row("4", "The bridge is open, he said."),
            ],
        ),
        ("c.jsonl", vec![row("5", "* * *"), row("6", "* * *"), row("7", "Something else again!")]),
    ]);
    let expected = found(&[("3", "exact-copy of 1"), ("7", "exact-copy of 2")]);
    assert_eq!(corpus.dropped("method = \"exact\""), expected);
    assert_eq!(corpus.dropped(""), expected);
}

#[test]
fn near_copies_go_from_the_threshold_on() {
    // every edited word costs five runs of 500, on both sides
    let rows = vec![
        row("whole", &text(1, 504).join(" ")),
        row("close", &edited(1, 504, 50)),
        row("far", &edited(1, 504, 20)),
        row("other", &text(2, 504).join(" ")),
    ];
    let corpus = Corpus::of(&[("a.jsonl", rows)]);
    let out = corpus.run("out", "", &[]);
    assert_eq!(dropped(&out), found(&[("close", "near-copy of whole")]));
    let evidence = rows_of_dropped(&out)[0]["dropped"]["evidence"].clone();
    assert_eq!(evidence, "copy of \"whole\", similarity 0.82");
    let report: Value = serde_json::from_slice(&support::tree(&out)["report.json"]).unwrap();
    let expected = json!({ "read": 4, "exported": 3, "dropped": 0, "duplicate": 1, "quarantined": 0 });
    assert_eq!(report["documents"], expected);
    let figures = json!({
        "documents": 4,
        "clusters": 1,
        "in-clusters": 2,
        "sizes": [{ "from": 2, "clusters": 1 }],
        "largest": [{ "size": 2, "id": "whole", "sample": &text(1, 504).join(" ")[..100] }],
    });
    assert_eq!(report["findings"], json!([{ "stage": "dedup", "figures": figures }]));
    let looser = corpus.dropped("threshold = 0.55");
    assert_eq!(looser, found(&[("close", "near-copy of whole"), ("far", "near-copy of whole")]));
    assert_eq!(corpus.dropped("threshold = 0.9"), found(&[]));
}

fn rows_of_dropped(out: &Path) -> Vec<Value> {
    rows(out, "removed/").into_iter().filter(is_dropped).collect()
}

#[test]
fn who_stays_is_the_users_choice() {
    let dated = |id: &str, text: String, date: &str| json!({ "id": id, "text": text, "date": date });
    let corpus = Corpus::of(&[(
        "a.jsonl",
        vec![
            dated("undated", edited(1, 400, 100), "yesterday"),
            dated("new", edited(1, 404, 100), "2016-04-05T12:00:00Z"),
            dated("old", edited(1, 402, 100), "2016-04-05T13:00:00+02:00"),
        ],
    )]);
    let stays = |keep: &str| -> Vec<String> {
        let all = corpus.dropped(&format!("keep = \"{keep}\""));
        let of = |why: &String| why.rsplit(' ').next().unwrap().to_owned();
        let mut survivors: Vec<String> = all.values().map(of).collect();
        survivors.dedup();
        assert_eq!((all.len(), survivors.len()), (2, 1), "{keep}: {all:?}");
        survivors
    };
    let chosen: Vec<String> =
        ["first", "longest", "earliest", "latest"].iter().flat_map(|keep| stays(keep)).collect();
    assert_eq!(chosen, ["undated", "new", "old", "new"]);
}

#[test]
fn a_later_link_takes_back_nothing() {
    // one and two differ by too much; the third is like both
    let words = text(5, 504);
    let mut two = words.clone();
    two.iter_mut().step_by(28).for_each(|word| word.push('x'));
    let mut third = words.clone();
    third.iter_mut().step_by(56).for_each(|word| word.push('x'));
    let rows = vec![row("one", &words.join(" ")), row("two", &two.join(" ")), row("third", &third.join(" "))];
    let corpus = Corpus::of(&[("a.jsonl", rows)]);
    assert_eq!(corpus.dropped("threshold = 0.8"), found(&[("third", "near-copy of one")]));
    let longest = corpus.dropped("threshold = 0.8\nkeep = \"longest\"");
    assert_eq!(longest, found(&[("third", "near-copy of one"), ("two", "near-copy of one")]));
}

#[test]
fn a_text_inside_a_longer_one_is_contained() {
    let part = text(3, 300);
    let whole: Vec<String> = part.iter().cloned().chain(text(4, 100)).collect();
    let rows = vec![row("whole", &whole.join(" ")), row("part", &part.join(" "))];
    let corpus = Corpus::of(&[("a.jsonl", rows)]);
    assert_eq!(corpus.dropped(""), found(&[]));
    assert_eq!(
        corpus.dropped("measure = \"containment\"\nthreshold = 0.7"),
        found(&[("part", "near-copy of whole")])
    );
}

#[test]
fn scripts_without_spaces_are_compared_by_characters() {
    let han = |seed: usize| -> String {
        let letter =
            |n: usize| char::from_u32(0x4E00 + ((seed * 7_919 + n * n * 31 + n * 7) % 5000) as u32).unwrap();
        (0..600).map(letter).collect()
    };
    let one = han(1);
    let mut two: Vec<char> = one.chars().collect();
    two[300] = '。';
    let rows =
        vec![row("one", &one), row("two", &two.into_iter().collect::<String>()), row("other", &han(2))];
    let corpus = Corpus::of(&[("a.jsonl", rows)]);
    assert_eq!(corpus.dropped(""), found(&[("two", "near-copy of one")]));
}

/// Clusters of several kinds over several files.
fn many() -> Vec<(String, Vec<Value>)> {
    let file = |file: usize| {
        let record = |number: usize| {
            let seed = number + 100 * (number % 7);
            let text = match (file + number) % 4 {
                0 => text(seed, 200).join(" "),
                1 => edited(seed, 200, 90),
                2 => edited(seed, 200, 60),
                _ => text(seed + 10_000 * (file + 1), 200).join(" "),
            };
            row(&format!("{file}-{number}"), &text)
        };
        (format!("{file}.jsonl"), (0..300).map(record).collect())
    };
    (0..6).map(file).collect()
}

fn named(files: &[(String, Vec<Value>)]) -> Vec<(&str, Vec<Value>)> {
    files.iter().map(|(name, rows)| (name.as_str(), rows.clone())).collect()
}

#[test]
fn threads_and_memory_change_nothing() {
    let corpus = Corpus::of(&named(&many()));
    let whole = support::tree(&corpus.run("whole", "", &["--threads", "1"]));
    assert!(dropped(&corpus.folder.path("whole")).len() > 600);
    assert_eq!(whole, support::tree(&corpus.run("two", "", &["--threads", "2"])));
    assert_eq!(whole, support::tree(&corpus.run("eight", "", &["--threads", "8"])));
    // the journal holds the option
    let parts = |mut tree: BTreeMap<String, Vec<u8>>| {
        tree.retain(|name, _| !name.starts_with('.'));
        tree
    };
    let little = support::tree(&corpus.run("little", "memory-mib = 1", &["--threads", "2"]));
    let left: Vec<_> = little.keys().filter(|name| name.starts_with(".copydesk/")).collect();
    assert_eq!(left, [".copydesk/journal", ".copydesk/lock"]);
    assert_eq!(parts(whole), parts(little));
}

#[test]
fn threads_and_memory_change_no_line() {
    let row = |n: usize| page(&format!("a{n}"), &[&own(n), &own(n % 40 + 100_000), PITCH]);
    let files: Vec<(String, Vec<Value>)> = (0..4)
        .map(|file| (format!("{file}.jsonl"), (0..200).map(|n| row(200 * file + n)).collect()))
        .collect();
    let corpus = Corpus::of(&named(&files));
    let whole = support::tree(&corpus.run("whole", "scope = \"line\"\nmemory-mib = 1", &["--threads", "1"]));
    assert_eq!(struck(&corpus.folder.path("whole")).len(), 799);
    let eight = support::tree(&corpus.run("eight", "scope = \"line\"\nmemory-mib = 1", &["--threads", "8"]));
    assert_eq!(whole, eight);
}

/// Documents by cluster, as far as one option of `keep` tells them apart whatever came first.
#[test]
fn the_order_of_the_files_changes_no_cluster() {
    let files = many();
    let mut turned = files.clone();
    turned.reverse();
    for (place, (name, rows)) in turned.iter_mut().enumerate() {
        *name = format!("{place}.jsonl");
        rows.reverse();
    }
    let clusters = |files: &[(String, Vec<Value>)]| {
        let corpus = Corpus::of(&named(files));
        let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, why) in corpus.dropped("keep = \"longest\"") {
            clusters.entry(why.rsplit(' ').next().unwrap().to_owned()).or_default().push(id);
        }
        let whole = |(survivor, mut members): (String, Vec<String>)| {
            members.push(survivor);
            members.sort();
            members
        };
        let mut clusters: Vec<Vec<String>> = clusters.into_iter().map(whole).collect();
        clusters.sort();
        clusters
    };
    let clusters_forward = clusters(&files);
    assert!(clusters_forward.len() > 200);
    assert_eq!(clusters_forward, clusters(&turned));
}

/// What was struck from documents that stay, by id.
fn struck(out: &Path) -> BTreeMap<String, Vec<String>> {
    let of = |row: &Value| {
        let removals = row["removals"].as_array().unwrap();
        let why = |removal: &Value| {
            format!("{}: {}", removal["reason"].as_str().unwrap(), removal["text"].as_str().unwrap())
        };
        (text_of(row, "id"), removals.iter().map(why).collect())
    };
    rows(out, "removed/").iter().filter(|row| !is_dropped(row)).map(of).collect()
}

const PITCH: &str = "Support the paper that tells you what the council would rather not.";
const BACKGROUND: &str = "The bridge over the Aune was closed after the floods of last spring, when a bearing broke, and has been under repair for eleven months since then.";

fn own(number: usize) -> String {
    format!("The {} report says: {}.", number, text(number, 30).join(" "))
}

fn page(id: &str, lines: &[&str]) -> Value {
    json!({ "id": id, "text": lines.join("\n\n"), "url": format!("https://www.{}.example/a", &id[..1]) })
}

#[test]
fn a_line_stays_where_it_is_said_first() {
    let [one, two, three, four] = [1, 2, 3, 4].map(own);
    let corpus = Corpus::of(&[(
        "a.jsonl",
        vec![
            page("a1", &[&one, PITCH, BACKGROUND, "Two of them again"]),
            page("a2", &[PITCH, &two, BACKGROUND, PITCH, "Too short"]),
            page("b3", &[&three, BACKGROUND, &PITCH.to_uppercase(), "Too short"]),
            page("b4", &[&four, "Too short", "Two of them again"]),
        ],
    )]);
    let out = corpus.run("lines", "scope = \"line\"", &[]);
    let lines =
        |texts: &[&str]| texts.iter().map(|text| format!("repeats-others: {text}")).collect::<Vec<_>>();
    let found = struck(&out);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a2", "b3"]);
    assert_eq!(found["a2"], lines(&[PITCH, BACKGROUND, PITCH]));
    assert_eq!(found["b3"], lines(&[BACKGROUND, &PITCH.to_uppercase()]));
    assert_eq!(dropped(&out), BTreeMap::new());
    let evidence = &rows(&out, "removed/")[0]["removals"][0]["evidence"];
    assert_eq!(*evidence, "copy of \"a1\", similarity 1.00");

    let paragraphs = struck(&corpus.run("paragraphs", "scope = \"paragraph\"", &[]));
    assert_eq!(
        (paragraphs["a2"].clone(), paragraphs["b3"].clone()),
        (lines(&[BACKGROUND]), lines(&[BACKGROUND]))
    );
    let sites = struck(&corpus.run("sites", "scope = \"line\"\nmin-sites = 3", &[]));
    assert_eq!(sites, BTreeMap::new());
    let often = struck(&corpus.run("often", "scope = \"line\"\nmin-documents = 4", &[]));
    assert_eq!(often, BTreeMap::new());
}

#[test]
fn a_document_of_nothing_but_lines_of_others_goes_whole() {
    let [one, two] = [1, 2].map(own);
    let corpus = Corpus::of(&[(
        "a.jsonl",
        vec![
            page("a1", &[&one, PITCH]),
            page("a2", &[&two, BACKGROUND]),
            page("b3", &["Bridge news", PITCH, BACKGROUND]),
            page("b4", &[BACKGROUND, "Bridge news", PITCH, "Share"]),
            page("c5", &[&one, PITCH]),
        ],
    )]);
    let out = corpus.run("out", "scope = \"line\"\nmin-documents = 2", &[]);
    let expected =
        [("b3", "repeats-others of a1"), ("b4", "repeats-others of a2"), ("c5", "exact-copy of a1")];
    assert_eq!(dropped(&out), found(&expected));
    assert_eq!(struck(&out), BTreeMap::new());
    let exported: Vec<String> = rows(&out, "data/").iter().map(|row| text_of(row, "id")).collect();
    assert_eq!(exported, ["a1", "a2"]);
}

#[test]
fn lines_can_be_remarked_upon_and_stay() {
    let rows: Vec<Value> = (0..4).map(|n| page(&format!("a{n}"), &[&own(n), PITCH])).collect();
    let corpus = Corpus::of(&[("a.jsonl", rows)]);
    let out = corpus.run("out", "scope = \"line\"\nstrike = false", &[]);
    assert_eq!((struck(&out), dropped(&out)), (BTreeMap::new(), BTreeMap::new()));
    let report: Value = serde_json::from_slice(&support::tree(&out)["report.json"]).unwrap();
    assert_eq!(report["remarks"], json!([{ "stage": "dedup", "reason": "repeats-others", "count": 3 }]));
    assert_eq!(report["findings"][0]["figures"]["recurring-lines"], 1);
}

/// Runs one file after the other with an index; what is dropped in each.
fn by_weeks(corpus: &Corpus, weeks: usize) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for week in 0..weeks {
        let config = corpus.folder.write("weeks.toml", with_options("index = \"seen\""));
        let (file, out) =
            (corpus.folder.path(&format!("in/{week}.jsonl")), corpus.folder.path(&format!("week-{week}")));
        let arguments = [
            "run".into(),
            config,
            file,
            "--output".into(),
            out.clone(),
            "--quiet".into(),
            "--overwrite".into(),
        ];
        let output = support::copydesk(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", support::streams(&output).1);
        all.extend(dropped(&out));
    }
    all
}

#[test]
fn week_by_week_is_as_all_at_once() {
    let corpus = Corpus::of(&named(&many()));
    let whole = dropped(&corpus.run("whole", "", &[]));
    assert_eq!(by_weeks(&corpus, 6), whole);
    // done again, a week is compared with what came before it, and not with itself
    let before = support::tree(&corpus.folder.path("seen"));
    assert_eq!(before.keys().filter(|name| name.starts_with("segment-")).count(), 6);
    assert_eq!(by_weeks(&corpus, 6), whole);
    assert_eq!(support::tree(&corpus.folder.path("seen")), before);
}

#[test]
fn an_index_of_other_settings_is_refused() {
    let corpus = Corpus::of(&[("a.jsonl", vec![row("1", "The bridge is open.")])]);
    corpus.run("out", "index = \"seen\"\ncorpus = \"papers\"", &[]);
    let config = corpus.folder.write("other.toml", with_options("index = \"seen\"\nthreshold = 0.7"));
    let output = support::copydesk(["check".as_ref(), config.as_os_str()]);
    let told = support::streams(&output).1;
    assert!(
        told.contains(
            "`index` holds another index: `corpus` was \"papers\" and is null, `threshold` was 0.8 and is 0.7"
        ),
        "{told}"
    );
    let config = corpus.folder.write("other.toml", with_options("index = \"seen\"\nkeep = \"longest\""));
    let told = support::streams(&support::copydesk(["check".as_ref(), config.as_os_str()])).1;
    assert!(told.contains("what is exported stays exported"), "{told}");
}

#[test]
fn clusters_are_written_without_a_run() {
    let corpus = Corpus::of(&[
        (
            "a.jsonl",
            vec![row("1", &text(1, 504).join(" ")), row("2", "Something else again."), row("3", "Alone.")],
        ),
        ("b.jsonl", vec![row("4", "something else AGAIN"), row("5", &edited(1, 504, 50))]),
    ]);
    let (input, out) = (corpus.folder.path("in"), corpus.folder.path("clusters.jsonl"));
    let run = |more: &[&str]| {
        let arguments = ["dedup".into(), input.clone(), "--output".into(), out.clone()];
        support::copydesk(arguments.into_iter().chain(more.iter().map(PathBuf::from)))
    };
    let output = run(&["--threads", "2"]);
    assert_eq!(support::streams(&output).1, "2 clusters, 2 documents would go\n");
    let rows = |path: &Path| -> Vec<Value> {
        std::fs::read_to_string(path)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let member = |cluster: u64, id: &str, copy: Option<(&str, f64)>| {
        let (of, similarity) = (copy.map(|copy| copy.0), copy.map(|copy| copy.1));
        json!({ "cluster_id": cluster, "id": id, "kept": copy.is_none(), "duplicate_of": of, "similarity": similarity })
    };
    let mut found = rows(&out);
    let near = found[1]["similarity"].as_f64().unwrap();
    assert!((near - 450.0 / 550.0).abs() < 1e-6, "{near}");
    found[1]["similarity"] = json!(0.5);
    let expected = [
        member(0, "1", None),
        member(0, "5", Some(("1", 0.5))),
        member(1, "2", None),
        member(1, "4", Some(("2", 1.0))),
    ];
    assert_eq!(found, expected);

    let again = run(&[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(support::streams(&again).1.contains("nothing is overwritten"));
    std::fs::remove_file(&out).unwrap();
    run(&["--set", "method = \"exact\"", "--set", "keep = \"latest\""]);
    assert_eq!(rows(&out), [member(0, "2", None), member(0, "4", Some(("2", 1.0)))]);
    let wrong = support::copydesk([
        "dedup".as_ref(),
        input.as_os_str(),
        "--set".as_ref(),
        "keep = \"best\"".as_ref(),
    ]);
    assert!(
        support::streams(&wrong).1.contains("`keep` is one of `first`"),
        "{}",
        support::streams(&wrong).1
    );
}

#[test]
fn a_copy_is_shown_beside_what_stays() {
    let corpus =
        Corpus::of(&[("a.jsonl", vec![row("1", &text(1, 504).join(" ")), row("2", &edited(1, 504, 50))])]);
    let show = |id: &str| {
        support::streams(&support::copydesk([
            "dedup".as_ref(),
            corpus.folder.path("in").as_os_str(),
            "--show".as_ref(),
            id.as_ref(),
        ]))
    };
    let page = show("2").0;
    assert!(page.contains("2 goes") && page.contains("similarity 0.82"), "{page}");
    let word = &text(1, 51)[50];
    assert!(page.contains(&format!("[-{word}-] [+{word}x+]")), "{page}");
    assert_eq!(page.matches("[-").count(), 11);
    assert!(show("1").0.contains("1 stays"));
    assert!(show("3").1.contains("no document `3` has a copy"));
}

#[test]
fn mistakes_are_told_in_place() {
    let folder = support::Scratch::new();
    let config = folder.write("news.toml", "[[stage]]\nuse = \"dedup\"\nthreshold = 80\nshingle-words = 0\n");
    let output = support::copydesk(["check".as_ref(), config.as_os_str()]);
    let told = support::streams(&output).1;
    assert!(told.contains("news.toml:3:13: `threshold` is a share above 0 and up to 1, not 80"), "{told}");
    assert!(told.contains("`shingle-words` is between 1 and 1000, not 0"), "{told}");
}

#[test]
fn a_plan_shows_how_likely_a_pair_is_found() {
    let folder = support::Scratch::new();
    let dump = folder.write("a.jsonl", row("1", "The bridge is open.").to_string());
    let config = folder.write("news.toml", "[[stage]]\nuse = \"dedup\"\n");
    let output = support::copydesk(["plan".as_ref(), config.as_os_str(), dump.as_os_str()]);
    let page = support::streams(&output).0;
    assert!(page.contains("sketches of 128 slots, in 21 bands of 6 rows"), "{page}");
    assert!(page.contains("0.7    0.8    0.9\n"), "{page}");
    assert!(page.contains("92.8   99.8  100.0\n"), "{page}");
}
