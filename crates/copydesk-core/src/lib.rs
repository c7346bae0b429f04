//! The contract of copydesk: what a document is, what a stage may do to it, and how a list of
//! stages becomes a run.
//!
//! An article travels through this crate as a [`Document`]. An [`Extractor`] splits its text into
//! [`Block`]s, [`Stage`]s put a [`Removal`] on the blocks that do not belong, and an [`Exporter`]
//! writes what is left together with the trail of what went. What the user wrote is a [`Config`];
//! checked, it is a [`Plan`]; carried out by [`run`], it leaves a [`Report`].
//!
//! The crate names no stage, knows no file format, no HTML and no command line, and never touches
//! a file: documents come in through [`Input`], and what an [`Exporter`] makes of them goes out
//! through [`Output`]. What a run has done so far is in its [`Journal`].

mod batch;
mod config;
mod document;
mod fold;
pub mod headline;
mod identity;
mod journal;
mod mistake;
mod options;
mod output;
mod overflow;
mod plan;
pub mod prose;
mod report;
mod run;
pub mod sorted;
mod stage;
#[doc(hidden)]
pub mod testing;
mod window;

pub use config::{Config, StageEntry};
pub use document::{
    Block, BlockKind, Document, Evidence, Mark, MarkKind, Marker, Remark, Removal, Source, Span,
};
pub use fold::{Digits, first_words, fold, fold_into, last_words};
pub use identity::{Change, Identity, InputIdentity, PluginIdentity};
pub use journal::{Journal, JournalError};
pub use mistake::{ConfigError, Mistake, nearest};
pub use options::Options;
pub use output::{Output, OutputFile, OutputFiles, PartFile, Scratch, ScratchFile, Seal};
pub use overflow::Overflow;
pub use plan::{Plan, PlanContext};
pub use report::{Count, Findings, Quarantined, Report, Tally};
pub use run::{Input, Job, Outcome, Progress, Reading, RunError, Unit, run};
pub use stage::{
    CorpusStage, EachExtraction, Encoder, Envelope, Exporter, Extraction, Extractor, Guest, Part, Stage,
    StageKind, Step,
};
