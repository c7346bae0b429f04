//! The power goes: whatever the file system had not made safe is gone, and the run goes on from the
//! rest.
//!
//! A file system of ext4 in a file, cut off from it while a run writes. That needs root and a loop
//! device.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::scene::{Scene, difference, is_long, scattered, tree};
use crate::shim::{Shim, compiled};
use crate::skipped;

const MIB: u64 = 24;

/// A disk in a file.
struct Disk {
    image: PathBuf,
    folder: PathBuf,
    is_mounted: bool,
}

impl Disk {
    fn new(scene: &Scene) -> Result<Self, String> {
        let (image, folder) = (scene.folder().join("image"), scene.folder().join("disk"));
        std::fs::File::create(&image).unwrap().set_len(MIB << 20).unwrap();
        std::fs::create_dir(&folder).unwrap();
        let mut disk = Disk { image, folder, is_mounted: false };
        tried(Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0", "-J", "size=4"]).arg(&disk.image))?;
        disk.mount()?;
        Ok(disk)
    }

    fn mount(&mut self) -> Result<(), String> {
        tried(Command::new("mount").args(["-t", "ext4", "-o", "loop"]).args([&self.image, &self.folder]))?;
        self.is_mounted = true;
        Ok(())
    }

    fn unmount(&mut self) -> Result<(), String> {
        self.is_mounted = false;
        tried(Command::new("umount").arg(&self.folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            let _ = self.unmount();
        }
    }
}

fn tried(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("{}: {error}", command.get_program().display())),
    }
}

fn cut_off(power: &Path, folder: &Path) -> Result<(), String> {
    tried(Command::new(power).arg(folder))
}

#[test]
fn the_power_goes() {
    let scene = Scene::new();
    let clean = scene.undisturbed();
    let power = compiled("power.c", &[]);
    let mut disk = match Disk::new(&scene) {
        Ok(disk) => disk,
        Err(why) => return skipped("power cuts", &why),
    };
    let out = disk.folder.join("out");
    let slow = |seed| scene.run(&out).disturbed(&Shim::sleeping(seed));
    let started = Instant::now();
    slow(0).ends();
    let whole = u64::try_from(started.elapsed().as_micros()).unwrap();
    for instant in 0..if is_long() { 50 } else { 5 } {
        std::fs::remove_dir_all(&out).unwrap();
        let run = slow(instant).starts();
        std::thread::sleep(Duration::from_micros(scattered(instant) % whole));
        cut_off(&power, &disk.folder).unwrap();
        run.kill();
        disk.unmount().unwrap();
        disk.mount().unwrap();
        let ended = scene.run(&out).ends();
        assert_eq!(ended.code(), Some(1), "after cut {instant}: {ended:?}");
        assert_eq!(difference(&clean, &tree(&out)), None, "after cut {instant}");
    }
}
