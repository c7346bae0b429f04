//! A page written again as it was, each text in the colour of what became of it, for `explain --html`.
//!
//! Nothing in what is written runs, sends or asks for anything but styles and pictures: scripts, frames, plugins, handlers,
//! and addresses that are programs are left out, and a policy forbids what a browser might make of the rest. What
//! the colours stand for, and what is said of a text, is for whoever asks.

use std::borrow::Cow;
use std::collections::HashMap;

use copydesk_core::{Block, Document};
use copydesk_html::{AttributeRef, Kind, Name, Namespace, Node, NodeId, Options, Visit, names, parse_str};

use super::layout::lay_out_traced;
use super::marks::{base, is_small};
use super::trace::{Piece, Trace};
use super::vocabulary::{Weighing, Weights};

/// What is forbidden to the page, also where something was overlooked.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'none'; object-src 'none'; \
    frame-src 'none'; connect-src 'none'; form-action 'none'; style-src * 'unsafe-inline'; img-src * data:; font-src * data:\">\
    <meta name=\"referrer\" content=\"no-referrer\">";

/// What a text is wrapped in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colour {
    /// The class of the element around it.
    pub class: &'static str,
    /// What is shown when the pointer rests on it.
    pub note: String,
}

/// Writes a page, with what its article says of each text; nothing if the article is not what the built-in extractor makes of
/// it. A text of which the article has no block gets the colour of none.
pub fn coloured(
    html: &str,
    article: &Document,
    style: &str,
    colour: impl Fn(Option<&Block>) -> Colour,
) -> Option<String> {
    let document = parse_str(html, &Options::default());
    let page = lay_out_traced(&document, &mut Weighing::new(&Weights::read(&[])), Some(Trace::default()));
    let trace = page.trace.filter(|_| page.text == article.text)?;
    let mut head = String::from(POLICY);
    if let Some(base) = base(&document, article.url.as_deref()) {
        head.extend(["<base href=\"", &escaped(&base), "\">"]);
    }
    head.extend(["<style>", style, "</style>"]);
    let shown = trace.pieces.into_iter().filter(|piece| piece.start < piece.end);
    let pieces = shown.map(|piece| (piece.node, piece)).collect();
    let mut writer = Writer { article, pieces, colour, head, out: String::new() };
    writer.write(document.root());
    Some(writer.out)
}

struct Writer<'p, C> {
    article: &'p Document,
    /// By their texts.
    pieces: HashMap<NodeId, Piece>,
    colour: C,
    /// What comes first in the head.
    head: String,
    out: String,
}

impl<C: Fn(Option<&Block>) -> Colour> Writer<'_, C> {
    fn write(&mut self, root: Node<'_>) {
        self.out.push_str("<!doctype html>\n");
        let mut walk = root.walk();
        while let Some(visit) = walk.next() {
            match visit {
                Visit::Enter(node) => match node.kind() {
                    Kind::Text => self.text(node),
                    Kind::Element if is_left_out(node) => walk.skip_below(),
                    Kind::Element => self.open(node),
                    _ => {}
                },
                Visit::Leave(node) if node.is_element() && !is_left_out(node) => self.close(node),
                Visit::Leave(_) => {}
            }
        }
    }

    fn text(&mut self, node: Node<'_>) {
        if node.parent().is_some_and(|parent| parent.is(names::STYLE)) {
            // the end of the element cannot stand in it, or it would be its end
            self.out.push_str(node.text());
            return;
        }
        let text = escaped(node.text());
        match self.pieces.get(&node.id()) {
            None => self.out.push_str(&text),
            Some(piece) => {
                let Colour { class, note } = (self.colour)(self.block(piece));
                self.out.extend([
                    "<mark class=\"",
                    class,
                    "\" title=\"",
                    &escaped(&note),
                    "\">",
                    &text,
                    "</mark>",
                ]);
            }
        }
    }

    fn block(&self, piece: &Piece) -> Option<&Block> {
        let blocks = &self.article.blocks;
        let at = blocks.partition_point(|block| block.span.end <= piece.start);
        blocks.get(at).filter(|block| block.span.start < piece.end)
    }

    fn open(&mut self, node: Node<'_>) {
        let name = name(node);
        self.out.extend(["<", name]);
        for attribute in node.attributes().filter(|attribute| is_harmless(node, attribute)) {
            self.out.extend([" ", attribute.local, "=\"", &escaped(attribute.value), "\""]);
        }
        if let Some(late) = late_source(node) {
            self.out.extend([" src=\"", &escaped(late), "\""]);
        }
        self.out.push('>');
        if node.is(names::HEAD) {
            self.out.push_str(&self.head);
        }
        if matches!(name, "pre" | "textarea") {
            // a parser leaves out the first line break
            self.out.push('\n');
        }
    }

    fn close(&mut self, node: Node<'_>) {
        if !is_void(node) {
            self.out.extend(["</", name(node), ">"]);
        }
    }
}

