//! Lists and deletions of corporate actions, as far as a caller may know them.

use std::sync::Arc;

use super::fixture::{MINUTE, SMALL, app_with, open_with};
use crate::app::write::actions::edit::Which;
use crate::app::{App, CallContext, Identity, PutOutcome, Scope};
use crate::ledger::{ActionKind, CorporateAction};
use crate::series::Symbol;

fn symbol(name: &str) -> Symbol {
    name.parse().expect("valid")
}

fn split(minute: i64) -> CorporateAction {
    CorporateAction { ex_time: minute * MINUTE, kind: ActionKind::Split, value: 2.0 }
}

async fn put(app: &App, name: &str, minutes: &[i64]) -> PutOutcome {
    let actions = minutes.iter().map(|&minute| split(minute)).collect();
    app.actions.put(symbol(name), actions, &CallContext::default()).await.expect("stored")
}

/// The symbols of a page with the minutes of their actions, and whether there are more.
fn list(app: &App, (prefix, after): (&str, &str), most: (usize, usize), context: &CallContext) -> (String, bool) {
    let (page, more) = app.actions.list(prefix, after, most, context);
    let minutes = |actions: &[CorporateAction]| {
        let minutes = actions.iter().map(|action| (action.ex_time / MINUTE).to_string());
        minutes.collect::<Vec<_>>().join(",")
    };
    let entries = page.iter().map(|(symbol, actions)| format!("{}:{}", symbol.as_str(), minutes(actions)));
    (entries.collect::<Vec<_>>().join(" "), more)
}

fn caller(as_of: Option<i64>, symbols: &[&str]) -> CallContext {
    let symbols = symbols.iter().map(|&name| name.into()).collect();
    let identity = Identity { as_of, symbols, ..Identity::new("one", [Scope::Read, Scope::Write]) };
    CallContext { identity: Some(Arc::new(identity)), ..CallContext::default() }
}

#[tokio::test]
async fn a_page_ends_after_so_many_symbols_or_actions() {
    let (_directory, app) = app_with(SMALL, |_| ());
    for (name, minutes) in [("B1", &[4, 2][..]), ("A2", &[1]), ("A1", &[3, 1, 2]), ("B2", &[5])] {
        assert_eq!(put(&app, name, minutes).await.added, minutes.len() as u64);
    }
    let everyone = CallContext::default();
    let page = |from, most| list(&app, from, most, &everyone);
    let all = "A1:1,2,3 A2:1 B1:2,4 B2:5";
    for most in [(9, 99), (4, 99), (4, 7), (9, 7)] {
        assert_eq!(page(("", ""), most), (all.into(), false), "{most:?}");
    }
    for (most, expected) in [
        ((2, 99), "A1:1,2,3 A2:1"),
        ((9, 4), "A1:1,2,3 A2:1"),
        ((9, 3), "A1:1,2,3"),
        ((9, 1), "A1:1,2,3"),
        ((3, 5), "A1:1,2,3 A2:1 B1:2,4"),
    ] {
        assert_eq!(page(("", ""), most), (expected.into(), true), "{most:?}");
    }
    assert_eq!(page(("", "A2"), (9, 99)), ("B1:2,4 B2:5".into(), false));
    assert_eq!(page(("A", ""), (9, 99)), ("A1:1,2,3 A2:1".into(), false));
    assert_eq!(page(("B", "A1"), (1, 99)), ("B1:2,4".into(), true));
    let known = |as_of: i64, symbols| list(&app, ("", ""), (9, 99), &caller(Some(as_of), symbols));
    assert_eq!(known(2 * MINUTE, &[]), ("A1:1,2 A2:1 B1:2".into(), false));
    assert_eq!(known(2 * MINUTE - 1, &[]), ("A1:1 A2:1".into(), false));
    assert_eq!(known(9 * MINUTE, &["B"]), ("B1:2,4 B2:5".into(), false));
    app.close().await;
}

