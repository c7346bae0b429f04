//! What is found in a folder: plugins, things that are none, and mistakes in what the user wrote.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use copydesk_core::Options;
use copydesk_plugin_host::Plugins;
use support::{Shelf, articles, blocks, manifest, only, payload, source, source_with};

const HELLO: &str = "sink->text(sink->ctx, n, CD_ROLE_PARAGRAPH, CD_TEXT(\"hello\"));";

#[test]
fn a_library_with_its_manifest_beside_it_is_an_extractor() {
    let shelf = Shelf::new();
    shelf.add("old-wire", HELLO);
    let found = shelf.found();
    let extractor = only(&found);
    assert_eq!(extractor.name(), "old-wire");
    assert!(extractor.claims(&payload("")));
    assert_eq!(blocks(&articles(&*extractor, payload("x"))[0]), [("paragraph", "hello")]);
    let plugin = &found.plugins.list()[0];
    assert_eq!(
        (plugin.manifest.version.as_str(), plugin.library.file_name()),
        ("1.0.0", shelf.library("old_wire").file_name())
    );
}

/// The C program in `plugins/README.md` is a plugin as it stands.
#[test]
fn the_example_of_the_manual_works() {
    let manual = std::fs::read_to_string(support::root().join("plugins/README.md")).unwrap();
    let block = |kind: &str, naming: &str| {
        let mut blocks = manual.split("\n```").filter_map(|block| block.strip_prefix(kind));
        blocks.find(|block| block.contains(naming)).unwrap().to_owned()
    };
    let shelf = Shelf::new();
    shelf.compile("notes", &block("c\n", "copydesk_plugin_v1"));
    shelf.write("notes.copydesk.toml", &block("toml\n", "name = \"notes\"\nversion = \"1.0.0\"\nabi"));
    let found =
        articles(&*shelf.extractor(), payload("From: Ada\nThe ferry is late.\n\nIt will sail at nine."));
    assert_eq!(
        blocks(&found[0]),
        [("paragraph", "The ferry is late."), ("paragraph", "It will sail at nine.")]
    );
}

#[test]
fn a_library_alone_brings_the_manifest_inside_it() {
    let shelf = Shelf::new();
    shelf.compile("anything", &source(&manifest("wire"), HELLO));
    assert_eq!(shelf.extractor().name(), "wire");
}

#[test]
fn extractors_are_asked_by_priority_and_then_by_name() {
    let shelf = Shelf::new();
    for (name, priority) in [("a", 0), ("b", 0), ("c", 9), ("d", -1)] {
        shelf.add(name, HELLO);
        let text = manifest(name).replace("kind =", &format!("priority = {priority}\nkind ="));
        shelf.write(&format!("{name}.copydesk.toml"), &text);
    }
    let extractors = shelf.found().plugins.extractors();
    let names: Vec<_> = extractors.iter().map(|extractor| extractor.name()).collect();
    assert_eq!(names, ["c", "a", "b", "d"]);
}

#[test]
fn one_that_is_broken_keeps_no_other_from_work() {
    let shelf = Shelf::new();
    shelf.add("good", HELLO);
    std::fs::write(shelf.library("text"), "not a library\n").unwrap();
    shelf.write("bad.copydesk.toml", "[plugin]\n");
    let found = shelf.found();
    assert_eq!(found.plugins.extractors().len(), 1);
    let reasons: Vec<_> = found.problems.iter().map(|problem| problem.reason).collect();
    assert_eq!(reasons, ["bad-manifest", "cannot-load"]);
}

#[test]
fn a_text_file_is_no_library() {
    let shelf = Shelf::new();
    std::fs::write(shelf.library("text"), "not a library\n").unwrap();
    let (_, reason, detail) = shelf.problem();
    assert_eq!(reason, "cannot-load");
    assert!(detail.starts_with("this cannot be loaded: "), "{detail}");
}

