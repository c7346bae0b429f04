//! The few members of a record's metadata that other schemas have a column for.
//!
//! A corpus that came in by the names of FineWeb or dolma goes out by them. The members stay in the
//! metadata as well, where every record keeps everything that it came with.

use serde_json::{Map, Value};

/// What a record says of itself; empty or 0 where it says nothing, or something of another type.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Known {
    /// The crawl that it is from, as FineWeb has it.
    pub(crate) dump: String,
    /// The file of the crawl, as FineWeb has it.
    pub(crate) file_path: String,
    /// How sure the language is, 0 to 1. No language that was told has 0.
    pub(crate) language_score: f64,
    /// Tokens of the text, by whichever tokenizer. No text has 0.
    pub(crate) token_count: i64,
    /// The collection, as dolma has it.
    pub(crate) source: String,
    /// When it came into the collection, as dolma has it.
    pub(crate) added: String,
}

impl Known {
    /// Looks through the members of a JSON object, and of the object `metadata` in it.
    pub(crate) fn find(object: &str) -> Self {
        let Ok(members) = serde_json::from_str::<Map<String, Value>>(object) else { return Known::default() };
        let inner = members.get("metadata").and_then(Value::as_object);
        let find = |name: &str| members.get(name).or_else(|| inner?.get(name));
        let text = |name: &str| find(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Known {
            dump: text("dump"),
            file_path: text("file_path"),
            language_score: find("language_score").and_then(Value::as_f64).unwrap_or_default(),
            token_count: find("token_count").and_then(Value::as_i64).unwrap_or_default(),
            source: text("source"),
            added: text("added"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_at_the_top_and_one_below() {
        let found = Known::find(
            r#"{"dump":"CC-MAIN-2024-10","token_count":12,"metadata":{"dump":"no","source":"courier"}}"#,
        );
        let expected = Known {
            dump: "CC-MAIN-2024-10".into(),
            token_count: 12,
            source: "courier".into(),
            ..Known::default()
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_member_of_another_type_is_not_known() {
        assert_eq!(Known::find(r#"{"dump":7,"language_score":"high","token_count":1.5}"#), Known::default());
        assert_eq!(Known::find("{not json}"), Known::default());
    }
}
