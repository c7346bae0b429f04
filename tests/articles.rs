//! The behaviours, one Markdown file each: `articles/*.md`.
//!
//! A case has a title that states the behaviour and fenced blocks: `article`, or `html` for a page, what is `kept` (one
//! block a line) and `removed` (`stage/reason: text`), or why all of it is `dropped` (`stage/reason: evidence`), if it is about that, the article as `markdown`, and, where the defaults
//! do not do, the stages as `toml` and the record's `title` and `url` as `metadata`. To add one, write the file.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use copydesk::Document;
use copydesk_export::{ExportOptions, Format, Renderer};

struct Case {
    title: String,
    fences: BTreeMap<String, String>,
}

impl Case {
    fn parse(text: &str) -> Case {
        let title =
            text.lines().find_map(|line| line.strip_prefix("# ")).expect("a case begins with its title");
        let mut fences = BTreeMap::new();
        let mut open: Option<(&str, String, Vec<&str>)> = None;
        for line in text.split('\n') {
            let (fence, name) = line.split_at(line.len() - line.trim_start_matches('`').len());
            match &mut open {
                None if fence.len() >= 3 => open = Some((fence, name.trim().to_owned(), Vec::new())),
                None => {}
                Some((begun, ..)) if *begun == line => {
                    let (_, name, lines) = open.take().unwrap();
                    assert!(
                        fences.insert(name, lines.join("\n")).is_none(),
                        "a fence stands twice in `{title}`"
                    );
                }
                Some((_, _, lines)) => lines.push(line),
            }
        }
        assert!(open.is_none(), "a fence of `{title}` is not closed");
        Case { title: title.to_owned(), fences }
    }

    fn fence(&self, name: &str) -> &str {
        self.fences.get(name).unwrap_or_else(|| panic!("`{}` has no fence `{name}`", self.title))
    }

    fn document(&self) -> Document {
        let mut document = match self.fences.get("html") {
            Some(page) => Document { mime: "text/html".into(), ..Document::from_text(page.as_str()) },
            None => Document::from_text(self.fence("article")),
        };
        let metadata: toml::Table =
            self.fences.get("metadata").map_or_else(toml::Table::new, |text| text.parse().unwrap());
        let field = |name: &str| metadata.get(name).map(|value| value.as_str().unwrap().to_owned());
        document.title = field("title");
        document.url = field("url");
        document
    }

