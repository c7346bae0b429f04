//! Gold bodies: what should come out of a document, word for word.
//!
//! They stand in the document's own row, or in rows or files of their own, where they are found by id. A
//! file is known by its name without extensions, so that `a.html` meets `a.txt`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, ensure};
use copydesk::{Document, Quarantined};
use copydesk_core::{Input, Reading};
use copydesk_read::{Dumps, InputOptions};
use serde_json::{Map, Value};

use super::case::{By, shown};
use super::rows;

/// Where the gold bodies are.
pub(crate) enum Gold {
    /// In a member of the document's row.
    Member(String),
    /// By id.
    Table(Table),
}

/// Gold bodies by id.
pub(crate) type Table = BTreeMap<String, Body>;

/// A gold body.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) text: String,
    /// What its own row says of the group that its document is counted in.
    pub(crate) group: String,
}

impl Gold {
    /// Reads gold bodies: a folder of texts, or rows with `id` and a text.
    ///
    /// # Errors
    /// When one of them cannot be read: without it the figures would be others.
    pub(crate) fn read(path: &str, field: &str, by: Option<&By>, longest: usize) -> anyhow::Result<Self> {
        let table = match Path::new(path).is_dir() {
            true => table_of_folder(path)?,
            false => table_of_rows(path, field, by, longest)?,
        };
        ensure!(!table.is_empty(), "`{path}` holds no gold body");
        Ok(Gold::Table(table))
    }
}

/// The gold body of a document in a table, with the id that it stands below.
pub(crate) fn find<'t>(table: &'t Table, document: &Document) -> Option<(&'t str, &'t Body)> {
    let entry = table.get_key_value(&document.id).or_else(|| table.get_key_value(stem(&document.id)));
    entry.map(|(id, body)| (id.as_str(), body))
}

fn table_of_folder(path: &str) -> anyhow::Result<Table> {
    let patterns = [path.to_owned()];
    let found = copydesk_store::find(&patterns, Path::new(""))?;
    let dumps = Dumps::open(&InputOptions::default(), &patterns, found);
    let mut table = Table::new();
    let mut outcome = Ok(());
    for unit in 0..dumps.units().len() {
        dumps.read(unit, &mut |reading| {
            outcome = add_file(&mut table, reading);
            if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        std::mem::replace(&mut outcome, Ok(()))?;
    }
    Ok(table)
}

fn add_file(table: &mut Table, reading: Reading) -> anyhow::Result<()> {
    let (name, text) = match reading {
        Reading::Progress(_) => return Ok(()),
        Reading::Document(document) => (document.id, document.text),
        // the file is there, and says that the page has no body
        Reading::Quarantined(record) if record.reason == "empty" => {
            (record.source.file.to_string(), String::new())
        }
        Reading::Quarantined(Quarantined { source, detail, .. }) => {
            anyhow::bail!("the gold body {source}: {detail}")
        }
        Reading::Lost(error) => return Err(error).context("the gold bodies can no longer be reached"),
    };
    let before = table.insert(stem(&name).to_owned(), Body { text, group: String::new() });
    ensure!(before.is_none(), "two gold bodies are called `{}`", stem(&name));
    Ok(())
}

fn table_of_rows(path: &str, field: &str, by: Option<&By>, longest: usize) -> anyhow::Result<Table> {
    let mut table = Table::new();
    for file in rows::files(&[path.to_owned()])? {
        let mut outcome = Ok(());
        let read = rows::each_row(&file, longest, &mut |row| {
            outcome = row.map_err(anyhow::Error::msg).and_then(|(place, json)| {
                add_row(&mut table, json, field, by).with_context(|| place.to_owned())
            });
            outcome.is_ok()
        });
        outcome.context("a gold body cannot be read")?;
        read.context("the gold bodies cannot be read")?;
    }
    Ok(table)
}

fn add_row(table: &mut Table, json: &[u8], field: &str, by: Option<&By>) -> anyhow::Result<()> {
    let row: Map<String, Value> = serde_json::from_slice(json).context("no JSON object")?;
    let id = row.get("id").map(shown).context("no member `id`")?;
    let text = text_in(&row, field).map_err(anyhow::Error::msg)?;
    let group = by.map_or_else(String::new, |by| by.group(&Document::default(), "", &row));
    ensure!(!table.contains_key(&id), "the second gold body of `{id}`");
    table.insert(id, Body { text, group });
    Ok(())
}

/// The gold body in a member of a row; that of a page without a body is empty, or null.
pub(crate) fn text_in(row: &Map<String, Value>, field: &str) -> Result<String, String> {
    match row.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Null) => Ok(String::new()),
        Some(_) => Err(format!("the gold body `{field}` is no string")),
        None => Err(format!("no member `{field}` with the gold body")),
    }
}

/// The name of a file without its extensions.
fn stem(name: &str) -> &str {
    let name = copydesk_store::inner_name(name).unwrap_or(name);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.contains('/') => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names_without_extension() {
        assert_eq!(stem("2024/a.html.gz"), "2024/a");
        assert_eq!(stem("2024.05/a"), "2024.05/a");
        assert_eq!(stem(".hidden"), ".hidden");
    }

    #[test]
    fn a_page_can_have_no_body() {
        let row = serde_json::json!({ "gold": null, "text": "a", "n": 1 });
        let body = |field| text_in(row.as_object().unwrap(), field);
        assert_eq!((body("gold"), body("text")), (Ok(String::new()), Ok("a".to_owned())));
        assert_eq!(body("n"), Err("the gold body `n` is no string".to_owned()));
        assert_eq!(body("body"), Err("no member `body` with the gold body".to_owned()));
    }

    #[test]
    fn a_document_is_found_by_its_id_or_its_name() {
        let table = Table::from(["a", "b.txt"].map(|id| (id.to_owned(), Body::default())));
        let found = |id: &str| {
            find(&table, &Document { id: id.into(), ..Document::default() }).map(|(id, _)| id.to_owned())
        };
        assert_eq!(
            ["a", "a.html", "b.txt", "c.txt"].map(found),
            [Some("a".into()), Some("a".into()), Some("b.txt".into()), None]
        );
    }
}
