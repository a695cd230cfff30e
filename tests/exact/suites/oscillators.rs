//! Oscillators of changes, ranges and counts.

use super::*;
use crate::reference::*;

/// The rise of the highs and the fall of the lows.
fn reach(bars: &Bars) -> [Values; 2] {
    let rise = |x: &[Exact]| paired(x, |x, before| (x - before).positive());
    [rise(&high(bars)), rise(&times(&low(bars), -1.0))]
}

/// Whether the first average rose, or fell, over two bars while the second moved.
fn run(averages: [Values; 2], side: f64) -> Values {
    let [fast, slow] = averages.map(|x| changes(&x, 2));
    zipped(&fast, &slow, |fast, slow| match fast.value() + slow.value() {
        missing if missing.is_nan() => Exact::MISSING,
        _ => number(mark(side * fast.value() > 0.0 && slow.value() != 0.0)),
    })
}

fn pressure(up: &[Exact], down: &[Exact], n: usize) -> Values {
    percent(&windows(up, n, sum), &windows(down, n, sum), 100.0)
}

fn willingness(bars: &Bars, before: &[Exact], n: usize) -> Values {
    let before = lagged(before, 1);
    let up = each(&minus(&high(bars), &before), Exact::positive);
    pressure(&up, &each(&minus(&before, &low(bars)), Exact::positive), n)
}

fn hann_movement(bars: &Bars, n: usize) -> Values {
    let [rise, fall] = [high(bars), times(&low(bars), -1.0)].map(|x| changes(&x, 1));
    let movement = zipped(&rise, &fall, |up, down| {
        let larger = (up - down).value() > 0.0;
        if larger { up.positive() } else { Exact::ZERO - down.positive() * number(mark((down - up).value() > 0.0)) }
    });
    let movement = shown(&movement, &rise);
    hann(&smoothed(&movement, number(1.0) / Exact::from(n), 1), n)
}

fn directional(bars: &Bars, n: usize) -> Values {
    let [up, down] = reach(bars);
    let movement = minus(&up, &down);
    let smooth = |x: &[Exact]| exponential(&exponential(&exponential(x, n), 10), 5);
    percent(&smooth(&movement), &smooth(&each(&movement, Exact::abs)), 0.0)
}

fn two_bar_deviation(bars: &Bars, n: usize) -> Values {
    let off = zipped(&close(bars), &middle(bars), |x, middle| (x - middle) / middle);
    windows(&windows(&off, 2, mean), n + 1, |x| {
        let below = x[..n].iter().filter(|before| (**before - x[n]).value() < 0.0).count();
        Exact::from(100 * below) / Exact::from(n) + Exact::ZERO * sum(x)
    })
}

fn swenlin(values: &[Exact], first: usize, second: usize) -> Values {
    let rate = percent(&changes(values, 1), &lagged(values, 1), 0.0);
    let smooth = |x: &[Exact], n: usize| smoothed(x, number(2.0) / Exact::from(n), n);
    smooth(&times(&smooth(&rate, first), 10.0), second)
}

fn momersion(values: &[Exact], n: usize) -> Values {
    let products = paired(&changes(values, 1), |x, before| number(sign(x) * sign(before)));
    windows(&products, n, |x| {
        let count = |side: f64| Exact::from(x.iter().filter(|x| x.value() == side).count());
        strength(count(1.0), count(-1.0)) + Exact::ZERO * sum(x)
    })
}

fn rate(values: &[Exact], n: usize) -> Values {
    percent(&changes(values, n), &lagged(values, n), 0.0)
}

fn rocket(values: &[Exact], n: usize) -> Values {
    let momentum = changes(values, n - 1);
    let [near, far] = poles(8.0);
    let half = (number(1.0) - near - far) / number(2.0);
    let smooth = crate::filters::filter(&momentum, &[half, half], &[near, far]);
    let [up, down] = moves(&smooth).map(|part| windows(&part, n, sum));
    zipped(&up, &down, |up, down| {
        let ratio = (up - down).over(up + down, 0.0);
        if ratio.is_missing() {
            return ratio;
        }
        let ratio = largest(&[number(-0.999), smallest(&[number(0.999), ratio])]);
        let odds = (number(1.0) + ratio) / (number(1.0) - ratio);
        number(0.5 * libm::log(odds.value()))
    })
}

fn true_momentum(bars: &Bars, n: usize) -> Values {
    let count = pairs(&open(bars), &close(bars), n, |open, close| {
        sum(&open.iter().map(|&open| number(sign(close[n - 1] - open))).collect::<Values>())
    });
    exponential(&exponential(&count, 5), 3)
}

fn relative_strength(values: &[Exact], n: usize) -> Values {
    let [gain, loss] = moves(values).map(|part| wilder(&part, n));
    zipped(&gain, &loss, strength)
}

fn detection(values: &[Exact], n: usize) -> [Values; 2] {
    let momentum = changes(values, n);
    let (direction, size) = (windows(&momentum, n, sum), each(&momentum, Exact::abs));
    let other = minus(&windows(&size, 2 * n, sum), &windows(&size, n, sum));
    [minus(&each(&direction, Exact::abs), &other), direction]
}

