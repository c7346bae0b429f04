//! What the tests share: cases in Markdown, the program, scratch folders.
#![allow(dead_code, unreachable_pub, reason = "every test crate takes what it needs")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use copydesk::{Document, Plan};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A folder that goes when the test ends.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    pub fn new() -> Self {
        Scratch(tempfile::tempdir().unwrap())
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// The program, with arguments, run from the root of the repository.
pub fn copydesk<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copydesk")).args(args).current_dir(root()).output().unwrap()
}

/// Standard output and standard error as text.
pub fn streams(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// The kept blocks, as a reader sees them.
pub fn kept(document: &Document) -> Vec<String> {
    document.kept().map(|(_, block)| document.view(block).into_owned()).collect()
}

/// `stage/reason: text` of every struck block, in order.
pub fn removed(document: &Document) -> Vec<String> {
    let struck = document.blocks.iter().filter_map(|block| Some((block, block.removal.as_deref()?)));
    struck
        .map(|(block, removal)| format!("{}/{}: {}", removal.stage, removal.reason, document.view(block)))
        .collect()
}

/// The only article that comes of a payload.
pub fn cleaned(plan: &Plan, payload: Document) -> Document {
    let mut articles = copydesk::clean(plan, payload).unwrap();
    assert_eq!(articles.len(), 1);
    articles.remove(0)
}

/// Every file below a folder, by its path from there, with its bytes.
pub fn tree(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Builds every plugin into `target/plugins`, once for a test program.
pub fn build_plugins() -> PathBuf {
    static BUILT: std::sync::OnceLock<()> = std::sync::OnceLock::new();
    BUILT.get_or_init(|| {
        let output = Command::new(root().join("plugins/build")).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", streams(&output).1);
    });
    root().join("target/plugins")
}
