//! The catalogue of indicators, from domain to wire.

use crate::indicator::registry::{self, INDICATORS, PRESETS};
use crate::indicator::{Facts, Indicator, Input, Kind, Output, Param};
use crate::rpc::proto::{self, ListIndicatorsResponse, ParamKind};

/// The catalogue, filtered by group and search text.
pub fn catalogue(group: &str, search: &str) -> ListIndicatorsResponse {
    let meant = registry::indicator(search);
    let search = search.to_ascii_lowercase();
    let holds = |text: &str| text.to_ascii_lowercase().contains(&search);
    let wanted = |indicator: &&&Indicator| {
        let found = holds(indicator.name) || holds(indicator.title) || meant == Some(**indicator);
        found && (group.is_empty() || indicator.group.name() == group)
    };
    let preset = |preset: &registry::Preset| proto::Preset {
        name: preset.name.into(),
        summary: preset.summary.into(),
        expressions: preset.expressions.iter().map(|&text| text.into()).collect(),
    };
    ListIndicatorsResponse {
        indicators: INDICATORS.iter().filter(wanted).map(|&indicator| indicator.into()).collect(),
        presets: PRESETS.iter().map(preset).collect(),
        columns: Input::ALL.iter().map(|input| input.name().into()).collect(),
    }
}

impl From<&'static Indicator> for proto::Indicator {
    fn from(indicator: &'static Indicator) -> Self {
        let Indicator { name, title, summary, formula, source, group, revision, inputs, params, outputs, build: _ } =
            indicator;
        let facts = indicator.facts();
        let output = |(output, facts): (&Output, &Facts)| proto::Output {
            name: output.name.into(),
            help: output.help.into(),
            display_shift: facts.display_shift,
        };
        let stable_from = facts.iter().map(|facts| facts.stable_from).try_fold(0, |most, bars| Some(bars?.max(most)));
        Self {
            name: (*name).into(),
            title: (*title).into(),
            summary: (*summary).into(),
            formula: (*formula).into(),
            source: (*source).into(),
            group: group.name().into(),
            inputs: inputs.iter().map(|input| input.name().into()).collect(),
            params: params.iter().map(Into::into).collect(),
            outputs: outputs.iter().zip(&facts).map(output).collect(),
            lookback: indicator.lookback() as u64,
            revision: *revision,
            stable_from: stable_from.map(|bars| bars as u64),
        }
    }
}

impl From<&Param> for proto::Param {
    fn from(Param { name, kind, help }: &Param) -> Self {
        let (wire, min, max, choices) = match *kind {
            Kind::Integer { min, max, .. } => (ParamKind::Integer, Some(min as f64), Some(max as f64), &[][..]),
            Kind::Real { min, max, .. } => (ParamKind::Real, Some(min), Some(max), &[][..]),
            Kind::Choice { words } => (ParamKind::Choice, None, None, words),
        };
        Self {
            name: (*name).into(),
            kind: wire.into(),
            default_value: kind.default().to_string(),
            min,
            max,
            choices: choices.iter().map(|&word| word.into()).collect(),
            help: (*help).into(),
        }
    }
}
