//! What a plugin emits: documents, and what the host makes of things that are not allowed.

#![allow(clippy::unwrap_used)]

mod support;

use copydesk_core::{Document, Extraction};
use support::{Shelf, articles, blocks, failure, payload};

fn emitting(run: &str) -> std::sync::Arc<dyn copydesk_core::Extractor> {
    let shelf = Shelf::new();
    shelf.add("wire", run);
    // the library stays loaded when the folder goes
    shelf.extractor()
}

fn failed(run: &str) -> (&'static str, String) {
    failure(&*emitting(run), payload("x"))
}

const HELLO: &str = "sink->text(sink->ctx, n, CD_ROLE_PARAGRAPH, CD_TEXT(\"hello\"));";

#[test]
fn blocks_are_joined_by_line_breaks_and_know_their_place() {
    let article = &articles(
        &*emitting(
            r#"sink->text(sink->ctx, n, CD_ROLE_TITLE, CD_TEXT(" A pier \n"));
               sink->text(sink->ctx, n, CD_ROLE_PARAGRAPH, CD_TEXT(" \n"));
               sink->text(sink->ctx, n, CD_ROLE_QUOTE, CD_TEXT("caf\xc3\xa9\nopen"));
               sink->text(sink->ctx, n, CD_ROLE_LIST_ITEM, CD_TEXT("last"));"#,
        ),
        payload("x"),
    )[0];
    assert_eq!(article.text, "A pier\ncafé\nopen\nlast");
    assert_eq!(blocks(article), [("title", "A pier"), ("quote", "café\nopen"), ("list-item", "last")]);
    assert_eq!(
        (article.mime.as_ref(), article.title.as_deref(), article.id.as_str()),
        ("text/plain", Some("A pier"), "dump.wire@0")
    );
    assert_eq!(article.source, payload("x").source);
}

#[test]
fn every_role_has_its_kind() {
    let run =
        "uint32_t role; for (role = 1; role <= 10; role++) sink->text(sink->ctx, n, role, CD_TEXT(\"x\"));";
    let article = &articles(&*emitting(run), payload("x"))[0];
    let kinds: Vec<_> = article.blocks.iter().map(|block| block.kind.name()).collect();
    let expected = [
        "title",
        "byline",
        "dateline",
        "heading",
        "paragraph",
        "list-item",
        "quote",
        "caption",
        "table",
        "verbatim",
    ];
    assert_eq!(kinds, expected);
}

const FIELDS: &str = r#"
    sink->field(sink->ctx, n, CD_TEXT("id"), CD_TEXT("\"a-1\""));
    sink->field(sink->ctx, n, CD_TEXT("title"), CD_TEXT("\"T\""));
    sink->field(sink->ctx, n, CD_TEXT("url"), CD_TEXT("\"https://a.example/1\""));
    sink->field(sink->ctx, n, CD_TEXT("author"), CD_TEXT("[\"Ann\", \"Bo\"]"));
    sink->field(sink->ctx, n, CD_TEXT("date"), CD_TEXT("\"2026-03-14\""));
    sink->field(sink->ctx, n, CD_TEXT("language"), CD_TEXT("\"no\""));
    sink->field(sink->ctx, n, CD_TEXT("views"), CD_TEXT("{ \"a\":\n 1 }"));
    sink->field(sink->ctx, n, CD_TEXT("section"), CD_TEXT("\"old\""));
    sink->field(sink->ctx, n, CD_TEXT("section"), CD_TEXT("\"harbour\""));
"#;

fn record() -> Document {
    let text = |text: &str| Some(text.to_owned());
    Document {
        url: text("https://r.example/"),
        title: text("record"),
        author: text("recorder"),
        date: text("then"),
        language: text("en"),
        metadata: "\"section\":\"x\",\"crawl\":7".to_owned(),
        ..payload("x")
    }
}

#[test]
fn known_fields_are_lifted_and_the_others_are_metadata() {
    let article = &articles(&*emitting(&format!("{FIELDS}{HELLO}")), record())[0];
    let lifted = [&article.url, &article.title, &article.author, &article.date, &article.language]
        .map(|field| field.as_deref().unwrap());
    assert_eq!(lifted, ["https://a.example/1", "T", "Ann; Bo", "2026-03-14", "no"]);
    assert_eq!(article.id, "a-1");
    assert_eq!(article.metadata, "\"section\":\"harbour\",\"crawl\":7,\"views\":{\"a\":1}");
}

