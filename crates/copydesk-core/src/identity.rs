//! What the output of a run depends on, and nothing else.
//!
//! Two runs of one [`Identity`] write the same bytes. An interrupted run is taken up again only by
//! one of the same identity; what differs is named, field by field. Threads, the place of the output
//! and the clock are no part of it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the output of a run depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Name and version of the program.
    pub program: String,
    /// The tables of the config that the output depends on, as they were written.
    pub config: Value,
    /// The plugins that were loaded.
    pub plugins: Vec<PluginIdentity>,
    /// The files that are read.
    pub inputs: InputIdentity,
}

/// A plugin, as far as an output depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginIdentity {
    /// As in its manifest.
    pub name: String,
    /// As in its manifest.
    pub version: String,
    /// Of the library, in hexadecimal digits.
    pub sha256: String,
}

/// The files that a run reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputIdentity {
    /// What the user named.
    pub named: Vec<String>,
    /// How many files that is.
    pub files: u64,
    /// Their size on disk, in bytes.
    pub bytes: u64,
    /// SHA-256 of their names and sizes in reading order, in hexadecimal digits.
    pub sha256: String,
}

/// Something that is not as it was when the run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What changed: `config.stage[1].mode`, `inputs.files`.
    pub field: String,
    /// What it was; nothing if it was not there.
    pub was: Option<String>,
    /// What it is now; nothing if it is gone.
    pub is: Option<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { field, was, is } = self;
        match (was, is) {
            (Some(was), Some(is)) => write!(f, "`{field}` was {was} and is {is}"),
            (Some(was), None) => write!(f, "`{field}` was {was} and is gone"),
            (None, Some(is)) => write!(f, "`{field}` is new: {is}"),
            (None, None) => write!(f, "`{field}` changed"),
        }
    }
}

impl Identity {
    /// What differs in `now`, in a fixed order. Empty if nothing does.
    pub fn changes(&self, now: &Identity) -> Vec<Change> {
        let mut changes = Vec::new();
        compare("", &in_json(self), &in_json(now), &mut changes);
        changes
    }
}

fn in_json(identity: &Identity) -> Value {
    serde_json::to_value(identity).expect("strings, numbers and lists of them are JSON")
}

/// Goes down to the values that differ.
fn compare(field: &str, was: &Value, is: &Value, changes: &mut Vec<Change>) {
    match (was, is) {
        _ if was == is => {}
        (Value::Object(old), Value::Object(new)) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                let field = if field.is_empty() { key.clone() } else { format!("{field}.{key}") };
                compare_members(field, old.get(key), new.get(key), changes);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for place in 0..old.len().max(new.len()) {
                compare_members(format!("{field}[{place}]"), old.get(place), new.get(place), changes);
            }
        }
        _ => changes.push(Change {
            field: field.to_owned(),
            was: Some(was.to_string()),
            is: Some(is.to_string()),
        }),
    }
}

fn compare_members(field: String, was: Option<&Value>, is: Option<&Value>, changes: &mut Vec<Change>) {
    match (was, is) {
        (Some(was), Some(is)) => compare(&field, was, is, changes),
        _ => changes.push(Change { field, was: was.map(Value::to_string), is: is.map(Value::to_string) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity(config: Value) -> Identity {
        Identity { program: "copydesk 1".into(), config, ..Identity::default() }
    }

    fn changes(was: Value, is: Value) -> Vec<String> {
        identity(was).changes(&identity(is)).iter().map(Change::to_string).collect()
    }

    #[test]
    fn a_change_is_named_by_its_field() {
        let was = json!({ "stage": [{ "use": "extract" }, { "use": "boilerplate", "mode": "safe" }] });
        let is = json!({ "stage": [{ "use": "extract" }, { "use": "boilerplate", "mode": "balanced" }] });
        assert_eq!(changes(was.clone(), is), ["`config.stage[1].mode` was \"safe\" and is \"balanced\""]);
        assert_eq!(changes(was.clone(), was), Vec::<String>::new());
    }

    #[test]
    fn what_is_new_or_gone_is_said() {
        let was = json!({ "a": 1, "b": [1, 2] });
        let is = json!({ "b": [1], "c": true });
        assert_eq!(
            changes(was, is),
            ["`config.a` was 1 and is gone", "`config.b[1]` was 2 and is gone", "`config.c` is new: true"]
        );
    }
}
