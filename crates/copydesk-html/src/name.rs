//! Names of elements and attributes as small numbers, so that two names are compared in one step.
//!
//! What the standard, or a common page, calls something is known beforehand and has a constant in
//! [`names`]. Any other name gets a number in the document where it stands (`interner.rs`).

/// The vocabulary that a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// HTML for an element; none for an attribute.
    Html,
    /// `svg` and what is in it.
    Svg,
    /// `math` and what is in it.
    MathMl,
    /// Attributes `xlink:...` of foreign elements.
    XLink,
    /// Attributes `xml:...` of foreign elements.
    Xml,
    /// Attributes `xmlns` and `xmlns:xlink` of foreign elements.
    Xmlns,
}

const NAMESPACES: [Namespace; 6] =
    [Namespace::Html, Namespace::Svg, Namespace::MathMl, Namespace::XLink, Namespace::Xml, Namespace::Xmlns];

/// A name in its namespace. Names are equal if both are: an SVG `title` is not [`names::TITLE`].
///
/// The number of a name that has no constant is only good for the document that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name(u32);

impl Name {
    /// How many bits a name takes.
    pub(crate) const BITS: u32 = 27;
    const LOCAL_BITS: u32 = 24;
    /// More names than this are not told apart.
    pub(crate) const MOST: usize = (1 << Name::LOCAL_BITS) - 2;
    /// No name at all.
    pub(crate) const NOTHING: Name = Name((1 << Name::LOCAL_BITS) - 1);

    /// The HTML name with a number.
    pub(crate) const fn new(number: usize) -> Name {
        debug_assert!(number <= Name::MOST);
        Name(number as u32)
    }

    pub(crate) const fn from_bits(bits: u32) -> Name {
        Name(bits & ((1 << Name::BITS) - 1))
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    /// The number without the namespace.
    pub(crate) const fn index(self) -> usize {
        (self.0 & ((1 << Name::LOCAL_BITS) - 1)) as usize
    }

    /// A number that no other name of the document has.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The same name in another namespace.
    ///
    /// ```
    /// use copydesk_html::{Namespace, names};
    /// let title = names::TITLE.within(Namespace::Svg);
    /// assert_ne!(title, names::TITLE);
    /// assert_eq!(title.local(), names::TITLE);
    /// ```
    #[must_use]
    pub const fn within(self, namespace: Namespace) -> Name {
        Name(self.index() as u32 | (namespace as u32) << Name::LOCAL_BITS)
    }

    /// The same name in the namespace of HTML.
    #[must_use]
    pub const fn local(self) -> Name {
        self.within(Namespace::Html)
    }

    /// The namespace.
    #[must_use]
    pub const fn namespace(self) -> Namespace {
        NAMESPACES[(self.0 >> Name::LOCAL_BITS) as usize % NAMESPACES.len()]
    }

    /// The letters of a name that has a constant; those of others are told by
    /// [`Document::name`](crate::Document::name).
    #[must_use]
    pub fn known(self) -> Option<&'static str> {
        KNOWN.get(self.index()).copied()
    }
}

macro_rules! names {
    ($($constant:ident $text:literal)*) => {
        /// A constant for each name that is known beforehand.
        pub mod names {
            use super::Name;

            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "only counts them")]
            enum Number { $($constant),* }

            $(
                #[doc = concat!("`", $text, "`")]
                pub const $constant: Name = Name::new(Number::$constant as usize);
            )*
        }

        /// The letters of the known names, by number.
        pub(crate) const KNOWN: &[&str] = &[$($text),*];
    };
}

include!("known.rs");

/// A table that leads from letters to a known name in one or two steps.
const SLOTS: usize = 2048;
static TABLE: [u16; SLOTS] = table();
const EMPTY: u16 = u16::MAX;

const fn table() -> [u16; SLOTS] {
    let mut table = [EMPTY; SLOTS];
    let mut number = 0;
    while number < KNOWN.len() {
        let mut slot = slot(KNOWN[number].as_bytes());
        while table[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = number as u16;
        number += 1;
    }
    table
}

const fn slot(letters: &[u8]) -> usize {
    let (head, tail) = ends(letters);
    let mixed = (head ^ tail.rotate_left(29) ^ letters.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 53) as usize
}

/// Both ends of the letters as numbers; they overlap in a short name.
#[inline]
const fn ends(letters: &[u8]) -> (u64, u64) {
    let length = letters.len();
    if length >= 8 {
        (eight(letters, 0), eight(letters, length - 8))
    } else if length >= 4 {
        (four(letters, 0), four(letters, length - 4))
    } else if length > 0 {
        (letters[0] as u64, (letters[length / 2] as u64) << 8 | letters[length - 1] as u64)
    } else {
        (0, 0)
    }
}

#[inline]
const fn eight(letters: &[u8], at: usize) -> u64 {
    four(letters, at) | four(letters, at + 4) << 32
}

#[inline]
const fn four(letters: &[u8], at: usize) -> u64 {
    u32::from_le_bytes([letters[at], letters[at + 1], letters[at + 2], letters[at + 3]]) as u64
}

/// The known name with these letters.
#[inline]
pub(crate) fn find(letters: &[u8]) -> Option<Name> {
    let mut slot = slot(letters);
    loop {
        let number = TABLE[slot] as usize;
        let known = KNOWN.get(number)?;
        if known.as_bytes() == letters {
            return Some(Name::new(number));
        }
        slot = (slot + 1) % SLOTS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_found_under_its_own_number() {
        assert!(KNOWN.len() > 400 && KNOWN.len() < SLOTS / 2, "{}", KNOWN.len());
        for (number, letters) in KNOWN.iter().enumerate() {
            assert_eq!(find(letters.as_bytes()), Some(Name::new(number)), "{letters}");
        }
    }

    #[test]
    fn other_names_are_not_known() {
        for letters in ["", "zz", "divs", "di", "data-nothing-like-this", "foreignobject2"] {
            assert_eq!(find(letters.as_bytes()), None, "{letters}");
        }
    }

    #[test]
    fn a_namespace_makes_another_name() {
        let foreign = names::SCRIPT.within(Namespace::Svg);
        assert_eq!((foreign.namespace(), foreign.local()), (Namespace::Svg, names::SCRIPT));
        assert_eq!(foreign.known(), Some("script"));
        assert_ne!(foreign, names::SCRIPT);
    }
}
