//! Throws made-up bytes at [`corpus::sources::whois`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::sources::whois(data));
