//! The commands of `cashable`.

mod commands;

use std::process::ExitCode;

use cashable::telemetry::Telemetry;
use clap::Parser;

use commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let telemetry = match Telemetry::start(&cli.config) {
        Ok(telemetry) => telemetry,
        Err(error) => return commands::complain(&error),
    };
    let code = run(cli);
    telemetry.end();
    code
}

#[tokio::main]
async fn run(cli: Cli) -> ExitCode {
    match cli.run().await {
        Ok(code) => code,
        Err(error) => commands::complain(&error),
    }
}
