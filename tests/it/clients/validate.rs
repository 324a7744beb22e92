//! What can be run and what cannot, as GraphQL's own implementation has it. Where the server says otherwise,
//! `tests/clients/documents.mjs` tells why.

use super::{Shop, node, run};
use crate::support::TestApp;
use crate::support::world::World;

#[tokio::test]
async fn what_cannot_be_run_is_not_begun() {
    let world = World::open(TestApp::on_sqlite().await).await;
    let shop = Shop::open(&world).await;
    let (is_well, printed) = run(shop.invite(node("validate.mjs"))).await;
    assert!(is_well, "{printed}");
    let expected = "131 documents alike, 5 different, 0 not as expected";
    assert_eq!(printed.trim(), expected);
}
