//! What the demo's orders and affiliates are like.

use cashable::domain::period::Interval;
use cashable::domain::zone::parse_day;
use cashable::reports::{self, OrdersFilter, PageRequest, Scope};
use entity::words::{CancelReason, OrderStatus};

use super::{ORDERS, count, fill, points, promoted_counts, run};
use crate::support::{TestApp, on_both};

on_both!(
    the_demo_has_orders_of_every_kind,
    the_demo_has_affiliates_of_every_size,
    the_demo_has_pranks_and_cheats,
    the_demo_has_rhythm,
);

async fn the_demo_has_orders_of_every_kind(app: TestApp) {
    let demo = fill(&app).await;
    let cancelled = |reason| OrdersFilter {
        cancel_reasons: vec![reason],
        ..OrdersFilter::default()
    };
    let with = |status| OrdersFilter {
        statuses: vec![status],
        ..OrdersFilter::default()
    };
    let promoted = OrdersFilter {
        promoted: Some(true),
        ..OrdersFilter::default()
    };
    let swiss = OrdersFilter {
        currency: Some("CHF".to_owned()),
        ..OrdersFilter::default()
    };
    // Per mille of all orders.
    for (what, filter, least, most) in [
        ("all", OrdersFilter::default(), 1_000, 1_000),
        ("new", with(OrderStatus::New), 3, 15),
        ("complete", with(OrderStatus::Complete), 880, 930),
        ("customer", cancelled(CancelReason::Customer), 15, 40),
        ("declined", cancelled(CancelReason::Declined), 8, 25),
        ("inventory", cancelled(CancelReason::Inventory), 8, 25),
        ("fake", cancelled(CancelReason::Fake), 8, 22),
        ("returned", cancelled(CancelReason::Refunded), 12, 35),
        ("promoted", promoted, 320, 380),
        ("in francs", swiss, 4, 16),
    ] {
        let per_mille = count(&app, &demo, filter).await * 1_000 / ORDERS;
        assert!((least..=most).contains(&per_mille), "{what}: {per_mille}");
    }
    let unmapped = reports::unmapped_statuses(app.database.reader(), demo.shop.shop_id).await;
    let unmapped = unmapped.unwrap().into_iter().map(|word| word.native_status);
    assert_eq!(
        unmapped.collect::<Vec<_>>(),
        ["awaiting_pickup", "on_backorder"]
    );
}

async fn the_demo_has_affiliates_of_every_size(app: TestApp) {
    let demo = fill(&app).await;
    run(&app, &demo).await;
    let counts = promoted_counts(&app, &demo).await;
    let sizes: Vec<i64> = counts.iter().map(|(_, size)| *size).collect();
    assert_eq!(sizes.len(), 60);
    let promoted: i64 = sizes.iter().sum();
    assert!(sizes[0] > promoted / 5, "the largest stands out: {sizes:?}");
    assert!(sizes[30] < sizes[0] / 20, "the middle is small: {sizes:?}");
    assert!(sizes.iter().filter(|size| **size == 0).count() >= 4);
    assert!(sizes.iter().filter(|size| **size == 1).count() >= 4);
    let page = PageRequest::first(60);
    let scope = Scope::shop(demo.shop.shop_id);
    let page = reports::list_affiliates(app.database.reader(), scope, None, &page).await;
    let rows = page.unwrap().rows;
    assert_eq!(rows.iter().filter(|row| !row.active).count(), 2);
    assert!(rows.iter().any(|row| row.commission_rate_ppm.is_some()));
}

async fn the_demo_has_pranks_and_cheats(app: TestApp) {
    let demo = fill(&app).await;
    let days = points(&app, &demo, Interval::Day).await;
    let most = days.iter().map(|(_, day)| day.fake_orders).max().unwrap();
    assert!(most >= 10, "one evening of pranks, not {most}");
    let scope = Scope::shop(demo.shop.shop_id);
    for code in ["gutscheinkiste", "dealradar"] {
        let cheat = reports::find_affiliate_by_code(app.database.reader(), scope, code).await;
        let brought = OrdersFilter {
            affiliate_id: Some(cheat.unwrap().unwrap().id),
            ..OrdersFilter::default()
        };
        let fakes = OrdersFilter {
            cancel_reasons: vec![CancelReason::Fake],
            ..brought.clone()
        };
        let (brought, fakes) = (
            count(&app, &demo, brought).await,
            count(&app, &demo, fakes).await,
        );
        assert!(
            fakes * 100 / brought > 10,
            "{code}: {fakes} of {brought} are fake"
        );
    }
}

async fn the_demo_has_rhythm(app: TestApp) {
    let demo = fill(&app).await;
    let months = points(&app, &demo, Interval::Month).await;
    let in_month = |text: &str| {
        let day = parse_day("month", text).unwrap();
        let mut months = months.iter();
        months
            .find(|(month, _)| month.from == day)
            .unwrap()
            .1
            .orders
    };
    assert!(in_month("2026-10-01") > in_month("2025-10-01"), "growth");
    assert!(in_month("2025-12-01") > in_month("2026-01-01"), "Christmas");
    assert!(in_month("2026-10-01") > in_month("2026-07-01"), "summer");
    let days = points(&app, &demo, Interval::Day).await;
    let on_day = |text: &str| {
        let day = parse_day("day", text).unwrap();
        days.iter().find(|(it, _)| it.from == day).unwrap().1.orders
    };
    assert!(
        on_day("2025-11-28") > 2 * on_day("2025-11-21"),
        "Black Friday"
    );
}
