//! Time zones: the offset of a clock from UTC over time, and the instants of local dates. All times in seconds.

use super::date::{DAY_SECONDS, civil, day_of, weekday};

/// The clock of a place.
#[derive(Debug)]
pub(super) struct Zone {
    /// The offset before the first transition, in seconds east of UTC.
    first: i64,
    /// From when on which offset holds, in order.
    transitions: Vec<(i64, i64)>,
}

/// The last year to which rules are applied: nanoseconds since 1970 end in 2262.
const YEAR_MAX: i64 = 2261;

impl Zone {
    /// Reads a line of the table of zones, as `generate.py` describes it.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ').skip(2);
        let offsets: Vec<i64> = words.next()?.split(',').map(|offset| offset.parse().ok()).collect::<Option<_>>()?;
        let rule = words.next()?;
        let (mut at, mut transitions) = (0, Vec::new());
        for word in words {
            let (delta, letter) = word.split_at_checked(word.len().checked_sub(1)?)?;
            at += i64::from_str_radix(delta, 36).ok()?;
            transitions.push((at, *offsets.get(usize::from(letter.bytes().next()?.checked_sub(b'A')?))?));
        }
        let mut zone = Self { first: *offsets.first()?, transitions };
        if rule != "-" {
            zone.follow(&Rule::parse(rule)?);
        }
        Some(zone)
    }

    /// Adds the transitions of a rule behind the last one.
    fn follow(&mut self, rule: &Rule) {
        let last = self.transitions.last().map_or(i64::MIN, |&(at, _)| at);
        let from = if last == i64::MIN { 1970 } else { civil(last.div_euclid(DAY_SECONDS)).0 };
        for year in from..=YEAR_MAX {
            let mut both = [
                (rule.begins.at(year) - rule.standard, rule.summer),
                (rule.ends.at(year) - rule.summer, rule.standard),
            ];
            both.sort_unstable();
            self.transitions.extend(both.into_iter().filter(|&(at, _)| at > last));
        }
    }

    /// The offset of the clock at an instant, in seconds east of UTC.
    pub(super) fn offset(&self, time: i64) -> i64 {
        let after = self.transitions.partition_point(|&(at, _)| at <= time);
        after.checked_sub(1).map_or(self.first, |at| self.transitions[at].1)
    }

    /// Since when and until when the offset at an instant holds.
    pub(super) fn span(&self, time: i64) -> (i64, i64) {
        let after = self.transitions.partition_point(|&(at, _)| at <= time);
        let since = after.checked_sub(1).map_or(i64::MIN, |at| self.transitions[at].0);
        (since, self.transitions.get(after).map_or(i64::MAX, |&(at, _)| at))
    }

    /// The first instant at which the clock shows these seconds since 1970 or more. So a time that is skipped is the instant of
    /// the transition, and one that comes twice the first of both.
    pub(super) fn instant(&self, local: i64) -> i64 {
        // No clock is two days off.
        let mut next = self.transitions.partition_point(|&(at, _)| at <= local - 2 * DAY_SECONDS);
        loop {
            let (begins, offset) = match next.checked_sub(1) {
                Some(at) => self.transitions[at],
                None => (i64::MIN, self.first),
            };
            let time = begins.max(local - offset);
            if self.transitions.get(next).is_none_or(|&(ends, _)| time < ends) {
                return time;
            }
            next += 1;
        }
    }

    /// The instant at which a date begins.
    pub(super) fn start(&self, day: i64) -> i64 {
        self.instant(day * DAY_SECONDS)
    }

    /// The date at an instant. It never goes back: where the clock is set back over midnight, the new date goes on.
    pub(super) fn day(&self, time: i64) -> i64 {
        let day = (time + self.offset(time)).div_euclid(DAY_SECONDS);
        day + i64::from(self.start(day + 1) <= time)
    }

    /// All offsets.
    pub(super) fn offsets(&self) -> impl Iterator<Item = i64> {
        std::iter::once(self.first).chain(self.transitions.iter().map(|&(_, offset)| offset))
    }
}

/// A rule of summer time that repeats each year, in the form of POSIX: `EST5EDT,M3.2.0,M11.1.0`.
struct Rule {
    standard: i64,
    summer: i64,
    begins: Change,
    ends: Change,
}

