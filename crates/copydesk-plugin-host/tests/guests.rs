//! Filters, transforms and encoders: what they may say of a document, and what becomes of it.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use copydesk_core::{Block, BlockKind, Document, Encoder, Guest};
use copydesk_plugin_host::Found;
use support::{Shelf, blocks, manifest, source};

/// A plugin of a kind; `run` as in [`source`].
fn found(kind: &str, run: &str, config: &str) -> (Shelf, Found) {
    let shelf = Shelf::new();
    let manifest = manifest("guest").replace("\"extractor\"", &format!("\"{kind}\""));
    let file = if kind == "encoder" { "file = { extension = \"wire\", header = \"ZCZC\" }\n" } else { "" };
    let manifest = manifest.replace("claims = { extension = [\"wire\"] }\n", file);
    let source =
        source(&manifest, run).replace("CD_KIND_EXTRACTOR", &format!("CD_KIND_{}", kind.to_uppercase()));
    shelf.compile("guest", &source);
    shelf.write("guest.copydesk.toml", &manifest);
    let (found, mistakes) =
        shelf.found_with(&format!("[plugins]\ndirs = [\".\"]\n[plugins.guest]\n{config}\n"));
    assert_eq!((found.problems.as_slice(), mistakes.as_slice()), (&[][..], &[][..]));
    (shelf, found)
}

fn guest(found: &Found) -> Arc<dyn Guest> {
    assert!(found.plugins.extractors().is_empty());
    let [guest] = found.plugins.guests().try_into().unwrap_or_else(|_| panic!("one was put there"));
    guest
}

fn encoder(found: &Found) -> Arc<dyn Encoder> {
    assert!(found.plugins.extractors().is_empty() && found.plugins.guests().is_empty());
    let [encoder] = found.plugins.encoders().try_into().unwrap_or_else(|_| panic!("one was put there"));
    encoder
}

fn encoded(run: &str) -> Result<Vec<u8>, (&'static str, String)> {
    let (_shelf, found) = found("encoder", run, "");
    encoder(&found).encode(&document())
}

/// Three lines: `one`, `two`, `three`.
fn document() -> Document {
    let mut document = Document::from_text("one\ntwo\nthree");
    document.id = "d".to_owned();
    document.blocks = [0..3, 4..7, 8..13].map(|range| Block::new(range, BlockKind::Paragraph)).to_vec();
    document
}

fn applied(kind: &str, run: &str) -> Result<Document, (&'static str, String)> {
    let (_shelf, found) = found(kind, run, "");
    let mut document = document();
    guest(&found).apply(&mut document).map(|()| document)
}

fn kept(document: &Document) -> Vec<&str> {
    document.kept().map(|(_, block)| document.slice(block)).collect()
}

#[test]
fn a_filter_drops_a_document_with_its_words_as_evidence() {
    let run = "sink->outcome(sink->ctx, n, doc->body.len == 13 ? CD_DROP : CD_OK, CD_TEXT(\"13 bytes\"));";
    let removal = applied("filter", run).unwrap().dropped.unwrap();
    assert_eq!((removal.stage, removal.reason), ("plugin", "dropped"));
    assert_eq!(removal.evidence.to_string(), "guest: 13 bytes");
}

#[test]
fn a_filter_that_says_nothing_keeps_and_its_scores_stay() {
    assert_eq!(applied("filter", "").unwrap(), document());
    let scored = applied("filter", "sink->score(sink->ctx, n, CD_TEXT(\"tone\"), 0.5);").unwrap();
    assert_eq!(scored.metadata, "\"guest\":{\"tone\":0.5}");
    assert!(scored.is_kept());
}

#[test]
fn a_transform_strikes_and_replaces() {
    let run = "sink->span(sink->ctx, n, CD_SPAN_REPLACE, 8, 9, CD_TEXT(\"T\"));\
               sink->span(sink->ctx, n, CD_SPAN_DELETE, 0, 4, CD_TEXT(\"\"));";
    let changed = applied("transform", run).unwrap();
    assert_eq!(kept(&changed), ["two", "Three"]);
    let [one, _, three, _] = changed.blocks.as_slice() else { panic!("{:?}", blocks(&changed)) };
    let told = |block: &Block| {
        let removal = block.removal.as_deref().unwrap();
        format!("{}/{}: {}", removal.stage, removal.reason, removal.evidence)
    };
    assert_eq!(told(one), "plugin/struck: guest");
    assert_eq!(told(three), "plugin/replaced: guest: by the block that follows");
    assert_eq!(changed.slice(three), "three");
}

