//! Watches of adjusted bars: a new action changes what was told.

use bytes::Bytes;

use super::fixture::{app, bars, id, ingest};
use super::watch::{View, act, computed, watch_of};
use crate::app::{ActionKind, Adjust, WatchQuestion};

#[tokio::test]
async fn an_action_revises_what_was_told_also_of_who_comes_back() {
    let (_folder, app) = app();
    ingest(&app, 1, bars(0..100, 0)).await;
    let total = WatchQuestion { adjust: Adjust::Total, ..watch_of(vec![id(1)], &["ema(close, 9)", "volume"], 100) };
    let raw = WatchQuestion { adjust: Adjust::None, ..total.clone() };
    let (mut adjusted, mut plain) = (View::new(&app, &total), View::new(&app, &raw));
    adjusted.take().await;
    plain.take().await;
    assert_eq!(adjusted.rows, plain.rows);
    let (before, unadjusted) = (adjusted.token.clone(), plain.rows.clone());
    act(&app, 1, 50, ActionKind::Split, 4.0).await;
    let rows = adjusted.rows().await;
    assert_eq!((rows.revised_from, rows.answer.rows(), rows.answer.adjustments[0].rows()), (Some(i64::MIN), 100, 50));
    adjusted.apply(&rows);
    assert_eq!(adjusted.rows, computed(&app, &total, 1).await);
    let resumed = |token: &Bytes| WatchQuestion { resume: vec![token.clone()], ..total.clone() };
    let mut back = View::new(&app, &resumed(&before));
    assert_eq!(back.rows().await.revised_from, Some(i64::MIN), "it was away when the split came");
    let mut again = View::new(&app, &resumed(&adjusted.token));
    ingest(&app, 1, bars(100..101, 0)).await;
    for view in [&mut adjusted, &mut again, &mut plain] {
        let rows = view.rows().await;
        assert_eq!((rows.revised_from, rows.answer.rows()), (None, 1));
    }
    assert_eq!(plain.rows, unadjusted);
    // The token of one adjustment is not that of another.
    let other = WatchQuestion { adjust: Adjust::Split, ..resumed(&before) };
    assert!(app.watches.watch(other, None).is_err_and(|error| error.field().as_deref() == Some("resume_tokens")));
    // Bars that cannot be adjusted are told, and the watch goes on once they can.
    act(&app, 1, 60, ActionKind::Dividend, 1e6).await;
    let failed = adjusted.next().await.expect("it goes on").expect("an event").outcome.expect_err("no factor");
    assert_eq!(failed.field().as_deref(), Some("adjust"));
    act(&app, 1, 60, ActionKind::Dividend, 0.5).await;
    adjusted.until(&computed(&app, &total, 1).await).await;
}
