//! Payloads on their way through the default stages: blocks lie in the text, in order, and nothing
//! but blocks that were struck is missing from what is kept.

use std::borrow::Cow;
use std::sync::LazyLock;

use copydesk::{BlockKind, Document, Plan, Quarantined};

static PLAN: LazyLock<Plan> =
    LazyLock::new(|| copydesk::plan(copydesk::DEFAULT_CONFIG).expect("it is right"));

/// Takes bytes through the stages as a page.
pub fn html(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match cleaned(&text, "text/html") {
        Ok(articles) => articles.iter().for_each(blocks_are_right),
        Err(record) => assert!(!record.reason.is_empty() && !record.detail.is_empty()),
    }
}

/// Takes bytes through the stages as plain text, which is never edited.
pub fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let articles = cleaned(&text, "text/plain").expect("any text can be read");
    let [article] = articles.as_slice() else { panic!("{} articles in a text", articles.len()) };
    blocks_are_right(article);
    assert_eq!(article.text, text);
    let blocks: String = article.blocks.iter().map(|block| article.slice(block)).collect();
    assert_eq!(visible(&blocks), visible(&text));
    let titles = article.blocks.iter().filter(|block| block.kind == BlockKind::Title);
    assert!(titles.into_iter().all(|block| block.is_kept()), "the headline is struck");
}

/// The articles of a payload, which are the same each time.
fn cleaned(text: &str, mime: &'static str) -> Result<Vec<Document>, Quarantined> {
    let clean = || {
        let payload = Document { mime: Cow::Borrowed(mime), ..Document::from_text(text) };
        copydesk::clean(&PLAN, payload)
    };
    let articles = clean();
    assert_eq!(articles, clean());
    articles
}

fn blocks_are_right(article: &Document) {
    assert!(article.blocks.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "blocks overlap");
    let mut kept = String::new();
    for block in &article.blocks {
        assert!(!article.slice(block).is_empty(), "a block of nothing");
        if block.is_kept() {
            kept.push_str(&article.view(block));
        }
    }
    let mut written = String::new();
    article.write_kept("", &mut written);
    assert_eq!(visible(&written), visible(&kept));
}

fn visible(text: &str) -> String {
    let is_invisible =
        |letter| matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}');
    text.chars().filter(|&letter| !letter.is_whitespace() && !is_invisible(letter)).collect()
}
