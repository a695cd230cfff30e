//! A Redis that is dead, frozen, slow, or something else: calls do not wait, and no wrong value comes out.

use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::cache::fixture::free_port;

/// With short timeouts, as of a server in production.
fn brisk(address: String) -> RedisConfig {
    let answer_wait = Duration::from_millis(2);
    RedisConfig { timeout: Duration::from_millis(200), answer_wait, ..patient(RedisConfig::at(address)) }
}

/// Computes values that all differ. Whether Redis was skipped by each.
async fn many(cache: &Cache, prefix: &str, count: u64) {
    let compute = async {
        for number in 0..count {
            let make = async { Ok::<_, std::convert::Infallible>(Bytes::from(format!("{number}"))) };
            let key = format!("{prefix}{number}");
            let made = cache.get_or_make(&key, Tiers::All(Duration::ZERO), any, make).await.expect("made");
            assert_eq!(made, format!("{number}"));
        }
    };
    timeout(PATIENCE, compute).await.expect("the waits do not add up");
}

async fn until_available(cache: &Cache) {
    let end = Instant::now() + PATIENCE;
    while !redis_stats(cache).is_available {
        assert!(Instant::now() < end, "it is found again");
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn redis_may_be_killed_and_come_back() {
    let Some(mut server) = Server::start() else { return };
    let cache = open(Some(brisk(server.address())), ours());
    cache.put(&entry("before"), value("1"), None).await.expect("put");
    server.kill();
    many(&cache, "k", 200).await;
    let error = cache.get(&entry("none")).await.expect_err("away");
    assert!(matches!(error, Error::Away | Error::Refused(_) | Error::Slow(_)), "{error}");
    let stats = redis_stats(&cache);
    assert!(stats.skipped >= 190 && stats.errors < 10 && stats.outages == 1 && !stats.is_available, "{stats:?}");
    server.restart();
    // Calls do not connect; the circuit does.
    until_available(&cache).await;
    cache.put(&entry("back"), value("back"), None).await.expect("put");
    assert_eq!(self::cache(Some(&server)).get(&entry("back")).await.expect("there"), Some(value("back")));
}

#[tokio::test]
async fn a_redis_that_is_dead_at_the_start_is_found_later() {
    let Some(mut server) = Server::start() else { return };
    server.kill();
    let cache = open(Some(brisk(server.address())), ours());
    many(&cache, "k", 200).await;
    assert!(matches!(cache.get(&entry("none")).await, Err(Error::Away)));
    let stats = redis_stats(&cache);
    assert_eq!((stats.calls, stats.is_available, stats.outages), (0, false, 0), "{stats:?}");
    server.restart();
    until_available(&cache).await;
    assert_eq!(cache.get(&entry("none")).await.expect("there"), None);
}

#[tokio::test]
async fn a_frozen_redis_costs_little_time() {
    let Some(server) = Server::start() else { return };
    let cache = open(Some(brisk(server.address())), ours());
    cache.put(&entry("before"), value("1"), None).await.expect("put");
    server.freeze(true);
    // The first reads wait as long as an answer may, until one of them was not answered in time.
    let end = Instant::now() + PATIENCE;
    let mut first = 0;
    while redis_stats(&cache).is_available {
        many(&cache, &format!("first {first} "), 10).await;
        assert!(Instant::now() < end, "the circuit opens");
        first += 1;
    }
    let before = redis_stats(&cache);
    many(&cache, "k", 1000).await;
    let after = redis_stats(&cache);
    // A probe may have connected in between: the kernel accepts for a frozen server, but no command goes out.
    assert_eq!(after.calls, before.calls, "{after:?}");
    assert!(after.skipped >= before.skipped + 2000, "reads and writes: {before:?} {after:?}");
    assert!(matches!(cache.get(&entry("none")).await, Err(Error::Away)));
    server.freeze(false);
    put_at_last(&cache, "back").await;
}

#[tokio::test]
async fn a_comparison_without_an_answer_is_unconfirmed() {
    let Some(server) = Server::start() else { return };
    let cache = open(Some(brisk(server.address())), ours());
    cache.put(&entry("a"), value("1"), None).await.expect("put");
    server.freeze(true);
    let swap = cache.compare_and_set(&entry("a"), Some(b"1"), value("2"), None).await;
    assert!(matches!(swap, Err(Error::Unconfirmed)), "{swap:?}");
    server.freeze(false);
}

#[tokio::test]
async fn a_slow_redis_is_left_aside_by_answers_and_serves_entries() {
    let Some(server) = Server::start() else { return };
    let proxy = proxy(server.port(), Duration::from_millis(40)).await;
    let config = brisk(format!("redis://127.0.0.1:{proxy}"));
    let cache = open(Some(RedisConfig { timeout: Duration::from_secs(5), ..config }), ours());
    cache.put(&entry("a"), value("1"), None).await.expect("slow, but in time");
    let began = Instant::now();
    many(&cache, "k", 500).await;
    let (took, stats) = (began.elapsed(), redis_stats(&cache));
    assert!(took < Duration::from_millis(40) * 500 / 4, "{took:?}: most do not wait");
    assert!(stats.skipped >= 400 && stats.outages == 0 && stats.is_available, "{stats:?}");
    assert_eq!(self::cache(Some(&server)).get(&entry("a")).await.expect("there"), Some(value("1")));
}

/// Forwards to a port, each piece after a delay. Its own port.
async fn proxy(port: u16, delay: Duration) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let own = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("connected");
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            tokio::spawn(pump(from_client, to_server, delay));
            tokio::spawn(pump(from_server, to_client, Duration::ZERO));
        }
    });
    own
}

