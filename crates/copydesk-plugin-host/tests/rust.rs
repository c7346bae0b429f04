//! Plugins written in Rust, through the host.

#![allow(clippy::unwrap_used)]

mod support;

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;
use std::process::Command;

use copydesk_core::{Document, Extraction};
use copydesk_plugin_host::Found;
use support::{Shelf, articles, blocks, failure, only, payload, root};

/// Builds a library with the cargo that runs the tests. Asked for with all others it is there already, after
/// a test of the workspace; asked for alone it would want dependencies with other features.
fn built(place: &str, stem: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.ancestors().nth(2).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--workspace", "--lib", "--examples", "--target-dir"])
        .arg(profile.parent().unwrap())
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    profile.join(place).join(format!("{DLL_PREFIX}{stem}{DLL_SUFFIX}"))
}

fn unruly() -> Shelf {
    let library = built("examples", "unruly");
    let shelf = Shelf::new();
    std::fs::copy(library, shelf.library("unruly")).unwrap();
    shelf
}

fn found_with_depth(shelf: &Shelf, depth: i64) -> Found {
    let config = format!("[plugins]\ndirs = [\".\"]\n[plugins.unruly]\ndepth = {depth}\n");
    let (found, mistakes) = shelf.found_with(&config);
    assert_eq!(mistakes, []);
    found
}

#[test]
fn a_library_without_a_file_beside_it_brings_its_manifest() {
    let found = unruly().found();
    let article = &articles(&*only(&found), payload("x"))[0];
    assert_eq!(blocks(article), [("paragraph", "before")]);
    assert!(article.metadata.starts_with("\"depth\":3,\"payloads\":1,"), "{}", article.metadata);
    assert_eq!(found.plugins.take_notes(), ["unruly: started"]);
}

#[test]
fn the_payload_arrives_with_all_that_is_known_of_it() {
    let document = Document {
        url: Some("https://a.example/".to_owned()),
        language: Some("no".to_owned()),
        metadata: "\"views\":3".to_owned(),
        ..payload("x")
    };
    let article = &articles(&*unruly().extractor(), document)[0];
    let seen = "\"doc\":[\"dump.wire@0\",\"https://a.example/\",\"text/plain\",\"no\",\"dump.wire\",\"{\\\"views\\\":3}\"]";
    assert_eq!(article.metadata, format!("\"views\":3,\"depth\":3,\"payloads\":1,{seen}"));
}

#[test]
fn a_panic_costs_one_payload_and_the_instance() {
    let extractor = unruly().extractor();
    let count = |text| articles(&*extractor, payload(text))[0].metadata.contains("\"payloads\":1,");
    assert!(count("x"));
    let (reason, detail) = failure(&*extractor, payload("panic"));
    assert_eq!(reason, "plugin-failed");
    assert!(detail.starts_with("plugin `unruly`: panicked at "), "{detail}");
    assert!(detail.ends_with("this is not how it was meant"), "{detail}");
    assert!(count("x"));
}

#[test]
fn outcomes_arrive_with_their_reasons() {
    let extractor = unruly().extractor();
    assert_eq!(
        failure(&*extractor, payload("fail")),
        ("plugin-error", "plugin `unruly`: line 3: no".to_owned())
    );
    assert_eq!(
        failure(&*extractor, payload("drop")),
        ("plugin-dropped", "plugin `unruly`: an index page".to_owned())
    );
    let mut found = Vec::new();
    let Extraction::NotMine(back) = extractor.extract(payload("not mine"), &mut found) else { panic!() };
    assert_eq!((*back, found.len()), (payload("not mine"), 0));
}

#[test]
fn options_that_the_plugin_refuses_keep_it_from_starting() {
    let shelf = unruly();
    for (depth, expected) in [(13, "13 is unlucky"), (14, "14 is worse")] {
        let found = found_with_depth(&shelf, depth);
        let [problem] = found.problems.as_slice() else { panic!("{:?}", found.problems) };
        assert_eq!(problem.reason, "cannot-start");
        assert!(problem.detail.ends_with(expected), "{}", problem.detail);
        assert!(found.plugins.extractors().is_empty());
    }
}

#[test]
fn a_panic_at_the_end_stays_in_the_plugin() {
    let shelf = unruly();
    let found = found_with_depth(&shelf, 15);
    assert_eq!(articles(&*only(&found), payload("x")).len(), 1);
    drop(found);
}

#[test]
fn threads_have_an_instance_each() {
    let extractor = unruly().extractor();
    let work = || (0..50).for_each(|_| assert_eq!(articles(&*extractor, payload("x")).len(), 1));
    std::thread::scope(|scope| (0..8).for_each(|_| _ = scope.spawn(work)));
}

fn newswire() -> Shelf {
    let library = built("", "newswire");
    let shelf = Shelf::new();
    std::fs::copy(library, shelf.library("newswire")).unwrap();
    let manifest = std::fs::read_to_string(root().join("plugins/newswire/newswire.copydesk.toml")).unwrap();
    shelf.write("newswire.copydesk.toml", &manifest);
    shelf
}

#[test]
fn newswire_is_loaded_with_its_manifest_beside_it() {
    let extractor = newswire().extractor();
    let xml = std::fs::read_to_string(root().join("tests/fixtures/newswire/newsml-g2-message.xml")).unwrap();
    let document = Document { mime: "text/xml".into(), ..payload(&xml) };
    assert!(extractor.claims(&document));
    let titles: Vec<_> =
        articles(&*extractor, document).into_iter().map(|article| article.title.unwrap()).collect();
    assert_eq!(titles, ["Harbour opens a second pier", "Ferge innstilt", "Tolls"]);
}

#[test]
fn newswire_says_where_html_breaks_off() {
    let found = newswire().found();
    let xml = "<newsItem guid=\"g1\"><contentSet><inlineData contenttype=\"text/html\">\
               &lt;p>First&lt;/p>\n&lt;script>if (a&lt;b)</inlineData></contentSet></newsItem>";
    let document = Document { mime: "text/xml".into(), ..payload(xml) };
    assert_eq!(articles(&*only(&found), document)[0].text, "First");
    let note =
        "newswire: dump.wire@0: broken HTML, read up to there: item g1: line 2, column 1: script has no end";
    assert_eq!(found.plugins.take_notes(), [note]);
}
