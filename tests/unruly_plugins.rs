//! A plugin that does everything wrong costs the documents at which it does, and nothing else.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use support::{Scratch, streams};

/// The plugin, compiled once.
fn library() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, library) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join(format!("libunruly_c{}", std::env::consts::DLL_SUFFIX));
        let output = Command::new("cc")
            .args(["-std=gnu99", "-O0", "-w", "-fPIC", "-fvisibility=hidden", "-shared", "-I"])
            .arg(support::root().join("crates/copydesk-plugin-abi/include"))
            .arg(support::root().join("tests/fixtures/plugins/unruly.c"))
            .args([Path::new("-o"), &library])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", streams(&output).1);
        (folder, library)
    });
    library
}

/// A folder with a config, the plugin and dumps of documents, one word to each.
struct Desk(Scratch);

impl Desk {
    fn new(options: &str, dumps: &[&[&str]]) -> Self {
        let scratch = Scratch::new();
        std::fs::create_dir(scratch.path("plugins")).unwrap();
        std::fs::copy(library(), scratch.path("plugins").join(library().file_name().unwrap())).unwrap();
        for (n, texts) in dumps.iter().enumerate() {
            let row = |(k, text): (usize, &&str)| {
                format!("{}\n", serde_json::json!({ "id": format!("{n}-{k}-{text}"), "text": text }))
            };
            let rows: String = texts.iter().enumerate().map(row).collect();
            scratch.write(&format!("dumps/{n:02}.jsonl"), rows);
        }
        let config = format!(
            "[input]\npaths = [\"dumps\"]\n[plugins]\ndirs = [\"plugins\"]\n[plugins.unruly-c]\n{options}\n\
             [[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"export\"\nformat = \"jsonl\"\ncompression = \"none\"\n"
        );
        scratch.write("run.toml", config);
        Desk(scratch)
    }

    fn command(&self, output: &str, threads: usize) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command.current_dir(support::root()).args(["run", "--quiet"]).arg(self.0.path("run.toml"));
        command.arg("--output").arg(self.0.path(output)).args(["--threads", &threads.to_string()]);
        command
    }

    fn run(&self, output: &str, threads: usize) -> Output {
        self.command(output, threads).output().unwrap()
    }

    fn texts(&self, output: &str) -> Vec<String> {
        rows(&self.0.path(output).join("data")).iter().map(|row| text(row, "text")).collect()
    }

    /// Of every document that was set aside: its text, the reason and the detail.
    fn set_aside(&self, output: &str) -> Vec<(String, String, String)> {
        let one = |row: &serde_json::Value| {
            let dump = std::fs::read(self.0.path("dumps").join(text(row, "file"))).unwrap();
            let [from, length] = ["offset", "length"].map(|key| row[key].as_u64().unwrap() as usize);
            let record: serde_json::Value = serde_json::from_slice(&dump[from..from + length]).unwrap();
            (text(&record, "text"), text(row, "reason"), text(row, "detail"))
        };
        rows(&self.0.path(output).join("quarantine")).iter().map(one).collect()
    }

    /// Every file of an output but the lock.
    fn files(&self, output: &str) -> BTreeMap<String, Vec<u8>> {
        support::tree(&self.0.path(output))
    }

    /// Processes that work for this desk.
    fn workers(&self) -> usize {
        let plugins = self.0.path("plugins");
        let is_ours = |entry: std::io::Result<std::fs::DirEntry>| {
            let line = std::fs::read(entry.unwrap().path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(plugins.to_str().unwrap())
        };
        std::fs::read_dir("/proc").unwrap().map(is_ours).filter(|is_ours| *is_ours).count()
    }
}

