//! The address of a webhook, and which machines may be called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::Uri;

use crate::app::Error;

/// The longest address, in bytes.
const BYTES_MAX: usize = 2048;

/// An `http` or `https` address without a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    text: Box<str>,
    host: Box<str>,
    port: u16,
    is_tls: bool,
    path: Box<str>,
}

impl WebhookUrl {
    /// Checks an address.
    pub fn new(text: &str) -> Result<Self, Error> {
        let expected = || format!("an http or https address of at most {BYTES_MAX} bytes, without user or fragment");
        let given = || format!("{:?}", text.chars().take(80).collect::<String>());
        read(text).ok_or_else(|| Error::Field { field: "webhook.url", expected: expected(), given: given() })
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The host with its port, unless that is the usual one.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.to_string() };
        if self.port == usual_port(self.is_tls) { host } else { format!("{host}:{}", self.port) }
    }

    pub(super) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The path with the query.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The addresses to call: those of its host that may be called. Resolved for each call, and it is these addresses that are
    /// connected to, so a name that changes between the check and the call is of no use to an attacker.
    pub(super) async fn resolve(&self, with_private: bool) -> Result<Vec<SocketAddr>, String> {
        let found = tokio::net::lookup_host((&*self.host, self.port)).await;
        let found: Vec<_> = found.map_err(|error| format!("cannot resolve {}: {error}", self.host))?.collect();
        let allowed = found.iter().copied().filter(|address| with_private || is_public(address.ip()));
        let allowed: Vec<_> = allowed.collect();
        match (allowed.is_empty(), found.first()) {
            (false, _) => Ok(allowed),
            (true, Some(address)) => Err(format!("{} is not a public address", address.ip())),
            (true, None) => Err(format!("{} has no address", self.host)),
        }
    }

    /// An error if the host is an address that may never be called.
    pub(super) fn check(&self, with_private: bool) -> Result<(), Error> {
        match self.host.parse::<IpAddr>() {
            Ok(address) if !with_private && !is_public(address) => Err(Error::Field {
                field: "webhook.url",
                expected: "at a public address (--webhook-private allows others)".into(),
                given: address.to_string(),
            }),
            _ => Ok(()),
        }
    }
}

fn usual_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

fn read(text: &str) -> Option<WebhookUrl> {
    if text.len() > BYTES_MAX || text.contains('#') {
        return None;
    }
    let uri: Uri = text.parse().ok()?;
    let is_tls = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let authority = uri.authority()?;
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return None;
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').into();
    let port = match authority.as_str().rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((_, port)) => port.parse().ok().filter(|&port| port > 0)?,
        None => usual_port(is_tls),
    };
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).into();
    Some(WebhookUrl { text: text.into(), host, port, is_tls, path })
}

/// Whether an address is one of the public internet: not of this machine, of a private network, or reserved (RFC 6890).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [one, two, three, _] = address.octets();
    let is_reserved = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || one == 0
        || one >= 240
        // Carrier-grade NAT, protocol assignments, benchmarks.
        || (one == 100 && (64..128).contains(&two))
        || (one, two, three) == (192, 0, 0)
        // The former anycast of 6to4 relays.
        || (one, two, three) == (192, 88, 99)
        || (one == 198 && (18..20).contains(&two));
    !is_reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        // NAT64 and 6to4 lead to the IPv4 address that they hold.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(embedded(high, low)),
        [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Documentation, and protocol assignments as Teredo.
        [0x2001, 0xdb8, ..] | [0x2001, 0..0x200, ..] | [0x3fff, 0..0x1000, ..] => false,
        // Global unicast is 2000::/3; the rest is local, multicast or reserved.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_disguise() {
        for public in
            ["93.184.216.34", "8.8.8.8", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
        for private in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.88.99.1",
            "3fff::1",
            "2001::1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(private.parse().expect("an address")), "{private}");
        }
    }

    #[test]
    fn addresses_are_read_whole_or_refused() {
        let url = WebhookUrl::new("https://example.org:8443/hook?a=b").expect("valid");
        assert_eq!((url.host(), url.port, url.is_tls(), url.path()), ("example.org", 8443, true, "/hook?a=b"));
        assert_eq!(url.authority(), "example.org:8443");
        assert_eq!(WebhookUrl::new("http://[::1]").expect("valid").authority(), "[::1]");
        for wrong in [
            "http://a.org:99999/",
            "http://a.org:0/",
            "http://a.org:/",
            "http://[::1]:x/",
            "",
            "example.org",
            "ftp://example.org",
            "https://",
            "https://a@example.org/",
            "https://a.org/#b",
        ] {
            assert_eq!(WebhookUrl::new(wrong).expect_err("refused").field().as_deref(), Some("webhook.url"), "{wrong}");
        }
        assert!(WebhookUrl::new("http://127.0.0.1:1/").expect("valid").check(false).is_err());
        assert!(WebhookUrl::new("http://127.0.0.1:1/").expect("valid").check(true).is_ok());
    }

    #[tokio::test]
    async fn names_are_checked_after_they_are_resolved() {
        let url = WebhookUrl::new("http://localhost:9/").expect("valid");
        assert!(url.check(false).is_ok(), "a name may be anything");
        let refused = url.resolve(false).await.expect_err("refused");
        assert!(refused.ends_with("is not a public address"), "{refused}");
        assert!(url.resolve(true).await.expect("allowed").iter().all(|address| address.ip().is_loopback()));
    }
}
