//! From bytes to text, whatever they are encoded in.
//!
//! Asked in this order: a byte order mark; the encoding that the user named; are the bytes valid
//! UTF-8; what does the markup declare; are they UTF-8 but for some damage; what do the letters
//! look like. Valid UTF-8 comes before the declaration because scrapers that save a page as UTF-8
//! leave its old declaration in, while text in another encoding is hardly ever valid UTF-8 by
//! chance. What the text says is for others to read.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memmem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// So far from its beginning a declaration is looked for, as browsers do.
const DECLARATION: usize = 1024;
/// So many bytes are enough to guess an encoding from.
const GUESSED: usize = 64 * 1024;
/// Beyond one replaced letter in a hundred, a text is not worth reading...
const REPLACED_SHARE: usize = 100;
/// ...unless it is only one or two, in a text of a few words.
const REPLACED_ALLOWED: usize = 2;
/// So many sound letters of several bytes must stand against one damaged place in damaged UTF-8.
/// In the encodings of one byte a letter, nearly every letter beyond ASCII is a damaged place.
const SOUND_FOR_DAMAGED: usize = 4;

/// An encoding, or the order to find it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Charset(Option<&'static Encoding>);

impl Charset {
    /// Is it found out for every file?
    pub(crate) fn is_auto(self) -> bool {
        self.0.is_none()
    }

    /// The encoding of a file that begins so, if its separators and line ends are not bytes of their own.
    pub(crate) fn wide(self, head: &[u8]) -> Option<&'static Encoding> {
        let marked = Encoding::for_bom(head).map(|(encoding, _)| encoding);
        let encoding = marked.or(self.0)?;
        [UTF_16LE, UTF_16BE, ISO_2022_JP].contains(&encoding).then_some(encoding)
    }
}

impl TryFrom<String> for Charset {
    type Error = String;

    fn try_from(label: String) -> Result<Self, String> {
        if label == "auto" {
            return Ok(Charset(None));
        }
        let unknown =
            "is no encoding; write `auto`, or a label such as `utf-8`, `windows-1251` or `shift_jis`";
        let encoding = Encoding::for_label_no_replacement(label.as_bytes());
        encoding.map(|encoding| Charset(Some(encoding))).ok_or_else(|| format!("`{label}` {unknown}"))
    }
}

impl From<Charset> for String {
    fn from(charset: Charset) -> String {
        charset.0.map_or_else(|| "auto".to_owned(), |encoding| encoding.name().to_ascii_lowercase())
    }
}

/// The text of a file; or, for a person, why it has none.
pub(crate) fn decode(bytes: Vec<u8>, charset: Charset, is_markup: bool) -> Result<String, String> {
    decode_said(bytes, charset, is_markup, None)
}

/// As [`decode`], for bytes of which somebody else has said what they are encoded in: a server's word
/// comes before that of the markup.
pub(crate) fn decode_said(
    bytes: Vec<u8>,
    charset: Charset,
    is_markup: bool,
    said: Option<&'static Encoding>,
) -> Result<String, String> {
    let mark = Encoding::for_bom(&bytes);
    let (encoding, text) = match (mark, charset.0) {
        (Some((encoding, length)), _) => (encoding, decode_as(encoding, bytes, length)),
        (None, Some(encoding)) => (encoding, decode_as(encoding, bytes, 0)),
        (None, None) => {
            let declared = said.or_else(|| if is_markup { declared(&bytes) } else { None });
            match valid_utf8(bytes, declared) {
                Ok(text) => (UTF_8, text),
                Err(bytes) => {
                    let encoding = guess(&bytes, declared);
                    (encoding, decode_as(encoding, bytes, 0))
                }
            }
        }
    };
    refuse_damaged(encoding, text)
}

fn decode_as(encoding: &'static Encoding, mut bytes: Vec<u8>, mark: usize) -> String {
    if encoding == UTF_8 {
        bytes.drain(..mark);
        return String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }
    match encoding.decode_without_bom_handling(&bytes[mark..]).0 {
        Cow::Owned(text) => text,
        Cow::Borrowed(text) => text.to_owned(),
    }
}

