//! Expressions print to the text that the server reads, and refuse what it would refuse.

use atrad_client::indicators::{all, alligator, bbands, ema, kc, macd, rsi, sma};
use atrad_client::{CLOSE, Expr, Expression, HIGH, HL2, LOW, OPEN, Span, VOLUME, Variants, crossover, exprs, if_else};

use crate::servers::demo;

#[test]
fn an_expression_prints_to_its_text() {
    let cases: Vec<(Expr, &str)> = vec![
        (rsi().into(), "rsi()"),
        (rsi().period(14).into(), "rsi(period=14)"),
        (rsi().period(9).period(10).into(), "rsi(period=10)"),
        (rsi().method("cutler").of([HL2.expr()]).into(), "rsi(hl2, method=cutler)"),
        (ema().period(9).of([rsi().period(14).into()]).into(), "ema(rsi(period=14), period=9)"),
        (macd().fast(12).hist(), "macd(fast=12).hist"),
        (alligator().jaw(20).jaw_output(), "alligator(jaw=20).jaw"),
        (kc().of([HIGH.expr(), LOW.expr(), CLOSE.expr()]).upper(), "kc(high, low, close).upper"),
        (bbands().up(2.5).upper(), "bbands(up=2.5).upper"),
        (CLOSE.expr() - (OPEN.expr() - HIGH), "close - (open - high)"),
        (CLOSE.expr() - OPEN - HIGH, "close - open - high"),
        (CLOSE.expr() * (HIGH.expr() + LOW) / 2.0, "close * (high + low) / 2"),
        (CLOSE.pow(2).pow(3), "(close ^ 2) ^ 3"),
        ((-CLOSE.expr()).pow(-2), "(-close) ^ (-2)"),
        (CLOSE.gt(1).and(CLOSE.lt(2)).or(VOLUME.equal_to(0).negated()), "close > 1 and close < 2 or not volume == 0"),
        (CLOSE.gt(1).or(CLOSE.lt(0)).and(VOLUME.gt(0)), "(close > 1 or close < 0) and volume > 0"),
        (CLOSE.gt(OPEN).equal_to(HIGH.gt(LOW)), "(close > open) == (high > low)"),
        (CLOSE.of_series("BTC-USD").shift(1), "shift(close@\"BTC-USD\", 1)"),
        (crossover(ema().period(12), "ema(26)"), "crossover(ema(period=12), ema(26))"),
        (if_else(CLOSE.gt(sma().period(20)), 1, -1.5), "if(close > sma(period=20), 1, -1.5)"),
        (rsi().named("fast"), "fast = rsi()"),
        (ema().period(Variants::steps(5.0, 50.0, 5.0).named("fast")).into(), "ema(period=5..50 step 5 as fast)"),
        (ema().period(Variants::of(&[5.0, 9.0])).into(), "ema(period=[5, 9])"),
    ];
    for (made, text) in cases {
        assert_eq!(made.text().expect(text), text);
    }
}

#[test]
fn what_is_wrong_is_told_before_it_is_sent() {
    let cases: Vec<(Expr, &str)> = vec![
        (rsi().period(1).into(), "period of rsi must be between 2 and 100000, got 1"),
        (rsi().period(14.5).into(), "must be an integer"),
        (rsi().method("sma").into(), "must be one of wilder, cutler, ewm"),
        (bbands().up(f64::NAN).into(), "must be between"),
        (CLOSE.expr() + f64::INFINITY, "finite"),
        (CLOSE.of_series("no such"), "not a symbol"),
        (rsi().of_series("AAPL"), "only a column"),
        (CLOSE.named("a b"), "letters"),
        (ema().of([rsi().period(0).into()]).gt(CLOSE).and(OPEN).shift(1), "period of rsi"),
        (rsi().period(Variants::steps(9.0, 5.0, 1.0)).into(), "must rise"),
        (rsi().period(Variants::of(&[0.0, 9.0])).into(), "between 2 and 100000, got [0, 9]"),
        (rsi().period(Variants::of(&[])).into(), "at least one"),
    ];
    for (made, said) in cases {
        let error = made.text().expect_err(said);
        assert!(error.message.contains(said), "{}", error.message);
    }
}

#[tokio::test]
async fn the_server_computes_every_indicator() {
    let Some(client) = demo() else { return };
    let listed = client.list_indicators("").await.expect("indicators");
    let made: Vec<_> = all().iter().map(ToString::to_string).collect();
    assert_eq!(made, listed.iter().map(|each| format!("{}()", each.name)).collect::<Vec<_>>());
    for some in all().chunks(40) {
        let answer = client.compute("IBM", "1d", some.to_vec(), Span::last(1)).await.expect("an answer");
        assert!(answer.columns.len() >= some.len());
    }
    assert_eq!(exprs!["a", CLOSE, 1.5].len(), 3);
}
