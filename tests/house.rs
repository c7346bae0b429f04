//! The shape of the house: which crate may depend on which, and files that must not go stale.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::collections::BTreeSet;
use std::process::Command;

/// Who may know whom. A stage knows `copydesk-core`; what else is allowed is said here, with the
/// reason in ARCHITECTURE.md.
const EDGES: &[(&str, &[&str])] = &[
    ("copydesk-core", &[]),
    ("copydesk-store", &[]),
    ("copydesk-html", &[]),
    ("copydesk-trees", &[]),
    ("copydesk-plugin-abi", &[]),
    ("copydesk-plugin", &["copydesk-plugin-abi"]),
    ("copydesk-plugin-host", &["copydesk-core", "copydesk-plugin-abi"]),
    ("copydesk-read", &["copydesk-core", "copydesk-store"]),
    ("copydesk-extract", &["copydesk-core", "copydesk-html", "copydesk-trees"]),
    ("copydesk-boilerplate", &["copydesk-core", "copydesk-trees"]),
    ("copydesk-export", &["copydesk-core", "copydesk-store"]),
    ("contacts", &["copydesk-plugin"]),
    ("newswire", &["copydesk-plugin"]),
    ("tei", &["copydesk-plugin"]),
    ("hostile", &[]),
];

/// What any other crate, which is to say a stage, may know.
const STAGE: &[&str] = &["copydesk-core"];

/// The crates of the workspace, as cargo sees them.
fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(support::root())
        .output()
        .unwrap();
    let mut metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    std::mem::take(metadata["packages"].as_array_mut().unwrap())
}

/// The README says `cargo run`, and other crates may have programs, too.
#[test]
fn cargo_run_means_the_program() {
    let packages = packages();
    let meant: Vec<&str> = packages.iter().filter_map(|package| package["default_run"].as_str()).collect();
    assert_eq!(meant, ["copydesk"]);
}

#[test]
fn no_crate_knows_more_than_it_should() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    assert!(ours.len() >= 12, "only {} crates were found", ours.len());
    let mut wrong = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        let allowed = EDGES.iter().find(|(from, _)| *from == name).map_or(STAGE, |(_, to)| to);
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let known = dependencies
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| dependency["name"].as_str().unwrap());
        wrong.extend(
            known
                .filter(|to| name != "copydesk" && ours.contains(to) && !allowed.contains(to))
                .map(|to| format!("{name} -> {to}")),
        );
    }
    assert!(wrong.is_empty(), "new edges between crates: {}", wrong.join(", "));
}

#[test]
fn every_config_is_right() {
    let mut names: Vec<_> = std::fs::read_dir(support::root().join("config"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    assert!(names.len() >= 3, "only {} configs were found", names.len());
    for path in names {
        let needs_plugins = std::fs::read_to_string(&path).unwrap().contains("target/plugins");
        if needs_plugins {
            support::build_plugins();
        }
        let output = support::copydesk(["check".as_ref(), path.as_os_str()]);
        assert!(
            output.status.success() || needs_plugins,
            "{}: {}",
            path.display(),
            support::streams(&output).1
        );
    }
}

/// `config/reference.toml` is what `copydesk stages --reference` prints. To renew it:
/// `cargo run -- stages --reference > config/reference.toml`
#[test]
fn the_reference_is_fresh() {
    let written = std::fs::read_to_string(support::root().join("config/reference.toml")).unwrap();
    let fresh = copydesk::reference::reference();
    assert_eq!(written, fresh, "run: cargo run -- stages --reference > config/reference.toml");
}

/// The reference holds every option, and what it says are the defaults are the defaults.
#[test]
fn the_reference_is_a_config() {
    let text = copydesk::reference::reference();
    let (config, mistakes) = copydesk::Config::parse(&text);
    assert_eq!(mistakes, []);
    let names: Vec<_> = config.stages.iter().map(|stage| stage.name.as_str()).collect();
    let known: Vec<_> = copydesk::STAGES.iter().map(|kind| kind.name).collect();
    assert_eq!(names, known);
    assert!(copydesk::Plan::new(&config, copydesk::STAGES, &copydesk::PlanContext::default()).is_ok());
}

#[test]
fn the_schema_knows_every_stage() {
    let schema = copydesk::reference::schema();
    let stages = schema["properties"]["stage"]["items"]["oneOf"].as_array().unwrap();
    let named: Vec<_> =
        stages.iter().map(|stage| stage["properties"]["use"]["const"].as_str().unwrap()).collect();
    let known: Vec<_> = copydesk::STAGES.iter().map(|kind| kind.name).collect();
    assert_eq!(named, known);
    assert!(stages.iter().all(|stage| stage["additionalProperties"] == false));
}

/// Every stage has the four parts of a manual page, and every reason that it gives is listed.
#[test]
fn every_stage_has_its_manual() {
    for kind in copydesk::STAGES {
        for part in ["**Why", "**Example.**", "**When not to use it.**"] {
            assert!(kind.manual.contains(part), "the manual of `{}` has no part {part}", kind.name);
        }
        assert!(!kind.summary.is_empty() && !kind.summary.ends_with('.'), "{}", kind.name);
        let page = copydesk::reference::manual(kind);
        kind.reasons.iter().for_each(|(reason, _)| assert!(page.contains(reason)));
    }
}
