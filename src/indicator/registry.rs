//! The list of all indicators and presets.

use super::{
    FUNCTIONS, Indicator, Input, cycle, math, momentum, overlap, pattern, price, statistic, volatility, volume,
};

/// Every indicator, in the order of group, then name.
pub static INDICATORS: &[&Indicator] = &[
    &overlap::ACCBANDS,
    &overlap::ALLIGATOR,
    &overlap::ALMA,
    &overlap::BBANDS,
    &overlap::CKSP,
    &overlap::DECYCLER,
    &overlap::DEMA,
    &overlap::DONCHIAN,
    &overlap::DSMA,
    &overlap::EHMA,
    &overlap::EMA,
    &overlap::ENVELOPE,
    &overlap::EVWMA,
    &overlap::FRAMA,
    &overlap::FWMA,
    &overlap::HANN,
    &overlap::HMA,
    &overlap::HT_TRENDLINE,
    &overlap::HWMA,
    &overlap::ICHIMOKU,
    &overlap::ITREND,
    &overlap::JMA,
    &overlap::KALMAN,
    &overlap::KAMA,
    &overlap::KC,
    &overlap::LAGUERRE,
    &overlap::MA,
    &overlap::MAMA,
    &overlap::MAVP,
    &overlap::MCGD,
    &overlap::MIDPOINT,
    &overlap::MIDPRICE,
    &overlap::PROJECTION_BANDS,
    &overlap::PWMA,
    &overlap::RMA,
    &overlap::SAR,
    &overlap::SAREXT,
    &overlap::SINWMA,
    &overlap::SMA,
    &overlap::SUPER_SMOOTHER,
    &overlap::SUPERTREND,
    &overlap::SWAK_BUTTER,
    &overlap::SWAK_GAUSS,
    &overlap::SWMA,
    &overlap::T3,
    &overlap::TEMA,
    &overlap::THMA,
    &overlap::TRIMA,
    &overlap::VIDYA,
    &overlap::VWEMA,
    &overlap::VWMA,
    &overlap::WMA,
    &overlap::ZIGZAG,
    &overlap::ZLEMA,
    &momentum::AC,
    &momentum::ADX,
    &momentum::ADXR,
    &momentum::AO,
    &momentum::APO,
    &momentum::AROON,
    &momentum::AROONOSC,
    &momentum::ASI,
    &momentum::BIAS,
    &momentum::BOP,
    &momentum::CCI,
    &momentum::CG,
    &momentum::CHOP,
    &momentum::CHOPTR,
    &momentum::CMO,
    &momentum::CMOU,
    &momentum::COPPOCK,
    &momentum::CRSI,
    &momentum::CTI,
    &momentum::DOSC,
    &momentum::DPO,
    &momentum::DSS,
    &momentum::DX,
    &momentum::DYMI,
    &momentum::ELDER_IMPULSE,
    &momentum::ER,
    &momentum::ERI,
    &momentum::FISHER,
    &momentum::FOSC,
    &momentum::FRACTAL,
    &momentum::GATOR,
    &momentum::IBS,
    &momentum::IMI,
    &momentum::INERTIA,
    &momentum::INVERSE_FISHER_RSI,
    &momentum::KDJ,
    &momentum::KST,
    &momentum::KSTEXT,
    &momentum::LAGUERRE_RSI,
    &momentum::MACD,
    &momentum::MACDEXT,
    &momentum::MACDFIX,
    &momentum::MFI,
    &momentum::MINUS_DI,
    &momentum::MINUS_DM,
    &momentum::MOM,
    &momentum::PFE,
    &momentum::PGO,
    &momentum::PLUS_DI,
    &momentum::PLUS_DM,
    &momentum::PPO,
    &momentum::PROJECTION_OSCILLATOR,
    &momentum::PSL,
    &momentum::PSO,
    &momentum::PZO,
    &momentum::QQE,
    &momentum::QSTICK,
    &momentum::RAVI,
    &momentum::RETURN_STRENGTH,
    &momentum::RMI,
    &momentum::ROC,
    &momentum::ROCP,
    &momentum::ROCR,
    &momentum::ROCR100,
    &momentum::RSI,
    &momentum::RSX,
    &momentum::RVGI,
    &momentum::RWI,
    &momentum::SI,
    &momentum::SMI,
    &momentum::SMI_ERGODIC,
    &momentum::SPECIAL_K,
    &momentum::SQZMOM,
    &momentum::STC,
    &momentum::STOCH,
    &momentum::STOCHF,
    &momentum::STOCHRSI,
    &momentum::TD_REI,
    &momentum::TII,
    &momentum::TRIX,
    &momentum::TSI,
    &momentum::TTF,
    &momentum::TTM_TREND,
    &momentum::ULTOSC,
    &momentum::VHF,
    &momentum::VORTEX,
    &momentum::VWMACD,
    &momentum::WAD,
    &momentum::WAVETREND,
    &momentum::WILLR,
    &momentum::ZLMACD,
    &volatility::ADR,
    &volatility::ATR,
    &volatility::BBW,
    &volatility::CVI,
    &volatility::GAPO,
    &volatility::MASSI,
    &volatility::NATR,
    &volatility::PERCENTB,
    &volatility::ROGERSSATCHELL,
    &volatility::RVI,
    &volatility::RVIR,
    &volatility::TRANGE,
    &volatility::VOLATILITY,
    &volume::AD,
    &volume::ADOSC,
    &volume::CMF,
    &volume::EFI,
    &volume::EMV,
    &volume::KVO,
    &volume::MARKETFI,
    &volume::NVI,
    &volume::OBV,
    &volume::PVI,
    &volume::PVO,
    &volume::PVT,
    &volume::RVOL,
    &volume::VOLUME_RATIO,
    &volume::VWAP,
    &statistic::AVGDEV,
    &statistic::BETA,
    &statistic::CORREL,
    &statistic::KURTOSIS,
    &statistic::LINEARREG,
    &statistic::LINEARREG_ANGLE,
    &statistic::LINEARREG_INTERCEPT,
    &statistic::LINEARREG_SLOPE,
    &statistic::MAX,
    &statistic::MAXINDEX,
    &statistic::MEDIAN,
    &statistic::MIN,
    &statistic::MININDEX,
    &statistic::MINMAX,
    &statistic::MINMAXINDEX,
    &statistic::PERCENTILE,
    &statistic::PERCENTRANK,
    &statistic::STDDEV,
    &statistic::SUM,
    &statistic::TSF,
    &statistic::VAR,
    &price::AVGPRICE,
    &price::HA,
    &price::MEDPRICE,
    &price::TYPPRICE,
    &price::WCLPRICE,
    &cycle::CYBER_CYCLE,
    &cycle::DECYCLER_OSCILLATOR,
    &cycle::EBSW,
    &cycle::HT_DCPERIOD,
    &cycle::HT_DCPHASE,
    &cycle::HT_PHASOR,
    &cycle::HT_SINE,
    &cycle::HT_TRENDMODE,
    &cycle::REFLEX,
    &cycle::ROOFING,
    &cycle::STOCH_CYBER_CYCLE,
    &cycle::SWAK_2PHP,
    &cycle::SWAK_BP,
    &cycle::SWAK_HP,
    &cycle::TRENDFLEX,
    &cycle::UNIVERSAL_OSCILLATOR,
    &math::ACOS,
    &math::ADD,
    &math::ASIN,
    &math::ATAN,
    &math::CEIL,
    &math::COS,
    &math::COSH,
    &math::CUMSUM,
    &math::DIV,
    &math::EXP,
    &math::FLOOR,
    &math::LN,
    &math::LOG10,
    &math::MULT,
    &math::SIN,
    &math::SINH,
    &math::SQRT,
    &math::SUB,
    &math::TAN,
    &math::TANH,
    &pattern::CDL_2CROWS,
    &pattern::CDL_3BLACKCROWS,
    &pattern::CDL_3INSIDE,
    &pattern::CDL_3LINESTRIKE,
    &pattern::CDL_3OUTSIDE,
    &pattern::CDL_3STARSINSOUTH,
    &pattern::CDL_3WHITESOLDIERS,
    &pattern::CDL_ABANDONEDBABY,
    &pattern::CDL_ADVANCEBLOCK,
    &pattern::CDL_BELTHOLD,
    &pattern::CDL_BREAKAWAY,
    &pattern::CDL_CLOSINGMARUBOZU,
    &pattern::CDL_CONCEALBABYSWALL,
    &pattern::CDL_COUNTERATTACK,
    &pattern::CDL_DARKCLOUDCOVER,
    &pattern::CDL_DOJI,
    &pattern::CDL_DOJISTAR,
    &pattern::CDL_DRAGONFLYDOJI,
    &pattern::CDL_ENGULFING,
    &pattern::CDL_EVENINGDOJISTAR,
    &pattern::CDL_EVENINGSTAR,
    &pattern::CDL_GAPSIDESIDEWHITE,
    &pattern::CDL_GRAVESTONEDOJI,
    &pattern::CDL_HAMMER,
    &pattern::CDL_HANGINGMAN,
    &pattern::CDL_HARAMI,
    &pattern::CDL_HARAMICROSS,
    &pattern::CDL_HIGHWAVE,
    &pattern::CDL_HIKKAKE,
    &pattern::CDL_HIKKAKEMOD,
    &pattern::CDL_HOMINGPIGEON,
    &pattern::CDL_IDENTICAL3CROWS,
    &pattern::CDL_INNECK,
    &pattern::CDL_INVERTEDHAMMER,
    &pattern::CDL_KICKING,
    &pattern::CDL_KICKINGBYLENGTH,
    &pattern::CDL_LADDERBOTTOM,
    &pattern::CDL_LONGLEGGEDDOJI,
    &pattern::CDL_LONGLINE,
    &pattern::CDL_MARUBOZU,
    &pattern::CDL_MATCHINGLOW,
    &pattern::CDL_MATHOLD,
    &pattern::CDL_MORNINGDOJISTAR,
    &pattern::CDL_MORNINGSTAR,
    &pattern::CDL_ONNECK,
    &pattern::CDL_PIERCING,
    &pattern::CDL_RICKSHAWMAN,
    &pattern::CDL_RISEFALL3METHODS,
    &pattern::CDL_SEPARATINGLINES,
    &pattern::CDL_SHOOTINGSTAR,
    &pattern::CDL_SHORTLINE,
    &pattern::CDL_SPINNINGTOP,
    &pattern::CDL_STALLEDPATTERN,
    &pattern::CDL_STICKSANDWICH,
    &pattern::CDL_TAKURI,
    &pattern::CDL_TASUKIGAP,
    &pattern::CDL_THRUSTING,
    &pattern::CDL_TRISTAR,
    &pattern::CDL_UNIQUE3RIVER,
    &pattern::CDL_UPSIDEGAP2CROWS,
    &pattern::CDL_XSIDEGAP3METHODS,
];

