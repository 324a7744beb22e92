//! What can be asked over a socket is what can be asked elsewhere, and answered alike.

use std::collections::BTreeSet;
use std::time::Duration;

use async_graphql::{Executor, Request};
use cashable::graphql::schema;
use cashable::http::{Execution, StreamSettings};
use futures_util::StreamExt;
use sea_orm::DbBackend;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{CHANGED, Followed, NAME, heard_of_changes};
use crate::support::socket::Socket;
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(
    queries_and_mutations_are_answered_over_sockets,
    what_is_not_begun_is_over_with_its_errors,
    what_changes_is_told_over_sockets_until_nobody_listens,
    nobody_who_reads_slowly_holds_a_connection_or_a_lock,
);

async fn followed(app: TestApp) -> Followed {
    let followed = Followed::open(app, StreamSettings::default()).await;
    followed.world.import_complete(2).await;
    followed.world.sync().await;
    followed
}

async fn queries_and_mutations_are_answered_over_sockets(app: TestApp) {
    let followed = followed(app).await;
    let mut socket = followed.socket().await;
    assert_eq!(socket.data("1", NAME).await["viewer"]["name"], "Ada");
    let days = "mutation { updateShopSettings(input: { waitDays: 3 }) { shop { settings { waitDays } } } }";
    let changed = socket.data("2", days).await;
    assert_eq!(
        changed["updateShopSettings"]["shop"]["settings"]["waitDays"],
        3
    );
    let asked = json!({
        "query": "query A { shop { name } } query B($skip: Boolean!) { shop { id @skip(if: $skip) name } }",
        "operationName": "B",
        "variables": { "skip": true },
    });
    let subscribe = json!({ "id": "3", "type": "subscribe", "payload": asked });
    socket.send(subscribe).await;
    let (_, _, answer) = socket.heard().await;
    assert_eq!(answer["data"], json!({ "shop": { "name": "Tea" } }));
}

/// The code of the only error in this list.
fn code(errors: &Value) -> String {
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    let code = errors[0]["extensions"]["code"].as_str();
    code.unwrap_or_default().to_owned()
}

async fn what_is_not_begun_is_over_with_its_errors(app: TestApp) {
    let followed = followed(app).await;
    let mut socket = followed.socket().await;
    for query in [
        "{",
        "{ nothing }",
        "subscription { nothing }",
        "query A { shop { id } } query B { shop { id } }",
        "subscription { a: transactionChanged { id } b: transactionChanged { id } }",
    ] {
        socket.subscribe("1", query).await;
        let (kind, id, errors) = socket.heard().await;
        assert_eq!(
            (&*kind, &*id, &*code(&errors)),
            ("error", "1", "BAD_USER_INPUT"),
            "{query}"
        );
    }
    // What a resolver refuses was begun.
    for (query, data) in [
        (
            "subscription { syncProgress(runId: \"x\") { id } }",
            Value::Null,
        ),
        ("{ syncRun(id: \"x\") { id } }", json!({ "syncRun": null })),
    ] {
        socket.subscribe("1", query).await;
        let (kind, _, answer) = socket.heard().await;
        assert_eq!(
            (&*kind, &*code(&answer["errors"])),
            ("next", "BAD_USER_INPUT"),
            "{query}"
        );
        assert_eq!(answer["data"], data);
        assert_eq!(
            socket.told().await,
            json!({ "type": "complete", "id": "1" })
        );
    }
}

/// The next message about an operation, which must not have ended.
async fn changed(socket: &mut Socket, expected: &str) -> Value {
    let (kind, id, answer) = socket.heard().await;
    assert_eq!((&*kind, &*id), ("next", expected), "{answer}");
    answer["data"]["transactionChanged"].clone()
}

async fn what_changes_is_told_over_sockets_until_nobody_listens(app: TestApp) {
    let followed = followed(app).await;
    let world = &followed.world;
    let mut socket = followed.socket().await;
    for id in ["a", "b"] {
        socket.subscribe(id, CHANGED).await;
    }
    let both = async {
        let mut heard = BTreeSet::new();
        while heard.len() < 2 {
            let (kind, id, _) = socket.heard().await;
            assert_eq!(kind, "next");
            heard.insert(id);
        }
    };
    heard_of_changes(world, "1", both).await;
    socket.send(json!({ "type": "complete", "id": "a" })).await;
    // Whatever was on its way to it has come before this.
    socket.subscribe("c", NAME).await;
    while socket.heard().await.1 != "c" {}
    assert_eq!(socket.heard().await.0, "complete");
    let last = world.set(&world.transaction("2").await, "CANCELLED").await;
    loop {
        let told = changed(&mut socket, "b").await;
        if told["id"] == last["id"] {
            assert_eq!(told["status"], "CANCELLED");
            break;
        }
    }
}

/// How many connections of each kind are in use.
fn in_use(app: &TestApp) -> [u64; 2] {
    let database = &app.database;
    [database.reader(), database.writer()].map(|connection| {
        if database.backend() == DbBackend::Sqlite {
            let pool = connection.get_sqlite_connection_pool();
            u64::from(pool.size()) - pool.num_idle() as u64
        } else {
            let pool = connection.get_postgres_connection_pool();
            u64::from(pool.size()) - pool.num_idle() as u64
        }
    })
}

async fn nobody_who_reads_slowly_holds_a_connection_or_a_lock(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let execution = Execution::new((*world.app).clone(), schema());
    let days = "mutation { updateShopSettings(input: { waitDays: 3 }) { shop { name } } }";
    let orders = "{ shop { name } ordersReport(first: 1) { nodes { id } } }";
    let mut unread = Vec::new();
    for query in [days, orders] {
        let request = Request::new(query).data(world.admin.clone());
        let mut answers = execution.execute_stream(request, None);
        let answer = answers.next().await.unwrap();
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        // Nobody asks whether there are more.
        unread.push(answers);
    }
    let let_go = async {
        // A pool takes back what is let go of in a moment of its own.
        while in_use(&world.app) != [0, 0] {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let let_go = timeout(Duration::from_secs(10), let_go).await;
    assert!(let_go.is_ok(), "{:?}", in_use(&world.app));
}
