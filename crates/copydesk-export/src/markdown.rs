//! An article as Markdown: kinds, levels and markers of blocks as signs, links, pictures and tables where they are marked.
//!
//! What is marked is written in plain text as well, for somebody asked for it; all other signs, and the
//! backslashes that keep text from being taken for them, are for Markdown alone. Why a block is
//! what it is, is not known here.

use std::borrow::Cow;

use copydesk_core::{Block, BlockKind, Document, Mark, MarkKind, Marker};

use crate::escape::{Place, destination, escape};

/// Appends the blocks that are to be written, as plain text with what is marked.
pub(crate) fn write_marked(
    document: &Document,
    is_written: impl Fn(&Block) -> bool,
    separator: &str,
    out: &mut String,
) {
    let writer = Writer { document, is_plain: true };
    let start = out.len();
    for leaf in writer.leaves(is_written) {
        if out.len() > start {
            out.push_str(separator);
        }
        out.push_str(&writer.text(&leaf));
    }
}

/// Appends the blocks that are to be written, as Markdown.
pub(crate) fn write_markdown(document: &Document, is_written: impl Fn(&Block) -> bool, out: &mut String) {
    let writer = Writer { document, is_plain: false };
    let mut lists = Lists::default();
    for leaf in writer.leaves(is_written) {
        lists.add(&writer.piece(&leaf), out);
    }
}

