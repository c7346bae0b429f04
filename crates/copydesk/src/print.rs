//! What goes to the terminal.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use copydesk_core::ConfigError;

use crate::Finish;

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const STRUCK: Style = AnsiColor::Red.on_default().strikethrough();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const STRONG: Style = Style::new().bold();

/// Prints to standard output.
pub(crate) fn text(text: &str) -> anyhow::Result<Finish> {
    anstream::stdout().lock().write_all(text.as_bytes())?;
    Ok(Finish::Clean)
}

/// Prints to standard error; there is nobody to tell if that fails.
pub(crate) fn note(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// What to do about an error, told below it.
#[derive(Debug)]
pub(crate) struct Advice(pub(crate) String);

impl std::fmt::Display for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Prints why the program stops. A config's mistakes speak for themselves.
pub(crate) fn error(error: &anyhow::Error) {
    let mistakes = error.downcast_ref::<ConfigError>().map(ConfigError::mistakes);
    match mistakes {
        Some(mistakes) => {
            let count = if mistakes.len() == 1 {
                "one mistake".into()
            } else {
                format!("{} mistakes", mistakes.len())
            };
            note(&format!("{error}\n{ERROR}error{ERROR:#}: {count} in the config; nothing was read"));
        }
        None => note(&format!("{ERROR}error{ERROR:#}: {}", with_causes(error))),
    }
    if let Some(Advice(advice)) = error.downcast_ref() {
        note(advice);
    }
}

/// The error and what caused it, in one line, without the advice.
fn with_causes(error: &anyhow::Error) -> String {
    let skip = usize::from(error.downcast_ref::<Advice>().is_some());
    error.chain().skip(skip).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

pub(crate) fn completions(
    shell: clap_complete::Shell,
    command: &mut clap::Command,
) -> anyhow::Result<Finish> {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "copydesk", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Finish::Clean)
}

pub(crate) fn man(command: clap::Command) -> anyhow::Result<Finish> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    std::io::stdout().lock().write_all(&page)?;
    Ok(Finish::Clean)
}
