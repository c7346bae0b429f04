//! Ways through the tree. None recurses, and none needs memory.

use std::iter::FusedIterator;

use crate::node::Node;

/// A step of a [`Walk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit<'d> {
    /// Into a node.
    Enter(Node<'d>),
    /// Out of a node.
    Leave(Node<'d>),
}

/// The nodes in a node.
#[derive(Clone, Debug)]
pub struct Children<'d> {
    next: Option<Node<'d>>,
}

impl<'d> Children<'d> {
    pub(crate) fn new(next: Option<Node<'d>>) -> Children<'d> {
        Children { next }
    }
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.next?;
        self.next = node.next_sibling();
        Some(node)
    }
}

impl FusedIterator for Children<'_> {}

/// The nodes that a node is in.
#[derive(Clone, Debug)]
pub struct Ancestors<'d> {
    next: Option<Node<'d>>,
}

impl<'d> Ancestors<'d> {
    pub(crate) fn new(next: Option<Node<'d>>) -> Ancestors<'d> {
        Ancestors { next }
    }
}

impl<'d> Iterator for Ancestors<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.next?;
        self.next = node.parent();
        Some(node)
    }
}

impl FusedIterator for Ancestors<'_> {}

/// All nodes below a node.
#[derive(Clone, Debug)]
pub struct Descendants<'d> {
    top: Node<'d>,
    next: Option<Node<'d>>,
}

impl<'d> Descendants<'d> {
    pub(crate) fn new(top: Node<'d>) -> Descendants<'d> {
        Descendants { top, next: top.first_child() }
    }
}

/// The first node behind `node` and everything below it, if it is below `top`.
fn behind<'d>(node: Node<'d>, top: Node<'d>) -> Option<Node<'d>> {
    let mut node = node;
    while node != top {
        if let Some(next) = node.next_sibling() {
            return Some(next);
        }
        node = node.parent()?;
    }
    None
}

impl<'d> Iterator for Descendants<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.next?;
        self.next = node.first_child().or_else(|| behind(node, self.top));
        Some(node)
    }
}

impl FusedIterator for Descendants<'_> {}

/// The texts below a node.
#[derive(Clone, Debug)]
pub struct Texts<'d> {
    nodes: Descendants<'d>,
}

impl<'d> Texts<'d> {
    pub(crate) fn new(top: Node<'d>) -> Texts<'d> {
        Texts { nodes: top.descendants() }
    }
}

impl<'d> Iterator for Texts<'d> {
    type Item = &'d str;

    fn next(&mut self) -> Option<&'d str> {
        self.nodes.find(|node| node.is_text()).map(Node::text)
    }
}

impl FusedIterator for Texts<'_> {}

/// The way through a node and everything below it.
///
/// ```
/// use copydesk_html::{Options, Visit, names, parse};
/// let page = parse(b"<p>a<script>b</script>c<br>d", &Options::default());
/// let (mut text, mut walk) = (String::new(), page.root().walk());
/// while let Some(visit) = walk.next() {
///     match visit {
///         Visit::Enter(node) if node.is(names::SCRIPT) => walk.skip_below(),
///         Visit::Enter(node) if node.is(names::BR) => text.push('\n'),
///         Visit::Enter(node) => text.push_str(node.text()),
///         Visit::Leave(_) => {}
///     }
/// }
/// assert_eq!(text, "ac\nd");
/// ```
#[derive(Clone, Debug)]
pub struct Walk<'d> {
    top: Node<'d>,
    next: Option<Visit<'d>>,
}

impl<'d> Walk<'d> {
    pub(crate) fn new(top: Node<'d>) -> Walk<'d> {
        Walk { top, next: Some(Visit::Enter(top)) }
    }

    /// Leaves out what is below the node that was entered last.
    pub fn skip_below(&mut self) {
        if let Some(Visit::Enter(node)) = self.next
            && node != self.top
        {
            self.next = node.parent().map(Visit::Leave);
        }
    }
}

impl<'d> Iterator for Walk<'d> {
    type Item = Visit<'d>;

    fn next(&mut self) -> Option<Visit<'d>> {
        let visit = self.next?;
        self.next = match visit {
            Visit::Enter(node) => Some(node.first_child().map_or(Visit::Leave(node), Visit::Enter)),
            Visit::Leave(node) if node == self.top => None,
            Visit::Leave(node) => {
                node.next_sibling().map(Visit::Enter).or_else(|| node.parent().map(Visit::Leave))
            }
        };
        Some(visit)
    }
}

impl FusedIterator for Walk<'_> {}
