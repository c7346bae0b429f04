//! Trees and encodings against the public tests of the standard, which are read from beside the repository.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

mod common;

use std::path::{Path, PathBuf};

use copydesk_html::{Limits, Options, parse, parse_fragment, parse_str};

/// A case: its sections by name.
#[derive(Default)]
struct Case {
    data: Vec<u8>,
    context: Option<String>,
    scripting: Option<bool>,
    expected: String,
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dat"))
        .collect();
    paths.sort();
    paths
}

fn cases(bytes: &[u8], last_section: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = Vec::new();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let name = line.strip_suffix(b"\n").unwrap_or(line);
        if name == b"#data" && section != b"#data" {
            cases.push(Case::default());
        }
        let is_name = name == b"#data"
            || [
                &b"#errors"[..],
                b"#new-errors",
                b"#document-fragment",
                b"#document",
                b"#script-on",
                b"#script-off",
            ]
            .contains(&name)
            || name == last_section.as_bytes();
        let Some(case) = cases.last_mut() else { continue };
        if is_name {
            section = name.to_vec();
            match name {
                b"#script-on" => case.scripting = Some(true),
                b"#script-off" => case.scripting = Some(false),
                _ => {}
            }
        } else if section == b"#data" {
            case.data.extend_from_slice(line);
        } else if section == b"#document-fragment" {
            case.context = Some(String::from_utf8_lossy(name).into_owned());
        } else if section == last_section.as_bytes() {
            case.expected.push_str(&String::from_utf8_lossy(line));
        }
    }
    for case in &mut cases {
        case.data.pop();
        case.expected.truncate(case.expected.trim_end_matches('\n').len());
    }
    cases
}

fn tree(case: &Case, scripting: bool) -> String {
    let options = Options { scripting, limits: Limits::none(), ..Options::default() };
    let data = String::from_utf8_lossy(&case.data);
    let document = match &case.context {
        Some(context) => parse_fragment(&data, context, &options),
        None => parse_str(&data, &options),
    };
    let dump = common::dump(&document);
    dump.trim_end_matches('\n').to_owned()
}

#[test]
fn trees_are_those_of_html5lib() {
    let Some(folder) = common::data("html5lib-tests/tree-construction") else { return };
    let (mut passed, mut scripted, mut failed) = (0, 0, Vec::new());
    for path in files(&folder).into_iter().chain(files(&folder.join("scripted"))) {
        let needs_scripts = path.parent().unwrap().ends_with("scripted");
        for case in cases(&std::fs::read(&path).unwrap(), "#document") {
            for scripting in [false, true] {
                if case.scripting.is_some_and(|asked| asked != scripting) {
                    continue;
                }
                let found = tree(&case, scripting);
                if found == case.expected {
                    passed += 1;
                } else if needs_scripts {
                    scripted += 1;
                } else {
                    let data = String::from_utf8_lossy(&case.data).into_owned();
                    failed.push(format!(
                        "{} scripting {scripting} {:?}\n{data}\n--- expected\n{}\n--- found\n{found}\n",
                        path.file_name().unwrap().display(),
                        case.context,
                        case.expected
                    ));
                }
            }
        }
    }
    println!(
        "html5lib trees: {passed} passed, {} failed, {scripted} need a script that runs (12.2.6.4.8, `script` end tag)",
        failed.len()
    );
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(passed >= 3400, "only {passed}");
    assert!(scripted <= 4 * 2, "{scripted} of the scripted cases");
}

#[test]
fn encodings_are_those_of_html5lib() {
    let Some(folder) = common::data("html5lib-tests/encoding") else { return };
    let options = Options { guesses_encoding: false, ..Options::default() };
    let (mut passed, mut failed) = (0, Vec::new());
    for path in files(&folder) {
        for case in cases(&std::fs::read(&path).unwrap(), "#encoding") {
            let expected = copydesk_html::Encoding::for_label(case.expected.trim().as_bytes()).unwrap();
            let found = parse(&case.data, &options).encoding();
            if found == expected {
                passed += 1;
            } else {
                let data = String::from_utf8_lossy(&case.data).into_owned();
                failed.push(format!("{data}\n--- expected {} found {}", expected.name(), found.name()));
            }
        }
    }
    println!("html5lib encodings: {passed} passed, {} failed", failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(passed >= 82, "only {passed}");
}
