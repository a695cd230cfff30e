//! Tests of expressions.

use std::sync::Arc;

use proptest::prelude::*;

use super::lower::Operand;
use super::*;
use crate::indicator::{Input, Plan};
use crate::series::Column;

fn parse(text: &str) -> Result<Vec<Expression>, Error> {
    Expression::parse(text, &Limits::default())
}

#[test]
fn every_way_of_writing_has_one_canonical_form() {
    let rsi = "rsi(close, period=14, method=wilder)";
    let hist = "macd(close, fast=12, slow=26, signal=9, seed=sma).hist";
    let bands = "bbands(hl2, period=20, up=2.5, down=0, ma=ema, ddof=0).upper";
    for (text, canonical) in [
        ("rsi", rsi),
        (" RSI ( 14.0 ) ", rsi),
        ("x = rsi(c, 1.4e1, WILDER)", rsi),
        ("rsi(Method=wilder, PERIOD=+14)", rsi),
        ("macd.hist", hist),
        ("MACD(CLOSE, 12, 26).Hist", hist),
        ("bbands(hl2, 20, 2.5, -0, ema).upper", bands),
        ("bbands(hl2, ma=ema, down=0e0, up=.25e1).upper", bands),
        ("ema(macd.hist, 1e3)", &format!("ema({hist}, period=1000, seed=sma)")),
        ("correl(rsi, v)", &format!("correl({rsi}, volume, period=30)")),
        ("Returns", "returns"),
        ("C @ETHUSDT", "close@ETHUSDT"),
        ("hl2@\"NASDAQ:AAPL\"", "hl2@NASDAQ:AAPL"),
        ("close/close@BRK.B/2", "close / close@BRK.B / 2"),
        ("v@\"BTC/USDT\"", "volume@\"BTC/USDT\""),
        ("correl(close, close@\"X-Y\")", "correl(close, close@\"X-Y\", period=30)"),
        ("sma(close@4H, 5)", "sma(close@4H, period=5)"),
        ("obv(close, volume)", "obv(close, volume, start=volume)"),
        ("obv(zero)", "obv(close, volume, start=zero)"),
        ("obv(close, v, zero)", "obv(close, volume, start=zero)"),
    ] {
        let found = parse(text).expect(text);
        assert_eq!((found.len(), found[0].to_string().as_str()), (1, canonical), "{text}");
        // The canonical form asks for the same.
        assert_eq!(parse(canonical).expect("canonical")[0].resolved, found[0].resolved);
    }
}

