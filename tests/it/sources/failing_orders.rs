//! R22 where a platform fails as a whole at some of its orders: those are set aside, the others go on.

use std::time::Duration;

use super::contract::Connected;
use super::server::Trouble;
use super::shop::Status;
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    r22_an_order_that_makes_its_platform_fail_is_set_aside_alone,
    r22_the_only_open_order_that_makes_its_platform_fail_is_set_aside,
    a_platform_that_fails_at_many_orders_is_down,
    what_concerns_the_whole_platform_is_not_asked_by_parts,
);

type Shop<'a> = Connected<'a, WooCommerce>;

/// So many complete orders whose days to wait are over, none of which was looked at since.
async fn due(it: &Shop<'_>, count: u32) {
    it.platform.with(|shop| shop.place(count, Status::Complete));
    it.pull().await;
    // Once more, so that the next run's window does not reach back to them.
    it.wait(1, 0);
    it.pull().await;
    it.wait(15, 0);
    it.platform.questions();
}

async fn commissions<const N: usize>(it: &Shop<'_>, orders: [&str; N]) -> [String; N] {
    let mut found = [const { String::new() }; N];
    for (at, order) in orders.into_iter().enumerate() {
        found[at] = it.shop.commission(order).await;
    }
    found
}

async fn r22_an_order_that_makes_its_platform_fail_is_set_aside_alone(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it, 150).await;
    it.platform.with(|shop| shop.fails_at = vec![7, 120]);
    let run = it.pull().await;
    let failures = it.failures(&run).await;
    let ids: Vec<_> = failures.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["120", "7"]);
    assert!(
        failures[0].1.contains("the platform failed: 500"),
        "{failures:?}"
    );
    let expected = [
        "COMPLETED 10.00",
        "IN_PROGRESS 10.00",
        "COMPLETED 10.00",
        "IN_PROGRESS 10.00",
        "COMPLETED 10.00",
    ];
    let orders = ["6", "7", "8", "120", "150"];
    assert_eq!(commissions(&it, orders).await, expected);
    // One for the changes, five for each of two batches, and two for each halving.
    let asked = it.platform.questions().len();
    assert!(asked <= 1 + 5 + 14 + 5 + 12, "{asked}");
    // They are asked for again, and nothing else is.
    it.wait(0, 1);
    let run = it.pull().await;
    assert_eq!((run.orders_read, run.orders_failed), (2, 2));
    assert_eq!(commissions(&it, orders).await, expected);
    it.platform.with(|shop| shop.fails_at.clear());
    it.wait(0, 1);
    assert_eq!(it.pull().await.orders_failed, 0);
    assert_eq!(commissions(&it, orders).await, ["COMPLETED 10.00"; 5]);
}

/// Nothing else shows then that the platform is well.
async fn r22_the_only_open_order_that_makes_its_platform_fail_is_set_aside(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(5, Status::Cancelled));
    due(&it, 1).await;
    it.platform.with(|shop| shop.fails_at = vec![6]);
    let run = it.pull().await;
    assert_eq!(run.orders_failed, 1);
    assert_eq!(it.shop.commission("6").await, "IN_PROGRESS 10.00");
}

async fn a_platform_that_fails_at_many_orders_is_down(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it, 150).await;
    let (last_sync, pulled_at) = (it.last_sync().await.0, it.sources().await[0].pulled_at);
    for failing in [1..=20, 1..=150] {
        it.platform.with(|shop| shop.fails_at = failing.collect());
        let error = it.fail().await;
        assert!(error.contains("the platform failed: 500"), "{error}");
        let asked = it.platform.questions().len();
        assert!(asked <= 30, "{asked}");
        assert_eq!(it.shop.commission("150").await, "IN_PROGRESS 10.00");
        assert_eq!(it.last_sync().await.0, last_sync);
        assert_eq!(it.sources().await[0].pulled_at, pulled_at);
        it.wait(0, 1);
    }
    it.platform.with(|shop| shop.fails_at.clear());
    it.pull().await;
    assert_eq!(commissions(&it, ["1", "150"]).await, ["COMPLETED 10.00"; 2]);
}

async fn what_concerns_the_whole_platform_is_not_asked_by_parts(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_secs(1));
    let it = Shop::open(&app).await;
    due(&it, 10).await;
    for (trouble, asked) in [
        (Trouble::Status(401), 2),
        (Trouble::Status(403), 1),
        (Trouble::Busy(3_600), 1),
        (Trouble::Silence, 5),
    ] {
        it.wait(0, 1);
        it.platform.questions();
        it.platform.trouble(&[Trouble::None]);
        it.platform.trouble(&[trouble; 9]);
        it.fail().await;
        assert_eq!(it.platform.questions().len(), 1 + asked, "{trouble:?}");
        it.platform.stop_troubling();
    }
}
