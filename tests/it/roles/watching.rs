//! Who is told of whose transactions while those of all affiliates change.

use std::cell::Cell as Flag;
use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};

use super::cases::Case;
use super::cell::cell;
use super::crowd::{Crowd, VIEWERS};
use crate::support::graphql::data;

/// So many events of each listener: between its first and its last, every transaction has changed.
const ENOUGH: usize = 6;

/// What each viewer is told, as in a cell: every name once.
pub async fn heard(crowd: &Crowd, watched: &Case) -> Vec<String> {
    let all_have_heard = Flag::new(false);
    let listen = async {
        let listeners = VIEWERS.map(|who| listen(crowd.follow(who, watched.document), watched));
        let heard = tokio::time::timeout(Duration::from_mins(1), join_all(listeners)).await;
        all_have_heard.set(true);
        heard.expect("somebody was told too little")
    };
    let speak = async {
        let rows = rows(crowd).await;
        for status in ["OPEN", "COMPLETED"].iter().cycle() {
            for (viewer, id) in &rows {
                let document = "mutation($input: OverrideTransactionStatusInput!) {
                    overrideTransactionStatus(input: $input) { userErrors { code } } }";
                let input = json!({"transactionId": id, "status": status, "reason": "OTHER"});
                data(
                    &crowd.world.app,
                    viewer,
                    document,
                    json!({ "input": input }),
                )
                .await;
            }
            if all_have_heard.get() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::join!(listen, speak).0
}

/// A transaction of each affiliate of either shop, and who may change it.
async fn rows(crowd: &Crowd) -> Vec<(cashable::graphql::Viewer, Value)> {
    let mut rows = Vec::new();
    for viewer in [&crowd.world.admin, &crowd.stranger] {
        let document = "{ affiliates { nodes { transactions(first: 1) { nodes { id } } } } }";
        let found = data(&crowd.world.app, viewer, document, json!({})).await;
        for affiliate in found["affiliates"]["nodes"].as_array().unwrap() {
            rows.push((
                viewer.clone(),
                affiliate["transactions"]["nodes"][0]["id"].clone(),
            ));
        }
    }
    rows
}

async fn listen(events: BoxStream<'static, Value>, watched: &Case) -> String {
    let events: Vec<Value> = events.take(ENOUGH).collect().await;
    let told: BTreeSet<String> = events.iter().map(|it| cell(it, watched.paths)).collect();
    told.into_iter().collect::<Vec<_>>().join(" ")
}
