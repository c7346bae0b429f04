//! Searches for bytes that break what `copydesk_fuzz::tree` says of any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| copydesk_fuzz::tree(bytes));
