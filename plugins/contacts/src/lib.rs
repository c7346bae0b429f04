//! Transform and filter plugin: e-mail addresses and telephone numbers.
//!
//! `mask` puts something harmless in their place, so that a corpus does not hand on how people are reached;
//! `lists` drops documents that hold little else. What they look like is in `find`.
#![forbid(unsafe_code)]

mod find;

use copydesk_plugin::{Doc, Edits, Filter, Host, Scores, Transform, Verdict};
use serde::Deserialize;

use crate::find::{Kind, contacts};

/// The options of both; the manifest says what they do.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    email: String,
    phone: String,
    most: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { email: "email@example.com".to_owned(), phone: "+00 000 0000".to_owned(), most: 0.1 }
    }
}

/// Puts something harmless in the place of addresses and numbers.
pub struct Mask(Options);

impl Transform for Mask {
    type Options = Options;

    fn new(options: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Mask(options))
    }

    fn transform(&mut self, doc: &Doc<'_>, edits: &mut Edits<'_>) -> Result<(), String> {
        for (range, kind) in contacts(doc.body) {
            let mask = match kind {
                Kind::Email => &self.0.email,
                Kind::Phone => &self.0.phone,
            };
            edits.replace(range, mask);
        }
        Ok(())
    }
}

/// Drops documents that hold little else.
pub struct Lists(Options);

impl Filter for Lists {
    type Options = Options;

    fn new(options: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Lists(options))
    }

    fn judge(&mut self, doc: &Doc<'_>, scores: &mut Scores<'_>) -> Verdict {
        let words = doc.body.split_whitespace().count();
        let found = contacts(doc.body).count();
        let share = found as f64 / words.max(1) as f64;
        scores.set("share", share);
        if share > self.0.most {
            Verdict::Drop(format!("{found} addresses and numbers in {words} words"))
        } else {
            Verdict::Keep
        }
    }
}

copydesk_plugin::export! {
    manifest: include_str!("../contacts.copydesk.toml"),
    filter: Lists,
    transform: Mask,
}

#[cfg(test)]
mod tests {
    use copydesk_plugin::testing::{judged, transformed};

    use super::*;

    #[test]
    fn addresses_and_numbers_are_masked() {
        let doc = Doc::new("Write to ada@example.org, or ring +47 22 33 44 55.\nNobody is @home.");
        let masked = "Write to email@example.com, or ring +00 000 0000.\nNobody is @home.";
        assert_eq!(transformed::<Mask>("{}", &doc), masked);
        let struck = transformed::<Mask>(r#"{"email": ""}"#, &Doc::new("ada@example.org"));
        assert_eq!(struck, "");
    }

    #[test]
    fn a_list_of_addresses_is_no_article() {
        let list = Doc::new("Ada Berg ada@example.org\nBo Dahl bo@example.org");
        let dropped = Verdict::Drop("2 addresses and numbers in 6 words".to_owned());
        assert_eq!(judged::<Lists>("{}", &list), (dropped, vec![("share".to_owned(), 2.0 / 6.0)]));
        assert_eq!(judged::<Lists>(r#"{"most": 0.5}"#, &list).0, Verdict::Keep);
        assert_eq!(judged::<Lists>("{}", &Doc::new("")).0, Verdict::Keep);
    }
}
