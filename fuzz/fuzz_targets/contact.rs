//! Throws made-up bytes at [`corpus::lists::contact`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::lists::contact(data));
