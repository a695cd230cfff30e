//! gzip of messages, whole.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::HeaderMap;
use tonic::Status;

/// Messages of fewer bytes are sent as they are.
pub(super) const BYTES_MIN: usize = 1024;

/// Whether a list of encodings, as in `br, gzip;q=0.5`, has gzip.
pub(super) fn accepts(headers: &HeaderMap, name: &str) -> bool {
    let lists = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|entry| {
        let (encoding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        encoding.trim().eq_ignore_ascii_case("gzip")
            && !matches!(parameters.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

/// Whether a message is compressed, by the header that names its encoding.
pub(super) fn is_gzip(headers: &HeaderMap, name: &str) -> Result<bool, Status> {
    match headers.get(name).map(|value| value.as_bytes()) {
        None | Some(b"" | b"identity") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(other) => {
            let given = String::from_utf8_lossy(other).into_owned();
            Err(Status::unimplemented(format!("{name} must be gzip or identity, got {given}")))
        }
    }
}

/// Compresses a message.
pub(super) fn pack(message: &[u8]) -> Vec<u8> {
    // The fastest level: digits compress little better at the others.
    let mut packer = GzEncoder::new(Vec::with_capacity(message.len() / 3), Compression::fast());
    packer.write_all(message).and_then(|()| packer.finish()).expect("memory takes everything")
}

/// Decompresses a message, up to `bytes_max` bytes and one more.
pub(super) fn unpack(message: &[u8], bytes_max: usize) -> Result<Vec<u8>, Status> {
    let mut unpacked = Vec::new();
    let read = GzDecoder::new(message).take(bytes_max as u64 + 1).read_to_end(&mut unpacked);
    read.map_err(|error| Status::invalid_argument(format!("Error decompressing: {error}")))?;
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_found_in_lists() {
        for (list, found) in
            [("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0, br", false), ("deflate", false), ("", false)]
        {
            let headers = [(http::header::ACCEPT_ENCODING, list.parse().expect("legal"))].into_iter().collect();
            assert_eq!(accepts(&headers, "accept-encoding"), found, "{list}");
        }
    }

    #[test]
    fn messages_are_packed_and_unpacked() {
        let message = b"0.125,".repeat(10_000);
        let packed = pack(&message);
        assert!(packed.len() < message.len() / 10);
        assert_eq!(unpack(&packed, 1 << 20).expect("good"), message);
        assert_eq!(unpack(&packed, 100).expect("good").len(), 101);
        for broken in [&packed[..packed.len() / 2], b"not gzip", b""] {
            assert_eq!(unpack(broken, 1 << 20).expect_err("broken").code(), tonic::Code::InvalidArgument);
        }
    }
}
