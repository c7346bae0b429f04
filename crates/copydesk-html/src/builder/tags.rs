//! What the standard says of elements by name: special, formatting, what ends a scope and what is looked up
//! in one.

use crate::name::{Name, Namespace, names as n};

/// Properties of an open element.
pub(super) type Flags = u16;

/// The standard's list "special".
pub(super) const SPECIAL: Flags = 1;
/// The standard's list "formatting".
pub(super) const FORMATTING: Flags = 2;
/// Closed when an end is implied.
pub(super) const IMPLIED_END: Flags = 4;
/// Closed when an end is implied thoroughly.
pub(super) const THOROUGH_END: Flags = 8;
/// HTML stands in it although it is not HTML.
pub(super) const HTML_INTEGRATION: Flags = 16;
/// HTML text stands in it although it is MathML.
pub(super) const MATH_TEXT: Flags = 32;
/// A table or a part of one, in front of which text is put that must not stand in it.
pub(super) const FOSTERS: Flags = 64;
/// An `option`, which has something to do when it is closed.
pub(super) const OPTION: Flags = 128;

/// The ordinary scope ends at it.
pub(super) const ENDS_SCOPE: Flags = 256;
/// It says which insertion mode is due when what was in it has ended.
pub(super) const DECIDES_MODE: Flags = 512;

/// What a name means on the stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Properties {
    pub(super) flags: Flags,
    /// The scopes that go through it.
    through: u64,
    /// The bits that say that it is in scope.
    own: u64,
}

impl Properties {
    /// What is in scope in such an element, when `below` is what is in scope below it.
    #[inline]
    pub(super) fn scopes(&self, below: u64) -> u64 {
        below & self.through | self.own
    }
}

const PLAIN: Properties = Properties { flags: 0, through: !0, own: 0 };

/// Names that are looked up in the ordinary scope, a bit each.
const LOOKED_UP: [Name; 38] = [
    n::ADDRESS,
    n::ARTICLE,
    n::ASIDE,
    n::BLOCKQUOTE,
    n::BUTTON,
    n::CENTER,
    n::DETAILS,
    n::DIALOG,
    n::DIR,
    n::DIV,
    n::DL,
    n::FIELDSET,
    n::FIGCAPTION,
    n::FIGURE,
    n::FOOTER,
    n::HEADER,
    n::HGROUP,
    n::LISTING,
    n::MAIN,
    n::MENU,
    n::NAV,
    n::OL,
    n::PRE,
    n::SEARCH,
    n::SECTION,
    n::SELECT,
    n::SUMMARY,
    n::UL,
    n::DD,
    n::DT,
    n::FORM,
    n::APPLET,
    n::MARQUEE,
    n::OBJECT,
    n::BODY,
    n::OPTION,
    n::OPTGROUP,
    n::RUBY,
];
const HEADING_BIT: u32 = 38;
const NOBR_BIT: u32 = 39;
const P_BIT: u32 = 40;
const LI_BIT: u32 = 41;
const TABLE_BIT: u32 = 42;
const ITEM_BIT: u32 = 50;

/// Names that are looked up in a table, a bit each.
const IN_TABLE: [Name; 8] = [n::TABLE, n::CAPTION, n::TBODY, n::TFOOT, n::THEAD, n::TR, n::TD, n::TH];
/// Items that a new one closes, a bit each.
const ITEMS: [Name; 3] = [n::LI, n::DD, n::DT];
const HEADINGS: [Name; 6] = [n::H1, n::H2, n::H3, n::H4, n::H5, n::H6];

/// Ordinary scope; that of a button and that of a list item end where it ends, too.
const ORDINARY: u64 = (1 << TABLE_BIT) - 1;
const TABLE: u64 = ((1 << IN_TABLE.len()) - 1) << TABLE_BIT;
const ITEM: u64 = ((1 << ITEMS.len()) - 1) << ITEM_BIT;

/// Any heading in scope.
pub(super) const HEADING: u64 = 1 << HEADING_BIT;
/// `nobr` in scope.
pub(super) const NOBR: u64 = 1 << NOBR_BIT;
/// `p` in the scope of a button.
pub(super) const P: u64 = 1 << P_BIT;
/// `li` in the scope of a list item.
pub(super) const LI: u64 = 1 << LI_BIT;

/// An element that is looked up in the ordinary scope.
pub(super) const fn scope(name: Name) -> u64 {
    bit(&LOOKED_UP, 0, name)
}

/// An element that is looked up in the scope of a table.
pub(super) const fn table_scope(name: Name) -> u64 {
    bit(&IN_TABLE, TABLE_BIT, name)
}

