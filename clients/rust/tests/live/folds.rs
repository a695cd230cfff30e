//! Walk-forward folds of sweeps, beside means that are taken here.

use atrad_client::{Answer, FoldBars, Span, Sweeping, WalkForward, exprs};
use tonic::Code;

use crate::servers::demo;

/// The mean of a column over the bars of a fold, those without a value left out, and the number of these bars.
fn mean(answer: &Answer, label: &str, bars: FoldBars) -> (f64, u64) {
    let within = |time: i64| (bars.first_time..=bars.last_time).contains(&time);
    let column = answer.column(label).expect("computed");
    let values: Vec<f64> =
        answer.times.iter().zip(column).filter(|(time, _)| within(**time)).map(|(_, value)| *value).collect();
    let defined: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    (defined.iter().sum::<f64>() / defined.len() as f64, values.len() as u64)
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

#[tokio::test]
async fn folds_choose_in_sample_and_judge_out_of_sample() {
    let Some(client) = demo() else { return };
    let labels = ["close / ema(5)", "close / ema(10)", "close / ema(15)", "close / ema(20)"];
    let periods = [5.0, 10.0, 15.0, 20.0];
    let asked = exprs![labels[0], labels[1], labels[2], labels[3]];
    let values = client.compute("MSFT", "1d", asked, Span::all()).await.expect("an answer");
    let plain = WalkForward { folds: 4, ..WalkForward::default() };
    let anchored = WalkForward { folds: 5, anchored: true, in_sample: 1000, purge: 10, embargo: 5 };
    for walk in [plain, anchored] {
        let how = Sweeping {
            reductions: vec!["last".into(), "mean".into()],
            by: "mean".into(),
            walk_forward: Some(walk),
            ..Sweeping::default()
        };
        let swept = client.sweep("MSFT", "1d", exprs!["close / ema(5..20 step 5)"], how, Span::all()).await;
        let sweep = swept.expect("a sweep");
        let table = &sweep.tables[0];
        assert_eq!((table.folds.len(), table.len(), sweep.summary.tried), (walk.folds as usize, 0, 4));
        let (mut sum, mut bars) = (0.0, 0);
        for fold in &table.folds {
            let means = labels.map(|label| mean(&values, label, fold.in_sample_bars));
            assert!(means.iter().all(|(_, rows)| *rows == fold.in_sample_bars.bars));
            let best = (0..4).max_by(|&a, &b| means[a].0.total_cmp(&means[b].0)).expect("four");
            let (judged, rows) = mean(&values, labels[best], fold.out_of_sample_bars);
            assert_eq!((fold.parameters["period"], fold.out_of_sample_bars.bars), (periods[best], rows));
            assert!(is_near(fold.in_sample["mean"], means[best].0) && is_near(fold.out_of_sample["mean"], judged));
            assert!(fold.in_sample_bars.last_time < fold.out_of_sample_bars.first_time);
            (sum, bars) = (sum + judged * rows as f64, bars + rows);
        }
        let all = table.out_of_sample.as_ref().expect("folds");
        assert!(all.bars == bars && is_near(all.columns["mean"], sum / bars as f64), "{all:?}");
    }
}

#[tokio::test]
async fn a_fold_without_a_value_chooses_none_and_a_wrong_one_is_refused() {
    let Some(client) = demo() else { return };
    let walk = |folds| Sweeping {
        reductions: vec!["last".into()],
        walk_forward: Some(WalkForward { folds, ..WalkForward::default() }),
        ..Sweeping::default()
    };
    let sweep = client.sweep("MSFT", "1d", exprs!["ema(5000..5001)"], walk(2), Span::all()).await.expect("a sweep");
    let none = &sweep.tables[0];
    assert!(none.folds.len() == 2 && none.folds[1].parameters.is_empty() && none.folds[1].in_sample.is_empty());
    let all = none.out_of_sample.as_ref().expect("folds");
    assert!(all.bars == 0 && all.columns["last"].is_nan());
    let error = client.sweep("MSFT", "1d", exprs!["ema(3..5)"], walk(0), Span::all()).await.expect_err("no folds");
    assert_eq!((error.code, error.fields[0].path.as_str()), (Code::InvalidArgument, "walk_forward.folds"));
}