/// A name for several expressions.
#[derive(Debug, PartialEq)]
pub struct Preset {
    /// Its name, an expression on its own.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub summary: &'static str,
    /// The expressions it stands for.
    pub expressions: &'static [&'static str],
}

/// Every preset.
pub static PRESETS: &[Preset] = &[Preset {
    name: "atra",
    summary: "the frame of the atra agents: two averages, the strength of returns, relative volume and volatility",
    expressions: &["ema(7)", "ema(25)", "return_strength(14)", "volume_ratio(20)", "volatility(20)"],
}];

/// The indicator of this name, in any case and with `_` or without: `CDLENGULFING` is `cdl_engulfing`.
pub fn indicator(name: &str) -> Option<&'static Indicator> {
    INDICATORS.iter().copied().find(|indicator| letters(indicator.name).eq(letters(name)))
}

/// What of a name counts.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|letter| *letter != b'_').map(|letter| letter.to_ascii_lowercase())
}

/// The preset of this name, in any case.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name.eq_ignore_ascii_case(name))
}

/// The name of an indicator, preset or column that is most like this one, if any is.
pub fn similar(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let indicators = INDICATORS.iter().map(|indicator| indicator.name);
    let names = indicators.chain(PRESETS.iter().map(|preset| preset.name)).chain(Input::ALL.map(Input::name));
    let names = names.chain(FUNCTIONS.iter().map(|function| function.name));
    let near = names.map(|known| (distance(&name, known), known)).min()?;
    (near.0 <= 1 + name.len() / 4).then_some(near.1)
}

