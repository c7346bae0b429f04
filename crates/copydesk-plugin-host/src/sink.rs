//! The callbacks that a plugin emits through, as events.

// they are called from C, with pointers
#![allow(unsafe_code)]

use std::ffi::c_void;

use copydesk_plugin_abi::{cd_sink, cd_slice};

use crate::event::{Event, Lent, Take};

/// The callbacks that hand events to `taker`. It must stay in its place while they are used.
pub(crate) fn sink<T: Take>(taker: *mut T) -> cd_sink {
    cd_sink {
        struct_size: size_of::<cd_sink>() as u32,
        reserved: 0,
        ctx: taker.cast(),
        article: Some(on_article::<T>),
        text: Some(on_text::<T>),
        field: Some(on_field::<T>),
        score: Some(on_score::<T>),
        span: Some(on_span::<T>),
        outcome: Some(on_outcome::<T>),
    }
}

/// The taker behind a callback's first argument.
///
/// # Safety
/// `ctx` is what [`sink`] put into the sink, and the call of `run` is still going on.
unsafe fn taker<'a, T: Take>(ctx: *mut c_void) -> &'a mut T {
    // SAFETY: the caller; callbacks come one at a time and do not call each other
    unsafe { &mut *ctx.cast::<T>() }
}

/// The bytes that a plugin lends for the time of a callback, unless there are more than `room`.
///
/// # Safety
/// They are there.
pub(crate) unsafe fn lent<'a>(slice: cd_slice, room: usize) -> Lent<'a> {
    match (slice.ptr.is_null(), slice.len) {
        (_, 0) => Lent::Bytes(&[]),
        (true, length) => Lent::Nowhere(length),
        (false, length) if length > room => Lent::Unread(length),
        // SAFETY: the caller; neither null nor longer than memory can be
        (false, length) => Lent::Bytes(unsafe { std::slice::from_raw_parts(slice.ptr, length) }),
    }
}

// SAFETY, for all callbacks: the header lends them `ctx` and the slices for the time of the call

unsafe extern "C" fn on_article<T: Take>(ctx: *mut c_void, doc: u32) {
    unsafe { taker::<T>(ctx) }.take(doc, Event::Article);
}

unsafe extern "C" fn on_text<T: Take>(ctx: *mut c_void, doc: u32, role: u32, text: cd_slice) {
    let taker = unsafe { taker::<T>(ctx) };
    let text = unsafe { lent(text, taker.room()) };
    taker.take(doc, Event::Text { role, text });
}

unsafe extern "C" fn on_field<T: Take>(ctx: *mut c_void, doc: u32, key: cd_slice, json: cd_slice) {
    let taker = unsafe { taker::<T>(ctx) };
    let room = taker.room();
    let (key, json) = unsafe { (lent(key, room), lent(json, room)) };
    taker.take(doc, Event::Field { key, json });
}

unsafe extern "C" fn on_score<T: Take>(ctx: *mut c_void, doc: u32, name: cd_slice, value: f64) {
    let taker = unsafe { taker::<T>(ctx) };
    let name = unsafe { lent(name, taker.room()) };
    taker.take(doc, Event::Score { name, value });
}

unsafe extern "C" fn on_span<T: Take>(
    ctx: *mut c_void,
    doc: u32,
    op: u32,
    start: u64,
    end: u64,
    replacement: cd_slice,
) {
    let taker = unsafe { taker::<T>(ctx) };
    let replacement = unsafe { lent(replacement, taker.room()) };
    taker.take(doc, Event::Span { op, start, end, replacement });
}

unsafe extern "C" fn on_outcome<T: Take>(ctx: *mut c_void, doc: u32, code: u32, reason: cd_slice) {
    let taker = unsafe { taker::<T>(ctx) };
    let reason = unsafe { lent(reason, taker.room()) };
    taker.take(doc, Event::Outcome { code, reason });
}
