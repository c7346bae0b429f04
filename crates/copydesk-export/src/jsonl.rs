//! An article as a line of JSON: every column in every row, each with one type.

use std::borrow::Cow;

use copydesk_core::{Document, Source};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{ExportOptions, Metadata, text};

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    text: &'a str,
    title: &'a str,
    url: &'a str,
    author: &'a str,
    date: &'a str,
    language: &'a str,
    source: Place<'a>,
    metadata: Members<'a>,
}

/// Where a document was read, as a column.
#[derive(Serialize)]
pub(crate) struct Place<'a> {
    file: &'a str,
    member: u64,
    offset: u64,
}

impl<'a> From<&'a Source> for Place<'a> {
    fn from(source: &'a Source) -> Self {
        Place { file: &source.file, member: source.member, offset: source.offset }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Members<'a> {
    String(Cow<'a, str>),
    Object(Box<RawValue>),
}

/// Appends the row of a document and a line end. `buffer` holds the text on its way, to be used
/// again for the next document.
pub(crate) fn write_row(
    document: &Document,
    options: &ExportOptions,
    buffer: &mut String,
    out: &mut Vec<u8>,
) {
    buffer.clear();
    text::write_kept(document, options, buffer);
    let row = Row {
        id: &document.id,
        text: buffer,
        title: known(&document.title),
        url: known(&document.url),
        author: known(&document.author),
        date: known(&document.date),
        language: known(&document.language),
        source: Place::from(&document.source),
        metadata: members(&document.metadata, options.metadata),
    };
    write_line(&row, out);
}

/// Appends any row and a line end.
pub(crate) fn write_line(row: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, row)
        .expect("rows are strings and numbers, and memory does not fail to write");
    out.push(b'\n');
}

/// What is not known is an empty string: a column that is null in one file and text in the next has two types.
fn known(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default()
}

fn members(metadata: &str, form: Metadata) -> Members<'_> {
    let object = match metadata {
        "" => Cow::Borrowed("{}"),
        members => Cow::Owned(format!("{{{members}}}")),
    };
    match form {
        Metadata::String => Members::String(object),
        // what a reader kept is JSON; if it is not, the string says so and loses nothing
        Metadata::Object => match RawValue::from_string(on_one_line(&object)) {
            Ok(raw) => Members::Object(raw),
            Err(_) => Members::String(object),
        },
    }
}

/// A line end between two members of a JSON object is white space; a row has none.
fn on_one_line(object: &str) -> String {
    // inside a JSON string a line end is written `\\n`: what is left is between the members
    object.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::{Block, BlockKind};

    fn row(metadata: &str, options: &ExportOptions) -> String {
        let mut document = Document::from_text("Aune\n\n\"Open\"");
        document.blocks = vec![Block::new(0..4, BlockKind::Title), Block::new(6..12, BlockKind::Paragraph)];
        document.id = "a".into();
        document.title = Some("Aune".into());
        document.metadata = metadata.into();
        let mut out = Vec::new();
        write_row(&document, options, &mut String::new(), &mut out);
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
    fn metadata_is_a_string_or_an_object() {
        assert!(
            row(r#""views":3"#, &ExportOptions::default()).ends_with("\"metadata\":\"{\\\"views\\\":3}\"}\n")
        );
        let object = ExportOptions { metadata: Metadata::Object, ..ExportOptions::default() };
        assert!(row(r#""views":3"#, &object).ends_with("\"metadata\":{\"views\":3}}\n"));
        assert_eq!(row("\"views\":3,\n  \"stars\":4", &object).lines().count(), 1);
    }

    #[test]
    fn the_headline_can_stand_in_its_field_only() {
        let options = ExportOptions { headline: crate::Headline::FieldOnly, ..ExportOptions::default() };
        assert!(row("", &options).starts_with(r#"{"id":"a","text":"\"Open\"","title":"Aune""#));
    }
}
