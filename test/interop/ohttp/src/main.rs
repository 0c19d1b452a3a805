//! A client and a gateway over the crates `ohttp` and `bhttp`, for tests, and the speed of their seals, for the bench.
//!
//!   ohttp-peer ask URL KEYS whole|chunked|unfinished METHOD PATH [NAME=VALUE]...   content on standard input
//!   ohttp-peer serve
//!   ohttp-peer speed x25519|xwing BYTES

mod ask;
mod serve;
mod speed;

use std::env;

pub type Failure = Box<dyn std::error::Error>;

pub const WHOLE_REQUEST: &str = "message/ohttp-req";
pub const WHOLE_RESPONSE: &str = "message/ohttp-res";
pub const CHUNKED_REQUEST: &str = "message/ohttp-chunked-req";
pub const CHUNKED_RESPONSE: &str = "message/ohttp-chunked-res";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["ask", url, keys, form, method, path, headers @ ..] => {
            ask::ask(url, keys, form, (method, path, headers))
        }
        ["serve"] => serve::serve(),
        ["speed", kem, bytes] => speed::speed(kem, bytes.parse()?),
        _ => Err("see main.rs for how to call it".into()),
    }
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn from_hex(text: &str) -> Result<Vec<u8>, Failure> {
    (0..text.len())
        .step_by(2)
        .map(|i| Ok(u8::from_str_radix(text.get(i..i + 2).ok_or("odd")?, 16)?))
        .collect()
}