#[test]
fn one_article_inherits_what_the_record_says() {
    let article = &articles(&*emitting(HELLO), record())[0];
    let inherited = Document { text: String::new(), blocks: Vec::new(), ..article.clone() };
    assert_eq!(inherited, Document { text: String::new(), ..record() });
}

#[test]
fn several_articles_are_numbered_and_inherit_what_holds_for_all() {
    let run = format!(
        "sink->article(sink->ctx, n); {HELLO} sink->article(sink->ctx, n); {FIELDS}{HELLO} \
         sink->article(sink->ctx, n); {FIELDS} sink->article(sink->ctx, n); {HELLO}"
    );
    let found = articles(&*emitting(&run), record());
    let ids: Vec<_> = found.iter().map(|article| article.id.as_str()).collect();
    assert_eq!(ids, ["dump.wire@0#1", "a-1", "a-1#3", "dump.wire@0#4"]);
    assert_eq!((&found[0].url, &found[0].title, &found[0].date), (&None, &None, &None));
    assert_eq!(
        (found[0].language.as_deref(), found[0].metadata.as_str()),
        (Some("en"), "\"section\":\"x\",\"crawl\":7")
    );
    assert!(found.iter().all(|article| article.source == payload("x").source));
}

#[test]
fn not_mine_hands_the_payload_on_untouched() {
    let extractor = emitting(&format!("{HELLO} sink->outcome(sink->ctx, n, CD_NOT_MINE, CD_TEXT(\"\"));"));
    let mut found = Vec::new();
    let Extraction::NotMine(back) = extractor.extract(record(), &mut found) else { panic!() };
    assert_eq!((*back, found), (record(), vec![]));
}

#[test]
fn an_article_that_was_not_found_is_a_failure() {
    assert_eq!(failed(";"), ("no-article", "plugin `wire`: it found no article".to_owned()));
}

#[test]
fn errors_and_drops_carry_the_plugins_words() {
    let error = failed("sink->outcome(sink->ctx, n, CD_ERROR, CD_TEXT(\"line 3: no end\"));");
    assert_eq!(error, ("plugin-error", "plugin `wire`: line 3: no end".to_owned()));
    let drop = failed("sink->outcome(sink->ctx, n, CD_DROP, CD_TEXT(\"an index\"));");
    assert_eq!(drop, ("plugin-dropped", "plugin `wire`: an index".to_owned()));
}

#[test]
fn a_negative_code_is_a_failure_with_what_was_logged() {
    assert_eq!(
        failed("return CD_FAILED_MEMORY;"),
        ("plugin-failed", "plugin `wire`: it ran out of memory (code -4)".to_owned())
    );
    let told = failed(
        "host->log(host->ctx, CD_LOG_DEBUG, CD_TEXT(\"\"), CD_TEXT(\"no\")); \
         host->log(host->ctx, CD_LOG_ERROR, CD_TEXT(\"model\"), CD_TEXT(\"not there\")); return CD_FAILED_FATAL;",
    );
    assert_eq!(told, ("plugin-failed", "plugin `wire`: model: not there".to_owned()));
}

#[test]
fn an_error_after_which_the_plugin_goes_on_is_a_note() {
    let shelf = Shelf::new();
    let log = "host->log(host->ctx, CD_LOG_ERROR, CD_TEXT(\"\"), CD_TEXT(\"odd\"));";
    shelf.add("wire", &format!("{log} {HELLO}"));
    let found = shelf.found();
    for _ in 0..150 {
        articles(&*support::only(&found), payload("x"));
    }
    assert_eq!(found.plugins.take_notes(), vec!["wire: odd"; 100]);
    assert_eq!(found.plugins.take_notes(), Vec::<String>::new());
}

