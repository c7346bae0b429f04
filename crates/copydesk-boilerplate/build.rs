//! Turns the phrase files into one list that is quick to load, and refuses a file that is not right.
//!
//! The list has a line for each phrase. A line `@de` opens a language, a line `=ad-label.whole` one
//! list of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

const LISTS: [&str; 6] = ["whole", "starts", "labels", "ends", "words", "glue"];

type PhraseFile = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn main() {
    println!("cargo::rerun-if-changed=phrases");
    let mut out = String::new();
    for path in files() {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file: PhraseFile =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let language = path.file_stem().unwrap_or_default().to_string_lossy();
        out.push_str(&format!("@{language}\n"));
        for (category, lists) in &file {
            lists.iter().for_each(|(list, phrases)| write_list(&path, category, list, phrases, &mut out));
        }
    }
    let folder = env::var_os("OUT_DIR").expect("cargo says where output goes");
    fs::write(Path::new(&folder).join("phrases.txt"), out).expect("the output folder can be written");
}

/// In byte order of their names, so that the list is the same on every machine.
fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir("phrases").expect("the phrases lie beside this file");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a folder can be read").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

fn write_list(path: &Path, category: &str, list: &str, phrases: &[String], out: &mut String) {
    assert!(LISTS.contains(&list), "{}: [{category}] has no list `{list}`; it has {LISTS:?}", path.display());
    out.push_str(&format!("={category}.{list}\n"));
    for phrase in phrases {
        let is_short = phrase.len() <= 240 && phrase.split_whitespace().count() <= 10;
        assert!(
            is_short || list == "whole",
            "{}: [{category}] {list}: {phrase:?} is too long to be looked for",
            path.display()
        );
        let is_plain = !phrase.trim().is_empty() && !phrase.contains('\n') && !phrase.starts_with(['@', '=']);
        assert!(is_plain, "{}: [{category}] {list}: {phrase:?} is no phrase", path.display());
        out.push_str(phrase);
        out.push('\n');
    }
}
