//! The body of a page: text and start tags. The end tags are in `body_end.rs`.

use super::selected::Selection;
use super::tags::{self, IMPLIED_END};
use super::{Builder, Mode, Quirks, Step};
use crate::arena::{Kind, NONE};
use crate::name::{Name, Namespace, names as n};
use crate::tokenizer::{RawText, Run, Tag};

impl Builder<'_> {
    #[inline]
    pub(super) fn text_in_body(&mut self, run: Run) -> Step {
        self.reconstruct();
        self.insert_text(run);
        if self.allows_frameset && self.leading_space(run) < run.span.len() {
            self.allows_frameset = false;
        }
        Step::Done
    }

    /// Text in which NUL stands: it is left out, but ends what only white space may stand in.
    pub(super) fn text_with_nul(&mut self, run: Run) {
        let text = self.tokenizer.texts.get(run.span).to_owned();
        if matches!(self.mode, Mode::InTable | Mode::InTableBody | Mode::InRow) {
            return self.text_without_nul(&text.replace('\0', ""), run);
        }
        let mut pieces = text.split('\0');
        self.text_without_nul(pieces.next().unwrap_or_default(), run);
        if self.mode == Mode::InBody {
            return self.text_without_nul(&pieces.collect::<String>(), run);
        }
        for piece in pieces {
            self.nul();
            self.text_without_nul(piece, run);
        }
    }

    fn text_without_nul(&mut self, text: &str, run: Run) {
        if text.is_empty() {
            return;
        }
        let top = self.tokenizer.texts.top();
        self.tokenizer.texts.side.push_str(text);
        self.html_text(Run { span: self.tokenizer.texts.since(top), position: run.position, has_nul: false });
    }

    /// A NUL is no text, but no white space either.
    fn nul(&mut self) {
        loop {
            let step = match self.mode {
                Mode::Initial => self.no_doctype(),
                Mode::BeforeHtml => self.make_html(),
                Mode::BeforeHead => self.make_head(),
                Mode::InHead => self.leave_head(),
                Mode::InHeadNoscript => self.leave_head_noscript(),
                Mode::AfterHead => self.make_body(),
                Mode::AfterBody | Mode::AfterAfterBody => self.back_to_body(),
                Mode::InColumnGroup => {
                    if self.leave_column_group() {
                        Step::Again
                    } else {
                        Step::Done
                    }
                }
                _ => Step::Done,
            };
            if step == Step::Done {
                return;
            }
        }
    }

    pub(super) fn start_in_body(&mut self, tag: Tag) -> Step {
        match tag.name {
            n::DIV
            | n::ADDRESS
            | n::ARTICLE
            | n::ASIDE
            | n::BLOCKQUOTE
            | n::CENTER
            | n::DETAILS
            | n::DIALOG
            | n::DIR
            | n::DL
            | n::FIELDSET
            | n::FIGCAPTION
            | n::FIGURE
            | n::FOOTER
            | n::HEADER
            | n::HGROUP
            | n::MAIN
            | n::MENU
            | n::NAV
            | n::OL
            | n::P
            | n::SEARCH
            | n::SECTION
            | n::SUMMARY
            | n::UL => self.start_block(tag),
            n::A => self.start_a(tag),
            n::B
            | n::BIG
            | n::CODE
            | n::EM
            | n::FONT
            | n::I
            | n::S
            | n::SMALL
            | n::STRIKE
            | n::STRONG
            | n::TT
            | n::U => self.start_formatting(tag),
            n::LI => self.start_item(tag, &[n::LI]),
            n::DD | n::DT => self.start_item(tag, &[n::DD, n::DT]),
            n::AREA | n::BR | n::EMBED | n::IMG | n::KEYGEN | n::WBR => self.start_void(tag),
            n::INPUT => self.start_input(tag),
            n::PARAM | n::SOURCE | n::TRACK => {
                self.insert_void(tag);
            }
            n::BASE
            | n::BASEFONT
            | n::BGSOUND
            | n::LINK
            | n::META
            | n::NOFRAMES
            | n::SCRIPT
            | n::STYLE
            | n::TEMPLATE
            | n::TITLE => return self.start_in_head(tag),
            n::H1 | n::H2 | n::H3 | n::H4 | n::H5 | n::H6 => self.start_heading(tag),
            n::TABLE => self.start_table(tag),
            n::FORM => self.start_form(tag),
            n::BUTTON => self.start_button(tag),
            n::SELECT => self.start_select(tag),
            n::OPTION => self.start_option(tag),
            n::SELECTEDCONTENT => self.start_selectedcontent(tag),
            n::OPTGROUP => self.start_optgroup(tag),
            n::PRE | n::LISTING => {
                self.start_block(tag);
                self.skips_line_end = true;
                self.allows_frameset = false;
            }
            n::HR => self.start_hr(tag),
            n::SVG => self.start_foreign_root(tag, Namespace::Svg),
            n::MATH => self.start_foreign_root(tag, Namespace::MathMl),
            n::IFRAME => {
                self.allows_frameset = false;
                self.insert_raw(tag, RawText::Plain);
            }
            n::NOEMBED => self.insert_raw(tag, RawText::Plain),
            n::NOSCRIPT if self.scripting => self.insert_raw(tag, RawText::Plain),
            n::TEXTAREA => {
                self.allows_frameset = false;
                self.insert_raw(tag, RawText::References);
            }
            n::XMP => self.start_xmp(tag),
            n::PLAINTEXT => self.start_plaintext(tag),
            n::NOBR => self.start_nobr(tag),
            n::APPLET | n::MARQUEE | n::OBJECT => self.start_object(tag),
            n::RB | n::RTC => self.start_ruby(tag, Name::NOTHING),
            n::RP | n::RT => self.start_ruby(tag, n::RTC),
            n::IMAGE => {
                let tag = Tag { name: n::IMG, ..tag };
                self.start_void(tag);
            }
            n::HTML => self.start_html_again(tag),
            n::BODY => self.start_body_again(tag),
            n::FRAMESET => self.start_frameset_in_body(tag),
            n::CAPTION
            | n::COL
            | n::COLGROUP
            | n::FRAME
            | n::HEAD
            | n::TBODY
            | n::TD
            | n::TFOOT
            | n::TH
            | n::THEAD
            | n::TR => {}
            _ => {
                self.reconstruct();
                self.insert(tag);
            }
        }
        Step::Done
    }

    /// Attributes of a second `html` or `body` tag go to the element if it has none of that name.
    fn add_attributes(&mut self, node: u32, tag: Tag) {
        let has_any = (tag.attributes as usize) < self.tokenizer.attributes.len();
        if !has_any || self.arena.get(node).is(Kind::Fragment) {
            return;
        }
        self.merges += 1;
        if self.merges > self.limits.attributes {
            self.tokenizer.capped.attributes = self.tokenizer.capped.attributes.saturating_add(1);
            return;
        }
        let old = self.arena.get(node).data;
        self.arena.get_mut(node).data = self.tokenizer.merge_attributes(old);
    }

    fn start_html_again(&mut self, tag: Tag) {
        if !self.is_in_template() && self.stack.len() > 0 {
            self.add_attributes(self.stack.first_node(), tag);
        }
    }

    fn start_body_again(&mut self, tag: Tag) {
        let second = self.stack.entries.get(1).copied();
        if let Some(body) = second.filter(|entry| entry.name == n::BODY)
            && !self.is_in_template()
        {
            self.allows_frameset = false;
            self.add_attributes(body.node, tag);
        }
    }

    /// A frameset takes the place of a body in which nothing stands yet.
    fn start_frameset_in_body(&mut self, tag: Tag) {
        let second = self.stack.entries.get(1).copied();
        if let Some(body) = second.filter(|entry| entry.name == n::BODY)
            && self.allows_frameset
        {
            self.arena.detach(body.node);
            self.pop_to(1);
            self.insert_structure(tag);
            self.mode = Mode::InFrameset;
        }
    }

    #[inline]
    fn start_block(&mut self, tag: Tag) {
        self.close_p();
        self.insert(tag);
    }

    fn start_heading(&mut self, tag: Tag) {
        self.close_p();
        if matches!(self.stack.current_name(), n::H1 | n::H2 | n::H3 | n::H4 | n::H5 | n::H6) {
            self.pop();
        }
        self.insert(tag);
    }

    fn start_form(&mut self, tag: Tag) {
        let is_in_template = self.is_in_template();
        if self.form != NONE && !is_in_template {
            return;
        }
        self.close_p();
        if self.insert(tag) && !is_in_template {
            self.form = self.stack.current();
        }
    }

    /// `li`, `dd` or `dt`, which closes one of `others` that is open in the same list.
    fn start_item(&mut self, tag: Tag, others: &[Name]) {
        self.allows_frameset = false;
        for &other in others {
            if self.stack.has(tags::item(other)) {
                self.close_implied(other);
                self.pop_until(other);
                break;
            }
        }
        self.start_block(tag);
    }

    fn start_plaintext(&mut self, tag: Tag) {
        self.start_block(tag);
        let run = self.tokenizer.plaintext();
        if !run.span.is_empty() {
            let _ = self.text_in_body(run);
        }
    }

    fn start_button(&mut self, tag: Tag) {
        if self.stack.has(tags::scope(n::BUTTON)) {
            self.close_implied(Name::NOTHING);
            self.pop_until(n::BUTTON);
        }
        self.reconstruct();
        self.insert(tag);
        self.allows_frameset = false;
    }

    /// A link ends the one that it begins in.
    fn start_a(&mut self, tag: Tag) {
        if let Some(open) = self.formatting.latest(n::A) {
            self.adopt(n::A);
            self.formatting.remove(open.node);
            if let Some(place) = self.stack.place(open.node).filter(|_| self.arena.get(open.node).is_open()) {
                self.arena.get_mut(open.node).set_open(false);
                self.stack.remove(place);
            }
        }
        self.start_formatting(tag);
    }

    fn start_formatting(&mut self, tag: Tag) {
        self.reconstruct();
        if self.insert(tag) {
            self.push_formatting(self.stack.current());
        }
    }

    fn start_nobr(&mut self, tag: Tag) {
        self.reconstruct();
        if self.stack.has(tags::NOBR) {
            self.adopt(n::NOBR);
            self.reconstruct();
        }
        if self.insert(tag) {
            self.push_formatting(self.stack.current());
        }
    }

    fn start_object(&mut self, tag: Tag) {
        self.reconstruct();
        if self.insert(tag) {
            self.formatting.push_marker();
        }
        self.allows_frameset = false;
    }

    fn start_table(&mut self, tag: Tag) {
        if self.quirks != Quirks::Full {
            self.close_p();
        }
        self.allows_frameset = false;
        if self.insert(tag) {
            self.mode = Mode::InTable;
        }
    }

    fn start_void(&mut self, tag: Tag) {
        self.reconstruct();
        self.insert_void(tag);
        self.allows_frameset = false;
    }

    fn start_input(&mut self, tag: Tag) {
        if self.context.as_ref().is_some_and(|context| context.name == n::SELECT) {
            return;
        }
        if self.stack.has(tags::scope(n::SELECT)) {
            self.pop_until(n::SELECT);
        }
        self.reconstruct();
        let is_hidden = self.is_hidden_input(tag);
        self.insert_void(tag);
        if !is_hidden {
            self.allows_frameset = false;
        }
    }

    /// Whether an `input` tag says that it is hidden.
    pub(super) fn is_hidden_input(&self, tag: Tag) -> bool {
        let attributes = &self.tokenizer.attributes[tag.attributes as usize..];
        let kind = attributes.iter().find(|attribute| attribute.name() == n::TYPE);
        kind.is_some_and(|kind| self.tokenizer.texts.get(kind.value).eq_ignore_ascii_case("hidden"))
    }

    fn start_hr(&mut self, tag: Tag) {
        self.close_p();
        if self.stack.has(tags::scope(n::SELECT)) {
            self.close_implied(Name::NOTHING);
        }
        self.insert_void(tag);
        self.allows_frameset = false;
    }

    fn start_xmp(&mut self, tag: Tag) {
        self.close_p();
        self.reconstruct();
        self.allows_frameset = false;
        self.insert_raw(tag, RawText::Plain);
    }

    fn start_select(&mut self, tag: Tag) {
        if self.context.as_ref().is_some_and(|context| context.name == n::SELECT) {
            return;
        }
        if self.stack.has(tags::scope(n::SELECT)) {
            return self.pop_until(n::SELECT);
        }
        self.reconstruct();
        if self.insert(tag) {
            self.selection = Selection::NONE;
        }
        self.allows_frameset = false;
    }

    fn start_option(&mut self, tag: Tag) {
        if self.stack.has(tags::scope(n::SELECT)) {
            self.close_implied(n::OPTGROUP);
        } else if self.stack.current_name() == n::OPTION {
            self.pop();
        }
        self.reconstruct();
        self.insert(tag);
    }

    fn start_optgroup(&mut self, tag: Tag) {
        if self.stack.has(tags::scope(n::SELECT)) {
            self.close_implied(Name::NOTHING);
        } else if self.stack.current_name() == n::OPTION {
            self.pop();
        }
        self.reconstruct();
        self.insert(tag);
    }

    /// A part of a `ruby`; one that is open and not `kept` ends.
    fn start_ruby(&mut self, tag: Tag, kept: Name) {
        if self.stack.has(tags::scope(n::RUBY)) {
            self.close_implied(kept);
        }
        self.insert(tag);
    }

    fn start_foreign_root(&mut self, tag: Tag, namespace: Namespace) {
        self.reconstruct();
        self.adjust_attributes(tag, namespace);
        self.insert_foreign(tag.name.within(namespace), tag);
    }

    /// Closes elements whose end tag may be left out, but for one of that name.
    pub(super) fn close_implied(&mut self, kept: Name) {
        while self.stack.last().is_some_and(|entry| entry.flags & IMPLIED_END != 0 && entry.name != kept) {
            self.pop();
        }
    }

    /// Closes a paragraph that is open.
    #[inline]
    pub(super) fn close_p(&mut self) {
        if self.stack.has(tags::P) {
            self.close_implied(n::P);
            self.pop_until(n::P);
        }
    }
}
