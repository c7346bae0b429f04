//! What a line that goes by its score most likely is.
//!
//! The classifier says that a line is furniture, not which; the trail wants a name for it. The score is the
//! reason, the category a guess from the line's shape and place, in the order in which they mislead least.

use crate::category::{ALL, Category};
use crate::features::Features;
use crate::line::End;

/// The likeliest category.
pub(crate) fn category(line: &Features) -> Category {
    named(line).or_else(|| by_numbers(line)).unwrap_or_else(|| by_place(line))
}

/// A phrase names it, or a header above it that lists go below.
fn named(line: &Features) -> Option<Category> {
    let of_number = |number: i16| ALL.get(usize::try_from(number).ok()?.checked_sub(1)?).copied();
    of_number(line.category).or_else(|| {
        let header = of_number(line.since_category).filter(|category| category.heads_a_list())?;
        let is_near = line.since_header < 30 && line.words < 25;
        is_near.then_some(if header == Category::CommentBox { header } else { Category::RelatedLink })
    })
}

fn by_numbers(line: &Features) -> Option<Category> {
    let is_mostly = |share: i16, least: i16| share >= least;
    match line {
        _ if line.years > 0 && line.words <= 8 && is_mostly(line.digits, 20) => Some(Category::DateLine),
        _ if line.numbers > 0 && line.words <= 3 && is_mostly(line.digits, 25) => Some(Category::Counter),
        _ if line.is_address > 0 && line.words <= 6 => Some(Category::RelatedLink),
        _ => None,
    }
}

fn by_place(line: &Features) -> Category {
    const TOP: i16 = 0;
    const BODY: i16 = 1;
    let is_sentence = line.end <= End::Question as i16 && line.words >= 8;
    match line.zone {
        BODY if line.prose_after > 0 && (is_sentence || line.words >= 13) => Category::Caption,
        _ if is_sentence => Category::SubscriptionPitch,
        _ if line.words >= 25 => Category::SubscriptionPitch,
        TOP => Category::Navigation,
        _ if line.words >= 4 => Category::RelatedLink,
        _ => Category::Navigation,
    }
}
