//! CS-Cart's answers in the shape in which a store gives them, and the odd ones.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::Uri;
use axum::routing::get;
use axum::{Json, Router};
use cashable::sources::{
    Access, Http, OrderSnapshot, Platform, Reach, Reported, Secret, Session, Window, kind_of,
};
use entity::Instant;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// An order as the list has it, with one field that is otherwise.
fn order(field: &str, value: Value) -> Value {
    let mut order = json!({
        "order_id": "97",
        "issuer_id": null,
        "user_id": "3",
        "is_parent_order": "N",
        "parent_order_id": "0",
        "company_id": "1",
        "timestamp": "1772442900",
        "firstname": "Ada",
        "lastname": "Example",
        "email": "ada@shop.example",
        "phone": "",
        "status": "O",
        "total": "677.95",
        "invoice_id": null,
        "credit_memo_id": null,
        "points": null,
    });
    if !field.is_empty() {
        order[field] = value;
    }
    order
}

fn cscart(settings: Value) -> Box<dyn Platform> {
    let access = Access {
        account: Some("admin@shop.example".to_owned()),
        secret: Some(Secret::new("key-1")),
        settings,
    };
    (kind_of("cscart").unwrap().connect)(access).unwrap()
}

/// Answers any question with these orders; what is read of them, and where each question went.
async fn ask<T>(
    orders: Vec<Value>,
    settings: Value,
    ask: impl AsyncFnOnce(&dyn Platform, Session<'_>) -> T,
) -> (T, Vec<String>) {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let params = json!({"page": 1, "items_per_page": "100", "ajax_custom": "1", "include_incompleted": false,
        "sort_order": "asc", "sort_by": "date", "sort_order_rev": "desc", "total_items": "64"});
    let answer = json!({"orders": orders, "params": params});
    let answers = async move |State(asked): State<Arc<Mutex<Vec<String>>>>, uri: Uri| {
        asked.lock().unwrap().push(uri.to_string());
        Json(answer)
    };
    let router = Router::new()
        .route("/api/orders", get(answers.clone()))
        .route("/api.php", get(answers))
        .with_state(Arc::clone(&asked));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let reach = Reach {
        allow_private: true,
        ..Reach::default()
    };
    let http = Http::open(&address, std::time::Duration::ZERO, &reach).unwrap();
    let session = Session {
        http: &http,
        token: None,
    };
    let told = ask(&*cscart(settings), session).await;
    serving.abort();
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    (told, asked)
}

async fn read(orders: Vec<Value>, settings: Value) -> Vec<Reported> {
    let ids = ["97".to_owned()];
    let by_ids =
        async |cscart: &dyn Platform, session: Session<'_>| cscart.by_ids(session, &ids).await;
    ask(orders, settings, by_ids).await.0.unwrap()
}

#[tokio::test]
async fn every_field_is_read_as_it_is_meant() {
    let orders = vec![
        order("", Value::Null),
        order("order_id", json!(98)),
        order("timestamp", json!(1_772_442_901)),
        order("total", json!(972)),
        order("status", json!("K")),
        order("points", json!({"any": ["thing"]})),
    ];
    let read = read(orders, json!({"currency": "usd"})).await;
    let told = |order: &OrderSnapshot| {
        let total = order.total.unwrap();
        let (number, placed_at) = (order.number.clone().unwrap(), order.placed_at.unwrap().0);
        let currency = order.currency.clone().unwrap();
        format!(
            "{} {number} {placed_at} {} {total} {currency}",
            order.external_id, order.native_status
        )
    };
    let lines: Vec<_> = read
        .iter()
        .map(|order| told(order.as_ref().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            "97 97 1772442900000 O 677.95 USD",
            "98 98 1772442900000 O 677.95 USD",
            "97 97 1772442901000 O 677.95 USD",
            "97 97 1772442900000 O 972 USD",
            "97 97 1772442900000 K 677.95 USD",
            "97 97 1772442900000 O 677.95 USD",
        ]
    );
    // It tells no more than that, and nothing is made up.
    let order = read[0].as_ref().unwrap();
    assert_eq!((order.changed_at, order.completed_at), (None, None));
    assert_eq!((order.refunded, &order.affiliate_code), (None, &None));
}

#[tokio::test]
async fn the_currency_is_the_shops_where_none_is_set() {
    let read = read(vec![order("", Value::Null)], json!({})).await;
    assert_eq!(read[0].as_ref().unwrap().currency, None);
}

#[tokio::test]
async fn r22_what_cannot_be_read_says_why() {
    for (field, value, why) in [
        ("total", json!("1,5"), "decimal number"),
        ("total", json!(null), "text or a number"),
        ("timestamp", json!("yesterday"), "timestamp is no time"),
        ("status", json!(null), "null"),
    ] {
        let read = read(vec![order(field, value)], json!({})).await;
        let unread = read[0].as_ref().unwrap_err();
        assert_eq!(unread.external_id.as_deref(), Some("97"));
        assert!(unread.reason.contains(why), "{unread:?}");
    }
}

#[tokio::test]
async fn a_walk_asks_for_whole_seconds_and_a_page_leads_on_from_its_last() {
    let window = Window {
        since: Some(Instant(1_772_442_900_999)),
        until: Instant(1_772_446_500_001),
    };
    let page = |orders| async move {
        let changes = async |cscart: &dyn Platform, session: Session<'_>| {
            cscart.changes(session, window, None).await
        };
        let (page, asked) = ask(orders, json!({}), changes).await;
        (page.unwrap(), asked)
    };
    let (page_of_one, asked) = page(vec![order("", Value::Null)]).await;
    assert_eq!(page_of_one.next, None);
    for part in [
        "period=C",
        "time_from=1772442900",
        "time_to=1772446501",
        "page=1",
    ] {
        assert!(asked[0].split(['?', '&']).any(|it| it == part), "{asked:?}");
    }
    let seconds = (0..100).map(|second| order("timestamp", json!(1_772_442_900 + second)));
    let (full, _) = page(seconds.collect()).await;
    assert_eq!(
        full.next.unwrap().0,
        json!({"from": 1_772_442_999, "page": 1})
    );
    let (within_a_second, _) = page(vec![order("", Value::Null); 100]).await;
    let next = within_a_second.next.unwrap();
    assert_eq!(next.0, json!({"from": 1_772_442_900, "page": 2}));
}

