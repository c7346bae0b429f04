//! Version 1.0 of the interface is frozen: its header, a plugin that was written against it, and plugins as
//! somebody may write them for what comes later.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Shelf, articles, blocks, failure, payload, root};

fn frozen() -> PathBuf {
    root().join("crates/copydesk-plugin-host/tests/v1.0")
}

/// A library of a frozen source, against the frozen header, by a compiler; `None` where there is no such compiler.
fn shelf_by(compiler: &str, source: &str, defines: &[&str]) -> Option<Shelf> {
    let shelf = Shelf::new();
    let stem = source.strip_suffix(".c").unwrap();
    Command::new(compiler).arg("--version").output().ok()?;
    let output = Command::new(compiler)
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-shared", "-I"])
        .arg(frozen())
        .args(defines.iter().map(|define| format!("-D{define}")))
        .args([&frozen().join(source), Path::new("-o"), &shelf.library(stem)])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(shelf)
}

fn shelf(source: &str, defines: &[&str]) -> Shelf {
    shelf_by("cc", source, defines).unwrap()
}

/// A plugin of version 1.0 loads and works.
fn works(shelf: &Shelf, paragraph: &str) {
    let article = &articles(&*shelf.extractor(), payload("abc"))[0];
    assert_eq!(blocks(article), [("title", "Frozen"), ("paragraph", paragraph)]);
    assert_eq!(article.metadata, "\"bytes\":3");
}

#[test]
fn a_plugin_of_version_one_loads_and_works() {
    for compiler in ["cc", "gcc", "clang"] {
        match shelf_by(compiler, "frozen.c", &[]) {
            Some(shelf) => works(&shelf, "abc"),
            None => eprintln!("skipped: there is no {compiler}"),
        }
    }
}

/// The compiler of the tests, and an older one.
fn rust_compilers() -> [PathBuf; 2] {
    let today = PathBuf::from(env!("CARGO")).with_file_name("rustc");
    let older = std::env::var_os("RUSTC_OLD").map_or_else(|| "/usr/bin/rustc".into(), PathBuf::from);
    [today, older]
}

#[test]
fn a_plugin_in_rust_loads_and_works_whichever_rust_compiled_it() {
    for compiler in rust_compilers() {
        if Command::new(&compiler).arg("--version").output().is_err() {
            eprintln!("skipped: there is no {}; RUSTC_OLD names one", compiler.display());
            continue;
        }
        let shelf = Shelf::new();
        let output = Command::new(&compiler)
            .args(["--edition=2021", "--crate-type=cdylib", "--crate-name=frozen", "-Awarnings"])
            .args([&frozen().join("frozen.rs"), Path::new("-o"), &shelf.library("frozen")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{compiler:?}: {}", String::from_utf8_lossy(&output.stderr));
        works(&shelf, "> abc");
        let panicked = ("plugin-failed", "plugin `frozen`: it panicked (code -1)".to_owned());
        assert_eq!(failure(&*shelf.extractor(), payload("panic")), panicked);
    }
}

#[test]
fn a_plugin_that_was_compiled_long_ago_loads_and_works() {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        eprintln!("skipped: the binary is one for Linux on x86-64");
        return;
    }
    let shelf = Shelf::new();
    std::fs::copy(frozen().join("frozen-x86_64-linux.so"), shelf.library("frozen")).unwrap();
    works(&shelf, "abc");
}

#[test]
fn structs_that_grew_at_their_ends_are_read_as_far_as_they_are_known() {
    let article = &articles(&*shelf("future.c", &[]).extractor(), payload("abc"))[0];
    assert_eq!(blocks(article), [("paragraph", "abc")]);
}

#[test]
fn a_role_that_is_not_known_costs_the_document() {
    let extractor = shelf("future.c", &["ROLE=77"]).extractor();
    let wanted = "plugin `future`: it emitted text in the role 77, which this copydesk does not know";
    assert_eq!(failure(&*extractor, payload("abc")), ("plugin-error", wanted.to_owned()));
}

#[test]
fn what_is_too_new_is_refused_with_both_versions() {
    let refused = |defines: &[&str]| {
        let (_, reason, detail) = shelf("future.c", defines).problem();
        (reason, detail)
    };
    let minor = "built for plugin interface 1.3; this copydesk speaks 1.0".to_owned();
    assert_eq!(refused(&["NEEDS_MINOR=3"]), ("wrong-abi", minor));
    let major = "built for plugin interface 2; this copydesk speaks 1.0".to_owned();
    assert_eq!(refused(&["NEXT_MAJOR"]), ("wrong-abi", major));
    let kind = "the manifest promises: extractor; the library has the kinds [9]".to_owned();
    assert_eq!(refused(&["KIND=9"]), ("manifest-differs", kind));
}

/// Lines of the frozen header may get others between them, and never go or change places.
#[test]
fn the_header_only_grows() {
    let code = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_code = |line: &&str| !line.starts_with("/*") && !line.starts_with('*');
        // counts what was appended
        let stays = |line: &&str| !line.starts_with("#define CD_ABI_MINOR");
        lines.filter(is_code).filter(stays).map(str::to_owned).collect::<Vec<_>>()
    };
    let today = code(&root().join("crates/copydesk-plugin-abi/include/copydesk_plugin.h"));
    let mut rest = today.iter();
    let frozen = code(&frozen().join("copydesk_plugin.h"));
    assert!(frozen.len() > 100);
    let missing: Vec<_> = frozen.iter().filter(|line| !rest.any(|other| other == *line)).collect();
    assert_eq!(missing, Vec::<&String>::new());
}
