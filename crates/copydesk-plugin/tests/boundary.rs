//! An exported plugin, called as a host calls it: several documents at once, structs of another
//! size than ours, a panic in the middle.

// the host's side of the C interface is raw pointers
#![allow(unsafe_code, clippy::unwrap_used)]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use copydesk_plugin::abi::*;
use copydesk_plugin::{Doc, Edits, Extractor, Filter, Host, Out, Outcome, Scores, Transform, Verdict};
use serde::Deserialize;

#[derive(Deserialize)]
struct Options {
    prefix: String,
}

struct Shout(Options);

impl Extractor for Shout {
    type Options = Options;

    fn new(options: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Shout(options))
    }

    fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
        assert!(doc.body != "panic", "as told");
        out.paragraph(&format!("{}{} {:?}", self.0.prefix, doc.body.to_uppercase(), doc.language));
        if doc.body == "mine not" { Outcome::NotMine } else { Outcome::Done }
    }
}

/// Drops what is long, and masks the first letter.
struct Guest;

impl Filter for Guest {
    type Options = Options;

    fn new(_: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Guest)
    }

    fn judge(&mut self, doc: &Doc<'_>, scores: &mut Scores<'_>) -> Verdict {
        scores.set("length", doc.body.len() as f64);
        match doc.body {
            "" => Verdict::Failed("nothing".to_owned()),
            "long" => Verdict::Drop("4 letters".to_owned()),
            _ => Verdict::Keep,
        }
    }
}

impl Transform for Guest {
    type Options = Options;

    fn new(_: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Guest)
    }

    fn transform(&mut self, doc: &Doc<'_>, edits: &mut Edits<'_>) -> Result<(), String> {
        edits.replace(0..1, "*");
        edits.delete(2..doc.body.len());
        if doc.body.is_empty() { Err("nothing".to_owned()) } else { Ok(()) }
    }
}

copydesk_plugin::export! { manifest: "[plugin]\n", extractor: Shout, filter: Guest, transform: Guest }

unsafe extern "C" {
    fn copydesk_plugin_v1(host: *const cd_host_info) -> *const cd_plugin;
}

/// A document as a newer host has it, with more behind its end than this SDK knows.
#[repr(C)]
struct NewerDoc {
    known: cd_doc,
    more: [u64; 5],
}

fn doc(body: &str, size: usize) -> NewerDoc {
    let empty = cd_slice::EMPTY;
    let known = cd_doc {
        struct_size: size as u32,
        flags: 0,
        id: empty,
        url: empty,
        mime: empty,
        lang: cd_slice::of("no"),
        file: empty,
        body: cd_slice { ptr: body.as_ptr(), len: body.len() },
        meta_json: empty,
    };
    NewerDoc { known, more: [u64::MAX; 5] }
}

type Heard = Vec<String>;

fn hear(ctx: *mut c_void, line: String) {
    unsafe { &mut *ctx.cast::<Heard>() }.push(line);
}

fn text(slice: cd_slice) -> String {
    let bytes =
        if slice.len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(slice.ptr, slice.len) } };
    String::from_utf8(bytes.to_vec()).unwrap()
}

unsafe extern "C" fn on_text(ctx: *mut c_void, doc: u32, role: u32, slice: cd_slice) {
    hear(ctx, format!("{doc}: role {role}: {}", text(slice)));
}

unsafe extern "C" fn on_outcome(ctx: *mut c_void, doc: u32, code: u32, reason: cd_slice) {
    hear(ctx, format!("{doc}: outcome {code}: {}", text(reason)));
}

unsafe extern "C" fn on_log(ctx: *mut c_void, level: u32, _: cd_slice, message: cd_slice) {
    hear(ctx, format!("log {level}: {}", text(message)));
}

unsafe extern "C" fn on_score(ctx: *mut c_void, doc: u32, name: cd_slice, value: f64) {
    hear(ctx, format!("{doc}: {} {value}", text(name)));
}

unsafe extern "C" fn on_span(ctx: *mut c_void, doc: u32, op: u32, start: u64, end: u64, slice: cd_slice) {
    hear(ctx, format!("{doc}: span {op}: {start} to {end}: {}", text(slice)));
}

/// Makes an extractor with options, feeds it, destroys it; what it said and returned.
fn session(options: &str, docs: &[NewerDoc], sink_size: usize) -> (i32, Heard) {
    session_of(0, options, docs, sink_size)
}

/// The same with what the plugin provides as number `provide`.
fn session_of(provide: u32, options: &str, docs: &[NewerDoc], sink_size: usize) -> (i32, Heard) {
    let mut heard = Heard::new();
    let ctx: *mut c_void = (&raw mut heard).cast();
    let host = cd_host {
        struct_size: size_of::<cd_host>() as u32,
        abi_major: 1,
        abi_minor: 0,
        ctx,
        config_json: cd_slice { ptr: options.as_ptr(), len: options.len() },
        config: None,
        log: Some(on_log),
        scratch: None,
        cancelled: None,
    };
    let sink = cd_sink {
        struct_size: sink_size as u32,
        reserved: 0,
        ctx,
        article: None,
        text: Some(on_text),
        field: None,
        score: Some(on_score),
        span: Some(on_span),
        outcome: Some(on_outcome),
    };
    let code = unsafe {
        let plugin = &*copydesk_plugin_v1(null());
        let mut instance = null_mut();
        let created = plugin.create.unwrap()(provide, &raw const host, &raw mut instance);
        if created == CD_SUCCESS {
            let docs_at = docs.as_ptr().cast();
            let code =
                plugin.run.unwrap()(instance, docs_at, size_of::<NewerDoc>(), docs.len(), &raw const sink);
            plugin.destroy.unwrap()(instance);
            code
        } else {
            created
        }
    };
    (code, heard)
}

