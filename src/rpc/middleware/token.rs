//! The bearer token, if the server requires one.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;

use crate::rpc::Error;

/// Calls without a token: health probes.
const OPEN: &str = "/grpc.health.v1.Health/";

/// Checks the token of a call in constant time.
pub(in crate::rpc) fn check(path: &str, headers: &HeaderMap, expected: Option<&str>) -> Result<(), Error> {
    let Some(expected) = expected else { return Ok(()) };
    let given = headers.get(AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    let token = match given.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token,
        _ => b"",
    };
    let shown = bool::from(token.ct_eq(expected.as_bytes()));
    if shown || path.starts_with(OPEN) { Ok(()) } else { Err(Error::Token) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_token_opens() {
        let try_with = |path: &str, value: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(AUTHORIZATION, value.parse().expect("legal"));
            }
            check(path, &headers, Some("secret")).is_ok()
        };
        assert!(try_with("/x", Some("Bearer secret")) && try_with("/x", Some("bearer secret")));
        for value in [None, Some(""), Some("secret"), Some("Bearer "), Some("Bearer secre"), Some("Bearer secrets")] {
            assert!(!try_with("/x", value), "{value:?}");
        }
        assert!(try_with("/grpc.health.v1.Health/Check", None));
        assert!(check("/x", &HeaderMap::new(), None).is_ok());
    }
}
