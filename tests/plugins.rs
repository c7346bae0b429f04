//! Plugins from end to end: built, dropped into a folder, named in a config, used in a run.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::path::Path;

use support::{copydesk, streams};

fn run(config: &str, output: &Path, more: &[&str]) -> std::process::Output {
    let mut args = vec!["run", config, "--quiet", "--output", output.to_str().unwrap()];
    args.extend(more);
    copydesk(args)
}

/// The clean articles below an output folder, in their order.
fn articles(output: &Path) -> Vec<String> {
    let files = support::tree(&output.join("data"));
    files.into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
}

#[test]
fn the_xml_of_news_agencies_becomes_markdown() {
    support::build_plugins();
    let scratch = tempfile::tempdir().unwrap();
    let output = run("config/newswire.toml", &scratch.path().join("out"), &[]);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(1), "one file is no news: {err}");
    assert!(err.contains("plugin newswire:"), "the broken file is spoken of: {err}");
    let articles = articles(&scratch.path().join("out"));
    assert_eq!(articles.len(), 6);
    assert!(articles.iter().all(|article| article.starts_with("# ")), "{articles:#?}");
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scratch.path().join("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["quarantine"][0]["reason"], "no-extractor");
    let journal = std::fs::read_to_string(scratch.path().join("out/.copydesk/journal")).unwrap();
    let plugins = &report["plugins"];
    let newswire = plugins.as_array().unwrap().iter().find(|plugin| plugin["name"] == "newswire").unwrap();
    assert_eq!(newswire["sha256"].as_str().unwrap().len(), 64);
    assert!(journal.contains(&format!("\"plugins\":{plugins}")), "what the report says, the journal says");
}

#[test]
fn one_file_of_reuters_becomes_many_articles() {
    support::build_plugins();
    let scratch = tempfile::tempdir().unwrap();
    let output = run("config/reuters.toml", &scratch.path().join("out"), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", streams(&output).1);
    let config = support::root().join("config/reuters.toml");
    let sample = support::root().join("tests/fixtures/reuters/sample.sgm");
    let args = [
        "clean".as_ref(),
        "--config".as_ref(),
        config.as_os_str(),
        "--format".as_ref(),
        "jsonl".as_ref(),
        sample.as_os_str(),
    ];
    let (out, err) = streams(&copydesk(args));
    let rows: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 5, "{err}");
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 5, "every article has an id of its own");
    let dates: Vec<_> = rows.iter().map(|row| row["date"].as_str().unwrap()).collect();
    let known = [
        "1987-02-26T15:01:01.79",
        "1987-03-03T09:18:21.26",
        "1987-02-26T15:07:13.72",
        "date unknown",
        "1987-10-19T23:59:59.99",
    ];
    assert_eq!(dates, known);
    assert_eq!(rows[3]["author"], "Ann Example");
    assert_eq!(rows[4]["title"], "LIGHTHOUSE SOLD FOR ONE CROWN");
}

#[test]
fn what_is_no_plugin_is_named_and_the_rest_goes_on() {
    let plugins = support::build_plugins();
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("plugins");
    std::fs::create_dir(&folder).unwrap();
    for file in std::fs::read_dir(&plugins).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    std::fs::write(folder.join("libletter.so"), "Dear reader, I am not a library.").unwrap();
    std::fs::write(folder.join("half.copydesk.toml"), "[plugin]\nname = \"half\"\n").unwrap();
    let config = scratch.path().join("news.toml");
    let fixtures = support::root().join("tests/fixtures/newswire");
    let text = format!(
        "[input]\npaths = [{fixtures:?}]\n[plugins]\ndirs = [\"plugins\"]\n[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"export\"\nformat = \"text\"\n"
    );
    std::fs::write(&config, text).unwrap();
    let output = run(config.to_str().unwrap(), &scratch.path().join("out"), &[]);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("libletter.so"), "{err}");
    assert!(err.contains("half.copydesk.toml"), "{err}");
    assert_eq!(articles(&scratch.path().join("out")).len(), 6);
}