/// What an element is written as. Text that needs no escaping, formulas, and names that no one writes are written
/// as what a browser reads the same way twice.
fn name<'d>(node: Node<'d>) -> &'d str {
    let name = node.local_name();
    let is_plain =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    match name {
        "xmp" | "listing" | "plaintext" => "pre",
        _ if node.namespace() != Some(Namespace::Html) || !is_plain => "span",
        _ => name,
    }
}

/// What is not part of the page as a reader sees it, or would do something.
fn is_left_out(node: Node<'_>) -> bool {
    const LEFT_OUT: [Name; 21] = [
        names::SCRIPT,
        names::TEMPLATE,
        names::META,
        names::BASE,
        names::IFRAME,
        names::FRAME,
        names::FRAMESET,
        names::OBJECT,
        names::EMBED,
        names::APPLET,
        names::PORTAL,
        names::VIDEO,
        names::AUDIO,
        names::NOFRAMES,
        names::NOEMBED,
        names::SVG,
        names::BASEFONT,
        names::BGSOUND,
        names::SOURCE,
        names::TRACK,
        names::PARAM,
    ];
    let is_in_noscript = || node.ancestors().any(|node| node.is(names::NOSCRIPT));
    node.is_any(&LEFT_OUT)
        || node.is(names::LINK) && !is_style(node)
        || node.is(names::IMG) && (is_small(node) || is_in_noscript())
}

fn is_style(link: Node<'_>) -> bool {
    let relation = link.attribute(names::REL).unwrap_or("");
    relation.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("stylesheet"))
}

fn is_harmless(node: Node<'_>, attribute: &AttributeRef<'_>) -> bool {
    const HARMFUL: [&str; 12] = [
        "action",
        "autofocus",
        "formaction",
        "http-equiv",
        "integrity",
        "manifest",
        "nonce",
        "ping",
        "srcdoc",
        "target",
        "attributename",
        "slot",
    ];
    let name = attribute.local;
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_handler = name.get(..2).is_some_and(|front| front.eq_ignore_ascii_case("on"));
    let is_replaced = name == "src" && late_source(node).is_some();
    node.namespace() == Some(Namespace::Html)
        && !name.is_empty()
        && is_plain
        && !is_handler
        && !is_replaced
        && !HARMFUL.iter().any(|harmful| name.eq_ignore_ascii_case(harmful))
        && !is_program(attribute.value)
}

/// Is it an address that a browser would carry out?
fn is_program(address: &str) -> bool {
    let letters = address.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control());
    let front: String = letters.take(11).flat_map(char::to_lowercase).collect();
    ["javascript:", "vbscript:", "data:text", "data:appli"].iter().any(|scheme| front.starts_with(scheme))
        || front.starts_with("data:image/") && address.contains("svg")
}

/// Where a picture lies that a script would have loaded.
fn late_source<'d>(node: Node<'d>) -> Option<&'d str> {
    let late = node.attribute(names::DATA_SRC).filter(|late| node.is(names::IMG) && !is_program(late))?;
    node.attribute(names::SRC).is_none_or(|source| source.starts_with("data:")).then_some(late)
}

fn is_void(node: Node<'_>) -> bool {
    const VOID: [Name; 11] = [
        names::AREA,
        names::BR,
        names::COL,
        names::HR,
        names::IMG,
        names::INPUT,
        names::KEYGEN,
        names::LINK,
        names::WBR,
        names::SPACER,
        names::IMAGE,
    ];
    node.is_any(&VOID)
}

/// Text that is text in a page, also between quotation marks.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"))
}

#[cfg(test)]
mod tests {
    use copydesk_core::Extractor;

    use super::*;
    use crate::Html;

    fn page(html: &str) -> String {
        let payload = Document {
            mime: "text/html".into(),
            url: Some("https://aune.example/a/b.html".into()),
            ..Document::from_text(html)
        };
        let mut articles = Vec::new();
        Html::default().extract(payload, &mut articles);
        let colour = |block: Option<&Block>| Colour {
            class: if block.is_some_and(Block::is_kept) { "k" } else { "s" },
            note: block
                .and_then(|block| block.removal.as_ref())
                .map_or("stays".into(), |removal| removal.reason.into()),
        };
        coloured(html, &articles[0], ".k{}", colour).unwrap()
    }

