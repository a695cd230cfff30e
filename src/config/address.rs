//! Addresses as settings: a host, by name or number, and a port; or the path of a Unix socket.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;

use atrad::rpc::SOCKET_PATH_BYTES_MAX;

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

/// What to listen on: an [`Address`], or a Unix socket as in `unix:/run/atrad.sock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListenAddress {
    /// TCP.
    Tcp(Address),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

/// The address of a server to call: as an [`Address`], whose port may be left out, as a URL with it, or as a Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServerAddress {
    /// `http://ADDRESS`, or the address alone.
    Http(Address),
    /// `https://ADDRESS`: with TLS.
    Https(Address),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

impl ServerAddress {
    /// The URL for the transport.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Http(address) => format!("http://{address}"),
            Self::Https(address) => format!("https://{address}"),
            Self::Unix(path) => format!("unix:{}", path.display()),
        }
    }
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match socket(text)? {
            Some(path) => Ok(Self::Unix(path)),
            None => parse(text, None).map(Self::Tcp),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
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
        if let Some(path) = socket(text)? {
            return Ok(Self::Unix(path));
        }
        let (scheme, address) = text.split_once("://").unwrap_or(("http", text));
        let address = || parse(address.strip_suffix('/').unwrap_or(address), Some(PORT));
        match scheme {
            "http" => address().map(Self::Http),
            "https" => address().map(Self::Https),
            _ => Err(format!("must be HOST:PORT, http(s)://HOST:PORT or unix:PATH, got the scheme {scheme}")),
        }
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
        match self {
            Self::Http(address) => address.fmt(f),
            Self::Https(address) => write!(f, "https://{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// The path of a Unix socket, if this is one: `unix:PATH`, or the URL `unix://PATH`.
fn socket(text: &str) -> Result<Option<PathBuf>, String> {
    let Some(path) = text.strip_prefix("unix:") else { return Ok(None) };
    let path = path.strip_prefix("//").unwrap_or(path);
    match path.len() {
        1..=SOCKET_PATH_BYTES_MAX => Ok(Some(path.into())),
        given => Err(format!("must be unix:PATH with a path of 1 to {SOCKET_PATH_BYTES_MAX} bytes, got {given}")),
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
            ("https://atrad", "https://atrad:50051"),
            ("https://[::1]:2/", "https://[::1]:2"),
        ] {
            assert_eq!(text.parse::<ServerAddress>().expect(text).url(), url);
        }
    }

    #[test]
    fn sockets_have_paths() {
        for (text, path) in [
            ("unix:/run/atrad.sock", "/run/atrad.sock"),
            ("unix:///run/atrad.sock", "/run/atrad.sock"),
            ("unix:atrad.sock", "atrad.sock"),
            ("unix:/with:colon/", "/with:colon/"),
        ] {
            assert_eq!(text.parse(), Ok(ListenAddress::Unix(path.into())));
            let server: ServerAddress = text.parse().expect(text);
            assert_eq!((server.url(), server.to_string()), (format!("unix:{path}"), format!("unix:{path}")));
        }
        for (text, given) in
            [("unix:", "got 0"), ("unix://", "got 0"), (&*format!("unix:/{}", "x".repeat(107)), "got 108")]
        {
            let errors =
                [text.parse::<ListenAddress>().expect_err(text), text.parse::<ServerAddress>().expect_err(text)];
            assert!(errors.iter().all(|error| error.contains("1 to 107 bytes") && error.contains(given)), "{errors:?}");
        }
        assert!("localhost:1".parse::<ListenAddress>().is_ok() && "localhost".parse::<ListenAddress>().is_err());
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
            [("https://:1", "no host"), ("ftp://a", "scheme ftp"), ("http://", "no host"), ("a:1/b", "1/b")]
        {
            let error = text.parse::<ServerAddress>().expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
