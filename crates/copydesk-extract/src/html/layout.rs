//! The text of a page as a browser lays it out: runs of inline text, and the elements that they stand in.
//!
//! White space collapses, `br` and the edges of blocks end a run, `pre` is left as it is, and the cells of a row
//! that are short stand on one line. What nobody sees, scripts and styles, is no text; what markup hides is
//! marked. One walk, no recursion. What of it is the article is not known here; that is for `features.rs` and
//! what comes behind.

use copydesk_html::{Document, Name, Node, NodeId, Visit, names};

use super::shape::{Landmark, Shape, Tag};
use super::trace::Trace;
use super::vocabulary::{Recent, Tokens, signature};

/// A page, laid out.
#[derive(Debug, Default)]
pub struct Page {
    /// The text of all runs.
    pub text: String,
    /// In reading order.
    pub runs: Vec<Run>,
    /// In the order of the page; each stands behind its parent. The first is a root without a tag.
    pub elements: Vec<Element>,
    /// Where each text of the tree went, if that was asked for.
    pub trace: Option<Trace>,
}

impl Page {
    /// A hash of what an element and those around it are called, so many in all.
    pub(super) fn kind(&self, element: u32, levels: usize) -> u32 {
        let (mut at, mut hash) = (element, 0_u32);
        for _ in 0..levels {
            let element = &self.elements[at as usize];
            hash = hash.rotate_left(7).wrapping_mul(0x9e37_79b1) ^ element.signature;
            at = element.parent;
        }
        hash
    }
}

/// A run of inline text.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Where it lies in the text of the page.
    pub start: u32,
    /// The byte behind it.
    pub end: u32,
    /// The innermost element that holds all of it.
    pub element: u32,
    /// The row that it is a cell of, or holds the cells of; 0 for none.
    row: u32,
    /// So many cells.
    pub cells: u16,
    /// So many links.
    pub links: u16,
    /// Bytes in links.
    pub linked: u32,
    /// Bytes in `b` and `strong`.
    pub bold: u32,
    /// It ends at a `br`.
    pub is_broken: bool,
    /// It begins behind a `br`.
    pub is_behind_break: bool,
    /// So many pictures stand in it or right before it.
    pub pictures: u16,
}

impl Run {
    /// Its length in bytes.
    pub fn bytes(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Its bytes, as a range to slice with.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// An element in which text may stand.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    /// Its place in the list of its parent.
    pub parent: u32,
    /// How many elements it is in.
    pub depth: u16,
    /// What it is.
    pub tag: Tag,
    /// What the innermost block is that it is, or is in.
    pub shape: Shape,
    /// The innermost parts of a page that it is in, itself included.
    pub landmarks: [Landmark; 2],
    /// Properties that are handed down, see the constants.
    pub flags: u32,
    /// Its node in the tree.
    pub node: NodeId,
    /// The innermost row that it is in, or 0.
    row: u32,
    /// The innermost link that it is in, or 0.
    pub(super) link: u32,
    /// A hash of its tag and classes.
    pub signature: u32,
    /// The learned weight of its names, in hundredths of log-odds.
    pub weight: i16,
}

/// Properties that an element hands down to what is in it.
pub mod flag {
    /// In an `article`.
    pub const ARTICLE: u32 = 1;
    /// In `main`.
    pub const MAIN: u32 = 1 << 1;
    /// In `aside`.
    pub const ASIDE: u32 = 1 << 2;
    /// In `nav`.
    pub const NAV: u32 = 1 << 3;
    /// In `header`.
    pub const HEADER: u32 = 1 << 4;
    /// In `footer`.
    pub const FOOTER: u32 = 1 << 5;
    /// In a form.
    pub const FORM: u32 = 1 << 6;
    /// In a figure.
    pub const FIGURE: u32 = 1 << 7;
    /// In a quotation.
    pub const QUOTE: u32 = 1 << 8;
    /// In a list.
    pub const LIST: u32 = 1 << 9;
    /// In a table.
    pub const TABLE: u32 = 1 << 10;
    /// In a heading.
    pub const HEADING: u32 = 1 << 11;
    /// In a button.
    pub const BUTTON: u32 = 1 << 12;
    /// In `pre`.
    pub const VERBATIM: u32 = 1 << 13;
    /// In what microdata calls the body of the article.
    pub const BODY_PROPERTY: u32 = 1 << 14;
    /// In `b` or `strong`.
    pub const BOLD: u32 = 1 << 15;
    /// In `i` or `em`.
    pub const ITALIC: u32 = 1 << 16;
    /// Hidden from those who listen.
    pub const UNHEARD: u32 = 1 << 17;
    /// Hidden from those who see.
    pub const UNSEEN: u32 = 1 << 18;
    /// For browsers without scripts.
    pub const NOSCRIPT: u32 = 1 << 19;
    /// In a dialog.
    pub const DIALOG: u32 = 1 << 20;
    /// In `details`.
    pub const DETAILS: u32 = 1 << 21;
    /// In small print.
    pub const SMALL: u32 = 1 << 22;
    /// In a cell.
    pub const CELL: u32 = 1 << 23;
}

/// Cells of a row are joined up to so many bytes: longer ones are columns of a layout.
const ROW: usize = 600;
const CELL: usize = 200;

/// Lays out a page.
pub fn lay_out(document: &Document<'_>, tokens: &mut dyn Tokens) -> Page {
    lay_out_traced(document, tokens, None)
}

/// Lays out a page, and notes in the trace what went where.
pub fn lay_out_traced(document: &Document<'_>, tokens: &mut dyn Tokens, trace: Option<Trace>) -> Page {
    let mut walker = Walker::new(tokens, document);
    walker.page.trace = trace;
    let Some(html) = document.html() else { return walker.finish() };
    let mut walk = html.walk();
    while let Some(visit) = walk.next() {
        match visit {
            Visit::Enter(node) if node.is_text() => walker.text(node),
            Visit::Enter(node) => {
                if !walker.enter(node) {
                    walk.skip_below();
                }
            }
            Visit::Leave(node) => walker.leave(node),
        }
    }
    walker.finish()
}

struct Walker<'t> {
    page: Page,
    tokens: &'t mut dyn Tokens,
    alike: Recent<Alike>,
    /// The element that is open.
    current: u32,
    /// The node of each open element, so that those left out are not left.
    open: Vec<copydesk_html::NodeId>,
    run: Option<Run>,
    /// The element whose text was joined to the run last.
    joined: u32,
    /// White space was seen behind the last letter of the run.
    has_space: bool,
    is_behind_break: bool,
    last_link: u32,
    pictures: u16,
}

