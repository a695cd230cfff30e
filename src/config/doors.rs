//! Who gets in, as settings: tokens, and the addresses that may be listened on. Tokens are shown nowhere: not by `--help`,
//! not by `Debug`, not by an error.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;

use atrad::rpc::{self, CorsOrigin, TlsFiles, Token, TokenSource};
use clap::builder::{BoolishValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error};

/// Who gets in.
#[derive(Debug, Args)]
pub(crate) struct DoorFlags {
    /// The bearer token that clients must send, as `authorization: Bearer TOKEN`
    #[arg(long, env = "ATRAD_TOKEN", hide_env_values = true, value_parser = ParseToken)]
    token: Option<Token>,
    /// The bearer token of admin calls, such as backups and deletions of series; it opens all other calls, too
    /// [default: none; admin calls are accepted from this machine only]
    #[arg(long, env = "ATRAD_ADMIN_TOKEN", hide_env_values = true, value_parser = ParseToken)]
    admin_token: Option<Token>,
    /// The file of named tokens, one JSON object a line, as `atrad token new` prints them: scopes, symbols and more for
    /// each. Reloaded on change
    #[arg(long, env = "ATRAD_TOKENS", value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// The certificate of the server in PEM, and those that lead to its CA; TCP is then TLS only. Reloaded on change
    #[arg(long, env = "ATRAD_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, env = "ATRAD_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The CAs in PEM of which clients must have a certificate (mTLS) [default: none; clients need no certificate]
    #[arg(long, env = "ATRAD_TLS_CLIENT_CA", value_name = "FILE", requires = "tls_cert")]
    tls_client_ca: Option<PathBuf>,
    /// Listen on addresses other than loopback without TLS or tokens
    #[arg(long, env = "ATRAD_INSECURE", value_parser = BoolishValueParser::new())]
    insecure: bool,
    /// The permissions of Unix sockets, in octal: who may write may connect
    #[arg(long, env = "ATRAD_SOCKET_MODE", value_name = "MODE", default_value = "0600", value_parser = mode)]
    pub(crate) socket_mode: u32,
    /// The origin of web pages that may call, as in https://app.example; `*` allows all [default: none]
    #[arg(long = "cors-origin", env = "ATRAD_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = cors_origin)]
    pub(super) cors_origins: Vec<CorsOrigin>,
}

fn cors_origin(text: &str) -> Result<CorsOrigin, rpc::Error> {
    CorsOrigin::new(text)
}

impl DoorFlags {
    /// Where tokens come from.
    pub(crate) fn tokens(&self) -> TokenSource {
        let Self { token, admin_token, tokens, .. } = self;
        TokenSource { token: token.clone(), admin_token: admin_token.clone(), file: tokens.clone() }
    }

    /// The files of TLS, if it is wanted.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        let (certificate, key) = self.tls_cert.clone().zip(self.tls_key.clone())?;
        Some(TlsFiles { certificate, key, client_ca: self.tls_client_ca.clone() })
    }

    /// Why the server must not listen on this address, if so.
    pub(crate) fn refuse(&self, address: SocketAddr) -> Option<String> {
        let is_guarded = self.needs_token() || self.tls().is_some() || self.insecure;
        (is_remote(address) && !is_guarded).then(|| {
            format!(
                "refused to listen on {address}, which is not loopback, without TLS or tokens: anybody who reaches it could \
                 read and write; set --tls-cert and --tls-key, --tokens or --token (ATRAD_TOKEN), or --insecure if \
                 something else guards it"
            )
        })
    }

    /// What is open on these addresses all the same, and better known.
    pub(crate) fn warning(&self, addresses: impl IntoIterator<Item = SocketAddr>) -> Option<&'static str> {
        if self.insecure || !addresses.into_iter().any(is_remote) {
            return None;
        }
        match (self.needs_token(), self.tls()) {
            (true, None) => Some("tokens travel in plain text, as there is no TLS: set --tls-cert and --tls-key"),
            (false, Some(TlsFiles { client_ca: None, .. })) => {
                Some("TLS lets everybody in: set --tokens, or --tls-client-ca to ask clients for certificates")
            }
            _ => None,
        }
    }

    fn needs_token(&self) -> bool {
        self.token.is_some() || self.tokens.is_some()
    }
}

