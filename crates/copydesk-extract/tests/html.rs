//! Laws of the HTML extractor: whatever the page, blocks are spans of its text in order, the sentences of hostile pages are
//! there, and the same page gives the same blocks.
#![allow(clippy::unwrap_used, reason = "a test")]

use copydesk_core::{Document, Extraction, Extractor};
use copydesk_extract::{Html, Mode};
use proptest::prelude::*;

const PROSE: &str = "The bridge swung open for the first boat at nine in the morning and could not be persuaded to swing \
    back, whatever the engineers of the harbour tried with grease, with hammers and, towards noon, with prayer.";

fn extracted(html: &str, mode: Mode, keeps_furniture: bool) -> Document {
    let payload = Document { mime: "text/html".into(), ..Document::from_text(html) };
    let mut articles = Vec::new();
    let outcome = Html { mode, keeps_furniture, ..Html::default() }.extract(payload, &mut articles);
    assert!(matches!(outcome, Extraction::Done));
    assert_eq!(articles.len(), 1);
    articles.remove(0)
}

fn kept(document: &Document) -> Vec<&str> {
    document.kept().map(|(_, block)| document.slice(block)).collect()
}

fn check(document: &Document) {
    let mut end = 0;
    for block in &document.blocks {
        let range = block.span.range();
        assert!(range.start >= end && range.end > range.start, "spans ascend and hold something");
        assert!(document.text.get(range.clone()).is_some(), "spans end at characters");
        end = range.end;
    }
}

#[test]
fn it_claims_pages_only() {
    let html = Html::default();
    let of = |mime: &'static str| html.claims(&Document { mime: mime.into(), ..Document::default() });
    assert_eq!([of("text/html"), of("application/xhtml+xml"), of("text/plain")], [true, true, false]);
}

#[test]
fn an_empty_page_has_no_article() {
    let document = extracted(
        "<html><head><title>a</title></head><body><script>b</script></body></html>",
        Mode::Balanced,
        true,
    );
    assert_eq!(document.dropped.unwrap().reason, "not-an-article");
}

#[test]
fn struck_blocks_stay_for_the_trail_or_go() {
    let menu: String =
        ["Home", "News", "Sport", "Weather"].map(|name| format!("<li><a href='/'>{name}</a></li>")).concat();
    let html = format!(
        "<nav class='menu'><ul>{menu}</ul></nav><article class='entry-content'><h1>Bridge</h1><p>{PROSE}</p><p>{PROSE} Again.</p></article>"
    );
    let whole = extracted(&html, Mode::Balanced, true);
    let struck: Vec<&str> =
        whole.blocks.iter().filter(|block| !block.is_kept()).map(|block| whole.slice(block)).collect();
    assert!(struck.starts_with(&["Home", "News", "Sport", "Weather"]), "{struck:?}");
    assert!(kept(&whole).contains(&PROSE));
    let bare = extracted(&html, Mode::Balanced, false);
    assert!(bare.blocks.iter().all(copydesk_core::Block::is_kept));
    assert_eq!(kept(&bare), kept(&whole));
}

#[test]
fn modes_keep_less_or_more() {
    let html = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/html/swing-bridge.html"
    ))
    .unwrap();
    let count = |mode| kept(&extracted(&html, mode, true)).len();
    assert!(count(Mode::Precision) <= count(Mode::Balanced) && count(Mode::Balanced) <= count(Mode::Recall));
}

#[test]
fn a_page_beyond_measure_keeps_its_text() {
    let html = format!(
        "<nav>Menu</nav>{}<div><a href=/>A link</a></div>",
        "<p>The ferry leaves at noon.".repeat(20_000)
    );
    let document = extracted(&html, Mode::Balanced, true);
    assert_eq!(document.remarks.iter().map(|remark| remark.name).collect::<Vec<_>>(), ["too-many-blocks"]);
    assert_eq!(kept(&document).len(), 20_000);
    assert!(document.dropped.is_none());
}

/// Nothing is asked of what is article in them, but that all text is there, in time, and without a stack.
#[test]
fn hostile_pages_keep_their_text() {
    let act = || {
        for case in hostile::html::cases(hostile::Size::Small) {
            for file in &case.files {
                let html = String::from_utf8_lossy(&file.bytes);
                check(&extracted(&html, Mode::Balanced, true));
            }
        }
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(act).unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn any_markup_gives_blocks_in_order(parts in prop::collection::vec(prop::sample::select(vec![
        "<p>", "</p>", "<div class=\"a b-c\">", "</div>", "<table><tr><td>", "</td>", "<pre>\n", "</pre>", "<br>", "<a href=/>", "</a>",
        "<li>", "<h1>", "</h1>", " ", "\n", "\u{a0}", "word", "Ein Satz. ", "大桥重新开放。", "<script>x</script>", "<noscript>", "<b>", "&amp;",
        "<span hidden>", "</span>", "<article>", "<svg><title>t</title></svg>", "<template>", "\u{feff}",
    ]), 0..60)) {
        let html = parts.concat();
        let document = extracted(&html, Mode::Recall, true);
        check(&document);
        prop_assert_eq!(&document, &extracted(&html, Mode::Recall, true));
    }
}
