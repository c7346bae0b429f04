//! The library that is preloaded into a run to disturb it, and how to ask it for one disturbance.
//!
//! `shim.c` says what it can do. Here it is compiled, once for a test program, and its wishes get
//! names. What a run should do when it is disturbed is for the tests to say.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The kinds of calls that change what is on disk: letters of `shim.c`.
pub(crate) const CHANGES: &str = "cwrsumt";

/// How one run is disturbed. Calls are counted from 1 on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shim {
    calls: &'static str,
    settings: Vec<(&'static str, String)>,
}

impl Shim {
    /// Counts the calls of some kinds, and disturbs nothing.
    pub(crate) fn counting(calls: &'static str) -> Self {
        Shim { calls, settings: Vec::new() }
    }

    /// SIGKILL before a call that changes something.
    pub(crate) fn killing(call: u64) -> Self {
        Shim::killing_at(CHANGES, call)
    }

    /// SIGKILL before a call of some kinds.
    pub(crate) fn killing_at(calls: &'static str, call: u64) -> Self {
        Shim::counting(calls).with("SHIM_KILL", &call)
    }

    /// SIGKILL in the middle of a write; only writes count.
    pub(crate) fn tearing(write: u64) -> Self {
        Shim::killing_at("w", write).with("SHIM_TORN", &1)
    }

    /// One call of some kinds fails.
    pub(crate) fn failing(calls: &'static str, call: u64, errno: i32) -> Self {
        Shim::counting(calls).with("SHIM_FAIL", &call).with("SHIM_ERRNO", &errno)
    }

    /// A call of some kinds fails, and all after it.
    pub(crate) fn failing_from(calls: &'static str, call: u64, errno: i32) -> Self {
        Shim::failing(calls, call, errno).with("SHIM_LATER", &1)
    }

    /// Every write takes half of what it is given.
    pub(crate) fn halving() -> Self {
        Shim::counting("").with("SHIM_SHORT", &1)
    }

    /// Calls and reads take a pseudo-random time: the threads overtake each other.
    pub(crate) fn sleeping(seed: u64) -> Self {
        Shim::counting("").with("SHIM_SLEEP", &seed).with("SHIM_LONGEST", &400)
    }

    /// They take so long that a test can do something in between.
    pub(crate) fn dragging() -> Self {
        Shim::counting("").with("SHIM_SLEEP", &1).with("SHIM_LONGEST", &10_000)
    }

    /// A line for each counted call goes to a file.
    pub(crate) fn logging(self, file: &Path) -> Self {
        self.with("SHIM_LOG", &file.display())
    }

    fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.settings.push((name, value.to_string()));
        self
    }

    /// Disturbs what a program does below a folder. The number of its calls comes to `counter`.
    pub(crate) fn preload(&self, command: &mut Command, below: &Path, counter: &Path) {
        std::fs::write(counter, [0; 8]).unwrap();
        command.env("LD_PRELOAD", library()).env("SHIM_BELOW", below).env("SHIM_CALLS", self.calls);
        command.env("SHIM_COUNTER", counter).envs(self.settings.iter().cloned());
    }
}

/// How many calls a run has made that was told to count them there.
pub(crate) fn count(counter: &Path) -> u64 {
    u64::from_ne_bytes(std::fs::read(counter).unwrap().try_into().unwrap())
}

/// The text that the C library has for an error.
pub(crate) fn text_of(errno: i32) -> String {
    io::Error::from_raw_os_error(errno).to_string()
}

fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| compiled("shim.c", &["-shared", "-fPIC", "-ldl"]))
}

/// A C file of this folder, compiled.
pub(crate) fn compiled(source: &str, flags: &[&str]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(source).with_extension("built");
    let source = crate::support::root().join("tests/crash").join(source);
    // two test programs may be at work: each renames its own
    let own = target.with_extension(std::process::id().to_string());
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&own).arg(source).args(flags);
    let output = compiler.output().expect("these tests need a C compiler, as `tests/run` says");
    assert!(output.status.success(), "{}", crate::support::streams(&output).1);
    std::fs::rename(own, &target).unwrap();
    target
}
