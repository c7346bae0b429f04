//! What the tests of the parser share: trees in the notation of the public tests, and where those are.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "each test uses a part, and a skip is said aloud"
)]

use std::path::PathBuf;

use copydesk_html::{AttributeRef, Document, Kind, Namespace, Node, Visit};

/// A folder in the one that `COPYDESK_DATA` names, or in `../shared/data`; nothing, said aloud, if it is not there.
pub(crate) fn data(below: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let path = std::env::var_os("COPYDESK_DATA").map_or_else(beside, PathBuf::from).join(below);
    if !path.is_dir() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

/// The tree in the notation of html5lib-tests.
pub(crate) fn dump(document: &Document<'_>) -> String {
    let mut out = String::new();
    let mut depth = 0;
    let mut roots = vec![document.root().walk()];
    while let Some(walk) = roots.last_mut() {
        match walk.next() {
            None => {
                roots.pop();
                depth = usize::saturating_sub(depth, 1);
            }
            Some(Visit::Enter(node)) => {
                if node.kind() != Kind::Document && node.kind() != Kind::Fragment {
                    line(node, depth, &mut out);
                    depth += 1;
                }
                if let Some(content) = node.content() {
                    out.push_str(&format!("| {}content\n", "  ".repeat(depth)));
                    depth += 1;
                    roots.push(content.walk());
                }
            }
            Some(Visit::Leave(node)) => {
                if node.kind() != Kind::Document && node.kind() != Kind::Fragment {
                    depth -= 1;
                }
            }
        }
    }
    out
}

fn line(node: Node<'_>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let text = match node.kind() {
        Kind::Text => format!("\"{}\"", node.text()),
        Kind::Comment => format!("<!-- {} -->", node.text()),
        Kind::Doctype => doctype(node),
        _ => format!("<{}{}>", prefix(node.namespace().unwrap()), node.local_name()),
    };
    out.push_str(&format!("| {indent}{text}\n"));
    let named = |one: AttributeRef<'_>| format!("{}{}", prefix(one.name.namespace()), one.local);
    let mut attributes: Vec<(String, &str)> = node.attributes().map(|one| (named(one), one.value)).collect();
    attributes.sort_by(|one, other| one.0.encode_utf16().cmp(other.0.encode_utf16()));
    for (name, value) in attributes {
        out.push_str(&format!("| {indent}  {name}=\"{value}\"\n"));
    }
}

fn prefix(namespace: Namespace) -> &'static str {
    match namespace {
        Namespace::Html => "",
        Namespace::Svg => "svg ",
        Namespace::MathMl => "math ",
        Namespace::XLink => "xlink ",
        Namespace::Xml => "xml ",
        Namespace::Xmlns => "xmlns ",
    }
}

fn doctype(node: Node<'_>) -> String {
    let doctype = node.doctype().unwrap();
    if doctype.public.is_empty() && doctype.system.is_empty() {
        format!("<!DOCTYPE {}>", doctype.name)
    } else {
        format!("<!DOCTYPE {} \"{}\" \"{}\">", doctype.name, doctype.public, doctype.system)
    }
}
