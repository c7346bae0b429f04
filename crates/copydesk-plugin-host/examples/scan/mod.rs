//! A cheap reader of pages, so that what a boundary costs is seen: text between tags, in paragraphs.

/// Tags that do not end a paragraph.
const INLINE: [&str; 6] = ["a", "b", "i", "em", "strong", "span"];

/// Emits each run of text between tags that are not inline.
pub(crate) fn scan(page: &str, mut emit: impl FnMut(&str)) {
    let mut paragraph = String::new();
    for piece in page.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        if !INLINE.contains(&name) && !paragraph.is_empty() {
            emit(&paragraph);
            paragraph.clear();
        }
        paragraph.push_str(text.trim_matches('\n'));
    }
    if !paragraph.is_empty() {
        emit(&paragraph);
    }
}
