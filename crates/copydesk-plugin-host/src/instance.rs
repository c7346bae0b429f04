//! One running copy of a plugin, and what the host does for it.

// the callbacks are called from C, and the plugin's functions are C
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_core::Document;
use copydesk_plugin_abi::*;
use serde_json::Value;

use crate::collect::lossy;
use crate::event::Take;
use crate::notes::Notes;
use crate::settings::Values;
use crate::sink::{lent, sink};

/// Scratch memory that a plugin may have for one call.
const SCRATCH_LIMIT: usize = 256 << 20;
/// Errors that are kept until a call ends.
const ERROR_LIMIT: usize = 8;

/// What a plugin is told of a payload, in the order of `cd_doc`: id, url, MIME type, language, file,
/// body, metadata. All of it is UTF-8.
pub(crate) type Payload<'a> = [Option<&'a [u8]>; 7];

/// A payload as plugins see it; `metadata` is the room for the last of its texts.
pub(crate) fn told<'a>(payload: &'a Document, metadata: &'a mut String) -> Payload<'a> {
    *metadata = ["{", payload.metadata.as_str(), "}"].concat();
    let texts: [Option<&str>; 7] = [
        Some(&payload.id),
        payload.url.as_deref(),
        Some(&payload.mime),
        payload.language.as_deref(),
        Some(&payload.source.file),
        Some(&payload.text),
        Some(metadata),
    ];
    texts.map(|text| text.map(str::as_bytes))
}

/// A document of those texts.
pub(crate) fn document([id, url, mime, lang, file, body, meta_json]: [cd_slice; 7]) -> cd_doc {
    cd_doc { struct_size: size_of::<cd_doc>() as u32, flags: 0, id, url, mime, lang, file, body, meta_json }
}

fn slice(text: Option<&[u8]>) -> cd_slice {
    text.map_or(cd_slice::EMPTY, |text| cd_slice { ptr: text.as_ptr(), len: text.len() })
}

/// What all instances of one extractor have in common.
pub(crate) struct Blueprint {
    pub(crate) table: cd_plugin,
    pub(crate) provide: u32,
    pub(crate) plugin: String,
    pub(crate) values: Values,
    pub(crate) notes: Arc<Notes>,
}

// SAFETY: the table's pointers lead to constants of a library that is never unloaded, and `create`
// may be called by several threads
unsafe impl Send for Blueprint {}
// SAFETY: as above
unsafe impl Sync for Blueprint {}

/// One running copy of a plugin. Used by one thread at a time.
pub(crate) struct Instance {
    pointer: *mut c_void,
    table: cd_plugin,
    services: Arc<Services>,
    // read by the plugin through its pointer until `destroy`
    _host: Arc<Host>,
}

/// The table that an instance was given. Its address must not change.
type Host = Later<cd_host>;

/// A struct of the interface as a later host may have it: with more behind the members that are known.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Later<T> {
    pub(crate) known: T,
    beyond: [u64; 8],
}

impl<T> Later<T> {
    /// What stands behind `known` is nothing that anybody may make use of.
    pub(crate) fn new(known: T) -> Self {
        Later { known, beyond: [0xfefe_fefe_fefe_fefe; 8] }
    }

    /// As whoever knows no more sees it.
    pub(crate) fn as_ptr(&self) -> *const T {
        (&raw const *self).cast()
    }

    /// With all that is behind it, for its `struct_size`.
    pub(crate) const SIZE: u32 = size_of::<Self>() as u32;
}

// SAFETY: never written to, and its pointers lead to `Services`, which threads may share
unsafe impl Send for Host {}
// SAFETY: as above
unsafe impl Sync for Host {}

// SAFETY: the header: any thread may use an instance, one at a time
unsafe impl Send for Instance {}

/// What the host does for an instance: its options, its messages, its scratch memory.
struct Services {
    plugin: String,
    values: Values,
    config_json: String,
    notes: Arc<Notes>,
    errors: Mutex<Vec<String>>,
    scratch: Mutex<Scratch>,
}

#[derive(Default)]
struct Scratch {
    // 16 bytes each, which is the alignment that is promised
    blocks: Vec<Vec<u128>>,
    size: usize,
}

impl Blueprint {
    /// Starts a copy, or says why that is not possible.
    pub(crate) fn start(&self) -> Result<Instance, String> {
        self.start_with(|host| host)
    }

