//! Exporters whose files need more than the names of their columns to be understood.
//!
//! The names are data of the exporter: only a header that has all of them is of it. What an exporter does not say in its
//! header and always does is said here: which column is the close, the order of day and month, the marks in its numbers.

use super::role::Role;
use crate::cli::files::number::Style;
use crate::cli::files::time::Order;

/// A program that writes files of bars.
#[derive(Debug)]
pub(super) struct Exporter {
    /// Its name, for messages.
    pub(super) name: &'static str,
    /// The columns that its headers have, as `role::plain` writes them.
    pub(super) header: &'static [&'static str],
    /// Columns whose role is not that of their name.
    pub(super) roles: &'static [(Role, &'static str)],
    /// How its dates are ordered where they can be read in more than one way.
    pub(super) order: Option<Order>,
    /// How its numbers are written.
    pub(super) numbers: Style,
}

const PLAIN: Exporter = Exporter { name: "", header: &[], roles: &[], order: None, numbers: Style::PLAIN };

/// The exporters, the most exact header first.
pub(super) const EXPORTERS: [Exporter; 5] = [
    Exporter {
        name: "investing.com",
        header: &["date", "price", "open", "high", "low", "change%"],
        roles: &[(Role::Time, "date"), (Role::Close, "price")],
        numbers: Style { thousands: Some(','), ..Style::PLAIN },
        ..PLAIN
    },
    Exporter {
        name: "Nasdaq",
        header: &["date", "closelast", "volume", "open", "high", "low"],
        order: Some(Order::Mdy),
        numbers: Style { thousands: Some(','), ..Style::PLAIN },
        ..PLAIN
    },
    Exporter {
        name: "Databento",
        header: &["tsevent", "rtype", "publisherid", "instrumentid"],
        numbers: Style { nanos: true, ..Style::PLAIN },
        ..PLAIN
    },
    Exporter { name: "Dukascopy", header: &["gmttime", "open", "high", "low"], order: Some(Order::Dmy), ..PLAIN },
    Exporter { name: "Dukascopy", header: &["localtime", "open", "high", "low"], order: Some(Order::Dmy), ..PLAIN },
];

/// The exporter of a header of plain names.
pub(super) fn of(header: &[String]) -> Option<&'static Exporter> {
    let has = |name: &&str| header.iter().any(|given| given == name);
    EXPORTERS.iter().find(|exporter| exporter.header.iter().all(has))
}
