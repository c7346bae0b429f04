//! The bullet or number that a line wears as an item of a list, which is no part of what it says.

/// A copy in a list keeps its bullet or number: `* Headline`, `3. Headline`.
pub fn without_marker(line: &str) -> &str {
    let line = without_bullet(line);
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() < line.len() && line.len() - rest.len() <= 2;
    match rest.strip_prefix(". ").filter(|_| numbered) {
        Some(text) => text,
        None => line,
    }
}

fn without_bullet(line: &str) -> &str {
    ["* ", "+ ", "- ", "• ", "o "].iter().find_map(|bullet| line.strip_prefix(bullet)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_and_short_numbers_are_markers() {
        assert_eq!(without_marker("• Old bridge"), "Old bridge");
        assert_eq!(without_marker("12. Old bridge"), "Old bridge");
        assert_eq!(without_marker("2016. Old bridge"), "2016. Old bridge");
        assert_eq!(without_marker("3.5 million"), "3.5 million");
    }
}
