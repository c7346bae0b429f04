//! Dates and times: read from any notation, kept as what the page said, written in ISO 8601.
//!
//! There is no clock here. What cannot be a date is none; what is ambiguous (`3/4/2024`) goes by the order that
//! the page's language has.

use std::fmt;

use super::months;

/// A day, and the time of day and the zone where they are known.
///
/// ```
/// use copydesk_extract::html::metadata::{Date, Order};
/// let date = Date::find("Updated Tue, 5 March 2024 at 9:07 pm EST", Order::DayFirst).unwrap();
/// assert_eq!(date.to_string(), "2024-03-05T21:07-05:00");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Four digits, of the Gregorian calendar.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to the last of the month.
    pub day: u8,
    /// The time of day, where it is known.
    pub time: Option<Time>,
    /// Minutes east of Greenwich, where they are known.
    pub zone: Option<i16>,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59, where it is known.
    pub second: Option<u8>,
}

/// What comes first where a date is three numbers with the year behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 31/12/2024.
    DayFirst,
    /// 12/31/2024.
    MonthFirst,
}

impl Order {
    /// The other one.
    pub(super) fn other(self) -> Order {
        match self {
            Order::DayFirst => Order::MonthFirst,
            Order::MonthFirst => Order::DayFirst,
        }
    }
}

/// The oldest year that is believed: the first newspapers.
const OLDEST: u16 = 1600;
/// Letters of a text in which a date is looked for.
const LONGEST: usize = 400;

impl Date {
    /// A day, if there is one.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let is_day = (OLDEST..=2999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_of(year, month)).contains(&day);
        is_day.then_some(Date { year, month, day, time: None, zone: None })
    }

    /// The first date in a text, in any notation that names year, month and day.
    #[must_use]
    pub fn find(text: &str, order: Order) -> Option<Date> {
        let pieces = pieces(&text[..text.floor_char_boundary(LONGEST)]);
        let (mut date, behind) = (0..pieces.len()).find_map(|at| day(&pieces, at, order))?;
        let time = time(&pieces, behind).or_else(|| time_in_front(&pieces));
        if let Some((time, zone)) = time {
            date.time = Some(time);
            date.zone = zone;
        }
        Some(date)
    }

    /// The day in the address of an article: `/2024/03/05/`, `/2024-03-05-bridge`, `/20240305/`.
    #[must_use]
    pub fn in_url(url: &str) -> Option<Date> {
        let path = url.find("://").map_or(url, |at| &url[at + 3..]);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = &path[..path.floor_char_boundary(2000)];
        let pieces = pieces(path);
        (0..pieces.len()).find_map(|at| match pieces[at..] {
            [Piece::Number(year, 4, _), Piece::Mark('/' | '-' | '_'), ..] if is_modern(year) => {
                year_first(&pieces, at).map(|(date, _)| date)
            }
            [Piece::Number(all, 8, _), ..] => compact(all).filter(|date| is_modern(u64::from(date.year))),
            _ => None,
        })
    }

    /// Minutes since the beginning of the calendar, those of Greenwich as far as the zone is known.
    fn minutes(self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let years = year - i64::from(month < 3);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day);
        let days = years * 365 + years / 4 - years / 100 + years / 400 + day_of_year;
        let time = self.time.map_or(0, |time| i64::from(time.hour) * 60 + i64::from(time.minute));
        days * 1440 + time - i64::from(self.zone.unwrap_or(0))
    }

    /// Whether it lies more than a day behind another one: days of different zones differ by one.
    #[must_use]
    pub fn is_well_after(self, other: Date) -> bool {
        self.minutes() > other.minutes() + 1440
    }

    /// Whether it is the same day, whatever the time.
    #[must_use]
    pub fn is_same_day(self, other: Date) -> bool {
        (self.year, self.month, self.day) == (other.year, other.month, other.day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)?;
        let Some(time) = self.time else { return Ok(()) };
        write!(f, "T{:02}:{:02}", time.hour, time.minute)?;
        if let Some(second) = time.second {
            write!(f, ":{second:02}")?;
        }
        match self.zone {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(zone) => {
                let sign = if zone < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", zone.abs() / 60, zone.abs() % 60)
            }
        }
    }
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether pages on the web can be from that year.
fn is_modern(year: u64) -> bool {
    (1990..2100).contains(&year)
}

