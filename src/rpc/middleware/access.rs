//! Who may make which call.
//!
//! | call | may be made by |
//! |---|---|
//! | health | everybody: probes have no token |
//! | an admin call | who sends a token with the scope `admin`; without an admin token and without a file of tokens, callers on this machine who may make any other call |
//! | any other call | who sends a token with the scope of the call; without tokens in the settings, or with an admin token alone, everybody |
//!
//! Admin calls act on the server as a whole or remove bars for good. Callers on this machine could do the same to the data
//! folder itself, which is why they need no admin token until there is one; behind a proxy on this machine everybody
//! is local, so set one there.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::app::{Identity, Scope};
use crate::rpc::Error;
use crate::rpc::connection::peer::Origin;
use crate::rpc::identity::Rules;

/// What calls need, by the beginning of their path; the first that fits counts. `None` is for everybody.
const SCOPES: [(&str, Option<Scope>); 23] = [
    ("/grpc.health.v1.Health/", None),
    ("/grpc.reflection.", Some(Scope::Read)),
    ("/atrad.v1.IndicatorService/", Some(Scope::Read)),
    ("/atrad.v1.IngestService/", Some(Scope::Write)),
    // They remove bars for good.
    ("/atrad.v1.SeriesService/DeleteSeries", Some(Scope::Admin)),
    ("/atrad.v1.SeriesService/SetRetention", Some(Scope::Admin)),
    ("/atrad.v1.SeriesService/AcceptLoss", Some(Scope::Admin)),
    ("/atrad.v1.SeriesService/PutCorporateActions", Some(Scope::Write)),
    ("/atrad.v1.SeriesService/DeleteCorporateActions", Some(Scope::Write)),
    ("/atrad.v1.SeriesService/", Some(Scope::Read)),
    ("/atrad.v1.SavedResultService/ExpireSavedResult", Some(Scope::Write)),
    ("/atrad.v1.SavedResultService/DeleteSavedResult", Some(Scope::Write)),
    ("/atrad.v1.SavedResultService/", Some(Scope::Read)),
    ("/atrad.v1.CacheService/Get", Some(Scope::Read)),
    ("/atrad.v1.CacheService/", Some(Scope::Write)),
    ("/atrad.v1.BoardService/PostValue", Some(Scope::Write)),
    ("/atrad.v1.BoardService/DeleteValue", Some(Scope::Write)),
    ("/atrad.v1.BoardService/", Some(Scope::Read)),
    ("/atrad.v1.ClockService/", Some(Scope::Read)),
    ("/atrad.v1.AdminService/", Some(Scope::Admin)),
    // An alert runs without the token of its creator, and may call addresses.
    ("/atrad.v1.AlertService/", Some(Scope::Admin)),
    ("/arrow.flight.protocol.FlightService/DoPut", Some(Scope::Write)),
    ("/arrow.flight.protocol.FlightService/", Some(Scope::Read)),
];

/// What a call needs. What is not listed is an admin call, until somebody has thought about it.
pub(in crate::rpc) fn scope(path: &str) -> Option<Scope> {
    let found = SCOPES.iter().find(|(beginning, _)| path.starts_with(beginning));
    found.map_or(Some(Scope::Admin), |(_, scope)| *scope)
}

/// Who makes a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    /// Whom its token stands for.
    pub(super) identity: Option<&'a Identity>,
    /// Where it is.
    pub(super) origin: Origin,
}

/// Refuses a call that its caller may not make.
pub(super) fn check(path: &str, scope: Option<Scope>, caller: Caller<'_>, rules: Rules) -> Result<(), Error> {
    let Some(scope) = scope else { return Ok(()) };
    let Caller { identity, origin } = caller;
    let call = || path.trim_start_matches('/').to_owned();
    let denied = |remedy| Err(Error::Denied { call: call(), remedy });
    match (scope, identity) {
        (scope, Some(identity)) if identity.scopes.has(scope) => Ok(()),
        (Scope::Admin, Some(_)) if rules.is_admin_by_token => denied("send the admin token"),
        (Scope::Admin, None) if rules.is_admin_by_token => Err(Error::Unauthenticated { expected: "the admin token" }),
        (_, None) if rules.is_required => Err(Error::Unauthenticated { expected: "a token" }),
        (Scope::Admin, _) if origin == Origin::Remote => {
            denied("call from the server's own machine, or start it with --admin-token")
        }
        (Scope::Admin, _) | (_, None) => Ok(()),
        (scope, Some(Identity { name, scopes, .. })) => {
            Err(Error::OutOfScope { call: call(), needed: scope.name(), token: name.clone(), scopes: *scopes })
        }
    }
}

