//! Throws made-up bytes at [`corpus::reports::generic_csv`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::generic_csv(data));
