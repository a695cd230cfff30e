//! A session of an agent, as long as a person asks, and how many bytes it reads.

use serde_json::{Value, json};

use crate::mcp::{Agent, demo};

/// Twenty questions as a person asks them, and the calls that an agent makes for them.
fn questions() -> Vec<(&'static str, Value)> {
    let btc = |more: Value| {
        let mut all = json!({"symbol": "BTCUSDT", "timeframe": "15m"});
        more.as_object().expect("an object").iter().for_each(|(name, value)| all[name] = value.clone());
        all
    };
    let stocks = json!(["MSFT", "AAPL", "IBM", "GOOG"]);
    vec![
        // What data is there?
        ("list_series", json!({})),
        // Is Bitcoin overbought?
        ("compute", btc(json!({"expressions": ["rsi(14)"]}))),
        // What has it done lately?
        ("bars_summary", btc(json!({"last": 96}))),
        // And on the four-hour chart?
        ("bars_summary", json!({"symbol": "BTCUSDT", "timeframe": "4h", "last": 42})),
        // What measures the strength of a trend?
        ("find_indicators", json!({"query": "trend strength"})),
        // What are its parameters?
        ("find_indicators", json!({"query": "adx"})),
        // Is there a trend?
        ("compute", btc(json!({"expressions": ["adx(14)", "close / sma(200) - 1"]}))),
        // When did the averages cross last?
        ("compute", btc(json!({"expressions": ["crossover(ema(12), ema(26))", "crossunder(ema(12), ema(26))"]}))),
        // Is momentum turning?
        ("compute", btc(json!({"expressions": ["macd(12, 26, 9).hist"], "last": 100}))),
        // How wide are the bands?
        ("compute", btc(json!({"expressions": ["bbands(20).upper", "bbands(20).lower", "natr(14)"]}))),
        // Which averages crossed most often in the last month?
        (
            "sweep",
            btc(json!({"expressions": ["crossover(ema(5..20 step 5 as fast), ema(20..60 step 20 as slow))"],
                "reduce": ["count_true"], "where": "fast < slow", "top": 5, "last": 2880})),
        ),
        // Which length of RSI was lowest?
        (
            "sweep",
            btc(json!({"expressions": ["rsi(2..30 step 2)"], "reduce": ["min", "last"], "ascending": true, "top": 5})),
        ),
        // Which stocks are weak?
        (
            "screen",
            json!({"timeframe": "1d", "condition": "rsi(14) < 50", "show": ["rsi(14)", "close"], "ascending": true}),
        ),
        // Which are above their long average?
        ("screen", json!({"timeframe": "1d", "condition": "close > sma(200)", "show": ["close / sma(200) - 1"]})),
        // Do they move together?
        ("correlate", json!({"symbols": stocks, "timeframe": "1d", "returns": true})),
        // And by ranks over a longer time?
        ("correlate", json!({"symbols": stocks, "timeframe": "1d", "method": "spearman", "last": 1000})),
        // How is Apple doing?
        ("bars_summary", json!({"symbol": "AAPL", "timeframe": "1d"})),
        // Does it beat Microsoft?
        ("compute", json!({"symbol": "AAPL", "timeframe": "1d", "expressions": ["close / close@MSFT"]})),
        // A mistake,
        ("compute", btc(json!({"expressions": ["rsi(14"]}))),
        // and what it was.
        ("explain_error", json!({"error": "INVALID_ARGUMENT: expressions[0]: expected", "expression": "rsi(14"})),
    ]
}

#[test]
fn a_session_of_twenty_questions_fits_into_20_kb() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &[]);
    let tools = agent.ask("tools/list", &json!({}));
    let all = questions();
    assert_eq!(all.len(), 20);
    for (tool, arguments) in all {
        let before = agent.bytes;
        let (text, is_error) = agent.text(tool, arguments.clone());
        assert_eq!(is_error, arguments["expressions"] == json!(["rsi(14"]), "{tool} {arguments}: {text}");
        println!("{:5} bytes  {tool}: {text}", agent.bytes - before);
    }
    println!("{} bytes of replies to 20 questions, {} of the tools", agent.bytes, tools.to_string().len());
    assert!(agent.bytes <= 20 << 10, "{} bytes", agent.bytes);
    assert!(tools.to_string().len() <= 9 << 10, "{} bytes of tools", tools.to_string().len());
    assert_eq!(agent.end(), Some(0));
}
