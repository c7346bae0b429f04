//! What of a page is kept besides the text of its article: links, pictures, tables, comments, and the levels of headings
//! and lists.
#![allow(clippy::unwrap_used, reason = "a test")]

use copydesk_core::{Document, Extractor, MarkKind, Marker};
use copydesk_extract::{Html, TableForm, Wants};
use proptest::prelude::*;

const PROSE: &str = "The bridge swung open for the first boat at nine in the morning and could not be persuaded to swing \
    back, whatever the engineers of the harbour tried with grease, with hammers and, towards noon, with prayer.";

const ALL: Wants = Wants { comments: true, tables: TableForm::Markdown, images: true, links: true };

fn extracted(html: &str, wants: Wants) -> Document {
    let url = Some("https://aune.example/news/bridge.html".to_owned());
    let payload = Document { mime: "text/html".into(), url, ..Document::from_text(html) };
    let mut articles = Vec::new();
    Html { wants, ..Html::default() }.extract(payload, &mut articles);
    articles.remove(0)
}

/// A page whose article has this in the middle.
fn page(inside: &str) -> String {
    format!(
        "<title>Bridge</title><nav class=menu><a href=/><img src=/logo.png>Home</a></nav>\
        <article class=entry-content><h1>Bridge</h1><p>{PROSE}</p>{inside}<p>{PROSE} Again.</p></article>"
    )
}

/// The marks of a document: what they are, and what they are on.
fn marks(document: &Document) -> Vec<(String, &str)> {
    let said = |kind: &MarkKind| match kind {
        MarkKind::Link(address) => format!("link {address}"),
        MarkKind::Picture { alt, address } => format!("picture {alt:?} {address}"),
        MarkKind::Cell { table, row, column } => format!("cell {table} {row} {column}"),
    };
    document.marks.iter().map(|mark| (said(&mark.kind), &document.text[mark.span.range()])).collect()
}

fn marked<'a>(expected: &'a [(&'a str, &'a str)]) -> Vec<(String, &'a str)> {
    expected.iter().map(|(said, text)| ((*said).to_owned(), *text)).collect()
}

fn metadata(document: &Document) -> serde_json::Value {
    serde_json::from_str(&format!("{{{}}}", document.metadata)).unwrap()
}

#[test]
fn nothing_is_marked_unasked() {
    let html =
        page("<p>See <a href=/b>the plans</a>.<p><img src=a.jpg><table><tr><td>a<td>b<tr><td>c<td>d</table>");
    let plain = extracted(&html, Wants::default());
    assert!(plain.marks.is_empty());
    let all = extracted(&html, ALL);
    assert_eq!((plain.text, plain.blocks), (all.text, all.blocks), "marks change neither text nor blocks");
}

#[test]
fn links_of_kept_blocks_are_marked() {
    let html = page(&format!(
        "<p>{PROSE} See <a href='plans/1 a.pdf'>the <b>plans</b> </a>and <a href='#top'>up</a>, <a href='javascript:x()'>x</a>, \
         <a href=' //b.example/?a&amp;b '>others</a>.</p>"
    ));
    let document = extracted(&html, Wants { links: true, ..Wants::default() });
    assert_eq!(
        marks(&document),
        marked(&[
            ("link https://aune.example/news/plans/1%20a.pdf", "the plans"),
            ("link https://b.example/?a&b", "others"),
        ])
    );
}

#[test]
fn a_base_is_where_addresses_begin() {
    let html = page(&format!("<p>{PROSE} See <a href=b>the plans</a>.")).replacen(
        "<title>",
        "<base href=/archive/><title>",
        1,
    );
    let document = extracted(&html, Wants { links: true, ..Wants::default() });
    assert_eq!(marks(&document), marked(&[("link https://aune.example/archive/b", "the plans")]));
}