#[test]
fn mistakes_in_the_options_of_a_plugin_are_pointed_at() {
    let plugins = support::build_plugins();
    let scratch = tempfile::tempdir().unwrap();
    let config = scratch.path().join("news.toml");
    let text = format!(
        "[plugins]\ndirs = [{plugins:?}]\n\n[plugins.newswire]\nkeyword = true\ncaptions = 3\n\n[plugins.newswrie]\n"
    );
    std::fs::write(&config, text).unwrap();
    let output = copydesk(["check".as_ref(), config.as_os_str()]);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(2));
    let file = config.display();
    assert!(err.contains(&format!("{file}:5:1:")) && err.contains("did you mean `keywords`?"), "{err}");
    assert!(err.contains(&format!("{file}:6:12:")), "{err}");
    assert!(err.contains(&format!("{file}:8:")) && err.contains("did you mean `newswire`?"), "{err}");
}

/// A folder with the Python package and a plugin that reads `.note` files.
fn notes() -> support::Scratch {
    let scratch = support::Scratch::new();
    let package = support::root().join("plugins/python/copydesk_plugin");
    for (name, bytes) in support::tree(&package) {
        scratch.write(&format!("plugins/copydesk_plugin/{name}"), bytes);
    }
    let program = "from copydesk_plugin import *\n\
        @extractor(name='notes', version='1.0.0', extension=['note'], options={'loud': Option(False)})\n\
        def notes(doc, loud):\n    print('reading', doc.id)\n\
        \x20   if doc.body == 'fail': return {}['key']\n\
        \x20   if doc.body == 'exit': import os; os._exit(3)\n\
        \x20   if doc.body == 'not mine': raise NotMine\n\
        \x20   return Article(title='A note').paragraph(doc.body.upper() if loud else doc.body)\n\
        if __name__ == '__main__': run(notes)\n";
    let program = scratch.write("plugins/notes.py", program);
    let manifest = std::process::Command::new("python3").arg(&program).arg("--manifest").output().unwrap();
    assert!(manifest.status.success(), "{}", streams(&manifest).1);
    scratch.write("plugins/notes.copydesk.toml", manifest.stdout);
    for text in ["café", "fail", "exit", "not mine", "fine"] {
        scratch.write(&format!("notes/{text}.note"), text);
    }
    let config = "[input]\npaths = [\"notes/*\"]\n[plugins]\ndirs = [\"plugins\"]\n[plugins.notes]\nloud = true\n\
        [[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"export\"\nformat = \"text\"\n";
    scratch.write("run.toml", config);
    scratch
}

#[test]
#[cfg(unix)]
fn a_function_in_python_is_a_plugin() {
    let scratch = notes();
    let output = run(scratch.path("run.toml").to_str().unwrap(), &scratch.path("out"), &[]);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    let texts: Vec<_> = articles(&scratch.path("out")).iter().map(|text| text.trim().to_owned()).collect();
    assert!(texts.contains(&"CAFÉ".to_owned()) && texts.contains(&"FINE".to_owned()), "{texts:?}");
    assert!(texts.contains(&"not mine".to_owned()), "it goes to the next extractor: {texts:?}");
    let report = std::fs::read_to_string(scratch.path("out/report.json")).unwrap();
    assert!(report.contains("plugin `notes`: KeyError: 'key' (notes.py:5)"), "{report}");
    assert!(
        report.contains("plugin `notes`: its process ended with status 3; it said: reading exit.note"),
        "{report}"
    );
}

