//! The trials of `plugin test` and `plugin check`, one after the other, and what they came to.

use copydesk_core::Document;
use copydesk_plugin_host::Plugin;

/// What is tried, and the beginning of a sentence that says what went wrong.
#[cfg(unix)]
const TRIALS: [(copydesk_plugin_host::Trial, &str, &str); 6] = {
    use copydesk_plugin_host::Trial::*;
    [
        (Batch, "batch", "many documents in one call: "),
        (Later, "later", "a host of a later version, with longer structs: "),
        (Edges, "edges", "texts that end where nothing may be read: "),
        (Kept, "kept", "texts that are gone when the call is over: "),
        (Starts, "starts", "1,000 starts and ends: "),
        (Panic, "panic", "a panic leaves it: is there `panic = \"abort\"` in its Cargo.toml? "),
    ]
};

/// All trials of all that a plugin provides: what there is to remark, line by line, and the complaints.
#[cfg(unix)]
pub(super) fn of(plugin: &Plugin, documents: &[Document]) -> (String, Vec<String>) {
    use copydesk_plugin_host::Finding;
    use std::fmt::Write as _;

    let (mut remarks, mut complaints) = (String::new(), Vec::new());
    let provides = &plugin.manifest.provides;
    for (n, provide) in provides.iter().enumerate() {
        // of several, each says which it is
        let whose = if provides.len() > 1 { format!("{}: ", provide.id) } else { String::new() };
        for (trial, name, beginning) in TRIALS {
            match plugin.trial(trial, n as u32, documents) {
                Finding::Passed(Some(remark)) => _ = writeln!(remarks, "  {name:<10} {whose}{remark}"),
                Finding::Failed(detail) => complaints.push(format!("{whose}{beginning}{detail}")),
                Finding::Passed(None) | Finding::Skipped(_) => {}
            }
        }
    }
    (remarks, complaints)
}

#[cfg(not(unix))]
pub(super) fn of(_: &Plugin, _: &[Document]) -> (String, Vec<String>) {
    (String::new(), Vec::new())
}

/// Does it work with the structs of a later version of the interface?
#[cfg(unix)]
pub(super) fn works_later(plugin: &Plugin) -> Result<(), String> {
    use copydesk_plugin_host::{Finding, Trial};

    (0..plugin.manifest.provides.len()).try_for_each(|provide| {
        match plugin.trial(Trial::Later, provide as u32, &[]) {
            Finding::Failed(detail) => Err(detail),
            Finding::Passed(_) | Finding::Skipped(_) => Ok(()),
        }
    })
}

#[cfg(not(unix))]
pub(super) fn works_later(_: &Plugin) -> Result<(), String> {
    Ok(())
}
