//! R24: money never mixes currencies and is never a float, and what is frozen with a shop's first order.

use std::collections::BTreeMap;

use cashable::domain::zone::parse_zone;
use cashable::error::{Error, RefusalCode};
use cashable::ledger::{self, ImportOrders, UpdateSettings};
use cashable::sources::{Format, Mapping, read_orders};
use serde_json::{Value, json};

use crate::support::world::{World, column, olga};
use crate::support::{TestApp, on_both};

on_both!(
    r24_figures_never_mix_currencies,
    r24_balances_never_mix_currencies,
    r24_sorting_by_an_amount_sorts_by_currency_first,
    r24_an_amount_has_the_digits_of_its_currency,
    r24_more_digits_than_the_currency_has_are_refused,
    r24_currency_and_time_zone_are_frozen_with_the_first_order,
    r24_skipped_and_doubled_local_times,
);

const CURRENCIES: [(&str, &str, &str); 6] = [
    ("1", "EUR", "10.00"),
    ("2", "USD", "7.00"),
    ("3", "EUR", "5.50"),
    ("4", "JPY", "1200"),
    ("5", "KWD", "1.234"),
    ("6", "USD", "30.00"),
];

/// An order in each of some currencies, all complete.
async fn mixed(app: TestApp) -> World {
    let world = World::open(app).await;
    let orders = CURRENCIES.iter().map(|(id, currency, total)| {
        json!({"externalId": id, "nativeStatus": "complete", "placedAt": world.days_ago(30), "total": total,
            "currency": currency, "affiliateCode": "anna"})
    });
    world.import(orders.collect()).await;
    world
}

async fn r24_figures_never_mix_currencies(app: TestApp) {
    let world = mixed(app).await;
    for (currency, orders, revenue, others) in [
        ("EUR", 2, "15.50", ["JPY", "KWD", "USD"]),
        ("USD", 2, "37.00", ["EUR", "JPY", "KWD"]),
        ("JPY", 1, "1200", ["EUR", "KWD", "USD"]),
        ("KWD", 1, "1.234", ["EUR", "JPY", "USD"]),
    ] {
        let document = format!(
            "{{ kpi(from: \"2026-10-01\", to: \"2026-11-30\", currency: \"{currency}\") {{ currency otherCurrencies
                totals {{ orders revenue {{ amount currency }} }} }} }}"
        );
        let found = world.ask(&document, json!({})).await["kpi"].take();
        let totals =
            json!({"orders": orders, "revenue": {"amount": revenue, "currency": currency}});
        assert_eq!(
            (&found["currency"], &found["totals"]),
            (&json!(currency), &totals)
        );
        assert_eq!(found["otherCurrencies"], json!(others));
    }
    let document = "{ ordersReport { summary { status orders total { amount currency } } }
        kpi(from: \"2026-10-01\", to: \"2026-11-30\") { currency } }";
    let found = world.ask(document, json!({})).await;
    assert_eq!(found["kpi"]["currency"], "EUR");
    let summary = &found["ordersReport"]["summary"];
    let mut rows = Vec::new();
    for row in summary.as_array().unwrap() {
        assert_eq!(row["status"], "COMPLETE");
        rows.push((
            row["total"]["currency"].clone(),
            row["orders"].clone(),
            row["total"]["amount"].clone(),
        ));
    }
    let expected = [
        ("EUR", 2, "15.50"),
        ("JPY", 1, "1200"),
        ("KWD", 1, "1.234"),
        ("USD", 2, "37.00"),
    ];
    assert_eq!(
        rows,
        expected.map(|(currency, orders, amount)| (json!(currency), json!(orders), json!(amount)))
    );
    world.assert_sound().await;
}

async fn r24_balances_never_mix_currencies(app: TestApp) {
    let world = mixed(app).await;
    let document =
        "{ affiliateByCode(code: \"anna\") { balance { pending { amount currency } } } }";
    let found = world.ask(document, json!({})).await;
    let balance = &found["affiliateByCode"]["balance"];
    assert_eq!(
        column(balance, "/pending/currency"),
        ["EUR", "JPY", "KWD", "USD"]
    );
    // 10 % of each order, rounded half up to what its currency has: 0.1234 dinar are 0.123.
    assert_eq!(
        column(balance, "/pending/amount"),
        ["1.55", "120", "0.123", "3.70"]
    );
}

async fn r24_sorting_by_an_amount_sorts_by_currency_first(app: TestApp) {
    let world = mixed(app).await;
    let up = ["3", "1", "4", "5", "2", "6"];
    let down = ["6", "2", "5", "4", "1", "3"];
    for (direction, expected) in [("ASC", up), ("DESC", down)] {
        let orders = format!(
            "{{ ordersReport(orderBy: {{field: TOTAL, direction: {direction}}}) {{ nodes {{ number }} }}
                transactions(orderBy: {{field: AMOUNT, direction: {direction}}}) {{ nodes {{ order {{ number }} }} }} }}"
        );
        let found = world.ask(&orders, json!({})).await;
        assert_eq!(
            column(&found["ordersReport"]["nodes"], "/number"),
            expected,
            "{direction}"
        );
        assert_eq!(
            column(&found["transactions"]["nodes"], "/order/number"),
            expected,
            "{direction}"
        );
        let mut walked = Vec::new();
        let mut after = Value::Null;
        while walked.len() < expected.len() {
            let page = format!(
                "query($after: String) {{ ordersReport(orderBy: {{field: TOTAL, direction: {direction}}}, first: 1,
                    after: $after) {{ nodes {{ number }} pageInfo {{ endCursor }} }} }}"
            );
            let mut page = world.ask(&page, json!({ "after": after })).await["ordersReport"].take();
            walked.extend(column(&page["nodes"], "/number"));
            after = page["pageInfo"]["endCursor"].take();
        }
        assert_eq!(walked, expected, "{direction}");
    }
}

