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
}
