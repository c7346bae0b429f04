//! Memory of a tree, as its document says and as the allocator counts.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use copydesk_html::{Options, parse};

use crate::pages::Page;

/// Counts what is allocated.
pub(crate) struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to mimalloc as it is; only numbers are kept.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { mimalloc::MiMalloc.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { mimalloc::MiMalloc.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_sub(layout.size(), Relaxed);
        grow(size);
        unsafe { mimalloc::MiMalloc.realloc(memory, layout, size) }
    }
}

fn grow(size: usize) {
    let live = LIVE.fetch_add(size, Relaxed) + size;
    PEAK.fetch_max(live, Relaxed);
}

/// What a page costs: live memory of its tree, and the most at any time while it is built.
pub(crate) fn of(html: &[u8]) -> (usize, usize) {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let document = parse(html, &Options::default());
    let (live, peak) = (LIVE.load(Relaxed) - before, PEAK.load(Relaxed) - before);
    drop(document);
    (live, peak)
}

pub(crate) fn run(pages: &[Page]) {
    let (mut bytes, mut live, mut peak) = (0, 0, 0);
    let mut worst = (0.0, String::new());
    for page in pages {
        let (one_live, one_peak) = of(&page.html);
        let ratio = one_live as f64 / page.html.len() as f64;
        if ratio > worst.0 {
            worst = (ratio, page.name.clone());
        }
        (bytes, live, peak) = (bytes + page.html.len(), live + one_live, peak + one_peak);
    }
    let share = |part: usize| part as f64 / bytes as f64;
    println!("{} pages, {} MB", pages.len(), bytes / 1_000_000);
    println!(
        "memory of the tree for a byte of HTML: {:.2}, while it is built {:.2}",
        share(live),
        share(peak)
    );
    println!("worst page: {:.2} ({})", worst.0, worst.1);
}
