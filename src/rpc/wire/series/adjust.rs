//! Corporate actions and adjustments between wire and domain.

use std::sync::Arc;

use crate::app::{ActionKind, Adjust, Adjustment, CorporateAction};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::{self, AppliedAction, CorporateActionKind, SeriesAdjustment};

/// Which corporate actions adjust bars.
pub(in crate::rpc::wire) fn read_adjust(adjust: i32) -> Result<Adjust, Error> {
    match proto::Adjust::try_from(adjust) {
        Ok(proto::Adjust::Unspecified | proto::Adjust::None) => Ok(Adjust::None),
        Ok(proto::Adjust::Split) => Ok(Adjust::Split),
        Ok(proto::Adjust::Total) => Ok(Adjust::Total),
        Err(_) => Err(field("adjust", "a number from 0 to 3", adjust.to_string())),
    }
}

/// A kind of actions; unspecified is none.
pub(in crate::rpc) fn read_kind(kind: i32) -> Result<Option<ActionKind>, Error> {
    match CorporateActionKind::try_from(kind) {
        Ok(CorporateActionKind::Unspecified) => Ok(None),
        Ok(CorporateActionKind::Split) => Ok(Some(ActionKind::Split)),
        Ok(CorporateActionKind::Dividend) => Ok(Some(ActionKind::Dividend)),
        Err(_) => Err(field("kind", "a number from 0 to 2", kind.to_string())),
    }
}

/// The domain types of actions, each with a kind.
pub(in crate::rpc) fn actions(actions: Vec<proto::CorporateAction>) -> Result<Vec<CorporateAction>, Error> {
    let action = |(index, action): (usize, proto::CorporateAction)| {
        let proto::CorporateAction { ex_time, kind, value } = action;
        let inside = |error: Error| error.inside(format!("actions[{index}]"));
        let kind = read_kind(kind).map_err(inside)?;
        let kind = kind.ok_or_else(|| inside(field("kind", "a split or a dividend", "unspecified")))?;
        Ok(CorporateAction { ex_time, kind, value })
    };
    actions.into_iter().enumerate().map(action).collect()
}

impl From<CorporateAction> for proto::CorporateAction {
    fn from(CorporateAction { ex_time, kind, value }: CorporateAction) -> Self {
        let kind = match kind {
            ActionKind::Split => CorporateActionKind::Split,
            ActionKind::Dividend => CorporateActionKind::Dividend,
        };
        Self { ex_time, kind: kind.into(), value }
    }
}

/// How bars are adjusted, as it is told.
pub(in crate::rpc::wire) fn adjustments_to_wire(adjustments: &[Arc<Adjustment>]) -> Vec<SeriesAdjustment> {
    let action = |applied: &crate::app::AppliedAction| AppliedAction {
        action: Some(applied.action.into()),
        price_factor: applied.price_factor,
        volume_factor: applied.volume_factor,
        rows: applied.rows,
    };
    let adjustments_to_wire = |adjustment: &Arc<Adjustment>| SeriesAdjustment {
        series: Some((&adjustment.series).into()),
        actions: adjustment.actions.iter().map(action).collect(),
        rows: adjustment.rows(),
    };
    adjustments.iter().map(adjustments_to_wire).collect()
}
