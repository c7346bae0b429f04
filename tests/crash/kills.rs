//! A run that is killed, or told to stop, and taken up again leaves what an undisturbed run leaves.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::scene::{CONFIG, Scene, Tree, difference, each, is_long, plant, scattered, tree};
use crate::shim::{CHANGES, Shim};

const THREADS: [usize; 4] = [1, 2, 4, 8];

/// Runs until the run is complete; then the folder must be that of a run that nobody disturbed.
fn taken_up(scene: &Scene, out: &Path, threads: usize, clean: &Tree) -> Result<(), String> {
    let ended = scene.run_on(threads, out).ends();
    if ended.code() != Some(1) {
        return Err(format!("the last run: {ended:?}"));
    }
    let difference = difference(clean, &tree(out));
    std::fs::remove_dir_all(out).unwrap();
    difference.map_or(Ok(()), Err)
}

/// One case of the loop over all calls.
struct Kill {
    what: String,
    shim: Shim,
    threads: usize,
    /// The recovery is killed, too, at this call.
    again: Option<u64>,
}

/// A kill at each of the calls that a run makes, and in the middle of each of the writes.
fn kills(scene: &Scene) -> Vec<Kill> {
    let shims = |calls, shim: fn(u64) -> Shim| {
        let most =
            THREADS.map(|threads| log_of_calls(scene, threads, calls).len()).into_iter().max().unwrap();
        let mut log = log_of_calls(scene, 1, calls);
        log.resize(most, "a call that one thread does not make".to_owned());
        log.into_iter().zip(1..).map(move |(what, call)| (what, shim(call)))
    };
    let all: Vec<_> = shims(CHANGES, Shim::killing).chain(shims("w", Shim::tearing)).collect();
    let count = all.len() as u64;
    let kill = |((what, shim), number): ((String, Shim), u64)| Kill {
        what,
        shim,
        threads: THREADS[usize::try_from(number % 4).unwrap()],
        again: (number % 3 == 0).then(|| scattered(number) % count + 1),
    };
    all.into_iter().zip(0..).map(kill).collect()
}

fn log_of_calls(scene: &Scene, threads: usize, calls: &'static str) -> Vec<String> {
    let out = scene.fresh();
    let log = out.with_extension("log");
    let ended = scene.run_on(threads, &out).disturbed(&Shim::counting(calls).logging(&log)).ends();
    let lines: Vec<_> = std::fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(ended.calls, Some(lines.len() as u64));
    lines
}

fn killed_at(scene: &Scene, kills: &[Kill]) {
    let clean = scene.undisturbed();
    assert!(kills.len() > 20, "{} cases", kills.len());
    each(kills, |kill| {
        let Kill { what, shim, threads, again } = kill;
        let out = scene.fresh();
        let first = scene.run_on(*threads, &out).disturbed(shim).ends();
        if !first.was_killed() && first.code() != Some(1) {
            return Err(format!("the run that should be killed: {first:?}"));
        }
        if let Some(call) = again {
            scene.run_on(*threads, &out).disturbed(&Shim::killing(*call)).ends();
        }
        let outcome = taken_up(scene, &out, *threads, &clean);
        outcome.map_err(|why| format!("killed at `{what}` ({threads} threads, again: {again:?}): {why}"))
    });
}

#[test]
fn killed_at_every_call() {
    let scene = Scene::new();
    killed_at(&scene, &kills(&scene));
}

/// Where each article is a file, a part is a folder that gets its name as a whole.
#[test]
fn killed_while_articles_are_files() {
    let scene = Scene::with(&format!("{CONFIG}format = \"text\"\n"));
    let mut kills = kills(&scene);
    let step = if is_long() { 1 } else { kills.len() / 60 };
    kills = kills.into_iter().step_by(step).collect();
    killed_at(&scene, &kills);
}

/// Killed before the last line of the journal was safe, though it can be read: the next run must not
/// call that complete before it is.
#[test]
fn what_was_not_waited_for_is_waited_for() {
    let scene = Scene::new();
    let syncs = log_of_calls(&scene, 1, "s").len() as u64;
    let out = scene.fresh();
    assert!(scene.run_on(1, &out).disturbed(&Shim::killing_at("s", syncs)).ends().was_killed());
    let log = out.with_extension("log");
    let ended = scene.run_on(1, &out).disturbed(&Shim::counting("s").logging(&log)).ends();
    assert!(ended.stderr.contains("complete already"), "{ended:?}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("/.copydesk/journal\n"), "{log}");
}

/// A run that replaces another is repeated as it was given.
#[test]
fn killed_while_it_overwrites() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let other = scene.fresh();
    scene.run_over(&["large.jsonl", "bad.jsonl"], 2, &other).ends();
    let other = tree(&other);
    let overwriting = |out: &Path| {
        plant(&other, out);
        scene.run_on(1, out).with("--overwrite")
    };
    let calls = overwriting(&scene.fresh()).disturbed(&Shim::counting(CHANGES)).ends().calls.unwrap();
    // all that is deleted goes first
    let kills: Vec<_> = if is_long() { (1..=calls).collect() } else { (1..=40).collect() };
    each(&kills, |&call| {
        let out = scene.fresh();
        if !overwriting(&out).disturbed(&Shim::killing(call)).ends().was_killed() {
            return Err(format!("call {call} was not made"));
        }
        let ended = scene.run(&out).with("--overwrite").ends();
        match difference(&clean, &tree(&out)) {
            None if ended.code() == Some(1) => Ok(()),
            difference => Err(format!("killed at {call}: {ended:?} {difference:?}")),
        }
    });
}

/// At instants that nobody chose: would the shim not see a call, this could.
#[test]
fn killed_at_random() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let started = Instant::now();
    scene.run(&scene.fresh()).ends();
    let whole = u64::try_from(started.elapsed().as_micros()).unwrap();
    let count = if is_long() { 1000 } else { 60 };
    each(&(0..count).collect::<Vec<u64>>(), |&number| {
        let out = scene.fresh();
        let threads = THREADS[usize::try_from(number % 4).unwrap()];
        for kill in 0..1 + number % 3 {
            let run = scene.run_on(threads, &out).starts();
            std::thread::sleep(Duration::from_micros(scattered(number * 3 + kill) % whole));
            run.kill();
        }
        taken_up(&scene, &out, threads, &clean).map_err(|what| format!("case {number}: {what}"))
    });
}

/// Ctrl-C, and what a system sends before it goes down.
#[test]
fn told_to_stop() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    each(&["INT", "TERM"], |name| {
        let out = scene.fresh();
        let mut run = scene.run(&out).disturbed(&Shim::dragging()).starts();
        while !out.join(".copydesk/journal").exists() && !run.has_ended() {
            std::thread::sleep(Duration::from_millis(1));
        }
        run.signal(name);
        let ended = run.ends();
        if ended.code() != Some(130) || !ended.stderr.contains("same command") {
            return Err(format!("{name}: {ended:?}"));
        }
        let left = tree(&out).into_keys().find(|name| name.ends_with(".tmp"));
        if let Some(left) = left {
            return Err(format!("{name} leaves {left}"));
        }
        taken_up(&scene, &out, 2, &clean).map_err(|what| format!("{name}: {what}"))
    });
}
