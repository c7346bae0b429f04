//! A Parquet file, damaged in every place that a reader trusts.
//!
//! The file to damage comes from the caller: this crate cannot write one. It begins and ends with
//! `PAR1`; before the last four bytes stands the length of the footer.

use crate::news::noise;
use crate::{Case, Expect};

const MAGIC: &[u8] = b"PAR1";
const DAMAGED: &[&str] = &[
    "damaged",
    "not-parquet",
    "encrypted",
    "bad-parquet",
    "unreadable",
    "empty",
    "truncated",
    "undecodable",
    "too-long",
    "no-text",
    "not-text",
];

/// Cases made of a good file of `rows` rows, each between two good text files. Damage costs rows, or
/// the file, and says so.
pub fn cases(good: &[u8], rows: usize) -> Vec<Case> {
    let expect = || Expect::nothing().and_documents(0..=rows).and_set_aside(1..=rows.max(1), DAMAGED);
    let case = |name: &str, bytes: Vec<u8>| Case::new(name, "parquet", bytes, expect()).between_good_files();
    let footer = footer_length(good);
    let with_length = |length: u32| {
        let mut bytes = good.to_vec();
        let place = bytes.len() - 8;
        bytes[place..place + 4].copy_from_slice(&length.to_le_bytes());
        bytes
    };
    let in_footer = good.len() - 8 - footer / 2;
    vec![
        case("magic-only", MAGIC.to_vec()),
        case("two-magics", [MAGIC, MAGIC].concat()),
        case("magics-round-noise", [MAGIC, &noise(12, 5000), &1000_u32.to_le_bytes(), MAGIC].concat()),
        case("noise", noise(13, 5000)),
        case("half", good[..good.len() / 2].to_vec()),
        case("last-byte-gone", good[..good.len() - 1].to_vec()),
        case("first-bytes-gone", good[4..].to_vec()),
        case("footer-of-no-length", with_length(0)),
        case("footer-longer-than-the-file", with_length(good.len() as u32 + 1)),
        case("footer-of-4-gib", with_length(u32::MAX)),
        case("footer-of-noise", overwritten(good, good.len() - 8 - footer, &noise(14, footer))),
        case("footer-of-nul", overwritten(good, good.len() - 8 - footer, &vec![0; footer])),
        case("footer-of-ones", overwritten(good, good.len() - 8 - footer, &vec![0xff; footer])),
        case("bytes-of-footer-turned", overwritten(good, in_footer, &[0xff; 8])),
        case("pages-of-noise", overwritten(good, 4, &noise(15, (good.len() - footer - 16).min(4000)))),
        case("encrypted-magic", [b"PARE", &good[4..good.len() - 4], b"PARE"].concat()),
        case("twice", [good, good].concat()).with_all(rows),
    ]
}

impl Case {
    /// The same file behind itself is whole: its last footer counts.
    fn with_all(mut self, rows: usize) -> Self {
        self.expect.documents = 2..=rows + 2;
        self.expect.set_aside = 0..=rows;
        self
    }
}

/// One case for each `step`-th byte: it is turned, and whatever comes of it must not be a crash.
pub fn each_byte(good: &[u8], step: usize, rows: usize) -> impl Iterator<Item = Case> {
    (0..good.len()).step_by(step).map(move |place| {
        let bytes = overwritten(good, place, &[good[place] ^ 0x55]);
        let expect = Expect::nothing().and_documents(0..=rows).and_set_aside(0..=rows.max(1), DAMAGED);
        Case::new(&format!("byte-{place}"), "parquet", bytes, expect)
    })
}

fn footer_length(good: &[u8]) -> usize {
    let (_, tail) = good.split_at(good.len() - 8);
    u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]) as usize
}

fn overwritten(good: &[u8], place: usize, with: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    bytes[place..place + with.len()].copy_from_slice(with);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape of a file: magic, pages, footer, its length, magic.
    fn shape() -> Vec<u8> {
        [MAGIC, &[1; 5000], &[2; 300], &300_u32.to_le_bytes(), MAGIC].concat()
    }

    #[test]
    fn damage_is_where_it_says() {
        let good = shape();
        let cases = cases(&good, 40);
        let bytes = |name: &str| &cases.iter().find(|case| case.name == name).unwrap().files[0].bytes;
        assert_eq!(
            bytes("footer-of-nul")[5004..],
            [[0; 300].as_slice(), &300_u32.to_le_bytes(), MAGIC].concat()
        );
        assert_eq!(bytes("footer-of-4-gib")[5304..5308], [0xff; 4]);
        assert_eq!(bytes("pages-of-noise")[5004..], good[5004..]);
        assert_ne!(bytes("bytes-of-footer-turned")[5004..5304], good[5004..5304]);
    }

    #[test]
    fn each_byte_is_turned_once() {
        let good = shape();
        for case in each_byte(&good, 100, 40) {
            let turned = case.files[0].bytes.iter().zip(&good).filter(|(a, b)| a != b).count();
            assert_eq!(turned, 1, "{}", case.name);
        }
    }
}
