//! One input, one output: whatever the number of threads, the speed of each, the language and the
//! clock of the machine, the folder.

use crate::scene::{Scene, difference, each, is_long, tree};
use crate::shim::Shim;

#[test]
fn one_digest_for_all() {
    let scenes = [Scene::new(), Scene::new()];
    let clean = scenes[0].undisturbed();
    let places = [("C", "UTC"), ("tr_TR.UTF-8", "Asia/Kolkata"), ("de_DE.ISO-8859-1", "America/St_Johns")];
    let mut cases = Vec::new();
    for seed in 0..if is_long() { 20 } else { 2 } {
        for threads in [1, 2, 3, 8] {
            for place in places {
                cases.push((seed, threads, place, &scenes[cases.len() % 2]));
            }
        }
    }
    each(&cases, |&(seed, threads, (language, clock), scene)| {
        let out = scene.fresh();
        let run = scene.run_on(threads, &out).disturbed(&Shim::sleeping(seed));
        let ended = run.env("LANG", language).env("LC_ALL", language).env("TZ", clock).ends();
        match difference(&clean, &tree(&out)) {
            None if ended.code() == Some(1) => Ok(()),
            difference => Err(format!("{threads} threads, {language}, {clock}: {ended:?} {difference:?}")),
        }
    });
}
