//! What webhooks say: what the API says of the same things, by the same ids and words.

use async_graphql::ScalarType;
use entity::{Instant, affiliate, affiliate_transaction as transaction, order, sync_run};
use serde::Serialize;
use serde_json::{Value, json};

use super::node_id::{NodeKind, encode, encode_shop};
use super::scalars::DateTime;
use crate::reports::{Changed, ToTell};

/// The message that tells of something that happened in a shop: its type, when it was, and the data. Staff are told
/// of by what they are, not by their names, since nobody knows who reads it.
#[must_use]
pub fn webhook_message(shop_id: i64, to_tell: &ToTell) -> Value {
    let (event, at, mut data) = match to_tell {
        ToTell::Changed(changed) => {
            let event = match changed.change.order_id {
                Some(_) => "order.status_changed",
                None => "transaction.status_changed",
            };
            (event, changed.change.at, change(changed))
        }
        ToTell::Finished {
            run,
            after_sequence,
        } => {
            let at = run.finished_at.unwrap_or(run.queued_at);
            ("sync.finished", at, finished(run, *after_sequence))
        }
    };
    data["shopId"] = json!(encode_shop(shop_id));
    json!({ "type": event, "timestamp": time(at), "data": data })
}

fn change(of: &Changed) -> Value {
    let row = &of.change;
    let mut changes = json!({});
    if row.from_status != row.to_status {
        changes["status"] = json!([row.from_status, row.to_status]);
    }
    if row.pinned != of.was_pinned {
        changes["pinned"] = json!([of.was_pinned, row.pinned]);
    }
    let mut data = json!({
        "sequence": row.sequence,
        "changes": changes,
        "actor": word(row.actor),
        "syncRunId": row.sync_run_id.map(|id| encode(NodeKind::SyncRun, row.shop_id, id)),
        "order": of.order.as_ref().map(order),
    });
    if let Some(transaction_id) = row.transaction_id {
        data["reason"] = word(row.reason);
        data["note"] = json!(row.note);
        data["transaction"] = match &of.transaction {
            Some((row, affiliate)) => transaction(row, affiliate.as_ref()),
            None => json!({ "id": encode(NodeKind::Transaction, row.shop_id, transaction_id) }),
        };
    }
    data
}

fn order(row: &order::Model) -> Value {
    json!({
        "id": encode(NodeKind::Order, row.shop_id, row.id),
        "source": row.source,
        "externalId": row.external_id,
        "number": row.number,
        "nativeStatus": row.native_status,
        "cancelReason": word(row.cancel_reason),
    })
}

fn transaction(row: &transaction::Model, affiliate: Option<&affiliate::Model>) -> Value {
    let affiliate = affiliate
        .map(|it| json!({ "id": encode(NodeKind::Affiliate, it.shop_id, it.id), "code": it.code }));
    json!({
        "id": encode(NodeKind::Transaction, row.shop_id, row.id),
        "externalId": row.external_id,
        "kind": word(row.kind),
        "affiliate": affiliate,
    })
}

fn finished(run: &sync_run::Model, after_sequence: i64) -> Value {
    // A run whose process went away may not have begun.
    let before = if run.started_at.is_some() {
        "RUNNING"
    } else {
        "QUEUED"
    };
    json!({
        "sequence": after_sequence,
        "changes": { "state": [before, word(run.state)] },
        "syncRun": {
            "id": encode(NodeKind::SyncRun, run.shop_id, run.id),
            "trigger": word(run.trigger),
            "queuedAt": time(run.queued_at),
            "startedAt": run.started_at.map(time),
            "finishedAt": run.finished_at.map(time),
            "ordersRead": run.orders_read,
            "ordersChanged": run.orders_changed,
            "ordersFailed": run.orders_failed,
            "transactionsChecked": run.transactions_checked,
            "transactionsChanged": run.transactions_changed,
            "error": run.error,
        },
    })
}

/// A word as it is stored, which is how the API spells it.
fn word(word: impl Serialize) -> Value {
    json!(word)
}

fn time(at: Instant) -> Value {
    json!(DateTime(at).to_value())
}
