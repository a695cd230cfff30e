//! Calendars against what `exchange_calendars`, pandas and zoneinfo say, and against what was announced.

use std::collections::BTreeSet;

use super::date::{DAY, SECOND, parse};
use super::period::Period;
use super::place::{Outside, Place};
use super::{Calendar, Table};
use crate::series::{Error, Fill, Grid, Resampling, Timeframe};

/// Written by `generate.py`, by the libraries alone.
const SAMPLES: &str = include_str!("../../../../tests/data/calendars.txt");

fn calendar(name: &str) -> Calendar {
    Calendar::find(name).expect("there")
}

fn grid(name: &str, timeframe: &str) -> Grid {
    let resampling = Resampling::new(0, Fill::None, false).and_then(|resampling| resampling.by_name(name));
    Grid::new(timeframe.parse().expect("valid"), &resampling.expect("valid"))
}

/// The rows of a kind, in words.
fn samples(kind: &str) -> impl Iterator<Item = Vec<&'static str>> {
    SAMPLES.lines().map(|line| line.split(' ').collect::<Vec<_>>()).filter(move |words| words[0] == kind)
}

fn time(seconds: &str) -> i64 {
    SECOND * seconds.parse::<i64>().expect("seconds")
}

/// Nanoseconds of a date and a time in UTC.
fn utc(date: &str, clock: &str) -> i64 {
    let (hours, minutes) = clock.split_once(':').expect("a time");
    let number = |text: &str| text.parse::<i64>().expect("a number");
    DAY * parse(date).expect("a date") + SECOND * (3600 * number(hours) + 60 * number(minutes))
}

#[test]
fn sessions_are_those_of_the_library() {
    let mut count = 0;
    for words in samples("session") {
        let [_, code, date, open, pause, resumes, close] = words[..] else { panic!("{words:?}") };
        let (open, close, day) = (time(open), time(close), parse(date).expect("a date"));
        let calendar = calendar(code);
        let place = calendar.place(Period::Days(1), Outside::Omitted, open);
        let expected = Place { bar: Some((open, Some(close))), is_open: true, from: open, until: Some(close) };
        assert_eq!(place, expected, "{code} {date}");
        let days = [open, close - SECOND, close].map(|time| calendar.stretch(time / SECOND).day);
        assert_eq!((days[0], days[1]), (Some(day), Some(day)), "{code} {date}");
        assert_ne!(days[2], Some(day), "{code} {date}");
        if pause != "-" {
            let (pause, resumes) = (time(pause), time(resumes));
            let part = |time| calendar.place(Period::Intraday(24 * 3600 * SECOND), Outside::Omitted, time);
            assert_eq!(part(pause - 1).bar, Some((open, Some(pause))), "{code} {date}");
            assert_eq!((part(pause).bar, part(pause).until), (None, Some(resumes)), "{code} {date}");
            assert_eq!(part(resumes).bar, Some((resumes, Some(close))), "{code} {date}");
        }
        count += 1;
    }
    assert!(count > 1000, "{count}");
}

#[test]
fn days_without_a_session_are_those_of_the_library() {
    let mut count = 0;
    for words in samples("none") {
        let [_, code, date] = words[..] else { panic!("{words:?}") };
        let Table::Exchange(exchange) = calendar(code).table() else { panic!("{code} has sessions") };
        let day = parse(date).expect("a date");
        assert!(!exchange.sessions.iter().any(|session| session.day == day), "{code} {date}");
        count += 1;
    }
    assert!(count > 500, "{count}");
}

