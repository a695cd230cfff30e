//! Fuzz target: schemas and batches of DoPut.

use std::sync::LazyLock;

use arrow_flight::{FlightData, FlightDescriptor};
use bytes::Bytes;
use prost::Message;

use super::data::Data;
use super::info::bars_schema;
use super::ipc::{batch_data, schema_data};
use super::put::Target;

/// Offsets, lengths, types and unions of flatbuffers.
const TOKENS: [&[u8]; 6] =
    [b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x08\0\0\0\0\0\0\0", b"\0\0\0\x80", b"\x03", b"\x0a"];

/// A schema, batches of it, and their bodies.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let schema = bars_schema(&["oi".parse().expect("a name")]);
    let column = |bytes: [u8; 8]| Bytes::from([bytes; 2].concat());
    let times = Bytes::from([1_i64, 2].map(i64::to_le_bytes).concat());
    let columns = std::iter::once(times).chain((0..6).map(|_| column(1.5_f64.to_le_bytes())));
    let Data { header, body, .. } = batch_data(2, columns.collect());
    vec![schema_data(&schema).header.to_vec(), header.to_vec(), body.concat()]
});

#[test]
fn batches() {
    atrad_fuzz::check(3000, 64 << 20, |input| {
        let edited = Bytes::from(input.edit(&FILES, &TOKENS));
        let [schema, header, body] = std::array::from_fn(|at| match usize::from(input.file) % FILES.len() == at {
            true => edited.clone(),
            false => Bytes::from(FILES[at].clone()),
        });
        let path = FlightDescriptor::new_path(vec!["A".into(), "1m".into()]);
        let first = FlightData { flight_descriptor: Some(path), data_header: schema, ..FlightData::default() };
        let Ok(target) = Target::of(&first, 1 << 20) else { return false };
        let data = FlightData { data_header: header, data_body: body, ..FlightData::default() };
        assert!(FlightData::decode(&*data.encode_to_vec()).is_ok());
        target.batch(&data).is_ok()
    });
}
