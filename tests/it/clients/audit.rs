//! GraphQL over HTTP, as the audits of graphql-http have it. Where the draft has moved on since, we stay with them:
//! 400 for what cannot be parsed or validated, and 200 for the same as `application/json`.

use super::{Shop, node, run};
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(every_audit_of_graphql_over_http_passes);

async fn every_audit_of_graphql_over_http_passes(app: TestApp) {
    let world = World::open(app).await;
    let shop = Shop::open(&world).await;
    let (is_well, printed) = run(shop.invite(node("audit.mjs"))).await;
    assert!(is_well, "{printed}");
    assert_eq!(printed.trim(), "61 of 61 audits pass");
}
