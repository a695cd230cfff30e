//! Batches and receipts between wire and domain.

use super::required;
use crate::app;
use crate::rpc::Error;
use crate::rpc::proto::{IngestRequest, IngestStreamRequest, Receipt};
use crate::series::{Bars, Columns, SeriesId};

impl TryFrom<super::Bars> for Bars {
    type Error = Error;

    fn try_from(bars: super::Bars) -> Result<Self, Error> {
        Ok(Self::new(Columns::from(bars))?)
    }
}

impl TryFrom<IngestRequest> for (SeriesId, Bars) {
    type Error = Error;

    fn try_from(IngestRequest { id, bars }: IngestRequest) -> Result<Self, Error> {
        // Bars name their own fields with `bars.` in front.
        Ok((required(id, "id")?, bars.unwrap_or_default().try_into()?))
    }
}

impl TryFrom<IngestStreamRequest> for (SeriesId, Bars) {
    type Error = Error;

    fn try_from(IngestStreamRequest { batch: _, id, bars }: IngestStreamRequest) -> Result<Self, Error> {
        IngestRequest { id, bars }.try_into()
    }
}

impl From<app::Receipt> for Receipt {
    fn from(app::Receipt { accepted, replaced, ignored, epoch }: app::Receipt) -> Self {
        Self { accepted, replaced, ignored, epoch }
    }
}
