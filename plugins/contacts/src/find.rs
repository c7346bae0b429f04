//! Where in a text e-mail addresses and telephone numbers stand.
//!
//! An address is what mail programs make a link of: a name, `@`, and a host with a dot in it. A number is one
//! in international form, `+` and seven to fifteen digits: any other is as likely a price, a score or a year.

use std::ops::Range;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Email,
    Phone,
}

/// Every address and number, in order. Each byte is looked at a bounded number of times.
pub(crate) fn contacts(text: &str) -> impl Iterator<Item = (Range<usize>, Kind)> {
    // what was found last ends there, and what is looked at next begins there
    let (mut done, mut from) = (0, 0);
    std::iter::from_fn(move || {
        while let Some(at) = text[from..].find(['@', '+']).map(|offset| from + offset) {
            let (found, kind) = match text.as_bytes()[at] {
                b'@' => (email(text, done, at), Kind::Email),
                _ => (phone(text, at), Kind::Phone),
            };
            from = found.as_ref().map_or(at + 1, |range| range.end);
            if let Some(range) = found {
                done = from;
                return Some((range, kind));
            }
        }
        None
    })
}

/// The longest name and host that an address can have.
const LONGEST: usize = 254;

/// The address round an `@`; nothing before `from` belongs to it.
fn email(text: &str, from: usize, at: usize) -> Option<Range<usize>> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let before =
        text.as_bytes()[from..at].iter().rev().take(LONGEST).take_while(|byte| is_name(byte)).count();
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let after = text.as_bytes()[at + 1..].iter().take(LONGEST).take_while(|byte| is_host(byte)).count();
    let name = text[at - before..at].trim_start_matches('.');
    let host = text[at + 1..at + 1 + after].trim_end_matches(['.', '-']);
    let (_, country) = host.rsplit_once('.')?;
    let is_country = country.len() > 1 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_country && !name.is_empty() && !host.starts_with('.')).then(|| at - name.len()..at + 1 + host.len())
}

/// The number behind a `+`.
fn phone(text: &str, at: usize) -> Option<Range<usize>> {
    let stands_alone = !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '+');
    let (mut digits, mut end) = (0, at + 1);
    for (offset, byte) in text.bytes().enumerate().skip(at + 1) {
        match byte {
            b'0'..=b'9' => (digits, end) = (digits + 1, offset + 1),
            b' ' | b'-' | b'(' | b')' | b'.' | b'/' if offset - end < 2 => {}
            _ => break,
        }
        if digits > 15 {
            return None;
        }
    }
    (stands_alone && digits >= 7).then_some(at..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        contacts(text).map(|(range, _)| &text[range]).collect()
    }

    #[test]
    fn addresses_are_found_without_what_stands_round_them() {
        assert_eq!(found("Ada (ada.b+news@mail.example.org)."), ["ada.b+news@mail.example.org"]);
        assert_eq!(found("<a@b.no>, c@d.no."), ["a@b.no", "c@d.no"]);
        assert_eq!(found("å@example.org x.y@example.org"), ["x.y@example.org"]);
    }

    #[test]
    fn what_is_no_address_stays() {
        for text in ["@ada", "ada@", "3 kg @ 4 crowns", "ada@localhost", "a@.no", "a@b.1", "@@@.no", "a@b."] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn numbers_are_international_ones() {
        assert_eq!(
            found("Ring +47 22 33 44 55, or +1 (212) 555-0100."),
            ["+47 22 33 44 55", "+1 (212) 555-0100"]
        );
        for text in ["2+2", "+3 degrees", "22 33 44 55", "c++1234567", "+1234567890123456", "+ 1 2"] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
