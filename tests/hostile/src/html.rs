//! Pages that take a parser's time, stack or memory, each with one sentence that must not be lost.
//!
//! Every page is what some parser dies of: depth, width, repetition, or bytes that are no page. The
//! sizes are those at which others were measured to die; at [`Size::Small`] a hundredth of them.

use crate::news::{noise, sentence};
use crate::{Case, Expect, Size};

/// The article whose sentence stands in every page.
const NUMBER: usize = 7;

/// Why a page may be set aside that has no article in it.
const NO_PAGE: &[&str] = &["empty", "no-text", "no-article", "not-text", "undecodable", "no-extractor"];

/// A paragraph with the sentence.
fn paragraph() -> String {
    format!("<p>{}</p>", sentence(NUMBER))
}

/// A page round a body.
fn page(body: &str) -> Vec<u8> {
    text_of_page(body).into_bytes()
}

fn text_of_page(body: &str) -> String {
    with_head("", body)
}

fn with_head(head: &str, body: &str) -> String {
    format!("<!DOCTYPE html><html><head><title>Bridge</title>{head}</head><body>{body}</body></html>\n")
}

/// `count` times what `each` makes of a number.
fn many(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).map(each).collect()
}

/// The paragraph below `count` elements that are never closed.
fn below(count: usize, open: &str) -> Vec<u8> {
    page(&format!("{}{}", open.repeat(count), paragraph()))
}

/// The paragraph below `count` elements that are closed.
fn inside(count: usize, open: &str, close: &str) -> Vec<u8> {
    page(&format!("{}{}{}", open.repeat(count), paragraph(), close.repeat(count)))
}

/// The paragraph in the middle of `count` pieces.
fn among(count: usize, piece: &str) -> Vec<u8> {
    let half = piece.repeat(count / 2);
    page(&format!("{half}{}{half}", paragraph()))
}

/// Every page.
pub fn cases(size: Size) -> Vec<Case> {
    let n = |full| size.of(full);
    let pages = [deep(&n), unclosed(&n), wide(&n), large_tags(&n), letters(&n), heads(&n), regions(&n)];
    let expect = || Expect::sentence(&sentence(NUMBER));
    let mut cases: Vec<Case> =
        pages.into_iter().flatten().map(|(name, bytes)| Case::new(name, "html", bytes, expect())).collect();
    cases.extend(no_pages(size));
    cases
}

