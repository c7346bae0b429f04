//! What a run does not do: share a folder with another run, go on with something else, write where a
//! link points.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::scene::{CONFIG, Ended, INPUTS, Scene, Tree, difference, each, is_long, plant, tree};
use crate::shim::{CHANGES, Shim};
use crate::support::root;

/// A folder in which a run was killed at half its way.
fn interrupted(scene: &Scene) -> PathBuf {
    let calls = scene.run(&scene.fresh()).disturbed(&Shim::counting(CHANGES)).ends().calls.unwrap();
    let out = scene.fresh();
    assert!(scene.run(&out).disturbed(&Shim::killing(calls / 2)).ends().was_killed());
    out
}

fn is_refused(ended: &Ended, words: &[&str]) -> Result<(), String> {
    let is_said = ended.code() == Some(2) && words.iter().all(|word| ended.stderr.contains(word));
    if is_said { Ok(()) } else { Err(format!("not refused with {words:?}: {ended:?}")) }
}

#[test]
fn the_second_of_two_runs_is_refused() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let out = scene.fresh();
    let mut first = scene.run(&out).disturbed(&Shim::dragging()).starts();
    while !out.join(".copydesk/journal").exists() && !first.has_ended() {
        std::thread::sleep(Duration::from_millis(1));
    }
    first.signal("STOP");
    let second = scene.run(&out).ends();
    assert!(!first.has_ended(), "the first run was too quick");
    first.signal("CONT");
    is_refused(&second, &["another run", out.to_str().unwrap()]).unwrap();
    assert_eq!(first.ends().code(), Some(1));
    assert_eq!(difference(&clean, &tree(&out)), None);
}

/// Something that a run depends on, and the words of the refusal.
struct Change {
    what: &'static str,
    words: &'static [&'static str],
    make: fn(&Scene),
    take_back: fn(&Scene),
}

const CHANGED: &[Change] = &[
    Change {
        what: "an option of the config",
        words: &["`config.stage[3]", "level`"],
        make: |scene| scene.write("news.toml", format!("{CONFIG}level = 9\n")),
        take_back: |scene| scene.write("news.toml", CONFIG),
    },
    Change {
        what: "the stages",
        words: &["`config.stage[2]"],
        make: |scene| scene.write("news.toml", CONFIG.replace("[[stage]]\nuse = \"headline\"\n", "")),
        take_back: |scene| scene.write("news.toml", CONFIG),
    },
    Change {
        what: "the size of an input",
        words: &["`inputs.bytes`"],
        make: |scene| append(scene, "more/b.jsonl", "\n"),
        take_back: |scene| shorten(scene, "more/b.jsonl", 1),
    },
    Change {
        what: "a file that an input has more",
        words: &["`inputs.files`"],
        make: |scene| scene.write("texts/9.txt", "One more.\n"),
        take_back: |scene| std::fs::remove_file(scene.folder().join("texts/9.txt")).unwrap(),
    },
];

/// A journal whose first line was written by something else, with a checksum that is right.
#[test]
fn another_version_is_named() {
    let scene = Scene::new();
    let out = interrupted(&scene);
    let journal = std::fs::read_to_string(out.join(".copydesk/journal")).unwrap();
    let run = journal.lines().nth(1).unwrap();
    let (_, entry) = run.split_once(' ').unwrap();
    let older = entry.replace("copydesk 0.", "copydesk 7.");
    assert_ne!(entry, older);
    let changed = [
        (journal.replace(run, &format!("{} {older}", &sha256(&older)[..16])), ["`program`", "copydesk 7."]),
        (journal.replace("format 1", "format 2"), ["another version", "format"]),
    ];
    for (journal, words) in changed {
        std::fs::write(out.join(".copydesk/journal"), journal).unwrap();
        let before = tree(&out);
        is_refused(&scene.run(&out).ends(), &words).unwrap();
        assert_eq!(difference(&before, &tree(&out)), None);
    }
}