/// Whether an address can be reached from elsewhere.
fn is_remote(address: SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

/// Permissions of a file, in octal.
fn mode(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let mode = u32::from_str_radix(digits, 8).ok().filter(|mode| *mode <= 0o777 && !digits.starts_with('+'));
    mode.ok_or_else(|| format!("must be an octal number from 0 to 0777, as in 0660, got {text:?}"))
}

/// Checks a token. The usual parsers repeat a wrong value in their errors.
#[derive(Debug, Clone)]
pub(super) struct ParseToken;

impl TypedValueParser for ParseToken {
    type Value = Token;

    fn parse_ref(&self, command: &Command, flag: Option<&Arg>, value: &OsStr) -> Result<Token, Error> {
        let name = flag.and_then(Arg::get_long).unwrap_or("token");
        let refused = |error: rpc::Error| {
            let variable = name.to_uppercase().replace('-', "_");
            let text = format!("invalid value for --{name} (ATRAD_{variable}): {error}\n");
            Error::raw(ErrorKind::ValueValidation, text).with_cmd(command)
        };
        Token::new(&value.to_string_lossy()).map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        doors: DoorFlags,
    }

    fn parse(flags: &[&str]) -> Result<DoorFlags, Error> {
        Flags::try_parse_from([&["atrad"], flags].concat()).map(|flags| flags.doors)
    }

    #[test]
    fn an_address_for_everybody_needs_tls_or_tokens() {
        let allows = |flags: &[&str], address: &str| {
            parse(flags).expect("good").refuse(address.parse().expect("an address")).is_none()
        };
        for address in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(allows(&[], address), "{address}");
        }
        for address in ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[::ffff:10.0.0.1]:1"] {
            assert!(!allows(&[], address) && !allows(&["--admin-token", "a"], address), "{address}");
            assert!(allows(&["--token", "a"], address) && allows(&["--insecure"], address), "{address}");
            assert!(allows(&["--tokens", "f"], address), "{address}");
            assert!(allows(&["--tls-cert", "c", "--tls-key", "k"], address), "{address}");
        }
    }

    #[test]
    fn what_is_half_open_is_warned_of() {
        let warning = |flags: &[&str], address: &str| {
            parse(flags).expect("good").warning([address.parse().expect("an address")]).unwrap_or("none")
        };
        let tls = ["--tls-cert", "c", "--tls-key", "k"];
        let both = [&tls[..], &["--tokens", "f"]].concat();
        let mutual = [&tls[..], &["--tls-client-ca", "a"]].concat();
        for (flags, part) in [
            (&["--token", "a"][..], "plain text"),
            (&["--tokens", "f"], "plain text"),
            (&tls, "lets everybody in"),
            (&both, "none"),
            (&mutual, "none"),
            (&["--insecure"], "none"),
        ] {
            assert!(warning(flags, "10.0.0.1:1").contains(part), "{flags:?}");
            assert_eq!(warning(flags, "127.0.0.1:1"), "none");
        }
    }

    #[test]
    fn a_certificate_comes_with_its_key() {
        let files = parse(&["--tls-cert", "c", "--tls-key", "k", "--tls-client-ca", "a"]).expect("good").tls();
        let TlsFiles { certificate, key, client_ca } = files.expect("wanted");
        assert_eq!((certificate, key, client_ca), ("c".into(), "k".into(), Some("a".into())));
        assert!(parse(&[]).expect("good").tls().is_none());
        for flags in [&["--tls-cert", "c"][..], &["--tls-key", "k"], &["--tls-client-ca", "a"]] {
            assert_eq!(parse(flags).expect_err("refused").kind(), ErrorKind::MissingRequiredArgument);
        }
    }

    #[test]
    fn permissions_are_octal() {
        for (text, expected) in [("0600", 0o600), ("660", 0o660), ("0o777", 0o777), ("0", 0)] {
            assert_eq!(parse(&["--socket-mode", text]).expect("good").socket_mode, expected);
        }
        for text in ["", "0999", "1777", "rw", "+7", "0x1"] {
            let error = parse(&["--socket-mode", text]).expect_err("refused").to_string();
            assert!(error.contains("octal number from 0 to 0777"), "{error}");
        }
    }

    #[test]
    fn a_refused_token_is_not_shown() {
        for (flag, token) in [("--token", ""), ("--admin-token", ""), ("--token", "hush hush")] {
            let error = parse(&[flag, token]).expect_err("refused");
            assert_eq!((error.kind(), error.exit_code()), (ErrorKind::ValueValidation, 2));
            let text = error.to_string();
            assert!(text.contains(&format!("{flag} (ATRAD_")) && !text.contains("hush"), "{text}");
        }
    }
}
