//! Figures over GraphQL against figures counted in plain Rust, to the cent: what reports and rollups say of
//! a shop is what anyone would count from the orders it was told of (R6, R15, R16, R23 to R25).

mod world;

use std::collections::BTreeSet;

use cashable::ledger::{Author, NewShop, create_shop};
use cashable::sync;
use entity::words::{StatusActor, SyncTrigger};
use serde_json::{Value, json};

use self::world::{
    AFFILIATES, DEDUCTION, Date, MOST_EARLIER, Placed, RATE, date_of, day_number, euros, half_up,
    iso, orders,
};
use crate::support::graphql::{admin, data};
use crate::support::{TestApp, on_both};

on_both!(
    r23_kpis_of_every_interval_are_what_plain_counting_gives,
    r25_the_summary_is_what_plain_counting_gives,
    r15_promoted_orders_are_what_plain_counting_gives,
    r6_each_commission_stands_where_its_order_puts_it,
    every_sort_shows_each_order_once_both_ways,
);

const PERIOD: (Date, Date) = ((2024, 12, 1), (2026, 11, 30));

const KPI: &str = "query($from: Date!, $to: Date!, $interval: KpiInterval!) {
    kpi(from: $from, to: $to, interval: $interval) { totals { ...figures } points { from to kpi { ...figures } } }
}
fragment figures on Kpi {
    orders newOrders completeOrders cancelledOrders fakeOrders promotedOrders
    revenue { amount } pendingRevenue { amount } lostRevenue { amount } averageOrderValue { amount }
    promotedRevenue { amount }
    commissionPending { amount } commissionCashable { amount } commissionCancelled { amount }
}";