#[test]
fn a_library_without_the_symbol_is_no_plugin() {
    let shelf = Shelf::new();
    shelf.compile("other", "int other(void);\nint other(void) { return 1; }\n");
    let (_, reason, detail) = shelf.problem();
    assert_eq!(reason, "no-symbol");
    assert_eq!(detail, "this library exports no `copydesk_plugin_v1`: it is not a plugin");
}

#[test]
fn another_major_version_is_named() {
    let expected = ("wrong-abi", "built for plugin interface 2; this copydesk speaks 1.0".to_owned());
    // in the symbol
    let shelf = Shelf::new();
    let text = source(&manifest("wire"), HELLO);
    let renamed = text.replace("const cd_plugin *copydesk_plugin_v1(", "CD_EXPORT const cd_plugin *copydesk_plugin_v2(const cd_host_info *info);\nconst cd_plugin *copydesk_plugin_v2(");
    shelf.compile("wire", &renamed);
    let (_, reason, detail) = shelf.problem();
    assert_eq!((reason, detail), expected);
    // in the table
    let shelf = Shelf::new();
    shelf.compile("wire", &source_with(&manifest("wire"), HELLO, "sizeof plugin, 2"));
    let (_, reason, detail) = shelf.problem();
    assert_eq!((reason, detail), expected);
    // in the manifest, which is enough to leave the library alone
    let shelf = Shelf::new();
    std::fs::write(shelf.library("wire"), "never looked at").unwrap();
    shelf.write("wire.copydesk.toml", &manifest("wire").replace("abi = \"1\"", "abi = \"2\""));
    let (file, reason, detail) = shelf.problem();
    assert_eq!((file.as_str(), reason), ("wire.copydesk.toml", "wrong-abi"));
    assert_eq!(detail, "made for plugin interface 2; this copydesk speaks 1");
}

#[test]
fn a_newer_minor_version_that_is_needed_is_named() {
    let shelf = Shelf::new();
    let text = source(&manifest("wire"), HELLO)
        .replace("CD_ABI_MAJOR, 0, CD_TEXT_INIT", "CD_ABI_MAJOR, 3, CD_TEXT_INIT");
    shelf.compile("wire", &text);
    let (_, reason, detail) = shelf.problem();
    assert_eq!(
        (reason, detail.as_str()),
        ("wrong-abi", "built for plugin interface 1.3; this copydesk speaks 1.0")
    );
}

#[test]
fn an_older_and_smaller_table_is_read_as_far_as_it_goes() {
    let shelf = Shelf::new();
    // `flush` and `destroy` are behind its end, and point to nowhere
    let text = source_with(&manifest("wire"), HELLO, "offsetof(cd_plugin, flush), CD_ABI_MAJOR");
    let text = text
        .replace("run, NULL, NULL,", "run, (int32_t (*)(void *, const cd_sink *))8, (void (*)(void *))8,");
    shelf.compile("wire", &text);
    assert_eq!(articles(&*shelf.extractor(), payload("x")).len(), 1);
}

#[test]
fn a_newer_and_larger_table_is_read_as_far_as_we_know() {
    let shelf = Shelf::new();
    let text = source_with(&manifest("wire"), HELLO, "sizeof plugin + 64, CD_ABI_MAJOR");
    let text = text.replace("sizeof *provides, provides, create", "40, (const cd_provide *)(const void *)wide, create").replace(
        "static const cd_plugin plugin",
        "static const struct { cd_provide known; uint64_t more[2]; } wide[] = {{{CD_KIND_EXTRACTOR, 0, {NULL, 0}}, {1, 2}}};\n\
         static const cd_plugin plugin",
    );
    let text = text.replace("static const cd_provide provides[] = {{CD_KIND_EXTRACTOR, 0, {NULL, 0}}};", "");
    // the larger table lies in larger memory
    let text = text.replace("return &plugin;", "static uint64_t room[32]; memcpy(room, &plugin, sizeof plugin); return (const cd_plugin *)(const void *)room;");
    shelf.compile("wire", &text);
    assert_eq!(articles(&*shelf.extractor(), payload("x")).len(), 1);
}