/// What elements with the same tag and classes have in common.
#[derive(Clone, Copy)]
struct Alike {
    signature: u32,
    weight: i16,
}

impl<'t> Walker<'t> {
    fn new(tokens: &'t mut dyn Tokens, document: &Document<'_>) -> Self {
        let root = Element {
            parent: 0,
            depth: 0,
            tag: Tag::Other,
            shape: Shape::Box,
            landmarks: [Landmark::None; 2],
            flags: 0,
            node: document.root().id(),
            row: 0,
            link: 0,
            signature: 0,
            weight: 0,
        };
        let mut page = Page { text: String::with_capacity(document.source().len() / 8), ..Page::default() };
        page.elements.push(root);
        tokens.root();
        Walker {
            page,
            tokens,
            alike: Recent::default(),
            current: 0,
            open: Vec::with_capacity(64),
            run: None,
            joined: 0,
            has_space: false,
            is_behind_break: false,
            last_link: 0,
            pictures: 0,
        }
    }

    /// Goes into an element; says no if what is in it is left out.
    fn enter(&mut self, node: Node<'_>) -> bool {
        let Some(name) = node.name() else { return true };
        let tag = Tag::of(name);
        match tag {
            Tag::Break => {
                self.flush(true);
                self.is_behind_break = true;
                return false;
            }
            Tag::Rule => {
                self.flush(false);
                return false;
            }
            Tag::Picture => {
                self.pictures = self.pictures.saturating_add(1);
                self.note(node, self.page.text.len());
                return false;
            }
            Tag::Widget => {
                self.has_space |= !is_hidden_field(node);
                return false;
            }
            Tag::Skipped => return false,
            _ => {}
        }
        if tag.is_block() {
            self.flush(false);
        }
        let element = self.element(node, name, tag);
        self.page.elements.push(element);
        self.current = (self.page.elements.len() - 1) as u32;
        self.open.push(node.id());
        true
    }