/// Takes bytes that are valid UTF-8, and gives others back. Old Japanese mail encoding is ASCII to
/// the eye; it counts only where it is declared.
fn valid_utf8(bytes: Vec<u8>, declared: Option<&'static Encoding>) -> Result<String, Vec<u8>> {
    if declared == Some(ISO_2022_JP) && memchr(0x1b, &bytes).is_some() {
        return Err(bytes);
    }
    String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes)
}

/// The encoding of bytes that are not valid UTF-8.
fn guess(bytes: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    match declared {
        Some(encoding) if encoding != UTF_8 => encoding,
        _ if is_damaged_utf8(bytes) => UTF_8,
        _ => guess_by_letters(bytes),
    }
}

fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut damaged) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    sound >= SOUND_FOR_DAMAGED * damaged
}

fn guess_by_letters(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    // the word before the first letter helps to read it
    let telling = &bytes[first.saturating_sub(32)..];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&telling[..telling.len().min(GUESSED)], true);
    detector.guess(None, Utf8Detection::Deny)
}

/// What markup says about its own encoding. UTF-16 cannot be declared in letters of one byte, so
/// such a declaration is left out of account.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(DECLARATION)].to_ascii_lowercase();
    let encoding = in_xml_declaration(&head).or_else(|| in_meta(&head))?;
    (encoding != UTF_16LE && encoding != UTF_16BE).then_some(encoding)
}

fn in_xml_declaration(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    label(&head[..memmem::find(head, b"?>")?], b"encoding")
}

fn in_meta(head: &[u8]) -> Option<&'static Encoding> {
    memmem::find_iter(head, b"<meta").find_map(|at| {
        let tag = &head[at..];
        label(&tag[..memchr(b'>', tag)?], b"charset")
    })
}

/// The encoding that `key = "label"` names.
fn label(attributes: &[u8], key: &[u8]) -> Option<&'static Encoding> {
    let behind = &attributes[memmem::find(attributes, key)? + key.len()..];
    let value = behind.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|byte| b"\"' \t\r\n;/>".contains(byte)).unwrap_or(value.len());
    Encoding::for_label(&value[..end])
}

