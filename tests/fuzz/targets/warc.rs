//! Searches for bytes that break what `copydesk_fuzz::warc` says of any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| copydesk_fuzz::warc(bytes));