#[tokio::test]
async fn a_caller_with_a_fixed_time_deletes_what_it_can_know() {
    let (_directory, app) = app_with(SMALL, |_| ());
    put(&app, "A", &[1, 2, 3]).await;
    let delete = async |which, context: &CallContext| app.actions.delete(symbol("A"), which, context).await;
    let before = caller(Some(2 * MINUTE), &[]);
    let third = Which { ex_time: Some(3 * MINUTE), ..Which::default() };
    assert_eq!(delete(third, &before).await.expect("none that it knows"), 0);
    assert_eq!(delete(Which::default(), &before).await.expect("deleted"), 2);
    assert_eq!(list(&app, ("", ""), (9, 99), &CallContext::default()), ("A:3".into(), false));
    assert!(delete(third, &caller(None, &["B"])).await.is_err(), "not its symbol");
    assert_eq!(delete(third, &CallContext::default()).await.expect("deleted"), 1);
    app.close().await;
}

#[tokio::test]
async fn a_caller_stores_what_it_may_reach_and_know() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.corporate_actions_max = 3);
    let put = async |minutes: &[i64], context: &CallContext| {
        app.actions.put(symbol("A"), minutes.iter().map(|&minute| split(minute)).collect(), context).await
    };
    let before = caller(Some(2 * MINUTE), &[]);
    assert!(put(&[1], &caller(None, &["B"])).await.is_err(), "not its symbol");
    assert!(put(&[1, 3], &before).await.is_err(), "one of them is later");
    assert_eq!(put(&[2, 1], &before).await.expect("known by then").added, 2);
    let values = [
        (ActionKind::Split, 1e6),
        (ActionKind::Split, 1e-6),
        (ActionKind::Dividend, 1e12),
        (ActionKind::Dividend, f64::MIN_POSITIVE),
        (ActionKind::Dividend, 1.0),
    ];
    for (kind, value) in values {
        let action = CorporateAction { ex_time: 5 * MINUTE, kind, value };
        app.actions.put(symbol("C"), vec![action], &CallContext::default()).await.expect("a value at the border");
    }
    let beyond = [(ActionKind::Split, 1e6 + 1.0), (ActionKind::Split, 0.9e-6), (ActionKind::Dividend, 1e12 + 1.0)];
    for (kind, value) in beyond {
        let action = CorporateAction { ex_time: 5 * MINUTE, kind, value };
        assert!(app.actions.put(symbol("C"), vec![action], &CallContext::default()).await.is_err(), "{value}");
    }
    assert_eq!(
        put(&[7, 8, 9], &CallContext::default()).await.expect_err("five in all").to_string().split(';').next(),
        Some("corporate_actions_max allows at most 3, the request needs 5")
    );
    let error = put(&[6, 7, 8, 9], &CallContext::default()).await.expect_err("four at once").to_string();
    assert!(error.contains("the request needs 4"), "{error}");
    app.close().await;
}

#[tokio::test]
async fn actions_are_replaced_and_deleted_by_time_and_kind() {
    let (directory, app) = app_with(SMALL, |_| ());
    let dividend = |minute: i64, value| CorporateAction { ex_time: minute * MINUTE, kind: ActionKind::Dividend, value };
    let context = CallContext::default();
    let put = async |actions: &[CorporateAction]| {
        let outcome = app.actions.put(symbol("A"), actions.to_vec(), &context).await.expect("stored");
        (outcome.added, outcome.replaced, outcome.unchanged)
    };
    assert_eq!(put(&[split(1), split(2), dividend(1, 0.5), dividend(2, 0.5)]).await, (4, 0, 0));
    assert_eq!(put(&[split(1), split(2), dividend(2, 0.25), dividend(3, 1.0)]).await, (1, 1, 2));
    assert_eq!(put(&[split(1), dividend(1, 0.125), dividend(2, 0.125)]).await, (0, 2, 1));
    let dividends = Which { kind: Some(ActionKind::Dividend), ..Which::default() };
    let first = Which { ex_time: Some(MINUTE), ..dividends };
    let left = |app: &App| app.actions.list("", "", (9, 99), &context).0.remove(0).1;
    assert_eq!(app.actions.delete(symbol("A"), first, &context).await.expect("deleted"), 1);
    assert_eq!(left(&app), [split(1), split(2), dividend(2, 0.125), dividend(3, 1.0)]);
    assert_eq!(app.actions.delete(symbol("A"), dividends, &context).await.expect("deleted"), 2);
    assert_eq!(left(&app), [split(1), split(2)]);
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(left(&app), [split(1), split(2)]);
    app.close().await;
}
