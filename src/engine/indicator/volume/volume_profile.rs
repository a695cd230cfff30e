//! Volume Profile.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::VolumeProfile;

/// Volume Profile.
pub(in crate::indicator) static VOLUME_PROFILE: Indicator = Indicator {
    name: "volume_profile",
    title: "Volume Profile",
    summary: "The price level with the most volume in the window, and the value area around it.",
    formula: "the range of the window is cut into bins of equal width, the volume of each bar spread evenly over the bins that the bar touches; poc = centre of the bin with the most volume, the lowest on ties; the area grows from it by the fuller neighbour, the upper on ties, until it holds share percent; NaN where the total volume is 0",
    source: "J. P. Steidlmayer, Market Profile: by volume instead of time, with a value area of 70 %",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::VOLUME],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 100, min: 1, max: 2000 },
            help: "the number of bars in the window",
        },
        Param { name: "bins", kind: Kind::Integer { default: 24, min: 2, max: 200 }, help: "the number of bins" },
        Param::real("share", 70.0, 0.0, 100.0, "the percentage of volume in the value area"),
    ],
    outputs: &[
        Output { name: "poc", help: "the point of control: the price with the most volume" },
        Output { name: "vah", help: "the upper end of the value area" },
        Output { name: "val", help: "the lower end of the value area" },
    ],
    build: |graph, args| {
        let (window, bins) = (args.integer("period"), args.integer("bins"));
        let profile = VolumeProfile { window, bins, share: args.real("share") / 100.0 };
        graph.add_all::<_, 3>(profile, &args.inputs::<3>()).into()
    },
};
