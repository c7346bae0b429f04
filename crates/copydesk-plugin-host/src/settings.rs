//! The `[plugins]` table of a config, checked against the manifests before anything is started.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use copydesk_core::{Mistake, Options, nearest};
use serde_json::{Map, Value};

use crate::folder::{Candidate, Scan};
use crate::manifest::Manifest;

/// The options of one plugin: what the user wrote, and the manifest's defaults.
pub(crate) type Values = Map<String, Value>;

/// How copydesk itself runs a plugin.
#[derive(Debug, Clone)]
pub(crate) struct Handling {
    pub(crate) isolation: Isolation,
    pub(crate) on_failure: OnFailure,
    /// For one payload.
    pub(crate) timeout: Duration,
    pub(crate) memory_mib: u64,
    /// Payloads at which it may break down.
    pub(crate) give_up_after: u64,
}

/// Where a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isolation {
    Process,
    InProcess,
}

/// What becomes of a payload at which a plugin breaks down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// It is set aside.
    Quarantine,
    /// Another extractor is asked.
    Fallback,
    /// The run ends.
    Fail,
}

impl Handling {
    /// What holds when the user says nothing.
    fn new(isolation: Isolation) -> Self {
        Handling {
            isolation,
            on_failure: OnFailure::Quarantine,
            timeout: Duration::from_secs(60),
            memory_mib: 2048,
            give_up_after: 1000,
        }
    }

    /// Takes an option if it is one of these; what is wrong with it ends a sentence that begins with
    /// its name.
    fn take(&mut self, key: &str, value: &Value) -> Option<Result<(), String>> {
        let wanted = match key {
            "isolation" => "\"process\" or \"in-process\"",
            "on-failure" => "\"quarantine\", \"fallback\" or \"fail\"",
            "timeout-seconds" => "a whole number from 1 to 86400",
            "memory-mib" => "a whole number from 64 to 1048576",
            "give-up-after" => "a whole number",
            _ => return None,
        };
        Some(self.set(key, value).ok_or_else(|| format!("is {wanted}, not {value}")))
    }

    fn set(&mut self, key: &str, value: &Value) -> Option<()> {
        let within = |range: RangeInclusive<u64>| value.as_u64().filter(|number| range.contains(number));
        match key {
            "isolation" => self.isolation = Isolation::named(value.as_str()?)?,
            "on-failure" => self.on_failure = OnFailure::named(value.as_str()?)?,
            "timeout-seconds" => self.timeout = Duration::from_secs(within(1..=86_400)?),
            "memory-mib" => self.memory_mib = within(64..=1_048_576)?,
            _ => self.give_up_after = value.as_u64()?,
        }
        Some(())
    }
}

impl Isolation {
    fn named(name: &str) -> Option<Self> {
        match name {
            "process" => Some(Isolation::Process),
            "in-process" => Some(Isolation::InProcess),
            _ => None,
        }
    }
}

impl OnFailure {
    fn named(name: &str) -> Option<Self> {
        match name {
            "quarantine" => Some(OnFailure::Quarantine),
            "fallback" => Some(OnFailure::Fallback),
            "fail" => Some(OnFailure::Fail),
            _ => None,
        }
    }
}

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
    isolation: Isolation,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(Candidate, Values, Handling)> {
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
        match values(&candidate.manifest, table, isolation) {
            Ok((values, handling)) => checked.push((candidate, values, handling)),
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

fn values(
    manifest: &Manifest,
    table: &Options<'_>,
    isolation: Isolation,
) -> Result<(Values, Handling), Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let is_program = !manifest.command.is_empty();
    let mut handling = Handling::new(if is_program { Isolation::Process } else { isolation });
    let mut values = defaults(manifest);
    let written = table.to_json();
    for (key, value) in written.as_object().into_iter().flatten() {
        match manifest.options.get(key).map(|option| option.accept(value)) {
            Some(Ok(value)) => _ = values.insert(key.clone(), value),
            Some(Err(message)) => mistakes.push(table.wrong(key, message)),
            None => match handling.take(key, value) {
                Some(Ok(())) => {}
                Some(Err(message)) => mistakes.push(table.wrong(key, message)),
                None => mistakes.push(table.wrong_key(key, unknown_option(manifest, key))),
            },
        }
    }
    if is_program && handling.isolation == Isolation::InProcess {
        mistakes.push(table.wrong("isolation", "is \"process\" for a plugin that is a program"));
    }
    if mistakes.is_empty() { Ok((values, handling)) } else { Err(mistakes) }
}

/// What holds when nothing is said.
pub(crate) fn defaults_of(manifest: &Manifest, nothing: &Options<'_>) -> (Values, Handling) {
    values(manifest, nothing, crate::workers::isolation()).expect("nothing is no mistake")
}

fn defaults(manifest: &Manifest) -> Values {
    let given =
        manifest.options.iter().filter_map(|(name, option)| Some((name.clone(), option.default.clone()?)));
    given.collect()
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
