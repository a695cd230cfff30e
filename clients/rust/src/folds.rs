//! Walk-forward folds of sweeps.

use std::collections::BTreeMap;

use crate::answer::floats;
use crate::columns::{SweepFold, SweepOutOfSample};
use crate::error::Error;
use crate::search::Table;

/// How the bars are cut into folds.
pub use crate::api::WalkForward;

/// Bars of a fold that count.
pub use crate::api::FoldBars;

/// The best variant of a fold in sample, and what came of it. The maps are empty if no variant has a value in sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fold {
    /// The bars by which the variant was chosen.
    pub in_sample_bars: FoldBars,
    /// The bars by which it was judged.
    pub out_of_sample_bars: FoldBars,
    /// Its parameters, by name.
    pub parameters: BTreeMap<String, f64>,
    /// Its columns over the bars in sample, by label.
    pub in_sample: BTreeMap<String, f64>,
    /// Its columns over the bars out of sample, by label.
    pub out_of_sample: BTreeMap<String, f64>,
}

/// The bars out of sample of all folds, one after the other, each with the variant that was chosen in its fold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutOfSample {
    /// The number of bars in the folds for which a variant was chosen.
    pub bars: u64,
    /// The columns over these bars, by label.
    pub columns: BTreeMap<String, f64>,
}

impl Table {
    /// Adds the next fold.
    pub(crate) fn add_fold(&mut self, part: SweepFold) -> Result<(), Error> {
        if part.number as usize != self.folds.len() {
            let (number, label, folds) = (part.number, &self.label, self.folds.len());
            return Err(Error::broken(format!("fold {number} of {label} after {folds} folds")));
        }
        self.folds.push(Fold {
            in_sample_bars: part.in_sample_bars.unwrap_or_default(),
            out_of_sample_bars: part.out_of_sample_bars.unwrap_or_default(),
            parameters: named(&self.parameters, &part.parameters)?,
            in_sample: named(&self.labels, &part.in_sample)?,
            out_of_sample: named(&self.labels, &part.out_of_sample)?,
        });
        Ok(())
    }

    pub(crate) fn set_out_of_sample(&mut self, part: &SweepOutOfSample) -> Result<(), Error> {
        self.out_of_sample = Some(OutOfSample { bars: part.bars, columns: named(&self.labels, &part.columns)? });
        Ok(())
    }
}

/// Values by their names; none if there are none.
fn named(names: &[String], values: &[u8]) -> Result<BTreeMap<String, f64>, Error> {
    let values = floats(values);
    if !values.is_empty() && values.len() != names.len() {
        return Err(Error::broken(format!("a fold has {} values for {names:?}", values.len())));
    }
    Ok(names.iter().cloned().zip(values).collect())
}
