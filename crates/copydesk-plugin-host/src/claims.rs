//! Which payloads an extractor wants to see, told without looking into them.

use copydesk_core::Document;

/// Which payloads an extractor wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// MIME types in small letters, without parameters.
    pub(crate) mime: Vec<String>,
    /// Extensions in small letters, without a dot.
    pub(crate) extension: Vec<String>,
    /// Patterns in which `*` stands for anything.
    pub(crate) url: Vec<String>,
}

impl Claims {
    /// The MIME type or the extension is one of ours; and where there are patterns, the URL fits one.
    pub(crate) fn hold_for(&self, payload: &Document) -> bool {
        let any_form = self.mime.is_empty() && self.extension.is_empty();
        let form = any_form || self.has_mime(&payload.mime) || self.has_extension(&payload.source.file);
        form && (self.url.is_empty() || payload.url.as_deref().is_some_and(|url| self.has_url(url)))
    }

    fn has_mime(&self, mime: &str) -> bool {
        let bare = mime.split(';').next().unwrap_or_default().trim();
        self.mime.iter().any(|ours| ours.eq_ignore_ascii_case(bare))
    }

    fn has_extension(&self, file: &str) -> bool {
        let bare = [".gz", ".zst"]
            .iter()
            .find_map(|packed| strip_suffix_ignoring_case(file, packed))
            .unwrap_or(file);
        let name = bare.rsplit(['/', '\\']).next().unwrap_or(bare);
        let Some((_, extension)) = name.rsplit_once('.') else { return false };
        self.extension.iter().any(|ours| ours.eq_ignore_ascii_case(extension))
    }

    fn has_url(&self, url: &str) -> bool {
        self.url.iter().any(|pattern| fits(pattern, url))
    }
}

fn strip_suffix_ignoring_case<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    let (front, back) = text.split_at_checked(at)?;
    back.eq_ignore_ascii_case(suffix).then_some(front)
}

/// Does a pattern, in which `*` stands for any run of characters, cover all of a text? A `?` is a
/// question mark, as it is in URLs.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    // the leftmost place for each piece leaves the most to the pieces behind it
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::Source;

    fn payload(mime: &'static str, file: &str, url: &str) -> Document {
        let source = Source { file: file.into(), ..Source::default() };
        Document { mime: mime.into(), source, url: Some(url.to_owned()), ..Document::default() }
    }

    fn claims(mime: &[&str], extension: &[&str], url: &[&str]) -> Claims {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Claims { mime: owned(mime), extension: owned(extension), url: owned(url) }
    }

    #[test]
    fn the_mime_type_or_the_extension_will_do() {
        let claims = claims(&["text/xml"], &["nitf"], &[]);
        assert!(claims.hold_for(&payload("text/xml; charset=utf-8", "a.bin", "")));
        assert!(claims.hold_for(&payload("application/octet-stream", "wire/a.NITF.gz", "")));
        assert!(claims.hold_for(&payload("", "a.nitf.zst", "")));
        assert!(!claims.hold_for(&payload("text/html", "a.html", "")));
        assert!(!claims.hold_for(&payload("text/html", "wire.nitf/a", "")));
        assert!(!claims.hold_for(&payload("text/html", "nitf", "")));
    }

    #[test]
    fn where_there_are_patterns_the_url_has_to_fit_as_well() {
        let claims = claims(&["text/html"], &[], &["*://*.example.org/news/*"]);
        assert!(claims.hold_for(&payload("text/html", "", "https://www.example.org/news/1")));
        assert!(!claims.hold_for(&payload("text/html", "", "https://www.example.org/sport/1")));
        assert!(!claims.hold_for(&payload("text/xml", "", "https://www.example.org/news/1")));
        assert!(!claims.hold_for(&Document::from_text("")));
    }

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        assert!(fits("*", ""));
        assert!(fits("a*b*c", "a--b--b--c"));
        assert!(fits("*/article?id=*", "https://x.example/article?id=3"));
        assert!(!fits("*/article?id=*", "https://x.example/article/id=3"));
        assert!(!fits("a*a", "a"));
        assert!(!fits("a*b", "abc"));
        assert!(fits("plain", "plain"));
    }
}
