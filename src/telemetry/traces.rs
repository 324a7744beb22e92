//! Traces over OTLP: a span for each request, its operation, and each sync run. Off until there is somebody to
//! send them to.

use std::time::Duration;

use axum::http::HeaderMap;
use clap::Args;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::error::{Error, Result};
use crate::tls;

const NAME: &str = "cashable";
/// How long the collector has to take what is left at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where traces go.
#[derive(Args, Clone, Debug, Default)]
pub struct TraceSettings {
    /// Where to send traces, by OTLP over HTTP, such as http://127.0.0.1:4318. Off where left out.
    #[arg(long, global = true, env = "CASHABLE_OTLP_ENDPOINT", value_name = "URL", hide_env_values = true, value_parser = parse_endpoint)]
    pub otlp_endpoint: Option<String>,
}

/// Sends spans.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts to send, where there is somebody to send to.
    pub fn start(settings: &TraceSettings) -> Result<Option<Self>> {
        let Some(endpoint) = &settings.otlp_endpoint else {
            return Ok(None);
        };
        let client = reqwest::blocking::Client::builder()
            .timeout(PATIENCE)
            .tls_backend_preconfigured(tls::to_servers()?)
            .build()
            .map_err(|cause| unusable(&cause))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|cause| unusable(&cause))?;
        let resource = Resource::builder().with_service_name(NAME).build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        Ok(Some(Self(provider)))
    }

    /// What turns our spans into those that are sent.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(NAME))
            .with_location(false)
            .with_threads(false)
            .with_filter(Targets::new().with_target(NAME, Level::INFO))
    }

    /// Sends what is left, for as long as the collector may take.
    pub fn end(self) {
        if let Err(error) = self.0.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "some traces were not sent");
        }
    }
}

/// Makes a span part of the trace that the headers tell of, if they do.
pub fn follow(span: &Span, headers: &HeaderMap) {
    if !headers.contains_key("traceparent") {
        return;
    }
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    if caller.span().span_context().is_valid() {
        // Without a collector there is no trace to be part of.
        let _ = span.set_parent(caller);
    }
}

fn unusable(cause: &dyn std::error::Error) -> Error {
    Error::BadInput(format!(
        "--otlp-endpoint (CASHABLE_OTLP_ENDPOINT) cannot be used: {cause}"
    ))
}

fn parse_endpoint(text: &str) -> Result<String, String> {
    let is_url = reqwest::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_url {
        return Ok(text.to_owned());
    }
    Err("it must be an address such as http://127.0.0.1:4318".to_owned())
}
