//! `atrad calendars`: the calendars of bars.

use atrad::series::Calendar;
use clap::Args;
use serde_json::json;

use crate::cli::Error;
use crate::cli::output::{self, Format, Records};

/// List the calendars of bars: exchanges and time zones
#[derive(Debug, Args)]
pub(crate) struct Calendars {
    /// A text to search in their names and zones
    text: Option<String>,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: Format,
}

/// Runs the verb.
pub(crate) fn run(calendars: &Calendars) -> Result<(), Error> {
    let found: Vec<Calendar> = Calendar::search(calendars.text.as_deref().unwrap_or_default()).collect();
    if calendars.format != Format::Json {
        return records(&found).write(calendars.format, output::open(None)?);
    }
    let object = |calendar: &Calendar| {
        let [first, last] = calendar.reach();
        json!({
            "calendar": calendar.name(),
            "zone": calendar.zone(),
            "hours": calendar.hours(),
            "first": first,
            "last": last,
            "aliases": calendar.other_names().collect::<Vec<_>>(),
            "source": calendar.source(),
        })
    };
    output::write_json(&found.iter().map(object).collect::<Vec<_>>())
}

fn records(found: &[Calendar]) -> Records {
    let day = |which: usize| move |calendar: &Calendar| calendar.reach()[which].clone();
    Records::default()
        .texts("calendar", found.iter().map(|calendar| calendar.name()))
        .texts("zone", found.iter().map(|calendar| calendar.zone()))
        .texts("hours", found.iter().map(|calendar| calendar.hours()))
        .texts("first", found.iter().map(day(0)))
        .texts("last", found.iter().map(day(1)))
        .texts("aliases", found.iter().map(|calendar| calendar.other_names().collect::<Vec<_>>().join(" ")))
}
