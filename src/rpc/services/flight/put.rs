//! DoPut: batches of bars in, receipts out.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use arrow_flight::flight_descriptor::DescriptorType;
use arrow_flight::{FlightData, FlightDescriptor, PutResult};
use prost::Message;
use tonic::Status;

use super::info::PRICES;
use super::ipc::{BatchColumn, ColumnType, VALUE_BYTES, read_batch, read_schema};
use super::query::{self, read, to_json, wrong};
use crate::app::{App, Batch};
use crate::rpc::call::Call;
use crate::rpc::error::field;
use crate::rpc::proto::{IngestRequest, Receipt};
use crate::rpc::wire::{self, Packed};
use crate::rpc::{Error, status};
use crate::series::{self, ColumnName};

/// Where the bars of a stream go, and what its columns are.
#[derive(Debug)]
pub(super) struct Target {
    /// The request of each batch, without bars.
    request: IngestRequest,
    columns: Vec<Role>,
}

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    /// The times, and the length of their unit in nanoseconds.
    Time(i64),
    /// The price or volume of this index.
    Price(usize),
    Extra(String),
}

/// The result of a batch, once it is durable.
pub(super) type Pending = Pin<Box<dyn Future<Output = Result<PutResult, Status>> + Send>>;

impl Target {
    /// From the first message, which has the descriptor and the schema.
    pub(super) fn of(first: &FlightData, bytes_max: usize) -> Result<Self, Error> {
        let descriptor = first.flight_descriptor.as_ref();
        let descriptor = descriptor.ok_or_else(|| wrong("the first message must have a descriptor"))?;
        let request = request(descriptor, bytes_max)?;
        let columns = read_schema(&first.data_header).map_err(|problem| wrong(&problem))?;
        Ok(Self { request, columns: roles(&columns)? })
    }

    /// The bars of a batch.
    pub(super) fn batch(&self, data: &FlightData) -> Result<(series::SeriesId, Batch), Error> {
        let columns = read_batch(self.columns.len(), &data.data_header, &data.data_body);
        let columns = columns.map_err(|problem| wrong(&problem))?;
        let mut bars = wire::Bars::default();
        for (role, column) in self.columns.iter().zip(columns) {
            match role {
                Role::Time(unit) => bars.times = times(&column, *unit)?,
                Role::Price(at) => {
                    let values = values(&column, PRICES[*at])?;
                    *[&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close, &mut bars.volume][*at] = values;
                }
                Role::Extra(label) => {
                    let (label, values) = (label.clone(), extra(&column));
                    bars.extra.push(wire::Column::new(label, values));
                }
            }
        }
        IngestRequest { bars: Some(bars), ..self.request.clone() }.try_into()
    }
}

/// The request of each batch: the series of a path, or of an `IngestRequest` in JSON with what else it says.
fn request(descriptor: &FlightDescriptor, bytes_max: usize) -> Result<IngestRequest, Error> {
    if descriptor.r#type() != DescriptorType::Cmd {
        return Ok(IngestRequest { series: Some(query::series(descriptor)?), ..IngestRequest::default() });
    }
    let request: IngestRequest = read("IngestRequest", &descriptor.cmd, bytes_max)?;
    if request.bars.is_some() {
        return Err(field("bars", "unset, as the bars are the batches", "set"));
    }
    if request.idempotency_key.is_some() {
        return Err(field("idempotency_key", "unset, as a stream has several batches", "set"));
    }
    Ok(request)
}

/// What each column is, by its name.
fn roles(columns: &[(String, ColumnType)]) -> Result<Vec<Role>, Error> {
    let mut roles = Vec::new();
    for (name, given) in columns {
        let role = role(name, given)?;
        if roles.contains(&role) || (name == "time" && roles.iter().any(|role| matches!(role, Role::Time(_)))) {
            return Err(column(name, "is there twice"));
        }
        roles.push(role);
    }
    let is_there = |name: &&&str| !columns.iter().any(|(column, _)| column == **name);
    match ["time"].iter().chain(&PRICES).find(is_there) {
        Some(missing) => {
            let names: Vec<_> = columns.iter().map(|(name, _)| &**name).take(20).collect();
            Err(column(missing, &format!("is missing; there are {}", names.join(", "))))
        }
        None => Ok(roles),
    }
}

fn role(name: &str, given: &ColumnType) -> Result<Role, Error> {
    let expected = |expected: &str| {
        let given = match given {
            ColumnType::Time(_) => "timestamp",
            ColumnType::Float64 => "float64",
            ColumnType::Other(other) => other,
        };
        column(name, &format!("must be {expected}, got {given}"))
    };
    match (name, given) {
        ("time", ColumnType::Time(unit)) => Ok(Role::Time(*unit)),
        ("time", _) => Err(expected("timestamp")),
        (_, ColumnType::Float64) => match PRICES.iter().position(|price| *price == name) {
            Some(at) => Ok(Role::Price(at)),
            None => match name.parse::<ColumnName>() {
                Ok(_) => Ok(Role::Extra(name.to_owned())),
                Err(error) => Err(column(name, &format!("cannot be stored: {error}"))),
            },
        },
        (_, _) => Err(expected("float64")),
    }
}

fn column(name: &str, problem: &str) -> Error {
    let name: String = name.chars().take(80).collect();
    Error::Malformed { field: Some(name.clone()), problem: format!("column {name} {problem}") }
}

fn times(times: &BatchColumn, unit: i64) -> Result<Packed, Error> {
    let packed = values(times, "time")?;
    if unit == 1 {
        return Ok(packed);
    }
    let scaled = packed.values::<i64>().into_iter().enumerate().map(|(row, time)| {
        let beyond = || column("time", &format!("has a time beyond nanoseconds of 64 bits at row {row}: {time}"));
        time.checked_mul(unit).ok_or_else(beyond)
    });
    Ok(Packed::of(&scaled.collect::<Result<Vec<_>, _>>()?))
}

/// Values of which none may be null.
fn values(values: &BatchColumn, name: &str) -> Result<Packed, Error> {
    match values.first_null() {
        Some(row) => Err(column(name, &format!("must not be null, as it is at row {row}"))),
        None => Ok(values.values.clone().into()),
    }
}

/// Values of which those that are null are NaN.
fn extra(values: &BatchColumn) -> Packed {
    if values.first_null().is_none() {
        return values.values.clone().into();
    }
    let mut bytes = values.values.to_vec();
    for (row, value) in bytes.as_chunks_mut::<VALUE_BYTES>().0.iter_mut().enumerate() {
        if values.is_null(row) {
            *value = f64::NAN.to_le_bytes();
        }
    }
    Packed::from(bytes::Bytes::from(bytes))
}

/// Waits for a place in the ingest queue, then returns the future of the receipt.
pub(super) async fn enqueue(app: Arc<App>, target: Arc<Target>, data: FlightData, call: Call) -> Pending {
    let given = async {
        let (series, batch) = target.batch(&data)?;
        drop(data);
        Ok(app.write.ingest_waiting(series, batch.from_caller(&call.context)).await?)
    };
    match given.await {
        Ok(receipt) => Box::pin(async move {
            let receipt = receipt.await.map_err(|error| status::status(&error.into(), &call.id))?;
            let app_metadata = to_json("Receipt", &Receipt::from(receipt).encode_to_vec());
            Ok(PutResult { app_metadata })
        }),
        Err(error) => Box::pin(ready(Err(status::status(&error, &call.id)))),
    }
}