#[test]
fn what_is_not_allowed_fails_with_what_it_was() {
    let cases = [
        ("sink->text(sink->ctx, n, 5, CD_TEXT(\"ab\\xff\"));", "the paragraph is not UTF-8 from byte 2 on"),
        (
            "sink->text(sink->ctx, n + 1, 5, CD_TEXT(\"a\"));",
            "it spoke of document 1, but was given one document",
        ),
        (
            "sink->article(sink->ctx, 4000000000u);",
            "it spoke of document 4000000000, but was given one document",
        ),
        (
            "sink->text(sink->ctx, n, 0, CD_TEXT(\"a\"));",
            "it emitted text in the role 0, which this copydesk does not know",
        ),
        ("sink->text(sink->ctx, n, CD_ROLE_RAW, CD_TEXT(\"a\"));", "it is an extractor and emitted bytes"),
        ("cd_slice s = {NULL, 3}; sink->text(sink->ctx, n, 5, s);", "the paragraph is 3 bytes at no address"),
        (
            "cd_slice s = {NULL, 0}; s.ptr = (const uint8_t *)\"\"; s.len = (size_t)-1; sink->text(sink->ctx, n, 5, s);",
            "it emitted more than 64 MiB for one payload",
        ),
        (
            "sink->field(sink->ctx, n, CD_TEXT(\"k\"), CD_TEXT(\"{\"));",
            "the field `k` is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "sink->field(sink->ctx, n, CD_TEXT(\"title\"), CD_TEXT(\"3\"));",
            "the field `title` is a string, not 3",
        ),
        ("sink->score(sink->ctx, n, CD_TEXT(\"k\"), 0.5);", "it is an extractor and emitted a score"),
        (
            "sink->span(sink->ctx, n, CD_SPAN_DELETE, 0, 1, CD_TEXT(\"\"));",
            "it is an extractor and emitted a span",
        ),
        (
            "sink->outcome(sink->ctx, n, 9, CD_TEXT(\"\"));",
            "it ended with the outcome 9, which this copydesk does not know",
        ),
        (
            "int i; for (i = 0; i < 100001; i++) sink->article(sink->ctx, n);",
            "it found more than 100000 articles in one payload",
        ),
        (
            "int i; for (i = 0; i < 2000000; i++) sink->text(sink->ctx, n, 5, CD_TEXT(\"\"));",
            "it emitted more than 64 MiB for one payload",
        ),
    ];
    for (run, message) in cases {
        let expected = ("plugin-error", format!("plugin `wire`: {message}"));
        assert_eq!(failed(&format!("{{ {run} }} {HELLO}")), expected, "{run}");
    }
}

#[test]
fn a_fault_in_one_payload_is_forgotten_in_the_next() {
    let extractor = emitting(&format!(
        "if (doc->body.len == 3) {{ sink->text(sink->ctx, 7, 5, CD_TEXT(\"\")); return CD_SUCCESS; }}\n\
         if (doc->body.len == 4) return CD_FAILED_FATAL;\n{HELLO}"
    ));
    assert_eq!(failure(&*extractor, payload("odd")).0, "plugin-error");
    assert_eq!(failure(&*extractor, payload("dead")).0, "plugin-failed");
    assert_eq!(articles(&*extractor, payload("x")).len(), 1);
}

#[test]
fn scratch_memory_is_zeroed_aligned_and_bounded() {
    let run = r#"
        unsigned char *a = host->scratch(host->ctx, 1000, 16);
        size_t i;
        if (!a || ((size_t)a & 15) || host->scratch(host->ctx, (size_t)1 << 40, 1) || host->scratch(host->ctx, 8, 64)) {
            return CD_FAILED_FATAL;
        }
        if (host->scratch(host->ctx, (size_t)-1, 1) || host->cancelled(host->ctx)) return CD_FAILED_FATAL;
        for (i = 0; i < 1000; i++) { if (a[i]) return CD_FAILED_FATAL; a[i] = 'x'; }
        { cd_slice s; s.ptr = a; s.len = 1000; sink->text(sink->ctx, n, 5, s); }
    "#;
    let extractor = emitting(run);
    for _ in 0..3 {
        assert_eq!(articles(&*extractor, payload("x"))[0].text, "x".repeat(1000));
    }
}

#[test]
fn ids_are_distinct_whatever_the_plugin_calls_its_articles() {
    let named = |id: &str| {
        format!(
            "sink->article(sink->ctx, n); sink->field(sink->ctx, n, CD_TEXT(\"id\"), CD_TEXT(\"\\\"{id}\\\"\"));"
        )
    };
    let run = ["a", "a#3", "a", "a"].map(named).concat();
    let found = articles(&*emitting(&run), payload("x"));
    let ids: Vec<_> = found.iter().map(|article| article.id.as_str()).collect();
    assert_eq!(ids, ["a", "a#3", "a#3#3", "a#4"]);
}

#[test]
fn a_large_payload_may_become_large_articles() {
    let extractor = emitting(
        "cd_slice s = doc->body; int i; for (i = 0; i < (doc->lang.len ? 5 : 3); i++) sink->text(sink->ctx, n, 5, s);",
    );
    let text = "x".repeat(24 << 20);
    assert_eq!(articles(&*extractor, payload(&text))[0].text.len(), 3 * text.len() + 2);
    let endless = Document { language: Some("en".to_owned()), ..payload(&text) };
    let message = "plugin `wire`: it emitted more than 96 MiB for one payload";
    assert_eq!(failure(&*extractor, endless), ("plugin-error", message.to_owned()));
}

#[test]
fn metadata_that_every_article_inherits_counts() {
    let extractor = emitting("int i; for (i = 0; i < 100; i++) sink->article(sink->ctx, n);");
    let with = |size: usize| Document { metadata: format!("\"a\":\"{}\"", "x".repeat(size)), ..payload("x") };
    assert_eq!(articles(&*extractor, with(1000)).len(), 100);
    let message = "plugin `wire`: it emitted more than 64 MiB for one payload";
    assert_eq!(failure(&*extractor, with(1 << 20)), ("plugin-error", message.to_owned()));
}

#[test]
fn long_messages_are_cut() {
    let long = |run: &str| failure(&*emitting(run), payload(&format!("\"{}\"", "é".repeat(5000)))).1;
    let prefix = "plugin `wire`: ";
    let reason = long("sink->outcome(sink->ctx, n, CD_ERROR, doc->body);");
    assert!(
        reason.len() <= prefix.len() + 4096 + 2 && reason.starts_with(&format!("{prefix}\"éé")),
        "{reason}"
    );
    let field = long("sink->field(sink->ctx, n, doc->body, CD_TEXT(\"{\"));");
    assert_eq!(field.len(), prefix.len() + 4096);
}

#[test]
fn a_code_above_zero_is_reserved_and_a_failure() {
    let shelf = Shelf::new();
    let positive = support::source(&support::manifest("wire"), &format!("{HELLO} return 1;"));
    shelf.compile("wire", &positive.replace("code < 0", "code"));
    shelf.write("wire.copydesk.toml", &support::manifest("wire"));
    let message = "plugin `wire`: it gave no reason (code 1)".to_owned();
    assert_eq!(failure(&*shelf.extractor(), payload("x")), ("plugin-failed", message));
}

#[test]
fn an_instance_has_an_address() {
    let shelf = Shelf::new();
    let manifest = support::manifest("wire");
    shelf.compile("wire", &support::source(&manifest, HELLO).replace("(void *)&host", "NULL"));
    shelf.write("wire.copydesk.toml", &manifest);
    let (_, reason, detail) = shelf.problem();
    assert_eq!((reason, detail.as_str()), ("cannot-start", "it says that it started, but made no instance"));
}

#[test]
fn an_option_is_written_up_to_the_last_whole_member() {
    let run = r#"
        union { cd_value value; unsigned char bytes[sizeof(cd_value)]; } out;
        memset(&out, 0x55, sizeof out);
        out.value.struct_size = 21;
        host->config(host->ctx, CD_TEXT("none"), &out.value);
        if (out.value.struct_size != 21 || out.value.type || out.value.integer) return CD_FAILED_FATAL;
        if (out.bytes[16] != 0x55 || out.bytes[20] != 0x55) return CD_FAILED_FATAL;
    "#;
    assert_eq!(articles(&*emitting(&format!("{run}{HELLO}")), payload("x")).len(), 1);
}
