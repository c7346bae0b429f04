//! Storage that fails: the run says what failed and where, and the same command mends it.

use std::path::Path;
use std::process::Command;

use crate::scene::{Ended, Scene, Tree, difference, each, plant, sampled, tree};
use crate::shim::{Shim, text_of};
use crate::skipped;

const EINTR: i32 = 4;
const EIO: i32 = 5;
const EMFILE: i32 = 24;
const EFBIG: i32 = 27;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;
const EDQUOT: i32 = 122;

/// Everything that a run asks of the disk but to close a file.
const RECOVERY: &str = "cowrsumt";

/// Status 3, a path with the error's own words behind it, and how to go on.
fn tells(ended: &Ended, out: &Path, errno: i32) -> Result<(), String> {
    let (place, words) = (out.display().to_string(), format!(": {}", text_of(errno)));
    let is_told = ended.stderr.lines().any(|line| line.contains(&place) && line.ends_with(&words));
    let tells = ended.code() == Some(3) && is_told && ended.stderr.contains("same command");
    if tells { Ok(()) } else { Err(format!("{ended:?}")) }
}

fn mended(scene: &Scene, out: &Path, clean: &Tree) -> Result<(), String> {
    let ended = scene.run(out).ends();
    if ended.code() != Some(1) {
        return Err(format!("the run that should mend it: {ended:?}"));
    }
    let difference = difference(clean, &tree(out));
    std::fs::remove_dir_all(out).unwrap();
    difference.map_or(Ok(()), Err)
}

/// One thread makes the same calls every time.
fn disturbed(scene: &Scene, out: &Path, shim: &Shim) -> Ended {
    scene.run_on(1, out).disturbed(shim).ends()
}

/// How many calls of some kinds a run makes.
fn count(scene: &Scene, calls: &'static str) -> u64 {
    disturbed(scene, &scene.fresh(), &Shim::counting(calls)).calls.unwrap()
}

struct Fault {
    what: &'static str,
    errno: i32,
    shim: Shim,
}

fn faults(scene: &Scene) -> Vec<Fault> {
    let kinds = [
        ("write", "w", &[EIO, ENOSPC, EDQUOT][..]),
        ("fsync", "s", &[EIO, ENOSPC, EDQUOT]),
        ("rename", "r", &[EIO, ENOSPC, EDQUOT]),
        ("open", "c", &[EIO, ENOSPC, EDQUOT, EMFILE]),
        ("mkdir", "m", &[EIO, ENOSPC]),
        ("open to sync", "o", &[EIO, EMFILE]),
    ];
    let mut faults = Vec::new();
    for (what, calls, errnos) in kinds {
        let all = count(scene, calls);
        assert!(all > 0, "a run makes no {what}");
        for &errno in errnos {
            let one = |call| Fault { what, errno, shim: Shim::failing(calls, call, errno) };
            faults.extend(sampled(all, 12).into_iter().map(one));
        }
        let full = |call| Fault { what, errno: ENOSPC, shim: Shim::failing_from(calls, call, ENOSPC) };
        faults.extend(sampled(all, 6).into_iter().map(full));
    }
    faults
}

#[test]
fn every_error_is_told_and_mended() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    each(&faults(&scene), |fault| {
        let out = scene.fresh();
        let ended = disturbed(&scene, &out, &fault.shim);
        let outcome = tells(&ended, &out, fault.errno).and_then(|()| mended(&scene, &out, &clean));
        outcome.map_err(|what| format!("{} fails ({:?}): {what}", fault.what, fault.shim))
    });
}

/// The run that goes on meets errors, too: while it cuts off, clears away and writes the rest.
#[test]
fn an_error_in_the_recovery_is_told_and_mended() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let out = scene.fresh();
    let calls = disturbed(&scene, &out, &Shim::counting("w")).calls.unwrap();
    std::fs::remove_dir_all(&out).unwrap();
    // a torn line in the journal and parts that it does not list
    disturbed(&scene, &out, &Shim::tearing(calls / 2));
    let begun = tree(&out);
    let left = disturbed(&scene, &out, &Shim::counting(RECOVERY)).calls.unwrap();
    each(&sampled(left, 60), |&call| {
        let out = scene.fresh();
        plant(&begun, &out);
        let ended = disturbed(&scene, &out, &Shim::failing(RECOVERY, call, EIO));
        let outcome = tells(&ended, &out, EIO).and_then(|()| mended(&scene, &out, &clean));
        outcome.map_err(|what| format!("call {call} of {left} fails: {what}"))
    });
}

