//! What changes at a platform arrives, whether or not it shows as a change, and what did not change is left.

use cashable::sources::{Lack, Window};
use entity::Instant;

use super::super::fake::Fake;
use super::super::shop::{EARLIER, FakeShop, Status};
use super::{Connected, lacks, later};
use crate::support::TestApp;

const HALF_AN_HOUR: i64 = 30 * 60_000;

/// Of a few orders some change, and the others are written no more.
pub async fn what_changed_arrives_and_what_did_not_writes_nothing<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(5, Status::New));
    assert_eq!(it.pull().await.orders_changed, 5);
    it.wait(0, HALF_AN_HOUR);
    assert_eq!(it.pull().await.orders_changed, 0);
    it.wait(0, HALF_AN_HOUR);
    it.platform.with(|shop| {
        shop.set(1, Status::InProgress);
        shop.set(2, Status::Complete);
        shop.set(3, Status::Cancelled);
        // Somebody only looked at it: the time moves, the order does not.
        shop.change(4, |_| {});
    });
    assert_eq!(it.pull().await.orders_changed, 3);
    let first = it.shop.order(&F::id(1)).await;
    assert_eq!(
        (&first["status"], &first["inProgress"]),
        (&"NEW".into(), &true.into())
    );
    assert_eq!(it.status(2).await, "COMPLETE");
    assert_eq!(it.status(3).await, "CANCELLED");
    assert_eq!(it.status(4).await, "NEW");
    it.wait(0, HALF_AN_HOUR);
    assert_eq!(it.pull().await.orders_changed, 0);
}

/// A status changes and the order's time of change does not: it is asked for by its id, days later too, as long
/// as it may still be returned.
pub async fn a_status_that_shows_as_no_change_arrives<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(2, Status::New));
    it.pull().await;
    for (status, expected) in [
        (Status::Complete, "COMPLETE"),
        (Status::Cancelled, "CANCELLED"),
    ] {
        it.wait(3, 0);
        it.platform.with(|shop| silently(shop, 1, status));
        it.pull().await;
        assert_eq!(it.status(1).await, expected);
        assert_eq!(it.status(2).await, "NEW");
    }
}

fn silently(shop: &mut FakeShop, number: u32, status: Status) {
    let before = shop.order(number).changed_at;
    shop.set(number, status);
    shop.order(number).changed_at = before;
}

/// An order changes in the same second in which the run asked for the last time, just after that. It is
/// cancelled already, so that nothing but the change shows it.
pub async fn a_change_in_the_second_of_the_last_question_arrives<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(1, Status::Cancelled));
    it.platform.after(F::questions_for(1), |shop| {
        shop.place(1, Status::Cancelled);
        let now = shop.now;
        shop.order(2).placed_at = now;
        shop.change(2, |_| {});
    });
    it.pull().await;
    assert_eq!(it.stored().await.len(), 1);
    it.wait(0, HALF_AN_HOUR);
    it.pull().await;
    assert_eq!(it.stored().await.len(), 2);
}

/// What happened just when a window begins or ends, and at whatever fraction of that second, is in it.
pub async fn the_bounds_of_a_window_lie_within_it<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    let (since, until) = (later(EARLIER, 900_000), later(EARLIER, 2_700_000));
    let inside = [
        since,
        later(since, 1),
        later(since, 999),
        later(until, -1_000),
        later(until, -1),
        until,
    ];
    let outside = [later(EARLIER, 0), later(since, -60_000)];
    it.platform.with(|shop| {
        for at in inside.into_iter().chain(outside) {
            shop.place(1, Status::New);
            let number = shop.orders.len();
            let order = shop.order(u32::try_from(number).unwrap());
            order.placed_at = at;
            order.changed_at = Some(at);
            order.history = vec![(Status::New, at)];
        }
    });
    let window = Window {
        since: Some(since),
        until,
    };
    let found = walk(&it, window).await;
    for number in 1..=inside.len() {
        let id = F::id(u32::try_from(number).unwrap());
        assert!(found.contains(&id), "{id} of {found:?}");
    }
    for number in inside.len() + 1..=inside.len() + outside.len() {
        let id = F::id(u32::try_from(number).unwrap());
        assert!(!found.contains(&id), "{id} of {found:?}");
    }
}

