//! Floor 7, process: startup, settings, and one verb.

mod allocator;
mod cli;
mod config;
mod telemetry;

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::Error;
use crate::cli::command::{Command, Verb};

fn main() -> ExitCode {
    let outcome = Command::from_arguments().and_then(|command| {
        atrad::prices::end_on_lost_bytes();
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(command))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("atrad: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

async fn run(Command { verb, logs }: Command) -> Result<(), Error> {
    if !matches!(verb, Verb::Serve(_)) {
        telemetry::log(&logs)?;
    }
    match verb {
        Verb::Serve(serve) => {
            allocator::give_back_when_idle()?;
            cli::verbs::serve::run(*serve, &logs).await
        }
        Verb::Import(import) => cli::import::run(import).await,
        Verb::Compute(compute) => cli::verbs::compute::run(compute).await,
        Verb::Watch(watch) => cli::verbs::watch::run(watch).await,
        Verb::Alert(alerts) => cli::verbs::alert::run(alerts).await,
        Verb::Results(results) => cli::verbs::results::run(results).await,
        Verb::Correlate(correlate) => cli::verbs::correlate::run(correlate).await,
        Verb::Sweep(sweep) => cli::verbs::search::sweep::run(*sweep).await,
        Verb::Screen(screen) => cli::verbs::search::screen::run(*screen).await,
        Verb::Export(export) => cli::verbs::export::run(export).await,
        Verb::Actions(actions) => cli::verbs::series::actions::run(actions).await,
        Verb::Series(series) => cli::verbs::series::run(series).await,
        Verb::Calendars(calendars) => cli::verbs::series::calendars::run(&calendars),
        Verb::Indicators(indicators) => cli::verbs::indicators::run(indicators).await,
        Verb::Backup(backup) => cli::verbs::admin::backup::run(backup).await,
        Verb::Db(db) => cli::verbs::admin::db::run(db).await,
        Verb::Inspect(inspect) => cli::verbs::admin::inspect::run(&inspect),
        Verb::Token(token) => cli::verbs::admin::token::run(token),
        Verb::Clock(clock) => cli::verbs::admin::clock::run(clock).await,
        Verb::Status(status) => cli::verbs::admin::status::run(status).await,
        Verb::Bench(bench) => cli::verbs::admin::bench::run(bench).await,
        Verb::Config(config) => cli::verbs::setup::config::run(&config, &Command::command()),
        Verb::Completions(completions) => cli::verbs::setup::completions::run(&completions, Command::command()),
        #[cfg(feature = "mcp")]
        Verb::Mcp(mcp) => cli::verbs::setup::mcp::run(mcp).await,
        Verb::Man(man) => cli::verbs::setup::man::run(&man, Command::command()),
    }
}