    /// The same with a host that shows itself as `shown` has it: of another version, of another size.
    pub(crate) fn start_with(&self, shown: impl FnOnce(cd_host) -> cd_host) -> Result<Instance, String> {
        let services = Arc::new(Services {
            plugin: self.plugin.clone(),
            values: self.values.clone(),
            config_json: Value::Object(self.values.clone()).to_string(),
            notes: Arc::clone(&self.notes),
            errors: Mutex::default(),
            scratch: Mutex::default(),
        });
        let host = Arc::new(Host::new(shown(services.table())));
        let create = self.table.create.expect("the table was checked when the library was loaded");
        let mut pointer = null_mut();
        // SAFETY: the types are the header's; `host` lives as long as the instance
        let code = unsafe { create(self.provide, host.as_ptr(), &raw mut pointer) };
        if code != CD_SUCCESS {
            return Err(services.told_or(code));
        }
        if pointer.is_null() {
            return Err("it says that it started, but made no instance".to_owned());
        }
        Ok(Instance { pointer, table: self.table, services, _host: host })
    }
}

impl Instance {
    /// Lets the plugin read one payload, and `taker` take what it emits.
    ///
    /// # Errors
    /// What the plugin said when it broke down; it is not to be used again.
    pub(crate) fn run<T: Take>(&mut self, payload: &Payload<'_>, taker: &mut T) -> Result<(), String> {
        let doc = document(payload.map(slice));
        let sink = sink(&raw mut *taker);
        // SAFETY: one document; everything that is lent outlives the call, and the taker is not touched
        // while it goes on
        unsafe { self.call(&raw const doc, size_of::<cd_doc>(), 1, &raw const sink) }
    }

    /// Lets the plugin read `count` documents that lie `stride` apart.
    ///
    /// # Safety
    /// They and the sink are as the header says, and stay while the call goes on.
    pub(crate) unsafe fn call(
        &mut self,
        docs: *const cd_doc,
        stride: usize,
        count: usize,
        sink: *const cd_sink,
    ) -> Result<(), String> {
        let run = self.table.run.expect("the table was checked when the library was loaded");
        lock(&self.services.errors).clear();
        // SAFETY: the types are the header's; the caller
        let code = unsafe { run(self.pointer, docs, stride, count, sink) };
        *lock(&self.services.scratch) = Scratch::default();
        if code != CD_SUCCESS {
            return Err(self.services.told_or(code));
        }
        self.services.note_errors();
        Ok(())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(destroy) = self.table.destroy {
            // SAFETY: what `create` made, handed back once; the host's table outlives the call
            unsafe { destroy(self.pointer) }
        }
    }
}

impl Services {
    fn table(self: &Arc<Self>) -> cd_host {
        cd_host {
            struct_size: size_of::<cd_host>() as u32,
            abi_major: CD_ABI_MAJOR,
            abi_minor: CD_ABI_MINOR,
            ctx: Arc::as_ptr(self).cast_mut().cast(),
            config_json: cd_slice::of(&self.config_json),
            config: Some(on_config),
            log: Some(on_log),
            scratch: Some(on_scratch),
            cancelled: Some(on_cancelled),
        }
    }

    /// The errors that the plugin told, or what its return code means.
    fn told_or(&self, code: i32) -> String {
        let told = std::mem::take(&mut *lock(&self.errors));
        if !told.is_empty() {
            return told.join("; ");
        }
        let meaning = match code {
            CD_FAILED_PANIC => "it panicked",
            CD_FAILED_FATAL => "it cannot go on",
            CD_FAILED_CONFIG => "its options make no sense to it",
            CD_FAILED_MEMORY => "it ran out of memory",
            _ => "it gave no reason",
        };
        format!("{meaning} (code {code})")
    }

    /// Errors after which the plugin went on all the same.
    fn note_errors(&self) {
        lock(&self.errors).drain(..).for_each(|error| self.notes.add(&self.plugin, &error));
    }

    fn log(&self, level: u32, message: &str) {
        let mut errors = lock(&self.errors);
        if level == CD_LOG_ERROR && errors.len() < ERROR_LIMIT {
            errors.push(message.to_owned());
        } else if level == CD_LOG_WARN || level == CD_LOG_INFO {
            self.notes.add(&self.plugin, message);
        }
    }