#[test]
fn pictures_of_the_article_are_marked_once() {
    let html = page(&format!(
        "<figure><img src='data:image/gif;base64,R0' data-src=/a.jpg alt=' The bridge, open '><figcaption>The bridge at nine in the morning, \
         seen from the tower of the church.</figcaption></figure><noscript><img src=/a.jpg></noscript><p>{PROSE} <img src=b.jpg width=20> <img \
         src=c.jpg> {PROSE}</p><img src=/pixel.gif width=1 height=1>"
    ));
    let document = extracted(&html, Wants { images: true, ..Wants::default() });
    assert_eq!(
        marks(&document),
        marked(&[
            ("picture \"The bridge, open\" https://aune.example/a.jpg", ""),
            ("picture \"\" https://aune.example/news/c.jpg", ""),
        ])
    );
    let at = |mark: usize| document.marks[mark].span.start as usize;
    assert!(document.text[at(0)..].starts_with("\nThe bridge at nine"), "{}", &document.text[at(0)..]);
    assert!(document.text[..at(1)].ends_with("prayer."));
}

const TABLE: &str = "<table><caption>Results</caption><tr><th>Boat<th colspan=2>Time<tr><td rowspan=2>Eight<td>7:01<td><a href=/w>won</a>\
    <tr><td>7:09<td></td></tr></table>";

#[test]
fn cells_stand_in_their_columns() {
    let document = extracted(&page(TABLE), Wants { tables: TableForm::Markdown, ..Wants::default() });
    assert_eq!(
        marks(&document),
        marked(&[
            ("cell 0 0 0", "Boat"),
            ("cell 0 0 1", "Time"),
            ("cell 0 1 0", "Eight"),
            ("cell 0 1 1", "7:01"),
            ("cell 0 1 2", "won"),
            ("cell 0 2 1", "7:09"),
        ])
    );
}

#[test]
fn tables_go_but_those_of_the_layout_stay() {
    let without = Wants { tables: TableForm::None, ..Wants::default() };
    let document = extracted(&page(TABLE), without);
    let reasons: Vec<(&str, &str)> = document
        .blocks
        .iter()
        .filter_map(|block| Some((document.slice(block), block.removal.as_ref()?.reason)))
        .filter(|(_, reason)| *reason == "table")
        .collect();
    assert_eq!(
        reasons,
        [("Results", "table"), ("Boat\tTime", "table"), ("Eight\t7:01\twon", "table"), ("7:09", "table")]
    );
    let layout = format!(
        "<table><tr><td>{}</td><td>{PROSE}</td></tr><tr><td>a</td><td>b</td></tr></table>",
        PROSE.repeat(6)
    );
    let document = extracted(&page(&layout), without);
    assert!(document.blocks.iter().flat_map(|block| &block.removal).all(|removal| removal.reason != "table"));
}

#[test]
fn comments_go_into_the_metadata() {
    let html = page("")
        + "<section id=comments class=comments-area><h2 class=comments-title>2 comments</h2><ol class=comment-list>\
        <li class=comment id=comment-1><footer class=comment-meta><b class=author>Old Oarsman</b></footer><div class=comment-content>\
        <p>In my day we would have rowed under it.<p>And said nothing.</div><a class=comment-reply-link href=#>Reply</a>\
        <ol><li class=comment id=comment-2><div class=comment-content><p>You said a lot.</div></ol></ol></section>\
        <footer class=site-footer><p>Copyright 2019 Aune Courier. All rights reserved.</footer>";
    let document = extracted(&html, Wants { comments: true, ..Wants::default() });
    assert_eq!(
        metadata(&document)["page"]["comments"],
        serde_json::json!(["In my day we would have rowed under it.\nAnd said nothing.", "You said a lot."])
    );
    let of = |reason: &str| {
        let is = |block: &&copydesk_core::Block| {
            block.removal.as_ref().is_some_and(|removal| removal.reason == reason)
        };
        document.blocks.iter().filter(is).map(|block| document.slice(block)).collect::<Vec<_>>()
    };
    assert_eq!(
        of("comment"),
        [
            "2 comments",
            "Old Oarsman",
            "In my day we would have rowed under it.",
            "And said nothing.",
            "Reply",
            "You said a lot."
        ]
    );
    assert!(of("page-furniture").contains(&"Copyright 2019 Aune Courier. All rights reserved."));
    let unasked = extracted(&html, Wants::default());
    assert_eq!(metadata(&unasked)["page"]["comments"], serde_json::Value::Null);
    assert!(
        unasked.blocks.iter().flat_map(|block| &block.removal).all(|removal| removal.reason != "comment")
    );
}

