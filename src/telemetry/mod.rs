//! What the program tells of its work: a log to standard error, so that what commands print can be piped, and
//! traces to whoever collects them.

mod traces;

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{Config, LogFormat};
use crate::error::{Error, Result};
use traces::Traces;
pub use traces::{TraceSettings, follow};

/// Tells until it is ended.
#[derive(Debug)]
pub struct Telemetry(Option<Traces>);

impl Telemetry {
    /// Starts as configured. Call it before there is a runtime: the sending of traces has one of its own.
    pub fn start(config: &Config) -> Result<Self> {
        let traces = Traces::start(&config.traces)?;
        tracing_subscriber::registry()
            .with(log(config)?)
            .with(traces.as_ref().map(Traces::layer))
            .init();
        Ok(Self(traces))
    }

    /// Sends what is left.
    pub fn end(self) {
        if let Some(traces) = self.0 {
            traces.end();
        }
    }
}

fn log(config: &Config) -> Result<Box<dyn Layer<Registry> + Send + Sync>> {
    let filter = EnvFilter::try_new(&config.log).map_err(|cause| {
        Error::BadInput(format!(
            "--log (CASHABLE_LOG) must be a filter such as info: {cause}"
        ))
    })?;
    let log = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    Ok(match config.log_format {
        LogFormat::Text => log.with_target(false).with_filter(filter).boxed(),
        LogFormat::Json => log
            .json()
            .with_current_span(false)
            .with_filter(filter)
            .boxed(),
    })
}
