//! `plugin test` and `plugin check` find the faults that a run does not show.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use copydesk_core::Document;
use copydesk_plugin_host::{Finding, Plugins, Trial, use_workers};
use support::{copydesk, streams};

/// A plugin with a fault, in a folder of its own.
struct Faulty {
    folder: tempfile::TempDir,
}

impl Faulty {
    fn new(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let faulty = Faulty { folder };
        let output = Command::new("cc")
            .args(["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I"])
            .arg(support::root().join("crates/copydesk-plugin-abi/include"))
            .args(flags)
            .arg(support::root().join("tests/fixtures/plugins/faulty.c"))
            .args([Path::new("-o"), &faulty.library()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", streams(&output).1);
        faulty
    }

    fn with(fault: &str) -> Self {
        Faulty::new(&["-fvisibility=hidden", &format!("-DFAULT=\"{fault}\"")])
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join(format!("libfaulty{}", std::env::consts::DLL_SUFFIX))
    }

    fn trial(&self, trial: Trial) -> Finding {
        use_workers(env!("CARGO_BIN_EXE_copydesk").into(), "plugin-worker");
        let plugins = Plugins::of_file(&self.library()).unwrap();
        let documents = ["<p>one</p>\n", "<p>two</p>", ""]
            .map(|text| Document { id: text.into(), ..Document::from_text(text) });
        plugins.list()[0].trial(trial, 0, &documents)
    }

    /// What goes wrong in a trial.
    fn complaint(fault: &str, trial: Trial) -> String {
        match Faulty::with(fault).trial(trial) {
            Finding::Failed(complaint) => complaint,
            other => panic!("{fault}: {other:?}"),
        }
    }
}

#[test]
fn a_sound_plugin_passes_every_trial() {
    let sound = Faulty::with("none");
    for trial in [Trial::Batch, Trial::Later, Trial::Edges, Trial::Kept] {
        assert_eq!(sound.trial(trial), Finding::Passed(None), "{trial:?}");
    }
    let Finding::Passed(Some(held)) = sound.trial(Trial::Starts) else { panic!("it leaks") };
    assert!(held.contains(" bytes of heap, ") && held.ends_with(" more after 1000 starts"), "{held}");
    let none = "not written with the SDK for Rust: no panic to test";
    assert_eq!(sound.trial(Trial::Panic), Finding::Passed(Some(none.to_owned())));
}

#[test]
fn documents_that_are_not_found_by_their_stride_are_noticed() {
    assert_ne!(Faulty::complaint("sizeof", Trial::Batch), "");
    assert_eq!(Faulty::complaint("first-only", Trial::Batch), "<p>two</p> becomes something else");
    let stray = "it spoke of document 1, but was given 1";
    assert_eq!(Faulty::complaint("stray", Trial::Batch), stray);
}

#[test]
fn whoever_reads_on_behind_a_text_is_caught_at_its_document() {
    let complaint = Faulty::complaint("over-read", Trial::Edges);
    assert!(complaint.starts_with("at <p>two</p>: its process was killed by signal "), "{complaint}");
}

#[test]
fn whoever_keeps_a_text_is_caught_at_the_next_document() {
    assert_eq!(Faulty::with("kept").trial(Trial::Edges), Finding::Passed(None));
    let complaint = Faulty::complaint("kept", Trial::Kept);
    assert!(complaint.starts_with("at <p>two</p>: its process was killed by signal "), "{complaint}");
}

#[test]
fn a_plugin_for_one_version_only_is_told_of_the_next() {
    assert_eq!(Faulty::with("one-version").trial(Trial::Batch), Finding::Passed(None));
    assert_eq!(Faulty::complaint("one-version", Trial::Later), "it cannot go on (code -2)");
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_hundred_bytes_for_each_start_are_a_leak() {
    let complaint = Faulty::complaint("leak", Trial::Starts);
    // each was rounded up by the C library, which has a little of its own
    let heap: u64 = complaint.split(' ').next().unwrap().parse().unwrap();
    assert!((112_000..120_000).contains(&heap), "{complaint}");
}

#[test]
fn a_panic_that_ends_the_process_is_noticed() {
    let complaint = Faulty::complaint("abort", Trial::Panic);
    assert!(complaint.starts_with("its process was killed by signal 6 (abort)"), "{complaint}");
}

#[test]
#[cfg(target_os = "linux")]
fn check_says_what_a_library_exports_and_links_to() {
    let plain = Faulty::new(&["-fvisibility=hidden"]);
    let output = copydesk(["plugin".as_ref(), "check".as_ref(), plain.library().as_os_str()]);
    let (said, complaints) = streams(&output);
    assert_eq!((output.status.code(), complaints.as_str()), (Some(0), ""));
    assert!(said.contains("\nexports copydesk_plugin_v1\nlinks to libc.so.6\nwants glibc 2."), "{said}");

    let flags = ["-DEXTRA", "-DFAULT=\"one-version\"", "-Wl,--no-as-needed,-rpath,/home/ada/lib", "-lresolv"];
    let open = Faulty::new(&flags);
    let beside = "[plugin]\nname = \"faulty\"\nversion = \"1.0.0\"\nabi = \"1\"\n\
        [[provides]]\nid = \"faulty\"\nkind = \"extractor\"\nclaims = { extension = [\"other\"] }\n";
    std::fs::write(open.folder.path().join("faulty.copydesk.toml"), beside).unwrap();
    let output = copydesk(["plugin".as_ref(), "check".as_ref(), open.library().as_os_str()]);
    let (said, complaints) = streams(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("\nexports compress, copydesk_plugin_v1\n"), "{said}");
    assert!(complaints.contains("it looks for libraries in /home/ada/lib, "), "{complaints}");
    assert!(complaints.contains("the manifest inside it is another than the one beside it"), "{complaints}");
    assert!(complaints.contains("it exports 1 symbols besides `copydesk_plugin_v1`"), "{complaints}");
    assert!(complaints.contains("it wants libresolv.so.2, which has to be on every machine"), "{complaints}");
    assert!(complaints.contains("a host of a later version, whose structs are longer: "), "{complaints}");
}
