//! What no list of phrases can hold: lines that are known by their shape and their place.
//!
//! A date between the headline and the first paragraph belongs to the page; the same date inside
//! the body may open the entry of a diary. So every shape names the places in which it counts.

use std::borrow::Cow;

use copydesk_core::Evidence;
use copydesk_core::prose::{ends_with_stop, is_byline, is_prose, words};

use crate::Verdict;
use crate::category::Category;
use crate::lexicon::Lexicon;
use crate::zones::Place;

/// A first look: could any shape fit a line in this place? Inside the body only lines that are
/// known by their signs.
pub(crate) fn may_fit(line: &str, place: Place) -> bool {
    place != Place::Body
        || line.len() <= 200 && (line.as_bytes().contains(&b'/') || line.starts_with(['©', '(']))
}

/// The category of a line with a telling shape in a telling place.
pub(crate) fn find(line: &str, folded: &str, place: Place, lexicon: &Lexicon) -> Option<Verdict> {
    let outside = matches!(place, Place::Top | Place::Tail);
    if outside && is_date(folded, line, lexicon) {
        return verdict(Category::DateLine, "a date, outside the body");
    }
    if outside && is_byline(line) {
        return verdict(Category::Byline, "a preposition and names, outside the body");
    }
    if is_agency_credit(line) {
        return verdict(Category::PhotoCredit, "a name, a slash and an agency");
    }
    if place == Place::Tail && is_bio(line, folded) {
        return verdict(Category::AuthorBio, "a person and a post, below the body");
    }
    if place == Place::LastProse && is_bio(line, folded) && gives_contact(folded) {
        return verdict(
            Category::AuthorBio,
            "a person, a post and where to reach them, in the last paragraph",
        );
    }
    if is_copyright(line) {
        return verdict(Category::LegalNotice, "begins with a copyright sign");
    }
    None
}

/// A line below a header of related articles or comments, down to the end of the page.
pub(crate) fn below(header: Option<Category>, line: &str) -> Option<Verdict> {
    let header = header?;
    // an article may end in short sentences and dialogue; links to others have no full stop
    if is_prose(line) || ends_with_stop(line) || line.starts_with(['"', '“', '„', '«', '»', '「', '—', '–'])
    {
        return None;
    }
    match header {
        Category::CommentBox => verdict(Category::CommentBox, "below the header of the comments"),
        _ => verdict(Category::RelatedLink, "below a header of related articles"),
    }
}

fn verdict(category: Category, rule: &'static str) -> Option<Verdict> {
    Some(Verdict {
        category,
        evidence: Evidence::Rule(Cow::Borrowed(rule)),
        is_whole: category == Category::DateLine,
    })
}

/// Date words and digits only, with one year, or with the three numbers of a day and a time. Two
/// years are a span of time, and an hour alone is an entry in a programme.
fn is_date(folded: &str, line: &str, lexicon: &Lexicon) -> bool {
    let has_words = folded.contains(|c: char| c.is_alphabetic());
    folded.len() <= 80
        && has_words
        && (years(line) == 1 || folded.matches('#').count() == 3)
        && lexicon.is_all_date_words(folded)
}

/// How many numbers of four digits there are that begin like a year of ours.
fn years(line: &str) -> usize {
    let numbers = line.split(|c: char| !c.is_ascii_digit());
    numbers
        .filter(|number| number.len() == 4 && (number.starts_with("19") || number.starts_with("20")))
        .count()
}

/// `Ana Lund/Reuters`, `(AP Photo/Ana Lund)`, `Ana Lund / Getty Images`.
fn is_agency_credit(line: &str) -> bool {
    const AGENCIES: [&str; 22] = [
        "Getty",
        "Getty Images",
        "AFP",
        "AFP via Getty Images",
        "Reuters",
        "REUTERS",
        "AP",
        "Associated Press",
        "EPA",
        "dpa",
        "DPA",
        "picture alliance",
        "Shutterstock",
        "Bloomberg",
        "TASS",
        "Xinhua",
        "NurPhoto",
        "imago",
        "IMAGO",
        "Alamy",
        "ANSA",
        "iStock",
    ];
    let inner = line.trim_matches(['(', ')', '[', ']', ' ']);
    let Some((left, right)) = inner.rsplit_once('/') else { return false };
    let (left, right) = (left.trim(), right.trim().trim_end_matches('.'));
    let credit = AGENCIES.contains(&right)
        || matches!(left, "AP Photo" | "AP" | "Getty Images" | "AFP" | "Reuters" | "REUTERS");
    credit && words(left) <= 6 && words(right) <= 6
}

