//! What tags mean to the layout of a page: which of them are blocks, lists, parts of a page, or no text at all.

use copydesk_html::{Name, Namespace, names};

use super::layout::flag;

/// What an element is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// An inline element of no other kind, or one that is not known.
    Other,
    /// `div` and blocks of no other kind.
    Box,
    /// `p`
    Paragraph,
    /// `h1`
    H1,
    /// `h2`
    H2,
    /// `h3`
    H3,
    /// `h4` to `h6`
    H4,
    /// `ul`, `ol`, `dl`, `menu`
    List,
    /// `li`
    Item,
    /// `dt`
    Term,
    /// `dd`
    Definition,
    /// `blockquote`
    Quote,
    /// `pre` and its like
    Verbatim,
    /// `figure`
    Figure,
    /// `figcaption`, `caption`
    Caption,
    /// `table`
    Table,
    /// `tr`
    Row,
    /// `td`
    Cell,
    /// `th`
    HeadCell,
    /// `article`
    Article,
    /// `main`
    Main,
    /// `section`
    Section,
    /// `aside`
    Aside,
    /// `nav`
    Nav,
    /// `header`
    Header,
    /// `footer`
    Footer,
    /// `form` and `fieldset`
    Form,
    /// `dialog`
    Dialog,
    /// `details`
    Details,
    /// `summary`
    Summary,
    /// `button`
    Button,
    /// `label`, `legend`
    Label,
    /// `address`
    Address,
    /// `a`
    Link,
    /// `b`, `strong`
    Bold,
    /// `i`, `em`
    Italic,
    /// `time`
    Time,
    /// `small`
    Small,
    /// `span`
    Span,
    /// `noscript`
    Noscript,
    /// `br`
    Break,
    /// `hr`
    Rule,
    /// A picture, which is in a line and has no text.
    Picture,
    /// A field, a player, a frame: it has its place in a line, and its text is none of the page's.
    Widget,
    /// What shows no text of the page.
    Skipped,
}

/// The innermost block that a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Shape {
    /// `div` and blocks of no other kind.
    Box,
    /// `p`
    Paragraph,
    /// `h1`
    H1,
    /// `h2`
    H2,
    /// `h3`
    H3,
    /// `h4` to `h6`
    H4,
    /// `li`
    Item,
    /// `dt`
    Term,
    /// `dd`
    Definition,
    /// `blockquote`
    Quote,
    /// `pre` and its like
    Verbatim,
    /// `figure`
    Figure,
    /// `figcaption`, `caption`
    Caption,
    /// `td`
    Cell,
    /// `th`
    HeadCell,
    /// `summary`
    Summary,
    /// `button`
    Button,
    /// `label`, `legend`
    Label,
    /// `address`
    Address,
}

/// A part of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "they are called as their elements are")]
pub enum Landmark {
    None,
    Article,
    Main,
    Section,
    Aside,
    Nav,
    Header,
    Footer,
    Form,
    Figure,
    Dialog,
    Quote,
    Table,
    List,
}

impl Landmark {
    /// The part that a `role` makes of an element.
    pub fn of_role(role: &str) -> Landmark {
        match role {
            "article" => Landmark::Article,
            "main" => Landmark::Main,
            "complementary" => Landmark::Aside,
            "navigation" | "menu" | "menubar" | "toolbar" | "tablist" => Landmark::Nav,
            "banner" => Landmark::Header,
            "contentinfo" => Landmark::Footer,
            "search" | "form" => Landmark::Form,
            "dialog" | "alertdialog" => Landmark::Dialog,
            _ => Landmark::None,
        }
    }

    /// What it hands down.
    pub fn flags(self) -> u32 {
        match self {
            Landmark::Article => flag::ARTICLE,
            Landmark::Main => flag::MAIN,
            Landmark::Aside => flag::ASIDE,
            Landmark::Nav => flag::NAV,
            Landmark::Header => flag::HEADER,
            Landmark::Footer => flag::FOOTER,
            Landmark::Form => flag::FORM,
            Landmark::Dialog => flag::DIALOG,
            _ => 0,
        }
    }
}

