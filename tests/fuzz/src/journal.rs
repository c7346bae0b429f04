//! Journals: whatever a crash or a bad disk leaves of one, what is read of it was written, in order.

use copydesk_core::Journal;
use copydesk_store::log::replay;
use sha2::{Digest, Sha256};

const MAGIC: &str = "copydesk journal, format 1\n";

/// Replays bytes as a journal, or damages the journal of which they are the lines: the first three
/// bytes tell how.
pub fn journal(bytes: &[u8]) {
    match bytes {
        [0, rest @ ..] => as_it_is(rest),
        [how, high, low, rest @ ..] => {
            let lines: Vec<&str> =
                std::str::from_utf8(rest).map(|text| text.lines().collect()).unwrap_or_default();
            let place = usize::from(*high) << 8 | usize::from(*low);
            entries_follow_each_other(&lines);
            damaged(&lines, *how, place);
        }
        _ => {}
    }
}

/// A journal with these lines.
pub fn written<'l>(lines: impl IntoIterator<Item = &'l str>) -> Vec<u8> {
    let mut text = MAGIC.to_owned();
    for line in lines {
        let sum: String = Sha256::digest(line).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        text.extend([&sum, " ", line, "\n"]);
    }
    text.into_bytes()
}

/// What counts as written is written, and is read the same when what does not count is cut off.
fn as_it_is(bytes: &[u8]) {
    let Ok(read) = replay(bytes) else { return };
    let whole = usize::try_from(read.whole).expect("it is in memory");
    assert_eq!(replay(&bytes[..whole]).as_ref().map(|again| &again.lines), Ok(&read.lines));
    if whole > 0 {
        assert_eq!(written(read.lines.iter().map(String::as_str)), bytes[..whole]);
    }
    let lines: Vec<&str> = read.lines.iter().map(String::as_str).collect();
    entries_follow_each_other(&lines);
}

/// Cut anywhere, a journal gives its first lines; with a byte turned, those before it or none.
fn damaged(lines: &[&str], how: u8, place: usize) {
    let good = written(lines.iter().copied());
    assert_eq!(replay(&good).map(|read| read.lines), Ok(lines.iter().map(|&line| line.to_owned()).collect()));
    let cut = replay(&good[..place % (good.len() + 1)]).expect("cut short is not damaged");
    assert!(lines.iter().copied().take(cut.lines.len()).eq(cut.lines.iter().map(String::as_str)));
    let mut turned = good;
    let place = place % turned.len();
    turned[place] ^= how;
    if let Ok(read) = replay(&turned) {
        assert!(read.lines.len() < lines.len().max(1), "a byte is turned and nothing is missing");
        assert!(lines.iter().copied().take(read.lines.len()).eq(read.lines.iter().map(String::as_str)));
    }
}

/// A journal that can be replayed could be replayed at any time before.
fn entries_follow_each_other(lines: &[&str]) {
    let Ok(journal) = Journal::replay(lines) else { return };
    assert!(journal.units_done() <= journal.units);
    assert_eq!(journal.parts().count() as u64, journal.units_done());
    assert!(!journal.is_complete() || journal.units_done() == journal.units);
    if let Some((_, before)) = lines.split_last() {
        let before = Journal::replay(before).expect("each line can follow the one before");
        assert!(!before.is_complete() && before.units_done() <= journal.units_done());
    }
}
