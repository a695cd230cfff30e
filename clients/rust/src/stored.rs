//! What is stored: series, their bars, saved results.

use crate::answer::{Answer, Chunk, Form};
use crate::api;
use crate::client::Client;
use crate::columns;
use crate::compute::{Span, series_id};
use crate::error::Error;

impl Client {
    /// Lists the indicators, all or those whose name or title holds a text.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub async fn list_indicators(&self, search: &str) -> Result<Vec<api::Indicator>, Error> {
        let request = api::ListIndicatorsRequest { search: search.to_owned(), ..Default::default() };
        let listed = self.call(request, async |request| self.indicators().list_indicators(request).await).await?;
        Ok(listed.indicators)
    }

    /// Lists the series, all or those whose symbol starts with a prefix or that have a timeframe.
    ///
    /// # Errors
    ///
    /// A wrong timeframe.
    pub async fn list_series(&self, prefix: &str, timeframe: &str) -> Result<Vec<api::SeriesInfo>, Error> {
        let (symbol_prefix, timeframe) = (prefix.to_owned(), timeframe.to_owned());
        let mut request = api::ListSeriesRequest { symbol_prefix, timeframe, ..Default::default() };
        let mut found = Vec::new();
        loop {
            let page = self.call(request.clone(), async |request| self.series().list_series(request).await).await?;
            found.extend(page.series);
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Reads the bars of a series as columns `open`, `high`, `low`, `close`, `volume`, and its extra columns.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`, `DATA_LOSS` and others.
    pub async fn read_bars(&self, symbol: &str, timeframe: &str, span: Span) -> Result<Answer, Error> {
        let span = span.without("read_bars", &["persist", "float32"])?;
        let (since_epoch, since_token) = span.since_fields();
        let request = api::ReadBarsRequest {
            since_epoch,
            since_token,
            series: Some(series_id(symbol, timeframe)),
            range: Some(span.checked()?),
            resampling: span.resampling.clone(),
            adjust: span.adjust,
        };
        let rows = span.rows();
        let read = |response: columns::ReadBarsResponse| Chunk::of_bars(response, rows);
        self.assembled("/atrad.v1.SeriesService/ReadBars", &request, span.rows(), read).await
    }

    /// Lists the saved results, all or those whose key starts with a prefix.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub async fn list_saved_results(&self, prefix: &str) -> Result<Vec<api::SavedResult>, Error> {
        let mut request = api::ListSavedResultsRequest { key_prefix: prefix.to_owned(), ..Default::default() };
        let mut found = Vec::new();
        loop {
            let page = self
                .call(request.clone(), async |request| self.saved_results().list_saved_results(request).await)
                .await?;
            found.extend(page.saved_results);
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Reads one saved result by its key.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`.
    pub async fn read_saved_result(&self, key: &str) -> Result<Answer, Error> {
        let request = api::ReadSavedResultRequest { key: key.to_owned() };
        let read = |response: columns::ReadSavedResultResponse| {
            Chunk::new(response.chunk.unwrap_or_default(), Form::default())
        };
        self.assembled("/atrad.v1.SavedResultService/ReadSavedResult", &request, 0, read).await
    }
}
