//! What holds for any page: links are whole, positions lie in the page, text stays, and no page takes a parser's
//! stack. And a few pages of our own whose tree is known, for a repository without the public tests beside it.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use copydesk_html::{Document, Kind, Limits, Node, Options, Visit, names, parse, parse_fragment, parse_str};
use proptest::prelude::*;

const SENTENCE: &str = "The ferry leaves at noon.";

/// Runs with the stack of a worker that has little.
fn on_a_small_stack(act: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 * 1024).spawn(act).unwrap().join().unwrap();
}

fn page(text: &str) -> Document<'_> {
    parse_str(text, &Options::default())
}

/// Every text of a page, that in templates, too.
fn whole_text(document: &Document<'_>) -> String {
    let (mut text, mut roots) = (String::new(), vec![document.root()]);
    while let Some(root) = roots.pop() {
        text.push_str(&root.all_text());
        roots.extend(root.descendants().filter_map(Node::content));
    }
    text
}

/// Panics if a link, a position or a span of the tree is wrong.
fn check(document: &Document<'_>) {
    let (mut count, mut roots) = (0, vec![document.root()]);
    while let Some(root) = roots.pop() {
        for visit in root.walk() {
            let Visit::Enter(node) = visit else { continue };
            count += 1;
            assert!(count <= document.node_count(), "a node is in the tree twice");
            assert!(node.position() <= document.source().len());
            let mut last = None;
            for child in node.children() {
                assert_eq!((child.parent(), child.previous_sibling()), (Some(node), last));
                let are_texts = last.is_some_and(Node::is_text) && child.is_text();
                assert!(!are_texts || !document.capped().is_nothing() || last != Some(child));
                last = Some(child);
            }
            assert_eq!(node.last_child(), last);
            node.attributes().for_each(|one| assert!(!one.local.is_empty() || one.name == names::SPAN));
            roots.extend(node.content());
        }
    }
}