const POSTS: [&str; 14] = [
    "reporter",
    "writer",
    "editor",
    "correspondent",
    "journalist",
    "columnist",
    "contributor",
    "producer",
    "freelancer",
    "blogger",
    "author",
    "fellow",
    "reporters",
    "intern",
];

/// Where ` is a ` and its like stand, behind a name of two to five words.
fn bio_verb(line: &str) -> Option<usize> {
    const VERBS: [&str; 8] = [
        " is a ",
        " is an ",
        " is the ",
        " was a ",
        " covers ",
        " writes about ",
        " reports on ",
        " ist Redakteur",
    ];
    let head = line.char_indices().nth(60).map_or(line, |(at, _)| &line[..at]);
    let at = VERBS.iter().filter_map(|verb| head.find(verb)).min()?;
    let name = &line[..at];
    let is_name =
        |word: &str| word.starts_with(char::is_uppercase) || matches!(word, "de" | "van" | "von" | "and");
    ((2..=5).contains(&name.split_whitespace().count()) && name.split_whitespace().all(is_name)).then_some(at)
}

/// `Ana Lund is a staff writer at the Courier.` A person, a verb of office, a post.
fn is_bio(line: &str, folded: &str) -> bool {
    bio_verb(line).is_some() && folded.split(' ').take(14).any(|word| POSTS.contains(&word))
}

/// Where readers find the author: said in a bio, hardly ever at the end of an article.
fn gives_contact(folded: &str) -> bool {
    const CONTACTS: [&str; 8] = [
        "follow her on",
        "follow him on",
        "follow them on",
        "on twitter",
        "on x",
        "on bluesky",
        "be reached at",
        "email her at",
    ];
    CONTACTS.iter().any(|contact| folded.contains(contact))
}

/// `© 2016 The Courier`. A notice that is a paragraph of sentences stays: the gold bodies keep those
/// of agencies.
fn is_copyright(line: &str) -> bool {
    let sign = line.starts_with('©') || line.starts_with("(c) ") || line.starts_with("(C) ");
    sign && !is_prose(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::{Digits, fold};
    use std::collections::BTreeMap;

    fn category(line: &str, place: Place) -> Option<&'static str> {
        static LEXICON: std::sync::LazyLock<Lexicon> =
            std::sync::LazyLock::new(|| Lexicon::new(&BTreeMap::new()));
        find(line, &fold(line, Digits::Fold), place, &LEXICON).map(|verdict| verdict.category.name())
    }

    #[test]
    fn dates_count_outside_the_body() {
        for date in
            ["5 April 2016", "Tuesday, April 5, 2016 10:32 am", "Dienstag, 5. April 2016", "5 апреля 2016"]
        {
            assert_eq!(category(date, Place::Top), Some("date-line"), "{date}");
            assert_eq!(category(date, Place::Body), None, "{date}");
        }
        assert_eq!(category("10 p.m.", Place::Top), None);
        assert_eq!(category("29 November 2018 – 20 January 2019", Place::Top), None);
        assert_eq!(category("The flood of 5 April 2016", Place::Top), None);
    }

    #[test]
    fn bylines_count_outside_the_body() {
        assert_eq!(category("By Ana Lund and Max Muster", Place::Top), Some("byline"));
        assert_eq!(category("By Ana Lund and Max Muster", Place::Body), None);
    }

    #[test]
    fn credits_name_an_agency() {
        assert_eq!(category("(AP Photo/Ana Lund)", Place::Body), Some("photo-credit"));
        assert_eq!(category("Ana Lund / Getty Images", Place::Body), Some("photo-credit"));
        assert_eq!(category("Either/or", Place::Body), None);
    }

    #[test]
    fn bios_stand_below_the_body_or_give_a_contact() {
        let bio = "Ana Lund is a staff writer at the Courier";
        assert_eq!(category(bio, Place::Tail), Some("author-bio"));
        assert_eq!(category(bio, Place::LastProse), None);
        assert_eq!(category(&format!("{bio}. Follow her on Twitter."), Place::LastProse), Some("author-bio"));
        assert_eq!(category("The bridge is a wonder of iron", Place::Tail), None);
    }

    #[test]
    fn what_is_below_a_header_goes_unless_it_is_prose() {
        assert!(below(Some(Category::RelatedHeader), "Ten bridges to cross").is_some());
        assert!(below(None, "Ten bridges to cross").is_none());
        let prose = "The bridge over the Aune reopens on Monday morning, the council said on Friday night.";
        assert!(below(Some(Category::RelatedHeader), prose).is_none());
    }
}