    fn scratch(&self, size: usize, align: usize) -> Option<*mut c_void> {
        let mut scratch = lock(&self.scratch);
        let total = scratch.size.checked_add(size).filter(|total| *total <= SCRATCH_LIMIT)?;
        let mut block: Vec<u128> = Vec::new();
        let length = size.div_ceil(16).max(1);
        block.try_reserve_exact(length).ok().filter(|()| align <= align_of::<u128>())?;
        block.resize(length, 0);
        let pointer = block.as_mut_ptr().cast();
        scratch.size = total;
        scratch.blocks.push(block);
        Some(pointer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// # Safety
/// `ctx` is what [`Services::table`] put into the table, and its instance is alive.
unsafe fn services<'a>(ctx: *mut c_void) -> &'a Services {
    // SAFETY: the caller; services are only ever shared
    unsafe { &*ctx.cast::<Services>() }
}

/// # Safety
/// The bytes are there.
unsafe fn message(slice: cd_slice) -> String {
    // SAFETY: the caller
    lossy(unsafe { lent(slice, isize::MAX as usize) })
}

// SAFETY, for all callbacks: the header lends them `ctx` and the slices for the time of the call

unsafe extern "C" fn on_config(ctx: *mut c_void, name: cd_slice, out: *mut cd_value) -> i32 {
    let services = unsafe { services(ctx) };
    let name = unsafe { message(name) };
    let mut value =
        cd_value { struct_size: 0, r#type: CD_VALUE_NONE, integer: 0, number: 0.0, text: cd_slice::EMPTY };
    match services.values.get(&name) {
        Some(Value::Bool(truth)) => (value.r#type, value.integer) = (CD_VALUE_BOOL, i64::from(*truth)),
        Some(Value::String(text)) => (value.r#type, value.text) = (CD_VALUE_STRING, cd_slice::of(text)),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(integer) => (value.r#type, value.integer) = (CD_VALUE_INT, integer),
            None => (value.r#type, value.number) = (CD_VALUE_FLOAT, number.as_f64().unwrap_or_default()),
        },
        _ => {}
    }
    // SAFETY: the header: `out` begins with its size, and is ours to write as far as that goes. Half a
    // pointer is never written: the copy ends at a multiple of the alignment, a pointer's size
    unsafe {
        value.struct_size = (*out).struct_size;
        let there = (value.struct_size as usize).min(size_of::<cd_value>());
        let there = there - there % align_of::<cd_value>();
        std::ptr::copy_nonoverlapping((&raw const value).cast::<u8>(), out.cast::<u8>(), there);
    }
    i32::from(value.r#type != CD_VALUE_NONE)
}

unsafe extern "C" fn on_log(ctx: *mut c_void, level: u32, target: cd_slice, message: cd_slice) {
    let (services, target, message) =
        unsafe { (services(ctx), self::message(target), self::message(message)) };
    if target.is_empty() {
        services.log(level, &message);
    } else {
        services.log(level, &format!("{target}: {message}"));
    }
}

unsafe extern "C" fn on_scratch(ctx: *mut c_void, size: usize, align: usize) -> *mut c_void {
    unsafe { services(ctx) }.scratch(size, align).unwrap_or(null_mut())
}

unsafe extern "C" fn on_cancelled(_: *mut c_void) -> i32 {
    // nothing takes a call back yet
    0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::{Event, Lent};

    /// A plugin that uses everything that the host does for it.
    unsafe extern "C" fn create(_: u32, host: *const cd_host, instance: *mut *mut c_void) -> i32 {
        // SAFETY, here and below: what the header says
        unsafe {
            let host = &*host;
            host.log.unwrap()(host.ctx, CD_LOG_WARN, cd_slice::of("part"), cd_slice::of("begun"));
            *instance = Box::into_raw(Box::new(host)).cast();
        }
        CD_SUCCESS
    }

    /// What an option holds, for somebody who knows `cd_value` up to a size.
    unsafe fn option(host: &cd_host, name: &str, size: usize) -> cd_value {
        let mut value = cd_value {
            struct_size: size as u32,
            r#type: 77,
            integer: 77,
            number: 77.0,
            text: cd_slice::EMPTY,
        };
        let is_set = unsafe { host.config.unwrap()(host.ctx, cd_slice::of(name), &raw mut value) };
        assert_eq!(is_set == 1, value.r#type != CD_VALUE_NONE);
        value
    }

    unsafe extern "C" fn run(
        own: *mut c_void,
        docs: *const cd_doc,
        _: usize,
        _: usize,
        sink: *const cd_sink,
    ) -> i32 {
        unsafe {
            let (host, doc, sink) = (*own.cast::<&cd_host>(), &*docs, &*sink);
            let values = ["text", "whole", "real", "yes", "none"]
                .map(|name| option(host, name, size_of::<cd_value>()));
            assert_eq!(values.map(|value| value.r#type), [4, 2, 3, 1, 0]);
            assert_eq!((values[1].integer, values[2].number, values[3].integer), (-3, 0.5, 1));
            // half a slice is never written
            assert!(option(host, "text", 32).text.len == 0 && option(host, "whole", 8).integer == 77);

            assert!(
                host.scratch.unwrap()(host.ctx, 1, 32).is_null() && host.cancelled.unwrap()(host.ctx) == 0
            );
            let copy = host.scratch.unwrap()(host.ctx, doc.body.len, 16).cast::<u8>();
            std::ptr::copy_nonoverlapping(doc.body.ptr, copy, doc.body.len);
            sink.article.unwrap()(sink.ctx, 0);
            sink.text.unwrap()(sink.ctx, 0, CD_ROLE_TITLE, cd_slice { ptr: copy, len: doc.body.len });
            sink.field.unwrap()(sink.ctx, 0, cd_slice::of("k"), values[0].text);
            sink.score.unwrap()(sink.ctx, 0, cd_slice::EMPTY, 0.25);
            let nowhere = cd_slice { ptr: std::ptr::null(), len: 3 };
            sink.span.unwrap()(sink.ctx, 1, CD_SPAN_DELETE, 2, 3, nowhere);
            sink.outcome.unwrap()(sink.ctx, 0, CD_OK, cd_slice { ptr: copy, len: usize::MAX });
        }
        CD_SUCCESS
    }

    unsafe extern "C" fn destroy(own: *mut c_void) {
        drop(unsafe { Box::from_raw(own.cast::<&cd_host>()) });
    }

    struct Heard(Vec<String>);

    impl Take for Heard {
        fn room(&self) -> usize {
            100
        }

        fn take(&mut self, doc: u32, event: Event<'_>) {
            let text = if let Event::Text { text: Lent::Bytes(text), .. } = event { text } else { b"" };
            self.0.push(format!("{doc}: {event:?} {}", String::from_utf8_lossy(text)));
        }
    }

    #[test]
    fn what_goes_over_the_boundary_arrives() {
        let values = json!({ "text": "\"v\"", "whole": -3, "real": 0.5, "yes": true });
        let Value::Object(values) = values else { panic!() };
        let table = cd_plugin {
            struct_size: size_of::<cd_plugin>() as u32,
            abi_major: 1,
            abi_minor_min: 0,
            manifest_toml: cd_slice::EMPTY,
            provide_count: 0,
            provide_stride: 0,
            provides: std::ptr::null(),
            create: Some(create),
            run: Some(run),
            flush: None,
            destroy: Some(destroy),
        };
        let notes = Arc::new(Notes::default());
        let blueprint =
            Blueprint { table, provide: 0, plugin: "p".into(), values, notes: Arc::clone(&notes) };
        let mut instance = blueprint.start().unwrap();
        assert_eq!(notes.take(), ["p: part: begun"]);
        for text in ["body", ""] {
            let mut heard = Heard(Vec::new());
            let payload = [None, None, None, None, None, Some(text.as_bytes()), None];
            instance.run(&payload, &mut heard).unwrap();
            let [article, title, field, score, span, outcome] = heard.0.as_slice() else {
                panic!("{:?}", heard.0)
            };
            assert_eq!(article, "0: Article ");
            assert!(
                title.starts_with("0: Text { role: 1, ") && title.ends_with(&format!(" {text}")),
                "{title}"
            );
            assert!(field.contains("[34, 118, 34]"), "{field}");
            assert_eq!(score, "0: Score { name: Bytes([]), value: 0.25 } ");
            assert_eq!(span, "1: Span { op: 1, start: 2, end: 3, replacement: Nowhere(3) } ");
            assert_eq!(outcome, &format!("0: Outcome {{ code: 0, reason: Unread({}) }} ", usize::MAX));
        }
    }
}
