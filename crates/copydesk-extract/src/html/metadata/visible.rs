//! What a reader sees on the page: the text of an element, a line that names the author, a line with a date.
//!
//! Every function looks at so many nodes and letters at most, wherever it is asked.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use copydesk_core::{Digits, fold};
use copydesk_html::{Node, Visit, names};

use super::address;
use super::clues::Field;
use super::plain::push_spaced;
use super::vocabulary;

/// Bytes of a line that may name an author or a date; what is longer is running text.
pub(super) const SHORT: usize = 200;
/// Bytes of a text that are read: a headline is not longer.
const LONG: usize = 1000;
/// Nodes that are looked at for one text.
const NODES: usize = 200;

/// The text of an element, white space as one space; what does not end soon is cut.
pub(super) fn text(node: Node<'_>) -> String {
    text_up_to(LONG, node)
}

/// The same, but what is longer than so many bytes is cut anywhere behind them.
fn text_up_to(most: usize, node: Node<'_>) -> String {
    let (mut text, mut walk) = (String::new(), node.walk());
    for _ in 0..2 * NODES {
        let Some(visit) = walk.next() else { break };
        match visit {
            Visit::Enter(node) if is_no_text(node) => walk.skip_below(),
            Visit::Enter(node) if node.is_text() => {
                let piece = node.text();
                push(&piece[..piece.floor_char_boundary(LONG)], &mut text);
            }
            Visit::Enter(node) | Visit::Leave(node) if node.is_element() && !is_inline(node) => {
                push(" ", &mut text);
            }
            _ => {}
        }
        if text.len() > most {
            break;
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn push(piece: &str, text: &mut String) {
    let has_gap = piece.starts_with(char::is_whitespace) && !text.is_empty() && !text.ends_with(' ');
    if has_gap {
        text.push(' ');
    }
    push_spaced(piece.trim_start(), text);
    if piece.ends_with(char::is_whitespace) && !text.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
}

fn is_no_text(node: Node<'_>) -> bool {
    node.is_any(&[names::SCRIPT, names::STYLE, names::SVG, names::NOSCRIPT, names::TEMPLATE, names::BUTTON])
}

fn is_inline(node: Node<'_>) -> bool {
    const INLINE: [copydesk_html::Name; 20] = [
        names::SPAN,
        names::A,
        names::B,
        names::I,
        names::EM,
        names::STRONG,
        names::FONT,
        names::U,
        names::SMALL,
        names::SUP,
        names::SUB,
        names::MARK,
        names::CITE,
        names::ABBR,
        names::Q,
        names::CODE,
        names::TIME,
        names::BDI,
        names::WBR,
        names::S,
    ];
    node.is_any(&INLINE)
}

/// The text of an element, if it is a short line.
pub(super) fn short_text(node: Node<'_>) -> Option<String> {
    text_within(SHORT, node)
}

/// The text of an element, if it has one of so many bytes at most.
fn text_within(most: usize, node: Node<'_>) -> Option<String> {
    // a space at the end does not count
    let text = text_up_to(most + 1, node);
    (!text.is_empty() && text.len() <= most).then_some(text)
}

/// What an `itemprop` says: by the attribute that stands for the value, else by its text.
pub(super) fn value<'p>(node: Node<'p>) -> Option<Cow<'p, str>> {
    let attributes = [names::CONTENT, names::DATETIME, names::HREF, names::SRC];
    let attribute = attributes.into_iter().find_map(|name| node.attribute(name));
    match attribute {
        Some(value) => Some(Cow::Borrowed(value)),
        None => Some(text(node)).filter(|text| !text.is_empty()).map(Cow::Owned),
    }
}

/// The names in an element that is about authors, a line for each: those marked as names, else those that lead
/// to a page about somebody, else its text.
pub(super) fn names_of(node: Node<'_>) -> Option<String> {
    if let Some(content) = node.attribute(names::CONTENT) {
        return Some(content.to_owned());
    }
    names_in(node).or_else(|| short_text(node))
}

/// The first of the texts in an element, if it is a name and nothing else.
pub(super) fn first_name_in(node: Node<'_>) -> Option<String> {
    let texts = node.descendants().take(NODES).filter(|node| node.is_text()).map(|node| node.text().trim());
    let first = { texts }.find(|text| !text.is_empty())?;
    (end_of_name(first)? == first.len()).then(|| first.to_owned())
}

/// The names in an element that are marked as such.
pub(super) fn names_in(node: Node<'_>) -> Option<String> {
    let is_named = |node: &Node<'_>| node.attribute(names::ITEMPROP) == Some("name");
    let leads =
        |node: &Node<'_>| node.is(names::A) && node.attribute(names::HREF).is_some_and(leads_to_somebody);
    let is_called = |node: &Node<'_>| node.attribute(names::CLASS).is_some_and(vocabulary::is_name);
    lines_of(node, is_named).or_else(|| lines_of(node, leads)).or_else(|| lines_of(node, is_called))
}

fn lines_of(node: Node<'_>, is_meant: impl Fn(&Node<'_>) -> bool) -> Option<String> {
    let mut lines = String::new();
    for named in node.descendants().take(NODES).filter(is_meant).take(16) {
        let name = named.attribute(names::CONTENT).map_or_else(|| text(named), str::to_owned);
        if !name.is_empty() && name.len() <= SHORT {
            lines.push_str(&name);
            lines.push('\n');
        }
    }
    (!lines.is_empty()).then_some(lines)
}

