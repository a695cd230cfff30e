//! The cache in front of a real Redis that is killed, frozen, filled, flushed and made read-only.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout};

use super::fixture::Server;
use super::{Cache, Config, Error, Key, TierStats, Tiers, Value, envelope};

/// Longer than any wait on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn key(secret: &str) -> Key {
    Key::derive(secret.as_bytes()).expect("long enough")
}

fn ours() -> Key {
    key("a secret of these tests")
}

fn cache(redis: Option<&Server>) -> Cache {
    cache_with(redis, ours())
}

fn cache_with(redis: Option<&Server>, key: Key) -> Cache {
    // Long enough for a busy machine; a frozen server stays frozen.
    let redis_timeout = Duration::from_secs(2);
    let config = Config { redis: redis.map(Server::address), redis_timeout, key: Some(key), ..Config::default() };
    Cache::open(config).expect("an address")
}

/// A Redis client that bypasses the cache.
fn stranger(server: &Server) -> redis::Connection {
    redis::Client::open(server.address()).and_then(|client| client.get_connection()).expect("connected")
}

fn value(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

impl Value for Bytes {
    fn size(&self) -> usize {
        self.len()
    }

    fn encode(&self) -> Bytes {
        self.clone()
    }

    fn decode(bytes: &Bytes) -> Option<Self> {
        Some(bytes.clone())
    }
}

fn any(_: &Bytes) -> bool {
    true
}

async fn made(cache: &Cache, key: &str) -> Bytes {
    let make = async { Ok::<_, std::convert::Infallible>(Bytes::from(format!("made {key}"))) };
    timeout(PATIENCE, cache.get_or_make(key, Tiers::All, any, make)).await.expect("in time").expect("made")
}

fn redis_stats(cache: &Cache) -> TierStats {
    *cache.stats().last().expect("two tiers")
}

/// Puts until Redis accepts writes again.
async fn put_at_last(cache: &Cache, key: &str) {
    let end = Instant::now() + PATIENCE;
    while let Err(error) = cache.put(key, value("back"), None).await {
        assert!(Instant::now() < end, "{error}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn entries_live_and_die(one: &Cache, two: &Cache) {
    assert_eq!(one.get("a").await.expect("there"), None);
    one.put("a", value("1"), None).await.expect("put");
    one.put("short", value("2"), Some(Duration::from_millis(30))).await.expect("put");
    one.put("long", value("3"), Some(Duration::MAX)).await.expect("put");
    assert_eq!(two.get("a").await.expect("there"), Some(value("1")));
    assert_eq!(two.get("long").await.expect("there"), Some(value("3")));
    sleep(Duration::from_millis(60)).await;
    assert_eq!(one.get("short").await.expect("there"), None);
    one.put("a", value("4"), None).await.expect("put");
    assert_eq!(one.get("a").await.expect("there"), Some(value("4")));
    one.delete("a").await.expect("deleted");
    one.delete("a").await.expect("gone already");
    assert_eq!(one.get("a").await.expect("there"), None);
}

#[tokio::test]
async fn entries_live_and_die_in_memory() {
    let cache = cache(None);
    entries_live_and_die(&cache, &cache).await;
    assert_eq!(cache.stats().len(), 1);
}

#[tokio::test]
async fn entries_live_and_die_in_redis() {
    let Some(server) = Server::start() else { return };
    let (one, two) = (cache(Some(&server)), cache(Some(&server)));
    entries_live_and_die(&one, &two).await;
    let end = Instant::now() + PATIENCE;
    while two.get("a").await.expect("there").is_some() {
        assert!(Instant::now() < end, "memory forgets what others have deleted");
        sleep(Duration::from_millis(20)).await;
    }
    assert!(redis_stats(&two).hits >= 2);
}

#[tokio::test]
async fn made_once_and_shared() {
    let Some(server) = Server::start() else { return };
    let (one, two) = (cache(Some(&server)), cache(Some(&server)));
    assert_eq!(made(&one, "k").await, "made k");
    let other = async { Ok::<_, std::convert::Infallible>(value("made by another")) };
    assert_eq!(two.get_or_make("k", Tiers::All, any, other).await.expect("found"), "made k");
    let third = cache(Some(&server));
    let newer = async { Ok::<_, std::convert::Infallible>(value("of this version")) };
    let made_anew = third.get_or_make("k", Tiers::All, |found| found == "of this version", newer).await;
    assert_eq!(made_anew.expect("made"), "of this version", "what does not fit is made anew");
    let failed = async { Err::<Bytes, _>("no") };
    assert_eq!(*two.get_or_make("f", Tiers::All, any, failed).await.expect_err("failed"), "no");
    assert_eq!(made(&two, "f").await, "made f", "errors are not kept");
}

#[tokio::test]
async fn garbage_is_a_miss() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    for (key, command) in [("g", "SET g garbage"), ("e", "SET e \"\""), ("l", "LPUSH l a b")] {
        server.tell(command);
        assert_eq!(cache.get(key).await.expect("there"), None, "{command}");
        assert_eq!(made(&cache, key).await, format!("made {key}"));
    }
    assert_eq!(redis_stats(&cache).errors, 0);
}

/// Values others can write under a name whose value they know and can read.
fn forgeries(name: &str, body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = [&[0xc4, body.len() as u8][..], body].concat();
    let crc = crc32fast::hash(body).to_be_bytes();
    let unkeyed = blake3::hash(body);
    let sealed = envelope::seal(&ours(), name, body);
    vec![
        ("version 1 with the right CRC", [&[0x93, 1, 0xce][..], &crc, &bytes].concat()),
        ("version 2 with a CRC", [&[0x93, 2, 0xce][..], &crc, &bytes].concat()),
        ("version 2 with a hash that has no key", [&[0x93, 2, 0xc4, 32][..], unkeyed.as_bytes(), &bytes].concat()),
        ("of another name", envelope::seal(&ours(), "another", body)),
        ("of another secret", envelope::seal(&key("the secret of others"), name, body)),
        ("truncated", sealed[..sealed.len() - 1].to_vec()),
        ("continued", [&sealed[..], b"x"].concat()),
        ("the value alone", body.to_vec()),
    ]
}

#[tokio::test]
async fn what_others_write_is_a_miss() {
    let Some(server) = Server::start() else { return };
    let mut stranger = stranger(&server);
    for (number, (how, _)) in forgeries("", b"").iter().enumerate() {
        let (entry, computed) = (format!("entry {number}"), format!("computed {number}"));
        for name in [&entry, &computed] {
            let (_, forged) = forgeries(name, b"forged").swap_remove(number);
            let () = redis::Cmd::set(name, forged).query(&mut stranger).expect("set");
        }
        let cache = cache(Some(&server));
        assert_eq!(cache.get(&entry).await.expect("there"), None, "{how}");
        assert_eq!(made(&cache, &computed).await, format!("made {computed}"), "{how}");
        assert_eq!((redis_stats(&cache).hits, redis_stats(&cache).errors), (0, 0), "{how}");
        // Its own value replaces the forged one.
        let again = self::cache(Some(&server));
        assert_eq!(again.get(&computed).await.expect("there"), Some(format!("made {computed}").into()), "{how}");
    }
    // Control: the same value sealed with the key is a hit, so the rejections above have the intended cause.
    let () = redis::Cmd::set("k", envelope::seal(&ours(), "k", b"right")).query(&mut stranger).expect("set");
    assert_eq!(cache(Some(&server)).get("k").await.expect("there"), Some(value("right")));
}

#[tokio::test]
async fn a_value_moved_by_redis_is_a_miss() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put("from", value("1"), None).await.expect("put");
    assert_eq!(server.tell("COPY from to"), ":1");
    assert_eq!(cache.get("to").await.expect("there"), None);
    assert_eq!(made(&cache, "to").await, "made to");
}

#[tokio::test]
async fn servers_share_values_by_their_secret() {
    let Some(server) = Server::start() else { return };
    let [one, same, other] = ["the secret of two", "the secret of two\n", "the secret of one"].map(key);
    let [one, same, other] = [one, same, other].map(|key| cache_with(Some(&server), key));
    one.put("k", value("1"), None).await.expect("put");
    assert_eq!(same.get("k").await.expect("there"), Some(value("1")));
    assert_eq!(other.get("k").await.expect("there"), None);
    assert_eq!(made(&other, "k").await, "made k");
}

#[tokio::test]
async fn a_value_at_the_limit_is_read_and_a_larger_one_is_not_fetched() {
    let Some(server) = Server::start() else { return };
    let (one, max) = (cache(Some(&server)), Config::default().entry_bytes_max);
    for (name, bytes) in [("most", max), ("more", max + 1)] {
        one.put(name, vec![7; bytes].into(), None).await.expect("put");
    }
    let two = cache(Some(&server));
    assert_eq!(two.get("most").await.expect("there").map(|value| value.len()), Some(max));
    assert_eq!(two.get("more").await.expect("there"), None);
    let mut stranger = stranger(&server);
    let huge = 256 << 20;
    for name in ["huge entry", "huge computed"] {
        let () = redis::Cmd::setrange(name, huge - 1, "x").query(&mut stranger).expect("set");
    }
    let sent = |stranger: &mut redis::Connection| -> u64 {
        let stats: redis::InfoDict = redis::cmd("INFO").arg("stats").query(stranger).expect("a reply");
        stats.get("total_net_output_bytes").expect("a count")
    };
    let before = sent(&mut stranger);
    assert_eq!(two.get("huge entry").await.expect("there"), None);
    assert_eq!(made(&two, "huge computed").await, "made huge computed");
    let fetched = sent(&mut stranger) - before;
    assert!(fetched < 3 * max as u64, "{fetched} bytes for two values of {huge}");
}

#[tokio::test]
async fn redis_may_be_killed_and_come_back() {
    let Some(mut server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put("before", value("1"), None).await.expect("put");
    server.kill();
    for number in 0..50 {
        let key = format!("k{number}");
        assert_eq!(made(&cache, &key).await, format!("made {key}"));
    }
    let error = cache.get("none").await.expect_err("away");
    assert!(matches!(error, Error::Away | Error::Refused(_) | Error::Slow(_)), "{error}");
    assert!(redis_stats(&cache).errors >= 50, "those after the first did not wait");
    server.restart();
    put_at_last(&cache, "back").await;
    assert_eq!(self::cache(Some(&server)).get("back").await.expect("there"), Some(value("back")));
}

#[tokio::test]
async fn a_frozen_redis_costs_little_time() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put("before", value("1"), None).await.expect("put");
    server.freeze(true);
    let many = async {
        for number in 0..200 {
            let key = format!("k{number}");
            assert_eq!(made(&cache, &key).await, format!("made {key}"));
        }
    };
    timeout(PATIENCE, many).await.expect("the waits do not add up");
    assert!(matches!(cache.get("none").await, Err(Error::Away | Error::Slow(_))));
    server.freeze(false);
    put_at_last(&cache, "back").await;
}

#[tokio::test]
async fn a_full_redis_is_still_read() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put("before", value("1"), None).await.expect("put");
    server.tell("CONFIG SET maxmemory-policy noeviction");
    server.tell("CONFIG SET maxmemory 1");
    for number in 0..20 {
        let key = format!("k{number}");
        assert_eq!(made(&cache, &key).await, format!("made {key}"));
    }
    assert!(matches!(cache.put("a", value("2"), None).await, Err(Error::Refused(_))));
    assert_eq!(self::cache(Some(&server)).get("before").await.expect("there"), Some(value("1")));
    let fresh = self::cache(Some(&server));
    fresh.put("a", value("2"), None).await.expect_err("full");
    assert_eq!(fresh.get("before").await.expect("reads go on"), Some(value("1")));
    server.tell("CONFIG SET maxmemory 0");
    cache.put("a", value("2"), None).await.expect("room again");
}

