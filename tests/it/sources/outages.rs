//! A platform that is down, slow or talks nonsense: the run says so, the last sync stays where it was, nothing is
//! lost, and the next run heals it.

use std::time::Duration;

use entity::words::SyncState;
use serde_json::Value;

use super::contract::Connected;
use super::server::{Platform, Trouble};
use super::shop::Status;
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    what_a_platform_does_wrong_is_told_and_heals,
    a_platform_that_nobody_finds_is_told_as_absent,
    a_platform_that_is_down_takes_nothing_from_the_others,
    r21_a_shop_is_not_healthy_two_intervals_after_its_last_success,
);

const HALF_AN_HOUR: i64 = 30 * 60_000;

type Shop<'a> = Connected<'a, WooCommerce>;

async fn what_a_platform_does_wrong_is_told_and_heals(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_secs(1));
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(5, Status::New));
    it.pull().await;
    for (trouble, told) in [
        (Trouble::Status(500), "the platform failed: 500"),
        (Trouble::Status(502), "the platform failed: 502"),
        (Trouble::Status(403), "may not read orders: 403"),
        (Trouble::Status(404), "refuses the question: 404"),
        (Trouble::Busy(3_600), "asks to be left alone"),
        (Trouble::Page, "a page for people"),
        (Trouble::Half, "cannot be read"),
        (Trouble::Closed, "the connection broke"),
        (Trouble::Silence, "did not answer within"),
    ] {
        let (last_sync, stored) = (it.last_sync().await.0, it.stored().await);
        assert_ne!(last_sync, Value::Null);
        it.wait(0, HALF_AN_HOUR);
        let number = it.platform.with(|shop| {
            shop.place(1, Status::New);
            let number = shop.orders.len();
            shop.change(u32::try_from(number).unwrap(), |_| {});
            number
        });
        it.platform.trouble(&[trouble; 5]);
        let error = it.fail().await;
        assert!(error.starts_with("woocommerce: "), "{error}");
        assert!(error.contains(told), "{trouble:?}: {error}");
        assert!(error.len() < 400 && !error.contains("cs_1"), "{error}");
        assert_eq!(it.last_sync().await.0, last_sync, "{trouble:?}");
        assert_eq!(it.stored().await, stored);
        assert_eq!(
            it.sources().await[0].error.as_deref(),
            error.strip_prefix("woocommerce: ")
        );
        it.platform.stop_troubling();
        it.wait(0, HALF_AN_HOUR);
        it.pull().await;
        assert_eq!(it.stored().await.len(), number, "{trouble:?}");
        assert_ne!(it.last_sync().await.0, last_sync);
        assert_eq!(it.sources().await[0].error, None);
    }
}

async fn a_platform_that_nobody_finds_is_told_as_absent(app: TestApp) {
    let it = Shop::open(&app).await;
    let gone = Platform::<WooCommerce>::open().await;
    it.connect(&gone, "second").await;
    gone.close().await;
    let error = it.fail().await;
    assert!(
        error.starts_with("second: nobody answers at the address"),
        "{error}"
    );
}

/// The commissions of the one that works become COMPLETED, those of the other do not.
async fn a_platform_that_is_down_takes_nothing_from_the_others(app: TestApp) {
    let it = Shop::open(&app).await;
    let second = Platform::<WooCommerce>::open().await;
    it.connect(&second, "second").await;
    it.platform.with(|shop| shop.place(1, Status::Complete));
    second.with(|shop| {
        shop.place(2, Status::Complete);
        shop.remove(1);
    });
    it.pull().await;
    it.wait(15, 0);
    it.platform.trouble(&[Trouble::Status(500); 5]);
    let run = it.run().await;
    assert_eq!(run.state, SyncState::Failed);
    let error = run.error.unwrap();
    assert!(
        error.starts_with("woocommerce: the platform failed"),
        "{error}"
    );
    assert!(!error.contains("second"), "{error}");
    assert_eq!(it.shop.commission("1").await, "IN_PROGRESS 10.00");
    assert_eq!(it.shop.commission("2").await, "COMPLETED 10.00");
    let sources = it.sources().await;
    let read_now = |at: &usize| sources[*at].pulled_at == Some(app.clock.now());
    assert_eq!([0, 1].map(|at| read_now(&at)), [false, true]);
    it.wait(0, 1);
    it.pull().await;
    assert_eq!(it.shop.commission("1").await, "COMPLETED 10.00");
}

async fn r21_a_shop_is_not_healthy_two_intervals_after_its_last_success(app: TestApp) {
    let it = Shop::open(&app).await;
    it.pull().await;
    let (last_sync, healthy) = it.last_sync().await;
    assert!(healthy);
    for healthy in [true, true, false] {
        it.wait(0, HALF_AN_HOUR);
        it.platform.trouble(&[Trouble::Status(500); 5]);
        it.fail().await;
        assert_eq!(it.last_sync().await, (last_sync.clone(), healthy));
    }
    it.pull().await;
    assert!(it.last_sync().await.1);
}
