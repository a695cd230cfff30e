//! Which series a screen looks at: symbols and patterns of symbols at one timeframe.

use crate::app::bars::reader::BarsReader;
use crate::app::bars::snapshot::Snapshot;
use crate::app::bars::visible::View;
use crate::app::{CallContext, Error, Limits};
use crate::series::{Grid, Resampling, SeriesId, Symbol, SymbolPattern, Timeframe};

/// Series by name, at one timeframe.
#[derive(Debug, Clone)]
pub struct Selection {
    names: Vec<Name>,
    timeframe: Timeframe,
}

/// A symbol, or a pattern of symbols.
#[derive(Debug, Clone)]
enum Name {
    Symbol(Symbol),
    Pattern(SymbolPattern),
}

impl Selection {
    /// Understands names of symbols, some with `*` or `?`; without any, every symbol.
    pub fn parse(names: &[String], timeframe: &str, limits: &Limits) -> Result<Self, Error> {
        let timeframe = timeframe.parse()?;
        let max = limits.screen_series_max;
        if names.len() > max {
            let (expected, given) = (format!("at most {max} symbols"), names.len().to_string());
            return Err(Error::Field { field: "symbols", expected, given });
        }
        let name = |name: &String| match SymbolPattern::is_pattern(name) {
            true => name.parse().map(Name::Pattern),
            false => name.parse().map(Name::Symbol),
        };
        let mut names = names.iter().map(name).collect::<Result<Vec<_>, _>>()?;
        if names.is_empty() {
            names.push(Name::Pattern("*".parse()?));
        }
        Ok(Self { names, timeframe })
    }

    /// The series, by name, each once. A pattern stands for the series that are stored at the timeframe or can be resampled to
    /// it, one at least, as far as the caller may reach them; a symbol for itself, whether or not it exists.
    pub(super) fn series(
        &self,
        bars: &BarsReader,
        resampling: &Resampling,
        limits: &Limits,
        context: &CallContext,
    ) -> Result<Vec<SeriesId>, Error> {
        let grid = Grid::new(self.timeframe, resampling);
        let view = View::of(context, None);
        let makes = |from: Timeframe, snapshot: &Snapshot| grid.made_of(from).is_some() && view.knows(snapshot, from);
        let mut symbols = Vec::new();
        for name in &self.names {
            match name {
                Name::Symbol(symbol) => symbols.push(symbol.clone()),
                Name::Pattern(pattern) => {
                    let found = bars.catalog.symbols(pattern, makes).into_iter().filter(|symbol| context.shows(symbol));
                    let found: Vec<_> = found.collect();
                    if found.is_empty() {
                        let (pattern, timeframe) = (pattern.to_string(), self.timeframe);
                        return Err(Error::NoMatch { pattern, timeframe });
                    }
                    symbols.extend(found);
                }
            }
        }
        symbols.sort();
        symbols.dedup();
        let (max, needed) = (limits.screen_series_max as u64, symbols.len() as u64);
        if needed > max {
            let hint = Some("use narrower patterns");
            return Err(Error::TooMuch { limit: "screen_series_max", max, needed, hint });
        }
        let timeframe = self.timeframe;
        Ok(symbols.into_iter().map(|symbol| SeriesId { symbol, timeframe }).collect())
    }
}