/// Whether a heading is a link to another page than the one at an address.
pub(super) fn leads_away(heading: Node<'_>, page: &str) -> bool {
    let is_link = |node: &Node<'_>| node.is(names::A);
    let link =
        heading.descendants().take(4).find(is_link).or_else(|| heading.ancestors().take(3).find(is_link));
    let address = link.and_then(|link| address::resolve(link.attribute(names::HREF)?, Some(page)));
    address.is_some_and(|address| !address::is_same_path(&address, page))
}

/// Whether an address is, by one of its folders, that of a page about an author.
pub(super) fn leads_to_author(address: &str) -> bool {
    const AUTHORS: [&[u8]; 13] = [
        b"author",
        b"authors",
        b"autor",
        b"autoren",
        b"autores",
        b"auteur",
        b"autore",
        b"contributor",
        b"contributors",
        b"writer",
        b"writers",
        b"by",
        b"byline",
    ];
    let may_be = |folder: &&[u8]| matches!(folder.first(), Some(b'a' | b'b' | b'c' | b'w'));
    folders(address).filter(may_be).any(|folder| AUTHORS.contains(&folder))
}

/// Whether an address is that of one of the licences that most free texts have.
pub(super) fn leads_to_licence(address: &str) -> bool {
    let rest = without_scheme(address);
    rest.strip_prefix("www.").unwrap_or(rest).starts_with("creativecommons.org/licenses/")
}

/// The same for somebody, who is an author where the element says so.
fn leads_to_somebody(address: &str) -> bool {
    const PEOPLE: [&[u8]; 10] = [
        b"people",
        b"experts",
        b"profile",
        b"profiles",
        b"staff",
        b"team",
        b"user",
        b"users",
        b"u",
        b"reporter",
    ];
    const ENDS: [&[u8]; 3] = [b"-people", b"-experts", b"profile"];
    let is_person = |folder: &[u8]| PEOPLE.contains(&folder) || ENDS.iter().any(|end| folder.ends_with(end));
    leads_to_author(address) || folders(address).any(is_person) || address.contains("_author=")
}

fn without_scheme(address: &str) -> &str {
    address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address)
}

/// The folders of an address, the last part left out.
fn folders(address: &str) -> impl Iterator<Item = &[u8]> {
    let path = without_scheme(&address[..address.floor_char_boundary(300)]).as_bytes();
    let is_slash = |byte: &u8| *byte == b'/';
    let last = path.iter().rposition(|byte| *byte != b'/').unwrap_or(0);
    let end = path[..last].iter().rposition(is_slash).unwrap_or(0);
    path[..end].split(is_slash)
}

/// What lines begin with that name an author and stand where no class says so.
const STARTS: &[&str] = &[
    "by",
    "written by",
    "posted by",
    "words by",
    "story by",
    "article by",
    "author:",
    "authors:",
    "author",
    "von",
    "par",
];
/// Those that say it wherever they stand; `by` alone may be about a picture or another article.
const CLEAR: &[&str] =
    &["written by", "article by", "this post was written by", "this article was written by", "author(s)"];

/// How a line begins that names an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Byline {
    /// Bytes of the words in front of the name.
    length: usize,
    /// Whether it can be about nothing but this article.
    pub(super) is_clear: bool,
}

/// Whether a line begins like one that names an author, and how.
pub(super) fn start_of_byline(text: &str) -> Option<Byline> {
    let first = text.as_bytes().first()?.to_ascii_lowercase();
    let starts = |start: &&str| {
        if start.as_bytes()[0] != first {
            return None;
        }
        let front = text.get(..start.len())?;
        let is_name = |letter: char| letter.is_alphanumeric() && !(letter.is_uppercase() && *start == "by");
        let is_whole = start.ends_with(':') || !text[start.len()..].starts_with(is_name);
        (is_whole && front.eq_ignore_ascii_case(start)).then_some(start.len())
    };
    if !b"bwpsavt".contains(&first) {
        return None;
    }
    if matches!(text, "Author" | "Authors" | "Author:" | "Authors:") {
        return Some(Byline { length: text.len(), is_clear: true });
    }
    if let Some(length) = CLEAR.iter().find_map(&starts) {
        return Some(Byline { length, is_clear: true });
    }
    let length = STARTS.iter().find_map(starts)?;
    Some(Byline { length, is_clear: false })
}

