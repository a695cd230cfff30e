//! `atrad alert`: alerts that the server stores, and their firings.

use std::io::{self, Write};

use atrad::rpc::proto::{
    AcknowledgeFiringsRequest, Alert, DeleteAlertRequest, Delivery, Firing, ListAlertsRequest, ListFiringsRequest,
    PutAlertRequest, SeriesId, Webhook,
};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::connection::{Connection, id};
use crate::cli::output::{Format, Records, number};
use crate::cli::resample_args::ResampleArgs;
use crate::cli::{Error, output, times};
use crate::config::Source;

/// The firings of a page.
const PAGE: u32 = 10_000;

/// Put, list or delete alerts that the server stores; list and acknowledge their firings
///
/// As in: atrad alert put btc-oversold BTCUSDT 15m 'rsi(14) < 30' --show close. The server watches by itself and logs each closed
/// bar at which the condition holds. Needs the scope `admin`.
#[derive(Debug, Args)]
pub(crate) struct Alerts {
    /// What to do.
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Store an alert, in the place of one of the same name
    Put(Box<Put>),
    /// List alerts
    List {
        /// How to list them.
        #[command(flatten)]
        listing: Listing,
    },
    /// Permanently delete an alert with its firings
    Delete {
        /// The name
        name: String,
        /// Where the alerts are.
        #[command(flatten)]
        source: Source,
    },
    /// List firings, oldest first
    Firings {
        /// Only the firings of this alert
        name: Option<String>,
        /// Only firings with a greater number, as to continue after the last one seen
        #[arg(long, env = "ATRAD_AFTER", value_name = "NUMBER", default_value_t = 0)]
        after: u64,
        /// Only firings that were not acknowledged
        #[arg(long, env = "ATRAD_UNACKNOWLEDGED", value_parser = clap::builder::BoolishValueParser::new())]
        unacknowledged: bool,
        /// How to list them.
        #[command(flatten)]
        listing: Listing,
    },
    /// Acknowledge the firings of an alert up to a number
    Acknowledge {
        /// The name of the alert
        name: String,
        /// The number of the last firing to acknowledge
        #[arg(value_name = "NUMBER")]
        through: u64,
        /// Where the alerts are.
        #[command(flatten)]
        source: Source,
    },
}

/// What to store.
#[derive(Debug, Args)]
struct Put {
    /// The name, as in btc-oversold
    name: String,
    /// The symbol, several separated by commas, or a pattern as in '*USDT'
    symbol: String,
    /// The timeframe, as in 15m
    timeframe: String,
    /// The condition, as in 'rsi(14) < 30'
    #[arg(allow_hyphen_values = true)]
    condition: String,
    /// A value to log and send with each firing, as in 'rsi(14)'; may be given several times
    #[arg(long, env = "ATRAD_SHOW", value_name = "EXPRESSION", allow_hyphen_values = true)]
    show: Vec<String>,
    /// The address that is called for each firing, as in https://example.org/hook
    #[arg(long, env = "ATRAD_WEBHOOK", value_name = "URL", requires = "webhook_secret")]
    webhook: Option<String>,
    /// The secret that signs the calls, 16 bytes or more; better given by its variable, as others can read the arguments of a
    /// process
    #[arg(long, env = "ATRAD_WEBHOOK_SECRET", value_name = "SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,
    /// How to resample the bars.
    #[command(flatten)]
    resampling: ResampleArgs,
    /// Where the alerts are.
    #[command(flatten)]
    source: Source,
}

/// How to list, and from where.
#[derive(Debug, Args)]
struct Listing {
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: Format,
    /// Where the alerts are.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(alerts: Alerts) -> Result<(), Error> {
    match alerts.verb {
        Verb::Put(put) => store(*put).await,
        Verb::List { listing: Listing { format, source } } => {
            let connection = Connection::open(source).await?;
            let listed = connection.alerts().list_alerts(ListAlertsRequest {}).await;
            connection.close().await;
            show_alerts(&listed?.into_inner().alerts, format)
        }
        Verb::Delete { name, source } => {
            let connection = Connection::open(source).await?;
            let deleted = connection.alerts().delete_alert(DeleteAlertRequest { name: name.clone() }).await;
            connection.close().await;
            deleted?;
            Ok(writeln!(io::stdout(), "deleted {name}")?)
        }
        Verb::Firings { name, after, unacknowledged, listing: Listing { format, source } } => {
            let connection = Connection::open(source).await?;
            let alert = name.unwrap_or_default();
            let request = ListFiringsRequest { alert, after, unacknowledged, page_size: PAGE };
            let found = firings(&connection, request).await;
            connection.close().await;
            show_firings(&found?, format)
        }
        Verb::Acknowledge { name, through, source } => {
            let connection = Connection::open(source).await?;
            let request = AcknowledgeFiringsRequest { alert: name.clone(), through };
            let done = connection.alerts().acknowledge_firings(request).await;
            connection.close().await;
            done?;
            Ok(writeln!(io::stdout(), "acknowledged {name} up to {through}")?)
        }
    }
}

