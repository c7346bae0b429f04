//! JSON as pages really write it: a reader that makes sense of what a strict one refuses.
//!
//! Control characters and bare quotes in strings, trailing commas, comments, keys without quotes, several values
//! behind each other, a text that breaks off: all of it gives what can be read. What is too deep or too much is
//! passed over. It knows nothing of JSON-LD; `linked.rs` does.

use std::borrow::Cow;

/// Values in values deeper than this are passed over. Graphs of plugins nest to about ten.
const DEPTH: usize = 32;
/// Values of one script; later ones are passed over. An article with all its images and comments has hundreds.
const VALUES: usize = 20_000;

/// A value. Numbers and the words `true` and `false` are texts: nobody counts with them here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'t> {
    /// `null`, or what could not be read.
    Nothing,
    /// A string, a number, a word.
    Text(Cow<'t, str>),
    /// An array.
    List(Vec<Json<'t>>),
    /// An object, its members in their order.
    Object(Vec<(Cow<'t, str>, Json<'t>)>),
}

impl<'t> Json<'t> {
    /// The member of that name; the first one, if there are several.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'t>> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list; any other value stands for a list of itself.
    pub(crate) fn each(&self) -> &[Json<'t>] {
        match self {
            Json::List(values) => values,
            Json::Nothing => &[],
            value => std::slice::from_ref(value),
        }
    }
}

/// All values of a text, however they are separated.
pub(crate) fn read(text: &str) -> Vec<Json<'_>> {
    let mut reader = Reader { text, at: 0, left: VALUES };
    let mut values = Vec::new();
    while let Some(byte) = reader.skip_space() {
        match byte {
            b'{' | b'[' => values.push(reader.value(0)),
            _ => reader.at += 1,
        }
    }
    values
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    left: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over white space and comments, to the next byte that means something.
    fn skip_space(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            let rest = &self.text.as_bytes()[self.at..];
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' if rest.starts_with(b"//") => self.skip_to(b"\n"),
                b'/' if rest.starts_with(b"/*") => self.skip_to(b"*/"),
                _ => return Some(byte),
            }
        }
    }

    /// Passes over everything up to the end of a mark, or of the text.
    fn skip_to(&mut self, mark: &[u8]) {
        let from = self.at + 2;
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let found = memchr::memmem::find(rest, mark);
        self.at = found.map_or(self.text.len(), |found| from + found + mark.len());
    }

    fn value(&mut self, depth: usize) -> Json<'t> {
        let Some(byte) = self.skip_space() else { return Json::Nothing };
        if self.left == 0 || depth == DEPTH && matches!(byte, b'{' | b'[') {
            self.pass_over();
            return Json::Nothing;
        }
        self.left -= 1;
        match byte {
            b'{' => self.object(depth + 1),
            b'[' => self.list(depth + 1),
            b'"' | b'\'' => Json::Text(self.string(byte)),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Json<'t> {
        self.at += 1;
        let mut members = Vec::new();
        while let Some(byte) = self.skip_space() {
            match byte {
                b'}' => {
                    self.at += 1;
                    break;
                }
                // a list that was never closed ends with the object that it is in
                b']' => break,
                b'"' | b'\'' => {
                    let key = self.string(byte);
                    members.push((key, self.member(depth)));
                }
                _ if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'@') => {
                    let key = Cow::Borrowed(self.bare());
                    members.push((key, self.member(depth)));
                }
                _ => self.at += 1,
            }
        }
        Json::Object(members)
    }

    /// What stands behind a key.
    fn member(&mut self, depth: usize) -> Json<'t> {
        if self.skip_space() != Some(b':') {
            return Json::Nothing;
        }
        self.at += 1;
        match self.skip_space() {
            None | Some(b',' | b'}') => Json::Nothing,
            Some(_) => self.value(depth),
        }
    }

    fn list(&mut self, depth: usize) -> Json<'t> {
        self.at += 1;
        let mut values = Vec::new();
        while let Some(byte) = self.skip_space() {
            match byte {
                b']' => {
                    self.at += 1;
                    break;
                }
                b'}' => break,
                b',' | b':' => self.at += 1,
                _ => {
                    let value = self.value(depth);
                    if self.left > 0 {
                        values.push(value);
                    }
                }
            }
        }
        Json::List(values)
    }

    /// Letters up to the next mark of JSON; a mark that stands alone is passed over.
    fn bare(&mut self) -> &'t str {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let length = rest.iter().position(|byte| b",:{}[]\"\r\n".contains(byte)).unwrap_or(rest.len());
        self.at += length.max(1);
        self.text[start..start + length].trim()
    }

    fn word(&mut self) -> Json<'t> {
        match self.bare() {
            "" | "null" | "undefined" => Json::Nothing,
            word => Json::Text(Cow::Borrowed(word)),
        }
    }

    /// A string, and what its escapes stand for.
    fn string(&mut self, quote: u8) -> Cow<'t, str> {
        self.at += 1;
        let start = self.at;
        self.find_quote(quote);
        let raw = &self.text[start..self.at];
        self.at = (self.at + 1).min(self.text.len());
        if raw.contains('\\') { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Goes to the quote that ends a string. A quote that no comma, colon or bracket follows is part of it.
    fn find_quote(&mut self, quote: u8) {
        let bytes = self.text.as_bytes();
        while let Some(found) = memchr::memchr2(quote, b'\\', &bytes[self.at..]) {
            self.at += found;
            if bytes[self.at] == b'\\' {
                self.at = (self.at + 2).min(bytes.len());
                while !self.text.is_char_boundary(self.at) {
                    self.at += 1;
                }
            } else if is_end(&bytes[self.at + 1..]) {
                return;
            } else {
                self.at += 1;
            }
        }
        self.at = bytes.len();
    }

    /// Leaves out a value, however deep it is.
    fn pass_over(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.skip_space() {
            match byte {
                b'"' => {
                    self.at += 1;
                    self.find_quote(byte);
                    self.at = (self.at + 1).min(self.text.len());
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                _ => {
                    self.bare();
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}

/// Whether a string may end in front of these bytes.
fn is_end(behind: &[u8]) -> bool {
    let blanks = behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    match behind.get(blanks) {
        None | Some(b',' | b':' | b'}' | b']') => true,
        // a forgotten comma at the end of a line
        Some(b'"') => behind[..blanks].contains(&b'\n'),
        Some(b'/') => matches!(behind.get(blanks + 1), Some(b'/' | b'*')),
        Some(_) => false,
    }
}

fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escaped) = rest.chars().next() else { break };
        rest = &rest[escaped.len_utf8()..];
        match escaped {
            'n' | 'r' | 't' | 'f' => text.push(' '),
            'b' => {}
            'u' => rest = push_unicode(rest, &mut text),
            other => text.push(other),
        }
    }
    text.push_str(rest);
    text
}

/// Adds the letter of four hexadecimal digits, or of two times four, and gives what stands behind.
fn push_unicode<'t>(rest: &'t str, text: &mut String) -> &'t str {
    let Some(unit) = hexadecimal(rest) else { return rest };
    let rest = &rest[4..];
    let low = rest.strip_prefix("\\u").and_then(hexadecimal);
    match (char::from_u32(unit), low) {
        (Some(letter), _) => text.push(letter),
        (None, Some(low @ 0xDC00..=0xDFFF)) if unit < 0xDC00 => {
            let point = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            text.push(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
            return &rest[6..];
        }
        (None, _) => text.push(char::REPLACEMENT_CHARACTER),
    }
    rest
}

fn hexadecimal(text: &str) -> Option<u32> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: &str) -> Json<'_> {
        Json::Text(Cow::Borrowed(value))
    }

    /// The member `name` of the first object.
    fn member(json: &str, name: &str) -> Option<String> {
        read(json).first()?.get(name)?.text().map(str::to_owned)
    }

    #[test]
    fn json_is_read() {
        let values = read(r#" {"a": ["b", 3, true, null, {}], "c": "d\u00e9\ud83d\ude00\/\"e"} "#);
        let list = Json::List(vec![text("b"), text("3"), text("true"), Json::Nothing, Json::Object(vec![])]);
        assert_eq!(values.len(), 1);
        assert_eq!(values[0].get("a"), Some(&list));
        assert_eq!(values[0].get("c").and_then(Json::text), Some("dé😀/\"e"));
    }

    #[test]
    fn what_strict_readers_refuse_is_read() {
        let cases = [
            ("{\"name\": \"Old\nbridge\"}", "Old\nbridge"),
            ("{\"name\": \"Old bridge\",}", "Old bridge"),
            ("// a comment\n{/* and */ \"name\": \"Old bridge\" /* more */ }", "Old bridge"),
            ("<!-- {\"name\": \"Old bridge\"} -->", "Old bridge"),
            ("{\"name\": \"The \"old\" bridge\"}", "The \"old\" bridge"),
            ("{'name': 'Old bridge'}", "Old bridge"),
            ("{name: \"Old bridge\"}", "Old bridge"),
            ("{\"url\": \"/a\"\n \"name\": \"Old bridge\"}", "Old bridge"),
            ("{\"name\": \"Old bri", "Old bri"),
            ("{\"list\": [1, 2, \"name\": \"Old bridge\"}", ""),
            ("{\"other\": , \"name\": \"Old bridge\"}", "Old bridge"),
        ];
        for (json, name) in cases {
            assert_eq!(member(json, "name").unwrap_or_default(), name, "{json}");
        }
    }

    #[test]
    fn several_values_are_several() {
        assert_eq!(read("{\"a\":1}{\"b\":2},\n[3];").len(), 3);
        assert_eq!(read("nothing at all").len(), 0);
    }

    #[test]
    fn what_is_too_deep_is_passed_over() {
        let deep = |levels: usize| format!("{{\"a\":{}1{},\"b\":2}}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(member(&deep(20), "b").as_deref(), Some("2"));
        assert_eq!(member(&deep(200_000), "b").as_deref(), Some("2"));
    }

    #[test]
    fn what_is_too_much_is_passed_over() {
        let json = format!("[{}]", "1,".repeat(VALUES * 3));
        let values = read(&json).remove(0);
        assert_eq!(values.each().len(), VALUES - 2);
    }

    proptest! {
        #[test]
        fn any_text_is_read(json in "[\\{\\}\\[\\]:,\"'\\\\/*\nau0é ]{0,80}") {
            read(&json);
        }

        #[test]
        fn what_is_written_well_is_read_exactly(name in "[^\"\\\\]{0,20}", value in "\\PC{0,20}") {
            let json = serde_json::json!({ name: [&value] }).to_string();
            let values = read(&json);
            let members = match &values[..] {
                [Json::Object(members)] => members.clone(),
                _ => vec![],
            };
            prop_assert_eq!(members.len(), 1);
            prop_assert_eq!(members[0].1.each()[0].text().unwrap_or(""), value);
        }
    }
}
