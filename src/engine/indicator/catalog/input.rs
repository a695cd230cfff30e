//! Inputs by name: stored columns, prices derived from them, and the time.

use crate::indicator::{Graph, Port};
use crate::kernel::{Aligned, Average, SimpleReturn};
use crate::series::{Column, Symbol};

/// An input of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A column of every bar.
    Column(Column),
    /// (high + low) / 2.
    Hl2,
    /// (high + low + close) / 3.
    Hlc3,
    /// (open + high + low + close) / 4.
    Ohlc4,
    /// (high + low + 2 close) / 4.
    Hlcc4,
    /// The change of the close from the previous bar, as a fraction of it.
    Returns,
    /// The opening time: seconds since the Unix epoch, UTC. Integral seconds are exact, fractions to a microsecond.
    Time,
}

impl Input {
    /// First prices.
    pub const OPEN: Self = Self::Column(Column::Open);
    /// Highest prices.
    pub const HIGH: Self = Self::Column(Column::High);
    /// Lowest prices.
    pub const LOW: Self = Self::Column(Column::Low);
    /// Last prices.
    pub const CLOSE: Self = Self::Column(Column::Close);
    /// Quantities traded.
    pub const VOLUME: Self = Self::Column(Column::Volume);

    /// Every input, in the order of the catalogue.
    pub const ALL: [Self; 11] = [
        Self::OPEN,
        Self::HIGH,
        Self::LOW,
        Self::CLOSE,
        Self::VOLUME,
        Self::Hl2,
        Self::Hlc3,
        Self::Ohlc4,
        Self::Hlcc4,
        Self::Returns,
        Self::Time,
    ];

    /// The input of this name or one-letter abbreviation.
    pub fn by_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = match &*name {
            "o" => "open",
            "h" => "high",
            "l" => "low",
            "c" => "close",
            "v" => "volume",
            name => name,
        };
        Self::ALL.into_iter().find(|input| input.name() == name)
    }

    /// The name of the input.
    pub fn name(self) -> &'static str {
        match self {
            Self::Column(column) => column.fixed_name().expect("inputs are columns of every bar"),
            Self::Hl2 => "hl2",
            Self::Hlc3 => "hlc3",
            Self::Ohlc4 => "ohlc4",
            Self::Hlcc4 => "hlcc4",
            Self::Returns => "returns",
            Self::Time => "time",
        }
    }

    /// Its port in a graph.
    pub fn port(self, graph: &mut Graph) -> Port {
        self.port_of(graph, None)
    }

    /// Its port in a graph, of the series of another symbol if one is given.
    pub fn port_of(self, graph: &mut Graph, symbol: Option<&Symbol>) -> Port {
        use Column::{Close, High, Low, Open};
        let port = |graph: &mut Graph, column| match symbol {
            Some(symbol) => graph.joined(symbol, column),
            None => Port::Column(column),
        };
        let mut average = |columns: &[Column]| {
            let inputs: Vec<_> = columns.iter().map(|&column| port(graph, column)).collect();
            graph.add(Average { inputs: inputs.len() }, &inputs)
        };
        match self {
            Self::Column(column) => port(graph, column),
            Self::Hl2 => average(&[High, Low]),
            Self::Hlc3 => average(&[High, Low, Close]),
            Self::Ohlc4 => average(&[Open, High, Low, Close]),
            Self::Hlcc4 => average(&[High, Low, Close, Close]),
            Self::Returns => {
                let close = port(graph, Close);
                graph.add(SimpleReturn { bars: 1 }, &[close])
            }
            Self::Time => match symbol {
                // Joined bars have equal times.
                Some(_) => {
                    let close = port(graph, Close);
                    graph.add(Aligned, &[Port::Time, close])
                }
                None => Port::Time,
            },
        }
    }
}
