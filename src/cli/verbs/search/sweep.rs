//! `atrad sweep`: every variant of expressions with ranges.

use std::io::{self, Write};
use std::path::PathBuf;

use atrad::rpc::proto::sweep_request::Source::Series;
use atrad::rpc::proto::sweep_response::Part;
use atrad::rpc::proto::{Range, SweepColumns, SweepHeader, SweepRequest, SweepRows, SweepSummary, WalkForward};
use atrad::rpc::wire::Column;
use clap::Args;
use clap::builder::BoolishValueParser;

use super::folds::Folds;
use super::rows::{self, Cell, RowFormat, Rows};
use crate::cli::connection::{Connection, id};
use crate::cli::resample_args::{Adjust, ResampleArgs};
use crate::cli::{Error, output, times};
use crate::config::Source;

/// Compute every variant of expressions with ranges
///
/// As in: atrad sweep BTCUSDT 15m 'ema(5..200)' --reduce last, or:
/// atrad sweep BTCUSDT 15m 'crossover(ema(5..50 as fast), ema(10..200 step 10 as slow))' --where 'fast < slow'
/// --reduce count_true --top 10
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// The symbol, as in BTCUSDT
    symbol: String,
    /// The timeframe, as in 15m
    timeframe: String,
    /// The expressions, as in 'ema(5..200)', 'rsi(2..30 step 2)' or 'sma([10, 20, 50])'
    #[arg(required = true)]
    expressions: Vec<String>,
    /// What each variant is reduced to: last, min, max, mean, sum, stddev, argmax, argmin, count_true, first_true or
    /// quantile(q); or what judges it: count, hit_rate, expectancy, holding, exposure, forward_quantiles(bars, q), max_drawdown,
    /// sharpe, probabilistic_sharpe or deflated_sharpe. Separated by commas [default: nothing, all values are returned]
    #[arg(long, env = "ATRAD_REDUCE", value_name = "REDUCTION")]
    reduce: Vec<String>,
    /// Only variants for which this holds, as in 'fast < slow' or 'period > 10'
    #[arg(
        long = "where",
        env = "ATRAD_WHERE",
        value_name = "CONDITION",
        default_value = "",
        hide_default_value = true
    )]
    #[arg(allow_hyphen_values = true)]
    condition: String,
    /// Only the best N variants of each expression
    #[arg(long, env = "ATRAD_TOP", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
    /// The column that ranks the variants [default: the first, with --top]
    #[arg(long, env = "ATRAD_BY", value_name = "COLUMN", default_value = "", hide_default_value = true)]
    by: String,
    /// The smallest value ranks first
    #[arg(long, env = "ATRAD_ASCENDING", value_parser = BoolishValueParser::new())]
    ascending: bool,
    /// Cut the bars into N walk-forward folds: choose the best variant of each by the bars in sample, and judge it by the later
    /// bars out of sample
    #[arg(long, env = "ATRAD_FOLDS", conflicts_with = "top", value_parser = clap::value_parser!(u32).range(1..))]
    folds: Option<u32>,
    /// The bars in sample of every fold begin with the first bar
    #[arg(long, env = "ATRAD_ANCHORED", requires = "folds", value_parser = BoolishValueParser::new())]
    anchored: bool,
    /// The number of bars in sample of the first fold [default: as many as out of sample]
    #[arg(long, env = "ATRAD_IN_SAMPLE", value_name = "BARS", requires = "folds")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    in_sample: Option<u64>,
    /// The number of bars at the end of those in sample that do not count
    #[arg(long, env = "ATRAD_PURGE", value_name = "BARS", requires = "folds", default_value_t = 0)]
    purge: u64,
    /// The number of bars at the start of those out of sample that do not count
    #[arg(long, env = "ATRAD_EMBARGO", value_name = "BARS", requires = "folds", default_value_t = 0)]
    embargo: u64,
    /// Only the newest N bars
    #[arg(long, env = "ATRAD_LAST", value_parser = clap::value_parser!(u64).range(1..))]
    last: Option<u64>,
    /// Only bars that open at this time or later, as in 2021-06-17T08:30:00Z or 2021-06-17
    #[arg(long, env = "ATRAD_FROM", value_parser = times::argument, allow_negative_numbers = true)]
    from: Option<i64>,
    /// Only bars that open before this time
    #[arg(long, env = "ATRAD_TO", value_parser = times::argument, allow_negative_numbers = true)]
    to: Option<i64>,
    /// Only bars that were closed at this time, as a caller at that time would have seen them
    #[arg(long, env = "ATRAD_AS_OF", value_parser = times::argument, allow_negative_numbers = true)]
    as_of: Option<i64>,
    /// Adjust prices by the splits, or by the splits and dividends, of `atrad actions`
    #[arg(long, env = "ATRAD_ADJUST", value_enum, default_value = "none")]
    adjust: Adjust,
    /// How to resample the bars.
    #[command(flatten)]
    resampling: ResampleArgs,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: RowFormat,
    /// The output file, instead of standard output
    #[arg(long, env = "ATRAD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(sweep: Sweep) -> Result<(), Error> {
    let Sweep { symbol, timeframe, expressions, reduce, condition, top, by, ascending, .. } = sweep;
    let reduce: Vec<String> = reduce.iter().flat_map(|list| reductions(list)).collect();
    let is_reduced = !reduce.is_empty();
    let walk_forward = sweep.folds.map(|folds| WalkForward {
        folds,
        anchored: sweep.anchored,
        in_sample: sweep.in_sample.unwrap_or(0),
        purge: sweep.purge,
        embargo: sweep.embargo,
    });
    let request = SweepRequest {
        source: Some(Series(id(&symbol, &timeframe)?)),
        range: Some(Range { start_time: sweep.from, end_time: sweep.to, last: sweep.last, as_of: sweep.as_of }),
        expressions: expressions.iter().map(|text| text.trim_start().to_owned()).collect(),
        resampling: sweep.resampling.message(),
        reductions: reduce,
        r#where: condition,
        top: top.unwrap_or(0),
        by,
        ascending,
        walk_forward,
        adjust: sweep.adjust.into(),
    };
    let connection = Connection::open(sweep.source).await?;
    let mut parts = connection.indicators().sweep(request).await?.into_inner();
    let mut results = None;
    let mut folds = None;
    while let Some(response) = parts.message().await? {
        match (response.part, &mut results) {
            (Some(Part::Header(header)), _) if walk_forward.is_some() => {
                folds = Some(Folds::begin(header, sweep.format, output::open(sweep.output.as_deref())?)?);
            }
            (Some(Part::Header(header)), none) => {
                *none = Some(Results::begin(header, is_reduced, sweep.format, output::open(sweep.output.as_deref())?)?);
            }
            (Some(Part::Times(times)), Some(results)) => results.times.extend(times.times),
            (Some(Part::Rows(rows)), Some(results)) => results.add(&rows)?,
            (Some(Part::Columns(columns)), Some(results)) => results.add_columns(&columns)?,
            (Some(Part::Summary(summary)), Some(_)) => {
                if let Some(results) = results.take() {
                    results.end(&summary)?;
                }
            }
            (Some(part), _) => {
                if let Some(folds) = &mut folds {
                    folds.add(&part)?;
                }
            }
            _ => {}
        }
    }
    if let Some(folds) = folds {
        folds.end()?;
    }
    connection.close().await;
    Ok(())
}

