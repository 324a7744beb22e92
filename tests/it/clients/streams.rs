//! The clients that follow: graphql-ws and graphql-sse.

use std::time::Duration;

use cashable::http::{Seconds, Settings, StreamSettings};

use super::{new_token, node, run};
use crate::support::served::Served;
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(
    the_client_of_graphql_ws_gets_along,
    the_client_of_graphql_sse_gets_along,
);

async fn assert_checked(app: TestApp, script: &str, checks: usize) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    world.sync().await;
    // Nobody waits for a minute here to be sent away.
    let streams = StreamSettings {
        socket_init_timeout: Seconds(Duration::from_millis(500)),
        token_recheck: Seconds(Duration::from_millis(50)),
        ..StreamSettings::default()
    };
    let settings = Settings {
        streams,
        ..Settings::default()
    };
    let server = Served::start(&world.app, settings).await;
    let mut client = node(script);
    client
        .env("URL", format!("http://{}/graphql", server.address))
        .env("TOKEN", new_token(&world, "Ada").await);
    let (is_well, printed) = run(client).await;
    let last = printed.lines().last();
    assert!(is_well, "{printed}");
    assert_eq!(last, Some(&*format!("{checks} checks")), "{printed}");
}

async fn the_client_of_graphql_ws_gets_along(app: TestApp) {
    assert_checked(app, "ws.mjs", 14).await;
}

async fn the_client_of_graphql_sse_gets_along(app: TestApp) {
    assert_checked(app, "sse.mjs", 5).await;
}