#[test]
fn bars_are_those_of_the_library_and_of_pandas() {
    let mut count = 0;
    for words in samples("parts") {
        let (code, timeframe) = (words[1], words[2]);
        let bars: Vec<_> = words[3..].iter().map(|part| part.split_once(':').expect("two times")).collect();
        let grid = grid(code, timeframe);
        for (start, end) in &bars {
            let (start, end) = (time(start), time(end));
            for inside in [start, end - 1, start + (end - start) / 2] {
                assert_eq!(grid.bounds(inside), (start, Some(end)), "{code} {timeframe} {start}");
            }
        }
        // One after the other, and nothing between them.
        for pair in bars.windows(2) {
            assert_eq!(grid.next(time(pair[0].1)), Some(time(pair[1].0)), "{code} {timeframe}");
        }
        count += 1;
    }
    for words in samples("whole") {
        let [_, code, timeframe, open, close] = words[..] else { panic!("{words:?}") };
        let bar = (time(open), Some(time(close)));
        let grid = grid(code, timeframe);
        assert_eq!([grid.bounds(bar.0), grid.bounds(time(close) - 1)], [bar; 2], "{code} {timeframe}");
        assert!(grid.next(bar.0 + 1).is_none_or(|next| next >= time(close)));
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn days_of_zones_are_those_of_zoneinfo() {
    let mut zones = BTreeSet::new();
    for words in samples("day") {
        let [_, zone, date, start, end] = words[..] else { panic!("{words:?}") };
        let (start, end) = (time(start), time(end));
        let grid = grid(zone, "1d");
        for inside in [start, end - 1] {
            assert_eq!(grid.bounds(inside), (start, Some(end)), "{zone} {date}");
        }
        assert_eq!(calendar(zone).stretch(start / SECOND).day, parse(date), "{zone} {date}");
        zones.insert(zone);
    }
    assert_eq!(zones.len(), Calendar::all().filter(|calendar| !calendar.is_exchange()).count());
}

#[test]
fn sessions_are_those_that_were_announced() {
    // (exchange, date, open and close in UTC)
    for (code, date, open, close) in [
        // The Friday after Thanksgiving, and Christmas Eve.
        ("XNYS", "2024-11-29", "14:30", "18:00"),
        ("XNYS", "2024-07-02", "13:30", "20:00"),
        ("XLON", "2024-12-24", "08:00", "12:30"),
        ("XLON", "2024-06-03", "07:00", "15:30"),
        ("XETR", "2024-06-03", "07:00", "15:30"),
        ("XPAR", "2024-12-24", "08:00", "13:05"),
        // The close moved from 15:00 to 15:30 on 5 November 2024.
        ("XTKS", "2024-11-01", "00:00", "06:00"),
        ("XTKS", "2024-11-05", "00:00", "06:30"),
        ("XNSE", "2024-06-03", "03:45", "10:00"),
        ("XHKG", "2024-12-24", "01:30", "04:00"),
    ] {
        let (open, close) = (utc(date, open), utc(date, close));
        assert_eq!(grid(code, "1d").bounds(open), (open, Some(close)), "{code} {date}");
    }
    // (exchange, a day of rest) - the funeral of President Carter, Good Friday, a bank holiday, the Lunar New Year.
    for (code, date) in [
        ("XNYS", "2025-01-09"),
        ("XNYS", "2024-03-29"),
        ("XLON", "2024-08-26"),
        ("XHKG", "2024-02-12"),
        ("XTKS", "2024-01-03"),
    ] {
        let noon = utc(date, "04:00");
        let bars = [noon, noon + 12 * 3600 * SECOND].map(|time| grid(code, "1d").place(time).bar);
        assert_eq!(bars, [None, None], "{code} {date}");
    }
    // Hong Kong breaks for lunch from 12:00 to 13:00.
    let hours = grid("XHKG", "1h");
    assert_eq!(hours.bounds(utc("2024-06-03", "03:30")).1, Some(utc("2024-06-03", "04:00")));
    assert_eq!(hours.place(utc("2024-06-03", "04:30")).bar, None);
    assert_eq!(hours.next(utc("2024-06-03", "04:00")), Some(utc("2024-06-03", "05:00")));
    // The Globex session of a Monday opens on Sunday at 17:00 in Chicago.
    assert_eq!(grid("CMES", "1d").bounds(utc("2024-06-02", "23:00")).0, utc("2024-06-02", "22:00"));
    // Days of New York have 23 and 25 hours when its clock changes.
    for (date, start, hours) in [("2024-03-10", "05:00", 23), ("2024-11-03", "04:00", 25)] {
        let start = utc(date, start);
        assert_eq!(grid("America/New_York", "1d").bounds(start), (start, Some(start + hours * 3600 * SECOND)));
    }
}

#[test]
fn every_table_can_be_read_and_is_in_order() {
    let mut names = BTreeSet::new();
    for calendar in Calendar::all() {
        assert!(names.insert(calendar.name().to_ascii_lowercase()), "{calendar:?} is there twice");
        match calendar.table() {
            Table::Zone { grain, .. } => assert!(*grain >= 1),
            Table::Exchange(exchange) => {
                let (sessions, name) = (&exchange.sessions, calendar.name());
                assert!(sessions.len() > 1000 && exchange.grain >= 60, "{name}");
                let holds = |session: &super::exchange::Session| {
                    let [pause, resumes] = session.pause;
                    session.open < pause && pause <= resumes && resumes <= session.close
                };
                assert!(sessions.iter().all(holds), "{name}");
                assert!(sessions.is_sorted_by(|one, next| one.day < next.day && one.close <= next.open), "{name}");
                assert!(calendar.hours().contains('-'), "{name}");
            }
        }
    }
    for (alias, name) in Calendar::aliases() {
        assert_eq!(calendar(alias), calendar(name), "{alias}");
    }
    assert!(Calendar::sources()[0].starts_with("exchange_calendars ") && Calendar::sources()[1].starts_with("tzdata "));
}

#[test]
fn names_are_found_in_any_case_and_near_ones_are_named() {
    for (given, name) in [("xnys", "XNYS"), ("NYSE", "XNYS"), ("24/7", "Etc/UTC"), ("us/eastern", "America/New_York")] {
        assert_eq!(calendar(given).name(), name);
    }
    for (given, nearest) in [
        ("XNY", Some("XNYS")),
        ("XLONN", Some("XLON")),
        ("New_York", Some("America/New_York")),
        ("America/NewYork", Some("America/New_York")),
        ("Europe/Berlim", Some("Europe/Berlin")),
        ("qqqqqqqqqqqq", None),
        (&"x".repeat(100_000), None),
    ] {
        match Calendar::find(given) {
            Err(Error::Calendar { nearest: found, .. }) => assert_eq!(found, nearest, "{given:.20}"),
            found => panic!("{given:.20}: {found:?}"),
        }
    }
}

#[test]
fn where_a_calendar_does_not_reach_is_told() {
    let error = calendar("XBOM").covers(utc("2024-01-01", "00:00"), utc("2027-01-04", "05:00")).expect_err("too far");
    let message =
        "resampling.calendar must reach all bars: XBOM knows 1997-01-01 to 2026-12-31, got bars of 2027-01-04";
    assert_eq!((error.to_string().as_str(), error.field().as_str()), (message, "resampling.calendar"));
    assert!(calendar("XNYS").covers(i64::MIN, 0).is_err());
    assert_eq!(calendar("XNYS").covers(0, utc("2040-12-31", "23:59")), Ok(()));
    for name in ["XNYS", "XHKG", "Europe/Berlin", "24/7"] {
        for (timeframe, outside) in
            [("1h", Outside::Omitted), ("1d", Outside::Next), ("1w", Outside::Omitted), ("12M", Outside::Next)]
        {
            for time in [i64::MIN, i64::MIN + 1, -2 * DAY, i64::MAX - 1, i64::MAX] {
                let timeframe: Timeframe = timeframe.parse().expect("valid");
                let period = timeframe.nanos().map_or(Period::Months(12), Period::of_length);
                let place = calendar(name).place(period, outside, time);
                let reached = outside == Outside::Next && time < 0 && calendar(name).is_exchange();
                assert!(place.bar.is_none() || reached, "{name} {timeframe} {time}");
            }
        }
    }
}

#[test]
fn bars_are_made_of_those_that_meet_the_opens() {
    for (name, timeframe, source, is_made) in [
        ("XNYS", "1h", "30m", true),
        ("XNYS", "1h", "1m", true),
        // Sessions begin at half past.
        ("XNYS", "1h", "1h", false),
        ("XNYS", "45m", "30m", false),
        ("XNYS", "1d", "1h", false),
        ("XNYS", "1d", "1d", true),
        ("XNYS", "1w", "1d", true),
        ("XNYS", "1M", "1w", false),
        ("XNYS", "3M", "1M", true),
        ("XNYS", "1w", "1M", false),
        ("XNSE", "1d", "15m", true),
        ("XNSE", "1d", "30m", false),
        ("CMES", "4h", "1h", true),
        ("America/New_York", "1d", "1h", true),
        // A day of UTC is not one of New York.
        ("America/New_York", "1d", "1d", false),
        ("America/New_York", "1M", "1d", false),
        ("Asia/Kolkata", "1d", "1h", false),
        ("Asia/Kolkata", "1d", "30m", true),
        ("24/7", "1d", "1d", true),
        ("24/7", "1M", "1d", true),
        ("24/7", "1w", "1w", true),
    ] {
        let source = source.parse().expect("valid");
        assert_eq!(grid(name, timeframe).made_of(source).is_some(), is_made, "{name} {timeframe} of {source}");
    }
}
