//! R23: which days a period has, into which points it is cut, and which period came before it.

use serde_json::{Value, json};

use crate::support::graphql::refusal;
use crate::support::world::{World, column};
use crate::support::{TestApp, on_both};

on_both!(
    r23_days_are_inclusive,
    r23_points_follow_the_calendar_and_are_cut_at_the_ends,
    r23_a_series_has_at_most_1100_points,
    r23_previous_is_as_many_intervals_or_days,
    r23_from_after_to_is_refused,
);

/// A KPI report of these arguments.
async fn kpi(world: &World, arguments: &str, selection: &str) -> Value {
    let document = format!("{{ kpi({arguments}) {{ {selection} }} }}");
    world.ask(&document, json!({})).await["kpi"].take()
}

/// A new order at noon of each of these days.
async fn import_days(world: &World, days: &[&str]) {
    let orders = days.iter().map(|day| {
        json!({"externalId": day, "nativeStatus": "new", "placedAt": format!("{day}T12:00:00Z"), "total": "1.00"})
    });
    world.import(orders.collect()).await;
}

const DAYS: [&str; 6] = [
    "2026-10-31",
    "2026-11-01",
    "2026-11-08",
    "2026-11-09",
    "2026-11-30",
    "2026-12-01",
];

async fn r23_days_are_inclusive(app: TestApp) {
    let world = World::open(app).await;
    import_days(&world, &DAYS).await;
    for (from, to, orders) in [
        ("2026-11-01", "2026-11-30", 4),
        ("2026-11-02", "2026-11-29", 2),
        ("2026-11-08", "2026-11-08", 1),
    ] {
        let arguments = format!("from: \"{from}\", to: \"{to}\"");
        let found = kpi(&world, &arguments, "totals { orders }").await;
        assert_eq!(found["totals"]["orders"], orders, "{from} {to}");
    }
}

/// Interval, first days, last days and orders of three points.
type Points = (&'static str, [&'static str; 3], [&'static str; 3], [i64; 3]);

#[rustfmt::skip]
const POINTS: [Points; 6] = [
    ("DAY",     ["2026-11-07", "2026-11-08", "2026-11-09"], ["2026-11-07", "2026-11-08", "2026-11-09"], [0, 1, 1]),
    ("WEEK",    ["2026-11-01", "2026-11-02", "2026-11-09"], ["2026-11-01", "2026-11-08", "2026-11-12"], [1, 1, 1]),
    ("WEEK",    ["2026-12-21", "2026-12-28", "2027-01-04"], ["2026-12-27", "2027-01-03", "2027-01-10"], [0, 0, 0]),
    ("MONTH",   ["2026-10-15", "2026-11-01", "2026-12-01"], ["2026-10-31", "2026-11-30", "2026-12-02"], [1, 4, 1]),
    ("QUARTER", ["2026-06-30", "2026-07-01", "2026-10-01"], ["2026-06-30", "2026-09-30", "2026-12-31"], [0, 0, 6]),
    ("YEAR",    ["2025-01-01", "2026-01-01", "2027-01-01"], ["2025-12-31", "2026-12-31", "2027-05-05"], [0, 6, 0]),
];

async fn r23_points_follow_the_calendar_and_are_cut_at_the_ends(app: TestApp) {
    let world = World::open(app).await;
    import_days(&world, &DAYS).await;
    for (interval, from, to, orders) in POINTS {
        let (first, last) = (from[0], to[2]);
        let arguments = format!("from: \"{first}\", to: \"{last}\", interval: {interval}");
        let found = kpi(&world, &arguments, "points { from to kpi { orders } }").await;
        let points = &found["points"];
        assert_eq!(column(points, "/from"), from, "{interval}");
        assert_eq!(column(points, "/to"), to, "{interval}");
        for (point, orders) in points.as_array().unwrap().iter().zip(orders) {
            assert_eq!(point["kpi"]["orders"], orders, "{interval} {point}");
        }
    }
}

async fn r23_a_series_has_at_most_1100_points(app: TestApp) {
    let world = World::open(app).await;
    let most = "from: \"2023-01-01\", to: \"2026-01-04\", interval: DAY";
    let found = kpi(&world, most, "points { from }").await;
    assert_eq!(found["points"].as_array().map(Vec::len), Some(1_100));
    let document = "{ kpi(from: \"2023-01-01\", to: \"2026-01-05\", interval: DAY) { from } }";
    let (code, _) = refusal(&world.app, &world.admin, document, json!({})).await;
    assert_eq!(code, "BAD_USER_INPUT");
    // The same days in longer intervals are not too many.
    let found = kpi(
        &world,
        "from: \"2023-01-01\", to: \"2026-01-05\", interval: WEEK",
        "points { from }",
    )
    .await;
    assert_eq!(found["points"].as_array().map(Vec::len), Some(159));
}

async fn r23_previous_is_as_many_intervals_or_days(app: TestApp) {
    let world = World::open(app).await;
    let days = [
        "2026-02-01",
        "2026-02-28",
        "2026-01-31",
        "2026-01-01",
        "2025-12-31",
        "2026-01-29",
    ];
    import_days(&world, &days).await;
    for (interval, from, to, previous) in [
        // All of February, though March is longer.
        ("MONTH", "2026-03-01", "2026-03-31", 2),
        // 30 days before the 2nd of March reach to the 31st of January.
        ("MONTH", "2026-03-02", "2026-03-31", 3),
        ("DAY", "2026-03-01", "2026-03-31", 4),
        ("QUARTER", "2026-01-01", "2026-03-31", 1),
        // March and April are two whole months, but no whole quarter: then it is 61 days.
        ("MONTH", "2026-03-01", "2026-04-30", 5),
        ("QUARTER", "2026-03-01", "2026-04-30", 6),
    ] {
        let arguments = format!("from: \"{from}\", to: \"{to}\", interval: {interval}");
        let found = kpi(&world, &arguments, "previous { orders }").await;
        assert_eq!(
            found["previous"]["orders"], previous,
            "{interval} {from} {to}"
        );
    }
}

async fn r23_from_after_to_is_refused(app: TestApp) {
    let world = World::open(app).await;
    let document = "{ kpi(from: \"2026-11-02\", to: \"2026-11-01\") { from } }";
    let (code, message) = refusal(&world.app, &world.admin, document, json!({})).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert_eq!(
        message,
        "from (2026-11-02) must not be after to (2026-11-01)"
    );
}
