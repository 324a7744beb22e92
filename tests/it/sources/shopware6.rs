//! Shopware 6 as its Admin API is described, over a shop of the tests.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use cashable::sources::Lack;
use chrono::DateTime;
use entity::Instant;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::contract::source_contract;
use super::fake::{Delivery, Fake, Hooks};
use super::server::Server;
use super::shop::{Broken, FakeOrder, FakeShop, Status};
use super::shopware6_search::{Odd, search};

source_contract!(Shopware);

/// The version that counts.
const LIVE: &str = "0fa91ce3e96a4bc2be4bd9ce752c3425";

pub struct Shopware;

impl Fake for Shopware {
    const KIND: &'static str = "shopware6";
    const ACCOUNT: Option<&'static str> = Some("SWIA1");
    const SECRET: Option<&'static str> = Some("secret-1");
    const LACKS: &'static [Lack] = &[];
    const SIGNS_IN: bool = true;
    const HOOKS: Option<Hooks> = Some(Hooks {
        about: hook,
        ping: None,
        max_age: Some(Duration::from_mins(5)),
    });

    fn settings() -> Value {
        json!({})
    }

    fn routes() -> Router<Server> {
        Router::new()
            .route("/api/oauth/token", post(token))
            .route("/api/search/{entity}", post(searched))
    }

    fn is_sign_in(path: &str, _body: &[u8]) -> bool {
        path == "/api/oauth/token"
    }

    fn id(number: u32) -> String {
        format!("{number:032x}")
    }

    fn word(status: Status) -> &'static str {
        match status {
            Status::New => "open",
            Status::InProgress => "in_progress",
            Status::Complete => "completed",
            Status::Cancelled => "cancelled",
            Status::Unknown => "awaiting_pickup",
        }
    }

    /// Pages of five hundred; a full one may be followed by another.
    fn questions_for(orders: usize) -> usize {
        orders / 500 + 1
    }

    /// The history is asked once for each page.
    fn questions_for_completion(orders: usize) -> usize {
        orders.div_ceil(500)
    }
}

fn hook(order: &FakeOrder, secret: &str, sent_at: Instant) -> Delivery {
    let word = Shopware::word(order.status);
    let event = u64::try_from(order.changed_at.unwrap_or(order.placed_at).0).unwrap();
    let body = json!({
        "data": {
            "payload": {"order": rendered(order, false)},
            "event": format!("state_enter.order.state.{word}"),
        },
        "source": {
            "url": "https://shop.example",
            "appVersion": "1.0.0",
            "shopId": "kPWQ2xVdTgZr",
            "eventId": format!("{:016x}{event:016x}", order.number),
        },
        "timestamp": sent_at.0 / 1_000,
    });
    let body = serde_json::to_vec(&body).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&body);
    let signature = hex::encode(mac.finalize().into_bytes());
    let header = HeaderName::from_static("shopware-shop-signature");
    (
        HeaderMap::from_iter([(header, signature.parse().unwrap())]),
        body,
    )
}

/// Each token makes the one before it invalid.
fn token_of(server: &Server) -> String {
    format!("token-{}", server.sign_ins())
}

async fn token(State(server): State<Server>, Json(asked): Json<Value>) -> Response {
    let expected = json!({
        "grant_type": "client_credentials",
        "client_id": Shopware::ACCOUNT,
        "client_secret": Shopware::SECRET,
    });
    if asked != expected {
        return refusal(
            StatusCode::UNAUTHORIZED,
            "4",
            "Client authentication failed",
        );
    }
    let token =
        json!({"token_type": "Bearer", "expires_in": 600, "access_token": token_of(&server)});
    Json(token).into_response()
}

async fn searched(
    State(server): State<Server>,
    Path(entity): Path<String>,
    headers: HeaderMap,
    Json(criteria): Json<Value>,
) -> Response {
    let header = |name| headers.get(name).and_then(|it| it.to_str().ok());
    if header("authorization") != Some(&format!("Bearer {}", token_of(&server))) {
        let title = "The resource owner or authorization server denied the request.";
        return refusal(StatusCode::UNAUTHORIZED, "9", title);
    }
    // Without it, the answer is of another shape.
    assert_eq!(header("accept"), Some("application/json"));
    let shop = server.shop();
    let rows = match entity.as_str() {
        "order" => shop
            .orders
            .iter()
            .map(|order| rendered(order, shop.swaps_numbers))
            .collect(),
        "state-machine-history" => shop.orders.iter().flat_map(steps).collect(),
        _ => return refusal(StatusCode::NOT_FOUND, "0", "No route found"),
    };
    let odd = Odd {
        overlaps: shop.repeats && entity == "order",
        page_size: shop.page_size.filter(|_| entity == "order"),
    };
    match search(rows, &criteria, &odd) {
        Ok((total, data)) => Json(answer(&shop, total, &data)).into_response(),
        Err(title) => refusal(StatusCode::BAD_REQUEST, "FRAMEWORK__INVALID", &title),
    }
}

