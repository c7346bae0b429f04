//! Corpus stage `site-memory`: lines that recur on many pages of a site.
//!
//! A first reading counts every line, and what stands beside it, for each site; in the second, lines
//! that stand on enough pages are struck where they stand as furniture does. Counts are exact, whatever the
//! memory, the threads and the order of the documents. This crate knows no phrase and no language; what
//! it takes for furniture is what pages share and articles do not.

mod count;
mod lines;
mod site;
mod strike;
mod table;
#[cfg(test)]
mod testing;

use std::io;
use std::sync::Arc;

use copydesk_core::{CorpusStage, Document, Mistake, Options, PlanContext, Scratch, Stage, StageKind, Step};
use serde::{Deserialize, Serialize};

use count::Counter;
pub use site::Site;
use strike::Furniture;
use table::{Table, Threshold};

/// The entry in the list of stages.
pub const SITE_MEMORY: StageKind = StageKind {
    name: "site-memory",
    summary: "strikes lines that recur on many pages of a site",
    manual: include_str!("../manual.md"),
    reasons: &[
        (RECURS_ON_SITE, "stands on many pages of the site, beside the same lines"),
        (RECURS_IN_CORPUS, "recurs on many sites of the corpus, beside the same lines"),
    ],
    schema: || schemars::schema_for!(SiteMemoryOptions),
    build,
};

const RECURS_ON_SITE: &str = "recurs-on-site";
const RECURS_IN_CORPUS: &str = "recurs-in-corpus";

/// A line that recurs on fewer of the sites is none of the corpus. It bounds what is remembered of it: no
/// more lines than a thousand sites have.
const SHARE_OF_SITES: f64 = 0.001;

/// The options of `[[stage]] use = "site-memory"`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SiteMemoryOptions {
    /// A line on fewer pages of its site stays. A page counts a line once.
    pub min_pages: u32,
    /// A line on a smaller share of the pages of its site stays, 0 to 1.
    pub share: f64,
    /// A line that recurs on so many sites goes on every other as well, however few pages of it there
    /// are; 0 leaves sites to themselves.
    pub min_sites: u32,
    /// A line of more words always stays.
    pub max_words: usize,
    /// What makes pages one site: the host of their URL, without `www.`, or the folder that their
    /// file lies in. Pages without a URL go by the folder.
    pub site: Site,
    /// A field of the records that names the site, where they have one: `site-field = "publisher"`.
    pub site_field: Option<String>,
    /// How much memory lines are counted in, in MiB. What does not fit lies on the disk of the output
    /// while the run goes on; the counts are the same.
    pub memory_mib: usize,
}

impl Default for SiteMemoryOptions {
    fn default() -> Self {
        SiteMemoryOptions {
            min_pages: 5,
            share: 0.2,
            min_sites: 5,
            max_words: 60,
            site: Site::Host,
            site_field: None,
            memory_mib: 512,
        }
    }
}

impl SiteMemoryOptions {
    fn on_site(&self) -> Threshold {
        Threshold { least: self.min_pages, share: self.share }
    }

    fn in_corpus(&self) -> Threshold {
        let least = if self.min_sites == 0 { u32::MAX } else { self.min_sites };
        Threshold { least, share: SHARE_OF_SITES }
    }

    fn bytes(&self) -> usize {
        self.memory_mib << 20
    }
}

fn build(options: &Options<'_>, _: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let read: SiteMemoryOptions = options.read()?;
    let mut mistakes = Vec::new();
    if read.min_pages < 2 {
        mistakes.push(options.wrong("min-pages", "is 2 or more: what stands on one page does not recur"));
    }
    if !(0.0..=1.0).contains(&read.share) {
        mistakes.push(options.wrong("share", format!("is a share between 0 and 1, not {}", read.share)));
    }
    if !(1..=1 << 20).contains(&read.memory_mib) {
        mistakes.push(options.wrong("memory-mib", "is between 1 and 1048576"));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    // three quarters for counting; then the table is made beside what is left of it
    let counter = Counter::new(read.bytes() / 4 * 3);
    Ok(Step::Corpus(Arc::new(SiteMemory { counter, options: read })))
}

struct SiteMemory {
    counter: Counter,
    options: SiteMemoryOptions,
}

impl CorpusStage for SiteMemory {
    fn observe(&self, document: &Document, scratch: &dyn Scratch) -> io::Result<()> {
        let name = site::name(document, self.options.site, self.options.site_field.as_deref());
        let keys = lines::keys(lines::site(&name), &lines::of(document, self.options.max_words));
        // the documents of a unit come from one worker
        self.counter.add(document.source.sequence >> 32, &keys, scratch)
    }

    fn decide(&self, scratch: &dyn Scratch) -> io::Result<Arc<dyn Stage>> {
        let options = self.options.clone();
        let (on_site, in_corpus) = (options.on_site(), options.in_corpus());
        let mut counts = self.counter.drain()?;
        let table = Table::build(&mut counts, on_site, in_corpus, options.bytes() / 4, scratch)?;
        Ok(Arc::new(Furniture { table, options }))
    }
}
