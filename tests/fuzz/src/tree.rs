//! Any bytes as a page of the HTML parser: a whole tree that is the same each time, whose nodes lie in the page,
//! and which is itself again when it is written and what was written says the same.

use copydesk_html::{Document, Limits, Node, Options, Visit, parse, parse_fragment};

/// Elements that a fragment is read in.
const CONTEXTS: [&str; 12] = [
    "div", "td", "tr", "table", "select", "svg desc", "svg g", "math mi", "template", "textarea", "frameset",
    "html",
];

/// Reads bytes as a page and as a fragment, with limits and without.
pub fn tree(bytes: &[u8]) {
    let Some((&control, bytes)) = bytes.split_first() else { return };
    let few = Limits { depth: 5, attributes: 2, value: 9, formatting: 2, reopened: 3, nodes: 30, names: 4 };
    let limits = [Limits::default(), Limits::none(), few][usize::from(control % 3)].clone();
    let options = Options { scripting: control & 128 != 0, limits, ..Options::default() };
    let page = parse(bytes, &options);
    is_whole(&page);
    assert_eq!(lines(&page), lines(&parse(bytes, &options)));
    is_itself_again(&page, &options);
    let text = String::from_utf8_lossy(bytes);
    is_whole(&parse_fragment(&text, CONTEXTS[usize::from(control) % CONTEXTS.len()], &options));
}

/// Links lead back, positions and texts lie in the page, no node is there twice.
fn is_whole(page: &Document<'_>) {
    let mut count = 0;
    let mut roots = vec![page.root()];
    while let Some(root) = roots.pop() {
        for node in root.walk().filter_map(entered) {
            count += 1;
            assert!(count <= page.node_count(), "a node is in the tree twice");
            assert!(page.source().is_char_boundary(node.position()), "{} is no place", node.position());
            assert!(node.source_range().is_none_or(|range| page.source()[range] == *node.text()));
            assert!(node.attributes().all(|one| one.value.len() <= page.source().len() * 6));
            let mut last = None;
            for child in node.children() {
                assert_eq!((child.parent(), child.previous_sibling()), (Some(node), last));
                last = Some(child);
            }
            assert_eq!(node.last_child(), last);
            roots.extend(node.content());
        }
    }
}

fn entered(visit: Visit<'_>) -> Option<Node<'_>> {
    match visit {
        Visit::Enter(node) => Some(node),
        Visit::Leave(_) => None,
    }
}

/// Not every tree can be written as HTML: a paragraph in a paragraph cannot. But if the same HTML comes of it
/// again, so does the tree.
fn is_itself_again(page: &Document<'_>, options: &Options<'_>) {
    let html = page.root().outer_html();
    let free = Options { charset: Some("utf-8"), limits: Limits::none(), ..options.clone() };
    let again = parse(html.as_bytes(), &free);
    is_whole(&again);
    if again.root().outer_html() == html {
        assert_eq!(lines(page), lines(&again));
    }
}

/// A line for each node; texts beside each other are one.
fn lines(page: &Document<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut was_text = false;
    let mut walks = vec![page.root().walk()];
    while let Some(walk) = walks.last_mut() {
        let Some(visit) = walk.next() else {
            walks.pop();
            continue;
        };
        match (visit, lines.last_mut()) {
            (Visit::Enter(node), Some(line)) if node.is_text() && was_text => line.push_str(node.text()),
            (Visit::Enter(node), _) => {
                let attributes = node.attributes().map(|one| (one.name.namespace(), one.local, one.value));
                lines.push(format!("{node:?} {:?} {:?}", node.namespace(), attributes.collect::<Vec<_>>()));
                if node.is_text() {
                    *lines.last_mut().expect("there is one") = node.text().to_owned();
                }
                walks.extend(node.content().map(Node::walk));
            }
            (Visit::Leave(node), _) if !node.is_text() => lines.push("/".to_owned()),
            _ => {}
        }
        was_text = match visit {
            Visit::Enter(node) | Visit::Leave(node) => node.is_text(),
        };
    }
    lines
}
