//! copydesk's own reader of pages as a plugin, for `benches/boundary.rs`: what the way into a plugin costs
//! beside work of the usual size.

#![forbid(unsafe_code)]

use copydesk_core::{BlockKind, Document, Extractor as _};
use copydesk_extract::Html;
use copydesk_plugin::{Doc, Extractor, Host, Out, Outcome, Role};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(serde::Deserialize)]
struct Options {}

struct Pages(Html);

impl Extractor for Pages {
    type Options = Options;

    fn new(_: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Pages(Html { keeps_furniture: false, ..Html::default() }))
    }

    fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
        let url = doc.url.map(str::to_owned);
        let page = Document { url, mime: "text/html".into(), ..Document::from_text(doc.body) };
        let mut articles = Vec::new();
        self.0.extract(page, &mut articles);
        articles.iter().for_each(|article| emit(article, out));
        Outcome::Done
    }
}

fn emit(article: &Document, out: &mut Out<'_>) {
    for block in &article.blocks {
        out.text(role(block.kind), &article.text[block.span.range()]);
    }
    let known = [("author", &article.author), ("date", &article.date), ("language", &article.language)];
    for (key, value) in known {
        if let Some(value) = value {
            out.field(key, value);
        }
    }
}

fn role(kind: BlockKind) -> Role {
    match kind {
        BlockKind::Title => Role::Title,
        BlockKind::Heading => Role::Heading,
        BlockKind::ListItem => Role::ListItem,
        BlockKind::Caption => Role::Caption,
        BlockKind::Table => Role::Table,
        _ => Role::Paragraph,
    }
}

copydesk_plugin::export! {
    manifest: r#"
        [plugin]
        name = "webpages"
        version = "1.0.0"
        abi = "1"
        [[provides]]
        id = "pages"
        kind = "extractor"
        claims = { mime = ["text/html"] }
    "#,
    extractor: Pages,
}
