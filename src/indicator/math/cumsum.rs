//! Sum So Far.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::Total;

/// Sum So Far.
pub(in crate::indicator) static CUMSUM: Indicator = Indicator {
    name: "cumsum",
    title: "Sum So Far",
    summary: "The cumulative sum since the first bar.",
    formula: "y = y[1] + x",
    source: "TA-Lib 0.8.3 CUMSUM",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Total, &[x])]
    },
};
