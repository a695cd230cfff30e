//! Edits of corporate actions within a group of commands.

use std::collections::BTreeMap;

use crate::app::Error;
use crate::app::bars::adjust::ActionTables;
use crate::ledger::{ActionKind, Change, CorporateAction};
use crate::series::Symbol;

/// What became of the actions that were put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PutOutcome {
    /// The actions that are new.
    pub added: u64,
    /// Those that replaced one of the same time and kind with another value.
    pub replaced: u64,
    /// Those that were stored already.
    pub unchanged: u64,
}

/// Some actions of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Which {
    /// Only those of this time; `None` is all.
    pub ex_time: Option<i64>,
    /// Only those of this kind; `None` is all.
    pub kind: Option<ActionKind>,
    /// Only those whose ex-date had come then; `None` is all.
    pub known_until: Option<i64>,
}

impl Which {
    fn matches(&self, action: &CorporateAction) -> bool {
        self.ex_time.is_none_or(|time| time == action.ex_time)
            && self.kind.is_none_or(|kind| kind == action.kind)
            && self.known_until.is_none_or(|time| action.ex_time <= time)
    }
}

/// The actions that a group of commands has edited.
#[derive(Default)]
pub(crate) struct ActionEdits(BTreeMap<Symbol, EditedActions>);

impl ActionEdits {
    /// Stores actions of a symbol, at most `max` in all.
    pub(crate) fn put(
        &mut self,
        tables: &ActionTables,
        symbol: Symbol,
        actions: &[CorporateAction],
        max: usize,
    ) -> Result<PutOutcome, Error> {
        self.of(tables, &symbol).put(&symbol, actions, max)
    }

    /// Deletes actions of a symbol; how many.
    pub(crate) fn delete(&mut self, tables: &ActionTables, symbol: Symbol, which: &Which) -> u64 {
        self.of(tables, &symbol).delete(&symbol, which)
    }

    fn of(&mut self, tables: &ActionTables, symbol: &Symbol) -> &mut EditedActions {
        self.0.entry(symbol.clone()).or_insert_with(|| {
            let stored = tables.get(symbol);
            let stored = stored.iter().flat_map(|table| table.actions.iter());
            EditedActions { actions: stored.map(|&action| (place(&action), action)).collect(), changes: vec![] }
        })
    }

    /// The changes of the ledger.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Change> {
        self.0.values().flat_map(|edited| edited.changes.iter().cloned())
    }

    /// Makes those of each symbol visible, after the commit, and tells which.
    pub(crate) fn publish(self, tables: &ActionTables, published: impl Fn(&Symbol)) {
        for (symbol, edited) in self.0.into_iter().filter(|(_, edited)| !edited.changes.is_empty()) {
            tables.set(symbol.clone(), edited.actions.into_values().collect());
            published(&symbol);
        }
    }
}

/// Time and kind, of which a symbol has one action at most.
type Place = (i64, ActionKind);

fn place(action: &CorporateAction) -> Place {
    (action.ex_time, action.kind)
}

/// The actions of a symbol after an edit.
#[derive(Default)]
struct EditedActions {
    actions: BTreeMap<Place, CorporateAction>,
    changes: Vec<Change>,
}

impl EditedActions {
    /// Stores actions.
    fn put(&mut self, symbol: &Symbol, actions: &[CorporateAction], max: usize) -> Result<PutOutcome, Error> {
        let added = actions.iter().filter(|action| !self.actions.contains_key(&place(action))).count();
        let needed = self.actions.len() + added;
        if needed > max {
            return Err(too_many(max as u64, needed as u64));
        }
        let mut outcome = PutOutcome::default();
        for &action in actions {
            match self.actions.insert(place(&action), action) {
                Some(before) if before.value == action.value => {
                    outcome.unchanged += 1;
                    continue;
                }
                Some(_) => outcome.replaced += 1,
                None => outcome.added += 1,
            }
            self.changes.push(Change::PutAction { symbol: symbol.clone(), action });
        }
        Ok(outcome)
    }

    /// Deletes actions; how many.
    fn delete(&mut self, symbol: &Symbol, which: &Which) -> u64 {
        let before = self.actions.len();
        self.actions.retain(|&(ex_time, kind), action| {
            let is_deleted = which.matches(action);
            if is_deleted {
                self.changes.push(Change::DeleteAction { symbol: symbol.clone(), ex_time, kind });
            }
            !is_deleted
        });
        (before - self.actions.len()) as u64
    }
}

pub(super) fn too_many(max: u64, needed: u64) -> Error {
    Error::TooMuch { limit: "corporate_actions_max", max, needed, hint: Some("of one symbol") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_one_step() {
        let (tables, mut edits) = (ActionTables::default(), ActionEdits::default());
        let symbol = |name: &str| name.parse::<Symbol>().expect("valid");
        let split = |ex_time, value| CorporateAction { ex_time, kind: ActionKind::Split, value };
        let dividend = |ex_time, value| CorporateAction { ex_time, kind: ActionKind::Dividend, value };
        let put = |edits: &mut ActionEdits, actions: &[CorporateAction]| {
            let PutOutcome { added, replaced, unchanged } =
                edits.put(&tables, symbol("A"), actions, 3).expect("within the limit");
            (added, replaced, unchanged)
        };
        assert_eq!(put(&mut edits, &[split(9, 2.0), split(3, 4.0)]), (2, 0, 0));
        assert_eq!(put(&mut edits, &[split(9, 2.0), split(3, 7.0), dividend(9, 0.5)]), (1, 1, 1));
        let error = edits.put(&tables, symbol("A"), &[split(5, 2.0)], 3).expect_err("too many").to_string();
        assert_eq!(error, "corporate_actions_max allows at most 3, the request needs 4; of one symbol");
        assert_eq!(edits.changes().count(), 4);
        assert!(tables.get(&symbol("A")).is_none(), "not committed yet");
        edits.publish(&tables, |_| ());
        let stored = |name| tables.get(&symbol(name)).map(|table| table.actions.to_vec());
        assert_eq!(stored("A"), Some(vec![split(3, 7.0), split(9, 2.0), dividend(9, 0.5)]));
        let mut edits = ActionEdits::default();
        let which = Which { ex_time: Some(9), kind: Some(ActionKind::Dividend), ..Which::default() };
        assert_eq!((edits.delete(&tables, symbol("A"), &which), edits.delete(&tables, symbol("B"), &which)), (1, 0));
        assert_eq!(edits.delete(&tables, symbol("A"), &Which::default()), 2);
        edits.publish(&tables, |_| ());
        assert_eq!((stored("A"), stored("B")), (None, None));
    }
}
