//! Which member of a JSON record is what.
//!
//! Every collection has its own names for the same few things. A record's members are looked
//! through for the text, the id and the rest that a [`Document`] has a field for; all other
//! members are kept, byte for byte, as its metadata. The record's place in a file is not known
//! here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use copydesk_core::Document;
use memchr::memchr;
use schemars::JsonSchema;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::text::is_blank;

/// Names of members in JSON records that are asked before the usual ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FieldNames {
    /// The article's text, before `text`, `raw_content`, `content`, `body`, `article` and `html`.
    pub text: Option<String>,
    /// What the article is known by, before `id`, `_id`, `doc_id` and `warc-record-id`.
    pub id: Option<String>,
    /// Where it was published, before `url`, `link`, `source_url` and `uri`.
    pub url: Option<String>,
    /// Its title, before `title` and `headline`.
    pub title: Option<String>,
    /// When it was published, before `date`, `published`, `date_published`, `publish_date`,
    /// `created` and `timestamp`.
    pub date: Option<String>,
    /// Who wrote it, before `author`, `authors` and `byline`.
    pub author: Option<String>,
    /// The tag of its language, before `language` and `lang`.
    pub language: Option<String>,
}

const TEXT: [&str; 6] = ["text", "raw_content", "content", "body", "article", "html"];
const ID: [&str; 6] = ["id", "_id", "doc_id", "warc-record-id", "WARC-Record-ID", "warc_record_id"];
const URL: [&str; 4] = ["url", "link", "source_url", "uri"];
const TITLE: [&str; 2] = ["title", "headline"];
const DATE: [&str; 6] = ["date", "published", "date_published", "publish_date", "created", "timestamp"];
const AUTHOR: [&str; 3] = ["author", "authors", "byline"];
const LANGUAGE: [&str; 2] = ["language", "lang"];
/// An object among the members that holds more of them.
const METADATA: [&str; 2] = ["metadata", "meta"];

/// So many members are compared one by one; beyond that a map is cheaper.
const FEW: usize = 32;

