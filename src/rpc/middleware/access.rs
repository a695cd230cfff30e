//! Who may make which call.
//!
//! | call | may be made by |
//! |---|---|
//! | health | everybody: probes have no token |
//! | an admin call | who sends the admin token; without one in the settings, callers on this machine who may make any other call |
//! | any other call | who sends the token or the admin token; without a token in the settings, everybody |
//!
//! Admin calls act on the server as a whole or remove bars for good. Callers on this machine could do the same to the data
//! folder itself, which is why they need no admin token until there is one; behind a proxy on this machine everybody
//! is local, so set one there.

use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};

use crate::rpc::connection::peer::Origin;
use crate::rpc::{Error, Settings, Token, proto};

/// Calls for everybody.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// The methods of the series service that remove bars for good. All methods of the admin service are admin calls.
const REMOVES_BARS: [&str; 3] = ["DeleteSeries", "SetRetention", "AcceptLoss"];

/// Refuses a call that its caller may not make.
pub(in crate::rpc) fn check<B>(request: &Request<B>, settings: &Settings) -> Result<(), Error> {
    let (path, given) = (request.uri().path(), bearer(request.headers()));
    let origin = request.extensions().get().copied().unwrap_or(Origin::Remote);
    allowed(path, given, origin, settings)?;
    if origin != Origin::Process && is_admin_call(path) {
        tracing::info!(call = path, ?origin, "admin call");
    }
    Ok(())
}

fn allowed(path: &str, given: &[u8], origin: Origin, settings: &Settings) -> Result<(), Error> {
    let sent = |token: &Option<Token>| token.as_ref().is_some_and(|token| token.is(given));
    let (is_user, is_admin) = (sent(&settings.token), sent(&settings.admin_token));
    let may_use = settings.token.is_none() || is_user;
    let denied = |remedy| Err(Error::Denied { call: path.trim_start_matches('/').into(), remedy });
    if is_admin || path.starts_with(HEALTH) {
        return Ok(());
    }
    match (is_admin_call(path), &settings.admin_token) {
        (false, _) if may_use => Ok(()),
        (true, None) if may_use && origin != Origin::Remote => Ok(()),
        (true, None) if may_use => denied("call from the server's own machine, or start it with --admin-token"),
        (true, Some(_)) if is_user => denied("send the admin token"),
        (true, Some(_)) => Err(Error::Unauthenticated { expected: "the admin token" }),
        (_, _) => Err(Error::Unauthenticated { expected: "a token" }),
    }
}

fn is_admin_call(path: &str) -> bool {
    let method = |service: &str| path.strip_prefix('/')?.strip_prefix(service)?.strip_prefix('/');
    method(proto::admin_service_server::SERVICE_NAME).is_some()
        || method(proto::series_service_server::SERVICE_NAME).is_some_and(|name| REMOVES_BARS.contains(&name))
}

/// The bearer token of a call; empty if there is none.
fn bearer(headers: &HeaderMap) -> &[u8] {
    let given = headers.get(AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    match given.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token,
        _ => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::middleware::methods::methods;

    const COMPUTE: &str = "/atrad.v1.IndicatorService/Compute";
    const BACKUP: &str = "/atrad.v1.AdminService/Backup";

    fn settings(token: Option<&str>, admin_token: Option<&str>) -> Settings {
        let of = |text: &str| Token::new(text).expect("good");
        Settings { token: token.map(of), admin_token: admin_token.map(of), ..Settings::default() }
    }

    /// `ok`, `who?` for UNAUTHENTICATED or `no` for PERMISSION_DENIED.
    fn outcome(path: &str, given: &str, origin: Origin, settings: &Settings) -> &'static str {
        match allowed(path, given.as_bytes(), origin, settings) {
            Ok(()) => "ok",
            Err(Error::Unauthenticated { .. }) => "who?",
            Err(Error::Denied { .. }) => "no",
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn each_call_is_for_whom_the_table_says() {
        let [open, user, admin, both] = [(None, None), (Some("u"), None), (None, Some("a")), (Some("u"), Some("a"))]
            .map(|(token, admin_token)| settings(token, admin_token));
        // Settings, what is sent, an admin call from here, one from elsewhere, any other call from elsewhere.
        for (settings, given, local, remote, other) in [
            (&open, "", "ok", "no", "ok"),
            (&open, "u", "ok", "no", "ok"),
            (&user, "", "who?", "who?", "who?"),
            (&user, "x", "who?", "who?", "who?"),
            (&user, "u", "ok", "no", "ok"),
            (&admin, "", "who?", "who?", "ok"),
            (&admin, "a", "ok", "ok", "ok"),
            (&both, "", "who?", "who?", "who?"),
            (&both, "u", "no", "no", "ok"),
            (&both, "a", "ok", "ok", "ok"),
            (&both, "aa", "who?", "who?", "who?"),
        ] {
            let found = [(BACKUP, Origin::Local), (BACKUP, Origin::Remote), (COMPUTE, Origin::Remote)]
                .map(|(path, origin)| outcome(path, given, origin, settings));
            assert_eq!(found, [local, remote, other], "{settings:?} {given:?}");
            assert_eq!(outcome(BACKUP, given, Origin::Process, settings), local);
            assert_eq!(outcome("/grpc.health.v1.Health/Check", given, Origin::Remote, settings), "ok");
        }
    }

    #[test]
    fn admin_calls_are_methods_of_this_server() {
        let known = methods();
        for name in REMOVES_BARS {
            let path = format!("/atrad.v1.SeriesService/{name}");
            assert!(known.contains(&*path) && is_admin_call(&path), "{path}");
        }
        let count = known.iter().filter(|path| is_admin_call(path)).count();
        assert_eq!(count, REMOVES_BARS.len() + 4, "a new admin call? see the table and docs/operations.md");
        assert!(
            !is_admin_call("/atrad.v1.SeriesService/ListSeries") && !is_admin_call("/atrad.v1.AdminServiceX/Check")
        );
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        let sent = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, text.parse().expect("legal"));
            String::from_utf8(bearer(&headers).to_vec()).expect("text")
        };
        assert_eq!([sent("Bearer secret"), sent("bearer secret")], ["secret", "secret"]);
        for wrong in ["", "secret", "Bearer", "Basic secret", "Bearersecret"] {
            assert_eq!(sent(wrong), "", "{wrong}");
        }
    }
}
