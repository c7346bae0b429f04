//! `explain --html`: articles as a page for a browser, in the colours of a copy desk.
//!
//! A page of HTML is shown as it was, in a frame in which nothing runs, with each text in the colour of what became of it; below
//! it, and for text of any other kind alone, stand the blocks. Whatever an article says, it does nothing here.

use std::io::{self, Write};

use copydesk::desk::Desk;
use copydesk::{Block, BlockKind, Document, Removal};
use copydesk_extract::html::coloured::{Colour, coloured, escaped};

use super::why;
use crate::{Finish, clean};

const HEAD: &str = "<!doctype html>\n<meta charset=utf-8>\n\
    <meta http-equiv=Content-Security-Policy content=\"script-src 'none'; object-src 'none'; form-action 'none'\">\n\
    <title>copydesk explain</title>\n<style>\n\
    body { max-width: 50em; margin: 2em auto; font: 1em/1.5 serif; padding: 0 1em }\n\
    .kept { border-left: 4px solid #2a7d2a; background: #eef8ee; padding: .2em .8em; margin: .3em 0 }\n\
    .struck { border-left: 4px solid #b22; background: #fbeeee; color: #733; padding: .2em .8em; margin: .3em 0 }\n\
    .struck s { text-decoration-color: #b22 }\n\
    iframe { width: 96vw; height: 90vh; margin-left: calc(50% - 48vw); border: 1px solid #999; background: #fff }\n\
    small { color: #666; font-family: sans-serif }\n</style>\n";

/// Of the page in the frame. Its own styles have no say in it.
const FRAME_STYLE: &str = "mark.copydesk-kept, mark.copydesk-title, mark.copydesk-struck { color: #000 !important; \
    background: #bfeabf !important; -webkit-text-fill-color: #000 !important } \
    mark.copydesk-title { background: #bfd8f7 !important } mark.copydesk-struck { background: #f7c4c4 !important }";

pub(super) fn explain(desk: &Desk, files: &[String]) -> anyhow::Result<Finish> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    out.write_all(HEAD.as_bytes())?;
    let finish = clean::each_outcome(desk, files, &mut |payload| {
        let page = is_page(&payload).then(|| payload.text.clone());
        let articles = copydesk::clean(&desk.plan, payload)?;
        Ok(articles.iter().try_for_each(|article| show(article, page.as_deref(), &mut out)))
    })?;
    out.flush()?;
    Ok(finish)
}

fn is_page(payload: &Document) -> bool {
    matches!(&*payload.mime, "text/html" | "application/xhtml+xml")
}

fn show(article: &Document, page: Option<&str>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<h2>{}</h2>", escaped(article.title.as_deref().unwrap_or(&article.id)))?;
    if let Some(removal) = &article.dropped {
        writeln!(out, "<p><small>dropped: {}</small>", escaped(&why(removal)))?;
    }
    let remarks = article.remarks.iter().map(|remark| format!("{}/{}", remark.stage, remark.name));
    writeln!(out, "<p><small>{} {}</small>", escaped(&article.id), remarks.collect::<Vec<_>>().join(", "))?;
    let Some(page) = page.and_then(|page| coloured(page, article, FRAME_STYLE, colour)) else {
        return show_blocks(article, out);
    };
    writeln!(
        out,
        "<p><small>green stays, red goes, blue becomes the title; rest the pointer on a text to see why</small>"
    )?;
    writeln!(out, "<iframe sandbox srcdoc=\"{}\"></iframe>", escaped(&page))?;
    writeln!(out, "<details><summary>{} blocks</summary>", article.blocks.len())?;
    show_blocks(article, out)?;
    writeln!(out, "</details>")
}

/// What became of a text of the page, and why.
fn colour(block: Option<&Block>) -> Colour {
    let struck = |removal: &Removal| {
        let class = if removal.reason == "headline" { "copydesk-title" } else { "copydesk-struck" };
        Colour { class, note: why(removal) }
    };
    match block {
        None => Colour { class: "copydesk-struck", note: "struck; `show-furniture = true` says why".into() },
        Some(Block { removal: Some(removal), .. }) => struck(removal),
        Some(block) => Colour { class: "copydesk-kept", note: format!("stays: {}", block.kind.name()) },
    }
}

fn show_blocks(article: &Document, out: &mut impl Write) -> io::Result<()> {
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
