//! Documents that the server keeps: asked for by id, and on a server that runs nothing else.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use cashable::app::App;
use cashable::http::Settings;
use cashable::metrics::Snapshot;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::{Answer, admin, post, send, send_to, settings};
use crate::support::served::Served;
use crate::support::{TestApp, on_both};

on_both!(
    a_kept_document_is_asked_for_by_its_id,
    nothing_but_kept_documents_runs_where_that_is_set,
    a_socket_runs_nothing_else_either,
    their_names_are_told_apart_from_the_start,
);

const NAME: &str = "query Name { viewer { name } }";
const ROLE: &str =
    "query Name { viewer { name } } query Role($no: Boolean!) { viewer { role @skip(if: $no) } }";
const SYNC: &str = "mutation { triggerSync { alreadyRunning } }";
/// What `sha256sum` says of `NAME`.
const HASH: &str = "sha256:5cc6569679f2bc75c4599f4cc2f2033a32531798d0b413d2407b794ed64fafad";

const GRAPHQL: &str = "application/graphql-response+json";

/// A server that keeps these documents.
fn keeping(arguments: &[&str]) -> (Settings, NamedTempFile) {
    let file = NamedTempFile::new().unwrap();
    let manifest = json!({ HASH: NAME, "role": ROLE, "x-acme:sync": SYNC });
    std::fs::write(&file, manifest.to_string()).unwrap();
    let path = file.path().to_str().unwrap();
    let settings = settings(&[&["--persisted-documents", path], arguments].concat());
    (settings, file)
}

async fn ask(app: &App, settings: &Settings, bearer: &str, body: &Value) -> Answer {
    send_to(app, settings, post(bearer, body.to_string())).await
}

async fn get(app: &App, settings: &Settings, bearer: &str, parameters: &str) -> Answer {
    let asked = Request::get(format!("/graphql?{parameters}"));
    let asked = asked.header(header::AUTHORIZATION, bearer);
    send_to(app, settings, asked.body(Body::empty()).unwrap()).await
}

async fn a_kept_document_is_asked_for_by_its_id(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let (settings, _file) = keeping(&[]);
    let role =
        json!({ "documentId": "role", "operationName": "Role", "variables": { "no": false } });
    for (body, data) in [
        (json!({ "documentId": HASH }), json!({ "name": "Ada" })),
        (
            json!({ "documentId": HASH, "query": null }),
            json!({ "name": "Ada" }),
        ),
        (role, json!({ "role": "ADMIN" })),
        (
            json!({ "query": "{ viewer { role } }" }),
            json!({ "role": "ADMIN" }),
        ),
    ] {
        let answer = ask(&app, &settings, &bearer, &body).await;
        assert_eq!(answer.json()["data"], json!({ "viewer": data }), "{body}");
    }
    let name = get(&app, &settings, &bearer, &format!("documentId={HASH}")).await;
    assert_eq!(name.json()["data"]["viewer"]["name"], "Ada");
    let role = "documentId=role&operationName=Role&variables={%22no%22:false}";
    let role = get(&app, &settings, &bearer, role).await;
    assert_eq!(role.json()["data"]["viewer"]["role"], "ADMIN");
    let change = get(&app, &settings, &bearer, "documentId=x-acme:sync").await;
    assert_eq!(change.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(change.header(header::ALLOW), "POST");
    let change = json!({ "documentId": "x-acme:sync" });
    let change = ask(&app, &settings, &bearer, &change).await.json();
    assert_eq!(change["data"]["triggerSync"]["alreadyRunning"], false);
}

#[tokio::test]
async fn a_document_that_is_not_kept_is_not_found() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let (settings, _file) = keeping(&[]);
    let body = json!({ "documentId": "name" }).to_string();
    for (accept, status) in [(GRAPHQL, StatusCode::BAD_REQUEST), ("*/*", StatusCode::OK)] {
        let mut request = post(&bearer, body.clone());
        request
            .headers_mut()
            .insert(header::ACCEPT, accept.parse().unwrap());
        let answer = send_to(&app, &settings, request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.code(), "PERSISTED_DOCUMENT_NOT_FOUND");
        assert_eq!(answer.json().get("data"), None);
    }
    let answer = send(&app, post(&bearer, body)).await;
    assert_eq!(answer.code(), "PERSISTED_DOCUMENT_NOT_FOUND");
    let answer = get(&app, &settings, &bearer, "documentId=name").await;
    assert_eq!(answer.code(), "PERSISTED_DOCUMENT_NOT_FOUND");
}