    fn element(&mut self, node: Node<'_>, name: Name, tag: Tag) -> Element {
        let parent = self.page.elements[self.current as usize];
        let mut element = Element {
            parent: self.current,
            depth: parent.depth.saturating_add(1),
            tag,
            node: node.id(),
            ..parent
        };
        let number = self.page.elements.len() as u32;
        if let Some(shape) = tag.shape() {
            element.shape = shape;
        }
        element.flags |= tag.flags();
        let mut landmark = tag.landmark();
        let (mut classes, mut has_classes_only) = ("", true);
        for (name, value) in node.values(is_looked_at) {
            has_classes_only &= naming(name).is_none_or(|naming| naming == Naming::Classes);
            match name {
                names::CLASS => classes = value,
                names::ITEMPROP if value.contains("articleBody") => element.flags |= flag::BODY_PROPERTY,
                names::ROLE => {
                    let role = Landmark::of_role(value);
                    if role != Landmark::None {
                        landmark = role;
                        element.flags |= role.flags();
                    }
                }
                names::HIDDEN if !value.eq_ignore_ascii_case("until-found") => {
                    element.flags |= flag::UNSEEN;
                }
                names::ARIA_HIDDEN if value == "true" => element.flags |= flag::UNHEARD,
                names::STYLE if hides(value) => element.flags |= flag::UNSEEN,
                _ => {}
            }
        }
        let tokens = &mut *self.tokens;
        let is_told = tokens.is_told_again() || !has_classes_only;
        let mut find = || Alike { signature: signature(name, classes), weight: tell(node, name, tokens) };
        let alike = if is_told { find() } else { self.alike.get(name.number(), classes, find) };
        (element.signature, element.weight) = (alike.signature, alike.weight);
        if landmark != Landmark::None {
            element.landmarks = [landmark, parent.landmarks[0]];
        }
        match tag {
            Tag::Row => element.row = number,
            Tag::Link => element.link = number,
            _ => {}
        }
        element
    }

    fn leave(&mut self, node: Node<'_>) {
        if self.open.last() != Some(&node.id()) {
            return;
        }
        self.open.pop();
        let tag = self.page.elements[self.current as usize].tag;
        if tag.is_block() {
            self.flush(false);
        }
        self.current = self.page.elements[self.current as usize].parent;
    }

    fn text(&mut self, node: Node<'_>) {
        let element = self.page.elements[self.current as usize];
        let is_cut_out = element.flags & (flag::UNSEEN | flag::NOSCRIPT) != 0
            && self.run.as_ref().is_some_and(|run| self.is_seen(run));
        if is_cut_out {
            return;
        }
        let before = self.page.text.len();
        if element.flags & flag::VERBATIM != 0 {
            self.verbatim(node.text());
        } else {
            self.collapsed(node.text());
        }
        if self.page.text.len() > before {
            self.note(node, before);
        }
    }

    /// A node became what stands behind `start` in the text.
    fn note(&mut self, node: Node<'_>, start: usize) {
        if let Some(trace) = &mut self.page.trace {
            trace.note(node.id(), self.current, start..self.page.text.len());
        }
    }

    /// The text ends here now.
    fn cut(&mut self, end: usize) {
        self.page.text.truncate(end);
        if let Some(trace) = &mut self.page.trace {
            trace.cut(end);
        }
    }

    fn is_seen(&self, run: &Run) -> bool {
        self.page.elements[run.element as usize].flags & (flag::UNSEEN | flag::NOSCRIPT) == 0
    }

