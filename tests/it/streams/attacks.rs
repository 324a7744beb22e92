//! What somebody sends who wants to do harm, on every way by which it can be sent.

use std::time::Duration;

use axum::http::{StatusCode, header};
use cashable::http::{Settings, StreamSettings};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, pause, timeout};

use super::{CHANGED, Followed, NAME, asking};
use crate::support::TestApp;
use crate::support::memory::Memory;
use crate::support::socket::Socket;

/// A way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Post,
    Events,
    Socket,
}

const WAYS: [Way; 3] = [Way::Post, Way::Events, Way::Socket];

/// Documents that must not run, by name.
fn attacks() -> Vec<(&'static str, String)> {
    let names: Vec<_> = (0..2_000)
        .map(|number| format!("nothing{number}"))
        .collect();
    let fields = names.join(" ");
    let cycle = "{ shop { ...A } } fragment A on Shop { ...B } fragment B on Shop { ...A }";
    vec![
        ("no document", "{".repeat(15_000)),
        ("nothing that is there", format!("{{ {fields} }}")),
        ("a circle of fragments", cycle.to_owned()),
        ("a deep hole", format!("{{ shop {}", "{ id ".repeat(1_000))),
        (
            "a subscription to everything",
            format!("subscription {{ {fields} }}"),
        ),
    ]
}

async fn followed() -> Followed {
    Followed::open(TestApp::on_sqlite().await, StreamSettings::default()).await
}

/// The answer to a document, whichever way it is asked; over a socket it is told as errors alone.
async fn answer(followed: &Followed, way: Way, document: &str) -> Value {
    match way {
        Way::Post => followed.ask(document).await,
        Way::Events => {
            let mut events = followed.events(&followed.bearer, document).await;
            events.all().await.remove(0)
        }
        Way::Socket => {
            let mut socket = followed.socket().await;
            socket.subscribe("1", document).await;
            let (kind, _, errors) = socket.heard().await;
            assert_eq!(kind, "error");
            json!({ "errors": errors })
        }
    }
}

#[tokio::test]
async fn what_must_not_run_is_refused_on_every_way() {
    let followed = followed().await;
    for (name, document) in attacks() {
        for way in WAYS {
            let answer = answer(&followed, way, &document).await;
            assert_eq!(answer.get("data"), None, "{name} {way:?}");
            assert!(
                answer["errors"][0]["extensions"]["code"].is_string(),
                "{name} {way:?}"
            );
            assert_eq!(followed.ask(NAME).await["data"]["viewer"]["name"], "Ada");
        }
    }
}

#[tokio::test]
async fn many_at_once_are_none() {
    let followed = followed().await;
    let one = json!({ "query": NAME });
    let many = Value::from(vec![one.clone(); 1_000]);
    let mut request = asking(&followed.bearer, NAME);
    *request.body_mut() = many.to_string().into();
    let answer = followed.server.answer(request).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    for message in [
        json!({ "type": "subscribe", "id": "1", "payload": many }),
        Value::from(vec![
            json!({ "type": "subscribe", "id": "1", "payload": one });
            100
        ]),
    ] {
        let mut socket = followed.socket().await;
        socket.send(message).await;
        assert_eq!(socket.code().await, 4400);
    }
}

#[tokio::test]
async fn no_more_of_a_message_is_read_than_it_may_have() {
    let followed = followed().await;
    for mebibytes in [1, 16] {
        let mut socket = followed.socket().await;
        let sent = socket.send_text("x".repeat(mebibytes << 20)).await;
        // It may be cut off in the middle of it.
        let code = socket.code().await;
        assert!(
            code == 4400 || (code == 0 && mebibytes > 0),
            "{code} {sent:?}"
        );
        followed.socket().await.data("1", NAME).await;
    }
}

#[tokio::test]
async fn ten_thousand_pings_are_answered_and_keep_nobody_waiting() {
    let followed = followed().await;
    let (mut socket, mut other) = (followed.socket().await, followed.socket().await);
    let ping = json!({ "type": "ping", "payload": { "a": "x".repeat(100) } });
    for burst in 0..100 {
        for _ in 0..100 {
            socket.send(ping.clone()).await;
        }
        other.data(&burst.to_string(), NAME).await;
        for _ in 0..100 {
            assert_eq!(socket.told().await["type"], "pong");
        }
    }
}

#[tokio::test]
async fn of_ten_thousand_operations_on_one_socket_twenty_run() {
    let followed = followed().await;
    let (mut socket, mut other) = (followed.socket().await, followed.socket().await);
    for burst in 0..100 {
        for number in 0..100 {
            let id = (burst * 100 + number).to_string();
            socket.subscribe(&id, CHANGED).await;
        }
        other.data(&burst.to_string(), NAME).await;
        let refused = if burst == 0 { 80 } else { 100 };
        for _ in 0..refused {
            let (kind, _, errors) = socket.heard().await;
            assert_eq!(kind, "error");
            assert_eq!(errors[0]["extensions"]["code"], "RATE_LIMITED");
        }
    }
    for id in 0..20 {
        let complete = json!({ "type": "complete", "id": id.to_string() });
        socket.send(complete).await;
    }
    socket.data("0", NAME).await;
}

#[tokio::test]
async fn a_thousand_sockets_that_say_nothing_are_closed() {
    let app = TestApp::on_sqlite().await;
    pause();
    let server = Memory::start(&app, &Settings::default(), 1 << 10);
    let open = (0..1_000).map(|_| Socket::over(server.wire(), &[]));
    let sockets = join_all(open).await;
    let began = Instant::now();
    let codes = sockets
        .into_iter()
        .map(async |socket| socket.unwrap().code().await);
    let codes = join_all(codes).await;
    assert_eq!(codes, [4408; 1_000]);
    assert!(began.elapsed() <= Duration::from_secs(6));
}

#[tokio::test]
async fn a_page_elsewhere_cannot_have_its_visitors_browser_ask_for_events() {
    let followed = followed().await;
    // What browsers send from other sites without asking before.
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let mut request = asking(&followed.bearer, NAME);
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let answer = timeout(Duration::from_secs(10), followed.server.answer(request));
        assert_eq!(
            answer.await.unwrap().status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }
}
