//! `copydesk plugin`: what operators and authors of plugins do with them.

mod new;
mod show;
mod test;
mod trials;
pub(crate) mod worker;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::Finish;

#[derive(Subcommand)]
pub(crate) enum PluginCommand {
    /// Begin a plugin: a project that builds, passes its tests and runs at once
    New {
        /// Small letters, digits and hyphens; the project's folder is made in the current one
        name: String,
        /// The language to write it in
        #[arg(long)]
        lang: Language,
    },
    /// Is this a plugin that copydesk can use, on this machine and others? Reads its manifest and what it
    /// exports and links to, and starts it in a process of its own
    Check {
        /// Its manifest or its library
        file: PathBuf,
    },
    /// Put a plugin to the test: its fixtures, hostile documents, other orders, many threads, batches, texts
    /// that cannot be overrun or kept, 1,000 starts, a panic
    Test {
        /// Its manifest or its library
        file: PathBuf,
        /// Documents with what should come of them: beside `a.html` stands `a.html.json`
        #[arg(long)]
        fixtures: Option<PathBuf>,
        /// Write what comes of the documents that have no expectation yet
        #[arg(long)]
        write: bool,
    },
    /// List the plugins that a config finds
    List {
        /// The config
        config: PathBuf,
    },
    /// Show what a plugin reads and which options it takes
    Inspect {
        /// Its manifest or its library
        file: PathBuf,
    },
    /// Write `plugins.lock` beside a config: from then on, only the plugins that are there now are loaded
    Lock {
        /// The config
        config: PathBuf,
    },
}

/// What plugins are written in.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Language {
    Rust,
    C,
    Python,
}

pub(crate) fn carry_out(command: &PluginCommand) -> anyhow::Result<Finish> {
    match command {
        PluginCommand::New { name, lang } => new::new(name, *lang),
        PluginCommand::Check { file } => show::check(file),
        PluginCommand::Test { file, fixtures, write } => test::test(file, fixtures.as_deref(), *write),
        PluginCommand::List { config } => show::list(config),
        PluginCommand::Inspect { file } => show::inspect(file),
        PluginCommand::Lock { config } => show::lock(config),
    }
}
