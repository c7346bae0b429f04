//! The rows of files with a JSON object in every line, plain or compressed.
//!
//! A line that is too long, or that damage in a compressed file has cut off, is told and passed over.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use copydesk_store::{Damage, Found, Limits};

/// A row, or why there is none: the place as a person would look it up, and the reason.
pub(crate) type Row<'a> = Result<(&'a str, &'a [u8]), String>;

/// The files that paths, folders, globs and URLs name.
pub(crate) fn files(patterns: &[String]) -> anyhow::Result<Vec<Found>> {
    Ok(copydesk_store::find(patterns, Path::new(""))?.files)
}

/// Hands every line that is not blank to `each`, until that says to stop.
///
/// # Errors
/// When a file cannot be opened, or can no longer be reached.
pub(crate) fn each_row(
    file: &Found,
    longest: usize,
    each: &mut dyn FnMut(Row<'_>) -> bool,
) -> io::Result<()> {
    let mut reader = BufReader::new(copydesk_store::open(&file.blob, Limits::default())?);
    let mut line = Vec::new();
    for number in 1_u64.. {
        let place = format!("{}, line {number}", file.name);
        line.clear();
        let goes_on = match reader.by_ref().take(longest as u64 + 1).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(length) if length > longest => {
                // damage in the rest of the line is met again by nobody, and costs no other line
                let _ = reader.skip_until(b'\n');
                each(Err(format!("{place}: longer than {} MiB", longest >> 20)))
            }
            Ok(_) if line.iter().all(u8::is_ascii_whitespace) => true,
            Ok(_) => each(Ok((&place, &line))),
            Err(error) if Damage::of(&error).is_some() => each(Err(format!("{place}: {error}"))),
            Err(error) => return Err(error),
        };
        if !goes_on {
            break;
        }
    }
    Ok(())
}
