//! What one order is, told as its platform tells it.

use cashable::sources::Lack;

use super::super::fake::Fake;
use super::super::shop::{Broken, Status};
use super::{Connected, lacks};
use crate::support::TestApp;
use crate::support::shop::time;

const HALF_AN_HOUR: i64 = 30 * 60_000;

/// Numbers come as texts and texts as numbers, and nothing changes by that.
pub async fn numbers_and_texts_are_read_alike<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| {
        shop.place(2, Status::New);
        shop.order(1).total = 10_495;
        shop.order(2).total = 33;
    });
    it.pull().await;
    it.wait(0, HALF_AN_HOUR);
    it.platform.with(|shop| {
        shop.swaps_numbers = true;
        shop.change(1, |_| {});
        shop.change(2, |_| {});
    });
    let run = it.pull().await;
    assert_eq!((run.orders_changed, run.orders_failed), (0, 0));
    assert_eq!(it.amounts(1).await[0], "104.95");
    assert_eq!(it.amounts(2).await[0], "0.33");
}

/// R1: a word that no table knows is NEW, kept as it is, and counted.
pub async fn an_unknown_word_is_new_and_counted<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| {
        shop.place(1, Status::Unknown);
        shop.place(1, Status::Complete);
    });
    let run = it.pull().await;
    assert_eq!((run.orders_unmapped, run.orders_failed), (1, 0));
    let order = it.shop.order(&F::id(1)).await;
    assert_eq!(order["status"], "NEW");
    assert_eq!(order["nativeStatus"], F::word(Status::Unknown));
}

/// R22: one bad order is set aside with its reason, the others go in, and the run succeeds.
pub async fn a_broken_order_is_set_aside_alone<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| {
        shop.place(4, Status::New);
        shop.order(2).broken = Some(Broken::NoId);
        shop.order(3).broken = Some(Broken::NoTotal);
    });
    let run = it.pull().await;
    assert_eq!((run.orders_changed, run.orders_failed), (2, 2));
    let failures = it.failures(&run).await;
    let ids: Vec<_> = failures.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["", &F::id(3)]);
    assert!(failures.iter().all(|(_, reason)| !reason.is_empty()));
    assert_eq!(it.status(4).await, "NEW");
    it.platform.with(|shop| shop.order(3).broken = None);
    it.wait(0, HALF_AN_HOUR);
    it.platform.with(|shop| shop.change(3, |_| {}));
    it.pull().await;
    assert_eq!(it.amounts(3).await[0], "100.00");
}

/// R5: some platforms take the amount off an order that is cancelled; what was lost is known all the same.
pub async fn a_cancelled_order_of_nothing_keeps_its_total<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(1, Status::New));
    it.pull().await;
    it.wait(0, HALF_AN_HOUR);
    it.platform.with(|shop| {
        shop.change(1, |order| {
            order.status = Status::Cancelled;
            order.zeroed = true;
        });
    });
    it.pull().await;
    assert_eq!(it.status(1).await, "CANCELLED");
    assert_eq!(it.amounts(1).await, ["100.00", "0.00"]);
}

/// A refund of a part, then of all of it: the total stays what it was (R5).
pub async fn refunds_leave_the_total<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(1, Status::Complete));
    it.pull().await;
    for (cents, told) in [(500, "5.00"), (10_000, "100.00")] {
        it.wait(0, HALF_AN_HOUR);
        it.platform
            .with(|shop| shop.change(1, |order| order.refunded = cents));
        let run = it.pull().await;
        assert_eq!(run.orders_failed, 0);
        let refunded = if lacks::<F>(Lack::Refunds) {
            "0.00"
        } else {
            told
        };
        assert_eq!(it.amounts(1).await, ["100.00", refunded]);
    }
}

/// R7: the days to wait may count from when an order was completed; a later note does not move that.
pub async fn an_order_is_completed_when_its_platform_says<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| {
        shop.place(1, Status::New);
        shop.set(1, Status::Complete);
    });
    it.wait(1, 0);
    it.platform.with(|shop| shop.change(1, |_| {}));
    it.pull().await;
    let order = it.shop.order(&F::id(1)).await;
    let is_told = order["completedAt"] == time(0);
    assert_eq!(is_told, !lacks::<F>(Lack::Completion), "{order}");
}