/// The least number of letters to change, add or drop between two names (Levenshtein).
fn distance(one: &str, two: &str) -> usize {
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in two.bytes().enumerate() {
            let best = (corner + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{Expression, Limits};

    #[test]
    fn names_are_unique_sorted_and_plain() {
        let keys: Vec<_> = INDICATORS.iter().map(|i| (i.group, i.name)).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "in the order of group, then name: {keys:?}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        for indicator in INDICATORS {
            assert!(indicator.name.chars().all(plain), "{}", indicator.name);
            assert!(preset(indicator.name).is_none() && Input::by_name(indicator.name).is_none());
            assert_eq!(INDICATORS.iter().filter(|other| letters(other.name).eq(letters(indicator.name))).count(), 1);
        }
    }

    #[test]
    fn declarations_are_sound() {
        for indicator in INDICATORS {
            for text in [indicator.title, indicator.summary, indicator.formula, indicator.source] {
                assert!(!text.is_empty() && text.is_ascii(), "{}: {text}", indicator.name);
            }
            assert!(!indicator.outputs.is_empty() && !indicator.inputs.is_empty(), "{}", indicator.name);
            assert!(indicator.lookback() < 1000, "{}", indicator.name);
        }
    }

    #[test]
    fn spellings_of_talib_are_understood() {
        for name in ["CDLENGULFING", "CdlEngulfing", "cdl_engulfing", "CDL_ENGULFING"] {
            assert_eq!(indicator(name).map(|found| found.name), Some("cdl_engulfing"));
        }
        assert_eq!(indicator("CDLENGULFIN"), None);
    }

    #[test]
    fn presets_are_expressions() {
        for preset in PRESETS {
            for text in preset.expressions {
                Expression::parse(text, &Limits::default()).expect(text);
            }
        }
    }

    #[test]
    fn a_slip_of_the_hand_is_understood() {
        assert_eq!(similar("smaa"), Some("sma"));
        assert_eq!(similar("colse"), Some("close"));
        assert_eq!(similar("zzzzzz"), None);
    }
}