/// A text in pieces; white space is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Its value, how many digits it has, and whether it follows the piece in front without a gap.
    Number(u64, usize, bool),
    /// The name of a month.
    Month(u8),
    /// A word that means something in a date or a time.
    Word(Word),
    /// Any other letter that is neither letter nor digit.
    Mark(char),
    /// A word that means nothing here.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// `T`, `at`, `um`: a time follows.
    At,
    /// Forenoon.
    Am,
    /// Afternoon.
    Pm,
    /// `h`, `Uhr`: between or behind hours.
    Hour,
    /// A zone, minutes east.
    Zone(i16),
    /// The year, month and day of East Asia, which stand behind their numbers.
    Year,
    MonthMark,
    DayMark,
    /// `st`, `nd`, `de`, `of`: between the parts of a date.
    Filler,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut letters = text.char_indices().peekable();
    let mut has_gap = true;
    let mut small = String::new();
    while let Some((at, letter)) = letters.next() {
        if letter.is_whitespace() || is_invisible(letter) {
            has_gap = true;
            continue;
        }
        if let Some(first) = digit(letter) {
            let (mut value, mut length) = (u64::from(first), 1);
            while let Some(next) = letters.peek().and_then(|&(_, letter)| digit(letter)) {
                value = value.saturating_mul(10).saturating_add(u64::from(next));
                length += 1;
                letters.next();
            }
            pieces.push(Piece::Number(value, length, !has_gap));
        } else if let Some(word) = asian(letter) {
            pieces.push(Piece::Word(word));
        } else if let Some(word) = dotted_meridiem(&text[at..]) {
            pieces.push(Piece::Word(word));
            letters.nth(1);
        } else if letter.is_alphabetic() {
            let mut end = at + letter.len_utf8();
            while let Some(&(next, letter)) = letters.peek()
                && is_in_word(letter)
                && asian(letter).is_none()
            {
                end = next + letter.len_utf8();
                letters.next();
            }
            small.clear();
            small.extend(
                text[at..end].chars().flat_map(char::to_lowercase).filter(|letter| *letter != '\u{307}'),
            );
            pieces.push(word(&small));
        } else {
            pieces.push(Piece::Mark(letter));
        }
        has_gap = false;
    }
    pieces
}