fn refuse_damaged(encoding: &'static Encoding, text: String) -> Result<String, String> {
    let replaced = memmem::find_iter(text.as_bytes(), "\u{fffd}").count();
    if replaced <= REPLACED_ALLOWED {
        return Ok(text);
    }
    let letters = text.chars().count();
    if replaced * REPLACED_SHARE <= letters {
        return Ok(text);
    }
    Err(format!("as {}, {replaced} of {letters} characters are unreadable", encoding.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RUSSIAN: &str = "Мост открыт для движения. Первые машины прошли по нему в девять часов утра.";

    fn windows_1251(text: &str) -> Vec<u8> {
        encoding_rs::WINDOWS_1251.encode(text).0.into_owned()
    }

    fn auto(bytes: impl Into<Vec<u8>>) -> Result<String, String> {
        decode(bytes.into(), Charset(None), false)
    }

    fn markup(bytes: impl Into<Vec<u8>>) -> Result<String, String> {
        decode(bytes.into(), Charset(None), true)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_mark_wins() {
        assert_eq!(auto("\u{feff}Straße"), Ok("Straße".into()));
        assert_eq!(auto(utf16("\u{feff}Straße", u16::to_le_bytes)), Ok("Straße".into()));
        assert_eq!(auto(utf16("\u{feff}Straße", u16::to_be_bytes)), Ok("Straße".into()));
        let named = Charset(Some(encoding_rs::WINDOWS_1251));
        assert_eq!(decode("\u{feff}Straße".into(), named, false), Ok("Straße".into()));
    }

    #[test]
    fn a_named_encoding_is_taken() {
        let named = Charset(Some(encoding_rs::WINDOWS_1251));
        assert_eq!(decode(windows_1251("Да"), named, false), Ok("Да".into()));
        assert_eq!(decode(utf16("Да", u16::to_le_bytes), Charset(Some(UTF_16LE)), false), Ok("Да".into()));
    }

    #[test]
    fn text_without_a_declaration_is_guessed() {
        assert_eq!(auto(windows_1251(RUSSIAN)), Ok(RUSSIAN.into()));
        let long = format!("{}{RUSSIAN}", "ASCII first. ".repeat(10_000));
        assert_eq!(auto(windows_1251(&long)), Ok(long));
    }

    #[test]
    fn markup_declares_its_encoding() {
        for head in [
            "<?xml version=\"1.0\" encoding='windows-1251'?><a>",
            "<html><head><meta charset=windows-1251>",
            "<META http-equiv=\"Content-Type\" content=\"text/html; charset=Windows-1251\">",
            "<meta name=viewport><meta charset = \"cp1251\" />",
        ] {
            let page = format!("{head}Да");
            assert_eq!(markup(windows_1251(&page)), Ok(page));
        }
    }

    #[test]
    fn a_declaration_that_scraping_left_behind_is_not_believed() {
        let page = format!("<meta charset=\"windows-1251\">{RUSSIAN}");
        assert_eq!(markup(page.as_str()), Ok(page));
        let page = format!("<meta charset=\"utf-8\">{RUSSIAN}");
        assert_eq!(markup(windows_1251(&page)), Ok(page));
        let page = format!("<?xml encoding=\"utf-16\"?>{RUSSIAN}");
        assert_eq!(markup(page.as_str()), Ok(page));
    }

    #[test]
    fn a_declaration_outside_of_markup_is_just_text() {
        let text = format!("<meta charset=koi8-r> {RUSSIAN}");
        assert_eq!(auto(windows_1251(&text)), Ok(text));
    }

    #[test]
    fn old_japanese_is_read_where_it_is_declared() {
        let page = b"<meta charset=iso-2022-jp>\x1b$B$O$7\x1b(B";
        assert_eq!(markup(*page), Ok("<meta charset=iso-2022-jp>はし".into()));
    }

    #[test]
    fn utf8_that_was_cut_stays_utf8() {
        let cut = &RUSSIAN.as_bytes()[..20];
        assert_eq!(auto(cut), Ok("Мост откры\u{fffd}".into()));
    }

    #[test]
    fn text_that_is_damaged_all_over_is_refused() {
        let named = Charset(Some(UTF_8));
        let message = "as UTF-8, 10 of 40 characters are unreadable".to_owned();
        assert_eq!(decode(b"abc\xff".repeat(10), named, false), Err(message));
        assert_eq!(decode(b"abc\xffd\xff".to_vec(), named, false), Ok("abc\u{fffd}d\u{fffd}".into()));
        let long = [vec![b'a'; 1000], vec![0xff; 10]].concat();
        assert_eq!(decode(long, named, false).map(|text| text.chars().count()), Ok(1010));
    }

    #[test]
    fn nothing_is_stripped() {
        assert_eq!(auto("a\0b\r\nc"), Ok("a\0b\r\nc".into()));
    }

    proptest! {
        #[test]
        fn every_text_survives_its_encoding(text in "[^\u{fffd}\u{feff}]{0,200}", russian in "[а-яА-ЯёЁa-z ,.\r\n]{0,200}", latin in "([a-z][a-zà-ÿ ]{0,200})?") {
            prop_assert_eq!(auto(text.as_str()), Ok(text.clone()));
            prop_assert_eq!(auto(utf16(&format!("\u{feff}{text}"), u16::to_le_bytes)), Ok(text));
            let russian_page = format!("<meta charset=windows-1251>{russian}");
            let named = Charset(Some(encoding_rs::WINDOWS_1251));
            prop_assert_eq!(decode(windows_1251(&russian_page), named, true), Ok(russian_page));
            let latin_1: Vec<u8> = latin.chars().map(|letter| letter as u8).collect();
            let named = Charset::try_from("iso-8859-1".to_owned()).unwrap();
            prop_assert_eq!(decode(latin_1, named, false), Ok(latin));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), is_markup: bool) {
            let _ = decode(bytes, Charset(None), is_markup);
        }
    }
}
