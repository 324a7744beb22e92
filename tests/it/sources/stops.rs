//! The program ends while a platform is asked: nothing is waited for, what was stored stays, and the next program
//! goes on from there (R19).

use std::time::Duration;

use cashable::app::App;
use cashable::error::STOPPED;
use cashable::stop::Stop;
use cashable::sync;
use entity::words::{SyncState, SyncTrigger};
use serde_json::Value;

use super::contract::{Connected, olga};
use super::server::Trouble;
use super::shop::Status;
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    a_run_that_is_to_end_waits_for_no_changes_and_the_next_goes_on,
    a_run_that_is_to_end_waits_for_no_order_and_makes_nothing_completed,
);

type Shop<'a> = Connected<'a, WooCommerce>;

/// Longer than any test waits.
fn patient(app: TestApp) -> TestApp {
    app.reaching(|reach| reach.answer_within = Duration::from_mins(10))
}

/// A run by a program that is asked to end once so many questions were asked.
async fn end_after(it: &Shop<'_>, questions: usize) {
    let mut program = App::clone(it.shop.app);
    program.stop = Stop::default();
    let queued = sync::request(&program, it.shop.id, &olga(), SyncTrigger::Manual, false).await;
    let queued = queued.unwrap().run;
    let told_to_end = async {
        while it.platform.server.asked() < questions {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        program.stop.ask();
    };
    let (run, ()) = tokio::join!(sync::run(&program, queued, false, &|_| {}), told_to_end);
    let run = run.unwrap();
    assert_eq!(run.state, SyncState::Failed);
    assert_eq!(run.error.as_deref(), Some(STOPPED));
    assert_eq!(it.platform.server.asked(), questions);
}

async fn a_run_that_is_to_end_waits_for_no_changes_and_the_next_goes_on(app: TestApp) {
    let app = patient(app);
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(350, Status::Cancelled));
    it.platform
        .trouble(&[Trouble::None, Trouble::None, Trouble::Silence]);
    end_after(&it, 3).await;
    assert_eq!(it.stored().await.len(), 200);
    assert_eq!(it.last_sync().await.0, Value::Null);
    // It is the program that ended; the platform did nothing wrong.
    let source = it.sources().await.swap_remove(0);
    assert_eq!((source.error, source.pulled_at), (None, None));
    it.platform.questions();
    it.pull().await;
    assert_eq!(it.stored().await.len(), 350);
    assert!(it.platform.questions()[0].contains("page=3"));
}

async fn a_run_that_is_to_end_waits_for_no_order_and_makes_nothing_completed(app: TestApp) {
    let app = patient(app);
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::Complete));
    it.pull().await;
    // Once more, so that the next window does not reach back to them.
    it.wait(1, 0);
    it.pull().await;
    it.wait(15, 0);
    it.platform.trouble(&[Trouble::None, Trouble::Silence]);
    end_after(&it, it.platform.server.asked() + 2).await;
    assert_eq!(it.shop.commission("1").await, "IN_PROGRESS 10.00");
    it.pull().await;
    assert_eq!(it.shop.commission("1").await, "COMPLETED 10.00");
}