/// What is written as a whole.
enum Leaf<'d> {
    Block(&'d Block),
    /// Rows of one table.
    Table(Vec<&'d Block>),
    /// Lines whose breaks matter.
    Lines(Vec<&'d Block>),
    Picture(&'d Mark),
}

/// A leaf as lines, and where they stand.
struct Piece {
    /// In front of the first line; those below are indented by as much.
    marker: String,
    /// In front of every line.
    sign: String,
    text: String,
    /// How many lists it is in.
    level: usize,
}

struct Writer<'d> {
    document: &'d Document,
    is_plain: bool,
}

impl<'d> Writer<'d> {
    fn leaves(&self, is_written: impl Fn(&Block) -> bool) -> Vec<Leaf<'d>> {
        let mut leaves: Vec<Leaf<'d>> = Vec::new();
        let is_picture = |mark: &&Mark| matches!(mark.kind, MarkKind::Picture { .. });
        let mut pictures = self.document.marks.iter().filter(is_picture).peekable();
        for block in &self.document.blocks {
            while let Some(picture) = pictures.next_if(|picture| picture.span.start <= block.span.start) {
                leaves.push(Leaf::Picture(picture));
            }
            // the others stand in its line
            while pictures.next_if(|picture| picture.span.start < block.span.end).is_some() {}
            if is_written(block) {
                self.push(block, &mut leaves);
            }
        }
        leaves.extend(pictures.map(Leaf::Picture));
        leaves
    }

    /// Rows of a table and lines of verse go to those before them.
    fn push(&self, block: &'d Block, leaves: &mut Vec<Leaf<'d>>) {
        let table = self.table(block);
        match leaves.last_mut() {
            Some(Leaf::Table(rows)) if table.is_some() && self.table(rows[0]) == table => rows.push(block),
            Some(Leaf::Lines(lines)) if self.is_line(block) => lines.push(block),
            _ if table.is_some() => leaves.push(Leaf::Table(vec![block])),
            _ if self.is_line(block) => leaves.push(Leaf::Lines(vec![block])),
            _ => leaves.push(Leaf::Block(block)),
        }
    }

    /// The number of the table that its cells are of; 0 for one that nothing is known of but its kind.
    fn table(&self, block: &Block) -> Option<u32> {
        let marked = self.marks(block).find_map(|mark| match mark.kind {
            MarkKind::Cell { table, .. } => Some(table + 1),
            _ => None,
        });
        marked.or_else(|| (!self.is_plain && block.kind == BlockKind::Table).then_some(0))
    }

    fn is_line(&self, block: &Block) -> bool {
        !self.is_plain && block.kind == BlockKind::Verbatim && !self.document.slice(block).contains('\n')
    }

    /// What is marked in a block.
    fn marks(&self, block: &Block) -> impl Iterator<Item = &'d Mark> + use<'d> {
        let marks = &self.document.marks;
        let span = block.span;
        let first = marks.partition_point(|mark| mark.span.start < span.start);
        marks[first..].iter().take_while(move |mark| mark.span.start < span.end)
    }

    /// A leaf of plain text.
    fn text(&self, leaf: &Leaf<'d>) -> String {
        match leaf {
            Leaf::Block(block) => self.inline(block, Place::default()),
            Leaf::Table(rows) => self.rows(rows),
            Leaf::Lines(lines) => self.lines(lines),
            Leaf::Picture(picture) => self.picture(picture),
        }
    }

    fn piece(&self, leaf: &Leaf<'d>) -> Piece {
        let (block, text) = match leaf {
            Leaf::Block(block) => return self.block(block),
            Leaf::Table(rows) => (Some(rows[0]), self.rows(rows)),
            Leaf::Lines(lines) => (Some(lines[0]), fenced(&self.lines(lines))),
            Leaf::Picture(picture) => (None, self.picture(picture)),
        };
        let level = block.map_or(0, |block| usize::from(block.level));
        Piece { marker: String::new(), sign: String::new(), text, level }
    }

    fn block(&self, block: &Block) -> Piece {
        let in_line = Place { begins_line: true, ..Place::default() };
        let mut piece = Piece {
            marker: String::new(),
            sign: String::new(),
            text: String::new(),
            level: block.level.into(),
        };
        match block.kind {
            BlockKind::Title | BlockKind::Heading => {
                let level = match (block.kind, block.level) {
                    (BlockKind::Title, _) => 1,
                    (_, 0) => 2,
                    (_, level) => level.min(6),
                };
                let text = self.inline(block, Place::default());
                piece.text = format!("{} {}", "#".repeat(level.into()), of_heading(&text));
                piece.level = 0;
            }
            BlockKind::Verbatim => piece.text = fenced(self.document.slice(block)),
            BlockKind::Byline | BlockKind::Dateline | BlockKind::Caption => {
                piece.text = format!("*{}*", self.inline(block, in_line));
            }
            BlockKind::Quote if block.marker == Marker::None => {
                piece.sign = "> ".repeat(usize::from(block.level).max(1));
                piece.level = 0;
                piece.text = self.inline(block, in_line);
            }
            BlockKind::ListItem if block.level == 0 => self.item(block, &mut piece),
            _ => piece.text = self.inline(block, in_line),
        }
        match block.marker {
            Marker::None => {}
            Marker::Bullet => piece.marker = "- ".into(),
            Marker::Number(number) => piece.marker = format!("{number}. "),
        }
        piece
    }

    /// An item of plain text has its marker in the text.
    fn item(&self, block: &Block, piece: &mut Piece) {
        let text = self.document.view(block);
        let (marker, rest) = own_marker(&text);
        piece.level = 1;
        piece.marker = marker.into_owned();
        escape(rest, Place { begins_line: true, ..Place::default() }, &mut piece.text);
    }

    fn lines(&self, lines: &[&Block]) -> String {
        lines.iter().map(|line| self.document.slice(line)).collect::<Vec<_>>().join("\n")
    }

    /// A block with its links and pictures.
    fn inline(&self, block: &Block, place: Place) -> String {
        let mut out = String::new();
        if block.wrapped {
            self.plain(&self.document.view(block), place, &mut out);
        } else {
            let text = self.document.slice(block);
            // of plain text the sign is in the text
            let has_sign = block.kind == BlockKind::Quote && block.level == 0;
            let quoted = if has_sign { text.len() - unquoted(text).len() } else { 0 };
            self.span(block, block.span.start as usize + quoted..block.span.end as usize, place, &mut out);
        }
        out
    }

    fn span(&self, block: &Block, range: std::ops::Range<usize>, place: Place, out: &mut String) {
        let mut at = range.start;
        let mut place = place;
        for mark in self.marks(block) {
            let span = mark.span.range();
            let stands_before = span.is_empty() && mark.span.start == block.span.start;
            let is_cell = matches!(mark.kind, MarkKind::Cell { .. });
            if is_cell || stands_before || span.start < at || span.end > range.end {
                continue;
            }
            self.plain(&self.document.text[at..span.start], place, out);
            place.begins_line &= span.start == at;
            match &mark.kind {
                MarkKind::Link(address) => self.link(&self.document.text[span.clone()], address, place, out),
                _ => out.push_str(&self.picture(mark)),
            }
            place.begins_line = false;
            at = span.end;
        }
        self.plain(&self.document.text[at..range.end], place, out);
    }

    fn plain(&self, text: &str, place: Place, out: &mut String) {
        if self.is_plain && !place.in_cell {
            out.push_str(text);
        } else if self.is_plain {
            out.push_str(&text.replace('|', "\\|").replace(['\n', '\r'], " "));
        } else {
            escape(text, place, out);
        }
    }

    fn link(&self, text: &str, address: &str, place: Place, out: &mut String) {
        if out.ends_with('!') {
            // with the bracket it would be a picture
            out.insert(out.len() - 1, '\\');
        }
        out.push('[');
        self.plain(text, Place { in_brackets: true, begins_line: false, ..place }, out);
        out.push(']');
        destination(address, out);
    }

    fn picture(&self, mark: &Mark) -> String {
        let MarkKind::Picture { alt, address } = &mark.kind else { return String::new() };
        let mut out = String::from("![");
        let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
        escape(&alt, Place { in_brackets: true, in_cell: true, ..Place::default() }, &mut out);
        out.push(']');
        destination(address, &mut out);
        out
    }

    fn rows(&self, blocks: &[&Block]) -> String {
        let rows = match self.table(blocks[0]) {
            Some(1..) => Some(self.marked_rows(blocks)),
            _ => self.tabbed_rows(blocks),
        };
        match rows {
            Some(rows) => table(&rows),
            None => {
                let in_line = Place { begins_line: true, ..Place::default() };
                blocks.iter().map(|block| self.inline(block, in_line)).collect::<Vec<_>>().join("\n\n")
            }
        }
    }

    /// The cells of marked rows, each in its column.
    fn marked_rows(&self, blocks: &[&Block]) -> Vec<Vec<String>> {
        let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
        for block in blocks {
            for mark in self.marks(block) {
                let MarkKind::Cell { row, column, .. } = mark.kind else { continue };
                if rows.last().is_none_or(|last| last.0 != row) {
                    rows.push((row, Vec::new()));
                }
                let Some((_, cells)) = rows.last_mut() else { continue };
                let column = column as usize;
                cells.resize(cells.len().max(column + 1), String::new());
                if !cells[column].is_empty() {
                    cells[column].push(' ');
                }
                let place = Place { in_cell: true, ..Place::default() };
                self.span(block, mark.span.range(), place, &mut cells[column]);
            }
        }
        rows.into_iter().map(|(_, cells)| cells).collect()
    }

    /// The cells of rows that tabs divide, if all rows have as many.
    fn tabbed_rows(&self, blocks: &[&Block]) -> Option<Vec<Vec<String>>> {
        let place = Place { in_cell: true, ..Place::default() };
        let cell = |text: &str| {
            let mut out = String::new();
            escape(text.trim(), place, &mut out);
            out
        };
        let lines = blocks.iter().flat_map(|block| self.document.slice(block).lines());
        let rows: Vec<Vec<String>> = lines.map(|line| line.split('\t').map(cell).collect()).collect();
        let is_even =
            rows.len() > 1 && rows[0].len() > 1 && rows.iter().all(|row| row.len() == rows[0].len());
        is_even.then_some(rows)
    }
}

/// Rows as lines between bars; the first is the head, for a table of Markdown has one.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = (0..columns).map(|column| row.get(column).map_or("", String::as_str));
            format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
        })
        .collect();
    lines.insert(1.min(lines.len()), format!("|{}", " --- |".repeat(columns)));
    lines.join("\n")
}

