//! Encoder plugin: TEI, the XML of the humanities.
//!
//! A document becomes a `<TEI>` with what is known of the article in its header and a paragraph for each block; the
//! manifest says what makes a corpus of many.
#![forbid(unsafe_code)]

use copydesk_plugin::{Doc, Encoder, Host};
use serde::Deserialize;
use serde_json::Value;

/// The options; the manifest says what they do.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    publication: String,
}

impl Default for Options {
    fn default() -> Self {
        Options { publication: "A cleaned copy".to_owned() }
    }
}

/// Writes TEI.
pub struct Tei(Options);

impl Encoder for Tei {
    type Options = Options;

    fn new(options: Options, _: &Host<'_>) -> Result<Self, String> {
        Ok(Tei(options))
    }

    fn encode(&mut self, doc: &Doc<'_>) -> Result<Vec<u8>, String> {
        let known: Value = serde_json::from_str(doc.metadata).unwrap_or_default();
        let known = |key: &str| known[key].as_str();
        let mut lines = doc.body.lines().peekable();
        let title = known("title").or(lines.peek().copied()).unwrap_or(doc.id);
        let mut xml = Xml(String::with_capacity(doc.body.len() + 1024));

        xml.raw("<TEI").attribute("xml:lang", doc.language).raw(">\n<teiHeader><fileDesc><titleStmt>");
        xml.element("title", Some(title)).element("author", known("author"));
        xml.raw("</titleStmt><publicationStmt>").element("p", Some(&self.0.publication));
        xml.raw("</publicationStmt><sourceDesc><bibl>").element("date", known("date"));
        if doc.url.is_some() {
            xml.raw("<ref").attribute("target", doc.url).raw("/>");
        }
        xml.element("idno", Some(doc.id)).raw("</bibl></sourceDesc></fileDesc></teiHeader>\n<text><body>\n");
        if let Some(headline) = lines.next_if_eq(&title) {
            xml.element("head", Some(headline)).raw("\n");
        }
        for line in lines {
            xml.element("p", Some(line)).raw("\n");
        }
        xml.raw("</body></text>\n</TEI>\n");
        Ok(xml.0.into_bytes())
    }
}

struct Xml(String);

impl Xml {
    fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\r' => self.0.push_str("&#13;"),
                // XML has no way to say these
                '\0'..'\t' | '\u{b}' | '\u{c}' | '\u{e}'..' ' | '\u{fffe}' | '\u{ffff}' => {
                    self.0.push(char::REPLACEMENT_CHARACTER);
                }
                letter => self.0.push(letter),
            }
        }
        self
    }

    /// What is not known is left out.
    fn element(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.raw("<").raw(name).raw(">").text(text).raw("</").raw(name).raw(">");
        }
        self
    }

    fn attribute(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.raw(" ").raw(name).raw("=\"").text(value).raw("\"");
        }
        self
    }
}

copydesk_plugin::export! {
    manifest: include_str!("../tei.copydesk.toml"),
    encoder: Tei,
}

#[cfg(test)]
mod tests {
    use copydesk_plugin::testing::encoded;

    use super::*;

    fn tei(doc: &Doc<'_>) -> String {
        String::from_utf8(encoded::<Tei>("{}", doc)).unwrap()
    }

    #[test]
    fn what_is_known_of_an_article_is_in_its_header() {
        let mut doc = Doc::new("Late\nThe ferry is late.\nIt sails at nine.");
        (doc.id, doc.url, doc.language) = ("a/1", Some("https://example.org/?a=1&b=2"), Some("en"));
        doc.metadata = r#"{"title":"Late","author":"Ada Berg","date":"2024-03-01","views":3}"#;
        let wanted = "<TEI xml:lang=\"en\">\n\
            <teiHeader><fileDesc><titleStmt><title>Late</title><author>Ada Berg</author></titleStmt>\
            <publicationStmt><p>A cleaned copy</p></publicationStmt>\
            <sourceDesc><bibl><date>2024-03-01</date><ref target=\"https://example.org/?a=1&amp;b=2\"/>\
            <idno>a/1</idno></bibl></sourceDesc></fileDesc></teiHeader>\n\
            <text><body>\n<head>Late</head>\n<p>The ferry is late.</p>\n<p>It sails at nine.</p>\n\
            </body></text>\n</TEI>\n";
        assert_eq!(tei(&doc), wanted);
    }

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        let found = tei(&Doc::new("a < b\nx\0\u{1b}\u{ffff}\ty & \"z\""));
        assert!(
            found
                .contains("<head>a &lt; b</head>\n<p>x\u{fffd}\u{fffd}\u{fffd}\ty &amp; &quot;z&quot;</p>\n"),
            "{found}"
        );
        assert!(tei(&Doc::new("")).contains("<body>\n</body>"));
    }
}