fn trend_score(values: &[Exact], first: usize, last: usize) -> Values {
    windows(values, last + 1, |x| {
        let score = |lag: usize| if (x[last] - x[last - lag]).value() >= 0.0 { 1.0 } else { -1.0 };
        number((first..=last).map(score).sum::<f64>())
    })
}

fn channel_index(bars: &Bars, n: usize) -> Values {
    windows(&typical(bars), n, |x| {
        let mean = mean(x);
        let usual = sum(&x.iter().map(|&x| (x - mean).abs()).collect::<Values>()) / Exact::from(n);
        (x[n - 1] - mean).over(usual * number(0.015), 0.0)
    })
}

fn thermometer(bars: &Bars) -> Values {
    let [up, down] = reach(bars);
    zipped(&up, &down, |up, down| largest(&[up, down]))
}

fn volatmeter(bars: &Bars, n: usize) -> Values {
    let ratio = zipped(&atr(bars, n), &atr(bars, 40), |short, long| short.over(long, 0.0));
    let mut last: Option<[Exact; 3]> = None;
    let step = |&x: &Exact| {
        if x.is_missing() {
            return x;
        }
        let [one, two, three] = last.unwrap_or([x; 3]);
        let value = x + (one - three) / number(2.0);
        last = Some([value, one, two]);
        value
    };
    ratio.iter().map(step).collect()
}

fn decayed(values: &[Exact], step: impl Fn(Exact) -> Exact) -> Values {
    let mut last = Exact::ZERO;
    let next = |&x: &Exact| {
        last = largest(&[x, step(last), Exact::ZERO]);
        last
    };
    values.iter().map(next).collect()
}

fn stiffness(values: &[Exact], n: usize, average: usize) -> Values {
    let above = windows(values, average, |x| {
        let floor = mean(x) - number(0.2) * deviation(x);
        number(mark((x[average - 1] - floor).value() > 0.0))
    });
    exponential(&times(&simple(&above, n), 100.0), 3)
}

fn zone_angle(bars: &Bars, n: usize, period: usize) -> Values {
    let average = exponential(&close(bars), period);
    let mut rise = changes(&average, 1);
    let first = average.iter().position(|x| !x.is_missing()).expect("values");
    rise[first] = Exact::ZERO;
    let (highest, lowest) = (windows(&high(bars), n, largest), windows(&low(bars), n, smallest));
    let span = zipped(&highest, &lowest, |high, low| number(25.0) / (high - low) * low);
    let slope = zipped(&zipped(&rise, &typical(bars), |rise, price| rise / price), &span, |x, span| x * span);
    each(&slope, |slope| number(libm::atan(slope.value()).to_degrees()))
}

/// Higher highs, or of what is turned over lower lows.
fn extremes_made(values: &[Exact], n: usize) -> Values {
    let place = windows(values, n, |x| number(100.0) * (x[n - 1] - smallest(x)).over(largest(x) - smallest(x), 0.0));
    let higher = zipped(&place, &changes(values, 1), |place, change| match (place + change).is_missing() {
        true => Exact::MISSING,
        false => place * number(mark(change.value() > 0.0)),
    });
    exponential(&higher, n)
}

fn noise_free(values: &[Exact], n: usize) -> Values {
    let [up, down] = moves(values).map(|part| windows(&part, n, sum));
    let strength = zipped(&up, &down, |up, down| (up - down).over(up + down, 0.0));
    windows(&strength, n, |x| {
        let (mut rises, mut pairs) = (0.0, 0.0);
        for i in 0..n {
            for j in 0..i {
                rises += mark(x[i].value() > x[j].value()) - mark(x[i].value() < x[j].value());
                pairs += mark(x[i].value() != x[j].value());
            }
        }
        let all = number((n * (n - 1) / 2) as f64);
        number(rises).over((number(pairs) * all).sqrt(), 0.0) + Exact::ZERO * sum(x)
    })
}

