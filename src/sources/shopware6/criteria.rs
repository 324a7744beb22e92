//! What is asked of a Shopware: criteria, as its search takes them.

use chrono::DateTime;
use entity::Instant;
use serde_json::{Value, json};

/// The version of an order that counts; what is being edited is another one.
pub const LIVE: &str = "0fa91ce3e96a4bc2be4bd9ce752c3425";

/// Whatever shows a change of an order. Its own time of change is unset until it first changes, and moves with
/// its state; payments and refunds have their own.
const CHANGES: [&str; 5] = [
    "createdAt",
    "updatedAt",
    "transactions.updatedAt",
    "transactions.captures.refunds.createdAt",
    "transactions.captures.refunds.updatedAt",
];

/// Orders that changed since then, behind a place in the order of making. How many there are is not asked, since
/// counting takes the shop as long as finding.
pub fn changed(since: Option<Instant>, after: Option<u64>, limit: usize) -> Value {
    let mut criteria = orders();
    let behind = range("autoIncrement", "gt", &json!(after.unwrap_or(0)));
    let mut filter = vec![behind];
    if let Some(since) = since {
        let since = json!(time(since));
        let queries: Vec<Value> = CHANGES
            .iter()
            .map(|field| range(field, "gte", &since))
            .collect();
        filter.push(json!({"type": "multi", "operator": "or", "queries": queries}));
    }
    criteria["filter"] = json!(filter);
    criteria["sort"] = json!([{"field": "autoIncrement", "order": "ASC"}]);
    criteria["limit"] = json!(limit);
    criteria["total-count-mode"] = json!(0);
    criteria
}

/// The orders with these ids, all at once: there is no limit where ids are given.
pub fn with_ids(ids: &[&str]) -> Value {
    let mut criteria = orders();
    criteria["ids"] = json!(ids);
    criteria
}

/// Orders with what is read of them.
fn orders() -> Value {
    let state = json!({"stateMachineState": {}});
    let captures = json!({"captures": {"associations": {"refunds": {"associations": state}}}});
    let mut transactions = captures;
    transactions["stateMachineState"] = json!({});
    json!({
        "associations": {
            "currency": {},
            "stateMachineState": {},
            "transactions": {"associations": transactions},
        },
        "includes": {
            "order": [
                "id", "autoIncrement", "orderNumber", "orderDateTime", "createdAt", "updatedAt", "amountTotal",
                "affiliateCode", "campaignCode", "stateMachineState", "currency", "transactions",
            ],
            "currency": ["isoCode"],
            "state_machine_state": ["technicalName"],
            "order_transaction": ["amount", "stateMachineState", "captures"],
            "order_transaction_capture": ["refunds"],
            "order_transaction_capture_refund": ["amount", "stateMachineState"],
        },
    })
}

/// Steps of these orders into these states, the latest first.
pub fn entered(ids: &[&str], states: &[&str], limit: usize, page: u64) -> Value {
    json!({
        "filter": [
            {"type": "equals", "field": "entityName", "value": "order"},
            {"type": "equalsAny", "field": "referencedId", "value": ids},
            {"type": "equals", "field": "referencedVersionId", "value": LIVE},
            {"type": "equalsAny", "field": "toStateMachineState.technicalName", "value": states},
        ],
        "sort": [{"field": "createdAt", "order": "DESC"}, {"field": "id", "order": "DESC"}],
        "associations": {"toStateMachineState": {}},
        "includes": {
            "state_machine_history": ["referencedId", "createdAt", "toStateMachineState"],
            "state_machine_state": ["technicalName"],
        },
        "limit": limit,
        "page": page,
        "total-count-mode": 0,
    })
}

fn range(field: &str, bound: &str, value: &Value) -> Value {
    json!({"type": "range", "field": field, "parameters": {bound: value}})
}

/// As its database keeps times, for a bound goes there as it is.
fn time(at: Instant) -> String {
    let at = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    at.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}