#[test]
fn a_batch_is_read_by_its_stride() {
    let docs = ["one", "mine not", "two"].map(|body| doc(body, size_of::<NewerDoc>()));
    let (code, heard) = session("{\"prefix\": \"> \"}", &docs, size_of::<cd_sink>());
    assert_eq!(code, CD_SUCCESS);
    assert_eq!(
        heard,
        [
            "0: role 5: > ONE Some(\"no\")",
            "0: outcome 0: ",
            "1: role 5: > MINE NOT Some(\"no\")",
            "1: outcome 1: ",
            "2: role 5: > TWO Some(\"no\")",
            "2: outcome 0: ",
        ]
    );
}

#[test]
fn what_an_older_host_does_not_have_is_not_touched() {
    // a document that ends before `lang` has no body either; a sink that ends before `outcome`
    let old = doc("one", std::mem::offset_of!(cd_doc, lang));
    let (code, heard) = session("{\"prefix\": \"\"}", &[old], std::mem::offset_of!(cd_sink, outcome));
    assert_eq!((code, heard), (CD_SUCCESS, vec!["0: role 5:  None".to_owned()]));
}

#[test]
fn half_a_member_is_none() {
    // the sink ends inside the pointer `outcome`, the document inside the pointer and the length of `body`
    let body = std::mem::offset_of!(cd_doc, body);
    let docs = [body + 3, body + 8, body + 12, 3].map(|size| doc("one", size));
    let (code, heard) = session("{\"prefix\": \"\"}", &docs, std::mem::offset_of!(cd_sink, outcome) + 5);
    let expected = [(0, "Some(\"no\")"), (1, "Some(\"no\")"), (2, "Some(\"no\")"), (3, "None")]
        .map(|(n, language)| format!("{n}: role 5:  {language}"));
    assert_eq!((code, heard), (CD_SUCCESS, expected.to_vec()));
}

#[test]
fn a_panic_is_told_and_ends_the_batch() {
    let docs = ["panic", "two"].map(|body| doc(body, size_of::<cd_doc>()));
    let (code, heard) = session("{\"prefix\": \"\"}", &docs, size_of::<cd_sink>());
    assert_eq!(code, CD_FAILED_PANIC);
    let [log, outcome] = heard.as_slice() else { panic!("{heard:?}") };
    assert!(log.starts_with("log 1: panicked at ") && log.ends_with(" as told"), "{log}");
    assert!(outcome.starts_with("0: outcome 3: panicked at ") && outcome.ends_with(" as told"), "{outcome}");
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let (code, heard) = session("{\"prefix\": 3}", &[], size_of::<cd_sink>());
    assert_eq!(code, CD_FAILED_CONFIG);
    assert_eq!(
        heard,
        ["log 1: the options do not fit: invalid type: integer `3`, expected a string at line 1 column 12"]
    );
}

#[test]
fn a_filter_scores_and_drops() {
    let docs = ["long", "no", ""].map(|body| doc(body, size_of::<cd_doc>()));
    let (code, heard) = session_of(1, "{\"prefix\": \"\"}", &docs, size_of::<cd_sink>());
    let wanted = [
        "0: length 4",
        "0: outcome 2: 4 letters",
        "1: length 2",
        "1: outcome 0: ",
        "2: length 0",
        "2: outcome 3: nothing",
    ];
    assert_eq!((code, heard), (CD_SUCCESS, wanted.map(str::to_owned).to_vec()));
}

#[test]
fn a_transform_speaks_of_bytes() {
    let docs = [doc("four", size_of::<cd_doc>())];
    let (code, heard) = session_of(2, "{\"prefix\": \"\"}", &docs, size_of::<cd_sink>());
    let wanted = ["0: span 2: 0 to 1: *", "0: span 1: 2 to 4: ", "0: outcome 0: "];
    assert_eq!((code, heard), (CD_SUCCESS, wanted.map(str::to_owned).to_vec()));
}

#[test]
fn what_it_provides_is_listed_by_kind() {
    let (plugin, kinds) = unsafe {
        let plugin = &*copydesk_plugin_v1(null());
        let provides = std::slice::from_raw_parts(plugin.provides, plugin.provide_count as usize);
        (plugin, provides.iter().map(|provide| provide.kind).collect::<Vec<_>>())
    };
    assert_eq!(kinds, [CD_KIND_EXTRACTOR, CD_KIND_FILTER, CD_KIND_TRANSFORM]);
    assert_eq!(plugin.provide_stride as usize, size_of::<cd_provide>());
}

#[test]
fn the_panic_self_test_is_a_panic_that_is_caught() {
    let (code, heard) = session("{\"__panic\":true,\"prefix\":\"\"}", &[], size_of::<cd_sink>());
    assert_eq!(code, CD_FAILED_PANIC);
    assert!(heard[0].ends_with(" as the panic self-test asks"), "{heard:?}");
    let (code, _) = session("{\"prefix\":\"\\\"__panic\\\":true\"}", &[], size_of::<cd_sink>());
    assert_eq!(code, CD_SUCCESS, "a text may say anything");
}
