//! Alerts and firings between wire and domain.

use super::read_glob;
use crate::app::{Alert, AlertName, Compute, Delivery, FiringRow, FiringValues, StoredAlert, Webhook};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::{self, Firing, PutAlertRequest};
use crate::rpc::wire::indicator::named;
use crate::rpc::wire::read_resampling;
use crate::rpc::wire::saved_result::MILLISECOND;

/// The domain types of a `PutAlertRequest`.
pub(in crate::rpc) fn alert(request: PutAlertRequest, compute: &Compute) -> Result<(AlertName, Alert), Error> {
    let alert = request.alert.ok_or_else(|| field("alert", "set", "nothing"))?;
    read(alert, compute).map_err(|error| error.inside("alert"))
}

fn read(alert: proto::Alert, compute: &Compute) -> Result<(AlertName, Alert), Error> {
    let proto::Alert { name, series, symbol_glob, timeframe, expressions, condition, resampling, webhook, .. } = alert;
    let name = AlertName::new(&name)?;
    let (series, glob) = (named(series)?, read_glob(&symbol_glob, &timeframe)?);
    if !expressions.is_empty() {
        compute.compile(&expressions)?;
    }
    compute.compile_single(&condition).map_err(|error| Error::from(error).inside("condition"))?;
    let resampling = read_resampling(resampling)?;
    if resampling.include_forming {
        return Err(field("resampling.include_forming", "unset, as only closed bars fire", "set"));
    }
    let webhook = webhook.map(|proto::Webhook { url, secret }| Webhook::new(&url, &secret)).transpose()?;
    Ok((name, Alert { series, glob, expressions, condition, resampling, webhook }))
}

impl From<StoredAlert> for proto::Alert {
    fn from(StoredAlert { name, alert, created_ms }: StoredAlert) -> Self {
        let Alert { series, glob, expressions, condition, resampling, webhook } = alert;
        let (symbol_glob, timeframe) = match glob {
            Some((glob, timeframe)) => (glob.to_string(), timeframe.to_string()),
            None => Default::default(),
        };
        let webhook = webhook.map(|webhook| proto::Webhook { url: webhook.url.as_str().into(), secret: String::new() });
        Self {
            name: name.as_str().into(),
            series: series.iter().map(Into::into).collect(),
            symbol_glob,
            timeframe,
            expressions,
            condition,
            resampling: Some(resampling.into()),
            webhook,
            create_time: created_ms.saturating_mul(MILLISECOND),
        }
    }
}

impl From<FiringRow> for Firing {
    fn from(FiringRow { number, alert, series, firing, fired_ms, acknowledged_ms, delivery }: FiringRow) -> Self {
        let delivery = match delivery {
            Delivery::None => proto::Delivery::None,
            Delivery::Pending => proto::Delivery::Pending,
            Delivery::Done => proto::Delivery::Done,
            Delivery::Failed => proto::Delivery::Failed,
        };
        let FiringValues { labels, values } = FiringValues::read(&firing.result);
        Self {
            number,
            alert,
            series: Some((&series).into()),
            time: firing.time,
            epoch: firing.epoch,
            values,
            fire_time: fired_ms.saturating_mul(MILLISECOND),
            acknowledge_time: acknowledged_ms.map(|at| at.saturating_mul(MILLISECOND)),
            delivery: delivery.into(),
            labels,
        }
    }
}
