//! Throws made-up bytes at [`corpus::values::time`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::values::time(data));
