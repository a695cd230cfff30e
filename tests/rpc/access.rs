//! Who gets in, and what stands in the metadata of a call.

use std::sync::Arc;

use atrad::app::Limits;
use atrad::rpc::proto::admin_service_client::AdminServiceClient;
use atrad::rpc::proto::{AcceptLossRequest, DeleteSeriesRequest, GetProfileRequest, SetRetentionRequest};
use atrad::rpc::{Settings, Token, TokenSource, Tokens};
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::raw::send_plain;
use crate::server::{Server, id, question};

pub(crate) fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    if !token.is_empty() {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("legal"));
    }
    request
}

async fn server(token: Option<&str>, admin_token: Option<&str>) -> Server {
    let of = |text| Token::new(text).expect("good");
    let source = TokenSource { token: token.map(of), admin_token: admin_token.map(of), file: None };
    let settings = Settings { tokens: Arc::new(Tokens::new(source).expect("no file")), ..Settings::default() };
    Server::with(Limits::default(), settings).await
}

/// The codes of every call that only admins may make, on a series that does not exist.
async fn admin_codes(server: &Server, token: &str) -> Vec<Code> {
    let mut admin = AdminServiceClient::new(server.channel.clone());
    let profile = admin.get_profile(with_token(GetProfileRequest {}, token)).await.map(drop);
    let retention = SetRetentionRequest { series: id("NONE"), retention: None };
    let removals = [
        server.series().delete_series(with_token(DeleteSeriesRequest { series: id("NONE") }, token)).await.map(drop),
        server.series().accept_loss(with_token(AcceptLossRequest { series: id("NONE") }, token)).await.map(drop),
        server.series().set_retention(with_token(retention, token)).await.map(drop),
    ];
    let code = |done: Result<(), tonic::Status>| done.map_or_else(|status| status.code(), |()| Code::Ok);
    std::iter::once(profile).chain(removals).map(code).collect()
}

async fn code(server: &Server, token: &str) -> Code {
    let asked = with_token(question("NONE", &["close"], None), token);
    server.indicators().compute(asked).await.expect_err("no series").code()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_asked_for_but_not_of_probes() {
    let server = server(Some("secret"), None).await;
    let status = server.indicators().compute(question("A", &["close"], None)).await.expect_err("refused");
    assert_eq!(status.code(), Code::Unauthenticated);
    assert!(status.get_details_request_info().is_some());
    for wrong in ["wrong", "secret2", "secre"] {
        assert_eq!(code(&server, wrong).await, Code::Unauthenticated, "{wrong}");
    }
    assert_eq!(code(&server, "secret").await, Code::NotFound);
    HealthClient::new(server.channel.clone()).check(HealthCheckRequest::default()).await.expect("open to probes");
}

#[tokio::test(flavor = "multi_thread")]
async fn admin_calls_need_the_admin_token() {
    let done = [Code::Ok, Code::NotFound, Code::NotFound, Code::NotFound];
    let both = server(Some("user"), Some("admin")).await;
    assert_eq!(admin_codes(&both, "").await, [Code::Unauthenticated; 4]);
    assert_eq!(admin_codes(&both, "user").await, [Code::PermissionDenied; 4]);
    assert_eq!(admin_codes(&both, "admin").await, done);
    assert_eq!(code(&both, "user").await, Code::NotFound);
    assert_eq!(code(&both, "admin").await, Code::NotFound, "it opens all other calls");
    // Without an admin token, this machine is trusted as far as the token trusts it.
    let user = server(Some("user"), None).await;
    assert_eq!(admin_codes(&user, "").await, [Code::Unauthenticated; 4]);
    assert_eq!(admin_codes(&user, "user").await, done);
    assert_eq!(admin_codes(&Server::start().await, "").await, done);
    let admin = server(None, Some("admin")).await;
    assert_eq!(code(&admin, "").await, Code::NotFound);
    assert_eq!(admin_codes(&admin, "").await, [Code::Unauthenticated; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_that_is_none_is_refused() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    for wrong in ["", "1", "S", "-1S", "1.5S", "123456789S", "10s", "1 S", "\u{e9}S"] {
        let asked = question("A", &["close"], None);
        let status = send_plain(&server.address, &[("grpc-timeout", wrong)], &asked).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{wrong:?}: {status:?}");
        let field = &status.get_details_bad_request().expect("there").field_violations[0].field;
        assert_eq!(field, "metadata grpc-timeout");
    }
    let status = send_plain(&server.address, &[("grpc-timeout", "99999999H")], &question("A", &["close"], None)).await;
    assert_eq!(status.code(), Code::Ok, "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_metadata_is_told_the_limit() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let send = async |bytes: usize| {
        let mut request = Request::new(question("A", &["close"], None));
        for index in 0..bytes.div_ceil(8000) {
            let key: AsciiMetadataKey = format!("x-large-{index}").parse().expect("legal");
            let value: AsciiMetadataValue = "x".repeat(8000.min(bytes - index * 8000)).parse().expect("legal");
            request.metadata_mut().insert(key, value);
        }
        server.indicators().compute(request).await.map(drop)
    };
    send(15_000).await.expect("within the limit");
    for bytes in [17_000, 60_000, 250_000] {
        let status = send(bytes).await.expect_err("refused");
        assert_eq!(status.code(), Code::ResourceExhausted, "{bytes}: {status:?}");
        assert!(status.message().starts_with("metadata_bytes_max allows at most 16384"), "{status:?}");
        assert_eq!(status.get_details_quota_failure().expect("there").violations[0].subject, "metadata_bytes_max");
    }
    // More than the connection takes: some error, and the connection goes on.
    send(300_000).await.expect_err("refused");
    send(1_000).await.expect("the server goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_have_no_date() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let answer = server.indicators().compute(question("A", &["close"], None)).await.expect("answered");
    assert!(answer.metadata().get("date").is_none() && answer.metadata().get("x-request-id").is_some());
}