#[test]
fn labels_are_what_was_written() {
    let labels = |text: &str| parse(text).expect(text).iter().map(|e| e.label().to_owned()).collect::<Vec<_>>();
    assert_eq!(labels(" Rsi( 14 ) "), ["Rsi( 14 )"]);
    assert_eq!(labels("fast=ema(12)"), ["fast"]);
    assert_eq!(labels("macd(3, 6, 2)"), ["macd(3, 6, 2).macd", "macd(3, 6, 2).signal", "macd(3, 6, 2).hist"]);
    assert_eq!(labels("m = macd"), ["m.macd", "m.signal", "m.hist"]);
    assert_eq!(labels("h = macd.hist"), ["h"]);
    let atra = ["ema(7)", "ema(25)", "return_strength(14)", "volume_ratio(20)", "volatility(20)"];
    assert_eq!(labels("ATRA"), atra);
    let all = |texts: &[&str]| Expression::parse_all(texts, &Limits::default()).map(|all| all.len());
    assert_eq!(all(&["rsi", "macd", "rsi"]), Ok(5));
    let labels = |texts: &[&str]| {
        Expression::parse_all(texts, &Limits::default())
            .expect("valid")
            .iter()
            .map(|e| e.label().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(labels(&["close", "close", "close_2 = open", "close"]), ["close", "close_3", "close_2", "close_4"]);
    assert_eq!(labels(&["time", "a = rsi", "a = rsi"]), ["time_2", "a", "a_2"]);
    assert_eq!(all(&["time = open"]), Err((0, Error::RepeatedLabel { label: "time".into() })));
    assert_eq!(all(&["a=rsi", "a=ema"]), Err((1, Error::RepeatedLabel { label: "a".into() })));
    assert!(matches!(all(&["rsi", "rsi("]), Err((1, Error::Syntax { at: 4, .. }))));
}

#[test]
fn mistakes_are_reported() {
    let larger = "; the larger of two values is larger(a, b)";
    let unequal = "period of sma must be between 1 and 100000, got";
    for (text, message) in [
        ("smaa(3)", "smaa is not an indicator or a column; did you mean sma?"),
        ("sma(nan)", "nan is not an indicator or a column; did you mean tan?"),
        ("sma(close(3))", "close is a column and takes no arguments"),
        ("x = atra", "atra is a preset of several expressions and must stand alone"),
        ("sma(atra)", "atra is a preset of several expressions and must stand alone"),
        ("sma(days=3)", "sma has no parameter days; it has period"),
        ("trange(days=3)", "trange takes at most 0 parameters, got 1"),
        ("macd.histogram", "macd has no output histogram; it has macd, signal, hist; did you mean hist?"),
        ("macd.sginal", "macd has no output sginal; it has macd, signal, hist; did you mean signal?"),
        ("sma(perod=3)", "sma has no parameter perod; it has period; did you mean period?"),
        (
            "vwap(quater)",
            "vwap has the inputs high, low, close, volume; give all or none, got 1; did you mean quarter?",
        ),
        (
            "session_vwap(calendar=xnys, utc_offset=-300)",
            "utc_offset of session_vwap must be 0 with calendar=xnys, whose sessions are on a clock of their own, got -300; leave \
             one of the two out",
        ),
        ("rsi(14, wildr)", "method of rsi must be one of wilder, cutler, ewm, got wildr; did you mean wilder?"),
        (
            "sma(clsoe@X, 3)",
            "clsoe is not a column; only columns of X can be read, as in rsi(close@X); did you mean close?",
        ),
        ("ris(3)", "ris is not an indicator or a column; did you mean rsi?"),
        (
            "max(close, 0)",
            "period of max must be between 2 and 100000, got 0; the larger of two values is larger(a, b)",
        ),
        (
            "min(close, 0.5)",
            "period of min must be a whole number, got 0.5; the smaller of two values is smaller(a, b)",
        ),
        ("max(close, period=open)", &format!("period of max must be a whole number, got open{larger}")),
        ("ema(macd)", "macd has several outputs; select one of macd, signal, hist, as in macd(...).macd"),
        ("sma(0)", &format!("{unequal} 0")),
        ("sma(2147483648)", &format!("{unequal} 2147483648")),
        ("sma(-1)", &format!("{unequal} -1")),
        ("sma(1e300)", &format!("{unequal} 1e300")),
        ("sma(5.5)", "period of sma must be a whole number, got 5.5"),
        ("sma(1e400)", "period of sma must be a whole number, got 1e400"),
        ("sma(+inf)", "inf is not an indicator or a column; did you mean if?"),
        ("sma(period=close)", "period of sma must be a whole number, got close"),
        ("bbands(up=-nan)", "up of bbands must be a number, got -nan"),
        ("supertrend(multiplier=x)", "multiplier of supertrend must be a number, got x"),
        ("rsi(14, fast)", "method of rsi must be one of wilder, cutler, ewm, got fast"),
        ("rsi(14, 15)", "method of rsi must be one of wilder, cutler, ewm, got 15"),
        ("rsi(14, period=15)", "period of rsi must be given once"),
        ("sma(3, 4)", "sma takes at most 1 parameters, got 2"),
        ("stoch(high, low, 5)", "stoch has the inputs high, low, close; give all or none, got 2"),
    ] {
        assert_eq!(parse(text).expect_err(text).to_string(), message, "{text}");
    }
}

#[test]
fn formulas_have_one_canonical_form() {
    let ema = |period: usize| format!("ema(close, period={period}, seed=sma)");
    for (text, canonical) in [
        ("rsi(14)-50", "rsi(close, period=14, method=wilder) - 50".to_owned()),
        ("(( c/ sma(4 * 5) ))-1", "close / sma(close, period=20) - 1".into()),
        ("(high + low) / 2 > ema(20)", format!("(high + low) / 2 > {}", ema(20))),
        ("sma(close - open, 20)", "sma(close - open, period=20)".into()),
        ("ema(hl2 * v, 10 - 1)", "ema(hl2 * volume, period=9, seed=sma)".into()),
        ("-c ^ 2 ^ X", String::new()),
        ("-c ^ 2 ^ x_1", "-close ^ 2 ^ x_1".into()),
        ("-c ^ 2 ^ h", "-close ^ 2 ^ high".into()),
        ("(-c) ^ -(2) ^ h", "(-close) ^ -2 ^ high".into()),
        ("(-c) ^ (-(2)) ^ h", "(-close) ^ (-2) ^ high".into()),
        ("((c ^ h) ^ l)", "(close ^ high) ^ low".into()),
        ("c - (h - l) - (o + 1)", "close - (high - low) - (open + 1)".into()),
        ("c / (h / l) * -1", "close / (high / low) * -1".into()),
        ("c - -h - -2", "close - -high - -2".into()),
        ("NOT c > o AND not (h == l OR v >= 1e3)", "not close > open and not (high == low or volume >= 1000)".into()),
        ("(c < o) != (h < l)", "(close < open) != (high < low)".into()),
        ("-(not c)", "-(not close)".into()),
        ("c + 1 + 2 * 3 - (1 + 1)", "close + 1 + 6 - 2".into()),
        ("c * 1e-9 + 1/3 + 2.5e20 + -0", "close * 1e-9 + 0.3333333333333333 + 2.5e20 + 0".into()),
        ("If(1 < 2, c, h) + shift(o, 0) + shift(l, 2*2)", "close + open + shift(low, 4)".into()),
        (
            "crossover(c, 5) or crossunder(ema(3), ema(4))",
            format!("crossover(close, 5) or crossunder({}, {})", ema(3), ema(4)),
        ),
        ("larger(c, o) - smaller(abs(-3), sign(o))", "larger(close, open) - smaller(3, sign(open))".into()),
        (
            "if(macd.hist > 0, 1, if(c, h, -1))",
            "if(macd(close, fast=12, slow=26, signal=9, seed=sma).hist > 0, 1, if(close, high, -1))".into(),
        ),
        ("x = macd.hist==0", "macd(close, fast=12, slow=26, signal=9, seed=sma).hist == 0".into()),
        ("max(close, 20) - min(l, 20)", "max(close, period=20) - min(low, period=20)".into()),
        ("MAX(close, open) - min(0, close - open)", "larger(close, open) - smaller(0, close - open)".into()),
        ("max(ema(3), max(2, h))", format!("larger({}, larger(2, high))", ema(3))),
        ("max(max(c, 5), 5 * 4)", "max(max(close, period=5), period=20)".into()),
        ("c + max(3, 5) * min(3, 5)", "close + 15".into()),
        ("sma(max(2, 3) * 4) + SQRT(16)", "sma(close, period=12) + 4".into()),
        ("round(close / 5) * round(2.5)", "round(close / 5) * 3".into()),
        ("c * floor(2.7) + ceil(-0.5) + add(1, div(1, 4))", "close * 2 + 0 + 1.25".into()),
        ("sma(sqrt(400)) * round(-2.5)", "sma(close, period=20) * -3".into()),
        ("sqrt(c) + sqrt()", "sqrt(close) + sqrt(close)".into()),
        ("correl(c + 1, h, 1+1)", "correl(close + 1, high, period=2)".into()),
    ] {
        let found = parse(text);
        if canonical.is_empty() {
            assert!(matches!(found, Err(Error::UnknownName { .. })), "{text}");
            continue;
        }
        let found = found.expect(text);
        assert_eq!((found.len(), found[0].to_string()), (1, canonical.clone()), "{text}");
        assert_eq!(parse(&canonical).expect("canonical")[0].resolved, found[0].resolved, "{text}");
    }
    let labels = |text: &str| parse(text).expect(text).iter().map(|e| e.label().to_owned()).collect::<Vec<_>>();
    assert_eq!(labels(" (close +  1 ) "), ["(close +  1 )"]);
    assert_eq!(labels("gap = close- open "), ["gap"]);
    assert_eq!(labels("(macd)"), ["(macd).macd", "(macd).signal", "(macd).hist"]);
}

#[test]
fn mistakes_in_formulas_are_reported() {
    for (text, message) in [
        ("2 + 3", "2 + 3 is a constant; an expression must read a column or an indicator"),
        ("x = abs(-1)", "abs(-1) is a constant; an expression must read a column or an indicator"),
        ("close + 1 / 0", "1 / 0 must be a finite number"),
        ("close + 1e400", "1e400 must be a finite number"),
        ("sma(1 / 0)", "period of sma must be a whole number, got 1 / 0"),
        ("sma(2 ^ 40)", "period of sma must be between 1 and 100000, got 2 ^ 40"),
        ("sma(abs(-3), 20)", "sma takes at most 1 parameters, got 2"),
        ("sma(shift(3, 1), 20)", "inputs of sma must be columns or indicators, got the constant shift(3, 1)"),
        ("close * sqrt(-1)", "sqrt(-1) must be a finite number"),
        ("close * ln(0)", "ln(0) must be a finite number"),
        ("sma(sqrt(-1))", "period of sma must be a whole number, got sqrt(-1)"),
        ("sqrt(252)", "sqrt(252) is a constant; an expression must read a column or an indicator"),
        ("max(close, open, 20)", "max takes at most 1 parameters, got 2"),
        ("max(macd, close)", "macd has several outputs; select one of macd, signal, hist, as in macd(...).macd"),
        ("sma(close, rsi)", "period of sma must be a whole number, got rsi"),
        ("macd + 1", "macd has several outputs; select one of macd, signal, hist, as in macd(...).macd"),
        ("atra + 1", "atra is a preset of several expressions and must stand alone"),
        ("crosover(close, open)", "crosover is not an indicator or a column; did you mean crossover?"),
        ("crossover(close)", "crossover takes (a, b), got 1 arguments"),
        ("abs", "abs takes (x), got 0 arguments"),
        ("abs(x=close)", "abs has no parameter x; it has none"),
        ("abs(close).value", "abs has no output value; it has none"),
        ("shift(close, -1)", "bars of shift must be between 0 and 100000, got -1"),
        ("shift(close, 1.5)", "bars of shift must be a whole number, got 1.5"),
        ("shift(close, 1e9)", "bars of shift must be between 0 and 100000, got 1e9"),
        ("shift(close, volume)", "bars of shift must be a constant whole number, got volume"),
        ("close + nothing(3)", "nothing is not an indicator or a column"),
    ] {
        assert_eq!(parse(text).expect_err(text).to_string(), message, "{text}");
    }
}

#[test]
fn judging_functions_need_a_position_and_a_constant_cost() {
    for (text, message) in [
        ("pnl(1, 5)", "inputs of pnl must be columns or indicators, got the constant 1"),
        ("pnl(close > open, -1)", "cost_bps of pnl must be between 0 and 10000, got -1"),
        ("trades(close > open, volume)", "cost_bps of trades must be a constant number, got volume"),
        ("equity(pnl(close > open))", "pnl takes (position, cost_bps), got 1 arguments"),
        ("equity(0.5)", "inputs of equity must be columns or indicators, got the constant 0.5"),
    ] {
        assert_eq!(parse(text).expect_err(text).to_string(), message, "{text}");
    }
    let text = "equity(pnl(position(rsi < 30, 0), 2 * 2.5))";
    let canonical = "equity(pnl(position(rsi(close, period=14, method=wilder) < 30, 0), 5))";
    assert_eq!(parse(text).expect(text)[0].to_string(), canonical);
}

#[test]
fn functions_do_not_shadow_indicators() {
    for function in FUNCTIONS {
        assert!(registry::indicator(function.name).is_none(), "{} would never be reached", function.name);
        assert!(registry::preset(function.name).is_none() && Input::by_name(function.name).is_none());
        assert_eq!(function.operation.function().map(|found| found.name), Some(function.name));
    }
    assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
}

/// Every operation with the number of its operands.
fn operations() -> Vec<(Operation, usize)> {
    let infix = Operation::INFIX.iter().map(|(_, operation)| (*operation, 2));
    let called = FUNCTIONS.iter().map(|function| (function.operation, function.arguments.len()));
    infix.chain(called).chain([(Operation::Negate, 1), (Operation::Not, 1)]).collect()
}

fn resolved() -> impl Strategy<Value = Resolved> {
    let texts = vec!["close", "hl2", "sma(5)", "macd.hist", "bbands(3, 2).lower", "2", "-3", "0.5", "1e-9", "7e22"];
    let leaf = proptest::sample::select(texts)
        .prop_map(|text| Resolved::of(&parser::parse(text, &Limits::default()).expect(text).formula).expect(text));
    leaf.prop_recursive(6, 60, 3, |inner| {
        let operation = proptest::sample::select(operations());
        (operation, proptest::collection::vec(inner, 3), 0_usize..5).prop_map(
            |((operation, count), mut operands, bars)| {
                operands.truncate(count);
                if matches!(operation, Operation::Shift | Operation::Pnl | Operation::Trades | Operation::Ahead) {
                    let least = usize::from(operation == Operation::Ahead);
                    operands[1] = Resolved::Constant((least + bars) as f64);
                }
                let made = Resolved::applied(operation, operands.clone());
                let is_finite = !matches!(made, Resolved::Constant(value) if !value.is_finite());
                if is_finite { made } else { operands.swap_remove(0) }
            },
        )
    })
}

/// The value of an operation at the last of two bars, some operands being columns.
fn computed(operation: Operation, operands: &[f64], columns: usize) -> f64 {
    let inputs = [Column::Open, Column::High, Column::Low];
    let operand = |(at, value): (usize, &f64)| {
        if columns >> at & 1 == 1 { Operand::Port(Port::Column(inputs[at])) } else { Operand::Constant(*value) }
    };
    let mut graph = Graph::new();
    let port = lower::build(&mut graph, operation, &operands.iter().enumerate().map(operand).collect::<Vec<_>>());
    let plan = Arc::new(Plan::new(graph, &[port]));
    let values = plan.columns().iter().map(|column| {
        let at = inputs.iter().position(|input| input == column).expect("an input");
        vec![operands[at]; 2]
    });
    let values: Vec<Vec<f64>> = values.collect();
    let mut output = vec![9.0; 2];
    plan.start().feed(&values.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut [&mut output]);
    output[1]
}

#[test]
fn constants_and_columns_give_the_same() {
    let values = [0.0, 1.0, -2.0, 2.0, 3.0, 0.5, f64::NAN];
    for (operation, count) in operations() {
        for code in 0..values.len().pow(count as u32) {
            let operands: Vec<f64> =
                (0..count).map(|at| values[code / values.len().pow(at as u32) % values.len()]).collect();
            for columns in 1..1 << count {
                // What formulas are never made of: constants that are missing, and steps back that are no constant.
                let missing = (0..count).any(|at| columns >> at & 1 == 0 && operands[at].is_nan());
                let shifted = operation == Operation::Shift
                    && (columns != 1 || operands[1].fract() != 0.0 || !(0.0..2.0).contains(&operands[1]));
                let chosen = matches!(operation, Operation::If | Operation::When) && columns & 1 == 0;
                // What is judged depends on the bars, and on those before.
                let is_ahead = operation == Operation::Ahead;
                if missing || shifted || chosen || operation.judges() || is_ahead {
                    continue;
                }
                let relevant = match operation {
                    Operation::If if operands[0] == 0.0 => [operands[0], operands[2]].to_vec(),
                    Operation::If => operands[..2].to_vec(),
                    _ => operands.clone(),
                };
                let folded = operation.fold(&operands);
                let expected = if relevant.iter().any(|value| value.is_nan()) { f64::NAN } else { folded };
                let found = computed(operation, &operands, columns);
                let same = found == expected || (found.is_nan() && expected.is_nan());
                assert!(same, "{operation:?} {operands:?} by {columns}: {found}, not {expected}");
            }
        }
    }
}

proptest! {
    #[test]
    fn random_expressions_round_trip(resolved in resolved()) {
        let text = resolved.to_string();
        let roomy = Limits { bytes_max: usize::MAX, depth_max: 64 };
        let tree = parser::parse(&text, &roomy).expect(&text);
        let again = Resolved::of(&tree.formula).expect(&text);
        prop_assert_eq!(again.to_string(), text);
        prop_assert_eq!(again, resolved);
    }

    #[test]
    fn arbitrary_formulas_round_trip(
        text in "(rsi|macd.hist|close|hl2|if|shift|abs|crossover|[(),.=<>!+*/^-]| and | or | not |1e3|nan| ){0,60}",
    ) {
        if let Ok(found) = parse(&text) {
            let roomy = Limits { bytes_max: usize::MAX, depth_max: 64 };
            let again = Expression::parse(&found[0].to_string(), &roomy).expect("the canonical form is an expression");
            prop_assert_eq!(&again[0].resolved, &found[0].resolved);
        }
    }
    #[test]
    fn arbitrary_text_does_not_panic(text in "\\PC*", pieces in "(rsi|macd|close|hl2|atra|period|[(),.= ]|1e3|-|nan){0,40}") {
        for text in [text, pieces] {
            if let Ok(found) = parse(&text) {
                let roomy = Limits { bytes_max: usize::MAX, depth_max: 64 };
                let again = Expression::parse(&found[0].to_string(), &roomy).expect("the canonical form is an expression");
                prop_assert_eq!(&again[0].resolved, &found[0].resolved);
            }
        }
    }
}
