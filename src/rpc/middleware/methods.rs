//! The descriptors and the methods that they list.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prost::Message;
use prost_types::FileDescriptorSet;

/// The public protos, as reflection serves them.
pub(in crate::rpc) const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/atrad.v1.bin"));

/// Every file that is served. The details of errors come with what they import.
pub(in crate::rpc) const SETS: [&[u8]; 5] = [
    DESCRIPTORS,
    tonic_health::pb::FILE_DESCRIPTOR_SET,
    tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
    tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    tonic_types::pb::FILE_DESCRIPTOR_SET,
];

/// DoGet of Arrow Flight.
pub(in crate::rpc) const DO_GET: &str = "/arrow.flight.protocol.FlightService/DoGet";
/// DoPut of Arrow Flight.
pub(in crate::rpc) const DO_PUT: &str = "/arrow.flight.protocol.FlightService/DoPut";

/// The methods of Arrow Flight, whose crate has no descriptors.
const FLIGHT: [&str; 10] = [
    DO_GET,
    DO_PUT,
    "/arrow.flight.protocol.FlightService/DoAction",
    "/arrow.flight.protocol.FlightService/DoExchange",
    "/arrow.flight.protocol.FlightService/GetFlightInfo",
    "/arrow.flight.protocol.FlightService/GetSchema",
    "/arrow.flight.protocol.FlightService/Handshake",
    "/arrow.flight.protocol.FlightService/ListActions",
    "/arrow.flight.protocol.FlightService/ListFlights",
    "/arrow.flight.protocol.FlightService/PollFlightInfo",
];

/// The paths of all methods. Metrics are recorded per method of this list, so that callers cannot create new labels.
pub(in crate::rpc) fn methods() -> HashSet<Arc<str>> {
    let mut methods: HashSet<Arc<str>> = FLIGHT.into_iter().map(Into::into).collect();
    for set in SETS {
        let set = FileDescriptorSet::decode(set).expect("descriptors are made by the build");
        for file in &set.file {
            for service in &file.service {
                let path = |method: &str| format!("/{}.{}/{method}", file.package(), service.name()).into();
                methods.extend(service.method.iter().map(|method| path(method.name())));
            }
        }
    }
    methods
}

/// A new id for a request: unlike any other of this process, and of others by chance.
pub(in crate::rpc) fn new_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static SEED: RandomState = RandomState::new();
    }
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}", SEED.with(|seed| seed.hash_one(next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_known() {
        let methods = methods();
        for path in [
            "/atrad.v1.IndicatorService/Compute",
            "/atrad.v1.IngestService/IngestStream",
            "/grpc.health.v1.Health/Check",
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ] {
            assert!(methods.contains(path), "{path}");
        }
    }

    #[test]
    fn ids_differ() {
        let ids: HashSet<_> = (0..1000).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 1000);
    }
}
