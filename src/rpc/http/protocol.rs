//! Which protocol a request speaks, told from its content type.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Json,
    Proto,
}

/// A protocol other than gRPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Connect with one message each way.
    Unary(Codec),
    /// Connect with messages in envelopes.
    Stream(Codec),
    /// gRPC-Web, in base64 if `is_text`.
    Web {
        /// In base64.
        is_text: bool,
    },
}

impl Codec {
    /// The content type of a message alone.
    pub(super) fn unary(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Proto => "application/proto",
        }
    }

    /// The content type of messages in envelopes.
    pub(super) fn stream(self) -> &'static str {
        match self {
            Self::Json => "application/connect+json",
            Self::Proto => "application/connect+proto",
        }
    }
}

/// Whether a request speaks gRPC: one look, which every call pays.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    let Some(given) = headers.get(CONTENT_TYPE) else { return false };
    let given = given.as_bytes();
    given.strip_prefix(b"application/grpc").is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

impl Protocol {
    /// The protocol of a request that is not gRPC.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let given = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let media_type = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match &*media_type {
            "application/json" => Self::Unary(Codec::Json),
            "application/proto" => Self::Unary(Codec::Proto),
            "application/connect+json" => Self::Stream(Codec::Json),
            "application/connect+proto" => Self::Stream(Codec::Proto),
            "application/grpc-web" | "application/grpc-web+proto" => Self::Web { is_text: false },
            "application/grpc-web-text" | "application/grpc-web-text+proto" => Self::Web { is_text: true },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &str) -> HeaderMap {
        [(CONTENT_TYPE, content_type.parse().expect("legal"))].into_iter().collect()
    }

    #[test]
    fn each_content_type_has_its_protocol() {
        for grpc in ["application/grpc", "application/grpc+proto", "application/grpc;x=1"] {
            assert!(is_grpc(&headers(grpc)), "{grpc}");
        }
        for (other, protocol) in [
            ("application/grpc-web", Some(Protocol::Web { is_text: false })),
            ("application/grpc-web-text+proto", Some(Protocol::Web { is_text: true })),
            ("application/json", Some(Protocol::Unary(Codec::Json))),
            ("Application/JSON; charset=utf-8", Some(Protocol::Unary(Codec::Json))),
            ("application/connect+proto", Some(Protocol::Stream(Codec::Proto))),
            ("application/x-www-form-urlencoded", None),
            ("text/plain", None),
        ] {
            assert_eq!((is_grpc(&headers(other)), Protocol::of(&headers(other))), (false, protocol), "{other}");
        }
        assert!(!is_grpc(&HeaderMap::new()) && Protocol::of(&HeaderMap::new()).is_none());
    }
}
