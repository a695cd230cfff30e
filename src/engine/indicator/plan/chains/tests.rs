//! A chain gives the bits of its parts.

use std::sync::Arc;

use super::*;
use crate::indicator::{Expression, Graph, Limits, Plan};
use crate::kernel::Level;

const BARS: usize = 700;

/// A walk with rests, gaps, a huge bar, and a range of 0 here and there.
fn columns() -> [Vec<f64>; 5] {
    let mut random = 11_u64;
    let mut next = || {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 40) as f64 / 16_777_216.0
    };
    let mut price = 100.0;
    let mut bars = [vec![], vec![], vec![], vec![], vec![]];
    for at in 0..BARS {
        let rests = (200..260).contains(&at) || at % 40 > 36;
        price += if rests { 0.0 } else { next() - 0.5 };
        let (up, down) = if rests { (0.0, 0.0) } else { (next(), next()) };
        let is_missing = at < 3 || [433, 434, 520].contains(&at);
        let scale = if at == 600 { 1e280 } else { 1.0 };
        for (column, value) in bars.iter_mut().zip([price + up, price - down, price, 10.0 * next(), price - down / 2.0])
        {
            column.push(if is_missing { f64::NAN } else { value * scale });
        }
    }
    bars
}

fn feed(plan: &Arc<Plan>, columns: &[Vec<f64>; 5], cut: usize) -> Vec<Vec<u64>> {
    use crate::series::Column;
    let own = |column: &Column| match column {
        Column::Open => &columns[4],
        Column::High => &columns[0],
        Column::Low => &columns[1],
        Column::Volume => &columns[3],
        _ => &columns[2],
    };
    let mut values = vec![vec![0.0; BARS]; plan.outputs()];
    let mut run = plan.start();
    for at in (0..BARS).step_by(cut) {
        let bars = at..BARS.min(at + cut);
        let inputs: Vec<&[f64]> = plan.columns().iter().map(|column| &own(column)[bars.clone()]).collect();
        let mut outputs: Vec<&mut [f64]> = values.iter_mut().map(|values| &mut values[bars.clone()]).collect();
        run.feed(&inputs, &mut outputs);
    }
    values.iter().map(|values| values.iter().map(|value| value.to_bits()).collect()).collect()
}

#[test]
fn a_chain_gives_the_bits_of_its_parts() {
    let texts = [
        "macd(12, 26, 9)",
        "macd(3, 8, 1)",
        "macd(5, 9, 4, seed=first)",
        "macd(6, 13, 5).hist",
        "macdfix(7)",
        "dema(9)",
        "tema(7)",
        "t3(5)",
        "trix(5)",
        "tsi(7, 4)",
        "massi(5, 9)",
        "ema(high - low, 6)",
        "atr(14)",
        "natr(9)",
        "rsi(9)",
        "plus_di(8)",
        "minus_di(14)",
        "ppo(3, 9, ma=ema)",
        "trix(5, seed=first)",
        "tema(ema(8), 6)",
        "ad",
        "adosc",
        "pvt",
        "vwap",
        "swak_butter(9)",
        "swak_2php(9)",
        "ha",
        "kvo(5, 9, 4)",
        "kvo(force=factored)",
        "eri(9)",
    ];
    let columns = columns();
    for text in texts {
        let mut graph = Graph::new();
        let expressions = Expression::parse(text, &Limits::default()).expect(text);
        let ports: Vec<Port> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
        let nodes = ports.iter().map(|port| if let Port::Node { node, .. } = port { *node } else { 0 }).max();
        let every = (0..=nodes.unwrap_or_default()).map(|node| Port::Node { node, output: 0 });
        let every: Vec<Port> = ports.iter().copied().chain(every).collect();
        let fused = Arc::new(Plan::new(graph, &ports));
        assert!(fused.steps().any(|(kernel, _)| format!("{kernel:?}").contains("Chain {")), "{text} is not fused");
        let mut graph = Graph::new();
        for expression in &expressions {
            let _ = expression.port(&mut graph);
        }
        let apart = Arc::new(Plan::new(graph, &every));
        assert!(!apart.steps().any(|(kernel, _)| (kernel as &dyn Any).is::<Chain>()), "{text} is fused");
        let expected = feed(&apart, &columns, BARS);
        for level in Level::available() {
            for cut in [1, 7, 8, 64, 333, BARS] {
                let found = level.run(|| feed(&fused, &columns, cut));
                for (output, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    let at = found.iter().zip(expected).position(|(one, two)| one != two);
                    assert_eq!(at, None, "output {output} of {text} at {} by {cut}", level.name());
                }
            }
        }
    }
}
