//! What is under way when the server stops comes to its end, whichever way it was asked, and what is followed
//! does not.

use std::time::Duration;

use entity::{access_token, affiliate};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::admin;
use super::process::Process;
use super::wire::{exchange, json_of, question, read_to_close};
use crate::support::kept_out::{keep_readers_out, keep_writers_out, until_readers_wait};
use crate::support::socket::Socket;
use crate::support::{TestApp, on_both};

on_both!(mutations_come_to_their_end);

const FIGURES: &str = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const EVENTS: &str = "Accept: text/event-stream\r\n";
const CHANGED: &str = "subscription { transactionChanged { id } }";

/// A server of its own, and an admin's token.
struct Scene {
    process: Process,
    figures: String,
    bearer: String,
}

impl Scene {
    /// The token has been used, so that it need not be written down that it is.
    async fn open(app: &TestApp) -> Self {
        let (token, bearer) = admin(app, None).await;
        let mut process = Process::start(&app.url(), &["--metrics-listen", "127.0.0.1:0"]);
        let figures = process.address_after("figures on http://");
        exchange(&process.address, &question(&bearer, "", "{ shop { id } }")).await;
        let used = || {
            access_token::Entity::find_by_id((token.shop_id, token.id)).one(app.behind_its_back())
        };
        while used().await.unwrap().unwrap().last_used_at.is_none() {
            sleep(Duration::from_millis(5)).await;
        }
        Self {
            process,
            figures,
            bearer,
        }
    }

    async fn until_told(&self, figure: &str) {
        while !exchange(&self.figures, FIGURES).await.contains(figure) {
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ask(&self, headers: &str, query: &str) -> TcpStream {
        let mut wire = TcpStream::connect(&self.process.address).await.unwrap();
        let question = question(&self.bearer, headers, query);
        wire.write_all(question.as_bytes()).await.unwrap();
        wire
    }

    /// Events of this, which have begun.
    async fn events(&self, query: &str) -> TcpStream {
        let mut wire = self.ask(EVENTS, query).await;
        let mut status = [0; 15];
        wire.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200 OK");
        wire
    }

    /// A socket on which somebody follows what changes, and asks this.
    async fn socket(&self, query: &str) -> Socket {
        let wire = TcpStream::connect(&self.process.address).await.unwrap();
        let mut socket = Socket::over(wire, &[]).await.unwrap();
        socket.enter(&self.bearer).await;
        socket.subscribe("followed", CHANGED).await;
        socket.subscribe("asked", query).await;
        // Both have been heard when this is answered.
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.told().await["type"], "pong");
        socket
    }

    /// Has the process end, as soon as it knows that it is to.
    fn ask_to_end(&mut self) {
        self.process.ask_to_end();
        self.process.line_with("stopping");
    }

    fn assert_ended(self) {
        let (status, log) = self.process.end();
        assert!(status.success(), "{status}");
        let is_cut_off = log.iter().any(|line| line.contains("cut off"));
        assert!(!is_cut_off, "{log:#?}");
    }
}

/// What was asked is answered, and then the socket ends. Of what was followed there is no word: its client has to
/// know that there is more to come.
async fn assert_answered(mut socket: Socket) -> Value {
    let (kind, id, answer) = socket.heard().await;
    assert_eq!((&*kind, &*id), ("next", "asked"), "{answer}");
    let complete = json!({ "type": "complete", "id": "asked" });
    assert_eq!(socket.told().await, complete);
    assert_eq!(socket.code().await, 1001);
    answer["data"].clone()
}

fn make(code: &str) -> String {
    let input = format!("{{ code: \"{code}\" }}");
    format!("mutation {{ createAffiliate(input: {input}) {{ affiliate {{ code }} }} }}")
}

async fn affiliates(app: &TestApp) -> Vec<String> {
    let found = affiliate::Entity::find().all(app.behind_its_back()).await;
    let mut codes: Vec<_> = found.unwrap().into_iter().map(|it| it.code).collect();
    codes.sort();
    codes
}

async fn mutations_come_to_their_end(app: TestApp) {
    let mut scene = Scene::open(&app).await;
    let kept = keep_writers_out(&app).await;
    let gone = scene.ask("", &make("gone")).await;
    let begun = r#"cashable_pool_connections{pool="write",state="in_use"} 1"#;
    scene.until_told(begun).await;
    drop(gone);
    scene
        .until_told(r#"{kind="mutation",operation="anonymous",outcome="CANCELLED"} 1"#)
        .await;
    let mut plain = scene.ask("", &make("plain")).await;
    let mut events = scene.events(&make("events")).await;
    let mut followed = scene.events(CHANGED).await;
    let socket = scene.socket(&make("socket")).await;
    scene.ask_to_end();
    // It ends at once, and does not say that it is complete.
    let told = read_to_close(&mut followed).await;
    assert!(!told.contains("event: complete"), "{told}");
    kept.rollback().await.unwrap();
    let answer = json_of(&read_to_close(&mut plain).await);
    assert_eq!(
        answer["data"]["createAffiliate"]["affiliate"]["code"],
        "plain"
    );
    let told = read_to_close(&mut events).await;
    assert!(told.contains(r#""code":"events""#), "{told}");
    assert!(told.contains("event: complete"), "{told}");
    let answer = assert_answered(socket).await;
    assert_eq!(answer["createAffiliate"]["affiliate"]["code"], "socket");
    scene.assert_ended();
    assert_eq!(
        affiliates(&app).await,
        ["events", "gone", "plain", "socket"]
    );
}

/// Nobody can be kept from reading on SQLite.
#[tokio::test]
async fn queries_come_to_their_end() {
    const ORDERS: &str = "{ ordersReport { totalCount } }";
    let app = TestApp::on_postgres().await;
    let mut scene = Scene::open(&app).await;
    let kept = keep_readers_out(&app).await;
    let mut plain = scene.ask("", ORDERS).await;
    let mut events = scene.events(ORDERS).await;
    let socket = scene.socket(ORDERS).await;
    until_readers_wait(&kept, 3).await;
    scene.ask_to_end();
    kept.rollback().await.unwrap();
    let answer = json_of(&read_to_close(&mut plain).await);
    assert_eq!(answer["data"]["ordersReport"]["totalCount"], 0, "{answer}");
    let told = read_to_close(&mut events).await;
    assert!(told.contains(r#""totalCount":0"#), "{told}");
    assert!(told.contains("event: complete"), "{told}");
    let answer = assert_answered(socket).await;
    assert_eq!(answer["ordersReport"]["totalCount"], 0);
    scene.assert_ended();
}