#[tokio::test]
async fn a_question_has_either_a_text_or_an_id() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    for arguments in [&[][..], &["--persisted-documents-only"]] {
        let (settings, _file) = keeping(arguments);
        for body in [
            json!({ "query": NAME, "documentId": HASH }),
            json!({ "query": null, "documentId": null }),
            json!({ "documentId": 1 }),
            json!({ "documentId": [HASH] }),
            json!({}),
        ] {
            let answer = ask(&app, &settings, &bearer, &body).await;
            let refused = (StatusCode::BAD_REQUEST, "BAD_USER_INPUT".into());
            assert_eq!((answer.status, answer.code()), refused, "{body}");
        }
        let both = format!("query={{viewer{{name}}}}&documentId={HASH}");
        let answer = get(&app, &settings, &bearer, &both).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            answer.message(),
            "send either query or documentId, not both"
        );
    }
}

async fn nothing_but_kept_documents_runs_where_that_is_set(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let (settings, _file) = keeping(&["--persisted-documents-only"]);
    let kept = ask(&app, &settings, &bearer, &json!({ "documentId": HASH })).await;
    assert_eq!(kept.json()["data"]["viewer"]["name"], "Ada");
    for text in [
        NAME,
        SYNC,
        "{ __schema { queryType { name } } }",
        "{ __typename }",
        "{",
        "",
    ] {
        let mut request = post(&bearer, json!({ "query": text }).to_string());
        request
            .headers_mut()
            .insert(header::ACCEPT, GRAPHQL.parse().unwrap());
        let answer = send_to(&app, &settings, request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{text}");
        assert_eq!(answer.code(), "PERSISTED_DOCUMENT_REQUIRED", "{text}");
    }
    let answer = get(&app, &settings, &bearer, "query={viewer{name}}").await;
    assert_eq!(answer.code(), "PERSISTED_DOCUMENT_REQUIRED");
    let runs = send(
        &app,
        post(&bearer, r#"{"query":"{ syncRuns { totalCount } }"}"#),
    )
    .await;
    assert_eq!(runs.json()["data"]["syncRuns"]["totalCount"], 0);
}

async fn a_socket_runs_nothing_else_either(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let (settings, _file) = keeping(&["--persisted-documents-only"]);
    let server = Served::start(&app, settings).await;
    let mut request = format!("ws://{}/graphql", server.address)
        .into_client_request()
        .unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    request
        .headers_mut()
        .insert("Sec-WebSocket-Protocol", protocol);
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, bearer.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let payload = json!({ "query": "subscription { transactionChanged { id } }" });
    for message in [
        json!({ "type": "connection_init" }),
        json!({ "id": "1", "type": "subscribe", "payload": payload }),
    ] {
        socket
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }
    let mut told = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(told.contains("connection_ack"), "{told}");
    told = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(told.contains("PERSISTED_DOCUMENT_REQUIRED"), "{told}");
}

/// Others have to go well once, and be among the first.
async fn their_names_are_told_apart_from_the_start(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let (settings, _file) = keeping(&[]);
    // A variable is missing.
    let role = json!({ "documentId": "role", "operationName": "Role" });
    let other = json!({ "query": ROLE.replace("Role", "Other"), "operationName": "Other" });
    for body in [role, other] {
        let answer = ask(&app, &settings, &bearer, &body).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text);
    }
    let told = app.metrics.text(&Snapshot::default());
    for name in ["Role", "other"] {
        let line = format!(
            "cashable_requests_total{{kind=\"query\",operation=\"{name}\",outcome=\"BAD_USER_INPUT\"}} 1"
        );
        assert!(
            told.lines().any(|it| it == line),
            "{line} is not in\n{told}"
        );
    }
}
