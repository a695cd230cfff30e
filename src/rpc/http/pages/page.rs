//! The page of the server (`--ui`): static files, built from `ui/` and embedded at compile time.
//!
//! They hold no data: what the page shows it asks by the calls of the API, which check tokens as ever. The policy of its
//! headers lets the browser run the two files of the page and nothing else, so that a symbol or a label that is markup stays
//! text, and no other site may frame it.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use tonic::body::Body;

use crate::rpc::http::compression;

/// Where the page is.
const PATH: &str = "/ui/";

/// What the browser may load, run, frame and send to: this server only.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Headers of every file beside the policy.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // Asked for again each time, and answered with 304 unless the server was replaced.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (header::VARY, HeaderValue::from_static("accept-encoding")),
];

/// A file, as it is sent.
struct File {
    name: &'static str,
    kind: HeaderValue,
    text: &'static [u8],
    packed: Bytes,
    tag: HeaderValue,
}

impl File {
    fn new(name: &'static str, kind: &'static str, text: &'static [u8]) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, text);
        let hex: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        // Weak: the same for both encodings.
        let tag = format!("W/\"{hex}\"").parse().expect("printable ASCII");
        let packed = compression::pack(text).into();
        Self { name, kind: HeaderValue::from_static(kind), text, packed, tag }
    }
}

static FILES: LazyLock<[File; 5]> = LazyLock::new(|| {
    [
        File::new("", "text/html; charset=utf-8", include_bytes!("../../../../ui/dist/index.html")),
        File::new("app.js", "text/javascript; charset=utf-8", include_bytes!("../../../../ui/dist/app.js")),
        File::new("app.css", "text/css; charset=utf-8", include_bytes!("../../../../ui/dist/app.css")),
        File::new("icon.svg", "image/svg+xml", include_bytes!("../../../../ui/dist/icon.svg")),
        File::new("licenses.txt", "text/plain; charset=utf-8", include_bytes!("../../../../ui/dist/licenses.txt")),
    ]
});

/// The answer to a request for the page; `None` to any other request.
pub(in crate::rpc) fn answer<B>(request: &Request<B>) -> Option<Response<Body>> {
    let is_read = request.method() == Method::GET || request.method() == Method::HEAD;
    let path = Some(request.uri().path()).filter(|_| is_read)?;
    if path == "/" || path == "/ui" {
        return Some(moved());
    }
    let name = path.strip_prefix(PATH)?;
    let file = FILES.iter().find(|file| file.name == name)?;
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    let is_known = known.split(',').any(|tag| tag.trim() == file.tag);
    let is_packed = compression::accepts(request.headers(), header::ACCEPT_ENCODING.as_str());
    let body = match (is_known, is_packed) {
        (true, _) => Bytes::new(),
        (false, true) => file.packed.clone(),
        (false, false) => Bytes::from_static(file.text),
    };
    let mut response = Response::new(Body::new(Full::new(body)));
    let headers = response.headers_mut();
    headers.extend(HEADERS);
    headers.insert(header::ETAG, file.tag.clone());
    headers.insert(header::CONTENT_TYPE, file.kind.clone());
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}

fn moved() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(PATH));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, headers: &[(HeaderName, &str)]) -> Option<Response<Body>> {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        answer(&request.body(()).expect("a request"))
    }

    #[test]
    fn files_are_served_once() {
        let page = get("/ui/", &[]).expect("a page");
        assert_eq!(
            (page.status(), page.headers()[header::CONTENT_TYPE].as_bytes()),
            (StatusCode::OK, &b"text/html; charset=utf-8"[..])
        );
        let tag = page.headers()[header::ETAG].to_str().expect("text");
        for known in [tag.to_owned(), format!("\"x\", {tag}")] {
            assert_eq!(
                get("/ui/", &[(header::IF_NONE_MATCH, &known)]).expect("known").status(),
                StatusCode::NOT_MODIFIED
            );
        }
        let packed = get("/ui/app.js", &[(header::ACCEPT_ENCODING, "br, gzip")]).expect("a script");
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(get("/", &[]).expect("moved").headers()[header::LOCATION], "/ui/");
        for other in ["/ui/app.ts", "/ui/../Cargo.toml", "/ui/app.js/", "/uix", "/openapi.json"] {
            assert!(get(other, &[]).is_none(), "{other}");
        }
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere_or_written_inline() {
        let html = std::str::from_utf8(FILES[0].text).expect("text");
        assert!(
            html.contains("<script type=\"module\" src=\"app.js\"></script>") && !html.contains("style="),
            "{html}"
        );
        assert!(!html.contains("://") && !html.contains(" on"), "{html}");
        let policy = POLICY.to_str().expect("text").to_owned();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains('*'),
            "{policy}"
        );
    }
}