#[test]
fn headings_and_items_know_how_deep_they_stand() {
    let html = page(
        "<h3>What to bring to the bridge</h3><ol start=3><li>A boat with oars and somebody who rows<li value=7><p>Two ropes of twenty metres, \
         and with each<ul><li>a hook of iron and<li>a bell</ul><p>as well as patience for the day.<li>Bread and cheese for all of them</ol>",
    );
    let document = extracted(&html, Wants::default());
    let known: Vec<(&str, u8, Marker)> = document
        .kept()
        .map(|(_, block)| (document.slice(block), block.level, block.marker))
        .filter(|(text, ..)| text.len() < 90)
        .collect();
    assert_eq!(
        known,
        [
            ("What to bring to the bridge", 3, Marker::None),
            ("A boat with oars and somebody who rows", 1, Marker::Number(3)),
            ("Two ropes of twenty metres, and with each", 1, Marker::Number(7)),
            ("a hook of iron and", 2, Marker::Bullet),
            ("a bell", 2, Marker::Bullet),
            ("as well as patience for the day.", 1, Marker::None),
            ("Bread and cheese for all of them", 1, Marker::Number(8)),
        ]
    );
}

#[test]
fn quotes_know_how_deep_they_stand_and_hold_lists() {
    let html = page(&format!(
        "<blockquote><p>{PROSE} One.<blockquote><p>{PROSE} Two.</blockquote><ul><li><p>{PROSE} Three.</ul></blockquote>"
    ));
    let document = extracted(&html, Wants::default());
    let known: Vec<(&str, u8, Marker)> = document
        .kept()
        .map(|(_, block)| (document.slice(block).rsplit(' ').next().unwrap(), block.level, block.marker))
        .filter(|(word, ..)| ["One.", "Two.", "Three."].contains(word))
        .collect();
    assert_eq!(known, [("One.", 1, Marker::None), ("Two.", 2, Marker::None), ("Three.", 1, Marker::Bullet)]);
}

#[test]
fn numbers_may_run_backwards() {
    let html = page(
        "<ol reversed><li>The third of all the boats on the river<li>The second of all the boats on it<li>The first of them all</ol>",
    );
    let document = extracted(&html, Wants::default());
    let markers: Vec<Marker> =
        document.kept().map(|(_, block)| block.marker).filter(|marker| *marker != Marker::None).collect();
    assert_eq!(markers, [3, 2, 1].map(Marker::Number));
}

#[test]
fn the_type_of_the_page_is_noted() {
    let page = &metadata(&extracted(&page(""), Wants::default()))["page"];
    assert_eq!(page["type"], "article");
    assert!((0.2..=1.0).contains(&page["type-score"].as_f64().unwrap()), "{page}");
}

/// Marks lie in the text, in order, on letters, whatever the page.
fn check(document: &Document) {
    let mut start = 0;
    for mark in &document.marks {
        assert!(mark.span.start >= start && mark.span.end >= mark.span.start);
        assert!(document.text.get(mark.span.range()).is_some(), "{mark:?}");
        start = mark.span.start;
    }
}

#[test]
fn hostile_pages_have_marks_in_order() {
    let act = || {
        for case in hostile::html::cases(hostile::Size::Small) {
            for file in &case.files {
                check(&extracted(&String::from_utf8_lossy(&file.bytes), ALL));
            }
        }
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(act).unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn any_markup_gives_marks_in_order(parts in prop::collection::vec(prop::sample::select(vec![
        "<p>", "</p>", "<div class=comment>", "</div>", "<table>", "<tr>", "<td colspan=3>", "<th rowspan=2>", "</table>", "<pre>\n", "</pre>", "<br>",
        "<a href=/>", "</a>", "<img src=x alt='é'>", "<li>", "<ol start=9>", "</ol>", "<ul>", " ", "\n", "\u{a0}", "\u{200b}", "word", "Ein Satz über alles. ",
        "大桥重新开放。", "<script>x</script>", "<b>", "&amp;", "<span hidden>",
    ]), 0..60)) {
        let html = parts.concat();
        let document = extracted(&html, ALL);
        check(&document);
        let plain = extracted(&html, Wants::default());
        prop_assert_eq!(plain.text, document.text);
    }
}