/// A line of the journal that the disk refused can still be read, and must not be trusted.
#[test]
fn a_line_that_was_not_made_safe_is_taken_back() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let out = scene.fresh();
    let ended = disturbed(&scene, &out, &Shim::failing("s", count(&scene, "s"), EIO));
    tells(&ended, &out, EIO).unwrap();
    let (left, whole) = (&tree(&out)[".copydesk/journal"], &clean[".copydesk/journal"]);
    let last = whole.trim_ascii_end().iter().rposition(|&byte| byte == b'\n').unwrap();
    assert!(*left == whole[..=last], "{} of {} bytes are left", left.len(), whole.len());
    mended(&scene, &out, &clean).unwrap();
}

/// After a sync that worked, a close that fails loses nothing: the run may pass over it. If it does
/// not, it is an error like any other.
#[test]
fn a_close_that_fails_loses_nothing() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    each(&sampled(count(&scene, "x"), 20), |&call| {
        let out = scene.fresh();
        let ended = disturbed(&scene, &out, &Shim::failing("x", call, EIO));
        if ended.code() == Some(1) {
            return difference(&clean, &tree(&out)).map_or(Ok(()), Err);
        }
        tells(&ended, &out, EIO).and_then(|()| mended(&scene, &out, &clean))
    });
}

#[test]
fn a_write_that_is_interrupted_or_cut_short_is_no_error() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let mut shims = vec![Shim::halving()];
    shims.extend(sampled(count(&scene, "w"), 20).into_iter().map(|call| Shim::failing("w", call, EINTR)));
    each(&shims, |shim| {
        let out = scene.fresh();
        let ended = disturbed(&scene, &out, shim);
        match difference(&clean, &tree(&out)) {
            None if ended.code() == Some(1) => Ok(()),
            difference => Err(format!("{shim:?}: {ended:?}, {difference:?}")),
        }
    });
}

/// A file system of 256 KiB, which is unmounted at the end.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(folder: &'a Path) -> Result<Self, String> {
        std::fs::create_dir(folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k", "copydesk"]).arg(folder);
        match mount.output() {
            Ok(output) if output.status.success() => Ok(SmallDisk(folder)),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl SmallDisk<'_> {
    fn remount(&self, option: &str) {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-o", &format!("remount,{option}")]).arg(self.0);
        assert!(mount.status().unwrap().success(), "remount with {option}");
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

/// The output is larger than the disk without compression.
const PLAIN: &str = "[input]\nunit-mib = 1\n[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"boilerplate\"\n\
    [[stage]]\nuse = \"headline\"\n[[stage]]\nuse = \"export\"\ncompression = \"none\"\n";

#[test]
fn a_disk_that_is_full_is_told_and_goes_on_with_room() {
    let scene = Scene::with(PLAIN);
    let clean = scene.undisturbed();
    let mount = scene.folder().join("disk");
    let disk = match SmallDisk::mount(&mount) {
        Ok(disk) => disk,
        Err(why) => return skipped("no disk of 256 KiB", &why),
    };
    let out = mount.join("out");
    let ended = scene.run(&out).ends();
    tells(&ended, &out, ENOSPC).unwrap();
    let again = scene.run(&out).ends();
    tells(&again, &out, ENOSPC).unwrap();
    disk.remount("ro");
    let still = scene.run(&out).ends();
    tells(&still, &out, EROFS).unwrap();
    disk.remount("rw,size=16m");
    mended(&scene, &out, &clean).unwrap();
}

#[test]
fn a_file_that_may_not_grow_is_told() {
    let scene = Scene::with(PLAIN);
    let clean = scene.undisturbed();
    let out = scene.fresh();
    let ended = scene.run(&out).limited_to("ulimit -f 64").ends();
    tells(&ended, &out, EFBIG).unwrap();
    mended(&scene, &out, &clean).unwrap();
}