pub(super) const REFERENCES: &[Case] = &[
    ("amat({n}, 30, ma=sma).long", On::All, |bars, n| run([n, 30].map(|n| simple(&close(bars), n)), 1.0)),
    ("amat({n}, 30).short", On::Near, |bars, n| run([n, 30].map(|n| exponential(&close(bars), n)), -1.0)),
    ("brar({n}).ar", On::All, |bars, n| pressure(&minus(&high(bars), &open(bars)), &minus(&open(bars), &low(bars)), n)),
    ("brar({n}).br", On::All, |bars, n| willingness(bars, &close(bars), n)),
    ("cr({n})", On::Near, |bars, n| willingness(bars, &typical(bars), n)),
    ("damiani({n}).volatility", On::All, volatmeter),
    ("damiani(visible_std={n}).anti", On::Near, |bars, n| {
        let deviation = |n: usize| windows(&typical(bars), n, deviation);
        zipped(&deviation(n), &deviation(100), |short, long| number(1.4) - short.over(long, 0.0))
    }),
    ("decay({n})", On::All, |bars, n| decayed(&close(bars), |x| x - number(1.0) / Exact::from(n))),
    ("demarker({n})", On::All, |bars, n| {
        let [up, down] = reach(bars).map(|part| simple(&part, n));
        zipped(&up, &down, |up, down| up.over(up + down, 0.5))
    }),
    ("dmh({n})", On::All, hann_movement),
    ("dti({n})", On::All, directional),
    ("dv2({n})", On::Rough, two_bar_deviation),
    ("edecay({n})", On::All, |bars, n| decayed(&close(bars), |x| x * Exact::from(n - 1) / Exact::from(n))),
    ("chop_zone({n+4})", On::Near, |bars, n| zone_angle(bars, n + 4, 34)),
    ("chop_zone(30, {n})", On::Near, |bars, n| zone_angle(bars, 30, n)),
    ("hhlls({n}).hhs", On::All, |bars, n| extremes_made(&high(bars), n)),
    ("hhlls({n}).lls", On::All, |bars, n| extremes_made(&times(&low(bars), -1.0), n)),
    ("net(5)", On::Rough, |bars, _| noise_free(&close(bars), 5)),
    ("net(14)", On::Rough, |bars, _| noise_free(&close(bars), 14)),
    ("momersion({n})", On::All, |bars, n| momersion(&close(bars), n)),
    ("pmo({n}).pmo", On::All, |bars, n| swenlin(&close(bars), n, 20)),
    ("pmo(35, {n}).signal", On::All, |bars, n| exponential(&swenlin(&close(bars), 35, n), 10)),
    ("roc_bands({n}).roc", On::All, |bars, n| rate(&close(bars), n)),
    ("roc_bands({n}).average", On::All, |bars, n| exponential(&rate(&close(bars), n), 5)),
    ("roc_bands(9, 5, {n}).upper", On::All, |bars, n| root_mean_square(&rate(&close(bars), 9), n)),
    ("roc_bands({n}).lower", On::All, |bars, n| times(&root_mean_square(&rate(&close(bars), n), 5), -1.0)),
    ("rocket_rsi({n})", On::Calm, |bars, n| rocket(&close(bars), n)),
    ("rsih({n})", On::All, |bars, n| {
        let [up, down] = moves(&close(bars)).map(|part| hann(&part, n));
        zipped(&up, &down, |up, down| (up - down).over(up + down, 0.0))
    }),
    ("stiffness({n}, 50)", On::Rough, |bars, n| stiffness(&close(bars), n, 50)),
    ("stiffness(20, {n})", On::Rough, |bars, n| stiffness(&close(bars), 20, n)),
    ("thermo({n}).value", On::All, |bars, n| shown(&thermometer(bars), &exponential(&thermometer(bars), n))),
    ("thermo({n}, absolute).average", On::All, |bars, n| {
        let [up, down] = [high(bars), low(bars)].map(|x| each(&changes(&x, 1), Exact::abs));
        exponential(&zipped(&up, &down, |up, down| largest(&[up, down])), n)
    }),
    ("thermo({n}).average", On::All, |bars, n| exponential(&thermometer(bars), n)),
    ("tmo({n}).tmo", On::All, true_momentum),
    ("tmo({n}).signal", On::All, |bars, n| exponential(&true_momentum(bars, n), 3)),
    ("traders_dynamic_index({n}).fast", On::All, |bars, n| simple(&relative_strength(&close(bars), n), 2)),
    ("traders_dynamic_index({n}).signal", On::All, |bars, n| simple(&relative_strength(&close(bars), n), 7)),
    ("traders_dynamic_index(13, {n}).upper", On::Smooth, |bars, n| {
        let x = relative_strength(&close(bars), 13);
        band(&simple(&x, n), &windows(&x, n, deviation), 1.6185)
    }),
    ("traders_dynamic_index(13, {n}).middle", On::All, |bars, n| simple(&relative_strength(&close(bars), 13), n)),
    ("traders_dynamic_index({n}, 20).lower", On::Smooth, |bars, n| {
        let x = relative_strength(&close(bars), n);
        band(&simple(&x, 20), &windows(&x, 20, deviation), -1.6185)
    }),
    ("trend_detection({n}).tdi", On::All, |bars, n| detection(&close(bars), n)[0].clone()),
    ("trend_detection({n}).direction", On::All, |bars, n| detection(&close(bars), n)[1].clone()),
    ("trendscore(3, {n+4})", On::All, |bars, n| trend_score(&close(bars), 3, n + 4)),
    ("woodies_cci({n}).cci", On::Near, channel_index),
    ("woodies_cci(14, {n}).turbo", On::Near, channel_index),
    ("woodies_cci({n+4}).trend", On::Near, |bars, n| {
        windows(&channel_index(bars, n + 4), 6, |x| {
            let all = |side: f64| x[..5].iter().all(|x| side * x.value() > 0.0);
            number(mark(all(1.0)) - mark(all(-1.0))) + Exact::ZERO * sum(&x[..5])
        })
    }),
    ("wvf({n})", On::All, |bars, n| {
        let highest = windows(&close(bars), n, largest);
        percent(&minus(&highest, &low(bars)), &highest, 0.0)
    }),
];
