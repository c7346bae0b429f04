//! Runs that are killed, starved, lied to and cut off: what they leave, and what they say.
//!
//! Whatever happens to a run, the same command goes on, and the output folder becomes byte for byte
//! what an undisturbed run leaves. `scene` has an input and starts runs, `shim` disturbs them, and
//! each of the other files is one kind of misfortune. Long loops have a short version;
//! COPYDESK_LONG=1 asks for the whole. All of it stands on Linux.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[cfg(target_os = "linux")]
mod errors;
#[cfg(target_os = "linux")]
mod kills;
#[cfg(target_os = "linux")]
mod power;
#[cfg(target_os = "linux")]
mod proof;
#[cfg(target_os = "linux")]
mod refusals;
#[cfg(target_os = "linux")]
mod same;
#[cfg(target_os = "linux")]
mod scene;
#[cfg(target_os = "linux")]
mod shim;
#[path = "../support/mod.rs"]
mod support;
#[cfg(target_os = "linux")]
mod verify;

/// Says on standard error, past the capture of the tests, what was not tested.
fn skipped(what: &str, why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {what}: {why}");
}

#[cfg(not(target_os = "linux"))]
#[test]
fn nothing_is_disturbed_here() {
    skipped("runs that are killed and disturbed", "the library that disturbs them is written for Linux");
}