/// The reductions of a list, whose commas are those outside of parentheses.
fn reductions(list: &str) -> Vec<String> {
    let (mut all, mut depth) = (vec![String::new()], 0_i32);
    for c in list.chars() {
        depth = (depth + i32::from(c == '(') - i32::from(c == ')')).max(0);
        match (c, depth, all.last_mut()) {
            (',', 0, _) => all.push(String::new()),
            (_, _, Some(last)) => last.push(c),
            _ => {}
        }
    }
    all
}

/// The results on their way out.
struct Results {
    header: SweepHeader,
    /// The names of the parameters and columns of all expressions.
    parameters: Vec<String>,
    columns: Vec<String>,
    /// The times of the rows, if columns are returned.
    times: Vec<i64>,
    rows: Rows,
}

impl Results {
    fn begin(
        header: SweepHeader,
        is_reduced: bool,
        format: RowFormat,
        output: Box<dyn Write + Send>,
    ) -> Result<Self, Error> {
        let all = |names: &dyn Fn(usize) -> Vec<String>| {
            let mut all: Vec<String> = Vec::new();
            for name in (0..header.expressions.len()).flat_map(names) {
                if !all.contains(&name) {
                    all.push(name);
                }
            }
            all
        };
        let parameters = all(&|at| header.expressions[at].parameters.clone());
        let columns = all(&|at| header.expressions[at].columns.iter().map(|column| column.label.clone()).collect());
        let several = header.expressions.len() > 1;
        let first = several.then(|| rows::Column::text("expression")).into_iter();
        let time = (!is_reduced).then(|| rows::Column::time("time"));
        let is_time = |name: &String| {
            header.expressions.iter().flat_map(|one| &one.columns).any(|column| column.label == *name && column.is_time)
        };
        let column = |name: &String| if is_time(name) { rows::Column::time(name) } else { rows::Column::number(name) };
        let all = first.chain(parameters.iter().map(rows::Column::number)).chain(time);
        let all: Vec<_> = all.chain(columns.iter().map(column)).collect();
        Ok(Self { rows: Rows::begin(format, &all, output)?, header, parameters, columns, times: vec![] })
    }

