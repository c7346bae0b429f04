//! Between Rust and the C interface. Not for authors: [`export!`](crate::export) uses it.
//!
//! Every function that the host calls ends here. Each catches panics, reads the host's structs only
//! as far as their sizes say, and hands on nothing but borrowed Rust values.

// the C interface is raw pointers and function pointers; everything that touches them is in this file
#![allow(unsafe_code)]
#![allow(missing_docs)] // hidden

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::mem::{offset_of, size_of};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use copydesk_plugin_abi::*;
use serde::de::DeserializeOwned;

use crate::out::Emit;
use crate::{
    Doc, Edits, Encoder, Extractor, Filter, Host, Level, Out, Outcome, Role, Scores, Transform, Verdict,
};

/// What the host lends for the life of an instance, as far as its size says that it is there.
struct Lent(cd_host);

/// Whatever a plugin provides, as it is behind the host's pointer.
struct Instance {
    work: Box<dyn Work>,
    host: Lent,
}

/// What the kinds have in common: a document comes in, and something goes out.
trait Work: Send {
    fn read(&mut self, doc: &Doc<'_>, emit: &mut dyn Emit) -> Outcome;
}

/// Makes what a plugin provides from its options as JSON.
pub type Maker = fn(&str, &Host<'_>) -> Result<Made, String>;

/// Something that a plugin provides.
pub struct Made(Box<dyn Work>);

fn options<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| format!("the options do not fit: {error}"))
}

/// `extractor: TYPE` in [`export!`](crate::export).
pub mod extractor {
    use super::*;

    pub const KIND: u32 = CD_KIND_EXTRACTOR;

    struct It<E>(E);

    impl<E: Extractor> Work for It<E> {
        fn read(&mut self, doc: &Doc<'_>, emit: &mut dyn Emit) -> Outcome {
            self.0.extract(doc, &mut Out { emit })
        }
    }

    pub fn make<E: Extractor>(json: &str, host: &Host<'_>) -> Result<Made, String> {
        Ok(Made(Box::new(It(E::new(options(json)?, host)?))))
    }
}

/// `filter: TYPE`.
pub mod filter {
    use super::*;

    pub const KIND: u32 = CD_KIND_FILTER;

    struct It<F>(F);

    impl<F: Filter> Work for It<F> {
        fn read(&mut self, doc: &Doc<'_>, emit: &mut dyn Emit) -> Outcome {
            match self.0.judge(doc, &mut Scores { emit }) {
                Verdict::Keep => Outcome::Done,
                Verdict::Drop(reason) => Outcome::Drop(reason),
                Verdict::Failed(reason) => Outcome::Failed(reason),
            }
        }
    }

    pub fn make<F: Filter>(json: &str, host: &Host<'_>) -> Result<Made, String> {
        Ok(Made(Box::new(It(F::new(options(json)?, host)?))))
    }
}

/// `transform: TYPE`.
pub mod transform {
    use super::*;

    pub const KIND: u32 = CD_KIND_TRANSFORM;

    struct It<T>(T);

    impl<T: Transform> Work for It<T> {
        fn read(&mut self, doc: &Doc<'_>, emit: &mut dyn Emit) -> Outcome {
            let done = self.0.transform(doc, &mut Edits { emit });
            done.map_or_else(Outcome::Failed, |()| Outcome::Done)
        }
    }

    pub fn make<T: Transform>(json: &str, host: &Host<'_>) -> Result<Made, String> {
        Ok(Made(Box::new(It(T::new(options(json)?, host)?))))
    }
}

/// `encoder: TYPE`.
pub mod encoder {
    use super::*;

    pub const KIND: u32 = CD_KIND_ENCODER;

    struct It<E>(E);

    impl<E: Encoder> Work for It<E> {
        fn read(&mut self, doc: &Doc<'_>, emit: &mut dyn Emit) -> Outcome {
            let encoded = self.0.encode(doc);
            encoded.map_or_else(Outcome::Failed, |bytes| {
                emit.raw(&bytes);
                Outcome::Done
            })
        }
    }

    pub fn make<E: Encoder>(json: &str, host: &Host<'_>) -> Result<Made, String> {
        Ok(Made(Box::new(It(E::new(options(json)?, host)?))))
    }
}

/// The list of what a plugin provides, in memory that lives as long as the library.
#[repr(transparent)]
pub struct Provides<const N: usize>([cd_provide; N]);

// SAFETY: the pointers in it are null
unsafe impl<const N: usize> Sync for Provides<N> {}

impl<const N: usize> Provides<N> {
    /// Things of those kinds, named by the manifest alone.
    pub const fn of(kinds: [u32; N]) -> Self {
        let mut provides = [cd_provide { kind: 0, flags: 0, id: cd_slice::EMPTY }; N];
        let mut n = 0;
        while n < N {
            provides[n].kind = kinds[n];
            n += 1;
        }
        Provides(provides)
    }
}

/// The plugin's table, in memory that lives as long as the library.
#[repr(transparent)]
pub struct Table(cd_plugin);

