//! Adjusted prices: stored bars as they compare over splits and dividends.
//!
//! Bars are stored as they were traded. A question chooses how it sees them: the prices of bars that open before an ex-date are
//! multiplied by a factor, computed from the corporate actions of the symbol and from the bars themselves. The definitions are
//! those of Yahoo ("What is the adjusted close?") and CRSP (cumulative factors to adjust prices and shares):
//!
//! - a split of `r` new shares per old one: prices x 1/r, volume x r;
//! - a dividend of `d` per share, where the last bar before the ex-date closes at `c`: prices x (1 - d/c).
//!
//! The factor of a bar is `D / S`: `D` the product of the dividends' factors and `S` that of the split ratios, both from the
//! newest action to the oldest. One multiplication per price then gives the same bits on every road.
//!
//! Invariant: only bars that a caller could have seen are read, and only actions whose ex-date has come count.

pub(crate) mod adjusted;
pub(crate) mod factors;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use crate::ledger::{ActionKind, CorporateAction};
use crate::series::Symbol;

/// Which corporate actions adjust the bars of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Adjust {
    /// None: bars as they were traded.
    #[default]
    None,
    /// Splits.
    Split,
    /// Splits and dividends: prices as if each dividend had been reinvested.
    Total,
}

impl Adjust {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Split => "split",
            Self::Total => "total",
        }
    }

    /// Whether actions of a kind count.
    pub(crate) fn counts(self, kind: ActionKind) -> bool {
        match self {
            Self::None => false,
            Self::Split => kind == ActionKind::Split,
            Self::Total => true,
        }
    }
}

/// The number of the next table.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The corporate actions of a symbol at one moment.
#[derive(Debug)]
pub(crate) struct ActionTable {
    /// Unlike that of any other table of this process.
    number: u64,
    /// By time, then kind.
    pub(crate) actions: Box<[CorporateAction]>,
}

/// The corporate actions of all symbols. Only the writer thread changes them.
#[derive(Debug, Default)]
pub(crate) struct ActionTables(RwLock<HashMap<Symbol, Arc<ActionTable>>>);

impl ActionTables {
    /// The actions that a ledger has, by symbol and time.
    pub(crate) fn new(all: Vec<(Symbol, CorporateAction)>) -> Self {
        let mut by_symbol: HashMap<Symbol, Vec<CorporateAction>> = HashMap::new();
        all.into_iter().for_each(|(symbol, action)| by_symbol.entry(symbol).or_default().push(action));
        let tables = Self::default();
        by_symbol.into_iter().for_each(|(symbol, actions)| tables.set(symbol, actions));
        tables
    }

    /// The actions of a symbol, if it has any.
    pub(crate) fn get(&self, symbol: &Symbol) -> Option<Arc<ActionTable>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(symbol).cloned()
    }

    /// Sets the actions of a symbol.
    pub(crate) fn set(&self, symbol: Symbol, actions: Vec<CorporateAction>) {
        let table = ActionTable { number: NEXT.fetch_add(1, Relaxed), actions: actions.into() };
        // Safe after poisoning: each change is a single step.
        let mut tables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match table.actions.is_empty() {
            true => drop(tables.remove(&symbol)),
            false => drop(tables.insert(symbol, Arc::new(table))),
        }
    }

    /// The symbols with actions that are shown, in name order.
    pub(crate) fn symbols(&self, shown: impl Fn(&Symbol) -> bool) -> Vec<Symbol> {
        let tables = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut symbols: Vec<Symbol> = tables.keys().filter(|symbol| shown(symbol)).cloned().collect();
        drop(tables);
        symbols.sort();
        symbols
    }
}
