//! How much is read of what is too long, counted byte by byte.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{StatusCode, header};
use cashable::http::Settings;
use http_body::{Frame, SizeHint};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use super::{PLAIN, Server, another_token};
use crate::http::post;
use crate::support::memory::Memory;
use crate::support::socket::Socket;

const MIB: usize = 1 << 20;
const PIECE: usize = 1 << 10;

/// A question with a comment of so many bytes.
fn question(bytes: usize) -> Bytes {
    let query = format!("{PLAIN} #{}", "x".repeat(bytes));
    json!({ "query": query }).to_string().into()
}

/// A body in pieces, which counts what is taken of it, and says beforehand how long it is or does not.
struct Counted {
    left: Bytes,
    says: bool,
    taken: Arc<AtomicUsize>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.left.len().min(PIECE);
        if length == 0 {
            return Poll::Ready(None);
        }
        self.taken.fetch_add(length, Ordering::Relaxed);
        let piece = self.left.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        if self.says {
            return SizeHint::with_exact(self.left.len() as u64);
        }
        SizeHint::default()
    }
}

#[tokio::test]
async fn of_a_body_no_more_is_read_than_its_sender_may_send() {
    let (app, admin) = Server::on_sqlite(&Settings::default()).await;
    let analyst = admin.asked_by(&another_token(&app).await);
    let all = question(MIB).len();
    let most = (256 << 10) + PIECE;
    for (sender, says, read, is_read_to_its_end) in [
        (&analyst, true, 0..=0, false),
        (&analyst, false, 0..=most, false),
        (&admin, true, all..=all, true),
        (&admin, false, all..=all, true),
    ] {
        for accept in ["application/json", "text/event-stream"] {
            let taken = Arc::<AtomicUsize>::default();
            let body = Counted {
                left: question(MIB),
                says,
                taken: Arc::clone(&taken),
            };
            let mut request = post(&sender.bearer, Body::new(body));
            let accept = accept.parse().unwrap();
            request.headers_mut().insert(header::ACCEPT, accept);
            let (answer, other) = tokio::join!(sender.send(request), analyst.ask(PLAIN));
            other.assert_data();
            let taken = taken.load(Ordering::Relaxed);
            assert!(read.contains(&taken), "{taken} bytes were read");
            if is_read_to_its_end {
                assert!(answer.text.contains("QUERY_TOO_COMPLEX"));
                assert!(answer.text.contains(r#""nodesWalked":0"#));
            } else {
                assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
            }
        }
    }
}

/// A wire that counts what the other side takes, but for what lies in it.
struct Wire {
    wire: DuplexStream,
    taken: Arc<AtomicUsize>,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.wire).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.taken.fetch_add(count, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn of_a_message_no_more_is_read_than_it_may_have() {
    let settings = Settings::default();
    let (app, here) = Server::on_sqlite(&settings).await;
    let server = Memory::start(&app, &settings, PIECE);
    let taken = Arc::<AtomicUsize>::default();
    let wire = Wire {
        wire: server.wire(),
        taken: Arc::clone(&taken),
    };
    let mut socket = Socket::over(wire, &[]).await.unwrap();
    socket.enter(&here.bearer).await;
    let before = taken.load(Ordering::Relaxed);
    let long = String::from_utf8(question(MIB).to_vec()).unwrap();
    let (sent, other) = tokio::join!(socket.send_text(long), here.ask(PLAIN));
    other.assert_data();
    assert!(sent.is_err());
    let taken = taken.load(Ordering::Relaxed) - before;
    assert!(taken <= 64 << 10, "{taken} bytes were read");
}
