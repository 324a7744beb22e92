//! CS-Cart as its REST API is described, over a shop of the tests.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cashable::sources::Lack;
use serde_json::{Value, json};

use super::contract::{Connected, source_contract};
use super::fake::{Fake, Hooks};
use super::server::Server;
use super::shop::{Broken, EARLIER, FakeOrder, FakeShop, Status};
use crate::support::{TestApp, on_both};

source_contract!(CsCart);

on_both!(a_second_with_more_orders_than_a_page_arrives_whole);

pub struct CsCart;

impl Fake for CsCart {
    const KIND: &'static str = "cscart";
    const ACCOUNT: Option<&'static str> = Some("admin@shop.example");
    const SECRET: Option<&'static str> = Some("key-1");
    const LACKS: &'static [Lack] = &[
        Lack::Changes,
        Lack::Completion,
        Lack::Refunds,
        Lack::Affiliates,
    ];
    const SIGNS_IN: bool = false;
    const HOOKS: Option<Hooks> = None;

    fn settings() -> Value {
        json!({"currency": "EUR"})
    }

    fn routes() -> Router<Server> {
        Router::new().route("/api/orders", get(orders))
    }

    fn id(number: u32) -> String {
        number.to_string()
    }

    fn word(status: Status) -> &'static str {
        match status {
            Status::New => "O",
            Status::InProgress => "P",
            Status::Complete => "C",
            Status::Cancelled => "I",
            Status::Unknown => "K",
        }
    }

    /// Pages of a hundred, each of which begins with the last second of the one before.
    fn questions_for(orders: usize) -> usize {
        match orders.checked_sub(100) {
            Some(left) => 1 + Self::questions_for(left + 1),
            None => 1,
        }
    }
}

/// An import can place any number of orders at once.
async fn a_second_with_more_orders_than_a_page_arrives_whole(app: TestApp) {
    let it = Connected::<CsCart>::open(&app).await;
    it.platform.with(|shop| {
        shop.place(350, Status::Cancelled);
        for number in 51..=300 {
            shop.order(number).placed_at.0 = EARLIER.0 + 51_000;
        }
    });
    let run = it.pull().await;
    assert_eq!((run.orders_changed, run.orders_failed), (350, 0));
    assert!(it.platform.questions().len() < 8);
}

/// One page of the orders, filtered and sorted as the parameters say.
async fn orders(
    State(server): State<Server>,
    headers: HeaderMap,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    let expected = format!("Basic {}", STANDARD.encode("admin@shop.example:key-1"));
    if headers.get("authorization").and_then(|it| it.to_str().ok()) != Some(&expected) {
        let error = json!({"message": "Unauthorized", "status": 401});
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    match page(&server.shop(), &parameters) {
        Ok(page) => Json(page).into_response(),
        Err(parameter) => {
            let error = json!({"message": format!("Bad Request: {parameter}"), "status": 400});
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
    }
}

fn page(shop: &FakeShop, parameters: &HashMap<String, String>) -> Result<Value, String> {
    let mut found: Vec<&FakeOrder> = shop.orders.iter().collect();
    let (mut page, mut per_page) = (1, 10);
    let has_period = parameters.get("period").is_some_and(|it| it == "C");
    for (name, value) in parameters {
        let number = || value.parse::<usize>().map_err(|_| name.clone());
        let time = || value.parse::<i64>().map_err(|_| name.clone());
        match name.as_str() {
            "page" => page = number()?,
            "items_per_page" => per_page = number()?,
            "order_id" => {
                let ids: Vec<&str> = value.split(',').collect();
                found.retain(|order| ids.contains(&order.number.to_string().as_str()));
            }
            // Both bounds are inclusive.
            "time_from" if has_period => {
                let from = time()?;
                found.retain(|order| timestamp(order) >= from);
            }
            "time_to" if has_period => {
                let to = time()?;
                found.retain(|order| timestamp(order) <= to);
            }
            "period" if has_period => {}
            "sort_by" if value == "date" => {}
            "sort_order" if value == "asc" => {}
            "include_incompleted" if value == "Y" => {}
            _ => return Err(name.clone()),
        }
    }
    if !(1..=100).contains(&per_page) || page == 0 {
        return Err("items_per_page".to_owned());
    }
    let per_page = shop.page_size.unwrap_or(per_page);
    found.sort_by_key(|order| (timestamp(order), order.number));
    let total = shop.lies_about_total.unwrap_or(found.len() as u64);
    let first = ((page - 1) * per_page).saturating_sub(usize::from(shop.repeats && page > 1));
    let orders = found.into_iter().skip(first).take(per_page);
    let orders: Vec<Value> = orders
        .map(|order| rendered(order, shop.swaps_numbers))
        .collect();
    let total = text_or_number(total, shop.swaps_numbers);
    Ok(json!({"orders": orders, "params": {"page": page, "total_items": total}}))
}

fn rendered(order: &FakeOrder, swaps_numbers: bool) -> Value {
    let total = if order.zeroed { 0 } else { order.total };
    let total = format!("{}.{:02}", total / 100, total % 100);
    let mut json = json!({
        "order_id": text_or_number(order.number.into(), swaps_numbers),
        "issuer_id": null,
        "user_id": "3",
        "is_parent_order": "N",
        "parent_order_id": "0",
        "company_id": "1",
        "timestamp": text_or_number(u64::try_from(timestamp(order)).unwrap(), swaps_numbers),
        "firstname": "Ada",
        "lastname": "Example",
        "email": "ada@shop.example",
        "phone": "",
        "status": CsCart::word(order.status),
        "total": if swaps_numbers { serde_json::from_str(&total).unwrap() } else { json!(total) },
        "invoice_id": null,
        "credit_memo_id": null,
        "points": null,
    });
    match order.broken {
        None => {}
        Some(Broken::NoId) => json["order_id"] = Value::Null,
        Some(Broken::NoTotal) => json["total"] = json!("a lot"),
    }
    json
}

/// Each number is a text, but in newer versions some are not.
fn text_or_number(number: u64, is_number: bool) -> Value {
    if is_number {
        json!(number)
    } else {
        json!(number.to_string())
    }
}

fn timestamp(order: &FakeOrder) -> i64 {
    order.placed_at.0 / 1_000
}
