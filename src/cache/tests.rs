//! The cache in front of a real Redis that is killed, frozen, filled, emptied and made read-only.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout};

use super::fixture::Server;
use super::{Cache, Config, Error, TierStats, Tiers};

/// Longer than any wait may be, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn cache(redis: Option<&Server>) -> Cache {
    // Long enough for a busy machine; what is frozen stays so.
    let redis_timeout = Duration::from_secs(2);
    let config = Config { redis: redis.map(Server::address), redis_timeout, ..Config::default() };
    Cache::open(config).expect("an address")
}

fn value(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

async fn made(cache: &Cache, key: &str) -> Bytes {
    let make = async { Ok::<_, std::convert::Infallible>(Bytes::from(format!("made {key}"))) };
    timeout(PATIENCE, cache.get_or_make(key, Tiers::All, make)).await.expect("in time").expect("made")
}

fn redis_stats(cache: &Cache) -> TierStats {
    *cache.stats().last().expect("two tiers")
}

/// Puts until Redis takes it again.
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
    assert_eq!(two.get_or_make("k", Tiers::All, other).await.expect("found"), "made k");
    let failed = async { Err::<Bytes, _>("no") };
    assert_eq!(*two.get_or_make("f", Tiers::All, failed).await.expect_err("failed"), "no");
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
    let config = Config { redis: Some("localhost".into()), ..Config::default() };
    let error = Cache::open(config).err().expect("refused").to_string();
    assert!(error.contains("redis must be an address like redis://127.0.0.1:6379, got \"localhost\""), "{error}");
}
