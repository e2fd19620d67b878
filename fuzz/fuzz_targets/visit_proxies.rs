//! Throws made-up bytes at [`corpus::visits::proxies`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::visits::proxies(data));
