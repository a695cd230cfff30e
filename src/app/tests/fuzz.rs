//! Fuzz targets: answers and saved results as bytes, from Redis and from the ledger.

use std::sync::LazyLock;

use bytes::Bytes;

use crate::app::compute::answer_codec::{pack, unpack};
use crate::app::saved::checksum;
use crate::app::{Answer, Join, ResultDescription};
use crate::indicator::Facts;
use crate::series::{Fill, Resampling, SeriesId, Span, Timeframe};

/// The bytes that a value may hold for each byte it is read from: an empty column is two bytes, and its list may have
/// twice the room.
const BYTES_PER_BYTE: usize = 2 * size_of::<Bytes>();

/// The heads of arrays, texts and bytes of every width, and what is below, at and above their limits.
const TOKENS: [&[u8]; 14] = [
    b"\x90",
    b"\x93",
    b"\x9f",
    b"\xdc\xff\xff",
    b"\xdd\xff\xff\xff\xff",
    b"\xdd\x7f\xff\xff\xff",
    b"\xc4\x00",
    b"\xc4\x08",
    b"\xc6\xff\xff\xff\xff",
    b"\xa0",
    b"\xd9\xff",
    b"\xc0",
    b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xd3\x80\0\0\0\0\0\0\0",
];

static ANSWERS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let facts = |lookback, stable_from, display_shift| Facts { lookback, stable_from, display_shift };
    let join =
        |symbol| Join { series: SeriesId::parse(symbol, "15m").expect("legal"), epoch: 7, matched: 2, missing: 1 };
    let answer = |rows: u8, columns: u8| Answer {
        times: (0..8 * rows).collect::<Vec<_>>().into(),
        columns: (0..columns).map(|column| vec![column; 8 * usize::from(rows)].into()).collect(),
        facts: (0..columns)
            .map(|column| facts(usize::from(column) * 300, Some(70_000).filter(|_| column > 0), -26))
            .collect(),
        epoch: 1 << 40,
        derived_from: Some(Timeframe::SHORTEST),
        as_of: None,
        changes: None,
        adjustments: vec![],
        joins: [join("BRK.B"), join("BTC/USDT")].into(),
        key: None,
    };
    [answer(3, 2), answer(0, 1), Answer { joins: [].into(), derived_from: None, ..answer(1, 3) }]
        .iter()
        .map(|a| pack(a).to_vec())
        .collect()
});

#[test]
fn answers() {
    atrad_fuzz::check(8000, 16 << 20, |input| {
        let bytes = Bytes::from(input.edit(&ANSWERS, &TOKENS));
        let (answer, held) = atrad_fuzz::metered(|| unpack(&bytes));
        assert!(held <= 4096 + BYTES_PER_BYTE * bytes.len(), "an answer of {} bytes held {held}", bytes.len());
        let Ok(answer) = answer else { return false };
        assert_eq!(answer.times.len(), 8 * answer.rows(), "times are whole");
        assert_eq!(answer.facts.len(), answer.columns.len(), "facts are those of the columns");
        assert_eq!(unpack(&pack(&answer)).as_ref(), Ok(&answer), "what is read is what was written");
        true
    });
}

static RESULTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let about = |span, resampling, derived_from, columns: &[(&str, &str)]| ResultDescription {
        series: SeriesId::parse("BTC/USDT", "1h").expect("valid"),
        span,
        resampling,
        epoch: u64::MAX,
        rows: 7,
        derived_from,
        columns: columns.iter().map(|&(label, expression)| (label.into(), expression.into())).collect(),
    };
    let span = Span::new(Some(-5), Some(i64::MAX), Some(u64::MAX)).expect("valid");
    let resampling = Resampling::new(-1439, Fill::Nan, true).expect("in range");
    let all = [
        about(Span::ALL, Resampling::default(), None, &[("fast", "ema(close, period=12)"), ("c", "close")]),
        about(span, resampling, Some(Timeframe::SHORTEST), &[]),
    ];
    all.iter().map(|about| checksum::add(&about.pack())).collect()
});

#[test]
fn saved_results() {
    atrad_fuzz::check(8000, 16 << 20, |input| {
        let mut bytes = input.edit(&RESULTS, &TOKENS);
        if input.choice & 1 == 1 && bytes.len() > 9 {
            // The body as it is, in an envelope that fits.
            bytes = checksum::add(&bytes[9..]);
        }
        let Some(body) = checksum::verify(bytes.into()) else { return false };
        let (about, held) = atrad_fuzz::metered(|| ResultDescription::unpack(&body));
        assert!(held <= 4096 + 2 * size_of::<(String, String)>() * body.len(), "{} bytes held {held}", body.len());
        let Ok(about) = about else { return false };
        assert_eq!(
            ResultDescription::unpack(&about.pack().into()).as_ref(),
            Ok(&about),
            "what is read is what was written"
        );
        true
    });
}
