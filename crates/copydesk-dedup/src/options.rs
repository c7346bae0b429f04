//! The options of the stage, what each does to an article, and which of them make no sense.

use copydesk_core::{Document, Mistake, Options};
use serde::{Deserialize, Serialize};

use crate::date;

/// The options of `[[stage]] use = "dedup"`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DedupOptions {
    /// What is compared: the `document` as a whole; or each `paragraph` of prose, or each `line`, a block of the
    /// extractor, with those of other documents. With these, exact copies of whole documents go, too, and the
    /// options of near copies are of no use.
    pub scope: Scope,
    /// How copies are told: `exact`, documents of the same words in the same order, whatever their case,
    /// punctuation and white space; `near`, those and documents that share most of their runs of words.
    pub method: Method,
    /// From which similarity on documents are copies, above 0 and up to 1, where `method` is `near`: the
    /// share of runs of words that both have, of all that either has.
    pub threshold: f64,
    /// What similarity is: `jaccard`, what two documents share of what either has; `containment`, what they
    /// share of what the shorter one has, which finds a text inside a longer one if they are not too unequal.
    pub measure: Measure,
    /// Whether similarity is worked out from the words of both documents before one of them goes. Without it,
    /// sketches decide: less room on disk, but documents below the threshold go with some probability, which
    /// `copydesk plan` shows.
    pub verify: bool,
    /// Which of several copies stays: the `first` that was read, the `longest`, the `earliest` or the
    /// `latest` by its date; of equals, the first.
    pub keep: Keep,
    /// A line or paragraph that fewer documents say stays. A document counts once, and copies of it do not.
    pub min_documents: usize,
    /// A line or paragraph that stands on fewer sites stays. A site is the host of the URL, without `www.`,
    /// or the folder of the file.
    pub min_sites: usize,
    /// A line or paragraph of fewer words stays: short lines recur lawfully.
    pub min_words: usize,
    /// Whether lines and paragraphs that recur are struck; if not, their documents are remarked upon, and
    /// the report counts them.
    pub strike: bool,
    /// A folder that remembers documents, so that the next dump is compared with all that came before it; made
    /// if it is not there. A document goes because of those in the index and those before it in the dump.
    pub index: Option<String>,
    /// A name for what the index holds: a run that says another is refused.
    pub corpus: Option<String>,
    /// How many words make a run; of a shorter text, all of it is one.
    pub shingle_words: usize,
    /// How many characters make a run in texts that are mostly in a script without spaces: Chinese,
    /// Japanese, Thai.
    pub shingle_characters: usize,
    /// How much memory is used for sorting and looking up, in MiB, besides some 60 bytes for each document
    /// that has a copy. What does not fit lies on the disk of the output while the run goes on.
    pub memory_mib: usize,
}

impl Default for DedupOptions {
    fn default() -> Self {
        DedupOptions {
            scope: Scope::Document,
            method: Method::Near,
            threshold: 0.8,
            measure: Measure::Jaccard,
            verify: true,
            keep: Keep::First,
            min_documents: 3,
            min_sites: 1,
            min_words: 5,
            strike: true,
            index: None,
            corpus: None,
            shingle_words: 5,
            shingle_characters: 13,
            memory_mib: 512,
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Whole documents.
    Document,
    /// Blocks of prose.
    Paragraph,
    /// Blocks.
    Line,
}

/// How copies are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The same words in the same order.
    Exact,
    /// Most runs of words are the same.
    Near,
}

/// What similarity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// What is shared, of what either has.
    Jaccard,
    /// What is shared, of what the shorter one has.
    Containment,
}

/// Which of several copies stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The first that was read.
    First,
    /// The one of most words.
    Longest,
    /// The one of the earliest date.
    Earliest,
    /// The one of the latest date.
    Latest,
}

impl DedupOptions {
    /// Are documents looked for that are no exact copies?
    pub(crate) fn is_near(&self) -> bool {
        self.scope == Scope::Document && self.method == Method::Near
    }
}

impl Keep {
    /// How good a document is among its copies: the smallest is the best. Documents without a date come
    /// behind those that have one.
    pub(crate) fn rank(self, document: &Document, words: usize) -> u64 {
        let date = || document.date.as_deref().and_then(date::seconds);
        match self {
            Keep::First => 0,
            Keep::Longest => u64::MAX - words as u64,
            Keep::Earliest => date().unwrap_or(u64::MAX),
            Keep::Latest => date().map_or(u64::MAX, |seconds| u64::MAX - 1 - seconds),
        }
    }
}

/// The options as they were written, or every mistake in them.
pub(crate) fn read(options: &Options<'_>) -> Result<DedupOptions, Vec<Mistake>> {
    let read: DedupOptions = options.read()?;
    let mut mistakes = Vec::new();
    if !(read.threshold > 0.0 && read.threshold <= 1.0) {
        let message = format!("is a share above 0 and up to 1, not {}", read.threshold);
        mistakes.push(options.wrong("threshold", message));
    }
    for (key, value) in
        [("shingle-words", read.shingle_words), ("shingle-characters", read.shingle_characters)]
    {
        if !(1..=1000).contains(&value) {
            mistakes.push(options.wrong(key, format!("is between 1 and 1000, not {value}")));
        }
    }
    if read.min_documents < 2 {
        mistakes.push(options.wrong("min-documents", "is 2 or more: what one document says does not recur"));
    }
    if read.index.is_some() && (read.keep != Keep::First || read.scope != Scope::Document) {
        let message =
            "goes with `scope = \"document\"` and `keep = \"first\"`: what is exported stays exported";
        mistakes.push(options.wrong("index", message));
    }
    if read.scope != Scope::Document && read.keep != Keep::First {
        mistakes.push(
            options.wrong("keep", "is `first` where lines are compared: each stays where it is said first"),
        );
    }
    if !(1..=1 << 20).contains(&read.memory_mib) {
        mistakes.push(options.wrong("memory-mib", "is between 1 and 1048576"));
    }
    if mistakes.is_empty() { Ok(read) } else { Err(mistakes) }
}
