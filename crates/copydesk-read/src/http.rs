//! What a server answered, as crawls keep it.
//!
//! A response is a status line, fields and a body, which can be in chunks and compressed. Crawlers differ
//! in what they undo before they keep it, and leave the fields as they were: what a field says of the
//! body is believed only as far as the body bears it out. Where a response comes from, and what becomes of
//! the body, is not known here.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::Encoding;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use memchr::memchr;

/// A head that goes on for longer is none.
const LONGEST_HEAD: usize = 1 << 20;

/// A response in pieces.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Response<'a> {
    /// 200 if all went well; none if it is no number.
    pub(crate) status: Option<u16>,
    content_type: Option<Cow<'a, str>>,
    content_encoding: Option<Cow<'a, str>>,
    is_chunked: bool,
    body: &'a [u8],
}

/// Why there is no body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoBody {
    /// It is compressed in a way that is not known: its name.
    Encoding(String),
    /// It cannot be decompressed.
    Damaged(String),
    /// It becomes longer than it may.
    TooLong,
}

impl<'a> Response<'a> {
    /// Takes a response apart; none if it does not begin as one.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(b"HTTP/") {
            return None;
        }
        let mut response = Response::default();
        let mut lines = Lines(bytes);
        response.status = status(lines.next()?);
        while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
            response.take_field(line);
            if bytes.len() - lines.0.len() > LONGEST_HEAD {
                return None;
            }
        }
        response.body = lines.0;
        Some(response)
    }

    fn take_field(&mut self, line: &'a [u8]) {
        let Some((name, value)) = field(line) else { return };
        let value = || Some(String::from_utf8_lossy(value));
        if name.eq_ignore_ascii_case(b"content-type") {
            self.content_type = value();
        } else if name.eq_ignore_ascii_case(b"content-encoding") {
            self.content_encoding = value();
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_chunked = value().is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        }
    }

    /// What the server calls it, with parameters.
    pub(crate) fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The page, at most `most` bytes of it.
    pub(crate) fn body(&self, most: usize) -> Result<Cow<'a, [u8]>, NoBody> {
        let body = match self.is_chunked.then(|| joined(self.body)).flatten() {
            Some(joined) => Cow::Owned(joined),
            None => Cow::Borrowed(self.body),
        };
        let encoding = self.content_encoding.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
        match encoding.as_str() {
            "" | "identity" | "none" | "utf-8" => Ok(body),
            "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => {
                read_all(MultiGzDecoder::new(&*body), most).map(Cow::Owned)
            }
            "deflate" if is_zlib(&body) => read_all(ZlibDecoder::new(&*body), most).map(Cow::Owned),
            // most servers that say `deflate` and send no zlib header mean it bare; a page is no such thing
            "deflate" => {
                read_all(DeflateDecoder::new(&*body), most).map(Cow::Owned).or_else(|why| as_is(body, why))
            }
            // it was undone when the page was kept
            "gzip" | "x-gzip" => as_is(body, NoBody::Damaged("no gzip header".to_owned())),
            _ => as_is(body, NoBody::Encoding(encoding)),
        }
    }
}

/// A body that is text after all.
fn as_is(body: Cow<'_, [u8]>, otherwise: NoBody) -> Result<Cow<'_, [u8]>, NoBody> {
    let head = &body[..body.len().min(1024)];
    let is_cut_letter = |error: std::str::Utf8Error| error.error_len().is_none();
    let is_utf8 = std::str::from_utf8(head).map_or_else(is_cut_letter, |_| true);
    let is_text = is_utf8 && !head.contains(&0) || head.trim_ascii_start().first() == Some(&b'<');
    if is_text { Ok(body) } else { Err(otherwise) }
}

fn read_all(decoder: impl Read, most: usize) -> Result<Vec<u8>, NoBody> {
    let mut bytes = Vec::new();
    match decoder.take(most as u64 + 1).read_to_end(&mut bytes) {
        Err(error) => Err(NoBody::Damaged(error.to_string())),
        Ok(count) if count > most => Err(NoBody::TooLong),
        Ok(_) => Ok(bytes),
    }
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [a, b, ..] if a & 15 == 8 && (u16::from(*a) << 8 | u16::from(*b)) % 31 == 0)
}

/// `HTTP/1.1 200 OK`
fn status(line: &[u8]) -> Option<u16> {
    let code =
        line.split(|&byte| byte == b' ').find(|word| !word.is_empty() && !word.starts_with(b"HTTP/"))?;
    std::str::from_utf8(code).ok()?.parse().ok()
}

/// The chunks of a body in one; none if it is in none. A body that was cut off ends where it was.
fn joined(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let Some((size, behind)) = chunk_size(rest) else {
            return (rest.len() < body.len()).then_some(joined);
        };
        if size == 0 {
            return Some(joined);
        }
        let chunk = &behind[..size.min(behind.len())];
        joined.extend_from_slice(chunk);
        rest = behind[chunk.len()..].trim_ascii_start();
        if rest.is_empty() {
            return Some(joined);
        }
    }
}

