//! Throws made-up bytes at [`corpus::reports::dns_log`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::dns_log(data));
