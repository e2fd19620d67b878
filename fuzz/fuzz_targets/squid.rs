//! Throws made-up bytes at [`corpus::reports::squid`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::squid(data));