#[test]
fn a_table_that_makes_no_sense_is_refused() {
    for (head, replaced, with) in [
        ("40, CD_ABI_MAJOR", "", ""),
        ("sizeof plugin + 1, CD_ABI_MAJOR", "", ""),
        ("sizeof plugin, CD_ABI_MAJOR", "create, run", "create, NULL"),
        ("sizeof plugin, CD_ABI_MAJOR", "sizeof *provides,", "3,"),
        ("sizeof plugin, CD_ABI_MAJOR", "1, sizeof *provides", "1000, sizeof *provides"),
    ] {
        let shelf = Shelf::new();
        let mut text = source_with(&manifest("wire"), HELLO, head).replace("-Wunused", "");
        if !replaced.is_empty() {
            text = text.replace(replaced, with).replace(
                "#include <string.h>",
                "#pragma GCC diagnostic ignored \"-Wunused-function\"\n#include <string.h>",
            );
        }
        shelf.compile("wire", &text);
        assert_eq!(shelf.problem().1, "bad-table", "{head} {with}");
    }
}

#[test]
fn a_plugin_may_decline() {
    let shelf = Shelf::new();
    let text = source(&manifest("wire"), HELLO)
        .replace("return &plugin;", "return plugin.struct_size ? NULL : &plugin;");
    shelf.compile("wire", &text);
    assert_eq!(shelf.problem().1, "refused");
}

#[test]
fn the_two_manifests_have_to_agree() {
    let shelf = Shelf::new();
    shelf.add("wire", HELLO);
    shelf.write("wire.copydesk.toml", &manifest("wire").replace("1.0.0", "1.0.1"));
    let (_, reason, detail) = shelf.problem();
    assert_eq!(reason, "manifest-differs");
    assert!(
        detail.starts_with("`version` is \"1.0.1\" in the manifest beside the library and \"1.0.0\""),
        "{detail}"
    );
    let two = format!(
        "{}[[provides]]\nid = \"b\"\nkind = \"extractor\"\nclaims = {{ mime = [\"a/b\"] }}\n",
        manifest("wire")
    );
    shelf.write("wire.copydesk.toml", &two);
    let (_, reason, detail) = shelf.problem();
    assert_eq!(
        (reason, detail.as_str()),
        ("manifest-differs", "the manifest promises: extractor, extractor; the library has the kinds [1]")
    );
}

#[test]
fn a_manifest_with_mistakes_shows_their_places() {
    let shelf = Shelf::new();
    shelf.add("wire", HELLO);
    shelf.write("wire.copydesk.toml", &manifest("wire").replace("\"extractor\"", "\"reader\""));
    let (file, reason, detail) = shelf.problem();
    assert_eq!((file.as_str(), reason), ("wire.copydesk.toml", "bad-manifest"));
    assert!(detail.contains("wire.copydesk.toml:7:8: `kind` is \"extractor\""), "{detail}");
}

#[test]
fn a_manifest_without_its_library_is_a_problem() {
    let shelf = Shelf::new();
    shelf.write("wire.copydesk.toml", &manifest("wire"));
    let (_, reason, detail) = shelf.problem();
    assert_eq!(reason, "no-library");
    assert!(detail.contains("wire"), "{detail}");
}

#[test]
fn of_two_with_one_name_neither_is_taken() {
    let shelf = Shelf::new();
    shelf.add("wire", HELLO);
    shelf.compile("copy", &source(&manifest("wire"), HELLO));
    let (_, reason, detail) = shelf.problem();
    assert_eq!(reason, "two-of-one-name");
    assert!(detail.contains("libcopy.") && detail.contains("libwire."), "{detail}");
}

#[test]
fn a_folder_named_twice_is_looked_into_once() {
    let shelf = Shelf::new();
    shelf.add("wire", HELLO);
    let config = format!("[plugins]\ndirs = [\".\", {:?}]\n", shelf.path());
    let (found, _) = shelf.found_with(&config);
    only(&found);
}

