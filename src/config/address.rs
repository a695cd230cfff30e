//! Addresses as settings: a host, by name or number, and a port.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The port without another in the settings.
const PORT: u16 = 50051;

/// The longest name of a host, in bytes (RFC 1035).
const NAME_BYTES_MAX: usize = 253;

/// An address to listen on: `localhost:50051`, `127.0.0.1:50051`, `[::1]:50051`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// A name, or the number of an IP address without brackets.
    pub(crate) host: String,
    /// 0 means any free port.
    pub(crate) port: u16,
}

/// The address of a server to call: as an [`Address`], whose port may be left out, or as the URL `http://ADDRESS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerAddress(Address);

impl ServerAddress {
    /// The URL for the transport.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse(text, None)
    }
}

impl FromStr for ServerAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = match text.split_once("://") {
            Some(("http", address)) => address.strip_suffix('/').unwrap_or(address),
            Some((scheme, _)) => return Err(format!("must be HOST:PORT or http://HOST:PORT, got the scheme {scheme}")),
            None => text,
        };
        parse(address, Some(PORT)).map(Self)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Splits an address. Without `default`, it must have a port.
fn parse(text: &str, default: Option<u16>) -> Result<Address, String> {
    let (host, port) = split(text)?;
    let port = match (port, default) {
        (Some(port), _) => port.parse().map_err(|_| format!("port must be a number from 0 to 65535, got {port:?}"))?,
        (None, Some(port)) => port,
        (None, None) => return Err("must be HOST:PORT, got no port".into()),
    };
    Ok(Address { host: host.into(), port })
}

fn split(text: &str) -> Result<(&str, Option<&str>), String> {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        let port = rest.strip_prefix(':');
        return match host.parse::<Ipv6Addr>() {
            Ok(_) if rest.is_empty() || port.is_some() => Ok((host, port)),
            Ok(_) => Err(format!("must be [IPV6]:PORT, got {rest:?} after the brackets")),
            Err(_) => Err(format!("must have an IPv6 address in its brackets, got {host:?}")),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok((text, None));
    }
    let (host, port) = text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    match host {
        "" => Err("must be HOST:PORT, got no host; all addresses are 0.0.0.0 and [::]".into()),
        host if host.contains(':') => Err("must have its IPv6 address in brackets, as in [::1]:50051".into()),
        host if is_name(host) => Ok((host, port)),
        host => Err(format!("host must be a name or the number of an IP address, got {host:?}")),
    }
}

/// Whether this can be the name of a host. Digits and dots alone are an IPv4 address or a mistake.
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match is_number {
        true => host.parse::<Ipv4Addr>().is_ok(),
        false => host.len() <= NAME_BYTES_MAX && host.strip_suffix('.').unwrap_or(host).split('.').all(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_by_name_and_number() {
        for (text, host, port) in [
            ("127.0.0.1:50051", "127.0.0.1", 50051),
            ("localhost:0", "localhost", 0),
            ("db-1.example.com.:80", "db-1.example.com.", 80),
            ("[::1]:50051", "::1", 50051),
            ("[::]:1", "::", 1),
            ("my_host:65535", "my_host", 65535),
        ] {
            let address: Address = text.parse().expect(text);
            assert_eq!((&*address.host, address.port), (host, port));
            assert_eq!(address.to_string(), text);
            assert_eq!(text.parse::<ServerAddress>().expect(text).url(), format!("http://{text}"));
        }
    }

    #[test]
    fn a_server_has_a_usual_port_and_may_be_a_url() {
        for (text, url) in [
            ("localhost", "http://localhost:50051"),
            ("::1", "http://[::1]:50051"),
            ("[::1]", "http://[::1]:50051"),
            ("http://atrad:1/", "http://atrad:1"),
            ("http://[::1]:2", "http://[::1]:2"),
        ] {
            assert_eq!(text.parse::<ServerAddress>().expect(text).url(), url);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for (text, part) in [
            ("", "no host"),
            (":50051", "0.0.0.0 and [::]"),
            ("nowhere", "no port"),
            ("::1", "no port"),
            ("::1:50051:x", "brackets"),
            ("[::1]50051", "after the brackets"),
            ("[localhost]:1", "IPv6 address in its brackets"),
            ("[::1:50051", "brackets"),
            ("127.0.0:1", "got \"127.0.0\""),
            ("256.0.0.1:1", "got \"256.0.0.1\""),
            ("a b:1", "got \"a b\""),
            ("a..b:1", "got \"a..b\""),
            ("h\u{f6}st:1", "name"),
            ("localhost:", "got \"\""),
            ("localhost:65536", "from 0 to 65535, got \"65536\""),
            ("localhost:grpc", "got \"grpc\""),
        ] {
            let error = text.parse::<Address>().expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
        for (text, part) in
            [("https://a:1", "scheme https"), ("unix:/a", "port"), ("http://", "no host"), ("a:1/b", "1/b")]
        {
            let error = text.parse::<ServerAddress>().expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
