//! Puts what a page says about itself into its document, where the record brought nothing of the kind.
//!
//! Title, author, date, language and address are fields of a document; the rest goes into the member `page` of its metadata, with
//! the sources of all, so that the trail of an article says why it has this date and not another.

use copydesk_core::Document;
use copydesk_html::Document as Page;
use serde_json::{Map, Value, json};

use super::metadata::{Context, Date, Found, Metadata, Order, read};

/// The member of a document's metadata.
const MEMBER: &str = "page";

/// Fills the fields that are empty; `more` goes into the metadata as well.
pub(super) fn fill(document: &mut Document, page: &Page<'_>, more: Map<String, Value>) {
    let context = Context { url: document.url.as_deref(), crawled: crawled(&document.metadata) };
    let said = read(page, &context);
    let date = said.published.as_ref().or(said.modified.as_ref());
    fill_field(&mut document.title, said.title.as_ref().map(|title| title.value.clone()));
    fill_field(&mut document.author, said.authors.as_ref().map(|authors| authors.value.join("; ")));
    fill_field(&mut document.date, date.map(|date| date.value.to_string()));
    fill_field(&mut document.language, said.language.as_ref().map(|language| language.value.clone()));
    fill_field(&mut document.url, said.canonical.as_ref().map(|canonical| canonical.value.clone()));
    let mut members = members(&said);
    members.extend(more);
    add_member(&mut document.metadata, &members);
}

fn fill_field(field: &mut Option<String>, found: Option<String>) {
    if field.as_deref().is_none_or(str::is_empty) {
        *field = found.or_else(|| field.take());
    }
}

/// No date of a page is later than the day on which it was fetched.
fn crawled(metadata: &str) -> Option<Date> {
    let (_, rest) = metadata.split_once("\"warc-date\":\"")?;
    let (date, _) = rest.split_once('"')?;
    Date::find(date, Order::DayFirst)
}

/// What has no field of its own, and where everything comes from.
fn members(said: &Metadata) -> Map<String, Value> {
    let mut members = Map::new();
    let mut sources = Map::new();
    let mut note = |name: &str, value: Option<Value>, source: Option<&'static str>| {
        if let Some(source) = source {
            sources.insert(name.to_owned(), source.into());
        }
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    note("title", None, source(said.title.as_ref()));
    note("author", None, source(said.authors.as_ref()));
    note("date", None, source(said.published.as_ref()));
    note("language", None, source(said.language.as_ref()));
    note(
        "modified",
        said.modified.as_ref().map(|date| json!(date.value.to_string())),
        source(said.modified.as_ref()),
    );
    note("tags", said.tags.as_ref().map(|tags| json!(tags.value)), source(said.tags.as_ref()));
    let texts = [
        ("site", &said.site),
        ("description", &said.description),
        ("canonical", &said.canonical),
        ("image", &said.image),
        ("licence", &said.licence),
    ];
    for (name, found) in texts {
        note(name, found.as_ref().map(|found| json!(found.value)), source(found.as_ref()));
    }
    if !sources.is_empty() {
        members.insert("sources".to_owned(), Value::Object(sources));
    }
    members
}

fn source<T>(found: Option<&Found<T>>) -> Option<&'static str> {
    found.map(|found| found.source.name())
}

/// Metadata are the members of an object as text; a record that has a member of this name keeps its own.
fn add_member(metadata: &mut String, members: &Map<String, Value>) {
    let name = json!(MEMBER).to_string() + ":";
    if members.is_empty() || metadata.contains(&name) {
        return;
    }
    if !metadata.is_empty() {
        metadata.push(',');
    }
    metadata.push_str(&name);
    metadata.push_str(&Value::Object(members.clone()).to_string());
}

#[cfg(test)]
mod tests {
    use copydesk_html::{Options, parse};

    use super::*;

    const PAGE: &[u8] = b"<html lang=en><title>Old bridge opens - The Aune Courier</title>\
        <meta property=og:site_name content='The Aune Courier'><meta property=article:published_time content=2024-03-05>\
        <h1>Old bridge opens</h1><p class=byline>By Ana Lund";

    fn filled(mut document: Document) -> Document {
        fill(&mut document, &parse(PAGE, &Options::default()), Map::new());
        document
    }

    #[test]
    fn empty_fields_are_filled() {
        let document = filled(Document::default());
        assert_eq!(document.title.as_deref(), Some("Old bridge opens"));
        assert_eq!(document.author.as_deref(), Some("Ana Lund"));
        assert_eq!(document.date.as_deref(), Some("2024-03-05"));
        let metadata: Value = serde_json::from_str(&format!("{{{}}}", document.metadata)).expect("members");
        assert_eq!(metadata["page"]["site"], "The Aune Courier");
        assert_eq!(metadata["page"]["sources"]["date"], "open-graph");
    }

    #[test]
    fn what_a_record_brought_stays() {
        let title = Some("Bridge".to_owned());
        let document = filled(Document { title, metadata: "\"page\":7".to_owned(), ..Document::default() });
        assert_eq!((document.title.as_deref(), document.metadata.as_str()), (Some("Bridge"), "\"page\":7"));
    }

    #[test]
    fn no_date_is_later_than_the_crawl() {
        let metadata = "\"warc-type\":\"response\",\"warc-date\":\"2023-02-01T12:00:00Z\"".to_owned();
        assert_eq!(filled(Document { metadata, ..Document::default() }).date, None);
    }
}
