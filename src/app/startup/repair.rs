//! Repair: rebuilds a damaged, lost or outdated ledger from the price files. Runs offline. The old ledger is copied and
//! unused files are moved aside; a file is deleted only once the ledger names its bars elsewhere.
//!
//! Each price file records its series and the first commit that could name it. What the ledger names stays. Files of
//! later commits, or of another lineage, are merged oldest first and replace bars of the same time, as when they were
//! acknowledged. An orphaned file of a commit that the ledger has was either never acknowledged or replaced: its bars
//! only fill gaps.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::recovery::ledger_path;
use super::{old_ledger, open};
use crate::app::bars::catalog::Catalog;
use crate::app::write::segment_writer::{Files, Sizes, verify};
use crate::app::write::series_edit::SeriesEdit;
use crate::app::{Batch, Config, Error, OnConflict};
use crate::ledger::{self, Change, Reader, Salvage, SalvagedSeries, Writer};
use crate::prices::{Folder, Segment};
use crate::series::{Origin, Retention, SeriesId, Source};
use crate::stored::copy;

/// The result of a repair or dry run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepairReport {
    /// The copy of the ledger before the repair.
    pub old_ledger: Option<PathBuf>,
    /// The ledger was unreadable and was rebuilt.
    pub made_anew: bool,
    /// The bars of the ledger that did not match their checksum and were removed: series number and time.
    pub removed: Vec<(u64, i64)>,
    /// The merged files, each with its series and rows.
    pub taken: Vec<(u64, SeriesId, u64)>,
    /// The bars of tails that could be read in an unreadable ledger: series and rows.
    pub salvaged: Vec<(SeriesId, u64)>,
    /// The corporate actions that could be read in it.
    pub actions: u64,
    /// The files left aside, each with the reason.
    pub left: Vec<(u64, String)>,
    /// The series in the ledger afterwards.
    pub series: u64,
    /// The price files named in the ledger that are still missing.
    pub missing: u64,
}

/// An orphaned price file.
struct Unnamed {
    segment: Segment,
    origin: Origin,
    /// Its commit is not in the ledger.
    is_newer: bool,
}

/// Repairs the data folder of a configuration; with `dry_run` only lists the files to examine.
pub fn repair(config: &Config, dry_run: bool) -> Result<RepairReport, Error> {
    let folder = open_existing(config)?;
    let (mut report, obsolete) = rebuild(&folder, config, dry_run)?;
    if dry_run {
        return Ok(report);
    }
    if report.made_anew {
        report.old_ledger = old_ledger::finish(&folder)?;
    }
    // Only now: a repair that is interrupted before begins again with the old ledger, and needs its files.
    obsolete.clear(&folder)?;
    Ok(report)
}

/// Rebuilds the ledger, or only looks with `dry_run`. No price file is removed.
pub(crate) fn rebuild(folder: &Folder, config: &Config, dry_run: bool) -> Result<(RepairReport, Obsolete), Error> {
    let (path, old) = (ledger_path(folder), old_ledger::source(folder));
    let mut report = RepairReport { made_anew: !is_readable(&old, &config.ledger)?, ..RepairReport::default() };
    let (mut history, mut named) = (None, BTreeSet::new());
    if !report.made_anew {
        let reader = Reader::open(&old, &config.ledger, Default::default())?;
        (history, named) = (reader.history()?, reader.price_files()?);
        report.removed = reader.damaged_bars()?;
    }
    let mut unnamed = find(folder, |number| named.contains(&number), &mut report)?;
    let mut salvage = match report.made_anew {
        true => salvage(&old, &config.ledger, &unnamed, &mut report),
        false => Salvage::default(),
    };
    // What an unreadable ledger named is to be named again.
    let (history, old_files) =
        salvage.files.take().map_or((history, BTreeSet::new()), |(history, files)| (Some(history), files));
    for file in &mut unnamed {
        let is_held = history.as_ref().is_some_and(|history| history.holds(file.origin.commit));
        file.is_newer = !is_held || old_files.contains(&file.segment.facts().number);
    }
    if dry_run {
        report.taken = unnamed.iter().map(Unnamed::entry).collect();
        return Ok((report, Obsolete::default()));
    }
    match report.made_anew {
        true => old_ledger::set_aside(folder)?,
        false => report.old_ledger = old_ledger::copy(folder)?,
    }
    let mut writer = Writer::open(&path, &config.ledger)?;
    let remove = report.removed.iter().map(|&(series, time)| Change::RemoveBars { series, times: vec![time] });
    let actions = salvage.actions.into_iter().map(|(symbol, action)| Change::PutAction { symbol, action });
    let clocks = salvage.clocks.into_iter().map(|(clock, time)| Change::MoveClock { clock, time });
    writer.commit(&remove.chain(actions).chain(clocks).collect::<Vec<_>>())?;
    let newest = unnamed.iter().map(|unnamed| unnamed.origin.commit.generation);
    let witness = ledger::witness(&path).map_or(0, |commit| commit.generation);
    writer.skip_to(newest.max().unwrap_or(0).max(witness))?;
    let catalog = Catalog::new(writer.load()?.into_iter().map(|row| open::open_series(folder, row)));
    let mut by_series: BTreeMap<SeriesId, Found> = BTreeMap::new();
    for file in unnamed {
        by_series.entry(file.origin.id.clone()).or_default().files.push(file);
    }
    for series in salvage.series {
        let found = by_series.entry(series.name.clone()).or_default();
        found.salvaged = Some(series);
    }
    let next_file = AtomicU64::new(1 + highest(folder)?.max(named.last().copied().unwrap_or(0)));
    let mut obsolete = Obsolete::default();
    for (id, found) in by_series {
        let series = Series { folder, next_file: &next_file, id };
        series.mend(&mut writer, &catalog, found, (&mut report, &mut obsolete))?;
    }
    // Raise all epochs, so that a client that saw lost commits never meets their epochs with other bars.
    let generation = writer.head().commit().generation;
    let rows = writer.load()?;
    let behind = rows.iter().filter(|row| row.epoch < generation);
    let raise = behind.map(|row| Change::SetEpoch { series: row.series, epoch: generation });
    writer.commit(&raise.collect::<Vec<_>>())?;
    report.series = rows.len() as u64;
    report.missing = rows.into_iter().map(|row| open::open_series(folder, row).1.load().missing.len() as u64).sum();
    writer.close()?;
    Ok((report, obsolete))
}

