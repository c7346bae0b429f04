//! The plugin in `plugins/reuters-sgml`, built as its users build it, reads a file of the kind that
//! it was made for, and is not upset by what is wrong with one.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use copydesk_core::{Document, Extraction, Extractor, Source};
use support::{Shelf, articles, blocks, only};

/// Built once for all tests.
static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let shelf = Shelf::new();
    let output = Command::new(support::root().join("plugins/build"))
        .arg(shelf.path())
        .arg("reuters-sgml")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    shelf
});

fn reader() -> Arc<dyn Extractor> {
    SHELF.extractor()
}

fn file(text: impl Into<String>) -> Document {
    let text = text.into();
    let source = Source { file: "reut2-000.sgm".into(), length: text.len() as u64, ..Source::default() };
    Document { id: "reut2-000.sgm".to_owned(), source, ..Document::from_text(text) }
}

fn sample() -> String {
    std::fs::read_to_string(support::root().join("tests/fixtures/reuters/sample.sgm")).unwrap()
}

#[test]
fn sgml_files_are_claimed_by_their_extension_or_type() {
    let reader = reader();
    assert_eq!(reader.name(), "reuters-sgml");
    assert!(reader.claims(&file("")));
    assert!(!reader.claims(&Document::from_text("")));
}

#[test]
fn every_article_of_the_sample_is_read() {
    let found = articles(&*reader(), file(sample()));
    let ids: Vec<_> = found.iter().map(|article| article.id.as_str()).collect();
    assert_eq!(ids, ["101", "102", "103", "104", "105"]);
    let dates: Vec<_> = found.iter().map(|article| article.date.as_deref().unwrap()).collect();
    assert_eq!(
        dates,
        [
            "1987-02-26T15:01:01.79",
            "1987-03-03T09:18:21.26",
            "1987-02-26T15:07:13.72",
            "date unknown",
            "1987-10-19T23:59:59.99"
        ]
    );
    assert!(
        found.iter().all(|article| article.language.as_deref() == Some("en") && article.mime == "text/plain")
    );
}