/// The bearer token of a call; empty if there is none.
pub(super) fn bearer(headers: &HeaderMap) -> &[u8] {
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
    const INGEST: &str = "/atrad.v1.IngestService/Ingest";
    const BACKUP: &str = "/atrad.v1.AdminService/Backup";

    /// `ok`, `who?` for UNAUTHENTICATED or `no` for PERMISSION_DENIED.
    fn outcome(path: &str, scopes: Option<&[Scope]>, origin: Origin, rules: Rules) -> &'static str {
        let identity = scopes.map(|scopes| Identity::new("desk", scopes.iter().copied()));
        match check(path, scope(path), Caller { identity: identity.as_ref(), origin }, rules) {
            Ok(()) => "ok",
            Err(Error::Unauthenticated { .. }) => "who?",
            Err(Error::Denied { .. } | Error::OutOfScope { .. }) => "no",
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn each_call_is_for_whom_the_table_says() {
        use Scope::{Admin, Read, Write};
        // Without tokens, with a token, with an admin token, with both or a file.
        let [open, user, admin, both] = [(false, false), (true, false), (false, true), (true, true)]
            .map(|(is_required, is_admin_by_token)| Rules { is_required, is_admin_by_token });
        let users: &[Scope] = &[Read, Write];
        // Rules, whom the token stands for, an admin call from here, one from elsewhere, reading and writing from elsewhere.
        for (rules, scopes, local, remote, read, write) in [
            (open, None, "ok", "no", "ok", "ok"),
            (user, None, "who?", "who?", "who?", "who?"),
            (user, Some(users), "ok", "no", "ok", "ok"),
            (admin, None, "who?", "who?", "ok", "ok"),
            (admin, Some(&Scope::ALL[..]), "ok", "ok", "ok", "ok"),
            (both, None, "who?", "who?", "who?", "who?"),
            (both, Some(users), "no", "no", "ok", "ok"),
            (both, Some(&Scope::ALL), "ok", "ok", "ok", "ok"),
            (both, Some(&[Read]), "no", "no", "ok", "no"),
            (both, Some(&[Write]), "no", "no", "no", "ok"),
            (both, Some(&[Admin]), "ok", "ok", "no", "no"),
        ] {
            let calls = [
                (BACKUP, Origin::Local),
                (BACKUP, Origin::Remote),
                (COMPUTE, Origin::Remote),
                (INGEST, Origin::Remote),
            ];
            let found = calls.map(|(path, origin)| outcome(path, scopes, origin, rules));
            assert_eq!(found, [local, remote, read, write], "{rules:?} {scopes:?}");
            assert_eq!(outcome(BACKUP, scopes, Origin::Process, rules), local);
            assert_eq!(outcome("/grpc.health.v1.Health/Check", scopes, Origin::Remote, rules), "ok");
        }
    }

    #[test]
    fn every_call_has_a_scope() {
        let known = methods();
        for path in &known {
            assert!(
                SCOPES.iter().any(|(start, _)| path.starts_with(start)),
                "{path}: who may call it? add it to SCOPES"
            );
        }
        for (start, _) in SCOPES {
            assert!(known.iter().any(|path| path.starts_with(start)), "{start}: there is no such call");
        }
        let admin = known.iter().filter(|path| scope(path) == Some(Scope::Admin)).count();
        assert_eq!(admin, 3 + 5 + 5, "a new admin call? see the table and docs/operations.md");
        for path in [
            "/atrad.v1.CacheService/Put",
            "/atrad.v1.CacheService/CompareAndSet",
            "/atrad.v1.CacheService/PutMany",
            "/atrad.v1.CacheService/Delete",
            INGEST,
        ] {
            assert_eq!(scope(path), Some(Scope::Write), "{path}");
        }
        assert_eq!(scope("/atrad.v1.AdminServiceX/Check"), Some(Scope::Admin), "not known");
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
