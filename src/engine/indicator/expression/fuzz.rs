//! Fuzz target: expressions, from text to a plan.

use std::sync::LazyLock;

use super::{Expression, FUNCTIONS, Limits};
use crate::indicator::{Error, Graph, Plan, SweptExpression, registry};

const TEXTS: [&str; 14] = [
    "rsi(14)",
    "x = macd(12, 26, 9).hist",
    "max(close, round(open * sqrt(252))) - min(3, low)",
    "ema(rsi(close, 14, method=cutler), 9)",
    "bbands(hl2, 20, up=2.5, down=-0, ma=ema).upper",
    "sma(close@\"BTC/USDT\", 5) / close@ETHUSDT - 1",
    "crossover(ema(5), ema(9)) and not (close < open or volume == 0)",
    "if(macd.hist > 0, 1, if(c, h, -1)) ^ 0.5 ^ -2",
    "shift(close - open, 3) * 1e-9 + .5e3 / (2 - 4)",
    "correl(rsi, v, 30)",
    "atra",
    "-abs(-sign(o)) <= larger(c, smaller(h, l))",
    "crossover(ema(5..50 step 5 as fast), sma(hl2, -2.5..1e3)) and rsi([7, 14]) < 3",
    "mavp(close, 10 + 5 * sign(returns), 2, 30)",
];

/// The pieces of expressions, and what lies just beside them.
static TOKENS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let marks = [
        "(",
        ")",
        "()",
        ",",
        ".",
        "=",
        "==",
        "<",
        ">=",
        "!=",
        "+",
        "-",
        "*",
        "/",
        "^",
        "^2",
        "@",
        "\"",
        " ",
        "\n",
        "\u{a0}",
        "\u{e9}",
        " and ",
        " or ",
        "not ",
        "nan",
        "inf",
        "0",
        "1",
        "-1",
        "100000",
        "1e308",
        "1e309",
        "5e-324",
        "..",
        "5..9",
        "[1, 2]",
        " step ",
        " as ",
        "9007199254740993",
        ".upper",
        "close",
        "c",
        "hl2",
        "volume",
        "period=",
        "close@",
        "A".repeat(65).leak(),
    ];
    let names = registry::INDICATORS.iter().map(|indicator| indicator.name);
    marks.into_iter().chain(FUNCTIONS.iter().map(|function| function.name)).chain(names).collect()
});

#[test]
fn expressions() {
    let files: Vec<Vec<u8>> = TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    let roomy = Limits { bytes_max: usize::MAX, depth_max: 64 };
    atrad_fuzz::check(4000, 16 << 20, move |input| {
        let bytes = input.edit(&files, &TOKENS);
        let text = String::from_utf8_lossy(&bytes);
        let limits = if input.choice & 1 == 0 { Limits::default() } else { Limits { bytes_max: 1 << 14, ..roomy } };
        if let Ok(swept) = SweptExpression::parse(&text, &limits) {
            let middle: Vec<u64> = swept.parameters().iter().map(|one| one.values.count() / 2).collect();
            // A value between the ends may be no whole number.
            let _ = swept.expressions([swept.values(&middle)]);
        }
        let Ok(found) = Expression::parse(&text, &limits) else { return false };
        let mut graph = Graph::new();
        let mut ports = Vec::new();
        for expression in &found {
            ports.push(expression.port(&mut graph));
            let canonical = expression.to_string();
            let again = match Expression::parse(&canonical, &roomy) {
                // Defaults that are not in the text are terms too.
                Err(Error::TooManyTerms { .. }) if canonical.len() > text.len() => continue,
                again => again.expect(&canonical),
            };
            assert_eq!((again.len(), again[0].to_string()), (1, canonical), "{text}");
            assert_eq!((&again[0].resolved, again[0].key()), (&expression.resolved, expression.key()), "{text}");
        }
        assert_eq!(Plan::new(graph, &ports).outputs(), found.len(), "{text}");
        true
    });
}
