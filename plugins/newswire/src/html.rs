//! Escaped HTML, made ready for a reader of XML.
//!
//! What HTML allows and XML does not is taken out or escaped: a bare `<`, scripts and styles,
//! comments, declarations. The tags stay as they are, with all their mistakes.

use crate::walk::place;

/// HTML that a reader of XML can go through.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Readable {
    pub(crate) text: String,
    /// Where the HTML ended too early, and in what. The text goes up to there.
    pub(crate) broken: Option<String>,
}

/// What begins with a `<`, with its length in bytes.
enum Piece {
    /// No markup: the sign itself.
    Sign,
    /// For the reader.
    Kept(usize),
    /// Nothing in it counts.
    Passed(usize),
    /// A tag whose element holds no markup: its name goes with it.
    Raw(usize, &'static str),
}

pub(crate) fn readable(html: &str) -> Readable {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        match piece(rest).and_then(|piece| taken(&piece, rest, &mut text)) {
            Ok(length) => rest = &rest[length..],
            Err(what) => {
                let (line, column) = place(html, html.len() - rest.len());
                let broken = Some(format!("line {line}, column {column}: {what} has no end"));
                return Readable { text, broken };
            }
        }
    }
    text.push_str(rest);
    Readable { text, broken: None }
}

/// Writes down what a piece leaves for the reader. Its length, or what has no end.
fn taken(piece: &Piece, rest: &str, text: &mut String) -> Result<usize, &'static str> {
    match *piece {
        Piece::Sign => {
            text.push_str("&lt;");
            Ok(1)
        }
        Piece::Kept(length) => {
            text.push_str(&rest[..length]);
            Ok(length)
        }
        Piece::Passed(length) => Ok(length),
        Piece::Raw(length, name) => {
            let content = raw_length(&rest[length..], name).ok_or(name)?;
            text.push_str(&rest[..length]);
            Ok(length + content)
        }
    }
}

fn piece(rest: &str) -> Result<Piece, &'static str> {
    let through = |end: &str, what| rest.find(end).map(|at| at + end.len()).ok_or(what);
    let is_letter = |n: usize| rest.as_bytes().get(n).is_some_and(u8::is_ascii_alphabetic);
    match rest.as_bytes().get(1) {
        Some(b'!') if rest.starts_with("<!--") => through("-->", "a comment").map(Piece::Passed),
        Some(b'!') if rest.starts_with("<![CDATA[") => through("]]>", "a CDATA section").map(Piece::Kept),
        Some(b'!' | b'?') => through(">", "a declaration").map(Piece::Passed),
        Some(b'/') if is_letter(2) => through(">", "a tag").map(Piece::Kept),
        Some(b'/') => through(">", "a tag").map(Piece::Passed),
        _ if is_letter(1) => {
            let length = tag_length(rest).ok_or("a tag")?;
            Ok(raw_name(&rest[..length]).map_or(Piece::Kept(length), |name| Piece::Raw(length, name)))
        }
        _ => Ok(Piece::Sign),
    }
}

/// Up to the first `>` that is not in quotes, as the reader sees it.
fn tag_length(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The name of a tag after which markup is none; `<script/>` has its end in it.
fn raw_name(tag: &str) -> Option<&'static str> {
    let inner = tag.strip_prefix('<')?.strip_suffix('>')?;
    let name = inner.split(|letter: char| letter.is_ascii_whitespace() || letter == '/').next()?;
    let is_open = !inner.ends_with('/');
    ["script", "style"].into_iter().find(|raw| is_open && name.eq_ignore_ascii_case(raw))
}

/// How far it is to the end tag of an element.
fn raw_length(rest: &str, name: &str) -> Option<usize> {
    let ends = |at: usize| {
        let found = rest.get(at + 2..at + 2 + name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    rest.match_indices("</").map(|(at, _)| at).find(|at| ends(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(html: &str) -> String {
        let Readable { text, broken } = readable(html);
        assert_eq!(broken, None, "{html}");
        text
    }

    #[test]
    fn a_bare_sign_is_text() {
        assert_eq!(whole("<p>1 < 2 <3 <</p> <"), "<p>1 &lt; 2 &lt;3 &lt;</p> &lt;");
    }

    #[test]
    fn scripts_and_styles_are_not_read() {
        assert_eq!(whole("<p>a<script>if (a<b) x('</p>')</SCRIPT>b"), "<p>a<script></SCRIPT>b");
        assert_eq!(whole("<Style type='x'>a<b</style>c"), "<Style type='x'></style>c");
        assert_eq!(whole("<script src='x'/><p>a"), "<script src='x'/><p>a");
        assert_eq!(whole("<scripture>a</scripture>"), "<scripture>a</scripture>");
    }

    #[test]
    fn what_is_no_text_is_passed_over() {
        assert_eq!(
            whole("<!DOCTYPE html><?x y>a<!-- <script> --><!-->b</>c<![CDATA[<d]]>"),
            "abc<![CDATA[<d]]>"
        );
    }

    #[test]
    fn quotes_hide_the_end_of_a_tag() {
        assert_eq!(whole("<a title=\"1 > '0' < 2\">x</a>"), "<a title=\"1 > '0' < 2\">x</a>");
    }

    #[test]
    fn what_has_no_end_is_named() {
        let cases = [
            ("a\nb<script>c", "a\nb", "line 2, column 2: script has no end"),
            ("é<!-- c", "é", "line 1, column 2: a comment has no end"),
            ("<p>é<a href='>c", "<p>é", "line 1, column 5: a tag has no end"),
            ("a</p", "a", "line 1, column 2: a tag has no end"),
        ];
        for (html, text, broken) in cases {
            assert_eq!(readable(html), Readable { text: text.to_owned(), broken: Some(broken.to_owned()) });
        }
    }
}
