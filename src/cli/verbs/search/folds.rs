//! The walk-forward folds of a sweep as rows: one per fold, then one of all bars out of sample.

use std::io::{self, Write};

use atrad::rpc::proto::sweep_response::Part;
use atrad::rpc::proto::{FoldBars, SweepFold, SweepHeader, SweepOutOfSample, SweepSummary};

use super::rows::{Cell, Column, RowFormat, Rows, undefined_text};
use crate::cli::Error;

/// The folds on their way out.
pub(super) struct Folds {
    header: SweepHeader,
    /// The names of the parameters and columns of all expressions.
    parameters: Vec<String>,
    columns: Vec<String>,
    rows: Rows,
    summary: Option<SweepSummary>,
}

impl Folds {
    pub(super) fn begin(header: SweepHeader, format: RowFormat, output: Box<dyn Write + Send>) -> Result<Self, Error> {
        let (mut parameters, mut columns, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for expression in &header.expressions {
            parameters.extend(
                expression.parameters.iter().filter(|name| !parameters.contains(*name)).cloned().collect::<Vec<_>>(),
            );
            for column in
                expression.columns.iter().filter(|column| !columns.contains(&column.label)).collect::<Vec<_>>()
            {
                columns.push(column.label.clone());
                times.push(column.is_time);
            }
        }
        let mut all = Vec::new();
        if header.expressions.len() > 1 {
            all.push(Column::text("expression"));
        }
        all.push(Column::text("fold"));
        all.extend(["in.from", "in.to", "out.from", "out.to"].map(Column::time));
        all.extend(parameters.iter().map(Column::number));
        for part in ["in", "out"] {
            let column = |(name, is_time): (&String, &bool)| {
                let name = format!("{part}.{name}");
                if *is_time { Column::time(name) } else { Column::number(name) }
            };
            all.extend(columns.iter().zip(&times).map(column));
        }
        Ok(Self { rows: Rows::begin(format, &all, output)?, header, parameters, columns, summary: None })
    }

    /// Writes the rows of a part.
    pub(super) fn add(&mut self, part: &Part) -> Result<(), Error> {
        match part {
            Part::Fold(fold) => self.fold(fold),
            Part::OutOfSample(all) => self.all(all),
            Part::Summary(summary) => {
                self.summary = Some(*summary);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn fold(&mut self, fold: &SweepFold) -> Result<(), Error> {
        let mut cells = self.first(fold.expression, (fold.number + 1).to_string());
        for bars in [&fold.in_sample_bars, &fold.out_of_sample_bars] {
            let time =
                |time: &dyn Fn(&FoldBars) -> i64| bars.as_ref().map_or(Cell::Nothing, |bars| Cell::Time(time(bars)));
            cells.extend([time(&|bars| bars.first_time), time(&|bars| bars.last_time)]);
        }
        let own = &self.header.expressions[fold.expression as usize].parameters;
        let parameter = |name: &String| {
            let at = own.iter().position(|known| known == name);
            at.and_then(|at| fold.parameters.get(at)).map_or(Cell::Nothing, |&value| Cell::Number(value))
        };
        cells.extend(self.parameters.iter().map(parameter));
        cells.extend(self.values(fold.expression, &fold.in_sample));
        cells.extend(self.values(fold.expression, &fold.out_of_sample));
        self.rows.add(&cells)
    }

    fn all(&mut self, all: &SweepOutOfSample) -> Result<(), Error> {
        let mut cells = self.first(all.expression, "all".into());
        cells.extend(vec![Cell::Nothing; 4 + self.parameters.len() + self.columns.len()]);
        cells.extend(self.values(all.expression, &all.columns));
        self.rows.add(&cells)
    }

    /// The expression, if there are several, and the fold.
    fn first(&self, expression: u32, fold: String) -> Vec<Cell> {
        let own = &self.header.expressions[expression as usize];
        let label = (self.header.expressions.len() > 1).then(|| Cell::Text(own.label.clone()));
        label.into_iter().chain([Cell::Text(fold)]).collect()
    }

    fn values(&self, expression: u32, values: &[f64]) -> Vec<Cell> {
        let own = &self.header.expressions[expression as usize].columns;
        let cell = |name: &String| {
            let at = own.iter().position(|known| known.label == *name);
            match at.and_then(|at| Some((own[at].is_time, *values.get(at)?))) {
                Some((true, value)) => Cell::seconds(value),
                Some((false, value)) => Cell::Number(value),
                None => Cell::Nothing,
            }
        };
        self.columns.iter().map(cell).collect()
    }

    pub(super) fn end(self) -> Result<(), Error> {
        self.rows.end()?;
        let SweepSummary { variants, tried, returned, undefined } = self.summary.unwrap_or_default();
        let undefined = undefined_text(undefined);
        writeln!(io::stderr(), "{tried} variants tried of {variants} in each fold, {returned} chosen{undefined}")?;
        Ok(())
    }
}
