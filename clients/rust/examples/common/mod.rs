//! What the samples share.

#![allow(dead_code, reason = "not every sample needs all of it")]

use std::time::{SystemTime, UNIX_EPOCH};

/// The address of the server.
pub(crate) fn address() -> String {
    std::env::var("ATRAD_ADDRESS").unwrap_or_default()
}

/// A number that is new.
pub(crate) fn unique() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}

/// A time as in 2024-01-31T09:30:00 (Howard Hinnant's civil_from_days).
pub(crate) fn utc(nanoseconds: i64) -> String {
    let seconds = nanoseconds.div_euclid(1_000_000_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let in_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}", in_year - (153 * from_march + 2) / 5 + 1)
}
