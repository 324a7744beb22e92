//! Callers who say nothing, or take their time: they hold little, not for long, and keep nobody out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cashable::app::App;
use cashable::http::{Seconds, ServerSettings, Settings};
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::admin;
use super::wire::{Served, exchange, json_of, question, read_to_close};
use crate::support::TestApp;

/// How long somebody who is quick may wait at most while others are slow.
const AT_ONCE: Duration = Duration::from_secs(5);

pub(super) fn settings(millis: u64) -> ServerSettings {
    let short = Seconds(Duration::from_millis(millis));
    ServerSettings {
        header_timeout: short,
        body_timeout: short,
        ..ServerSettings::default()
    }
}

pub(super) async fn served(app: &App, server: ServerSettings) -> Served {
    let settings = Settings {
        server,
        ..Settings::default()
    };
    Served::with(app, settings).await
}

/// That somebody else is answered meanwhile.
pub(super) async fn assert_answered(served: &Served, bearer: &str) {
    let asked = question(bearer, "", "{ viewer { name } }");
    let answer = timeout(AT_ONCE, exchange(&served.address, &asked)).await;
    let answer = json_of(&answer.expect("an answer at once"));
    assert_eq!(answer["data"]["viewer"]["name"], "Ada");
}

pub(super) fn held(app: &App) -> i64 {
    app.metrics.connections().get()
}

/// Drips bytes until the other side has had enough; answers how many, and what was said to them.
pub(super) async fn drip(served: &Served, begin: &str) -> (usize, String) {
    let mut stream = served.connect().await;
    stream.write_all(begin.as_bytes()).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let drips = tokio::spawn(async move {
        let mut count = 0;
        while to.write_all(b"x").await.is_ok() {
            count += 1;
            sleep(Duration::from_millis(20)).await;
        }
        count
    });
    let mut answer = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut from, &mut answer).await;
    drop(from);
    (drips.await.unwrap(), String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let served = served(&app, settings(400)).await;
    let begun = Instant::now();
    let slow = drip(&served, "POST /graphql HTTP/1.1\r\nX-Slow: ");
    let (slow, ()) = tokio::join!(slow, assert_answered(&served, &bearer));
    let (bytes, answer) = slow;
    assert!((1..=25).contains(&bytes), "{bytes} bytes");
    assert_eq!(answer, "");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    served.stop().await;
    assert_eq!(held(&app), 0);
}

#[tokio::test]
async fn a_body_that_drips_is_told_so() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let served = served(&app, settings(400)).await;
    let head = |bearer: &str| {
        format!(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\n\
             Content-Type: application/json\r\nContent-Length: 200000\r\n\r\n{{"
        )
    };
    let begun = Instant::now();
    let head_of_ours = head(&bearer);
    let slow = drip(&served, &head_of_ours);
    let (slow, ()) = tokio::join!(slow, assert_answered(&served, &bearer));
    let (bytes, answer) = slow;
    assert!((1..=30).contains(&bytes), "{bytes} bytes");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert_eq!(
        json_of(&answer)["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    // Strangers are not even listened to.
    let (bytes, answer) = drip(&served, &head("Bearer cashable_x")).await;
    assert!(bytes <= 5, "{bytes} bytes");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    served.stop().await;
    assert_eq!(held(&app), 0);
}

/// Half of them say nothing, half begin to.
#[tokio::test]
async fn ten_thousand_idle_sockets_keep_nobody_out() {
    const PLACES: usize = 200;
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let limits = ServerSettings {
        connections: PLACES,
        connections_each: PLACES,
        ..settings(2_000)
    };
    let served = served(&app, limits).await;
    let closed = Arc::<AtomicUsize>::default();
    let begun = Instant::now();
    for index in 0..10_000 {
        let mut idle = served.connect().await;
        let closed = Arc::clone(&closed);
        tokio::spawn(async move {
            if index % 2 == 0 {
                let _ = idle.write_all(b"GET / HTTP/1.1\r\nHost: ").await;
            }
            assert_eq!(read_to_close(&mut idle).await, "");
            closed.fetch_add(1, Ordering::Relaxed);
        });
        if index % 1_000 == 999 {
            assert_answered(&served, &bearer).await;
            assert!(held(&app) <= 200, "{} are held", held(&app));
        }
    }
    let last = Instant::now();
    while closed.load(Ordering::Relaxed) < 10_000 {
        assert!(
            last.elapsed() < Duration::from_secs(15),
            "{closed:?} are closed"
        );
        sleep(Duration::from_millis(20)).await;
    }
    println!(
        "10,000 sockets came within {:?} and went within {:?}",
        last - begun,
        last.elapsed()
    );
    assert_eq!(refused(&app, "ADDRESS_FULL"), None);
    served.stop().await;
    assert_eq!(held(&app), 0);
}

/// How many were refused for this reason.
fn refused(app: &App, reason: &str) -> Option<u64> {
    let text = app.metrics.text(&cashable::metrics::Snapshot::default());
    let line = format!("cashable_refused_total{{reason=\"{reason}\"}} ");
    text.lines()
        .find_map(|it| it.strip_prefix(&line)?.parse().ok())
}
