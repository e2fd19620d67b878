//! Throws made-up bytes at [`corpus::reports::intelmq`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::intelmq(data));
