//! Chooses the cheapest encoding of a block and verifies it by decoding. Does no file I/O.
//!
//! Candidates are the likely decimal exponents, each without a reference and, if the close block has the same exponent,
//! relative to the close and to the close before; each is costed by `Fit::best` of a seventh of the rows, and the one with
//! the fewest bits wins: all rows would cost three times as much and save a thousandth. As in ALP (Afroozeh, Kuffo, Boncz,
//! SIGMOD 2023) a sample narrows the exponents, since costing all 21 for each block would dominate sealing.
//!
//! Invariant: a block is packed only if the production decoder returns the input bit for bit and the payload is smaller
//! than raw; otherwise it is stored raw. So a wrong guess, or an error in the arithmetic of the encoder, costs space
//! and never a value.

use super::decimal::{Decimals, EXPONENTS, Reference, Scale};
use super::head::{BLOCK_ROWS, Encoding};
use super::integers::Fit;
use super::packing::LANES;
use super::steps::{self, Steps};

/// About how many values of a block are sampled to find likely exponents.
const SAMPLE: usize = 64;
/// The stride of the rows that are costed for each candidate; odd, so that it does not alias with periodic values.
const COST_STRIDE: usize = 7;

/// An encoded block, ready to write.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    pub(super) encoding: Encoding,
    pub(super) payload: Vec<u8>,
    /// The scale and the numbers as the decoder sees them, for blocks that other columns may refer to.
    numbers: Option<(Scale, Vec<Option<i64>>)>,
}

/// Encodes a block of times.
pub(super) fn times(times: &[i64]) -> Encoded {
    let mut payload = Vec::new();
    let mut decoded = Vec::new();
    if steps::encode(times, &mut payload).is_some()
        && payload.len() < size_of_val(times)
        && let Some(steps) = Steps::parse(&payload, times.len())
    {
        steps.decode(&mut decoded);
    }
    match decoded == times {
        true => Encoded { encoding: Encoding::Steps, payload, numbers: None },
        false => raw(times.iter().map(|time| time.to_le_bytes())),
    }
}

/// Encodes a block of values, optionally relative to the close block of the same bars.
pub(super) fn values(values: &[f64], close: Option<&Encoded>) -> Encoded {
    if values.iter().all(|value| value.to_bits() == values[0].to_bits()) {
        return Encoded { encoding: Encoding::Constant, payload: values[0].to_le_bytes().to_vec(), numbers: None };
    }
    decimals(values, close).unwrap_or_else(|| raw(values.iter().map(|value| value.to_le_bytes())))
}

fn raw(words: impl Iterator<Item = [u8; 8]>) -> Encoded {
    Encoded { encoding: Encoding::Raw, payload: words.flatten().collect(), numbers: None }
}

/// A way to make integers of the values of a block.
#[derive(Clone, Copy)]
struct Way {
    scale: Scale,
    reference: Reference,
}

impl Way {
    /// The integer of a row; `None` if it has none.
    fn number(self, row: usize, values: &[f64], closes: &[Option<i64>]) -> Option<i64> {
        let number = self.scale.number(values[row])?;
        match self.reference {
            Reference::Nothing => Some(number),
            Reference::Close => Some(number - closes[row]?),
            Reference::CloseBefore => Some(number - closes[row.saturating_sub(1)]?),
        }
    }

    /// All integers.
    fn numbers(self, values: &[f64], closes: &[Option<i64>]) -> Vec<Option<i64>> {
        (0..values.len()).map(|row| self.number(row, values, closes)).collect()
    }

    /// About the bits that a row takes, by a sample of rows.
    fn cost(self, values: &[f64], closes: &[Option<i64>], sorted: &mut Vec<i64>) -> usize {
        let rows = (0..values.len()).step_by(COST_STRIDE);
        let sample: Vec<_> = rows.map(|row| self.number(row, values, closes)).collect();
        Fit::best(&sample, sorted).bits
    }
}

/// The ways of a scale: relative to the closes, too, if they are of the same one.
fn ways(scale: Scale, closes: Option<i8>) -> impl Iterator<Item = Way> {
    let is_relative = closes == Some(scale.exponent());
    let references = Reference::ALL.into_iter().filter(move |&one| is_relative || one == Reference::Nothing);
    references.map(move |reference| Way { scale, reference })
}

fn decimals(values: &[f64], close: Option<&Encoded>) -> Option<Encoded> {
    let closes = close.and_then(|close| close.numbers.as_ref());
    let mut scales = likely_scales(values);
    scales.extend(closes.map(|(scale, _)| *scale).filter(|scale| !has(&scales, scale)));
    let referable = closes.map(|(scale, _)| scale.exponent());
    let closes = closes.map_or(&[][..], |(_, closes)| closes);
    let ways: Vec<Way> = scales.iter().flat_map(|scale| ways(*scale, referable)).collect();
    let mut sorted = Vec::with_capacity(values.len());
    let way = match ways[..] {
        [only] => only,
        _ => *ways.iter().min_by_key(|way| way.cost(values, closes, &mut sorted))?,
    };
    let (mut numbers, Way { scale, reference }) = (way.numbers(values, closes), way);
    let fit = Fit::best(&numbers, &mut sorted);
    let mut payload = Vec::with_capacity(fit.bits / 8 + 16);
    let tags = [scale.exponent().cast_unsigned(), reference as u8];
    fit.encode(&mut numbers, tags, &[], |row| values[row].to_le_bytes(), &mut payload);
    let numbers = (reference == Reference::Nothing).then_some((scale, numbers));
    let is_small = payload.len() < size_of_val(values);
    (is_small && is_right(&payload, values, close)).then_some(Encoded {
        encoding: Encoding::Decimals,
        payload,
        numbers,
    })
}