/// The shop with all orders, synced once.
async fn synced_shop(app: &TestApp) -> (i64, Vec<Placed>) {
    let new = NewShop {
        name: "Tea".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let shop_id = create_shop(app, &new).await.unwrap().shop_id;
    let viewer = admin(shop_id);
    let factor =
        json!({ "direction": "DECREASE", "factorPerOrder": DEDUCTION, "limit": MOST_EARLIER });
    let settings =
        json!({ "syncEnabled": true, "commissionRate": RATE, "orderCountFactor": factor });
    let set = "mutation($input: UpdateShopSettingsInput!) { updateShopSettings(input: $input) { userErrors { message } } }";
    let answer = data(app, &viewer, set, json!({ "input": settings })).await;
    assert_eq!(answer["updateShopSettings"]["userErrors"], json!([]));

    let orders = orders();
    let told: Vec<Value> = orders.iter().map(input).collect();
    let import = "mutation($orders: [OrderInput!]!) { importOrders(input: { orders: $orders }) { created failed { message } } }";
    let answer = data(app, &viewer, import, json!({ "orders": told })).await;
    assert_eq!(
        answer["importOrders"],
        json!({ "created": orders.len(), "failed": [] })
    );

    let author = Author::new(StatusActor::Sync, "test");
    let queued = sync::request(app, shop_id, &author, SyncTrigger::Manual, false).await;
    sync::run(app, queued.unwrap().run, false, &|_| {})
        .await
        .unwrap();
    (shop_id, orders)
}

fn input(order: &Placed) -> Value {
    let at = (order.at / 86_400, order.at % 86_400);
    let time = format!(
        "{}T{:02}:{:02}:{:02}Z",
        iso(at.0),
        at.1 / 3_600,
        at.1 / 60 % 60,
        at.1 % 60
    );
    json!({
        "externalId": order.id,
        "nativeStatus": order.word,
        "placedAt": time,
        "total": euros(order.total),
        "refunded": euros(order.refunded),
        "affiliateCode": order.affiliate,
    })
}

/// The figures of these orders, as GraphQL writes them.
fn figures(orders: &[&Placed]) -> Value {
    let count = |is: &dyn Fn(&Placed) -> bool| orders.iter().filter(|order| is(order)).count();
    let sum = |is: &dyn Fn(&Placed) -> bool, of: &dyn Fn(&Placed) -> i64| {
        let chosen = orders.iter().filter(|order| is(order));
        chosen.map(|order| of(order)).sum::<i64>()
    };
    let money = |cents: i64| json!({ "amount": euros(cents) });
    let with = |status: &'static str| move |order: &Placed| order.status() == status;
    let complete = count(&with("COMPLETE"));
    let revenue = sum(&with("COMPLETE"), &Placed::net);
    let average = (complete > 0).then(|| money(half_up(revenue, i64::try_from(complete).unwrap())));
    let brought = |order: &Placed| order.affiliate.is_some();
    let commissions = |statuses: &[&str]| {
        let is = |order: &Placed| statuses.contains(&order.transaction_status());
        money(sum(&is, &|order| order.commission))
    };
    json!({
        "orders": orders.len(),
        "newOrders": count(&with("NEW")),
        "completeOrders": complete,
        "cancelledOrders": count(&with("CANCELLED")),
        "fakeOrders": count(&|order| order.word == "CANCELLED:FAKE"),
        "promotedOrders": count(&brought),
        "revenue": money(revenue),
        "pendingRevenue": money(sum(&with("NEW"), &|order| order.total)),
        "lostRevenue": money(sum(&with("CANCELLED"), &|order| order.total)),
        "averageOrderValue": average,
        "promotedRevenue": money(sum(&|order| brought(order) && order.status() == "COMPLETE", &Placed::net)),
        "commissionPending": commissions(&["OPEN", "IN_PROGRESS"]),
        "commissionCashable": commissions(&["COMPLETED"]),
        "commissionCancelled": commissions(&["CANCELLED"]),
    })
}

fn placed_on(orders: &[Placed], from: i64, to: i64) -> Vec<&Placed> {
    let days = from..=to;
    orders
        .iter()
        .filter(|order| days.contains(&order.day))
        .collect()
}

/// Whether an interval begins on this day.
fn begins(interval: &str, day: i64) -> bool {
    let (_, month, of_month) = date_of(day);
    match interval {
        "DAY" => true,
        // 1970 began on a Thursday.
        "WEEK" => (day + 3) % 7 == 0,
        "MONTH" => of_month == 1,
        "QUARTER" => of_month == 1 && month % 3 == 1,
        _ => of_month == 1 && month == 1,
    }
}

async fn r23_kpis_of_every_interval_are_what_plain_counting_gives(app: TestApp) {
    let (shop_id, orders) = synced_shop(&app).await;
    let (from, to) = (day_number(PERIOD.0), day_number(PERIOD.1));
    for interval in ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"] {
        let asked = json!({ "from": iso(from), "to": iso(to), "interval": interval });
        let kpi = &data(&app, &admin(shop_id), KPI, asked).await["kpi"];
        assert_eq!(kpi["totals"], figures(&placed_on(&orders, from, to)));
        let starts: Vec<i64> = (from..=to)
            .filter(|day| *day == from || begins(interval, *day))
            .collect();
        let ends = starts[1..].iter().map(|next| next - 1).chain([to]);
        let points = kpi["points"].as_array().unwrap();
        assert_eq!(points.len(), starts.len(), "{interval}");
        for ((start, end), point) in starts.iter().zip(ends).zip(points) {
            let expected = figures(&placed_on(&orders, *start, end));
            let expected = json!({ "from": iso(*start), "to": iso(end), "kpi": expected });
            assert_eq!(*point, expected, "{interval}");
        }
    }
}

async fn r25_the_summary_is_what_plain_counting_gives(app: TestApp) {
    let (shop_id, orders) = synced_shop(&app).await;
    let query = "query($from: Date, $to: Date) { ordersReport(filter: { placedFrom: $from, placedTo: $to }) {
        totalCount summary { status orders total { amount } refunded { amount } net { amount } }
    } }";
    for (from, to) in [
        PERIOD,
        ((2025, 2, 1), (2025, 2, 28)),
        ((2025, 3, 30), (2025, 3, 30)),
        ((2025, 10, 26), (2025, 12, 31)),
    ] {
        let (from, to) = (day_number(from), day_number(to));
        let asked = json!({ "from": iso(from), "to": iso(to) });
        let report = &data(&app, &admin(shop_id), query, asked).await["ordersReport"];
        let placed = placed_on(&orders, from, to);
        assert!(!placed.is_empty());
        assert_eq!(report["totalCount"], placed.len());
        let rows = report["summary"].as_array().unwrap();
        let statuses: BTreeSet<_> = placed.iter().map(|order| order.status()).collect();
        assert_eq!(rows.len(), statuses.len());
        for row in rows {
            let of_status = placed
                .iter()
                .filter(|order| row["status"] == order.status());
            let sum =
                |of: fn(&Placed) -> i64| euros(of_status.clone().map(|order| of(order)).sum());
            assert_eq!(row["orders"], of_status.clone().count());
            assert_eq!(row["total"]["amount"], sum(|order| order.total));
            assert_eq!(row["refunded"]["amount"], sum(|order| order.refunded));
            assert_eq!(row["net"]["amount"], sum(Placed::net));
        }
    }
}