// SAFETY: it is never written to, and what its pointers point to is static and never written to
unsafe impl Sync for Table {}

type Create = unsafe extern "C" fn(u32, *const cd_host, *mut *mut c_void) -> i32;

impl Table {
    pub const fn new<const N: usize>(
        manifest: &'static str,
        provides: &'static Provides<N>,
        create: Create,
    ) -> Self {
        Table(cd_plugin {
            struct_size: size_of::<cd_plugin>() as u32,
            abi_major: CD_ABI_MAJOR,
            abi_minor_min: 0,
            manifest_toml: cd_slice::of(manifest),
            provide_count: N as u32,
            provide_stride: size_of::<cd_provide>() as u32,
            provides: provides.0.as_ptr(),
            create: Some(create),
            run: Some(run),
            flush: None,
            destroy: Some(destroy),
        })
    }

    pub fn as_ptr(&self) -> *const cd_plugin {
        &raw const self.0
    }
}

/// What `copydesk plugin test` has among the options when it wants to see a panic caught. In a text the
/// quotation marks would have a backslash before them.
const PANIC_WISH: &str = "\"__panic\":true";

/// # Safety
/// `host` and `instance` are as the header says of `create`.
pub unsafe fn create(
    makers: &[Maker],
    provide: u32,
    host: *const cd_host,
    instance: *mut *mut c_void,
) -> i32 {
    // SAFETY: the header: `host` begins with its size and lives until `destroy` returns
    let host = Lent(unsafe { read_sized(host) });
    let made = guarded(|| {
        let make = makers.get(provide as usize).ok_or("there is no such thing in it")?;
        // SAFETY: the header: UTF-8, lent until `destroy` returns
        let options = unsafe { text(host.0.config_json) };
        assert!(!options.contains(PANIC_WISH), "as the panic self-test asks");
        make(options, &Host { log: &|level, message| host.log(level, message) })
    });
    let work = match made {
        Ok(Ok(Made(work))) => work,
        Ok(Err(refusal)) => {
            host.log(Level::Error, &refusal);
            return CD_FAILED_CONFIG;
        }
        Err(panic) => {
            host.log(Level::Error, &panic);
            return CD_FAILED_PANIC;
        }
    };
    // SAFETY: the header: `instance` is for us to write
    unsafe { instance.write(Box::into_raw(Box::new(Instance { work, host })).cast()) };
    CD_SUCCESS
}

unsafe extern "C" fn run(
    instance: *mut c_void,
    docs: *const cd_doc,
    doc_stride: usize,
    doc_count: usize,
    sink: *const cd_sink,
) -> i32 {
    // SAFETY: the header: what `create` made, used by one thread at a time
    let instance = unsafe { &mut *instance.cast::<Instance>() };
    // SAFETY: the header: `sink` begins with its size
    let sink = unsafe { read_sized(sink) };
    for index in 0..doc_count {
        // SAFETY: the header: `doc_count` documents, `doc_stride` apart
        let doc = unsafe { read_sized(docs.byte_add(index * doc_stride)) };
        let mut lane = Lane { sink: &sink, host: &instance.host, doc: index as u32 };
        let work = &mut instance.work;
        let outcome = guarded(|| {
            // SAFETY: the header: UTF-8, lent until this call returns
            let doc = unsafe { borrowed(&doc) };
            work.read(&doc, &mut lane)
        });
        match outcome {
            Ok(outcome) => lane.outcome(&outcome),
            Err(panic) => {
                lane.log(Level::Error, &panic);
                lane.outcome(&Outcome::Failed(panic));
                return CD_FAILED_PANIC;
            }
        }
    }
    CD_SUCCESS
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    if instance.is_null() {
        return;
    }
    // SAFETY: the header: what `create` made, handed back once
    let instance = unsafe { Box::from_raw(instance.cast::<Instance>()) };
    // there is nobody left who could be told
    let _ = guarded(move || drop(instance));
}

impl Lent {
    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Error => CD_LOG_ERROR,
            Level::Warn => CD_LOG_WARN,
            Level::Info => CD_LOG_INFO,
            Level::Debug => CD_LOG_DEBUG,
        };
        if let Some(log) = self.0.log {
            // SAFETY: the header: `ctx` is its first argument; the slices live through the call
            unsafe { log(self.0.ctx, level, cd_slice::EMPTY, cd_slice::of(message)) }
        }
    }
}

/// The way out for one document of a call.
struct Lane<'a> {
    sink: &'a cd_sink,
    host: &'a Lent,
    doc: u32,
}

