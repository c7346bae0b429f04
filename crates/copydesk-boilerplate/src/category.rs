//! The categories of page furniture: what each is called, and how long its lines may be.
//!
//! They are those of the project's study of noise lines in labelled dumps, repeated headlines (a stage of
//! their own) aside. No phrase names a caption: it is known by its score only.

use serde::{Deserialize, Serialize};

/// What a line of page furniture is for. Its name is the reason of the removal.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// `Advertisement`, `Story continues below`.
    AdLabel,
    /// `Loading...`, `Please enable JavaScript`.
    LoadingNote,
    /// `Share`, `Facebook Twitter WhatsApp`.
    ShareBar,
    /// `12 comments`, `1.2K shares`.
    Counter,
    /// `Sign up for our newsletter`, `Subscribe to continue reading`.
    SubscriptionPitch,
    /// `Related articles`, `Most read`.
    RelatedHeader,
    /// `Read more: Ten bridges to cross`.
    RelatedLink,
    /// `Photo: Getty Images`.
    PhotoCredit,
    /// `By Ana Lund`.
    Byline,
    /// `Updated 10:32 AM, 5 April 2016`.
    DateLine,
    /// `Ana Lund is a reporter at the Courier.`
    AuthorBio,
    /// `© 2016 The Courier. All rights reserved.`
    LegalNotice,
    /// `Leave a reply`, `Comments are closed`.
    CommentBox,
    /// `Home > News > World`.
    Navigation,
    /// `Back to top`, `Image 1 of 5`.
    PageControl,
    /// `The bridge on Monday morning, before it opened.`
    Caption,
}

/// Every category with what it means, for the manual.
pub(crate) const REASONS: [(&str, &str); 16] = [
    ("ad-label", "labels an advertisement, or says that the article goes on below one"),
    ("loading-note", "is shown while something loads, or asks for JavaScript"),
    ("share-bar", "offers to share the article"),
    ("counter", "counts shares, comments or readers"),
    ("subscription-pitch", "asks to subscribe, register or log in"),
    ("related-header", "heads a list of other articles"),
    ("related-link", "links to another article"),
    ("photo-credit", "names the source of a picture"),
    ("byline", "names the author, set apart from the text"),
    ("date-line", "says when the page was published or updated"),
    ("author-bio", "introduces the author"),
    ("legal-notice", "states rights, terms or the use of cookies"),
    ("comment-box", "belongs to the readers' comments"),
    ("navigation", "leads to other parts of the site"),
    ("page-control", "works the page: close, back to top, next image"),
    ("caption", "says what a picture shows"),
];

pub(crate) const ALL: [Category; 16] = [
    Category::AdLabel,
    Category::LoadingNote,
    Category::ShareBar,
    Category::Counter,
    Category::SubscriptionPitch,
    Category::RelatedHeader,
    Category::RelatedLink,
    Category::PhotoCredit,
    Category::Byline,
    Category::DateLine,
    Category::AuthorBio,
    Category::LegalNotice,
    Category::CommentBox,
    Category::Navigation,
    Category::PageControl,
    Category::Caption,
];

impl Category {
    /// The reason that stands in reports and trails.
    pub fn name(self) -> &'static str {
        REASONS[self as usize].0
    }

    /// The category of that name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|category| category.name() == name)
    }

    /// A line of this category that is known by its beginning or its end has at most so many
    /// words. Set by hand, category by category: as long as the lines of the labelled dumps (aeb,
    /// development half) that begin so, and shorter than the sentences that might.
    pub(crate) fn most_words(self) -> usize {
        match self {
            Category::RelatedHeader => 4,
            Category::Byline => 8,
            Category::ShareBar | Category::Counter | Category::Navigation => 10,
            Category::AdLabel | Category::DateLine | Category::PageControl => 12,
            Category::PhotoCredit => 15,
            Category::LoadingNote => 20,
            Category::RelatedLink | Category::CommentBox => 30,
            Category::SubscriptionPitch => 40,
            Category::AuthorBio | Category::LegalNotice | Category::Caption => crate::LONG_LINE_WORDS - 1,
        }
    }

    /// Do links follow a line of this category, down to the end of the page?
    pub(crate) fn heads_a_list(self) -> bool {
        matches!(self, Category::RelatedHeader | Category::CommentBox)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_config() {
        for category in ALL {
            let name = toml::Value::String(category.name().to_owned());
            assert_eq!(name.try_into::<Category>(), Ok(category));
        }
    }
}
