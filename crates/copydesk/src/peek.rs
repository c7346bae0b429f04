//! `peek`: the bytes at a place of a file, as a row of the quarantine names it.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use copydesk_store::{Limits, Place};

use crate::Finish;
use crate::args::PeekArgs;
use crate::escape::Escaped;

pub(crate) fn peek(args: &PeekArgs) -> anyhow::Result<Finish> {
    let found = copydesk_store::find(std::slice::from_ref(&args.file), Path::new(""))?;
    let [file] = &found.files[..] else { anyhow::bail!("`{}` is not one file; name one", args.file) };
    let (offset, member) = (args.offset, args.member);
    let bytes = if args.disk {
        file.blob.bytes(offset..offset.saturating_add(args.length))
    } else {
        copydesk_store::bytes_at(&file.blob, Place { member, offset }, args.length, Limits::default())
    };
    let bytes = bytes.context("these bytes cannot be read")?;
    if bytes.is_empty() && args.length > 0 {
        anyhow::bail!("`{}` has no byte {offset}", args.file);
    }
    if args.raw {
        std::io::stdout().lock().write_all(&bytes)?;
    } else {
        write_escaped(&bytes, &mut anstream::stdout().lock())?;
    }
    Ok(Finish::Clean)
}

/// Line breaks stay; whatever could steer a terminal, and what is no UTF-8, is written out.
fn write_escaped(bytes: &[u8], out: &mut impl Write) -> std::io::Result<()> {
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        for chunk in line.strip_suffix(b"\n").unwrap_or(line).utf8_chunks() {
            write!(out, "{}", Escaped(chunk.valid()))?;
            chunk.invalid().iter().try_for_each(|byte| write!(out, "\\x{byte:02x}"))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_and_not_obeyed() {
        let mut out = Vec::new();
        write_escaped(b"a\x1b[31m\xffb\r\nc", &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a\\u{1b}[31m\\xffb\\u{d}\nc\n");
    }
}
