//! Links and pictures of the article, for those who asked for them.
//!
//! A link is a part of a kept block; a picture is the article's if what stands around it is. Their addresses are made
//! absolute where that of the page is known.

use std::collections::HashSet;

use copydesk_core::{Block, Mark, MarkKind, Span};
use copydesk_html::{Document, Node, names};

use super::layout::{Page, flag};
use super::metadata::resolve;
use super::trace::{Piece, Trace};

/// Pictures that are smaller, in pixels, are signs or count visitors.
const SMALL_PICTURE: u32 = 40;

/// A page, and what is kept of it. Blocks and runs are in the same order.
pub(super) struct Traced<'p> {
    pub(super) document: &'p Document<'p>,
    pub(super) page: &'p Page,
    pub(super) trace: &'p Trace,
    pub(super) blocks: &'p [Block],
}

/// The parts of kept blocks whose elements are in something that has a number, with that number: neighbours of one number
/// in one block are one part.
pub(super) fn parts(of: &Traced<'_>, number: impl Fn(u32) -> Option<u32>) -> Vec<(u32, Span)> {
    let mut found: Vec<(u32, Span)> = Vec::new();
    let mut blocks = of.blocks.iter().peekable();
    let mut last = None;
    for piece in &of.trace.pieces {
        while blocks.next_if(|block| block.span.end <= piece.start).is_some() {
            last = None;
        }
        let Some(block) = blocks.peek() else { break };
        let number = number(piece.element).filter(|_| block.is_kept());
        if let (Some(number), Some(span)) = (number, shown(of.page, piece, block)) {
            match found.last_mut() {
                Some((_, before)) if last == Some(number) => before.end = span.end,
                _ => found.push((number, span)),
            }
        }
        if piece.end > piece.start {
            last = number;
        }
    }
    found
}

/// The part of a block that a piece is, without the white space around it.
fn shown(page: &Page, piece: &Piece, block: &Block) -> Option<Span> {
    let start = piece.start.max(block.span.start) as usize;
    let end = piece.end.min(block.span.end) as usize;
    let text = page.text.get(start..end)?;
    let front = text.len() - text.trim_start().len();
    let shown = text.trim();
    (!shown.is_empty()).then(|| Span::new(start + front..start + front + shown.len()))
}

/// The links of kept blocks.
pub(super) fn links(of: &Traced<'_>, base: Option<&str>) -> Vec<Mark> {
    let link = |element: u32| Some(of.page.elements[element as usize].link).filter(|link| *link != 0);
    let mark = |(link, span)| {
        let node = of.document.node(of.page.elements[link as usize].node);
        let address = address(node.attribute(names::HREF)?, base)?;
        Some(Mark { span, kind: MarkKind::Link(address.into()) })
    };
    parts(of, link).into_iter().filter_map(mark).collect()
}

/// The pictures of the article.
pub(super) fn pictures(of: &Traced<'_>, base: Option<&str>) -> Vec<Mark> {
    let kept = Kept::of(of);
    let mut seen = HashSet::new();
    let mut marks = Vec::new();
    for piece in &of.trace.pieces {
        let node = of.document.node(piece.node);
        if node.is_text() || !kept.has(of, piece) || is_small(node) {
            continue;
        }
        let address = sources(node).find_map(|source| address(source, base));
        let Some(address) = address.filter(|address| seen.insert(address.clone())) else { continue };
        let alt = [names::ALT, names::TITLE].iter().find_map(|name| node.attribute(*name)).unwrap_or("");
        let kind = MarkKind::Picture { alt: alt.trim().into(), address: address.into() };
        marks.push(Mark { span: Span { start: piece.start, end: piece.start }, kind });
    }
    marks
}

/// How much text stands in each element of a page, and how much of it is kept, in bytes.
struct Kept {
    all: Vec<u32>,
    kept: Vec<u32>,
}

