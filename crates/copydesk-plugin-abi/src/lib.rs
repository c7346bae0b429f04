//! The C interface of plugins, as `repr(C)` types.
//!
//! The twin of `include/copydesk_plugin.h`, name for name: that header is the contract and explains
//! every member; here stands only what Rust needs to lay them out alike. Both sides check the
//! layouts when they are compiled, and a test compares them member by member.
//!
//! All members of 1.0 are always present and their callbacks are never null: the functions are an
//! `Option` because a foreign table has to be checked before it is believed, and because `flush` and
//! `destroy` of a plugin may be missing. Structs and arrays are aligned to 8.
//!
//! The crate has no dependency, allocates nothing and knows neither documents nor manifests.

#![no_std]
#![allow(non_camel_case_types)]

use core::ffi::c_void;
use core::mem::{align_of, offset_of, size_of};

/// The contract itself, for tools that write it out.
pub const HEADER: &str = include_str!("../include/copydesk_plugin.h");

/// The version in the symbol's name.
pub const CD_ABI_MAJOR: u16 = 1;
/// Counts what was appended within the major version.
pub const CD_ABI_MINOR: u16 = 0;
/// The only symbol that a plugin exports.
pub const CD_SYMBOL: &str = "copydesk_plugin_v1";

/// Turns a payload into articles.
pub const CD_KIND_EXTRACTOR: u32 = 1;
/// Judges a document.
pub const CD_KIND_FILTER: u32 = 2;
/// Strikes or replaces parts of a document.
pub const CD_KIND_TRANSFORM: u32 = 3;
/// Turns a document into bytes.
pub const CD_KIND_ENCODER: u32 = 4;

/// The headline.
pub const CD_ROLE_TITLE: u32 = 1;
/// The line that names the author.
pub const CD_ROLE_BYLINE: u32 = 2;
/// The line that gives place or time of writing.
pub const CD_ROLE_DATELINE: u32 = 3;
/// A heading inside the article.
pub const CD_ROLE_HEADING: u32 = 4;
/// Running text.
pub const CD_ROLE_PARAGRAPH: u32 = 5;
/// An item of a list.
pub const CD_ROLE_LIST_ITEM: u32 = 6;
/// A quotation set apart.
pub const CD_ROLE_QUOTE: u32 = 7;
/// The text below a picture.
pub const CD_ROLE_CAPTION: u32 = 8;
/// A row or the whole of a table.
pub const CD_ROLE_TABLE: u32 = 9;
/// Text whose line breaks matter.
pub const CD_ROLE_VERBATIM: u32 = 10;
/// Bytes of an encoder.
pub const CD_ROLE_RAW: u32 = 100;

/// The document was read. What holds when nothing is said.
pub const CD_OK: u32 = 0;
/// Another extractor is to be asked.
pub const CD_NOT_MINE: u32 = 1;
/// Understood, and not an article.
pub const CD_DROP: u32 = 2;
/// The document cannot be read.
pub const CD_ERROR: u32 = 3;

/// The call went well. Codes above 0 are reserved, and count as failure.
pub const CD_SUCCESS: i32 = 0;
/// A panic was caught.
pub const CD_FAILED_PANIC: i32 = -1;
/// The instance cannot go on.
pub const CD_FAILED_FATAL: i32 = -2;
/// The options make no sense.
pub const CD_FAILED_CONFIG: i32 = -3;
/// There is no memory left.
pub const CD_FAILED_MEMORY: i32 = -4;

/// Becomes part of the host's own error.
pub const CD_LOG_ERROR: u32 = 1;
/// Worth a look.
pub const CD_LOG_WARN: u32 = 2;
/// Good to know.
pub const CD_LOG_INFO: u32 = 3;
/// For the plugin's author.
pub const CD_LOG_DEBUG: u32 = 4;

/// The option is not set.
pub const CD_VALUE_NONE: u32 = 0;
/// `integer` is 0 or 1.
pub const CD_VALUE_BOOL: u32 = 1;
/// `integer` holds it.
pub const CD_VALUE_INT: u32 = 2;
/// `number` holds it.
pub const CD_VALUE_FLOAT: u32 = 3;
/// `text` holds it.
pub const CD_VALUE_STRING: u32 = 4;

/// The bytes go.
pub const CD_SPAN_DELETE: u32 = 1;
/// The bytes are replaced.
pub const CD_SPAN_REPLACE: u32 = 2;

/// A lent run of bytes; the pointer may be null when the length is 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)] // the header explains the members, here and below
pub struct cd_slice {
    pub ptr: *const u8,
    pub len: usize,
}

