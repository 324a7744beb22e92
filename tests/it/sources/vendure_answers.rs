//! What Vendure answers, as it was seen to, and how it is asked by an API key, in a channel and in small pages.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use cashable::domain::Amount;
use cashable::sources::{
    Access, Http, OrderSnapshot, Platform, Reach, Reported, Secret, Session, SourceError, Unread,
    kind_of,
};
use chrono::DateTime;
use entity::Instant;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const FORBIDDEN: &str = r#"{"errors":[{"message":"You are not currently authorized to perform this action",
    "path":["orders"],"extensions":{"code":"FORBIDDEN"}}],"data":null}"#;

fn vendure(account: Option<&str>, settings: Value) -> Box<dyn Platform> {
    let access = Access {
        account: account.map(str::to_owned),
        secret: Some(Secret::new("a secret")),
        settings,
    };
    (kind_of("vendure").unwrap().connect)(access).unwrap()
}

/// A Vendure that gives answers, and keeps what it was asked: headers and body.
struct Stage {
    http: Http,
    asked: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

impl Stage {
    async fn open(
        answer: impl Fn(&Value) -> (u16, String) + Clone + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let kept = asked.clone();
        let route = post(move |headers: HeaderMap, body: String| async move {
            let question: Value = serde_json::from_str(&body).unwrap();
            let (status, answer) = answer(&question);
            kept.lock().unwrap().push((headers, question));
            (StatusCode::from_u16(status).unwrap(), answer)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/admin-api", route);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let reach = Reach {
            allow_private: true,
            ..Reach::default()
        };
        let http = Http::open(&address, Duration::ZERO, &reach).unwrap();
        Self { http, asked }
    }

    fn session(&self) -> Session<'_> {
        Session {
            http: &self.http,
            token: None,
        }
    }

