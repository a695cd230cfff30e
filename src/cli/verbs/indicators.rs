//! `atrad indicators`: the catalogue of a server or of this binary.

use std::io::Write;

use atrad::indicator::registry;
use atrad::rpc;
use atrad::rpc::proto::{Indicator, ListIndicatorsRequest, ListIndicatorsResponse, Param, ParamKind, Preset};
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Error;
use crate::cli::connection::Connection;
use crate::cli::output::{self, Format, Records};
use crate::cli::table::Table;
use crate::config::Source;

/// List the indicators, or describe one
#[derive(Debug, Args)]
pub(crate) struct Indicators {
    /// The name of an indicator, or a text to search in names and titles
    text: Option<String>,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: Format,
    /// The server to ask; without one, the catalogue of this binary.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(indicators: Indicators) -> Result<(), Error> {
    let Indicators { text, format, source } = indicators;
    let search = text.unwrap_or_default();
    let mut catalogue = match source.server {
        None => rpc::catalogue("", &search),
        Some(_) => {
            let connection = Connection::open(source).await?;
            let request = ListIndicatorsRequest { group: String::new(), search: search.clone() };
            connection.indicators().list_indicators(request).await?.into_inner()
        }
    };
    // An exact name, also in TA-Lib's spelling, selects that indicator only.
    let meant = registry::indicator(&search);
    let exact = catalogue.indicators.iter().find(|one| meant.is_some_and(|meant| meant.name == one.name)).cloned();
    let presets = &mut catalogue.presets;
    presets.retain(|preset| preset.name.contains(&search.to_lowercase()));
    match exact {
        Some(one) => catalogue = ListIndicatorsResponse { indicators: vec![one], ..ListIndicatorsResponse::default() },
        None if catalogue.indicators.is_empty() && presets.is_empty() => {
            return Err(Error::NoIndicator { similar: registry::similar(&search), text: search });
        }
        None => {}
    }
    let mut output = output::open(None)?;
    match (format, &catalogue.indicators[..]) {
        (Format::Csv | Format::Arrow | Format::Parquet, all) => return records(all).write(format, output),
        (Format::Json, _) => return output::write_json(&json(&catalogue)),
        (Format::Table, [one]) if catalogue.presets.is_empty() => detail(one, &mut output)?,
        (Format::Table, _) => list(&catalogue, &mut output)?,
    }
    Ok(output.flush()?)
}

fn list(catalogue: &ListIndicatorsResponse, output: &mut impl Write) -> Result<(), Error> {
    for of_group in catalogue.indicators.chunk_by(|one, two| one.group == two.group) {
        let mut table = Table::new([of_group[0].group.to_uppercase(), String::new()]);
        for indicator in of_group {
            table.row([call(indicator), indicator.title.clone()]);
        }
        table.write(output)?;
        writeln!(output)?;
    }
    if !catalogue.presets.is_empty() {
        let mut table = Table::new(["PRESETS", ""]);
        for Preset { name, summary, expressions } in &catalogue.presets {
            table.row([name.clone(), format!("{summary}: {}", expressions.join(", "))]);
        }
        table.write(output)?;
        writeln!(output)?;
    }
    Ok(writeln!(output, "columns: {}", catalogue.columns.join(", "))?)
}

fn records(all: &[Indicator]) -> Records {
    let outputs = |one: &Indicator| one.outputs.iter().map(|output| output.name.clone()).collect::<Vec<_>>().join(" ");
    Records::default()
        .texts("name", all.iter().map(|one| one.name.clone()))
        .texts("group", all.iter().map(|one| one.group.clone()))
        .texts("call", all.iter().map(call))
        .texts("title", all.iter().map(|one| one.title.clone()))
        .texts("summary", all.iter().map(|one| one.summary.clone()))
        .texts("inputs", all.iter().map(|one| one.inputs.join(" ")))
        .texts("outputs", all.iter().map(outputs))
        .counts("lookback", all.iter().map(|one| Some(one.lookback)))
}

fn detail(indicator: &Indicator, output: &mut impl Write) -> Result<(), Error> {
    let Indicator { name, title, summary, formula, source, group, inputs, params, outputs, .. } = indicator;
    writeln!(output, "{name}: {title} ({group})\n\n{summary}\n")?;
    writeln!(output, "formula   {formula}\nsource    {source}\nreads     {}", inputs.join(", "))?;
    writeln!(output, "lookback  {} bars with all parameters at their defaults", indicator.lookback)?;
    writeln!(output, "stable    {}\n", stable(indicator))?;
    if !params.is_empty() {
        let mut table = Table::new(["parameter", "default", "range", "meaning"]);
        for param in params {
            table.row([param.name.clone(), param.default_value.clone(), range(param), param.help.clone()]);
        }
        table.write(output)?;
        writeln!(output)?;
    }
    let mut table = Table::new(["output", "meaning"]);
    for output in outputs {
        table.row([output.name.clone(), format!("{}{}", output.help, drawn(output.display_shift))]);
    }
    table.write(output)?;
    Ok(writeln!(output, "\nexample   atrad compute BTCUSDT 15m '{}' --last 5", call(indicator))?)
}

fn stable(indicator: &Indicator) -> String {
    match indicator.stable_from {
        Some(bars) => format!("from bar {bars} on values do not depend on where the series starts, to 8 digits"),
        None => "never: values depend on all bars of the series".into(),
    }
}

fn drawn(display_shift: i32) -> String {
    match display_shift {
        0 => String::new(),
        1.. => format!(" (drawn {display_shift} bars later)"),
        _ => format!(" (drawn {} bars earlier)", -display_shift),
    }
}

/// An expression of the indicator with its defaults.
fn call(indicator: &Indicator) -> String {
    let plain = |param: &Param| param.kind() != ParamKind::Choice;
    let values: Vec<_> =
        indicator.params.iter().take_while(|param| plain(param)).map(|param| &*param.default_value).collect();
    match &values[..] {
        [] => indicator.name.clone(),
        values => format!("{}({})", indicator.name, values.join(", ")),
    }
}

fn range(param: &Param) -> String {
    match (param.min, param.max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        _ => param.choices.join(", "),
    }
}

fn json(catalogue: &ListIndicatorsResponse) -> Value {
    let param = |param: &Param| {
        json!({
            "name": param.name,
            "kind": param.kind().as_str_name().trim_start_matches("PARAM_KIND_").to_lowercase(),
            "default": param.default_value,
            "min": param.min,
            "max": param.max,
            "choices": param.choices,
            "help": param.help,
        })
    };
    let indicator = |one: &Indicator| {
        let outputs = one
            .outputs
            .iter()
            .map(|output| json!({"name": output.name, "help": output.help, "display_shift": output.display_shift}));
        json!({
            "name": one.name,
            "title": one.title,
            "summary": one.summary,
            "formula": one.formula,
            "source": one.source,
            "group": one.group,
            "inputs": one.inputs,
            "params": one.params.iter().map(param).collect::<Vec<_>>(),
            "outputs": outputs.collect::<Vec<_>>(),
            "lookback": one.lookback,
            "stable_from": one.stable_from,
            "revision": one.revision,
        })
    };
    let preset = |one: &Preset| json!({"name": one.name, "summary": one.summary, "expressions": one.expressions});
    json!({
        "indicators": catalogue.indicators.iter().map(indicator).collect::<Vec<_>>(),
        "presets": catalogue.presets.iter().map(preset).collect::<Vec<_>>(),
        "columns": catalogue.columns,
    })
}
