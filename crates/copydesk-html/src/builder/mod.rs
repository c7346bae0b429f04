//! The tree builder of the standard: tokens become nodes.
//!
//! It asks the tokenizer for one token after the other. A token goes to the insertion mode (a file each, or
//! one for a few that belong together), which puts nodes into the arena and elements on the stack. A mode that
//! has nothing to say of a token changes the mode and says [`Step::Again`].
//!
//! Nothing here may cost more for a deep, long or broken page than for another one of its size: what the
//! standard words as a walk up the stack is a bit of its top (`stack.rs`), and what can grow has a limit.

mod adoption;
mod after;
mod before;
mod body;
mod body_end;
mod foreign;
mod formatting;
mod fragment;
mod frameset;
mod head;
mod insert;
mod quirks;
mod reset;
mod selected;
mod stack;
mod table;
mod tags;
mod template;

pub(crate) use fragment::Context;

use crate::arena::{Arena, Kind, NONE, Record};
use crate::document::Doctype;
use crate::limits::Limits;
use crate::name::Name;
use crate::span::Span;
use crate::tokenizer::{Run, Tag, Token, Tokenizer};
use formatting::Formatting;
use selected::Selection;
use stack::Stack;

/// How a document is laid out, which decides whether a table closes a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quirks {
    /// As the standards say.
    None,
    /// Nearly so.
    Limited,
    /// As the browsers of the nineties did.
    Full,
}

/// The insertion modes. There is none for text: what is raw text is read in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Initial,
    BeforeHtml,
    BeforeHead,
    InHead,
    InHeadNoscript,
    AfterHead,
    InBody,
    InTable,
    InCaption,
    InColumnGroup,
    InTableBody,
    InRow,
    InCell,
    InTemplate,
    AfterBody,
    InFrameset,
    AfterFrameset,
    AfterAfterBody,
    AfterAfterFrameset,
}

/// Whether a token is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Step {
    Done,
    /// The mode has changed, and the token goes to the new one.
    Again,
}

/// The state of the builder.
#[derive(Debug)]
pub(crate) struct Builder<'s> {
    pub(crate) tokenizer: Tokenizer<'s>,
    pub(crate) arena: Arena,
    pub(crate) doctypes: Vec<Doctype>,
    pub(crate) quirks: Quirks,
    stack: Stack,
    formatting: Formatting,
    mode: Mode,
    template_modes: Vec<Mode>,
    context: Option<Context>,
    head: u32,
    form: u32,
    scripting: bool,
    allows_frameset: bool,
    fosters: bool,
    /// A line end that comes next is left out: it follows `pre`.
    skips_line_end: bool,
    selection: Selection,
    limits: Limits,
    /// No node is made any more but one for the rest of the text.
    is_full: bool,
    reopened: usize,
    /// How often attributes were added to `html` or `body`.
    merges: usize,
}

