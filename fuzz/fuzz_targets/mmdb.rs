//! Throws made-up bytes at [`corpus::sources::mmdb`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::sources::mmdb(data));
