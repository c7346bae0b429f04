//! What was found of a story until it is complete.

use std::collections::HashSet;

use copydesk_plugin::{Out, Role};

use crate::Options;

/// What is known of a story besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// Of the file; the headline in the text goes before it.
    Title,
    Author,
    Copyright,
    Credit,
    Date,
    Keyword,
    Location,
    Summary,
    Subject,
    Tagline,
    /// When this version was made; the date, if there is no other.
    Version,
}

/// A story that is being read.
#[derive(Default)]
pub(crate) struct Story {
    blocks: Vec<(Role, String)>,
    /// The headlines, bylines and datelines among them.
    heads: HashSet<(Role, String)>,
    has_title: bool,
    pub(crate) id: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) publication: Option<String>,
    title: Option<String>,
    authors: Vec<String>,
    keywords: Vec<String>,
    subjects: Vec<String>,
    locations: Vec<String>,
    copyright: Option<String>,
    credit: Option<String>,
    summary: Option<String>,
    tagline: Option<String>,
    version: Option<String>,
}

impl Story {
    /// Takes a block. What an envelope and the text in it both say is kept once; a second, other
    /// headline is a heading.
    pub(crate) fn block(&mut self, role: Role, text: String) {
        let is_head = matches!(role, Role::Title | Role::Byline | Role::Dateline);
        if is_head && !self.heads.insert((role, text.clone())) {
            return;
        }
        let is_second = role == Role::Title && self.has_title;
        self.has_title |= role == Role::Title;
        self.blocks.push((if is_second { Role::Heading } else { role }, text));
    }

    pub(crate) fn field(&mut self, field: Field, text: String) {
        match field {
            Field::Title => _ = self.title.get_or_insert(text),
            Field::Copyright => _ = self.copyright.get_or_insert(text),
            Field::Credit => _ = self.credit.get_or_insert(text),
            Field::Summary => _ = self.summary.get_or_insert(text),
            Field::Tagline => _ = self.tagline.get_or_insert(text),
            Field::Date => _ = self.date.get_or_insert(extended(&text)),
            Field::Version => _ = self.version.get_or_insert(extended(&text)),
            Field::Author => self.authors.push(text),
            Field::Keyword => self.keywords.push(text),
            Field::Subject => self.subjects.push(text),
            Field::Location => self.locations.push(text),
        }
    }

    /// Emits the story, if it has a text: a headline alone is no story. Says whether it did.
    pub(crate) fn emit(mut self, options: Options, out: &mut Out<'_>) -> bool {
        if self.blocks.iter().all(|(role, _)| place(*role) < BODY) {
            return false;
        }
        out.article();
        self.emit_fields(options, out);
        // an envelope names them in any order, a reader expects them in this one
        self.blocks.sort_by_key(|(role, _)| place(*role));
        for (role, text) in &self.blocks {
            out.text(*role, text);
        }
        true
    }

    fn emit_fields(&mut self, options: Options, out: &mut Out<'_>) {
        let headline = self.first(Role::Title).or(self.title.take());
        if self.authors.is_empty() {
            self.authors.extend(self.first(Role::Byline).map(|line| without_by(&line).to_owned()));
        }
        let texts = [
            ("id", &self.id),
            ("title", &headline),
            ("date", self.date.as_ref().map_or(&self.version, |_| &self.date)),
            ("language", &self.language),
            ("publication", &self.publication),
            ("copyright", &self.copyright),
            ("credit", &self.credit),
            ("summary", &self.summary),
            ("tagline", &self.tagline),
        ];
        for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
            out.field(key, text);
        }
        emit_list("author", &self.authors, out);
        emit_list("locations", &self.locations, out);
        if options.keywords {
            emit_list("keywords", &self.keywords, out);
            emit_list("subjects", &self.subjects, out);
        }
    }

    fn first(&self, role: Role) -> Option<String> {
        self.blocks.iter().find(|(found, _)| *found == role).map(|(_, text)| text.clone())
    }
}

/// A list, each of its entries once.
fn emit_list(key: &str, entries: &[String], out: &mut Out<'_>) {
    let mut seen = HashSet::new();
    let once: Vec<_> = entries.iter().filter(|entry| seen.insert(*entry)).collect();
    if !once.is_empty() {
        out.field(key, once);
    }
}

const BODY: u8 = 3;

/// The order in which a reader meets the parts of a story.
fn place(role: Role) -> u8 {
    match role {
        Role::Title => 0,
        Role::Byline => 1,
        Role::Dateline => 2,
        _ => BODY,
    }
}

/// "By Ann Example" without the "By".
fn without_by(line: &str) -> &str {
    let by = line.get(..3).filter(|start| start.eq_ignore_ascii_case("by "));
    by.map_or(line, |by| &line[by.len()..]).trim()
}

/// A time as XML writes it: `20260314T101500Z` becomes `2026-03-14T10:15:00Z`; anything else stays.
pub(crate) fn extended(time: &str) -> String {
    let time = time.trim();
    let digits = |range: std::ops::Range<usize>| {
        let part = time.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then_some(part)
    };
    let Some([year, month, day]) =
        digits(0..4).zip(digits(4..6)).zip(digits(6..8)).map(|((y, m), d)| [y, m, d])
    else {
        return time.to_owned();
    };
    let date = format!("{year}-{month}-{day}");
    match (time.get(8..9), digits(9..11), digits(11..13), digits(13..15)) {
        (None, ..) => date,
        (Some("T"), Some(hour), Some(minute), Some(second)) => {
            format!("{date}T{hour}:{minute}:{second}{}", &time[15..])
        }
        _ => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_full() {
        assert_eq!(extended("20260314T101500Z"), "2026-03-14T10:15:00Z");
        assert_eq!(extended("20260314T101500+0100"), "2026-03-14T10:15:00+0100");
        assert_eq!(extended("20260314"), "2026-03-14");
        for other in ["2026-03-14T10:15:00Z", "14 March", "20260314T1015", "", "2026031é"] {
            assert_eq!(extended(other), other);
        }
    }

    #[test]
    fn a_byline_gives_the_name() {
        assert_eq!(without_by("By Ann Example"), "Ann Example");
        assert_eq!(without_by("BY ANN EXAMPLE"), "ANN EXAMPLE");
        assert_eq!(without_by("Byron Example"), "Byron Example");
        assert_eq!(without_by("é"), "é");
    }
}
