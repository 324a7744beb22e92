//! How long Cashable takes to refuse what attackers send, on each way that it can be sent, while it has nothing
//! else to do.

use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::bench::Bench;
use crate::client::{Connection, as_events, ask_graphql, get_graphql, post_as, post_graphql};
use crate::numbers::median;
use crate::outcome::Outcome;
use crate::questions::Asker;
use crate::reading::Servers;
use crate::table::{Aim, Table};

/// How often each is sent.
const TIMES: usize = 15;
/// How many milliseconds a refusal may take.
const MOST: f64 = 50.0;
/// No address is longer.
const LONGEST_LINK: usize = 60_000;
/// No message is longer.
const LONGEST_MESSAGE: usize = 64 << 10;

/// The document of an attack.
struct Attack {
    name: &'static str,
    document: String,
}

fn attacks() -> [Attack; 6] {
    let attack = |name, document| Attack { name, document };
    let of_viewer = |fields: String| format!("{{ viewer {{ {fields} }} }}");
    let aliases = |times| {
        (0..times)
            .map(|it| format!("a{it}:name "))
            .collect::<Vec<_>>()
            .concat()
    };
    [
        attack("a fragment bomb of 2^30", bomb(30)),
        attack(
            "a comment of 1 MiB",
            format!("{{ viewer {{ name }} }} #{}", "x".repeat(1 << 20)),
        ),
        attack("10,000 aliases", of_viewer(aliases(10_000))),
        attack(
            "10,000 directives",
            of_viewer(format!("name {}", "@a ".repeat(10_000))),
        ),
        // The longest texts that are parsed.
        attack("16 KiB of fields", of_viewer("a ".repeat(8_180))),
        attack("16 KiB of comments", of_viewer("a#\n".repeat(5_450))),
    ]
}

/// Each fragment doubles the next.
fn bomb(levels: usize) -> String {
    let fragment = |at| {
        format!(
            "fragment F{at} on Query {{ ...F{} ...F{} }} ",
            at + 1,
            at + 1
        )
    };
    let fragments = (1..levels).map(fragment).collect::<Vec<_>>().concat();
    format!("{{ ...F1 ...F1 }} {fragments} fragment F{levels} on Query {{ __typename }}")
}

/// Measures each attack on each way.
pub async fn measure(
    bench: &Bench,
    servers: &Servers,
    askers: &[Asker],
    table: &mut Table,
) -> Outcome<()> {
    let token = askers.first().ok_or("no shop")?.token();
    let port = servers.ours.port;
    let mut tell = |name: &str, way: &str, millis: f64| {
        let told = ("", format!("{millis:.2} ms"));
        let work = format!("refusal of {name}, {way} (ms)");
        table.add(work, bench.store.name(), told, millis, Aim::AtMost(MOST));
    };
    for Attack { name, document } in attacks() {
        let request = ask_graphql(token, &document, &json!({}));
        tell(name, "POST", refusal(port, &request).await?);
        let events = as_events(&request);
        tell(name, "event stream", refusal(port, &events).await?);
        let request = get_graphql(token, &document);
        if request.len() < LONGEST_LINK {
            tell(name, "GET", refusal(port, &request).await?);
        }
        if document.len() < LONGEST_MESSAGE {
            tell(
                name,
                "WebSocket",
                refusal_on_socket(port, token, &document).await?,
            );
        }
    }
    let batch = json!(vec![json!({ "query": "{ viewer { name } }" }); 10_000]);
    let request = post_graphql(token, &batch.to_string());
    tell("a batch of 10,000", "POST", refusal(port, &request).await?);
    for (name, way, request) in misplaced(token) {
        tell(name, way, refusal(port, &request).await?);
    }
    Ok(())
}

/// What is well but for how it comes.
fn misplaced(token: &str) -> [(&'static str, &'static str, Vec<u8>); 4] {
    let change = "mutation { triggerSync { alreadyRunning } }";
    let question = json!({ "query": "{ viewer { name } }" }).to_string();
    let part = "--a\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n";
    let form = format!("{part}{question}\r\n--a--\r\n");
    let link = get_graphql(token, change);
    [
        ("a mutation in a link", "event stream", as_events(&link)),
        ("a mutation in a link", "GET", link),
        (
            "a body of plain text",
            "POST",
            post_as("text/plain", token, &question),
        ),
        (
            "a form of several parts",
            "POST",
            post_as("multipart/form-data; boundary=a", token, &form),
        ),
    ]
}

/// Milliseconds from sending to the end of the answer, which must be a refusal.
async fn refusal(port: u16, request: &[u8]) -> Outcome<f64> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let mut connection = Connection::open(port).await?;
        let start = Instant::now();
        let answer = connection.send(request).await?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
        require_refused(&answer)?;
    }
    Ok(median(times))
}

fn require_refused(answer: &str) -> Outcome<()> {
    let is_refused = [
        "QUERY_TOO_COMPLEX",
        "HTTP/1.1 400",
        "HTTP/1.1 405",
        "HTTP/1.1 413",
        "HTTP/1.1 415",
    ];
    if is_refused.iter().any(|it| answer.contains(it)) {
        return Ok(());
    }
    Err(format!("this was let in: {answer}").into())
}

async fn refusal_on_socket(port: u16, token: &str, document: &str) -> Outcome<f64> {
    let mut socket = Socket::open(port, token).await?;
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": document } });
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        socket.say(&subscribe).await?;
        let answer = socket.hear().await?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
        require_refused(&answer.to_string())?;
    }
    Ok(median(times))
}

/// A socket that was let in.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(port: u16, token: &str) -> Outcome<Self> {
        let mut request = format!("ws://127.0.0.1:{port}/graphql").into_client_request()?;
        let protocol = "graphql-transport-ws".parse()?;
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", protocol);
        let mut socket = Self(connect_async(request).await?.0);
        let payload = json!({ "token": token });
        socket
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await?;
        socket.hear().await?;
        Ok(socket)
    }

    async fn say(&mut self, message: &Value) -> Outcome<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    /// The next message but those that say that an operation is over.
    async fn hear(&mut self) -> Outcome<Value> {
        loop {
            let message = self.0.next().await.ok_or("the socket ended")??;
            let message: Value = serde_json::from_str(message.to_text()?)?;
            if message["type"] != "complete" {
                return Ok(message);
            }
        }
    }
}