#[track_caller]
fn tree(html: &str, expected: &[&str]) {
    let document = page(html);
    check(&document);
    assert_eq!(common::dump(&document).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn missing_tags_are_made() {
    tree(
        "<p>One<p>Two",
        &[
            "| <html>",
            "|   <head>",
            "|   <body>",
            "|     <p>",
            "|       \"One\"",
            "|     <p>",
            "|       \"Two\"",
        ],
    );
}

#[test]
fn text_in_a_table_goes_in_front_of_it() {
    tree(
        "<!doctype html><title>T</title><table>a<tr>b<td>c</table>",
        &[
            "| <!DOCTYPE html>",
            "| <html>",
            "|   <head>",
            "|     <title>",
            "|       \"T\"",
            "|   <body>",
            "|     \"ab\"",
            "|     <table>",
            "|       <tbody>",
            "|         <tr>",
            "|           <td>",
            "|             \"c\"",
        ],
    );
}

#[test]
fn end_tags_in_the_wrong_order_are_sorted_out() {
    tree(
        "<b>1<p>2</b>3",
        &[
            "| <html>",
            "|   <head>",
            "|   <body>",
            "|     <b>",
            "|       \"1\"",
            "|     <p>",
            "|       <b>",
            "|         \"2\"",
            "|       \"3\"",
        ],
    );
}

#[test]
fn references_line_ends_and_nul_are_read_as_the_standard_says() {
    let document = page(
        "<p title='&lt;\r\n&copy=1&copy;'>a\r\nb\rc&amp;&notit;&#x80;\0d</p><script>a\r\n&amp;\0</script>",
    );
    let paragraph = document.root().descendants().find(|node| node.is(names::P)).unwrap();
    assert_eq!(paragraph.attribute(names::TITLE), Some("<\n&copy=1\u{a9}"));
    assert_eq!(paragraph.all_text(), "a\nb\nc&\u{ac}it;\u{20ac}d");
    assert_eq!(paragraph.next_sibling().unwrap().all_text(), "a\n&amp;\u{fffd}");
}

#[test]
fn svg_has_its_own_names() {
    let document = page("<svg viewbox='0'><foreignobject><div>a</div></foreignobject></svg>b");
    let svg = document.body().unwrap().first_child().unwrap();
    assert_eq!(svg.attribute(names::SVG_VIEW_BOX), Some("0"));
    assert_eq!(svg.first_child().unwrap().local_name(), "foreignObject");
    assert_eq!(
        document.body().unwrap().inner_html(),
        "<svg viewBox=\"0\"><foreignObject><div>a</div></foreignObject></svg>b"
    );
}

/// The end tag of raw text belongs to that, and to nothing of the same name around it.
#[test]
fn a_title_in_the_title_of_a_drawing_ends_only_itself() {
    let html = "<svg><title><title>a</title>b</title></svg>c";
    assert_eq!(page(html).body().unwrap().inner_html(), html);
}

#[test]
fn positions_are_those_of_the_page() {
    let text = "<p>\u{e4}<b class=x>two</b><!-- c -->&amp;";
    let document = page(text);
    for node in document.body().unwrap().descendants() {
        let rest = &text[node.position()..];
        match node.kind() {
            Kind::Element => assert!(rest.starts_with(&format!("<{}", node.local_name()))),
            Kind::Comment => assert!(rest.starts_with("<!--")),
            _ => assert!(rest.starts_with(node.text()) || rest.starts_with('&')),
        }
    }
}

#[test]
fn an_option_is_shown_where_it_is_selected_but_never_in_itself() {
    let html = "<select><button><selectedcontent></button><option>a<option selected>b<template>c</template></select>";
    assert_eq!(
        page(html).body().unwrap().inner_html(),
        "<select><button><selectedcontent>b<template>c</template></selectedcontent></button><option>a</option>\
         <option selected=\"\">b<template>c</template></option></select>"
    );
    let html = "<select><option>a<selectedcontent>b</option></select>";
    let free = Options { limits: Limits::none(), ..Options::default() };
    assert_eq!(
        parse_str(html, &free).body().unwrap().inner_html(),
        "<select><option>a<selectedcontent>b</selectedcontent></option></select>"
    );
}

#[test]
fn late_declarations_of_an_encoding_are_heard() {
    let mut bytes = format!("<title>{}</title><meta charset=iso-8859-2>", " ".repeat(2000)).into_bytes();
    bytes.extend_from_slice(b"<p>\xb1");
    let document = parse(&bytes, &Options::default());
    assert_eq!(
        (document.encoding().name(), document.body().unwrap().all_text().as_str()),
        ("ISO-8859-2", "\u{105}")
    );
}

#[test]
fn late_declarations_are_not_heard_against_the_bytes() {
    let text = format!("<title>{}</title><meta charset=iso-8859-2><p>caf\u{e9}", " ".repeat(2000));
    let document = parse(text.as_bytes(), &Options::default());
    assert_eq!(
        (document.encoding().name(), document.body().unwrap().all_text().as_str()),
        ("UTF-8", "caf\u{e9}")
    );
}

#[test]
fn labels_of_encodings_that_must_not_be_read_lose_no_text() {
    let text = "<meta charset=iso-2022-kr><p>a";
    let options = Options { charset: Some("hz-gb-2312"), ..Options::default() };
    assert_eq!(parse(text.as_bytes(), &options).body().unwrap().all_text(), "a");
}

#[test]
fn what_declares_nothing_is_guessed() {
    let text = "<p>Мост закрыт на ремонт до конца мая, сообщили в мэрии города.</p>";
    assert_eq!(parse(text.as_bytes(), &Options::default()).encoding().name(), "UTF-8");
    let (bytes, encoding, _) = copydesk_html::Encoding::for_label(b"windows-1251").unwrap().encode(text);
    let document = parse(&bytes, &Options::default());
    assert_eq!((document.encoding(), document.source()), (encoding, text));
    let declared = Options { charset: Some("utf-8"), ..Options::default() };
    assert_eq!(parse(&bytes, &declared).encoding().name(), "UTF-8");
}

/// Pages that are too much of something, and how many times each limit acted.
#[test]
fn limits_keep_the_text_and_say_that_they_acted() {
    let attributes: String = (0..1500).map(|number| format!(" a{number}")).collect();
    let fonts: String = (0..100).map(|number| format!("<font a{number}>")).collect();
    let own: String = (0..40_000).map(|number| format!("<x{number}></x{number}>")).collect();
    let cases = [
        ("<div>".repeat(600), "depth"),
        (format!("<div{attributes}>"), "attributes"),
        (format!("<div title='{}'>", "x".repeat(1 << 21)), "values"),
        (format!("{fonts}<p>"), "formatting"),
        ("x<p>".repeat(60_000), "nodes"),
        (own, "names"),
    ];
    for (before, limit) in cases {
        let text = format!("<body>{before}<p>{SENTENCE}</p>");
        let document = page(&text);
        check(&document);
        assert!(whole_text(&document).contains(SENTENCE), "{limit}");
        let debug = format!("{:?}", document.capped());
        assert!(!debug.contains(&format!("{limit}: 0")), "{limit}: {debug}");
        assert!(page(SENTENCE).capped().is_nothing());
        let free = parse_str(&text, &Options { limits: Limits::none(), ..Options::default() });
        assert!(free.capped().is_nothing(), "{limit}");
    }
}

#[test]
fn what_is_too_deep_is_closed_by_its_own_end_tags() {
    let text = format!("{}<p>{SENTENCE}</p>{}<h1>after", "<div>".repeat(2000), "</div>".repeat(2000));
    let document = page(&text);
    let heading = document.root().descendants().find(|node| node.is(names::H1)).unwrap();
    assert_eq!(heading.parent(), document.body());
}

#[test]
fn hostile_pages_keep_their_sentence_on_a_small_stack() {
    on_a_small_stack(|| {
        for case in hostile::html::cases(hostile::Size::Small) {
            let document = parse(&case.files[0].bytes, &Options::default());
            check(&document);
            let text = whole_text(&document);
            for sentence in case.expect.sentences.iter().filter(|_| case.files.len() == 1) {
                assert!(text.contains(sentence.as_str()), "{}: {sentence}", case.name);
            }
            drop(document.root().outer_html());
        }
    });
}

#[test]
fn deep_trees_without_a_limit_need_no_stack() {
    on_a_small_stack(|| {
        let text = format!("{}{SENTENCE}", "<div><b>".repeat(20_000));
        let document = parse_str(&text, &Options { limits: Limits::none(), ..Options::default() });
        check(&document);
        let deepest = document.root().descendants().last().unwrap();
        assert_eq!((deepest.text(), deepest.ancestors().count()), (SENTENCE, 40_003));
        assert_eq!(document.root().outer_html().matches("</div>").count(), 20_000);
    });
}

/// Pieces of pages that a parser has to think about.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<a href='x&amp;y'>",
        "</a>",
        "<div class=a>",
        "</div>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "</td>",
        "<caption>",
        "<col>",
        "<select>",
        "<option>",
        "</select>",
        "<svg>",
        "</svg>",
        "<math>",
        "<mi>",
        "<foreignObject>",
        "<title>",
        "</title>",
        "<script>",
        "</script>",
        "<style>",
        "<template>",
        "</template>",
        "<textarea>",
        "</textarea>",
        "<frameset>",
        "<html a>",
        "<body b>",
        "<h1>",
        "</h1>",
        "<pre>",
        "\n",
        "<br>",
        "</br>",
        "<ul>",
        "<li>",
        "</ul>",
        "<button>",
        "<form>",
        "</form>",
        "<!-- c -->",
        "<!--",
        "<![CDATA[",
        "]]>",
        "<!doctype html>",
        "&amp;",
        "&#0;",
        "&copy",
        "text",
        " ",
        "\r\n",
        "\0",
        "<",
        "</",
        "\u{e4}",
        "<nobr>",
        "<marquee>",
        "</marquee>",
        "<i>",
        "</i>",
        "<plaintext>",
        "<x-y>",
        "</>",
        "<ruby><rt>",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_page_is_a_whole_tree(text in pieces(), scripting: bool) {
        for limits in [Limits::default(), Limits::none(), Limits { depth: 6, nodes: 12, formatting: 2, reopened: 3, ..Limits::default() }] {
            let options = Options { scripting, limits, ..Options::default() };
            let document = parse_str(&text, &options);
            check(&document);
            for node in document.root().descendants() {
                prop_assert!(node.ancestors().last() == Some(document.root()));
            }
        }
    }

    #[test]
    fn any_fragment_is_a_whole_tree(text in pieces(), context in prop::sample::select(vec!["div", "td", "tr", "table", "select", "svg path", "math mi", "template", "title", "script", "frameset", "html", "x-y"])) {
        check(&parse_fragment(&text, context, &Options::default()));
    }

    #[test]
    fn any_bytes_are_a_page(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&parse(&bytes, &Options::default()));
    }

    /// A page of blocks and lines that are closed in order is its own serialisation.
    #[test]
    fn well_formed_html_is_written_as_it_was(words in prop::collection::vec("[a-z]{1,8}( [a-z]{1,8}){0,3}", 1..12)) {
        let blocks: String = words.iter().enumerate().map(|(number, words)| match number % 4 {
            0 => format!("<p>{words} <b class=\"c{number}\">bold</b></p>"),
            1 => format!("<ul><li>{words}</li><li>&amp; {words}</li></ul>"),
            2 => format!("<table><tbody><tr><td>{words}</td></tr></tbody></table>"),
            _ => format!("<div><!-- {words} --><img alt=\"&quot;{words}&quot;\"></div>"),
        }).collect();
        let document = parse_str(&blocks, &Options::default());
        prop_assert_eq!(document.body().unwrap().inner_html(), blocks);
    }
}
