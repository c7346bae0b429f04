//! Manifests of plugins: one that is taken has a name, a version and something that it provides.

use std::collections::BTreeSet;

use copydesk_plugin_host::Manifest;

use crate::config::can_be_shown;

/// Reads bytes as the manifest of a plugin.
pub fn manifest(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Manifest::parse(text, "name") {
        Err(error) => can_be_shown(&error, text),
        Ok(manifest) => is_complete(&manifest),
    }
}

fn is_complete(manifest: &Manifest) {
    assert!(is_kebab_case(&manifest.name), "{:?}", manifest.name);
    assert!(!manifest.version.is_empty() && !manifest.abi.is_empty());
    let ids: BTreeSet<_> = manifest.provides.iter().map(|provide| &provide.id).collect();
    assert!(!ids.is_empty() && ids.len() == manifest.provides.len(), "{ids:?}");
    // it becomes part of a file's name
    assert!(!manifest.stem.is_empty() && !manifest.stem.contains(['/', '\\', '\0']), "{:?}", manifest.stem);
    assert!(manifest.stem != "." && manifest.stem != "..");
}

fn is_kebab_case(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    name.split('-').all(is_word)
}
