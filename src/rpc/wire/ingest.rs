//! Batches and receipts between wire and domain.

use super::required;
use super::series::columns;
use crate::app::{self, Batch, OnConflict};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::{self, IdempotencyKey, IngestRequest, IngestStreamRequest, Receipt};
use crate::series::{Bars, PriceRange, SeriesId};

impl TryFrom<super::Bars> for Bars {
    type Error = Error;

    fn try_from(bars: super::Bars) -> Result<Self, Error> {
        Ok(Self::new(columns(bars)?)?)
    }
}

impl TryFrom<IngestRequest> for (SeriesId, Batch) {
    type Error = Error;

    fn try_from(request: IngestRequest) -> Result<Self, Error> {
        let IngestRequest { series, bars, on_conflict, idempotency_key, price_range } = request;
        let on_conflict = match proto::OnConflict::try_from(on_conflict) {
            Ok(proto::OnConflict::Unspecified | proto::OnConflict::Replace) => OnConflict::Replace,
            Ok(proto::OnConflict::Keep) => OnConflict::Keep,
            Ok(proto::OnConflict::Error) => OnConflict::Error,
            Err(_) => return Err(field("on_conflict", "a number from 0 to 3", on_conflict.to_string())),
        };
        let prices = match proto::PriceRange::try_from(price_range) {
            Ok(proto::PriceRange::Unspecified | proto::PriceRange::NotNegative) => PriceRange::NotNegative,
            Ok(proto::PriceRange::Any) => PriceRange::Any,
            Err(_) => return Err(field("price_range", "a number from 0 to 2", price_range.to_string())),
        };
        let key =
            idempotency_key.map(|IdempotencyKey { client, batch }| app::BatchKey::new(&client, &batch)).transpose()?;
        // Errors of bars already have the prefix `bars.`.
        let batch = Batch::in_range(columns(bars.unwrap_or_default())?, on_conflict, prices)?;
        Ok((required(series, "series")?, batch.keyed(key)))
    }
}

impl TryFrom<IngestStreamRequest> for (SeriesId, Batch) {
    type Error = Error;

    fn try_from(request: IngestStreamRequest) -> Result<Self, Error> {
        let IngestStreamRequest { batch: _, series, bars, on_conflict, idempotency_key, price_range } = request;
        IngestRequest { series, bars, on_conflict, idempotency_key, price_range }.try_into()
    }
}

impl From<app::Receipt> for Receipt {
    fn from(app::Receipt { accepted, replaced, ignored, epoch }: app::Receipt) -> Self {
        Self { accepted, replaced, ignored, epoch }
    }
}
