//! The columns of each schema: name, type, and where the value comes from.
//!
//! JSON Lines, Parquet and CSV write the same columns from the same [`Row`]; how a value looks in a file
//! is for them to know. No value is ever absent. What is not known is an empty string or 0, for a
//! column that is null in one file and something else in the next has two types for every reader that
//! goes by the values.

use copydesk_core::Document;

use crate::known::Known;
use crate::{ExportOptions, Schema, text};

/// A column, or a member of one that holds several.
pub(crate) struct Column {
    /// The column that it is a member of. Members of one column follow each other.
    pub(crate) group: Option<&'static str>,
    pub(crate) name: &'static str,
    pub(crate) value: Value,
}

/// A type, and the value of that type in a row.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    Text(for<'r> fn(&'r Row<'_>) -> &'r str),
    /// Text that is a JSON object.
    Json(for<'r> fn(&'r Row<'_>) -> &'r str),
    Integer(fn(&Row<'_>) -> i64),
    Real(fn(&Row<'_>) -> f64),
}

/// An article on its way into a table.
pub(crate) struct Row<'a> {
    document: &'a Document,
    text: &'a str,
    metadata: &'a str,
    known: Known,
}

impl Row<'_> {
    /// The collection that the article is from, as dolma has it: by name, or by file.
    pub(crate) fn source(&self) -> &str {
        or(&self.known.source, &self.document.source.file)
    }
}

/// What a row borrows from; used again for the next.
#[derive(Default)]
pub(crate) struct Desk {
    text: String,
    metadata: String,
}

impl Desk {
    pub(crate) fn row<'a>(&'a mut self, document: &'a Document, options: &ExportOptions) -> Row<'a> {
        self.metadata.clear();
        self.metadata.extend(["{", &document.metadata, "}"]);
        self.text.clear();
        let known = match options.schema {
            Schema::Copydesk => Known::default(),
            Schema::Fineweb | Schema::Dolma => Known::find(&self.metadata),
        };
        let text = match options.schema {
            Schema::Dolma => &document.text,
            Schema::Copydesk | Schema::Fineweb => {
                text::write_kept(document, options, &mut self.text);
                &self.text
            }
        };
        Row { document, text, metadata: &self.metadata, known }
    }
}

/// The columns of a schema, in their order.
pub(crate) fn columns(schema: Schema) -> &'static [Column] {
    match schema {
        Schema::Copydesk => COPYDESK,
        Schema::Fineweb => FINEWEB,
        Schema::Dolma => DOLMA,
    }
}

const COPYDESK: &[Column] = &[
    column("id", ID),
    column("text", TEXT),
    column("title", TITLE),
    column("url", URL),
    column("author", AUTHOR),
    column("date", DATE),
    column("language", LANGUAGE),
    member("source", "file", FILE),
    member("source", "member", MEMBER),
    member("source", "offset", OFFSET),
    column("metadata", METADATA),
];

/// Names, types and order of the first nine are FineWeb's.
const FINEWEB: &[Column] = &[
    column("text", TEXT),
    column("id", ID),
    column("dump", Value::Text(|row| &row.known.dump)),
    column("url", URL),
    column("date", DATE),
    column("file_path", Value::Text(|row| or(&row.known.file_path, &row.document.source.file))),
    column("language", LANGUAGE),
    column("language_score", Value::Real(|row| row.known.language_score)),
    column("token_count", Value::Integer(|row| row.known.token_count)),
    column("title", TITLE),
    column("author", AUTHOR),
    member("source", "file", FILE),
    member("source", "member", MEMBER),
    member("source", "offset", OFFSET),
    column("metadata", METADATA),
];

const DOLMA: &[Column] = &[
    column("id", ID),
    column("text", TEXT),
    column("source", Value::Text(|row| row.source())),
    column("added", Value::Text(|row| &row.known.added)),
    column("created", DATE),
    member("metadata", "title", TITLE),
    member("metadata", "url", URL),
    member("metadata", "author", AUTHOR),
    member("metadata", "language", LANGUAGE),
    member("metadata", "file", FILE),
    member("metadata", "member", MEMBER),
    member("metadata", "offset", OFFSET),
    member("metadata", "record", METADATA),
];

const ID: Value = Value::Text(|row| &row.document.id);
const TEXT: Value = Value::Text(|row| row.text);
const TITLE: Value = Value::Text(|row| known(row.document.title.as_ref()));
const URL: Value = Value::Text(|row| known(row.document.url.as_ref()));
const AUTHOR: Value = Value::Text(|row| known(row.document.author.as_ref()));
const DATE: Value = Value::Text(|row| known(row.document.date.as_ref()));
const LANGUAGE: Value = Value::Text(|row| known(row.document.language.as_ref()));
const FILE: Value = Value::Text(|row| &row.document.source.file);
const MEMBER: Value = Value::Integer(|row| whole(row.document.source.member));
const OFFSET: Value = Value::Integer(|row| whole(row.document.source.offset));
const METADATA: Value = Value::Json(|row| row.metadata);

const fn column(name: &'static str, value: Value) -> Column {
    Column { group: None, name, value }
}

const fn member(group: &'static str, name: &'static str, value: Value) -> Column {
    Column { group: Some(group), name, value }
}

fn known(field: Option<&String>) -> &str {
    field.map_or("", String::as_str)
}

fn or<'r>(first: &'r str, second: &'r str) -> &'r str {
    if first.is_empty() { second } else { first }
}

/// No file is longer than what a column of signed numbers can say.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_schema_names_its_columns_once_and_keeps_groups_together() {
        for schema in [Schema::Copydesk, Schema::Fineweb, Schema::Dolma] {
            let names: HashSet<_> =
                columns(schema).iter().map(|column| (column.group, column.name)).collect();
            assert_eq!(names.len(), columns(schema).len());
            let runs = columns(schema).chunk_by(|one, next| one.group.is_some() && one.group == next.group);
            let tops: Vec<_> = runs.map(|run| run[0].group.unwrap_or(run[0].name)).collect();
            assert_eq!(tops.iter().collect::<HashSet<_>>().len(), tops.len());
        }
    }

    #[test]
    fn the_first_columns_are_those_of_fineweb() {
        let names: Vec<_> = columns(Schema::Fineweb).iter().map(|column| column.name).take(9).collect();
        let theirs =
            ["text", "id", "dump", "url", "date", "file_path", "language", "language_score", "token_count"];
        assert_eq!(names, theirs);
    }
}