#[tokio::test]
async fn orders_are_asked_for_by_id_also_where_they_are_incomplete_again() {
    let ids = ["97".to_owned(), "98".to_owned()];
    let by_ids = async |cscart: &dyn Platform, session: Session<'_>| {
        cscart.by_ids(session, &ids).await.map(drop)
    };
    let (read, asked) = ask(Vec::new(), json!({}), by_ids).await;
    read.unwrap();
    for part in [
        "order_id=97%2C98",
        "include_incompleted=Y",
        "items_per_page=100",
    ] {
        assert!(asked[0].split(['?', '&']).any(|it| it == part), "{asked:?}");
    }
}

#[tokio::test]
async fn a_store_that_rewrites_no_addresses_is_asked_in_another_way() {
    let probe = async |cscart: &dyn Platform, session: Session<'_>| cscart.probe(session).await;
    for (settings, expected) in [
        (json!({}), "/api/orders?items_per_page=1"),
        (
            json!({"without_rewriting": true}),
            "/api.php?_d=orders&ajax_custom=1&items_per_page=1",
        ),
    ] {
        let (probed, asked) = ask(Vec::new(), settings, probe).await;
        probed.unwrap();
        assert_eq!(asked, [expected]);
    }
}

#[test]
fn settings_that_it_does_not_know_are_refused() {
    let access = |account: Option<&str>, secret: Option<&str>, settings| Access {
        account: account.map(str::to_owned),
        secret: secret.map(Secret::new),
        settings,
    };
    let both = (Some("admin@shop.example"), Some("key-1"));
    for (access, field) in [
        (access(None, both.1, json!({})), "account"),
        (access(both.0, None, json!({})), "secret"),
        (
            access(both.0, both.1, json!({"curency": "EUR"})),
            "settings",
        ),
        (
            access(both.0, both.1, json!({"currency": "euro"})),
            "settings",
        ),
    ] {
        let refused = (kind_of("cscart").unwrap().connect)(access).err();
        assert_eq!(refused.unwrap().field, field);
    }
}