async fn store(put: Put) -> Result<(), Error> {
    let Put { name, symbol, timeframe, condition, show, webhook, webhook_secret, resampling, source } = put;
    let is_pattern = symbol.contains(['*', '?']);
    let series = match is_pattern {
        true => vec![],
        false => symbol.split(',').map(|symbol| id(symbol.trim(), &timeframe)).collect::<Result<_, _>>()?,
    };
    let (symbol_glob, timeframe) = if is_pattern { (symbol, timeframe) } else { (String::new(), String::new()) };
    let webhook = webhook.map(|url| Webhook { url, secret: webhook_secret.unwrap_or_default() });
    let alert = Alert {
        name: name.clone(),
        series,
        symbol_glob,
        timeframe,
        expressions: show,
        condition,
        resampling: resampling.message(),
        webhook,
        ..Alert::default()
    };
    let connection = Connection::open(source).await?;
    let stored = connection.alerts().put_alert(PutAlertRequest { alert: Some(alert) }).await;
    connection.close().await;
    stored?;
    Ok(writeln!(io::stdout(), "stored {name}")?)
}

/// The firings from a page on.
async fn firings(connection: &Connection, mut request: ListFiringsRequest) -> Result<Vec<Firing>, Error> {
    let mut all = Vec::new();
    loop {
        let page = connection.alerts().list_firings(request.clone()).await?.into_inner().firings;
        let Some(last) = page.last() else { return Ok(all) };
        request.after = last.number;
        all.extend(page);
    }
}

/// What an alert watches: its series, and its pattern.
fn watched(alert: &Alert) -> String {
    let series = alert.series.iter().map(|id| format!("{} {}", id.symbol, id.timeframe));
    let glob = (!alert.symbol_glob.is_empty()).then(|| format!("{} {}", alert.symbol_glob, alert.timeframe));
    series.chain(glob).collect::<Vec<_>>().join(", ")
}

fn show_alerts(alerts: &[Alert], format: Format) -> Result<(), Error> {
    let url = |alert: &Alert| alert.webhook.as_ref().map(|webhook| webhook.url.clone());
    if format == Format::Json {
        let series = |id: &SeriesId| json!({"symbol": id.symbol, "timeframe": id.timeframe});
        let object = |alert: &Alert| {
            json!({
                "name": alert.name,
                "series": alert.series.iter().map(series).collect::<Vec<_>>(),
                "symbol_glob": alert.symbol_glob,
                "timeframe": alert.timeframe,
                "condition": alert.condition,
                "expressions": alert.expressions,
                "webhook": url(alert),
                "create_time": times::write(alert.create_time),
            })
        };
        return output::write_json(&alerts.iter().map(object).collect::<Vec<_>>());
    }
    Records::default()
        .texts("name", alerts.iter().map(|alert| &alert.name))
        .texts("series", alerts.iter().map(watched))
        .texts("condition", alerts.iter().map(|alert| &alert.condition))
        .texts("values", alerts.iter().map(|alert| alert.expressions.join(", ")))
        .texts("webhook", alerts.iter().map(|alert| url(alert).unwrap_or_default()))
        .times("stored", alerts.iter().map(|alert| Some(alert.create_time)))
        .write(format, output::open(None)?)
}

fn show_firings(firings: &[Firing], format: Format) -> Result<(), Error> {
    let series: Vec<_> = firings.iter().map(|firing| firing.series.clone().unwrap_or_default()).collect();
    if format == Format::Json {
        let object = |(firing, series): (&Firing, &SeriesId)| {
            json!({
                "number": firing.number,
                "alert": firing.alert,
                "symbol": series.symbol,
                "timeframe": series.timeframe,
                "time": times::write(firing.time),
                "epoch": firing.epoch,
                "labels": firing.labels,
                // NaN is null.
                "values": firing.values,
                "fire_time": times::write(firing.fire_time),
                "acknowledge_time": firing.acknowledge_time.map(times::write),
                "delivery": delivery(firing),
            })
        };
        return output::write_json(&firings.iter().zip(&series).map(object).collect::<Vec<_>>());
    }
    let values = |firing: &Firing| firing.values.iter().map(|&value| number(value)).collect::<Vec<_>>().join(" ");
    Records::default()
        .counts("number", firings.iter().map(|firing| Some(firing.number)))
        .texts("alert", firings.iter().map(|firing| &firing.alert))
        .texts("symbol", series.iter().map(|series| &series.symbol))
        .texts("timeframe", series.iter().map(|series| &series.timeframe))
        .times("time", firings.iter().map(|firing| Some(firing.time)))
        .texts("values", firings.iter().map(values))
        .times("fired", firings.iter().map(|firing| Some(firing.fire_time)))
        .times("acknowledged", firings.iter().map(|firing| firing.acknowledge_time))
        .texts("delivery", firings.iter().map(delivery))
        .write(format, output::open(None)?)
}

fn delivery(firing: &Firing) -> &'static str {
    match firing.delivery() {
        Delivery::Unspecified | Delivery::None => "none",
        Delivery::Pending => "pending",
        Delivery::Done => "done",
        Delivery::Failed => "failed",
    }
}
