//! The header and its Rust twin agree on every size, every offset and every number.
//!
//! A small C program is made from the member names below, compiled with `cc` and run; what it
//! prints must be what Rust computes.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use copydesk_plugin_abi::*;

/// Every struct with every member, in C and in Rust.
macro_rules! layouts {
    ($c:ident, $rust:ident; $($name:ident { $($member:tt),+ $(,)? })+) => {$(
        writeln!($c, "printf(\"{0} %zu\\n\", sizeof({0}));", stringify!($name)).unwrap();
        writeln!($rust, "{} {}", stringify!($name), size_of::<$name>()).unwrap();
        // C99 has no alignof: where a struct lies behind a byte says the same
        writeln!($c, "struct at_{0} {{ char first; {0} it; }};", stringify!($name)).unwrap();
        writeln!($c, "printf(\"{0} at %zu\\n\", offsetof(struct at_{0}, it));", stringify!($name)).unwrap();
        writeln!($rust, "{} at {}", stringify!($name), align_of::<$name>()).unwrap();
        $(
            let member = stringify!($member).trim_start_matches("r#");
            writeln!($c, "printf(\"{0}.{1} %zu\\n\", offsetof({0}, {1}));", stringify!($name), member).unwrap();
            writeln!($rust, "{}.{member} {}", stringify!($name), std::mem::offset_of!($name, $member)).unwrap();
        )+
        // a pattern names every member, so none can be missing here
        let _ = |value: $name| { let $name { $($member: _),+ } = value; };
    )+};
}

macro_rules! numbers {
    ($c:ident, $rust:ident; $($name:ident)+) => {$(
        writeln!($c, "printf(\"{0} %lld\\n\", (long long){0});", stringify!($name)).unwrap();
        writeln!($rust, "{} {}", stringify!($name), i64::from($name)).unwrap();
    )+};
}

fn both() -> (String, String) {
    let (mut c, mut rust) = (String::new(), String::new());
    layouts! { c, rust;
        cd_slice { ptr, len }
        cd_doc { struct_size, flags, id, url, mime, lang, file, body, meta_json }
        cd_value { struct_size, r#type, integer, number, text }
        cd_host { struct_size, abi_major, abi_minor, ctx, config_json, config, log, scratch, cancelled }
        cd_sink { struct_size, reserved, ctx, article, text, field, score, span, outcome }
        cd_provide { kind, flags, id }
        cd_plugin {
            struct_size, abi_major, abi_minor_min, manifest_toml, provide_count, provide_stride, provides,
            create, run, flush, destroy,
        }
        cd_host_info { struct_size, abi_major, abi_minor, version }
    }
    numbers! { c, rust;
        CD_ABI_MAJOR CD_ABI_MINOR
        CD_KIND_EXTRACTOR CD_KIND_FILTER CD_KIND_TRANSFORM CD_KIND_ENCODER
        CD_ROLE_TITLE CD_ROLE_BYLINE CD_ROLE_DATELINE CD_ROLE_HEADING CD_ROLE_PARAGRAPH CD_ROLE_LIST_ITEM
        CD_ROLE_QUOTE CD_ROLE_CAPTION CD_ROLE_TABLE CD_ROLE_VERBATIM CD_ROLE_RAW
        CD_OK CD_NOT_MINE CD_DROP CD_ERROR
        CD_SUCCESS CD_FAILED_PANIC CD_FAILED_FATAL CD_FAILED_CONFIG CD_FAILED_MEMORY
        CD_LOG_ERROR CD_LOG_WARN CD_LOG_INFO CD_LOG_DEBUG
        CD_VALUE_NONE CD_VALUE_BOOL CD_VALUE_INT CD_VALUE_FLOAT CD_VALUE_STRING
        CD_SPAN_DELETE CD_SPAN_REPLACE
    }
    (c, rust)
}

fn compiled_and_run(statements: &str, standard: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("layout.c");
    let program = folder.path().join("layout");
    let text = format!(
        "#include \"copydesk_plugin.h\"\n#include <stdio.h>\nint main(void) {{\n{statements}return 0;\n}}\n"
    );
    std::fs::write(&source, text).unwrap();
    let compiled = Command::new("cc")
        .args([standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("include"))
        .args([&source, Path::new("-o"), &program])
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    String::from_utf8(Command::new(&program).output().unwrap().stdout).unwrap()
}

#[test]
fn c99_and_rust_lay_everything_out_alike() {
    let (c, rust) = both();
    assert_eq!(compiled_and_run(&c, "-std=c99"), rust);
}

#[test]
fn c11_checks_the_layouts_as_well() {
    let (c, rust) = both();
    assert_eq!(compiled_and_run(&c, "-std=c11"), rust);
}

#[test]
fn every_number_of_the_header_is_compared() {
    let (c, _) = both();
    let defined = HEADER.lines().filter_map(|line| line.strip_prefix("#define CD_")?.split(' ').next());
    let numbers = defined.filter(|name| !name.contains('(') && *name != "EXPORT");
    for name in numbers {
        assert!(c.contains(&format!("(long long)CD_{name})")), "CD_{name} is not compared");
    }
}