/// The names in a line that begins with a text: `By Ana Lund`, or `By` with the names beside it.
pub(super) fn byline(node: Node<'_>, text: &str, start: Byline) -> Option<String> {
    if is_by_others(node) {
        return None;
    }
    let rest = text[start.length..].trim_start_matches([':', ' ', '\u{a0}']);
    if rest.is_empty() {
        if let Some(names) = text_behind(node) {
            return Some(names.to_owned());
        }
        return beside(node).filter(|names| names.len() <= SHORT);
    }
    let is_account = !rest.contains(' ') && rest.len() <= 20;
    (is_account || rest.starts_with(char::is_uppercase) || rest.starts_with("the ") && rest.ends_with("Team"))
        .then(|| rest.to_owned())
}

/// Whether what stands in front of `by` says that it is about those who did something else than write.
fn is_by_others(node: Node<'_>) -> bool {
    const WORDS: &[&str] = &["review", "edit", "check", "updat", "photo", "illustrat"];
    let front = node.previous_sibling().filter(|front| front.is_element()).and_then(short_text);
    front.is_some_and(|front| {
        let front = front.to_lowercase();
        front.len() <= LABEL && WORDS.iter().any(|word| front.contains(word))
    })
}

/// The short text that goes on behind a comment, as programs leave it that join texts.
fn text_behind(text: Node<'_>) -> Option<&str> {
    let comment = text.next_sibling().filter(|next| !next.is_element() && !next.is_text())?;
    let names = comment.next_sibling().filter(|next| next.is_text())?.text().trim();
    (names.len() <= SHORT && names.starts_with(char::is_uppercase)).then_some(names)
}

/// The names that stand behind a text without any: in the next elements, or those behind the one that the text
/// fills.
fn beside(node: Node<'_>) -> Option<String> {
    let mut label = node;
    for _ in 0..3 {
        if next_element(label).is_some() {
            return names_behind(label);
        }
        label = label.parent()?;
    }
    None
}

/// The names in the elements behind a label, as long as a word that joins them stands between.
fn names_behind(label: Node<'_>) -> Option<String> {
    const JOINING: &[&str] = &[",", "and", "&", ", and", "und", "et", "y", "e", "en", "og", "och", "i", "и"];
    let mut lines = String::new();
    let mut next = next_element(label);
    for _ in 0..16 {
        let Some(node) = next else { break };
        lines.push_str(&names_of(node).unwrap_or_default());
        lines.push('\n');
        let joining = node.next_sibling().filter(|joining| JOINING.contains(&joining.text().trim()));
        next = joining.and_then(next_element);
    }
    Some(lines).filter(|lines| !lines.trim().is_empty())
}

/// Whether a picture is a portrait of somebody, by its class, or by its name or the text that stands for it.
pub(super) fn is_portrait(node: Node<'_>, name: &str) -> bool {
    const WORDS: [&str; 4] = ["avatar", "headshot", "rounded-full", "-circle"];
    let has_word = |value: &str| {
        let value = &value[..value.floor_char_boundary(SHORT)];
        WORDS.iter().any(|word| memchr::memmem::find(value.as_bytes(), word.as_bytes()).is_some())
    };
    [names::CLASS, names::SRC].into_iter().filter_map(|name| node.attribute(name)).any(has_word)
        || shows(node, name)
}

/// Whether a picture has somebody's name, and is not one of the article's, which show whom it is about.
fn shows(node: Node<'_>, name: &str) -> bool {
    let name = fold(name, Digits::Keep);
    let has_name = |text: &str| fold(&text[..text.floor_char_boundary(SHORT)], Digits::Keep).contains(&name);
    let file = |address: &str| address.rsplit('/').next().is_some_and(has_name);
    (node.attribute(names::ALT).is_some_and(has_name) || node.attribute(names::SRC).is_some_and(file))
        && !node.ancestors().take(3).any(|above| above.is(names::FIGURE))
}

/// The name that a line is: two to four words in capitals, and no link, unless to a page about somebody. Topics,
/// which are written like names, are links.
pub(super) fn name_in<'t>(node: Node<'_>, text: &'t str) -> Option<&'t str> {
    if !text.starts_with(char::is_uppercase) || !has_large_second_word(text) {
        return None;
    }
    let name = &text[..end_of_name(text)?];
    let link = node
        .ancestors()
        .take(3)
        .find(|above| above.is(names::A))
        .and_then(|link| link.attribute(names::HREF));
    link.is_none_or(leads_to_somebody).then_some(name)
}

