//! `plugins.lock`: which plugins a config may use, by name, version and SHA-256.
//!
//! It lies beside the config. Where there is one, code that it does not name is not loaded.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::manifest::Manifest;
use crate::problem::Refusal;

/// Its name, in the folder of the config.
pub(crate) const FILE: &str = "plugins.lock";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    #[serde(default)]
    plugin: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    version: String,
    sha256: String,
}

impl Lock {
    /// The lock in a folder, if there is one.
    pub(crate) fn of(folder: &Path) -> Result<Option<Self>, String> {
        match std::fs::read_to_string(folder.join(FILE)) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(|error| error.message().trim().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// A lock that nothing is named in.
    pub(crate) fn nothing() -> Self {
        Lock { plugin: Vec::new() }
    }

    /// May code be loaded whose name is not known yet?
    pub(crate) fn knows(&self, sha256: &str) -> Result<(), Refusal> {
        if self.plugin.iter().any(|entry| entry.sha256 == sha256) {
            return Ok(());
        }
        Err(refusal(&format!("no plugin of {FILE} has its SHA-256, {sha256}")))
    }

    /// May this be loaded?
    pub(crate) fn admits(&self, manifest: &Manifest, sha256: &str) -> Result<(), Refusal> {
        let name = &manifest.name;
        let Some(entry) = self.plugin.iter().find(|entry| entry.name == *name) else {
            return Err(refusal(&format!("{FILE} names no plugin `{name}`")));
        };
        if entry.version != manifest.version {
            let (locked, found) = (&entry.version, &manifest.version);
            return Err(refusal(&format!("{FILE} has `{name}` {locked}, this is {found}")));
        }
        if entry.sha256 != sha256 {
            let locked = &entry.sha256;
            return Err(refusal(&format!("its SHA-256 is {sha256}; {FILE} has {locked} for `{name}`")));
        }
        Ok(())
    }
}

fn refusal(found: &str) -> Refusal {
    ("not-locked", format!("{found}. If you trust it, type `copydesk plugin lock CONFIG`"))
}

/// The text of a lock.
pub(crate) fn text<'a>(plugins: impl Iterator<Item = (&'a Manifest, &'a str)>) -> String {
    let mut text = String::from(
        "# The plugins that the configs in this folder may use. Written by `copydesk plugin lock`.\n",
    );
    for (manifest, sha256) in plugins {
        let (name, version) = (&manifest.name, &manifest.version);
        let _ = write!(text, "\n[[plugin]]\nname = {name:?}\nversion = {version:?}\nsha256 = {sha256:?}\n");
    }
    text
}
