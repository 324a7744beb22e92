//! The loop that takes in connections. `axum::serve` has none of the limits that keep a server on its feet: on
//! the time that the head of a request may take, and on the connections that are held.

mod answering;
mod body_time;
mod connections;
mod held;
mod line;
mod seconds;
mod settings;

use std::convert::Infallible;
use std::future::Future;
use std::io::{Error as IoError, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::ClientAddress;
use crate::metrics::Metrics;
use crate::stop::Stop;
use answering::Answering;
pub use body_time::{BodyTime, limit_body_time};
pub use connections::Seat;
use connections::{Connections, Place};
use line::Line;
pub use seconds::Seconds;
pub use settings::ServerSettings;

/// How long nobody is taken in after the system had no means left for one more.
const BREATHER: Duration = Duration::from_millis(50);

/// Answers what comes over TCP.
#[derive(Clone)]
pub struct Server {
    routes: TowerToHyperService<Router>,
    connections: Connections,
    http: http1::Builder,
    write_timeout: Duration,
    stop_timeout: Duration,
    stop: Stop,
}

impl Server {
    /// A server of these routes.
    pub fn new(router: Router, settings: &ServerSettings, metrics: Arc<Metrics>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(settings.header_timeout.0)
            .max_header_size(usize::from(settings.header_size) * 1_024);
        Self {
            routes: TowerToHyperService::new(router),
            connections: Connections::new(settings.places(), metrics),
            http,
            write_timeout: settings.write_timeout.0,
            stop_timeout: settings.stop_timeout.0,
            stop: Stop::default(),
        }
    }

    /// Takes in connections until `shutdown` is there. Then those that are idle are closed, sockets are asked to
    /// close, and what is being answered has its time to end.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
        tokio::select! {
            () = self.take_in(&listener) => {}
            () = shutdown => {}
        }
        drop(listener);
        self.stop.ask();
        if timeout(self.stop_timeout, self.connections.all_gone())
            .await
            .is_err()
        {
            let count = self.connections.count();
            tracing::warn!(count, "connections were cut off that did not end in time");
        }
    }

    async fn take_in(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, address)) => self.let_in(stream, address).await,
                Err(error) => self.recover(&error).await,
            }
        }
    }

    /// The system tells here of callers that are gone again, and of its own limits.
    async fn recover(&self, error: &IoError) {
        use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(
            error.kind(),
            ConnectionAborted | ConnectionRefused | ConnectionReset
        ) {
            return;
        }
        tracing::error!(%error, "a connection could not be taken in");
        self.connections.make_room();
        sleep(BREATHER).await;
    }

    async fn let_in(&self, stream: TcpStream, address: SocketAddr) {
        let Some(place) = self.connections.enter(address.ip()).await else {
            return;
        };
        // Messages of subscriptions are short: held back for more, each would wait for an acknowledgement.
        let _ = stream.set_nodelay(true);
        let address = ClientAddress(address.ip().to_canonical());
        tokio::spawn(self.clone().hold(stream, address, place));
    }

    /// The life of a connection, which ends when its place is needed for another, also while it waits for the
    /// other side to read. A socket lives on by itself.
    async fn hold(
        self,
        stream: impl AsyncRead + AsyncWrite + Send + 'static,
        address: ClientAddress,
        place: Place,
    ) {
        let seat = place.seat().clone();
        let line = TokioIo::new(Line::new(stream, place, self.write_timeout));
        let service = service_fn(|request| self.answer(request, address, &seat));
        let connection = self.http.serve_connection(line, service).with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = async {
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = self.stop.asked() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
        };
        tokio::select! {
            ended = ended => if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            },
            () = seat.told_to_leave() => tracing::debug!("a connection went for another"),
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        address: ClientAddress,
        seat: &Seat,
    ) -> Result<Response<Answering>, Infallible> {
        let busy = seat.busy();
        let mut request = request.map(Body::new);
        let extensions = request.extensions_mut();
        extensions.insert(address);
        extensions.insert(seat.clone());
        extensions.insert(self.stop.clone());
        let answer = self.routes.call(request).await?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            seat.keep();
        }
        Ok(answer.map(|body| Answering::new(body, busy)))
    }
}

#[cfg(test)]
mod tests;
