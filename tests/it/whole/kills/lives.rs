//! One life of a server: callers who ask one thing after the other until it is killed, and who remember what
//! was acknowledged and what was not answered any more.

use std::time::Duration;

use serde_json::{Value, json};

use super::process::{Server, post};
use crate::support::world::{World, document_of, text};

/// A mutation that may be repeated.
#[derive(Debug)]
pub struct Asked {
    pub name: &'static str,
    pub input: Value,
}

/// What one caller has asked for, in this order; the last one was not answered if the server died over it.
#[derive(Debug, Default)]
pub struct Told {
    pub acknowledged: Vec<Asked>,
    pub unanswered: Option<Asked>,
}

/// Whom the server answers.
pub struct Caller<'a> {
    pub world: &'a World,
    pub secret: &'a str,
    pub life: u32,
}

impl Asked {
    pub fn document(&self) -> String {
        document_of(self.name, "__typename")
    }
}

impl Caller<'_> {
    /// Asks all at once for some time, then kills the server.
    pub async fn live(&self, mut server: Server, time: Duration, rows: &[Value]) -> [Told; 3] {
        let address = server.address.clone();
        let end = async {
            tokio::time::sleep(time).await;
            server.process.kill();
        };
        let imports = (0..6).map(|number| self.import(number));
        let overrides = (0..40).map(|number| self.set_by_hand(number, rows));
        let syncs = (0..1_000).map(|_| Asked {
            name: "triggerSync",
            input: json!({}),
        });
        let (imports, overrides, syncs, ()) = tokio::join!(
            self.ask_all(&address, imports),
            self.ask_all(&address, overrides),
            self.ask_all(&address, syncs),
            end
        );
        [imports, overrides, syncs]
    }

    /// One after the other, until one is not answered.
    async fn ask_all(&self, address: &str, all: impl Iterator<Item = Asked>) -> Told {
        let mut told = Told::default();
        for asked in all {
            let body = json!({"query": asked.document(), "variables": {"input": asked.input}});
            let Ok(answer) = post(address, self.secret, &body).await else {
                told.unanswered = Some(asked);
                break;
            };
            let refused = &answer["data"][asked.name]["userErrors"];
            assert_eq!(*refused, json!([]), "{asked:?}: {answer}");
            told.acknowledged.push(asked);
        }
        told
    }

    fn import(&self, number: usize) -> Asked {
        let label = format!("{}-{number}", self.life);
        let orders: Vec<_> = (0..10)
            .map(|order| {
                self.world
                    .old_order(&format!("{label}-{order}"), "complete")
            })
            .collect();
        Asked {
            name: "importOrders",
            input: json!({"orders": orders, "idempotencyKey": format!("import {label}")}),
        }
    }

    /// Each time another status than before, with a note by which the history tells which one it was.
    fn set_by_hand(&self, number: usize, rows: &[Value]) -> Asked {
        let status = ["CANCELLED", "COMPLETED"][number / rows.len() % 2];
        let key = format!("override {}-{number}", self.life);
        Asked {
            name: "overrideTransactionStatus",
            input: json!({"transactionId": rows[number % rows.len()]["id"], "status": status, "reason": "OTHER",
                "note": key, "idempotencyKey": key}),
        }
    }
}

/// The external ids of an import.
pub fn orders_of(asked: &Asked) -> Vec<String> {
    let orders = asked.input["orders"].as_array().unwrap();
    orders.iter().map(|it| text(&it["externalId"])).collect()
}
