//! A table of the config, with its place.
//!
//! A stage gets its options as [`Options`], never as a bare TOML table, so that every mistake it
//! finds can point into the user's file. [`Options::read`] turns the table into the stage's own
//! struct and reports all mistakes in it, not only the first.

use std::fmt::Display;
use std::ops::Range;

use serde::Deserializer;
use serde::de::{DeserializeOwned, Visitor};
use serde::forward_to_deserialize_any;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::{Mistake, nearest};

/// A table of the config, with its place.
#[derive(Clone)]
pub struct Options<'a> {
    owner: String,
    table: DeTable<'a>,
    span: Range<usize>,
}

impl<'a> Options<'a> {
    /// `owner` is what messages call the table: "the stage `boilerplate`".
    pub(crate) fn new(owner: impl Into<String>, table: DeTable<'a>, span: Range<usize>) -> Self {
        Options { owner: owner.into(), table, span }
    }

    /// A table with nothing in it: every option has its default.
    pub fn empty(owner: impl Into<String>) -> Self {
        Options::new(owner, DeTable::new(), 0..0)
    }

    /// Are there no options at all?
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The keys that were written, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(|key| key.get_ref().as_ref())
    }

    /// The tables below this one, with their names: `[plugins.newswire]` below `[plugins]`.
    pub fn tables(&self) -> impl Iterator<Item = (&str, Options<'a>)> {
        self.table.iter().filter_map(|(key, value)| {
            let DeValue::Table(table) = value.get_ref() else { return None };
            let name = key.get_ref().as_ref();
            Some((name, Options::new(format!("`{name}`"), table.clone(), key.span())))
        })
    }

    /// The same options without those keys, for an owner whose table holds the keys of two readers.
    #[must_use]
    pub fn without<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Self {
        let mut rest = self.clone();
        for key in keys {
            rest.table.remove(key);
        }
        rest
    }

    /// The table as JSON, for options that travel to a plugin. Dates become strings.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Object(
            self.table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())))
                .collect(),
        )
    }

    /// The options as `T`, a struct in which every field has a default and unknown fields are
    /// refused.
    ///
    /// # Errors
    /// Every mistake in the table.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Vec<Mistake>> {
        let mut table = self.table.clone();
        let mut mistakes = take_unknown_keys(&self.owner, &mut table, field_names::<T>());
        loop {
            let document = Spanned::new(self.span.clone(), table.clone());
            let error = match T::deserialize(toml::Deserializer::from(document)) {
                Ok(options) if mistakes.is_empty() => return Ok(options),
                Ok(_) => return Err(mistakes),
                Err(error) => error,
            };
            // take the offending key out and read again: the next mistake shows itself
            let span = error.span().unwrap_or(self.span.clone());
            match take_key_at(&mut table, &span) {
                Some(key) => mistakes.push(Mistake::new(span, in_plain_words(&key, error.message()))),
                None => {
                    mistakes.push(Mistake::new(span, error.message().trim()));
                    return Err(mistakes);
                }
            }
        }
    }

    /// A mistake in the value of `key`; the message goes on where the key's name stops:
    /// "is a share between 0 and 1, not 1.5".
    pub fn wrong(&self, key: &str, message: impl Display) -> Mistake {
        let span = self.table.get(key).map_or(self.span.clone(), Spanned::span);
        Mistake::new(span, format!("`{key}` {message}"))
    }

    /// A mistake in the name of `key` itself, or in the table if it has no such key.
    pub fn wrong_key(&self, key: &str, message: impl Into<String>) -> Mistake {
        let found = self.table.keys().find(|name| name.get_ref().as_ref() == key);
        Mistake::new(found.map_or(self.span.clone(), Spanned::span), message)
    }
}

fn take_unknown_keys(owner: &str, table: &mut DeTable<'_>, known: &[&'static str]) -> Vec<Mistake> {
    if known.is_empty() {
        return Vec::new();
    }
    let spelt = |key: &Spanned<DeString<'_>>| Spanned::new(key.span(), key.get_ref().to_string());
    let is_unknown = |key: &Spanned<String>| !known.contains(&key.get_ref().as_str());
    let unknown: Vec<_> = table.keys().map(spelt).filter(is_unknown).collect();
    let mistake = |key: Spanned<String>| {
        table.remove(key.get_ref().as_str());
        Mistake::new(key.span(), unknown_key(owner, key.get_ref(), known))
    };
    unknown.into_iter().map(mistake).collect()
}

