//! Comments, and what is read as one.

use memchr::{memchr, memchr_iter};

use super::{Token, Tokenizer};

impl Tokenizer<'_> {
    /// A comment; the position is at its `<!--`.
    pub(super) fn comment(&mut self) -> Token {
        let position = self.position as u32;
        let start = self.position + 4;
        let (length, next) = end_of_comment(&self.bytes[start..]);
        self.position = start + next;
        Token::Comment(self.cleaned(start, start + length), position)
    }

    /// Letters that are no tag although they begin like one; a comment up to the next `>`.
    pub(super) fn bogus_comment(&mut self, skipped: usize) -> Token {
        let position = self.position as u32;
        let start = self.position + skipped;
        let end = memchr(b'>', &self.bytes[start..]).map_or(self.bytes.len(), |length| start + length);
        self.position = self.bytes.len().min(end + 1);
        Token::Comment(self.cleaned(start, end), position)
    }
}

/// How long the text of a comment is, and where the page goes on behind it.
fn end_of_comment(bytes: &[u8]) -> (usize, usize) {
    if bytes.starts_with(b">") {
        return (0, 1);
    }
    if bytes.starts_with(b"->") {
        return (0, 2);
    }
    for end in memchr_iter(b'>', bytes) {
        if let Some(length) = without_dashes(&bytes[..end]) {
            return (length, end + 1);
        }
    }
    // a page that ends in the middle of the dashes
    let end = bytes.strip_suffix(b"-").map_or(bytes.len(), <[u8]>::len);
    (without_dashes(bytes).unwrap_or(end), bytes.len())
}

/// The length without the dashes, and the mark, that end a comment.
fn without_dashes(bytes: &[u8]) -> Option<usize> {
    bytes.strip_suffix(b"--").or_else(|| bytes.strip_suffix(b"--!")).map(<[u8]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_ends_where_the_standard_says() {
        let cases: [(&[u8], (usize, usize)); 10] = [
            (b" a -->b", (3, 6)),
            (b">", (0, 1)),
            (b"->", (0, 2)),
            (b"-->", (0, 3)),
            (b"--!>", (0, 4)),
            (b"-!>-->", (3, 6)),
            (b"a--->", (2, 5)),
            (b"a-", (1, 2)),
            (b"a--!", (1, 4)),
            (b"a>b", (3, 3)),
        ];
        for (bytes, end) in cases {
            assert_eq!(end_of_comment(bytes), end, "{}", bytes.escape_ascii());
        }
    }
}
