//! A walk through pages leaves nothing out, whatever happens meanwhile, and asks no more than it must.

use cashable::sources::Lack;

use super::super::fake::Fake;
use super::super::shop::Status;
use super::{Connected, lacks, page_size};
use crate::support::TestApp;

/// Some pages of orders arrive, each once, with what they are worth and who brought them.
pub async fn every_order_arrives_once<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    let count = 2 * page_size::<F>() + 50;
    it.platform.with(|shop| shop.place(count, Status::Complete));
    let run = it.pull().await;
    let all = i64::from(count);
    assert_eq!(
        (run.orders_read, run.orders_changed, run.orders_failed),
        (all, all, 0)
    );
    let questions = it.platform.questions();
    assert_eq!(
        questions.len(),
        F::questions_for(usize::try_from(count).unwrap()),
        "{questions:#?}"
    );
    for number in [1, count / 2, count] {
        let order = it.shop.order(&F::id(number)).await;
        assert_eq!(order["status"], "COMPLETE");
        assert_eq!(order["nativeStatus"], F::word(Status::Complete));
        assert_eq!(order["total"]["amount"], "100.00");
        assert_eq!(order["promoted"], !lacks::<F>(Lack::Affiliates));
    }
}

/// A page that is full to the last order is not taken for the end, nor for more.
pub async fn a_full_page_arrives_whole<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    let full = page_size::<F>();
    it.platform.with(|shop| shop.place(full, Status::Cancelled));
    let run = it.pull().await;
    assert_eq!(run.orders_changed, i64::from(full));
    let questions = it.platform.questions();
    assert_eq!(
        questions.len(),
        F::questions_for(usize::try_from(full).unwrap()),
        "{questions:#?}"
    );
}

/// Five hundred a page, whatever was asked for: there are never more questions for that.
pub async fn five_hundred_a_page_arrive<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| {
        shop.place(1_200, Status::Cancelled);
        shop.page_size = Some(500);
    });
    let run = it.pull().await;
    assert_eq!((run.orders_changed, run.orders_failed), (1_200, 0));
    let questions = it.platform.questions().len();
    assert!(questions <= F::questions_for(1_200), "{questions}");
}

/// A platform whose pages overlap tells the same order twice.
pub async fn orders_that_come_twice_count_once<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    let count = 2 * page_size::<F>() + 50;
    it.platform.with(|shop| {
        shop.place(count, Status::Complete);
        shop.repeats = true;
    });
    let run = it.pull().await;
    assert_eq!(
        (run.orders_changed, run.orders_failed),
        (i64::from(count), 0)
    );
    assert_eq!(it.stored().await.len(), usize::try_from(count).unwrap());
}

/// Orders change while the pages are read, and so leave their places.
pub async fn an_order_that_changes_while_pages_are_read_hides_no_other<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    let full = page_size::<F>();
    let count = 3 * full;
    it.platform.with(|shop| shop.place(count, Status::New));
    it.platform.after(1, move |shop| {
        shop.now.0 += 10_000;
        for number in [1, 2, full, full + 1] {
            shop.set(number, Status::Cancelled);
        }
    });
    it.pull().await;
    // What changed before it was read is the next walk's; nothing else may be.
    let stored = it.stored().await;
    for number in (1..=count).filter(|number| *number != full + 1) {
        assert!(stored.contains(&F::id(number)), "{number}");
    }
    it.wait(0, 30 * 60_000);
    it.pull().await;
    for number in [1, 2, full, full + 1] {
        assert_eq!(it.status(number).await, "CANCELLED", "{number}");
    }
    assert_eq!(it.status(3).await, "NEW");
}

/// Orders are deleted while the pages are read, and those behind them move up.
pub async fn an_order_that_vanishes_while_pages_are_read_hides_no_other<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    let full = page_size::<F>();
    let count = 3 * full;
    it.platform
        .with(|shop| shop.place(count, Status::Cancelled));
    it.platform.after(1, |shop| {
        for number in 1..=5 {
            shop.remove(number);
        }
    });
    it.pull().await;
    let moved_up = full + 1..=full + 5;
    for number in moved_up.chain([count]) {
        assert_eq!(it.status(number).await, "CANCELLED", "{number}");
    }
}
