//! Answers that are brought up to date by what has changed since.

use bytes::Bytes;

use crate::answer::Answer;
use crate::error::Error;

/// Names the bars behind an answer, to ask for what has changed since with [`Span::since`](crate::Span::since). The default has
/// nothing yet. It may be stored and used by another process. Without the token the epoch is taken for one of the series that is
/// stored now, even if that was created anew since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// The epoch of the series.
    pub epoch: u64,
    /// The token of the answer.
    pub token: Bytes,
}

impl Answer {
    /// What the next question gives to [`Span::since`](crate::Span::since).
    #[must_use]
    pub fn version(&self) -> Version {
        Version { epoch: self.facts.epoch, token: self.facts.since_token.clone() }
    }

    /// Brings this answer up to date by a later one: that to the same question since its version. It has the values of a fresh
    /// answer then, to the bit; with a number of newest bars it is cut to so many. Chunks of `compute_stream` are applied in turn.
    ///
    /// # Errors
    ///
    /// The later answer has rows of this one that are not void; or other columns, or values of another type, while rows of this
    /// one are valid. This one stays as it is.
    pub fn update(&mut self, later: Self) -> Result<(), Error> {
        let valid = match later.facts.changed_from {
            Some(from) => self.times.partition_point(|&time| time < from),
            None => self.times.len(),
        };
        if let (Some(last), Some(first)) = (self.times[..valid].last(), later.times.first())
            && first <= last
        {
            let why = "the later answer has rows of the earlier one that are not void: ask since its version";
            return Err(Error::invalid("later", why));
        }
        let is_other = later.of_bars != self.of_bars || later.columns32.is_empty() != self.columns32.is_empty();
        if valid > 0 && (is_other || (!self.of_bars && self.labels != later.labels)) {
            let why = format!("the later answer has the columns {}, the earlier {}", later.shape(), self.shape());
            return Err(Error::invalid("later", why));
        }
        // What comes is new among the newest rows: those between them and older ones are not known.
        let first = if later.last > 0 { (valid + later.len()).saturating_sub(later.last) } else { 0 };
        let rows = Rows { valid, first };
        rows.join(&mut self.times, later.times);
        rows.update(&mut self.columns, (&self.labels, &later.labels), later.columns, f64::NAN);
        rows.update(&mut self.columns32, (&self.labels, &later.labels), later.columns32, f32::NAN);
        // A chunk after the first of a stream has no facts.
        let is_rest = !self.of_bars && later.facts.infos.is_empty() && later.facts.since_token.is_empty();
        if !(is_rest && later.facts.epoch == self.facts.epoch) {
            self.facts = later.facts;
        }
        (self.labels, self.last, self.of_bars) = (later.labels, later.last, later.of_bars);
        Ok(())
    }

    /// Tells columns apart, in errors.
    fn shape(&self) -> String {
        let of = if self.columns32.is_empty() { "" } else { " of float32" };
        format!("{:?}{of}", self.labels)
    }
}

/// Which rows of the earlier answer are valid, and the first of all that stays.
struct Rows {
    valid: usize,
    first: usize,
}

impl Rows {
    fn join<T>(&self, column: &mut Vec<T>, more: Vec<T>) {
        column.truncate(self.valid);
        column.extend(more);
        column.drain(..self.first);
    }

    /// The columns of the later answer, after the earlier ones of the same labels. A column that the series did not have has no
    /// values there.
    fn update<T: Copy>(
        &self,
        columns: &mut Vec<Vec<T>>,
        (labels, later): (&[String], &[String]),
        came: Vec<Vec<T>>,
        missing: T,
    ) {
        let mut before = std::mem::take(columns);
        *columns = came
            .into_iter()
            .zip(later)
            .map(|(more, label)| {
                let known = labels.iter().position(|each| each == label).and_then(|place| before.get_mut(place));
                let mut column = known.map_or_else(|| vec![missing; self.valid], std::mem::take);
                self.join(&mut column, more);
                column
            })
            .collect();
    }
}