fn text(row: &serde_json::Value, key: &str) -> String {
    row[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {row}")).to_owned()
}

fn rows(folder: &Path) -> Vec<serde_json::Value> {
    let files = if folder.is_dir() { support::tree(folder) } else { BTreeMap::new() };
    let lines = files
        .into_values()
        .flat_map(|bytes| String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect::<Vec<_>>());
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

/// What goes wrong, and what is said of it; the cause of a death is that of the second, alone.
const WRONGS: [(&str, &str, &str); 21] = [
    ("segfault", "plugin-failed", "its process was killed by signal 11 (segmentation fault)"),
    ("abort", "plugin-failed", "its process was killed by signal 6 (abort)"),
    ("exit", "plugin-failed", "its process ended with status 0"),
    ("deep", "plugin-failed", "stack overflow"),
    ("loop", "plugin-failed", "it gave no answer within 1 s"),
    ("sleep", "plugin-failed", "it gave no answer within 1 s"),
    ("terminate", "plugin-failed", "its process was killed by signal 15"),
    ("write over the input", "plugin-failed", "its process was killed by signal 11"),
    ("write behind the input", "plugin-failed", "its process was killed by signal 11"),
    ("read behind the input", "plugin-failed", "its process was killed by signal 11"),
    ("close", "plugin-failed", "its process"),
    ("garbage length", "plugin-error", "it emitted more than 64 MiB for one payload"),
    ("long length", "plugin-failed", "its process was killed by signal"),
    ("wrong document", "plugin-error", "it spoke of document 7, but was given one document"),
    ("flood", "plugin-failed", "it gave no answer within 1 s"),
    ("fork", "plugin-error", "no fork"),
    ("network", "plugin-error", "no network"),
    ("file", "plugin-error", "no file"),
    ("remove", "plugin-error", "no file removed"),
    ("shell", "plugin-error", "no shell"),
    ("environment", "plugin-error", "no environment"),
];

/// What looks wrong and costs nothing.
const HARMLESS: [&str; 5] = ["leak", "print", "shout", "mute", "good"];

/// Six dumps: every wrong among documents that are right.
fn dumps() -> Vec<Vec<&'static str>> {
    let mut dumps = vec![Vec::new(); 6];
    for (n, wrong) in WRONGS.iter().enumerate() {
        dumps[n % 6].extend(["good", wrong.0, HARMLESS[n % HARMLESS.len()]]);
    }
    dumps
}

fn borrowed<'a>(dumps: &'a [Vec<&'static str>]) -> Vec<&'a [&'static str]> {
    dumps.iter().map(Vec::as_slice).collect()
}

#[test]
fn each_culprit_is_set_aside_with_the_cause_and_the_others_come_out() {
    let dumps = dumps();
    let desk = Desk::new("timeout-seconds = 1", &borrowed(&dumps));
    let output = desk.run("two", 2);
    assert_eq!(output.status.code(), Some(1), "{}", streams(&output).1);
    let set_aside = desk.set_aside("two");
    assert_eq!(set_aside.len(), WRONGS.len());
    for (wrong, reason, cause) in WRONGS {
        let (_, why, detail) = set_aside.iter().find(|(text, ..)| text == wrong).unwrap();
        assert!(why == reason && detail.contains(cause), "{wrong}: {why}: {detail}");
        assert!(detail.starts_with("plugin `unruly-c`: "), "{detail}");
        assert_eq!(detail.contains("(twice; sha256 "), reason == "plugin-failed", "{detail}");
    }
    let is_right = |text: &&&str| WRONGS.iter().all(|wrong| wrong.0 != **text);
    let right: Vec<Vec<_>> =
        dumps.iter().map(|dump| dump.iter().filter(is_right).copied().collect()).collect();
    let without = Desk::new("timeout-seconds = 1", &borrowed(&right));
    assert_eq!(without.run("out", 2).status.code(), Some(0));
    assert_eq!(desk.texts("two"), without.texts("out"));
    assert_eq!(desk.texts("two"), right.concat());
    assert_eq!(desk.workers(), 0);
    desk.run("eight", 8);
    assert_eq!(desk.files("two"), desk.files("eight"), "as many threads as you like");
}

#[test]
fn a_plugin_inside_and_outside_comes_to_the_same() {
    let documents = ["good", "garbage length", "fine", "wrong document", "good again"];
    let inside = Desk::new("isolation = \"in-process\"", &[&documents]);
    let outside = Desk::new("isolation = \"process\"", &[&documents]);
    assert_eq!(inside.run("out", 1).status.code(), Some(1));
    assert_eq!(outside.run("out", 1).status.code(), Some(1));
    assert_eq!(inside.files("out"), outside.files("out"));
}

#[test]
fn memory_that_leaks_costs_nothing_but_a_new_start() {
    let desk = Desk::new("memory-mib = 256", &[&["leak"; 60]]);
    let output = desk.run("out", 1);
    assert_eq!(output.status.code(), Some(0), "{}", streams(&output).1);
    assert_eq!(desk.texts("out").len(), 60);
}

/// The most descriptors, and the most places where memory of a worker is mapped, that a process had at a time.
fn watch(mut process: std::process::Child) -> (std::process::ExitStatus, usize, usize) {
    let proc = PathBuf::from(format!("/proc/{}", process.id()));
    let (mut descriptors, mut memories) = (0, 0);
    loop {
        let open = std::fs::read_dir(proc.join("fd")).map_or(0, Iterator::count);
        let maps = std::fs::read_to_string(proc.join("maps")).unwrap_or_default();
        descriptors = descriptors.max(open);
        memories = memories.max(maps.lines().filter(|line| line.contains("memfd:copydesk")).count());
        if let Some(status) = process.try_wait().unwrap() {
            return (status, descriptors, memories);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// 10,000 where there is time.
#[test]
fn hundreds_of_crashes_leave_nothing_behind_and_the_counts_close() {
    let hundreds = if std::env::var_os("COPYDESK_LONG").is_some() { 100 } else { 2 };
    // after many deaths in a row there would be pauses
    let dump = ["abort", "good"].repeat(100);
    let dumps = vec![&dump[..]; hundreds];
    let desk = Desk::new("give-up-after = 1000000", &dumps);
    let process = desk.command("out", 2).spawn().unwrap();
    let (status, descriptors, memories) = watch(process);
    assert_eq!(status.code(), Some(1));
    assert_eq!((desk.texts("out").len(), desk.set_aside("out").len()), (100 * hundreds, 100 * hundreds));
    assert_eq!(desk.workers(), 0);
    // each of the two threads has a worker, and is done with the one before when it starts the next
    assert!(
        descriptors < 60 && (1..=4).contains(&memories),
        "{descriptors} descriptors, {memories} memories"
    );
}

#[test]
fn what_does_not_fit_into_the_memory_comes_out_all_the_same() {
    let sizes = [10, 70_000, 1_048_000, 1_048_576, 2_000_000, 65_000];
    let texts = sizes.map(|size| "good ".repeat(size / 5));
    let mut documents = vec!["verbose", "good"];
    documents.extend(texts.iter().map(String::as_str));
    documents.extend(["verbose", "verbose", "good"]);
    documents.extend(["good"; 300]);
    let inside = Desk::new("isolation = \"in-process\"", &[&documents, &documents]);
    let outside = Desk::new("", &[&documents, &documents]);
    assert_eq!(inside.run("out", 1).status.code(), Some(0));
    assert_eq!(outside.run("out", 1).status.code(), Some(0));
    assert_eq!(outside.run("two", 2).status.code(), Some(0));
    assert_eq!(outside.texts("out").len(), 2 * documents.len());
    let files = inside.files("out");
    assert!(files == outside.files("out") && files == outside.files("two"));
}

#[test]
fn a_plugin_that_writes_over_all_answers_spoils_none_but_its_own() {
    let dump = [["good"; 9].as_slice(), &["scribble"], &["good"; 4], &["scribble"], &["fine"; 70]].concat();
    let desk = Desk::new("timeout-seconds = 5", &[&dump[..]; 3]);
    let output = desk.run("out", 2);
    assert_eq!(output.status.code(), Some(1), "{}", streams(&output).1);
    let right: Vec<_> = dump.iter().filter(|text| **text != "scribble").copied().collect();
    assert_eq!(desk.texts("out"), [&right[..]; 3].concat());
    for (text, reason, detail) in desk.set_aside("out") {
        assert_eq!((&*text, &*reason), ("scribble", "plugin-failed"), "{detail}");
    }
    assert_eq!(desk.set_aside("out").len(), 6);
}

#[test]
fn a_plugin_that_breaks_down_too_often_ends_the_run() {
    let desk = Desk::new("give-up-after = 2", &[&["abort"; 4]]);
    let output = desk.run("out", 1);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(2), "{err}");
    let wanted =
        "the plugin `unruly-c` broke down at 3 payloads; `give-up-after` in `[plugins.unruly-c]` allows 2";
    assert!(err.contains(wanted), "{err}");
}

#[test]
fn a_breakdown_may_end_the_run_at_once() {
    let desk = Desk::new("on-failure = \"fail\"", &[&["good", "abort", "good"]]);
    let output = desk.run("out", 1);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(
        err.contains("the plugin `unruly-c` broke down at 0-1-abort: its process was killed by"),
        "{err}"
    );
}

#[test]
fn a_breakdown_may_hand_the_document_on() {
    let desk = Desk::new("on-failure = \"fallback\"", &[&["good", "abort", "good"]]);
    let output = desk.run("out", 1);
    let (_, err) = streams(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert_eq!(desk.texts("out"), ["good", "abort", "good"]);
    assert!(err.contains("0-1-abort went to the next extractor: its process was killed by"), "{err}");
}
