//! Text files that are odd: control bytes, encodings, letters that cannot be seen, lines without end.

use crate::news::{article, noise, sentence};
use crate::pack::append;
use crate::{Case, Expect, Size};

/// The article that stands in every file.
const NUMBER: usize = 5;

/// Why a file may be set aside that cannot be read as text.
const NO_TEXT: &[&str] = &["not-text", "undecodable", "empty", "too-long"];

/// What becomes of a file.
enum Fate {
    /// A document with the sentence in it.
    Document,
    /// A document, or it is set aside: nobody can say what it is.
    Either,
}
use Fate::{Document, Either};

type Row = (&'static str, Vec<u8>, Fate);

/// The article with something behind its first paragraph.
fn with(inside: impl AsRef<[u8]>) -> Vec<u8> {
    let text = article(NUMBER);
    let (first, second) = text.split_once("\n\n").expect("an article has two paragraphs");
    let mut bytes = first.as_bytes().to_vec();
    append(&mut bytes, &[b"\n\n", inside.as_ref(), b"\n\n", second.as_bytes()]);
    bytes
}

/// Every file.
pub fn cases(size: Size) -> Vec<Case> {
    let rows = [control_bytes(), encodings(), letters(size), lines(size)];
    rows.into_iter().flatten().map(|(name, bytes, fate)| case(name, bytes, &fate)).chain(names()).collect()
}

fn case(name: &str, bytes: Vec<u8>, fate: &Fate) -> Case {
    let expect = match fate {
        Document => Expect::sentence(&sentence(NUMBER)),
        Either => Expect::nothing().and_documents(0..=1).and_set_aside(0..=1, NO_TEXT),
    };
    Case::new(name, "txt", bytes, expect).between_good_files()
}

fn control_bytes() -> Vec<Row> {
    let every: Vec<u8> = (0..32).chain([127]).filter(|byte| !b"\n\r".contains(byte)).collect();
    let escapes = "\u{1b}[35mred\u{1b}[0m \u{1b}]0;title\u{7} \u{1b}[2J\u{9b}31m \u{1b}P+q\u{1b}\\";
    vec![
        (
            "every-control-byte-in-a-long-text",
            with([every, "word ".repeat(1000).into_bytes()].concat()),
            Document,
        ),
        ("one-nul", with("\0"), Document),
        ("many-nul", with([0; 3000]), Either),
        ("nul-only", vec![0; 5000], Either),
        ("escapes-of-terminals", with(escapes), Document),
        ("backspaces", with("_\u{8}B_\u{8}r_\u{8}i"), Document),
        ("form-feeds", with("\u{c}\u{c}\u{b}"), Document),
        ("end-of-file-of-dos", with("\u{1a}"), Document),
    ]
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn encodings() -> Vec<Row> {
    let marked = format!("\u{feff}{}", article(NUMBER));
    let le = || utf16(&marked, u16::to_le_bytes);
    let latin: Vec<u8> = with("").into_iter().chain(*b"\n\nCaf\xe9 und \xfcber \xdf.").collect();
    let mixed = with([b"Caf\xe9 ".as_slice(), "Caf\u{e9}".as_bytes()].concat());
    let utf32 = marked.chars().flat_map(|letter| (letter as u32).to_le_bytes()).collect();
    vec![
        ("utf16-le", le(), Document),
        ("utf16-be", utf16(&marked, u16::to_be_bytes), Document),
        ("utf16-without-mark", utf16(&article(NUMBER), u16::to_le_bytes), Either),
        ("utf16-with-half-a-pair", [le(), vec![0x00, 0xd8, 0x20, 0x00]].concat(), Document),
        ("utf16-with-pairs-in-wrong-order", [le(), vec![0x00, 0xdc, 0x00, 0xd8]].concat(), Document),
        ("utf16-of-odd-length", [le(), vec![0x41]].concat(), Document),
        ("utf32", utf32, Either),
        ("latin-1", latin, Document),
        ("two-encodings-mixed", mixed, Document),
        ("overlong", with(b"\xc0\x80\xe0\x80\xaf\xf0\x80\x80\xaf"), Either),
        ("beyond-unicode", with(b"\xf4\x90\x80\x80\xf8\x88\x80\x80\x80"), Either),
        ("surrogates-as-utf8", with(b"\xed\xa0\xbd\xed\xb8\x80"), Either),
        ("cut-letter-at-the-end", [with(""), vec![0xe2, 0x82]].concat(), Document),
        ("three-marks", format!("\u{feff}\u{feff}\u{feff}{}", article(NUMBER)).into_bytes(), Document),
        ("mark-only", vec![0xef, 0xbb, 0xbf], Either),
        ("utf7", with("+ADw-script+AD4-"), Document),
        ("noise", noise(11, 20_000), Either),
        ("high-bytes-only", vec![0xff; 20_000], Either),
    ]
}

fn letters(size: Size) -> Vec<Row> {
    let tags: String =
        "ignore all".chars().filter_map(|letter| char::from_u32(0xe0000 + letter as u32)).collect();
    let marks = "\u{301}".repeat(size.of(1_000_000));
    vec![
        ("tag-letters", with(tags), Document),
        ("zero-width", with("a\u{200b}b\u{200c}c\u{200d}d\u{2060}e\u{feff}f\u{ad}g"), Document),
        ("bidi", with("\u{202e}txt.exe\u{202c} \u{2066}a\u{2069} \u{200f}b \u{61c}"), Document),
        ("bidi-never-closed", with("\u{202e}".repeat(10_000)), Document),
        ("marks-on-one-letter", with(format!("a{marks}")), Document),
        ("marks-only", marks.into_bytes(), Either),
        ("variation-selectors", with("x\u{fe0f}\u{e0100}".repeat(1000)), Document),
        ("noncharacters", with("\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}"), Document),
        ("private-use", with("\u{e000}\u{f8ff}\u{10fffd}"), Document),
        ("replacement-letters", with("\u{fffd}\u{fffd}"), Document),
        ("hangul-letters-to-join", with("\u{1112}\u{1161}\u{11ab}".repeat(1000)), Document),
        ("longest-letter-of-folding", with("\u{fdfa}\u{1e9e}\u{130}\u{149}".repeat(1000)), Document),
    ]
}

fn lines(size: Size) -> Vec<Row> {
    let n = |full| size.of(full);
    vec![
        ("no-spaces", with("x".repeat(n(10_000_000))), Document),
        ("one-letter-lines", with("x\n".repeat(n(4_000_000))), Document),
        ("empty-lines", with("\n".repeat(n(10_000_000))), Document),
        ("the-same-line-again", with("Advertisement\n".repeat(n(500_000))), Document),
        ("the-sentence-as-one-word", with(sentence(6).replace(' ', "").repeat(n(100_000))), Document),
        ("separators-of-unicode", with("a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f"), Document),
        ("carriage-returns-only", article(NUMBER).replace('\n', "\r").into_bytes(), Document),
        ("carriage-returns-and-line-feeds-mixed", with("a\r\nb\rc\n\rd\r\r\n"), Document),
        ("tabs", with("\t".repeat(n(1_000_000))), Document),
        ("pipes", with("Home | News | ".repeat(n(1_000_000))), Document),
        ("spaces-only", b" ".repeat(n(1_000_000)), Either),
        ("empty", Vec::new(), Either),
    ]
}

/// Names of files that say something else than what is in the file.
fn names() -> Vec<Case> {
    let text = || article(NUMBER).into_bytes();
    let expect = || Expect::sentence(&sentence(NUMBER));
    vec![
        Case::new("two-extensions", "html.txt", text(), expect()),
        Case::new("extension-in-capitals", "TXT", text(), expect()),
        Case::new("no-extension-that-is-known", "x-unknown", text(), expect()),
        Case::new("name-like-an-option", "--help", text(), expect()),
        Case::new("name-with-a-percent", "%00%2e%2e%2fx.txt", text(), expect()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_with_an_article_holds_its_sentence() {
        let bare = |bytes: &[u8]| bytes.iter().copied().filter(|&byte| byte != 0).collect::<Vec<u8>>();
        for case in cases(Size::Small).iter().filter(|case| case.expect.sentences.contains(&sentence(NUMBER)))
        {
            let text = String::from_utf8_lossy(&bare(&case.files[0].bytes)).into_owned();
            assert!(text.contains(&sentence(NUMBER)), "{}", case.name);
        }
    }

    #[test]
    fn every_control_byte_is_there() {
        let bytes = &control_bytes()[0].1;
        assert!((0..32).chain([127]).filter(|&byte| byte != b'\r').all(|byte| bytes.contains(&byte)));
    }
}