#[test]
fn what_a_kind_may_not_do_sets_the_document_aside() {
    let cases = [
        (
            "filter",
            "sink->text(sink->ctx, n, CD_ROLE_PARAGRAPH, doc->body);",
            "it is a filter and emitted text or a field",
        ),
        ("filter", "sink->span(sink->ctx, n, 1, 0, 1, doc->body);", "it is a filter and emitted a span"),
        (
            "transform",
            "sink->score(sink->ctx, n, CD_TEXT(\"k\"), 1.0);",
            "it is a transform and emitted a score",
        ),
        (
            "transform",
            "sink->span(sink->ctx, n, 7, 0, 1, doc->body);",
            "it did 7 to a span, which this copydesk does not know",
        ),
        (
            "transform",
            "sink->span(sink->ctx, n, 1, 5, 99, doc->body);",
            "the bytes 5 to 99 of 13 are none that a span can be",
        ),
        (
            "transform",
            "sink->span(sink->ctx, n, 2, 0, 5, doc->body);",
            "the bytes 0 to 5 are no part of one block",
        ),
        ("filter", "sink->score(sink->ctx, n, CD_TEXT(\"k\"), 1e308 * 10);", "the score `k` is no number"),
        ("filter", "sink->outcome(sink->ctx, n, CD_ERROR, CD_TEXT(\"no words\"));", "no words"),
    ];
    for (kind, run, detail) in cases {
        assert_eq!(applied(kind, run), Err(("plugin-error", format!("plugin `guest`: {detail}"))), "{run}");
    }
}

#[test]
fn an_encoder_says_bytes_of_what_is_kept() {
    let run = "sink->text(sink->ctx, n, CD_ROLE_RAW, doc->body); sink->text(sink->ctx, n, CD_ROLE_RAW, CD_TEXT(\" \\xff\\n\"));";
    let (_shelf, found) = found("encoder", run, "");
    let encoder = encoder(&found);
    assert_eq!((encoder.name(), encoder.envelope().header.as_str()), ("guest", "ZCZC"));
    let mut document = document();
    let evidence = copydesk_core::Evidence::Rule("".into());
    document.remove(1, copydesk_core::Removal { stage: "s", reason: "r", evidence });
    assert_eq!(encoder.encode(&document), Ok(b"one\nthree \xff\n".to_vec()));
    assert_eq!(encoded(""), Ok(Vec::new()), "an encoder may have nothing to say");
}

#[test]
fn a_document_that_an_encoder_does_not_write_is_set_aside() {
    let refused = |reason, detail: &str| Err((reason, format!("plugin `guest`: {detail}")));
    let text = "it is an encoder and emitted text or a field";
    assert_eq!(encoded("sink->text(sink->ctx, n, CD_ROLE_TITLE, doc->body);"), refused("plugin-error", text));
    let nowhere = "cd_slice s = {NULL, 3}; sink->text(sink->ctx, n, CD_ROLE_RAW, s);";
    let address = "the encoded document is 3 bytes at no address";
    assert_eq!(encoded(nowhere), refused("plugin-error", address));
    for (outcome, reason, detail) in [
        ("CD_ERROR", "plugin-error", "why"),
        ("CD_DROP", "plugin-dropped", "why"),
        ("CD_NOT_MINE", "plugin-error", "it does not take the document"),
    ] {
        let run = format!("sink->outcome(sink->ctx, n, {outcome}, CD_TEXT(\"why\"));");
        assert_eq!(encoded(&run), refused(reason, detail));
    }
    let (_shelf, broken) = found("encoder", "return CD_FAILED_FATAL;", "on-failure = \"fallback\"");
    let failed = refused("plugin-failed", "it cannot go on (code -2)");
    assert_eq!(encoder(&broken).encode(&document()), failed, "nobody else writes the format");
    assert_eq!(broken.plugins.take_notes(), ["guest: d is set aside: it cannot go on (code -2)"]);
}

#[test]
fn where_it_breaks_down_the_document_is_set_aside_or_goes_on() {
    let (_shelf, broken) = found("filter", "return CD_FAILED_FATAL;", "");
    let failed = ("plugin-failed", "plugin `guest`: it cannot go on (code -2)".to_owned());
    assert_eq!(guest(&broken).apply(&mut document()), Err(failed));

    let (_shelf, broken) = found("filter", "return CD_FAILED_FATAL;", "on-failure = \"fallback\"");
    let mut left = document();
    assert_eq!(guest(&broken).apply(&mut left), Ok(()));
    assert_eq!(left, document());
    assert_eq!(broken.plugins.take_notes(), ["guest: d stays as it is: it cannot go on (code -2)"]);
}

#[test]
fn claims_say_which_documents_it_sees() {
    let shelf = Shelf::new();
    let manifest = manifest("guest").replace("\"extractor\"", "\"filter\"");
    let run = "sink->outcome(sink->ctx, n, CD_DROP, CD_TEXT(\"\"));";
    shelf.compile("guest", &source(&manifest, run).replace("CD_KIND_EXTRACTOR", "CD_KIND_FILTER"));
    shelf.write("guest.copydesk.toml", &manifest);
    let guest = guest(&shelf.found());
    let dropped = |file: &str| {
        let mut document = document();
        document.source.file = file.into();
        guest.apply(&mut document).unwrap();
        document.dropped.is_some()
    };
    assert!(dropped("a.wire") && !dropped("a.txt"));
}