#[cfg(unix)]
#[test]
fn where_anybody_may_write_nothing_is_loaded() {
    use std::os::unix::fs::PermissionsExt;
    let open = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    let shelf = Shelf::new();
    shelf.add("wire", HELLO);
    open(shelf.path(), 0o777);
    assert_eq!(shelf.problem().1, "world-writable");
    open(shelf.path(), 0o755);
    open(&shelf.library("wire"), 0o646);
    assert_eq!(shelf.problem().1, "world-writable");
    open(&shelf.library("wire"), 0o644);
    open(&shelf.path().join("wire.copydesk.toml"), 0o666);
    let (file, reason, _) = shelf.problem();
    assert_eq!((file.as_str(), reason), ("wire.copydesk.toml", "world-writable"));
}

#[test]
fn a_folder_that_is_not_there_is_a_problem_or_a_mistake() {
    let missing = Path::new("/nowhere/plugins").to_owned();
    let found = Plugins::discover(&[missing], &Options::empty(""), Path::new("/"));
    assert_eq!(found.problems[0].reason, "no-folder");
    let shelf = Shelf::new();
    let (_, mistakes) = shelf.found_with("[plugins]\ndirs = [\"nowhere\"]\n");
    assert_eq!(mistakes[0].0, "[\"nowhere\"]");
    assert!(
        mistakes[0].1.starts_with("`dirs` names ") && mistakes[0].1.ends_with("nowhere, which is no folder")
    );
}

const OPTIONS: &str = "[options.depth]\ntype = \"int\"\ndefault = 3\nmin = 1\nmax = 9\n\
    [options.share]\ntype = \"float\"\nmax = 1\n[options.style]\ntype = \"string\"\n[options.captions]\ntype = \"bool\"\n";

fn mistakes(config: &str) -> Vec<(String, String)> {
    let shelf = Shelf::new();
    shelf.add("wire", HELLO);
    shelf.write("wire.copydesk.toml", &format!("{}{OPTIONS}", manifest("wire")));
    let (found, mistakes) = shelf.found_with(&format!("[plugins]\ndirs = [\".\"]\n{config}"));
    assert_eq!(found.plugins.list().len(), usize::from(!config.contains("[plugins.wire]")));
    mistakes
}

#[test]
fn options_are_checked_against_the_manifest() {
    let config =
        "[plugins.wire]\ndepth = 0\nshare = 1.5\nstyle = 3\ncaptoins = true\ncaptions = \"yes\"\nzzz = 1\n";
    let found = mistakes(config);
    let found: Vec<_> = found.iter().map(|(at, message)| (at.as_str(), message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("0", "`depth` is at least 1, not 0"),
            ("1.5", "`share` is at most 1, not 1.5"),
            ("3", "`style` takes a text in quotes, not the number 3"),
            ("captoins", "the plugin `wire` has no option `captoins`; did you mean `captions`?"),
            ("\"yes\"", "`captions` takes true or false, not the string \"yes\""),
            ("zzz", "the plugin `wire` has no option `zzz`; it has `captions`, `depth`, `share` and `style`"),
        ]
    );
}

#[test]
fn options_for_a_plugin_that_is_not_there_are_a_mistake() {
    let [(at, message)] = &mistakes("[plugins.wrie]\ndepth = 0\n")[..] else { panic!() };
    assert_eq!((at.as_str(), message.as_str()), ("wrie", "no plugin is called `wrie`; did you mean `wire`?"));
    let [(_, message)] = &mistakes("[plugins.telegraph]\n")[..] else { panic!() };
    assert_eq!(message, "no plugin is called `telegraph`; there are `wire`");
}

#[test]
fn options_for_a_plugin_that_is_broken_are_none() {
    let shelf = Shelf::new();
    shelf.write("old-wire.copydesk.toml", "[plugin]\n");
    let (found, mistakes) = shelf.found_with("[plugins]\ndirs = [\".\"]\n[plugins.old-wire]\ndepth = 0\n");
    assert_eq!((found.problems.len(), mistakes), (1, vec![]));
}