impl cd_slice {
    /// Nothing.
    pub const EMPTY: cd_slice = cd_slice { ptr: core::ptr::null(), len: 0 };

    /// Lends a text.
    pub const fn of(text: &str) -> Self {
        cd_slice { ptr: text.as_ptr(), len: text.len() }
    }
}

/// A payload that the host read.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct cd_doc {
    pub struct_size: u32,
    pub flags: u32,
    pub id: cd_slice,
    pub url: cd_slice,
    pub mime: cd_slice,
    pub lang: cd_slice,
    pub file: cd_slice,
    pub body: cd_slice,
    pub meta_json: cd_slice,
}

/// The value of an option.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct cd_value {
    pub struct_size: u32,
    pub r#type: u32,
    pub integer: i64,
    pub number: f64,
    pub text: cd_slice,
}

/// What the host does for an instance.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct cd_host {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub ctx: *mut c_void,
    pub config_json: cd_slice,
    pub config: Option<unsafe extern "C" fn(ctx: *mut c_void, name: cd_slice, value: *mut cd_value) -> i32>,
    pub log: Option<unsafe extern "C" fn(ctx: *mut c_void, level: u32, target: cd_slice, message: cd_slice)>,
    pub scratch: Option<unsafe extern "C" fn(ctx: *mut c_void, size: usize, align: usize) -> *mut c_void>,
    pub cancelled: Option<unsafe extern "C" fn(ctx: *mut c_void) -> i32>,
}

/// Where results go.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct cd_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub ctx: *mut c_void,
    pub article: Option<unsafe extern "C" fn(ctx: *mut c_void, doc: u32)>,
    pub text: Option<unsafe extern "C" fn(ctx: *mut c_void, doc: u32, role: u32, text: cd_slice)>,
    pub field: Option<unsafe extern "C" fn(ctx: *mut c_void, doc: u32, key: cd_slice, json: cd_slice)>,
    pub score: Option<unsafe extern "C" fn(ctx: *mut c_void, doc: u32, name: cd_slice, value: f64)>,
    pub span: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            doc: u32,
            op: u32,
            start: u64,
            end: u64,
            replacement: cd_slice,
        ),
    >,
    pub outcome: Option<unsafe extern "C" fn(ctx: *mut c_void, doc: u32, code: u32, reason: cd_slice)>,
}

/// One thing that a plugin provides.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct cd_provide {
    pub kind: u32,
    pub flags: u32,
    pub id: cd_slice,
}

/// The plugin. `*instance` may be null only when `create` fails.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct cd_plugin {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor_min: u16,
    pub manifest_toml: cd_slice,
    pub provide_count: u32,
    pub provide_stride: u32,
    pub provides: *const cd_provide,
    pub create:
        Option<unsafe extern "C" fn(provide: u32, host: *const cd_host, instance: *mut *mut c_void) -> i32>,
    pub run: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            docs: *const cd_doc,
            doc_stride: usize,
            doc_count: usize,
            sink: *const cd_sink,
        ) -> i32,
    >,
    pub flush: Option<unsafe extern "C" fn(instance: *mut c_void, sink: *const cd_sink) -> i32>,
    pub destroy: Option<unsafe extern "C" fn(instance: *mut c_void)>,
}

/// Who asks.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct cd_host_info {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub version: cd_slice,
}

/// The function behind [`CD_SYMBOL`].
pub type cd_entry = unsafe extern "C" fn(host: *const cd_host_info) -> *const cd_plugin;

// the layouts, as they were when version 1.0 was frozen; the header checks the same numbers
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<cd_slice>() == 16);
    assert!(size_of::<cd_doc>() == 120 && offset_of!(cd_doc, body) == 88);
    assert!(size_of::<cd_value>() == 40 && offset_of!(cd_value, text) == 24);
    assert!(size_of::<cd_host>() == 64 && offset_of!(cd_host, config) == 32);
    assert!(size_of::<cd_sink>() == 64 && offset_of!(cd_sink, article) == 16);
    assert!(size_of::<cd_provide>() == 24);
    assert!(size_of::<cd_plugin>() == 72 && offset_of!(cd_plugin, run) == 48);
    assert!(size_of::<cd_host_info>() == 24);
    assert!(align_of::<cd_doc>() == 8 && align_of::<cd_provide>() == 8 && align_of::<cd_plugin>() == 8);
    assert!(align_of::<cd_host>() == 8 && align_of::<cd_sink>() == 8 && align_of::<cd_value>() == 8);
};