    /// What differs, or nothing.
    fn complaint(&self) -> Option<String> {
        let config = self.fences.get("toml").map_or(copydesk::DEFAULT_CONFIG, String::as_str);
        let plan = copydesk::plan(config).unwrap_or_else(|error| panic!("{}: {error}", self.title));
        let document = support::cleaned(&plan, self.document());
        let dropped = document.dropped.as_ref().map_or_else(String::new, |removal| {
            format!("{}/{}: {}", removal.stage, removal.reason, removal.evidence)
        });
        if dropped != self.fences.get("dropped").map_or("", String::as_str) {
            return Some(format!("{}\n  dropped: {dropped}\n", self.title));
        }
        if !dropped.is_empty() {
            return None;
        }
        let expected = |name: &str| -> Vec<String> {
            self.fence(name).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        let (kept, removed) = (lines(&support::kept(&document).join("\n")), support::removed(&document));
        if let Some(expected) = self.fences.get("markdown") {
            let found = markdown(&document);
            if found.trim_end() != expected {
                return Some(format!("{}\n{}", self.title, differences(&lines(expected), &lines(&found))));
            }
        }
        let same = kept == expected("kept") && removed == expected("removed");
        (!same).then(|| {
            format!(
                "{}\n{}{}",
                self.title,
                differences(&expected("kept"), &kept),
                differences(&expected("removed"), &removed)
            )
        })
    }
}

fn markdown(document: &Document) -> String {
    let options = ExportOptions { format: Format::Markdown, ..ExportOptions::default() };
    let mut out = Vec::new();
    Renderer::new(options).render(document, &mut out);
    String::from_utf8(out).unwrap()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn differences(expected: &[String], found: &[String]) -> String {
    let missing =
        expected.iter().filter(|line| !found.contains(line)).map(|line| format!("  missing: {line}\n"));
    let extra =
        found.iter().filter(|line| !expected.contains(line)).map(|line| format!("  extra:   {line}\n"));
    let lines: String = missing.chain(extra).collect();
    if lines.is_empty() && expected != found {
        "  the same lines in another order or number\n".into()
    } else {
        lines
    }
}

#[test]
fn every_article_case_holds() {
    let folder = support::root().join("tests/articles");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    assert!(files.len() >= 60, "only {} cases were found", files.len());
    let complaint = |path: &std::path::PathBuf| {
        let case = Case::parse(&std::fs::read_to_string(path).unwrap());
        case.complaint().map(|text| format!("{}: {text}", path.file_name().unwrap().to_string_lossy()))
    };
    let complaints: Vec<_> = files.iter().filter_map(complaint).collect();
    assert!(
        complaints.is_empty(),
        "{} of {} cases fail:\n\n{}",
        complaints.len(),
        files.len(),
        complaints.join("\n")
    );
}

/// The article that the project started with, where it is at hand: it is not ours to publish.
#[test]
fn the_sample_article_comes_out_exactly() {
    let path = support::root().join("../shared/data/sample/000_94e542c57a16e44a.txt");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let plan = copydesk::plan(copydesk::DEFAULT_CONFIG).unwrap();
    let document = support::cleaned(&plan, Document::from_text(text.clone()));
    let lines: Vec<&str> = text.split('\n').filter(|line| !line.is_empty()).collect();
    let expected: Vec<&str> =
        lines[1..lines.len() - 1].iter().copied().filter(|line| *line != "Advertisement").collect();
    assert_eq!(support::kept(&document), expected);
    assert_eq!(expected.len(), 18);
    let headline = "headline/repeats-headline: Russia, Iran join talks over Nagorno-Karabakh conflict";
    let ad = "boilerplate/ad-label: Advertisement";
    assert_eq!(support::removed(&document), ["boilerplate/share-bar: Share", ad, ad, headline]);
}

/// Every dump below `fixtures/text` has its expected blocks beside it.
#[test]
fn every_text_fixture_comes_out_as_expected() {
    let fixtures = support::root().join("tests/fixtures");
    let mut names: Vec<_> =
        std::fs::read_dir(fixtures.join("text")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let complaints: Vec<String> =
        names.iter().filter_map(|path| fixture_complaint(&fixtures, path)).collect();
    assert!(
        complaints.is_empty(),
        "{} of {} fixtures differ:\n\n{}",
        complaints.len(),
        names.len(),
        complaints.join("\n")
    );
}

fn fixture_complaint(fixtures: &Path, path: &Path) -> Option<String> {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let Ok(expected) = std::fs::read_to_string(fixtures.join("text-expected").join(format!("{name}.toml")))
    else {
        assert_eq!(name, "empty", "only the empty fixture has nothing to expect");
        return None;
    };
    let expected: toml::Table = expected.parse().unwrap();
    let strings = |value: &toml::Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
    };
    let output = support::copydesk(["explain".as_ref(), path.as_os_str()]);
    assert!(output.status.success(), "{name}: {}", support::streams(&output).1);
    let output =
        support::copydesk(["clean".as_ref(), "--format".as_ref(), "jsonl".as_ref(), path.as_os_str()]);
    let row: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kept: Vec<String> = row["text"].as_str().unwrap().split('\n').map(str::to_owned).collect();
    let kept_differences = differences(&strings(&expected["kept"]), &kept);
    let wanted: Vec<String> =
        expected["removed"].as_array().unwrap().iter().map(|pair| strings(pair).join(": ")).collect();
    let removed_differences = differences(&wanted, &struck_lines(path));
    let complaint = kept_differences + &removed_differences;
    (!complaint.is_empty()).then(|| format!("{name}\n{complaint}"))
}

/// What a fixture loses, through the library, the way the program reads it.
fn struck_lines(path: &Path) -> Vec<String> {
    static DESK: std::sync::LazyLock<copydesk::desk::Desk> =
        std::sync::LazyLock::new(copydesk::desk::Desk::default_stages);
    let desk = &*DESK;
    let dumps = desk.inputs(&[path.to_string_lossy().into_owned()]).unwrap();
    let mut struck = Vec::new();
    copydesk_core::Input::read(&dumps, 0, &mut |reading| {
        if let copydesk_core::Reading::Document(payload) = reading {
            struck.extend(support::removed(&support::cleaned(&desk.plan, payload)));
        }
        std::ops::ControlFlow::Continue(())
    });
    struck
}
