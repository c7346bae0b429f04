//! A plugin in Rust as it was written for version 1.0, with nothing but the standard library and its own
//! copy of the interface. Never changed: what loads today loads with every 1.x, whatever compiled it.

#![allow(non_camel_case_types)]

use std::ffi::c_void;
use std::panic::catch_unwind;

type Text = extern "C" fn(*mut c_void, u32, u32, cd_slice);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct cd_slice {
    ptr: *const u8,
    len: usize,
}

#[repr(C)]
pub struct cd_doc {
    struct_size: u32,
    flags: u32,
    id: cd_slice,
    url: cd_slice,
    mime: cd_slice,
    lang: cd_slice,
    file: cd_slice,
    body: cd_slice,
    meta_json: cd_slice,
}

#[repr(C)]
pub struct cd_value {
    struct_size: u32,
    kind: u32,
    integer: i64,
    number: f64,
    text: cd_slice,
}

#[repr(C)]
pub struct cd_host {
    struct_size: u32,
    abi_major: u16,
    abi_minor: u16,
    ctx: *mut c_void,
    config_json: cd_slice,
    config: extern "C" fn(*mut c_void, cd_slice, *mut cd_value) -> i32,
    log: extern "C" fn(*mut c_void, u32, cd_slice, cd_slice),
    scratch: extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    cancelled: extern "C" fn(*mut c_void) -> i32,
}

#[repr(C)]
pub struct cd_sink {
    struct_size: u32,
    reserved: u32,
    ctx: *mut c_void,
    article: extern "C" fn(*mut c_void, u32),
    text: Text,
    field: extern "C" fn(*mut c_void, u32, cd_slice, cd_slice),
    score: extern "C" fn(*mut c_void, u32, cd_slice, f64),
    span: extern "C" fn(*mut c_void, u32, u32, u64, u64, cd_slice),
    outcome: extern "C" fn(*mut c_void, u32, u32, cd_slice),
}

#[repr(C)]
pub struct cd_provide {
    kind: u32,
    flags: u32,
    id: cd_slice,
}

#[repr(C)]
pub struct cd_plugin {
    struct_size: u32,
    abi_major: u16,
    abi_minor_min: u16,
    manifest_toml: cd_slice,
    provide_count: u32,
    provide_stride: u32,
    provides: *const cd_provide,
    create: extern "C" fn(u32, *const cd_host, *mut *mut c_void) -> i32,
    run: extern "C" fn(*mut c_void, *const cd_doc, usize, usize, *const cd_sink) -> i32,
    flush: Option<extern "C" fn(*mut c_void, *const cd_sink) -> i32>,
    destroy: Option<extern "C" fn(*mut c_void)>,
}

#[repr(C)]
pub struct cd_host_info {
    struct_size: u32,
    abi_major: u16,
    abi_minor: u16,
    version: cd_slice,
}

struct Constant<T>(T);
unsafe impl<T> Sync for Constant<T> {}

const fn slice(text: &'static str) -> cd_slice {
    cd_slice { ptr: text.as_ptr(), len: text.len() }
}

const MANIFEST: &str = "[plugin]\nname = \"frozen\"\nversion = \"1.0.0\"\nabi = \"1\"\n\
    [[provides]]\nid = \"frozen\"\nkind = \"extractor\"\nclaims = { extension = [\"wire\"] }\n\
    [options.prefix]\ntype = \"string\"\ndefault = \"> \"\n";

static PROVIDES: Constant<[cd_provide; 1]> = Constant([cd_provide { kind: 1, flags: 0, id: slice("frozen") }]);

static PLUGIN: Constant<cd_plugin> = Constant(cd_plugin {
    struct_size: 72,
    abi_major: 1,
    abi_minor_min: 0,
    manifest_toml: slice(MANIFEST),
    provide_count: 1,
    provide_stride: 24,
    provides: &PROVIDES.0 as *const cd_provide,
    create,
    run,
    flush: None,
    destroy: Some(destroy),
});

struct Instance {
    prefix: String,
    documents: Vec<String>,
}

extern "C" fn create(provide: u32, host: *const cd_host, instance: *mut *mut c_void) -> i32 {
    let host = unsafe { &*host };
    if provide != 0 || host.abi_major != 1 || host.struct_size < 64 {
        return -2;
    }
    let mut value = cd_value { struct_size: 40, kind: 0, integer: 0, number: 0.0, text: slice("") };
    if (host.config)(host.ctx, slice("prefix"), &mut value) != 1 || value.kind != 4 {
        return -3;
    }
    (host.log)(host.ctx, 3, slice("frozen"), slice("started"));
    let made = Instance { prefix: text(value.text).to_owned(), documents: Vec::new() };
    unsafe { *instance = Box::into_raw(Box::new(made)) as *mut c_void };
    0
}

fn text<'a>(slice: cd_slice) -> &'a str {
    if slice.len == 0 {
        return "";
    }
    std::str::from_utf8(unsafe { std::slice::from_raw_parts(slice.ptr, slice.len) }).unwrap()
}

extern "C" fn run(own: *mut c_void, docs: *const cd_doc, stride: usize, count: usize, sink: *const cd_sink) -> i32 {
    let own = own as usize;
    let (docs, sink) = (docs as usize, sink as usize);
    let all = catch_unwind(move || {
        let (own, sink) = unsafe { (&mut *(own as *mut Instance), &*(sink as *const cd_sink)) };
        for n in 0..count {
            let doc = unsafe { &*((docs + n * stride) as *const cd_doc) };
            one(own, doc, n as u32, sink);
        }
    });
    if all.is_ok() {
        0
    } else {
        -1
    }
}

fn one(own: &mut Instance, doc: &cd_doc, n: u32, sink: &cd_sink) {
    let body = text(doc.body);
    assert!(body != "panic", "as told");
    own.documents.push(format!("{}{}", own.prefix, body));
    let last = own.documents.last().unwrap();
    let emitted = cd_slice { ptr: last.as_ptr(), len: last.len() };
    (sink.article)(sink.ctx, n);
    (sink.text)(sink.ctx, n, 1, slice("Frozen"));
    (sink.text)(sink.ctx, n, 5, emitted);
    (sink.field)(sink.ctx, n, slice("bytes"), slice("3"));
    (sink.outcome)(sink.ctx, n, 0, slice(""));
}

extern "C" fn destroy(instance: *mut c_void) {
    drop(unsafe { Box::from_raw(instance as *mut Instance) });
}

#[no_mangle]
pub extern "C" fn copydesk_plugin_v1(host: *const cd_host_info) -> *const cd_plugin {
    if unsafe { (*host).abi_major } == 1 {
        &PLUGIN.0
    } else {
        std::ptr::null()
    }
}
