//! Servers that share a Redis: correct answers whatever Redis does, and never those of another server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Commands};

use super::fixture::{bars, id, ingest, last, open_with, question};
use crate::app::compute::answer_codec;
use crate::app::write::segment_writer::Sizes;
use crate::app::{Answer, App, CacheSecret};
use crate::cache::fixture::Server;
use crate::cache::{Key, RedisConfig};

fn open(data: &Path, server: &Server) -> Arc<App> {
    open_with(data, Sizes::default(), |config| {
        config.cache.redis = Some(patient(server));
    })
}

/// Answers wait for Redis however busy the machine is.
fn patient(server: &Server) -> RedisConfig {
    let wait = Duration::from_secs(5);
    RedisConfig { timeout: wait, connect_timeout: wait, answer_wait: wait, ..RedisConfig::at(server.address()) }
}

async fn ask(app: &Arc<App>) -> Answer {
    ask_of(app, 1).await
}

/// An answer of a series; what was computed is in Redis afterwards.
async fn ask_of(app: &Arc<App>, series: usize) -> Answer {
    let answer = app.compute.unary(question(series, last(50_000), &["sma(20)"]), None).await.expect("computed");
    app.user_cache.flush().await;
    answer
}

#[tokio::test]
async fn servers_do_not_see_answers_of_each_other_and_find_their_own_again() {
    let Some(server) = Server::start() else { return };
    let folders = [0, 1].map(|_| tempfile::tempdir().expect("a folder"));
    let mut answers = Vec::new();
    for (folder, variant) in folders.iter().zip(0..) {
        let app = open(folder.path(), &server);
        ingest(&app, 1, bars(0..60_000, variant)).await;
        answers.push(ask(&app).await);
        assert_eq!(app.metrics().computed, 1);
        app.close().await;
    }
    assert!(answers[0].epoch == answers[1].epoch && answers[0].columns != answers[1].columns);
    for (folder, answer) in folders.iter().zip(&answers) {
        let app = open(folder.path(), &server);
        assert_eq!((&ask(&app).await, app.metrics().computed), (answer, 0), "from Redis");
        app.close().await;
    }
    // A new series under an old name is distinct, also after a restart.
    let app = open(folders[0].path(), &server);
    app.write.delete(id(1)).await.expect("deleted");
    app.close().await;
    let app = open(folders[0].path(), &server);
    ingest(&app, 1, bars(0..60_000, 1)).await;
    let anew = ask(&app).await;
    assert_eq!((anew.epoch, anew.columns, app.metrics().computed), (1, answers[1].columns.clone(), 1));
    app.close().await;
}

#[tokio::test]
async fn answers_are_right_whatever_redis_does() {
    let Some(mut server) = Server::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let app = open(folder.path(), &server);
    ingest(&app, 1, bars(0..60_000, 0)).await;
    let right = ask(&app).await;
    app.close().await;
    for trouble in ["FLUSHALL", "CONFIG SET maxmemory 1", "kill"] {
        match trouble {
            "kill" => server.kill(),
            command => drop(server.tell(command)),
        }
        let app = open(folder.path(), &server);
        assert_eq!(ask(&app).await, right, "{trouble}");
        app.close().await;
    }
}

/// Opens without a memory tier, so that each query is answered by Redis or computed.
fn open_bare(data: &Path, server: &Server, secret: &str) -> Arc<App> {
    open_with(data, Sizes::default(), |config| {
        config.cache.redis = Some(patient(server));
        config.cache.memory_bytes_max = 0;
        config.cache_secret = match secret {
            "" => CacheSecret::Folder,
            secret => CacheSecret::Derived(Key::derive(secret.as_bytes()).expect("long enough")),
        };
    })
}

/// Without the key, write access to Redis changes no answer.
#[tokio::test]
async fn what_others_write_into_redis_becomes_no_answer() {
    let Some(server) = Server::start() else { return };
    let mut stranger = redis::Client::open(server.address()).and_then(|client| client.get_connection()).expect("there");
    let folder = tempfile::tempdir().expect("a folder");
    let app = open_bare(folder.path(), &server, "");
    ingest(&app, 1, bars(0..60_000, 0)).await;
    ingest(&app, 2, bars(0..60_000, 1)).await;
    let right = ask(&app).await;
    let key: String =
        stranger.scan_match::<_, String>("atrad:2:answer:*").expect("keys").next().expect("one").expect("text");
    let wrong = ask_of(&app, 2).await;
    assert_eq!(app.metrics().computed, 2);
    assert_eq!((ask(&app).await, app.metrics().computed), (right.clone(), 2), "from Redis");
    let keys: Vec<String> = stranger.keys("atrad:2:answer:*").expect("keys");
    let other = keys.iter().find(|other| **other != key).expect("of the other series");
    let sealed: Vec<u8> = stranger.get(other).expect("there");

    // A valid answer with wrong numbers, in every envelope that needs no key.
    let body = answer_codec::pack(&Answer { epoch: right.epoch, ..wrong.clone() });
    let len = (body.len() as u32).to_be_bytes();
    let crc = crc32fast::hash(&body).to_be_bytes();
    let old = [&[0x93, 1, 0xce][..], &crc, &[0xc6], &len, &body].concat();
    let new = [&[0x93, 2, 0xc4, 32][..], blake3::hash(&body).as_bytes(), &[0xc6], &len, &body].concat();
    let forged = [("version 1", old), ("without a key", new), ("moved", sealed.clone()), ("bare", body.to_vec())];
    for (computed, (how, forged)) in (3..).zip(forged) {
        let () = Cmd::set(&key, forged).query(&mut stranger).expect("set");
        assert_eq!((ask(&app).await, app.metrics().computed), (right.clone(), computed), "{how}");
        // The computed answer has replaced it.
        assert_eq!((ask(&app).await, app.metrics().computed), (right.clone(), computed), "{how}");
    }
    app.close().await;
}

#[tokio::test]
async fn entries_are_shared_by_servers_of_one_secret() {
    let Some(server) = Server::start() else { return };
    let folders = [0, 1, 2, 3].map(|_| tempfile::tempdir().expect("a folder"));
    let secrets = ["one secret for both", "one secret for both", "another secret....", ""];
    let apps: Vec<_> =
        folders.iter().zip(secrets).map(|(folder, secret)| open_bare(folder.path(), &server, secret)).collect();
    apps[0].user_cache.put("n", "k", "value".into(), None).await.expect("put");
    assert_eq!(apps[1].user_cache.get("n", "k").await.expect("shared"), "value");
    for app in &apps[2..] {
        assert!(app.user_cache.get("n", "k").await.is_err(), "of another secret");
    }
    let made = folders.each_ref().map(|folder| folder.path().join("SECRET").exists());
    assert_eq!(made, [false, false, false, true], "made where none is given");
    // A copied secret file makes two servers share.
    let text = std::fs::read_to_string(folders[3].path().join("SECRET")).expect("readable");
    apps[3].user_cache.put("n", "k", "of the folder".into(), None).await.expect("put");
    let folder = tempfile::tempdir().expect("a folder");
    let again = open_bare(folder.path(), &server, &text);
    assert_eq!(again.user_cache.get("n", "k").await.expect("shared"), "of the folder");
    for app in apps.iter().chain([&again]) {
        app.close().await;
    }
}
