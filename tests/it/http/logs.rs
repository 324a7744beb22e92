//! What the server writes to its log: what was asked, by which role, how it went and how long it took; and no
//! token, no name and no note, wherever callers put them.

use futures_util::{SinkExt, StreamExt};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::admin;
use super::process::Process;
use super::wire::{body_of, exchange, json_of, question};
use crate::support::{TestApp, on_both};

on_both!(the_log_tells_neither_tokens_nor_people);

const NAME: &str = "Hannelore";
const NOTE: &str = "her bank is Sparkasse";
/// Of the right form, and nobody's.
const WRONG: &str = "cashable_1f_00000000000000000000000000000001_deadbeefdeadbeefdeadbeefdeadbeef";

/// What a caller does with what nobody is to read.
struct Caller<'a> {
    address: &'a str,
    secret: &'a str,
    bearer: &'a str,
}

impl Caller<'_> {
    async fn change(&self, id: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let headers = format!("X-Request-Id: {id}\r\n");
        let request = body_of(self.bearer, &headers, &body);
        json_of(&exchange(self.address, &request).await)
    }

    async fn get(&self, path: &str, bearer: &str) -> String {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {bearer}\r\n\r\n"
        );
        exchange(self.address, &request).await
    }

    /// Makes an affiliate, a transaction with a note, and asks about them.
    async fn work(&self) -> Value {
        let query = "mutation Make($name: String!) {
            made: createAffiliate(input: { code: $name, name: $name }) { affiliate { id } }
        }";
        let made = self.change("make-1", query, json!({ "name": NAME })).await;
        let affiliate = made["data"]["made"]["affiliate"]["id"].clone();
        assert!(affiliate.is_string(), "{made}");
        let query = "mutation Pay($input: CreateTransactionInput!) {
            createTransaction(input: $input) { transaction { id } userErrors { code } }
        }";
        let input = json!({
            "affiliateId": affiliate, "kind": "MANUAL", "amount": "7.00", "currency": "EUR", "note": NOTE
        });
        let paid = self.change("pay-1", query, json!({ "input": input })).await;
        let paid = &paid["data"]["createTransaction"];
        assert!(paid["transaction"]["id"].is_string(), "{paid}");
        affiliate
    }

    /// Puts tokens where they do not belong.
    async fn blunder(&self) {
        let Self { secret, bearer, .. } = self;
        let query = "query Find($code: String!) { affiliateByCode(code: $code) { id } }";
        self.change("find-1", query, json!({ "code": secret }))
            .await;
        self.change(secret, "{ viewer { name } }", json!({})).await;
        self.change(
            "named-1",
            &format!("query {secret} {{ viewer {{ name }} }}"),
            json!({}),
        )
        .await;
        self.get(
            &format!("/graphql?query={{viewer{{name}}}}&token={secret}"),
            bearer,
        )
        .await;
        self.get(
            &format!("/graphql?query={{viewer{{name}}}}&token={secret}"),
            "",
        )
        .await;
        self.get(&format!("/{secret}?name={NAME}"), "").await;
        self.get("/graphql?query={viewer{name}}", &format!("Bearer {WRONG}"))
            .await;
        self.change(
            "unparsed-1",
            &format!("{{ viewer {{ \"{NAME} {secret}\""),
            json!({}),
        )
        .await;
        self.change(
            "unknown-1",
            &format!("{{ viewer {{ {NAME} }} }}"),
            json!({}),
        )
        .await;
    }

    async fn listen(&self, secret: &str, query: &str) {
        let mut request = format!("ws://{}/graphql", self.address)
            .into_client_request()
            .unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        let headers = request.headers_mut();
        headers.insert("Sec-WebSocket-Protocol", protocol);
        headers.insert("X-Request-Id", "listen-1".parse().unwrap());
        let (mut socket, _) = connect_async(request).await.unwrap();
        let init = json!({ "type": "connection_init", "payload": { "token": secret } });
        socket.send(Message::text(init.to_string())).await.unwrap();
        socket.next().await.unwrap().unwrap();
        let payload = json!({ "query": query, "variables": { "id": secret } });
        let ask = json!({ "id": "1", "type": "subscribe", "payload": payload });
        if socket.send(Message::text(ask.to_string())).await.is_ok() {
            let _ = socket.next().await;
        }
    }
}

async fn the_log_tells_neither_tokens_nor_people(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let secret = bearer.strip_prefix("Bearer ").unwrap();
    let process = Process::start(
        &app.url(),
        &["--log-format", "json", "--log", "debug,sqlx=warn"],
    );
    let address = process.address.clone();
    let caller = Caller {
        address: &address,
        secret,
        bearer: &bearer,
    };
    let affiliate = caller.work().await;
    caller.blunder().await;
    let follow = "subscription Follow($id: ID!) { syncProgress(runId: $id) { id } }";
    caller.listen(secret, follow).await;
    caller.listen(WRONG, follow).await;
    let told = break_an_update(&app, &caller, &affiliate).await;
    process.ask_to_end();
    let (status, log) = process.end();
    assert!(status.success(), "{status}");
    let random = secret.rsplit('_').next().unwrap();
    for secret in [secret, random, WRONG, "deadbeef", NAME, NOTE, "Sparkasse"] {
        let tells = log.iter().find(|line| line.contains(secret));
        assert_eq!(tells, None, "{secret}");
    }
    let lines: Vec<Value> = log
        .iter()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    assert_lines(&lines);
    assert_cause(&lines, &told);
}

