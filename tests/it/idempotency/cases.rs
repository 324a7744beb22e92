//! The mutations that may be repeated, each with an input that changes something, and those that ask for a
//! version. Which ones there are is read from the schema.

use cashable::graphql::schema;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::world::{TRANSACTION, World};

/// A mutation, an input for it, and what to select of its answer.
pub type Repeatable = (&'static str, Value, String);

/// Those that change what they are asked to at once, so that all of it is seen in `state`.
pub async fn repeatable(world: &World) -> Vec<Repeatable> {
    let id = world.transaction("1").await["id"].clone();
    let other = world.transaction("2").await["id"].clone();
    let anna = world.affiliate("anna").await;
    let transaction = format!("transaction {{ {TRANSACTION} }}");
    let counts = "created changed unchanged stale failed { index code message }";
    let mut all = of_transactions(&id, &other, &anna, &transaction);
    all.extend(of_sources_and_webhooks(world).await);
    all.extend([
        (
            "importOrders",
            json!({"orders": [world.old_order("9", "new"), {"externalId": ""}]}),
            counts.to_owned(),
        ),
        (
            "createAffiliate",
            json!({"code": "bert", "commissionRate": "7"}),
            "affiliate { id code commissionRate }".to_owned(),
        ),
        (
            "updateAffiliate",
            json!({"affiliateId": anna, "name": "Anna"}),
            "affiliate { id name }".to_owned(),
        ),
        (
            "updateShopSettings",
            json!({"waitDays": 5}),
            "shop { id settings { waitDays } }".to_owned(),
        ),
        (
            "revokeAccessToken",
            json!({ "accessTokenId": token(world).await }),
            "accessToken { id revokedAt }".to_owned(),
        ),
        // A dry run looks on by itself, but each that is asked for is one more.
        (
            "triggerSync",
            json!({"dryRun": true}),
            "alreadyRunning run { id state }".to_owned(),
        ),
    ]);
    all
}

async fn of_sources_and_webhooks(world: &World) -> Vec<Repeatable> {
    vec![
        (
            "connectOrderSource",
            json!({"kind": "rees46", "webhookSecret": "a secret"}),
            "orderSource { id name webhookSecretSet }".to_owned(),
        ),
        (
            "updateOrderSource",
            json!({"orderSourceId": source(world, "one").await, "webhookSecret": "another"}),
            "orderSource { id oldWebhookSecretSet }".to_owned(),
        ),
        (
            "disconnectOrderSource",
            json!({"orderSourceId": source(world, "other").await}),
            "disconnectedOrderSourceId".to_owned(),
        ),
        (
            "mapStatus",
            json!({"source": "api", "nativeStatus": "new", "meaning": "IN_PROGRESS"}),
            "mapping { nativeStatus meaning overridden } changedOrders".to_owned(),
        ),
        (
            "updateWebhookEndpoint",
            json!({"webhookEndpointId": webhook(world).await, "enabled": false}),
            "webhookEndpoint { id enabled }".to_owned(),
        ),
        (
            "deleteWebhookEndpoint",
            json!({ "webhookEndpointId": webhook(world).await }),
            "deletedWebhookEndpointId".to_owned(),
        ),
    ]
}

fn of_transactions(id: &Value, other: &Value, anna: &Value, selection: &str) -> Vec<Repeatable> {
    vec![
        (
            "overrideTransactionStatus",
            json!({"transactionId": id, "status": "COMPLETED", "reason": "OTHER"}),
            selection.to_owned(),
        ),
        (
            "releaseTransactionOverride",
            json!({ "transactionId": id }),
            selection.to_owned(),
        ),
        (
            "createTransaction",
            json!({"affiliateId": anna, "kind": "MANUAL", "amount": "5", "currency": "EUR"}),
            selection.to_owned(),
        ),
        (
            "deleteTransaction",
            json!({"transactionId": other, "reason": "OTHER"}),
            "deletedTransactionId".to_owned(),
        ),
    ]
}

/// The mutations that take an `expectedVersion`, each with an input for this transaction as it was read. It must
/// be pinned.
pub fn versioned(read: &Value) -> [(&'static str, Value); 3] {
    let (id, version) = (&read["id"], &read["version"]);
    [
        (
            "overrideTransactionStatus",
            json!({"transactionId": id, "status": "OPEN", "reason": "OTHER", "expectedVersion": version}),
        ),
        (
            "releaseTransactionOverride",
            json!({"transactionId": id, "expectedVersion": version}),
        ),
        (
            "deleteTransaction",
            json!({"transactionId": id, "reason": "OTHER", "expectedVersion": version}),
        ),
    ]
}

/// The id of a new source.
async fn source(world: &World, name: &str) -> Value {
    let input = json!({"kind": "rees46", "name": name, "webhookSecret": "a secret"});
    let made = world.done("connectOrderSource", input, "orderSource { id }");
    made.await["orderSource"]["id"].clone()
}

/// The id of a token that nobody uses.
async fn token(world: &World) -> Value {
    let input = json!({"name": "unused", "role": "ANALYST"});
    let made = world.done("createAccessToken", input, "accessToken { id }");
    made.await["accessToken"]["id"].clone()
}

/// The id of an endpoint that nobody tells anything.
async fn webhook(world: &World) -> Value {
    let input = json!({"url": "https://crm.example/", "events": ["SYNC_FINISHED"]});
    let made = world.done("createWebhookEndpoint", input, "webhookEndpoint { id }");
    made.await["webhookEndpoint"]["id"].clone()
}

pub fn with_key(input: &Value, key: &str) -> Value {
    let mut input = input.clone();
    input["idempotencyKey"] = json!(key);
    input
}

/// All that a repeated change would have moved.
pub async fn state(world: &World) -> Value {
    let document = "{
        transactions { totalCount nodes { id status version note amount { amount } } }
        ordersReport { totalCount nodes { externalId inProgress } } affiliates { totalCount nodes { code name promotedOrders { count } } }
        shop { settings { waitDays } } accessTokens { nodes { name revokedAt } } syncRuns { totalCount }
        orderSources { name oldWebhookSecretSet statuses { nativeStatus } }
        webhookEndpoints { url enabled }
    }";
    let mut state = world.ask(document, json!({})).await;
    state["history"] = json!(world.history().await.len());
    state
}

/// A shop with two orders of anna's, whose commissions are open.
pub async fn two_open(app: TestApp) -> World {
    let world = World::open(app).await;
    world
        .import(json!([
            world.old_order("1", "new"),
            world.old_order("2", "new")
        ]))
        .await;
    world
}

/// The mutations whose input has this field, by the schema itself.
pub async fn mutations_that_take(field: &str) -> Vec<String> {
    let document =
        "{ __schema { mutationType { fields { name args { type { ...T ofType { ...T } } } } } } }
        fragment T on __Type { inputFields { name } }";
    let answer = serde_json::to_value(schema().execute(document).await).unwrap();
    let mutations = answer["data"]["__schema"]["mutationType"]["fields"].as_array();
    let takes = |mutation: &&Value| {
        let kind = &mutation["args"][0]["type"];
        let inputs = [&kind["inputFields"], &kind["ofType"]["inputFields"]];
        let fields = inputs.into_iter().filter_map(Value::as_array).flatten();
        fields.into_iter().any(|it| it["name"] == field)
    };
    let found = mutations.unwrap().iter().filter(takes);
    let mut names: Vec<_> = found
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort_unstable();
    names
}
