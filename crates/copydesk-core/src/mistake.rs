//! Mistakes in a configuration, and how they are shown.
//!
//! A [`Mistake`] points at a run of bytes in the config and says what would be right. A
//! [`ConfigError`] holds all of them and prints each with file, line, column, the line itself and
//! a caret.

use std::fmt;
use std::ops::Range;

/// One mistake, at its place in the config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the config that are wrong.
    pub span: Range<usize>,
    /// What is wrong and what would be right. Lower case, no full stop.
    pub message: String,
}

impl Mistake {
    /// A mistake at a place.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Mistake { span, message: message.into() }
    }
}

/// All mistakes of one config.
#[derive(Debug)]
pub struct ConfigError {
    file: String,
    text: String,
    mistakes: Vec<Mistake>,
}

impl ConfigError {
    /// `file` is the name to show, `text` what the spans point into.
    pub fn new(file: impl Into<String>, text: impl Into<String>, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.span.start);
        ConfigError { file: file.into(), text: text.into(), mistakes }
    }

    /// In the order of their places.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, mistake) in self.mistakes.iter().enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            let place = Place::of(&self.text, &mistake.span);
            let (file, Place { line, column, source, indent, width }) = (&self.file, &place);
            let margin = line.to_string().len();
            writeln!(f, "{file}:{line}:{column}: {}", visible(mistake.message.chars()))?;
            writeln!(f, "  {line} | {source}")?;
            write!(f, "  {:margin$} | {:indent$}{}", "", "", "^".repeat(*width))?;
        }
        Ok(())
    }
}

/// So many characters of a line are shown before a mistake, and as many from there on.
const SHOWN: usize = 100;

/// Where a span lies, in the terms of a person with an editor; columns and widths are characters.
struct Place {
    line: usize,
    column: usize,
    /// The line, or as much of it as is shown.
    source: String,
    /// Where in that the span begins, and how much of it is shown.
    indent: usize,
    width: usize,
}

impl Place {
    fn of(text: &str, span: &Range<usize>) -> Self {
        let start = floor_boundary(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor_boundary(text, span.end).clamp(start, line_end);
        let before = text[line_start..start].chars().count();
        let skipped = before.saturating_sub(SHOWN);
        let source = text[line_start..line_end].trim_end_matches('\r').chars().skip(skipped);
        Place {
            line: text[..start].matches('\n').count() + 1,
            column: before + 1,
            source: visible(source.take(2 * SHOWN)),
            indent: before - skipped,
            width: text[start..end].chars().take(SHOWN).count().max(1),
        }
    }
}

/// Foreign text as it can be shown: a letter that would steer the terminal has another one in its
/// place, so that carets stand where they should.
fn visible(letters: impl Iterator<Item = char>) -> String {
    let shown = |letter| match letter {
        '\t' => '\t',
        '\0'..='\u{1f}' => char::from_u32(letter as u32 + 0x2400).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => letter,
    };
    letters.map(shown).collect()
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The known name that a misspelt one was probably meant to be.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(&name.to_lowercase(), candidate);
    let best = known.into_iter().min_by_key(|candidate| distance(candidate))?;
    // a third of the letters may be wrong: `stgae`, `boilerplat`, but not `foo` for `text`
    (distance(best) <= best.chars().count().max(3) / 3).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_shown_with_its_line_and_a_caret() {
        let text = "[[stage]]\nuse = \"boilerplat\"\n";
        let error = ConfigError::new("news.toml", text, vec![Mistake::new(16..28, "no such stage")]);
        let shown = "news.toml:2:7: no such stage\n  2 | use = \"boilerplat\"\n    |       ^^^^^^^^^^^^";
        assert_eq!(error.to_string(), shown);
    }

    #[test]
    fn columns_count_characters() {
        let text = "é = 1";
        let error = ConfigError::new("c.toml", text, vec![Mistake::new(5..6, "wrong")]);
        assert_eq!(error.to_string(), "c.toml:1:5: wrong\n  1 | é = 1\n    |     ^");
    }

    #[test]
    fn a_place_behind_the_end_is_the_end() {
        let error = ConfigError::new("c.toml", "a", vec![Mistake::new(90..99, "wrong")]);
        assert_eq!(error.to_string(), "c.toml:1:2: wrong\n  1 | a\n    |  ^");
    }

    #[test]
    fn a_long_line_is_shown_round_the_mistake() {
        let text = format!("{}wrong{}", "a".repeat(70_000), "b".repeat(70_000));
        let error = ConfigError::new("c.toml", text.as_str(), vec![Mistake::new(70_000..70_005, "no")]);
        let (before, behind) = ("a".repeat(100), "b".repeat(95));
        let caret = format!("{:100}^^^^^", "");
        assert_eq!(
            error.to_string(),
            format!("c.toml:1:70001: no\n  1 | {before}wrong{behind}\n    | {caret}")
        );
        let error = ConfigError::new("c.toml", text.as_str(), vec![Mistake::new(0..140_000, "all")]);
        assert!(error.to_string().ends_with(&format!("\n    | {}", "^".repeat(100))));
    }

    #[test]
    fn a_config_does_not_steer_the_terminal() {
        let text = "a = \"\u{1b}[31m\u{202e}\u{9b}\"";
        let error = ConfigError::new("c.toml", text, vec![Mistake::new(5..6, "not \u{1b}[2J")]);
        let shown = "c.toml:1:6: not \u{241b}[2J\n  1 | a = \"\u{241b}[31m\u{fffd}\u{fffd}\"\n    |      ^";
        assert_eq!(error.to_string(), shown);
    }

    #[test]
    fn a_near_name_is_proposed_and_a_far_one_is_not() {
        assert_eq!(nearest("boilerplat", ["boilerplate", "headline"]), Some("boilerplate"));
        assert_eq!(nearest("Headlnie", ["boilerplate", "headline"]), Some("headline"));
        assert_eq!(nearest("wash", ["boilerplate", "headline"]), None);
    }
}
