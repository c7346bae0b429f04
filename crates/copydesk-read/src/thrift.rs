//! What a Parquet file says of itself, looked through before the decoder believes it.
//!
//! Footers and page headers are structs in Thrift's compact form. A length in them that is not true makes the
//! decoder ask for more memory than there is, and a schema of a hundred thousand levels runs it out of stack;
//! neither can be caught. So each struct is walked from end to end here first, which needs no memory.
//! What the fields mean beyond sizes and depths is for the decoder.

/// A schema that is nested more deeply is none.
const DEEPEST: usize = 64;

/// The numbers of Thrift's types.
const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

/// Sizes that a page header gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PageSizes {
    /// Decompressed.
    pub(crate) whole: u64,
    /// As it is in the file.
    pub(crate) packed: u64,
    /// What stands in front of the values and is not compressed.
    pub(crate) levels: u64,
    /// The header's own.
    pub(crate) header: u64,
}

/// The sizes in the page header that some bytes begin with; none if there is no whole one.
pub(crate) fn page_sizes(bytes: &[u8]) -> Option<PageSizes> {
    let mut walk = Walk { rest: bytes };
    let (mut whole, mut packed, mut levels, mut id) = (None, None, 0, 0);
    while let Some(kind) = walk.field(&mut id)? {
        match (id, kind) {
            (2, I16..=I64) => whole = Some(walk.number()?),
            (3, I16..=I64) => packed = Some(walk.number()?),
            (8, STRUCT) => levels = walk.levels()?,
            _ => walk.skip(kind, 0)?,
        }
    }
    let header = (bytes.len() - walk.rest.len()) as u64;
    Some(PageSizes { whole: whole?.try_into().ok()?, packed: packed?.try_into().ok()?, levels, header })
}

/// Is the footer whole, and its schema not nested too deeply?
pub(crate) fn is_sound_footer(bytes: &[u8]) -> bool {
    const SCHEMA: i16 = 2;
    let mut walk = Walk { rest: bytes };
    let mut id = 0;
    loop {
        match walk.field(&mut id) {
            Some(None) => return true,
            Some(Some(LIST)) if id == SCHEMA => match walk.schema() {
                Some(true) => {}
                _ => return false,
            },
            Some(Some(kind)) if walk.skip(kind, 0).is_some() => {}
            _ => return false,
        }
    }
}

struct Walk<'b> {
    rest: &'b [u8],
}