/// Any of the three kinds of `tbody` in the scope of a table.
pub(super) const TABLE_BODY: u64 = table_scope(n::TBODY) | table_scope(n::TFOOT) | table_scope(n::THEAD);

/// An item that another one closes: `li`, `dd` or `dt`.
pub(super) const fn item(name: Name) -> u64 {
    bit(&ITEMS, ITEM_BIT, name)
}

const fn bit(list: &[Name], first: u32, name: Name) -> u64 {
    let mut place = 0;
    while place < list.len() {
        if list[place].bits() == name.bits() {
            return 1 << (first + place as u32);
        }
        place += 1;
    }
    0
}

const SPECIALS: &[Name] = &[
    n::ADDRESS,
    n::APPLET,
    n::AREA,
    n::ARTICLE,
    n::ASIDE,
    n::BASE,
    n::BASEFONT,
    n::BGSOUND,
    n::BLOCKQUOTE,
    n::BODY,
    n::BR,
    n::BUTTON,
    n::CAPTION,
    n::CENTER,
    n::COL,
    n::COLGROUP,
    n::DD,
    n::DETAILS,
    n::DIR,
    n::DIV,
    n::DL,
    n::DT,
    n::EMBED,
    n::FIELDSET,
    n::FIGCAPTION,
    n::FIGURE,
    n::FOOTER,
    n::FORM,
    n::FRAME,
    n::FRAMESET,
    n::H1,
    n::H2,
    n::H3,
    n::H4,
    n::H5,
    n::H6,
    n::HEAD,
    n::HEADER,
    n::HGROUP,
    n::HR,
    n::HTML,
    n::IFRAME,
    n::IMG,
    n::INPUT,
    n::KEYGEN,
    n::LI,
    n::LINK,
    n::LISTING,
    n::MAIN,
    n::MARQUEE,
    n::MENU,
    n::META,
    n::NAV,
    n::NOEMBED,
    n::NOFRAMES,
    n::NOSCRIPT,
    n::OBJECT,
    n::OL,
    n::P,
    n::PARAM,
    n::PLAINTEXT,
    n::PRE,
    n::SCRIPT,
    n::SEARCH,
    n::SECTION,
    n::SELECT,
    n::SOURCE,
    n::STYLE,
    n::SUMMARY,
    n::TABLE,
    n::TBODY,
    n::TD,
    n::TEMPLATE,
    n::TEXTAREA,
    n::TFOOT,
    n::TH,
    n::THEAD,
    n::TITLE,
    n::TR,
    n::TRACK,
    n::UL,
    n::WBR,
    n::XMP,
];
const FORMATTINGS: &[Name] = &[
    n::A,
    n::B,
    n::BIG,
    n::CODE,
    n::EM,
    n::FONT,
    n::I,
    n::NOBR,
    n::S,
    n::SMALL,
    n::STRIKE,
    n::STRONG,
    n::TT,
    n::U,
];
const IMPLIED: &[Name] = &[n::DD, n::DT, n::LI, n::OPTGROUP, n::OPTION, n::P, n::RB, n::RP, n::RT, n::RTC];
const THOROUGH: &[Name] = &[n::CAPTION, n::COLGROUP, n::TBODY, n::TD, n::TFOOT, n::TH, n::THEAD, n::TR];
const SCOPE_ENDS: &[Name] =
    &[n::APPLET, n::CAPTION, n::HTML, n::TABLE, n::TD, n::TH, n::MARQUEE, n::OBJECT, n::SELECT, n::TEMPLATE];
const ENDS_TABLE_SCOPE: &[Name] = &[n::HTML, n::TABLE, n::TEMPLATE];
const FOSTERING: &[Name] = &[n::TABLE, n::TBODY, n::TFOOT, n::THEAD, n::TR];

const DECIDING: &[Name] = &[
    n::TD,
    n::TH,
    n::TR,
    n::TBODY,
    n::THEAD,
    n::TFOOT,
    n::CAPTION,
    n::COLGROUP,
    n::TABLE,
    n::TEMPLATE,
    n::HEAD,
    n::BODY,
    n::FRAMESET,
    n::HTML,
];

/// How many names the table has: those of HTML come first.
const COUNT: usize = 160;
static HTML: [Properties; COUNT] = table();

const fn has(list: &[Name], name: Name) -> bool {
    let mut place = 0;
    while place < list.len() {
        if list[place].bits() == name.bits() {
            return true;
        }
        place += 1;
    }
    false
}

const fn table() -> [Properties; COUNT] {
    let mut table = [PLAIN; COUNT];
    let mut number = 0;
    while number < COUNT {
        table[number] = html(Name::new(number));
        number += 1;
    }
    table
}

