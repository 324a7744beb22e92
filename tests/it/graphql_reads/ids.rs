//! Ids: opaque, typed, and of one shop.

use cashable::graphql::{NodeKind, encode, encode_shop};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{column, settled_shop, shop};
use crate::support::graphql::{admin, affiliate, data, refusal};
use crate::support::{TestApp, on_both};

on_both!(
    ids_of_another_type_or_shop_are_as_if_not_there,
    nodes_come_in_their_places,
);

async fn ids_of_another_type_or_shop_are_as_if_not_there(app: TestApp) {
    let shop = shop(&app).await;
    let other = settled_shop(&app, "Coffee").await;
    let (here, there) = (admin(shop.id), admin(other));
    let anna = json!({"id": shop.affiliate_id(shop.anna)});
    let find = "query($id: ID!) { affiliate(id: $id) { code } node(id: $id) { id } }";
    assert_eq!(
        data(&app, &here, find, anna.clone()).await["affiliate"]["code"],
        "anna"
    );
    let unseen = json!({"affiliate": null, "node": null});
    assert_eq!(data(&app, &there, find, anna.clone()).await, unseen);
    let missing = json!({"id": shop.affiliate_id(Uuid::from_u128(7))});
    assert_eq!(data(&app, &here, find, missing.clone()).await, unseen);

    let filter = "query($id: ID!) { transactions(filter: {affiliateId: $id}) { totalCount } }";
    assert_eq!(
        data(&app, &here, filter, anna.clone()).await["transactions"]["totalCount"],
        3
    );
    let kpi = "query($id: ID!) {
        kpi(affiliateId: $id, from: \"2026-01-01\", to: \"2026-12-31\") { from } }";
    for (viewer, id) in [(&there, &anna), (&here, &missing)] {
        for document in [filter, kpi] {
            let (code, message) = refusal(&app, viewer, document, id.clone()).await;
            assert_eq!(
                (&*code, &*message),
                ("BAD_USER_INPUT", "there is no such affiliate")
            );
        }
    }
    let order = "query($id: ID!) { order(id: $id) { number } }";
    let (code, message) = refusal(&app, &here, order, anna).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.ends_with("is not the id of an order"), "{message}");
    let report =
        "query($id: ID!) { ordersReport(shopId: $id) { totalCount } shop(id: $id) { name } }";
    let id = json!({"id": encode_shop(other).to_string()});
    let (code, message) = refusal(&app, &here, report, id).await;
    assert_eq!(
        (&*code, &*message),
        ("BAD_USER_INPUT", "there is no such shop")
    );
}

async fn nodes_come_in_their_places(app: TestApp) {
    let shop = shop(&app).await;
    let everything = "{
        shop { id } accessTokens { nodes { id } } syncRuns { nodes { id } } affiliates { nodes { id } }
        ordersReport(first: 2) { nodes { id } } transactions(first: 2) { nodes { id } }
    }";
    let found = data(&app, &admin(shop.id), everything, json!({})).await;
    let mut ids = vec![found["shop"]["id"].clone()];
    for list in ["syncRuns", "affiliates", "ordersReport", "transactions"] {
        ids.extend(
            found[list]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["id"].clone()),
        );
    }
    let missing = encode(NodeKind::Order, shop.id, Uuid::from_u128(7)).to_string();
    ids.insert(3, json!(missing));
    ids.insert(5, json!("nonsense"));
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
    let variables = json!({ "ids": ids });
    let found = data(&app, &admin(shop.id), nodes, variables.clone()).await;
    for (place, (node, id)) in found["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&ids)
        .enumerate()
    {
        let expected = if [3, 5].contains(&place) {
            &Value::Null
        } else {
            id
        };
        assert_eq!(&node["id"], expected);
    }
    let of_affiliate = data(&app, &affiliate(shop.id, shop.anna), nodes, variables).await;
    let types = column(&of_affiliate["nodes"], "/__typename");
    assert!(!types.contains(&"SyncRun".to_owned()), "{types:?}");
    let (code, message) = refusal(
        &app,
        &admin(shop.id),
        "{ node(id: \"nonsense\") { id } }",
        json!({}),
    )
    .await;
    assert_eq!(
        (&*code, &*message),
        ("BAD_USER_INPUT", "\"nonsense\" is not an id")
    );
    let too_many = json!({"ids": vec![missing; 251]});
    let (code, _) = refusal(&app, &admin(shop.id), nodes, too_many).await;
    assert_eq!(code, "BAD_USER_INPUT");
}
