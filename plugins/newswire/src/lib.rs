//! Extractor plugin: NITF and NewsML-G2, the XML of news agencies.
//!
//! An NITF file is one story. A NewsML-G2 file is one item, or a message with many; an item's text
//! stands in it as NITF, XHTML or plain text. Pictures, graphics and packages have no text of their
//! own and are passed over. XML of any other kind is handed on.
//!
//! XML that breaks off is read up to there: the stories until then come out, with a note; where
//! there are none, the message names line and column. The reader goes through the file once, keeps
//! one entry for each open element, and never calls itself.
//!
//! - `walk` goes from tag to tag,
//! - `zone` says what an element means where it stands,
//! - `html` makes escaped HTML readable,
//! - `story` holds what was found until the story is complete.

#![forbid(unsafe_code)]

mod html;
mod story;
mod walk;
mod zone;

use copydesk_plugin::{Doc, Extractor, Host, Level, Out, Outcome};
use serde::Deserialize;

use crate::walk::{Ending, Walk};

/// `[plugins.newswire]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// The texts below pictures are kept, as captions.
    pub captions: bool,
    /// Keywords and the names of subjects are kept, as metadata.
    pub keywords: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { captions: false, keywords: true }
    }
}

/// The extractor.
pub struct Newswire {
    options: Options,
}

impl Extractor for Newswire {
    type Options = Options;

    fn new(options: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Newswire { options })
    }

    fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
        let mut walk = Walk::new(self.options);
        let ending = walk.through(doc.body, out);
        for place in &walk.cut_short {
            out.log(Level::Warn, format_args!("{}: broken HTML, read up to there: {place}", doc.id));
        }
        match ending {
            Ending::NotNews => Outcome::NotMine,
            Ending::Whole if walk.stories == 0 => Outcome::Drop("none of its items has a text".to_owned()),
            Ending::Whole => Outcome::Done,
            Ending::Broken(place) if walk.stories == 0 => {
                Outcome::Failed(format!("this is broken XML: {place}"))
            }
            Ending::Broken(place) => {
                out.log(Level::Warn, format_args!("{}: broken XML, read up to there: {place}", doc.id));
                Outcome::Done
            }
        }
    }
}

copydesk_plugin::export! {
    manifest: include_str!("../newswire.copydesk.toml"),
    extractor: Newswire,
}
