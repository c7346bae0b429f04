//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Cleans dumps of scraped articles and says why each line went.
///
/// A config names the input, the stages and the output; `copydesk run` carries it out. To try things on
/// one file, `copydesk explain FILE` shows the article with what goes struck out and the reason beside
/// it, and `copydesk clean FILE` prints what is left.
#[derive(Parser)]
#[command(name = "copydesk", version, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 all went well, whatever stages dropped, 1 finished but something was set aside, 2 could not start, 3 the output could not be written or the input no longer be reached, 130 stopped by Ctrl-C. After 3 and 130 the same command goes on."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Carry out a config: read, clean, write, report
    Run(RunArgs),
    /// Print the clean text of files, or of standard input
    Clean(CleanArgs),
    /// Show an article with what goes struck out, and why
    Explain(ExplainArgs),
    /// Score a config on documents of which you know what should come out
    ///
    /// Labelled lines are JSON Lines, plain or compressed: {"id", "lines": [{"text", "label"}]} and, if you
    /// like, kind, url, title and language. A label is body, headline (the first one), headline_repeat,
    /// boilerplate, or ambiguous, which is not scored. A line is kept if the exported text still holds it,
    /// in order.
    ///
    /// Documents with gold bodies come from any dump that `copydesk run` reads. The gold body is a member of
    /// the document's row, or lies in --gold: JSON Lines with `id` and `text`, or a folder of texts that
    /// have the names of the documents but for the extension.
    ///
    /// Which of the two an input is, its first row tells. Nothing is written.
    #[command(after_long_help = EVAL_EXAMPLES)]
    Eval(EvalArgs),
    /// Find documents that are copies of each other, without touching a text
    ///
    /// Writes one row for each document that has a copy: {"cluster_id", "id", "kept", "duplicate_of",
    /// "similarity"}. It is what the stage `dedup` would do in a run.
    #[command(
        after_help = "Example:\n  copydesk dedup dumps/ --output clusters.jsonl --set 'threshold = 0.7' --set 'keep = \"longest\"'"
    )]
    Dedup(DedupArgs),
    /// Read files and count what is in them: documents, bytes of text, what is set aside
    Count(CountArgs),
    /// Print the bytes at a place of a file, such as a record that was set aside
    Peek(PeekArgs),
    /// Check a config without reading any input
    Check {
        /// The config
        config: PathBuf,
    },
    /// Prove that an output folder is what a run left: checksums, rows, counts, no stray file
    #[command(after_help = "Exit status: 0 the output is whole, 1 it is not, 2 it could not be looked at.")]
    Verify {
        /// The output folder
        output: PathBuf,
    },
    /// Begin, test, look at and pin plugins
    #[command(subcommand)]
    Plugin(crate::plugin::PluginCommand),
    /// What `run` starts for each plugin
    #[command(hide = true)]
    PluginWorker(PluginWorkerArgs),
    /// Show what a config would do: inputs, stages, output
    Plan {
        /// The config
        config: PathBuf,
        /// Files, folders, globs or URLs, instead of those of the config
        input: Vec<String>,
    },
    /// List the stages, or show the manual page of one
    Stages {
        /// The stage to read about; `input` is the reading of the input
        name: Option<String>,
        /// Print every option of a config with its default, as TOML
        #[arg(long, conflicts_with = "name")]
        reference: bool,
    },
    /// Print the JSON Schema of a config, for editors
    Schema,
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of this program, for `man`
    Man,
}

#[derive(clap::Args)]
pub(crate) struct PluginWorkerArgs {
    /// Memory that the plugin may have
    #[arg(long)]
    pub(crate) memory_mib: u64,
    /// The plugin
    #[arg(long)]
    pub(crate) library: Option<PathBuf>,
    /// The plugin is not put to work but to the test
    #[arg(long)]
    pub(crate) trial: bool,
    /// The descriptors of the memory in which documents come, and of its bells
    #[arg(long, value_delimiter = ',')]
    pub(crate) shared_memory: Vec<i32>,
    /// The program that is the plugin
    #[arg(last = true)]
    pub(crate) command: Vec<String>,
}

