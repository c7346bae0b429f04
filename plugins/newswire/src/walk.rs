//! Goes through the XML from tag to tag.
//!
//! A stack holds one entry for each open element. Text is gathered until a block begins or ends, and
//! then goes to the story as what its zone says.

use copydesk_plugin::{Out, Role};
use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::Options;
use crate::html::readable;
use crate::story::{Field, Story, extended};
use crate::zone::{Entry, Zone, enter, is_void};

/// Stands between two cells of a row until the row is complete. No XML may contain it.
const CELL: char = '\u{1f}';

/// How the walk came to an end.
pub(crate) enum Ending {
    /// The root is of another vocabulary, or there is none.
    NotNews,
    /// At the end of the file.
    Whole,
    /// At a mistake: where and which.
    Broken(String),
}

/// A walk through one file.
pub(crate) struct Walk {
    options: Options,
    open: Vec<Open>,
    text: String,
    story: Story,
    /// How many stories have been emitted.
    pub(crate) stories: usize,
    /// Items whose escaped HTML ends too early: which, and where.
    pub(crate) cut_short: Vec<String>,
}

/// An element that has begun and not ended.
struct Open {
    zone: Zone,
    breaks: bool,
    /// Where its text begins.
    start: usize,
}

impl Walk {
    pub(crate) fn new(options: Options) -> Self {
        Walk {
            options,
            open: Vec::new(),
            text: String::new(),
            story: Story::default(),
            stories: 0,
            cut_short: Vec::new(),
        }
    }

