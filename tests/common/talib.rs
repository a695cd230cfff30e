//! TA-Lib by its official crate: the same questions, asked through its abstract interface.

use atrad::indicator::{Indicator, Input, Value};
use atrad::series::{Bars, Column};
use ta_lib::Core;
use ta_lib::abstract_api::{self, FuncId, FuncInfo, InputType, OutputType, ParamHolder};

use super::Question;

/// TA-Lib's numbers of its moving averages.
const AVERAGES: [(&str, i32); 7] =
    [("sma", 0), ("ema", 1), ("wma", 2), ("dema", 3), ("tema", 4), ("trima", 5), ("rma", 13)];

/// TA-Lib's function for an indicator, if it has one.
pub(crate) fn function(indicator: &Indicator) -> Option<FuncId> {
    let name = indicator.name.to_ascii_uppercase();
    let handle = |name: &str| abstract_api::get_func_handle(name);
    handle(&name).or_else(|| handle(&name.replace("CDL_", "CDL")))
}

/// Our name of one of TA-Lib's parameters.
pub(crate) fn param_name(theirs: &str) -> &'static str {
    match theirs {
        "optInTimePeriod" => "period",
        "optInFastPeriod" => "fast",
        "optInSlowPeriod" => "slow",
        "optInSignalPeriod" => "signal",
        "optInFastK_Period" => "fastk",
        "optInFastD_Period" => "fastd",
        "optInSlowK_Period" => "slowk",
        "optInSlowD_Period" => "slowd",
        "optInNbDevUp" => "up",
        "optInNbDevDn" => "down",
        "optInNbDev" => "nbdev",
        "optInMultiplier" => "multiplier",
        "optInPenetration" => "penetration",
        "optInMAType" | "optInSlowK_MAType" | "optInSlowD_MAType" | "optInFastD_MAType" => "ma",
        other => panic!("no name for {other}"),
    }
}

/// The parameter of an indicator that one of TA-Lib's stands for.
pub(crate) fn param_index(indicator: &Indicator, theirs: &str) -> Option<usize> {
    indicator.params.iter().position(|param| param.name == param_name(theirs))
}

/// Room for TA-Lib's outputs, in the order of its outputs.
pub(crate) enum Room {
    Real(Vec<f64>),
    Integer(Vec<i32>),
}

impl Room {
    /// Room for the outputs of a function over so many bars.
    pub(crate) fn of(info: &FuncInfo, rows: usize) -> Vec<Self> {
        let room = |kind| match kind {
            OutputType::Real => Self::Real(vec![0.0; rows]),
            OutputType::Integer => Self::Integer(vec![0; rows]),
        };
        info.outputs.iter().map(|output| room(output.kind)).collect()
    }

    fn values(&self) -> Vec<f64> {
        match self {
            Self::Real(values) => values.clone(),
            Self::Integer(values) => values.iter().map(|value| f64::from(*value)).collect(),
        }
    }
}

/// A call of TA-Lib with everything it needs.
pub(crate) fn call<'a>(core: &'a Core, question: &Question, bars: &'a Bars, room: &'a mut [Room]) -> ParamHolder<'a> {
    let function = function(question.indicator).expect("TA-Lib has it");
    let mut call = function.new_call(core);
    bind_inputs(&mut call, question.indicator, bars);
    for (index, param) in function.info().opt_inputs.iter().enumerate() {
        let Some(at) = param_index(question.indicator, param.param_name) else { continue };
        let bound = match question.values[at] {
            Value::Integer(value) => call.set_opt_input(index, i32::try_from(value).expect("small")).map(drop),
            Value::Real(value) => call.set_opt_input(index, value).map(drop),
            Value::Choice(word) => {
                let code = AVERAGES.iter().find(|(name, _)| *name == word).expect("a moving average").1;
                call.set_opt_input(index, code).map(drop)
            }
        };
        bound.expect("a parameter of TA-Lib");
    }
    for (index, room) in room.iter_mut().enumerate() {
        let bound = match room {
            Room::Real(values) => call.set_output(index, values).map(drop),
            Room::Integer(values) => call.set_int_output(index, values).map(drop),
        };
        bound.expect("an output of TA-Lib");
    }
    call
}

fn bind_inputs<'a>(call: &mut ParamHolder<'a>, indicator: &Indicator, bars: &'a Bars) {
    let mut ours = indicator.inputs.iter();
    let [open, high, low, close, volume] = Column::ALL.map(|column| Some(bars.column(column)));
    for (slot, input) in call.info().inputs.iter().enumerate() {
        let bound = match input.kind {
            InputType::Price => call.set_price_input(slot, open, high, low, close, volume, None).map(drop),
            _ => {
                let Some(Input::Column(column)) = ours.next() else { panic!("an input of {}", indicator.name) };
                call.set_input(slot, bars.column(*column)).map(drop)
            }
        };
        bound.expect("an input of TA-Lib");
    }
}

/// What TA-Lib answers, one value per bar and output, NaN before its first.
pub(crate) fn answer(core: &Core, question: &Question, bars: &Bars) -> Vec<Vec<f64>> {
    let rows = bars.len();
    let info = function(question.indicator).expect("TA-Lib has it").info();
    let mut room = Room::of(info, rows);
    let range = call(core, question, bars, &mut room).call(0, rows - 1).expect("TA-Lib answers");
    let padded = |room: &Room| {
        let mut column = vec![f64::NAN; rows];
        column[range.beg_idx..][..range.count].copy_from_slice(&room.values()[..range.count]);
        column
    };
    room.iter().map(padded).collect()
}
