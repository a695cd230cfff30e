//! A client of atrad, the compute server for technical indicators.
//!
//! ```no_run
//! use atrad_client::{Client, Expression, Span, exprs, indicators::{ema, rsi}};
//!
//! # async fn run() -> Result<(), atrad_client::Error> {
//! let client = Client::connect("127.0.0.1:50051")?;
//! let asked = exprs![rsi().period(14), ema().of([rsi().into()]).period(9).named("smooth")];
//! let answer = client.compute("BTCUSDT", "15m", asked, Span::last(1000)).await?;
//! let smooth = answer.column("smooth");
//! # Ok(()) }
//! ```
//!
//! Every call needs a tokio runtime. Dropping a future or a stream ends its call.

mod answer;
mod call;
mod client;
mod compute;
mod connect;
mod error;
mod expression;
mod folds;
#[rustfmt::skip]
pub mod indicators;
mod ingest;
mod retry;
mod search;
mod since;
mod stored;
mod watch;

/// The messages and stubs of the API.
pub mod api {
    #[allow(
        missing_docs,
        unreachable_pub,
        dead_code,
        clippy::all,
        clippy::allow_attributes_without_reason,
        reason = "generated from proto/"
    )]
    pub(crate) mod atrad {
        pub(crate) mod v1 {
            tonic::include_proto!("atrad.v1");
        }
        pub(crate) mod columns {
            pub(crate) mod v1 {
                tonic::include_proto!("atrad.columns.v1");
            }
        }
    }
    pub use atrad::v1::*;
}

pub(crate) use api::atrad::columns::v1 as columns;

pub use answer::{Answer, Facts};
pub use call::{Number, Variants};
pub use client::{Authorized, Client};
pub use compute::{Adjust, Correlation, Resampling, Span};
pub use connect::{Builder, Tls};
pub use error::{Error, Failure, Field, Resource};
pub use expression::{
    CLOSE, Column, Expr, Expression, HIGH, HL2, HLC3, HLCC4, LOW, OHLC4, OPEN, RETURNS, VOLUME, abs, column, cross,
    crossover, crossunder, ffill, if_else, larger, sign, smaller,
};
pub use folds::{Fold, FoldBars, OutOfSample, WalkForward};
pub use ingest::{Bars, Ingestion, Receipt};
pub use search::{Hit, Screen, Screening, Sweep, Sweeping, Table};
pub use since::Version;
pub use watch::{Update, Watching};

/// A series: symbol and timeframe.
pub type Series = (String, String);

/// Expressions of several types, or texts, as one list.
#[macro_export]
macro_rules! exprs {
    ($($expression:expr),* $(,)?) => {
        vec![$($crate::Expr::from($expression)),*]
    };
}
