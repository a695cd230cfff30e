//! Sessions by the calendars of exchanges and time zones.

use crate::indicator::Param;
use crate::kernel::{Fields, Kernel, Parameters, State};
use crate::series::{Calendar, Stretch};

/// The calendar of sessions.
pub(crate) const CALENDAR: Param = Param::choice(
    "calendar",
    WORDS,
    "whose days are sessions: those of UTC or utc_offset (utc), of an exchange by its code, or of the clock of a zone of IANA with _ \
     for /; bars that open outside of the hours of an exchange, and where its calendar does not reach, have no value and count nowhere",
);

/// The word of each calendar: exchanges, then zones.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "utc",
    "aixk", "asex", "bvmf", "cmes", "iepa", "xams", "xasx", "xbda", "xbel", "xbkk", "xbog", "xbom", "xbra", "xbru", "xbse", "xbud", "xbue",
    "xcbf", "xcse", "xcys", "xdub", "xdus", "xeee", "xetr", "xeur", "xfra", "xham", "xhel", "xhkg", "xice", "xidx", "xist", "xjse", "xkar",
    "xkls", "xkrx", "xlim", "xlis", "xlit", "xlju", "xlon", "xlux", "xmad", "xmex", "xmil", "xmos", "xnas", "xnse", "xnys", "xnze", "xosl",
    "xpar", "xphs", "xpra", "xris", "xsau", "xses", "xsgo", "xshg", "xsto", "xstu", "xswx", "xtae", "xtai", "xtal", "xtks", "xtse", "xwar",
    "xwbo", "xzag",
    "africa_cairo", "africa_johannesburg", "africa_lagos", "america_argentina_buenos_aires", "america_bogota", "america_chicago",
    "america_denver", "america_los_angeles", "america_mexico_city", "america_new_york", "america_sao_paulo", "america_toronto",
    "asia_bangkok", "asia_dubai", "asia_hong_kong", "asia_jakarta", "asia_jerusalem", "asia_karachi", "asia_kolkata", "asia_manila",
    "asia_riyadh", "asia_seoul", "asia_shanghai", "asia_singapore", "asia_taipei", "asia_tokyo", "australia_perth", "australia_sydney",
    "europe_amsterdam", "europe_athens", "europe_berlin", "europe_dublin", "europe_helsinki", "europe_istanbul", "europe_lisbon",
    "europe_london", "europe_madrid", "europe_moscow", "europe_oslo", "europe_paris", "europe_prague", "europe_rome", "europe_stockholm",
    "europe_vienna", "europe_warsaw", "europe_zurich", "pacific_auckland",
];

/// The calendar of a word; `None` for UTC.
pub(super) fn calendar(word: &str) -> Option<Calendar> {
    (word != "utc").then(|| Calendar::of_word(word).expect("a test looks up each word"))
}

/// What is read of a session at the time of a bar.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// The number of its date.
    Day,
    /// The seconds from its open, or of the clock of a zone, to the bar.
    TimeOfDay,
    /// When the part of it began that is so many hours long, as seconds.
    Hours(usize),
}

/// The session of a calendar that each time lies in; NaN outside of sessions.
#[derive(Debug, Clone)]
pub(super) struct CalendarSession {
    pub(super) calendar: Calendar,
    pub(super) reading: Reading,
}

impl Parameters for CalendarSession {
    fn write(&self, words: &mut Vec<u64>) {
        // The digest stands for the calendar and for what its tables say.
        let (reading, hours) = match self.reading {
            Reading::Day => (0, 0),
            Reading::TimeOfDay => (1, 0),
            Reading::Hours(hours) => (2, hours as u64),
        };
        words.extend([self.calendar.digest(), reading, hours]);
    }
}

impl Kernel for CalendarSession {
    fn lookback(&self) -> usize {
        0
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl CalendarSession {
    fn value(&self, stretch: &Stretch, time: f64) -> f64 {
        let Some(day) = stretch.day else { return f64::NAN };
        match self.reading {
            Reading::Day => day as f64,
            Reading::TimeOfDay => time - stretch.begin as f64,
            Reading::Hours(hours) => {
                let (begin, length) = (stretch.begin as f64, 3600.0 * hours as f64);
                begin + length * ((time - begin) / length).floor()
            }
        }
    }
}

impl State for CalendarSession {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        // Bars of one session follow each other, so most times lie in the stretch of the one before.
        let mut stretch = Stretch::default();
        for (&time, output) in inputs[0].iter().zip(outputs[0].iter_mut()) {
            if !time.is_finite() {
                *output = f64::NAN;
                continue;
            }
            // Saturates; no calendar reaches so far.
            let second = time.floor() as i64;
            if !(stretch.from..stretch.until).contains(&second) {
                stretch = self.calendar.stretch(second);
            }
            *output = self.value(&stretch, time);
        }
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(word: &str, reading: Reading, times: &[i64]) -> Vec<f64> {
        let kernel = CalendarSession { calendar: calendar(word).expect("not UTC"), reading };
        let (times, mut values) = (times.iter().map(|&time| time as f64).collect::<Vec<_>>(), vec![0.0; times.len()]);
        kernel.start().feed(&[&times], &mut [&mut values]);
        values
    }

    #[test]
    fn every_word_is_a_calendar_and_every_exchange_has_one() {
        for word in &WORDS[1..] {
            assert!(calendar(word).is_some(), "{word}");
        }
        for exchange in Calendar::all().filter(|calendar| calendar.is_exchange() && calendar.name() != "24/5") {
            assert!(WORDS.contains(&&*exchange.name().to_ascii_lowercase()), "{exchange:?}");
        }
        assert_eq!(
            Calendar::of_word("america_argentina_buenos_aires").map(Calendar::name),
            Some("America/Argentina/Buenos_Aires")
        );
        assert_eq!(["", "america", "utc_offset"].map(Calendar::of_word), [None; 3]);
    }

    #[test]
    fn sessions_have_the_numbers_of_their_dates() {
        // Friday, 29 November 2024 is day 20056: open from 14:30 to 18:00 UTC.
        let (open, close) = (1_732_890_600, 1_732_903_200);
        let days = values("xnys", Reading::Day, &[open - 1, open, close - 1, close, open + 3 * 86_400]);
        assert!(days[0].is_nan() && days[3].is_nan());
        assert_eq!([days[1], days[2], days[4]], [20_056.0, 20_056.0, 20_059.0]);
        assert_eq!(values("xnys", Reading::TimeOfDay, &[open, open + 90, close - 1]), [0.0, 90.0, 12_599.0]);
        let hours = values("xnys", Reading::Hours(2), &[open, open + 7199, open + 7200]);
        assert_eq!(hours, [open, open, open + 7200].map(|second| second as f64));
        // No session before 1970 or behind 2040.
        assert!(values("xnys", Reading::Day, &[-3_000_000, 2_300_000_000]).iter().all(|day| day.is_nan()));
    }

    #[test]
    fn clocks_of_zones_show_their_time() {
        // New York at 01:30 and at 03:00 of 10 March 2024, half an hour apart, and at 00:00 of the day after.
        let spring = [1_710_052_200, 1_710_054_000, 1_710_129_600];
        assert_eq!(values("america_new_york", Reading::TimeOfDay, &spring), [5_400.0, 10_800.0, 0.0]);
        assert_eq!(values("america_new_york", Reading::Day, &spring), [19_792.0, 19_792.0, 19_793.0]);
    }
}
