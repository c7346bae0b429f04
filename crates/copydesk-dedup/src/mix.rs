//! How bytes and numbers become hashes.
//!
//! One multiplication to 128 bits whose halves are folded together, as in wyhash: fast, and the same on
//! every machine and in every version, because indexes on disk hold what it gives. It has no secret: who
//! knows the constants can make texts that collide, and lose their copy for it.

/// Both halves of a product.
#[inline]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// Odd numbers without a pattern: digits of e.
const FIRST: u64 = 0xb7e1_5162_8aed_2a6b;
const SECOND: u64 = 0xbf71_5880_9cf4_f3c7;
const LAST: u64 = 0x62e7_160f_38b4_da57;
/// The bit that tells small letters from capitals in ASCII; digits and the marks inside words have it.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// The hash of a word of ASCII in any case; of its letters in lower case.
#[inline]
pub(crate) fn hash_ascii(word: &[u8]) -> u64 {
    hash(word, SMALL)
}

/// The same of a word of one to eight bytes, of which the lower ones of `bytes` are, and what is behind them.
#[inline]
pub(crate) fn hash_short_ascii(bytes: u64, length: u32) -> u64 {
    let word = (bytes | SMALL) & u64::MAX >> (64 - 8 * length);
    fold(FIRST ^ u64::from(length) ^ word, LAST)
}

/// The hash of bytes that are in lower case already.
pub(crate) fn hash_lower(word: &[u8]) -> u64 {
    hash(word, 0)
}

/// Eight bytes are taken at once, and in the end what is left of them: one to eight.
#[inline]
fn hash(word: &[u8], set: u64) -> u64 {
    let mut hash = FIRST ^ word.len() as u64;
    let mut rest = word;
    while let Some((eight, behind)) = rest.split_first_chunk().filter(|(_, behind)| !behind.is_empty()) {
        hash = fold(hash ^ (u64::from_le_bytes(*eight) | set), SECOND);
        rest = behind;
    }
    // of the bytes that are not there, none has its bit set
    let set = set & !u64::MAX.checked_shl(8 * rest.len() as u32).unwrap_or(0);
    fold(hash ^ (few_bytes(rest) | set), LAST)
}

/// Up to eight bytes as a number, without a loop.
#[inline]
fn few_bytes(bytes: &[u8]) -> u64 {
    let four = |at: usize| u64::from(u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")));
    match bytes.len() {
        0 => 0,
        length @ 1..=3 => {
            let [first, middle, last] =
                [0, length / 2, length - 1].map(|at| u64::from(bytes[at]) << (8 * at));
            first | middle | last
        }
        length => four(0) | four(length - 4) << (8 * (length - 4)),
    }
}

/// Spreads a number over all 64 bits.
#[inline]
pub(crate) fn spread(number: u64) -> u64 {
    fold(number ^ FIRST, SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_in_ascii() {
        for word in ["a", "It", "The", "Aune", "Bridge", "Council", "Shopkeep", "SHOPKEEPERS", "it's", "3.14"]
        {
            let lower = word.to_ascii_lowercase();
            let hash = hash_lower(lower.as_bytes());
            assert_eq!(hash_ascii(word.as_bytes()), hash, "{word}");
            if let Some(bytes) = format!("{word}, and").as_bytes().first_chunk()
                && word.len() <= 8
            {
                assert_eq!(hash_short_ascii(u64::from_le_bytes(*bytes), word.len() as u32), hash, "{word}");
            }
        }
        assert_ne!(hash_ascii(b"ab"), hash_ascii(b"abb"));
        assert_ne!(hash_ascii(b"12345678"), hash_ascii(b"12345679"));
    }

    #[test]
    fn few_bytes_are_read_like_many() {
        for length in 0..=8 {
            let bytes = &[1, 2, 3, 4, 5, 6, 7, 8][..length];
            let mut eight = [0; 8];
            eight[..length].copy_from_slice(bytes);
            assert_eq!(few_bytes(bytes), u64::from_le_bytes(eight));
        }
    }
}
