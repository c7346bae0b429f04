//! An input that has everything in it, a folder to run in, and what a run leaves.
//!
//! The input is small, and still cut into many units: every input that is named begins one of its
//! own. A run names its input by relative paths, because the report repeats what was typed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::shim::{self, Shim};

/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// So many processes are at work at once, over all tests.
const SEATS: usize = 2;

pub(crate) const CONFIG: &str = "[input]\nunit-mib = 1\n[[stage]]\nuse = \"extract\"\n[[stage]]\nuse = \"boilerplate\"\n\
    [[stage]]\nuse = \"headline\"\n[[stage]]\nuse = \"export\"\n";

/// The inputs as they are named: lines good and bad, texts, one that is cut inside, and nothing.
pub(crate) const INPUTS: &[&str] = &[
    "wire.jsonl",
    "texts",
    "bad.jsonl",
    "large.jsonl",
    "clean.jsonl",
    "news/*.txt",
    "more/a.jsonl",
    "more/b.jsonl",
    "more/c.jsonl",
    "pages",
    "void.jsonl",
    "more/d.jsonl",
];

/// A folder with a config and an input, from which runs are started.
pub(crate) struct Scene {
    scratch: tempfile::TempDir,
    taken: AtomicUsize,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Scene::with(CONFIG)
    }

    /// The same input, another config.
    pub(crate) fn with(config: &str) -> Self {
        // in memory, where the system has a place for that: whatever is not about the disk need not wait
        // for it
        let scratch = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let scene = Scene { scratch, taken: AtomicUsize::new(0) };
        scene.write("news.toml", config);
        write_input(&scene);
        scene
    }

    /// The folder from which runs are started.
    pub(crate) fn folder(&self) -> PathBuf {
        // the shim compares names
        self.scratch.path().canonicalize().unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The name of an output folder that no run has had.
    pub(crate) fn fresh(&self) -> PathBuf {
        self.folder().join(format!("out-{}", self.taken.fetch_add(1, Ordering::Relaxed)))
    }

    /// The command that every test gives: `copydesk run news.toml INPUT... --output OUT`.
    pub(crate) fn run(&self, out: &Path) -> Run {
        self.run_on(2, out)
    }

    /// On so many threads.
    pub(crate) fn run_on(&self, threads: usize, out: &Path) -> Run {
        self.run_over(INPUTS, threads, out)
    }

    /// Over other inputs.
    pub(crate) fn run_over(&self, inputs: &[&str], threads: usize, out: &Path) -> Run {
        let threads = threads.to_string();
        let options = ["--threads", threads.as_str(), "--output"];
        self.command(["run", "news.toml"].iter().chain(inputs).chain(&options), out)
    }

    /// Any command whose last word is an output folder.
    pub(crate) fn command(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>, out: &Path) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command.current_dir(self.folder()).args(words).arg(out);
        Run {
            command,
            out: out.to_owned(),
            counter: self.fresh().with_extension("counter"),
            is_counted: false,
        }
    }

    /// What a run leaves that nobody disturbs.
    pub(crate) fn undisturbed(&self) -> Tree {
        let out = self.fresh();
        let ended = self.run(&out).ends();
        assert_eq!(ended.code(), Some(1), "{ended:?}");
        let tree = tree(&out);
        assert!(tree.len() > 20, "{:?}", tree.keys());
        tree
    }
}

/// A run that has not begun.
pub(crate) struct Run {
    command: Command,
    out: PathBuf,
    counter: PathBuf,
    is_counted: bool,
}

impl Run {
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn with(mut self, option: &str) -> Self {
        self.command.arg(option);
        self
    }

    /// Under a limit that the shell sets: `ulimit -f 64`.
    pub(crate) fn limited_to(self, limit: &str) -> Self {
        self.under("bash", ["-c", &format!("{limit} && exec \"$0\" \"$@\"")])
    }

    /// By way of another program. What is set for the run has to be set behind this.
    pub(crate) fn under<'w>(mut self, program: &str, words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut outer = Command::new(program);
        outer.args(words).arg(self.command.get_program()).args(self.command.get_args());
        outer.current_dir(self.command.get_current_dir().expect("every run has one"));
        self.command = outer;
        self
    }

    pub(crate) fn disturbed(mut self, shim: &Shim) -> Self {
        shim.preload(&mut self.command, &self.out, &self.counter);
        self.is_counted = true;
        self
    }

    pub(crate) fn starts(mut self) -> Running {
        let seat = Seat::take();
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        // a group of its own: what a terminal sends to the tests is not for it
        let child = self.command.process_group(0).spawn().unwrap();
        Running { child, counter: self.is_counted.then_some(self.counter), _seat: seat }
    }

    pub(crate) fn ends(self) -> Ended {
        self.starts().ends()
    }
}

/// A run at work.
pub(crate) struct Running {
    child: Child,
    counter: Option<PathBuf>,
    _seat: Seat,
}

impl Running {
    /// Sends a signal by its name, as `kill` knows it.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success(), "kill -s {name}");
    }

    /// Ends it at once, if it has not ended.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.ends()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub(crate) fn ends(mut self) -> Ended {
        let started = Instant::now();
        while !self.has_ended() {
            if started.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("the run hangs");
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        let output = self.child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Ended { status: output.status, stderr, calls: self.counter.as_deref().map(shim::count) }
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stderr: String,
    /// How many calls the shim has counted.
    pub(crate) calls: Option<u64>,
}

