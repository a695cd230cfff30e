//! Corporate actions: stored, replaced and deleted through the writer thread, listed from memory.

pub(crate) mod edit;

use std::sync::Arc;

use tokio::sync::oneshot;

use self::edit::{PutOutcome, Which, too_many};
use super::command::Command;
use super::queue::WriteQueue;
use crate::app::bars::catalog::Catalog;
use crate::app::workers::call_context::CallContext;
use crate::app::{AdjustError, Error, Limits};
use crate::ledger::{ActionKind, CorporateAction};
use crate::series::Symbol;

/// The greatest ratio of a split, and the inverse of the least. The greatest known are of 1 for a few thousand.
const RATIO_MAX: f64 = 1e6;

/// The greatest dividend, far beyond any price.
const DIVIDEND_MAX: f64 = 1e12;

/// The corporate actions of all symbols.
pub struct CorporateActions {
    queue: Arc<WriteQueue>,
    catalog: Arc<Catalog>,
    limits: Arc<Limits>,
}

impl CorporateActions {
    pub(crate) fn new(queue: &Arc<WriteQueue>, catalog: &Arc<Catalog>, limits: &Arc<Limits>) -> Self {
        Self { queue: Arc::clone(queue), catalog: Arc::clone(catalog), limits: Arc::clone(limits) }
    }

    /// Stores actions of a symbol, durably and atomically; one of the same time and kind is replaced. The symbol may have no
    /// series yet.
    pub async fn put(
        &self,
        symbol: Symbol,
        mut actions: Vec<CorporateAction>,
        context: &CallContext,
    ) -> Result<PutOutcome, Error> {
        context.permit_symbol(&symbol)?;
        let (max, needed) = (self.limits.corporate_actions_max as u64, actions.len() as u64);
        if actions.is_empty() {
            let expected = "1 or more actions".into();
            return Err(Error::Field { field: "actions", expected, given: "none".into() });
        }
        if needed > max {
            return Err(too_many(max, needed));
        }
        actions.iter().enumerate().try_for_each(|(index, action)| check(index, action))?;
        actions.sort_by_key(|action| (action.ex_time, action.kind));
        let same = |pair: &&[CorporateAction]| (pair[0].ex_time, pair[0].kind) == (pair[1].ex_time, pair[1].kind);
        if let Some(pair) = actions.windows(2).find(same) {
            let expected = format!("one {} of a time", pair[0].kind.name());
            let given = format!("{} and {} at {}", pair[0].value, pair[1].value, pair[0].ex_time);
            return Err(Error::Field { field: "actions", expected, given });
        }
        // Whether one of a later time is new is not for the caller to know.
        actions.last().map_or(Ok(()), |newest| context.permit_as_of(Some(newest.ex_time)))?;
        let (reply, outcome) = oneshot::channel();
        self.queue.ask(Command::PutActions { symbol, actions, reply }, outcome).await
    }

    /// Deletes actions of a symbol, durably; returns their number. A caller with a fixed time deletes what it could have known.
    pub async fn delete(&self, symbol: Symbol, which: Which, context: &CallContext) -> Result<u64, Error> {
        context.permit_symbol(&symbol)?;
        let which = Which { known_until: context.fixed_as_of(), ..which };
        let (reply, deleted) = oneshot::channel();
        self.queue.ask(Command::DeleteActions { symbol, which, reply }, deleted).await
    }

    /// The actions of the symbols with this prefix, in name order, of at most `symbols_max` symbols after `after`, as far as
    /// the caller may reach them and could have known them; and whether there are more. A page also ends after the symbol
    /// with which it has `actions_max` actions.
    pub fn list(
        &self,
        prefix: &str,
        after: &str,
        (symbols_max, actions_max): (usize, usize),
        context: &CallContext,
    ) -> (Vec<(Symbol, Vec<CorporateAction>)>, bool) {
        let shown = |symbol: &Symbol| {
            let name = symbol.as_str();
            name.starts_with(prefix) && name > after && context.shows(symbol)
        };
        let as_of = context.as_of(None).unwrap_or(i64::MAX);
        let actions = |symbol: Symbol| {
            let table = self.catalog.actions().get(&symbol)?;
            let known: Vec<_> = table.actions.iter().copied().filter(|action| action.ex_time <= as_of).collect();
            (!known.is_empty()).then_some((symbol, known))
        };
        let mut found = self.catalog.actions().symbols(shown).into_iter().filter_map(actions);
        let (mut page, mut count) = (Vec::new(), 0);
        while page.len() < symbols_max && count < actions_max {
            let Some(entry) = found.next() else { return (page, false) };
            count += entry.1.len();
            page.push(entry);
        }
        (page, found.next().is_some())
    }
}

/// What is wrong with an action.
fn check(index: usize, action: &CorporateAction) -> Result<(), Error> {
    let (range, expected) = match action.kind {
        ActionKind::Split => (RATIO_MAX.recip()..=RATIO_MAX, "new shares per old share, 1e-6 to 1e6 and not 1"),
        ActionKind::Dividend => (f64::MIN_POSITIVE..=DIVIDEND_MAX, "above 0, at most 1e12"),
    };
    let is_nothing = action.kind == ActionKind::Split && action.value == 1.0;
    if range.contains(&action.value) && !is_nothing {
        return Ok(());
    }
    Err(AdjustError::Value { index, kind: action.kind.name(), expected, given: action.value }.into())
}
