//! Settings of Redis that cannot be right are refused at the start, and name what is wrong.

use std::path::{Path, PathBuf};

use super::*;

fn refused(redis: RedisConfig) -> String {
    let config = Config { redis: Some(redis), key: Some(ours()), ..Config::default() };
    Cache::open(config).err().expect("refused").to_string()
}

fn at(addresses: &[&str]) -> RedisConfig {
    RedisConfig { addresses: addresses.iter().map(|&address| address.into()).collect(), ..RedisConfig::default() }
}

#[test]
fn redis_without_a_key_is_refused() {
    let config = Config { redis: Some(at(&["redis://127.0.0.1:6379"])), ..Config::default() };
    assert!(matches!(Cache::open(config), Err(Error::NoKey)));
}

#[test]
fn errors_show_no_password() {
    for (address, shown) in [
        ("http://user:secret@10.0.0.1:6379", "http://***@10.0.0.1:6379"),
        ("redis://user:secret@10.0.0.1:99999", "redis://***@10.0.0.1:99999"),
        ("redis://user:secret@h/x", "redis://***@h/x"),
        ("http:///tmp/s?pass=secret", "http:///tmp/s"),
        ("user:secret@host", "***@host"),
        ("localhost", "redis must be an address like redis://127.0.0.1:6379, got \"localhost\""),
        ("", "got \"\""),
    ] {
        let error = refused(at(&[address]));
        assert!(error.contains(shown) && !error.contains("secret"), "{error}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let one = || at(&["redis://127.0.0.1:6379"]);
    let file = || Some(PathBuf::from("/nowhere/file"));
    let cluster = |addresses: &[&str]| RedisConfig { topology: Topology::Cluster, ..at(addresses) };
    for (config, expected) in [
        (
            at(&["redis://a", "redis://b"]),
            "redis needs one address, or several with redis_sentinel or redis_cluster, got 2",
        ),
        (at(&["rediss://a/#insecure"]), "redis needs a server whose certificate is verified"),
        (cluster(&["rediss://a", "redis://b"]), "redis needs only rediss:// addresses or none, got 1 of 2"),
        (cluster(&["redis+unix:///tmp/socket"]), "unix socket"),
        (cluster(&["redis://u:secret@a", "redis://u:other@b"]), "different password"),
        (RedisConfig { ca_file: file(), ..one() }, "redis_ca needs rediss:// addresses, got an address without TLS"),
        (RedisConfig { cert_file: file(), ..at(&["rediss://a"]) }, "redis_cert and redis_key needs both or neither"),
        (RedisConfig { ca_file: file(), ..at(&["rediss://a"]) }, "/nowhere/file: No such file"),
        (RedisConfig { user: Some("u".into()), ..one() }, "redis_user needs a password, from redis_password_file"),
        (RedisConfig { password_file: file(), ..one() }, "/nowhere/file: No such file"),
        (
            RedisConfig { password_file: file(), ..at(&["redis://:secret@a"]) },
            "redis_password_file needs no password in the address, got two passwords",
        ),
        (
            RedisConfig { user: Some("v".into()), ..at(&["redis://u:secret@a"]) },
            "redis_user needs no user in the address, got two users",
        ),
        (RedisConfig { prefix: String::new(), ..one() }, "redis_prefix needs 1 to 64 of A-Z a-z 0-9 . _ : -, got \"\""),
        (RedisConfig { prefix: "{a}".into(), ..one() }, "got \"{a}\""),
        (RedisConfig { prefix: "a".repeat(65), ..one() }, "redis_prefix needs 1 to 64"),
    ] {
        let error = refused(config);
        assert!(error.contains(expected) && !error.contains("secret"), "{error}\n{expected}");
    }
}

#[test]
fn files_are_read_and_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let written = |content: &[u8]| -> Option<PathBuf> {
        std::fs::write(&path, content).expect("written");
        Some(path.clone())
    };
    for (content, expected) in [
        (&b""[..], "must hold a password of 1 to 4096 bytes, got 0"),
        (b"\r\n", "got 0"),
        (&[b'x'; 4097], "got 4097"),
        (&[b'x'; 5000], "has more than 4098 bytes"),
        (b"\xff\xfe", "must hold a password in UTF-8"),
    ] {
        let error = refused(RedisConfig { password_file: written(content), ..at(&["redis://127.0.0.1:1"]) });
        assert!(error.contains(expected) && error.contains(&*path.to_string_lossy()), "{error}");
    }
    let tls = || at(&["rediss://127.0.0.1:1"]);
    for content in [&b""[..], b"nothing", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"] {
        let error = refused(RedisConfig { ca_file: written(content), ..tls() });
        assert!(error.contains("holds no certificate (PEM)"), "{error}");
    }
    let torn = written(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let error = refused(RedisConfig { ca_file: torn.clone(), ..tls() });
    assert!(error.contains("certificate") || error.contains("trust anchors"), "{error}");
    let error = refused(RedisConfig { cert_file: torn.clone(), key_file: torn, ..tls() });
    assert!(error.contains("private key"), "{error}");
    let folder_as_file = Some(Path::new("/").to_path_buf());
    assert!(refused(RedisConfig { ca_file: folder_as_file, ..tls() }).contains("/: "));
}
