//! R25: the same figure asked in two ways in one operation is the same to the cent, whatever is written
//! meanwhile.

use std::collections::BTreeMap;

use cashable::database::ReadView;
use cashable::domain::period::{Interval, Period};
use cashable::domain::zone::parse_day;
use cashable::reports::{self, OrdersFilter, Scope};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::world::{World, rfc3339};
use crate::support::{TestApp, on_both};

on_both!(
    r25_figures_and_rows_agree_at_every_step_of_a_run,
    r25_figures_of_one_snapshot_agree_though_a_write_commits_between,
    r25_an_operation_agrees_with_itself_while_others_write,
    r25_a_payload_agrees_with_itself_while_others_write,
    r25_each_payload_of_an_operation_tells_of_its_own_write,
    r25_as_of_is_when_the_last_successful_run_began,
);

const FIGURES: &str = "{
    kpi(from: \"2026-10-01\", to: \"2026-11-30\") {
        totals { ...figures }
        points { kpi { ...figures } }
    }
    days: kpi(from: \"2026-10-01\", to: \"2026-11-30\", interval: DAY) { points { kpi { ...figures } } }
    ordersReport(first: 250) {
        totalCount
        summary { status orders net { amount } total { amount } }
        nodes { status total { amount } refunded { amount } promoted }
    }
    transactions(first: 250) { totalCount nodes { status amount { amount } } }
    affiliates { nodes { promotedOrders { count } balance { pending { amount } cashable { amount } cancelled { amount } } } }
}
fragment figures on Kpi {
    orders newOrders completeOrders cancelledOrders promotedOrders revenue { amount } pendingRevenue { amount }
    lostRevenue { amount } commissionPending { amount } commissionCashable { amount } commissionCancelled { amount }
}";

/// Figures by name, amounts in cents.
type Sums = BTreeMap<&'static str, i64>;

const NAMES: [&str; 11] = [
    "orders",
    "newOrders",
    "completeOrders",
    "cancelledOrders",
    "promotedOrders",
    "revenue",
    "pendingRevenue",
    "lostRevenue",
    "commissionPending",
    "commissionCashable",
    "commissionCancelled",
];

fn cents(amount: &Value) -> i64 {
    amount["amount"]
        .as_str()
        .unwrap()
        .replace('.', "")
        .parse()
        .unwrap()
}

fn add_kpi(sums: &mut Sums, kpi: &Value) {
    for name in NAMES {
        let figure = &kpi[name];
        *sums.entry(name).or_default() += figure.as_i64().unwrap_or_else(|| cents(figure));
    }
}

fn of_points(report: &Value) -> Sums {
    let mut sums = Sums::new();
    for point in report["points"].as_array().unwrap() {
        add_kpi(&mut sums, &point["kpi"]);
    }
    sums
}

fn add(sums: &mut Sums, name: &'static str, amount: i64) {
    *sums.entry(name).or_default() += amount;
}

fn of_rows(found: &Value) -> Sums {
    let mut sums: Sums = NAMES.map(|name| (name, 0)).into();
    for order in found["ordersReport"]["nodes"].as_array().unwrap() {
        let (count, amount) = match order["status"].as_str().unwrap() {
            "NEW" => ("newOrders", "pendingRevenue"),
            "COMPLETE" => ("completeOrders", "revenue"),
            _ => ("cancelledOrders", "lostRevenue"),
        };
        let refunded = if amount == "revenue" {
            cents(&order["refunded"])
        } else {
            0
        };
        add(&mut sums, "orders", 1);
        add(&mut sums, count, 1);
        add(&mut sums, amount, cents(&order["total"]) - refunded);
        add(
            &mut sums,
            "promotedOrders",
            i64::from(order["promoted"] == true),
        );
    }
    for transaction in found["transactions"]["nodes"].as_array().unwrap() {
        let name = match transaction["status"].as_str().unwrap() {
            "COMPLETED" => "commissionCashable",
            "CANCELLED" => "commissionCancelled",
            _ => "commissionPending",
        };
        add(&mut sums, name, cents(&transaction["amount"]));
    }
    sums
}

