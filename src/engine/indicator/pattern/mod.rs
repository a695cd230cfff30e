//! Candlestick patterns.
//!
//! Formulas name the candles a, b, c, d and e, oldest first; the last is the current bar. Long, short, doji, near, far
//! and equal are parameters: a body, shadow or distance is compared with a factor times the mean (of bodies, ranges or
//! shadows) over a number of preceding candles.

mod cdl_2crows;
mod cdl_3blackcrows;
mod cdl_3inside;
mod cdl_3linestrike;
mod cdl_3outside;
mod cdl_3starsinsouth;
mod cdl_3whitesoldiers;
mod cdl_abandonedbaby;
mod cdl_advanceblock;
mod cdl_belthold;
mod cdl_breakaway;
mod cdl_closingmarubozu;
mod cdl_concealbabyswall;
mod cdl_counterattack;
mod cdl_darkcloudcover;
mod cdl_doji;
mod cdl_dojistar;
mod cdl_dragonflydoji;
mod cdl_engulfing;
mod cdl_eveningdojistar;
mod cdl_eveningstar;
mod cdl_gapsidesidewhite;
mod cdl_gravestonedoji;
mod cdl_hammer;
mod cdl_hangingman;
mod cdl_harami;
mod cdl_haramicross;
mod cdl_highwave;
mod cdl_hikkake;
mod cdl_hikkakemod;
mod cdl_homingpigeon;
mod cdl_identical3crows;
mod cdl_inneck;
mod cdl_invertedhammer;
mod cdl_kicking;
mod cdl_kickingbylength;
mod cdl_ladderbottom;
mod cdl_longleggeddoji;
mod cdl_longline;
mod cdl_marubozu;
mod cdl_matchinglow;
mod cdl_mathold;
mod cdl_morningdojistar;
mod cdl_morningstar;
mod cdl_onneck;
mod cdl_piercing;
mod cdl_rickshawman;
mod cdl_risefall3methods;
mod cdl_separatinglines;
mod cdl_shootingstar;
mod cdl_shortline;
mod cdl_spinningtop;
mod cdl_stalledpattern;
mod cdl_sticksandwich;
mod cdl_takuri;
mod cdl_tasukigap;
mod cdl_thrusting;
mod cdl_tristar;
mod cdl_unique3river;
mod cdl_upsidegap2crows;
mod cdl_xsidegap3methods;
mod settings;
mod shape;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &cdl_2crows::CDL_2CROWS,
    &cdl_3blackcrows::CDL_3BLACKCROWS,
    &cdl_3inside::CDL_3INSIDE,
    &cdl_3linestrike::CDL_3LINESTRIKE,
    &cdl_3outside::CDL_3OUTSIDE,
    &cdl_3starsinsouth::CDL_3STARSINSOUTH,
    &cdl_3whitesoldiers::CDL_3WHITESOLDIERS,
    &cdl_abandonedbaby::CDL_ABANDONEDBABY,
    &cdl_advanceblock::CDL_ADVANCEBLOCK,
    &cdl_belthold::CDL_BELTHOLD,
    &cdl_breakaway::CDL_BREAKAWAY,
    &cdl_closingmarubozu::CDL_CLOSINGMARUBOZU,
    &cdl_concealbabyswall::CDL_CONCEALBABYSWALL,
    &cdl_counterattack::CDL_COUNTERATTACK,
    &cdl_darkcloudcover::CDL_DARKCLOUDCOVER,
    &cdl_doji::CDL_DOJI,
    &cdl_dojistar::CDL_DOJISTAR,
    &cdl_dragonflydoji::CDL_DRAGONFLYDOJI,
    &cdl_engulfing::CDL_ENGULFING,
    &cdl_eveningdojistar::CDL_EVENINGDOJISTAR,
    &cdl_eveningstar::CDL_EVENINGSTAR,
    &cdl_gapsidesidewhite::CDL_GAPSIDESIDEWHITE,
    &cdl_gravestonedoji::CDL_GRAVESTONEDOJI,
    &cdl_hammer::CDL_HAMMER,
    &cdl_hangingman::CDL_HANGINGMAN,
    &cdl_harami::CDL_HARAMI,
    &cdl_haramicross::CDL_HARAMICROSS,
    &cdl_highwave::CDL_HIGHWAVE,
    &cdl_hikkake::CDL_HIKKAKE,
    &cdl_hikkakemod::CDL_HIKKAKEMOD,
    &cdl_homingpigeon::CDL_HOMINGPIGEON,
    &cdl_identical3crows::CDL_IDENTICAL3CROWS,
    &cdl_inneck::CDL_INNECK,
    &cdl_invertedhammer::CDL_INVERTEDHAMMER,
    &cdl_kicking::CDL_KICKING,
    &cdl_kickingbylength::CDL_KICKINGBYLENGTH,
    &cdl_ladderbottom::CDL_LADDERBOTTOM,
    &cdl_longleggeddoji::CDL_LONGLEGGEDDOJI,
    &cdl_longline::CDL_LONGLINE,
    &cdl_marubozu::CDL_MARUBOZU,
    &cdl_matchinglow::CDL_MATCHINGLOW,
    &cdl_mathold::CDL_MATHOLD,
    &cdl_morningdojistar::CDL_MORNINGDOJISTAR,
    &cdl_morningstar::CDL_MORNINGSTAR,
    &cdl_onneck::CDL_ONNECK,
    &cdl_piercing::CDL_PIERCING,
    &cdl_rickshawman::CDL_RICKSHAWMAN,
    &cdl_risefall3methods::CDL_RISEFALL3METHODS,
    &cdl_separatinglines::CDL_SEPARATINGLINES,
    &cdl_shootingstar::CDL_SHOOTINGSTAR,
    &cdl_shortline::CDL_SHORTLINE,
    &cdl_spinningtop::CDL_SPINNINGTOP,
    &cdl_stalledpattern::CDL_STALLEDPATTERN,
    &cdl_sticksandwich::CDL_STICKSANDWICH,
    &cdl_takuri::CDL_TAKURI,
    &cdl_tasukigap::CDL_TASUKIGAP,
    &cdl_thrusting::CDL_THRUSTING,
    &cdl_tristar::CDL_TRISTAR,
    &cdl_unique3river::CDL_UNIQUE3RIVER,
    &cdl_upsidegap2crows::CDL_UPSIDEGAP2CROWS,
    &cdl_xsidegap3methods::CDL_XSIDEGAP3METHODS,
];