/// Deletes the orphaned price files, except those that the ledger names, which the next start takes back. Returns their
/// count and bytes.
pub fn purge(config: &Config) -> Result<(u64, u64), Error> {
    let folder = open_existing(config)?;
    if old_ledger::is_interrupted(&folder) {
        return Err(Error::RepairInterrupted { path: config.data.clone() });
    }
    let (mut count, mut bytes) = (0, 0);
    let orphans = folder.orphans()?;
    if orphans.is_empty() {
        return Ok((0, 0));
    }
    let named = Reader::open(&ledger_path(&folder), &config.ledger, Default::default())?.price_files()?;
    for number in orphans.into_iter().filter(|number| !named.contains(number)) {
        bytes += folder.purge(number)?;
        count += 1;
    }
    Ok((count, bytes))
}

/// Opens a data folder that is there: a new one has nothing to repair.
fn open_existing(config: &Config) -> Result<Folder, Error> {
    let has = |name: &str| config.data.join(name).exists();
    match ["ledger.db", "ledger.repairing", "prices", "orphans"].into_iter().any(has) {
        true => Ok(Folder::open(&config.data)?),
        false => Err(Error::NoDataFolder { path: config.data.clone() }),
    }
}

/// Whether a ledger is whole. One that cannot be read for another reason than damage is an error: it needs no repair.
fn is_readable(path: &Path, config: &ledger::Config) -> Result<bool, Error> {
    if !fs::metadata(path).is_ok_and(|found| found.len() > 0) {
        return Ok(false);
    }
    match Reader::open(path, config, Default::default()).and_then(|reader| reader.pages()) {
        Err(error) if !error.is_damage() => Err(error.into()),
        checked => Ok(checked.is_ok()),
    }
}

/// What can be read of an unreadable ledger beside the price files.
fn salvage(path: &Path, config: &ledger::Config, unnamed: &[Unnamed], report: &mut RepairReport) -> Salvage {
    let known = unnamed.iter().map(|file| (file.origin.series, file.origin.id.clone())).collect();
    let mut salvage = ledger::salvage(path, config, known);
    salvage.series.retain(|series| !series.tail.is_empty() || series.retention != Retention::default());
    let rows = salvage.series.iter().map(|series| (series.name.clone(), series.tail.len() as u64));
    report.salvaged = rows.filter(|&(_, rows)| rows > 0).collect();
    report.actions = salvage.actions.len() as u64;
    salvage
}

/// The price files that the ledger does not name, oldest first; unusable ones go to the report.
fn find(folder: &Folder, is_named: impl Fn(u64) -> bool, report: &mut RepairReport) -> Result<Vec<Unnamed>, Error> {
    let mut found = Vec::new();
    let unnamed = folder.numbers()?.into_iter().filter(|&number| !is_named(number));
    let files = unnamed.map(|number| (number, folder.segment(number)));
    let orphans = folder.orphans()?.into_iter().map(|number| (number, folder.orphan(number)));
    for (number, segment) in files.chain(orphans) {
        let left = match segment {
            Err(error) => error.to_string(),
            Ok(segment) => match (segment.origin(), verify(&segment)) {
                (None, _) => "a price file of version 1 does not say where it belongs".into(),
                (_, Err(error)) => error.to_string(),
                (Some(origin), Ok(())) => {
                    found.push(Unnamed { segment, origin, is_newer: true });
                    continue;
                }
            },
        };
        report.left.push((number, left));
    }
    found.sort_by_key(|unnamed| (unnamed.origin.commit.generation, unnamed.segment.facts().number));
    Ok(found)
}

