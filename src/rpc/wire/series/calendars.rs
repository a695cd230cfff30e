//! Calendars, from domain to wire.

use crate::rpc::proto::{self, ListCalendarsResponse};
use crate::series::Calendar;

/// The calendars that have a text in their names.
pub(in crate::rpc) fn calendars(search: &str) -> ListCalendarsResponse {
    ListCalendarsResponse { calendars: Calendar::search(search).map(Into::into).collect() }
}

impl From<Calendar> for proto::Calendar {
    fn from(calendar: Calendar) -> Self {
        let [first_date, last_date] = calendar.reach();
        Self {
            name: calendar.name().into(),
            zone: calendar.zone().into(),
            hours: calendar.hours().into(),
            first_date,
            last_date,
            aliases: calendar.other_names().map(Into::into).collect(),
            source: calendar.source().into(),
        }
    }
}
