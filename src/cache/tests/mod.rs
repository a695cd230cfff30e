//! The cache in front of a real Redis: what it holds, whom it trusts, and what it does when Redis is filled, flushed or
//! made read-only.

mod entries;
mod faults;
mod fuzz;
mod settings;
mod topologies;

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout};

use super::fixture::Server;
use super::{Cache, Config, EntryKey, Error, Key, RedisConfig, Swap, TierStats, Tiers, Topology, Value, envelope};

/// The commands that `docs/operations.md` lists for an ACL user.
const COMMANDS: &str = "+getrange +set +del +eval +exists +type +time +pexpireat +hget +hset +hdel +hincrby +hlen +zadd +zcard +zrem +zrangebyscore +zrevrange";

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
    open(redis.map(|server| patient(RedisConfig::at(server.address()))), key)
}

/// With timeouts that are long enough for a busy machine; a frozen server stays frozen.
fn patient(redis: RedisConfig) -> RedisConfig {
    let (timeout, connect_timeout) = (Duration::from_secs(2), Duration::from_secs(5));
    RedisConfig { timeout, connect_timeout, answer_wait: PATIENCE, retry_max: Duration::from_millis(100), ..redis }
}

fn open(redis: Option<RedisConfig>, key: Key) -> Cache {
    Cache::open(Config { redis, key: Some(key), ..Config::default() }).expect("good settings")
}

/// An entry of the namespace `n`.
fn entry(key: &str) -> EntryKey {
    EntryKey::new("n", key)
}

/// The names in Redis of such an entry, and of a computed value.
fn names(key: &str) -> [String; 2] {
    [format!("atrad:2:entry:{{n}}:{key}"), format!("atrad:2:{key}")]
}

/// Lets a user in who may do just what is needed, and this.
fn admit(server: &Server, more: &str) {
    assert_eq!(server.tell(&format!("ACL SETUSER agent reset on >right ~atrad:* {COMMANDS} {more}")), "+OK");
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
    let all = Tiers::All(Duration::ZERO);
    let value = timeout(PATIENCE, cache.get_or_make(key, all, any, make)).await.expect("in time").expect("made");
    cache.flush().await;
    value
}

/// A computed value that another has computed.
async fn found(cache: &Cache, key: &str) -> Bytes {
    let make = async { Err::<Bytes, _>("computed anew") };
    timeout(PATIENCE, cache.get_or_make(key, Tiers::All(PATIENCE), any, make)).await.expect("in time").expect("found")
}

fn redis_stats(cache: &Cache) -> TierStats {
    *cache.stats().last().expect("two tiers")
}