fn has(scales: &[Scale], scale: &Scale) -> bool {
    scales.iter().any(|other| other.exponent() == scale.exponent())
}

/// The scales at which most sampled values are whole numbers.
fn likely_scales(values: &[f64]) -> Vec<Scale> {
    // Zero is whole at every scale and says nothing.
    let sampled = values.iter().step_by((values.len() / SAMPLE) | 1);
    let sample: Vec<f64> = sampled.copied().filter(|&value| value != 0.0).collect();
    let mut scales = Vec::new();
    let mut best = sample.len() / 2;
    for scale in EXPONENTS.filter_map(Scale::new) {
        let whole = sample.iter().filter(|&&value| scale.number(value).is_some()).count();
        // One more digit costs more than three bits per value, an exception about 80 bits.
        if whole > best {
            scales.push(scale);
            best = whole;
        }
        if whole == sample.len() {
            break;
        }
    }
    scales
}

fn is_right(payload: &[u8], values: &[f64], close: Option<&Encoded>) -> bool {
    let Some(decimals) = Decimals::parse(payload, values.len()) else { return false };
    let close = close.and_then(|close| Decimals::parse(&close.payload, values.len()));
    let mut room = [[0.0; LANES]; BLOCK_ROWS / LANES];
    decimals.decode(close.as_ref(), 0, &mut room[..values.len().div_ceil(LANES)]);
    // Without a branch, so that it is compiled to vectors.
    let differs = |(one, two): (&f64, &f64)| one.to_bits() != two.to_bits();
    !room.as_flattened().iter().zip(values).fold(false, |any, pair| any | differs(pair))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Read;
    use std::path::PathBuf;

    use super::*;
    use crate::prices::{Folder, inspect};
    use crate::series::{Bars, Column, Columns, Source};

    /// The bundled series, each with its path.
    fn real() -> Vec<(String, Columns)> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let entries = fs::read_dir(folder).expect("the bundled series").map(|entry| entry.expect("an entry").path());
        let series: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "gz")).map(load).collect();
        assert_eq!(series.len(), 6);
        series
    }

    fn load(path: PathBuf) -> (String, Columns) {
        let mut text = String::new();
        flate2::read::GzDecoder::new(File::open(&path).expect("opens")).read_to_string(&mut text).expect("text");
        let mut columns = Columns::default();
        for line in text.lines().skip(1) {
            let fields: Vec<f64> = line.split(',').map(|field| field.parse().expect("a number")).collect();
            columns.times.push(fields[0] as i64 * 1_000_000_000);
            columns.open.push(fields[1]);
            columns.high.push(fields[2]);
            columns.low.push(fields[3]);
            columns.close.push(fields[4]);
            columns.volume.push(fields[5]);
        }
        (path.display().to_string(), columns)
    }

    #[test]
    fn real_series_come_back_from_less_than_35_percent() {
        let directory = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(directory.path()).expect("opens");
        for (number, (name, columns)) in (1..).zip(real()) {
            let bars = Bars::with_gaps(columns).expect("valid");
            let facts = folder.write(number, &crate::prices::tests::origin(), &bars).expect("written");
            assert!((facts.bytes as f64) < bars.len() as f64 * 48.0 * 0.35, "{name}: {} bytes", facts.bytes);
            let segment = folder.segment(number).expect("opens");
            let rows = 0..bars.len();
            segment.verify_times(rows.clone()).expect("sound");
            segment.verify(rows.clone(), &Column::ALL).expect("sound");
            let (mut times, mut scratch) = (vec![], vec![0.0; bars.len()]);
            segment.times(rows.clone(), &mut times);
            assert!(times == bars.times(), "{name}");
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            for column in Column::ALL {
                let values = segment.values(column, rows.clone(), &mut scratch);
                assert!(bits(values) == bits(bars.column(column)), "{name}, {}", column.name());
            }
            let report = inspect(&directory.path().join(format!("prices/{number:016x}.atp"))).expect("a price file");
            // The last block may be too short to gain from packing.
            assert!(report.columns.iter().all(|column| column.raw <= 1), "{name}: {report}");
            assert!(report.columns[1].from_close > 0, "{name}: {report}");
        }
    }

    #[test]
    fn prices_and_volumes_get_the_scale_they_were_quoted_in() {
        for (name, columns) in real() {
            let stock = name.contains("wiki");
            let (close, volume) = (values(&columns.close[..1024], None), values(&columns.volume[..1024], None));
            let exponent = |encoded: &Encoded| encoded.numbers.as_ref().map(|(scale, _)| scale.exponent());
            assert!([Some(1), Some(2), Some(4)].contains(&exponent(&close)), "{name}");
            assert!(!stock || exponent(&volume).is_some_and(|exponent| exponent < 0), "{name}: lots of a hundred");
        }
    }
}