/// What elements of HTML are, by their names.
const TAGS: &[(Tag, &[Name])] = &[
    (Tag::Span, &[names::SPAN]),
    (Tag::Box, &[names::DIV, names::BODY, names::HTML, names::CENTER, names::HGROUP, names::SEARCH]),
    (Tag::Link, &[names::A]),
    (Tag::Paragraph, &[names::P]),
    (Tag::Item, &[names::LI]),
    (Tag::List, &[names::UL, names::OL, names::DL, names::MENU, names::DIR]),
    (Tag::H1, &[names::H1]),
    (Tag::H2, &[names::H2]),
    (Tag::H3, &[names::H3]),
    (Tag::H4, &[names::H4, names::H5, names::H6]),
    (Tag::Bold, &[names::B, names::STRONG]),
    (Tag::Italic, &[names::I, names::EM]),
    (Tag::Break, &[names::BR]),
    (Tag::Rule, &[names::HR]),
    (Tag::Picture, &[names::IMG, names::IMAGE, names::AMP_CUSTOM]),
    (Tag::Article, &[names::ARTICLE]),
    (Tag::Main, &[names::MAIN]),
    (Tag::Section, &[names::SECTION]),
    (Tag::Aside, &[names::ASIDE]),
    (Tag::Nav, &[names::NAV]),
    (Tag::Header, &[names::HEADER]),
    (Tag::Footer, &[names::FOOTER]),
    (Tag::Form, &[names::FORM, names::FIELDSET]),
    (Tag::Figure, &[names::FIGURE]),
    (Tag::Caption, &[names::FIGCAPTION, names::CAPTION]),
    (Tag::Quote, &[names::BLOCKQUOTE]),
    (Tag::Verbatim, &[names::PRE, names::LISTING, names::XMP, names::PLAINTEXT]),
    (Tag::Table, &[names::TABLE]),
    (Tag::Box, &[names::TBODY, names::THEAD, names::TFOOT]),
    (Tag::Row, &[names::TR]),
    (Tag::Cell, &[names::TD]),
    (Tag::HeadCell, &[names::TH]),
    (Tag::Term, &[names::DT]),
    (Tag::Definition, &[names::DD]),
    (Tag::Dialog, &[names::DIALOG]),
    (Tag::Details, &[names::DETAILS]),
    (Tag::Summary, &[names::SUMMARY]),
    (Tag::Button, &[names::BUTTON]),
    (Tag::Label, &[names::LABEL, names::LEGEND]),
    (Tag::Address, &[names::ADDRESS]),
    (Tag::Time, &[names::TIME]),
    (Tag::Small, &[names::SMALL]),
    (Tag::Noscript, &[names::NOSCRIPT]),
    (
        Tag::Widget,
        &[
            names::IFRAME,
            names::OBJECT,
            names::EMBED,
            names::APPLET,
            names::VIDEO,
            names::AUDIO,
            names::CANVAS,
            names::SELECT,
            names::TEXTAREA,
            names::INPUT,
            names::PROGRESS,
            names::METER,
        ],
    ),
    (
        Tag::Skipped,
        &[
            names::HEAD,
            names::SCRIPT,
            names::STYLE,
            names::TEMPLATE,
            names::TITLE,
            names::META,
            names::LINK,
            names::DATALIST,
            names::NOFRAMES,
            names::NOEMBED,
            names::RT,
            names::RP,
            names::MAP,
        ],
    ),
];

/// The same, by the number of a name.
static BY_NUMBER: [Tag; 512] = {
    let mut tags = [Tag::Other; 512];
    let mut row = 0;
    while row < TAGS.len() {
        let (tag, names) = TAGS[row];
        let mut at = 0;
        while at < names.len() {
            tags[names[at].number() as usize] = tag;
            at += 1;
        }
        row += 1;
    }
    tags
};

impl Tag {
    /// What an element of that name is.
    pub fn of(name: Name) -> Tag {
        match (BY_NUMBER.get(name.number() as usize), name.namespace()) {
            (Some(tag), Namespace::Html) => *tag,
            (None, Namespace::Html) => Tag::Other,
            (_, Namespace::MathMl) if name.local() != names::ANNOTATION => Tag::Other,
            _ => Tag::Skipped,
        }
    }

    /// Does a line end before and behind it?
    pub fn is_block(self) -> bool {
        !matches!(
            self,
            Tag::Other
                | Tag::Link
                | Tag::Bold
                | Tag::Italic
                | Tag::Time
                | Tag::Small
                | Tag::Span
                | Tag::Button
                | Tag::Label
                | Tag::Noscript
        )
    }

    /// The shape that it gives to lines in it.
    pub fn shape(self) -> Option<Shape> {
        Some(match self {
            Tag::Paragraph => Shape::Paragraph,
            Tag::H1 => Shape::H1,
            Tag::H2 => Shape::H2,
            Tag::H3 => Shape::H3,
            Tag::H4 => Shape::H4,
            Tag::Item => Shape::Item,
            Tag::Term => Shape::Term,
            Tag::Definition => Shape::Definition,
            Tag::Quote => Shape::Quote,
            Tag::Verbatim => Shape::Verbatim,
            Tag::Figure => Shape::Figure,
            Tag::Caption => Shape::Caption,
            Tag::Cell => Shape::Cell,
            Tag::HeadCell => Shape::HeadCell,
            Tag::Summary => Shape::Summary,
            Tag::Button => Shape::Button,
            Tag::Label => Shape::Label,
            Tag::Address => Shape::Address,
            tag if tag.is_block() => Shape::Box,
            _ => return None,
        })
    }

    /// The part of a page that it begins.
    pub fn landmark(self) -> Landmark {
        match self {
            Tag::Article => Landmark::Article,
            Tag::Main => Landmark::Main,
            Tag::Section => Landmark::Section,
            Tag::Aside => Landmark::Aside,
            Tag::Nav => Landmark::Nav,
            Tag::Header => Landmark::Header,
            Tag::Footer => Landmark::Footer,
            Tag::Form => Landmark::Form,
            Tag::Figure => Landmark::Figure,
            Tag::Dialog => Landmark::Dialog,
            Tag::Quote => Landmark::Quote,
            Tag::Table => Landmark::Table,
            Tag::List => Landmark::List,
            _ => Landmark::None,
        }
    }

    /// What it hands down.
    pub fn flags(self) -> u32 {
        match self {
            Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 => flag::HEADING,
            Tag::Figure => flag::FIGURE,
            Tag::Quote => flag::QUOTE,
            Tag::List => flag::LIST,
            Tag::Table => flag::TABLE,
            Tag::Cell | Tag::HeadCell => flag::CELL,
            Tag::Button => flag::BUTTON,
            Tag::Verbatim => flag::VERBATIM,
            Tag::Bold => flag::BOLD,
            Tag::Italic => flag::ITALIC,
            Tag::Noscript => flag::NOSCRIPT,
            Tag::Details => flag::DETAILS,
            Tag::Small => flag::SMALL,
            _ => self.landmark().flags(),
        }
    }
}
