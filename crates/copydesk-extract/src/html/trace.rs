//! Which part of a page's text came from which node of its tree.
//!
//! Kept only when somebody asks: for links, pictures and cells, and for `explain --html`, which colours the page itself.
//! What becomes of the text is not known here.

use std::ops::Range;

use copydesk_html::NodeId;

/// A text of the tree, or a picture, and where it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The text, or the picture.
    pub node: NodeId,
    /// The number of the element that it stands in.
    pub element: u32,
    /// Its first byte in the text of the page, with the white space before it.
    pub start: u32,
    /// The byte behind it; that of its beginning for a picture, and for a text of which nothing is seen.
    pub end: u32,
}

/// The pieces of a page, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// In the order of the page.
    pub pieces: Vec<Piece>,
}

impl Trace {
    /// A node became this part of the text.
    pub(super) fn note(&mut self, node: NodeId, element: u32, range: Range<usize>) {
        self.pieces.push(Piece { node, element, start: range.start as u32, end: range.end as u32 });
    }

    /// The text was cut off.
    pub(super) fn cut(&mut self, end: usize) {
        self.change_behind(end, |at| at.min(end));
    }

    /// A part was taken out of the text.
    pub(super) fn close_up(&mut self, gap: Range<usize>) {
        self.change_behind(gap.start, |at| if at >= gap.end { at - gap.len() } else { at.min(gap.start) });
    }

    fn change_behind(&mut self, from: usize, change: impl Fn(usize) -> usize) {
        for piece in self.pieces.iter_mut().rev().take_while(|piece| piece.end as usize > from) {
            piece.start = change(piece.start as usize) as u32;
            piece.end = change(piece.end as usize) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use copydesk_html::{Options, names, parse_str};

    use super::*;
    use crate::html::layout::lay_out_traced;
    use crate::html::vocabulary::{Weighing, Weights};

    /// The text of each node, as it stands in the page; a picture is a star.
    fn traced(html: &str) -> Vec<String> {
        let document = parse_str(html, &Options::default());
        let page = lay_out_traced(&document, &mut Weighing::new(&Weights::read(&[])), Some(Trace::default()));
        let trace = page.trace.unwrap();
        let text = |piece: &Piece| {
            let text = &page.text[piece.start as usize..piece.end as usize];
            if document.node(piece.node).is(names::IMG) {
                format!("*{}", piece.start)
            } else {
                text.to_owned()
            }
        };
        trace.pieces.iter().map(text).filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn every_text_is_found_again() {
        assert_eq!(traced("<p>One <b>two</b> three<p>four"), ["One", " two", " three", "\nfour"]);
        assert_eq!(traced("<p>One<script>x</script> <i hidden>two</i>"), ["One"]);
        assert_eq!(traced("<pre>\n a\n<b>b</b></pre>"), [" a\n", "b"]);
    }

    #[test]
    fn what_is_cut_off_moves_nothing() {
        assert_eq!(traced("<p>One\u{a0}</p><p>\u{a0}<img></p><p>two"), ["One", "*3", "\ntwo"]);
    }

    #[test]
    fn cells_that_close_up_take_their_texts_with_them() {
        assert_eq!(
            traced("<table><tr><td>One<td>\u{200b}\u{a0}t<b>wo</b><td><img>three</table>"),
            ["One", "\tt", "wo", "*7", "\tthree"]
        );
    }
}
