//! Comma-separated values, as RFC 4180 has them: a header, CRLF, quotes.
//!
//! Text always stands in quotes, numbers never do: a reader that tells an empty string from no value
//! finds the empty string. A spreadsheet runs a cell that looks like a formula; whether such a cell
//! is defused or exact is for the config to say.

use std::io::Write;

use memchr::memchr;

use crate::Formulas;
use crate::columns::{Column, Row, Value};

/// Appends the names of the columns; a member of a column is `column.member`.
pub(crate) fn write_header(columns: &[Column], out: &mut Vec<u8>) {
    for (n, column) in columns.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        if let Some(group) = column.group {
            out.extend_from_slice(group.as_bytes());
            out.push(b'.');
        }
        out.extend_from_slice(column.name.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends a row.
pub(crate) fn write_row(columns: &[Column], row: &Row<'_>, formulas: Formulas, out: &mut Vec<u8>) {
    for (n, column) in columns.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        match column.value {
            Value::Text(text) | Value::Json(text) => write_cell(text(row), formulas, out),
            Value::Integer(number) => write_number(&number(row), out),
            Value::Real(number) => write_number(&number(row), out),
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn write_cell(text: &str, formulas: Formulas, out: &mut Vec<u8>) {
    out.push(b'"');
    if formulas == Formulas::Escaped && looks_like_a_formula(text) {
        out.push(b'\'');
    }
    let mut rest = text.as_bytes();
    while let Some(quote) = memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=quote]);
        out.push(b'"');
        rest = &rest[quote + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn looks_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Debug, not Display: a real number keeps its point.
fn write_number(number: &impl std::fmt::Debug, out: &mut Vec<u8>) {
    write!(out, "{number:?}").expect("memory does not fail to write");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{Desk, columns};
    use crate::{ExportOptions, Format, Schema};
    use copydesk_core::{Block, BlockKind, Document};

    fn cell(text: &str, formulas: Formulas) -> String {
        let mut out = Vec::new();
        write_cell(text, formulas, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn quotes_are_doubled_and_line_ends_kept() {
        assert_eq!(cell("He said \"no\",\nand left", Formulas::Exact), "\"He said \"\"no\"\",\nand left\"");
        assert_eq!(cell("", Formulas::Exact), "\"\"");
        assert_eq!(cell("\"", Formulas::Exact), "\"\"\"\"");
    }

    #[test]
    fn formulas_are_exact_or_escaped() {
        for text in ["=1+1", "+1", "-5 degrees", "@here", "\ttab", "\rreturn"] {
            assert_eq!(cell(text, Formulas::Exact), format!("\"{text}\""));
            assert_eq!(cell(text, Formulas::Escaped), format!("\"'{text}\""));
        }
        assert_eq!(cell("a=1", Formulas::Escaped), "\"a=1\"");
        assert_eq!(cell("=\"a\"", Formulas::Escaped), "\"'=\"\"a\"\"\"");
    }

    #[test]
    fn a_row_has_a_cell_for_each_name_in_the_header() {
        let mut document = Document::from_text("Aune");
        document.blocks = vec![Block::new(0..4, BlockKind::Title)];
        let options =
            ExportOptions { format: Format::Csv, schema: Schema::Fineweb, ..ExportOptions::default() };
        let (mut out, mut desk) = (Vec::new(), Desk::default());
        write_header(columns(options.schema), &mut out);
        write_row(columns(options.schema), &desk.row(&document, &options), Formulas::Exact, &mut out);
        let expected = concat!(
            "text,id,dump,url,date,file_path,language,language_score,token_count,title,author,",
            "source.file,source.member,source.offset,metadata\r\n",
            "\"Aune\",\"\",\"\",\"\",\"\",\"\",\"\",0.0,0,\"\",\"\",\"\",0,0,\"{}\"\r\n"
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