/// Has the database refuse a change and say in its details what it was about; answers what the caller is told.
async fn break_an_update(app: &TestApp, caller: &Caller<'_>, affiliate: &Value) -> String {
    let break_it = if app.url().starts_with("sqlite:") {
        "CREATE TRIGGER broken BEFORE UPDATE ON affiliates BEGIN SELECT RAISE(ABORT, 'broken'); END"
            .to_owned()
    } else {
        "ALTER TABLE affiliates ADD CONSTRAINT broken CHECK (name <> 'Hannelore II')".to_owned()
    };
    app.behind_its_back()
        .execute_unprepared(&break_it)
        .await
        .unwrap();
    let query = "mutation Rename($input: UpdateAffiliateInput!) {
        updateAffiliate(input: $input) { userErrors { code } }
    }";
    let input = json!({ "affiliateId": affiliate, "name": format!("{NAME} II") });
    let broken = caller
        .change("rename-1", query, json!({ "input": input }))
        .await;
    let error = &broken["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL", "{broken}");
    error["message"].as_str().unwrap().to_owned()
}

/// The lines of a request, found by its id.
fn lines_of<'a>(lines: &'a [Value], id: &str) -> Vec<&'a Value> {
    let is_of = |line: &&Value| {
        line["spans"]
            .as_array()
            .is_some_and(|it| it.iter().any(|it| it["id"] == id))
    };
    lines.iter().filter(is_of).collect()
}

fn assert_lines(lines: &[Value]) {
    for (id, kind, operation, outcome) in [
        ("make-1", "mutation", json!("Make"), "OK"),
        ("pay-1", "mutation", json!("Pay"), "OK"),
        ("find-1", "query", json!("Find"), "OK"),
        ("named-1", "query", Value::Null, "OK"),
        ("unparsed-1", "unknown", Value::Null, "BAD_USER_INPUT"),
        ("unknown-1", "query", Value::Null, "BAD_USER_INPUT"),
        ("rename-1", "mutation", json!("Rename"), "INTERNAL"),
    ] {
        let of_request = lines_of(lines, id);
        let line = of_request
            .last()
            .unwrap_or_else(|| panic!("{id} is not in {lines:#?}"));
        let (fields, span) = (&line["fields"], &line["spans"][0]);
        assert_eq!(
            (&fields["message"], &fields["status"]),
            (&json!("answered"), &json!(200))
        );
        assert!(fields["ms"].as_f64().unwrap() > 0.0, "{line}");
        assert_eq!(span["route"], "/graphql", "{line}");
        assert_eq!(span["role"], "ADMIN", "{line}");
        assert_eq!(span["kind"], kind, "{line}");
        assert_eq!(span["operation"], operation, "{line}");
        assert_eq!(span["outcome"], outcome, "{line}");
    }
    let listened = lines_of(lines, "listen-1")
        .into_iter()
        .find(|line| line["fields"]["message"] == "listened");
    let fields = &listened.expect("a line of the subscription")["fields"];
    assert_eq!(fields["operation"], "Follow");
    assert_eq!(fields["role"], "ADMIN");
    assert_eq!(fields["outcome"], "BAD_USER_INPUT");
    let refused = lines
        .iter()
        .filter(|line| line["spans"][0]["outcome"] == "UNAUTHENTICATED");
    assert_eq!(refused.count(), 2);
}

/// The line that says why, by the id that the caller was told, in the request that it was.
fn assert_cause(lines: &[Value], told: &str) {
    let (_, id) = told.rsplit_once(' ').unwrap();
    let of_request = lines_of(lines, "rename-1");
    let line = of_request.iter().find(|line| line["fields"]["id"] == id);
    let cause = line.expect("a line with the cause")["fields"]["cause"]
        .as_str()
        .unwrap();
    assert!(cause.contains("broken"), "{cause}");
}

#[tokio::test]
async fn a_line_reads_well_and_probes_write_none() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let mut process = Process::start(&app.url(), &[]);
    let probe = "GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = exchange(&process.address, probe).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let asked = question(
        &bearer,
        "X-Request-Id: me-1\r\n",
        "query Me { viewer { name } }",
    );
    exchange(&process.address, &asked).await;
    let line = process.line_with("me-1");
    let told = "request{id=\"me-1\" otel.kind=\"server\" method=\"POST\" route=\"/graphql\" \
                role=\"ADMIN\" kind=\"query\" operation=\"Me\" outcome=\"OK\"}: answered status=200 ms=";
    assert!(line.contains(told), "{line}");
    process.ask_to_end();
    let (_, log) = process.end();
    let probes = log.iter().filter(|line| line.contains("/ready"));
    assert_eq!(probes.count(), 0, "{log:#?}");
}