fn highest(folder: &Folder) -> Result<u64, Error> {
    let all = folder.numbers()?.into_iter().chain(folder.orphans()?);
    Ok(all.max().unwrap_or(0))
}

impl Unnamed {
    fn entry(&self) -> (u64, SeriesId, u64) {
        let facts = self.segment.facts();
        (facts.number, self.origin.id.clone(), facts.rows)
    }
}

/// What was found of a series.
#[derive(Default)]
struct Found {
    files: Vec<Unnamed>,
    salvaged: Option<SalvagedSeries>,
}

/// A series under repair.
struct Series<'a> {
    folder: &'a Folder,
    next_file: &'a AtomicU64,
    id: SeriesId,
}

impl Series<'_> {
    fn mend(
        &self,
        writer: &mut Writer,
        catalog: &Catalog,
        found: Found,
        (report, obsolete): (&mut RepairReport, &mut Obsolete),
    ) -> Result<(), Error> {
        let Found { files: unnamed, salvaged } = found;
        let head = writer.head();
        let lineage = head.commit().lineage;
        let numbers = unnamed.iter().map(|file| file.origin.series).chain(salvaged.as_ref().map(|found| found.number));
        let mut edit = match catalog.get(&self.id) {
            Some(slot) => SeriesEdit::of(self.id.clone(), &slot.load(), lineage),
            None => SeriesEdit::new(self.id.clone(), numbers.max().expect("found"), lineage),
        };
        let origin = Origin { id: self.id.clone(), series: edit.number, commit: head.next() };
        let (folder, next) = (self.folder, self.next_file);
        let mut files = Files::new(folder, Sizes::default(), next, origin);
        let lost = edit.forget_missing();
        let mut taken = Vec::new();
        for file in &unnamed {
            let (number, _, rows) = file.entry();
            if edit.snapshot().facts().any(|facts| facts.number == number) {
                // It was an orphan, which was taken back when the series was opened.
                report.taken.push((number, self.id.clone(), rows));
                continue;
            }
            let fills = lost
                .iter()
                .any(|lost| lost.first_time <= file.segment.last_time() && file.segment.first_time() <= lost.last_time);
            if !file.is_newer && !fills {
                report.left.push((number, "its commit is in the ledger, which does not name it".into()));
                continue;
            }
            if edit.adopts(&file.segment) {
                if folder.orphans()?.contains(&number) {
                    folder.take_back(number)?;
                }
                edit.adopt(Arc::new(folder.segment(number)?));
            } else {
                let on_conflict = if file.is_newer { OnConflict::Replace } else { OnConflict::Keep };
                let mut batch = Batch::from(copy(&file.segment, 0..Source::rows(&file.segment)));
                batch.on_conflict = on_conflict;
                edit.put(&batch, &mut files)?;
            }
            taken.push(number);
            report.taken.push((number, self.id.clone(), rows));
        }
        if let Some(salvaged) = salvaged {
            salvaged_into(&mut edit, salvaged, &mut files)?;
        }
        edit.miss(lost);
        std::mem::take(&mut files.syncs).finish(folder)?;
        writer.commit(&edit.changes())?;
        // Without fsync, a power failure may revert the commit, which needs these files again.
        writer.settle()?;
        let named: BTreeSet<u64> = edit.snapshot().facts().map(|facts| facts.number).collect();
        let superseded = edit.dropped().iter().chain(&files.written);
        let left = unnamed.iter().map(|file| file.segment.facts().number);
        let left: Vec<u64> = left.filter(|number| !named.contains(number)).collect();
        obsolete.superseded.extend(superseded.filter(|number| !named.contains(number)));
        obsolete.taken.extend(left.iter().filter(|number| taken.contains(number)));
        obsolete.others.extend(left.iter().filter(|number| !taken.contains(number)));
        Ok(())
    }
}

/// Adds the salvaged bars, which were acknowledged: files hold older versions of them, or bars that never were.
fn salvaged_into(edit: &mut SeriesEdit, series: SalvagedSeries, files: &mut Files<'_>) -> Result<(), Error> {
    if !series.tail.is_empty() {
        edit.put(&series.tail.into(), files)?;
    }
    edit.retain(series.retention, files)
}

/// Files that the ledger does not name after the repair.
#[derive(Default)]
pub(crate) struct Obsolete {
    superseded: Vec<u64>,
    /// Their bars were taken: a later repair would put them over corrections made since.
    taken: Vec<u64>,
    others: Vec<u64>,
}

impl Obsolete {
    /// Removes the files whose bars are elsewhere; the others become orphans.
    fn clear(&self, folder: &Folder) -> Result<(), Error> {
        let orphans = folder.orphans()?;
        for number in &self.taken {
            match orphans.contains(number) {
                true => drop(folder.purge(*number)?),
                false => folder.remove(*number)?,
            }
        }
        self.superseded.iter().try_for_each(|number| folder.remove(*number))?;
        let others = self.others.iter().filter(|number| !orphans.contains(number));
        Ok(others.copied().try_for_each(|number| folder.set_aside(number))?)
    }
}
