//! Tests of bars.

use super::*;

fn three() -> Columns {
    Columns {
        times: vec![1, 2, 3],
        open: vec![1.0, 2.0, 3.0],
        high: vec![2.0, 3.0, 4.0],
        low: vec![0.5, 1.5, 2.5],
        close: vec![1.5, 2.5, 3.5],
        volume: vec![0.0, 1.0, 2.0],
        extra: vec![],
    }
}

fn rejected(change: impl Fn(&mut Columns)) -> String {
    let mut columns = three();
    change(&mut columns);
    Bars::new(columns).expect_err("rejected").field()
}

#[test]
fn good_bars_pass() {
    let bars = Bars::new(three()).expect("valid");
    assert_eq!((bars.len(), bars.bar(1).close), (3, 2.5));
}

#[test]
fn the_field_at_fault_is_named() {
    assert_eq!(rejected(|c| *c = Columns::default()), "bars");
    assert_eq!(rejected(|c| c.low.truncate(2)), "bars.low");
    assert_eq!(rejected(|c| c.times[2] = 2), "bars.times[2]");
    assert_eq!(rejected(|c| c.times[1] = 0), "bars.times[1]");
    assert_eq!(rejected(|c| c.close[1] = f64::NAN), "bars.close[1]");
    assert_eq!(rejected(|c| c.volume[0] = -1.0), "bars.volume[0]");
    assert_eq!(rejected(|c| c.open[2] = f64::INFINITY), "bars.open[2]");
    assert_eq!(rejected(|c| c.high[0] = 0.1), "bars.high[0]");
    assert_eq!(rejected(|c| c.low[2] = 3.2), "bars.low[2]");
}

#[test]
fn extra_columns_may_hold_anything_but_infinities() {
    let name = |name: &str| name.parse::<ColumnName>().expect("valid");
    let with = |extra: Vec<(ColumnName, Vec<f64>)>| Bars::new(Columns { extra, ..three() });
    let [a, b] = [name("a"), name("b")];
    let bars = with(vec![(b, vec![-1.0, f64::NAN, 0.0]), (a, vec![1.0; 3])]).expect("valid");
    assert_eq!((bars.extras(), bars.column(Column::Extra(b))[0]), (vec![a, b], -1.0));
    assert!(bars.column(Column::Extra(name("c"))).is_empty());
    let field = |extra| with(extra).expect_err("rejected").field();
    assert_eq!(field(vec![(a, vec![1.0; 2])]), "bars.extra[0].values");
    assert_eq!(field(vec![(a, vec![1.0; 3]), (a, vec![1.0; 3])]), "bars.extra[1].name");
    assert_eq!(field(vec![(a, vec![1.0, 2.0, f64::INFINITY])]), "bars.extra[0].values[2]");
}

#[test]
fn gaps_need_with_gaps() {
    let mut columns = three();
    columns.close[1] = f64::NAN;
    columns.high[2] = f64::NAN;
    assert!(Bars::with_gaps(columns.clone()).is_ok());
    columns.low[0] = -1.0;
    assert!(Bars::with_gaps(columns).is_err());
}

#[test]
fn prices_below_zero_are_asked_for() {
    let mut columns = three();
    (columns.low[1], columns.open[1]) = (-37.63, -1.0);
    assert!(matches!(Bars::new(columns.clone()), Err(Error::Value { column: "open", index: 1, .. })));
    assert!(Bars::in_range(columns.clone(), PriceRange::Any).is_ok());
    columns.low[1] = f64::NEG_INFINITY;
    let error = Bars::in_range(columns.clone(), PriceRange::Any).expect_err("infinite");
    assert_eq!(error.to_string(), "bars.low[1] must be finite, got -inf");
    columns.low[1] = -37.63;
    columns.volume[1] = -1.0;
    assert!(matches!(Bars::in_range(columns, PriceRange::Any), Err(Error::Value { column: "volume", .. })));
}

#[test]
fn a_negative_zero_is_zero() {
    let mut columns = three();
    (columns.low[1], columns.volume[0]) = (-0.0, -0.0);
    let bars = Bars::new(columns).expect("valid");
    assert_eq!([bars.bar(1).low, bars.bar(0).volume].map(f64::to_bits), [0, 0]);
}
