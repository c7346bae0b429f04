//! `plugin new`: a project that builds, passes its tests and runs at once.
//!
//! Everything that it needs of copydesk, the header or the package, is put into it, so that it
//! depends on no place of this machine.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::Language;
use crate::{Finish, print};

/// A file of a project: its path, and its text with `NAME`, `STEM` and `TYPE` for the plugin's name.
type File = (&'static str, &'static str);

const EVERY: &[File] = &[
    ("README.md", include_str!("templates/README.md")),
    ("run.toml", include_str!("templates/run.toml")),
    ("fixtures/one.note", include_str!("templates/one.note")),
    ("fixtures/one.note.json", include_str!("templates/one.note.json")),
    (".gitignore", "/plugin\n/target\n__pycache__\n"),
];

const C: &[File] = &[
    ("NAME.copydesk.toml", include_str!("templates/library.toml")),
    ("STEM.c", include_str!("templates/plugin.c")),
    ("copydesk_plugin.h", include_str!("../../../copydesk-plugin-abi/include/copydesk_plugin.h")),
    ("build", include_str!("templates/build-c")),
];

const RUST: &[File] = &[
    ("NAME.copydesk.toml", include_str!("templates/library.toml")),
    ("Cargo.toml", include_str!("templates/rust.toml")),
    ("src/lib.rs", include_str!("templates/lib.rs.txt")),
    ("build", include_str!("templates/build-rust")),
    ("sdk/copydesk-plugin/Cargo.toml", include_str!("templates/sdk.toml")),
    ("sdk/copydesk-plugin/src/lib.rs", include_str!("../../../copydesk-plugin/src/lib.rs")),
    ("sdk/copydesk-plugin/src/boundary.rs", include_str!("../../../copydesk-plugin/src/boundary.rs")),
    ("sdk/copydesk-plugin/src/encoder.rs", include_str!("../../../copydesk-plugin/src/encoder.rs")),
    ("sdk/copydesk-plugin/src/extractor.rs", include_str!("../../../copydesk-plugin/src/extractor.rs")),
    ("sdk/copydesk-plugin/src/guest.rs", include_str!("../../../copydesk-plugin/src/guest.rs")),
    ("sdk/copydesk-plugin/src/out.rs", include_str!("../../../copydesk-plugin/src/out.rs")),
    ("sdk/copydesk-plugin/src/testing.rs", include_str!("../../../copydesk-plugin/src/testing.rs")),
    ("sdk/copydesk-plugin-abi/Cargo.toml", include_str!("templates/sdk-abi.toml")),
    ("sdk/copydesk-plugin-abi/src/lib.rs", include_str!("../../../copydesk-plugin-abi/src/lib.rs")),
    (
        "sdk/copydesk-plugin-abi/include/copydesk_plugin.h",
        include_str!("../../../copydesk-plugin-abi/include/copydesk_plugin.h"),
    ),
];

const PYTHON: &[File] = &[
    ("STEM.py", include_str!("templates/plugin.py")),
    ("build", include_str!("templates/build-python")),
    ("copydesk_plugin/__init__.py", include_str!("../../../../plugins/python/copydesk_plugin/__init__.py")),
    ("copydesk_plugin/_article.py", include_str!("../../../../plugins/python/copydesk_plugin/_article.py")),
    (
        "copydesk_plugin/_extractor.py",
        include_str!("../../../../plugins/python/copydesk_plugin/_extractor.py"),
    ),
    ("copydesk_plugin/_encoder.py", include_str!("../../../../plugins/python/copydesk_plugin/_encoder.py")),
    ("copydesk_plugin/_guest.py", include_str!("../../../../plugins/python/copydesk_plugin/_guest.py")),
    ("copydesk_plugin/_frames.py", include_str!("../../../../plugins/python/copydesk_plugin/_frames.py")),
];

pub(super) fn new(name: &str, language: Language) -> anyhow::Result<Finish> {
    anyhow::ensure!(
        is_name(name),
        "a plugin's name is small letters, digits and hyphens and begins with a letter, not `{name}`"
    );
    let folder = Path::new(name);
    // `create_dir` fails where there is something: nothing is overwritten
    fs::create_dir(folder).with_context(|| format!("the folder `{name}` cannot be made"))?;
    let files = match language {
        Language::Rust => RUST,
        Language::C => C,
        Language::Python => PYTHON,
    };
    for (path, text) in EVERY.iter().chain(files) {
        let is_ours = !path.starts_with("sdk/") && !path.starts_with("copydesk_plugin");
        let text = if is_ours { named(text, name) } else { (*text).to_owned() };
        write(&folder.join(named(path, name)), &text)?;
    }
    print::text(&format!(
        "{name} is there. Next:\n  cd {name}\n  ./build\n  copydesk plugin test plugin/{name}.copydesk.toml\n  \
         copydesk run run.toml\n"
    ))
}

fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name != "dirs"
        && name.split('-').all(is_word)
}

fn named(text: &str, name: &str) -> String {
    text.replace("NAME", name).replace("STEM", &name.replace('-', "_"))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("`{}` cannot be written", path.display());
    fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).with_context(failed)?;
    fs::write(path, text).with_context(failed)?;
    #[cfg(unix)]
    if path.ends_with("build") {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).with_context(failed)?;
    }
    Ok(())
}
