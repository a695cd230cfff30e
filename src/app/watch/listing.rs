//! Which series a watch is about: those named, and those of a pattern as they come.

use std::collections::HashSet;

use super::token::digest;
use super::watcher::{Feed, Watcher};
use crate::app::bars::visible::View;
use crate::app::{Error, Kind};
use crate::series::{SeriesId, Symbol};

impl Watcher {
    /// Lists the series to begin with.
    pub(super) fn list(&mut self) -> Result<(), Error> {
        self.permit()?;
        for series in self.question.series.clone() {
            if !self.question.wait_for_series {
                self.exists(&series)?;
            }
            self.add(series)?;
        }
        let known: HashSet<u64> = self.feeds.iter().map(|feed| feed.digest).collect();
        if self.question.glob.is_none() && !self.positions.keys().all(|digest| known.contains(digest)) {
            let expected = "tokens of watches of these series, expressions and resampling".into();
            return Err(Error::Field { field: "resume_tokens", expected, given: "another".into() });
        }
        self.add_all()?;
        match &self.question.glob {
            Some((pattern, timeframe)) if self.feeds.is_empty() && !self.question.wait_for_series => {
                Err(Error::NoMatch { pattern: pattern.to_string(), timeframe: *timeframe })
            }
            _ => Ok(()),
        }
    }

    /// An error if the caller may not watch what it names. States are shared and know no caller, so it is here that each is
    /// checked; what a pattern matches is left out instead.
    fn permit(&self) -> Result<(), Error> {
        // A watch is about now.
        self.context.permit_as_of(None)?;
        self.question.series.iter().try_for_each(|series| self.context.permit(series))?;
        self.question.compiled.plan.series().iter().try_for_each(|symbol| self.context.permit_symbol(symbol))
    }

    /// An error if the series, or one that its expressions join, does not exist.
    fn exists(&self, series: &SeriesId) -> Result<(), Error> {
        let joined = self.question.compiled.plan.series();
        let view = View { adjust: self.question.adjust, ..View::default() };
        self.hub.compute.bars.inputs(series, &self.question.resampling, view, joined, &self.context).map(drop)
    }

    /// Adds all series of the pattern.
    fn add_all(&mut self) -> Result<(), Error> {
        let Some((pattern, _)) = &self.question.glob else { return Ok(()) };
        let symbols = self.hub.compute.bars.catalog.symbols(pattern, |_, _| true);
        self.add_matching(&symbols)
    }

    /// Adds the series of those of these symbols that are of the pattern, as far as the caller may reach them.
    fn add_matching<'a>(&mut self, symbols: impl IntoIterator<Item = &'a Symbol>) -> Result<(), Error> {
        let Some((glob, timeframe)) = self.question.glob.clone() else { return Ok(()) };
        let reached = |symbol: &Symbol| glob.matches(symbol) && self.context.shows(symbol);
        let symbols: Vec<_> = symbols.into_iter().filter(|symbol| reached(symbol)).collect();
        for symbol in symbols {
            let series = SeriesId { symbol: symbol.clone(), timeframe };
            let is_absent = |error: Error| matches!(error.kind(), Kind::NotFound);
            if !self.by_series.contains_key(&series) && !self.exists(&series).is_err_and(is_absent) {
                self.add(series)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, series: SeriesId) -> Result<(), Error> {
        if self.by_series.contains_key(&series) {
            return Ok(());
        }
        let (max, needed) = (self.hub.limits.watch_series_max as u64, self.feeds.len() as u64 + 1);
        if needed > max {
            return Err(Error::TooMuch { limit: "watch_series_max", max, needed, hint: Some("watch fewer series") });
        }
        let feed = self.feeds.len();
        let digest = digest(&series, &self.question.resampling, self.question.adjust, &self.canonical);
        let restored = self.follower.as_mut().and_then(|follower| follower.positions.remove(&series));
        self.positions.extend(restored.map(|position| (digest, position)));
        self.by_series.insert(series.clone(), feed);
        self.feeds.push(Feed {
            series,
            digest,
            membership: None,
            is_new: true,
            is_failing: false,
            shows_provisional: false,
        });
        self.to_join.push_back(feed);
        Ok(())
    }

    /// Begins series that were created since.
    pub(super) fn look_again(&mut self) -> Result<(), Error> {
        let (created, overflowed) = self.queue.take_created();
        if created.is_empty() && !overflowed {
            return Ok(());
        }
        let joined = self.question.compiled.plan.series();
        let feeds = &self.feeds;
        let is_there = |feed: &usize| {
            overflowed || created.contains(&feeds[*feed].series.symbol) || joined.iter().any(|s| created.contains(s))
        };
        let found: Vec<_> = self.waiting.iter().copied().filter(is_there).collect();
        for feed in found {
            self.waiting.remove(&feed);
            self.to_join.push_back(feed);
        }
        match overflowed {
            true => self.add_all(),
            false => self.add_matching(&created),
        }
    }
}