/// KPI = its points = the orders report = the sum of rows = the affiliates' balances.
fn assert_agrees(found: &Value) -> Sums {
    let mut totals = Sums::new();
    add_kpi(&mut totals, &found["kpi"]["totals"]);
    assert_eq!(of_points(&found["kpi"]), totals);
    assert_eq!(of_points(&found["days"]), totals);
    assert_eq!(of_rows(found), totals);
    let report = &found["ordersReport"];
    assert_eq!(report["totalCount"], totals["orders"]);
    for row in report["summary"].as_array().unwrap() {
        let (count, amount, shown) = match row["status"].as_str().unwrap() {
            "NEW" => ("newOrders", "pendingRevenue", &row["total"]),
            "COMPLETE" => ("completeOrders", "revenue", &row["net"]),
            _ => ("cancelledOrders", "lostRevenue", &row["total"]),
        };
        assert_eq!(
            (&row["orders"], cents(shown)),
            (&json!(totals[count]), totals[amount])
        );
    }
    let affiliates = found["affiliates"]["nodes"].as_array().unwrap().iter();
    let balances = affiliates
        .clone()
        .flat_map(|it| it["balance"].as_array().unwrap());
    for (name, figure) in [
        ("commissionPending", "pending"),
        ("commissionCashable", "cashable"),
        ("commissionCancelled", "cancelled"),
    ] {
        let balance: i64 = balances.clone().map(|it| cents(&it[figure])).sum();
        assert_eq!(balance, totals[name], "{name}");
    }
    let promoted: i64 = affiliates
        .map(|it| it["promotedOrders"]["count"].as_i64().unwrap())
        .sum();
    assert_eq!(promoted, totals["promotedOrders"]);
    totals
}

fn orders(world: &World, from: usize, to: usize) -> Value {
    let words = ["complete", "new", "cancelled", "in_progress", "fake"];
    let orders = (from..to).map(|number| {
        json!({"externalId": number.to_string(), "nativeStatus": words[number % 5], "refunded": "0.37",
            "placedAt": world.days_ago(i64::try_from(number % 40).unwrap()), "total": format!("{number}.99"),
            "affiliateCode": if number % 3 == 0 { Value::Null } else { json!(format!("a{}", number % 4)) }})
    });
    orders.collect()
}

async fn r25_figures_and_rows_agree_at_every_step_of_a_run(app: TestApp) {
    let world = World::open(app).await;
    world.import(orders(&world, 1, 31)).await;
    let mut run = world.begin().await;
    let mut cashable = Vec::new();
    loop {
        let found = world.ask(FIGURES, json!({})).await;
        cashable.push(assert_agrees(&found)["commissionCashable"]);
        if !world.settle(&mut run, 4).await {
            break;
        }
    }
    world.finish(run).await;
    assert_agrees(&world.ask(FIGURES, json!({})).await);
    assert!(cashable.first() < cashable.last(), "{cashable:?}");
    // A day later some days to wait are over, and an admin has had a hand in it too.
    world.later(crate::support::world::DAY);
    world.set(&world.transaction("4").await, "CANCELLED").await;
    world.sync().await;
    assert_agrees(&world.ask(FIGURES, json!({})).await);
}

async fn r25_figures_of_one_snapshot_agree_though_a_write_commits_between(app: TestApp) {
    let world = World::open(app).await;
    world.import(orders(&world, 1, 6)).await;
    let view = ReadView::snapshot(&world.app.database);
    let kpi = async |view: &ReadView| {
        let day = |text| parse_day("day", text).unwrap();
        let period = Period::new(day("2026-10-01"), day("2026-11-30")).unwrap();
        let db = view.connection().await.unwrap();
        let found = reports::kpi(&db, world.shop_id, period, Interval::Month, "EUR", None).await;
        found.unwrap().totals.orders
    };
    let summary = async |view: &ReadView| {
        let db = view.connection().await.unwrap();
        let scope = Scope::shop(world.shop_id);
        let rows = reports::summarize_orders(&db, scope, &OrdersFilter::default())
            .await
            .unwrap();
        rows.iter().map(|row| row.orders).sum::<i64>()
    };
    assert_eq!(kpi(&view).await, 5);
    world.import(orders(&world, 6, 11)).await;
    assert_eq!(summary(&view).await, 5);
    let later = ReadView::snapshot(&world.app.database);
    assert_eq!((summary(&later).await, kpi(&later).await), (10, 10));
    assert_eq!(kpi(&view).await, 5);
}

