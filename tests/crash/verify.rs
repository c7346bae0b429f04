//! `verify` proves a folder that is as its run left it, and finds whatever is wrong with any other.

use std::path::Path;

use crate::scene::{Ended, Scene, Tree, difference, is_long, scattered, tree};
use crate::shim::{CHANGES, Shim};

const JOURNAL: &str = ".copydesk/journal";

fn verify(scene: &Scene, out: &Path) -> Ended {
    scene.command(["verify"], out).ends()
}

/// Is what is wrong with the folder found, and the file named? Without a journal that can be read there
/// is nothing to compare with, which has a status of its own.
fn finds(scene: &Scene, out: &Path, name: &str) -> Result<(), String> {
    let ended = verify(scene, out);
    let (codes, said) = if name == JOURNAL { (&[1, 2][..], "journal") } else { (&[1][..], name) };
    let is_found = ended.code().is_some_and(|code| codes.contains(&code)) && ended.stderr.contains(said);
    if is_found { Ok(()) } else { Err(format!("{name}: {ended:?}")) }
}

/// The files that a proof rests on: the lock says nothing of what was written.
fn witnesses(clean: &Tree) -> Vec<&str> {
    let is_one = |name: &&str| !name.ends_with('/') && *name != ".copydesk/lock";
    clean.keys().map(String::as_str).filter(is_one).collect()
}

#[test]
fn a_finished_folder_is_proven() {
    let scene = Scene::new();
    let out = scene.fresh();
    scene.run(&out).ends();
    let before = tree(&out);
    let ended = verify(&scene, &out);
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    assert_eq!(difference(&before, &tree(&out)), None, "verify changes nothing");
    let nowhere = verify(&scene, &scene.fresh());
    assert_eq!(nowhere.code(), Some(2), "{nowhere:?}");
}

#[test]
fn an_unfinished_folder_is_not_proven() {
    let scene = Scene::new();
    let out = scene.fresh();
    let calls = scene.run_on(1, &out).disturbed(&Shim::counting(CHANGES)).ends().calls.unwrap();
    for call in [calls / 3, calls / 2, calls - 3] {
        let out = scene.fresh();
        scene.run_on(1, &out).disturbed(&Shim::killing(call)).ends();
        let ended = verify(&scene, &out);
        assert_eq!(ended.code(), Some(1), "killed at {call}: {ended:?}");
    }
}

#[test]
fn any_bit_that_flips_is_found() {
    let scene = Scene::new();
    let out = scene.fresh();
    scene.run(&out).ends();
    let clean = tree(&out);
    let flips = if is_long() { 40 } else { 3 };
    // one after the other: they share the folder
    for name in witnesses(&clean) {
        let bytes = &clean[name];
        let bits = bytes.len() as u64 * 8;
        for flip in (0..flips).map(|n| [0, bits - 1, scattered(n) % bits][usize::try_from(n.min(2)).unwrap()])
        {
            let mut flipped = bytes.clone();
            flipped[usize::try_from(flip / 8).unwrap()] ^= 1 << (flip % 8);
            std::fs::write(out.join(name), flipped).unwrap();
            finds(&scene, &out, name).unwrap_or_else(|what| panic!("bit {flip} of {bits} of {what}"));
        }
        std::fs::write(out.join(name), bytes).unwrap();
    }
    assert_eq!(verify(&scene, &out).code(), Some(0));
}

#[test]
fn any_file_that_is_missing_or_too_much_is_found() {
    let scene = Scene::new();
    let out = scene.fresh();
    scene.run(&out).ends();
    let clean = tree(&out);
    for name in witnesses(&clean) {
        std::fs::remove_file(out.join(name)).unwrap();
        finds(&scene, &out, name).unwrap();
        std::fs::write(out.join(name), &clean[name]).unwrap();
    }
    let strays = [
        "data/part-99999.jsonl.zst",
        "data/.part-00000.jsonl.zst.tmp",
        "data/x",
        "removed/a/b",
        "x",
        ".copydesk/x",
    ];
    for name in strays {
        let path = out.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "").unwrap();
        finds(&scene, &out, name).unwrap();
        std::fs::remove_file(path).unwrap();
    }
}
