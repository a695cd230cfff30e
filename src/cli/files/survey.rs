//! The first pass over a file: what all of its rows say about its times, its volumes and the order of its columns.
//!
//! Nothing is stored before it ends, so what it cannot decide is an error and not a wrong bar.

use std::sync::Arc;

use super::columns::{Layout, Listed, Role};
use super::options::{Options, Plan};
use super::rows::Rules;
use super::time::{Cell, Evidence};

/// What the rows of a file say together.
#[derive(Debug)]
pub(super) struct Survey {
    layout: Layout,
    times: Evidence,
    listed: Listed,
    /// Whether a column that can be the volume has a value other than 0: the chosen one, then the others.
    volumes: Vec<bool>,
    rows: u64,
}

impl Survey {
    /// Nothing seen yet of a file with this layout.
    pub(super) fn of(layout: &Layout) -> Self {
        let volumes = vec![false; 1 + layout.other_volumes().len()];
        Self { layout: layout.clone(), times: Evidence::default(), listed: Listed::default(), volumes, rows: 0 }
    }

    /// The columns to look at, without the time and the time of day: those of volumes, if there is more than one.
    pub(super) fn volume_columns(&self) -> Vec<usize> {
        let others = self.layout.other_volumes();
        let chosen = self.layout.place(Role::Volume).filter(|_| !others.is_empty());
        chosen.into_iter().chain(others.iter().copied().filter(|_| chosen.is_some())).collect()
    }

    /// Whether rows are held against the order of a list.
    pub(super) fn needs_numbers(&self) -> bool {
        self.layout.list().is_some()
    }

    /// Whether only the times of rows are looked at.
    pub(super) fn needs_times_only(&self) -> bool {
        !self.needs_numbers() && self.volume_columns().is_empty() && self.layout.place(Role::Clock).is_none()
    }

    /// Adds the times of rows, which are all counts. Returns their number.
    pub(super) fn add_counts(&mut self, first: u64, counts: &[i64]) -> u64 {
        (first..).zip(counts).for_each(|(line, &count)| self.add_time(line, Cell::Count(count), None));
        counts.len() as u64
    }

    /// The number of rows seen.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds the time of a row; `clock` is the time of day in a column of its own, text as it is written.
    pub(super) fn add_time(&mut self, line: u64, time: Cell<'_>, clock: Option<Cell<'_>>) {
        self.rows += 1;
        self.times.add(line, time, clock);
    }

    /// Adds the numbers of the columns of a row, for the order of a list.
    pub(super) fn add_numbers(&mut self, line: u64, numbers: &[Option<f64>]) {
        if let Some(list) = self.layout.list() {
            self.listed.add(list, line, numbers);
        }
    }

    /// Adds a value of one of the `volume_columns`.
    pub(super) fn add_volume(&mut self, at: usize, volume: Option<f64>) {
        self.volumes[at] |= volume.is_some_and(|volume| volume != 0.0);
    }

    /// How the rows are read, or what cannot be told.
    pub(super) fn decide(mut self, options: &Options) -> Result<Plan, String> {
        if let Some(list) = self.layout.list() {
            self.listed.check(list)?;
        }
        let times = self.times.decide(&options.hints(&self.layout))?;
        let numbers = options.numbers(&self.layout);
        let note = self.layout.note().filter(|_| self.layout.numbers() == Some(numbers));
        let notes = note.into_iter().chain(self.choose_volume()).collect();
        let extras = self.layout.extras().iter().map(|(name, _)| *name).collect();
        Ok(Plan {
            times,
            numbers,
            rules: Arc::new(Rules { extras, ..options.rules.clone() }),
            layout: self.layout.decided(),
            notes,
        })
    }

    /// Takes another column for the volume where the chosen one is 0 throughout.
    fn choose_volume(&mut self) -> Vec<String> {
        let columns = self.volume_columns();
        let Some(used) = self.volumes.iter().position(|is_used| *is_used).filter(|&at| at > 0 && self.rows > 0) else {
            return Vec::new();
        };
        let (chosen, taken) = (self.layout.name(columns[0]).to_owned(), self.layout.name(columns[used]).to_owned());
        self.layout.set_volume(columns[used]);
        vec![format!("{chosen} is 0 in every row, so {taken} is taken as the volume")]
    }
}
