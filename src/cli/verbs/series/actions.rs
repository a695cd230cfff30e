//! `atrad actions`: splits and dividends, put, imported, listed and deleted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use atrad::rpc::proto::{
    CorporateAction, CorporateActionKind, DeleteCorporateActionsRequest, ListCorporateActionsRequest,
    PutCorporateActionsRequest, PutCorporateActionsResponse, SymbolActions,
};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::cli::connection::Connection;
use crate::cli::output::{self, ListFormat};
use crate::cli::table::Table;
use crate::cli::{Error, times};
use crate::config::Source;

/// Store, list and delete splits and dividends, by which --adjust adjusts prices
#[derive(Debug, Args)]
pub(crate) struct Actions {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Import splits and dividends from CSV files with a header
    ///
    /// Columns are named date (or ex_date, ex_time), symbol, and kind (or type, action: split or dividend) with value (or ratio,
    /// amount), or split and dividend (or dividends, stock splits) instead of the latter two. A ratio is a number of new shares
    /// per old share, as in 4, 4:1 or 4/1; empty cells and 0 are no action.
    Import {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The symbol, if the files have no such column
        #[arg(long, env = "ATRAD_SYMBOL")]
        symbol: Option<String>,
        /// Where the bars are.
        #[command(flatten)]
        source: Source,
    },
    /// Store a split or a dividend; one of the same time and kind is replaced
    #[command(group(ArgGroup::new("what").required(true).args(["split", "dividend"])))]
    Put {
        /// The symbol
        symbol: String,
        /// The ex-date, as in 2020-08-31: bars that open before it are adjusted
        #[arg(value_parser = times::argument, allow_negative_numbers = true)]
        ex_date: i64,
        /// A split: the number of new shares per old share, as in 4, 4:1 or 1:10
        #[arg(long, env = "ATRAD_SPLIT", value_parser = ratio)]
        split: Option<f64>,
        /// A cash dividend per share
        #[arg(long, env = "ATRAD_DIVIDEND")]
        dividend: Option<f64>,
        /// Where the bars are.
        #[command(flatten)]
        source: Source,
    },
    /// List splits and dividends
    List {
        /// Only symbols with this prefix
        #[arg(default_value = "", hide_default_value = true)]
        prefix: String,
        /// The output format
        #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
        format: ListFormat,
        /// Where the bars are.
        #[command(flatten)]
        source: Source,
    },
    /// Delete splits and dividends of a symbol: all, or those of a time or a kind
    Delete {
        /// The symbol
        symbol: String,
        /// Only those of this ex-date
        #[arg(long, env = "ATRAD_EX_DATE", value_parser = times::argument, allow_negative_numbers = true)]
        ex_date: Option<i64>,
        /// Only those of this kind
        #[arg(long, env = "ATRAD_KIND", value_enum)]
        kind: Option<Kind>,
        /// Where the bars are.
        #[command(flatten)]
        source: Source,
    },
}

/// A kind of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Split,
    Dividend,
}

impl From<Kind> for i32 {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Split => CorporateActionKind::Split.into(),
            Kind::Dividend => CorporateActionKind::Dividend.into(),
        }
    }
}

/// Runs the verb.
pub(crate) async fn run(actions: Actions) -> Result<(), Error> {
    match actions.verb {
        Verb::Import { files, symbol, source } => import(&files, symbol.as_deref(), source).await,
        Verb::Put { symbol, ex_date, split, dividend, source } => {
            let (kind, value) = split.map_or((Kind::Dividend, dividend), |ratio| (Kind::Split, Some(ratio)));
            let action = CorporateAction { ex_time: ex_date, kind: kind.into(), value: value.unwrap_or_default() };
            put(BTreeMap::from([(symbol, vec![action])]), source).await
        }
        Verb::List { prefix, format, source } => list(prefix, format, source).await,
        Verb::Delete { symbol, ex_date, kind, source } => {
            let request = DeleteCorporateActionsRequest {
                symbol: symbol.clone(),
                ex_time: ex_date,
                kind: kind.map_or(0, Into::into),
            };
            let connection = Connection::open(source).await?;
            let deleted = connection.series().delete_corporate_actions(request).await;
            connection.close().await;
            writeln!(io::stdout(), "deleted {} actions of {symbol}", deleted?.into_inner().deleted)?;
            Ok(())
        }
    }
}

/// Stores the actions of some symbols.
async fn put(symbols: BTreeMap<String, Vec<CorporateAction>>, source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let mut output = io::stdout();
    let put = async {
        for (symbol, actions) in symbols {
            let request = PutCorporateActionsRequest { symbol: symbol.clone(), actions };
            let stored = connection.series().put_corporate_actions(request).await?.into_inner();
            let PutCorporateActionsResponse { added, replaced, unchanged } = stored;
            writeln!(output, "{symbol}: {added} added, {replaced} replaced, {unchanged} unchanged")?;
        }
        Ok(())
    };
    let put: Result<(), Error> = put.await;
    connection.close().await;
    put
}

