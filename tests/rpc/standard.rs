//! The standard services as their protocols describe them: health and reflection.

use futures_util::stream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ExtensionRequest, ServerReflectionRequest};
use tonic_reflection::pb::v1alpha;

use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn the_watch_of_an_unknown_service_stays() {
    let server = Server::start().await;
    let mut health = HealthClient::new(server.channel.clone());
    let unknown = || HealthCheckRequest { service: "atrad.v2.IndicatorService".into() };
    assert_eq!(health.check(unknown()).await.expect_err("unknown").code(), Code::NotFound);
    let mut watch = health.watch(unknown()).await.expect("watched").into_inner();
    assert_eq!(watch.message().await.expect("told").expect("told").status(), ServingStatus::ServiceUnknown);
    let more = tokio::time::timeout(std::time::Duration::from_millis(300), watch.message()).await;
    assert!(more.is_err(), "the stream stays, without news: {more:?}");
    let ended = tokio::spawn(server.end());
    assert_eq!(watch.message().await.expect_err("the server ends").code(), Code::Unavailable);
    ended.await.expect("in order");
}

/// What every request is answered with, on one stream: the bytes of files in all, or the code of the error.
async fn ask(server: &Server, asked: Vec<Option<MessageRequest>>) -> Vec<Result<usize, Code>> {
    let requests: Vec<_> = asked
        .into_iter()
        .map(|message_request| ServerReflectionRequest { host: "h".into(), message_request })
        .collect();
    let mut client = ServerReflectionClient::new(server.channel.clone());
    let sent = stream::iter(requests.clone());
    let mut answers = client.server_reflection_info(sent).await.expect("answered").into_inner();
    let mut outcomes = Vec::new();
    while let Some(answer) = answers.message().await.expect("the stream goes on") {
        assert_eq!(answer.original_request.as_ref(), requests.get(outcomes.len()));
        assert_eq!(answer.valid_host, "h");
        outcomes.push(match answer.message_response.expect("there") {
            MessageResponse::FileDescriptorResponse(files) => {
                Ok(files.file_descriptor_proto.iter().map(Vec::len).sum())
            }
            MessageResponse::ErrorResponse(error) => Err(Code::from(error.error_code)),
            MessageResponse::ListServicesResponse(list) => Ok(list.service.len()),
            MessageResponse::AllExtensionNumbersResponse(none) => Ok(none.extension_number.len()),
        });
    }
    assert_eq!(outcomes.len(), requests.len(), "one answer for each");
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_answers_an_unknown_name_and_goes_on() {
    use MessageRequest::{AllExtensionNumbersOfType, FileByFilename, FileContainingExtension, FileContainingSymbol};
    let server = Server::start().await;
    let extension = ExtensionRequest { containing_type: "atrad.v1.Bars".into(), extension_number: 7 };
    let outcomes = ask(
        &server,
        vec![
            Some(FileContainingSymbol("no.such.Symbol".into())),
            Some(FileByFilename("nowhere.proto".into())),
            None,
            Some(FileContainingExtension(extension)),
            Some(AllExtensionNumbersOfType("no.such.Type".into())),
            Some(AllExtensionNumbersOfType("atrad.v1.Bars".into())),
            Some(FileContainingSymbol("atrad.v1.IndicatorService.Compute".into())),
        ],
    )
    .await;
    let not_found = Err(Code::NotFound);
    assert_eq!(outcomes[..6], [not_found, not_found, Err(Code::InvalidArgument), not_found, not_found, Ok(0)]);
    assert!(outcomes[6].is_ok_and(|bytes| bytes > 1000), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_finds_the_details_of_errors() {
    let server = Server::start().await;
    let symbols = ["google.rpc.Status", "google.rpc.RetryInfo", "google.rpc.QuotaFailure.Violation"];
    let files = ["google/protobuf/any.proto", "google/protobuf/duration.proto", "google/rpc/error_details.proto"];
    let asked = symbols.iter().map(|&name| MessageRequest::FileContainingSymbol(name.into()));
    let asked = asked.chain(files.iter().map(|&name| MessageRequest::FileByFilename(name.into())));
    for outcome in ask(&server, asked.map(Some).collect()).await {
        assert!(outcome.is_ok_and(|bytes| bytes > 100), "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_reflection_goes_on_as_well() {
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;
    let server = Server::start().await;
    let asked = ["no.such.Symbol", "atrad.v1.Bars"].map(|name| v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol(name.into())),
    });
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel.clone());
    let mut answers = client.server_reflection_info(stream::iter(asked)).await.expect("answered").into_inner();
    let first = answers.message().await.expect("told").expect("told").message_response;
    assert!(matches!(&first, Some(MessageResponse::ErrorResponse(error)) if error.error_code == 5), "{first:?}");
    let second = answers.message().await.expect("told").expect("told").message_response;
    assert!(matches!(second, Some(MessageResponse::FileDescriptorResponse(_))), "{second:?}");
}
