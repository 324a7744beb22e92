//! Connections in memory, over a time that runs only while everybody waits.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::*;

/// More than any answer here but the one that is to be too long.
const BUFFER: usize = 16 << 10;

fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, last).into()
}

fn settings() -> ServerSettings {
    ServerSettings {
        connections: 4,
        connections_each: 3,
        ..ServerSettings::default()
    }
}

/// What holds up those who ask for `/late`.
#[derive(Default)]
struct Gate {
    asked: Notify,
    opens: Notify,
}

fn server(settings: &ServerSettings, gate: &Arc<Gate>) -> Server {
    let gate = Arc::clone(gate);
    let late = move || async move {
        gate.asked.notify_one();
        gate.opens.notified().await;
    };
    let limit = from_fn_with_state(BodyTime::new(settings), limit_body_time);
    let body = Router::new()
        .route("/body", post(async |body: Bytes| body.len().to_string()))
        .layer(limit)
        .layer(DefaultBodyLimit::disable());
    let routes = Router::new()
        .route("/", get("well"))
        .route("/long", get("x".repeat(1 << 20)))
        .route("/late", get(late))
        .merge(body);
    Server::new(routes, settings, Arc::default())
}

/// Somebody's end of a connection.
struct Caller(DuplexStream);

impl Caller {
    async fn to(server: &Server, from: u8) -> Self {
        let place = server.connections.enter(address(from)).await;
        Self::at(server, from, place.expect("there is room"))
    }