const fn html(name: Name) -> Properties {
    Properties { flags: html_flags(name), through: html_through(name), own: html_own(name) }
}

const fn html_flags(name: Name) -> Flags {
    let mut flags = 0;
    if has(SPECIALS, name) {
        flags |= SPECIAL;
    }
    if has(FORMATTINGS, name) {
        flags |= FORMATTING;
    }
    if has(IMPLIED, name) {
        flags |= IMPLIED_END | THOROUGH_END;
    }
    if has(THOROUGH, name) {
        flags |= THOROUGH_END;
    }
    if has(FOSTERING, name) {
        flags |= FOSTERS;
    }
    if has(SCOPE_ENDS, name) {
        flags |= ENDS_SCOPE;
    }
    if has(DECIDING, name) {
        flags |= DECIDES_MODE;
    }
    if name.bits() == n::OPTION.bits() {
        flags |= OPTION;
    }
    flags
}

const fn html_through(name: Name) -> u64 {
    let mut through = !0;
    if has(SCOPE_ENDS, name) {
        through &= !ORDINARY;
    }
    if name.bits() == n::BUTTON.bits() {
        through &= !P;
    }
    if name.bits() == n::OL.bits() || name.bits() == n::UL.bits() {
        through &= !LI;
    }
    if has(ENDS_TABLE_SCOPE, name) {
        through &= !TABLE;
    }
    if has(SPECIALS, name) && !has(&[n::ADDRESS, n::DIV, n::P], name) {
        through &= !ITEM;
    }
    through
}

const fn html_own(name: Name) -> u64 {
    let mut own = scope(name) | table_scope(name) | item(name);
    if has(&HEADINGS, name) {
        own |= HEADING;
    }
    if name.bits() == n::NOBR.bits() {
        own |= NOBR;
    }
    if name.bits() == n::P.bits() {
        own |= P;
    }
    if name.bits() == n::LI.bits() {
        own |= LI;
    }
    own
}

/// Elements of MathML and SVG that are special and end a scope.
const FOREIGN: Properties = Properties { flags: SPECIAL | ENDS_SCOPE, through: !(ORDINARY | ITEM), own: 0 };

/// What a name means on the stack.
#[inline]
pub(super) fn properties(name: Name) -> Properties {
    match HTML.get(name.bits() as usize) {
        Some(properties) => *properties,
        None => foreign(name),
    }
}

fn foreign(name: Name) -> Properties {
    let flags = match (name.namespace(), name.local()) {
        (Namespace::MathMl, n::MI | n::MN | n::MO | n::MS | n::MTEXT) => MATH_TEXT,
        (Namespace::MathMl, n::ANNOTATION_XML) => 0,
        (Namespace::Svg, n::SVG_FOREIGN_OBJECT | n::DESC | n::TITLE) => HTML_INTEGRATION,
        _ => return PLAIN,
    };
    Properties { flags: FOREIGN.flags | flags, ..FOREIGN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::KNOWN;

    #[test]
    fn the_names_of_html_come_first() {
        let lists = [SPECIALS, FORMATTINGS, IMPLIED, THOROUGH, SCOPE_ENDS, ENDS_TABLE_SCOPE, &LOOKED_UP];
        for name in lists.into_iter().flatten() {
            assert!(name.index() < COUNT, "{name:?}");
        }
        assert_eq!(KNOWN[n::XMP.index()], "xmp");
    }

    #[test]
    fn a_scope_ends_where_the_standard_says() {
        let scopes = |names: &[Name]| names.iter().fold(0, |below, &name| properties(name).scopes(below));
        assert_ne!(scopes(&[n::P, n::SPAN]) & P, 0);
        assert_eq!(scopes(&[n::P, n::BUTTON]) & P, 0);
        assert_eq!(scopes(&[n::LI, n::UL]) & LI, 0);
        assert_ne!(scopes(&[n::LI, n::DIV]) & LI, 0);
        assert_eq!(scopes(&[n::DIV, n::SVG_FOREIGN_OBJECT.within(Namespace::Svg)]) & scope(n::DIV), 0);
        assert_ne!(scopes(&[n::TABLE, n::TD, n::DIV]) & table_scope(n::TABLE), 0);
        assert_eq!(scopes(&[n::TD, n::TABLE]) & table_scope(n::TD), 0);
        assert_ne!(scopes(&[n::LI, n::P, n::ADDRESS]) & item(n::LI), 0);
        assert_eq!(scopes(&[n::LI, n::SECTION]) & item(n::LI), 0);
    }
}