type Pages = Vec<(&'static str, Vec<u8>)>;
type Scale<'a> = &'a dyn Fn(usize) -> usize;

/// Elements in elements.
fn deep(n: Scale<'_>) -> Pages {
    let alternating = many(n(30_000), |level| format!("<span class=\"c{}\" id=\"i{level}\">", level % 2));
    let lists = many(n(50_000), |level| (if level % 2 == 0 { "<ul><li>" } else { "<ol><li>" }).to_owned());
    vec![
        ("deep-div-1000", inside(n(100_000) / 100, "<div>", "</div>")),
        ("deep-div-10000", inside(n(1_000_000) / 100, "<div>", "</div>")),
        ("deep-div-100000", inside(n(100_000), "<div>", "</div>")),
        ("deep-table", inside(n(10_000), "<table><tr><td>", "</td></tr></table>")),
        ("deep-svg", inside(n(50_000), "<svg><foreignObject>", "</foreignObject></svg>")),
        ("deep-math", inside(n(20_000), "<math><mtext>", "</mtext></math>")),
        ("deep-blockquote", inside(n(50_000), "<blockquote>", "</blockquote>")),
        ("deep-span-alternating", page(&format!("{alternating}{}", paragraph()))),
        ("deep-lists", page(&format!("{lists}{}", paragraph()))),
        ("deep-ol-li", page(&format!("{}{}", "<ol><li>x".repeat(n(50_000)), paragraph()))),
        ("deep-details", inside(n(20_000), "<details open><summary>x</summary>", "</details>")),
        ("deep-sections", inside(n(50_000), "<section><article>", "</article></section>")),
        ("deep-custom-elements", inside(n(50_000), "<x-y>", "</x-y>")),
        (
            "deep-template",
            page(&format!(
                "{}{}{}",
                "<template>".repeat(n(20_000)),
                "</template>".repeat(n(20_000)),
                paragraph()
            )),
        ),
    ]
}

/// Elements that are not closed, or closed in the wrong order.
fn unclosed(n: Scale<'_>) -> Pages {
    let fonts = many(n(500_000) / 100, |level| format!("<font a{level}=1><p>"));
    let crossed = "<b><p></b></p>".repeat(n(20_000));
    vec![
        ("unclosed-b", below(n(100_000), "<b>")),
        ("unclosed-font-each-of-its-own", page(&format!("{fonts}{}", paragraph()))),
        ("unclosed-a", below(n(50_000), "<a href=x>")),
        ("unclosed-p-in-quotes", below(n(50_000), "<blockquote><p>")),
        ("unclosed-form", below(n(50_000), "<form><div>")),
        (
            "unclosed-option",
            page(&format!("<select>{}</select>{}", "<option>x".repeat(n(100_000)), paragraph())),
        ),
        ("crossed-b-and-p", page(&format!("{crossed}{}", paragraph()))),
        ("only-end-tags", page(&format!("{}{}", "</div></p></b>".repeat(n(100_000)), paragraph()))),
        ("br-end-tags", page(&format!("{}{}", "</br>".repeat(n(100_000)), paragraph()))),
        ("foster-parents", page(&format!("{}{}", "<table><b>x".repeat(n(100_000)), paragraph()))),
        ("text-in-table", page(&format!("<table>{}{}", "x<tr>".repeat(n(100_000)), paragraph()))),
        ("framesets", page(&format!("{}{}", "<frameset>".repeat(n(10_000)), paragraph()))),
        ("body-again", page(&format!("{}{}", "<body class=x>".repeat(n(100_000)), paragraph()))),
    ]
}

/// Many of the same beside each other.
fn wide(n: Scale<'_>) -> Pages {
    let cell = "<td>x</td>".repeat(n(30_000) / 100);
    let rows = format!("<tr>{cell}</tr>").repeat(n(100_000) / 100);
    let flips = many(n(100_000), |level| format!("<h{}>x</h{0}>", 1 + level % 6));
    vec![
        ("wide-siblings", among(n(300_000), "<div>x</div>")),
        ("wide-table", page(&format!("<table>{rows}</table>{}", paragraph()))),
        ("many-br", among(n(500_000), "x<br>")),
        ("many-short-paragraphs", among(n(50_000), "<p>Word.</p>")),
        (
            "short-paragraphs-in-a-table",
            page(&format!(
                "<table>{}</table>{}",
                "<tr><td><p>Word.</p></td></tr>".repeat(n(50_000)),
                paragraph()
            )),
        ),
        ("link-farm", among(n(200_000), "<a href=\"/x\">Link</a> ")),
        ("many-images", among(n(50_000), "<noscript><img src=\"x.png\" alt=\"x\"></noscript>")),
        ("many-headings", page(&format!("{flips}{}", paragraph()))),
        ("many-comments", among(n(100_000), "<!-- x -->")),
        ("many-scripts", among(n(50_000), "<script>var a = \"<p>\";</script>")),
        ("many-list-items", page(&format!("<ul>{}</ul>{}", "<li>x".repeat(n(100_000)), paragraph()))),
    ]
}

/// Tags that are large.
fn large_tags(n: Scale<'_>) -> Pages {
    let attributes = many(n(100_000), |number| format!(" a{number}=1"));
    let same = " a=1".repeat(n(100_000));
    let classes = "c ".repeat(n(500_000));
    let style = "color:red;".repeat(n(100_000));
    let name = "x".repeat(n(1_000_000));
    let data = "A".repeat(n(5_000_000));
    vec![
        ("many-attributes", page(&format!("<div{attributes}>{}</div>", paragraph()))),
        ("same-attribute-again", page(&format!("<div{same}>{}</div>", paragraph()))),
        ("many-attributes-on-body", page(&format!("<body{attributes}>{}", paragraph()))),
        ("long-class", page(&format!("<div class=\"{classes}\">{}</div>", paragraph()))),
        ("long-style", page(&format!("<div style=\"{style}\">{}</div>", paragraph()))),
        ("long-name", page(&format!("<{name}>{}</{name}>", paragraph()))),
        ("image-in-the-page", page(&format!("<img src=\"data:image/png;base64,{data}\">{}", paragraph()))),
        ("quote-never-closed-far-behind", page(&format!("{}<a href=\"{name}", paragraph()))),
    ]
}

/// Letters that a tokenizer has to think about.
fn letters(n: Scale<'_>) -> Pages {
    let among_letters = |what: &str, full: usize| among(n(full), what);
    vec![
        ("many-less-than", among_letters("< ", 2_000_000)),
        ("many-ampersands", among_letters("&", 2_000_000)),
        ("many-entities", among_letters("&amp;", 1_000_000)),
        ("entities-without-end", among_letters("&notit", 500_000)),
        ("entities-of-large-numbers", among_letters("&#99999999999;", 200_000)),
        ("nul-in-text", page(&format!("\0\0{}\0", paragraph()))),
        ("nul-in-tags", page(&format!("<d\0iv c\0=\"\0\">{}</d\0iv>", paragraph()))),
        ("comment-of-dashes", page(&format!("<!--{}-->{}", "-".repeat(n(2_000_000)), paragraph()))),
        ("cdata", page(&format!("<svg><![CDATA[{}]]></svg>{}", "]".repeat(n(2_000_000)), paragraph()))),
        ("one-long-word", page(&format!("<p>{}</p>{}", "x".repeat(n(5_000_000)), paragraph()))),
        ("combining-marks", page(&format!("<p>a{}</p>{}", "\u{301}".repeat(n(1_000_000)), paragraph()))),
        ("carriage-returns", page(&format!("{}{}", "\r".repeat(n(1_000_000)), paragraph()))),
    ]
}

/// Heads of pages, encodings.
fn heads(n: Scale<'_>) -> Pages {
    let metas = many(n(100_000), |number| format!("<meta property=\"og:{number}\" content=\"x\">"));
    let json = format!("<script type=\"application/ld+json\">{}</script>", "[".repeat(n(100_000)));
    let charsets = "<meta charset=\"utf-7\"><meta charset=\"x-unknown\"><meta charset=\"iso-2022-kr\">";
    let late = [page(""), b" ".repeat(5000), paragraph().into_bytes()].concat();
    let text = text_of_page(&paragraph());
    let latin = text_of_page(&format!("<p>caf\u{e9} \u{fc}ber</p>{}", paragraph()));
    let utf16 = |bytes: fn(u16) -> [u8; 2]| {
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    vec![
        ("utf16-le-with-mark", utf16(u16::to_le_bytes)),
        ("utf16-be-with-mark", utf16(u16::to_be_bytes)),
        ("utf8-with-mark", format!("\u{feff}{text}").into_bytes()),
        ("latin-undeclared", latin.chars().map(|letter| letter as u8).collect()),
        ("declares-unknown-charsets", with_head(charsets, &paragraph()).into_bytes()),
        ("declares-utf16-in-ascii", with_head("<meta charset=utf-16>", &paragraph()).into_bytes()),
        ("many-metas", with_head(&metas, &paragraph()).into_bytes()),
        ("deep-json-in-head", with_head(&json, &paragraph()).into_bytes()),
        ("base-of-a-script", with_head("<base href=\"javascript:alert(1)\">", &paragraph()).into_bytes()),
        ("text-behind-html", late),
        ("no-tags-at-all", sentence(NUMBER).into_bytes()),
    ]
}

/// Parts of a page that are read differently.
fn regions(n: Scale<'_>) -> Pages {
    let noscript = format!("<noscript>{}</noscript>", paragraph());
    vec![
        ("article-in-noscript", page(&noscript)),
        ("article-in-deep-tables-of-layout", inside(5, "<table><tr><td>", "</td></tr></table>")),
        (
            "textarea-before",
            page(&format!("<textarea>{}</textarea>{}", "<p>x".repeat(n(100_000)), paragraph())),
        ),
        ("plaintext-behind", page(&format!("{}<plaintext>{}", paragraph(), "<p>x".repeat(n(100_000))))),
        (
            "script-never-closed-behind",
            page(&format!("{}<script>{}", paragraph(), "<p>x".repeat(n(100_000)))),
        ),
        ("comment-never-closed-behind", page(&format!("{}<!-- {}", paragraph(), "<p>x".repeat(n(100_000))))),
    ]
}

/// Bytes that are no page, and need not give a document.
fn no_pages(size: Size) -> Vec<Case> {
    let rest = noise(9, size.of(1_000_000));
    let headed = |head: &[u8]| [head, &rest].concat();
    let pages = [
        ("nothing", Vec::new()),
        ("spaces", b" \r\n\t".repeat(1000)),
        ("only-tags", b"<html><body><div></div></body></html>".to_vec()),
        ("binary", rest.clone()),
        ("png-head", headed(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
        ("pdf-head", headed(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")),
        ("elf-head", headed(b"\x7fELF\x02\x01\x01\0")),
        ("nul-only", vec![0; 100_000]),
        ("less-than-only", b"<".to_vec()),
        ("html-cut-in-a-tag", b"<html><body><p clas".to_vec()),
    ];
    let expect = || Expect::nothing().and_documents(0..=1).and_set_aside(0..=1, NO_PAGE);
    pages
        .into_iter()
        .map(|(name, bytes)| Case::new(name, "html", bytes, expect()).between_good_files())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_page_holds_its_sentence() {
        for case in cases(Size::Small).iter().filter(|case| case.files.len() == 1) {
            let bytes = &case.files[0].bytes;
            let letters: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != 0).collect();
            let sentence = sentence(NUMBER);
            assert!(
                letters.windows(sentence.len()).any(|window| window == sentence.as_bytes()),
                "{}",
                case.name
            );
        }
    }

    #[test]
    fn sizes_grow_a_hundredfold() {
        let depth = |size| {
            let bytes = &deep(&|full| Size::of(size, full))[2].1;
            bytes.windows(5).filter(|window| window == b"<div>").count()
        };
        assert_eq!((depth(Size::Small), depth(Size::Full)), (1000, 100_000));
    }

    #[test]
    fn all_pages_of_the_bar_are_there() {
        let names: BTreeSet<_> = cases(Size::Small).into_iter().map(|case| case.name).collect();
        assert!(names.len() >= 80, "{}", names.len());
    }
}
