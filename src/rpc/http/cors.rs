//! Which web pages may call (CORS), and protection from those that may not.
//!
//! A browser sends the origin of the page with each request that could change something. So a request with an origin that is
//! not allowed is refused, also where the browser believes the page to be ours: a name that was made to point to this machine
//! (DNS rebinding) must not open it. The page of the server itself, if it has one, may call under names that nobody can make.

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use tonic::body::Body;

use crate::rpc::connection::peer::Origin as Place;
use crate::rpc::settings::{CorsOrigin, Settings};

/// How long a browser may remember what is allowed, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// What pages may send besides the origin.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");

/// Headers of requests that a page may set if it does not say which.
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, connect-protocol-version, connect-timeout-ms, content-type, grpc-timeout, x-grpc-web, x-request-id, \
     x-user-agent",
);

/// Headers of responses that a page may read.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "connect-content-encoding, grpc-message, grpc-status, grpc-status-details-bin, grpc-retry-pushback-ms, \
     trailer-grpc-retry-pushback-ms, x-request-id",
);

/// The value of `access-control-allow-origin`; `None` without an origin, an error with one that is not allowed.
pub(super) fn allowed<B>(request: &Request<B>, settings: &Settings) -> Result<Option<HeaderValue>, String> {
    if settings.page && is_own_page(request, settings) {
        return Ok(None);
    }
    of_list(request.headers(), &settings.cors_origins)
}

/// Whether a request comes from the page of this server: its origin is the host that it was sent to, and the name of that host
/// is an address or `localhost`, which no other site can have. Any other name will do if the server wants a token: another
/// site knows none.
fn is_own_page<B>(request: &Request<B>, settings: &Settings) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let (host, site) = (host(request), text("sec-fetch-site"));
    let is_same = match text(header::ORIGIN.as_str()) {
        Some(origin) => origin.split_once("://").is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host)),
        None => site.is_some(),
    };
    is_same && site.is_none_or(|site| site == "same-origin") && (settings.tokens.are_required() || is_local_name(host))
}

fn of_list(headers: &HeaderMap, origins: &[CorsOrigin]) -> Result<Option<HeaderValue>, String> {
    let is_any = origins.iter().any(CorsOrigin::is_any);
    let Some(given) = headers.get(header::ORIGIN) else {
        // A GET for an image or a script has no origin. `none` is what a person typed.
        let site = headers.get("sec-fetch-site").filter(|&site| !is_any && site != "none");
        return site
            .map_or(Ok(None), |site| Err(format!("another site ({})", String::from_utf8_lossy(site.as_bytes()))));
    };
    let text = String::from_utf8_lossy(given.as_bytes());
    if is_any {
        return Ok(Some(HeaderValue::from_static("*")));
    }
    match origins.iter().any(|origin| origin.is(&text)) {
        true => Ok(Some(given.clone())),
        false => Err(text.chars().take(80).collect()),
    }
}

/// The answer to a question of the browser before the request.
pub(super) fn preflight<B>(request: &Request<B>, origin: Option<&HeaderValue>) -> Option<Response<Body>> {
    let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let origin = origin.filter(|_| asks && request.method() == Method::OPTIONS)?;
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.cloned().unwrap_or(HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    // Asked for by pages of public addresses that call private ones.
    if request.headers().contains_key("access-control-request-private-network") {
        headers.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
    }
    allow(&mut response, Some(origin.clone()));
    Some(response)
}

/// Lets the page read the response.
pub(super) fn allow(response: &mut Response<Body>, origin: Option<HeaderValue>) {
    let Some(origin) = origin else { return };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

/// Whether a GET on this machine may come from a page whose name was made to point here: a browser sends no origin with
/// it, but the name. Who must know a token is safe from that.
pub(super) fn is_rebound<B>(request: &Request<B>, place: Place, settings: &Settings) -> bool {
    place == Place::Local && !settings.tokens.are_required() && !is_local_name(host(request))
}

/// The host that a request was sent to; empty if it does not say.
fn host<B>(request: &Request<B>) -> &str {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    authority.or(host).unwrap_or_default()
}

/// An address or `localhost`, with or without a port.
fn is_local_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> HeaderMap {
        [(header::ORIGIN, text.parse().expect("legal"))].into_iter().collect()
    }

    #[test]
    fn only_origins_on_the_list_may_call() {
        let list = [CorsOrigin::new("https://app.example").expect("good")];
        let allowed = of_list;
        assert_eq!(allowed(&HeaderMap::new(), &list), Ok(None));
        let same = "https://app.example";
        assert_eq!(allowed(&origin(same), &list), Ok(Some(same.parse().expect("legal"))));
        for other in ["https://app.example:8443", "http://app.example", "null", "https://evil.example"] {
            assert_eq!(allowed(&origin(other), &list), Err(other.to_owned()));
            assert_eq!(allowed(&origin(other), &[]), Err(other.to_owned()));
            let any = [CorsOrigin::new("*").expect("good")];
            assert_eq!(allowed(&origin(other), &any), Ok(Some(HeaderValue::from_static("*"))));
        }
        for (site, refused) in [("none", false), ("cross-site", true), ("same-origin", true)] {
            let headers = [(http::HeaderName::from_static("sec-fetch-site"), site.parse().expect("legal"))];
            assert_eq!(allowed(&headers.into_iter().collect(), &list).is_err(), refused, "{site}");
        }
    }

    #[test]
    fn the_own_page_may_call_under_names_that_nobody_can_make() {
        let may = |host: &str, headers: &[(&str, &str)], page: bool| {
            let mut request = Request::builder().uri("/x").header("host", host);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let settings = Settings { page, ..Settings::default() };
            allowed(&request.body(()).expect("a request"), &settings) == Ok(None)
        };
        let own = [("origin", "http://127.0.0.1:50051"), ("sec-fetch-site", "same-origin")];
        assert!(may("127.0.0.1:50051", &own, true) && may("127.0.0.1:50051", &own[..1], true));
        assert!(!may("127.0.0.1:50051", &own, false), "there is no page");
        assert!(may("localhost:1", &own[1..], true), "a GET has no origin");
        // Another port, another site that the browser tells, an opaque origin, a name that points here.
        assert!(!may("127.0.0.1:50052", &own, true));
        assert!(!may("127.0.0.1:50051", &[own[0], ("sec-fetch-site", "cross-site")], true));
        assert!(!may("127.0.0.1:50051", &[("origin", "null")], true));
        assert!(!may("evil.example:50051", &[("origin", "http://evil.example:50051"), own[1]], true));
        assert!(!may("evil.example:50051", &own[1..], true));
    }

    #[test]
    fn a_name_that_points_here_is_not_local() {
        for local in ["localhost", "LOCALHOST:50051", "127.0.0.1", "127.0.0.1:50051", "[::1]:50051", "[::1]"] {
            assert!(is_local_name(local), "{local}");
        }
        for other in ["evil.example", "evil.example:50051", "localhost.evil.example", ""] {
            assert!(!is_local_name(other), "{other}");
        }
    }
}