#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// The config, such as config/news-text.toml
    pub(crate) config: PathBuf,
    /// Files, folders, globs or URLs (s3://, gs://, az://, https://), instead of those of the config
    pub(crate) input: Vec<String>,
    /// The folder to write to, instead of that of the config; or a place in a store, such as
    /// s3://bucket/clean
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Replace what an earlier run has left in the output folder
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Threads to work on; the output does not depend on it [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Show no progress and no report, only errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Print the report as JSON to standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct CleanArgs {
    /// The files; none, or `-`, is standard input
    pub(crate) files: Vec<String>,
    /// Take the stages of this config instead of the built-in ones
    #[arg(short, long, value_name = "CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// How articles are printed
    #[arg(short, long, value_enum, default_value_t = CleanFormat::Text)]
    pub(crate) format: CleanFormat,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum CleanFormat {
    /// The kept blocks, one a line; an empty line between two articles
    Text,
    /// One JSON object for each article
    Jsonl,
    /// With headings, lists and quotes marked
    Markdown,
}

#[derive(clap::Args)]
pub(crate) struct DedupArgs {
    /// Files, folders, globs or URLs
    #[arg(required = true)]
    pub(crate) input: Vec<String>,
    /// The file to write the clusters to [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Take `[input]`, the options of `dedup` and the stages before it from this config
    #[arg(short, long, value_name = "CONFIG", conflicts_with = "set")]
    pub(crate) config: Option<PathBuf>,
    /// Show this document beside the one that would stay in its place, with what differs, instead of writing
    /// the clusters
    #[arg(long, value_name = "ID", conflicts_with = "output")]
    pub(crate) show: Option<String>,
    /// An option of the stage, as in a config; `copydesk stages dedup` lists them
    #[arg(short, long, value_name = "KEY = VALUE")]
    pub(crate) set: Vec<String>,
    /// Threads to work on [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(clap::Args)]
pub(crate) struct CountArgs {
    /// Files, folders or globs
    #[arg(required = true)]
    pub(crate) input: Vec<String>,
    /// Take `[input]` of this config instead of the defaults
    #[arg(short, long, value_name = "CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Threads to work on [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(clap::Args)]
pub(crate) struct EvalArgs {
    /// Files, folders, globs or URLs with labelled lines, or with documents that have gold bodies
    #[arg(required = true)]
    pub(crate) input: Vec<String>,
    /// The config to score [default: the built-in stages]; a second one is compared with it
    #[arg(short, long, value_name = "CONFIG")]
    pub(crate) config: Vec<PathBuf>,
    /// Score the config in each mode of its stage `boilerplate`: safe, balanced, aggressive
    #[arg(long)]
    pub(crate) modes: bool,
    /// Gold bodies by id: JSON Lines, or a folder of texts
    #[arg(long, value_name = "PATH")]
    pub(crate) gold: Option<String>,
    /// The member that holds the gold body [default: `text` in the rows of --gold, else `gold`]
    #[arg(long, value_name = "NAME")]
    pub(crate) gold_field: Option<String>,
    /// The member that holds the document, instead of what `[input.fields]` says
    #[arg(long, value_name = "NAME")]
    pub(crate) text_field: Option<String>,
    /// One row for each regime (page, node, extractor: from the kind), kind, language or site, or for each
    /// value of another member of the rows
    #[arg(long, value_name = "regime|kind|language|site|MEMBER")]
    pub(crate) by: Option<String>,
    /// List so many documents that lost most, and in which most noise is left, with the lines and who struck
    /// them; of two configs, so many lines on which they differ [default: 3; 20 lines]
    #[arg(short, long, value_name = "N", value_parser = parse_worst)]
    pub(crate) worst: Option<usize>,
    /// Ask the block of a labelled line whether it was struck, and not the exported text whether it holds the
    /// line: differs where a line stands twice
    #[arg(long)]
    pub(crate) exact: bool,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Threads to work on; the figures do not depend on it [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

fn parse_worst(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 0..=10_000) => Ok(count),
        _ => Err("a number from 0 to 10000".to_owned()),
    }
}

const EVAL_EXAMPLES: &str = "\
Examples:
  copydesk eval lines.jsonl.gz -c news.toml             noise that goes, article that is lost
  copydesk eval lines.jsonl.gz -c news.toml --modes     the same in each mode
  copydesk eval lines.jsonl.gz -c old.toml -c new.toml  what a change does, line by line
  copydesk eval dumps/ --gold bodies/                   dumps/a.html against bodies/a.txt
  copydesk eval pages.jsonl --gold gold.jsonl           documents against bodies of the same id
  copydesk eval pages.jsonl --text-field html --gold-field text --by page_type

Figures of labelled lines:
  recall     boilerplate lines that went    precision  boilerplate among lines that went
  lost       body words that went           intact     documents that lost no body line
  repeats    headline repeats that went     headline   first headlines that stayed
  unchanged  documents of body and headline only that came out whole

Figures of gold bodies, by runs of four words that both texts share:
  precision, recall  averaged over documents; f1 is the harmonic mean of the two
  f1_pages           the f1 of each document, averaged
  exact              documents that are the gold body word for word

Exit status: 0 all was scored, 1 some rows were set aside, 2 nothing could be scored.";

#[derive(clap::Args)]
pub(crate) struct PeekArgs {
    /// The file
    pub(crate) file: String,
    /// How many bytes come before the first that is printed, decompressed where the file is compressed
    pub(crate) offset: u64,
    /// How many bytes to print
    pub(crate) length: u64,
    /// Count from the compressed member that begins at this byte on disk
    #[arg(short, long, value_name = "BYTE", default_value_t = 0, conflicts_with = "disk")]
    pub(crate) member: u64,
    /// Print the bytes as they lie on disk
    #[arg(long)]
    pub(crate) disk: bool,
    /// Print the bytes as they are, without escapes
    #[arg(long)]
    pub(crate) raw: bool,
}

#[derive(clap::Args)]
pub(crate) struct ExplainArgs {
    /// The files; none, or `-`, is standard input
    pub(crate) files: Vec<String>,
    /// Take the stages of this config instead of the built-in ones
    #[arg(short, long, value_name = "CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Print a page for a browser: what stays green, what goes red, and why when the pointer rests on it;
    /// a page of HTML in its own layout
    #[arg(long)]
    pub(crate) html: bool,
}