/// Letters and the marks that Indic and Thai words are written with.
fn is_in_word(letter: char) -> bool {
    letter.is_alphabetic()
        || matches!(letter, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{e4e}') && digit(letter).is_none()
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A digit of any script that dates are written in.
fn digit(letter: char) -> Option<u32> {
    let zero = match letter {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        '০'..='৯' => '০',
        '๐'..='๙' => '๐',
        '０'..='９' => '０',
        _ => return None,
    };
    Some(letter as u32 - zero as u32)
}

/// `a.m.` and `p.m.`
fn dotted_meridiem(text: &str) -> Option<Word> {
    match text.as_bytes() {
        [b'a' | b'A', b'.', b'm' | b'M', ..] => Some(Word::Am),
        [b'p' | b'P', b'.', b'm' | b'M', ..] => Some(Word::Pm),
        _ => None,
    }
}

fn asian(letter: char) -> Option<Word> {
    match letter {
        '年' | '년' => Some(Word::Year),
        '月' | '월' => Some(Word::MonthMark),
        '日' | '號' | '号' | '일' => Some(Word::DayMark),
        '時' | '时' | '시' => Some(Word::Hour),
        _ => None,
    }
}

fn word(small: &str) -> Piece {
    if let Some(month) = months::number(small) {
        return Piece::Month(month);
    }
    let word = match small {
        "t" | "at" | "um" | "à" | "alle" | "ore" | "kl" | "klo" | "om" | "о" | "в" | "saat" | "as" | "às"
        | "las" | "a" | "godz" | "ob" | "lúc" => Word::At,
        "am" | "上午" | "오전" => Word::Am,
        "pm" | "下午" | "오후" => Word::Pm,
        "h" | "uhr" | "hs" | "hrs" => Word::Hour,
        "z" | "utc" | "gmt" => Word::Zone(0),
        "est" | "cdt" => Word::Zone(-300),
        "edt" => Word::Zone(-240),
        "cst" | "mdt" => Word::Zone(-360),
        "mst" | "pdt" => Word::Zone(-420),
        "pst" => Word::Zone(-480),
        "cet" | "mez" => Word::Zone(60),
        "cest" | "mesz" => Word::Zone(120),
        "msk" | "мск" => Word::Zone(180),
        "jst" | "kst" => Word::Zone(540),
        "st" | "nd" | "rd" | "th" | "er" | "de" | "del" | "of" | "d" | "ngày" | "den" => Word::Filler,
        "tháng" | "thg" => Word::MonthMark,
        "năm" => Word::Year,
        _ => return Piece::Other,
    };
    Piece::Word(word)
}

/// The day that begins with a piece, and what stands behind it.
fn day(pieces: &[Piece], at: usize, order: Order) -> Option<(Date, usize)> {
    match pieces[at] {
        Piece::Number(_, 4, _) => year_first(pieces, at),
        Piece::Number(all, 8, _) => Some((compact(all)?, at + 1)),
        Piece::Number(all, 14, _) => {
            let mut date = compact(all / 1_000_000)?;
            date.time = clock(all / 10_000 % 100, all / 100 % 100, Some(all % 100));
            Some((date, at + 1))
        }
        Piece::Number(seconds, 10, _) if at == 0 => Some((of_epoch(seconds)?, at + 1)),
        Piece::Number(millis, 13, _) if at == 0 => Some((of_epoch(millis / 1000)?, at + 1)),
        Piece::Number(first, 1 | 2, _) => {
            day_first(pieces, at, first).or_else(|| three_numbers(pieces, at, order))
        }
        Piece::Month(month) => month_first(pieces, at, month),
        _ => None,
    }
}

/// A number between date marks, and the place behind it.
fn number(pieces: &[Piece], at: usize) -> Option<(u64, usize, usize)> {
    match pieces.get(at)? {
        &Piece::Number(value, digits, _) => Some((value, digits, at + 1)),
        _ => None,
    }
}

/// Passes over what may stand between the parts of a date.
fn skip(pieces: &[Piece], at: usize, is_between: impl Fn(Piece) -> bool) -> usize {
    let count = pieces[at.min(pieces.len())..].iter().take(3).take_while(|piece| is_between(**piece)).count();
    at + count
}

/// 2024-03-05, 2024/3/5, 2024.03.05, 2024年3月5日, 2024. 3. 5., 2024 March 5.
fn year_first(pieces: &[Piece], at: usize) -> Option<(Date, usize)> {
    let (year, _, behind) = number(pieces, at)?;
    let is_between =
        |piece| matches!(piece, Piece::Mark('-' | '/' | '.' | '_' | ',') | Piece::Word(Word::Year));
    let at = skip(pieces, behind, is_between);
    let (month, behind) = match *pieces.get(at)? {
        Piece::Month(month) => (u64::from(month), at + 1),
        Piece::Number(month, 1 | 2, _) if at > behind => (month, at + 1),
        _ => return None,
    };
    let is_between =
        |piece| matches!(piece, Piece::Mark('-' | '/' | '.' | '_') | Piece::Word(Word::MonthMark));
    let at = skip(pieces, behind, is_between);
    let (day, digits, behind) = number(pieces, at)?;
    let date = of_numbers(year, month, day).filter(|_| digits <= 2)?;
    Some((date, skip(pieces, behind, |piece| piece == Piece::Word(Word::DayMark))))
}

/// 5 March 2024, 5. März 2024, 5 de marzo de 2024, 5-Mar-2024, ngày 5 tháng 3 năm 2024.
fn day_first(pieces: &[Piece], at: usize, day: u64) -> Option<(Date, usize)> {
    let is_between =
        |piece| matches!(piece, Piece::Mark('.' | '-' | '/' | ',' | 'º' | '\'') | Piece::Word(Word::Filler));
    let is_month_mark = |piece| piece == Piece::Word(Word::MonthMark);
    let mut at = skip(pieces, at + 1, is_between);
    let month = match *pieces.get(at)? {
        Piece::Month(month) => month,
        piece if is_month_mark(piece) => {
            at += 1;
            u8::try_from(number(pieces, at)?.0).ok()?
        }
        _ => return None,
    };
    let is_between = |piece| {
        let word = Piece::Word(Word::Year);
        piece == word || matches!(piece, Piece::Mark('.' | '-' | '/' | ',') | Piece::Word(Word::Filler))
    };
    let (year, digits, behind) = number(pieces, skip(pieces, at + 1, is_between))?;
    let date = of_numbers(year, u64::from(month), day).filter(|_| digits == 4)?;
    Some((date, behind))
}

/// March 5, 2024; March 5th 2024; Mar. 05 2024; and, as JavaScript writes it, Mar 05 2024; `date` has the time in between.
fn month_first(pieces: &[Piece], at: usize, month: u8) -> Option<(Date, usize)> {
    let is_between = |piece| matches!(piece, Piece::Mark('.' | ',' | '-') | Piece::Word(Word::Filler));
    let (day, digits, behind) = number(pieces, skip(pieces, at + 1, is_between))?;
    if digits > 2 {
        return None;
    }
    let is_between = |piece| matches!(piece, Piece::Mark('.' | ',' | '-') | Piece::Word(Word::Filler));
    let at = skip(pieces, behind, is_between);
    let (year, digits, behind) = number(pieces, at)?;
    if digits == 4 {
        return Some((of_numbers(year, u64::from(month), day)?, behind));
    }
    // Tue Mar 5 09:07:00 UTC 2024
    let window = pieces.get(at..pieces.len().min(at + 9))?;
    let year = window.iter().find_map(|piece| match piece {
        Piece::Number(year, 4, false) => Some(*year),
        _ => None,
    })?;
    time(pieces, at)?;
    Some((of_numbers(year, u64::from(month), day)?, at))
}

/// 5/3/2024, 05.03.2024, 5-3-2024: dots are never American.
fn three_numbers(pieces: &[Piece], at: usize, order: Order) -> Option<(Date, usize)> {
    let [
        Piece::Number(first, ..),
        Piece::Mark(mark @ ('/' | '.' | '-')),
        Piece::Number(second, 1 | 2, _),
        Piece::Mark(again),
        Piece::Number(year, 4, _),
        ..,
    ] = pieces[at..]
    else {
        return None;
    };
    if mark != again {
        return None;
    }
    let is_day_first = second <= 12 && (first > 12 || mark == '.' || order == Order::DayFirst);
    let (day, month) = if is_day_first { (first, second) } else { (second, first) };
    Some((of_numbers(year, month, day)?, at + 5))
}

/// Thai years count from the death of Buddha.
fn of_numbers(year: u64, month: u64, day: u64) -> Option<Date> {
    let year = if (2400..2700).contains(&year) { year - 543 } else { year };
    Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// 20240305.
fn compact(all: u64) -> Option<Date> {
    of_numbers(all / 10_000, all / 100 % 100, all % 100).filter(|date| is_modern(u64::from(date.year)))
}

/// Seconds since 1970.
fn of_epoch(seconds: u64) -> Option<Date> {
    let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    let length = |year: u16| if days_of(year, 2) == 29 { 366 } else { 365 };
    while days >= length(year) {
        days -= length(year);
        year += 1;
        if year > 2100 {
            return None;
        }
    }
    let mut month = 1;
    while days >= u64::from(days_of(year, month)) {
        days -= u64::from(days_of(year, month));
        month += 1;
    }
    let mut date =
        Date::new(year, month, u8::try_from(days).ok()? + 1).filter(|_| is_modern(u64::from(year)))?;
    date.time = clock(rest / 3600, rest / 60 % 60, Some(rest % 60));
    date.zone = Some(0);
    Some(date)
}

fn clock(hour: u64, minute: u64, second: Option<u64>) -> Option<Time> {
    let second = second.map(|second| second.min(59));
    let is_time = hour < 24 && minute < 60;
    is_time.then_some(Time {
        hour: hour as u8,
        minute: minute as u8,
        second: second.map(|second| second as u8),
    })
}

/// The time that stands behind a date, at most some words further.
fn time(pieces: &[Piece], behind: usize) -> Option<(Time, Option<i16>)> {
    let last = pieces.len().min(behind + 5);
    let start = (behind..last).find(|&at| {
        matches!(pieces[at], Piece::Number(..)) || matches!(pieces[at], Piece::Word(Word::Am | Word::Pm))
    })?;
    clock_at(pieces, start)
}

/// The time that stands in front of a date: 9:07 pm, March 5, 2024.
fn time_in_front(pieces: &[Piece]) -> Option<(Time, Option<i16>)> {
    let at = pieces.iter().position(|piece| *piece == Piece::Mark(':'))?;
    clock_at(pieces, at.checked_sub(1)?)
}

fn clock_at(pieces: &[Piece], start: usize) -> Option<(Time, Option<i16>)> {
    let (is_pm_in_front, start) = match pieces[start] {
        Piece::Word(Word::Am) => (Some(false), start + 1),
        Piece::Word(Word::Pm) => (Some(true), start + 1),
        _ => (None, start),
    };
    let (hour, digits, mut at) = number(pieces, start)?;
    let mut minute = None;
    let mut second = None;
    if let Some(Piece::Mark(':' | '.') | Piece::Word(Word::Hour)) = pieces.get(at)
        && let Some(&Piece::Number(value, 2, true)) = pieces.get(at + 1)
    {
        minute = Some(value);
        at += 2;
        if let Some(Piece::Mark(':')) = pieces.get(at)
            && let Some((value, 2, behind)) = number(pieces, at + 1)
        {
            second = Some(value);
            at = behind;
        }
        if let (Some(Piece::Mark('.' | ',')), Some(Piece::Number(.., true))) =
            (pieces.get(at), pieces.get(at + 1))
        {
            at += 2;
        }
    } else if digits == 6 {
        // 20240305T210700
        second = Some(hour % 100);
        minute = Some(hour / 100 % 100);
    }
    let hour = if digits == 6 { hour / 10_000 } else { hour };
    at = skip(pieces, at, |piece| piece == Piece::Word(Word::Hour));
    let is_pm = is_pm_in_front.or_else(|| meridiem(pieces, &mut at));
    if digits > 2 && digits != 6 || minute.is_none() && is_pm.is_none() {
        return None;
    }
    let hour = match is_pm {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    Some((clock(hour, minute.unwrap_or(0), second)?, zone(pieces, at)))
}

/// `am`, `p.m.`.
fn meridiem(pieces: &[Piece], at: &mut usize) -> Option<bool> {
    let is_pm = match pieces.get(*at)? {
        Piece::Word(Word::Am) => false,
        Piece::Word(Word::Pm) => true,
        _ => return None,
    };
    *at += 1;
    Some(is_pm)
}

/// Z, +02:00, -0500, GMT+2, (CEST).
fn zone(pieces: &[Piece], at: usize) -> Option<i16> {
    let at = skip(pieces, at, |piece| piece == Piece::Mark('('));
    match *pieces.get(at)? {
        Piece::Word(Word::Zone(0)) => Some(offset(pieces, at + 1).unwrap_or(0)),
        Piece::Word(Word::Zone(zone)) => Some(zone),
        _ => offset(pieces, at),
    }
}

fn offset(pieces: &[Piece], at: usize) -> Option<i16> {
    let sign = match *pieces.get(at)? {
        Piece::Mark('+') => 1,
        Piece::Mark('-' | '−') => -1,
        _ => return None,
    };
    let (value, digits, behind) = number(pieces, at + 1)?;
    let (hours, minutes) = match (digits, pieces.get(behind), pieces.get(behind + 1)) {
        (1 | 2, Some(Piece::Mark(':')), Some(&Piece::Number(minutes, 2, _))) => (value, minutes),
        (1 | 2, ..) => (value, 0),
        (4, ..) => (value / 100, value % 100),
        _ => return None,
    };
    let is_zone = hours <= 14 && minutes < 60;
    is_zone.then_some(sign * (hours * 60 + minutes) as i16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> String {
        Date::find(text, Order::DayFirst).map_or_else(String::new, |date| date.to_string())
    }

    #[test]
    fn notations_of_machines_are_read() {
        for (text, date) in [
            ("2024-03-05", "2024-03-05"),
            ("2024-03-05T21:07:30+01:00", "2024-03-05T21:07:30+01:00"),
            ("2024-03-05T21:07:30.123456Z", "2024-03-05T21:07:30Z"),
            ("2024-03-05T21:07:30-0500", "2024-03-05T21:07:30-05:00"),
            ("2024-03-05 21:07:30 UTC", "2024-03-05T21:07:30Z"),
            ("2024-03-05 21:07", "2024-03-05T21:07"),
            ("20240305", "2024-03-05"),
            ("20240305T210730Z", "2024-03-05T21:07:30Z"),
            ("20240305210730", "2024-03-05T21:07:30"),
            ("Tue, 05 Mar 2024 21:07:30 +0200", "2024-03-05T21:07:30+02:00"),
            ("Tue Mar 05 2024 21:07:30 GMT+0100 (CET)", "2024-03-05T21:07:30+01:00"),
            ("Tue Mar 5 21:07:30 UTC 2024", "2024-03-05T21:07:30Z"),
            ("1709672850", "2024-03-05T21:07:30Z"),
            ("1709672850000", "2024-03-05T21:07:30Z"),
        ] {
            assert_eq!(found(text), date, "{text}");
        }
    }

    #[test]
    fn notations_of_people_are_read() {
        for (text, date) in [
            ("Published March 5th, 2024 at 9:07 pm EST", "2024-03-05T21:07-05:00"),
            ("Mar. 5, 2024, 9:07 a.m.", "2024-03-05T09:07"),
            ("March 5, 2024 9:07 P.M. ET", "2024-03-05T21:07"),
            ("9:07 p.m. on March 5, 2024", "2024-03-05T21:07"),
            ("5 March 2024", "2024-03-05"),
            ("5. März 2024, 21:07 Uhr", "2024-03-05T21:07"),
            ("le 5 août 2024 à 21h07", "2024-08-05T21:07"),
            ("1er février 2024", "2024-02-01"),
            ("5 de marzo de 2024", "2024-03-05"),
            ("5 marca 2024 r.", "2024-03-05"),
            ("5 марта 2024 г. в 21:07", "2024-03-05T21:07"),
            ("5 Mart 2024", "2024-03-05"),
            ("2024年3月5日 21時07分", "2024-03-05T21:07"),
            ("2024년 3월 5일", "2024-03-05"),
            ("2024. 3. 5.", "2024-03-05"),
            ("ngày 5 tháng 3 năm 2024", "2024-03-05"),
            ("5 มีนาคม 2567", "2024-03-05"),
            ("٥ مارس ٢٠٢٤", "2024-03-05"),
            ("5 मार्च 2024", "2024-03-05"),
            ("05.03.2024", "2024-03-05"),
            ("21:07, 5 March 2024", "2024-03-05T21:07"),
            ("12-Mar-2024", "2024-03-12"),
            ("2024/3/5", "2024-03-05"),
        ] {
            assert_eq!(found(text), date, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2024",
            "March 2024",
            "99/99/2024",
            "2024-02-30",
            "30 February 2024",
            "March 5",
            "10 may 3",
            "1/2/24",
            "555-1234",
            "0000-00-00",
            "version 3.4.2024.1.2 4",
            "12345678",
        ] {
            let expected = if text.starts_with("version") { "2024-04-03" } else { "" };
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_go_by_the_order_of_the_language() {
        let find = |text, order| Date::find(text, order).map(|date| (date.month, date.day));
        assert_eq!(find("3/4/2024", Order::MonthFirst), Some((3, 4)));
        assert_eq!(find("3/4/2024", Order::DayFirst), Some((4, 3)));
        assert_eq!(find("3/14/2024", Order::DayFirst), Some((3, 14)));
        assert_eq!(find("14/3/2024", Order::MonthFirst), Some((3, 14)));
        assert_eq!(find("3.4.2024", Order::MonthFirst), Some((4, 3)));
    }

    #[test]
    fn addresses_have_dates() {
        let day = |url| Date::in_url(url).map(|date| date.to_string());
        assert_eq!(day("https://a.org/2024/03/05/bridge").as_deref(), Some("2024-03-05"));
        assert_eq!(day("https://a.org/news/2024-03-05-bridge.html").as_deref(), Some("2024-03-05"));
        assert_eq!(day("https://a.org/news/20240305/1").as_deref(), Some("2024-03-05"));
        assert_eq!(day("https://a.org/2024/03/bridge-05"), None);
        assert_eq!(day("https://a.org/p/1200/10/10/?d=2024-03-05"), None);
    }

    #[test]
    fn days_are_compared_across_zones() {
        let date = |text| Date::find(text, Order::DayFirst).unwrap();
        assert!(!date("2024-03-06").is_well_after(date("2024-03-05")));
        assert!(date("2024-03-07").is_well_after(date("2024-03-05")));
        assert!(date("2024-03-01T00:01Z").is_well_after(date("2024-02-28T23:00Z")));
        assert!(!date("2024-03-02T01:00+10:00").is_well_after(date("2024-02-29T23:00Z")));
    }

    proptest! {
        #[test]
        fn any_text_has_a_date_or_none(text in "([0-9]{1,14}|[-/.:, T年月日+]|Mar|am|pm|UTC|٣|[a-z]){0,14}") {
            if let Some(date) = Date::find(&text, Order::MonthFirst) {
                prop_assert!(Date::new(date.year, date.month, date.day).is_some());
            }
            let _ = Date::in_url(&text);
        }

        #[test]
        fn what_is_written_is_read_again(
            (year, month, day) in (1600u16..2300, 1u8..13, 1u8..29),
            (hour, minute, zone) in (0u8..24, 0u8..60, -840i16..840),
        ) {
            let time = Some(Time { hour, minute, second: Some(minute) });
            let date = Date { year, month, day, time, zone: Some(zone) };
            prop_assert_eq!(Date::find(&date.to_string(), Order::MonthFirst), Some(date));
        }
    }
}