    const PROSE: &str = "The bridge swung open for the first boat at nine in the morning and could not be persuaded to swing \
        back, whatever the engineers of the harbour tried with grease, with hammers and, towards noon, with prayer.";

    #[test]
    fn texts_have_the_colour_of_their_blocks_and_the_rest_is_as_it_was() {
        let html = format!(
            "<html lang=en><head><title>Bridge</title><link rel='preload stylesheet' href=a.css></head><body class='x y'><nav class=menu><a href=/>Home</a> <a href=/n>News</a></nav>\
            <article class=entry-content><p>{PROSE}<p>{PROSE} <b>Again</b> &lt; &amp;.<img src=a.jpg><pre>\n a</pre></article>"
        );
        let page = page(&html);
        assert!(
            page.starts_with(&format!(
                "<!doctype html>\n<html lang=\"en\"><head>{POLICY}<base href=\"https://aune.example/a/b.html\"><style>.k{{}}</style>\
                <title>Bridge</title><link rel=\"preload stylesheet\" href=\"a.css\"></head><body class=\"x y\">\
                <nav class=\"menu\"><a href=\"/\"><mark class=\"s\" title=\"page-furniture\">Home</mark></a> <a href=\"/n\">"
            )),
            "{page}"
        );
        assert!(page.contains(&format!("<p><mark class=\"k\" title=\"stays\">{PROSE}</mark></p>")), "{page}");
        assert!(
            page.contains("<b><mark class=\"k\" title=\"stays\">Again</mark></b><mark class=\"k\" title=\"stays\"> &lt; &amp;.</mark><img src=\"a.jpg\">"),
            "{page}"
        );
    }

    /// What could run is looked for in the tree of what was written, as a browser would build it.
    fn check(html: &str) {
        let written = page(html);
        let document = parse_str(&written, &Options::default());
        for node in document.root().descendants() {
            let name = node.local_name();
            assert!(
                !["script", "iframe", "object", "embed", "svg", "math", "template", "frame"].contains(&name),
                "{name}: {written}"
            );
            if node.is(names::META) {
                assert!(POLICY.contains(node.attribute(names::CONTENT).unwrap()), "{written}");
            }
            if node.is(names::BASE) {
                assert_eq!(node.attribute(names::HREF), Some("https://aune.example/a/b.html"));
            }
            for attribute in node.attributes() {
                assert!(!attribute.local.starts_with("on"), "{}: {written}", attribute.local);
                assert!(!is_program(attribute.value), "{}: {written}", attribute.value);
            }
        }
    }

    #[test]
    fn nothing_in_it_runs() {
        for html in [
            "<p>One<script>alert(1)</script><p onclick=alert(1) OnLoad=x>two",
            "<a href=' java\tscript:alert(1)'>x</a><a href=&#106;avascript:alert(1)>y</a><form action=javascript:x()><button formaction=javascript:y()>z</button></form>",
            "<meta http-equiv=refresh content='0;url=javascript:x'><base href='javascript:x//'><p>One",
            "<iframe srcdoc='<script>x</script>'></iframe><object data=x></object><embed src=x><template><script>x</script></template>One",
            "<svg onload=alert(1)><script>x</script><a xlink:href='javascript:x'>One</a></svg>",
            "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>One</noscript>",
            "<xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)</script>",
            "<portal>One <script>x</script></portal><dialog open>two</dialog>",
            "<style></styl><script>x</script></style><textarea></textarea><script>x</script>",
            "<title></title><script>x</script></title><p x<script>=1 \"onclick=alert(1)>One",
            "<p title='\"><script>alert(1)</script>'>One<!-- --><script>--></script>",
            "<img src='data:image/svg+xml,<svg onload=alert(1)>'><a href='data:text/html,<script>x</script>'>One</a>",
            "<x<script>alert(1)</x><div style='x:expression(alert(1))'>One",
        ] {
            check(html);
        }
    }

    #[test]
    fn hostile_pages_are_written_without_a_stack() {
        let act = || {
            for case in hostile::html::cases(hostile::Size::Small) {
                for file in &case.files {
                    check(&String::from_utf8_lossy(&file.bytes));
                }
            }
        };
        std::thread::Builder::new().stack_size(512 * 1024).spawn(act).unwrap().join().unwrap();
    }

    #[test]
    fn an_article_of_another_extractor_is_none_of_its_page() {
        let colour = |_: Option<&Block>| Colour { class: "k", note: String::new() };
        assert_eq!(coloured("<p>One", &Document::from_text("two"), "", colour), None);
    }
}
