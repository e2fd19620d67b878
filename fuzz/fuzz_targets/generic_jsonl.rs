//! Throws made-up bytes at [`corpus::reports::generic_jsonl`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::generic_jsonl(data));