/// Whether the second word of a line may begin with a capital, which most lines are told from names by.
fn has_large_second_word(text: &str) -> bool {
    let mut bytes = text.bytes().take(LABEL).skip_while(|byte| !byte.is_ascii_whitespace()).skip(1);
    bytes.next().is_some_and(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
}

/// Where a name ends that a line begins with: two to four words of letters in capitals, initials among them, and
/// nothing behind but `in` somewhere.
fn end_of_name(text: &str) -> Option<usize> {
    let (mut count, mut end, mut is_over) = (0, 0, false);
    for word in text.split(|letter: char| letter.is_ascii_whitespace()) {
        if count >= 2 && word == "in" {
            break;
        }
        if word.is_empty() && count >= 2 {
            is_over = true;
            continue;
        }
        let mut letters = word.chars();
        let is_large = letters.next().is_some_and(char::is_uppercase);
        let rest = letters.as_str();
        let is_rest = |letter: char| letter.is_alphabetic() || "-'’".contains(letter);
        let is_word = rest == "." || !rest.starts_with(char::is_uppercase) && rest.chars().all(is_rest);
        if count == 4 || is_over || !is_large || !is_word {
            return None;
        }
        count += 1;
        end += word.len() + usize::from(end > 0);
    }
    (count >= 2 && end <= LABEL && !text[..end].contains('\n')).then_some(end)
}

fn next_element(node: Node<'_>) -> Option<Node<'_>> {
    let mut next = node.next_sibling();
    while let Some(node) = next.filter(|node| !node.is_element()) {
        next = node.next_sibling();
    }
    next
}

/// Whether a short line has what a date has: a year of four digits that stands alone, and another digit.
pub(super) fn may_be_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_year = |at: usize| {
        let is_century = matches!(bytes[at..], [b'1', b'9', ..] | [b'2', b'0' | b'5', ..]);
        let is_alone = !is_digit(at + 4) && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric());
        is_century && is_alone && is_digit(at + 2) && is_digit(at + 3)
    };
    memchr::memchr2_iter(b'1', b'2', bytes).any(is_year)
        && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() > 4
}

/// What a line, or a short text in front of it, says that its date is the date of.
pub(super) fn label(node: Node<'_>, text: &str) -> Option<Field> {
    let front = || {
        let sibling = in_front(node).or_else(|| in_front(node.parent()?).filter(|aunt| aunt.is_element()))?;
        if sibling.is_text() {
            Some(sibling.text().trim()).filter(|text| text.len() <= LABEL).map(str::to_owned)
        } else {
            text_within(LABEL, sibling)
        }
    };
    label_of(text).or_else(|| label_of(&front()?))
}

/// What stands in front of a node, white space aside.
fn in_front(node: Node<'_>) -> Option<Node<'_>> {
    let is_blank = |node: &Node<'_>| !node.is_element() && node.text().trim().is_empty();
    let front = node.previous_sibling()?;
    if is_blank(&front) { front.previous_sibling() } else { Some(front) }
}

/// Bytes of a text that is a label of the next one.
const LABEL: usize = 40;

fn label_of(text: &str) -> Option<Field> {
    let small = text[..text.floor_char_boundary(SHORT)].to_lowercase();
    let words = || small.split(|letter: char| !letter.is_alphabetic()).filter_map(|word| LABELS.get(word));
    let has_part = |parts: &[&str]| !small.is_ascii() && parts.iter().any(|part| small.contains(part));
    if words().any(|field| *field == Field::Modified) || has_part(&["mis à jour", "更新", "修改"]) {
        Some(Field::Modified)
    } else if words().next().is_some() || has_part(&["発行", "公開", "发布", "發布"]) {
        Some(Field::Published)
    } else {
        None
    }
}

/// What a word in small letters says that a date is the date of.
static LABELS: LazyLock<HashMap<&str, Field>> = LazyLock::new(|| {
    let words = |words: &'static str, field| words.split_ascii_whitespace().map(move |word| (word, field));
    words(PUBLICATIONS, Field::Published).chain(words(CHANGES, Field::Modified)).collect()
});

/// Words that say that a date is that of a change.
const CHANGES: &str = "updated update modified reviewed revised aktualisiert geändert modifié actualizado \
                       actualización atualizado aggiornato bijgewerkt uppdaterad opdateret oppdatert päivitetty \
                       zaktualizowano aktualizováno обновлено оновлено güncelleme diperbarui";

/// Words that say that a date is that of publication.
const PUBLICATIONS: &str = "publish published publication posted veröffentlicht erschienen publié publicado publicada \
                            publicación pubblicato gepubliceerd publicerad udgivet publisert julkaistu opublikowano \
                            publikováno опубликовано опубліковано yayınlanma diterbitkan";