async fn r24_an_amount_has_the_digits_of_its_currency(app: TestApp) {
    let world = mixed(app).await;
    for (given, currency, told) in [
        ("7", "EUR", "7.00"),
        ("0.5", "EUR", "0.50"),
        ("1200", "JPY", "1200"),
        ("2.5", "KWD", "2.500"),
        ("9007199254.93", "EUR", "9007199254.93"),
    ] {
        let anna = world.affiliate("anna").await;
        let input =
            json!({"affiliateId": anna, "kind": "MANUAL", "amount": given, "currency": currency});
        let made = world.create(input).await;
        assert_eq!(
            made["amount"],
            json!({"amount": told, "currency": currency})
        );
    }
    world.assert_sound().await;
}

async fn r24_more_digits_than_the_currency_has_are_refused(app: TestApp) {
    let world = mixed(app).await;
    let anna = world.affiliate("anna").await;
    let before = world
        .ask(
            "{ transactions { totalCount } ordersReport { totalCount } }",
            json!({}),
        )
        .await;
    for (amount, currency) in [("1.005", "EUR"), ("1200.5", "JPY"), ("1.2345", "KWD")] {
        let input =
            json!({"affiliateId": anna, "kind": "MANUAL", "amount": amount, "currency": currency});
        assert_eq!(
            world.refused("createTransaction", input).await,
            "INVALID",
            "{amount} {currency}"
        );
        for field in ["total", "refunded", "commission"] {
            let mut order = json!({"externalId": "9", "nativeStatus": "new", "placedAt": world.days_ago(1),
                "total": "5000", "currency": currency, "affiliateCode": "anna"});
            order[field] = json!(amount);
            let counts = world.try_import(json!([order])).await;
            assert_eq!(
                column(&counts["failed"], "/code"),
                ["INVALID"],
                "{field} {amount} {currency}"
            );
        }
    }
    let after = world
        .ask(
            "{ transactions { totalCount } ordersReport { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(after, before);
}

async fn r24_currency_and_time_zone_are_frozen_with_the_first_order(app: TestApp) {
    let world = World::open(app).await;
    let change = async |currency: Option<&str>, time_zone: Option<&str>| {
        let settings = UpdateSettings {
            currency: currency.map(str::to_owned),
            time_zone: time_zone.map(str::to_owned),
            ..UpdateSettings::default()
        };
        ledger::write(&world.app, world.shop_id, &olga(), &settings).await
    };
    let shop = change(Some("BRL"), Some("America/Sao_Paulo"))
        .await
        .unwrap();
    assert_eq!(
        (&*shop.currency, &*shop.time_zone),
        ("BRL", "America/Sao_Paulo")
    );
    world.import_complete(1).await;
    for (currency, time_zone, field) in [
        (Some("EUR"), None, "currency"),
        (None, Some("Europe/Berlin"), "timeZone"),
    ] {
        let refused = change(currency, time_zone).await;
        let Err(Error::Refused(refusal)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(refusal.code, RefusalCode::Invalid);
        assert_eq!(refusal.field, Some(vec![field.to_owned()]));
    }
    // What says the same is no change.
    change(Some("BRL"), Some("America/Sao_Paulo"))
        .await
        .unwrap();
    let found = world.ask("{ shop { currency timeZone } }", json!({})).await;
    assert_eq!(
        found["shop"],
        json!({"currency": "BRL", "timeZone": "America/Sao_Paulo"})
    );
}

async fn r24_skipped_and_doubled_local_times(app: TestApp) {
    let world = World::open(app).await;
    let file = "external_id,native_status,placed_at,total\n\
        skipped,new,2026-03-29 02:30:00,1.00\n\
        doubled,new,2026-10-25 02:30:00,1.00\n\
        offset,new,2026-10-25T02:30:00+01:00,1.00\n";
    let zone = parse_zone("Europe/Berlin").unwrap();
    let rows = read_orders(file.as_bytes(), Format::Csv, &Mapping::default(), zone).unwrap();
    let import = ImportOrders {
        source: "file".to_owned(),
        meanings: BTreeMap::new(),
        reports: rows.map(|row| row.unwrap().content.unwrap()).collect(),
    };
    ledger::write(&world.app, world.shop_id, &olga(), &import)
        .await
        .unwrap();
    for (order, placed_at) in [
        ("skipped", "2026-03-29T01:30:00.000Z"),
        ("doubled", "2026-10-25T00:30:00.000Z"),
        ("offset", "2026-10-25T01:30:00.000Z"),
    ] {
        let document = "query($id: String!) { orderByExternalId(externalId: $id) { placedAt } }";
        let found = world.ask(document, json!({ "id": order })).await;
        assert_eq!(found["orderByExternalId"]["placedAt"], placed_at, "{order}");
    }
}