// SAFETY, for all calls below: `ctx` is their first argument, `doc` is a document of the current
// call of `run`, and the slices live until the callback returns
impl Emit for Lane<'_> {
    fn article(&mut self) {
        if let Some(article) = self.sink.article {
            unsafe { article(self.sink.ctx, self.doc) }
        }
    }

    fn text(&mut self, role: Role, text: &str) {
        if let Some(emit) = self.sink.text {
            unsafe { emit(self.sink.ctx, self.doc, role as u32, cd_slice::of(text)) }
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        let bytes = cd_slice { ptr: bytes.as_ptr(), len: bytes.len() };
        if let Some(emit) = self.sink.text {
            unsafe { emit(self.sink.ctx, self.doc, CD_ROLE_RAW, bytes) }
        }
    }

    fn field(&mut self, key: &str, json: &str) {
        if let Some(field) = self.sink.field {
            unsafe { field(self.sink.ctx, self.doc, cd_slice::of(key), cd_slice::of(json)) }
        }
    }

    fn score(&mut self, name: &str, value: f64) {
        if let Some(score) = self.sink.score {
            unsafe { score(self.sink.ctx, self.doc, cd_slice::of(name), value) }
        }
    }

    fn span(&mut self, range: Range<usize>, replacement: Option<&str>) {
        let op = if replacement.is_some() { CD_SPAN_REPLACE } else { CD_SPAN_DELETE };
        let text = cd_slice::of(replacement.unwrap_or_default());
        if let Some(span) = self.sink.span {
            unsafe { span(self.sink.ctx, self.doc, op, range.start as u64, range.end as u64, text) }
        }
    }

    fn log(&mut self, level: Level, message: &str) {
        self.host.log(level, message);
    }

    fn is_cancelled(&self) -> bool {
        self.host.0.cancelled.is_some_and(|cancelled| unsafe { cancelled(self.host.0.ctx) } != 0)
    }
}

impl Lane<'_> {
    fn outcome(&self, outcome: &Outcome) {
        let (code, reason) = match outcome {
            Outcome::Done => (CD_OK, ""),
            Outcome::NotMine => (CD_NOT_MINE, ""),
            Outcome::Failed(reason) => (CD_ERROR, reason.as_str()),
            Outcome::Drop(reason) => (CD_DROP, reason.as_str()),
        };
        if let Some(emit) = self.sink.outcome {
            // SAFETY: as above
            unsafe { emit(self.sink.ctx, self.doc, code, cd_slice::of(reason)) }
        }
    }
}

/// A struct of the interface for which all bits 0 is a value: nothing, no function, no bytes.
trait Sized32: Copy {
    /// Of the whole struct, and of its `struct_size`, which comes first.
    const SIZE: usize;
}

macro_rules! sized32 {
    ($($name:ident)+) => {$(
        impl Sized32 for $name {
            const SIZE: usize = size_of::<$name>();
        }
        const _: () = assert!(offset_of!($name, struct_size) == 0);
        const _: () = assert!(align_of::<$name>() == size_of::<*const u8>());
    )+};
}
sized32! { cd_host cd_doc cd_sink }

/// A copy of a struct as far as its own size says that it is there; the rest is zero. A size that
/// ends inside a member counts up to that member: half a pointer is none.
///
/// # Safety
/// `pointer` is aligned to four and points to at least as many bytes as its first four say.
unsafe fn read_sized<T: Sized32>(pointer: *const T) -> T {
    let mut copy = std::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: the caller; the copy is no longer than either side. It ends at a multiple of the
    // alignment, which is the size of a pointer, so that every pointer in it is whole or null; a
    // slice may lose its length, which is then 0. Zero is a value of every member
    unsafe {
        let there = (*pointer.cast::<u32>() as usize).min(T::SIZE);
        let there = there - there % align_of::<T>();
        std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), there);
        copy.assume_init()
    }
}

/// A text that the host lends. The host promises UTF-8 as it promises the address: to look through a page
/// again would be half of what a call costs (`benches/boundary.rs` of the host).
///
/// # Safety
/// The slice is UTF-8, and lives as long as the result is used.
unsafe fn text<'a>(slice: cd_slice) -> &'a str {
    if slice.len == 0 || slice.ptr.is_null() {
        return "";
    }
    // SAFETY: the caller
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(slice.ptr, slice.len)) }
}

/// # Safety
/// What the document points to is UTF-8, and lives as long as the result is used.
unsafe fn borrowed<'a>(doc: &cd_doc) -> Doc<'a> {
    // SAFETY: the caller
    let [id, url, mime, language, file, body, metadata] =
        [doc.id, doc.url, doc.mime, doc.lang, doc.file, doc.body, doc.meta_json]
            .map(|slice| unsafe { text(slice) });
    let known = |text: &'a str| (!text.is_empty()).then_some(text);
    Doc { id, url: known(url), mime, language: known(language), file, body, metadata }
}

thread_local! {
    static IN_CALL: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the author's code. A panic comes back as its text and place instead of being printed.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    IN_CALL.set(true);
    // whoever panicked is not used again: the host destroys the instance
    let result = catch_unwind(AssertUnwindSafe(work));
    IN_CALL.set(false);
    result.map_err(|payload| {
        let told = PANIC.take();
        // dropping a payload may panic as well; whoever goes on like that keeps the memory
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(again);
        }
        told
    })
}

/// Panics outside of the host's calls, in the author's own threads and tests, go the usual way.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if IN_CALL.get() {
                PANIC.set(panic.to_string().replace('\n', " "));
            } else {
                usual(panic);
            }
        }));
    });
}