    async fn read(&self, platform: &dyn Platform, ids: &[&str]) -> Vec<Reported> {
        let ids: Vec<_> = ids.iter().copied().map(str::to_owned).collect();
        platform.by_ids(self.session(), &ids).await.unwrap()
    }
}

/// An answer with these orders.
fn page(precision: u8, orders: &[Value]) -> String {
    let settings = json!({"serverConfig": {"moneyStrategyPrecision": precision}});
    let orders = json!({"totalItems": orders.len(), "items": orders});
    json!({"data": {"globalSettings": settings, "orders": orders}}).to_string()
}

/// An order with payments and transitions: `[state, amount, [[state, total]]]` and `[to, second]`.
fn order(state: &str, total: i64, payments: &Value, transitions: &Value) -> Value {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let refunds = |refunds: &Value| -> Vec<Value> {
        let refund = |it: Value| json!({"state": it[0], "total": it[1]});
        list(refunds).into_iter().map(refund).collect()
    };
    let payment = |it: Value| json!({"state": it[0], "amount": it[1], "refunds": refunds(&it[2])});
    let entry = |it: Value| {
        let at = format!("2026-11-21T19:39:{:02}.123Z", it[1].as_i64().unwrap());
        json!({"createdAt": at, "data": {"from": "Whatever", "to": it[0]}})
    };
    json!({
        "id": "7",
        "code": "UES1RU3AF8SGVMWH",
        "state": state,
        "orderPlacedAt": "2026-11-21T19:39:17.745Z",
        "currencyCode": "USD",
        "totalWithTax": total,
        "payments": list(payments).into_iter().map(payment).collect::<Vec<_>>(),
        "history": {"items": list(transitions).into_iter().map(entry).collect::<Vec<_>>()},
    })
}

async fn read_one(precision: u8, order: Value, settings: Value) -> Result<OrderSnapshot, Unread> {
    let stage = Stage::open(move |_| (200, page(precision, std::slice::from_ref(&order)))).await;
    let platform = vendure(None, settings);
    stage.read(platform.as_ref(), &["7"]).await.swap_remove(0)
}

fn at(text: &str) -> Instant {
    let at = DateTime::parse_from_rfc3339(text).unwrap();
    Instant(at.timestamp_millis())
}

fn text(amount: Option<Amount>) -> String {
    amount.unwrap().to_string()
}

#[tokio::test]
async fn every_field_is_read_as_it_is_meant() {
    let paid = json!([["Settled", 155_081, []]]);
    let mut order = order("PaymentSettled", 155_081, &paid, &json!([]));
    order["customFields"] = json!({"affiliateCode": "aff-0"});
    let settings = json!({"affiliate_field": "affiliateCode"});
    let read = read_one(2, order, settings).await.unwrap();
    assert_eq!(read.external_id, "7");
    assert_eq!(read.number.as_deref(), Some("UES1RU3AF8SGVMWH"));
    assert_eq!(read.placed_at, Some(at("2026-11-21T19:39:17.745Z")));
    assert_eq!((read.changed_at, read.completed_at), (None, None));
    assert_eq!(read.native_status, "PaymentSettled");
    assert_eq!(read.currency.as_deref(), Some("USD"));
    assert_eq!(read.affiliate_code.as_deref(), Some("aff-0"));
    assert_eq!([text(read.total), text(read.refunded)], ["1550.81", "0"]);
}

#[tokio::test]
async fn r5_totals_are_before_refunds_and_before_what_was_cancelled() {
    assert_amounts([
        ("not paid yet", "Draft", 9_539, json!([]), ["95.39", "0"]),
        (
            "paid twice",
            "PaymentSettled",
            9_539,
            json!([["Settled", 2_000, []], ["Settled", 7_539, []]]),
            ["95.39", "0"],
        ),
        (
            "declined first",
            "PaymentSettled",
            9_539,
            json!([["Declined", 9_539, []], ["Settled", 9_539, []]]),
            ["95.39", "0"],
        ),
        (
            "part of it refunded",
            "Delivered",
            9_539,
            json!([["Settled", 9_539, [["Settled", 1_000], ["Pending", 899]]]]),
            ["95.39", "18.99"],
        ),
        (
            "a refund that failed",
            "Delivered",
            9_539,
            json!([["Settled", 9_539, [["Failed", 1_899]]]]),
            ["95.39", "0"],
        ),
        (
            "a line cancelled",
            "Shipped",
            7_640,
            json!([["Settled", 9_539, []]]),
            ["95.39", "18.99"],
        ),
        (
            "a line cancelled and refunded",
            "Shipped",
            7_640,
            json!([["Settled", 9_539, [["Pending", 1_899]]]]),
            ["95.39", "18.99"],
        ),
        (
            "a line added",
            "ArrangingAdditionalPayment",
            12_000,
            json!([["Settled", 9_539, []]]),
            ["120", "0"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn r5_what_was_cancelled_keeps_what_it_was_worth() {
    assert_amounts([
        (
            "cancelled",
            "Cancelled",
            0,
            json!([["Settled", 9_539, []]]),
            ["95.39", "0"],
        ),
        (
            "cancelled and refunded",
            "Cancelled",
            0,
            json!([["Settled", 9_539, [["Settled", 9_539]]]]),
            ["95.39", "95.39"],
        ),
        (
            "cancelled with its payment",
            "Cancelled",
            0,
            json!([["Cancelled", 9_539, []], ["Cancelled", 9_539, []]]),
            ["95.39", "0"],
        ),
        (
            "cancelled, never paid",
            "Cancelled",
            0,
            json!([["Declined", 9_539, []]]),
            ["0", "0"],
        ),
    ])
    .await;
}

/// What an order is called here, its state, its total and its payments there, and total and refunds as they are read.
type Amounts = (&'static str, &'static str, i64, Value, [&'static str; 2]);

async fn assert_amounts(orders: impl IntoIterator<Item = Amounts>) {
    for (what, state, total, payments, expected) in orders {
        let read = read_one(2, order(state, total, &payments, &json!([])), json!({})).await;
        let read = read.unwrap();
        assert_eq!([text(read.total), text(read.refunded)], expected, "{what}");
    }
}

#[tokio::test]
async fn r24_a_shop_says_how_many_digits_its_amounts_have_behind_the_point() {
    for (precision, expected) in [(0, "155081"), (2, "1550.81"), (3, "155.081")] {
        let order = order("PaymentSettled", 155_081, &json!([]), &json!([]));
        let read = read_one(precision, order, json!({})).await.unwrap();
        assert_eq!(text(read.total), expected);
    }
}

#[tokio::test]
async fn an_order_is_completed_when_it_entered_its_state() {
    let delivered = json!([["Delivered", 40], ["Shipped", 30], ["PaymentSettled", 18]]);
    let returned = json!([["Cancelled", 50], ["Delivered", 40], ["Shipped", 30]]);
    // Times may be kept in whole seconds, and so in any order within one.
    let within_a_second = json!([["Shipped", 40], ["Delivered", 40], ["PaymentSettled", 40]]);
    for (state, transitions, second) in [
        ("Delivered", &delivered, Some(40)),
        ("Delivered", &within_a_second, Some(40)),
        ("Delivered", &json!([]), None),
        ("Cancelled", &returned, Some(40)),
        (
            "Cancelled",
            &json!([["Cancelled", 50], ["PaymentSettled", 18]]),
            None,
        ),
        // A shop may well take this for COMPLETE.
        (
            "Shipped",
            &json!([["Shipped", 45], ["Modifying", 40], ["Shipped", 30]]),
            Some(45),
        ),
    ] {
        let order = order(state, 1, &json!([]), transitions);
        let read = read_one(2, order, json!({})).await.unwrap();
        let expected = second.map(|it| at(&format!("2026-11-21T19:39:{it}.123Z")));
        assert_eq!(read.completed_at, expected, "{state} {transitions}");
    }
}

#[tokio::test]
async fn r22_what_cannot_be_read_says_why() {
    let mut no_time = order("Shipped", 1, &json!([]), &json!([]));
    no_time["orderPlacedAt"] = json!("yesterday");
    let mut no_code = order("Shipped", 1, &json!([]), &json!([]));
    no_code["customFields"] = json!({"affiliateCode": ["a", "b"]});
    for (order, reason) in [
        (no_time, "orderPlacedAt is no time"),
        (no_code, "a text or a number"),
    ] {
        let unread = read_one(2, order, json!({})).await.unwrap_err();
        assert_eq!(unread.external_id.as_deref(), Some("7"));
        assert!(unread.reason.contains(reason), "{unread:?}");
    }
}

#[tokio::test]
async fn an_api_key_is_shown_with_each_question_and_buys_nothing() {
    let stage = Stage::open(|_| (200, page(2, &[]))).await;
    let platform = vendure(None, json!({"channel": "berlin"}));
    assert_eq!(
        platform.sign_in(&stage.http).await.unwrap().map(|_| ()),
        None
    );
    platform.probe(stage.session()).await.unwrap();
    stage.read(vendure(None, json!({})).as_ref(), &["7"]).await;
    let asked = stage.asked.lock().unwrap();
    let header = |at: usize, name| asked[at].0.get(name).map(|it| it.to_str().unwrap());
    assert_eq!(asked.len(), 2);
    for at in 0..asked.len() {
        assert_eq!(header(at, "vendure-api-key"), Some("a secret"));
        assert_eq!(header(at, "authorization"), None);
    }
    // In the channel of a seller, what is the seller's counts.
    assert_eq!(
        [header(0, "vendure-token"), header(1, "vendure-token")],
        [Some("berlin"), None]
    );
    let kinds = [0, 1].map(|at| &asked[at].1["variables"]["options"]["filter"]["type"]);
    assert_eq!(kinds, [&Value::Null, &json!({"notEq": "Seller"})]);
}

#[tokio::test]
async fn ids_are_asked_for_by_as_many_as_a_page_may_have() {
    let stage = Stage::open(|_| (200, page(2, &[]))).await;
    let platform = vendure(None, json!({"page_size": 2}));
    stage.read(platform.as_ref(), &["1", "2", "3"]).await;
    let asked = stage.asked.lock().unwrap();
    let ids: Vec<_> = asked
        .iter()
        .map(|(_, it)| it["variables"]["options"]["filter"]["id"]["in"].clone())
        .collect();
    assert_eq!(ids, [json!(["1", "2"]), json!(["3"])]);
}

#[tokio::test]
async fn what_it_refuses_is_told_as_what_it_is() {
    let told = |code: &str| json!({"errors": [{"message": "no", "extensions": {"code": code}}], "data": null});
    let refused = |why: &str| SourceError::Refused(why.to_owned());
    for (status, body, expected) in [
        (200, told("USER_INPUT_ERROR"), refused("no")),
        (200, told("GRAPHQL_VALIDATION_FAILED"), refused("no")),
        (
            200,
            told("INTERNAL_SERVER_ERROR"),
            SourceError::Failed("no".to_owned()),
        ),
        (
            200,
            json!({"errors": [{"message": "no"}]}),
            SourceError::Failed("no".to_owned()),
        ),
        (
            200,
            told("UNAUTHORIZED"),
            SourceError::Credentials("no".to_owned()),
        ),
        (
            200,
            json!({}),
            SourceError::Unreadable("it holds neither data nor errors".to_owned()),
        ),
        (400, json!("no"), refused("400: \"no\"")),
    ] {
        let answer = body.to_string();
        let stage = Stage::open(move |_| (status, answer.clone())).await;
        let error = vendure(None, json!({})).probe(stage.session()).await;
        assert_eq!(error, Err(expected), "{body}");
    }
}

#[tokio::test]
async fn whom_it_does_not_know_is_told_from_whom_it_does_not_let_read_orders() {
    let settings = r#"{"data":{"globalSettings":{"id":"1"}}}"#;
    for (answer, is_known) in [(settings, true), (FORBIDDEN, false)] {
        let stage = Stage::open(move |question| {
            let is_for_all = !question["query"].as_str().unwrap().contains("orders");
            (200, if is_for_all { answer } else { FORBIDDEN }.to_owned())
        })
        .await;
        let error = vendure(None, json!({}))
            .probe(stage.session())
            .await
            .unwrap_err();
        let is_permission = matches!(error, SourceError::Permission(_));
        let is_credentials = matches!(error, SourceError::Credentials(_));
        assert_eq!(
            [is_permission, is_credentials],
            [is_known, !is_known],
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_shop_that_gives_no_token_is_told_what_it_lacks() {
    for (login, expected) in [
        (
            json!({"__typename": "CurrentUser"}),
            "tokenMethod does not name bearer",
        ),
        (
            json!({"__typename": "InvalidCredentialsError", "message": "The provided credentials are invalid"}),
            "does not accept the credentials: The provided",
        ),
        (
            json!({"__typename": "NativeAuthStrategyError"}),
            "credentials: NativeAuthStrategyError",
        ),
    ] {
        let answer = json!({"data": {"login": login}}).to_string();
        let stage = Stage::open(move |_| (200, answer.clone())).await;
        let error = vendure(Some("olga"), json!({})).sign_in(&stage.http).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn settings_that_do_not_do_are_refused() {
    for (secret, settings, field) in [
        (None, json!({}), "secret"),
        (Some("s"), json!({"affiliate": "x"}), "settings"),
        (Some("s"), json!({"affiliate_field": ""}), "settings"),
        (
            Some("s"),
            json!({"affiliate_field": "a } evil {"}),
            "settings",
        ),
        (Some("s"), json!({"affiliate_field": "7th"}), "settings"),
        (Some("s"), json!({"channel": "two words"}), "settings"),
        (Some("s"), json!({"page_size": 0}), "settings"),
        (Some("s"), json!({"page_size": 1_001}), "settings"),
    ] {
        let access = Access {
            account: None,
            secret: secret.map(Secret::new),
            settings: settings.clone(),
        };
        let refused = (kind_of("vendure").unwrap().connect)(access).err().unwrap();
        assert_eq!(refused.field, field, "{settings}");
    }
}
