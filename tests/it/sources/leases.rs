//! R18 while a platform takes its time: the run keeps its lease, and stops asking once that is lost.

use std::time::Duration;

use cashable::error::Error;
use cashable::sync;
use entity::words::SyncTrigger;
use entity::{Instant, sync_lease};
use sea_orm::EntityTrait;

use super::contract::{Connected, later, olga};
use super::server::Trouble;
use super::shop::Status;
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    r18_a_lease_is_kept_however_long_a_platform_takes,
    r18_a_run_that_lost_its_lease_waits_for_no_platform,
);

/// Longer than what is left of a lease after it, shorter than a lease.
pub const A_WHILE: i64 = 40_000;

type Shop<'a> = Connected<'a, WooCommerce>;

async fn r18_a_lease_is_kept_however_long_a_platform_takes(app: TestApp) {
    let app = app.reaching(|reach| {
        reach.beat = Duration::from_millis(10);
        reach.answer_within = Duration::from_secs(2);
    });
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::New));
    it.platform.trouble(&[Trouble::Silence]);
    let meanwhile = async {
        it.until_asked().await;
        for _ in 0..3 {
            it.wait(0, A_WHILE);
            until_lease_reaches(&it, later(app.clock.now(), A_WHILE)).await;
        }
        let other = sync::request(&app, it.shop.id, &olga(), SyncTrigger::Manual, false).await;
        assert!(other.unwrap().already_running);
    };
    let (run, ()) = tokio::join!(it.pull(), meanwhile);
    assert_eq!(run.orders_changed, 3);
    assert_eq!(it.platform.server.asked(), 2);
}

async fn r18_a_run_that_lost_its_lease_waits_for_no_platform(app: TestApp) {
    let app = app.reaching(|reach| {
        reach.beat = Duration::from_millis(10);
        reach.answer_within = Duration::from_mins(10);
    });
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::New));
    it.platform.trouble(&[Trouble::Silence]);
    let queued = sync::request(&app, it.shop.id, &olga(), SyncTrigger::Manual, false).await;
    let meanwhile = async {
        it.until_asked().await;
        let taken = sync_lease::Entity::delete_many().exec(app.behind_its_back());
        taken.await.unwrap();
    };
    let run = sync::run(&app, queued.unwrap().run, false, &|_| {});
    let (lost, ()) = tokio::join!(run, meanwhile);
    assert!(matches!(lost, Err(Error::LeaseLost)), "{lost:?}");
    assert_eq!(it.platform.server.asked(), 1);
    assert!(it.stored().await.is_empty());
    assert_eq!(it.pull().await.orders_changed, 3);
}

/// Until a run under way has said that it is alive.
pub async fn until_lease_reaches(it: &Shop<'_>, instant: Instant) {
    loop {
        let lease = sync_lease::Entity::find_by_id(it.shop.id)
            .one(it.shop.app.behind_its_back())
            .await;
        if lease.unwrap().unwrap().expires_at >= instant {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