async fn pump(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, delay: Duration) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(len @ 1..) = from.read(&mut buffer).await {
        sleep(delay).await;
        if to.write_all(&buffer[..len]).await.is_err() {
            return;
        }
    }
}

/// What a stranger at the port says to the handshake, then to a command, and whether it hangs up.
const STRANGERS: [(&[u8], &[u8], bool); 9] = [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", true),
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", false),
    (b"\x15\x03\x01\x00\x02\x02\x46", b"", true),
    (b"+OK\r\n+OK\r\n", b"$9\r\nhalf", true),
    (b"+OK\r\n+OK\r\n", b"$9\r\nhalf", false),
    (b"+OK\r\n+OK\r\n", b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", false),
    (b"+OK\r\n+OK\r\n", b":17\r\n", false),
    (b"+OK\r\n+OK\r\n", b"$536870912\r\n", false),
    (b"+OK\r\n+OK\r\n", b"$-7\r\n", false),
];

#[tokio::test]
async fn a_stranger_at_the_port_gives_no_value() {
    for (number, (greeting, reply, hangs_up)) in STRANGERS.into_iter().enumerate() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let stranger = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    let mut said = greeting;
                    while let Ok(1..) = stream.read(&mut buffer).await {
                        let _ = stream.write_all(said).await;
                        if hangs_up && said == reply {
                            return;
                        }
                        said = reply;
                    }
                });
            }
        });
        let cache = open(Some(brisk(format!("redis://127.0.0.1:{port}"))), ours());
        many(&cache, "k", 20).await;
        let got = timeout(PATIENCE, cache.get(&entry("a"))).await.expect("in time");
        assert!(!matches!(got, Ok(Some(_))), "{number}: {got:?}");
        let put = timeout(PATIENCE, cache.put(&entry("a"), value("1"), None)).await.expect("in time");
        assert!(put.is_err(), "{number}: {put:?}");
        let swap =
            timeout(PATIENCE, cache.compare_and_set(&entry("a"), None, value("1"), None)).await.expect("in time");
        assert!(swap.is_err(), "{number}: {swap:?}");
        stranger.abort();
    }
}

#[tokio::test]
async fn a_wrong_password_is_away_and_a_right_one_in_the_file_is_found() {
    let Some(server) = Server::start() else { return };
    admit(&server, "");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "wrong\n").expect("written");
    let config =
        RedisConfig { user: Some("agent".into()), password_file: Some(file.clone()), ..brisk(server.address()) };
    let cache = open(Some(config.clone()), ours());
    let error = cache.get(&entry("a")).await.expect_err("not let in");
    assert!(matches!(error, Error::Away), "{error}");
    many(&cache, "k", 20).await;
    std::fs::write(&file, "right\n").expect("written");
    until_available(&cache).await;
    cache.put(&entry("a"), value("1"), None).await.expect("let in");
    assert_eq!(cache.compare_and_set(&entry("a"), Some(b"1"), value("2"), None).await.expect("let in"), Swap::Stored);
    assert_eq!(made(&cache, "c").await, "made c");
    cache.delete(&entry("a")).await.expect("let in");
    // What the user may not do is an error, and the circuit stays closed.
    let elsewhere = open(Some(RedisConfig { prefix: "other:".into(), ..config }), ours());
    assert!(matches!(elsewhere.get(&entry("a")).await, Err(Error::Refused(_))));
    assert!(redis_stats(&elsewhere).is_available);
    // The user and the password of the address.
    let address = format!("redis://agent:right@127.0.0.1:{}", server.port());
    let cache = open(Some(brisk(address)), ours());
    assert_eq!(cache.get(&entry("a")).await.expect("let in"), None);
}

#[tokio::test]
async fn many_calls_at_once_are_answered_while_redis_comes_and_goes() {
    let Some(mut server) = Server::start() else { return };
    let cache = Arc::new(open(Some(brisk(server.address())), ours()));
    let callers: Vec<_> = (0..16)
        .map(|caller| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                for round in 0..20 {
                    many(&cache, &format!("{caller} {round} "), 10).await;
                    sleep(Duration::from_millis(10)).await;
                }
            })
        })
        .collect();
    for _ in 0..3 {
        server.kill();
        sleep(Duration::from_millis(50)).await;
        server.restart();
        sleep(Duration::from_millis(50)).await;
    }
    for caller in callers {
        caller.await.expect("answered");
    }
    until_available(&cache).await;
}

#[tokio::test]
async fn nothing_is_left_when_the_cache_is_gone() {
    let port = free_port();
    let cache = open(Some(brisk(format!("redis://127.0.0.1:{port}"))), ours());
    assert!(matches!(cache.get(&entry("a")).await, Err(Error::Away)));
    drop(cache);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("free");
    // The attempt that had begun may still come; no second one does.
    let late = async {
        let _ = listener.accept().await;
        listener.accept().await
    };
    assert!(timeout(Duration::from_millis(600), late).await.is_err(), "nobody connects any more");
}
