//! What has changed since an earlier answer: the token of a flag, and what to ask with next.

use atrad::rpc::wire::ComputeResponse;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;

use crate::cli::times;

/// Reads the token of a flag.
pub(super) fn token(text: &str) -> Result<Bytes, String> {
    let token = BASE64_URL_SAFE_NO_PAD.decode(text);
    token.map(Bytes::from).map_err(|_| "expected the token that was printed with the epoch".to_owned())
}

/// Tells how the rows relate to those of before, and with what to ask next.
pub(super) fn tell(first: &ComputeResponse) {
    if first.since_token.is_empty() {
        return;
    }
    match first.changed_from {
        None => eprintln!("earlier rows stay as they are"),
        Some(i64::MIN) => eprintln!("all earlier rows are void"),
        Some(from) => eprintln!("earlier rows from {} on are void", times::write(from)),
    }
    let token = BASE64_URL_SAFE_NO_PAD.encode(&first.since_token);
    eprintln!("next: --since-epoch {} --since-token {token}", first.epoch);
}
