//! The size of the metadata of a call.
//!
//! HTTP/2 alone would answer 431 without a gRPC status, which clients report as UNKNOWN. So the connection takes some more
//! than the limit, and the call is refused here.

use http::HeaderMap;

use crate::app;
use crate::rpc::Error;

/// How much HTTP/2 adds to the size of an entry (RFC 9113, 6.5.2).
const ENTRY_BYTES: usize = 32;

/// The limit of the connection: metadata up to it is read, and then refused with a status if it exceeds the limit of calls.
/// Sixteen times as much covers mistakes; who sends more means harm and gets the bare 431.
pub(in crate::rpc) fn connection_max(metadata_bytes_max: u32) -> u32 {
    metadata_bytes_max.saturating_mul(16)
}

/// Refuses metadata of more than `max` bytes.
pub(in crate::rpc) fn check(headers: &HeaderMap, max: u32) -> Result<(), Error> {
    let bytes = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ENTRY_BYTES).sum::<usize>();
    let (max, needed) = (u64::from(max), bytes as u64);
    if needed <= max {
        return Ok(());
    }
    Err(app::Error::TooMuch { limit: "metadata_bytes_max", max, needed, hint: Some("send less metadata") }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_costs_its_text_and_32_bytes() {
        let mut headers = HeaderMap::new();
        headers.append("x-a", "12345".parse().expect("legal"));
        headers.append("x-a", "12345".parse().expect("legal"));
        assert!(check(&headers, 80).is_ok());
        let error = check(&headers, 79).expect_err("refused").to_string();
        assert!(error.starts_with("metadata_bytes_max allows at most 79, the request needs 80"), "{error}");
    }
}
