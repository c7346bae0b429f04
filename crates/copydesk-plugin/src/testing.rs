//! Runs what a plugin provides without a host, so that an author tests it like any other function.
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

use std::ops::Range;

use serde_json::{Map, Value};

use crate::out::Emit;
use crate::{
    Doc, Edits, Encoder, Extractor, Filter, Host, Level, Out, Outcome, Role, Scores, Transform, Verdict,
};

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

/// What a filter says of a document, and its scores.
///
/// # Panics
/// If the options are refused.
pub fn judged<F: Filter>(options: &str, doc: &Doc<'_>) -> (Verdict, Vec<(String, f64)>) {
    let options = serde_json::from_str(options).expect("the options are those of the filter");
    let mut filter = F::new(options, &Host { log: &|_, _| {} }).expect("the filter takes the options");
    let mut collected = Collected::default();
    let verdict = filter.judge(doc, &mut Scores { emit: &mut collected });
    (verdict, collected.scores)
}

/// The body of a document as a transform leaves it.
///
/// # Panics
/// If the options are refused, the transform fails, or its spans are none of the body or overlap.
pub fn transformed<T: Transform>(options: &str, doc: &Doc<'_>) -> String {
    let options = serde_json::from_str(options).expect("the options are those of the transform");
    let mut transform = T::new(options, &Host { log: &|_, _| {} }).expect("the transform takes the options");
    let mut collected = Collected::default();
    transform.transform(doc, &mut Edits { emit: &mut collected }).expect("the transform succeeds");
    collected.spans.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut body, mut at) = (String::new(), 0);
    for (range, replacement) in collected.spans {
        body.push_str(&doc.body[at..range.start]);
        body.push_str(&replacement);
        at = range.end;
    }
    body + &doc.body[at..]
}

/// The bytes of a document.
///
/// # Panics
/// If the options are refused, or the encoder fails.
pub fn encoded<E: Encoder>(options: &str, doc: &Doc<'_>) -> Vec<u8> {
    let options = serde_json::from_str(options).expect("the options are those of the encoder");
    let mut encoder = E::new(options, &Host { log: &|_, _| {} }).expect("the encoder takes the options");
    encoder.encode(doc).expect("the encoder succeeds")
}

#[derive(Default)]
struct Collected {
    articles: Vec<Article>,
    scores: Vec<(String, f64)>,
    spans: Vec<(Range<usize>, String)>,
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

    // an encoder is asked without anything between
    fn raw(&mut self, _: &[u8]) {}

    fn field(&mut self, key: &str, json: &str) {
        let value = serde_json::from_str(json).expect("the field was JSON a moment ago");
        self.current().fields.insert(key.to_owned(), value);
    }

    fn score(&mut self, name: &str, value: f64) {
        self.scores.push((name.to_owned(), value));
    }

    fn span(&mut self, range: Range<usize>, replacement: Option<&str>) {
        self.spans.push((range, replacement.unwrap_or_default().to_owned()));
    }

    fn log(&mut self, _: Level, _: &str) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
