//! What a Shopware is asked, and what that finds.

use cashable::sources::{Cursor, Platform, Session, Window};
use entity::Instant;
use serde_json::{Value, json};

use super::shopware6_fixed::{Shop, at, id};

/// What is paid back touches the payment, and not the order.
#[tokio::test]
async fn a_payment_that_changed_shows_its_order() {
    let shop = Shop::with_fixed_orders();
    for (since, expected) in [
        (
            "2026-03-02T09:15:00.987Z",
            vec![101, 102, 103, 104, 105, 106, 107],
        ),
        (
            "2026-03-02T09:15:00.988Z",
            vec![102, 103, 104, 105, 106, 107],
        ),
        ("2026-03-04T07:00:30.251Z", vec![102, 103]),
        ("2026-03-06T10:05:00.500Z", vec![102, 103]),
        ("2026-03-06T10:05:01.001Z", vec![103]),
        ("2026-03-09T08:00:00.001Z", vec![]),
    ] {
        let page = shop.changes(json!({}), Some(at(since)), None).await;
        let orders = page.orders.into_iter().flatten();
        let found: Vec<_> = orders.map(|order| order.external_id).collect();
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(found, expected, "{since}");
    }
    // A refund that the payment's own state does not follow.
    let mut shop = Shop::with_fixed_orders();
    shop.orders[1]["transactions"][0]["updatedAt"] = Value::Null;
    let page = shop.changes(json!({}), Some(at("2026-03-06T10:05:00Z")), None);
    let orders = page.await.orders.into_iter().flatten();
    let found: Vec<_> = orders.map(|order| order.external_id).collect();
    assert_eq!(found, [id(102), id(103)]);
}

/// The next page lies behind the last order, whatever could be read of it.
#[tokio::test]
async fn a_shop_that_gives_less_at_once_is_asked_for_less() {
    let shop = Shop::with_fixed_orders();
    let settings = json!({"page_size": 3});
    let (mut cursor, mut counts) = (None, Vec::new());
    loop {
        let page = shop.changes(settings.clone(), None, cursor.as_ref()).await;
        counts.push(page.orders.len());
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(counts, [3, 3, 3, 1]);
    let elsewhere = Cursor(json!({"page": 3}));
    let page = shop.changes(settings, None, Some(&elsewhere)).await;
    assert_eq!(page.orders.len(), 3);
}

#[tokio::test]
async fn only_ids_of_shopware_are_asked_for() {
    let shop = Shop::with_fixed_orders();
    let ask = |ids: Vec<String>| {
        let shop = shop.clone();
        async move {
            let asked = shop.ask(json!({}), async |shopware, session| {
                shopware.by_ids(session, &ids).await
            });
            asked.await.unwrap().len()
        }
    };
    let upper = id(106).to_uppercase();
    let mixed = vec![id(101), "42".to_owned(), upper, "z".repeat(32), id(999)];
    assert_eq!(ask(mixed).await, 1);
    let (_, criteria) = shop.questions().swap_remove(0);
    assert_eq!(criteria["ids"], json!([id(101), id(999)]));
    assert_eq!(criteria["limit"], Value::Null);
    assert_eq!(ask(vec!["42".to_owned()]).await, 0);
    assert_eq!(shop.questions().len(), 0);
}

/// Each part has a permission of its own, and the shop may give less at once than is asked for.
#[tokio::test]
async fn a_probe_asks_for_all_that_a_run_asks() {
    let shop = Shop::with_fixed_orders();
    let probe = async |shopware: &dyn Platform, session: Session<'_>| shopware.probe(session).await;
    shop.ask(json!({}), probe).await.unwrap();
    let questions = shop.questions();
    let asked: Vec<_> = questions
        .iter()
        .map(|(entity, _)| entity.as_str())
        .collect();
    assert_eq!(asked, ["order", "state-machine-history"]);
    assert_eq!(questions[0].1["limit"], 1);
    assert_eq!(questions[1].1["limit"], 500);
    let nested = "/associations/transactions/associations/captures/associations/refunds";
    assert!(questions[0].1.pointer(nested).is_some());
}

/// A full page that does not say where it ends leads nowhere.
#[tokio::test]
async fn a_page_of_orders_without_a_place_is_no_answer() {
    let mut shop = Shop::with_fixed_orders();
    for order in &mut shop.orders {
        order["autoIncrement"] = Value::Null;
    }
    shop.always = Some(json!({"total": 3, "data": &shop.orders[..3]}));
    let window = Window {
        since: None,
        until: Instant(0),
    };
    for (page_size, leads_on) in [(3, false), (4, true)] {
        let asked = shop.ask(
            json!({"page_size": page_size}),
            async |shopware, session| shopware.changes(session, window, None).await.map(drop),
        );
        match asked.await {
            Ok(()) => assert!(leads_on),
            Err(error) => assert!(
                !leads_on && error.to_string().contains("autoIncrement"),
                "{error}"
            ),
        }
    }
}
