//! What the tests over the whole registry and the benchmarks share: real bars, questions, and TA-Lib.
#![allow(dead_code, reason = "each of its users needs a part")]

pub(crate) mod series;
pub(crate) mod talib;
pub(crate) mod trials;

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use atrad::indicator::{Expression, Graph, Indicator, Kind, Limits, Plan, Value};
use atrad::kernel::Kernel;
use atrad::series::{Bar, Bars, Columns};

/// Bars under a name.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) bars: Arc<Bars>,
}

/// The bundled real series.
pub(crate) fn real() -> Vec<Series> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the data").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "gz"));
    paths.sort();
    assert!(paths.len() >= 6, "the bundled series are there");
    let load = |path: &std::path::PathBuf| {
        let mut text = String::new();
        let file = std::fs::File::open(path).expect("readable");
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        Series { name, bars: Arc::new(read(&text)) }
    };
    paths.iter().map(load).collect()
}

fn read(text: &str) -> Bars {
    let mut columns = Columns::default();
    for line in text.lines().skip(1) {
        let values: Vec<f64> = line.split(',').map(|field| field.parse().expect("a number")).collect();
        let [seconds, open, high, low, close, volume] = values[..] else { panic!("six fields: {line}") };
        columns.push(Bar { time: seconds as i64 * 1_000_000_000, open, high, low, close, volume });
    }
    Bars::new(columns).expect("the bundled series are good")
}

/// The plan for these expressions.
pub(crate) fn plan<T: AsRef<str>>(texts: &[T]) -> Arc<Plan> {
    let mut graph = Graph::new();
    let mut ports = Vec::new();
    for text in texts {
        let found = Expression::parse(text.as_ref(), &Limits { bytes_max: 4096, ..Limits::default() });
        ports.extend(
            found.unwrap_or_else(|error| panic!("{error}")).iter().map(|expression| expression.port(&mut graph)),
        );
    }
    Arc::new(Plan::new(graph, &ports))
}

/// A kernel and its parameters, cut where they are long.
pub(crate) fn kernel_name(kernel: &dyn Kernel) -> String {
    let name = format!("{kernel:?}");
    match name.char_indices().nth(90) {
        Some((end, _)) => format!("{}.. ({} characters)", &name[..end], name.len()),
        None => name,
    }
}

/// What a plan reads of some rows: its columns, and the times last if it reads them.
pub(crate) fn inputs(plan: &Plan, bars: &Bars, rows: Range<usize>) -> Vec<Vec<f64>> {
    let columns = plan.columns().iter().map(|&column| bars.column(column)[rows.clone()].to_vec());
    let times = || bars.times()[rows.clone()].iter().map(|&time| seconds(time)).collect();
    columns.chain(plan.reads_time().then(times)).collect()
}

/// A time in seconds.
pub(crate) fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// The values of these expressions at all bars.
pub(crate) fn columns<T: AsRef<str>>(texts: &[T], bars: &Arc<Bars>) -> Vec<Vec<f64>> {
    let plan = plan(texts);
    let matrix = plan.compute(bars, 0..bars.len(), &|| true).expect("nobody stops it");
    (0..plan.outputs()).map(|output| matrix.column(output).to_vec()).collect()
}

/// An indicator with a value for each of its parameters.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) indicator: &'static Indicator,
    pub(crate) values: Vec<Value>,
}

impl Question {
    /// All parameters at their defaults.
    pub(crate) fn default(indicator: &'static Indicator) -> Self {
        Self { indicator, values: indicator.params.iter().map(|param| param.kind.default()).collect() }
    }

    /// The expression that asks it.
    pub(crate) fn text(&self) -> String {
        let named = self.indicator.params.iter().zip(&self.values);
        let arguments: Vec<_> = named.map(|(param, value)| format!("{}={value}", param.name)).collect();
        format!("{}({})", self.indicator.name, arguments.join(", "))
    }

    /// The same with whole numbers, except those that only take a few, as near to `number` as they can be.
    pub(crate) fn with_bars(&self, number: usize) -> Self {
        let near = |(value, kind): (&Value, Kind)| match kind {
            Kind::Integer { min, max, .. } if max > 1 => Value::Integer(number.clamp(min, max)),
            _ => *value,
        };
        let kinds = self.indicator.params.iter().map(|param| param.kind);
        Self { indicator: self.indicator, values: self.values.iter().zip(kinds).map(near).collect() }
    }

    /// The same with one other value.
    pub(crate) fn with(&self, index: usize, value: Value) -> Self {
        let mut other = self.clone();
        other.values[index] = value;
        other
    }
}

/// Questions about an indicator: the defaults, the fewest bars, more of them, every word, the ends of what is real.
pub(crate) fn questions(indicator: &'static Indicator) -> Vec<Question> {
    let default = Question::default(indicator);
    let mut questions = vec![default.clone(), default.with_bars(1), default.with_bars(37), default.with_bars(130)];
    for (index, param) in indicator.params.iter().enumerate() {
        let values: Vec<Value> = match param.kind {
            // Of calendars, an exchange with a break and a zone.
            Kind::Choice { words } => words[1..]
                .iter()
                .filter(|word| words.len() < 40 || ["xhkg", "america_new_york"].contains(word))
                .map(|word| Value::Choice(word))
                .collect(),
            Kind::Real { min, max, .. } => [min, 0.5, max].map(|value: f64| Value::Real(value.clamp(min, max))).into(),
            Kind::Integer { max: 1, .. } => vec![Value::Integer(1)],
            Kind::Integer { .. } => vec![],
        };
        for value in values {
            questions.extend([default.with(index, value), default.with_bars(1).with(index, value)]);
        }
    }
    questions.dedup_by(|one, two| one.values == two.values);
    questions
}

/// How far the worst value is off, and where: relative to the value itself, or to the mean size of the column where that
/// is larger and the column comes near zero, for there a difference of prices has no more digits than the prices leave
/// it. Infinitely far where only one of the two is missing, or infinite. Plain loops: tests are compiled without
/// optimisation.
pub(crate) fn worst(ours: &[f64], theirs: &[f64]) -> (f64, usize) {
    let (mut sum, mut count, mut least) = (0.0, 0.0_f64, f64::INFINITY);
    for &value in theirs {
        if value.is_finite() {
            let size = value.abs();
            (sum, count) = (sum + size, count + 1.0);
            least = if size < least { size } else { least };
        }
    }
    let size = sum / count.max(1.0);
    let floor = if least < size / 100.0 { size } else { 0.0 };
    let mut worst = (0.0, 0);
    for (at, (&one, &two)) in ours.iter().zip(theirs).enumerate() {
        if one == two || (one.is_nan() && two.is_nan()) {
            continue;
        }
        let is_finite = one.is_finite() && two.is_finite();
        let off =
            if is_finite { (one - two).abs() / two.abs().max(floor).max(f64::MIN_POSITIVE) } else { f64::INFINITY };
        worst = if off > worst.0 { (off, at) } else { worst };
    }
    worst
}
