//! When a document was published, as a number that can be compared.
//!
//! Dates of ISO 8601 are understood, with or without a time and a zone, as nearly all dumps have them. Other
//! forms are no date: order by what is not understood would be no order.

/// Seconds since the year 0, counted with months of 31 days: for order, not for arithmetic.
pub(crate) fn seconds(date: &str) -> Option<u64> {
    let date = date.trim();
    let (day, rest) = date.split_at_checked(10)?;
    let days = day_number(day.as_bytes())?;
    let (time, zone) = time_and_zone(rest.trim_start_matches(['T', 't', ' ']));
    let in_day = time_of_day(time.as_bytes()).unwrap_or(0);
    (days * 86_400 + in_day).checked_add_signed(-zone_of(zone))
}

fn day_number(day: &[u8]) -> Option<u64> {
    if (day[4], day[7]) != (b'-', b'-') {
        return None;
    }
    let (year, month, day) = (number(&day[..4])?, number(&day[5..7])?, number(&day[8..])?);
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
    is_day.then_some((year * 12 + month) * 31 + day)
}

fn time_and_zone(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['+', '-', 'Z']).unwrap_or(rest.len()))
}

/// `10`, `10:32`, `10:32:05.25`.
fn time_of_day(time: &[u8]) -> Option<u64> {
    let part = |at: usize| time.get(at..at + 2).and_then(number);
    Some(part(0)? * 3600 + part(3).unwrap_or(0) * 60 + part(6).unwrap_or(0))
}

/// Seconds that a zone is ahead of UTC.
fn zone_of(zone: &str) -> i64 {
    let Some((sign, offset)) = zone.split_at_checked(1) else { return 0 };
    let offset = offset.replace(':', "");
    let part = |at: usize| offset.as_bytes().get(at..at + 2).and_then(number).unwrap_or(0) as i64;
    let ahead = part(0) * 3600 + part(2) * 60;
    if sign == "-" { -ahead } else { ahead }
}

fn number(digits: &[u8]) -> Option<u64> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_in_order() {
        let dates = [
            "1987-02-26",
            "2016-04-05T00:00:01+02:00",
            "2016-04-05",
            "2016-04-05 10:32",
            "2016-04-05T10:32:01.5Z",
            "2016-04-05T06:33:00-04:00",
            "2016-05-01",
            "2017-01-01",
        ];
        let seconds: Vec<u64> = dates.iter().map(|date| seconds(date).unwrap()).collect();
        assert!(seconds.is_sorted(), "{seconds:?}");
        assert_eq!(super::seconds("2016-04-05T12:32:00+02:00"), super::seconds("2016-04-05T10:32:00Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "26-FEB-1987 15:01",
            "2016-13-01",
            "0000-00-00",
            "２０16-01-01",
            "2016年01月01日",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
