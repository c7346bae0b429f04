//! How deep a kept block stands: the level of a heading, the lists around an item, and what those put in front of it, the
//! quotations around a quote.
//!
//! It is read off the tree when it is known what is kept, for a page has more menus than lists. What becomes of it
//! is for the export to know.

use std::collections::{HashMap, HashSet};

use copydesk_core::{Block, BlockKind, Marker};
use copydesk_html::{Document, Node, NodeId, names};

use super::layout::Page;

/// An item with more text than this is a part of the page that was built as a list: posts, cards, a whole article.
const LARGE_ITEM: usize = 1_500;

/// Gives kept blocks their level and their marker. Blocks and runs are in the same order.
pub(super) fn assign(document: &Document<'_>, page: &Page, blocks: &mut [Block]) {
    let node = |index: usize| document.node(page.elements[page.runs[index].element as usize].node);
    let kept: Vec<usize> = (0..blocks.len()).filter(|index| blocks[*index].is_kept()).collect();
    let mut items: HashMap<NodeId, usize> = HashMap::new();
    for &index in &kept {
        if let Some(item) = item(node(index)) {
            *items.entry(item.id()).or_default() += blocks[index].span.range().len();
        }
    }
    let mut markers = Markers::default();
    for index in kept {
        let block = &mut blocks[index];
        if block.kind == BlockKind::Heading {
            block.level = heading_level(node(index));
        } else if let Some(level) = quote_level(node(index)).filter(|_| block.kind == BlockKind::Quote) {
            block.level = level;
        } else if let Some(item) = item(node(index)).filter(|item| items[&item.id()] <= LARGE_ITEM) {
            block.level = list_level(item);
            block.marker = markers.of(item);
        }
    }
}

/// It, and all that it is in.
fn around<'d>(node: Node<'d>) -> impl Iterator<Item = Node<'d>> {
    std::iter::once(node).chain(node.ancestors())
}

/// The item of a list that a node is, or is in.
fn item(node: Node<'_>) -> Option<Node<'_>> {
    around(node).find(|node| node.is_any(&[names::LI, names::DT, names::DD]))
}

fn heading_level(node: Node<'_>) -> u8 {
    const LEVELS: [copydesk_html::Name; 6] =
        [names::H1, names::H2, names::H3, names::H4, names::H5, names::H6];
    let level = |node: Node<'_>| LEVELS.iter().position(|name| node.is(*name));
    around(node).find_map(level).map_or(0, |level| level as u8 + 1)
}

/// In how many quotations a node is, if the nearest is nearer than any item.
fn quote_level(node: Node<'_>) -> Option<u8> {
    let nearest =
        around(node).find(|node| node.is_any(&[names::BLOCKQUOTE, names::LI, names::DT, names::DD]))?;
    let quotes = || around(nearest).filter(|node| node.is(names::BLOCKQUOTE)).count();
    nearest.is(names::BLOCKQUOTE).then(|| quotes().min(u8::MAX.into()) as u8)
}

fn list_level(item: Node<'_>) -> u8 {
    const LISTS: [copydesk_html::Name; 5] = [names::UL, names::OL, names::DL, names::MENU, names::DIR];
    let lists = item.ancestors().filter(|node| node.is_any(&LISTS)).count();
    lists.clamp(1, u8::MAX.into()) as u8
}

/// The markers of items, each of which has one at its beginning only.
#[derive(Default)]
struct Markers {
    begun: HashSet<NodeId>,
    /// The last item of each numbered list that was counted, and its number.
    counted: HashMap<NodeId, (NodeId, i64)>,
}

impl Markers {
    fn of(&mut self, item: Node<'_>) -> Marker {
        // what a definition defines has the marker, above it
        if item.is(names::DD) || !self.begun.insert(item.id()) {
            return Marker::None;
        }
        let list = item.parent().filter(|list| list.is(names::OL));
        let number = list.and_then(|list| self.number(list, item));
        number.and_then(|number| u16::try_from(number).ok()).map_or(Marker::Bullet, Marker::Number)
    }

    /// The number of an item. Each item of a list is passed once.
    fn number(&mut self, list: Node<'_>, item: Node<'_>) -> Option<i64> {
        let items = || list.children().filter(|node| node.is(names::LI));
        let is_reversed = list.attribute(names::REVERSED).is_some();
        let step = if is_reversed { -1 } else { 1 };
        let (mut at, mut number) = match self.counted.get(&list.id()) {
            Some(&(node, number)) => (list.document().node(node), number),
            None => {
                let first = items().next()?;
                let start = value(list, names::START);
                let start = start.unwrap_or_else(|| if is_reversed { items().count() as i64 } else { 1 });
                (first, value(first, names::VALUE).unwrap_or(start))
            }
        };
        while at != item {
            at = at.next_sibling()?;
            if at.is(names::LI) {
                number = value(at, names::VALUE).unwrap_or(number.saturating_add(step));
            }
        }
        self.counted.insert(list.id(), (at.id(), number));
        Some(number)
    }
}

fn value(node: Node<'_>, name: copydesk_html::Name) -> Option<i64> {
    node.attribute(name)?.trim().parse().ok()
}
