//! A Shopware that has fixed orders, in the shape in which a shop gives them: all fields, and the odd ones.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use cashable::sources::{
    Access, Cursor, Http, OrderSnapshot, Page, Platform, Reach, Secret, Session, Unread, Window,
    kind_of,
};
use chrono::DateTime;
use entity::Instant;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::shopware6_search::{Odd, search};

const ORDERS: &str = include_str!("fixtures/shopware6_orders.json");

/// A shop that answers with these rows, and what it was asked.
#[derive(Clone, Default)]
pub struct Shop {
    pub orders: Vec<Value>,
    pub steps: Vec<Value>,
    /// What it gives whatever orders it is asked for.
    pub always: Option<Value>,
    questions: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Shop {
    pub fn with_fixed_orders() -> Self {
        Self {
            orders: serde_json::from_str(ORDERS).unwrap(),
            ..Self::default()
        }
    }

    /// Asks it through the platform's file.
    pub async fn ask<T>(
        &self,
        settings: Value,
        ask: impl AsyncFnOnce(&dyn Platform, Session<'_>) -> T,
    ) -> T {
        let router = Router::new()
            .route("/shop/api/search/{entity}", post(searched))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/shop", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let reach = Reach {
            allow_private: true,
            ..Reach::default()
        };
        let http = Http::open(&address, Duration::ZERO, &reach).unwrap();
        let session = Session {
            http: &http,
            token: None,
        };
        let asked = ask(&*shopware(settings), session).await;
        serving.abort();
        asked
    }

    pub async fn changes(
        &self,
        settings: Value,
        since: Option<Instant>,
        cursor: Option<&Cursor>,
    ) -> Page {
        let window = Window {
            since,
            until: at("2026-04-01T00:00:00Z"),
        };
        let asked = self.ask(settings, async |shopware, session| {
            shopware.changes(session, window, cursor).await
        });
        asked.await.unwrap()
    }

    /// All its orders as they are read, or what is wrong with them: `id: reason`.
    pub async fn read(&self, settings: Value) -> Vec<Result<OrderSnapshot, String>> {
        let page = self.changes(settings, None, None).await;
        let unread = |it: Unread| format!("{}: {}", it.external_id.unwrap(), it.reason);
        page.orders
            .into_iter()
            .map(|it| it.map_err(unread))
            .collect()
    }

    pub fn questions(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.questions.lock().unwrap())
    }
}

async fn searched(
    State(shop): State<Shop>,
    Path(entity): Path<String>,
    Json(criteria): Json<Value>,
) -> Response {
    let question = (entity.clone(), criteria.clone());
    shop.questions.lock().unwrap().push(question);
    let rows = match (entity.as_str(), shop.always) {
        ("order", Some(always)) => return Json(always).into_response(),
        ("order", None) => shop.orders,
        _ => shop.steps,
    };
    match search(rows, &criteria, &Odd::default()) {
        Ok((total, data)) => Json(json!({"total": total, "data": data})).into_response(),
        Err(title) => (StatusCode::BAD_REQUEST, title).into_response(),
    }
}

pub fn shopware(settings: Value) -> Box<dyn Platform> {
    let access = Access {
        account: Some("SWIA1".to_owned()),
        secret: Some(Secret::new("secret-1")),
        settings,
    };
    (kind_of("shopware6").unwrap().connect)(access).unwrap()
}

pub fn id(number: u32) -> String {
    format!("0190a1b2c3d47e5f8a9b{number:012x}")
}

pub fn at(text: &str) -> Instant {
    let at = DateTime::parse_from_rfc3339(text).unwrap();
    Instant(at.timestamp_millis())
}
