//! A tree as HTML again, as the standard writes it.

use crate::arena::Kind;
use crate::name::{Namespace, names as n};
use crate::node::Node;
use crate::scan;

/// Everything below a node. What a `template` holds is its content.
pub(crate) fn inner(top: Node<'_>) -> String {
    let mut html = String::new();
    let top = top.content().unwrap_or(top);
    let mut next = top.first_child();
    while let Some(node) = next {
        open(node, &mut html);
        next = first_inside(node).or_else(|| close_behind(node, top, &mut html));
    }
    html
}

/// A node and everything below it.
pub(crate) fn outer(node: Node<'_>) -> String {
    let mut html = String::new();
    open(node, &mut html);
    html.push_str(&inner(node));
    close(node, &mut html);
    html
}

fn first_inside(node: Node<'_>) -> Option<Node<'_>> {
    if is_void(node) { None } else { node.content().unwrap_or(node).first_child() }
}

/// Closes a node, and those that end with it; the next one.
fn close_behind<'d>(node: Node<'d>, top: Node<'d>, html: &mut String) -> Option<Node<'d>> {
    let mut node = node;
    loop {
        close(node, html);
        if let Some(next) = node.next_sibling() {
            return Some(next);
        }
        node = node.parent()?;
        if node == top {
            return None;
        }
    }
}

fn open(node: Node<'_>, html: &mut String) {
    match node.kind() {
        Kind::Element => open_element(node, html),
        Kind::Text if is_raw(node) => html.push_str(node.text()),
        Kind::Text => escape(node.text(), false, html),
        Kind::Comment => html.extend(["<!--", node.text(), "-->"]),
        Kind::Doctype => html.extend(["<!DOCTYPE ", node.doctype().map_or("", |doctype| doctype.name), ">"]),
        Kind::Document | Kind::Fragment => {}
    }
}

fn close(node: Node<'_>, html: &mut String) {
    if node.is_element() && !is_void(node) {
        html.extend(["</", node.local_name(), ">"]);
    }
}

fn open_element(node: Node<'_>, html: &mut String) {
    html.extend(["<", node.local_name()]);
    for attribute in node.attributes() {
        let prefix = match attribute.name.namespace() {
            Namespace::XLink => "xlink:",
            Namespace::Xml => "xml:",
            Namespace::Xmlns if attribute.local != "xmlns" => "xmlns:",
            _ => "",
        };
        html.extend([" ", prefix, attribute.local, "=\""]);
        escape(attribute.value, true, html);
        html.push('"');
    }
    html.push('>');
}

fn is_void(node: Node<'_>) -> bool {
    node.name().is_some_and(|name| {
        matches!(
            name,
            n::AREA
                | n::BASE
                | n::BASEFONT
                | n::BGSOUND
                | n::BR
                | n::COL
                | n::EMBED
                | n::FRAME
                | n::HR
                | n::IMG
                | n::INPUT
                | n::KEYGEN
                | n::LINK
                | n::META
                | n::PARAM
                | n::SOURCE
                | n::TRACK
                | n::WBR
        )
    })
}

/// Whether text stands for itself in the element that it is in.
fn is_raw(text: Node<'_>) -> bool {
    let scripting = text.document().scripting;
    text.parent().and_then(Node::name).is_some_and(|name| match name {
        n::STYLE | n::SCRIPT | n::XMP | n::IFRAME | n::NOEMBED | n::NOFRAMES | n::PLAINTEXT => true,
        n::NOSCRIPT => scripting,
        _ => false,
    })
}

/// Writes text with references for what does not stand for itself.
fn escape(text: &str, in_attribute: bool, html: &mut String) {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (0, 0);
    loop {
        at = scan::find(bytes, at, [b'&', b'<', b'>', b'"', NO_BREAK_SPACE[0]]);
        let (written, length) = match bytes.get(at..) {
            Some([b'&', ..]) => ("&amp;", 1),
            Some([b'<', ..]) => ("&lt;", 1),
            Some([b'>', ..]) => ("&gt;", 1),
            Some([b'"', ..]) if in_attribute => ("&quot;", 1),
            Some(rest) if rest.starts_with(&NO_BREAK_SPACE) => ("&nbsp;", 2),
            Some([_, ..]) => {
                at += 1;
                continue;
            }
            _ => break,
        };
        html.extend([&text[plain..at], written]);
        at += length;
        plain = at;
    }
    html.push_str(&text[plain..]);
}

const NO_BREAK_SPACE: [u8; 2] = [0xc2, 0xa0];

#[cfg(test)]
mod tests {
    use crate::{Options, names, parse};

    #[track_caller]
    fn written(page: &str) -> String {
        parse(page.as_bytes(), &Options::default()).body().map_or(String::new(), |body| body.inner_html())
    }

    #[test]
    fn what_does_not_stand_for_itself_is_escaped() {
        assert_eq!(
            written("<p title='a\"<&amp;&nbsp;b'>a\"&lt;&amp;&nbsp;b"),
            "<p title=\"a&quot;&lt;&amp;&nbsp;b\">a\"&lt;&amp;&nbsp;b</p>"
        );
    }

    #[test]
    fn scripts_stand_for_themselves() {
        assert_eq!(written("<p><script>a<b&&c</script>"), "<p><script>a<b&&c</script></p>");
    }

    #[test]
    fn templates_hold_their_content() {
        assert_eq!(
            written("<div><template><p>a</template><br>b"),
            "<div><template><p>a</p></template><br>b</div>"
        );
    }

    #[test]
    fn foreign_attributes_have_their_prefix() {
        let html = "<svg viewBox=\"0\" xlink:href=\"#a\" xmlns=\"b\" xmlns:xlink=\"c\"><path></path></svg>";
        assert_eq!(written(html), html);
    }

    #[test]
    fn outer_html_has_the_node_itself() {
        let page = parse(b"<ul><li>a<li>b</ul>", &Options::default());
        let list = page.root().descendants().find(|node| node.is(names::UL)).unwrap();
        assert_eq!(list.outer_html(), "<ul><li>a</li><li>b</li></ul>");
        assert_eq!(list.first_child().unwrap().inner_html(), "a");
    }
}