/// `1f4;name=value`, and what stands behind that line.
fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    const LONGEST: usize = 256;
    let end = memchr(b'\n', &bytes[..bytes.len().min(LONGEST)])?;
    let digits = bytes[..end].split(|&byte| byte == b';').next()?.trim_ascii();
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    Some((usize::from_str_radix(digits, 16).ok()?, &bytes[end + 1..]))
}

/// The MIME type in what a server calls it, in small letters.
pub(crate) fn mime(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The encoding in what a server calls it, if it is a known one.
pub(crate) fn charset(content_type: &str) -> Option<&'static Encoding> {
    let place = content_type.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let label = content_type[place..].split([';', ',', ' ']).next()?.trim_matches(['"', '\'']);
    Encoding::for_label_no_replacement(label.as_bytes())
}

/// `Name: value`, without the spaces.
pub(crate) fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr(b':', line)?;
    Some((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()))
}

/// Lines that end with `\n`, without it and the `\r` before it; behind them the rest.
pub(crate) struct Lines<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.0).unwrap_or(self.0.len());
        let line = &self.0[..end];
        self.0 = &self.0[self.0.len().min(end + 1)..];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn body(head: &str, body: &[u8]) -> Result<Vec<u8>, NoBody> {
        let bytes = [format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes(), body].concat();
        Response::parse(&bytes).unwrap().body(1000).map(Cow::into_owned)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_response_is_taken_apart() {
        let response =
            Response::parse(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>").unwrap();
        assert_eq!(
            (response.status, response.content_type(), response.body),
            (Some(404), Some("text/html"), &b"<p>"[..])
        );
        let response = Response::parse(b"HTTP/2 200\ncontent-type:text/plain\n\n\nThe").unwrap();
        assert_eq!(
            (response.status, response.content_type(), response.body),
            (Some(200), Some("text/plain"), &b"\nThe"[..])
        );
        assert_eq!(Response::parse(b"HTTP/1.1 ok\r\n\r\n").unwrap().status, None);
        assert_eq!(Response::parse(b"HTTP/1.0 200 OK\r\nA: b").unwrap().body, b"");
        assert_eq!(Response::parse(b"<html>"), None);
    }

    #[test]
    fn chunks_are_joined() {
        let chunked = "Transfer-Encoding: chunked\r\n";
        assert_eq!(body(chunked, b"4\r\nThe \r\n6;x=y\r\nbridge\r\n0\r\n\r\n").unwrap(), b"The bridge");
        assert_eq!(body(chunked, b"4\r\nThe \r\nA\r\nbrid").unwrap(), b"The brid", "cut off");
        assert_eq!(body(chunked, b"<p>The bridge\r\n").unwrap(), b"<p>The bridge\r\n", "joined before");
        assert_eq!(body(chunked, b"fffffffffffffffffff\r\nx").unwrap(), b"fffffffffffffffffff\r\nx");
        assert_eq!(body(chunked, b"-5\r\nx").unwrap(), b"-5\r\nx");
        assert_eq!(body("", b"4\r\nThe ").unwrap(), b"4\r\nThe ");
    }

    #[test]
    fn what_is_compressed_is_decompressed_as_far_as_it_may() {
        let gzipped = "Content-Encoding: gzip\r\n";
        assert_eq!(body(gzipped, &gzip(b"The bridge")).unwrap(), b"The bridge");
        assert_eq!(body(gzipped, b"<p>The bridge").unwrap(), b"<p>The bridge", "decompressed before");
        assert_eq!(body(gzipped, &gzip(&[b'a'; 1000])).unwrap(), [b'a'; 1000]);
        assert_eq!(body(gzipped, &gzip(&[b'a'; 1001])), Err(NoBody::TooLong));
        assert!(matches!(body(gzipped, &gzip(b"The bridge")[..18]), Err(NoBody::Damaged(_))));
        assert_eq!(
            body("Content-Encoding: br\r\n", &[0x8b, 0, 0xff]),
            Err(NoBody::Encoding("br".to_owned()))
        );
    }

    #[test]
    fn deflate_comes_with_a_header_or_bare() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(b"The bridge").unwrap();
        let zlib = zlib.finish().unwrap();
        let deflate = "Content-Encoding: deflate\r\n";
        assert_eq!(body(deflate, &zlib).unwrap(), b"The bridge");
        assert_eq!(body(deflate, &zlib[2..zlib.len() - 4]).unwrap(), b"The bridge");
        assert_eq!(body(deflate, b"<p>The bridge").unwrap(), b"<p>The bridge");
    }

    #[test]
    fn a_content_type_says_two_things() {
        assert_eq!(mime("Text/HTML; charset=utf-8"), "text/html");
        assert_eq!(charset("text/html; Charset=\"windows-1251\"").map(Encoding::name), Some("windows-1251"));
        assert_eq!(charset("text/html; charset=klingon"), None);
        assert_eq!(charset("text/html"), None);
    }
}
