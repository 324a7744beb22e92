//! A load generator as small as can be, since it takes its share of the machine that it measures: plain
//! HTTP/1.1 over connections that are kept open, requests made up front, answers read and thrown away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::outcome::Outcome;

/// How many connections ask at the same time (DESIGN §7).
const CONNECTIONS: usize = 16;
/// What an answer in chunks ends with.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// One connection to a server of this machine.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

/// How much was answered in which time.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many requests.
    pub requests: u64,
    /// In which time.
    pub elapsed: Duration,
}

/// A GET as it goes over the wire.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// A question to Cashable in an address.
pub fn get_graphql(token: &str, query: &str) -> Vec<u8> {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    let query: String = query.bytes().map(escaped).collect();
    format!(
        "GET /graphql?query={query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    .into_bytes()
}

/// The same request, that asks for an event stream.
pub fn as_events(request: &[u8]) -> Vec<u8> {
    let request = String::from_utf8_lossy(request);
    let accept = "Host: localhost\r\nAccept: text/event-stream\r\n";
    request.replacen("Host: localhost\r\n", accept, 1).into()
}

/// A question to Cashable as it goes over the wire.
pub fn ask_graphql(token: &str, query: &str, variables: &Value) -> Vec<u8> {
    let body = serde_json::json!({ "query": query, "variables": variables });
    post_graphql(token, &body.to_string())
}

/// Any body to Cashable as it goes over the wire.
pub fn post_graphql(token: &str, body: &str) -> Vec<u8> {
    post_as("application/json", token, body)
}

/// The same, said to be of some type.
pub fn post_as(content_type: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl Connection {
    /// Connects to a port of this machine.
    pub async fn open(port: u16) -> Outcome<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let answer = Vec::with_capacity(64 * 1024);
        Ok(Self { stream, answer })
    }

    /// Asks and gives the body of the answer, which must be a good one.
    pub async fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request).await?;
        let (head, end) = self.read_answer().await?;
        if !self.answer.starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&self.answer).into());
        }
        Ok(&self.answer[head..end])
    }

    /// Sends what is to be refused, and gives the answer whatever it is. A server may refuse before it has read
    /// all, and then reads no more.
    pub async fn send(&mut self, request: &[u8]) -> Outcome<String> {
        let sent = self.stream.write_all(request).await;
        match self.read_answer().await {
            Ok((_, end)) => Ok(String::from_utf8_lossy(&self.answer[..end]).into()),
            Err(error) => Err(sent.err().map_or(error, Into::into)),
        }
    }

    /// Where the body of the next answer begins and ends.
    async fn read_answer(&mut self) -> Outcome<(usize, usize)> {
        self.answer.clear();
        let head = loop {
            self.read_more().await?;
            if let Some(at) = find(&self.answer, b"\r\n\r\n") {
                break at + 4;
            }
        };
        let end = self.content_length(head)?.map(|length| head + length);
        while !end.map_or_else(
            || self.answer.ends_with(LAST_CHUNK),
            |end| self.answer.len() >= end,
        ) {
            self.read_more().await?;
        }
        Ok((head, end.unwrap_or(self.answer.len())))
    }

    /// Asks and gives the answer as JSON.
    pub async fn ask_json(&mut self, request: &[u8]) -> Outcome<Value> {
        let answer: Value = serde_json::from_slice(self.ask(request).await?)?;
        match answer.get("errors") {
            None => Ok(answer),
            Some(errors) => Err(format!("the answer has errors: {errors}").into()),
        }
    }

    async fn read_more(&mut self) -> Outcome<()> {
        if self.stream.read_buf(&mut self.answer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }

    /// None where the answer comes in chunks.
    fn content_length(&self, head: usize) -> Outcome<Option<usize>> {
        let head = std::str::from_utf8(&self.answer[..head])?.to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        if length.is_none() && head.contains("transfer-encoding: chunked") {
            return Ok(None);
        }
        let length = length.ok_or("an answer without a length")?;
        Ok(Some(length.trim().parse()?))
    }
}

/// Asks over all connections for so long.
pub async fn drive(port: u16, requests: &Arc<Vec<Vec<u8>>>, time: Duration) -> Outcome<Load> {
    let (start, mut askers) = (Instant::now(), Vec::new());
    for number in 0..CONNECTIONS {
        let requests = Arc::clone(requests);
        askers.push(tokio::spawn(async move {
            let mut connection = Connection::open(port).await?;
            let (mut asked, first) = (0, number * requests.len() / CONNECTIONS);
            for request in requests.iter().cycle().skip(first) {
                connection.ask(request).await?;
                asked += 1;
                if start.elapsed() >= time {
                    break;
                }
            }
            Outcome::Ok(asked)
        }));
    }
    let mut requests = 0;
    for asker in askers {
        requests += asker.await??;
    }
    let elapsed = start.elapsed();
    Ok(Load { requests, elapsed })
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|it| it == part)
}