    /// The first cells of a variant: its expression, if there are several, and its parameters.
    fn variant(&self, expression: u32, value: impl Fn(usize) -> Option<f64>) -> Vec<Cell> {
        let own = &self.header.expressions[expression as usize];
        let label = (self.header.expressions.len() > 1).then(|| Cell::Text(own.label.clone()));
        let parameter = |name: &String| {
            let at = own.parameters.iter().position(|known| known == name);
            at.and_then(&value).map_or(Cell::Nothing, Cell::Number)
        };
        label.into_iter().chain(self.parameters.iter().map(parameter)).collect()
    }

    /// The cells of the columns of an expression.
    fn cells(&self, expression: u32, columns: &[Vec<f64>], row: usize) -> Vec<Cell> {
        let own = &self.header.expressions[expression as usize].columns;
        let cell = |name: &String| match own.iter().position(|known| known.label == *name) {
            Some(at) if own[at].is_time => Cell::seconds(columns[at][row]),
            Some(at) => Cell::Number(columns[at][row]),
            None => Cell::Nothing,
        };
        self.columns.iter().map(cell).collect()
    }

    fn add(&mut self, rows: &SweepRows) -> Result<(), Error> {
        let values = |columns: &[Column]| columns.iter().map(|column| column.values.values()).collect();
        let (parameters, columns): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (values(&rows.parameters), values(&rows.columns));
        let count = columns.first().map_or(0, Vec::len);
        for row in 0..count {
            let value = |at: usize| parameters.get(at).and_then(|values| values.get(row)).copied();
            let mut cells = self.variant(rows.expression, value);
            cells.extend(self.cells(rows.expression, &columns, row));
            self.rows.add(&cells)?;
        }
        Ok(())
    }

    fn add_columns(&mut self, part: &SweepColumns) -> Result<(), Error> {
        let columns: Vec<Vec<f64>> = part.columns.iter().map(|column| column.values.values()).collect();
        let variant = self.variant(part.expression, |at| part.parameters.get(at).copied());
        let count = columns.first().map_or(0, Vec::len);
        for row in 0..count {
            let time = self.times.get(part.start_row as usize + row).map_or(Cell::Nothing, |&time| Cell::Time(time));
            let mut cells = variant.clone();
            cells.push(time);
            cells.extend(self.cells(part.expression, &columns, row));
            self.rows.add(&cells)?;
        }
        Ok(())
    }

    fn end(self, summary: &SweepSummary) -> Result<(), Error> {
        self.rows.end()?;
        let SweepSummary { variants, tried, returned, undefined } = summary;
        let undefined = rows::undefined_text(*undefined);
        writeln!(io::stderr(), "{tried} variants tried of {variants}, {returned} returned{undefined}")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_parentheses_do_not_part_reductions() {
        assert_eq!(reductions("last"), ["last"]);
        assert_eq!(
            reductions("sum,sharpe(252),forward_quantiles(5, 0.9),count"),
            ["sum", "sharpe(252)", "forward_quantiles(5, 0.9)", "count"]
        );
        assert_eq!(reductions("a),b(,c"), ["a)", "b(,c"]);
    }
}
