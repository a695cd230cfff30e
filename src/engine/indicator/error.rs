//! Errors of expressions.

use crate::series;

/// Why an expression is rejected. Every message names the field, the value and the limit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The text is too long.
    #[error("expression must have at most {max} bytes, got {given}")]
    TooLong {
        /// The length, in bytes.
        given: usize,
        /// The maximum, in bytes.
        max: usize,
    },
    /// The expression is nested too deeply.
    #[error("expression must be nested at most {max} deep")]
    TooDeep {
        /// The maximum nesting.
        max: usize,
    },
    /// There are too many numbers and names.
    #[error("expression must have at most {max} numbers and names")]
    TooManyTerms {
        /// The maximum number.
        max: usize,
    },
    /// A constant is too large, or not a number.
    #[error("{text} must be a finite number")]
    NotFinite {
        /// The text of the constant.
        text: String,
    },
    /// The whole expression is a constant.
    #[error("{text} is a constant; an expression must read a column or an indicator")]
    Constant {
        /// The expression.
        text: String,
    },
    /// An input is a constant.
    #[error("inputs of {indicator} must be columns or indicators, got the constant {given}")]
    ConstantInput {
        /// The indicator.
        indicator: &'static str,
        /// The text of the constant.
        given: String,
    },
    /// A function is called with too few or too many arguments.
    #[error("{function} takes ({expected}), got {given} arguments")]
    ArgumentCount {
        /// The function.
        function: &'static str,
        /// The names of its arguments.
        expected: String,
        /// The number given.
        given: usize,
    },
    /// The text is not an expression.
    #[error("expected {expected} at byte {at}, got {found}")]
    Syntax {
        /// The byte offset.
        at: usize,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A range outside a sweep.
    #[error("{text} at byte {at} is a range, which makes many variants of an expression; use Sweep to compute them")]
    RangeOutsideSweep {
        /// The range.
        text: String,
        /// The byte offset.
        at: usize,
    },
    /// `ahead` outside a sweep.
    #[error(
        "ahead reads later bars, which no value that a live caller reads may depend on; use Sweep with a reduction that \
         judges, as in hit_rate or expectancy, or shift(x, bars) for earlier bars"
    )]
    AheadOutsideSweep,
    /// Values that look ahead are reduced to one that does not judge.
    #[error(
        "{reduction} must not read ahead, which looks at later bars; only {known} judge it, and forward_quantiles(bars, q) \
         has the quantiles of the return after a signal without ahead"
    )]
    AheadReduced {
        /// The reduction, or what is returned without one.
        reduction: String,
        /// The reductions that judge.
        known: String,
    },
    /// `ahead` is the input of something that remembers bars.
    #[error(
        "{function} must not read ahead, as what it remembers would hold later bars; apply {function} to x, as in \
         ahead({function}(...), bars), or compare ahead(x, bars) with operators, if and when"
    )]
    AheadInside {
        /// The indicator or function.
        function: &'static str,
    },
    /// `ahead` reads further than the bars that are judged.
    #[error(
        "values that look {bars} bars ahead need more than {bars} bars, got {rows}: the last {bars} have no known future and \
         do not count"
    )]
    AheadTooFar {
        /// The number of later bars.
        bars: usize,
        /// The number of bars that are judged.
        rows: usize,
    },
    /// A range whose step is 0 or negative.
    #[error("the step of {text} at byte {at} must be more than 0")]
    RangeStep {
        /// The range.
        text: String,
        /// The byte offset.
        at: usize,
    },
    /// A range that ends before it begins.
    #[error("the end of {text} at byte {at} must not be less than its start")]
    RangeBackwards {
        /// The range.
        text: String,
        /// The byte offset.
        at: usize,
    },
    /// A range in the place of a parameter that is not a number.
    #[error("{param} of {indicator} must be {expected}, got the range {text} at byte {at}")]
    RangeOfWords {
        /// The indicator.
        indicator: &'static str,
        /// The parameter.
        param: &'static str,
        /// What it must be.
        expected: String,
        /// The range.
        text: String,
        /// The byte offset.
        at: usize,
    },
    /// Two ranges have the same name.
    #[error("{name} at byte {at} must name one range only")]
    RepeatedRange {
        /// The name.
        name: String,
        /// The byte offset of the second.
        at: usize,
    },
    /// A reduction that does not exist.
    #[error("{given} is not a reduction; it must be one of {known}{}", did_you_mean(similar))]
    UnknownReduction {
        /// The name given.
        given: String,
        /// The names that exist.
        known: String,
        /// A similar name.
        similar: Option<&'static str>,
    },
    /// An argument of a reduction is missing, superfluous or out of range.
    #[error("{reduction} must have {expected}, got {given}")]
    ReductionArgument {
        /// The reduction.
        reduction: &'static str,
        /// What it must have.
        expected: &'static str,
        /// What it has.
        given: String,
    },
    /// A condition over variants names no parameter of them.
    #[error("{name} is not a parameter of the variants; they have {known}")]
    UnknownVariable {
        /// The name given.
        name: String,
        /// The parameters.
        known: String,
    },
    /// A condition over variants names a parameter that several ranges have.
    #[error("{name} is the name of several ranges; use one of {known}, or name them, as in ema(5..50 as fast)")]
    AmbiguousVariable {
        /// The name given.
        name: String,
        /// The names of the ranges.
        known: String,
    },
    /// A condition over variants calls something that is not a function of numbers.
    #[error("{text} is not a number, a parameter of the variants or a function of them")]
    NotScalar {
        /// The text.
        text: String,
    },
    /// There is no indicator or column of this name.
    #[error("{name} is not an indicator or a column{}", did_you_mean(similar))]
    UnknownName {
        /// The name given.
        name: String,
        /// A similar name that exists.
        similar: Option<&'static str>,
    },
    /// A preset is used inside an expression.
    #[error("{name} is a preset of several expressions and must stand alone")]
    PresetInside {
        /// The preset.
        name: &'static str,
    },
    /// A column has arguments or an output.
    #[error("{name} is a column and takes no arguments")]
    ColumnCalled {
        /// The column.
        name: String,
    },
    /// A name that is not a column is read from another series.
    #[error(
        "{name} is not a column; only columns of {symbol} can be read, as in rsi(close@{symbol}){}",
        did_you_mean(similar)
    )]
    JoinedName {
        /// The name given.
        name: String,
        /// A similar column.
        similar: Option<&'static str>,
        /// The symbol of the other series.
        symbol: String,
    },
    /// The symbol of another series is invalid.
    #[error("joined series: {0}")]
    Symbol(series::Error),
    /// The indicator has no such parameter.
    #[error("{indicator} has no parameter {name}; it has {known}{}", did_you_mean(similar))]
    UnknownParam {
        /// The indicator.
        indicator: &'static str,
        /// The name given.
        name: String,
        /// A similar parameter.
        similar: Option<&'static str>,
        /// The parameters it has.
        known: String,
    },
    /// The indicator has no such output.
    #[error("{indicator} has no output {name}; it has {known}{}", did_you_mean(similar))]
    UnknownOutput {
        /// The indicator.
        indicator: &'static str,
        /// The name given.
        name: String,
        /// A similar output.
        similar: Option<&'static str>,
        /// The outputs it has.
        known: String,
    },
    /// An indicator with several outputs is used without selecting one.
    #[error("{indicator} has several outputs; select one of {known}, as in {indicator}(...).{}", known.split(", ").next().unwrap_or_default())]
    PickOutput {
        /// The indicator.
        indicator: &'static str,
        /// The outputs it has.
        known: String,
    },
    /// A parameter is outside its range.
    #[error("{param} of {indicator} must be between {min} and {max}, got {given}{}", pairwise(indicator))]
    OutOfRange {
        /// The indicator.
        indicator: &'static str,
        /// The parameter.
        param: &'static str,
        /// The value given.
        given: String,
        /// The smallest value, inclusive.
        min: String,
        /// The largest value, inclusive.
        max: String,
    },
    /// A clock beside a calendar, which has its own.
    #[error(
        "utc_offset of {indicator} must be 0 with calendar={calendar}, whose sessions are on a clock of their own, got {given}; leave \
         one of the two out"
    )]
    CalendarOffset {
        /// The indicator.
        indicator: &'static str,
        /// The word of the calendar.
        calendar: &'static str,
        /// The offset given, in minutes.
        given: f64,
    },
    /// A parameter has the wrong kind of value.
    #[error("{param} of {indicator} must be {expected}, got {given}{}{}", did_you_mean(similar), pairwise(indicator))]
    WrongKind {
        /// The indicator.
        indicator: &'static str,
        /// The parameter.
        param: &'static str,
        /// What it must be.
        expected: String,
        /// The value given.
        given: String,
        /// A similar word, of those that it can be.
        similar: Option<&'static str>,
    },
    /// A parameter is given twice.
    #[error("{param} of {indicator} must be given once")]
    Repeated {
        /// The indicator.
        indicator: &'static str,
        /// The parameter.
        param: &'static str,
    },
    /// There are more arguments than parameters.
    #[error("{indicator} takes at most {max} parameters, got {given}")]
    TooManyArguments {
        /// The indicator.
        indicator: &'static str,
        /// The number given.
        given: usize,
        /// The number it has.
        max: usize,
    },
    /// Some inputs are given but not all.
    #[error("{indicator} has the inputs {known}; give all or none, got {given}{}", did_you_mean(similar))]
    InputCount {
        /// The indicator.
        indicator: &'static str,
        /// The inputs it reads.
        known: String,
        /// A word of the first parameter that is similar to what was given.
        similar: Option<&'static str>,
        /// The number given.
        given: usize,
    },
    /// Two columns have the same label, or one has that of the times of the bars.
    #[error("label {label} must be unique{}", if label == "time" { ": it is that of the times of the bars" } else { "" })]
    RepeatedLabel {
        /// The label.
        label: String,
    },
}

fn did_you_mean(similar: &Option<&'static str>) -> String {
    similar.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

/// What else a call of `max` or `min` may have meant: their number is a number of bars.
fn pairwise(indicator: &str) -> &'static str {
    match indicator {
        "max" => "; the larger of two values is larger(a, b)",
        "min" => "; the smaller of two values is smaller(a, b)",
        _ => "",
    }
}
