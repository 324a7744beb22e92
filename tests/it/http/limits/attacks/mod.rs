//! What attackers send, on each way that it can be sent: refused after work that is counted, while others go on
//! being answered.

mod bytes;

use std::num::NonZeroU64;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use cashable::http::Settings;
use serde_json::{Value, json};

use super::ways::{Caller, Told, WAYS, Way};
use super::{PLAIN, Server, another_token, numbered};
use crate::support::TestApp;
use crate::support::served::Served;

/// A document, the limit that it goes past, and how many of its nodes may be looked at before it is refused.
struct Attack {
    name: &'static str,
    document: String,
    limit: &'static str,
    most_nodes: u64,
}

impl Attack {
    /// As it stands, and as an operation of another kind: that does not matter to what goes by its form alone.
    fn documents(&self, kind: &str) -> Vec<String> {
        let is_priced = self.name == ROWS;
        let other = (!is_priced).then(|| format!("{kind} X {}", self.document));
        [self.document.clone()].into_iter().chain(other).collect()
    }
}

const ROWS: &str = "rows of rows of rows";

fn attack(name: &'static str, document: String, limit: &'static str, most_nodes: u64) -> Attack {
    Attack {
        name,
        document,
        limit,
        most_nodes,
    }
}

/// As they are sent, and as large as they fit into a text that is parsed.
#[rustfmt::skip]
fn attacks() -> Vec<Attack> {
    let of_viewer = |inner: &str| format!("{{ viewer {{ {inner} }} }}");
    let comment = |length| format!("{PLAIN} #{}", "x".repeat(length));
    vec![
        attack("a fragment bomb of 2^30", bomb(30, "__typename"), "fields", 200),
        attack("a fragment bomb that is wide", wide_bomb(), "fields", 4_000),
        attack("a comment of 60 KiB", comment(60_000), "bytes of text", 0),
        attack("a comment of 1 MiB", comment(1 << 20), "bytes of text", 0),
        attack("1,200 aliases", of_viewer(&numbered(1_200, "a#:name ")), "fields", 2_000),
        attack("10,000 aliases", of_viewer(&numbered(10_000, "a#:name ")), "bytes of text", 0),
        attack("5,000 directives", of_viewer(&format!("name {}", "@a ".repeat(5_000))), "directives", 6_000),
        attack("10,000 directives", of_viewer(&format!("name {}", "@a".repeat(10_000))), "bytes of text", 0),
        attack("3,000 fields", of_viewer(&"name ".repeat(3_000)), "fields", 4_000),
        attack("1,000 pages", format!("{{ {} }}", "syncRuns { totalCount }".repeat(700)), "fields", 2_000),
        attack(ROWS, rows(), "points of cost", 20),
    ]
}

/// The same where so long a text is parsed: aliases and directives stop there by their own number.
#[rustfmt::skip]
fn long_attacks() -> Vec<Attack> {
    vec![
        attack("10,000 aliases", format!("{{ viewer {{ {} }} }}", numbered(10_000, "a#:name ")), "aliases", 10_001),
        attack("one alias 10,000 times", format!("{{ viewer {{ {} }} }}", "a:b ".repeat(10_000)), "aliases", 10_001),
        attack("10,000 directives", format!("{{ viewer {{ name {} }} }}", "@a".repeat(10_000)), "directives", 10_002),
    ]
}

/// Each fragment doubles the next.
fn bomb(levels: usize, last: &str) -> String {
    let fragment = |at| {
        format!(
            "fragment F{at} on Query {{ ...F{} ...F{} }} ",
            at + 1,
            at + 1
        )
    };
    let fragments: String = (1..levels).map(fragment).collect();
    format!("{{ ...F1 ...F1 }} {fragments} fragment F{levels} on Query {{ {last} }}")
}

/// 400 times 400 times 400 times 400.
fn wide_bomb() -> String {
    let fragment = |at| {
        format!(
            "fragment F{at} on Query {{ {} }} ",
            format!("...F{} ", at + 1).repeat(400)
        )
    };
    let fragments: String = (0..4).map(fragment).collect();
    format!("{{ ...F0 }} {fragments} fragment F4 on Query {{ __typename }}")
}

fn rows() -> String {
    "{ affiliates(first: 250) { nodes { transactions(first: 250) { nodes { history(first: 250) { nodes { at } } } } } } }".to_owned()
}

/// A server for attackers who have points enough, one of these, and somebody else.
struct Scene {
    // Dropped last.
    _app: TestApp,
    server: Served,
    attacker: String,
    other: String,
}

impl Scene {
    async fn with(mut settings: Settings) -> Self {
        settings.rates.rate_capacity = NonZeroU64::MAX;
        let (app, Server { bearer, .. }) = Server::on_sqlite(&settings).await;
        Self {
            server: Served::start(&app, settings).await,
            attacker: bearer,
            other: another_token(&app).await,
            _app: app,
        }
    }

    /// What an attacker is told; somebody else asks at the same time, and is answered.
    async fn attack(&self, way: Way, asked: &Value) -> Told {
        let server = &self.server;
        let of = |bearer| Caller { server, bearer };
        let (attacker, other) = (of(&self.attacker), of(&self.other));
        let both = (attacker.ask_for(way, asked), other.ask(Way::Post, PLAIN));
        let (told, answered) = tokio::join!(both.0, both.1);
        answered.assert_data();
        told
    }