#[tokio::test]
async fn an_emptied_redis_is_filled_again() {
    let Some(server) = Server::start() else { return };
    assert_eq!(made(&cache(Some(&server)), "k").await, "made k");
    assert_eq!(server.tell("FLUSHALL"), "+OK");
    let cache = cache(Some(&server));
    assert_eq!(cache.get("k").await.expect("there"), None);
    assert_eq!(made(&cache, "k").await, "made k");
    assert_eq!(server.tell("EXISTS k"), ":1");
}

#[tokio::test]
async fn a_replica_is_read_and_written_once_it_is_the_master() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put("before", value("1"), None).await.expect("put");
    assert_eq!(server.tell("REPLICAOF 127.0.0.1 1"), "+OK");
    let fresh = self::cache(Some(&server));
    for number in 0..5 {
        let key = format!("k{number}");
        assert_eq!(made(&fresh, &key).await, format!("made {key}"));
        assert!(matches!(fresh.put("a", value("2"), None).await, Err(Error::Refused(_))));
    }
    assert_eq!(fresh.get("before").await.expect("there"), Some(value("1")));
    assert_eq!(server.tell("REPLICAOF NO ONE"), "+OK");
    put_at_last(&cache, "a").await;
    put_at_last(&fresh, "a").await;
}

#[test]
fn what_is_no_address_is_refused() {
    let config = Config { redis: Some("localhost".into()), key: Some(ours()), ..Config::default() };
    let error = Cache::open(config).err().expect("refused").to_string();
    assert!(error.contains("redis must be an address like redis://127.0.0.1:6379, got \"localhost\""), "{error}");
}

#[test]
fn redis_without_a_key_is_refused() {
    let config = Config { redis: Some("redis://127.0.0.1:6379".into()), ..Config::default() };
    assert!(matches!(Cache::open(config), Err(Error::NoKey)));
}

#[test]
fn errors_show_no_password() {
    for (address, shown) in [
        ("http://user:secret@10.0.0.1:6379", "http://***@10.0.0.1:6379"),
        ("user:secret@host", "***@host"),
        ("localhost", "localhost"),
    ] {
        let key = ours();
        let config = Config { redis: Some(address.into()), key: Some(key), ..Config::default() };
        let error = Cache::open(config).err().expect("not an address of Redis").to_string();
        assert!(error.contains(shown) && !error.contains("secret"), "{error}");
    }
}