async fn r25_an_operation_agrees_with_itself_while_others_write(app: TestApp) {
    let world = World::open(app).await;
    world.import(orders(&world, 1, 11)).await;
    let writes = async {
        for number in 11..41 {
            world.import(orders(&world, number, number + 1)).await;
        }
        world.sync().await;
    };
    let reads = async {
        let mut seen: Vec<i64> = Vec::new();
        for round in 0..200 {
            if round >= 5 && seen.iter().any(|orders| *orders > 10) {
                break;
            }
            let asked = (0..3).map(|_| world.ask(FIGURES, json!({})));
            let found = join_all(asked).await;
            seen.extend(found.iter().map(|it| assert_agrees(it)["orders"]));
        }
        seen
    };
    let ((), seen) = tokio::join!(writes, reads);
    assert!(
        seen.iter().any(|orders| *orders > 10),
        "nothing was written meanwhile: {seen:?}"
    );
    assert_eq!(
        assert_agrees(&world.ask(FIGURES, json!({})).await)["orders"],
        40
    );
}

/// An affiliate as a mutation answers it, with its figures by three ways.
const PAYLOAD: &str = "affiliate { name promotedOrders { count } transactions(first: 250) { totalCount
    nodes { amount { amount } } } balance { pending { amount } cashable { amount } cancelled { amount } } }";

fn assert_payload_agrees(affiliate: &Value) -> i64 {
    let listed = &affiliate["transactions"];
    let rows = listed["nodes"].as_array().unwrap();
    assert_eq!(listed["totalCount"], rows.len());
    assert_eq!(affiliate["promotedOrders"]["count"], rows.len());
    let earned: i64 = rows.iter().map(|it| cents(&it["amount"])).sum();
    let balance = &affiliate["balance"][0];
    let figures = ["pending", "cashable", "cancelled"];
    let balance: i64 = figures.map(|figure| cents(&balance[figure])).iter().sum();
    assert_eq!(earned, balance);
    earned
}

async fn r25_a_payload_agrees_with_itself_while_others_write(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let anna = world.affiliate("anna").await;
    let writes = async {
        for number in 2..40 {
            let order = world.old_order(&number.to_string(), "complete");
            world.import(json!([order])).await;
        }
    };
    let reads = async {
        let mut seen = Vec::new();
        for number in 0..20 {
            let input = json!({"affiliateId": anna, "name": format!("Anna {number}")});
            let payload = world.done("updateAffiliate", input, PAYLOAD).await;
            seen.push(assert_payload_agrees(&payload["affiliate"]));
        }
        seen
    };
    let ((), seen) = tokio::join!(writes, reads);
    assert!(
        seen.first() < seen.last(),
        "nothing was written meanwhile: {seen:?}"
    );
}

async fn r25_each_payload_of_an_operation_tells_of_its_own_write(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let document = "mutation($anna: ID!) {
        a: createTransaction(input: {affiliateId: $anna, kind: ADJUSTMENT, amount: \"1\", currency: \"EUR\"}) { ...of }
        b: createTransaction(input: {affiliateId: $anna, kind: ADJUSTMENT, amount: \"2\", currency: \"EUR\"}) { ...of }
    } fragment of on CreateTransactionPayload { transaction { affiliate { transactions { totalCount } } } }";
    let anna = world.affiliate("anna").await;
    let told = world.ask(document, json!({ "anna": anna })).await;
    for (name, count) in [("a", 2), ("b", 3)] {
        let affiliate = &told[name]["transaction"]["affiliate"];
        assert_eq!(affiliate["transactions"]["totalCount"], count, "{name}");
    }
}

async fn r25_as_of_is_when_the_last_successful_run_began(app: TestApp) {
    let world = World::open(app).await;
    let as_of = async || {
        let document =
            "{ kpi(from: \"2026-11-01\", to: \"2026-11-30\") { asOf } lastSync { finishedAt } }";
        let found = world.ask(document, json!({})).await;
        (
            found["kpi"]["asOf"].clone(),
            found["lastSync"]["finishedAt"].clone(),
        )
    };
    assert_eq!(as_of().await, (Value::Null, Value::Null));
    let queued = world.queue().await;
    world.later(1_000);
    let began = rfc3339(world.app.clock.now());
    world.run_to_end(queued).await;
    assert_eq!(as_of().await.0, json!(began));
    world.later(60_000);
    let began = rfc3339(world.app.clock.now());
    let run = world.begin().await;
    world.later(5_000);
    assert_ne!(as_of().await.0, json!(began));
    world.finish(run).await;
    assert_eq!(
        as_of().await,
        (json!(began), json!(rfc3339(world.app.clock.now())))
    );
    // One that is cut off covers nothing.
    world.later(60_000);
    world.begin().await;
    world.later(60_000);
    world.queue().await;
    assert_eq!(as_of().await.0, json!(began));
}