    /// Sends an attack by all ways; answers by how many it could be sent.
    async fn send(&self, attack: &Attack, socket_bytes: usize) -> usize {
        let mut sent = 0;
        for way in WAYS {
            for document in attack.documents(way.other_kind()) {
                let asked = json!({ "query": document });
                if !way.takes(&asked) {
                    continue;
                }
                let told = self.attack(way, &asked).await;
                sent += 1;
                if way == Way::Socket && document.len() > socket_bytes {
                    // It may be cut off in the middle of it.
                    let is_closed = matches!(told.closed, Some(4400 | 0));
                    assert!(is_closed, "{}: {told:?}", attack.name);
                    continue;
                }
                assert_refused(attack, way, &told);
            }
        }
        sent
    }
}

fn assert_refused(attack: &Attack, way: Way, told: &Told) {
    let Attack { name, limit, .. } = attack;
    assert_eq!(told.code(), "QUERY_TOO_COMPLEX", "{name} {way:?}: {told:?}");
    assert_eq!(told.extensions()["limit"], *limit, "{name} {way:?}");
    let nodes = told.extensions()["nodesWalked"].as_u64().unwrap();
    assert!(
        nodes <= attack.most_nodes,
        "{name} {way:?} took {nodes} nodes"
    );
    assert_eq!(told.answer.get("data"), None, "{name} {way:?}");
    let length = told.answer.to_string().len();
    assert!(length < 1_000, "{name} {way:?}: {told:?}");
}

#[tokio::test]
async fn attacks_are_refused_cheaply_on_every_way() {
    let scene = Scene::with(Settings::default()).await;
    for attack in attacks() {
        let sent = scene.send(&attack, 64 << 10).await;
        // Addresses alone do not take all.
        assert!(sent >= WAYS.len() - 2, "{} by {sent} ways", attack.name);
    }
}

#[tokio::test]
async fn ten_thousand_are_counted_on_every_way() {
    let mut settings = Settings::default();
    settings.documents.max_text_bytes = NonZeroU64::new(1 << 20).unwrap();
    settings.documents.max_fields = NonZeroU64::new(100_000).unwrap();
    settings.streams.socket_message_size = 1 << 10;
    let scene = Scene::with(settings).await;
    for attack in long_attacks() {
        assert!(scene.send(&attack, 1 << 20).await >= 2 * (WAYS.len() - 2));
    }
}

#[tokio::test]
async fn a_batch_is_no_request() {
    let mut roomy = Settings::default();
    roomy.streams.socket_message_size = 1 << 10;
    let batch = json!(vec![json!({ "query": PLAIN }); 10_000]);
    for settings in [Settings::default(), roomy] {
        let scene = Scene::with(settings).await;
        for way in [Way::Post, Way::Events] {
            let told = scene.attack(way, &batch).await;
            assert_eq!(told.status, Some(StatusCode::BAD_REQUEST), "{told:?}");
            assert_eq!(told.code(), "BAD_USER_INPUT");
            assert!(told.answer.to_string().len() < 1_000);
        }
        let told = scene.attack(Way::Socket, &batch).await;
        assert_eq!(told.closed, Some(4400), "{told:?}");
    }
}

/// An address has no lists, and says a thing once.
#[tokio::test]
async fn a_batch_in_an_address_is_no_request() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    for accept in ["application/json", "text/event-stream"] {
        let link = format!("/graphql?{}", "query=%7B__typename%7D&".repeat(2_000));
        let link = Request::get(link).header(header::AUTHORIZATION, &server.bearer);
        let link = link.header(header::ACCEPT, accept).body(Body::empty());
        let (answer, other) = tokio::join!(server.send(link.unwrap()), server.ask(PLAIN));
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        assert_eq!(answer.code(), "BAD_USER_INPUT");
        other.assert_data();
    }
}

/// Whoever follows a link changes nothing, and has paid for what was read.
#[tokio::test]
async fn a_mutation_in_an_address_is_refused() {
    let scene = Scene::with(Settings::default()).await;
    let asked = json!({ "query": "mutation { triggerSync { alreadyRunning } }" });
    for way in [Way::Link, Way::EventLink] {
        let told = scene.attack(way, &asked).await;
        assert_eq!(told.status, Some(StatusCode::METHOD_NOT_ALLOWED));
        assert_eq!(told.code(), "BAD_USER_INPUT");
    }
}

/// What the library itself goes through again and again is let in only as far as that is little.
#[tokio::test]
async fn bombs_are_let_in_as_far_as_they_are_small() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let small = bomb(6, "name").replace("Query", "Viewer");
    let small = small.replacen("{ ...F1 ...F1 }", "{ viewer { ...F1 ...F1 } }", 1);
    server.ask(&small).await.assert_data();
    // 2^8 spreads of nothing.
    let answer = server.ask(&bomb(8, "...Nothing")).await;
    assert_eq!(answer.told()["limit"], "fragments", "{}", answer.text);
}
