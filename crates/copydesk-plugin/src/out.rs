//! Where an extractor's results go.

use std::fmt::Display;
use std::ops::Range;

use serde::Serialize;

use crate::{Level, abi};

/// What a block of text is to its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Role {
    /// The headline.
    Title = abi::CD_ROLE_TITLE,
    /// The line that names the author.
    Byline = abi::CD_ROLE_BYLINE,
    /// The line that gives place or time of writing.
    Dateline = abi::CD_ROLE_DATELINE,
    /// A heading inside the article.
    Heading = abi::CD_ROLE_HEADING,
    /// Running text.
    Paragraph = abi::CD_ROLE_PARAGRAPH,
    /// An item of a list.
    ListItem = abi::CD_ROLE_LIST_ITEM,
    /// A quotation set apart.
    Quote = abi::CD_ROLE_QUOTE,
    /// The text below a picture.
    Caption = abi::CD_ROLE_CAPTION,
    /// A row or the whole of a table.
    Table = abi::CD_ROLE_TABLE,
    /// Text whose line breaks matter.
    Verbatim = abi::CD_ROLE_VERBATIM,
}

/// What takes results: the host, or a list in a test.
pub(crate) trait Emit {
    fn article(&mut self);
    fn text(&mut self, role: Role, text: &str);
    fn raw(&mut self, bytes: &[u8]);
    fn field(&mut self, key: &str, json: &str);
    fn score(&mut self, name: &str, value: f64);
    fn span(&mut self, range: Range<usize>, replacement: Option<&str>);
    fn log(&mut self, level: Level, message: &str);
    fn is_cancelled(&self) -> bool;
}

/// Where an extractor's results go: blocks of text in reading order, and what is known of the
/// article besides.
pub struct Out<'a> {
    pub(crate) emit: &'a mut dyn Emit,
}

impl Out<'_> {
    /// Begins an article. The first one need not be begun.
    pub fn article(&mut self) {
        self.emit.article();
    }

    /// A block of the current article. White space round it is cut off; a blank one is passed over.
    pub fn text(&mut self, role: Role, text: &str) {
        if !text.trim_start().is_empty() {
            self.emit.text(role, text);
        }
    }

    /// The headline.
    pub fn title(&mut self, text: &str) {
        self.text(Role::Title, text);
    }

    /// The line that names the author.
    pub fn byline(&mut self, text: &str) {
        self.text(Role::Byline, text);
    }

    /// The line that gives place or time of writing.
    pub fn dateline(&mut self, text: &str) {
        self.text(Role::Dateline, text);
    }

    /// A heading inside the article.
    pub fn heading(&mut self, text: &str) {
        self.text(Role::Heading, text);
    }

    /// Running text.
    pub fn paragraph(&mut self, text: &str) {
        self.text(Role::Paragraph, text);
    }

    /// An item of a list, its marker included if it has one.
    pub fn list_item(&mut self, text: &str) {
        self.text(Role::ListItem, text);
    }

    /// A quotation set apart.
    pub fn quote(&mut self, text: &str) {
        self.text(Role::Quote, text);
    }

    /// The text below a picture.
    pub fn caption(&mut self, text: &str) {
        self.text(Role::Caption, text);
    }

    /// A row or the whole of a table.
    pub fn table(&mut self, text: &str) {
        self.text(Role::Table, text);
    }

    /// Text whose line breaks matter: verse, source code.
    pub fn verbatim(&mut self, text: &str) {
        self.text(Role::Verbatim, text);
    }

    /// Something known of the article. `id`, `title`, `url`, `author`, `date` and `language` become
    /// the document's own and take a string (`author` a list of strings as well); every other key
    /// goes into its metadata. A key that comes again replaces what it said before.
    pub fn field(&mut self, key: &str, value: impl Serialize) {
        match serde_json::to_string(&value) {
            Ok(json) => self.emit.field(key, &json),
            Err(error) => self.log(Level::Warn, format_args!("the field `{key}` is not JSON: {error}")),
        }
    }

    /// A message for the user.
    pub fn log(&mut self, level: Level, message: impl Display) {
        self.emit.log(level, &message.to_string());
    }

    /// copydesk has no more use for the result. To be asked now and then in long loops.
    pub fn is_cancelled(&self) -> bool {
        self.emit.is_cancelled()
    }
}
