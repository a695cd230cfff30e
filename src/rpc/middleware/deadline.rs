//! Deadlines, read once from the metadata of a call.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

use super::methods::DO_PUT;
use crate::rpc::error::{Error, field};

/// The caller's deadline, relative.
const TIMEOUT: &str = "grpc-timeout";

/// Watches of series and of boards, which end when the server drains.
const WATCHES: [&str; 2] = ["/atrad.v1.IndicatorService/Watch", "/atrad.v1.BoardService/WatchValues"];

/// Calls without a maximum deadline: watches, ingest streams, backups, health watches, reflection.
const OPEN_ENDED: [&str; 8] = [
    WATCHES[0],
    WATCHES[1],
    DO_PUT,
    "/atrad.v1.IngestService/IngestStream",
    "/atrad.v1.AdminService/Backup",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// The deadline of a call: the earlier of the caller's and the maximum of the server. `None` for an open-ended call whose
/// caller sets none.
pub(in crate::rpc) fn deadline(path: &str, headers: &HeaderMap, max: Duration) -> Option<Instant> {
    let asked = headers.get(TIMEOUT).and_then(|value| timeout(value.to_str().ok()?));
    let allowed = match (asked, OPEN_ENDED.contains(&path)) {
        (Some(asked), true) => asked,
        (None, true) => return None,
        (asked, false) => asked.map_or(max, |asked| asked.min(max)),
    };
    // An overflow is as good as no deadline.
    Instant::now().checked_add(allowed)
}

/// Whether a call ends when the server drains, as it would not end by itself. Streams of batches do, after their receipts.
pub(in crate::rpc) fn ends_with_drain(path: &str, deadline: Option<Instant>) -> bool {
    WATCHES.contains(&path) || (deadline.is_none() && !path.starts_with("/atrad") && path != DO_PUT)
}

/// Refuses a `grpc-timeout` that cannot be read. To ignore it would mean to compute for a caller that has long gone.
pub(in crate::rpc) fn check(headers: &HeaderMap) -> Result<(), Error> {
    let wrong = headers.get_all(TIMEOUT).iter().find(|value| value.to_str().ok().and_then(timeout).is_none());
    let expected = "1 to 8 digits and a unit (one of H M S m u n)";
    wrong.map_or(Ok(()), |value| Err(field("metadata grpc-timeout", expected, format!("{value:?}"))))
}

/// Parses `grpc-timeout`: at most 8 digits and a unit.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read() {
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("1u"), Some(Duration::from_micros(1)));
        for text in ["", "S", "1", "-1S", "1.5S", "123456789S", "1s", "1\u{e9}", "\u{e9}"] {
            assert_eq!(timeout(text), None, "{text}");
        }
    }

    #[test]
    fn a_timeout_that_cannot_be_read_is_refused() {
        let mut headers = HeaderMap::new();
        assert!(check(&headers).is_ok());
        headers.append(TIMEOUT, "10S".parse().expect("legal"));
        assert!(check(&headers).is_ok());
        headers.append(TIMEOUT, "soon".parse().expect("legal"));
        let error = check(&headers).expect_err("refused");
        assert_eq!(error.field().as_deref(), Some("metadata grpc-timeout"));
        assert!(error.to_string().ends_with("got \"soon\""), "{error}");
    }

    #[test]
    fn open_ended_calls_are_served() {
        let methods = crate::rpc::middleware::methods::methods();
        for path in OPEN_ENDED {
            assert!(methods.contains(path), "{path}");
        }
    }

    #[test]
    fn the_earlier_counts() {
        let mut headers = HeaderMap::new();
        let max = Duration::from_secs(60);
        let left = |headers: &HeaderMap, path| {
            deadline(path, headers, max).map(|at| at.saturating_duration_since(Instant::now()))
        };
        assert!(left(&headers, "/x").expect("limited") > Duration::from_secs(50));
        assert_eq!(left(&headers, OPEN_ENDED[0]), None);
        headers.insert("grpc-timeout", "1S".parse().expect("legal"));
        assert!(left(&headers, "/x").expect("limited") <= Duration::from_secs(1));
        assert!(left(&headers, OPEN_ENDED[0]).expect("limited") <= Duration::from_secs(1));
    }
}
