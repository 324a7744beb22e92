//! Whoever fills the places of one address keeps nobody out who comes from another.

use std::net::SocketAddr;
use std::time::Duration;

use cashable::app::App;
use cashable::http::{ServerSettings, Settings};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::admin;
use super::wire::{json_of, question, read_to_close};
use crate::support::TestApp;
use crate::support::served::Served;
use crate::support::socket::Socket;

/// How long everybody else may wait at most for what they ask, together.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How much the system keeps for either side, about.
const BUFFER: u32 = 4 << 10;

/// A way to keep a place without being anybody.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// A socket that says nothing.
    Silent,
    /// One that says what is no message, and hears no goodbye.
    Mistaken,
    /// Many questions at once, whose answers are not read.
    Unread,
}

/// A server with so many places, of which one address gets so many.
fn served(app: &App, connections: usize, connections_each: usize) -> Served {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(BUFFER).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let settings = Settings {
        server: ServerSettings {
            connections,
            connections_each,
            ..ServerSettings::default()
        },
        ..Settings::default()
    };
    Served::start_on(socket.listen(1_024).unwrap(), app, settings)
}

/// A connection from 127.0.0.1, 127.0.0.2 and so on.
async fn connect_from(last: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    socket
        .bind(SocketAddr::from(([127, 0, 0, last], 0)))
        .unwrap();
    socket.connect(to).await.unwrap()
}

/// Keeps a place for as long as the server lets it.
async fn keep_a_place(way: Way, to: SocketAddr) {
    let mut wire = connect_from(1, to).await;
    if matches!(way, Way::Unread) {
        let ask = "GET /explorer.js HTTP/1.1\r\nHost: x\r\n\r\n".repeat(400);
        let _ = wire.write_all(ask.as_bytes()).await;
        std::future::pending::<()>().await;
    }
    // It may be closed before it has become a socket.
    let Ok(mut socket) = Socket::over(wire, &[]).await else {
        return;
    };
    if matches!(way, Way::Mistaken) {
        let _ = socket.send_text("hello".to_owned()).await;
        std::future::pending::<()>().await;
    }
    let _ = socket.next().await;
}

async fn ask_from(last: u8, to: SocketAddr, bearer: &str) {
    let mut wire = connect_from(last, to).await;
    let asked = question(bearer, "", "{ viewer { name } }");
    wire.write_all(asked.as_bytes()).await.unwrap();
    let answer = json_of(&read_to_close(&mut wire).await);
    assert_eq!(answer["data"]["viewer"]["name"], "Ada");
}

/// Others ask ten times while somebody takes all places that there are, again and again.
async fn assert_answered(way: Way, connections: usize, each: usize) {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let served = served(&app, connections, each);
    let mut crowd = JoinSet::new();
    for _ in 0..each {
        crowd.spawn(keep_a_place(way, served.address));
    }
    while held(&app) < each {
        sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..40 {
        crowd.spawn(keep_a_place(way, served.address));
    }
    let asking = async {
        for _ in 0..10 {
            sleep(Duration::from_millis(20)).await;
            ask_from(2, served.address, &bearer).await;
            assert!(held(&app) <= connections, "{} are held", held(&app));
        }
    };
    let asked = timeout(AT_ONCE, asking).await;
    assert!(asked.is_ok(), "others wait: {way:?}, {each}/{connections}");
}

fn held(app: &App) -> usize {
    app.metrics.connections().get().try_into().unwrap()
}

#[tokio::test]
async fn sockets_that_say_nothing_keep_nobody_out() {
    assert_answered(Way::Silent, 8, 4).await;
    assert_answered(Way::Silent, 8, 8).await;
}

#[tokio::test]
async fn sockets_that_hear_no_goodbye_keep_nobody_out() {
    assert_answered(Way::Mistaken, 8, 4).await;
    assert_answered(Way::Mistaken, 8, 8).await;
}

#[tokio::test]
async fn answers_that_are_not_read_keep_nobody_out() {
    assert_answered(Way::Unread, 8, 4).await;
    assert_answered(Way::Unread, 8, 8).await;
}

/// All from one address, which may have all places.
#[tokio::test]
async fn ten_thousand_silent_sockets_keep_nobody_out() {
    const PLACES: usize = 200;
    const SOCKETS: usize = 10_000;
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let served = served(&app, PLACES, PLACES);
    let mut crowd = JoinSet::new();
    for number in 1..=SOCKETS {
        let wire = connect_from(1, served.address).await;
        let mut socket = Socket::over(wire, &[]).await.unwrap();
        crowd.spawn(async move {
            let _ = socket.next().await;
        });
        if number % 1_000 == 0 {
            let asked = timeout(AT_ONCE, ask_from(2, served.address, &bearer));
            asked.await.expect("an answer at once");
            let sockets: usize = app.metrics.sockets().get().try_into().unwrap();
            assert!(held(&app) <= PLACES, "{} are held", held(&app));
            assert!((PLACES / 2..=PLACES).contains(&sockets), "{sockets}");
        }
    }
    // Those who are left have not said in time who they are.
    let closed = async { while crowd.join_next().await.is_some() {} };
    timeout(Duration::from_secs(15), closed).await.unwrap();
}
