//! The language of a page, and what follows from it for the order of numbers in dates.

use super::address;
use super::clues::{Clues, Field};
use super::{Found, Order};

/// The tag of the first clue that is one.
pub(super) fn choose(clues: &Clues<'_>) -> Option<Found<String>> {
    clues
        .of(Field::Language)
        .into_iter()
        .find_map(|clue| Some(Found { value: tag(&clue.text)?, source: clue.source }))
}

/// A tag in its usual form: `EN_us` is `en-US`. Only language, script and region are kept.
fn tag(value: &str) -> Option<String> {
    let first = value.trim().split([',', ';', ' ', '.', '@']).next()?;
    let mut parts = first.split(['-', '_']);
    let language = parts.next()?;
    let is_letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !(2..=3).contains(&language.len()) || !is_letters(language) {
        return named(first);
    }
    let mut tag = language.to_ascii_lowercase();
    if matches!(tag.as_str(), "und" | "xx" | "zxx" | "mul" | "utf") {
        return None;
    }
    for part in parts.take(2).filter(|part| is_letters(part)) {
        match part.len() {
            2 => tag.extend(["-", &part.to_ascii_uppercase()]),
            4 => tag.extend(["-", &part[..1].to_ascii_uppercase(), &part[1..].to_ascii_lowercase()]),
            _ => break,
        }
    }
    Some(tag)
}

/// Some pages write the name of the language.
fn named(name: &str) -> Option<String> {
    const NAMES: [(&str, &str); 12] = [
        ("english", "en"),
        ("german", "de"),
        ("deutsch", "de"),
        ("french", "fr"),
        ("spanish", "es"),
        ("italian", "it"),
        ("portuguese", "pt"),
        ("russian", "ru"),
        ("chinese", "zh"),
        ("japanese", "ja"),
        ("arabic", "ar"),
        ("turkish", "tr"),
    ];
    let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(known.1.to_owned())
}

/// English without a region is American, unless the country of the host writes the day first; all others do.
pub(super) fn order(language: Option<&str>, url: Option<&str>) -> Order {
    const DAY_FIRST: [&str; 9] = ["uk", "au", "nz", "ie", "in", "za", "ng", "ke", "sg"];
    let host = url.and_then(address::host).unwrap_or_default();
    let country = host.rsplit('.').next().unwrap_or_default();
    match language {
        Some("en" | "en-US") | None if !DAY_FIRST.contains(&country) => Order::MonthFirst,
        Some("en-PH" | "es-US") => Order::MonthFirst,
        _ => Order::DayFirst,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_one_form() {
        let cases = [
            ("EN_us", Some("en-US")),
            ("pt-br", Some("pt-BR")),
            ("zh-hant-TW", Some("zh-Hant-TW")),
            ("de-DE-1996", Some("de-DE")),
            ("en, fr", Some("en")),
            ("English", Some("en")),
            ("en_US.UTF-8", Some("en-US")),
            ("und", None),
            ("utf-8", None),
            ("", None),
            ("{{lang}}", None),
        ];
        for (value, expected) in cases {
            assert_eq!(tag(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn only_americans_write_the_month_first() {
        assert_eq!(order(Some("en"), Some("https://a.com/")), Order::MonthFirst);
        assert_eq!(order(Some("en"), Some("https://a.co.uk/")), Order::DayFirst);
        assert_eq!(order(Some("en-GB"), None), Order::DayFirst);
        assert_eq!(order(Some("fr"), None), Order::DayFirst);
    }
}