async fn r15_promoted_orders_are_what_plain_counting_gives(app: TestApp) {
    let (shop_id, orders) = synced_shop(&app).await;
    let query = "query($from: Date, $to: Date) { promotedOrderCounts(from: $from, to: $to, orderBy: AFFILIATE_CODE) {
        nodes { affiliate { code } count newOrders completeOrders cancelledOrders }
    } }";
    for period in [
        None,
        Some(((2025, 3, 1), (2025, 3, 31))),
        Some(((2026, 1, 1), (2026, 6, 30))),
    ] {
        let (from, to) = period.unwrap_or(PERIOD);
        let (from, to) = (day_number(from), day_number(to));
        let asked = period.map_or(json!({}), |_| json!({ "from": iso(from), "to": iso(to) }));
        let answer = data(&app, &admin(shop_id), query, asked).await;
        let placed = placed_on(&orders, from, to);
        let expected = AFFILIATES.map(|code| {
            let own = || placed.iter().filter(|order| order.affiliate == Some(code));
            let with = |status: &str| own().filter(|order| order.status() == status).count();
            json!({
                "affiliate": { "code": code },
                "count": own().count(),
                "newOrders": with("NEW"),
                "completeOrders": with("COMPLETE"),
                "cancelledOrders": with("CANCELLED"),
            })
        });
        assert_eq!(answer["promotedOrderCounts"]["nodes"], json!(expected));
    }
}

async fn r6_each_commission_stands_where_its_order_puts_it(app: TestApp) {
    let (shop_id, orders) = synced_shop(&app).await;
    let query = "{ ordersReport(first: 250, orderBy: { field: PLACED_AT, direction: ASC }) {
        nodes { externalId status transactions { status amount { amount } } }
    } }";
    let answer = data(&app, &admin(shop_id), query, json!({})).await;
    let expected = orders.iter().map(|order| {
        let commission = order.affiliate.map(|_| {
            json!({ "status": order.transaction_status(), "amount": { "amount": euros(order.commission) } })
        });
        let transactions: Vec<Value> = commission.into_iter().collect();
        json!({ "externalId": order.id, "status": order.status(), "transactions": transactions })
    });
    let expected: Vec<Value> = expected.collect();
    assert_eq!(answer["ordersReport"]["nodes"], json!(expected));
}

async fn every_sort_shows_each_order_once_both_ways(app: TestApp) {
    let (shop_id, orders) = synced_shop(&app).await;
    for field in ["PLACED_AT", "TOTAL"] {
        for direction in ["ASC", "DESC"] {
            let order_by = json!({ "field": field, "direction": direction });
            let mut expected: Vec<&Placed> = orders.iter().collect();
            // Ids are made in the order of the import, and break ties.
            expected
                .sort_by_key(|order| (if field == "TOTAL" { order.total } else { 0 }, order.at));
            if direction == "DESC" {
                expected.reverse();
            }
            let expected: Vec<&str> = expected.iter().map(|order| order.id.as_str()).collect();
            assert_eq!(walk(&app, shop_id, &order_by, false).await, expected);
            assert_eq!(walk(&app, shop_id, &order_by, true).await, expected);
        }
    }
}

/// All external ids, a page after the other.
async fn walk(app: &TestApp, shop_id: i64, order_by: &Value, backwards: bool) -> Vec<String> {
    let query =
        "query($by: OrdersReportOrder, $first: Int, $after: String, $last: Int, $before: String) {
        ordersReport(orderBy: $by, first: $first, after: $after, last: $last, before: $before) {
            nodes { externalId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }";
    let (size, position, more, cursor) = if backwards {
        ("last", "before", "hasPreviousPage", "startCursor")
    } else {
        ("first", "after", "hasNextPage", "endCursor")
    };
    let mut pages = Vec::new();
    let mut from = Value::Null;
    loop {
        let asked = json!({ "by": order_by, size: 37, position: from });
        let page = data(app, &admin(shop_id), query, asked).await["ordersReport"].take();
        let nodes = page["nodes"].as_array().unwrap().iter();
        pages.push(
            nodes
                .map(|node| node["externalId"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>(),
        );
        if page["pageInfo"][more] == false {
            break;
        }
        from = page["pageInfo"][cursor].clone();
    }
    if backwards {
        pages.reverse();
    }
    pages.concat()
}