impl Kept {
    fn of(of: &Traced<'_>) -> Kept {
        let elements = &of.page.elements;
        let mut sums = Kept { all: vec![0; elements.len()], kept: vec![0; elements.len()] };
        for (run, block) in of.page.runs.iter().zip(of.blocks) {
            let is_kept = block.removal.as_ref().is_none_or(|removal| removal.reason == "headline");
            sums.all[run.element as usize] += run.bytes() as u32;
            sums.kept[run.element as usize] += if is_kept { run.bytes() as u32 } else { 0 };
        }
        // a parent stands before what is in it
        for index in (1..elements.len()).rev() {
            let parent = elements[index].parent as usize;
            sums.all[parent] += sums.all[index];
            sums.kept[parent] += sums.kept[index];
        }
        sums
    }

    /// Is it the article's? In a block that stays it is; else by most of the text of the smallest element around it
    /// that has any, its own caption aside: captions go where pictures stay. Those of menus, margins and footers never are.
    fn has(&self, of: &Traced<'_>, picture: &Piece) -> bool {
        let at = of.blocks.partition_point(|block| block.span.end <= picture.start);
        if let Some(block) = of.blocks.get(at).filter(|block| block.span.start < picture.start) {
            return block.is_kept();
        }
        let mut element = picture.element as usize;
        let elements = &of.page.elements;
        if elements[element].flags & (flag::NAV | flag::FOOTER | flag::ASIDE) != 0 {
            return false;
        }
        let says_nothing =
            |element: usize| self.all[element] == 0 || elements[element].flags & flag::FIGURE != 0;
        while element != 0 && says_nothing(element) {
            element = elements[element].parent as usize;
        }
        self.all[element] > 0 && u64::from(self.kept[element]) * 2 > u64::from(self.all[element])
    }
}

pub(super) fn is_small(picture: Node<'_>) -> bool {
    [names::WIDTH, names::HEIGHT].iter().any(|name| {
        let size = picture.attribute(*name).and_then(|size| size.trim().trim_end_matches("px").parse().ok());
        size.is_some_and(|size: u32| size < SMALL_PICTURE)
    })
}

/// Where a picture may lie, the best guess first: pages that load their pictures late name the true one in other attributes.
fn sources<'d>(picture: Node<'d>) -> impl Iterator<Item = &'d str> {
    let late = ["data-src", "data-original", "data-lazy-src"];
    let late = late.into_iter().filter_map(move |name| {
        picture.attributes().find(|attribute| attribute.local == name).map(|attribute| attribute.value)
    });
    let of_set = |set: &'d str| set.split_ascii_whitespace().next();
    let sibling = picture
        .parent()
        .filter(|parent| parent.is(names::PICTURE))
        .and_then(|parent| parent.children().find_map(|node| node.attribute(names::SRCSET)));
    late.chain(picture.attribute(names::SRC))
        .chain(picture.attribute(names::SRCSET).and_then(of_set))
        .chain(sibling.and_then(of_set))
}

/// An address on the web as it is meant on a page, or as it stands there if the page has none; not one that leads
/// nowhere else.
fn address(written: &str, base: Option<&str>) -> Option<String> {
    let written: String = written.trim().split(['\t', '\n', '\r']).collect();
    let written = written.replace(' ', "%20");
    let is_relative = !written.is_empty() && !written.starts_with('#') && !has_scheme(&written);
    resolve(&written, base).or_else(|| (is_relative && written.len() < 2_048).then_some(written))
}

fn has_scheme(address: &str) -> bool {
    address.split(['/', '?', '#']).next().is_some_and(|front| front.contains(':'))
}

/// The address that those of a page begin at.
pub(super) fn base(document: &Document<'_>, url: Option<&str>) -> Option<String> {
    let base = document.head().and_then(|head| {
        head.children().filter(|node| node.is(names::BASE)).find_map(|base| base.attribute(names::HREF))
    });
    base.and_then(|base| resolve(base, url)).or_else(|| url.map(str::to_owned))
}
