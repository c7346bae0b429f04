//! What a page says of its encoding before it is read: the first kilobyte is searched for a `meta`.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use memchr::{memchr, memmem};

use crate::scan::is_space;

/// How many bytes are searched.
const SEARCHED: usize = 1024;

/// The encoding that a `meta` element declares.
pub(crate) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(b"<\0?\0x\0") {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(b"\0<\0?\0x") {
        return Some(UTF_16BE);
    }
    let mut scan = Prescan { bytes: &bytes[..bytes.len().min(SEARCHED)], at: 0 };
    scan.run()
}

/// The encoding that an XML declaration names.
pub(crate) fn of_xml(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = &bytes[..bytes.len().min(SEARCHED)];
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memchr(b'>', declaration)?];
    let place = memmem::find(declaration, b"encoding")? + "encoding".len();
    let rest = declaration[place..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, rest) = rest.split_first()?;
    let label = &rest[..memchr(quote, rest).filter(|_| matches!(quote, b'"' | b'\''))?];
    usable(for_label(label)?)
}

/// The encoding of a label. Some labels stand for encodings that a browser must not read, and shows a single
/// replacement character for; here they are as good as unknown, so that no text is lost.
pub(crate) fn for_label(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label)
}

/// A page that could be read so far is no UTF-16, whatever it says.
fn usable(encoding: &'static Encoding) -> Option<&'static Encoding> {
    Some(if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else if encoding == X_USER_DEFINED {
        WINDOWS_1252
    } else {
        encoding
    })
}

/// The encoding that the attributes of a `meta` element declare.
pub(crate) fn of_meta(
    charset: Option<&str>,
    pragma: Option<&str>,
    content: Option<&str>,
) -> Option<&'static Encoding> {
    if let Some(charset) = charset {
        return for_label(charset.as_bytes()).and_then(usable);
    }
    let is_type = pragma.is_some_and(|pragma| pragma.eq_ignore_ascii_case("content-type"));
    content.filter(|_| is_type).and_then(|content| of_content(content.as_bytes())).and_then(usable)
}

/// The encoding in a content type: what follows `charset=`.
fn of_content(content: &[u8]) -> Option<&'static Encoding> {
    let small = content.to_ascii_lowercase();
    let mut at = 0;
    loop {
        at += memmem::find(&small[at..], b"charset")? + "charset".len();
        let Some(value) = content[at..].trim_ascii_start().strip_prefix(b"=") else { continue };
        let value = value.trim_ascii_start();
        let label = match value.first()? {
            quote @ (b'"' | b'\'') => &value[1..1 + memchr(*quote, &value[1..])?],
            _ => value.split(|&byte| is_space(byte) || byte == b';').next()?,
        };
        return for_label(label);
    }
}

/// A search that knows of tags, attributes and comments just enough.
struct Prescan<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Prescan<'_> {
    fn run(&mut self) -> Option<&'static Encoding> {
        loop {
            self.at += memchr(b'<', self.bytes.get(self.at..)?)?;
            let rest = &self.bytes[self.at..];
            match rest {
                [b'<', b'!', b'-', b'-', ..] => self.skip_comment()?,
                [b'<', b'm' | b'M', b'e' | b'E', b't' | b'T', b'a' | b'A', next, ..]
                    if is_space(*next) || *next == b'/' =>
                {
                    self.at += 6;
                    if let Some(encoding) = self.meta()? {
                        return Some(encoding);
                    }
                }
                [b'<', b'/', next, ..] | [b'<', next, ..] if next.is_ascii_alphabetic() => self.skip_tag()?,
                [b'<', b'!' | b'/' | b'?', ..] => self.at += memchr(b'>', rest)? + 1,
                _ => self.at += 1,
            }
        }
    }

    /// The dashes that begin a comment may be those that end it.
    fn skip_comment(&mut self) -> Option<()> {
        self.at += 2 + memmem::find(&self.bytes[self.at + 2..], b"-->")? + 3;
        Some(())
    }

    fn skip_tag(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&byte| is_space(byte) || byte == b'>')?;
        while self.attribute()?.is_some() {}
        Some(())
    }

    /// What a `meta` declares; nothing at all if the bytes end in it.
    fn meta(&mut self) -> Option<Option<&'static Encoding>> {
        let mut seen: Vec<Vec<u8>> = Vec::new();
        let mut has_pragma = false;
        let mut needs_pragma = None;
        let mut encoding = None;
        while let Some((name, value)) = self.attribute()? {
            if seen.contains(&name) {
                continue;
            }
            match name.as_slice() {
                b"http-equiv" => has_pragma |= value == b"content-type",
                b"content" if encoding.is_none() => {
                    if let Some(found) = of_content(&value) {
                        (encoding, needs_pragma) = (Some(found), Some(true));
                    }
                }
                b"charset" => (encoding, needs_pragma) = (for_label(&value), Some(false)),
                _ => {}
            }
            seen.push(name);
        }
        let is_declared = needs_pragma.is_some_and(|needs| has_pragma || !needs);
        Some(encoding.filter(|_| is_declared).and_then(usable))
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) -> Option<u8> {
        while is_skipped(*self.bytes.get(self.at)?) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// The next attribute of a tag in small letters; none at its end, nothing at all at the end of the bytes.
    #[allow(clippy::type_complexity, reason = "an attribute, none, or no more bytes")]
    fn attribute(&mut self) -> Option<Option<(Vec<u8>, Vec<u8>)>> {
        if self.skip(|byte| is_space(byte) || byte == b'/')? == b'>' {
            return Some(None);
        }
        let start = self.at;
        self.skip(|byte| !is_space(byte) && !matches!(byte, b'/' | b'>') && byte != b'=')?;
        if self.at == start {
            // an `=` begins the name
            self.at += 1;
            self.skip(|byte| !is_space(byte) && !matches!(byte, b'/' | b'>' | b'='))?;
        }
        let name = self.bytes[start..self.at].to_ascii_lowercase();
        if self.skip(is_space)? != b'=' {
            return Some(Some((name, Vec::new())));
        }
        self.at += 1;
        let first = self.skip(is_space)?;
        let value = match first {
            b'"' | b'\'' => {
                let start = self.at + 1;
                self.at = start + memchr(first, &self.bytes[start..])?;
                self.at += 1;
                &self.bytes[start..self.at - 1]
            }
            _ => {
                let start = self.at;
                self.skip(|byte| !is_space(byte) && byte != b'>')?;
                &self.bytes[start..self.at]
            }
        };
        Some(Some((name, value.to_ascii_lowercase())))
    }
}