#[test]
#[cfg(unix)]
fn trafilatura_is_one_extractor_among_others() {
    let found = std::process::Command::new("python3").args(["-c", "import trafilatura"]).output().unwrap();
    if !found.status.success() {
        eprintln!("skipped: python3 finds no trafilatura");
        return;
    }
    let built = std::process::Command::new(support::root().join("plugins/build"))
        .args([support::root().join("target/plugins-python").as_os_str(), "trafilatura".as_ref()])
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", streams(&built).1);
    let scratch = tempfile::tempdir().unwrap();
    let output = run("config/trafilatura.toml", &scratch.path().join("out"), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", streams(&output).1);
    let articles = articles(&scratch.path().join("out"));
    assert_eq!(articles.len(), 1);
    assert!(articles[0].starts_with("# The old pier opens again\n"), "{articles:?}");
    assert!(
        articles[0].contains("crab lines") && !articles[0].contains("All rights reserved"),
        "{articles:?}"
    );
}

/// The program, in a folder.
#[cfg(unix)]
fn copydesk_in(folder: &Path, args: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// From nothing to a plugin that is tested and used, one command each.
#[cfg(unix)]
fn from_nothing_to_a_used_plugin(language: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let made = copydesk_in(scratch.path(), &["plugin", "new", "old-notes", "--lang", language]);
    assert_eq!(made.status.code(), Some(0), "{}", streams(&made).1);
    let again = copydesk_in(scratch.path(), &["plugin", "new", "old-notes", "--lang", language]);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten");
    let project = scratch.path().join("old-notes");
    let built =
        std::process::Command::new(project.join("build")).env("CARGO_NET_OFFLINE", "true").output().unwrap();
    assert!(built.status.success(), "{}", streams(&built).1);
    let manifest = "plugin/old-notes.copydesk.toml";
    let tested = copydesk_in(&project, &["plugin", "test", manifest]);
    assert_eq!(tested.status.code(), Some(0), "{}", streams(&tested).1);
    let said = streams(&tested).0;
    let verdict =
        "old-notes 0.1.0: 1 fixtures, 15 hostile documents, 50 starts, 8 threads: all is well\n  speed ";
    assert!(said.starts_with(verdict), "{said}");
    let caught = said.contains("\n  panic      a panic comes back as an error\n");
    assert_eq!(caught, language == "rust", "{said}");
    let locked = copydesk_in(&project, &["plugin", "lock", "run.toml"]);
    assert_eq!(streams(&locked).0, "1 plugins in plugins.lock\n");
    let output = copydesk_in(&project, &["run", "run.toml", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", streams(&output).1);
    assert_eq!(articles(&project.join("out")), ["The pier opens on Saturday.\n\nBring an umbrella.\n"]);
    let shown = streams(&copydesk_in(&project, &["plugin", "inspect", manifest])).0;
    assert!(
        shown.contains("  option     keep-sender = true (true or false; keep the sender, as the author)\n"),
        "{shown}"
    );
    let listed = streams(&copydesk_in(&project, &["plugin", "list", "run.toml"])).0;
    assert!(listed.starts_with("old-notes        0.1.0      process    "), "{listed}");
    let checked = streams(&copydesk_in(&project, &["plugin", "check", manifest])).0;
    assert!(
        checked
            .contains("is the plugin `old-notes` 0.1.0, made for interface 1; it starts: old-notes\nsha256 ")
    );
    what_the_lock_refuses(&project);
}

#[cfg(unix)]
fn what_the_lock_refuses(project: &Path) {
    let manifest = project.join("plugin/old-notes.copydesk.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("0.1.0", "0.2.0")).unwrap();
    let (_, err) = streams(&copydesk_in(project, &["plugin", "list", "run.toml"]));
    assert!(err.contains("plugins.lock has `old-notes` 0.1.0, this is 0.2.0"), "{err}");
    let lock = project.join("plugins.lock");
    let other = std::fs::read_to_string(&lock)
        .unwrap()
        .replace("0.1.0", "0.2.0")
        .replace("sha256 = \"", "sha256 = \"x");
    std::fs::write(&lock, other).unwrap();
    let (_, err) = streams(&copydesk_in(project, &["plugin", "list", "run.toml"]));
    assert!(err.contains("its SHA-256 is ") && err.contains("for `old-notes`"), "{err}");
    std::fs::write(&lock, "").unwrap();
    let output = copydesk_in(project, &["run", "run.toml", "--quiet", "--output", "other"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        streams(&output).1.contains("plugins.lock names no plugin `old-notes`"),
        "{}",
        streams(&output).1
    );
}

#[test]
#[cfg(unix)]
fn a_new_plugin_in_c() {
    from_nothing_to_a_used_plugin("c");
}

#[test]
#[cfg(unix)]
fn a_new_plugin_in_rust() {
    from_nothing_to_a_used_plugin("rust");
}

#[test]
#[cfg(unix)]
fn a_new_plugin_in_python() {
    from_nothing_to_a_used_plugin("python");
}

#[test]
#[cfg(unix)]
fn our_own_plugins_pass_the_test_for_plugins() {
    let plugins = support::build_plugins();
    for (name, fixtures) in [("contacts", 2), ("newswire", 2), ("reuters-sgml", 1), ("tei", 1)] {
        let manifest = plugins.join(format!("{name}.copydesk.toml"));
        let folder = format!("plugins/{name}/fixtures");
        let output = copydesk(["plugin", "test", manifest.to_str().unwrap(), "--fixtures", &folder]);
        let (said, complaints) = streams(&output);
        assert_eq!(output.status.code(), Some(0), "{complaints}");
        assert!(said.contains(&format!(": {fixtures} fixtures, ")), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn a_plugin_that_breaks_down_or_changes_its_mind_fails_the_test_for_plugins() {
    let scratch = notes();
    let project = scratch.path("plugins");
    let program = std::fs::read_to_string(project.join("notes.py")).unwrap();
    let moody = program.replace(
        "    print('reading', doc.id)\n",
        "    seen.append(doc.id)\n    if doc.body == '<': import os; os._exit(4)\n    return str(len(seen))\n",
    );
    std::fs::write(project.join("notes.py"), format!("seen = []\n{moody}")).unwrap();
    let (said, complaints) = streams(&copydesk_in(&project, &["plugin", "test", "notes.copydesk.toml"]));
    assert!(complaints.contains("breaks down at one byte: "), "{complaints}");
    assert!(complaints.contains("its process ended with status 4"), "{complaints}");
    assert!(complaints.contains(" becomes something else in another order"), "{complaints}");
    assert!(complaints.contains(" becomes something else alone, in a new start"), "{complaints}");
    assert!(said.contains(" threads: ") && said.contains(" complaints\n"), "{said}");
}

/// The rows of an output without compression.
fn rows(output: &Path, folder: &str) -> Vec<serde_json::Value> {
    let files = support::tree(&output.join(folder));
    let lines = files.into_values().map(|bytes| String::from_utf8(bytes).unwrap());
    let lines: Vec<_> = lines.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// One article and one list of addresses, run with the options of `[plugins.contacts]` and of the stage.
fn contacts(options: &str, stage: &str, threads: &str) -> (tempfile::TempDir, std::process::Output) {
    let plugins = support::build_plugins();
    let scratch = tempfile::tempdir().unwrap();
    let fixtures = support::root().join("tests/fixtures/contacts");
    let text = format!(
        "[input]\npaths = [{fixtures:?}]\n[plugins]\ndirs = [{plugins:?}]\n[plugins.contacts]\n{options}\n\
         [[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"plugin\"\n{stage}\n\
         [[stage]]\nuse = \"export\"\nformat = \"jsonl\"\ncompression = \"none\"\n"
    );
    let config = scratch.path().join("run.toml");
    std::fs::write(&config, text).unwrap();
    let output = run(config.to_str().unwrap(), &scratch.path().join("out"), &["--threads", threads]);
    (scratch, output)
}

#[test]
fn a_filter_and_a_transform_are_a_stage_among_others() {
    let (scratch, output) = contacts("phone = \"[phone]\"", "", "1");
    assert_eq!(output.status.code(), Some(0), "{}", streams(&output).1);
    let out = scratch.path().join("out");
    let [article] = rows(&out, "data").try_into().unwrap();
    let masked = "Write to email@example.com before Monday to be there, or ring [phone] in the evening when the office is open.";
    assert_eq!(
        article["text"].as_str().unwrap().lines().filter(|line| line.contains("Write")).collect::<Vec<_>>(),
        [masked]
    );
    let metadata: serde_json::Value = serde_json::from_str(article["metadata"].as_str().unwrap()).unwrap();
    let share = metadata["contacts/lists"]["share"].as_f64().unwrap();
    assert!(share > 0.0 && share < 0.1, "{metadata}");

    let trail = rows(&out, "removed");
    let [replaced, dropped] = [&trail[0]["removals"][0], &trail[1]["dropped"]];
    assert_eq!(replaced["evidence"], "contacts/mask: by the block that follows");
    assert!(replaced["text"].as_str().unwrap().starts_with("Write to ada@example.org before "), "{replaced}");
    assert_eq!(dropped["evidence"], "contacts/lists: 6 addresses and numbers in 29 words");
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["documents"]["dropped"], 1);
    assert_eq!(
        report["removals"][0],
        serde_json::json!({ "stage": "plugin", "reason": "replaced", "count": 1 })
    );
    assert_eq!(report["drops"][0], serde_json::json!({ "stage": "plugin", "reason": "dropped", "count": 1 }));
    let verified = copydesk(["verify".as_ref(), out.as_os_str()]);
    assert_eq!(verified.status.code(), Some(0), "{}", streams(&verified).1);

    let (again, _) = contacts("phone = \"[phone]\"", "", "8");
    assert_eq!(rows(&again.path().join("out"), "data"), rows(&out, "data"), "one thread or eight");
    assert_eq!(rows(&again.path().join("out"), "removed"), trail);
}

#[test]
fn names_say_which_plugins_see_a_document_and_in_which_order() {
    let (scratch, output) = contacts("", "names = [\"contacts/mask\"]", "2");
    assert_eq!(output.status.code(), Some(0), "{}", streams(&output).1);
    assert_eq!(rows(&scratch.path().join("out"), "data").len(), 2, "the list stays");
    let (_, output) = contacts("", "names = [\"contact\"]", "2");
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err.contains("`names` has `contact`, which is no filter and no transform; did you mean `contacts`?"),
        "{err}"
    );
}

#[test]
#[cfg(unix)]
fn functions_in_python_judge_and_change_documents() {
    let scratch = support::Scratch::new();
    for (name, bytes) in support::tree(&support::root().join("plugins/python/copydesk_plugin")) {
        scratch.write(&format!("plugins/copydesk_plugin/{name}"), bytes);
    }
    let programs = [
        (
            "short",
            "@document_filter(name='short', version='1.0.0')\ndef short(doc):\n    words = len(doc.body.split())\n\
             \x20   if words < 3: raise Drop(f'{words} words')\n    return {'words': words}\n",
        ),
        (
            "discreet",
            "@text_transform(name='discreet', version='1.0.0')\ndef discreet(doc):\n\
             \x20   return doc.body.replace('damnéd', 'd*****')\n",
        ),
    ];
    for (name, function) in programs {
        let text = format!("from copydesk_plugin import *\n{function}run({name})\n");
        let program = scratch.write(&format!("plugins/{name}.py"), text);
        let manifest =
            std::process::Command::new("python3").arg(&program).arg("--manifest").output().unwrap();
        scratch.write(&format!("plugins/{name}.copydesk.toml"), manifest.stdout);
    }
    scratch.write("in/a.txt", "Thé damnéd ferry is late.\n\nIt sails at nine.\n");
    scratch.write("in/b.txt", "Two words\n");
    let config = "[input]\npaths = [\"in/*\"]\n[plugins]\ndirs = [\"plugins\"]\n[[stage]]\nuse = \"extract\"\n\
        [[stage]]\nuse = \"plugin\"\nnames = [\"short\", \"discreet\"]\n\
        [[stage]]\nuse = \"export\"\nformat = \"jsonl\"\ncompression = \"none\"\n";
    scratch.write("run.toml", config);
    let output = run(scratch.path("run.toml").to_str().unwrap(), &scratch.path("out"), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", streams(&output).1);
    let [article] = rows(&scratch.path("out"), "data").try_into().unwrap();
    assert_eq!(article["text"], "Thé d***** ferry is late.\nIt sails at nine.");
    assert_eq!(article["metadata"], "{\"short\":{\"words\":9.0}}");
    let trail = rows(&scratch.path("out"), "removed");
    assert_eq!(trail[1]["dropped"]["evidence"], "short: 2 words");
}

/// A folder with a plugin in C, of those in the fixtures.
#[cfg(unix)]
fn plugin_in_c(name: &str) -> support::Scratch {
    let scratch = support::Scratch::new();
    std::fs::create_dir(scratch.path("plugins")).unwrap();
    let library = scratch.path(&format!("plugins/lib{name}{}", std::env::consts::DLL_SUFFIX));
    let compiled = std::process::Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-shared", "-I"])
        .arg(support::root().join("crates/copydesk-plugin-abi/include"))
        .arg(support::root().join(format!("tests/fixtures/plugins/{name}.c")))
        .args([Path::new("-o"), &library])
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", streams(&compiled).1);
    scratch
}

#[test]
#[cfg(unix)]
fn a_filter_that_crashes_costs_the_documents_at_which_it_does() {
    let scratch = plugin_in_c("crashing_filter");
    let text = |n: usize| match n % 10 {
        3 => "drop this".to_owned(),
        7 => "crash here".to_owned(),
        _ => format!("a sentence that stays, number {n}"),
    };
    let lines: String = (0..100)
        .map(|n| format!("{}\n", serde_json::json!({ "id": n.to_string(), "text": text(n) })))
        .collect();
    scratch.write("in/a.jsonl", lines);
    let config = "[input]\npaths = [\"in\"]\n[plugins]\ndirs = [\"plugins\"]\n[[stage]]\nuse = \"extract\"\n\
        [[stage]]\nuse = \"plugin\"\n[[stage]]\nuse = \"export\"\nformat = \"jsonl\"\ncompression = \"none\"\n";
    let config = scratch.write("run.toml", config);
    for (output, threads) in [("one", "1"), ("eight", "8")] {
        let ran = run(config.to_str().unwrap(), &scratch.path(output), &["--threads", threads]);
        assert_eq!(ran.status.code(), Some(1), "{}", streams(&ran).1);
        let counts = [("data", 80), ("removed", 10), ("quarantine", 10)];
        for (folder, count) in counts {
            assert_eq!(rows(&scratch.path(output), folder).len(), count, "{folder}");
        }
    }
    let [aside, other] = ["one", "eight"].map(|output| rows(&scratch.path(output), "quarantine"));
    assert_eq!(aside, other);
    let detail = aside[0]["detail"].as_str().unwrap();
    let death = "plugin `crashing-filter`: its process was killed by signal 6 (abort)";
    assert!(aside[0]["reason"] == "plugin-failed" && detail.starts_with(death), "{detail}");
}

#[test]
fn one_plugin_reads_and_another_writes() {
    support::build_plugins();
    let scratch = tempfile::tempdir().unwrap();
    let [one, eight] = ["1", "8"].map(|threads| {
        let out = scratch.path().join(threads);
        let output = run("config/tei.toml", &out, &["--threads", threads]);
        assert_eq!(output.status.code(), Some(1), "one file is no news: {}", streams(&output).1);
        let verified = copydesk(["verify".as_ref(), out.as_os_str()]);
        assert_eq!(verified.status.code(), Some(0), "{}", streams(&verified).1);
        support::tree(&out)
    });
    assert_eq!(one, eight);
    let files: Vec<_> = one.iter().filter(|(name, _)| name.starts_with("data/")).collect();
    let mut articles = 0;
    for (name, bytes) in files {
        assert!(name.ends_with(".xml"), "{name}");
        let text = std::str::from_utf8(bytes).unwrap();
        let inside = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<teiCorpus xmlns=");
        let inside = inside.and_then(|text| text.strip_suffix("</body></text>\n</TEI>\n</teiCorpus>\n"));
        articles += inside.expect(text).matches("<head>").count();
    }
    assert_eq!(articles, 6);
    let card = String::from_utf8(one["README.md"].clone()).unwrap();
    assert!(card.contains("| `data/` | articles, as the plugin `tei` writes them |"), "{card}");
}

#[test]
#[cfg(unix)]
fn an_encoder_that_crashes_costs_the_documents_at_which_it_does() {
    let scratch = plugin_in_c("crashing_encoder");
    let text = |n: usize| if n % 10 == 7 { "crash here".to_owned() } else { format!("sentence {n}") };
    // long enough for several parts
    let line = |n: usize| {
        format!(
            "{}\n",
            serde_json::json!({ "id": n.to_string(), "text": text(n), "pad": "x".repeat(30_000) })
        )
    };
    scratch.write("in/a.jsonl", (0..100).map(line).collect::<String>());
    let config = "[input]\npaths = [\"in\"]\nunit-mib = 1\n[plugins]\ndirs = [\"plugins\"]\n[[stage]]\nuse = \"extract\"\n\
        [[stage]]\nuse = \"export\"\nformat = \"plugin\"\nplugin = \"crashing-encoder\"\ncompression = \"none\"\n";
    let config = scratch.write("run.toml", config);
    let ran = |output: &str, threads: &str| {
        let ran = run(config.to_str().unwrap(), &scratch.path(output), &["--threads", threads]);
        assert_eq!(ran.status.code(), Some(1), "{}", streams(&ran).1);
        support::tree(&scratch.path(output))
    };
    let one = ran("one", "1");
    assert_eq!(ran("eight", "8"), one);

    let parts = articles(&scratch.path("one"));
    assert!(parts.len() > 1 && one.contains_key("data/part-00001.wire"), "{:?}", one.keys());
    let inside = |part: &String| Some(part.strip_prefix("ZCZC\n")?.strip_suffix("NNNN\n")?.to_owned());
    let kept: String = (0..100).filter(|n| n % 10 != 7).map(|n| format!("sentence {n}\n")).collect();
    assert_eq!(parts.iter().map(inside).collect::<Option<String>>(), Some(kept));
    let aside = rows(&scratch.path("one"), "quarantine");
    assert_eq!(aside.len(), 10);
    let detail = aside[0]["detail"].as_str().unwrap();
    let death = "plugin `crashing-encoder`: its process was killed by signal 6 (abort)";
    assert!(aside[0]["reason"] == "plugin-failed" && detail.starts_with(death), "{detail}");
    let verified = copydesk(["verify".as_ref(), scratch.path("one").as_os_str()]);
    assert_eq!(verified.status.code(), Some(0), "{}", streams(&verified).1);

    // as a kill would leave it: parts under their names that the journal does not know of
    let journal = scratch.path("one/.copydesk/journal");
    let lines = std::fs::read_to_string(&journal).unwrap();
    let begun: String = lines.split_inclusive('\n').take(2).collect();
    std::fs::write(&journal, begun).unwrap();
    assert_eq!(ran("one", "8"), one, "taken up again");
}

#[test]
#[cfg(unix)]
fn a_config_names_one_encoder() {
    let scratch = plugin_in_c("crashing_encoder");
    let complaint = |export: &str| {
        let config = format!("[plugins]\ndirs = [\"plugins\"]\n[[stage]]\nuse = \"export\"\n{export}\n");
        let output = copydesk(["check".as_ref(), scratch.write("run.toml", config).as_os_str()]);
        assert_eq!(output.status.code(), Some(2));
        streams(&output).1
    };
    for (export, complaints) in [
        ("format = \"plugin\"", "`format` is `plugin`: name the plugin that writes, `plugin = \"NAME\"`"),
        ("plugin = \"crashing-encoder\"", "`plugin` is for `format = \"plugin\"`"),
        (
            "format = \"plugin\"\nplugin = \"tei\"",
            "`plugin` is `tei`, which is no encoder; there are `crashing-encoder`",
        ),
    ] {
        let err = complaint(export);
        assert!(err.contains(complaints), "{err}");
    }
}

#[test]
#[cfg(unix)]
fn a_run_is_not_taken_up_with_another_header() {
    let scratch = plugin_in_c("crashing_encoder");
    let beside = |header: &str| {
        let text = format!(
            "[plugin]\nname = \"crashing-encoder\"\nversion = \"1.0.0\"\nabi = \"1\"\n\
             [[provides]]\nid = \"encoder\"\nkind = \"encoder\"\nfile = {{ extension = \"wire\", header = \"{header}\" }}\n"
        );
        scratch.write("plugins/crashing-encoder.copydesk.toml", text);
    };
    scratch.write("in/a.txt", "The ferry is late.\n");
    let config = "[input]\npaths = [\"in\"]\n[plugins]\ndirs = [\"plugins\"]\n[[stage]]\nuse = \"extract\"\n\
        [[stage]]\nuse = \"export\"\nformat = \"plugin\"\nplugin = \"crashing-encoder\"\ncompression = \"none\"\n";
    let config = scratch.write("run.toml", config);
    let ran = || run(config.to_str().unwrap(), &scratch.path("out"), &[]);
    beside("one:");
    assert_eq!(ran().status.code(), Some(0));
    assert_eq!(articles(&scratch.path("out")), ["one:The ferry is late.\n"]);
    beside("two:");
    let again = ran();
    assert_eq!(again.status.code(), Some(2));
    assert!(streams(&again).1.contains("config"), "{}", streams(&again).1);
}

#[test]
#[cfg(unix)]
fn a_function_in_python_writes_a_format() {
    let scratch = support::Scratch::new();
    for (name, bytes) in support::tree(&support::root().join("plugins/python/copydesk_plugin")) {
        scratch.write(&format!("plugins/copydesk_plugin/{name}"), bytes);
    }
    let program = scratch.write(
        "plugins/latin.py",
        "from copydesk_plugin import *\n@encoder(name='latin', version='1.0.0', extension='txt', footer='--\\n')\n\
         def latin(doc):\n    return (doc.body + '\\n').encode('latin-1')\nrun(latin)\n",
    );
    let manifest = std::process::Command::new("python3").arg(&program).arg("--manifest").output().unwrap();
    scratch.write("plugins/latin.copydesk.toml", manifest.stdout);
    scratch.write("in/a.txt", "The café is open.\n");
    scratch.write("in/b.txt", "It costs 3 €.\n");
    let config = "[input]\npaths = [\"in/*\"]\n[plugins]\ndirs = [\"plugins\"]\n[[stage]]\nuse = \"extract\"\n\
        [[stage]]\nuse = \"export\"\nformat = \"plugin\"\nplugin = \"latin\"\ncompression = \"none\"\n";
    scratch.write("run.toml", config);
    let output = run(scratch.path("run.toml").to_str().unwrap(), &scratch.path("out"), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", streams(&output).1);
    let files: Vec<_> = support::tree(&scratch.path("out/data")).into_values().collect();
    assert_eq!(files, [b"The caf\xe9 is open.\n--\n".to_vec()]);
    let [aside] = rows(&scratch.path("out"), "quarantine").try_into().unwrap();
    assert!(aside["detail"].as_str().unwrap().starts_with("plugin `latin`: UnicodeEncodeError: "), "{aside}");
}
