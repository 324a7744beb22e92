//! In the background of a server: what happens is told soon, whoever made it happen, and the server ends with what
//! is under way.

use std::time::Duration;

use cashable::graphql::webhook_message;
use cashable::webhooks::keep_delivering;
use serde_json::json;
use tokio::time::timeout;

use super::receiver::Answer::Status;
use super::{add, change_order, endpoints, sequences, two_orders};
use crate::support::{TestApp, on_both};

on_both!(
    what_happens_is_told_while_the_server_runs,
    what_another_process_changes_is_told_too,
);

/// Long enough for a machine with much else to do; nobody waits for it where all is well.
const AT_MOST: Duration = Duration::from_mins(1);

async fn what_happens_is_told_while_the_server_runs(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    let telling = keep_delivering((*world.app).clone(), webhook_message);
    world.app.stop.spawn(telling);
    change_order(&world, "1", "complete").await;
    timeout(AT_MOST, receiver.wait_for(1)).await.unwrap();
    // More than one turn.
    for _ in 0..150 {
        change_order(&world, "2", "complete").await;
        change_order(&world, "2", "new").await;
    }
    timeout(AT_MOST, receiver.wait_for(301)).await.unwrap();
    receiver.answer("/a", &[Status(500)]);
    change_order(&world, "1", "new").await;
    timeout(AT_MOST, receiver.wait_for(302)).await.unwrap();
    world.app.stop.ask();
    timeout(AT_MOST, world.app.stop.done()).await.unwrap();
    let expected: Vec<i64> = (1..=302).collect();
    assert_eq!(sequences(&receiver.told()), expected);
    // What was under way when it ended is kept.
    let endpoint = endpoints(&world).await.remove(0);
    assert_eq!(endpoint["deliveredSequence"], json!(301));
    assert_eq!(endpoint["failures"], json!(1));
    change_order(&world, "1", "complete").await;
    tokio::task::yield_now().await;
    assert!(receiver.told().is_empty());
}

async fn what_another_process_changes_is_told_too(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    add(&world, &receiver.url("/b"), &["ORDER_STATUS_CHANGED"]).await;
    // One that hears nothing of what this process changes, as though it were another.
    let mut other = (*world.app).clone();
    other.changed = std::sync::Arc::default();
    let telling = tokio::spawn(keep_delivering(other, webhook_message));
    change_order(&world, "1", "complete").await;
    timeout(AT_MOST, receiver.wait_for(2)).await.unwrap();
    world.app.stop.ask();
    timeout(AT_MOST, telling).await.unwrap().unwrap();
}
