//! Many at once: sixteen writers and four who sync, over two replicas on PostgreSQL and one program on SQLite.
//! Nobody is told of a lock, nothing is lost, and nothing is counted wrong. `LOAD_SECONDS` makes it last so
//! long; without it, each does a number of things.

use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cashable::app::App;
use cashable::graphql::Viewer;
use futures_util::future::join_all;
use serde_json::json;

use super::traces::Traces;
use super::writer::Writer;
use crate::support::TestApp;
use crate::support::graphql::{admin, ask, data};
use crate::support::world::{MINUTE, World, document_of, new_shop, olga};

const WRITERS: usize = 16;
const SYNCS: usize = 4;
/// How much each writer does where no time is given.
const THINGS: usize = 20;

/// How long it lasts.
#[derive(Clone, Copy)]
enum Pace {
    Things(usize),
    Until(Instant),
}

impl Pace {
    fn of_environment() -> Self {
        let seconds = env::var("LOAD_SECONDS")
            .ok()
            .map(|text| text.parse().unwrap());
        seconds.map_or(Self::Things(THINGS), |seconds| {
            Self::Until(Instant::now() + Duration::from_secs(seconds))
        })
    }

    fn goes_on(self, done: usize) -> bool {
        match self {
            Self::Things(most) => done < most,
            Self::Until(end) => Instant::now() < end,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_nothing_is_lost_under_load_on_sqlite() {
    let app = TestApp::on_sqlite().await;
    let replicas = vec![(*app).clone()];
    bear(app, &replicas, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_nothing_is_lost_under_load_on_two_replicas() {
    let app = TestApp::on_postgres().await;
    let replicas = replicas(&app).await;
    bear(app, &replicas, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_nothing_is_lost_while_connections_are_terminated() {
    let app = TestApp::on_postgres().await;
    let replicas = replicas(&app).await;
    bear(app, &replicas, true).await;
}

/// Two of them, whose connections can be told from the test's own.
async fn replicas(app: &TestApp) -> Vec<App> {
    let url = app.url();
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joint}application_name=replica");
    let open = (0..2).map(|_| App::open(&url, app.clock.clone()));
    join_all(open)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

async fn bear(app: TestApp, replicas: &[App], is_disturbed: bool) {
    let seed = env::var("SEED").map_or_else(|_| fastrand::u64(..), |text| text.parse().unwrap());
    eprintln!("SEED={seed}");
    let world = World::open(app).await;
    let shops = [world.admin.clone(), second_shop(&world).await];
    let seat = |number: usize| (&replicas[number / 2 % replicas.len()], &shops[number % 2]);
    let (pace, left) = (Pace::of_environment(), AtomicUsize::new(WRITERS));
    let writers = join_all((0..WRITERS).map(|number| {
        let (replica, shop) = seat(number);
        let writer = Writer::new(&world.app, replica, shop, number, seed);
        write_on(writer, pace, is_disturbed, &left)
    }));
    let syncs = join_all((0..SYNCS).map(|number| {
        let (replica, shop) = seat(number);
        sync_while(replica, shop, &left)
    }));
    let (told, asked) = tokio::join!(writers, syncs);
    let mut traces = [Traces::default(), Traces::default()];
    let mut made = 0;
    for (number, (done, told)) in told.into_iter().enumerate() {
        made += done;
        traces[number % 2].add(told);
    }
    let syncs: usize = asked.iter().map(|(asked, _)| asked).sum();
    eprintln!("{made} writes, {syncs} syncs asked for");
    let errors = asked.into_iter().flat_map(|(_, errors)| errors);
    traces[0].errors.extend(errors);
    look(&world, &shops, &mut traces).await;
}

/// One thing after the other; answers how many, and what the writer was told.
async fn write_on(
    mut writer: Writer<'_>,
    pace: Pace,
    is_disturbed: bool,
    left: &AtomicUsize,
) -> (usize, Traces) {
    let mut done = 0;
    while pace.goes_on(done) {
        writer.do_something(is_disturbed).await;
        done += 1;
    }
    left.fetch_sub(1, Ordering::Relaxed);
    (done, writer.traces)
}

/// The other shop, whose final statuses move on.
async fn second_shop(world: &World) -> Viewer {
    let viewer = Viewer {
        token_id: world.admin.token_id,
        ..admin(new_shop(&world.app, "Coffee").await)
    };
    let input = json!({"syncEnabled": true, "commissionRate": "7.5", "lockFinalStatuses": false});
    let document = document_of("updateShopSettings", "shop { id }");
    data(&world.app, &viewer, &document, json!({ "input": input })).await;
    viewer
}

/// Asks for one sync after the other while somebody writes; answers how often, and what went wrong.
async fn sync_while(replica: &App, shop: &Viewer, left: &AtomicUsize) -> (usize, Vec<String>) {
    let document = document_of("triggerSync", "run { id }");
    let (mut asked, mut errors) = (0, Vec::new());
    while left.load(Ordering::Relaxed) > 0 {
        let answer = ask(replica, shop, &document, json!({"input": {}})).await;
        if !answer["data"]["triggerSync"]["run"]["id"].is_string() {
            errors.push(answer.to_string());
        }
        asked += 1;
    }
    (asked, errors)
}

/// Waits for the last runs, and looks at each shop.
async fn look(world: &World, shops: &[Viewer], traces: &mut [Traces]) {
    for (shop, traces) in shops.iter().zip(traces) {
        assert_eq!(traces.errors, Vec::<String>::new());
        let run = last_run(world, shop.shop_id).await;
        assert_eq!(run.error, None);
        traces.assert_kept(&world.app, shop.shop_id).await;
    }
    for run in world.runs().await {
        assert_eq!(
            (run.state, run.error),
            (entity::words::SyncState::Succeeded, None)
        );
    }
}

/// A run of our own, when there is none under way any more.
async fn last_run(world: &World, shop_id: i64) -> entity::sync_run::Model {
    let trigger = entity::words::SyncTrigger::Manual;
    for _ in 0..2_000 {
        let queued = cashable::sync::request(&world.app, shop_id, &olga(), trigger, false).await;
        let queued = queued.unwrap();
        if !queued.already_running {
            return world.run_to_end(queued.run).await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.later(MINUTE);
    panic!(
        "a run has been left behind: {:?}",
        world.runs().await.last()
    );
}
