//! What a config may hold, for machines and for people: its JSON Schema, the commented reference,
//! and the manual page of a stage. All of it is read off the option structs, where each option's
//! effect and default are written down once.

use std::fmt::Write as _;

use copydesk_core::StageKind;
use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::STAGES;
use crate::desk::OutputOptions;

/// Columns of a comment in the reference and of a paragraph in a manual page.
const WIDTH: usize = 100;

/// The JSON Schema of a config, for editors.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    let mut stages = Vec::new();
    for kind in STAGES {
        let mut options = owned((kind.schema)(), kind.name, &mut definitions);
        let properties = options.get_mut("properties").and_then(Value::as_object_mut).map(std::mem::take);
        let mut with_use = Map::new();
        with_use.insert("use".into(), json!({ "const": kind.name, "description": kind.summary }));
        with_use.extend(properties.unwrap_or_default());
        stages.push(json!({ "type": "object", "properties": with_use, "required": ["use"], "additionalProperties": false }));
    }
    let input = owned(schemars::schema_for!(copydesk_read::InputOptions), "input", &mut definitions);
    let output = owned(schemars::schema_for!(OutputOptions), "output", &mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "copydesk config",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "input": input,
            "stage": { "type": "array", "items": { "oneOf": stages } },
            "plugins": plugins_schema(),
            "output": output,
        },
        "$defs": definitions,
    })
}

/// The schema of one table. Its definitions go to the common list under names that begin with the
/// table's: two tables may each have a `Format`.
fn owned(schema: Schema, owner: &str, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = schema.to_value();
    rename_references(&mut schema, owner);
    let members = schema.as_object_mut();
    for (name, definition) in
        members.and_then(|members| members.remove("$defs")).iter().filter_map(Value::as_object).flatten()
    {
        definitions.insert(format!("{owner}-{name}"), definition.clone());
    }
    if let Some(members) = schema.as_object_mut() {
        members.remove("$schema");
        members.remove("title");
    }
    schema
}

fn rename_references(schema: &mut Value, owner: &str) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value.as_str().and_then(|path| path.strip_prefix("#/$defs/"))) {
                    ("$ref", Some(name)) => *value = Value::from(format!("#/$defs/{owner}-{name}")),
                    _ => rename_references(value, owner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename_references(item, owner)),
        _ => {}
    }
}

fn plugins_schema() -> Value {
    json!({
        "type": "object",
        "description": "Where plugins lie, and below `[plugins.NAME]` what each is told.",
        "properties": {
            "dirs": {
                "type": "array",
                "items": { "type": "string" },
                "default": [],
                "description": "Folders that hold plugins: a library and its manifest, side by side.",
            }
        },
        "additionalProperties": { "type": "object" },
    })
}

/// Every option with its default and its effect, as a config that can be copied from:
/// `config/reference.toml`.
pub fn reference() -> String {
    let mut out = String::from(
        "# Every option with its default. Written by `copydesk stages --reference`; a test keeps it fresh.\n\
         # Paths are relative to the folder of the config.\n",
    );
    let defaults = |schema: Schema| schema.to_value();
    write_table(
        &mut out,
        "[input]",
        "Where documents come from.",
        &defaults(schemars::schema_for!(copydesk_read::InputOptions)),
    );
    for kind in STAGES {
        let heading = format!("[[stage]]\nuse = \"{}\"", kind.name);
        write_table(&mut out, &heading, kind.summary, &(kind.schema)().to_value());
    }
    write_table(
        &mut out,
        "[plugins]",
        "Where plugins lie, and below `[plugins.NAME]` what each is told.",
        &plugins_schema(),
    );
    write_table(
        &mut out,
        "[output]",
        "Where the output goes.",
        &defaults(schemars::schema_for!(OutputOptions)),
    );
    out
}

fn write_table(out: &mut String, heading: &str, summary: &str, schema: &Value) {
    let _ = write!(out, "\n# {summary}\n{heading}\n");
    for option in options(schema) {
        for line in wrapped(&option.description, WIDTH - 2) {
            let _ = writeln!(out, "# {line}");
        }
        if let Some(choices) = &option.choices {
            for line in wrapped(&format!("One of {choices}."), WIDTH - 2) {
                let _ = writeln!(out, "# {line}");
            }
        }
        let commented = if option.default == "null" || option.default.starts_with('{') { "# " } else { "" };
        let _ = writeln!(out, "{commented}{} = {}", option.name, option.example());
    }
}

/// The manual page of a stage, in Markdown.
pub fn manual(kind: &StageKind) -> String {
    let mut out = format!("# {}\n\n{}\n\n{}", kind.name, kind.summary, kind.manual);
    let schema = (kind.schema)().to_value();
    let found = options(&schema);
    if !found.is_empty() {
        out.push_str("\n## Options\n");
    }
    for option in found {
        let _ = write!(out, "\n    {} = {}\n\n", option.name, option.example());
        for line in wrapped(&option.description, WIDTH) {
            let _ = writeln!(out, "{line}");
        }
        if let Some(choices) = &option.choices {
            for line in wrapped(&format!("One of {choices}."), WIDTH) {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    if !kind.reasons.is_empty() {
        out.push_str("\n## Reasons\n\n");
    }
    for (reason, meaning) in kind.reasons {
        let _ = writeln!(out, "- `{reason}`: {meaning}");
    }
    out
}

struct OptionPage {
    name: String,
    description: String,
    default: String,
    choices: Option<String>,
}

impl OptionPage {
    /// What to write behind the equals sign.
    fn example(&self) -> &str {
        match self.default.as_str() {
            "null" => "\"...\"",
            written => written,
        }
    }
}

fn options(schema: &Value) -> Vec<OptionPage> {
    let page = |(name, property): (&String, &Value)| OptionPage {
        name: name.clone(),
        description: text(property, "description"),
        default: property.get("default").map_or_else(|| "null".into(), as_toml),
        choices: choices(property, schema),
    };
    schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|all| all.iter().map(page).collect())
        .unwrap_or_default()
}

fn text(schema: &Value, key: &str) -> String {
    schema
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A JSON value the way TOML writes it; JSON's strings, numbers and lists are TOML as they are.
fn as_toml(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| format!("{key} = {}", as_toml(value));
            let members: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).map(member).collect();
            if members.is_empty() { "{}".into() } else { format!("{{ {} }}", members.join(", ")) }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(as_toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// The values of an enumeration, wherever the schema keeps them: here, behind a reference, or in a
/// list of alternatives; with what each means where the schema says so.
fn choices(property: &Value, root: &Value) -> Option<String> {
    let property = resolved(property, root);
    let resolved_items = property.get("items").map(|items| resolved(items, root));
    let target = resolved_items.unwrap_or(property);
    let mut found: Vec<String> = Vec::new();
    let name = |value: &Value| value.as_str().map(|text| format!("`{text}`"));
    found.extend(target.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(name));
    for choice in target.get("oneOf").or(target.get("anyOf")).and_then(Value::as_array).into_iter().flatten()
    {
        found.extend(choice.get("const").and_then(name));
        found.extend(choice.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(name));
    }
    (!found.is_empty()).then(|| found.join(", "))
}

fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let reference = reference.or_else(|| schema.get("allOf")?.get(0)?.get("$ref")?.as_str());
    reference.and_then(|path| root.pointer(path.trim_start_matches('#'))).unwrap_or(schema)
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