/// Why a record is no document: the reason, and what was found.
pub(crate) type Refusal = (&'static str, String);

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
    value: &'a str,
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
    fn add(&mut self, key: Cow<'a, str>, value: &'a str) {
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

    /// The first of the named members that `take` can use.
    fn find<T>(
        &self,
        own: Option<&str>,
        usual: &[&str],
        take: impl Fn(&str) -> Option<T>,
    ) -> Option<(usize, T)> {
        own.into_iter().chain(usual.iter().copied()).find_map(|name| {
            let place = self.place(name)?;
            Some((place, take(self.list[place].value)?))
        })
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
            self.add(key, value.get());
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
        self.open_metadata();
        let (text, mime) = self.take_text(names)?;
        let mut document = Document { text, mime: Cow::Borrowed(mime), ..Document::default() };
        document.id = self.take_at_top(names.id.as_deref(), &ID, scalar).unwrap_or_default();
        document.url = self.take(names.url.as_deref(), &URL, scalar);
        document.title = self.take(names.title.as_deref(), &TITLE, string);
        document.date = self.take(names.date.as_deref(), &DATE, scalar);
        document.author = self.take(names.author.as_deref(), &AUTHOR, people);
        document.language = self.take(names.language.as_deref(), &LANGUAGE, string);
        document.metadata = self.rest();
        Ok(document)
    }

    fn open_metadata(&mut self) {
        self.below.clear();
        let object = |value: &str| value.starts_with('{').then_some(());
        self.opened = self.top.find(None, &METADATA, object).map(|(place, ())| place);
        if let Some(place) = self.opened
            && self.below.read(self.top.list[place].value).is_err()
        {
            self.opened = None;
        }
    }

    fn take_text(&mut self, names: &FieldNames) -> Result<(String, &'static str), Refusal> {
        let own = names.text.as_deref();
        let text = |value: &str| unquoted(value).filter(|text| !is_blank(text));
        let Some((place, text)) = self.top.find(own, &TEXT, text) else {
            return Err(self.why_no_text(own));
        };
        let member = &mut self.top.list[place];
        member.is_used = true;
        Ok((text, if member.key.ends_with("html") { "text/html" } else { "text/plain" }))
    }

    fn why_no_text(&self, own: Option<&str>) -> Refusal {
        match self.top.find(own, &TEXT, |value| Some(shape(value))) {
            None => ("no-text", format!("no member `{}`; it has {}", own.unwrap_or("text"), self.keys())),
            Some((place, "string")) => {
                let Member { key, value, .. } = &self.top.list[place];
                match unquoted(value) {
                    Some(_) => ("empty", format!("no text in `{key}`")),
                    None => half_letter(key),
                }
            }
            Some((place, shape)) => {
                ("no-text", format!("`{}` is {shape}, not a string", self.top.list[place].key))
            }
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
        take: fn(&str) -> Option<String>,
    ) -> Option<String> {
        let (place, value) = self.top.find(own, usual, take)?;
        self.top.list[place].is_used = true;
        Some(value)
    }

    /// From the top, or else from the metadata, where the member also stays.
    fn take(
        &mut self,
        own: Option<&str>,
        usual: &[&str],
        take: fn(&str) -> Option<String>,
    ) -> Option<String> {
        let at_top = self.take_at_top(own, usual, take);
        at_top.or_else(|| self.below.find(own, usual, take).map(|(_, value)| value))
    }

    /// All members that have no field of their own, without braces: those at the top, then those
    /// of the metadata whose keys are not taken yet.
    fn rest(&self) -> String {
        let mut rest = String::new();
        let is_rest = |place: usize| !self.top.list[place].is_used && self.opened != Some(place);
        for (_, member) in self.top.list.iter().enumerate().filter(|&(place, _)| is_rest(place)) {
            push_member(member, &mut rest);
        }
        let is_new = |member: &&Member<'_>| !self.top.place(&member.key).is_some_and(is_rest);
        self.below.list.iter().filter(is_new).for_each(|member| push_member(member, &mut rest));
        rest
    }
}

fn push_member(member: &Member<'_>, out: &mut String) {
    if !out.is_empty() {
        out.push(',');
    }
    match &member.key {
        // borrowed means that nothing in it was escaped
        Cow::Borrowed(key) => out.extend(["\"", key, "\":"]),
        Cow::Owned(key) => out.extend([&Value::from(key.as_str()).to_string(), ":"]),
    }
    push_mended(member.value, out);
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

/// What a JSON value is, to a person.
fn shape(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'n') => "null",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    }
}

fn string(value: &str) -> Option<String> {
    unquoted(value).filter(|text| !is_blank(text))
}

/// A string, or the digits of a number.
fn scalar(value: &str) -> Option<String> {
    if shape(value) == "a number" { Some(value.to_owned()) } else { string(value) }
}

/// A name, or names joined by `; `.
fn people(value: &str) -> Option<String> {
    fn name(value: &Value) -> Option<&str> {
        value.as_str().or_else(|| value.get("name")?.as_str()).filter(|name| !is_blank(name))
    }
    match value.as_bytes().first() {
        Some(b'"') => string(value),
        Some(b'[' | b'{') => {
            let value: Value = serde_json::from_str(value).ok()?;
            let names: Vec<_> =
                value.as_array().map_or(vec![name(&value)], |list| list.iter().map(name).collect());
            let names: Vec<_> = names.into_iter().flatten().collect();
            (!names.is_empty()).then(|| names.join("; "))
        }
        _ => None,
    }
}

/// What a JSON string says; none if the value is no string, or holds half of a surrogate pair.
fn unquoted(value: &str) -> Option<String> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    match memchr(b'\\', inner.as_bytes()) {
        None => Some(inner.to_owned()),
        Some(_) => serde_json::from_str(value).ok(),
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
    fn a_number_that_does_not_fit_stays_as_it_is_written() {
        let document = read(r#"{"text": "a", "x": [1e999, "\ud83d\ude00"]}"#).unwrap();
        assert_eq!(document.metadata, r#""x":[1e999, "\ud83d\ude00"]"#);
    }
}
