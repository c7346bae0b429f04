//! What can be proven from outside: that the shim misses no call, and that a name means a whole file.

use std::path::Path;
use std::process::Command;

use crate::scene::{CONFIG, Scene, Tree, each};
use crate::shim::{CHANGES, Shim};
use crate::skipped;

/// System calls that change what is on disk. `strace` passes over those that the machine has not.
const SYSTEM_CALLS: &str = "?open,openat,?openat2,?creat,write,writev,pwrite64,?pwritev,?pwritev2,?rename,renameat,\
    renameat2,?link,linkat,?symlink,symlinkat,?unlink,unlinkat,?mkdir,mkdirat,?rmdir,fsync,fdatasync,syncfs,\
    sync_file_range,ftruncate,truncate,fallocate,copy_file_range,sendfile,?io_uring_enter,?msync";

/// The lines of strace that change something below a folder.
fn changes<'l>(log: &'l str, below: &str) -> Vec<&'l str> {
    let is_change = |line: &&str| {
        let is_open = line.contains("open");
        line.contains(below) && (!is_open || line.contains("O_CREAT") || line.contains("O_TRUNC"))
    };
    // a call that another thread interrupts takes two lines
    log.lines().filter(|line| !line.contains(" resumed>")).filter(is_change).collect()
}

#[test]
fn the_shim_sees_every_call() {
    if Command::new("strace").arg("-V").output().is_err() {
        return skipped("whether the shim sees every call", "there is no strace");
    }
    for format in ["jsonl", "text"] {
        let scene = Scene::with(&format!("{CONFIG}format = \"{format}\"\n"));
        let out = scene.fresh();
        let log = out.with_extension("strace");
        let options = format!("-f -y -s 0 -e trace={SYSTEM_CALLS} -o {}", log.display());
        let run = scene.run_on(1, &out).under("strace", options.split(' '));
        let seen = run.disturbed(&Shim::counting(CHANGES)).ends().calls.unwrap();
        let log = std::fs::read_to_string(log).unwrap();
        let real = changes(&log, out.to_str().unwrap());
        assert!(seen > 50, "{seen} calls");
        assert_eq!(seen, real.len() as u64, "{}", real.join("\n"));
    }
}

/// Opens whatever has its final name while a run is at work.
#[test]
fn a_file_under_its_name_is_whole() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    each(&[1, 2, 3, 4], |&seed| {
        let out = scene.fresh();
        let mut run = scene.run_on(4, &out).disturbed(&Shim::sleeping(seed)).starts();
        let mut looks = 0;
        while !run.has_ended() {
            for (name, bytes) in whole_parts(&out) {
                looks += 1;
                if clean.get(&name) != Some(&bytes) {
                    return Err(format!("{name} has {} bytes", bytes.len()));
                }
            }
        }
        if looks > 10 { Ok(()) } else { Err(format!("only {looks} looks")) }
    });
}

fn whole_parts(out: &Path) -> Tree {
    let mut parts = Tree::new();
    for folder in ["data", "removed", "quarantine"] {
        let entries = std::fs::read_dir(out.join(folder)).into_iter().flatten();
        for entry in entries.map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if name.starts_with("part-") {
                parts.insert(format!("{folder}/{name}"), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    parts
}
