//! The next byte that means something, eight at a time.
//!
//! Sixteen at a time, with SSE2, read pages 2 to 12 % faster (`tests/bench/html`, two runs each way), and would need the
//! only `unsafe` of this crate.

/// Bytes looked at together.
const WIDE: usize = 8;
const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// The place of the first byte from `from` on that is one of `needles`, or the end.
#[inline]
pub(crate) fn find<const N: usize>(bytes: &[u8], from: usize, needles: [u8; N]) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<WIDE>) {
        let hits = hits(u64::from_le_bytes(*chunk), needles);
        if hits != 0 {
            return at + hits.trailing_zeros() as usize / 8;
        }
        at += WIDE;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| needles.contains(byte)).map_or(bytes.len(), |place| at + place)
}

/// A bit in each byte that is one of `needles`; only the lowest is sure to be one.
#[inline]
fn hits<const N: usize>(chunk: u64, needles: [u8; N]) -> u64 {
    needles.into_iter().fold(0, |hits, needle| {
        let zero = chunk ^ (ONES * u64::from(needle));
        hits | (zero.wrapping_sub(ONES) & !zero & HIGH)
    })
}

/// Whether a byte is white space of the standard.
#[inline]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | 0x0c)
}

/// How many bytes of white space stand at the beginning.
#[inline]
pub(crate) fn leading_space(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| !is_space(byte)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_needle_is_found_wherever_it_stands() {
        let longest = if cfg!(miri) { 20 } else { 70 };
        for length in 0..longest {
            for place in 0..=length {
                let mut bytes = vec![b'x'; length];
                if place < length {
                    bytes[place] = b'&';
                    bytes[place..].iter_mut().skip(1).for_each(|byte| *byte = b'<');
                }
                for from in 0..=place {
                    assert_eq!(find(&bytes, from, [b'<', b'&', 0, b'\r']), place);
                }
            }
        }
    }

    #[test]
    fn beyond_the_end_nothing_is_found() {
        assert_eq!(find(b"abc", 7, [b'a']), 3);
    }

    #[test]
    fn space_is_what_the_standard_says() {
        assert_eq!(
            (leading_space(b" \t\n\x0c\rx "), leading_space(b"\x0b"), leading_space(b"  ")),
            (5, 0, 2)
        );
    }
}
