//! `explain --html`: the blocks of articles as a page for a browser, in the colours of a copy desk.
//!
//! The page holds text and nothing of the markup that came in: whatever an article says, it does nothing here.

use std::borrow::Cow;
use std::io::{self, Write};

use copydesk::{Block, BlockKind, Document};

use super::why;
use crate::{Finish, clean};

const HEAD: &str = "<!doctype html>\n<meta charset=utf-8>\n<title>copydesk explain</title>\n<style>\n\
    body { max-width: 50em; margin: 2em auto; font: 1em/1.5 serif; padding: 0 1em }\n\
    .kept { border-left: 4px solid #2a7d2a; background: #eef8ee; padding: .2em .8em; margin: .3em 0 }\n\
    .struck { border-left: 4px solid #b22; background: #fbeeee; color: #733; padding: .2em .8em; margin: .3em 0 }\n\
    .struck s { text-decoration-color: #b22 }\n\
    small { color: #666; font-family: sans-serif }\n</style>\n";

pub(super) fn explain(desk: &copydesk::desk::Desk, files: &[String]) -> anyhow::Result<Finish> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    out.write_all(HEAD.as_bytes())?;
    let finish = clean::each_article(desk, files, &mut |article| show(article, &mut out))?;
    out.flush()?;
    Ok(finish)
}

fn show(article: &Document, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<h2>{}</h2>", escaped(article.title.as_deref().unwrap_or(&article.id)))?;
    if let Some(removal) = &article.dropped {
        writeln!(out, "<p><small>dropped: {}</small>", escaped(&why(removal)))?;
    }
    let remarks = article.remarks.iter().map(|remark| format!("{}/{}", remark.stage, remark.name));
    writeln!(out, "<p><small>{} {}</small>", escaped(&article.id), remarks.collect::<Vec<_>>().join(", "))?;
    article.blocks.iter().try_for_each(|block| show_block(article, block, out))
}

fn show_block(article: &Document, block: &Block, out: &mut impl Write) -> io::Result<()> {
    let text = article.view(block);
    let text = escaped(&text);
    match &block.removal {
        Some(removal) => {
            let why = escaped(&why(removal)).into_owned();
            writeln!(out, "<div class=struck title=\"{why}\"><s>{text}</s> <small>{why}</small></div>")
        }
        None if matches!(block.kind, BlockKind::Title | BlockKind::Heading) => {
            writeln!(out, "<div class=kept><b>{text}</b></div>")
        }
        None => writeln!(out, "<div class=kept title={}>{text}</div>", block.kind.name()),
    }
}

/// Text that is text in a page, also between quotation marks.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"))
}
