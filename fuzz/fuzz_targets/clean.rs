//! Throws made-up bytes at [`corpus::values::clean`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::values::clean(data));