    /// Reads a file and emits its stories.
    pub(crate) fn through(&mut self, body: &str, out: &mut Out<'_>) -> Ending {
        let body = body.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let mut reader = Reader::from_str(body);
        reader.config_mut().allow_dangling_amp = true;
        let mut has_root = false;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => self.take(event, out),
                Err(_) if !has_root => return Ending::NotNews,
                Err(error) => return self.broken(body, reader.error_position(), &error.to_string(), out),
            }
            if !has_root && let Some(root) = self.open.first() {
                has_root = true;
                if root.zone == Zone::Skip {
                    return Ending::NotNews;
                }
            }
        }
        match (has_root, self.open.is_empty()) {
            (false, _) => Ending::NotNews,
            (true, true) => Ending::Whole,
            (true, false) => self.broken(body, body.len() as u64, "the file ends inside an element", out),
        }
    }

    /// Keeps what was read.
    fn broken(&mut self, body: &str, position: u64, what: &str, out: &mut Out<'_>) -> Ending {
        while !self.open.is_empty() {
            self.end(out);
        }
        let at = usize::try_from(position).unwrap_or(usize::MAX);
        let (line, column) = place(body, at);
        Ending::Broken(format!("line {line}, column {column}: {what}"))
    }

    fn take(&mut self, event: Event<'_>, out: &mut Out<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::Empty(tag) => {
                self.start(&tag);
                self.end(out);
            }
            Event::End(_) => self.end(out),
            Event::Text(text) => self.say(&text.decode().unwrap_or_default()),
            Event::CData(text) => self.say(&text.decode().unwrap_or_default()),
            Event::GeneralRef(reference) => self.say_reference(&reference),
            _ => {}
        }
    }

    fn zone(&self) -> Zone {
        self.open.last().map_or(Zone::Top, |open| open.zone)
    }

    fn outer_zone(&self) -> Zone {
        self.open.iter().rev().nth(1).map_or(Zone::Top, |open| open.zone)
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = tag.local_name();
        let mut entry = enter(self.zone(), name.as_ref(), self.options);
        self.attributes(&mut entry, name.as_ref(), tag);
        if entry.breaks {
            self.flush();
        }
        match name.as_ref() {
            b"br" if self.zone() == Zone::Flow(Role::Verbatim) => self.text.push('\n'),
            b"br" | b"byttl" | b"p" => self.text.push(' '),
            _ => {}
        }
        self.open.push(Open { zone: entry.zone, breaks: entry.breaks, start: self.text.len() });
    }

    fn end(&mut self, out: &mut Out<'_>) {
        let Some(open) = self.open.last() else { return };
        let (zone, breaks, start) = (open.zone, open.breaks, open.start);
        match zone {
            Zone::Cell => self.text.push(CELL),
            // the parts of a name are in the zone of the name
            Zone::Person if self.outer_zone() != Zone::Person => {
                let name = folded(self.text.get(start..).unwrap_or_default());
                if !name.is_empty() {
                    self.story.field(Field::Author, name);
                }
            }
            _ => {}
        }
        if breaks {
            self.flush();
        }
        self.open.pop();
        let is_story = zone == Zone::Item || (zone == Zone::Nitf && self.open.is_empty());
        if is_story && std::mem::take(&mut self.story).emit(self.options, out) {
            self.stories += 1;
        }
    }

    fn say(&mut self, text: &str) {
        match self.zone() {
            Zone::Flow(_)
            | Zone::Row
            | Zone::Cell
            | Zone::Field(_)
            | Zone::Person
            | Zone::InlineData { .. } => {
                self.text.push_str(text);
            }
            _ => {}
        }
    }

    /// `&amp;`, `&#233;`, `&nbsp;`; what is not known stays as it is written.
    fn say_reference(&mut self, reference: &BytesRef<'_>) {
        let name = reference.decode().unwrap_or_default();
        match (reference.resolve_char_ref(), resolve_html5_entity(&name)) {
            (Ok(Some(letter)), _) => self.say(letter.encode_utf8(&mut [0; 4])),
            (_, Some(text)) => self.say(text),
            _ => self.say(&format!("&{name};")),
        }
    }

    /// Gives the text so far to the story, as what its zone says.
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        match self.zone() {
            Zone::Flow(Role::Verbatim) => self.push(Role::Verbatim, verbatim(&self.text)),
            Zone::Flow(role) => self.push(role, folded(&self.text)),
            Zone::Row => self.push(Role::Table, cells(&self.text)),
            Zone::Field(field) => {
                let text = folded(&self.text);
                if !text.is_empty() {
                    self.story.field(field, text);
                }
            }
            Zone::InlineData { html } => self.inline_data(html),
            _ => {}
        }
        self.text.clear();
    }

    fn push(&mut self, role: Role, text: String) {
        if !text.is_empty() {
            self.story.block(role, text);
        }
    }

    fn inline_data(&mut self, html: bool) {
        let text = std::mem::take(&mut self.text);
        if html {
            self.html(&text);
        } else {
            paragraphs(&text).into_iter().for_each(|paragraph| self.push(Role::Paragraph, paragraph));
        }
    }

    /// HTML that an item carries as text. Its tags may be missing or wrong: ends close whatever is
    /// open, and what cannot be read ends the text, with a note.
    fn html(&mut self, text: &str) {
        let ready = readable(text);
        let mut broken = ready.broken;
        let mut reader = Reader::from_str(&ready.text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        let outside = self.open.len();
        self.open.push(Open { zone: Zone::Flow(Role::Paragraph), breaks: true, start: 0 });
        loop {
            let event = match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => event,
                Err(error) => {
                    broken = Some(error.to_string());
                    break;
                }
            };
            match event {
                Event::Start(tag) if !is_void(tag.local_name().as_ref()) => self.start(&tag),
                Event::Start(tag) | Event::Empty(tag) => {
                    self.start(&tag);
                    self.close();
                }
                Event::End(_) if self.open.len() > outside + 1 => self.close(),
                Event::Text(text) => self.say(&text.decode().unwrap_or_default()),
                Event::CData(text) => self.say(&text.decode().unwrap_or_default()),
                Event::GeneralRef(reference) => self.say_reference(&reference),
                _ => {}
            }
        }
        while self.open.len() > outside {
            self.close();
        }
        if let Some(what) = broken {
            let item = self.story.id.as_deref().unwrap_or("without a guid");
            self.cut_short.push(format!("item {item}: {what}"));
        }
    }

    /// Ends an element of escaped HTML, which holds no story.
    fn close(&mut self) {
        match self.open.last() {
            Some(Open { zone: Zone::Cell, .. }) => self.text.push(CELL),
            Some(Open { breaks: true, .. }) => self.flush(),
            _ => {}
        }
        self.open.pop();
    }

    /// What an element says in its attributes.
    fn attributes(&mut self, entry: &mut Entry, name: &[u8], tag: &BytesStart<'_>) {
        let parent = self.zone();
        let story = &mut self.story;
        match (entry.zone, name) {
            (Zone::Item, _) => {
                *story = Story::default();
                set(&mut story.id, attribute(tag, b"guid"));
                set(&mut story.language, attribute(tag, b"xml:lang"));
            }
            (Zone::Nitf, _) => set(&mut story.language, attribute(tag, b"xml:lang")),
            (Zone::NitfHead, b"doc-id") => set(&mut story.id, attribute(tag, b"id-string")),
            (Zone::NitfHead, b"date.issue") => {
                set(&mut story.date, attribute(tag, b"norm").map(|time| extended(&time)));
            }
            (Zone::NitfHead, b"pubdata") => {
                set(&mut story.publication, attribute(tag, b"name"));
                set(&mut story.date, attribute(tag, b"date.publication").map(|time| extended(&time)));
            }
            (Zone::NitfHead, b"doc.copyright") => {
                let holder = attribute(tag, b"holder");
                let year = attribute(tag, b"year");
                let parts: Vec<_> = [year, holder].into_iter().flatten().collect();
                if !parts.is_empty() {
                    story.field(Field::Copyright, parts.join(" "));
                }
            }
            (Zone::NitfHead, b"keyword") => {
                if let Some(key) = attribute(tag, b"key") {
                    story.field(Field::Keyword, key);
                }
            }
            (Zone::InlineData { .. }, _) => {
                let html = attribute(tag, b"contenttype").is_some_and(|mime| mime.contains("html"));
                entry.zone = Zone::InlineData { html };
            }
            (Zone::Skip, b"language") if parent == Zone::ContentMeta => {
                story.language = attribute(tag, b"tag").or(story.language.take());
            }
            _ => {}
        }
    }
}

/// The first word counts.
fn set(place: &mut Option<String>, value: Option<String>) {
    if place.is_none() {
        *place = value;
    }
}

fn attribute(tag: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    // without checks: looking for doubles would compare each with each
    let found =
        tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    let value = found.unescape_value().ok()?;
    let text = folded(&value);
    (!text.is_empty()).then_some(text)
}

/// Every run of white space as one space.
fn folded(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn verbatim(text: &str) -> String {
    text.trim_matches(['\r', '\n']).trim_end().to_owned()
}

/// The cells of a row, side by side.
fn cells(text: &str) -> String {
    let cells: Vec<_> = text.split(CELL).map(folded).collect();
    let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    cells[..filled].join(" | ")
}

/// Plain text: blank lines part paragraphs; where there are none, every line is one.
fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.trim().lines().map(folded).collect();
    if !lines.iter().any(String::is_empty) {
        return lines;
    }
    lines.split(String::is_empty).filter(|lines| !lines.is_empty()).map(|lines| lines.join(" ")).collect()
}

/// Line and column of a byte, as an editor counts them.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
