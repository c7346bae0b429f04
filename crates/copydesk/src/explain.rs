//! `explain`: the article with what goes struck out, and stage, reason and evidence below it.

mod page;

use std::io::Write;

use copydesk::{Document, Removal};

use crate::args::ExplainArgs;
use crate::escape::Escaped;
use crate::print::{FAINT, STRONG, STRUCK};
use crate::{Finish, clean};

pub(crate) fn explain(args: &ExplainArgs) -> anyhow::Result<Finish> {
    let desk = clean::desk(args.config.as_deref())?;
    if args.html {
        return page::explain(&desk, &args.files);
    }
    let mut out = anstream::stdout().lock();
    clean::each_article(&desk, &args.files, &mut |article| show(article, &mut out))
}

fn show(article: &Document, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{STRONG}{}{STRONG:#}", Escaped(&article.id))?;
    if let Some(removal) = &article.dropped {
        writeln!(out, "dropped: {}", why(removal))?;
    }
    for remark in &article.remarks {
        writeln!(out, "{FAINT}{}/{}{FAINT:#}", remark.stage, remark.name)?;
    }
    for block in &article.blocks {
        let text = article.view(block);
        let kind = block.kind.name();
        match &block.removal {
            None => writeln!(out, "  {}  {FAINT}[{kind}]{FAINT:#}", Escaped(&text))?,
            Some(removal) => {
                writeln!(out, "- {STRUCK}{}{STRUCK:#}", Escaped(&text))?;
                writeln!(out, "      {FAINT}{}{FAINT:#}", why(removal))?;
            }
        }
    }
    let struck = article.blocks.iter().filter(|block| !block.is_kept()).count();
    writeln!(out, "{FAINT}{struck} of {} blocks struck{FAINT:#}\n", article.blocks.len())
}

fn why(removal: &Removal) -> String {
    format!("{}/{}: {}", removal.stage, removal.reason, Escaped(&removal.evidence.to_string()))
}