    fn collapsed(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if is_space(bytes[at]) {
                self.has_space = true;
                at += 1;
                continue;
            }
            let end = collapsed_end(bytes, at);
            self.words(&text[at..end]);
            at = end;
        }
    }

    fn verbatim(&mut self, text: &str) {
        let text = if self.run.is_none() { text.trim_start_matches(['\n', '\r']) } else { text };
        if !text.is_empty() && (self.run.is_some() || !text.trim().is_empty()) {
            self.has_space = false;
            self.words(text);
        }
    }

    /// Appends what has no white space in it that collapses, or is left as it is.
    fn words(&mut self, words: &str) {
        let mut run = match self.run.take() {
            Some(run) => run,
            None => self.begin(),
        };
        if self.joined != self.current {
            run.element = self.common(run.element, self.current);
            self.joined = self.current;
        }
        let before = self.page.text.len();
        if self.has_space && before > run.start as usize {
            self.page.text.push(' ');
        }
        self.has_space = false;
        self.page.text.push_str(words);
        let added = (self.page.text.len() - before) as u32;
        let element = &self.page.elements[self.current as usize];
        if element.link != 0 {
            run.linked += added;
            if element.link != self.last_link {
                self.last_link = element.link;
                run.links = run.links.saturating_add(1);
            }
        }
        if element.flags & flag::BOLD != 0 {
            run.bold += added;
        }
        self.run = Some(run);
    }

    fn begin(&mut self) -> Run {
        if !self.page.text.is_empty() {
            self.page.text.push('\n');
        }
        let start = self.page.text.len() as u32;
        self.has_space = false;
        self.last_link = 0;
        self.joined = self.current;
        Run {
            start,
            end: start,
            element: self.current,
            row: 0,
            cells: 0,
            links: 0,
            linked: 0,
            bold: 0,
            is_broken: false,
            is_behind_break: std::mem::take(&mut self.is_behind_break),
            pictures: std::mem::take(&mut self.pictures),
        }
    }

    /// The innermost element that two are in.
    fn common(&self, mut one: u32, mut other: u32) -> u32 {
        let elements = &self.page.elements;
        while one != other {
            // a parent stands before what is in it
            if one > other {
                one = elements[one as usize].parent;
            } else {
                other = elements[other as usize].parent;
            }
        }
        one
    }

    fn flush(&mut self, is_broken: bool) {
        self.has_space = false;
        let Some(mut run) = self.run.take() else {
            self.is_behind_break &= is_broken;
            return;
        };
        self.is_behind_break = false;
        run.end = self.page.text.len() as u32;
        run.is_broken = is_broken;
        let lies = &self.page.text[run.range()];
        let kept = lies.trim_end_matches(is_blank);
        let front = kept.len() - kept.trim_start_matches(is_blank).len();
        let is_verbatim = self.page.elements[run.element as usize].flags & flag::VERBATIM != 0;
        if kept.is_empty() {
            self.cut((run.start as usize).saturating_sub(1));
            return;
        }
        run.end = run.start + kept.len() as u32;
        self.cut(run.end as usize);
        if !is_verbatim {
            run.start += front as u32;
        }
        self.close(run);
    }

    /// A run is done; a short cell goes to the cells before it in the row.
    fn close(&mut self, mut run: Run) {
        let element = &self.page.elements[run.element as usize];
        let in_cell =
            element.row != 0 && !run.is_broken && !run.is_behind_break && element.flags & flag::CELL != 0;
        if in_cell && run.bytes() <= CELL {
            run.row = element.row;
            run.cells = 1;
            if let Some(last) = self.page.runs.last_mut()
                && last.row == run.row
                && last.bytes() + run.bytes() <= ROW
            {
                // the line break between the two
                let between = last.end as usize;
                debug_assert_eq!(&self.page.text[between..between + 1], "\n");
                self.page.text.replace_range(between..run.start as usize, "\t");
                if let Some(trace) = &mut self.page.trace {
                    trace.close_up(between + 1..run.start as usize);
                }
                last.end = self.page.text.len() as u32;
                last.cells = last.cells.saturating_add(1);
                last.links = last.links.saturating_add(run.links);
                last.linked += run.linked;
                last.bold += run.bold;
                let (one, other) = (last.element, run.element);
                let element = self.common(one, other);
                if let Some(last) = self.page.runs.last_mut() {
                    last.element = element;
                }
                return;
            }
        }
        self.page.runs.push(run);
    }

    fn finish(mut self) -> Page {
        self.flush(false);
        self.page
    }
}

/// Where white space begins that is not one space between two words.
fn collapsed_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        let is_between = || *byte == b' ' && bytes.get(at + 1).is_some_and(|next| !is_space(*next));
        if *byte <= b' ' && is_space(*byte) && !is_between() {
            break;
        }
        at += 1;
    }
    at
}

/// How an attribute names its element.
#[derive(PartialEq, Eq)]
enum Naming {
    Classes,
    Id,
    Property,
}

fn naming(attribute: Name) -> Option<Naming> {
    match attribute {
        names::CLASS => Some(Naming::Classes),
        names::ID => Some(Naming::Id),
        names::ITEMPROP
        | names::ROLE
        | names::DATA_TESTID
        | names::DATA_COMPONENT
        | names::DATA_TYPE
        | names::DATA_MODULE => Some(Naming::Property),
        _ => None,
    }
}

fn is_looked_at(attribute: Name) -> bool {
    naming(attribute).is_some() || matches!(attribute, names::HIDDEN | names::ARIA_HIDDEN | names::STYLE)
}