/// Puts until Redis accepts writes again.
async fn put_at_last(cache: &Cache, key: &str) {
    let end = Instant::now() + PATIENCE;
    while let Err(error) = cache.put(&entry(key), value("back"), None).await {
        assert!(Instant::now() < end, "{error}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn entries_live_and_die(one: &Cache, two: &Cache) {
    assert_eq!(one.get(&entry("a")).await.expect("there"), None);
    one.put(&entry("a"), value("1"), None).await.expect("put");
    one.put(&entry("short"), value("2"), Some(Duration::from_millis(30))).await.expect("put");
    one.put(&entry("long"), value("3"), Some(Duration::MAX)).await.expect("put");
    assert_eq!(two.get(&entry("a")).await.expect("there"), Some(value("1")));
    assert_eq!(two.get(&entry("long")).await.expect("there"), Some(value("3")));
    sleep(Duration::from_millis(60)).await;
    assert_eq!(one.get(&entry("short")).await.expect("there"), None);
    one.put(&entry("a"), value("4"), None).await.expect("put");
    assert_eq!(one.get(&entry("a")).await.expect("there"), Some(value("4")));
    one.delete(&entry("a")).await.expect("deleted");
    one.delete(&entry("a")).await.expect("gone already");
    assert_eq!(one.get(&entry("a")).await.expect("there"), None);
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
    while two.get(&entry("a")).await.expect("there").is_some() {
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
    assert_eq!(two.get_or_make("k", Tiers::All(PATIENCE), any, other).await.expect("found"), "made k");
    let third = cache(Some(&server));
    let newer = async { Ok::<_, std::convert::Infallible>(value("of this version")) };
    let made_anew = third.get_or_make("k", Tiers::All(PATIENCE), |found| found == "of this version", newer).await;
    assert_eq!(made_anew.expect("made"), "of this version", "what does not fit is made anew");
    let failed = async { Err::<Bytes, _>("no") };
    assert_eq!(*two.get_or_make("f", Tiers::All(PATIENCE), any, failed).await.expect_err("failed"), "no");
    assert_eq!(made(&two, "f").await, "made f", "errors are not kept");
}

#[tokio::test]
async fn garbage_is_a_miss() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    for (key, command) in [("g", "SET NAME garbage"), ("e", "SET NAME \"\""), ("l", "LPUSH NAME a b")] {
        for name in names(key) {
            assert!(!server.tell(&command.replace("NAME", &name)).starts_with('-'));
        }
        assert_eq!(cache.get(&entry(key)).await.expect("there"), None, "{command}");
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
        let key = format!("k{number}");
        for name in names(&key) {
            let (_, forged) = forgeries(&name, b"forged").swap_remove(number);
            let () = redis::Cmd::set(name, forged).query(&mut stranger).expect("set");
        }
        let cache = cache(Some(&server));
        assert_eq!(cache.get(&entry(&key)).await.expect("there"), None, "{how}");
        assert_eq!(made(&cache, &key).await, format!("made {key}"), "{how}");
        assert_eq!((redis_stats(&cache).hits, redis_stats(&cache).errors), (0, 0), "{how}");
        // Its own value replaces the forged one.
        assert_eq!(found(&self::cache(Some(&server)), &key).await, format!("made {key}"), "{how}");
    }
    // Control: the same value sealed with the key is a hit, so the rejections above have the intended cause.
    let [name, _] = names("k");
    let () = redis::Cmd::set(&name, envelope::seal(&ours(), &name, b"right")).query(&mut stranger).expect("set");
    assert_eq!(cache(Some(&server)).get(&entry("k")).await.expect("there"), Some(value("right")));
}

#[tokio::test]
async fn a_value_moved_by_redis_is_a_miss() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put(&entry("from"), value("1"), None).await.expect("put");
    for [from, to] in [[0, 0], [0, 1]].map(|[from, to]| [names("from")[from].clone(), names("to")[to].clone()]) {
        assert_eq!(server.tell(&format!("COPY {from} {to}")), ":1");
    }
    assert_eq!(cache.get(&entry("to")).await.expect("there"), None);
    assert_eq!(made(&cache, "to").await, "made to");
}

#[tokio::test]
async fn servers_share_values_by_their_secret() {
    let Some(server) = Server::start() else { return };
    let [one, same, other] = ["the secret of two", "the secret of two\n", "the secret of one"].map(key);
    let [one, same, other] = [one, same, other].map(|key| cache_with(Some(&server), key));
    one.put(&entry("k"), value("1"), None).await.expect("put");
    assert_eq!(same.get(&entry("k")).await.expect("there"), Some(value("1")));
    assert_eq!(other.get(&entry("k")).await.expect("there"), None);
    assert_eq!(made(&other, "k").await, "made k");
}

#[tokio::test]
async fn a_value_at_the_limit_is_read_and_a_larger_one_is_not_fetched() {
    let Some(server) = Server::start() else { return };
    let (one, max) = (cache(Some(&server)), Config::default().entry_bytes_max);
    for (name, bytes) in [("most", max), ("more", max + 1)] {
        one.put(&entry(name), vec![7; bytes].into(), None).await.expect("put");
    }
    let two = cache(Some(&server));
    assert_eq!(two.get(&entry("most")).await.expect("there").map(|value| value.len()), Some(max));
    assert_eq!(two.get(&entry("more")).await.expect("there"), None);
    let mut stranger = stranger(&server);
    let huge = 256 << 20;
    for name in names("huge") {
        let () = redis::Cmd::setrange(name, huge - 1, "x").query(&mut stranger).expect("set");
    }
    let sent = |stranger: &mut redis::Connection| -> u64 {
        let stats: redis::InfoDict = redis::cmd("INFO").arg("stats").query(stranger).expect("a reply");
        stats.get("total_net_output_bytes").expect("a count")
    };
    let before = sent(&mut stranger);
    assert_eq!(two.get(&entry("huge")).await.expect("there"), None);
    assert_eq!(made(&two, "huge").await, "made huge");
    let fetched = sent(&mut stranger) - before;
    assert!(fetched < 3 * max as u64, "{fetched} bytes for two values of {huge}");
}

#[tokio::test]
async fn a_full_redis_is_still_read() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put(&entry("before"), value("1"), None).await.expect("put");
    server.tell("CONFIG SET maxmemory-policy noeviction");
    server.tell("CONFIG SET maxmemory 1");
    for number in 0..20 {
        let key = format!("k{number}");
        assert_eq!(made(&cache, &key).await, format!("made {key}"));
    }
    assert!(matches!(cache.put(&entry("a"), value("2"), None).await, Err(Error::Refused(_))));
    assert_eq!(self::cache(Some(&server)).get(&entry("before")).await.expect("there"), Some(value("1")));
    let fresh = self::cache(Some(&server));
    fresh.put(&entry("a"), value("2"), None).await.expect_err("full");
    assert_eq!(fresh.get(&entry("before")).await.expect("reads go on"), Some(value("1")));
    server.tell("CONFIG SET maxmemory 0");
    cache.put(&entry("a"), value("2"), None).await.expect("room again");
}

#[tokio::test]
async fn an_emptied_redis_is_filled_again() {
    let Some(server) = Server::start() else { return };
    assert_eq!(made(&cache(Some(&server)), "k").await, "made k");
    assert_eq!(server.tell("FLUSHALL"), "+OK");
    let cache = cache(Some(&server));
    assert_eq!(made(&cache, "k").await, "made k");
    assert_eq!(server.tell(&format!("EXISTS {}", names("k")[1])), ":1");
}

#[tokio::test]
async fn a_replica_is_read_and_written_once_it_is_the_master() {
    let Some(server) = Server::start() else { return };
    let cache = cache(Some(&server));
    cache.put(&entry("before"), value("1"), None).await.expect("put");
    assert_eq!(server.tell("REPLICAOF 127.0.0.1 1"), "+OK");
    let fresh = self::cache(Some(&server));
    for number in 0..5 {
        let key = format!("k{number}");
        assert_eq!(made(&fresh, &key).await, format!("made {key}"));
        assert!(matches!(fresh.put(&entry("a"), value("2"), None).await, Err(Error::Refused(_))));
    }
    assert_eq!(fresh.get(&entry("before")).await.expect("there"), Some(value("1")));
    assert_eq!(server.tell("REPLICAOF NO ONE"), "+OK");
    put_at_last(&cache, "a").await;
    put_at_last(&fresh, "a").await;
}
