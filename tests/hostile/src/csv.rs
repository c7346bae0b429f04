//! CSV and TSV with rows that are none, and quotes that go wrong.
//!
//! A row that is damaged costs itself. An open quote may cost what is behind it up to a limit, since
//! nobody can know where it should have closed.

use crate::news::{article, sentence};
use crate::{Case, Expect, Size};

/// Good rows in a file.
const GOOD: usize = 40;

const BAD_ROW: &[&str] = &[
    "wrong-columns",
    "bad-quotes",
    "undecodable",
    "no-text",
    "empty",
    "too-long",
    "bad-csv",
    "not-csv",
    "damaged",
];

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn row(number: usize) -> String {
    format!("good-{number},https://news.example/{number},{}\n", quoted(article(number).trim_end()))
}

fn rows(numbers: impl IntoIterator<Item = usize>) -> String {
    numbers.into_iter().map(row).collect()
}

const HEADER: &str = "id,url,text\n";

/// A header, twenty good rows, something, twenty good rows.
fn among(bad: &[u8]) -> Vec<u8> {
    [HEADER.as_bytes(), rows(0..GOOD / 2).as_bytes(), bad, rows(GOOD / 2..GOOD).as_bytes()].concat()
}

/// What becomes of a bad row.
enum Fate {
    /// It is a document all the same.
    Document,
    /// It is set aside.
    SetAside,
    /// Either of them, or it is passed over.
    Either,
    /// It is set aside, as a row or as the pieces that it falls into.
    Pieces,
}
use Fate::{Document, Either, Pieces, SetAside};

fn bad_rows(size: Size) -> Vec<(&'static str, Vec<u8>, Fate)> {
    let text = quoted(article(99).trim_end());
    let quoted_with =
        |inside: &str| format!("bad,u,{}\n", text.replacen("\n\n", &format!("\n\n{inside}"), 1)).into_bytes();
    let bytes = |text: &str| text.as_bytes().to_vec();
    vec![
        ("too-few-fields", bytes("bad\n"), SetAside),
        ("too-many-fields", format!("bad,u,{text},more,and,more\n").into_bytes(), Either),
        ("empty-row", bytes("\n"), Either),
        ("row-of-commas", bytes(",,\n"), SetAside),
        ("row-of-many-commas", bytes(&(",".repeat(size.of(1_000_000)) + "\n")), SetAside),
        ("text-empty", bytes("bad,u,\n"), SetAside),
        ("text-of-spaces", bytes("bad,u,\"  \"\n"), SetAside),
        ("invalid-utf8", [b"bad,u,caf\xff ".as_slice(), sentence(99).as_bytes(), b"\n"].concat(), Either),
        ("nul", quoted_with("\0"), Document),
        ("quotes-in-quotes", quoted_with("\"\"he said\"\" "), Document),
        (
            "quote-in-an-open-field",
            format!("bad,u,he said \"{}\" twice\n", sentence(99)).into_bytes(),
            Either,
        ),
        ("letters-behind-a-quote", format!("bad,u,{text}x\n").into_bytes(), Pieces),
        ("carriage-returns", quoted_with("a\rb\r\nc"), Document),
        ("formula", format!("=1+1,@u,{text}\n").into_bytes(), Document),
        ("escapes", format!("\u{1b}[35m\u{202e},u,{text}\n").into_bytes(), Document),
        ("id-leads-out", format!("../../x,u,{text}\n").into_bytes(), Document),
        ("bom-in-mid-file", format!("\u{feff}bad,u,{text}\n").into_bytes(), Document),
        ("backslash-before-a-quote", quoted_with("a\\b"), Document),
        ("field-of-17-mib", format!("bad,u,{}\n", "word ".repeat((17 << 20) / 5)).into_bytes(), Either),
        ("header-again", bytes(HEADER), Either),
    ]
}

/// Every case.
pub fn cases(size: Size) -> Vec<Case> {
    let one = |(name, bad, fate): (&'static str, Vec<u8>, Fate)| {
        let expect = Expect::articles(0..GOOD);
        let expect = match fate {
            Document => expect.and_documents(1..=1),
            SetAside => expect.and_set_aside(1..=1, BAD_ROW),
            Either => expect.and_documents(0..=1).and_set_aside(0..=1, BAD_ROW),
            Pieces => expect.and_documents(0..=1).and_set_aside(0..=3, BAD_ROW),
        };
        Case::new(name, "csv", among(&bad), expect)
    };
    bad_rows(size).into_iter().map(one).chain(whole_files()).collect()
}

/// Files that are odd as a whole.
fn whole_files() -> Vec<Case> {
    let all = || Expect::articles(0..GOOD);
    let good = [HEADER, &rows(0..GOOD)].concat();
    let case = |name, extension, text: String, expect| Case::new(name, extension, text.into_bytes(), expect);
    let columns = |delimiter: char| -> String {
        let header = format!("id{delimiter}text\n");
        (0..GOOD).fold(header, |text, n| format!("{text}{n}{delimiter}{}\n", quoted(article(n).trim_end())))
    };
    // what is behind the quote is lost to it, up to a limit
    let open_quote = Expect::articles(0..GOOD / 2)
        .and_documents(0..=GOOD / 2 + 1)
        .and_set_aside(0..=GOOD / 2 + 1, BAD_ROW);
    vec![
        case("good", "csv", good.clone(), all()),
        case(
            "quote-never-closed",
            "csv",
            String::from_utf8_lossy(&among(b"bad,u,\"open\n")).into_owned(),
            open_quote,
        ),
        case(
            "last-row-cut",
            "csv",
            format!("{good}bad,u,\"cut in the mid"),
            all().and_documents(0..=1).and_set_aside(0..=1, BAD_ROW),
        ),
        case("no-line-break-at-the-end", "csv", good.trim_end().to_owned(), all()),
        case("bom-at-the-start", "csv", format!("\u{feff}{good}"), all()),
        case("windows-line-ends", "csv", good.replace('\n', "\r\n"), all()),
        case("tabs", "tsv", columns('\t'), all()),
        case("header-only", "csv", HEADER.to_owned(), Expect::nothing().and_set_aside(0..=1, BAD_ROW))
            .between_good_files(),
        case("empty", "csv", String::new(), Expect::nothing().and_set_aside(0..=1, &["empty"]))
            .between_good_files(),
        case(
            "same-column-twice",
            "csv",
            good.replacen("id,url,text", "text,url,text", 1),
            Expect::nothing().and_documents(0..=GOOD).and_set_aside(0..=GOOD, BAD_ROW),
        ),
        case(
            "no-column-of-text",
            "csv",
            good.replacen("text", "prose", 1),
            Expect::nothing().and_set_aside(1..=GOOD, BAD_ROW),
        )
        .between_good_files(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_rows_stand_in_each_file() {
        for case in cases(Size::Small) {
            let text: String =
                case.files.iter().map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
            assert!(case.expect.sentences.iter().all(|sentence| text.contains(sentence)), "{}", case.name);
        }
    }
}
