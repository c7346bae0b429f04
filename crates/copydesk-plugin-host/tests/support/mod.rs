//! Builds small C plugins into a folder of their own and runs them on a payload.

#![allow(dead_code)] // every test file uses a part of it

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use copydesk_core::{Config, Document, Extraction, Extractor, Options, Source};
use copydesk_plugin_host::{Found, Plugins};
use tempfile::TempDir;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder that plugins are put into.
pub(crate) struct Shelf {
    pub(crate) folder: TempDir,
}

/// A manifest for files that end in `.wire`.
pub(crate) fn manifest(name: &str) -> String {
    format!(
        "[plugin]\nname = \"{name}\"\nversion = \"1.0.0\"\nabi = \"1\"\n\
         [[provides]]\nid = \"wire\"\nkind = \"extractor\"\nclaims = {{ extension = [\"wire\"] }}\n"
    )
}

/// A C plugin that carries a manifest; `run` is the body of `run_one`, which is called for each
/// document with `doc`, its number `n` and `sink`, and returns what `run` returns.
pub(crate) fn source(manifest: &str, run: &str) -> String {
    source_with(manifest, run, "sizeof plugin, CD_ABI_MAJOR")
}

/// The same with a head of the table of its own.
pub(crate) fn source_with(manifest: &str, run: &str, head: &str) -> String {
    let literal: String = manifest.lines().map(|line| format!("    {:?}\n", format!("{line}\n"))).collect();
    format!(
        r#"#include "copydesk_plugin.h"
#include <string.h>
#include <stdlib.h>
static const cd_host *host;
static int32_t create(uint32_t provide, const cd_host *given, void **out) {{
    (void)provide; host = given; *out = (void *)&host; return CD_SUCCESS;
}}
static int32_t run_one(const cd_doc *doc, uint32_t n, const cd_sink *sink) {{
    (void)doc; (void)n; (void)sink;
    {run}
    return CD_SUCCESS;
}}
static int32_t run(void *own, const cd_doc *docs, size_t stride, size_t count, const cd_sink *sink) {{
    size_t n;
    (void)own;
    for (n = 0; n < count; n++) {{
        int32_t code = run_one(CD_DOC_AT(docs, stride, n), (uint32_t)n, sink);
        if (code < 0) return code;
    }}
    return CD_SUCCESS;
}}
static const cd_provide provides[] = {{{{CD_KIND_EXTRACTOR, 0, {{NULL, 0}}}}}};
static const cd_plugin plugin = {{
    {head}, 0, CD_TEXT_INIT(
{literal}    ), 1, sizeof *provides, provides, create, run, NULL, NULL,
}};
const cd_plugin *copydesk_plugin_v1(const cd_host_info *info) {{ (void)info; return &plugin; }}
"#
    )
}

impl Shelf {
    pub(crate) fn new() -> Self {
        Shelf { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn library(&self, stem: &str) -> PathBuf {
        self.path().join(format!("{DLL_PREFIX}{stem}{DLL_SUFFIX}"))
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    /// Compiles a library.
    pub(crate) fn compile(&self, stem: &str, text: &str) {
        let work = tempfile::tempdir().unwrap();
        let file = work.path().join("plugin.c");
        std::fs::write(&file, text).unwrap();
        let output = Command::new("cc")
            .args([
                "-std=c99",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-fPIC",
                "-fvisibility=hidden",
                "-shared",
                "-I",
            ])
            .arg(root().join("crates/copydesk-plugin-abi/include"))
            .args([&file, Path::new("-o"), &self.library(stem)])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A plugin with its manifest beside it; `run` as in [`source`].
    pub(crate) fn add(&self, name: &str, run: &str) {
        let manifest = manifest(name);
        self.compile(&name.replace('-', "_"), &source(&manifest, run));
        self.write(&format!("{name}.copydesk.toml"), &manifest);
    }

    /// What is found here, without a config.
    pub(crate) fn found(&self) -> Found {
        Plugins::discover(&[self.path().to_owned()], &Options::empty("`[plugins]`"), Path::new("/"))
    }

    /// What is found here with a config; its mistakes as the text that they point at and the message.
    pub(crate) fn found_with(&self, config: &str) -> (Found, Vec<(String, String)>) {
        let (parsed, mistakes) = Config::parse(config);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let found = Plugins::discover(&[], &parsed.plugins, self.path());
        let shown = found
            .mistakes
            .iter()
            .map(|mistake| (config[mistake.span.clone()].to_owned(), mistake.message.clone()));
        let shown = shown.collect();
        (found, shown)
    }

    /// The only problem here: its file name, reason and detail.
    pub(crate) fn problem(&self) -> (String, &'static str, String) {
        let found = self.found();
        assert!(found.plugins.list().is_empty());
        let [problem] = found.problems.as_slice() else { panic!("{:?}", found.problems) };
        let name = problem.path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, problem.reason, problem.detail.clone())
    }

    /// The only extractor here.
    pub(crate) fn extractor(&self) -> Arc<dyn Extractor> {
        only(&self.found())
    }
}

pub(crate) fn only(found: &Found) -> Arc<dyn Extractor> {
    assert_eq!(found.problems, []);
    assert_eq!(found.mistakes, []);
    let extractors = found.plugins.extractors();
    assert_eq!(extractors.len(), 1);
    extractors[0].clone()
}

/// A payload from `dump.wire` with the id `dump.wire@0`.
pub(crate) fn payload(text: &str) -> Document {
    let source =
        Source { file: "dump.wire".into(), length: text.len() as u64, sequence: 7, ..Source::default() };
    Document { id: "dump.wire@0".to_owned(), source, ..Document::from_text(text) }
}

/// The articles that an extractor finds.
pub(crate) fn articles(extractor: &dyn Extractor, payload: Document) -> Vec<Document> {
    let mut articles = Vec::new();
    match extractor.extract(payload, &mut articles) {
        Extraction::Done => articles,
        other => panic!("{other:?}"),
    }
}

/// Why an extractor fails at a payload; nothing may have been emitted then.
pub(crate) fn failure(extractor: &dyn Extractor, payload: Document) -> (&'static str, String) {
    let mut articles = Vec::new();
    match extractor.extract(payload, &mut articles) {
        Extraction::Failed { reason, detail } => {
            assert_eq!(articles, []);
            (reason, detail)
        }
        other => panic!("{other:?}"),
    }
}

/// The blocks of a document: the names of their kinds and their texts.
pub(crate) fn blocks(document: &Document) -> Vec<(&'static str, &str)> {
    document.blocks.iter().map(|block| (block.kind.name(), document.slice(block))).collect()
}
