//! A copy beside the document that stays in its place: what differs, word by word.
//!
//! The two texts are read again by their ids. What both say is shown in a few words round each difference.

use std::io::{self, Write};
use std::ops::ControlFlow;

use copydesk::Document;
use copydesk::desk::Desk;
use copydesk_core::{Input, Reading, RunError};
use copydesk_dedup::Member;
use copydesk_read::Dumps;

use crate::escape::Escaped;
use crate::print::{FAINT, STRONG, STRUCK};

/// So many common words are shown on each side of a difference.
const AROUND: usize = 8;
/// Texts whose product of words is larger are compared up to their first words only: the table of the
/// comparison has as many cells.
const CELLS: usize = 16_000_000;

/// Shows a copy beside its survivor.
pub(super) fn show(desk: &Desk, dumps: &Dumps, copy: &Member, out: &mut impl Write) -> anyhow::Result<()> {
    let Some(survivor) = &copy.duplicate_of else {
        return Ok(writeln!(out, "{} stays: others are copies of it", Escaped(&copy.id))?);
    };
    let [one, two] = texts(desk, dumps, [survivor, &copy.id])?;
    let similarity = copy.similarity.unwrap_or_default();
    writeln!(out, "{STRUCK}{}{STRUCK:#} stays, and is struck where only it says a thing", Escaped(survivor))?;
    writeln!(out, "{STRONG}{}{STRONG:#} goes, and is strong where only it does", Escaped(&copy.id))?;
    writeln!(out, "{FAINT}similarity {similarity:.2}{FAINT:#}\n")?;
    let (one, two) = (words(&one), words(&two));
    let fits = CELLS / one.len().max(1);
    write_differences(&differences(&one, &two[..two.len().min(fits)]), out)?;
    Ok(writeln!(out)?)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// What is kept of the first documents of two ids.
fn texts(desk: &Desk, dumps: &Dumps, ids: [&str; 2]) -> anyhow::Result<[String; 2]> {
    let mut texts = [None, None];
    let mut outcome = Ok(());
    for unit in 0..dumps.units().len() {
        dumps.read(unit, &mut |reading| {
            match reading {
                Reading::Document(payload) => take(desk, payload, ids, &mut texts),
                Reading::Lost(error) => outcome = Err(RunError::Input(error)),
                Reading::Quarantined(_) | Reading::Progress(_) => {}
            }
            let is_done = outcome.is_err() || texts.iter().all(Option::is_some);
            if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
    outcome?;
    Ok(texts.map(Option::unwrap_or_default))
}

fn take(desk: &Desk, payload: Document, ids: [&str; 2], texts: &mut [Option<String>; 2]) {
    for article in copydesk::clean(&desk.plan, payload).unwrap_or_default() {
        for (id, text) in ids.iter().zip(texts.iter_mut()).filter(|(id, _)| **id == article.id) {
            debug_assert_eq!(*id, article.id);
            text.get_or_insert_with(|| {
                let mut kept = String::new();
                article.write_kept("\n", &mut kept);
                kept
            });
        }
    }
}

/// A word, and who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'t> {
    Both(&'t str),
    First(&'t str),
    Second(&'t str),
}

/// The longest common subsequence of two texts, and what is beside it.
fn differences<'t>(one: &[&'t str], two: &[&'t str]) -> Vec<Word<'t>> {
    let width = two.len() + 1;
    // how many words the rests of both share
    let mut shared = vec![0_u32; (one.len() + 1) * width];
    for i in (0..one.len()).rev() {
        for n in (0..two.len()).rev() {
            shared[i * width + n] = if one[i] == two[n] {
                1 + shared[(i + 1) * width + n + 1]
            } else {
                shared[(i + 1) * width + n].max(shared[i * width + n + 1])
            };
        }
    }
    let (mut i, mut n, mut words) = (0, 0, Vec::new());
    while i < one.len() || n < two.len() {
        if i < one.len() && n < two.len() && one[i] == two[n] {
            words.push(Word::Both(one[i]));
            (i, n) = (i + 1, n + 1);
        } else if n == two.len() || i < one.len() && shared[(i + 1) * width + n] >= shared[i * width + n + 1]
        {
            words.push(Word::First(one[i]));
            i += 1;
        } else {
            words.push(Word::Second(two[n]));
            n += 1;
        }
    }
    words
}

fn write_differences(words: &[Word<'_>], out: &mut impl Write) -> io::Result<()> {
    let differs = |word: &Word<'_>| !matches!(word, Word::Both(_));
    let mut is_left_out = false;
    for (place, word) in words.iter().enumerate() {
        let near = &words[place.saturating_sub(AROUND)..words.len().min(place + AROUND + 1)];
        if !near.iter().any(differs) {
            if !std::mem::replace(&mut is_left_out, true) {
                write!(out, "{FAINT}...{FAINT:#} ")?;
            }
            continue;
        }
        is_left_out = false;
        match word {
            Word::Both(word) => write!(out, "{} ", Escaped(word))?,
            Word::First(word) => write!(out, "{STRUCK}[-{}-]{STRUCK:#} ", Escaped(word))?,
            Word::Second(word) => write!(out, "{STRONG}[+{}+]{STRONG:#} ", Escaped(word))?,
        }
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_stand_between_what_both_say() {
        let (one, two) = (words("the old bridge is open"), words("the bridge is not open"));
        let found = differences(&one, &two);
        let [both, first, second] = [Word::Both, Word::First, Word::Second];
        assert_eq!(
            found,
            [both("the"), first("old"), both("bridge"), both("is"), second("not"), both("open")]
        );
        assert_eq!(differences(&[], &["a"]), [second("a")]);
    }

    #[test]
    fn what_is_far_from_differences_is_left_out() {
        let (one, two) = ("w ".repeat(40) + "a", "w ".repeat(40) + "b");
        let mut out = anstream::AutoStream::never(Vec::new());
        write_differences(&differences(&words(&one), &words(&two)), &mut out).unwrap();
        let shown = String::from_utf8(out.into_inner()).unwrap();
        assert_eq!(shown, format!("... {}[-a-] [+b+] \n", "w ".repeat(8)));
    }
}
