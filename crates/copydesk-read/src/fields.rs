//! Which member of a record is what.
//!
//! Every collection has its own names for the same few things. A record's members are looked
//! through for the text, the id and the rest that a [`Document`] has a field for; all other
//! members are kept, byte for byte, as its metadata. A record is a JSON object, or a row of a table whose
//! columns are its members. The record's place in a file is not known here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::mem::take;

use copydesk_core::Document;
use memchr::{memchr, memchr2};
use schemars::JsonSchema;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::text::is_blank;

/// Names of members, or of columns, that are asked before the usual ones. A name with dots leads into
/// objects, unless there is a member with just that name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FieldNames {
    /// The article's text, before `text`, `raw_content`, `content`, `body`, `article` and `html`.
    pub text: Option<String>,
    /// What the article is known by, before `id`, `_id`, `doc_id`, `warc-record-id`, `warc_id` and
    /// `warc_headers.warc-record-id`.
    pub id: Option<String>,
    /// Where it was published, before `url`, `link`, `source_url`, `uri` and
    /// `warc_headers.warc-target-uri`.
    pub url: Option<String>,
    /// Its title, before `title` and `headline`.
    pub title: Option<String>,
    /// When it was published, before `date`, `published`, `date_published`, `publish_date`,
    /// `created`, `timestamp`, `date_download` and `warc_headers.warc-date`.
    pub date: Option<String>,
    /// Who wrote it, before `author`, `authors` and `byline`.
    pub author: Option<String>,
    /// The tag of its language, before `language`, `lang` and `identification.label`.
    pub language: Option<String>,
}

impl FieldNames {
    /// The name that the text is looked for first.
    pub(crate) fn text_name(&self) -> &str {
        self.text.as_deref().unwrap_or("text")
    }

    /// Can a table with columns of these names hold a text?
    pub(crate) fn may_hold_text(&self, columns: &[impl AsRef<str>]) -> bool {
        let is_own = |name: &str| {
            self.text.as_deref().is_some_and(|own| own.split('.').next() == Some(name) || own == name)
        };
        columns.iter().map(AsRef::as_ref).any(|name| is_own(name) || TEXT.contains(&name))
    }
}

const TEXT: &[&str] = &["text", "raw_content", "content", "body", "article", "html"];
const ID: &[&str] = &[
    "id",
    "_id",
    "doc_id",
    "warc-record-id",
    "WARC-Record-ID",
    "warc_record_id",
    "warc_id",
    "warc_headers.warc-record-id",
];
const URL: &[&str] = &["url", "link", "source_url", "uri", "warc_headers.warc-target-uri"];
const TITLE: &[&str] = &["title", "headline"];
const DATE: &[&str] = &[
    "date",
    "published",
    "date_published",
    "publish_date",
    "created",
    "timestamp",
    "date_download",
    "warc_headers.warc-date",
];
const AUTHOR: &[&str] = &["author", "authors", "byline"];
const LANGUAGE: &[&str] = &["language", "lang", "identification.label"];
/// An object among the members, or a string with one in it, that holds more of them.
const METADATA: &[&str] = &["metadata", "meta"];
/// What data-juicer notes about its own work begins so; it is nobody's metadata.
const NOTES: &str = "__dj__";

/// So many members are compared one by one; beyond that a map is cheaper.
const FEW: usize = 32;

/// Why a record is no document: the reason, and what was found.
pub(crate) type Refusal = (&'static str, String);

/// What a member says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    /// As JSON, valid and without white space around it.
    Json(&'a str),
    /// Just the text, as a table has it.
    Text(&'a str),
}

impl<'a> Value<'a> {
    /// The object in it, as JSON.
    fn object(self) -> Option<&'a str> {
        match self {
            Value::Json(value) => value.starts_with('{').then_some(value),
            Value::Text(_) => None,
        }
    }

    /// What a string says; none if it is no string, or holds half of a surrogate pair.
    fn unquoted(self) -> Option<Cow<'a, str>> {
        match self {
            Value::Json(value) => unquoted(value),
            Value::Text(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// What it is, to a person.
    fn shape(self) -> &'static str {
        match self {
            Value::Text(_) => "string",
            Value::Json(value) => match value.as_bytes().first() {
                Some(b'"') => "string",
                Some(b'{') => "an object",
                Some(b'[') => "a list",
                Some(b'n') => "null",
                Some(b't' | b'f') => "true or false",
                _ => "a number",
            },
        }
    }
}

/// The members of an object, each key once.
#[derive(Default)]
pub(crate) struct Members<'a> {
    list: Vec<Member<'a>>,
    /// Filled when there are more than [`FEW`].
    places: HashMap<Cow<'a, str>, usize>,
}

struct Member<'a> {
    key: Cow<'a, str>,
    /// As it stands in the record.
    value: Value<'a>,
    /// It has a field of its own in the document.
    is_used: bool,
}

