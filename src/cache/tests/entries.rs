//! Entries of users: comparing and setting, quotas of namespaces, and the order of values.

use std::sync::Arc;

use super::*;

async fn compare_and_set_decides(one: &Cache, two: &Cache) {
    let (key, none) = (entry("k"), None);
    let swap = async |cache: &Cache, expected: Option<&'static str>, new: &'static str| {
        let expected = expected.map(str::as_bytes);
        cache.compare_and_set(&key, expected, value(new), None).await.expect("there")
    };
    assert_eq!(swap(one, Some("x"), "1").await, Swap::Mismatch(None), "there is none");
    assert_eq!(swap(one, none, "1").await, Swap::Stored);
    assert_eq!(swap(two, none, "2").await, Swap::Mismatch(Some(value("1"))));
    assert_eq!(swap(two, Some(""), "2").await, Swap::Mismatch(Some(value("1"))));
    assert_eq!(swap(two, Some("1"), "").await, Swap::Stored);
    assert_eq!(one.get(&key).await.expect("there").map(|value| value.len() <= 1), Some(true), "a copy of 1 s at most");
    assert_eq!(swap(one, Some(""), "3").await, Swap::Stored, "an empty value is a value");
    assert_eq!(one.get(&key).await.expect("there"), Some(value("3")));
    assert_eq!(swap(one, Some("1"), "4").await, Swap::Mismatch(Some(value("3"))));
    one.delete(&key).await.expect("deleted");
    assert_eq!(swap(one, Some("3"), "4").await, Swap::Mismatch(None));
    let long: &'static str = Box::leak("a value longer than what is compared ".repeat(100).into_boxed_str());
    assert_eq!(swap(one, None, long).await, Swap::Stored);
    assert_eq!(swap(two, Some(&long[..long.len() - 1]), "5").await, Swap::Mismatch(Some(value(long))));
    assert_eq!(swap(two, Some(long), "5").await, Swap::Stored);
}

#[tokio::test]
async fn compare_and_set_in_memory() {
    let cache = cache(None);
    compare_and_set_decides(&cache, &cache).await;
}

#[tokio::test]
async fn compare_and_set_in_redis() {
    let Some(server) = Server::start() else { return };
    let (one, two) = (cache(Some(&server)), cache(Some(&server)));
    compare_and_set_decides(&one, &two).await;
    // What others wrote there is not a value of ours.
    let [name, _] = names("forged");
    for command in ["SET NAME garbage", "LPUSH NAME a"] {
        server.tell(&format!("DEL {name}"));
        server.tell(&command.replace("NAME", &name));
        let forged = entry("forged");
        assert_eq!(
            one.compare_and_set(&forged, Some(b"garbage"), value("1"), None).await.expect("there"),
            Swap::Mismatch(None)
        );
        assert_eq!(
            one.compare_and_set(&forged, None, value("1"), None).await.expect("there"),
            Swap::Stored,
            "{command}"
        );
        assert_eq!(two.get(&forged).await.expect("there"), Some(value("1")));
        sleep(Duration::from_millis(1100)).await;
    }
}

