//! Whoever wants an answer no more gives back the place in which it was worked on; and how what is asked so is
//! counted.

use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use cashable::http::Settings;
use cashable::metrics::Snapshot;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{CHANGED, Followed, NAME, new_token};
use crate::support::TestApp;
use crate::support::kept_out::{keep_readers_out, until_readers_wait};
use crate::support::served::Served;
use crate::support::world::World;

const ORDERS: &str = "query Orders { ordersReport { nodes { number } } }";
const LONG: Duration = Duration::from_mins(1);

/// A server that works on one thing at a time.
async fn followed(app: TestApp) -> Followed {
    let world = World::open(app).await;
    let mut settings = Settings::default();
    settings.work.max_concurrent = 1;
    settings.work.turn_seconds = LONG;
    settings.work.operation_seconds = LONG;
    let server = Served::start(&world.app, settings).await;
    let (token, bearer) = new_token(&world, None).await;
    Followed {
        world,
        server,
        token,
        bearer,
    }
}

/// Events of a query, on a connection of its own.
async fn ask_for_events(followed: &Followed, query: &str) -> TcpStream {
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\n{AUTHORIZATION}: {}\r\n\
         Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        followed.bearer,
        body.len()
    );
    let mut wire = TcpStream::connect(followed.server.address).await.unwrap();
    wire.write_all(format!("{head}{body}").as_bytes())
        .await
        .unwrap();
    let mut status = [0; 15];
    wire.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200 OK");
    wire
}

fn count(followed: &Followed, figure: &str) -> Option<u64> {
    let text = followed.world.app.metrics.text(&Snapshot::default());
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix(figure)?.trim().parse().ok())
}

#[tokio::test]
async fn whoever_wants_an_answer_no_more_gives_back_its_place() {
    const CANCELLED: &str =
        r#"cashable_requests_total{kind="query",operation="other",outcome="CANCELLED"}"#;
    let followed = followed(TestApp::on_postgres().await).await;
    let kept = keep_readers_out(&followed.world.app).await;
    let mut socket = followed.socket().await;
    socket.subscribe("1", ORDERS).await;
    until_readers_wait(&kept, 1).await;
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    let next = timeout(LONG / 2, socket.data("2", NAME)).await;
    assert_eq!(next.expect("a place")["viewer"]["name"], "Ada");
    assert_eq!(count(&followed, CANCELLED), Some(1));
    let events = ask_for_events(&followed, ORDERS).await;
    until_readers_wait(&kept, 1).await;
    drop(events);
    let next = timeout(LONG / 2, followed.ask(NAME)).await;
    assert_eq!(next.expect("a place")["data"]["viewer"]["name"], "Ada");
    assert_eq!(count(&followed, CANCELLED), Some(2));
    kept.rollback().await.unwrap();
}

#[tokio::test]
async fn what_is_asked_once_has_a_duration_whichever_way_it_is_asked() {
    let followed = followed(TestApp::on_sqlite().await).await;
    let query = "query Told { viewer { name } }";
    let mut socket = followed.socket().await;
    socket.data("1", query).await;
    followed.events(&followed.bearer, query).await.all().await;
    followed.ask(query).await;
    socket.subscribe("2", CHANGED).await;
    socket.send(json!({ "type": "complete", "id": "2" })).await;
    socket.data("3", NAME).await;
    for (figure, expected) in [
        (
            r#"request_duration_seconds_count{kind="query",operation="Told"}"#,
            Some(3),
        ),
        (
            r#"requests_total{kind="query",operation="Told",outcome="OK"}"#,
            Some(3),
        ),
        (
            r#"requests_total{kind="subscription",operation="anonymous",outcome="OK"}"#,
            Some(1),
        ),
        (
            r#"request_duration_seconds_count{kind="subscription",operation="anonymous"}"#,
            None,
        ),
    ] {
        let counted = count(&followed, &format!("cashable_{figure}"));
        assert_eq!(counted, expected, "{figure}");
    }
}
