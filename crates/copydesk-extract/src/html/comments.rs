//! What readers said below an article, told by the names and the microdata of the elements that it stands in.
//!
//! Only what was struck is looked at: a thread whose posts are the page's text is no appendix to it. Comments never
//! stand in the text; they are struck as `comment` and go into the metadata.

use copydesk_core::Block;
use copydesk_html::{Document, Name, Node, names};

use super::layout::{Page, flag};

/// Names of an element that is one comment.
const ONE: [&str; 11] = [
    "comment",
    "comment-item",
    "comment_item",
    "comment__item",
    "comment-wrapper",
    "comment-container",
    "comment-entry",
    "usercomment",
    "user-comment",
    "reader-comment",
    "single-comment",
];

/// Names of the body of a comment, which is one if nothing around it is.
const BODY: [&str; 3] = ["comment-body", "comment-text", "comment-content"];

/// Names of an element that holds all of them.
const ALL: [&str; 12] = [
    "comments",
    "comment-list",
    "comment_list",
    "commentlist",
    "comments-list",
    "comments-area",
    "comments-section",
    "comment-section",
    "comments-container",
    "article-comments",
    "post-comments",
    "disqus_thread",
];

/// Words in the names of parts of a comment that say who, when, and what one can do.
const ABOUT: [&str; 25] = [
    "author",
    "avatar",
    "byline",
    "user",
    "username",
    "name",
    "meta",
    "metadata",
    "date",
    "time",
    "timestamp",
    "reply",
    "vote",
    "votes",
    "like",
    "likes",
    "actions",
    "toolbar",
    "permalink",
    "rating",
    "report",
    "footer",
    "respond",
    "form",
    "akismet",
];

/// The comments of a page.
pub(super) struct Comments {
    /// The blocks that are theirs.
    pub(super) blocks: Vec<usize>,
    /// What was said, one text for each, in order.
    pub(super) texts: Vec<String>,
}

/// Where an element stands.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Among the comments.
    among: bool,
    /// In this one, or 0.
    comment: u32,
    /// In a part of it that is not what was said.
    is_about: bool,
}

/// Finds them among what was struck. Blocks and runs are in the same order.
pub(super) fn find(document: &Document<'_>, page: &Page, blocks: &[Block]) -> Comments {
    let places = places(document, page);
    let mut comments = Comments { blocks: Vec::new(), texts: Vec::new() };
    let mut last = 0;
    for (index, run) in page.runs.iter().enumerate() {
        let place = places[run.element as usize];
        let is_struck =
            blocks[index].removal.as_ref().is_some_and(|removal| removal.reason == "page-furniture");
        if !place.among || !is_struck {
            continue;
        }
        comments.blocks.push(index);
        let is_link = run.linked as usize * 10 > run.bytes() * 8;
        let is_unseen = page.elements[run.element as usize].flags & (flag::UNSEEN | flag::NOSCRIPT) != 0;
        if place.comment == 0 || place.is_about || is_link || is_unseen {
            continue;
        }
        let text = &page.text[run.range()];
        match comments.texts.last_mut() {
            Some(said) if last == place.comment => said.extend(["\n", text]),
            _ => comments.texts.push(text.to_owned()),
        }
        last = place.comment;
    }
    comments
}

/// The place of each element; a parent stands before what is in it.
fn places(document: &Document<'_>, page: &Page) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(page.elements.len());
    for (index, element) in page.elements.iter().enumerate() {
        let around = if index == 0 { Place::default() } else { places[element.parent as usize] };
        places.push(place(document.node(element.node), index as u32, around));
    }
    places
}

fn place(node: Node<'_>, number: u32, around: Place) -> Place {
    if node.is_any(&[names::BODY, names::HTML]) {
        // a theme says there whether a page may have comments
        return around;
    }
    let named =
        |wanted: &[&str]| names_of(node).any(|name| wanted.iter().any(|one| name.eq_ignore_ascii_case(one)));
    let is_of_schema = node.attribute(names::ITEMPROP) == Some("comment")
        || node
            .attribute(names::ITEMTYPE)
            .is_some_and(|kind| kind.trim_end_matches('/').ends_with("/Comment"));
    let begins = is_of_schema || named(&ONE) || has_numbered_id(node) || around.comment == 0 && named(&BODY);
    if begins {
        return Place { among: true, comment: number, is_about: false };
    }
    let is_about = around.comment != 0 && (around.is_about || tells_about(node));
    Place { among: around.among || named(&ALL), is_about, ..around }
}

/// `comment-812`, as weblogs number them.
fn has_numbered_id(node: Node<'_>) -> bool {
    node.attribute(names::ID).is_some_and(|id| {
        let number = id.strip_prefix("comment-").or_else(|| id.strip_prefix("comment"));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

fn tells_about(node: Node<'_>) -> bool {
    const TAGS: [Name; 11] = [
        names::BUTTON,
        names::FOOTER,
        names::FORM,
        names::H1,
        names::H2,
        names::H3,
        names::H4,
        names::H5,
        names::H6,
        names::LABEL,
        names::TIME,
    ];
    node.is_any(&TAGS)
        || names_of(node)
            .flat_map(|name| name.split(['-', '_']))
            .any(|word| ABOUT.iter().any(|about| word.eq_ignore_ascii_case(about)))
}

/// The words of its id and its classes.
fn names_of<'d>(node: Node<'d>) -> impl Iterator<Item = &'d str> {
    [names::ID, names::CLASS]
        .into_iter()
        .filter_map(move |name| node.attribute(name))
        .flat_map(str::split_ascii_whitespace)
}
