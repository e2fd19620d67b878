//! Throws made-up bytes at [`corpus::sources::pfx2as`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::sources::pfx2as(data));
