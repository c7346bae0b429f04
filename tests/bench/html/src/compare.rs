//! The same tree as html5ever, page by page.

use copydesk_html::{Kind, Limits, Node, Options, Visit};
use html5ever::{local_name, ns};
use markup5ever_rcdom::{Handle, NodeData};

use crate::pages::Page;
use crate::speed::rcdom;

/// Says each difference; whether there is none. Limits are off, and the pages are named on which one would act.
pub(crate) fn run(pages: &[Page]) -> bool {
    let mut different = 0;
    let mut capped = 0;
    for page in pages {
        let options = Options { charset: Some("utf-8"), ..Options::default() };
        let acted = copydesk_html::parse(&page.html, &options).capped();
        if !acted.is_nothing() {
            capped += 1;
            println!("{}: a limit acts: {acted:?}", page.name);
        }
        if let Some(difference) = difference(&page.html, &no_limits()) {
            different += 1;
            println!("{}: {difference}", page.name);
        }
    }
    println!("{} pages, {different} with another tree than html5ever; a limit acts on {capped}", pages.len());
    different == 0
}

/// The first line in which the trees of the two differ.
pub(crate) fn difference(html: &[u8], options: &Options<'_>) -> Option<String> {
    let document = copydesk_html::parse(html, options);
    let ours = ours(document.root());
    let theirs = theirs(rcdom(html).document.clone());
    if ours == theirs {
        return None;
    }
    let place = ours.iter().zip(&theirs).position(|(one, other)| one != other);
    let place = place.unwrap_or(ours.len().min(theirs.len()));
    let line = |tree: &[String]| tree.get(place).map_or("(the end)".to_owned(), |line| shortened(line));
    let before = ours[place.saturating_sub(6)..place].iter().map(|line| shortened(line)).collect::<Vec<_>>();
    Some(format!(
        "line {place}\n    {}\n  ours    {}\n  theirs  {}",
        before.join("\n    "),
        line(&ours),
        line(&theirs)
    ))
}

fn shortened(line: &str) -> String {
    line.escape_debug().to_string().chars().take(150).collect()
}

pub(crate) fn no_limits() -> Options<'static> {
    Options { charset: Some("utf-8"), limits: Limits::none(), ..Options::default() }
}

/// Our tree, a line for each node.
fn ours(root: Node<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut depth = 0_usize;
    let mut walks = vec![root.walk()];
    while let Some(walk) = walks.last_mut() {
        match walk.next() {
            None => {
                walks.pop();
            }
            Some(Visit::Leave(_)) => depth -= 1,
            Some(Visit::Enter(node)) => {
                match node.kind() {
                    Kind::Document | Kind::Fragment => {}
                    Kind::Text => lines.push(format!("{depth} {:?}", node.text())),
                    Kind::Comment => lines.push(format!("{depth} <!--{}-->", node.text())),
                    Kind::Doctype => {
                        let doctype = node.doctype().expect("it is one");
                        lines.push(format!(
                            "{depth} <!{} {} {}>",
                            doctype.name, doctype.public, doctype.system
                        ));
                    }
                    Kind::Element => {
                        let attributes: Vec<String> = node
                            .attributes()
                            .map(|one| format!("{:?} {}={:?}", one.name.namespace(), one.local, one.value))
                            .collect();
                        lines.push(format!(
                            "{depth} <{:?} {}> {}",
                            node.namespace().expect("an element"),
                            node.local_name(),
                            attributes.join(" ")
                        ));
                    }
                }
                depth += 1;
                if let Some(content) = node.content() {
                    walks.push(content.walk());
                }
            }
        }
    }
    lines
}

fn namespace(namespace: &html5ever::Namespace) -> &'static str {
    match *namespace {
        ns!(svg) => "Svg",
        ns!(mathml) => "MathMl",
        ns!(xlink) => "XLink",
        ns!(xml) => "Xml",
        ns!(xmlns) => "Xmlns",
        _ => "Html",
    }
}

/// The tree of html5ever, a line for each node.
fn theirs(root: Handle) -> Vec<String> {
    let mut lines = Vec::new();
    let mut stack = vec![(root, 0_usize)];
    while let Some((node, depth)) = stack.pop() {
        match &node.data {
            NodeData::Document => {}
            NodeData::Text { contents } => lines.push(format!("{depth} {:?}", &**contents.borrow())),
            NodeData::Comment { contents } => lines.push(format!("{depth} <!--{}-->", &**contents)),
            NodeData::Doctype { name, public_id, system_id } => {
                lines.push(format!("{depth} <!{name} {public_id} {system_id}>"))
            }
            NodeData::ProcessingInstruction { .. } => lines.push(format!("{depth} <?>")),
            NodeData::Element { name, attrs, .. } => {
                let attributes: Vec<String> = attrs
                    .borrow()
                    .iter()
                    .map(|one| format!("{} {}={:?}", namespace(&one.name.ns), one.name.local, &*one.value))
                    .collect();
                lines.push(format!(
                    "{depth} <{} {}> {}",
                    namespace(&name.ns),
                    name.local,
                    attributes.join(" ")
                ));
            }
        }
        stack.extend(node.children.borrow().iter().rev().map(|child| (child.clone(), depth + 1)));
        if let NodeData::Element { template_contents, name, .. } = &node.data
            && name.local == local_name!("template")
            && let Some(content) = template_contents.borrow().as_ref()
        {
            stack.push((content.clone(), depth + 1));
        }
    }
    lines
}
