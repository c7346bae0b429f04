//! `clean`: the clean text of files or of standard input, on standard output.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::Context;
use copydesk::desk::Desk;
use copydesk::{Document, Quarantined};
use copydesk_core::{Input, Reading};
use copydesk_export::{ExportOptions, Format, Renderer};

use crate::args::{CleanArgs, CleanFormat};
use crate::escape::Escaped;
use crate::{Finish, check, print};

pub(crate) fn clean(args: &CleanArgs) -> anyhow::Result<Finish> {
    let desk = desk(args.config.as_deref())?;
    let format = format(args.format);
    let mut renderer = Renderer::new(ExportOptions { format, ..ExportOptions::default() });
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut row = Vec::new();
    let mut first = true;
    let finish = each_article(&desk, &args.files, &mut |article| {
        if article.dropped.is_some() {
            return Ok(());
        }
        row.clear();
        renderer.render(article, &mut row);
        if !std::mem::take(&mut first) && format != Format::Jsonl {
            out.write_all(b"\n")?;
        }
        out.write_all(&row)
    })?;
    out.flush()?;
    Ok(finish)
}

/// The desk of a config, or of the built-in stages.
pub(crate) fn desk(config: Option<&std::path::Path>) -> anyhow::Result<Desk> {
    config.map_or_else(|| Ok(Desk::default_stages()), Desk::open)
}

fn format(format: CleanFormat) -> Format {
    match format {
        CleanFormat::Text => Format::Text,
        CleanFormat::Jsonl => Format::Jsonl,
        CleanFormat::Markdown => Format::Markdown,
    }
}

/// Takes every article of the files, or of standard input, through the stages, in order. What is
/// set aside is told on standard error.
pub(crate) fn each_article(
    desk: &Desk,
    files: &[String],
    each: &mut dyn FnMut(&Document) -> std::io::Result<()>,
) -> anyhow::Result<Finish> {
    each_outcome(desk, files, &mut |payload| {
        let outcome = copydesk::clean(&desk.plan, payload);
        outcome.map(|articles| articles.iter().try_for_each(&mut *each))
    })
}

/// The same for whoever wants to see the payload as well, and cleans it by itself.
pub(crate) fn each_outcome(
    desk: &Desk,
    files: &[String],
    each: &mut dyn FnMut(Document) -> Result<std::io::Result<()>, Quarantined>,
) -> anyhow::Result<Finish> {
    let mut finish = check::warn_of_plugins(desk);
    let mut failure = Ok(());
    let mut take = |reading| {
        if failure.is_err() {
            return ControlFlow::Break(());
        }
        let outcome = match reading {
            Reading::Progress(_) => return ControlFlow::Continue(()),
            Reading::Lost(error) => {
                failure = Err(error).context("the input can no longer be reached");
                return ControlFlow::Break(());
            }
            Reading::Quarantined(record) => Err(record),
            Reading::Document(payload) => each(payload),
        };
        match outcome {
            Ok(written) => failure = written.context("the output cannot be written"),
            Err(record) => {
                finish = Finish::SetAside;
                tell_set_aside(&record);
            }
        }
        if failure.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    if files.is_empty() || files == ["-"] {
        copydesk_read::read_stream("standard input", std::io::stdin().lock(), &desk.input, &mut take);
    } else {
        let dumps = desk.inputs(files)?;
        (0..dumps.units().len()).for_each(|unit| dumps.read(unit, &mut take));
    }
    check::pass_on_notes(desk);
    failure.map(|()| finish)
}

fn tell_set_aside(record: &Quarantined) {
    let place = record.source.to_string();
    print::note(&format!("set aside: {}: {}: {}", Escaped(&place), record.reason, Escaped(&record.detail)));
}