fn sha256(text: &str) -> String {
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn another_plugin_is_named() {
    let scene = Scene::with(&format!("[plugins]\ndirs = [\"plugins\"]\n{CONFIG}"));
    let plugins = scene.folder().join("plugins");
    let build =
        Command::new(root().join("plugins/build")).arg(&plugins).arg("reuters-sgml").status().unwrap();
    assert!(build.success());
    let clean = scene.undisturbed();
    let out = interrupted(&scene);
    let library = plugins.join("libreuters_sgml.so");
    let bytes = std::fs::read(&library).unwrap();
    // still a library, and the same code
    std::fs::write(&library, [&bytes[..], b"\n"].concat()).unwrap();
    is_refused(&scene.run(&out).ends(), &["`plugins[0].sha256`"]).unwrap();
    std::fs::remove_file(&library).unwrap();
    is_refused(&scene.run(&out).ends(), &["`plugins[0]`", "reuters-sgml"]).unwrap();
    std::fs::write(&library, bytes).unwrap();
    assert_eq!(scene.run(&out).ends().code(), Some(1));
    assert_eq!(difference(&clean, &tree(&out)), None);
}

#[test]
fn what_is_complete_is_left_alone() {
    let scene = Scene::new();
    let out = scene.fresh();
    scene.run(&out).ends();
    let before = tree(&out);
    let ended = scene.run(&out).disturbed(&Shim::counting("wrmt")).ends();
    assert!(ended.stderr.contains("complete already"), "{ended:?}");
    assert_eq!((ended.code(), ended.calls), (Some(1), Some(0)));
    assert_eq!(difference(&before, &tree(&out)), None);
    scene.write("news.toml", format!("{CONFIG}level = 9\n"));
    is_refused(&scene.run(&out).ends(), &["level`", "--overwrite"]).unwrap();
    assert_eq!(difference(&before, &tree(&out)), None);
}

fn append(scene: &Scene, name: &str, more: &str) {
    let text = std::fs::read_to_string(scene.folder().join(name)).unwrap();
    scene.write(name, text + more);
}

fn shorten(scene: &Scene, name: &str, by: usize) {
    let text = std::fs::read_to_string(scene.folder().join(name)).unwrap();
    scene.write(name, &text[..text.len() - by]);
}

#[test]
fn what_has_changed_is_named() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let out = interrupted(&scene);
    let before = tree(&out);
    for change in CHANGED {
        (change.make)(&scene);
        let ended = scene.run(&out).ends();
        (change.take_back)(&scene);
        is_refused(&ended, change.words).unwrap_or_else(|why| panic!("{}: {why}", change.what));
        assert_eq!(difference(&before, &tree(&out)), None, "{}", change.what);
    }
    assert_eq!(scene.run(&out).ends().code(), Some(1));
    assert_eq!(difference(&clean, &tree(&out)), None);
}

#[test]
fn other_inputs_are_named() {
    let scene = Scene::new();
    let out = interrupted(&scene);
    let mut swapped = INPUTS.to_vec();
    swapped.swap(0, 1);
    for inputs in [&INPUTS[1..], &swapped] {
        is_refused(&scene.run_over(inputs, 2, &out).ends(), &["`inputs.named"]).unwrap();
    }
}

/// A link where a run makes something, to a file and to a folder outside, and to nothing; before the
/// first run and before it is taken up.
#[test]
fn no_link_leads_a_run_outside() {
    let scene = Scene::new();
    let begun = tree(&interrupted(&scene));
    let mut cases = Vec::new();
    for (number, name) in names_of_a_run(&scene.undisturbed()).into_iter().enumerate() {
        // all parts are made alike: each gets one kind of link
        let kinds = if name.contains("part-") && !is_long() { number % 3..number % 3 + 1 } else { 0..3 };
        cases.extend(kinds.flat_map(|kind| [(kind, name.clone(), None), (kind, name.clone(), Some(&begun))]));
    }
    each(&cases, |(kind, name, begun)| {
        let (outside, out) = (Outside::new(&scene), scene.fresh());
        if let Some(begun) = begun {
            plant(begun, &out);
        }
        put_link(&outside.targets[*kind], &out.join(name));
        let ended = scene.run(&out).ends();
        std::fs::remove_dir_all(&out).unwrap();
        match outside.is_untouched() {
            Ok(()) if matches!(ended.code(), Some(1..=3)) => Ok(()),
            touched => Err(format!("a link at {name}: {touched:?}, {ended:?}")),
        }
    });
}

/// Every name in a finished folder, and the temporary one beside it.
fn names_of_a_run(clean: &Tree) -> Vec<String> {
    let temporary = |name: &str| match name.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/.{file}.tmp"),
        None => format!(".{name}.tmp"),
    };
    let names = clean.keys().map(|name| name.trim_end_matches('/'));
    names.flat_map(|name| [name.to_owned(), temporary(name)]).collect()
}

fn put_link(target: &Path, link: &Path) {
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(link);
    let _ = std::fs::remove_dir_all(link);
    symlink(target, link).unwrap();
}

struct Outside {
    folder: PathBuf,
    before: Tree,
    targets: [PathBuf; 3],
}

impl Outside {
    fn new(scene: &Scene) -> Self {
        let folder = scene.fresh();
        std::fs::create_dir_all(folder.join("folder")).unwrap();
        std::fs::write(folder.join("file"), "mine").unwrap();
        std::fs::write(folder.join("folder/part-00000.jsonl.zst"), "mine").unwrap();
        let targets = ["file", "folder", "nothing"].map(|name| folder.join(name));
        Outside { before: tree(&folder), folder, targets }
    }

    fn is_untouched(&self) -> Result<(), String> {
        difference(&self.before, &tree(&self.folder)).map_or(Ok(()), Err)
    }
}
