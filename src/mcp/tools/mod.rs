//! The tools: eight questions, each with its schema, of which all only read.
//!
//! A tool has one file with its declaration and its run.

mod arguments;
mod bars_summary;
mod compute;
mod correlate;
mod explain_error;
mod find_indicators;
mod list_series;
mod screen;
mod session;
mod sweep;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};

use self::arguments::Arguments;
use self::session::Declaration;
pub(super) use self::session::Session;
use super::Options;
use super::error::Error;

/// All tools, in the order of their use.
const TOOLS: [Declaration; 8] = [
    list_series::DECLARATION,
    find_indicators::DECLARATION,
    compute::DECLARATION,
    bars_summary::DECLARATION,
    screen::DECLARATION,
    sweep::DECLARATION,
    correlate::DECLARATION,
    explain_error::DECLARATION,
];

/// The tools as the protocol lists them.
pub(super) fn list(options: &Options) -> Vec<Tool> {
    TOOLS.iter().map(|tool| described(tool, options)).collect()
}

/// A tool by its name.
pub(super) fn find(name: &str, options: &Options) -> Option<Tool> {
    TOOLS.iter().find(|tool| tool.name == name).map(|tool| described(tool, options))
}

/// The names of all tools.
pub(super) fn names() -> String {
    TOOLS.map(|tool| tool.name).join(", ")
}

fn described(tool: &Declaration, options: &Options) -> Tool {
    let is_read_only = !(options.allow_write && tool.name == compute::DECLARATION.name);
    let hints = ToolAnnotations::new().read_only(is_read_only).open_world(false);
    Tool::new(tool.name, tool.description, (tool.schema)(options)).with_annotations(hints)
}

/// Runs a tool.
///
/// Errors: a wrong argument, or that of a call.
pub(super) async fn run(session: &Session<'_>, tool: &Tool, given: JsonObject) -> Result<String, Error> {
    let arguments = Arguments::new(given, &tool.input_schema)?;
    match &*tool.name {
        "list_series" => list_series::run(session, arguments).await,
        "find_indicators" => find_indicators::run(session, arguments).await,
        "compute" => compute::run(session, arguments).await,
        "bars_summary" => bars_summary::run(session, arguments).await,
        "screen" => screen::run(session, arguments).await,
        "sweep" => sweep::run(session, arguments).await,
        "correlate" => correlate::run(session, arguments).await,
        _ => explain_error::run(session, arguments),
    }
}
