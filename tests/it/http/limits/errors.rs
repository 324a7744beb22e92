//! What errors tell: few of them, none long, and of those that are ours nothing but where the log tells more.

use std::io;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, header};
use cashable::http::Settings;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::{PLAIN, Server, admin, numbered, post};
use crate::support::{TestApp, on_both};

on_both!(an_error_of_ours_is_found_in_the_log_by_its_id);

#[tokio::test]
async fn many_errors_are_told_as_twenty_and_a_number() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    for (query, more) in [
        (
            format!("{{ viewer {{ {} }} }}", "nothing ".repeat(900)),
            880,
        ),
        (
            format!("{{ viewer {{ name {} }} }}", "...Nothing ".repeat(200)),
            180,
        ),
        (
            format!(
                "query({}) {{ viewer {{ name }} }}",
                numbered(1_500, "$a#:ID")
            ),
            1_480,
        ),
    ] {
        let answer = server.ask(&query).await;
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        assert_eq!(errors.len(), 21, "{}", answer.text);
        assert_eq!(errors[20]["message"], format!("and {more} more errors"));
        assert_eq!(errors[20]["extensions"]["code"], "BAD_USER_INPUT");
        assert!(answer.text.len() < 8_000, "{}", answer.text.len());
    }
}

/// Nulls go where all the errors say, not only those that are shown.
#[tokio::test]
async fn what_is_not_told_is_null_all_the_same() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let fields = numbered(18, "a#: order(id: \"x\") { id } ");
    let query = format!(
        "{{ ...F viewer {{ affiliate {{ {} }} }} }} fragment F on Query {{ {fields} }}",
        "transactions(first: 300) { totalCount }"
    );
    let answer = server.ask(&query).await.json();
    for field in 0..18 {
        assert!(answer["data"][format!("a{field}")].is_null());
    }
    assert_eq!(answer["data"].as_object().unwrap().len(), 19, "{answer}");
}

#[tokio::test]
async fn no_error_repeats_what_was_sent() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let long = "x".repeat(16_000);
    for query in [
        format!("{{ {long} "),
        format!("{{ {long} }}"),
        format!("{{ order(id: \"{long}\") {{ id }} }}"),
        format!("{{ order(id: {long}) {{ id }} }}"),
        format!("{{ ...{long} }}"),
        format!("query({long}: 1) {{ viewer {{ name }} }}"),
        format!("{{ viewer @{long} {{ name }} }}"),
    ] {
        let answer = server.ask(&query).await;
        assert!(answer.json()["errors"].is_array(), "{}", answer.text);
        assert!(
            answer.text.len() < 2_000,
            "{} of {}",
            answer.text.len(),
            query.len()
        );
    }
}

/// Nor where there is no document yet.
#[tokio::test]
async fn no_refusal_repeats_what_was_sent() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let long = "x".repeat(60_000);
    for body in [
        json!({ "query": PLAIN, "variables": long }),
        json!({ "query": PLAIN, "variables": [long] }),
        json!({ "query": PLAIN, "extensions": long }),
        json!({ "query": [long] }),
        json!({ "query": { long.as_str(): 1 } }),
        json!({ "documentId": long }),
        json!({ "query": PLAIN, "documentId": long }),
        json!({ "query": PLAIN, "operationName": long }),
        json!(long),
        json!([long]),
    ] {
        let answer = server.send(post(&server.bearer, body.to_string())).await;
        assert!(answer.json()["errors"].is_array(), "{}", answer.text);
        assert!(answer.text.len() < 2_000, "{}", answer.text.len());
    }
    for parameter in ["variables", "extensions", "documentId", "query", "nothing"] {
        let link = format!("/graphql?{parameter}=%22{}%22", &long[..50_000]);
        let answer = server.send(link_to(&server.bearer, &link)).await;
        assert!(answer.json()["errors"].is_array(), "{}", answer.text);
        assert!(answer.text.len() < 2_000, "{}", answer.text.len());
    }
}

fn link_to(bearer: &str, link: &str) -> Request<Body> {
    let link = Request::get(link).header(header::AUTHORIZATION, bearer);
    link.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_name_that_is_wrong_brings_no_right_one() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    for query in [
        "{ viewr { name } }",
        "{ viewer { nam } }",
        "{ ordersReport(frist: 1) { totalCount } }",
    ] {
        let message = server.ask(query).await.message();
        assert!(!message.contains("mean"), "{message}");
    }
}

/// What is logged while a test runs on its one thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

async fn an_error_of_ours_is_found_in_the_log_by_its_id(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let server = Server::new(&app, &Settings::default(), bearer);
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false);
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    app.behind_its_back()
        .execute_unprepared("ALTER TABLE sync_runs RENAME TO sync_runs_of_old")
        .await
        .unwrap();
    let answer = server.ask("{ syncRuns { nodes { id } } }").await;
    assert_eq!(
        (answer.code(), answer.json()["data"].clone()),
        ("INTERNAL".into(), serde_json::json!({ "syncRuns": null }))
    );
    let id = answer.told()["correlationId"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.message(),
        format!("Internal error; give this id to the operator: {id}")
    );
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = logged.lines().filter(|line| line.contains(&id)).collect();
    assert_eq!(lines.len(), 1, "{logged}");
    assert!(lines[0].contains("sync_runs"), "{}", lines[0]);
}