/// Tells the names of an element.
fn tell(node: Node<'_>, name: Name, tokens: &mut dyn Tokens) -> i16 {
    tokens.begin(node.document().name(name));
    for (attribute, value) in node.values(|attribute| naming(attribute).is_some()) {
        match naming(attribute) {
            Some(Naming::Property) => tokens.property(value),
            _ => tokens.words(value),
        }
    }
    tokens.end()
}

/// White space that collapses.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | b'\x0c')
}

/// What nobody sees at the end of a line.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn is_hidden_field(node: Node<'_>) -> bool {
    node.attribute(names::TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"))
}

/// Does a style keep its element off the page?
fn hides(style: &str) -> bool {
    let has = |property: &str, value: &str| {
        style.split(';').any(|declaration| {
            declaration.split_once(':').is_some_and(|(name, given)| {
                let given = given.trim();
                name.trim().eq_ignore_ascii_case(property)
                    && given.get(..value.len()).is_some_and(|start| start.eq_ignore_ascii_case(value))
            })
        })
    };
    has("display", "none") || has("visibility", "hidden")
}

#[cfg(test)]
mod tests {
    use copydesk_html::{Options, parse_str};

    use super::*;
    use crate::html::vocabulary::{Weighing, Weights};

    fn page(html: &str) -> Page {
        lay_out(&parse_str(html, &Options::default()), &mut Weighing::new(&Weights::read(&[])))
    }

    fn runs(html: &str) -> Vec<String> {
        let page = page(html);
        page.runs.iter().map(|run| page.text[run.range()].to_owned()).collect()
    }

    #[test]
    fn white_space_collapses_and_no_word_is_glued() {
        assert_eq!(
            runs("<p> One\n  <b>two</b>three <i> four</i> </p>five<p>six"),
            ["One twothree four", "five", "six"]
        );
        assert_eq!(runs("<div>One<div>two</div>three</div>"), ["One", "two", "three"]);
        assert_eq!(
            runs("<form><label>Word</label><input><button>Log in</button><input type=hidden>s"),
            ["Word Log ins"]
        );
        assert_eq!(runs("<li>One<li>two<ul><li>three</ul>four"), ["One", "two", "three", "four"]);
    }

    #[test]
    fn a_break_ends_a_run() {
        assert_eq!(runs("<p>One<br>two<br><br>three"), ["One", "two", "three"]);
        let page = page("<p>One<br>two");
        assert_eq!((page.runs[0].is_broken, page.runs[1].is_behind_break), (true, true));
    }

    #[test]
    fn what_nobody_sees_is_no_text() {
        let html = "<script>a</script><style>b</style><p>One<template>c</template> <span hidden>two </span>three\
            <span style='color: red; DISPLAY : none'>four</span><p>five";
        assert_eq!(runs(html), ["One three", "five"]);
        assert!(runs("<p>\u{a0}\u{200b}</p><p> </p>").is_empty());
    }

    #[test]
    fn hidden_blocks_are_marked() {
        let page = page("<div style='display:none'><p>One</p></div><noscript><p>two</p></noscript><p>three");
        let flags: Vec<u32> = page.runs.iter().map(|run| page.elements[run.element as usize].flags).collect();
        assert_eq!(flags, [flag::UNSEEN, flag::NOSCRIPT, 0]);
    }

    #[test]
    fn preformatted_text_is_left_as_it_is() {
        assert_eq!(runs("<pre>\n  one\n    two  three\n</pre>"), ["  one\n    two  three"]);
    }

    #[test]
    fn short_cells_stand_on_one_line() {
        let long = "word ".repeat(60);
        assert_eq!(
            runs("<table><tr><th>Boat<th>Time<tr><td>Eight<td><a>7:01</a></table>"),
            ["Boat\tTime", "Eight\t7:01"]
        );
        assert_eq!(runs(&format!("<table><tr><td>Menu<td>{long}</table>")).len(), 2);
    }

    #[test]
    fn links_are_counted() {
        let page = page("<p>One <a>two</a> and <a>three <b>four</b></a>");
        let run = page.runs[0];
        assert_eq!((run.links, run.linked, run.bold), (2, 15, 5));
    }

    #[test]
    fn a_run_stands_in_the_innermost_element_that_holds_it() {
        let page = page("<p><a><i>One</i></a></p><p><a>One</a> two</p>");
        let tags: Vec<Tag> = page.runs.iter().map(|run| page.elements[run.element as usize].tag).collect();
        assert_eq!(tags, [Tag::Italic, Tag::Paragraph]);
    }
}
