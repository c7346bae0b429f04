//! An article as a line of JSON: every column in every row, each with one type.

use std::io::Write;

use serde::de::IgnoredAny;

use crate::Metadata;
use crate::columns::{Column, Row, Value};
use crate::json::write_string;

/// Appends a row and a line end.
pub(crate) fn write_row(columns: &[Column], row: &Row<'_>, metadata: Metadata, out: &mut Vec<u8>) {
    let mut open = None;
    for (n, column) in columns.iter().enumerate() {
        if open != column.group && open.is_some() {
            out.push(b'}');
        }
        out.push(if n == 0 { b'{' } else { b',' });
        match column.group {
            Some(group) if open != column.group => {
                write_key(group, out);
                out.push(b'{');
            }
            _ => {}
        }
        write_key(column.name, out);
        write_value(column.value, row, metadata, out);
        open = column.group;
    }
    out.extend_from_slice(if open.is_some() { b"}}\n" } else { b"}\n" });
}

/// Names of columns are plain.
fn write_key(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn write_value(value: Value, row: &Row<'_>, metadata: Metadata, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => write_string(text(row), out),
        Value::Json(text) if metadata == Metadata::Object => write_object(text(row), out),
        Value::Json(text) => write_string(text(row), out),
        Value::Integer(number) => write_number(number(row), out),
        Value::Real(number) => write_real(number(row), out),
    }
}

/// What a reader kept is JSON; if it is not, a string says so and loses nothing.
fn write_object(object: &str, out: &mut Vec<u8>) {
    match serde_json::from_str::<IgnoredAny>(object) {
        // in a JSON string a line end is written `\n`: the bytes stand between the members
        Ok(_) => {
            let on_one_line = |byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte };
            out.extend(object.bytes().map(on_one_line));
        }
        Err(_) => write_string(object, out),
    }
}

fn write_number(number: i64, out: &mut Vec<u8>) {
    write!(out, "{number}").expect("memory does not fail to write");
}

/// With a point, so that a column of whole numbers is one of reals, too.
fn write_real(number: f64, out: &mut Vec<u8>) {
    write!(out, "{number:?}").expect("memory does not fail to write");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{Desk, columns};
    use crate::{ExportOptions, Schema};
    use copydesk_core::{Block, BlockKind, Document};

    fn row(metadata: &str, options: &ExportOptions) -> String {
        let mut document = Document::from_text("Aune\n\n\"Open\"");
        document.blocks = vec![Block::new(0..4, BlockKind::Title), Block::new(6..12, BlockKind::Paragraph)];
        document.id = "a".into();
        document.title = Some("Aune".into());
        document.metadata = metadata.into();
        let mut out = Vec::new();
        let mut desk = Desk::default();
        write_row(columns(options.schema), &desk.row(&document, options), options.metadata, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_column_stands_in_the_row() {
        let expected = concat!(
            r#"{"id":"a","text":"Aune\n\"Open\"","title":"Aune","url":"","author":"","date":"","language":"","#,
            r#""source":{"file":"","member":0,"offset":0},"metadata":"{}"}"#,
            "\n"
        );
        assert_eq!(row("", &ExportOptions::default()), expected);
    }

    #[test]
    fn fineweb_has_its_own_names_and_types() {
        let options = ExportOptions { schema: Schema::Fineweb, ..ExportOptions::default() };
        let expected = concat!(
            r#"{"text":"Aune\n\"Open\"","id":"a","dump":"","url":"","date":"","file_path":"","language":"","#,
            r#""language_score":1.0,"token_count":0,"title":"Aune","author":"","#,
            r#""source":{"file":"","member":0,"offset":0},"metadata":"{\"language_score\":1}"}"#,
            "\n"
        );
        assert_eq!(row(r#""language_score":1"#, &options), expected);
    }

    #[test]
    fn dolma_has_the_text_as_it_was_read_and_a_group_at_the_end() {
        let options = ExportOptions { schema: Schema::Dolma, ..ExportOptions::default() };
        let expected = concat!(
            r#"{"id":"a","text":"Aune\n\n\"Open\"","source":"courier","added":"","created":"","#,
            r#""metadata":{"title":"Aune","url":"","author":"","language":"","file":"","member":0,"offset":0,"#,
            r#""record":"{\"source\":\"courier\"}"}}"#,
            "\n"
        );
        assert_eq!(row(r#""source":"courier""#, &options), expected);
    }

    #[test]
    fn metadata_is_a_string_or_an_object() {
        assert!(
            row(r#""views":3"#, &ExportOptions::default()).ends_with("\"metadata\":\"{\\\"views\\\":3}\"}\n")
        );
        let object = ExportOptions { metadata: Metadata::Object, ..ExportOptions::default() };
        assert!(row(r#""views":3"#, &object).ends_with("\"metadata\":{\"views\":3}}\n"));
        assert_eq!(row("\"views\":3,\n  \"stars\":4", &object).lines().count(), 1);
        assert!(row("views", &object).ends_with("\"metadata\":\"{views}\"}\n"));
    }

    #[test]
    fn the_headline_can_stand_in_its_field_only() {
        let options = ExportOptions { headline: crate::Headline::FieldOnly, ..ExportOptions::default() };
        assert!(row("", &options).starts_with(r#"{"id":"a","text":"\"Open\"","title":"Aune""#));
    }
}
