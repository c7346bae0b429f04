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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, PlanContext, StageKind, Step};

    /// Does what a payload says; takes those of the type `many`, and many at a time.
    struct Many;

    /// Takes everything.
    struct Single;

    impl Extractor for Many {
        fn name(&self) -> &str {
            "many"
        }

        fn claims(&self, payload: &Document) -> bool {
            payload.mime == "many"
        }

        fn extract(&self, payload: Document, articles: &mut Vec<Document>) -> Extraction {
            articles.push(Document::from_text("emitted before it knew"));
            match payload.text.as_str() {
                "not mine" => return Extraction::NotMine(Box::new(payload)),
                "unreadable" => return Extraction::Failed { reason: "torn", detail: "line 3".into() },
                "empty" => articles.clear(),
                "panic" => panic!("no hope"),
                _ => articles.push(payload),
            }
            Extraction::Done
        }

        fn takes_batches(&self) -> bool {
            true
        }
    }

    impl Extractor for Single {
        fn name(&self) -> &str {
            "single"
        }

        fn claims(&self, _: &Document) -> bool {
            true
        }

        fn extract(&self, mut payload: Document, articles: &mut Vec<Document>) -> Extraction {
            payload.text.insert_str(0, "single: ");
            articles.push(payload);
            Extraction::Done
        }
    }

    fn plan() -> Plan {
        let kind = StageKind {
            name: "extract",
            summary: "",
            manual: "",
            reasons: &[],
            schema: || schemars::schema_for!(()),
            build: |_, context| Ok(Step::Extract(context.extractors.clone())),
        };
        let (config, _) = Config::parse("[[stage]]\nuse = \"extract\"\n");
        let context =
            PlanContext { extractors: vec![Arc::new(Many), Arc::new(Single)], ..Default::default() };
        Plan::new(&config, &[kind], &context).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
    }

    fn payloads(words: &[&'static str]) -> Vec<Document> {
        let payload = |word: &&'static str| {
            let (mime, text) = word.split_once('/').unwrap();
            Document { mime: mime.into(), ..Document::from_text(text) }
        };
        words.iter().map(payload).collect()
    }

    /// What came of a payload, in one line.
    fn line(extracted: Result<(), Quarantined>, articles: &[Document]) -> String {
        let texts: Vec<_> = articles.iter().map(|article| article.text.as_str()).collect();
        let refusal = extracted.err().map(|record| format!("{}: {}", record.reason, record.detail));
        format!("{texts:?} {}", refusal.unwrap_or_default())
    }

    fn together(payloads: Vec<Document>, most: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let _ = plan().extract_all(payloads, &mut |extracted, articles| {
            lines.push(line(extracted, articles));
            articles.clear();
            if lines.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        lines
    }

    const WORDS: [&str; 9] = [
        "many/one",
        "many/not mine",
        "many/two",
        "few/alone",
        "many/unreadable",
        "many/empty",
        "few/alone again",
        "few/and again",
        "many/three",
    ];

    #[test]
    fn in_a_batch_payloads_become_what_they_become_alone() {
        let alone = |payload| {
            let mut articles = Vec::new();
            line(plan().extract(payload, &mut articles), &articles)
        };
        let apart: Vec<_> = payloads(&WORDS).into_iter().map(alone).collect();
        assert_eq!(together(payloads(&WORDS), 100), apart);
        assert_eq!(apart[0], "[\"emitted before it knew\", \"one\"] ");
        assert_eq!(apart[4..6], ["[] torn: line 3", "[] no-article: many found no article"]);
        assert!((0..WORDS.len()).all(|most| together(payloads(&WORDS), most + 1) == apart[..most + 1]));
    }

    #[test]
    fn a_panic_costs_what_was_handed_over_and_not_yet_answered() {
        let words = ["many/one", "many/panic", "many/two", "few/alone", "many/three"];
        let lines = together(payloads(&words), 100);
        let panicked = "[] panicked: no hope";
        assert_eq!(lines[1..4], [panicked, panicked, "[\"single: alone\"] "]);
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn a_panic_behind_the_extractor_is_not_its_own() {
        let outcome = catch_unwind(|| {
            plan().extract_all(payloads(&["many/one"]), &mut |_, _| panic!("the disk is full"))
        });
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"the disk is full"));
    }

    #[test]
    fn a_batch_is_full_with_so_many_or_so_much() {
        let mut batch = Batch::default();
        assert_eq!((1..).find(|_| batch.push(Document::from_text("few"))), Some(PAYLOADS));
        assert_eq!((batch.take().len(), batch.bytes), (PAYLOADS, 0));
        assert!(!batch.push(Document::from_text("a")) && batch.push(Document::from_text("a".repeat(BYTES))));
    }
}
