//! What is read of Shopware's answers.

use cashable::domain::Amount;
use cashable::sources::{Access, OrderSnapshot, Secret, kind_of};
use serde_json::{Value, json};

use super::shopware6_fixed::{Shop, at, id};

#[tokio::test]
async fn every_field_is_read_as_it_is_meant() {
    let orders = Shop::with_fixed_orders().read(json!({})).await;
    let told = |order: &OrderSnapshot| {
        let amount = |it: Option<Amount>| it.map_or("?".to_owned(), |it| it.to_string());
        [
            order.number.clone().unwrap(),
            order.native_status.clone(),
            order.currency.clone().unwrap(),
            amount(order.total),
            amount(order.refunded),
            order.affiliate_code.clone().unwrap_or_default(),
        ]
        .join(" ")
    };
    let read: Vec<_> = orders.iter().filter_map(|it| it.as_ref().ok()).collect();
    let lines: Vec<_> = read.iter().map(|order| told(order)).collect();
    assert_eq!(
        lines,
        [
            "10101 open EUR 74.85 0 ",
            // Two refunds are completed; what failed, or has begun, is not paid back.
            "10102 completed EUR 74.85 15.35 carla",
            // Paid at the second attempt. The total came as 104.94999999999999.
            "10103 completed EUR 104.95 104.95 ",
            // A part was paid back, and nothing says how much.
            "10104 in_progress EUR 74.85 ? ",
            "10105 cancelled JPY 7485 0 ",
            // Made smaller after it was paid, then all of the payment went back.
            "10106 completed EUR 49.95 49.95 0042",
            "10107 returned EUR 74.85 0 ",
        ]
    );
    assert_eq!(read[1].external_id, id(102));
    assert_eq!(read[1].placed_at, Some(at("2026-03-02T09:15:00.123Z")));
    assert_eq!(read[1].changed_at, Some(at("2026-03-04T07:00:30.250Z")));
    // Until the first change there is only the time when it was made.
    assert_eq!(read[0].changed_at, Some(at("2026-03-02T09:15:00.987Z")));
}

#[tokio::test]
async fn the_campaign_code_says_who_brought_an_order_where_it_is_told_to() {
    for (settings, expected) in [
        (json!({}), [Some("carla"), None]),
        (
            json!({"affiliate_from": "affiliate_code"}),
            [Some("carla"), None],
        ),
        (
            json!({"affiliate_from": "campaign_code"}),
            [Some("spring"), Some("spring")],
        ),
    ] {
        let orders = Shop::with_fixed_orders().read(settings.clone()).await;
        let code = |at: usize| orders[at].as_ref().unwrap().affiliate_code.as_deref();
        assert_eq!([code(1), code(2)], expected, "{settings}");
    }
}

#[tokio::test]
async fn r22_what_cannot_be_read_says_why() {
    let orders = Shop::with_fixed_orders().read(Value::Null).await;
    let reasons: Vec<_> = orders.iter().filter_map(|it| it.as_ref().err()).collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for (reason, (number, why)) in reasons.iter().zip([
        (108, "amount"),
        (109, "orderDateTime is no time"),
        (110, "null"),
    ]) {
        assert!(reason.starts_with(&id(number)), "{reason}");
        assert!(reason.contains(why), "{reason}");
    }
}

#[test]
fn settings_that_it_does_not_know_are_refused() {
    let access = |account: Option<&str>, secret: Option<&str>, settings| Access {
        account: account.map(str::to_owned),
        secret: secret.map(Secret::new),
        settings,
    };
    let both = (Some("SWIA1"), Some("secret-1"));
    for (access, field) in [
        (access(None, both.1, json!({})), "account"),
        (access(both.0, None, json!({})), "secret"),
        (
            access(both.0, both.1, json!({"affiliate": "x"})),
            "settings",
        ),
        (
            access(both.0, both.1, json!({"affiliate_from": "coupon"})),
            "settings",
        ),
        (access(both.0, both.1, json!({"page_size": 0})), "settings"),
        (
            access(both.0, both.1, json!({"page_size": 501})),
            "settings",
        ),
    ] {
        let refused = (kind_of("shopware6").unwrap().connect)(access).err();
        assert_eq!(refused.unwrap().field, field);
    }
}