/// The ids of all orders that a walk tells.
async fn walk<F: Fake>(it: &Connected<'_, F>, window: Window) -> Vec<String> {
    let mut asking = it.asking(F::SECRET);
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = asking.changes(window, cursor.as_ref()).await.unwrap();
        let told = page.orders.into_iter().map(|it| it.unwrap().external_id);
        found.extend(told);
        cursor = page.next;
        if cursor.is_none() {
            return found;
        }
    }
}

/// An order that was never changed since it was placed has no time of change on some platforms.
pub async fn an_order_without_a_time_of_change_arrives<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    let place = |shop: &mut FakeShop, at: Instant| {
        shop.place(1, Status::Cancelled);
        let order = shop.orders.last_mut().unwrap();
        order.placed_at = at;
        order.changed_at = None;
    };
    it.platform.with(|shop| place(shop, EARLIER));
    it.pull().await;
    assert_eq!(it.status(1).await, "CANCELLED");
    it.wait(0, HALF_AN_HOUR);
    it.platform
        .with(|shop| place(shop, later(shop.now, -1_000)));
    assert_eq!(it.pull().await.orders_changed, 1);
    assert_eq!(it.status(2).await, "CANCELLED");
    it.wait(0, HALF_AN_HOUR);
    it.platform.with(|shop| shop.change(2, |_| {}));
    let run = it.pull().await;
    assert_eq!((run.orders_changed, run.orders_failed), (0, 0));
}

/// R4: what was complete or cancelled is new again. Where changes do not show, what was final is seen within a
/// day.
pub async fn what_was_final_is_reopened<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| {
        shop.place(1, Status::Complete);
        shop.place(1, Status::Cancelled);
    });
    it.pull().await;
    it.wait(0, HALF_AN_HOUR);
    it.platform.with(|shop| {
        shop.set(1, Status::New);
        shop.set(2, Status::New);
    });
    if lacks::<F>(Lack::Changes) {
        it.wait(1, 0);
    }
    it.pull().await;
    for number in [1, 2] {
        let order = it.shop.order(&F::id(number)).await;
        assert_eq!(order["status"], "NEW", "{number}");
        assert_eq!(order["completedAt"], serde_json::Value::Null);
    }
    it.wait(0, HALF_AN_HOUR);
    it.platform.with(|shop| shop.set(2, Status::Complete));
    it.pull().await;
    assert_eq!(it.status(2).await, "COMPLETE");
}

/// An order is deleted at its platform: missed at first, gone when it is missed again, and there as it was when it
/// comes back.
pub async fn an_order_that_vanished_is_gone_after_two_misses<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(2, Status::New));
    it.pull().await;
    let order = it.platform.with(|shop| shop.orders.remove(0));
    it.wait(0, HALF_AN_HOUR);
    let missed_at = app.clock.now();
    it.pull().await;
    let row = it.row(1).await;
    assert_eq!((row.missed_at, row.gone_at), (Some(missed_at), None));
    it.wait(0, HALF_AN_HOUR);
    let gone_at = app.clock.now();
    it.pull().await;
    let row = it.row(1).await;
    assert_eq!(
        (row.missed_at, row.gone_at),
        (Some(missed_at), Some(gone_at))
    );
    assert_eq!(it.status(1).await, "NEW");
    it.platform.with(|shop| shop.orders.insert(0, order));
    it.wait(1, 0);
    it.pull().await;
    let row = it.row(1).await;
    assert_eq!((row.missed_at, row.gone_at), (None, None));
}
