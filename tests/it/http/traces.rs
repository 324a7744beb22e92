//! Traces: what a collector is sent, and that none needs to be there.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::admin;
use super::process::Process;
use super::wire::{exchange, json_of, question};
use crate::support::TestApp;
use crate::support::shop::{Shop, order};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector that takes everything.
async fn collector() -> (String, UnboundedReceiver<Bytes>) {
    let (sender, received) = unbounded_channel();
    let take = async |State(sender): State<UnboundedSender<Bytes>>, body: Bytes| {
        sender.send(body).unwrap();
    };
    let routes = Router::new()
        .route("/v1/traces", post(take))
        .with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, received)
}

fn spans_in(sent: &[Bytes]) -> Vec<Span> {
    let requests = sent
        .iter()
        .map(|bytes| ExportTraceServiceRequest::decode(&**bytes).unwrap());
    let resources = requests.flat_map(|request| request.resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// A text that a span carries.
fn attribute<'a>(span: &'a Span, key: &str) -> &'a str {
    let found = span.attributes.iter().find(|it| it.key == key);
    let value = found
        .expect(key)
        .value
        .as_ref()
        .and_then(|it| it.value.as_ref());
    match value {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key} is {other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_operations_and_syncs_are_traced() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "COMPLETE", json!({}))]))
        .await;
    let (collector, mut received) = collector().await;
    let mut process = Process::start(&app.url(), &["--otlp-endpoint", &collector]);
    // The schedule syncs the shop of itself.
    process.line_with("a sync run ended");
    let traced = format!("traceparent: 00-{TRACE}-{CALLER}-01\r\n");
    let asked = question(&bearer, &traced, "query Me { viewer { name } }");
    exchange(&process.address, &asked).await;
    process.ask_to_end();
    let (status, _) = process.end();
    assert!(status.success());
    let mut sent = Vec::new();
    while let Ok(bytes) = received.try_recv() {
        sent.push(bytes);
    }
    let spans = spans_in(&sent);
    let named = |name: &str| spans.iter().find(|span| span.name == name).expect(name);
    let (request, operation, sync) = (named("request"), named("operation"), named("sync"));
    assert_eq!(hex(&request.trace_id), TRACE);
    assert_eq!(hex(&request.parent_span_id), CALLER);
    assert_eq!(attribute(operation, "operation"), "Me");
    assert_eq!(attribute(request, "outcome"), "OK");
    assert_eq!(attribute(sync, "state"), "SUCCEEDED");
    assert_eq!(request.kind, 2, "a server's");
    assert_eq!(operation.trace_id, request.trace_id);
    assert_eq!(operation.parent_span_id, request.span_id);
    assert_ne!(sync.trace_id, request.trace_id);
    assert_eq!(sync.parent_span_id, Vec::<u8>::new());
    let secret = bearer.rsplit('_').next().unwrap();
    for bytes in sent {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret));
    }
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nothing_up() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let process = Process::start(&app.url(), &["--otlp-endpoint", "http://127.0.0.1:9"]);
    let answer = exchange(
        &process.address,
        &question(&bearer, "", "{ viewer { name } }"),
    )
    .await;
    assert_eq!(json_of(&answer)["data"]["viewer"]["name"], "Ada");
    let begun = Instant::now();
    process.ask_to_end();
    let (status, _) = process.end();
    assert!(status.success());
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}
