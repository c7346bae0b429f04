//! A plugin for the tests: what the payload says should go wrong, goes wrong.

#![forbid(unsafe_code)]

use copydesk_plugin::{Doc, Extractor, Host, Level, Out, Outcome};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    depth: i64,
}

impl Default for Options {
    fn default() -> Self {
        Options { depth: 3 }
    }
}

struct Unruly {
    depth: i64,
    payloads: u32,
}

impl Extractor for Unruly {
    type Options = Options;

    fn new(options: Options, host: &Host<'_>) -> Result<Self, String> {
        host.log(Level::Info, "started");
        match options.depth {
            13 => Err("13 is unlucky".to_owned()),
            14 => panic!("14 is worse"),
            depth => Ok(Unruly { depth, payloads: 0 }),
        }
    }

    fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
        self.payloads += 1;
        out.paragraph("before");
        match doc.body {
            "panic" => panic!("this is not how it was meant"),
            "not mine" => return Outcome::NotMine,
            "fail" => return Outcome::Failed("line 3: no".to_owned()),
            "drop" => return Outcome::Drop("an index page".to_owned()),
            _ => {}
        }
        out.field("depth", self.depth);
        out.field("payloads", self.payloads);
        out.field("doc", (doc.id, doc.url, doc.mime, doc.language, doc.file, doc.metadata));
        Outcome::Done
    }
}

impl Drop for Unruly {
    fn drop(&mut self) {
        assert!(self.depth != 15, "not even the end goes well");
    }
}

copydesk_plugin::export! {
    manifest: r#"
        [plugin]
        name = "unruly"
        version = "1.0.0"
        abi = "1"
        [[provides]]
        id = "unruly"
        kind = "extractor"
        claims = { extension = ["wire"] }
        [options.depth]
        type = "int"
        default = 3
        min = 1
        max = 20
    "#,
    extractor: Unruly,
}
