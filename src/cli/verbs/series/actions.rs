//! `atrad actions`: splits and dividends, put, imported, listed and deleted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::PathBuf;

use atrad::rpc::proto::{
    CorporateAction, CorporateActionKind, DeleteCorporateActionsRequest, ListCorporateActionsRequest,
    PutCorporateActionsRequest, PutCorporateActionsResponse, SymbolActions,
};
use clap::{ArgGroup, Args, Subcommand};
use serde_json::json;

use super::action_files::{Kind, ratio, read, wrong};
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
    /// amount), or split and dividend (or dividends, stock splits) instead of the latter two; in these empty cells and 0 are no
    /// action. A ratio is a number of new shares per old share, as in 4, 4:1 or 4/1. Midnight of any time zone is its date.
    Import {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The symbol of files without such a column; of others, the only one to import
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
