//! The commands of `cashable`.

mod commands;

use std::process::ExitCode;

use clap::Parser;

use commands::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = cashable::telemetry::start(&cli.config) {
        return commands::complain(&error);
    }
    match cli.run().await {
        Ok(code) => code,
        Err(error) => commands::complain(&error),
    }
}
