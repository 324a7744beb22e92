//! What attackers send, on each way that it can be sent: refused after work that is counted, while others go on
//! being answered.

use axum::http::StatusCode;
use cashable::http::Settings;
use serde_json::{Value, json};

use super::socket::Served;
use super::{Answer, PLAIN, Server, numbered, post};

/// A document, and how many of its nodes may be looked at before it is refused.
struct Attack {
    name: &'static str,
    document: String,
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

/// As large as they fit into a text that is parsed, and as large as they are told of.
fn attacks() -> [Attack; 9] {
    let attack = |name, document, most_nodes| Attack {
        name,
        document,
        most_nodes,
    };
    let repeated = |text: &str, times| format!("{{ viewer {{ {} }} }}", text.repeat(times));
    [
        attack("a fragment bomb of 2^30", bomb(30, "__typename"), 200),
        attack("a fragment bomb that is wide", wide_bomb(), 4_000),
        attack(
            "a comment of 60 KiB",
            format!("{{ viewer {{ name }} }} #{}", "x".repeat(60_000)),
            0,
        ),
        attack(
            "1,200 aliases",
            repeated(&numbered(1_200, "a#:name "), 1),
            2_000,
        ),
        attack(
            "5,000 directives",
            repeated(&format!("name {}", "@a ".repeat(5_000)), 1),
            6_000,
        ),
        attack(
            "10,000 directives",
            repeated(&format!("name {}", "@a".repeat(10_000)), 1),
            0,
        ),
        attack("3,000 fields", repeated("name ", 3_000), 4_000),
        attack(
            "1,000 pages",
            format!("{{ {} }}", "syncRuns { totalCount }".repeat(700)),
            2_000,
        ),
        attack(ROWS, rows(), 20),
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

fn assert_refused(attack: &Attack, answer: &Value) {
    let told = &answer["errors"][0]["extensions"];
    assert_eq!(
        told["code"], "QUERY_TOO_COMPLEX",
        "{}: {answer}",
        attack.name
    );
    let nodes = told["nodesWalked"].as_u64().unwrap();
    assert!(
        nodes <= attack.most_nodes,
        "{} took {nodes} nodes",
        attack.name
    );
    assert!(
        answer.to_string().len() < 1_000,
        "{}: {answer}",
        attack.name
    );
}

#[tokio::test]
async fn attacks_by_post_and_by_address_are_refused_cheaply() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    for attack in attacks() {
        for document in attack.documents("mutation") {
            assert_refused(&attack, &server.ask(&document).await.json());
            // An address holds no more.
            if document.len() * 3 < 65_000 {
                assert_refused(&attack, &server.follow(&document).await.json());
            }
            server.ask(PLAIN).await.assert_data();
        }
    }
}

#[tokio::test]
async fn attacks_over_a_socket_are_refused_cheaply() {
    let (app, here) = Server::on_sqlite(&Settings::default()).await;
    let served = Served::over(&app, Settings::default()).await;
    let mut socket = served.open(&here.bearer).await;
    for attack in attacks() {
        for document in attack.documents("subscription") {
            assert_refused(&attack, &socket.ask(&document).await.unwrap());
            let answer = socket
                .ask("subscription { syncProgress(runId: \"x\") { id } }")
                .await
                .unwrap();
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
                "{answer}"
            );
        }
    }
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == StatusCode::PAYLOAD_TOO_LARGE || answer.code() == "QUERY_TOO_COMPLEX"
}

/// Whether the body is too long or the text in it, nothing of it is looked at.
#[tokio::test]
async fn a_comment_of_a_mebibyte_is_not_read() {
    let (app, here) = Server::on_sqlite(&Settings::default()).await;
    let query = format!("{PLAIN} #{}", "x".repeat(1 << 20));
    let answer = here.ask(&query).await;
    assert!(is_refused(&answer), "{}", answer.text);
    assert!([Value::Null, json!(0)].contains(&answer.told()["nodesWalked"]));
    here.ask(PLAIN).await.assert_data();
    // A socket ends that sends so much.
    let served = Served::over(&app, Settings::default()).await;
    let mut socket = served.open(&here.bearer).await;
    let answer = socket.ask(&query).await;
    assert_eq!(answer, None);
    assert!(served.open(&here.bearer).await.ask(PLAIN).await.is_some());
}

#[tokio::test]
async fn a_batch_is_no_request() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let batch = json!(vec![json!({ "query": PLAIN }); 10_000]);
    let answer = server.send(post(&server.bearer, batch.to_string())).await;
    assert!(
        matches!(
            answer.status,
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE
        ),
        "{}",
        answer.text
    );
    assert!(answer.text.len() < 1_000);
    server.ask(PLAIN).await.assert_data();
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