#[test]
fn a_story_has_its_paragraphs_on_one_line_each() {
    let found = &articles(&*reader(), file(sample()))[0];
    assert_eq!(found.title.as_deref(), Some("AUNE VALLEY BARLEY <AUNB> OUTLOOK"));
    assert_eq!(found.metadata, r#""lewis_split":"TRAIN","topics":["barley","oat"],"places":["norway","uk"]"#);
    assert_eq!(
        blocks(found),
        [
            ("title", "AUNE VALLEY BARLEY <AUNB> OUTLOOK"),
            ("dateline", "HALVIK, Feb 26"),
            (
                "paragraph",
                "Rain fell through the week over the valley of the Aune, and the mills of Halvik & Sons expect the \
                 barley to be late."
            ),
            (
                "paragraph",
                "Two of the three elevators are full. \"We can take oats,\" said the manager, \"and nothing else before \
                 Easter.\""
            ),
            (
                "paragraph",
                "Exports to Britain were 4,100 tonnes in January, <AUNB.OS> said, against 3,900 a year before."
            ),
            ("paragraph", "Reuter"),
        ]
    );
}

#[test]
fn a_brief_has_its_text_outside_of_any_body() {
    let found = &articles(&*reader(), file(sample()))[1];
    assert_eq!(found.metadata, r#""lewis_split":"TEST","places":["usa"],"text_type":"BRIEF""#);
    assert_eq!(
        blocks(found),
        [
            ("title", "QUILL CORP SAYS IT CLOSES TWO INK WORKS"),
            ("paragraph", "The works stand in Ohio and employ 300.")
        ]
    );
}

#[test]
fn text_without_mark_up_keeps_its_lines_and_columns() {
    let found = &articles(&*reader(), file(sample()))[2];
    assert_eq!(
        blocks(found),
        [
            ("table", "LANTERN OIL INC <LNT> 4TH QTR NET"),
            ("table", "Shr 34 cts vs 1.19 dlrs"),
            ("table", "Net      807,000 vs 2,858,000"),
            ("table", "Revs     510.2 mln  vs  479.7 mln"),
            ("table", "Reuter"),
        ]
    );
}

#[test]
fn text_without_mark_up_can_be_left_out() {
    let config =
        format!("[plugins]\ndirs = [{:?}]\n[plugins.reuters-sgml]\nunprocessed = false\n", SHELF.path());
    let (found, _) = SHELF.found_with(&config);
    let found = articles(&*only(&found), file(sample()));
    assert_eq!(found.len(), 5);
    assert_eq!(blocks(&found[2]), []);
    assert_eq!(blocks(&found[1]).len(), 2);
}

#[test]
fn an_author_is_named_without_the_agency() {
    let found = &articles(&*reader(), file(sample()))[3];
    assert_eq!(found.author.as_deref(), Some("Ann Example"));
    assert_eq!(
        blocks(found),
        [
            ("title", "FERRY LINES MEET ON TARIFFS"),
            ("byline", "by Ann Example, Reuters"),
            ("dateline", "HALVIK, March 4"),
            (
                "paragraph",
                "Three ferry lines met behind closed doors on Wednesday, \"to talk about the weather\", as one of them \
                 put it."
            ),
            ("paragraph", "The price of a crossing is 2 £ since January."),
            ("paragraph", "REUTER"),
        ]
    );
}

#[test]
fn a_file_that_is_cut_off_gives_what_there_is_and_a_note() {
    let found = SHELF.found();
    let article = &articles(&*only(&found), file(sample()))[4];
    assert_eq!(
        blocks(article),
        [
            ("title", "LIGHTHOUSE SOLD FOR ONE CROWN"),
            ("dateline", "STRAND, Oct 19"),
            (
                "paragraph",
                "The lighthouse of Strand has a new owner, who paid one crown & promised to paint it."
            ),
            ("paragraph", "The lamp"),
        ]
    );
    assert_eq!(found.plugins.take_notes(), ["reuters-sgml: reut2-000.sgm: the last article is cut off"]);
}

#[test]
fn a_file_cut_off_anywhere_is_read_or_handed_on() {
    let (reader, sample) = (reader(), sample());
    for end in (0..sample.len()).filter(|end| sample.is_char_boundary(*end)) {
        let mut found = Vec::new();
        match reader.extract(file(&sample[..end]), &mut found) {
            Extraction::Done => assert!(end > 36 && found.len() <= 5, "{end}"),
            Extraction::NotMine(back) => assert_eq!((back.text.len(), found.len()), (end, 0)),
            Extraction::Failed { reason, detail } => {
                assert_eq!((reason, end < 130), ("no-article", true), "{detail}");
            }
        }
    }
}

#[test]
fn other_sgml_is_handed_on() {
    for text in ["", "<!DOCTYPE html><p>REUTERS", "<REUTERSX>", "Reuters"] {
        let mut found = Vec::new();
        let outcome = reader().extract(file(text), &mut found);
        assert!(matches!(outcome, Extraction::NotMine(_)), "{text}: {outcome:?}");
    }
}

#[test]
fn missing_ends_and_stray_marks_cost_nothing_else() {
    let text = "\u{feff}\n<REUTERS NEWID=\"1\"><TOPICS><D>a<D>b \"q\" \\<PLACES><D></D></PLACES>\
        <TEXT><TITLE>ONE<BODY>If x < y, <b>then</b> A&B; &#0;&#99999999; &#x41; &nope; x\0y\n    next <TEX\
        <REUTERS NEWID=\"2\"><TEXT><BODY>two";
    let found = articles(&*reader(), file(text));
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].metadata, r#""topics":["a","b \"q\" \\"]"#);
    assert_eq!(
        blocks(&found[0]),
        [
            ("title", "ONE"),
            ("paragraph", "If x < y, <b>then</b> A&B; &#x41; &nope; xy"),
            ("paragraph", "next <TEX")
        ]
    );
    assert_eq!(blocks(&found[1]), [("paragraph", "two")]);
}

#[test]
fn a_huge_line_takes_the_time_of_its_length() {
    let nasty = ["<REUTERS ", "<", "&", "<D>", "<TITLE>", "</TOPICS>", "&#1", "<TEXT TYPE=\"", " REUTER\n"];
    for piece in nasty {
        let text = format!("<REUTERS NEWID=\"1\"><TEXT><BODY>{}", piece.repeat(4_000_000 / piece.len() / 8));
        let mut found = Vec::new();
        let started = std::time::Instant::now();
        reader().extract(file(text), &mut found);
        // a quadratic reader needs minutes for half a megabyte; this is no measurement
        assert!(started.elapsed().as_secs() < 20, "{piece}");
    }
}

#[test]
fn the_reader_survives_the_sanitizers() {
    let Some(report) = sanitized(Path::new(env!("CARGO_MANIFEST_DIR"))) else { return };
    assert_eq!(report, "");
}

/// Runs the reader under the address and undefined-behaviour sanitizers, on every beginning and
/// every end of the sample, each in memory that ends with its last byte; nothing if `cc` has no sanitizers.
fn sanitized(crate_folder: &Path) -> Option<String> {
    let work = tempfile::tempdir().unwrap();
    let program = work.path().join("driver");
    let manifest = work.path().join("manifest.h");
    std::fs::write(&manifest, "#define MANIFEST \"\"\n").unwrap();
    let compiled = Command::new("cc")
        .args(["-std=c99", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I"])
        .args([&support::root().join("crates/copydesk-plugin-abi/include"), Path::new("-I"), work.path()])
        .args([
            crate_folder.join("tests/reuters_driver.c"),
            support::root().join("plugins/reuters-sgml/reuters_sgml.c"),
        ])
        .args([Path::new("-o"), &program])
        .output()
        .unwrap();
    if !compiled.status.success() {
        let complaint = String::from_utf8_lossy(&compiled.stderr).into_owned();
        assert!(complaint.contains("san"), "{complaint}");
        return None;
    }
    let output = Command::new(&program)
        .arg(support::root().join("tests/fixtures/reuters/sample.sgm"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stderr).into_owned())
}
