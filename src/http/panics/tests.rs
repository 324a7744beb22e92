//! A schema that breaks where nobody expects it, asked on every way over a server of its own.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Data, Executor, Request};
use axum::Router;
use axum::routing::get;
use futures_util::SinkExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::*;
use crate::app::App;
use crate::clock::Clock;
use crate::database::Database;
use crate::http::endpoint::Endpoint;
use crate::http::server::Server;
use crate::http::watched::Watched;
use crate::http::{Settings, guarded, routes};
use crate::ledger::{Author, CreateToken, NewShop, create_shop, shop_id_of, write};
use crate::metrics::{Metrics, Snapshot};
use entity::words::{Role, StatusActor};

/// Breaks before there is anything that could be waited for.
#[derive(Clone)]
struct Breaking;

impl Executor for Breaking {
    fn execute(&self, _: Request) -> impl Future<Output = Response> + Send {
        let breaks: fn() -> future::Ready<Response> = || panic!("a secret");
        breaks()
    }

    fn execute_stream(&self, _: Request, _: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        panic!("a secret")
    }
}

async fn app(folder: &TempDir) -> App {
    let file = folder.path().join("shop.sqlite");
    let url = format!("sqlite://{}", file.display());
    let app = App::new(Database::connect(&url).await.unwrap(), Clock::Machine);
    app.migrate().await.unwrap();
    app
}

async fn bearer(app: &App) -> String {
    let shop = NewShop {
        name: "Acme".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    create_shop(app, &shop).await.unwrap();
    let create = CreateToken {
        name: "Ada".to_owned(),
        role: Role::Admin,
        affiliate_id: None,
        expires_at: None,
    };
    let author = Author::new(StatusActor::Admin, "test");
    let created = write(app, shop_id_of("Acme"), &author, &create).await;
    format!("Bearer {}", created.unwrap().secret)
}

/// The address of a server of these.
async fn serve(routes: Router) -> String {
    let server = Server::new(routes, &Settings::default().server, Arc::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(server.run(listener, future::pending()));
    address
}

/// All that is answered until the connection ends.
async fn exchange(address: &str, request: &str) -> String {
    let mut wire = TcpStream::connect(address).await.unwrap();
    wire.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = timeout(Duration::from_secs(10), wire.read_to_string(&mut answer));
    read.await.unwrap().unwrap();
    assert!(!answer.contains("secret"), "{answer}");
    answer
}

async fn ask(address: &str, bearer: &str, accept: &str, query: &str) -> String {
    let body = json!({ "query": query }).to_string();
    let length = body.len();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\nAccept: {accept}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    exchange(address, &request).await
}

/// What a socket is told: its greeting, and the one message about each of these.
async fn ask_over_socket(address: &str, bearer: &str, queries: &[&str]) -> Vec<Value> {
    let mut request = "ws://x/graphql".into_client_request().unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", protocol);
    headers.insert("Authorization", bearer.parse().unwrap());
    let wire = TcpStream::connect(address).await.unwrap();
    let (mut socket, _) = client_async(request, wire).await.unwrap();
    let subscribe =
        |query: &&str| json!({ "type": "subscribe", "id": "1", "payload": { "query": query } });
    let greeting = [json!({ "type": "connection_init" })];
    let mut told = Vec::new();
    for message in greeting.into_iter().chain(queries.iter().map(subscribe)) {
        let message = Message::text(message.to_string());
        socket.send(message).await.unwrap();
        let answer = timeout(Duration::from_secs(10), socket.next());
        let answer = answer.await.unwrap().unwrap().unwrap();
        told.push(serde_json::from_str(answer.to_text().unwrap()).unwrap());
    }
    told
}

#[tokio::test]
async fn whoever_asks_what_breaks_is_told_so_on_every_way() {
    const QUERY: &str = "{ viewer { name } }";
    const FOLLOW: &str = "subscription { transactionChanged { id } }";
    let folder = TempDir::new().unwrap();
    let app = app(&folder).await;
    let bearer = bearer(&app).await;
    let endpoint = Endpoint::new(app.clone(), Breaking, &Settings::default());
    let address = serve(routes(app.clone(), endpoint, &Settings::default())).await;
    let answer = ask(&address, &bearer, "application/json", QUERY).await;
    assert!(answer.contains("INTERNAL"), "{answer}");
    for query in [QUERY, FOLLOW] {
        let events = ask(&address, &bearer, "text/event-stream", query).await;
        assert!(events.contains("INTERNAL"), "{events}");
        assert!(events.contains("event: complete"), "{events}");
    }
    // The id is free again each time.
    let told = ask_over_socket(&address, &bearer, &[QUERY, FOLLOW, FOLLOW]).await;
    for error in &told[1..] {
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("1"))
        );
        let code = &error["payload"][0]["extensions"]["code"];
        assert_eq!(code, "INTERNAL", "{error}");
    }
}

#[tokio::test]
async fn what_breaks_is_counted() {
    let metrics = Arc::<Metrics>::default();
    let watched = Watched::new(Breaking, Arc::clone(&metrics));
    let answer = watched.execute(Request::new("{ a }")).await;
    let told = serde_json::to_string(&answer).unwrap();
    assert!(
        told.contains("INTERNAL") && !told.contains("secret"),
        "{told}"
    );
    let counted = metrics.text(&Snapshot::default());
    assert!(counted.contains(r#"outcome="INTERNAL"} 1"#), "{counted}");
}

#[tokio::test]
async fn a_request_that_breaks_is_answered() {
    let breaks: fn() = || panic!("a secret");
    let page = Router::new().route("/", get(async move || breaks()));
    let address = serve(guarded(page, Arc::default())).await;
    let ask = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = exchange(&address, ask).await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("INTERNAL"), "{answer}");
    assert!(answer.contains("correlationId"), "{answer}");
}