async fn list(prefix: String, format: ListFormat, source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let (mut found, mut request) =
        (Vec::new(), ListCorporateActionsRequest { symbol_prefix: prefix, ..Default::default() });
    let listed = async {
        loop {
            let page = connection.series().list_corporate_actions(request.clone()).await?.into_inner();
            found.extend(page.symbols);
            if page.next_page_token.is_empty() {
                return Ok(());
            }
            request.page_token = page.next_page_token;
        }
    };
    let listed: Result<(), Error> = listed.await;
    connection.close().await;
    listed.and_then(|()| show(&found, format))
}

fn show(found: &[SymbolActions], format: ListFormat) -> Result<(), Error> {
    let mut output = output::open(None)?;
    let name = |action: &CorporateAction| match action.kind() {
        CorporateActionKind::Dividend => "dividend",
        _ => "split",
    };
    let all = found.iter().flat_map(|of| of.actions.iter().map(|action| (&of.symbol, action)));
    match format {
        ListFormat::Table => {
            let mut table = Table::new(["symbol", "ex time", "kind", "value"]);
            for (symbol, action) in all {
                let time = times::write(action.ex_time);
                table.row([symbol.as_str(), time.as_str(), name(action), &action.value.to_string()]);
            }
            table.write(&mut output)?;
        }
        ListFormat::Json => {
            let object = |(symbol, action): (&String, &CorporateAction)| {
                json!({
                    "symbol": symbol,
                    "ex_time": times::write(action.ex_time),
                    "kind": name(action),
                    "value": action.value,
                })
            };
            serde_json::to_writer_pretty(&mut output, &all.map(object).collect::<Vec<_>>())?;
            writeln!(output)?;
        }
    }
    Ok(output.flush()?)
}

async fn import(files: &[PathBuf], symbol: Option<&str>, source: Source) -> Result<(), Error> {
    let mut symbols = BTreeMap::new();
    for path in files {
        let file = File::open(path).map_err(|error| Error::File { path: path.clone(), error })?;
        read(path, BufReader::new(file), symbol, &mut symbols)?;
    }
    if symbols.is_empty() {
        return Err(wrong(&files[0], "there are no splits and no dividends in it"));
    }
    put(symbols, source).await
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Time,
    Symbol,
    Kind,
    Value,
    Split,
    Dividend,
}

/// The role of a column by its name in a header.
fn role(name: &str) -> Option<Role> {
    let name = name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase().replace(['_', '-'], " ");
    Some(match &*name {
        "date" | "ex date" | "exdate" | "ex time" | "time" => Role::Time,
        "symbol" | "ticker" => Role::Symbol,
        "kind" | "type" | "action" => Role::Kind,
        "value" | "ratio" | "amount" => Role::Value,
        "split" | "splits" | "stock splits" | "split ratio" => Role::Split,
        "dividend" | "dividends" | "cash amount" => Role::Dividend,
        _ => return None,
    })
}

/// Adds the actions of a CSV file.
fn read(
    path: &Path,
    file: impl io::Read,
    symbol: Option<&str>,
    symbols: &mut BTreeMap<String, Vec<CorporateAction>>,
) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let header = reader.headers().map_err(|error| wrong(path, &error.to_string()))?;
    let roles: Vec<_> = header.iter().map(role).collect();
    let has = |role| roles.contains(&Some(role));
    let has_kinds = has(Role::Kind) && has(Role::Value);
    if !has(Role::Time) || !(has_kinds || has(Role::Split) || has(Role::Dividend)) {
        let found = header.iter().collect::<Vec<_>>().join(", ");
        let needed = "it needs the columns date, and kind and value, or split or dividend";
        return Err(wrong(path, &format!("{needed}; it has {found}")));
    }
    if symbol.is_none() && !has(Role::Symbol) {
        return Err(wrong(path, "it has no column symbol; give --symbol"));
    }
    for record in reader.records() {
        let record = record.map_err(|error| wrong(path, &error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |why: String| wrong(path, &format!("line {line}: {why}"));
        let cell = |wanted: Role| {
            let at = roles.iter().position(|role| *role == Some(wanted))?;
            record.get(at).filter(|text| !text.is_empty())
        };
        let found = row_actions(&cell).map_err(wrong)?;
        let name = symbol.or_else(|| cell(Role::Symbol));
        match name {
            _ if found.is_empty() => {}
            Some(name) => symbols.entry(name.to_owned()).or_default().extend(found),
            None => return Err(wrong("there is no symbol".into())),
        }
    }
    Ok(())
}

/// The actions of a row: of its kind, or of the columns of each kind.
fn row_actions<'a>(cell: &impl Fn(Role) -> Option<&'a str>) -> Result<Vec<CorporateAction>, String> {
    let time = || {
        let text = cell(Role::Time).ok_or("there is no date")?;
        times::read(text).ok_or_else(|| format!("{text} is not a date as in 2020-08-31"))
    };
    let mut cells = vec![(Kind::Split, cell(Role::Split)), (Kind::Dividend, cell(Role::Dividend))];
    if let (Some(kind), value) = (cell(Role::Kind), cell(Role::Value)) {
        let kind = match &*kind.to_ascii_lowercase() {
            "split" | "stock split" | "reverse split" => Kind::Split,
            "dividend" | "div" | "cash dividend" => Kind::Dividend,
            _ => return Err(format!("{kind} is not split or dividend")),
        };
        cells.push((kind, Some(value.ok_or("there is no value")?)));
    }
    let mut actions = Vec::new();
    for (kind, text) in cells {
        let Some(text) = text else { continue };
        let value = match kind {
            Kind::Split => ratio(text)?,
            Kind::Dividend => number(text)?,
        };
        // Yahoo writes 0 where there is none.
        if value != 0.0 {
            actions.push(CorporateAction { ex_time: time()?, kind: kind.into(), value });
        }
    }
    Ok(actions)
}

