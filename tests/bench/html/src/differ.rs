//! Pages with parts cut out, doubled and swapped: both parsers must make the same tree of them.
//!
//! Where they do not, html5ever 0.40 leaves the standard, one page in some thousands:
//! - `annotation-xml` ends a scope (13.2.4.2): `<p><math><annotation-xml encoding=text/html><dl>`;
//! - `mi`, `foreignObject`, the `title` of SVG and their like are special (13.2.4.2): `<dd><math><mi><dd>`;
//! - `</p>` and `</br>` leave what is foreign only up to an integration point, which `annotation-xml` may be
//!   (13.2.6.5): `<math><annotation-xml encoding=text/html></p>`;
//! - `thead` is one of the three bodies of a table (13.2.6.4.13): `<template><thead><colgroup>`;
//! - in a template, white space between parts of a table is text of the table (13.2.6.4.9):
//!   `<template><tbody><s></table><hr>` and a tab.

use std::time::{Duration, Instant};

use crate::compare::{difference, no_limits};
use crate::pages::Page;

/// Tags and letters that a parser has to think about.
pub(crate) const PIECES: &[&str] = &[
    "<select>",
    "</select>",
    "<option>",
    "</option>",
    "<optgroup>",
    "</optgroup>",
    "<input>",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href=x>",
    "</a>",
    "<div>",
    "</div>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th>",
    "<tbody>",
    "</tbody>",
    "<caption>",
    "</caption>",
    "<colgroup>",
    "<col>",
    "<form>",
    "</form>",
    "<button>",
    "</button>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
    "<dl>",
    "<dt>",
    "<dd>",
    "</dl>",
    "<svg>",
    "</svg>",
    "<math>",
    "</math>",
    "<mi>",
    "</mi>",
    "<mtext>",
    "<annotation-xml>",
    "<annotation-xml encoding=text/html>",
    "<foreignObject>",
    "</foreignObject>",
    "<desc>",
    "<title>",
    "</title>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<template>",
    "</template>",
    "<textarea>",
    "</textarea>",
    "<noscript>",
    "</noscript>",
    "<iframe>",
    "</iframe>",
    "<frameset>",
    "</frameset>",
    "<frame>",
    "<noframes>",
    "</noframes>",
    "<html a=b>",
    "</html>",
    "<head>",
    "</head>",
    "<body c=d>",
    "</body>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h2>",
    "<pre>",
    "\n",
    "</pre>",
    "<br>",
    "</br>",
    "<hr>",
    "<img>",
    "<image>",
    "<input type=hidden>",
    "<nobr>",
    "</nobr>",
    "<marquee>",
    "</marquee>",
    "<object>",
    "</object>",
    "<font color=red>",
    "</font>",
    "<ruby>",
    "<rt>",
    "<rp>",
    "<rb>",
    "<rtc>",
    "</ruby>",
    "<x-y>",
    "</x-y>",
    "<!-- c -->",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x>",
    "<!doctype html>",
    "&amp;",
    "&notit;",
    "&#0;",
    "&#x80;",
    "&copy",
    "text",
    " ",
    "\t",
    "\r\n",
    "\0",
    "<",
    "</",
    "&",
    "<a b='c' B=d e>",
    "<plaintext>",
    "<xmp>",
    "</xmp>",
    "<em>",
    "</em>",
    "<strong>",
    "</strong>",
    "<code>",
    "</code>",
    "<address>",
    "</address>",
    "<center>",
    "</center>",
    "<span>",
    "</span>",
    "<section>",
    "</section>",
    "<g/>",
    "<path/>",
    "<mglyph>",
    "<malignmark>",
    "<p/>",
    "<br/>",
    "<big>",
    "<small>",
    "</small>",
    "<u>",
    "</u>",
    "<tfoot>",
    "<thead>",
    "</font face=x>",
    "<font>",
    "<embed>",
    "<param>",
    "<wbr>",
    "<area>",
    "<base>",
    "<link>",
    "<meta>",
    "<summary>",
    "<details>",
    "</details>",
    "<dialog>",
    "</dialog>",
    "<main>",
    "</main>",
    "<listing>",
    "</listing>",
    "<applet>",
];

/// Numbers that look like chance and are the same in each run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

pub(crate) fn run(seconds: usize, pages: &[Page]) {
    let mut chance = Chance(7);
    let end = Instant::now() + Duration::from_secs(seconds as u64);
    let (mut count, mut different) = (0_u64, 0_u64);
    while Instant::now() < end {
        let html = if chance.below(4) > 0 { pieces(&mut chance) } else { cut(&mut chance, pages) };
        count += 1;
        if let Some(difference) = difference(html.as_bytes(), &no_limits()) {
            different += 1;
            if different <= 200 {
                let html = smallest(&html);
                println!("{html:?}\n  {difference}");
            }
        }
    }
    println!("{count} pages, {different} with another tree than html5ever");
}

fn pieces(chance: &mut Chance) -> String {
    let count = 1 + chance.below(24);
    (0..count).map(|_| PIECES[chance.below(PIECES.len())]).collect()
}

/// A part of a page in which something is doubled or replaced.
fn cut(chance: &mut Chance, pages: &[Page]) -> String {
    let page = String::from_utf8_lossy(&pages[chance.below(pages.len())].html);
    let start = page.floor_char_boundary(chance.below(page.len()));
    let part = &page[start..page.floor_char_boundary(start + chance.below(4000))];
    let mut out = part.to_owned();
    for _ in 0..chance.below(6) {
        let at = out.floor_char_boundary(chance.below(out.len()));
        match chance.below(3) {
            0 => out.insert_str(at, PIECES[chance.below(PIECES.len())]),
            1 => out.truncate(out.floor_char_boundary(out.len().max(at) - out.len() / 10)),
            _ => out.replace_range(at..out.floor_char_boundary(at + chance.below(30)).max(at), ""),
        }
    }
    out
}

/// The page without what the difference does not need.
fn smallest(html: &str) -> String {
    let mut html = html.to_owned();
    let mut length = html.len() / 2;
    while length > 0 {
        let mut at = 0;
        while at + length <= html.len() {
            let (start, end) = (html.floor_char_boundary(at), html.ceil_char_boundary(at + length));
            let shorter = [&html[..start], &html[end..]].concat();
            if difference(shorter.as_bytes(), &no_limits()).is_some() {
                html = shorter;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    html
}
