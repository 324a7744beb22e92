//! WooCommerce as its REST API v3 is described, over a shop of the tests.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cashable::sources::Lack;
use chrono::{DateTime, NaiveDateTime};
use entity::Instant;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::contract::source_contract;
use super::fake::{Delivery, Fake, Hooks};
use super::server::Server;
use super::shop::{Broken, FakeOrder, FakeShop, Status};

source_contract!(WooCommerce);

pub struct WooCommerce;

impl Fake for WooCommerce {
    const KIND: &'static str = "woocommerce";
    const ACCOUNT: Option<&'static str> = Some("ck_1");
    const SECRET: Option<&'static str> = Some("cs_1");
    const LACKS: &'static [Lack] = &[];
    const SIGNS_IN: bool = false;
    const HOOKS: Option<Hooks> = Some(Hooks {
        about: hook,
        ping: Some(ping),
        max_age: None,
    });

    fn settings() -> Value {
        json!({"affiliate_meta": "_affiliate"})
    }

    fn routes() -> Router<Server> {
        Router::new().route("/wp-json/wc/v3/orders", get(orders))
    }

    fn id(number: u32) -> String {
        number.to_string()
    }

    fn word(status: Status) -> &'static str {
        match status {
            Status::New => "pending",
            Status::InProgress => "processing",
            Status::Complete => "completed",
            Status::Cancelled => "cancelled",
            Status::Unknown => "wc-awaiting-pickup",
        }
    }

    /// Pages of a hundred, which say how many there are.
    fn questions_for(orders: usize) -> usize {
        orders.div_ceil(100).max(1)
    }
}

fn hook(order: &FakeOrder, secret: &str, _sent_at: Instant) -> Delivery {
    let body = serde_json::to_vec(&rendered(order, false)).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&body);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let headers = [
        ("x-wc-webhook-resource", "order"),
        ("x-wc-webhook-event", "updated"),
        ("x-wc-webhook-signature", &signature),
    ];
    let header = |(name, value): (&'static str, &str)| {
        (HeaderName::from_static(name), value.parse().unwrap())
    };
    (headers.into_iter().map(header).collect(), body)
}

fn ping() -> Delivery {
    (HeaderMap::new(), b"webhook_id=1".to_vec())
}

/// What is wrong where a plugin does not get along with an order.
const FATAL: &str = "fatal";

/// One page of the orders, filtered and sorted as the parameters say.
async fn orders(
    State(server): State<Server>,
    headers: HeaderMap,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    let expected = format!("Basic {}", STANDARD.encode("ck_1:cs_1"));
    if headers.get("authorization").and_then(|it| it.to_str().ok()) != Some(&expected) {
        let error = json!({"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources."});
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    match page(&server.shop(), &parameters) {
        Ok((counts, page)) => (counts, Json(page)).into_response(),
        Err(fatal) if fatal == FATAL => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "There has been a critical error",
        )
            .into_response(),
        Err(parameter) => {
            let error = json!({"code": "rest_invalid_param", "message": format!("Invalid parameter(s): {parameter}")});
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
    }
}

/// How many orders and pages there are, as headers say it.
type Counts = [(&'static str, String); 2];

fn page(
    shop: &FakeShop,
    parameters: &HashMap<String, String>,
) -> Result<(Counts, Vec<Value>), String> {
    let mut found: Vec<&FakeOrder> = shop.orders.iter().collect();
    let (mut page, mut per_page) = (1, 10);
    for (name, value) in parameters {
        let number = || value.parse::<usize>().map_err(|_| name.clone());
        let time = || instant(value).ok_or_else(|| name.clone());
        match name.as_str() {
            "page" => page = number()?,
            "per_page" => per_page = number()?,
            "include" => {
                let ids: Vec<&str> = value.split(',').collect();
                found.retain(|order| ids.contains(&order.number.to_string().as_str()));
            }
            // In whole seconds, and exclusive.
            "modified_after" => {
                let after = time()?;
                found.retain(|order| modified(order) > after);
            }
            "modified_before" => {
                let before = time()?;
                found.retain(|order| modified(order) < before);
            }
            "status" if value == "any" => {}
            "orderby" if value == "id" => {}
            "order" if value == "asc" => {}
            "dates_are_gmt" if value == "true" => {}
            "_fields" => {}
            _ => return Err(name.clone()),
        }
    }
    if per_page > 100 || page == 0 {
        return Err("per_page".to_owned());
    }
    let per_page = shop.page_size.unwrap_or(per_page);
    found.sort_by_key(|order| order.number);
    let total = shop.lies_about_total.unwrap_or(found.len() as u64);
    let first = ((page - 1) * per_page).saturating_sub(usize::from(shop.repeats && page > 1));
    let page = found.into_iter().skip(first).take(per_page);
    if page
        .clone()
        .any(|order| shop.fails_at.contains(&order.number))
    {
        return Err(FATAL.to_owned());
    }
    let loads = |order: &&FakeOrder| !shop.leaves_out.contains(&order.number);
    let page = page.filter(loads);
    let pages = total.div_ceil(per_page as u64);
    Ok((
        [
            ("x-wp-total", total.to_string()),
            ("x-wp-totalpages", pages.to_string()),
        ],
        page.map(|order| rendered(order, shop.swaps_numbers))
            .collect(),
    ))
}

fn rendered(order: &FakeOrder, swaps_numbers: bool) -> Value {
    let money = |cents: i64| {
        let text = format!("{}.{:02}", cents / 100, cents % 100);
        if swaps_numbers {
            serde_json::from_str(&text).unwrap()
        } else {
            json!(text)
        }
    };
    let is_complete = order.status == Status::Complete;
    let mut refunds = Vec::new();
    if order.refunded > 0 {
        let total = format!("-{}.{:02}", order.refunded / 100, order.refunded % 100);
        refunds.push(json!({"id": 900 + order.number, "reason": "", "total": total}));
    }
    let mut json = json!({
        "id": order.number,
        "number": if swaps_numbers { json!(order.number) } else { json!(order.number.to_string()) },
        "status": WooCommerce::word(order.status),
        "currency": "EUR",
        "total": money(if order.zeroed { 0 } else { order.total }),
        "date_created_gmt": gmt(order.placed_at),
        "date_modified_gmt": order.changed_at.map(gmt),
        "date_completed_gmt": is_complete.then(|| gmt(order.since())),
        "refunds": refunds,
        "coupon_lines": [],
        "meta_data": [{"id": 1, "key": "_plugin", "value": {"any": ["thing"]}}],
    });
    if let Some(code) = &order.affiliate {
        let meta = json!({"id": 2, "key": "_affiliate", "value": code});
        json["meta_data"].as_array_mut().unwrap().push(meta);
    }
    match order.broken {
        None => {}
        Some(Broken::NoId) => json["id"] = Value::Null,
        Some(Broken::NoTotal) => json["total"] = json!("a lot"),
    }
    json
}

/// To whole seconds, as it is stored there.
fn modified(order: &FakeOrder) -> Instant {
    let at = order.changed_at.unwrap_or(order.placed_at);
    Instant(at.0 / 1_000 * 1_000)
}

fn gmt(at: Instant) -> String {
    let at = DateTime::from_timestamp_millis(at.0).unwrap();
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn instant(text: &str) -> Option<Instant> {
    let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?;
    Some(Instant(at.and_utc().timestamp_millis()))
}