#[test]
fn other_keys_of_the_table_are_mistakes() {
    let shelf = Shelf::new();
    let (_, mistakes) = shelf.found_with("[plugins]\ndir = [\".\"]\nwire = true\n");
    let messages: Vec<_> = mistakes.iter().map(|(_, message)| message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`[plugins]` has no option `dir`; did you mean `dirs`?",
            "`[plugins]` has no option `wire`; what a plugin is told stands in a table, `[plugins.wire]`",
        ]
    );
    let (_, mistakes) = shelf.found_with("[plugins]\ndirs = \".\"\n");
    assert_eq!(
        mistakes,
        [("\".\"".to_owned(), "`dirs` takes a list of folders: `dirs = [\"plugins\"]`".to_owned())]
    );
}

#[test]
fn how_copydesk_runs_a_plugin_is_checked() {
    let of = |line: &str| mistakes(&format!("[plugins.wire]\n{line}\n"))[0].1.clone();
    assert_eq!(of("isolation = \"thread\""), "`isolation` is \"process\" or \"in-process\", not \"thread\"");
    assert_eq!(of("timeout-seconds = 0"), "`timeout-seconds` is a whole number from 1 to 86400, not 0");
    assert_eq!(of("memory-mib = 1.5"), "`memory-mib` is a whole number from 64 to 1048576, not 1.5");
    assert_eq!(of("give-up-after = -1"), "`give-up-after` is a whole number, not -1");
    let wanted = "`on-failure` is \"quarantine\", \"fallback\" or \"fail\", not true";
    assert_eq!(of("on-failure = true"), wanted);
}

#[test]
fn a_program_that_is_no_worker_runs_plugins_inside() {
    let shelf = Shelf::new();
    shelf.add("wire", HELLO);
    assert!(!shelf.found().plugins.list()[0].is_isolated);
    let (found, mistakes) =
        shelf.found_with("[plugins]\ndirs = [\".\"]\n[plugins.wire]\nisolation = \"process\"\n");
    assert_eq!(mistakes, []);
    assert_eq!(
        found.problems[0].detail,
        "plugins run in processes of their own only for the program `copydesk`"
    );
}

#[test]
fn a_plugin_gets_its_options_with_the_defaults() {
    let shelf = Shelf::new();
    let run = r#"
        cd_value v[6];
        char line[400];
        static const char *const names[] = {"depth", "share", "style", "captions", "nothing"};
        int32_t i, is_set;
        for (i = 0; i < 5; i++) {
            cd_slice name = {(const uint8_t *)names[i], 0};
            name.len = strlen(names[i]);
            v[i].struct_size = sizeof v[i];
            is_set = host->config(host->ctx, name, &v[i]);
            sprintf(line, "%d %u %lld %g %.*s", (int)is_set, v[i].type, (long long)v[i].integer,
                    v[i].number, (int)v[i].text.len, v[i].text.len ? (const char *)v[i].text.ptr : "");
            name.ptr = (const uint8_t *)line;
            name.len = strlen(line);
            sink->text(sink->ctx, n, CD_ROLE_PARAGRAPH, name);
        }
        sink->text(sink->ctx, n, CD_ROLE_VERBATIM, host->config_json);
    "#;
    shelf.compile(
        "wire",
        &source(&manifest("wire"), run)
            .replace("#include <string.h>", "#include <string.h>\n#include <stdio.h>"),
    );
    shelf.write("wire.copydesk.toml", &format!("{}{OPTIONS}", manifest("wire")));
    let config = "[plugins]\ndirs = [\".\"]\n[plugins.wire]\nshare = 1\nstyle = \"é\"\ncaptions = true\n";
    let (found, mistakes) = shelf.found_with(config);
    assert_eq!(mistakes, []);
    let article = &articles(&*only(&found), payload("x"))[0];
    let lines: Vec<_> = blocks(article).into_iter().map(|(_, text)| text).collect();
    assert_eq!(lines[..5], ["1 2 3 0", "1 3 0 1", "1 4 0 0 é", "1 1 1 0", "0 0 0 0"]);
    let json: serde_json::Value = serde_json::from_str(lines[5]).unwrap();
    assert_eq!(json, serde_json::json!({"captions": true, "depth": 3, "share": 1.0, "style": "é"}));
}