impl Walk<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A number with its sign in its last bit.
    fn number(&mut self) -> Option<i64> {
        self.varint().map(|number| (number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The type of the next field, none if the struct ends. `id` is that of the one before.
    fn field(&mut self, id: &mut i16) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == STOP {
            return Some(None);
        }
        *id = match byte >> 4 {
            0 => self.number()?.try_into().ok()?,
            step => id.checked_add(i16::from(step))?,
        };
        Some(Some(byte & 0xf))
    }

    /// How many elements of which type; more than there are bytes are not believed.
    fn list(&mut self) -> Option<(u64, u8)> {
        let byte = self.byte()?;
        let count = match byte >> 4 {
            0xf => self.varint()?,
            count => u64::from(count),
        };
        (count <= self.rest.len() as u64).then_some((count, byte & 0xf))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth == DEEPEST {
            return None;
        }
        match kind {
            TRUE | FALSE => Some(()),
            BYTE => self.pass(1),
            I16..=I64 => self.varint().map(drop),
            DOUBLE => self.pass(8),
            BINARY => {
                let length = self.varint()?;
                self.pass(length)
            }
            LIST | SET => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(kind, depth))
            }
            MAP => self.skip_map(depth),
            STRUCT => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    /// In a list, a truth value is a byte.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Option<()> {
        self.skip(if matches!(kind, TRUE | FALSE) { BYTE } else { kind }, depth + 1)
    }

    fn skip_map(&mut self, depth: usize) -> Option<()> {
        let count = self.varint()?;
        if count == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        (0..count).try_for_each(|_| {
            self.skip_element(kinds >> 4, depth)?;
            self.skip_element(kinds & 0xf, depth)
        })
    }

    /// Size of the levels in front of a page's values, from the second kind of its header.
    fn levels(&mut self) -> Option<u64> {
        let (mut levels, mut id) = (0u64, 0);
        while let Some(kind) = self.field(&mut id)? {
            match (id, kind) {
                (5 | 6, I16..=I64) => levels = levels.checked_add(self.number()?.try_into().ok()?)?,
                _ => self.skip(kind, 0)?,
            }
        }
        Some(levels)
    }

    /// Walks through the list of a schema's elements, each of which says how many of those behind it are in
    /// it. Do none lie too deep?
    fn schema(&mut self) -> Option<bool> {
        const CHILDREN: i16 = 5;
        let (count, kind) = self.list()?;
        // how many are still to come on each level
        let mut open = Vec::new();
        for _ in 0..count {
            if kind != STRUCT || open.len() > DEEPEST {
                return Some(false);
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            if let Some(left) = open.last_mut() {
                *left -= 1;
            }
            let mut id = 0;
            while let Some(kind) = self.field(&mut id)? {
                match (id, kind) {
                    (CHILDREN, I16..=I64) => open.push(self.number()?.max(0)),
                    _ => self.skip(kind, 0)?,
                }
            }
        }
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A footer of nothing but a schema of so many levels.
    fn footer(levels: usize) -> Vec<u8> {
        let mut footer = vec![0x15, 0x02, 0x19, 0xfc];
        let mut count = levels;
        while count >= 0x80 {
            footer.push(count as u8 | 0x80);
            count >>= 7;
        }
        footer.push(count as u8);
        for level in 0..levels {
            // a name, and one child
            footer.extend([0x48, 1, b'a', 0x15, if level + 1 < levels { 2 } else { 0 }, 0]);
        }
        footer.push(0);
        footer
    }

    #[test]
    fn a_schema_has_a_bounded_depth() {
        assert!(is_sound_footer(&footer(1)) && is_sound_footer(&footer(60)));
        assert!(!is_sound_footer(&footer(70)) && !is_sound_footer(&footer(100_000)));
        let whole = footer(5);
        assert!((0..whole.len()).all(|length| !is_sound_footer(&whole[..length])));
    }

    #[test]
    fn a_length_is_not_believed() {
        // a string of 2^35 bytes, a list of as many
        assert!(!is_sound_footer(&[0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]));
        assert!(!is_sound_footer(&[0x39, 0xf5, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]));
        assert_eq!(page_sizes(&[0x15, 0, 0x15, 2, 0x15, 2, 0x58, 0xff, 0xff, 0xff, 0x7f, 0]), None);
    }

    #[test]
    fn a_page_header_gives_its_sizes() {
        let header = [0x15, 0x00, 0x15, 0x80, 0x02, 0x15, 0x14, 0x2c, 0x15, 0x02, 0x00, 0x00];
        assert_eq!(page_sizes(&header), Some(PageSizes { whole: 128, packed: 10, levels: 0, header: 12 }));
        let second = [0x15, 6, 0x15, 0x80, 0x02, 0x15, 0x14, 0x5c, 0x55, 8, 0x15, 4, 0, 0];
        assert_eq!(page_sizes(&second), Some(PageSizes { whole: 128, packed: 10, levels: 6, header: 14 }));
        assert_eq!(page_sizes(&[0x15, 0x00, 0x15, 0x01, 0x15, 0x14, 0x00]), None, "a size below zero");
        assert_eq!(page_sizes(b"<html>"), None);
    }

    #[test]
    fn structs_in_structs_are_walked_to_a_depth() {
        let nested = [vec![0x1c; 1_000_000], vec![0; 1_000_001]].concat();
        assert!(!is_sound_footer(&nested));
        assert!(is_sound_footer(&[vec![0x1c; 50], vec![0; 51]].concat()));
    }
}
