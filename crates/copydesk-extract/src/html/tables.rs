//! The tables of a page that hold data, and where their cells stand.
//!
//! A table that holds a table, a heading or long text is there for the layout of the page, and none of these.

use copydesk_core::{Mark, MarkKind};
use copydesk_html::{Document, Node, names};

use super::layout::Page;
use super::marks::{Traced, parts};
use super::shape::Tag;
use super::trace::Trace;

/// Not in a table, or not in a cell.
const NONE: u32 = u32::MAX;

/// A table with more columns is none that anyone reads.
const COLUMNS: usize = 100;

/// Cells of a table of data are shorter, in bytes.
const LONG_CELL: u32 = 1_000;

/// More rows than this are not spanned.
const SPAN: usize = 1_000;

/// The tables of a page.
pub(super) struct Tables {
    tables: Vec<Table>,
    /// For each element the innermost table that it is in.
    table_of: Vec<u32>,
    /// For each element the innermost cell that it is in.
    cell_of: Vec<u32>,
    cells: Vec<Cell>,
}

#[derive(Default)]
struct Table {
    is_layout: bool,
    rows: u32,
    /// Rows of more than one cell.
    wide_rows: u32,
    /// The cells of the row that is open.
    cells: u32,
    /// For how many rows, this one included, each column is taken.
    taken: Vec<usize>,
    column: usize,
}

struct Cell {
    table: u32,
    row: u32,
    column: u32,
    bytes: u32,
}

impl Tables {
    /// Finds them.
    pub(super) fn of(document: &Document<'_>, page: &Page, trace: &Trace) -> Tables {
        let mut tables =
            Tables { tables: Vec::new(), table_of: Vec::new(), cell_of: Vec::new(), cells: Vec::new() };
        for (index, element) in page.elements.iter().enumerate() {
            let parent = element.parent as usize;
            let (table, cell) = match index {
                0 => (NONE, NONE),
                _ => (tables.table_of[parent], tables.cell_of[parent]),
            };
            let (table, cell) = tables.place(element.tag, document.node(element.node), table, cell);
            tables.table_of.push(table);
            tables.cell_of.push(cell);
        }
        for piece in &trace.pieces {
            let cell = tables.cell_of[piece.element as usize];
            if let Some(cell) = tables.cells.get_mut(cell as usize) {
                cell.bytes += piece.end - piece.start;
            }
        }
        for cell in tables.cells.iter().filter(|cell| cell.bytes > LONG_CELL) {
            tables.tables[cell.table as usize].is_layout = true;
        }
        tables
    }

    /// The table and the cell of an element in those of its parent.
    fn place(&mut self, tag: Tag, node: Node<'_>, table: u32, cell: u32) -> (u32, u32) {
        let number = self.tables.len() as u32;
        let Some(outer) = self.tables.get_mut(table as usize) else {
            if tag == Tag::Table {
                self.tables.push(Table::new(node));
                return (number, NONE);
            }
            return (NONE, NONE);
        };
        match tag {
            Tag::Table => {
                outer.is_layout = true;
                self.tables.push(Table::new(node));
                (number, NONE)
            }
            Tag::Row => {
                outer.begin_row();
                (table, NONE)
            }
            Tag::Cell | Tag::HeadCell => {
                let column = outer.begin_cell(node) as u32;
                self.cells.push(Cell { table, row: outer.rows.saturating_sub(1), column, bytes: 0 });
                (table, self.cells.len() as u32 - 1)
            }
            Tag::H1 | Tag::H2 | Tag::H3 | Tag::Form => {
                outer.is_layout = true;
                (table, cell)
            }
            _ => (table, cell),
        }
    }

    /// Is this element in a table of data?
    pub(super) fn has(&self, element: u32) -> bool {
        self.tables.get(self.table_of[element as usize] as usize).is_some_and(Table::is_data)
    }

    /// The cells of kept blocks, as marks.
    pub(super) fn marks(&self, parts_of: &Traced<'_>) -> Vec<Mark> {
        let cell = |element: u32| {
            let cell = self.cell_of[element as usize];
            self.cells.get(cell as usize).filter(|found| self.tables[found.table as usize].is_data())?;
            Some(cell)
        };
        let mark = |(number, span)| {
            let cell: &Cell = &self.cells[number as usize];
            Mark { span, kind: MarkKind::Cell { table: cell.table, row: cell.row, column: cell.column } }
        };
        parts(parts_of, cell).into_iter().map(mark).collect()
    }
}

impl Table {
    fn new(node: Node<'_>) -> Table {
        let role = node.attribute(names::ROLE).unwrap_or("");
        Table { is_layout: matches!(role, "presentation" | "none"), ..Table::default() }
    }

    fn is_data(&self) -> bool {
        !self.is_layout && self.wide_rows >= 2
    }

    fn begin_row(&mut self) {
        self.rows += 1;
        (self.cells, self.column) = (0, 0);
        self.taken.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
    }

    /// The column of the next cell.
    fn begin_cell(&mut self, node: Node<'_>) -> usize {
        let spanned =
            |name| -> usize { node.attribute(name).and_then(|value| value.trim().parse().ok()).unwrap_or(1) };
        while self.taken.get(self.column).is_some_and(|rows| *rows > 0) {
            self.column += 1;
        }
        let column = self.column;
        let end = column + spanned(names::COLSPAN).clamp(1, COLUMNS);
        if end > COLUMNS {
            self.is_layout = true;
            return column;
        }
        self.taken.resize(self.taken.len().max(end), 0);
        self.taken[column..end].fill(spanned(names::ROWSPAN).clamp(1, SPAN));
        self.column = end;
        self.cells += 1;
        self.wide_rows += u32::from(self.cells == 2);
        column
    }
}
