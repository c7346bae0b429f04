//! The good articles among the bad ones: each has one sentence that no other has.

/// What tells an article from all others.
pub fn sentence(number: usize) -> String {
    format!("The bridge at milestone {number} opened again on Monday after eleven months of repairs.")
}

/// An article of two paragraphs.
pub fn article(number: usize) -> String {
    let vote = 11 + number * 7 % 80;
    format!(
        "{}\n\nThe council of the town said on Friday that {vote} of its members had voted for the work, \
         which kept drivers on a detour through the valley for most of the year.\n",
        sentence(number)
    )
}

/// An article as a line of JSON, without the line break.
pub fn json_line(number: usize) -> String {
    let text = article(number).replace('\n', "\\n");
    format!("{{\"id\": \"good-{number}\", \"url\": \"https://news.example/{number}\", \"text\": \"{text}\"}}")
}

/// An article as a page.
pub fn page(number: usize) -> String {
    let paragraphs = article(number).trim_end().replace("\n\n", "</p>\n<p>");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>Bridge {number} opens again</title></head>\n<body><article>\
         <h1>Bridge {number} opens again</h1>\n<p>{paragraphs}</p></article></body></html>\n"
    )
}

/// Bytes that follow no rule but are always the same.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut word = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 27)
    };
    (0..length).map(|_| (word() >> 32) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_stands_in_its_article_only() {
        for (number, other) in [(1, 11), (7, 70), (3, 30)] {
            assert!(
                article(number).contains(&sentence(number)) && !article(other).contains(&sentence(number))
            );
            assert!(
                page(number).contains(&sentence(number)) && json_line(number).contains(&sentence(number))
            );
        }
    }

    #[test]
    fn noise_uses_every_byte() {
        let mut seen = [false; 256];
        noise(1, 10_000).iter().for_each(|&byte| seen[usize::from(byte)] = true);
        assert_eq!(seen, [true; 256]);
        assert_ne!(noise(1, 64), noise(2, 64));
    }
}
