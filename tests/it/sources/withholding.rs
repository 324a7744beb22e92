//! What a run could not look at makes nothing COMPLETED in it: the order may have been returned.

use serde_json::{Value, json};

use super::contract::Connected;
use super::server::Trouble;
use super::shop::{Broken, Status};
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    nothing_becomes_completed_where_the_fetch_by_ids_fails,
    a_return_in_the_last_minute_is_seen_after_an_outage,
    an_order_that_cannot_be_read_makes_nothing_completed,
    an_order_that_was_missed_makes_nothing_completed_and_its_release_neither,
    what_needs_no_looking_at_settles_all_the_same,
    an_order_whose_new_affiliate_is_inactive_was_looked_at,
);

pub type Shop<'a> = Connected<'a, WooCommerce>;

/// Three complete orders whose days to wait are over, none of which was looked at since.
pub async fn due(it: &Shop<'_>) {
    it.platform.with(|shop| shop.place(3, Status::Complete));
    it.pull().await;
    assert_eq!(commissions(it).await, ["IN_PROGRESS 10.00"; 3]);
    // Once more, so that the next run's window does not reach back to them.
    it.wait(1, 0);
    it.pull().await;
    it.wait(15, 0);
}

pub async fn commissions(it: &Shop<'_>) -> [String; 3] {
    let mut found = [const { String::new() }; 3];
    for (at, commission) in found.iter_mut().enumerate() {
        *commission = it.shop.commission(&(at + 1).to_string()).await;
    }
    found
}

async fn nothing_becomes_completed_where_the_fetch_by_ids_fails(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it).await;
    // The changes are told, and there are none. Then it fails five times, at parts of what was asked for, and at
    // the least that it can be asked.
    it.platform.trouble(&[Trouble::None]);
    it.platform.trouble(&[Trouble::Status(500); 5 + 4 + 1]);
    it.fail().await;
    assert_eq!(commissions(&it).await, ["IN_PROGRESS 10.00"; 3]);
    // Neither with a run that looks at everything, and again.
    it.platform.trouble(&[Trouble::Status(500); 5]);
    it.wait(1, 0);
    it.fail().await;
    assert_eq!(commissions(&it).await, ["IN_PROGRESS 10.00"; 3]);
    it.wait(0, 1);
    it.pull().await;
    assert_eq!(commissions(&it).await, ["COMPLETED 10.00"; 3]);
}

async fn a_return_in_the_last_minute_is_seen_after_an_outage(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it).await;
    it.platform.with(|shop| shop.set(2, Status::Cancelled));
    it.platform.trouble(&[Trouble::Page; 5]);
    it.fail().await;
    it.wait(0, 1);
    it.pull().await;
    let expected = ["COMPLETED 10.00", "CANCELLED 10.00", "COMPLETED 10.00"];
    assert_eq!(commissions(&it).await, expected);
}

async fn an_order_that_cannot_be_read_makes_nothing_completed(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it).await;
    it.platform.with(|shop| {
        shop.order(1).broken = Some(Broken::NoTotal);
        // It can be read, and makes no sense.
        shop.order(3).refunded = 20_000;
    });
    let run = it.pull().await;
    assert_eq!(run.orders_failed, 2);
    let expected = ["IN_PROGRESS 10.00", "COMPLETED 10.00", "IN_PROGRESS 10.00"];
    assert_eq!(commissions(&it).await, expected);
    it.platform.with(|shop| {
        shop.order(1).broken = None;
        shop.order(3).refunded = 0;
    });
    it.wait(0, 1);
    it.pull().await;
    assert_eq!(commissions(&it).await, ["COMPLETED 10.00"; 3]);
}

async fn an_order_that_was_missed_makes_nothing_completed_and_its_release_neither(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it).await;
    it.platform.with(|shop| shop.remove(1));
    it.pull().await;
    let expected = ["IN_PROGRESS 10.00", "COMPLETED 10.00", "COMPLETED 10.00"];
    assert_eq!(commissions(&it).await, expected);
    let commission = it.shop.transaction_of("1").await;
    it.shop
        .override_status(&commission, "CANCELLED", Value::Null)
        .await;
    let release = "mutation($input: ReleaseTransactionOverrideInput!) {
        answer: releaseTransactionOverride(input: $input) { userErrors { code message } }
    }";
    let input = json!({"transactionId": commission["id"]});
    it.shop.change(release, input).await;
    assert_eq!(it.shop.commission("1").await, "IN_PROGRESS 10.00");
}

/// What a platform says of its own is one thing, what others say is another.
async fn what_needs_no_looking_at_settles_all_the_same(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it).await;
    let order = crate::support::shop::order("by hand", "complete", json!({}));
    it.shop.import(json!([order])).await;
    it.wait(15, 0);
    it.platform.trouble(&[Trouble::Status(500); 5]);
    it.fail().await;
    assert_eq!(it.shop.commission("by hand").await, "COMPLETED 10.00");
    assert_eq!(commissions(&it).await, ["IN_PROGRESS 10.00"; 3]);
}

/// R16: only its affiliate is not followed, and that is told.
async fn an_order_whose_new_affiliate_is_inactive_was_looked_at(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| {
        shop.place(3, Status::Complete);
        shop.order(3).affiliate = Some("bert".to_owned());
    });
    it.pull().await;
    it.shop
        .update_affiliate("bert", json!({"active": false}))
        .await;
    it.wait(15, 0);
    it.platform
        .with(|shop| shop.change(1, |order| order.affiliate = Some("bert".to_owned())));
    let run = it.pull().await;
    let failures = it.failures(&run).await;
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0].1.ends_with("the rest of the order was taken"),
        "{failures:?}"
    );
    assert_eq!(commissions(&it).await, ["COMPLETED 10.00"; 3]);
    assert_eq!(
        (
            it.row(1).await.missed_at,
            it.sources().await[0].unread.clone()
        ),
        (None, None)
    );
}
