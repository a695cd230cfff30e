//! One call of a webhook: an HTTP/1.1 POST, signed, to an address that was checked.
//!
//! Redirects are not followed: an answer that is not 2xx is a failure. Of the answer only its status is read.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::future::Either;
use http::{Request, StatusCode, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ring::hmac;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::definition::Webhook;

/// The header of the signature: `t=SECONDS,v1=HEX`, HMAC-SHA256 with the secret over `SECONDS.BODY`.
const SIGNATURE: &str = "x-atrad-signature";

/// The header by which a receiver tells repetitions.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What clients trust: the certificates of the system.
static TLS: LazyLock<TlsConnector> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the default versions");
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
});

/// How webhooks are called.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// Whether private and loopback addresses may be called.
    pub with_private: bool,
    /// The time in which a webhook has to answer.
    pub timeout: Duration,
    /// The pause after a failed call; the next is twice as long, up to five minutes.
    pub pause: Duration,
    /// The number of calls after which a firing is given up.
    pub attempts_max: u32,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        let (timeout, pause) = (Duration::from_secs(10), Duration::from_secs(1));
        Self { with_private: false, timeout, pause, attempts_max: 20 }
    }
}

/// A message for a webhook.
pub(super) struct Message {
    pub(super) key: String,
    pub(super) body: Bytes,
}

/// Calls a webhook; why it did not accept the call.
pub(super) async fn call(webhook: &Webhook, message: &Message, config: &WebhookConfig) -> Result<(), String> {
    let timeout = config.timeout;
    let call = async {
        let addresses = webhook.url.resolve(config.with_private).await?;
        let stream = TcpStream::connect(&*addresses)
            .await
            .map_err(|error| format!("cannot connect to {}: {error}", webhook.url.host()))?;
        if !webhook.url.is_tls() {
            return post(stream, webhook, message).await;
        }
        let name = ServerName::try_from(webhook.url.host().to_owned()).map_err(|error| error.to_string())?;
        let stream = TLS.connect(name, stream).await.map_err(|error| format!("TLS: {error}"))?;
        post(stream, webhook, message).await
    };
    let status = tokio::time::timeout(timeout, call).await;
    match status.map_err(|_| format!("no answer within {} ms", timeout.as_millis()))?? {
        status if status.is_success() => Ok(()),
        status if status.is_redirection() => Err(format!("status {status}; redirects are not followed")),
        status => Err(format!("status {status}")),
    }
}

async fn post<S>(stream: S, webhook: &Webhook, message: &Message) -> Result<StatusCode, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| error.to_string();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let request = Request::post(webhook.url.path())
        .header(header::HOST, webhook.url.authority())
        .header(header::USER_AGENT, concat!("atrad/", env!("CARGO_PKG_VERSION")))
        .header(header::CONTENT_TYPE, "application/json")
        .header(IDEMPOTENCY_KEY, &message.key)
        .header(SIGNATURE, signature(webhook.secret(), seconds, &message.body))
        .body(Full::new(message.body.clone()))
        .map_err(|error| error.to_string())?;
    // The connection ends with the answer: what else it has is not read. Where both end at once, the answer counts.
    let answer = std::pin::pin!(sender.send_request(request));
    match futures_util::future::select(answer, std::pin::pin!(connection)).await {
        Either::Left((answer, _)) => answer.map(|answer| answer.status()).map_err(failed),
        Either::Right((_, answer)) => answer.await.map(|answer| answer.status()).map_err(failed),
    }
}

/// The signature of a body at a time, which a receiver checks against repetitions.
fn signature(secret: &[u8], seconds: u64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    context.update(format!("{seconds}.").as_bytes());
    context.update(body);
    let hex: String = context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_other_programs() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let expected = "t=1700000000,v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23";
        assert_eq!(signature(b"0123456789abcdef", 1_700_000_000, b"{\"a\":1}"), expected);
    }
}
