//! Payloads on their way to an extractor that takes many at a time.
//!
//! What becomes of a payload is the same, and comes in the same order, as if each had been handed over alone:
//! a batch ends where the next payload is for another extractor, and what one extractor hands on goes to
//! the next by itself.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::plan::{panic_message, settle};
use crate::{Document, Extraction, Extractor, Plan, Quarantined, Source};

/// A batch is full with so many bytes of text or so many payloads. An extractor that works elsewhere has
/// one half to do while the other travels.
const BYTES: usize = 512 << 10;
const PAYLOADS: usize = 128;

/// Payloads that wait until they are enough.
#[derive(Default)]
pub(crate) struct Batch {
    payloads: Vec<Document>,
    bytes: usize,
}

impl Batch {
    /// Adds a payload; `true` when the batch is full.
    pub(crate) fn push(&mut self, payload: Document) -> bool {
        self.bytes += payload.text.len();
        self.payloads.push(payload);
        self.bytes >= BYTES || self.payloads.len() >= PAYLOADS
    }

    pub(crate) fn take(&mut self) -> Vec<Document> {
        self.bytes = 0;
        std::mem::take(&mut self.payloads)
    }
}

/// Is told of each payload, in order: whether it can be read, and the articles in it.
pub(crate) type Each<'a> = dyn FnMut(Result<(), Quarantined>, &mut Vec<Document>) -> ControlFlow<()> + 'a;

impl Plan {
    /// Is there an extractor that takes many payloads at a time?
    pub(crate) fn takes_batches(&self) -> bool {
        self.extractors().iter().any(|extractor| extractor.takes_batches())
    }

    /// Turns payloads into their articles, as [`extract`](Plan::extract) does for one, until `each` has
    /// enough.
    pub(crate) fn extract_all(&self, payloads: Vec<Document>, each: &mut Each<'_>) -> ControlFlow<()> {
        let extractors = self.extractors();
        let claimant = |payload: &Document| extractors.iter().position(|extractor| extractor.claims(payload));
        let mut payloads = payloads.into_iter().peekable();
        let mut articles = Vec::new();
        while let Some(payload) = payloads.next() {
            let first = claimant(&payload);
            let Some(n) = first.filter(|n| extractors[*n].takes_batches()) else {
                articles.clear();
                each(self.extract(payload, &mut articles), &mut articles)?;
                continue;
            };
            let mut batch = vec![payload];
            batch.extend(std::iter::from_fn(|| payloads.next_if(|payload| claimant(payload) == first)));
            hand_over(batch, extractors[n].as_ref(), &extractors[n + 1..], each)?;
        }
        ControlFlow::Continue(())
    }
}

/// Hands payloads to one extractor, and what is none of its own to the `others`.
fn hand_over(
    payloads: Vec<Document>,
    extractor: &dyn Extractor,
    others: &[Arc<dyn Extractor>],
    each: &mut Each<'_>,
) -> ControlFlow<()> {
    let mut sources: VecDeque<_> = payloads.iter().map(|payload| payload.source.clone()).collect();
    let mut flow = ControlFlow::Continue(());
    let is_ours = Cell::new(false);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        extractor.extract_all(payloads, &mut |extraction, articles| {
            let source = sources.pop_front().expect("an extractor speaks of each payload once");
            let settled = settled(extraction, source, extractor.name(), others, articles);
            is_ours.set(true);
            flow = each(settled, articles);
            is_ours.set(false);
            flow
        });
    }));
    let silent = || format!("{} said nothing of it", extractor.name());
    let detail = match outcome {
        // what panicked was no extractor
        Err(panic) if is_ours.get() => resume_unwind(panic),
        Err(panic) => panic_message(&*panic),
        Ok(()) => silent(),
    };
    for source in sources {
        flow?;
        let record = Quarantined { source, reason: "panicked".into(), detail: detail.clone() };
        flow = each(Err(record), &mut Vec::new());
    }
    flow
}

fn settled(
    extraction: Extraction,
    source: Source,
    name: &str,
    others: &[Arc<dyn Extractor>],
    articles: &mut Vec<Document>,
) -> Result<(), Quarantined> {
    let (reason, detail) = match extraction {
        Extraction::NotMine(payload) => {
            articles.clear();
            return settle(others, *payload, articles);
        }
        Extraction::Done if articles.is_empty() => ("no-article", format!("{name} found no article")),
        Extraction::Done => return Ok(()),
        Extraction::Failed { reason, detail } => (reason, detail),
    };
    articles.clear();
    Err(Quarantined { source, reason: reason.into(), detail })
}
