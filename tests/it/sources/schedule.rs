//! R17 while a platform takes its time: every other shop has its turn, and what is dead is told as such.

use std::time::Duration;

use cashable::reports::last_sync;
use cashable::sync::{self, Schedule};
use entity::words::{SyncState, SyncTrigger};
use entity::{Instant, sync_run};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::contract::{Connected, later, olga};
use super::leases::{A_WHILE, until_lease_reaches};
use super::server::Trouble;
use super::woocommerce::WooCommerce;
use crate::support::shop::Shop;
use crate::support::{TestApp, on_both};

on_both!(r17_a_platform_that_does_not_answer_keeps_no_other_shop_from_its_turn);

async fn r17_a_platform_that_does_not_answer_keeps_no_other_shop_from_its_turn(app: TestApp) {
    let app = app.reaching(|reach| {
        reach.beat = Duration::from_millis(10);
        reach.answer_within = Duration::from_mins(10);
    });
    let slow = Connected::<WooCommerce>::open(&app).await;
    slow.platform.trouble(&[Trouble::Silence]);
    let other = Shop::fresh(&app, "other").await;
    let left = Shop::fresh(&app, "left behind").await;
    for (shop, minutes) in [(&slow.shop, 1), (&other, 1), (&left, 30)] {
        let input = json!({"syncEnabled": true, "syncIntervalMinutes": minutes});
        shop.set(input).await;
    }
    let dead = sync::request(&app, left.id, &olga(), SyncTrigger::Manual, false).await;
    let dead = dead.unwrap().run;
    let mut schedule = Schedule::of(&app);
    for turn in 1..=3 {
        schedule.look().await.unwrap();
        until_succeeded(&other, app.clock.now()).await;
        assert_eq!(runs(&other).await.len(), turn);
        slow.until_asked().await;
        for _ in 0..2 {
            slow.wait(0, A_WHILE);
            until_lease_reaches(&slow, later(app.clock.now(), A_WHILE)).await;
        }
    }
    let states: Vec<_> = runs(&slow.shop).await.iter().map(|it| it.state).collect();
    assert_eq!(states, [SyncState::Running]);
    let ended = runs(&left).await.into_iter().find(|it| it.id == dead.id);
    assert_eq!(ended.unwrap().state, SyncState::Failed);
    // The end waits for it, and it for nobody.
    app.stop.ask();
    schedule.done().await;
    assert_eq!(runs(&slow.shop).await[0].state, SyncState::Failed);
    assert_eq!(slow.platform.server.asked(), 1);
}

async fn runs(shop: &Shop<'_>) -> Vec<sync_run::Model> {
    let runs = sync_run::Entity::find()
        .filter(sync_run::Column::ShopId.eq(shop.id))
        .all(shop.app.behind_its_back());
    runs.await.unwrap()
}

async fn until_succeeded(shop: &Shop<'_>, since: Instant) {
    loop {
        let last = last_sync(shop.app.behind_its_back(), shop.id)
            .await
            .unwrap();
        let attempt = last.last_attempt.filter(|it| it.queued_at >= since);
        if attempt.is_some_and(|it| it.state == SyncState::Succeeded) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
