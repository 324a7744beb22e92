//! Orders that vanish at their platform: marked after two misses, asked for daily, never cancelled.

use serde_json::{Value, json};

use super::contract::Connected;
use super::server::Trouble;
use super::shop::{Broken, Status};
use super::woocommerce::WooCommerce;
use crate::support::shop::time;
use crate::support::{TestApp, on_both};

on_both!(
    what_is_gone_is_told_to_whoever_asks,
    what_is_gone_is_asked_for_once_a_day_and_never_cancelled,
    an_order_that_comes_back_goes_on,
    an_old_report_shows_that_an_order_is_there,
    an_outage_is_no_miss,
    an_order_that_cannot_be_read_is_no_miss,
);

const HALF_AN_HOUR: i64 = 30 * 60_000;

type Shop<'a> = Connected<'a, WooCommerce>;

/// A complete order that is gone since half an hour.
async fn gone(it: &Shop<'_>) {
    it.platform.with(|shop| shop.place(1, Status::Complete));
    it.pull().await;
    it.platform.with(|shop| shop.remove(1));
    for _ in 0..2 {
        it.wait(0, HALF_AN_HOUR);
        it.pull().await;
    }
    assert!(it.row(1).await.gone_at.is_some());
    it.platform.questions();
}

/// Why a commission is not payable yet, and since when its order is gone.
async fn told(it: &Shop<'_>) -> (Value, Value) {
    let document = "{ orderByExternalId(externalId: \"1\") {
        status goneAt transactions { status blockers }
    } }";
    let mut order = it.shop.ask(document, json!({})).await["orderByExternalId"].take();
    assert_eq!(order["status"], "COMPLETE");
    let transaction = &mut order["transactions"][0];
    assert_eq!(transaction["status"], "IN_PROGRESS");
    let blockers = transaction["blockers"].take();
    (order["goneAt"].take(), blockers)
}

async fn what_is_gone_is_told_to_whoever_asks(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(1, Status::Complete));
    it.pull().await;
    assert_eq!(told(&it).await, (Value::Null, json!(["WAITING_DAYS"])));
    it.wait(15, 0);
    it.platform.with(|shop| shop.remove(1));
    it.pull().await;
    assert_eq!(told(&it).await, (Value::Null, json!(["ORDER_UNSEEN"])));
    it.wait(1, 0);
    it.pull().await;
    assert_eq!(told(&it).await, (json!(time(16)), json!(["ORDER_GONE"])));
    it.platform.with(|shop| shop.place(1, Status::Complete));
    it.wait(1, 0);
    it.pull().await;
    assert_eq!(it.shop.commission("1").await, "COMPLETED 10.00");
}

async fn what_is_gone_is_asked_for_once_a_day_and_never_cancelled(app: TestApp) {
    let it = Shop::open(&app).await;
    gone(&it).await;
    let gone_at = it.row(1).await.gone_at;
    let mut asked = 0;
    for _ in 0..3 * 48 {
        it.wait(0, HALF_AN_HOUR);
        it.pull().await;
        let questions = it.platform.questions();
        asked += questions
            .iter()
            .filter(|it| it.contains("include=1"))
            .count();
    }
    assert_eq!(asked, 3);
    it.wait(15, 0);
    it.pull().await;
    assert_eq!(it.row(1).await.gone_at, gone_at);
    assert_eq!(it.status(1).await, "COMPLETE");
    assert_eq!(it.shop.commission("1").await, "IN_PROGRESS 10.00");
}

async fn an_order_that_comes_back_goes_on(app: TestApp) {
    let it = Shop::open(&app).await;
    gone(&it).await;
    it.platform.with(|shop| shop.place(1, Status::Complete));
    it.wait(15, 0);
    it.pull().await;
    let row = it.row(1).await;
    assert_eq!((row.missed_at, row.gone_at), (None, None));
    assert_eq!(it.shop.commission("1").await, "COMPLETED 10.00");
}

/// R3: a report older than what is stored changes nothing of the order. It is there all the same.
async fn an_old_report_shows_that_an_order_is_there(app: TestApp) {
    let it = Shop::open(&app).await;
    gone(&it).await;
    it.platform.with(|shop| {
        shop.place(1, Status::Cancelled);
        shop.order(1).changed_at = Some(super::contract::later(super::shop::EARLIER, -1_000));
    });
    it.wait(15, 0);
    let run = it.pull().await;
    assert_eq!((run.orders_stale, run.orders_changed), (1, 0));
    let row = it.row(1).await;
    assert_eq!((row.missed_at, row.gone_at), (None, None));
    assert_eq!(it.status(1).await, "COMPLETE");
    assert_eq!(it.shop.commission("1").await, "COMPLETED 10.00");
}

async fn an_outage_is_no_miss(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(1, Status::New));
    for _ in 0..2 {
        it.pull().await;
        it.wait(1, 0);
    }
    for _ in 0..3 {
        it.wait(0, HALF_AN_HOUR);
        it.platform.trouble(&[Trouble::None]);
        it.platform.trouble(&[Trouble::Status(500); 5 + 1]);
        it.fail().await;
    }
    assert_eq!(it.row(1).await.missed_at, None);
}

/// It is there: only when it is missed twice after that it is gone.
async fn an_order_that_cannot_be_read_is_no_miss(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(1, Status::New));
    it.pull().await;
    let order = it.platform.server.shop().orders.remove(0);
    // Missed once, and there again.
    for is_there in [false, true] {
        it.wait(0, HALF_AN_HOUR);
        it.platform.with(|shop| {
            shop.orders.clear();
            if is_there {
                shop.orders.push(order.clone());
                shop.order(1).broken = Some(Broken::NoTotal);
            }
        });
        it.pull().await;
        assert!(it.row(1).await.missed_at.is_some());
    }
    it.platform.with(|shop| shop.remove(1));
    for is_gone in [false, true] {
        it.wait(0, HALF_AN_HOUR);
        it.pull().await;
        assert_eq!(it.row(1).await.gone_at.is_some(), is_gone);
    }
}
