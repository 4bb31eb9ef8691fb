#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| claude_bedrock_fuzz::aws_answers(data));
