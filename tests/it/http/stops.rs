//! How the server stops: what was begun comes to its end, sockets are told, and what does not end is cut off.

use std::time::{Duration, Instant};

use cashable::app::App;
use cashable::error::STOPPED;
use cashable::ledger::Author;
use cashable::sync;
use entity::words::{StatusActor, SyncState, SyncTrigger};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::admin;
use super::process::Process;
use super::wire::{exchange, json_of, question};
use crate::support::shop::{Shop, order};
use crate::support::{TestApp, on_both};

on_both!(
    a_sync_stops_between_two_chunks_and_the_next_program_goes_on,
    runs_that_were_triggered_are_waited_for,
);

const FIGURES: &str = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const MAKE: &str = "mutation { createAffiliate(input: { code: \"a\" }) { affiliate { code } } }";

async fn socket(address: &str, bearer: &str) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
    let mut request = format!("ws://{address}/graphql")
        .into_client_request()
        .unwrap();
    let headers = request.headers_mut();
    headers.insert(
        "Sec-WebSocket-Protocol",
        "graphql-transport-ws".parse().unwrap(),
    );
    headers.insert("Authorization", bearer.parse().unwrap());
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
    let acknowledged = socket.next().await.unwrap().unwrap();
    assert!(acknowledged.to_text().unwrap().contains("connection_ack"));
    socket
}

/// Waits until a writer is in use: a change has begun and waits for its turn.
async fn until_begun(figures: &str) {
    let begun = r#"cashable_pool_connections{pool="write",state="in_use"} 1"#;
    while !exchange(figures, FIGURES).await.contains(begun) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_end_and_sockets_are_closed_before_the_process_goes() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let mut process = Process::start(&app.url(), &["--metrics-listen", "127.0.0.1:0"]);
    let figures = process.address_after("figures on http://");
    let address = process.address.clone();
    let mut socket = socket(&address, &bearer).await;
    assert!(
        exchange(&figures, FIGURES)
            .await
            .contains("\ncashable_sockets 1\n")
    );
    let lock = app.database.begin_write().await.unwrap();
    let (to, make) = (address.clone(), question(&bearer, "", MAKE));
    let changing = tokio::spawn(async move { exchange(&to, &make).await });
    until_begun(&figures).await;
    process.ask_to_end();
    match socket.next().await.unwrap().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(u16::from(frame.code), 1001),
        message => panic!("{message} is no end"),
    }
    assert!(
        TcpStream::connect(&address).await.is_err(),
        "nobody is taken in"
    );
    assert!(!changing.is_finished());
    lock.commit().await.unwrap();
    let answer = json_of(&changing.await.unwrap());
    assert_eq!(answer["data"]["createAffiliate"]["affiliate"]["code"], "a");
    let (status, log) = process.end();
    assert!(status.success(), "{status}");
    assert!(log.last().unwrap().contains("stopped"), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_is_cut_off() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let flags = ["--metrics-listen", "127.0.0.1:0", "--stop-timeout", "0.5"];
    let mut process = Process::start(&app.url(), &flags);
    let figures = process.address_after("figures on http://");
    let _lock = app.database.begin_write().await.unwrap();
    let (to, make) = (process.address.clone(), question(&bearer, "", MAKE));
    let changing = tokio::spawn(async move { exchange(&to, &make).await });
    until_begun(&figures).await;
    let begun = Instant::now();
    process.ask_to_end();
    let (status, log) = process.end();
    assert!(status.success(), "{status}");
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(changing.await.unwrap(), "");
    let is_said = log
        .iter()
        .any(|line| line.contains("connections were cut off"));
    assert!(is_said, "{log:#?}");
}

/// More transactions than one chunk settles.
async fn large_shop(app: &TestApp) -> Shop<'_> {
    let shop = Shop::open(app).await;
    let orders = (0..2_100).map(|id| order(&id.to_string(), "COMPLETE", json!({})));
    shop.import(Value::Array(orders.collect())).await;
    shop
}

async fn a_sync_stops_between_two_chunks_and_the_next_program_goes_on(app: TestApp) {
    let shop = large_shop(&app).await;
    let author = Author::new(StatusActor::Admin, "Olga");
    let queued = sync::request(&app, shop.id, &author, SyncTrigger::Manual, false)
        .await
        .unwrap();
    let stop_in_time = |run: &entity::sync_run::Model| {
        if run.transactions_checked > 0 {
            app.stop.ask();
        }
    };
    let run = sync::run(&app, queued.run, false, &stop_in_time)
        .await
        .unwrap();
    assert_eq!(run.state, SyncState::Failed);
    assert_eq!(run.error.as_deref(), Some(STOPPED));
    assert_eq!(
        (run.transactions_due, run.transactions_checked),
        (2_100, 2_000)
    );
    // Nothing new is begun.
    sync::sync_due_shops(&app).await.unwrap();
    let schedule = sync::keep_schedule((*app).clone());
    tokio::time::timeout(Duration::from_secs(5), schedule)
        .await
        .unwrap();
    assert_eq!(last_run(&app, shop.id).await, run);
    // Another program does not wait until half an hour is over.
    app.clock.set(entity::Instant(app.clock.now().0 + 1));
    let next = App::open(&app.url(), app.clock.clone()).await.unwrap();
    sync::sync_due_shops(&next).await.unwrap();
    let run = last_run(&app, shop.id).await;
    assert_eq!((run.state, run.error), (SyncState::Succeeded, None));
    assert_eq!(run.transactions_checked, 100);
    sync::sync_due_shops(&next).await.unwrap();
    assert_eq!(last_run(&app, shop.id).await.id, run.id);
}

async fn last_run(app: &App, shop_id: i64) -> entity::sync_run::Model {
    let last = cashable::reports::last_sync(app.database.reader(), shop_id).await;
    last.unwrap().last_attempt.unwrap()
}

async fn runs_that_were_triggered_are_waited_for(app: TestApp) {
    let shop = large_shop(&app).await;
    let trigger = "mutation { triggerSync { run { state } } }";
    let answer = shop.ask(trigger, json!({})).await;
    assert_eq!(answer["triggerSync"]["run"]["state"], "QUEUED");
    app.stop.ask();
    app.stop.done().await;
    let run = last_run(&app, shop.id).await;
    assert!(run.finished_at.is_some());
    assert_eq!(
        (run.state, run.error.as_deref()),
        (SyncState::Failed, Some(STOPPED))
    );
}