fn unknown_key(owner: &str, name: &str, known: &[&'static str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("{owner} has no option `{name}`; did you mean `{near}`?"),
        None => format!("{owner} has no option `{name}`; it has {}", list(known.iter().copied())),
    }
}

/// "`a`, `b` and `c`".
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Removes the entry that a span points at or into, and gives its key.
fn take_key_at(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let covers = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    let (key, _) = table.iter().find(|(key, value)| covers(key.span()) || covers(value.span()))?;
    let key = key.get_ref().to_string();
    table.remove(key.as_str());
    Some(key)
}

/// serde's words about one key, in ours. What it says of unknown shape passes through.
fn in_plain_words(key: &str, message: &str) -> String {
    let message = message.trim();
    if let Some((found, expected)) =
        message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected "))
    {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let hint = nearest(found.trim_matches('`'), known.iter().copied())
            .map(|near| format!("; did you mean `{near}`?"));
        return format!("`{key}` is one of {}, not {found}{}", list(known), hint.unwrap_or_default());
    }
    if let Some((found, expected)) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.split_once(", expected "))
    {
        return format!("`{key}` takes {}, not the {found}", expectation(expected));
    }
    format!("`{key}`: {message}")
}

fn expectation(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list in square brackets",
        other => other,
    }
}

fn to_json(value: &DeValue<'_>) -> serde_json::Value {
    use serde_json::Value;
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(truth) => Value::from(*truth),
        DeValue::Datetime(date) => Value::from(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, item)| (key.get_ref().to_string(), to_json(item.get_ref()))).collect()
        }
    }
}

/// The names of a struct's fields, as its derived `Deserialize` asks for them; empty for anything
/// that is not a struct.
fn field_names<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Ask<'n>(&'n mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Ask<'_> {
        type Error = serde::de::value::Error;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(serde::de::Error::custom("only asking"))
        }

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(serde::de::Error::custom("not a struct"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut names: &'static [&'static str] = &[];
    let _ = T::deserialize(Ask(&mut names));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
    struct Sample {
        min_words: u32,
        mode: Mode,
    }

    #[derive(Deserialize, Debug, PartialEq, Default)]
    #[serde(rename_all = "kebab-case")]
    enum Mode {
        #[default]
        Safe,
        Balanced,
    }

    impl Default for Sample {
        fn default() -> Self {
            Sample { min_words: 20, mode: Mode::Safe }
        }
    }

    fn options(text: &str) -> Options<'_> {
        let table = DeTable::parse(text).unwrap();
        let span = table.span();
        Options::new("the stage `sample`", table.into_inner(), span)
    }

    #[test]
    fn what_is_not_written_has_its_default() {
        assert_eq!(options("min-words = 3").read::<Sample>(), Ok(Sample { min_words: 3, mode: Mode::Safe }));
    }

    #[test]
    fn every_mistake_is_found_at_its_place() {
        let text = "min-words = \"three\"\nmode = \"blanced\"\nmin-wrods = 3\n";
        let mistakes = options(text).read::<Sample>().unwrap_err();
        let found: Vec<_> =
            mistakes.iter().map(|mistake| (&text[mistake.span.clone()], mistake.message.as_str())).collect();
        assert_eq!(
            found,
            [
                ("min-wrods", "the stage `sample` has no option `min-wrods`; did you mean `min-words`?"),
                ("\"three\"", "`min-words` takes a whole number from 0, not the string \"three\""),
                (
                    "\"blanced\"",
                    "`mode` is one of `safe` and `balanced`, not `blanced`; did you mean `balanced`?"
                ),
            ]
        );
    }

    #[test]
    fn a_stage_can_point_at_a_value() {
        let text = "min-words = 3000";
        let mistake = options(text).wrong("min-words", "is at most 1000, not 3000");
        assert_eq!(
            (&text[mistake.span], mistake.message.as_str()),
            ("3000", "`min-words` is at most 1000, not 3000")
        );
    }
}
