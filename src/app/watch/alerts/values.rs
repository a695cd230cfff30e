//! The values of a firing with their labels, as MessagePack in the ledger: `[version, [label ..], values]`, where the values are
//! little-endian f64. So they are named as they were when the alert fired, whatever the alert has become since.

use rmp::{decode, encode};

use crate::app::compute::answer_codec::{Unreadable, read_version};

const VERSION: u64 = 1;
const FIELDS: u32 = 3;

/// The values of a firing.
#[derive(Debug, Clone, PartialEq)]
pub struct FiringValues {
    /// The expressions or their outputs; empty if it was stored by version 0.1.0, which did not store them.
    pub labels: Vec<String>,
    /// Their values at the bar that fired.
    pub values: Vec<f64>,
}

impl FiringValues {
    /// Reads what the ledger has, or the bare values of an earlier version.
    pub fn read(result: &[u8]) -> Self {
        read(result).unwrap_or_else(|_| Self { labels: vec![], values: floats(result) })
    }
}

/// The form in the ledger. `values` are little-endian f64.
pub(super) fn pack(labels: &[String], values: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(16 + values.len() + labels.iter().map(|label| label.len() + 5).sum::<usize>());
    write(&mut packed, labels, values).expect("writing to memory cannot fail");
    packed
}

fn write(packed: &mut Vec<u8>, labels: &[String], values: &[u8]) -> Result<(), encode::ValueWriteError> {
    encode::write_array_len(packed, FIELDS)?;
    encode::write_uint(packed, VERSION)?;
    encode::write_array_len(packed, labels.len() as u32)?;
    labels.iter().try_for_each(|label| encode::write_str(packed, label))?;
    encode::write_bin(packed, values)
}

fn read(mut packed: &[u8]) -> Result<FiringValues, Unreadable> {
    let damaged = || Unreadable::Damaged;
    let from = &mut packed;
    read_version(from, FIELDS, VERSION)?;
    let count = decode::read_array_len(from).map_err(|_| damaged())?;
    let labels: Vec<_> = (0..count).map_while(|_| label(from)).collect();
    let bytes = decode::read_bin_len(from).map_err(|_| damaged())? as usize;
    let whole = labels.len() == count as usize && bytes == from.len() && bytes == 8 * labels.len();
    if whole { Ok(FiringValues { labels, values: floats(from) }) } else { Err(damaged()) }
}

fn label(from: &mut &[u8]) -> Option<String> {
    let (label, rest) = decode::read_str_from_slice(*from).ok()?;
    *from = rest;
    Some(label.to_owned())
}

fn floats(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_with_their_labels_and_those_of_earlier_versions_without() {
        let bytes: Vec<u8> = [1.5, -0.0, f64::INFINITY].into_iter().flat_map(f64::to_le_bytes).collect();
        let labels = ["close", "rsi(14)", "x"].map(String::from).to_vec();
        let found = FiringValues::read(&pack(&labels, &bytes));
        assert_eq!(found, FiringValues { labels, values: vec![1.5, -0.0, f64::INFINITY] });
        let old = FiringValues::read(&bytes);
        assert_eq!(old, FiringValues { labels: vec![], values: vec![1.5, -0.0, f64::INFINITY] });
        assert_eq!(FiringValues::read(&[]).values, [0.0; 0]);
        assert_eq!(FiringValues::read(&pack(&[], &[])), FiringValues { labels: vec![], values: vec![] });
    }
}