impl<'s> Builder<'s> {
    pub(crate) fn new(tokenizer: Tokenizer<'s>, limits: &Limits, scripting: bool, root: Kind) -> Builder<'s> {
        let size = tokenizer.texts.source.len();
        let most = limits.nodes.saturating_add(size / 3 + 64);
        let mut arena = Arena::new(16 + size / 40, most);
        arena.add(Record::new(root, Name::NOTHING, NONE, 0));
        Builder {
            tokenizer,
            arena,
            doctypes: Vec::new(),
            quirks: Quirks::None,
            stack: Stack::new(),
            formatting: Formatting::new(limits.formatting),
            mode: Mode::Initial,
            template_modes: Vec::new(),
            context: None,
            head: NONE,
            form: NONE,
            scripting,
            allows_frameset: true,
            fosters: false,
            skips_line_end: false,
            selection: Selection::NONE,
            limits: limits.clone(),
            is_full: false,
            reopened: 0,
            merges: 0,
        }
    }

    /// Builds the tree.
    pub(crate) fn run(&mut self) {
        loop {
            match self.tokenizer.next(self.is_foreign()) {
                Token::Start(tag) => self.start_tag(tag),
                Token::End(tag) => self.end_tag(tag),
                Token::Text(run) => self.text(run),
                Token::Comment(span, position) => self.comment(span, position),
                Token::Doctype(position) => self.doctype(position),
                Token::EndOfPage => return self.end_of_page(),
            }
            if self.arena.records.len() >= self.node_limit() {
                self.is_full = true;
            }
        }
    }

    fn node_limit(&self) -> usize {
        self.limits.nodes.saturating_add(self.tokenizer.position() / 3)
    }

    fn start_tag(&mut self, tag: Tag) {
        self.skips_line_end = false;
        if self.is_full {
            return self.start_tag_behind_the_last_node(tag);
        }
        if self.is_foreign() && !self.is_html_start(tag.name) {
            return self.foreign_start(tag);
        }
        while self.start_in(self.mode, tag) == Step::Again {}
    }

    fn end_tag(&mut self, tag: Tag) {
        self.skips_line_end = false;
        if self.is_full {
            self.count_left_out();
            return;
        }
        if self.stack.closes_too_deep(tag.name) {
            return;
        }
        if self.is_foreign() {
            return self.foreign_end(tag);
        }
        self.html_end(tag);
    }

    fn html_end(&mut self, tag: Tag) {
        while self.end_in(self.mode, tag) == Step::Again {}
    }

    /// Text in front of which, and in which, line ends and NUL may have to go.
    fn text(&mut self, run: Run) {
        let mut run = run;
        if std::mem::take(&mut self.skips_line_end) && self.bytes(run.span).starts_with(b"\n") {
            run.span = run.span.skip(1);
        }
        if run.span.is_empty() {
            return;
        }
        if self.is_foreign() && !self.is_html_text() {
            return self.foreign_text(run);
        }
        if run.has_nul { self.text_with_nul(run) } else { self.html_text(run) }
    }

    fn html_text(&mut self, run: Run) {
        let mut rest = run;
        while self.text_in(self.mode, &mut rest) == Step::Again {}
    }

    fn comment(&mut self, span: Span, position: u32) {
        self.skips_line_end = false;
        if self.is_full {
            return self.count_left_out();
        }
        let html = self.stack.first_node();
        match self.mode {
            _ if self.is_foreign() => self.insert_comment(span, position),
            Mode::Initial | Mode::BeforeHtml | Mode::AfterAfterBody | Mode::AfterAfterFrameset => {
                self.append_comment(0, span, position);
            }
            Mode::AfterBody => self.append_comment(html, span, position),
            _ => self.insert_comment(span, position),
        }
    }

    fn start_in(&mut self, mode: Mode, tag: Tag) -> Step {
        match mode {
            Mode::InBody => self.start_in_body(tag),
            Mode::Initial => self.no_doctype(),
            Mode::BeforeHtml => self.start_before_html(tag),
            Mode::BeforeHead => self.start_before_head(tag),
            Mode::InHead => self.start_in_head(tag),
            Mode::InHeadNoscript => self.start_in_head_noscript(tag),
            Mode::AfterHead => self.start_after_head(tag),
            Mode::InTable => self.start_in_table(tag),
            Mode::InCaption => self.start_in_caption(tag),
            Mode::InColumnGroup => self.start_in_column_group(tag),
            Mode::InTableBody => self.start_in_table_body(tag),
            Mode::InRow => self.start_in_row(tag),
            Mode::InCell => self.start_in_cell(tag),
            Mode::InTemplate => self.start_in_template(tag),
            Mode::AfterBody | Mode::AfterAfterBody => self.start_after_body(tag),
            Mode::InFrameset => self.start_in_frameset(tag),
            Mode::AfterFrameset => self.start_after_frameset(tag),
            Mode::AfterAfterFrameset => self.start_after_after_frameset(tag),
        }
    }

    fn end_in(&mut self, mode: Mode, tag: Tag) -> Step {
        match mode {
            Mode::InBody => self.end_in_body(tag),
            Mode::Initial => self.no_doctype(),
            Mode::BeforeHtml => self.end_before_html(tag),
            Mode::BeforeHead => self.end_before_head(tag),
            Mode::InHead => self.end_in_head(tag),
            Mode::InHeadNoscript => self.end_in_head_noscript(tag),
            Mode::AfterHead => self.end_after_head(tag),
            Mode::InTable => self.end_in_table(tag),
            Mode::InCaption => self.end_in_caption(tag),
            Mode::InColumnGroup => self.end_in_column_group(tag),
            Mode::InTableBody => self.end_in_table_body(tag),
            Mode::InRow => self.end_in_row(tag),
            Mode::InCell => self.end_in_cell(tag),
            Mode::InTemplate => self.end_in_template(tag),
            Mode::AfterBody | Mode::AfterAfterBody => self.end_after_body(tag),
            Mode::InFrameset => self.end_in_frameset(tag),
            Mode::AfterFrameset => self.end_after_frameset(tag),
            Mode::AfterAfterFrameset => Step::Done,
        }
    }

    /// Text in a mode; what the mode has taken goes from the front of `run`.
    fn text_in(&mut self, mode: Mode, run: &mut Run) -> Step {
        match mode {
            Mode::InBody | Mode::InCaption | Mode::InCell | Mode::InTemplate => self.text_in_body(*run),
            Mode::Initial => self.text_in_initial(run),
            Mode::BeforeHtml => self.text_before_html(run),
            Mode::BeforeHead => self.text_before_head(run),
            Mode::InHead => self.text_in_head(run),
            Mode::InHeadNoscript => self.text_in_head_noscript(run),
            Mode::AfterHead => self.text_after_head(run),
            Mode::InTable | Mode::InTableBody | Mode::InRow => self.text_in_table(*run),
            Mode::InColumnGroup => self.text_in_column_group(run),
            Mode::AfterBody | Mode::AfterAfterBody => self.text_after_body(run),
            Mode::InFrameset | Mode::AfterFrameset => self.space_only(*run),
            Mode::AfterAfterFrameset => self.text_after_after_frameset(*run),
        }
    }

    fn end_of_page(&mut self) {
        while self.end_of_page_in(self.mode) == Step::Again {}
        self.close_options();
    }

    fn end_of_page_in(&mut self, mode: Mode) -> Step {
        match mode {
            Mode::Initial => self.no_doctype(),
            Mode::BeforeHtml => self.make_html(),
            Mode::BeforeHead => self.make_head(),
            Mode::InHead => self.leave_head(),
            Mode::InHeadNoscript => self.leave_head_noscript(),
            Mode::AfterHead => self.make_body(),
            _ => self.end_of_page_in_template(),
        }
    }

    /// The bytes of a span.
    fn bytes(&self, span: Span) -> &[u8] {
        self.tokenizer.texts.bytes(span)
    }

    /// How many bytes of white space a run begins with.
    fn leading_space(&self, run: Run) -> usize {
        crate::scan::leading_space(self.bytes(run.span))
    }

    /// Takes the white space off the front of a run.
    fn split_space(&self, run: &mut Run) -> Run {
        let length = self.leading_space(*run);
        let space = Run { span: run.span.take(length), ..*run };
        run.span = run.span.skip(length);
        run.position += length as u32;
        space
    }
}