fn answer(shop: &FakeShop, total: usize, data: &[Value]) -> Value {
    let total = shop.lies_about_total.unwrap_or(total as u64);
    json!({"total": total, "aggregations": [], "data": data})
}

fn refusal(status: StatusCode, code: &str, title: &str) -> Response {
    let error = json!({"status": status.as_str(), "code": code, "title": title, "meta": []});
    (status, Json(json!({"errors": [error]}))).into_response()
}

fn rendered(order: &FakeOrder, swaps_numbers: bool) -> Value {
    let money = |cents: i64| {
        let text = format!("{}.{:02}", cents / 100, cents % 100);
        if swaps_numbers {
            json!(text)
        } else {
            serde_json::from_str(&text).unwrap()
        }
    };
    let price =
        |cents| json!({"totalPrice": money(cents), "quantity": 1, "apiAlias": "calculated_price"});
    let number = 10_000 + order.number;
    let changed_at = order.changed_at.map(time);
    let mut json = json!({
        "id": Shopware::id(order.number),
        "versionId": LIVE,
        "autoIncrement": order.number,
        "orderNumber": if swaps_numbers { json!(number) } else { json!(number.to_string()) },
        "orderDateTime": time(order.placed_at),
        "createdAt": time(order.placed_at),
        "updatedAt": changed_at,
        "amountTotal": money(if order.zeroed { 0 } else { order.total }),
        "affiliateCode": order.affiliate,
        "campaignCode": null,
        "stateMachineState": state(Shopware::word(order.status)),
        "currency": {"id": LIVE, "isoCode": "EUR", "factor": 1, "apiAlias": "currency"},
        "transactions": [{
            "id": format!("aa{:030x}", order.number),
            "amount": price(order.total),
            "stateMachineState": state(payment(order)),
            "createdAt": time(order.placed_at),
            "updatedAt": changed_at,
            "captures": captures(order, &price),
            "apiAlias": "order_transaction",
        }],
        "apiAlias": "order",
    });
    match order.broken {
        None => {}
        Some(Broken::NoId) => json["id"] = Value::Null,
        Some(Broken::NoTotal) => json["amountTotal"] = json!("a lot"),
    }
    json
}

/// A part that is paid back is told by refunds; all of it may be told by the state of the payment alone.
fn payment(order: &FakeOrder) -> &'static str {
    match order.refunded {
        0 => "paid",
        refunded if refunded < order.total => "refunded_partially",
        _ => "refunded",
    }
}

fn captures(order: &FakeOrder, price: &dyn Fn(i64) -> Value) -> Value {
    if payment(order) != "refunded_partially" {
        return json!([]);
    }
    let refund = |cents, word| {
        json!({
            "id": LIVE,
            "amount": price(cents),
            "stateMachineState": state(word),
            "createdAt": time(order.since()),
            "updatedAt": null,
            "apiAlias": "order_transaction_capture_refund",
        })
    };
    let refunds = [
        refund(order.refunded, "completed"),
        refund(order.total, "failed"),
    ];
    json!([{"id": LIVE, "refunds": refunds, "apiAlias": "order_transaction_capture"}])
}

/// The history of an order's states.
fn steps(order: &FakeOrder) -> Vec<Value> {
    let step = |(index, pair): (usize, &[(Status, Instant)])| {
        json!({
            "id": format!("bb{:014x}{index:016x}", order.number),
            "entityName": "order",
            "referencedId": Shopware::id(order.number),
            "referencedVersionId": LIVE,
            "createdAt": time(pair[1].1),
            "updatedAt": null,
            "fromStateMachineState": state(Shopware::word(pair[0].0)),
            "toStateMachineState": state(Shopware::word(pair[1].0)),
            "apiAlias": "state_machine_history",
        })
    };
    order.history.windows(2).enumerate().map(step).collect()
}

fn state(word: &str) -> Value {
    json!({"id": LIVE, "technicalName": word, "name": word, "apiAlias": "state_machine_state"})
}

fn time(at: Instant) -> String {
    let at = DateTime::from_timestamp_millis(at.0).unwrap();
    at.format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}