/// A ratio of new shares to old ones: `4`, `4:1` or `4/1`.
fn ratio(text: &str) -> Result<f64, String> {
    match text.split_once([':', '/']) {
        Some((new, old)) => match (number(new)?, number(old)?) {
            (_, 0.0) => Err(format!("{text} is not a ratio as in 4, 4:1 or 1:10")),
            (new, old) => Ok(new / old),
        },
        None => number(text),
    }
}

fn number(text: &str) -> Result<f64, String> {
    let value = text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| format!("{text} is not a number"))
}

fn wrong(path: &Path, why: &str) -> Error {
    Error::NoBars { path: path.into(), why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    fn actions(text: &str, symbol: Option<&str>) -> Result<Vec<(String, i64, i32, f64)>, String> {
        let mut symbols = BTreeMap::new();
        read(Path::new("f.csv"), text.as_bytes(), symbol, &mut symbols).map_err(|error| error.to_string())?;
        let of = |(symbol, actions): (String, Vec<CorporateAction>)| {
            actions.into_iter().map(move |action| (symbol.clone(), action.ex_time / DAY, action.kind, action.value))
        };
        Ok(symbols.into_iter().flat_map(of).collect())
    }

    #[test]
    fn files_of_all_shapes_are_read() {
        let (split, dividend): (i32, i32) = (Kind::Split.into(), Kind::Dividend.into());
        let of = |symbol: &str, day, kind, value| (symbol.to_owned(), day, kind, value);
        let own =
            "symbol,ex_date,kind,value\nA,1970-01-03,split,4:1\nB,1970-01-04,dividend,0.25\nA,1970-01-05,Split,0.1\n";
        let expected = [of("A", 2, split, 4.0), of("A", 4, split, 0.1), of("B", 3, dividend, 0.25)];
        assert_eq!(actions(own, None).expect("read"), expected);
        let yahoo = "Date,Close,Dividends,Stock Splits\n1970-01-02,5,0.0,0.0\n1970-01-03,5,0.5,2/1\n1970-01-04,5,,\n";
        let expected = [of("X", 2, split, 2.0), of("X", 2, dividend, 0.5)];
        assert_eq!(actions(yahoo, Some("X")).expect("read"), expected);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, symbol, part) in [
            ("date,close\n1970-01-01,5\n", Some("X"), "it needs the columns date, and kind and value"),
            ("date,split\n1970-01-01,5\n", None, "give --symbol"),
            ("date,split\n1970-01-01,5:0\n", Some("X"), "line 2: 5:0 is not a ratio"),
            ("date,split\n1970-01-01,x\n", Some("X"), "line 2: x is not a number"),
            ("date,split\n1970-01-41,2\n", Some("X"), "line 2: 1970-01-41 is not a date"),
            ("date,kind,value\n1970-01-01,merger,2\n", Some("X"), "line 2: merger is not split or dividend"),
            ("date,kind,value\n1970-01-01,split,\n", Some("X"), "line 2: there is no value"),
            ("date,symbol,split\n1970-01-01,,2\n", None, "line 2: there is no symbol"),
            ("date,dividend\n1970-01-01,NaN\n", Some("X"), "line 2: NaN is not a number"),
        ] {
            let error = actions(text, symbol).expect_err("refused");
            assert!(error.starts_with("f.csv: ") && error.contains(part), "{error}");
        }
    }
}
