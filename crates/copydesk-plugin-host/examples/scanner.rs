//! The cheap reader as a plugin, for `benches/boundary.rs`.

#![forbid(unsafe_code)]

mod scan;

use copydesk_plugin::{Doc, Extractor, Host, Out, Outcome};

#[derive(serde::Deserialize)]
struct Options {}

struct Scanner;

impl Extractor for Scanner {
    type Options = Options;

    fn new(_: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Scanner)
    }

    fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
        scan::scan(doc.body, |paragraph| out.paragraph(paragraph));
        Outcome::Done
    }
}

copydesk_plugin::export! {
    manifest: r#"
        [plugin]
        name = "scanner"
        version = "1.0.0"
        abi = "1"
        [[provides]]
        id = "scanner"
        kind = "extractor"
        claims = { mime = ["text/html"] }
    "#,
    extractor: Scanner,
}
