//! What a page says of its article outside of the text: a title, a summary, a copy of the body for search engines.

use copydesk_html::{Document, Node, names};

use super::lines::{Words, hash_words};
use super::vocabulary::{hash, step};

/// What a page says of its article.
#[derive(Debug, Default)]
pub struct Clues {
    /// Hashes of the words of its titles, in order and without repeats.
    pub title: Vec<u32>,
    /// Of its summary.
    pub summary: Vec<u32>,
    /// Of runs of three words of the body in the structured data.
    pub body: Vec<u32>,
    /// How many words that body has.
    pub body_words: usize,
    /// What the page says it is: 0 nothing, 1 an article, 2 something else, added over its statements.
    pub declares_article: bool,
    /// It says that it is a product, a list, a forum or the like.
    pub declares_other: bool,
    /// Hashes of what says which kind of page it is: types, generator, the words of its address.
    pub signs: Vec<u32>,
}

/// A body of more bytes than this is not looked at.
const LONG_BODY: usize = 1 << 20;

impl Clues {
    /// Reads them off the head and the scripts of a page.
    pub fn of(document: &Document<'_>, url: Option<&str>) -> Clues {
        let mut clues = Clues::default();
        let mut address = None;
        let mut body = String::new();
        let mut title = Words::new();
        let mut summary = Words::new();
        for node in document.root().descendants() {
            match node.name() {
                Some(names::META) => {
                    clues.meta(node, &mut title, &mut summary);
                    if node.attribute(names::PROPERTY) == Some("og:url") {
                        address = address.or(node.attribute(names::CONTENT));
                    }
                }
                Some(names::LINK) if node.attribute(names::REL) == Some("canonical") => {
                    address = node.attribute(names::HREF).or(address);
                }
                Some(names::TITLE) => node.texts().for_each(|text| {
                    hash_words(text, &mut title);
                }),
                Some(names::SCRIPT) if is_structured(node) => {
                    node.texts().for_each(|text| clues.structured(text, &mut body));
                }
                _ => {}
            }
        }
        clues.address(address.filter(|address| address.len() > 9).or(url).unwrap_or(""));
        clues.signs = unique(std::mem::take(&mut clues.signs));
        clues.title = unique(title);
        // a number says nothing: there are too many on a page
        clues.title.retain(|word| *word != hash(b"0"));
        clues.summary = unique(summary);
        let mut words = Words::new();
        hash_words(&body, &mut words);
        clues.body_words = words.len();
        clues.body = unique(words.windows(3).map(triple).collect());
        clues
    }

    fn meta(&mut self, node: Node<'_>, title: &mut Words, summary: &mut Words) {
        let Some(content) = node.attribute(names::CONTENT) else { return };
        let Some(name) = node.attribute(names::PROPERTY).or_else(|| node.attribute(names::NAME)) else {
            return;
        };
        let list = match name {
            "og:title" | "twitter:title" => title,
            "og:description" | "description" | "twitter:description" => summary,
            "generator" | "Generator" => return self.sign("generator", content),
            "og:type" => {
                self.sign("og:type", content);
                self.declares_article |= content.contains("article");
                self.declares_other |= content.contains("product") || content.contains("video");
                return;
            }
            _ => return,
        };
        hash_words(&content[..content.floor_char_boundary(4000)], list);
    }

    /// A sign is what it is a sign of, and a word in small letters; numbers are all alike.
    fn sign(&mut self, of: &str, value: &str) {
        let seed = hash(of.as_bytes());
        for word in value
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(40)
        {
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            let word = if is_number { "0" } else { word };
            self.signs.push(word.bytes().take(24).map(|byte| byte.to_ascii_lowercase()).fold(seed, step));
        }
    }

    /// The words of the path, those of its last part apart; and how that last part looks.
    fn address(&mut self, url: &str) {
        let path =
            url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        let path = path.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
        let (front, last) = path.rsplit_once('/').unwrap_or(("", path));
        self.sign("path", front);
        self.sign("last", last);
        let words = last.split(['-', '_']).count().min(9);
        let depth = if path.is_empty() { 0 } else { path.matches('/').count().min(8) + 1 };
        self.signs.push(hash(&[b'w', words as u8]));
        self.signs.push(hash(&[b'd', depth as u8]));
        self.signs.push(hash(&[b'n', u8::from(last.bytes().any(|byte| byte.is_ascii_digit()))]));
    }

    fn structured(&mut self, json: &str, body: &mut String) {
        const ARTICLES: [&str; 6] = [
            "NewsArticle\"",
            "\"Article\"",
            "BlogPosting\"",
            "ReportageNewsArticle",
            "LiveBlog",
            "OpinionNews",
        ];
        const OTHERS: [&str; 6] = [
            "\"Product\"",
            "\"ItemList\"",
            "DiscussionForum",
            "\"CollectionPage\"",
            "\"QAPage\"",
            "\"Service\"",
        ];
        self.declares_article |= ARTICLES.iter().any(|name| json.contains(name));
        self.declares_other |= OTHERS.iter().any(|name| json.contains(name));
        self.types(json);
        let mut rest = json;
        while let Some(at) = rest.find("\"articleBody\"") {
            rest = &rest[at + "\"articleBody\"".len()..];
            let Some(value) = rest.trim_start().strip_prefix(':') else { continue };
            if let Some(value) = value.trim_start().strip_prefix('"') {
                body.push(' ');
                rest = &value[unescape(value, body)..];
            }
        }
    }
}

impl Clues {
    /// The values of `@type`.
    fn types(&mut self, json: &str) {
        for (count, (at, _)) in json.match_indices("\"@type\"").enumerate() {
            let rest = json[at + 7..].trim_start_matches([':', ' ', '\n', '[', '"', '\r', '\t']);
            let end = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
            self.sign("type", &rest[..end]);
            if count > 200 {
                break;
            }
        }
    }
}

fn is_structured(node: Node<'_>) -> bool {
    node.attribute(names::TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
}

/// Three words as one hash.
pub fn triple(words: &[u32]) -> u32 {
    words.iter().fold(0, |hash: u32, word| (hash.rotate_left(11) ^ word).wrapping_mul(0x9e37_79b1))
}

fn unique(mut list: Vec<u32>) -> Vec<u32> {
    list.sort_unstable();
    list.dedup();
    list
}

/// Appends the text of a JSON string up to its closing quote; says how long it was.
fn unescape(value: &str, out: &mut String) -> usize {
    let value = &value[..value.floor_char_boundary(LONG_BODY)];
    let mut at = 0;
    while let Some(next) = value.as_bytes().get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        out.push_str(&value[at..at + next]);
        at += next;
        if value.as_bytes()[at] == b'"' {
            return at;
        }
        let code = value.as_bytes().get(at + 1).copied().unwrap_or(b' ');
        at += 2;
        match code {
            b'u' => {
                let hex = value.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                out.push(hex.and_then(char::from_u32).unwrap_or(' '));
                at = value.floor_char_boundary((at + 4).min(value.len()));
            }
            b'n' | b'r' | b't' => out.push('\n'),
            b'"' | b'\\' | b'/' => out.push(char::from(code)),
            _ => at = value.ceil_char_boundary(at.min(value.len())),
        }
    }
    out.push_str(value.get(at..).unwrap_or(""));
    value.len()
}
