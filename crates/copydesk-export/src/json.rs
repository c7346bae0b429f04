//! Strings as JSON, at the speed at which bytes are copied.
//!
//! Texts are long and hardly anything in them needs an escape: whole runs are looked over and copied
//! at once. What comes out is byte for byte what `serde_json` writes; what the strings mean is not
//! known here.

use serde::Serialize;

/// So many bytes are looked over in one go; the compiler makes a few instructions of it.
const STRIDE: usize = 32;

/// Appends a string in quotes.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    loop {
        let (plain, others) = rest.split_at(plain_bytes(rest));
        out.extend_from_slice(plain);
        let Some((&special, behind)) = others.split_first() else { break };
        write_escape(special, out);
        rest = behind;
    }
    out.push(b'"');
}

/// Appends any row and a line end.
pub(crate) fn write_line(row: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, row)
        .expect("rows are strings and numbers, and memory does not fail to write");
    out.push(b'\n');
}

/// How many bytes from the front need no escape.
fn plain_bytes(bytes: &[u8]) -> usize {
    let (strides, _) = bytes.as_chunks::<STRIDE>();
    let plain = strides.iter().take_while(|stride| !has_special(stride)).count() * STRIDE;
    plain + bytes[plain..].iter().take_while(|byte| !is_special(**byte)).count()
}

fn has_special(stride: &[u8; STRIDE]) -> bool {
    // without a way out in the middle, which would keep the bytes from being looked at together
    stride.iter().fold(false, |found, &byte| found | is_special(byte))
}

fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let letter = match byte {
        b'\n' => b'n',
        b'\t' => b't',
        b'\r' => b'r',
        0x08 => b'b',
        0x0c => b'f',
        b'"' | b'\\' => byte,
        _ => {
            let digit = |half: u8| DIGITS[usize::from(half)];
            return out.extend([b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
        }
    };
    out.extend([b'\\', letter]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_written_as_serde_json_writes_them() {
        let every: String = (0..=0x2100).filter_map(char::from_u32).collect();
        for start in every.char_indices().map(|(at, _)| at).take(100) {
            let mut out = Vec::new();
            write_string(&every[start..], &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&every[start..]).unwrap());
        }
    }

    #[test]
    fn a_special_byte_is_found_wherever_it_stands() {
        for length in 0..100 {
            let plain = "x".repeat(length);
            assert_eq!(plain_bytes(plain.as_bytes()), length);
            assert_eq!(plain_bytes(format!("{plain}\"{plain}\\").as_bytes()), length);
        }
    }
}
