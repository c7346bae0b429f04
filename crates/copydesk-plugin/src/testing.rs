//! Runs an extractor without a host, so that an author tests it like any other function.
//!
//! ```
//! # use copydesk_plugin::{Doc, Extractor, Host, Out, Outcome, testing};
//! # struct Lines;
//! # impl Extractor for Lines {
//! #     type Options = serde::de::IgnoredAny;
//! #     fn new(_: Self::Options, _: &Host<'_>) -> Result<Self, String> { Ok(Lines) }
//! #     fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
//! #         doc.body.lines().for_each(|line| out.paragraph(line));
//! #         Outcome::Done
//! #     }
//! # }
//! let articles = testing::run::<Lines>("{}", &Doc::new("one\ntwo\n"));
//! assert_eq!(articles[0].texts(), ["one", "two"]);
//! ```

use serde_json::{Map, Value};

use crate::out::Emit;
use crate::{Doc, Extractor, Host, Level, Out, Outcome, Role};

/// An article as it was emitted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Article {
    /// In the order in which they came, without white space round them.
    pub blocks: Vec<(Role, String)>,
    /// By their keys.
    pub fields: Map<String, Value>,
}

impl Article {
    /// The text of all blocks.
    pub fn texts(&self) -> Vec<&str> {
        self.blocks.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// The text of the blocks with one role.
    pub fn texts_of(&self, role: Role) -> Vec<&str> {
        self.blocks.iter().filter(|(found, _)| *found == role).map(|(_, text)| text.as_str()).collect()
    }
}

/// The articles of a payload. `options` is a JSON object: the table of a config, with the defaults
/// of the manifest left to `Options`.
///
/// # Panics
/// If the options are refused, or the outcome is anything but [`Outcome::Done`]: for that there is
/// [`outcome`].
pub fn run<E: Extractor>(options: &str, doc: &Doc<'_>) -> Vec<Article> {
    match outcome::<E>(options, doc) {
        (Outcome::Done, articles) => articles,
        (other, _) => panic!("the payload came to {other:?}"),
    }
}

/// How it went with a payload, and what was emitted until then.
///
/// # Panics
/// If the options are refused.
pub fn outcome<E: Extractor>(options: &str, doc: &Doc<'_>) -> (Outcome, Vec<Article>) {
    let options = serde_json::from_str(options).expect("the options are those of the extractor");
    let mut extractor = E::new(options, &Host { log: &|_, _| {} }).expect("the extractor takes the options");
    let mut collected = Collected::default();
    let outcome = extractor.extract(doc, &mut Out { emit: &mut collected });
    (outcome, collected.articles)
}

#[derive(Default)]
struct Collected {
    articles: Vec<Article>,
}

impl Collected {
    fn current(&mut self) -> &mut Article {
        if self.articles.is_empty() {
            self.article();
        }
        self.articles.last_mut().expect("there is one now")
    }
}

impl Emit for Collected {
    fn article(&mut self) {
        self.articles.push(Article::default());
    }

    fn text(&mut self, role: Role, text: &str) {
        self.current().blocks.push((role, text.trim().to_owned()));
    }

    fn field(&mut self, key: &str, json: &str) {
        let value = serde_json::from_str(json).expect("the field was JSON a moment ago");
        self.current().fields.insert(key.to_owned(), value);
    }

    fn log(&mut self, _: Level, _: &str) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