impl<'a> Members<'a> {
    fn clear(&mut self) {
        self.list.clear();
        self.places.clear();
    }

    fn place(&self, key: &str) -> Option<usize> {
        match self.list.len() {
            ..=FEW => self.list.iter().position(|member| member.key == key),
            _ => self.places.get(key).copied(),
        }
    }

    /// Adds a member. The last of several with the same key wins.
    fn add(&mut self, key: Cow<'a, str>, value: Value<'a>) {
        if key.starts_with(NOTES) {
            return;
        }
        if let Some(place) = self.place(&key) {
            self.list[place].value = value;
            return;
        }
        self.list.push(Member { key, value, is_used: false });
        match self.list.len() {
            ..=FEW => {}
            count if count == FEW + 1 => {
                self.places
                    .extend(self.list.iter().enumerate().map(|(place, member)| (member.key.clone(), place)));
            }
            count => {
                self.places.insert(self.list[count - 1].key.clone(), count - 1);
            }
        }
    }

    /// Reads the members of an object, in place of those that were there.
    fn read(&mut self, json: &'a str) -> serde_json::Result<()> {
        self.clear();
        let mut deserializer = serde_json::Deserializer::from_str(json);
        self.deserialize(&mut deserializer)?;
        deserializer.end()
    }

    /// The first of the named members that `take` can use, and where it stands unless that is inside of
    /// another.
    fn find<T>(
        &self,
        own: Option<&str>,
        usual: &[&str],
        take: impl Fn(Value<'_>) -> Option<T>,
    ) -> Option<(Option<usize>, T)> {
        own.into_iter().chain(usual.iter().copied()).find_map(|name| {
            if let Some(place) = self.place(name) {
                return Some((Some(place), take(self.list[place].value)?));
            }
            Some((None, take(self.inside(name)?)?))
        })
    }

    /// The value that a name with dots leads to.
    fn inside(&self, name: &str) -> Option<Value<'a>> {
        let (head, rest) = name.split_once('.')?;
        let mut members = Members::default();
        members.read(self.list[self.place(head)?].value.object()?).ok()?;
        match members.place(rest) {
            Some(place) => Some(members.list[place].value),
            None => members.inside(rest),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Members<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Members<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            self.add(key, Value::Json(value.get()));
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes in it.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Room for the members of one record after the other.
#[derive(Default)]
pub(crate) struct Record<'a> {
    top: Members<'a>,
    /// The members of `metadata`, or else of `meta`.
    below: Members<'a>,
    /// Where that object stands among the members at the top.
    opened: Option<usize>,
}

impl<'a> Record<'a> {
    /// The document in a JSON object. It has an empty id if the record has none.
    pub(crate) fn read(&mut self, json: &'a str, names: &FieldNames) -> Result<Document, Refusal> {
        self.top.read(json).map_err(|error| not_json(&error))?;
        self.document(names)
    }

    /// The document in a row of a table.
    pub(crate) fn read_row(
        &mut self,
        columns: impl Iterator<Item = (&'a str, Value<'a>)>,
        names: &FieldNames,
    ) -> Result<Document, Refusal> {
        self.top.clear();
        columns.for_each(|(name, value)| self.top.add(Cow::Borrowed(name), value));
        self.document(names)
    }

    /// Is a member of the record nested deeper than `most`?
    pub(crate) fn is_deeper(&self, most: usize) -> bool {
        self.top.list.iter().any(|member| matches!(member.value, Value::Json(json) if is_deeper(json, most)))
    }

    fn document(&mut self, names: &FieldNames) -> Result<Document, Refusal> {
        self.below.clear();
        let holder =
            |value: Value<'_>| value.unquoted().is_some_and(|text| text.starts_with('{')).then_some(());
        let object = |value: Value<'_>| value.object().map(drop).or_else(|| holder(value));
        self.opened = self.top.find(None, METADATA, object).and_then(|(place, ())| place);
        let Some(place) = self.opened else { return self.fill(names) };
        match self.top.list[place].value {
            Value::Json(json) if json.starts_with('"') => self.with_quoted(json, names),
            Value::Json(json) | Value::Text(json) => {
                if self.below.read(json).is_err() {
                    (self.opened, _) = (None, self.below.clear());
                }
                self.fill(names)
            }
        }
    }

    /// With metadata that are JSON inside of a JSON string.
    fn with_quoted(&mut self, json: &str, names: &FieldNames) -> Result<Document, Refusal> {
        let inner = unquoted(json).unwrap_or_default().into_owned();
        let mut record = Record { top: take(&mut self.top), opened: self.opened, ..Record::default() };
        if record.below.read(&inner).is_err() {
            (record.opened, _) = (None, record.below.clear());
        }
        record.fill(names)
    }

    fn fill(&mut self, names: &FieldNames) -> Result<Document, Refusal> {
        let (text, mime) = self.take_text(names)?;
        let mut document = Document { text, mime: Cow::Borrowed(mime), ..Document::default() };
        document.id = self.take_at_top(names.id.as_deref(), ID, scalar).unwrap_or_default();
        document.url = self.take(names.url.as_deref(), URL, scalar);
        document.title = self.take(names.title.as_deref(), TITLE, string);
        document.date = self.take(names.date.as_deref(), DATE, scalar);
        document.author = self.take(names.author.as_deref(), AUTHOR, people);
        document.language = self.take(names.language.as_deref(), LANGUAGE, string);
        document.metadata = self.rest(names.text.as_deref());
        Ok(document)
    }

    fn take_text(&mut self, names: &FieldNames) -> Result<(String, &'static str), Refusal> {
        let own = names.text.as_deref();
        let Some((place, text)) = self.top.find(own, TEXT, string) else {
            return Err(self.why_no_text(own));
        };
        let name = match place {
            Some(place) => {
                let member = &mut self.top.list[place];
                member.is_used = true;
                &*member.key
            }
            None => own.unwrap_or_default(),
        };
        Ok((text, if name.ends_with("html") { "text/html" } else { "text/plain" }))
    }

    fn why_no_text(&self, own: Option<&str>) -> Refusal {
        let Some((place, value)) =
            self.top.find(own, TEXT, |value| Some((value.shape(), value.unquoted().is_some())))
        else {
            return ("no-text", format!("no member `{}`; it has {}", own.unwrap_or("text"), self.keys()));
        };
        let key = place.map_or(own.unwrap_or_default(), |place| &*self.top.list[place].key);
        match value {
            ("string", true) => ("empty", format!("no text in `{key}`")),
            ("string", false) => half_letter(key),
            (shape, _) => ("no-text", format!("`{key}` is {shape}, not a string")),
        }
    }

    fn keys(&self) -> String {
        const SHOWN: usize = 8;
        let keys: Vec<_> =
            self.top.list.iter().take(SHOWN).map(|member| format!("`{}`", member.key)).collect();
        match self.top.list.len() {
            0 => "none".to_owned(),
            count if count > SHOWN => format!("{} and {} more", keys.join(", "), count - SHOWN),
            _ => keys.join(", "),
        }
    }

    fn take_at_top(
        &mut self,
        own: Option<&str>,
        usual: &[&str],
        take: fn(Value<'_>) -> Option<String>,
    ) -> Option<String> {
        let (place, value) = self.top.find(own, usual, take)?;
        if let Some(place) = place {
            self.top.list[place].is_used = true;
        }
        Some(value)
    }

    /// From the top, or else from the metadata, where the member also stays.
    fn take(
        &mut self,
        own: Option<&str>,
        usual: &[&str],
        take: fn(Value<'_>) -> Option<String>,
    ) -> Option<String> {
        let at_top = self.take_at_top(own, usual, take);
        at_top.or_else(|| self.below.find(own, usual, take).map(|(_, value)| value))
    }

    /// All members that have no field of their own, without braces: those at the top, then those
    /// of the metadata whose keys are not taken yet. A text that was found inside of a member stands in
    /// the document only.
    fn rest(&self, own_text: Option<&str>) -> String {
        let mut rest = String::new();
        let path = own_text.filter(|own| self.top.place(own).is_none()).and_then(|own| own.split_once('.'));
        let is_rest = |place: usize| !self.top.list[place].is_used && self.opened != Some(place);
        for (_, member) in self.top.list.iter().enumerate().filter(|&(place, _)| is_rest(place)) {
            push_without(member, path, &mut rest);
        }
        let is_new = |member: &&Member<'_>| !self.top.place(&member.key).is_some_and(is_rest);
        let below = path.filter(|(head, _)| METADATA.contains(head)).map(|(_, rest)| rest);
        for member in self.below.list.iter().filter(is_new).filter(|member| below != Some(&*member.key)) {
            push_without(member, below.and_then(|below| below.split_once('.')), &mut rest);
        }
        rest
    }
}

/// Appends a member, but not what a path leads to in it.
fn push_without(member: &Member<'_>, path: Option<(&str, &str)>, out: &mut String) {
    let inner =
        path.filter(|(head, _)| *head == member.key).and_then(|(_, rest)| without(member.value, rest));
    match inner {
        None => push_member(&member.key, member.value, out),
        Some(inner) => push_member(&member.key, Value::Json(&inner), out),
    }
}

/// An object without what a path leads to in it.
fn without(value: Value<'_>, path: &str) -> Option<String> {
    let mut members = Members::default();
    members.read(value.object()?).ok()?;
    let mut out = String::new();
    for member in members.list.iter().filter(|member| member.key != path) {
        push_without(member, path.split_once('.'), &mut out);
    }
    Some(format!("{{{out}}}"))
}

fn push_member(key: &str, value: Value<'_>, out: &mut String) {
    if !out.is_empty() {
        out.push(',');
    }
    push_quoted(key, out);
    out.push(':');
    match value {
        Value::Json(json) => push_mended(json, out),
        Value::Text(text) => push_quoted(text, out),
    }
}

/// Appends a text as a JSON string.
pub(crate) fn push_quoted(text: &str, out: &mut String) {
    let is_plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if is_plain {
        out.extend(["\"", text, "\""]);
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Appends a value, with `\ufffd` for each half of a surrogate pair. Such JSON is well-formed, but
/// most programs that would read the output refuse it.
fn push_mended(value: &str, out: &mut String) {
    let (mut done, mut place) = (0, 0);
    while let Some(step) = memchr(b'\\', &value.as_bytes()[place..]) {
        place += step;
        let next = match escaped_unit(value, place) {
            None => 2,
            Some(0xd800..=0xdbff) if matches!(escaped_unit(value, place + 6), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                out.extend([&value[done..place], "\\ufffd"]);
                done = place + 6;
                6
            }
            Some(_) => 6,
        };
        place = value.len().min(place + next);
    }
    out.push_str(&value[done..]);
}

/// The UTF-16 unit of an escape `\uXXXX` at a place, if there is one.
fn escaped_unit(value: &str, place: usize) -> Option<u16> {
    let digits = value.get(place..place + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

/// Is a JSON value nested deeper than `most`?
fn is_deeper(value: &str, most: usize) -> bool {
    let (mut depth, mut place) = (0, 0);
    let bytes = value.as_bytes();
    if !matches!(bytes.first(), Some(b'[' | b'{')) {
        return false;
    }
    while let Some(&byte) = bytes.get(place) {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            b'"' => place = string_end(bytes, place),
            _ => {}
        }
        if depth > most {
            return true;
        }
        place += 1;
    }
    false
}

/// Where a string ends that begins at a place: its closing quote.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut place = start + 1;
    while let Some(step) = bytes.get(place..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        place += step;
        if bytes[place] == b'"' {
            break;
        }
        place += 2;
    }
    place
}

fn half_letter(key: &str) -> Refusal {
    ("not-json", format!("half of a surrogate pair in `{key}`"))
}

fn not_json(error: &serde_json::Error) -> Refusal {
    if error.is_data() {
        return ("not-object", "a record is an object in braces".to_owned());
    }
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    ("not-json", format!("{message} at column {}", error.column()))
}

fn string(value: Value<'_>) -> Option<String> {
    value.unquoted().filter(|text| !is_blank(text)).map(Cow::into_owned)
}

/// A string, or the digits of a number.
fn scalar(value: Value<'_>) -> Option<String> {
    match value {
        Value::Json(number) if value.shape() == "a number" => Some(number.to_owned()),
        _ => string(value),
    }
}

/// A name, or names joined by `; `.
fn people(value: Value<'_>) -> Option<String> {
    fn name(value: &serde_json::Value) -> Option<&str> {
        value.as_str().or_else(|| value.get("name")?.as_str()).filter(|name| !is_blank(name))
    }
    match value {
        Value::Json(json) if matches!(json.as_bytes().first(), Some(b'[' | b'{')) => {
            let value: serde_json::Value = serde_json::from_str(json).ok()?;
            let names: Vec<_> =
                value.as_array().map_or(vec![name(&value)], |list| list.iter().map(name).collect());
            let names: Vec<_> = names.into_iter().flatten().collect();
            (!names.is_empty()).then(|| names.join("; "))
        }
        _ => string(value),
    }
}

/// What a JSON string says; none if the value is no string, or holds half of a surrogate pair.
fn unquoted(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    match memchr(b'\\', inner.as_bytes()) {
        None => Some(Cow::Borrowed(inner)),
        Some(_) => serde_json::from_str(value).ok().map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Document, Refusal> {
        Record::default().read(json, &FieldNames::default())
    }

    fn refusal(json: &str) -> (&'static str, String) {
        read(json).unwrap_err()
    }

    #[test]
    fn the_usual_names_are_known() {
        let json = r#"{"_id": "a1", "link": "https://example.org/1", "headline": "Bridge opens", "content": "It is \"open\".\n",
            "published": "2024-05-01", "byline": "Ada Lovelace", "lang": "en", "section": "local", "views": 3}"#;
        let document = read(&json.replace('\n', " ")).unwrap();
        assert_eq!(document.id, "a1");
        assert_eq!(document.url.as_deref(), Some("https://example.org/1"));
        assert_eq!(document.title.as_deref(), Some("Bridge opens"));
        assert_eq!(document.text, "It is \"open\".\n");
        assert_eq!(document.date.as_deref(), Some("2024-05-01"));
        assert_eq!(document.author.as_deref(), Some("Ada Lovelace"));
        assert_eq!(document.language.as_deref(), Some("en"));
        assert_eq!(document.metadata, r#""section":"local","views":3"#);
        assert_eq!(document.mime, "text/plain");
    }

    #[test]
    fn a_configured_name_comes_first_and_the_others_stay() {
        let names = FieldNames { text: Some("story".into()), ..FieldNames::default() };
        let document =
            Record::default().read(r#"{"text": "Teaser", "story": "The bridge is open."}"#, &names).unwrap();
        assert_eq!(
            (document.text.as_str(), document.metadata.as_str()),
            ("The bridge is open.", r#""text":"Teaser""#)
        );
    }

    #[test]
    fn an_empty_text_is_passed_over_for_one_that_is_not() {
        let document = read(r#"{"text": " ", "content": null, "html": "<p>The bridge is open."}"#).unwrap();
        assert_eq!((document.text.as_str(), &*document.mime), ("<p>The bridge is open.", "text/html"));
        assert_eq!(document.metadata, r#""text":" ","content":null"#);
    }

    #[test]
    fn numbers_can_be_ids() {
        assert_eq!(
            read(r#"{"id": 12345678901234567890123, "text": "a"}"#).unwrap().id,
            "12345678901234567890123"
        );
        assert_eq!(read(r#"{"id": "", "doc_id": 7, "text": "a"}"#).unwrap().id, "7");
        assert_eq!(read(r#"{"id": null, "text": "a"}"#).unwrap().id, "");
    }

    #[test]
    fn authors_are_joined() {
        let author = |json: &str| read(&format!(r#"{{"text": "a", "author": {json}}}"#)).unwrap().author;
        assert_eq!(author(r#"["Ada", "Bob \u00e9"]"#).as_deref(), Some("Ada; Bob é"));
        assert_eq!(author(r#"[{"name": "Ada"}, {"id": 1}]"#).as_deref(), Some("Ada"));
        assert_eq!(author(r#"{"@type": "Person", "name": "Ada"}"#).as_deref(), Some("Ada"));
        assert_eq!(author("[]"), None);
        assert_eq!(author("false"), None);
    }

    #[test]
    fn metadata_is_opened_and_kept() {
        let document = read(
            r#"{"text": "a", "url": "u", "tag": 1, "metadata": {"url": "v", "title": "T", "tag": 2, "x": [1, 2]}}"#,
        );
        let document = document.unwrap();
        assert_eq!((document.url.as_deref(), document.title.as_deref()), (Some("u"), Some("T")));
        assert_eq!(document.metadata, r#""tag":1,"url":"v","title":"T","x":[1, 2]"#);
    }

    #[test]
    fn metadata_that_is_no_object_is_a_member_like_others() {
        let document = read(r#"{"text": "a", "metadata": "CC-BY", "meta": {"lang": "de"}}"#).unwrap();
        assert_eq!(document.language.as_deref(), Some("de"));
        assert_eq!(document.metadata, r#""metadata":"CC-BY","lang":"de""#);
    }

    #[test]
    fn ids_and_texts_of_the_metadata_are_not_the_records() {
        let document = read(r#"{"text": "a", "metadata": {"id": "x", "text": "y"}}"#).unwrap();
        assert_eq!((document.id.as_str(), document.text.as_str()), ("", "a"));
    }

    #[test]
    fn the_last_of_equal_members_wins() {
        let document = read(r#"{"text": "a", "x": 1, "text": "b", "x": 2}"#).unwrap();
        assert_eq!((document.text.as_str(), document.metadata.as_str()), ("b", r#""x":2"#));
    }

    #[test]
    fn many_members_are_told_apart() {
        let members: Vec<_> = (0..100).map(|n| format!("\"k{}\":{n}", n % 50)).collect();
        let document = read(&format!("{{{},\"text\":\"a\"}}", members.join(","))).unwrap();
        let expected: Vec<_> = (0..50).map(|n| format!("\"k{n}\":{}", n + 50)).collect();
        assert_eq!((document.text.as_str(), document.metadata), ("a", expected.join(",")));
    }

    #[test]
    fn keys_with_escapes_stay_valid() {
        let document = read(r#"{"t\u0065xt": "a", "say \"x\"": 1, "tab\t": 2}"#).unwrap();
        assert_eq!((document.text.as_str(), document.metadata.as_str()), ("a", r#""say \"x\"":1,"tab\t":2"#));
    }

    #[test]
    fn a_record_that_is_no_document_says_why() {
        assert_eq!(refusal("{\"text\": "), ("not-json", "EOF while parsing a value at column 9".into()));
        assert_eq!(refusal(r#"{"text": "a"} x"#), ("not-json", "trailing characters at column 15".into()));
        assert_eq!(refusal("[1]"), ("not-object", "a record is an object in braces".into()));
        assert_eq!(refusal("{}"), ("no-text", "no member `text`; it has none".into()));
        assert_eq!(
            refusal(r#"{"url": "u", "story": "s"}"#),
            ("no-text", "no member `text`; it has `url`, `story`".into())
        );
        assert_eq!(refusal(r#"{"body": null}"#), ("no-text", "`body` is null, not a string".into()));
        assert_eq!(refusal(r#"{"text": 5}"#), ("no-text", "`text` is a number, not a string".into()));
        assert_eq!(refusal(r#"{"text": " \n\u00a0"}"#), ("empty", "no text in `text`".into()));
    }

    #[test]
    fn half_a_surrogate_pair_is_refused_in_the_text_and_mended_in_the_metadata() {
        assert_eq!(
            refusal(r#"{"text": "\ud83d"}"#),
            ("not-json", "half of a surrogate pair in `text`".to_owned())
        );
        let metadata = |value: &str| read(&format!(r#"{{"text": "a", "x": {value}}}"#)).unwrap().metadata;
        assert_eq!(metadata(r#"["\uD83D", "a\ude00b"]"#), r#""x":["\ufffd", "a\ufffdb"]"#);
        assert_eq!(metadata(r#""\ud83d\ud83d\ude00""#), r#""x":"\ufffd\ud83d\ude00""#);
        assert_eq!(metadata(r#""\\ud83d \n\u00e9""#), r#""x":"\\ud83d \n\u00e9""#);
        let document = read(r#"{"text": "\ud83d\ude00", "tags": "\uD83D\uDE00"}"#).unwrap();
        assert_eq!((document.text.as_str(), document.metadata.as_str()), ("😀", r#""tags":"\uD83D\uDE00""#));
    }

    #[test]
    fn depth_is_counted_outside_of_strings() {
        let is_deeper_than_two = |json: &str| {
            let mut record = Record::default();
            record.read(json, &FieldNames::default()).unwrap();
            record.is_deeper(2)
        };
        assert!(is_deeper_than_two(r#"{"text": "a", "x": {"y": [[1]]}}"#));
        assert!(!is_deeper_than_two(r#"{"text": "[[[[[[", "x": {"y": "\"[[["}}"#));
        assert!(!is_deeper_than_two(r#"{"text": "a", "x": [[], [], [1], {}], "y": ["\\"]}"#));
    }

    #[test]
    fn a_number_that_does_not_fit_stays_as_it_is_written() {
        let document = read(r#"{"text": "a", "x": [1e999, "\ud83d\ude00"]}"#).unwrap();
        assert_eq!(document.metadata, r#""x":[1e999, "\ud83d\ude00"]"#);
    }

    #[test]
    fn records_of_datatrove_are_known() {
        let document = read(
            r#"{"text": "The bridge is open.", "id": "d/0", "media": [], "metadata": {"url": "https://example.org/1", "date": "2024-05-01T09:00:00Z", "dump": "CC-MAIN-2024-18", "language": "en", "language_score": 0.98}}"#,
        )
        .unwrap();
        assert_eq!((document.id.as_str(), document.url.as_deref()), ("d/0", Some("https://example.org/1")));
        assert_eq!(
            (document.date.as_deref(), document.language.as_deref()),
            (Some("2024-05-01T09:00:00Z"), Some("en"))
        );
        assert_eq!(
            document.metadata,
            r#""media":[],"url":"https://example.org/1","date":"2024-05-01T09:00:00Z","dump":"CC-MAIN-2024-18","language":"en","language_score":0.98"#
        );
    }

    #[test]
    fn rows_of_fineweb_are_known() {
        let document = read(
            r#"{"text": "The bridge is open.", "id": "<urn:uuid:1>", "dump": "CC-MAIN-2024-18", "url": "https://example.org/1", "date": "2024-05-01T09:00:00Z", "file_path": "s3://x/1.warc.gz", "language": "en", "language_score": 0.98, "token_count": 5}"#,
        )
        .unwrap();
        assert_eq!(
            (document.id.as_str(), document.date.as_deref()),
            ("<urn:uuid:1>", Some("2024-05-01T09:00:00Z"))
        );
        assert_eq!(
            document.metadata,
            r#""dump":"CC-MAIN-2024-18","file_path":"s3://x/1.warc.gz","language_score":0.98,"token_count":5"#
        );
    }

    #[test]
    fn records_of_dolma_are_known() {
        let document = read(
            r#"{"id": "n1", "text": "The bridge is open.", "source": "news", "added": "2024-06-01T00:00:00.000Z", "created": "2024-05-01T09:00:00.000Z", "version": "v1", "metadata": {"url": "https://example.org/1"}}"#,
        )
        .unwrap();
        assert_eq!(
            (document.date.as_deref(), document.url.as_deref()),
            (Some("2024-05-01T09:00:00.000Z"), Some("https://example.org/1"))
        );
        assert_eq!(
            document.metadata,
            r#""source":"news","added":"2024-06-01T00:00:00.000Z","version":"v1","url":"https://example.org/1""#
        );
    }

    #[test]
    fn records_of_cc_net_are_known() {
        let document = read(
            r#"{"url": "https://example.org/1", "date_download": "2024-05-02T00:00:00Z", "digest": "sha1:X", "length": 19, "source_domain": "example.org", "title": "Bridge opens", "raw_content": "The bridge is open.", "language": "en", "perplexity": 150.5, "bucket": "head"}"#,
        )
        .unwrap();
        assert_eq!(
            (document.text.as_str(), document.title.as_deref()),
            ("The bridge is open.", Some("Bridge opens"))
        );
        assert_eq!((document.date.as_deref(), document.id.as_str()), (Some("2024-05-02T00:00:00Z"), ""));
        assert_eq!(
            document.metadata,
            r#""digest":"sha1:X","length":19,"source_domain":"example.org","perplexity":150.5,"bucket":"head""#
        );
    }

    #[test]
    fn records_of_oscar_are_known() {
        let document = read(
            r#"{"content": "The bridge is open.", "warc_headers": {"warc-record-id": "<urn:uuid:2>", "warc-target-uri": "https://example.org/2", "warc-date": "2024-05-03T00:00:00Z"}, "metadata": {"identification": {"label": "en", "prob": 0.9}, "tlsh": null}}"#,
        )
        .unwrap();
        assert_eq!(
            (document.id.as_str(), document.url.as_deref()),
            ("<urn:uuid:2>", Some("https://example.org/2"))
        );
        assert_eq!(
            (document.date.as_deref(), document.language.as_deref()),
            (Some("2024-05-03T00:00:00Z"), Some("en"))
        );
        assert!(
            document.metadata.starts_with(r#""warc_headers":{"warc-record-id""#),
            "{}",
            document.metadata
        );
        assert!(document.metadata.ends_with(r#""identification":{"label": "en", "prob": 0.9},"tlsh":null"#));
    }

    #[test]
    fn records_of_nemo_curator_data_juicer_and_c4_are_known() {
        let document = read(
            r#"{"url": "https://example.org/3", "warc_id": "3-4", "source_id": "a.warc.gz", "language": "EN", "text": "Open."}"#,
        )
        .unwrap();
        assert_eq!((document.id.as_str(), document.metadata.as_str()), ("3-4", r#""source_id":"a.warc.gz""#));
        let document = read(
            r#"{"text": "Open.", "meta": {"src": "news", "date": "2024-05-04"}, "__dj__stats__": {"text_len": 5}, "__dj__hash": "x"}"#,
        )
        .unwrap();
        assert_eq!(
            (document.date.as_deref(), document.metadata.as_str()),
            (Some("2024-05-04"), r#""src":"news","date":"2024-05-04""#)
        );
        let document =
            read(r#"{"url": "https://example.org/5", "text": "Open.", "timestamp": "2019-04-25T12:57:54Z"}"#)
                .unwrap();
        assert_eq!(
            (document.date.as_deref(), document.metadata.as_str()),
            (Some("2019-04-25T12:57:54Z"), "")
        );
    }

    #[test]
    fn a_name_with_dots_leads_into_objects() {
        let names = FieldNames {
            text: Some("article.body.en".into()),
            url: Some("article.link".into()),
            ..FieldNames::default()
        };
        let json =
            r#"{"article": {"link": "u", "body": {"en": "The bridge is open.", "de": "Offen."}}, "x": 1}"#;
        let document = Record::default().read(json, &names).unwrap();
        assert_eq!((document.text.as_str(), document.url.as_deref()), ("The bridge is open.", Some("u")));
        assert_eq!(document.metadata, r#""article":{"link":"u","body":{"de":"Offen."}},"x":1"#);
        let json = r#"{"article.body.en": "Just so.", "article": {"body": 1}}"#;
        let document = Record::default().read(json, &names).unwrap();
        assert_eq!(
            (document.text.as_str(), document.metadata.as_str()),
            ("Just so.", r#""article":{"body": 1}"#)
        );
        let in_metadata = FieldNames { text: Some("metadata.story".into()), ..FieldNames::default() };
        let json = r#"{"metadata": {"story": "The bridge is open.", "tag": 1}}"#;
        let document = Record::default().read(json, &in_metadata).unwrap();
        assert_eq!(
            (document.text.as_str(), document.metadata.as_str()),
            ("The bridge is open.", r#""tag":1"#)
        );
        let refused = Record::default().read(r#"{"article": {"body": {"en": 5}}}"#, &names).unwrap_err();
        assert_eq!(refused, ("no-text", "`article.body.en` is a number, not a string".into()));
    }

    #[test]
    fn metadata_can_be_json_in_a_string() {
        let document =
            read(r#"{"text": "a", "x": 1, "metadata": "{\"url\": \"u\", \"tag\": \"\\u00e9\"}"}"#).unwrap();
        assert_eq!(
            (document.url.as_deref(), document.metadata.as_str()),
            (Some("u"), r#""x":1,"url":"u","tag":"\u00e9""#)
        );
        let document = read(r#"{"text": "a", "metadata": "{broken"}"#).unwrap();
        assert_eq!(document.metadata, r#""metadata":"{broken""#);
    }

    #[test]
    fn a_row_is_a_record_like_others() {
        let columns = [
            ("text", Value::Text("The \"bridge\" is open.")),
            ("author", Value::Json(r#"["Ada", "Bob"]"#)),
            ("tag", Value::Text("a\n\"b\"")),
            ("views", Value::Json("3")),
            ("metadata", Value::Text(r#"{"lang": "en"}"#)),
        ];
        let document = Record::default().read_row(columns.into_iter(), &FieldNames::default()).unwrap();
        assert_eq!(document.text, "The \"bridge\" is open.");
        assert_eq!(
            (document.author.as_deref(), document.language.as_deref()),
            (Some("Ada; Bob"), Some("en"))
        );
        assert_eq!(document.metadata, r#""tag":"a\n\"b\"","views":3,"lang":"en""#);
    }
}
