//! What is counted of the program at work, to be told to Prometheus.
//!
//! There is one place to count in, [`Metrics`], which everybody has with the app; what is only looked at when
//! somebody asks, such as pools, stands in [`Snapshot`].

mod operation_names;
mod snapshot;

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use operation_names::OperationNames;
pub use snapshot::{PoolUse, ShopSync, Snapshot};

/// What all names begin with.
const PREFIX: &str = "cashable";

/// The bounds of durations, in seconds: a look-up takes the first, a large import the last.
const SECONDS: [f64; 12] = [
    0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// The counters of one program.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    names: OperationNames,
    requests: Family<Request, Counter>,
    durations: Family<Operation, Histogram>,
    refused: Family<Refusal, Counter>,
    connections: Gauge,
    sockets: Gauge,
}

/// An operation as it is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    kind: &'static str,
    operation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    kind: &'static str,
    operation: String,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    reason: String,
}

/// An operation that has been answered.
#[derive(Clone, Debug)]
pub struct Answered<'a> {
    /// Query, mutation, subscription, or unknown.
    pub kind: &'static str,
    /// The name that its document gives it.
    pub name: Option<&'a str>,
    /// OK, or the code of its first error.
    pub outcome: &'a str,
    /// How long it took; none where that says nothing, as of a subscription.
    pub took: Option<Duration>,
}

/// The outcome of what went well.
pub const OK: &str = "OK";

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            names: OperationNames::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            refused: Family::default(),
            connections: Gauge::default(),
            sockets: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        self.registry.register(
            "requests",
            "GraphQL operations answered, by name, kind and outcome",
            self.requests.clone(),
        );
        self.registry.register(
            "request_duration_seconds",
            "Time that queries and mutations took",
            self.durations.clone(),
        );
        self.registry.register(
            "refused",
            "Requests and connections that were refused, by reason",
            self.refused.clone(),
        );
        self.registry.register(
            "connections",
            "Connections held now, sockets among them",
            self.connections.clone(),
        );
        self.registry
            .register("sockets", "WebSockets open now", self.sockets.clone());
    }

    /// Names that are told apart from the start, such as those of persisted documents.
    pub fn know_operations(&self, names: impl IntoIterator<Item = String>) {
        self.names.know(names);
    }

    /// Counts an operation.
    pub fn answered(&self, answered: &Answered<'_>) {
        let is_well = answered.outcome == OK;
        let Answered {
            kind,
            name,
            outcome,
            took,
        } = *answered;
        let operation = self.names.told(name, is_well);
        if let Some(took) = took {
            let operation = Operation {
                kind,
                operation: operation.clone(),
            };
            self.durations
                .get_or_create(&operation)
                .observe(took.as_secs_f64());
        }
        let request = Request {
            kind,
            operation,
            outcome: outcome.to_owned(),
        };
        self.requests.get_or_create(&request).inc();
    }

    /// Counts a request or connection that went no further. Reasons come from a short list of the caller's.
    pub fn refused(&self, reason: &str) {
        let reason = reason.to_owned();
        self.refused.get_or_create(&Refusal { reason }).inc();
    }

    /// How many connections are held.
    pub fn connections(&self) -> &Gauge {
        &self.connections
    }

    /// How many of them are sockets.
    pub fn sockets(&self) -> &Gauge {
        &self.sockets
    }

    /// All figures in Prometheus' text format, those of this moment too.
    #[must_use]
    pub fn text(&self, now: &Snapshot) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        let mut registry = Registry::with_prefix(PREFIX);
        now.register(&mut registry);
        let _ = prometheus_text::encode(&mut text, &registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told() {
        let metrics = Metrics::default();
        for (name, outcome) in [
            (Some("Orders"), OK),
            (Some("Orders"), OK),
            (None, "TIMEOUT"),
        ] {
            metrics.answered(&Answered {
                kind: "query",
                name,
                outcome,
                took: Some(Duration::from_millis(3)),
            });
        }
        metrics.refused("RATE_LIMITED");
        metrics.connections().inc_by(2);
        let text = metrics.text(&Snapshot::default());
        for line in [
            "# TYPE cashable_requests_total counter",
            r#"cashable_requests_total{kind="query",operation="Orders",outcome="OK"} 2"#,
            r#"cashable_requests_total{kind="query",operation="anonymous",outcome="TIMEOUT"} 1"#,
            r#"cashable_request_duration_seconds_bucket{kind="query",operation="Orders",le="0.002"} 0"#,
            r#"cashable_request_duration_seconds_bucket{kind="query",operation="Orders",le="0.005"} 2"#,
            r#"cashable_refused_total{reason="RATE_LIMITED"} 1"#,
            "cashable_connections 2",
            "cashable_sockets 0",
        ] {
            assert!(
                text.lines().any(|it| it == line),
                "{line} is not in\n{text}"
            );
        }
    }
}