/// The last (5) or an earlier one of the weekdays of a month, and the seconds of its local day.
struct Change {
    month: i64,
    week: i64,
    /// Sunday is 0.
    weekday: i64,
    seconds: i64,
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let names = parts.next()?;
        let (standard, rest) = offset(after_name(names)?);
        let (summer, _) = offset(after_name(rest)?);
        let standard = -standard?;
        let summer = summer.map_or(standard + 3600, |west| -west);
        Some(Self { standard, summer, begins: Change::parse(parts.next()?)?, ends: Change::parse(parts.next()?)? })
    }
}

impl Change {
    fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('/').unwrap_or((text, "2"));
        let mut numbers = date.strip_prefix('M')?.split('.').map(|number| number.parse().ok());
        let [month, week, weekday] = [numbers.next()??, numbers.next()??, numbers.next()??];
        Some(Self { month, week, weekday, seconds: offset(time).0? })
    }

    /// The local seconds since 1970 in a year.
    fn at(&self, year: i64) -> i64 {
        let first = day_of(year, self.month, 1);
        let next = if self.month == 12 { day_of(year + 1, 1, 1) } else { day_of(year, self.month + 1, 1) };
        let mut day = first + (self.weekday - weekday(first)).rem_euclid(7) + 7 * (self.week - 1);
        while day >= next {
            day -= 7;
        }
        day * DAY_SECONDS + self.seconds
    }
}

/// What follows the abbreviation of a zone: letters, or anything between `<` and `>`.
fn after_name(text: &str) -> Option<&str> {
    match text.strip_prefix('<') {
        Some(text) => text.split_once('>').map(|(_, rest)| rest),
        None => Some(text.trim_start_matches(|c: char| c.is_ascii_alphabetic())),
    }
}

/// The `[+-]hh[:mm[:ss]]` at the start of a text in seconds, if there is one, and what follows it.
fn offset(text: &str) -> (Option<i64>, &str) {
    let len = text.find(|c: char| !"+-:0123456789".contains(c)).unwrap_or(text.len());
    let (number, rest) = text.split_at(len);
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, number.trim_start_matches('+')),
    };
    let parts = digits.split(':').zip([3600, 60, 1]).map(|(part, unit)| Some(part.parse::<i64>().ok()? * unit));
    (parts.sum::<Option<i64>>().map(|seconds| sign * seconds), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_those_of_posix() {
        for (text, year, expected) in [
            // 10 March and 3 November 2024, at 2 o'clock of the clock that ends.
            ("EST5EDT,M3.2.0,M11.1.0", 2024, [(1_710_054_000, -14_400), (1_730_613_600, -18_000)]),
            // Summer time from Sunday, 31 March, 01:00 UTC, by a rule of winter time.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 2024, [(1_711_846_800, 3_600), (1_729_990_800, 0)]),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2024, [(1_711_846_800, -3_600), (1_729_990_800, -7_200)]),
            // 50 hours after the start of the fourth Thursday of March.
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", 2026, [(1_774_656_000, 10_800), (1_792_796_400, 7_200)]),
        ] {
            let mut zone = Zone { first: 0, transitions: vec![] };
            zone.follow(&Rule::parse(text).expect("valid"));
            let first = day_of(year, 1, 1) * DAY_SECONDS;
            let of_year = zone.transitions.iter().filter(|(at, _)| (first..first + 366 * DAY_SECONDS).contains(at));
            assert_eq!(of_year.copied().collect::<Vec<_>>(), expected, "{text}");
        }
        for text in ["", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,J60,J300", "<-02", "EST5EDT,M3.2,M11.1.0"] {
            assert!(Rule::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn dates_do_not_go_back() {
        // Back from 00:01 to 23:01, as in St. John's until 2011: an hour of the new date, twice.
        let zone = Zone { first: 7200, transitions: vec![(10 * DAY_SECONDS - 7200 + 60, 3600)] };
        let start = 10 * DAY_SECONDS - 7200;
        assert_eq!([zone.start(10), zone.day(start - 1), zone.day(start)], [start, 9, 10]);
        assert_eq!([zone.day(start + 60), zone.day(start + 3600), zone.day(start + 3661)], [10; 3]);
        // Forward from 00:00 to 01:00: the date begins at 01:00.
        let zone = Zone { first: -10_800, transitions: vec![(10 * DAY_SECONDS + 10_800, -7_200)] };
        assert_eq!([zone.start(10), zone.day(10 * DAY_SECONDS + 10_799)], [10 * DAY_SECONDS + 10_800, 9]);
    }
}