    fn at(server: &Server, from: u8, place: Place) -> Self {
        let (ours, theirs) = duplex(BUFFER);
        let address = ClientAddress(address(from));
        tokio::spawn(server.clone().hold(theirs, address, place));
        Self(ours)
    }

    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn ask(&mut self, path: &str) {
        self.say(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
            .await;
    }

    /// What comes until the other side has closed, and how long that took.
    async fn until_closed(&mut self) -> (String, Duration) {
        let begun = Instant::now();
        let mut answer = Vec::new();
        let _ = self.0.read_to_end(&mut answer).await;
        (String::from_utf8(answer).unwrap(), begun.elapsed())
    }

    /// The first lines of an answer to a question.
    async fn answer(&mut self) -> String {
        let mut answer = vec![0; BUFFER];
        let length = self.0.read(&mut answer).await.unwrap();
        String::from_utf8(answer[..length].to_vec()).unwrap()
    }

    async fn assert_answered(&mut self) {
        self.ask("/").await;
        let answer = self.answer().await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("well"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_or_never_ends_a_head_is_closed() {
    let server = server(&settings(), &Arc::default());
    let mut silent = Caller::to(&server, 1).await;
    let mut slow = Caller::to(&server, 2).await;
    let mut kept = Caller::to(&server, 3).await;
    kept.assert_answered().await;
    let dripping = tokio::spawn(async move {
        let begun = Instant::now();
        let mut drops = 0;
        while slow.0.write_all(b"G").await.is_ok() {
            drops += 1;
            sleep(Duration::from_millis(900)).await;
        }
        (drops, begun.elapsed())
    });
    assert_eq!(
        silent.until_closed().await,
        (String::new(), Duration::from_secs(10))
    );
    assert_eq!(kept.until_closed().await.0, "");
    let (drops, span) = dripping.await.unwrap();
    assert_eq!(drops, 12);
    assert!(span < Duration::from_secs(11), "{span:?}");
    assert_eq!(server.connections.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_makes_it_in_time_is_answered() {
    let server = server(&settings(), &Arc::default());
    let almost = Duration::from_millis(9_990);
    let mut late = Caller::to(&server, 1).await;
    late.say("GET / HTTP/1.1\r\nHost: x\r\n").await;
    sleep(almost).await;
    late.say("\r\n").await;
    assert!(late.answer().await.starts_with("HTTP/1.1 200"));
    sleep(almost).await;
    late.assert_answered().await;
    // Takes of a long answer as little as it may.
    late.ask("/long").await;
    let mut taken = 0;
    while taken < 1 << 20 {
        sleep(almost).await;
        taken += late.answer().await.len();
    }
}

#[tokio::test(start_paused = true)]
async fn heads_are_taken_up_to_their_limits() {
    let server = server(&settings(), &Arc::default());
    let line = "GET / HTTP/1.1\r\n";
    for (headers, status) in [
        (vec!["a: b\r\n".to_owned(); 100], "200"),
        (vec!["a: b\r\n".to_owned(); 101], "431"),
        (
            vec![format!(
                "a: {}\r\n",
                "x".repeat((64 << 10) - line.len() - 7)
            )],
            "200",
        ),
        (
            vec![format!(
                "a: {}\r\n",
                "x".repeat((64 << 10) - line.len() - 6)
            )],
            "431",
        ),
    ] {
        let mut caller = Caller::to(&server, 1).await;
        let head = format!("{line}{}\r\n", headers.concat());
        let (mut from, mut to) = tokio::io::split(caller.0);
        let (_, answer) = tokio::join!(to.write_all(head.as_bytes()), async {
            let mut answer = [0; 12];
            from.read_exact(&mut answer).await.unwrap();
            String::from_utf8(answer.to_vec()).unwrap()
        });
        caller = Caller(from.unsplit(to));
        assert_eq!(answer, format!("HTTP/1.1 {status}"), "{} bytes", head.len());
        drop(caller);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_has_its_time_and_more_if_it_brings_more() {
    let server = server(&settings(), &Arc::default());
    // Bytes a second, and how long it takes until there is an answer of which kind.
    for (bytes, length, status, seconds) in [
        (1, 9, StatusCode::OK, 9),
        (1, 1_000, StatusCode::REQUEST_TIMEOUT, 10),
        // 16 MiB on a line of half a megabit.
        (64 << 10, 16 << 20, StatusCode::OK, 256),
        // Each second brings what half a second needs, so that the first ten are used up.
        (32 << 10, 16 << 20, StatusCode::REQUEST_TIMEOUT, 19),
    ] {
        let mut caller = Caller::to(&server, 1).await;
        let head = "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length";
        caller.say(&format!("{head}: {length}\r\n\r\n")).await;
        let begun = Instant::now();
        let (mut from, mut to) = tokio::io::split(caller.0);
        let drip = async {
            for _ in 0..length / bytes {
                sleep(Duration::from_secs(1)).await;
                if to.write_all(&vec![b'x'; bytes]).await.is_err() {
                    break;
                }
            }
        };
        let answer = async {
            let mut answer = vec![0; 12];
            from.read_exact(&mut answer).await.unwrap();
            (
                String::from_utf8(answer).unwrap(),
                begun.elapsed().as_secs(),
            )
        };
        let ((), (answer, took)) = tokio::join!(drip, answer);
        assert_eq!(answer, format!("HTTP/1.1 {}", status.as_str()));
        assert_eq!(took, seconds, "{bytes} bytes a second");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_given_up() {
    let server = server(&settings(), &Arc::default());
    let mut caller = Caller::to(&server, 1).await;
    caller.ask("/long").await;
    let begun = Instant::now();
    timeout(Duration::from_mins(1), server.connections.all_gone())
        .await
        .unwrap();
    assert_eq!(begun.elapsed(), Duration::from_secs(10));
    let (taken, _) = caller.until_closed().await;
    assert_eq!(taken.len(), BUFFER);
}

#[tokio::test(start_paused = true)]
async fn the_longest_idle_goes_for_the_next() {
    let server = server(&settings(), &Arc::default());
    let mut callers = Vec::new();
    for from in 0..4 {
        callers.push(Caller::to(&server, from).await);
        sleep(Duration::from_secs(1)).await;
    }
    // The first one has been idle for less long than the second since it was answered.
    callers[0].assert_answered().await;
    let mut next = Caller::to(&server, 9).await;
    assert_eq!(server.connections.count(), 4);
    next.assert_answered().await;
    let (said, took) = callers[1].until_closed().await;
    assert_eq!((said.as_str(), took), ("", Duration::ZERO));
    for index in [0, 2, 3] {
        callers[index].assert_answered().await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_are_busy_the_next_waits() {
    let gate = Arc::<Gate>::default();
    let server = server(&settings(), &gate);
    let mut callers = Vec::new();
    for from in 0..4 {
        let mut caller = Caller::to(&server, from).await;
        caller.ask("/late").await;
        callers.push(caller);
    }
    sleep(Duration::from_secs(1)).await;
    let waiting = server.connections.enter(address(9));
    let mut waiting = std::pin::pin!(waiting);
    assert!(
        timeout(Duration::from_hours(1), waiting.as_mut())
            .await
            .is_err()
    );
    gate.opens.notify_one();
    let place = waiting.await.expect("there is room");
    Caller::at(&server, 9, place).assert_answered().await;
    gate.opens.notify_waiters();
    for caller in &mut callers[1..] {
        assert!(caller.answer().await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_has_its_share_of_the_places() {
    let gate = Arc::<Gate>::default();
    let server = server(&settings(), &gate);
    let mut callers = Vec::new();
    for _ in 0..3 {
        callers.push(Caller::to(&server, 1).await);
    }
    // Its own longest idle goes, though there is a place left.
    let mut fourth = Caller::to(&server, 1).await;
    assert_eq!(callers.remove(0).until_closed().await.0, "");
    callers.push(fourth);
    for caller in &mut callers {
        caller.ask("/late").await;
    }
    sleep(Duration::from_secs(1)).await;
    assert!(server.connections.enter(address(1)).await.is_none());
    Caller::to(&server, 2).await.assert_answered().await;
    gate.opens.notify_waiters();
    fourth = callers.remove(0);
    assert!(fourth.answer().await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_kept_unless_its_other_side_has_not_said_who_it_is() {
    let server = server(&settings(), &Arc::default());
    let first = server.connections.enter(address(0)).await.unwrap();
    let second = server.connections.enter(address(1)).await.unwrap();
    let places = [first, second];
    for place in &places {
        place.seat().keep();
    }
    let is_told = || {
        let told = places.each_ref().map(|place| place.seat().told_to_leave());
        told.map(|told| told.now_or_never().is_some())
    };
    server.connections.make_room();
    assert_eq!(is_told(), [false, false]);
    drop(places[0].seat().expendable());
    let _stranger = places[1].seat().expendable();
    server.connections.make_room();
    server.connections.make_room();
    assert_eq!(is_told(), [false, true]);
}

#[tokio::test]
async fn what_is_being_answered_ends_before_the_server_does() {
    let gate = Arc::<Gate>::default();
    let server = server(&settings(), &gate);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    let stop = Arc::<Notify>::default();
    let stopped = Arc::clone(&stop);
    let connections = server.connections.clone();
    let running = tokio::spawn(async move {
        server
            .run(listener, async move { stopped.notified().await })
            .await;
    });
    let mut idle = TcpStream::connect(to).await.unwrap();
    let mut busy = TcpStream::connect(to).await.unwrap();
    busy.write_all(b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    gate.asked.notified().await;
    assert_eq!(connections.count(), 2);
    stop.notify_one();
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(TcpStream::connect(to).await.is_err(), "nobody is taken in");
    assert!(!running.is_finished());
    gate.opens.notify_one();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    running.await.unwrap();
}

#[test]
fn addresses_of_one_network_share() {
    use super::held::share_of;
    for (one, other, is_shared) in [
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false),
        ("2001:db8::1", "2001:db8::ffff:0:0:1", true),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
    ] {
        let share = |text: &str| share_of(text.parse().unwrap());
        assert_eq!(share(one) == share(other), is_shared, "{one} {other}");
    }
}
