//! TA-Lib by its official crate: the same questions, asked through its abstract interface.

use atrad::indicator::{Indicator, Input, Value};
use atrad::series::{Bars, Column};
use ta_lib::Core;
use ta_lib::abstract_api::{self, FuncId, FuncInfo, InputType, OutputType, ParamHolder};

use super::Question;

/// TA-Lib's numbers of its moving averages.
const AVERAGES: [(&str, i32); 14] = [
    ("sma", 0),
    ("ema", 1),
    ("wma", 2),
    ("dema", 3),
    ("tema", 4),
    ("trima", 5),
    ("kama", 6),
    ("mama", 7),
    ("t3", 8),
    ("hma", 9),
    ("zlema", 12),
    ("rma", 13),
    ("vidya", 14),
    ("alma", 15),
];

/// TA-Lib's function for an indicator, if it has one.
pub(crate) fn function(indicator: &Indicator) -> Option<FuncId> {
    let name = indicator.name.to_ascii_uppercase();
    let handle = |name: &str| abstract_api::get_func_handle(name);
    handle(&name).or_else(|| handle(&name.replace("CDL_", "CDL")))
}

/// Our names of TA-Lib's parameters where they are not theirs in lower case without the word for their kind.
const NAMES: [(&str, &str); 26] = [
    ("Time", "period"),
    ("Time1", "period1"),
    ("Time2", "period2"),
    ("Time3", "period3"),
    ("NbDevUp", "up"),
    ("NbDevDn", "down"),
    ("MAType", "ma"),
    ("SlowK_MAType", "ma"),
    ("SlowD_MAType", "ma"),
    ("FastD_MAType", "ma"),
    ("FastMAType", "fast_ma"),
    ("SlowMAType", "slow_ma"),
    ("SignalMAType", "signal_ma"),
    ("ROCMAType", "roc_ma"),
    ("LimitMove", "limit"),
    ("VolumeDivisor", "divisor"),
    ("MinTrendLength", "min_bars"),
    ("StartValue", "start"),
    ("OffsetOnReverse", "offset"),
    ("AccelerationInitLong", "init_long"),
    ("AccelerationLong", "step_long"),
    ("AccelerationMaxLong", "max_long"),
    ("AccelerationInitShort", "init_short"),
    ("AccelerationShort", "step_short"),
    ("AccelerationMaxShort", "max_short"),
    ("LeftBars", "left"),
];

/// Our name of one of TA-Lib's parameters.
pub(crate) fn param_name(theirs: &str) -> String {
    let name = theirs.strip_prefix("optIn").expect("TA-Lib's parameters begin so").replace("Period", "");
    let name = name.trim_end_matches('_');
    let ours = NAMES.iter().find(|(known, _)| *known == name).map(|(_, ours)| (*ours).to_owned());
    let kinds = ["Factor", "Bars", "Limit"];
    let short = || kinds.iter().fold(name.to_owned(), |name, kind| name.replace(kind, "")).to_ascii_lowercase();
    ours.unwrap_or_else(|| if name == "VFactor" { "vfactor".to_owned() } else { short() })
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

/// What TA-Lib answers, one value per bar and output, NaN before its first; nothing where it refuses parameters that do
/// not go together.
pub(crate) fn answer(core: &Core, question: &Question, bars: &Bars) -> Option<Vec<Vec<f64>>> {
    let rows = bars.len();
    let info = function(question.indicator).expect("TA-Lib has it").info();
    let mut room = Room::of(info, rows);
    let range = call(core, question, bars, &mut room).call(0, rows - 1).ok()?;
    let padded = |room: &Room| {
        let mut column = vec![f64::NAN; rows];
        column[range.beg_idx..][..range.count].copy_from_slice(&room.values()[..range.count]);
        column
    };
    Some(room.iter().map(padded).collect())
}