/// Counts to 200 by comparing and setting: no step may be lost.
async fn count(caches: [Arc<Cache>; 2]) {
    let key = EntryKey::new("n", "count");
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let (cache, key) = (Arc::clone(&caches[caller % 2]), key.clone());
            tokio::spawn(async move {
                for _ in 0..25 {
                    let mut held: Option<Bytes> = None;
                    loop {
                        let number: u32 = held
                            .as_ref()
                            .map_or(0, |held| std::str::from_utf8(held).expect("text").parse().expect("a number"));
                        let next = Bytes::from((number + 1).to_string());
                        match cache.compare_and_set(&key, held.as_deref(), next, None).await.expect("there") {
                            Swap::Stored => break,
                            Swap::Mismatch(current) => held = current,
                        }
                    }
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("done");
    }
    assert_eq!(caches[0].compare_and_set(&key, Some(b"200"), value("done"), None).await.expect("there"), Swap::Stored);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_step_is_lost_in_memory() {
    let cache = Arc::new(cache(None));
    count([Arc::clone(&cache), cache]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_step_is_lost_in_redis() {
    let Some(server) = Server::start() else { return };
    count([(); 2].map(|()| Arc::new(cache(Some(&server))))).await;
}

/// A namespace of ten entries of 1,000 bytes: 512 and the key count, too.
const QUOTA: u64 = 10 * (1000 + 512 + 2);

fn limited(redis: Option<RedisConfig>) -> Cache {
    let config = Config { redis, key: Some(ours()), namespace_bytes_max: QUOTA, ..Config::default() };
    Cache::open(config).expect("good settings")
}

async fn quotas_hold(one: &Cache, two: &Cache) {
    let kilobyte = || Bytes::from(vec![7; 1000]);
    let put = async |cache: &Cache, key: &EntryKey| cache.put(key, kilobyte(), None).await;
    for number in 0..10 {
        put(one, &entry(&format!("k{number}"))).await.expect("it fits");
    }
    for cache in [one, two] {
        let error = put(cache, &entry("kk")).await.expect_err("full");
        assert!(matches!(error, Error::NamespaceFull { max: QUOTA, needed } if needed == QUOTA + 1514), "{error}");
        let swap = cache.compare_and_set(&entry("kk"), None, kilobyte(), None).await.expect_err("full");
        assert!(matches!(swap, Error::NamespaceFull { .. }), "{swap}");
    }
    put(two, &EntryKey::new("m", "kk")).await.expect("another namespace has room");
    put(two, &entry("k3")).await.expect("in place of itself");
    one.put(&entry("k4"), value("short"), None).await.expect("shorter");
    put(two, &entry("k4")).await.expect("as before");
    two.delete(&entry("k5")).await.expect("deleted");
    two.delete(&entry("k5")).await.expect("counted once");
    put(one, &entry("kk")).await.expect("room again");
    put(one, &entry("k5")).await.expect_err("full again");
    // What expires makes room.
    one.put(&entry("kk"), kilobyte(), Some(Duration::from_millis(30))).await.expect("in place of itself");
    let end = Instant::now() + PATIENCE;
    while put(two, &entry("k5")).await.is_err() {
        // The timers of memory are coarse.
        assert!(Instant::now() < end, "room after the TTL");
        sleep(Duration::from_millis(20)).await;
    }
    let large = Bytes::from(vec![7; QUOTA as usize]);
    assert!(matches!(two.put(&EntryKey::new("empty", "k"), large, None).await, Err(Error::NamespaceFull { .. })));
}

#[tokio::test]
async fn quotas_hold_in_memory() {
    let cache = limited(None);
    quotas_hold(&cache, &cache).await;
}

#[tokio::test]
async fn quotas_hold_in_redis_for_all_servers() {
    let Some(server) = Server::start() else { return };
    let [one, two] = [(); 2].map(|()| limited(Some(patient(RedisConfig::at(server.address())))));
    quotas_hold(&one, &two).await;
    // The counts go when their entries do.
    for number in 0..10 {
        one.delete(&entry(&format!("k{number}"))).await.expect("deleted");
    }
    one.put(&entry("last"), value("1"), Some(Duration::from_millis(20))).await.expect("put");
    server.wait_for("EXISTS atrad:2:sizes:{n} atrad:2:ends:{n}", |reply| reply == ":0");
}

/// Who writes a value reads it or a newer one at the same server, whatever slow readers copy meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_older_value_never_covers_a_newer_one() {
    let Some(server) = Server::start() else { return };
    let cache = Arc::new(cache(Some(&server)));
    let key = entry("k");
    let is_over = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (cache, key, is_over) = (Arc::clone(&cache), key.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    cache.get(&key).await.expect("there");
                    // Forgets the copy, so that Redis is read again and again.
                    cache.memory.delete(&key.name()).await;
                }
            })
        })
        .collect();
    for number in 0..500 {
        let written = Bytes::from(number.to_string());
        cache.put(&key, written.clone(), None).await.expect("put");
        assert_eq!(cache.get(&key).await.expect("there"), Some(written));
    }
    is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("done");
    }
}

#[tokio::test]
async fn prefixes_keep_servers_apart() {
    let Some(server) = Server::start() else { return };
    let at = |prefix: &str| RedisConfig { prefix: prefix.into(), ..patient(RedisConfig::at(server.address())) };
    let [one, two] = ["one:", "two:"].map(|prefix| open(Some(at(prefix)), ours()));
    one.put(&entry("k"), value("1"), None).await.expect("put");
    assert_eq!(two.get(&entry("k")).await.expect("there"), None);
    assert_eq!(server.tell("EXISTS one:2:entry:{n}:k"), ":1");
    // Another database of the same server.
    let config = patient(RedisConfig::at(format!("{}/3", server.address())));
    let elsewhere = open(Some(RedisConfig { prefix: "one:".into(), ..config }), ours());
    assert_eq!(elsewhere.get(&entry("k")).await.expect("there"), None);
    let nowhere = open(Some(patient(RedisConfig::at(format!("{}/99", server.address())))), ours());
    assert!(matches!(nowhere.get(&entry("k")).await, Err(Error::Away)), "there is no such database");
}

#[tokio::test]
async fn a_namespace_is_not_full_of_what_was_evicted() {
    let Some(server) = Server::start() else { return };
    let cache = limited(Some(patient(RedisConfig::at(server.address()))));
    let kilobyte = || Bytes::from(vec![7; 1000]);
    for number in 0..10 {
        cache.put(&entry(&format!("k{number}")), kilobyte(), None).await.expect("it fits");
    }
    cache.put(&entry("kk"), kilobyte(), None).await.expect_err("full");
    // As `allkeys-lru` does.
    server.tell("DEL atrad:2:ends:{n}");
    for number in 0..10 {
        cache.put(&entry(&format!("l{number}")), kilobyte(), None).await.expect("counted anew");
    }
    cache.put(&entry("ll"), kilobyte(), None).await.expect_err("full again");
}

#[tokio::test]
async fn a_comparison_that_comes_twice_is_done_once() {
    let Some(server) = Server::start() else { return };
    let client = redis::Client::open(server.address()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    let mut swap = async |done: &str, expected: &str, value: &str| {
        let mut command = redis::cmd("EVAL");
        command.arg(include_str!("../redis/write.lua")).arg(4).arg("entry").arg("sizes").arg("ends").arg(done);
        command.arg("entry").arg(value).arg(60_000).arg(100).arg(10_000).arg(100).arg(expected);
        command.query_async::<(u8, String)>(&mut connection).await.expect("run")
    };
    assert_eq!(swap("done1", "", "1").await, (1, String::new()));
    assert_eq!(swap("done1", "", "1").await, (1, String::new()), "as before");
    assert_eq!(swap("done2", "1", "2").await, (1, String::new()));
    assert_eq!(swap("done1", "", "1").await, (1, String::new()), "nothing is written");
    assert_eq!(swap("done3", "1", "3").await, (0, "2".into()));
}
