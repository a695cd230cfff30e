//! Servers that share a Redis: right answers whatever Redis does, and never those of another.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::fixture::{bars, id, ingest, last, open_with, question};
use crate::app::files::Sizes;
use crate::app::{Answer, App};
use crate::cache::fixture::Server;

fn open(data: &Path, server: &Server) -> Arc<App> {
    open_with(data, Sizes::default(), |config| {
        config.cache.redis = Some(server.address());
        config.cache.redis_timeout = Duration::from_secs(1);
    })
}

async fn ask(app: &Arc<App>) -> Answer {
    app.compute(question(1, last(50_000), &["sma(20)"]), None).await.expect("computed")
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
        assert_eq!(app.figures().computed, 1);
        app.close().await;
    }
    assert!(answers[0].epoch == answers[1].epoch && answers[0].columns != answers[1].columns);
    for (folder, answer) in folders.iter().zip(&answers) {
        let app = open(folder.path(), &server);
        assert_eq!((&ask(&app).await, app.figures().computed), (answer, 0), "from Redis");
        app.close().await;
    }
    // What is made anew under an old name is something else, also after a restart.
    let app = open(folders[0].path(), &server);
    app.delete(id(1)).await.expect("deleted");
    app.close().await;
    let app = open(folders[0].path(), &server);
    ingest(&app, 1, bars(0..60_000, 1)).await;
    let anew = ask(&app).await;
    assert_eq!((anew.epoch, anew.columns, app.figures().computed), (1, answers[1].columns.clone(), 1));
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
