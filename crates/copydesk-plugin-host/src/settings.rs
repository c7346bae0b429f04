//! The `[plugins]` table of a config, checked against the manifests before anything is started.

use std::path::{Path, PathBuf};

use copydesk_core::{Mistake, Options, nearest};
use serde_json::{Map, Value};

use crate::folder::{Candidate, Scan};
use crate::manifest::Manifest;

/// The options of one plugin: what the user wrote, and the manifest's defaults.
pub(crate) type Values = Map<String, Value>;

/// The folders in `dirs`, as far as they exist.
pub(crate) fn dirs(options: &Options<'_>, base: &Path, mistakes: &mut Vec<Mistake>) -> Vec<PathBuf> {
    let written = options.to_json();
    let Some(value) = written.get("dirs") else { return Vec::new() };
    let texts = value.as_array().and_then(|dirs| dirs.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    let Some(texts) = texts else {
        mistakes.push(options.wrong("dirs", "takes a list of folders: `dirs = [\"plugins\"]`"));
        return Vec::new();
    };
    let (there, missing): (Vec<_>, Vec<_>) =
        texts.into_iter().map(|dir| base.join(dir)).partition(|dir| dir.is_dir());
    let complaint =
        |dir: &PathBuf| options.wrong("dirs", format!("names {}, which is no folder", dir.display()));
    mistakes.extend(missing.iter().map(complaint));
    there
}

/// Finds every mistake in `[plugins]`, and pairs the plugins without one with their options.
pub(crate) fn check(
    options: &Options<'_>,
    scan: Scan,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(Candidate, Values)> {
    mistakes.extend(strays(options));
    let tables: Vec<_> = options.tables().filter(|(name, _)| *name != "dirs").collect();
    for (name, _) in tables.iter().filter(|(name, _)| !scan.knows(name)) {
        mistakes.push(options.wrong_key(name, unknown_plugin(name, &scan)));
    }
    let mut checked = Vec::with_capacity(scan.candidates.len());
    for candidate in scan.candidates {
        let table = tables.iter().find(|(name, _)| *name == candidate.manifest.name);
        let empty = Options::empty("");
        let table = table.map_or(&empty, |(_, table)| table);
        match values(&candidate.manifest, table) {
            Ok(values) => checked.push((candidate, values)),
            Err(found) => mistakes.extend(found),
        }
    }
    checked
}

/// Keys of `[plugins]` that are neither `dirs` nor a plugin's table.
fn strays(options: &Options<'_>) -> Vec<Mistake> {
    let tables: Vec<_> = options.tables().map(|(name, _)| name.to_owned()).collect();
    let is_stray = |key: &&str| *key != "dirs" && !tables.iter().any(|table| table == key);
    let complaint = |key: &str| {
        let hint = match nearest(key, ["dirs"]) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("what a plugin is told stands in a table, `[plugins.{key}]`"),
        };
        options.wrong_key(key, format!("`[plugins]` has no option `{key}`; {hint}"))
    };
    options.keys().filter(is_stray).map(complaint).collect()
}

fn unknown_plugin(name: &str, scan: &Scan) -> String {
    let names: Vec<_> = scan.candidates.iter().map(|candidate| candidate.manifest.name.as_str()).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "none was found: `dirs` names the folders to look in".to_owned(),
        None => format!("there are {}", list(&names)),
    };
    format!("no plugin is called `{name}`; {hint}")
}

fn values(manifest: &Manifest, table: &Options<'_>) -> Result<Values, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut values = defaults(manifest);
    let written = table.to_json();
    for (key, value) in written.as_object().into_iter().flatten() {
        match manifest.options.get(key).map(|option| option.accept(value)) {
            Some(Ok(value)) => _ = values.insert(key.clone(), value),
            Some(Err(message)) => mistakes.push(table.wrong(key, message)),
            None if key == "isolation" => mistakes.extend(isolation(table, value)),
            None => mistakes.push(table.wrong_key(key, unknown_option(manifest, key))),
        }
    }
    if mistakes.is_empty() { Ok(values) } else { Err(mistakes) }
}

fn defaults(manifest: &Manifest) -> Values {
    let given =
        manifest.options.iter().filter_map(|(name, option)| Some((name.clone(), option.default.clone()?)));
    given.collect()
}

/// There is one kind so far. Who writes it down is not surprised when there are more.
fn isolation(table: &Options<'_>, value: &Value) -> Option<Mistake> {
    (value != "in-process")
        .then(|| table.wrong("isolation", format!("is \"in-process\", the only kind so far, not {value}")))
}

fn unknown_option(manifest: &Manifest, key: &str) -> String {
    let names: Vec<_> = manifest.options.keys().map(String::as_str).collect();
    let hint = match nearest(key, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "it takes none".to_owned(),
        None => format!("it has {}", list(&names)),
    };
    format!("the plugin `{}` has no option `{key}`; {hint}", manifest.name)
}

/// "`a`, `b` and `c`".
fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}
