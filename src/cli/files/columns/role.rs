//! The roles of columns, and the names that columns of each role have.

/// The role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Time,
    Open,
    High,
    Low,
    Close,
    Volume,
    /// The time of day, where `Time` is only the date.
    Clock,
    Symbol,
    Timeframe,
}

use Role::{Clock, Close, High, Low, Open, Symbol, Time, Timeframe, Volume};

/// The roles, in the order of their places.
pub(super) const ROLES: [Role; 9] = [Time, Open, High, Low, Close, Volume, Clock, Symbol, Timeframe];

/// The required columns of a bar.
pub(super) const NEEDED: usize = 6;

/// The names of each column in headers, as [`plain`] writes them, the most exact first.
pub(super) const NAMES: [&[&str]; ROLES.len()] = [
    &[
        "ts",
        "tsevent",
        "windowstart",
        "opentime",
        "timestamp",
        "unix",
        "unixtimestamp",
        "unixtime",
        "mts",
        "starttime",
        "startat",
        "start",
        "timeperiodstart",
        "candlebegintime",
        "gmttime",
        "utctime",
        "datetimeutc",
        "localtime",
        "datetime",
        "time",
        "date",
        "dtyyyymmdd",
        "tradedate",
        "tradingday",
        "tradingdate",
        "t",
        "data",
        "datum",
        "price",
    ],
    &["open", "o", "openprice", "otwarcie"],
    &["high", "h", "highprice", "najwyzszy"],
    &["low", "l", "lowprice", "najnizszy"],
    &["close", "c", "closeprice", "closelast", "last", "latest", "zamkniecie", "price"],
    &["volume", "vol", "v", "basevolume", "volumebase", "realvolume", "tickvol", "tickvolume", "wolumen"],
    &[],
    &["symbol", "ticker", "pair", "instrument", "tic", "sym", "instrumentname", "tscode"],
    &["timeframe", "interval", "resolution", "per", "period"],
];

impl Role {
    /// The name that `--columns` takes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Time => "time",
            Open => "open",
            High => "high",
            Low => "low",
            Close => "close",
            Volume => "volume",
            Clock => "clock",
            Symbol => "symbol",
            Timeframe => "timeframe",
        }
    }

    /// The role of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        ROLES.into_iter().find(|role| role.name() == name)
    }
}

/// A name of a column without case and without what programs write between words: `Volume_(BTC)` is `volumebtc`. A name
/// that pandas gives to a column without one is empty.
pub(super) fn plain(name: &str) -> String {
    let plain: String =
        name.chars().filter(|c| c.is_alphanumeric() || *c == '%').flat_map(char::to_lowercase).collect();
    let numbered = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    match plain.strip_prefix("unnamed") {
        Some(rest) if numbered(rest) => String::new(),
        // A name of marks alone is none of ours, and not empty.
        _ if plain.is_empty() => name.trim().to_lowercase(),
        _ => plain,
    }
}