/// A fence is longer than any in it.
fn fenced(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}\n{text}\n{fence}")
}

/// A text as a heading.
pub(crate) fn heading(level: u8, text: &str) -> String {
    let mut escaped = String::new();
    escape(text.trim(), Place::default(), &mut escaped);
    format!("{} {}", "#".repeat(level.into()), of_heading(&escaped))
}

/// On one line; signs at its end would close the heading.
fn of_heading(text: &str) -> String {
    let line = text.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ");
    let front = line.trim_end_matches('#');
    if front.len() == line.len() { line } else { format!("{front}\\{}", &line[front.len()..]) }
}

fn unquoted(text: &str) -> &str {
    text.trim_start_matches("> ")
}

/// The marker that an item has in its text, as Markdown writes it, and the rest. A bullet is a sign of Markdown, a number is
/// as it is; anything else stays behind a dash.
fn own_marker(text: &str) -> (Cow<'static, str>, &str) {
    let rest = text.strip_prefix(['-', '*', '+', '•', '·', '‣', '◦', '▪', '■', '●', '○']);
    if let Some(rest) = rest.filter(|rest| rest.starts_with(char::is_whitespace)) {
        return ("- ".into(), rest.trim_start());
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text[digits..].strip_prefix(['.', ')']).filter(|rest| rest.starts_with(char::is_whitespace));
    match number {
        Some(rest) if (1..=9).contains(&digits) => {
            (format!("{} ", &text[..=digits]).into(), rest.trim_start())
        }
        _ => ("- ".into(), text),
    }
}

/// The items that are open, and what was written last.
#[derive(Default)]
struct Lists {
    /// How far each open item indents what is in it.
    widths: Vec<usize>,
    /// The level of what was written last, if that was the beginning of an item.
    last: Option<usize>,
    is_begun: bool,
}

impl Lists {
    fn add(&mut self, piece: &Piece, out: &mut String) {
        let begins_item = !piece.marker.is_empty();
        self.widths.truncate(if begins_item { piece.level.saturating_sub(1) } else { piece.level });
        let level = self.widths.len() + 1;
        // a list that begins in an item with another number than 1 would go on with the item's text
        let is_tight = begins_item
            && self.last.is_some_and(|last| level <= last || ["- ", "1. "].contains(&piece.marker.as_str()));
        if std::mem::replace(&mut self.is_begun, true) {
            out.push_str(if is_tight { "\n" } else { "\n\n" });
        }
        let indent = self.widths.iter().sum::<usize>();
        for (number, line) in piece.text.split('\n').enumerate() {
            let (front, space) = match number {
                0 => (piece.marker.as_str(), indent),
                _ => ("", indent + piece.marker.len()),
            };
            if number > 0 {
                out.push('\n');
            }
            if !(line.is_empty() && front.is_empty() && piece.sign.is_empty()) {
                out.extend(std::iter::repeat_n(' ', space));
            }
            out.extend([front, piece.sign.as_str(), line]);
        }
        self.last = begins_item.then_some(level);
        if begins_item {
            self.widths.push(piece.marker.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use copydesk_core::Span;

    use super::*;

    fn document(lines: &[(&str, BlockKind, u8, Marker)]) -> Document {
        let texts: Vec<&str> = lines.iter().map(|line| line.0).collect();
        let mut document = Document::from_text(texts.join("\n"));
        let mut start = 0;
        for &(line, kind, level, marker) in lines {
            document.blocks.push(Block { level, marker, ..Block::new(start..start + line.len(), kind) });
            start += line.len() + 1;
        }
        document
    }

    fn markdown(document: &Document) -> String {
        let mut out = String::new();
        write_markdown(document, Block::is_kept, &mut out);
        out
    }

    fn plain(document: &Document) -> String {
        let mut out = String::new();
        write_marked(document, Block::is_kept, "\n", &mut out);
        out
    }

    /// Marks a word of the text.
    fn mark(document: &mut Document, word: &str, kind: MarkKind) {
        let start = document.text.find(word).unwrap();
        document.marks.push(Mark { span: Span::new(start..start + word.len()), kind });
        document.marks.sort_by_key(|mark| mark.span.start);
    }

    fn picture(document: &mut Document, at: usize, alt: &str) {
        let kind = MarkKind::Picture { alt: alt.into(), address: "/a.jpg".into() };
        document.marks.push(Mark { span: Span::new(at..at), kind });
        document.marks.sort_by_key(|mark| mark.span.start);
    }

    const NONE: Marker = Marker::None;

    #[test]
    fn kinds_of_plain_text_are_shown() {
        let document = document(&[
            ("Aune", BlockKind::Title, 0, NONE),
            ("By Ana Lund", BlockKind::Byline, 0, NONE),
            ("It opens.", BlockKind::Paragraph, 0, NONE),
            ("What next", BlockKind::Heading, 0, NONE),
            ("• cars", BlockKind::ListItem, 0, NONE),
            ("- lorries", BlockKind::ListItem, 0, NONE),
            ("-5 degrees", BlockKind::ListItem, 0, NONE),
            ("3. ships", BlockKind::ListItem, 0, NONE),
            ("> “Bien.”", BlockKind::Quote, 0, NONE),
            ("O bridge,", BlockKind::Verbatim, 0, NONE),
            ("  o *river*", BlockKind::Verbatim, 0, NONE),
        ]);
        assert_eq!(
            markdown(&document),
            "# Aune\n\n*By Ana Lund*\n\nIt opens.\n\n## What next\n\n- cars\n- lorries\n- -5 degrees\n3. ships\n\n> “Bien.”\n\n\
             ```\nO bridge,\n  o *river*\n```"
        );
    }

    #[test]
    fn lists_nest_and_go_on() {
        let document = document(&[
            ("Boil", BlockKind::ListItem, 1, Marker::Number(9)),
            ("the milk", BlockKind::Paragraph, 1, NONE),
            ("whole", BlockKind::ListItem, 2, Marker::Bullet),
            ("or not", BlockKind::ListItem, 2, Marker::Bullet),
            ("deeper", BlockKind::ListItem, 4, Marker::Number(3)),
            ("Stir", BlockKind::ListItem, 1, Marker::Number(10)),
            ("Serve.", BlockKind::Paragraph, 0, NONE),
        ]);
        assert_eq!(
            markdown(&document),
            "9. Boil\n\n   the milk\n\n   - whole\n   - or not\n\n     3. deeper\n10. Stir\n\nServe."
        );
    }

    #[test]
    fn text_that_looks_like_markdown_stays_text() {
        let document = document(&[
            ("# 1 *hit*", BlockKind::Paragraph, 0, NONE),
            ("- - -", BlockKind::ListItem, 1, Marker::Bullet),
            ("1. of C#", BlockKind::Heading, 3, NONE),
            ("> not twice\n- no item", BlockKind::Quote, 0, NONE),
            ("> once more", BlockKind::Quote, 2, NONE),
            ("a ``` b\n~~~", BlockKind::Verbatim, 0, NONE),
        ]);
        assert_eq!(
            markdown(&document),
            "\\# 1 \\*hit\\*\n\n- \\- - -\n\n### 1. of C\\#\n\n> not twice\n> \\- no item\n\n> > \\> once more\n\n````\na ``` b\n~~~\n````"
        );
    }

    #[test]
    fn links_and_pictures_stand_in_their_line() {
        let mut document = document(&[("Wow! See the [old] bridge *now*", BlockKind::Paragraph, 0, NONE)]);
        mark(&mut document, "the [old] bridge", MarkKind::Link("https://a.org/x_(y)".into()));
        picture(&mut document, 8, "a ]");
        assert_eq!(
            markdown(&document),
            "Wow! See![a \\]](/a.jpg) [the \\[old\\] bridge](https://a.org/x_%28y%29) \\*now\\*"
        );
        assert_eq!(
            plain(&document),
            "Wow! See![a \\]](/a.jpg) [the [old] bridge](https://a.org/x_%28y%29) *now*"
        );
    }

    #[test]
    fn a_link_behind_a_cry_is_no_picture() {
        let mut document = document(&[("Wow!bridge", BlockKind::Paragraph, 0, NONE)]);
        mark(&mut document, "bridge", MarkKind::Link("/b".into()));
        assert_eq!(markdown(&document), "Wow\\![bridge](/b)");
    }

    #[test]
    fn pictures_between_blocks_stand_alone_and_those_in_struck_ones_go() {
        let mut document =
            document(&[("One", BlockKind::Paragraph, 0, NONE), ("two", BlockKind::Paragraph, 0, NONE)]);
        [0, 3, 5, 7].iter().for_each(|at| picture(&mut document, *at, "x"));
        let removal = copydesk_core::Removal {
            stage: "test",
            reason: "test",
            evidence: copydesk_core::Evidence::Rule("test".into()),
        };
        document.remove(1, removal);
        assert_eq!(markdown(&document), "![x](/a.jpg)\n\nOne\n\n![x](/a.jpg)\n\n![x](/a.jpg)");
        assert_eq!(plain(&document), "![x](/a.jpg)\nOne\n![x](/a.jpg)\n![x](/a.jpg)");
    }

    #[test]
    fn marked_cells_stand_in_their_columns() {
        let mut document = document(&[
            ("Boat\tTime", BlockKind::Table, 0, NONE),
            ("Eight\t7:01 | 7:02", BlockKind::Table, 0, NONE),
            ("After.", BlockKind::Paragraph, 0, NONE),
        ]);
        let cell = |row, column| MarkKind::Cell { table: 0, row, column };
        mark(&mut document, "Boat", cell(0, 0));
        mark(&mut document, "Time", cell(0, 2));
        mark(&mut document, "Eight", cell(1, 0));
        mark(&mut document, "7:01 | 7:02", cell(1, 1));
        let table = "| Boat |  | Time |\n| --- | --- | --- |\n| Eight | 7:01 \\| 7:02 |  |";
        assert_eq!(plain(&document), format!("{table}\nAfter."));
        assert_eq!(markdown(&document), format!("{table}\n\nAfter."));
    }

    #[test]
    fn tabs_make_a_table_where_rows_are_alike() {
        let rows = [("a\tb", BlockKind::Table, 0, NONE), ("1\t2", BlockKind::Table, 0, NONE)];
        assert_eq!(markdown(&document(&rows)), "| a | b |\n| --- | --- |\n| 1 | 2 |");
        let rows = [("a\tb", BlockKind::Table, 0, NONE), ("1", BlockKind::Table, 0, NONE)];
        assert_eq!(markdown(&document(&rows)), "a\tb\n\n1");
    }
}