impl Ended {
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub(crate) fn was_killed(&self) -> bool {
        self.status.signal() == Some(9)
    }
}

/// A place to run in; there are few.
struct Seat;

static FREE: Mutex<usize> = Mutex::new(SEATS);
static FREED: Condvar = Condvar::new();

impl Seat {
    fn take() -> Self {
        let free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = FREED.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Seat
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *FREE.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        FREED.notify_one();
    }
}

/// What lies below a folder: files with their bytes, folders, links with their targets.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

pub(crate) fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    if folder.is_dir() {
        collect(folder, Path::new(""), &mut found);
    }
    found
}

fn collect(folder: &Path, below: &Path, found: &mut Tree) {
    for entry in std::fs::read_dir(folder.join(below)).unwrap().map(Result::unwrap) {
        let name = below.join(entry.file_name());
        let (path, shown) = (folder.join(&name), name.display().to_string());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.insert(format!("{shown}/"), Vec::new());
            collect(folder, &name, found);
        } else if kind.is_symlink() {
            let target = std::fs::read_link(path).unwrap();
            found.insert(format!("{shown}@"), target.into_os_string().into_encoded_bytes());
        } else {
            found.insert(shown, std::fs::read(path).unwrap());
        }
    }
}

/// Makes a folder that is such a tree.
pub(crate) fn plant(tree: &Tree, folder: &Path) {
    for (name, bytes) in tree {
        match name.strip_suffix('/') {
            Some(name) => std::fs::create_dir_all(folder.join(name)).unwrap(),
            None => std::fs::write(folder.join(name), bytes).unwrap(),
        }
    }
}

/// How two trees differ, for a person; nothing if they do not.
pub(crate) fn difference(clean: &Tree, other: &Tree) -> Option<String> {
    let mut said = String::new();
    for name in clean.keys().chain(other.keys().filter(|name| !clean.contains_key(*name))) {
        match (clean.get(name), other.get(name)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => writeln!(said, "{name}: {} bytes, not {}", b.len(), a.len()).unwrap(),
            (Some(_), None) => writeln!(said, "{name}: missing").unwrap(),
            (None, _) => writeln!(said, "{name}: too much").unwrap(),
        }
    }
    let shown = said.lines().take(5).collect::<Vec<_>>().join("; ");
    (!said.is_empty()).then_some(shown)
}

/// Tries every case, some at once, and stops with all that failed.
pub(crate) fn each<T: Sync>(cases: &[T], check: impl Fn(&T) -> Result<(), String> + Sync) {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SEATS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(what) = check(case) {
                        failed.lock().unwrap().push(what);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    let shown = failed.iter().take(10).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(failed.is_empty(), "{} of {} cases:\n{shown}", failed.len(), cases.len());
}

/// Is the long version wanted? `tests/run --long` asks for it.
pub(crate) fn is_long() -> bool {
    std::env::var_os("COPYDESK_LONG").is_some()
}

/// Of `count` numbers from 1 on, about `most`, evenly; all of them in the long version.
pub(crate) fn sampled(count: u64, most: u64) -> Vec<u64> {
    let step = if is_long() { 1 } else { count.div_ceil(most).max(1) };
    (1..=count).step_by(usize::try_from(step).unwrap()).collect()
}

/// A number that looks like chance and is the same in every run of the tests (splitmix64).
pub(crate) fn scattered(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn write_input(scene: &Scene) {
    scene.write("wire.jsonl", lines("wire", 12, 2));
    (0..3).for_each(|n| scene.write(&format!("texts/{n}.txt"), article(n, 2)));
    scene.write("bad.jsonl", "not json\n{\"text\": 5}\n{\"text\": \"\"}\n");
    scene.write("large.jsonl", lines("large", 30, 400));
    let plain = serde_json::json!({ "id": "plain", "text": "Old bridge opens again\n\nThe council said on Friday that the bridge over the Aune is safe.\n" });
    scene.write("clean.jsonl", format!("{plain}\n"));
    (0..2).for_each(|n| scene.write(&format!("news/{n}.txt"), article(n, 5)));
    scene.write("news/2.txt", "");
    scene.write("more/a.jsonl", lines("a", 5, 1) + "{\"text\"\n");
    scene.write("more/b.jsonl", lines("b", 20, 3));
    scene.write("more/c.jsonl", lines("c", 7, 1));
    scene.write("more/d.jsonl", lines("d", 3, 2) + "[]\n" + &lines("e", 3, 9));
    (0..2).for_each(|n| scene.write(&format!("pages/{n}.html"), "<p>The bridge is open.</p>"));
    scene.write("void.jsonl", "");
}

fn article(number: usize, length: usize) -> String {
    let body =
        "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said. ";
    format!(
        "Share\n\nOld bridge number {number} opens again\n\n{}\n\nAdvertisement\n\nOld bridge number {number} opens again\n",
        body.repeat(length)
    )
}

fn lines(name: &str, count: usize, length: usize) -> String {
    let row = |n| serde_json::json!({ "id": format!("{name}-{n}"), "text": article(n, length) });
    (0..count).map(|n| format!("{}\n", row(n))).collect()
}
