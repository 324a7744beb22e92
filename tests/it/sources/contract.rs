//! What holds of every platform: the same cases against each fake, through whole runs, on both databases.

use cashable::ledger::Author;
use cashable::sync::{self, NewSource};
use entity::sync_run;
use entity::words::{StatusActor, SyncState, SyncTrigger};

use super::fake::Fake;
use super::server::{Platform, Trouble};
use super::shop::Status;
use crate::support::TestApp;
use crate::support::shop::Shop;

/// Runs every case against a fake, on both databases. A case that is not named here is dead code, which fails
/// the lints.
macro_rules! source_contract {
    ($fake:ty) => {
        crate::sources::contract::cases!($fake:
            every_order_arrives_once,
            a_failure_is_asked_again,
        );
    };
}
pub(super) use source_contract;

macro_rules! cases {
    ($fake:ty: $($case:ident),+ $(,)?) => {$(
        mod $case {
            use crate::sources::contract;
            use crate::support::TestApp;

            #[tokio::test]
            async fn sqlite() {
                contract::$case::<$fake>(TestApp::on_sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                contract::$case::<$fake>(TestApp::on_postgres().await).await;
            }
        }
    )+};
}
pub(super) use cases;

/// A shop of ours that is connected to a fake.
pub struct Connected<'a, F> {
    pub shop: Shop<'a>,
    pub platform: Platform<F>,
}

impl<'a, F: Fake> Connected<'a, F> {
    pub async fn open(app: &'a TestApp) -> Self {
        let platform = Platform::<F>::open().await;
        let shop = Shop::open(app).await;
        let new = NewSource {
            kind: F::KIND.to_owned(),
            address: Some(platform.address.clone()),
            account: F::ACCOUNT.map(str::to_owned),
            secret: F::SECRET.map(str::to_owned),
            settings: F::settings(),
            ..NewSource::default()
        };
        let author = Author::new(StatusActor::Admin, "Olga");
        sync::connect_source(app, shop.id, &author, new)
            .await
            .unwrap();
        Self { shop, platform }
    }

    /// A run, however it ends.
    pub async fn run(&self) -> sync_run::Model {
        let app = self.shop.app;
        let author = Author::new(StatusActor::Admin, "Olga");
        let queued = sync::request(app, self.shop.id, &author, SyncTrigger::Manual, false).await;
        let run = sync::run(app, queued.unwrap().run, false, &|_| {}).await;
        run.unwrap()
    }

    /// A run that must succeed.
    pub async fn pull(&self) -> sync_run::Model {
        let run = self.run().await;
        assert_eq!(run.error, None);
        assert_eq!(run.state, SyncState::Succeeded);
        run
    }
}

/// Three pages of orders arrive, each once, with what they are worth and who brought them.
pub async fn every_order_arrives_once<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(250, Status::Complete));
    let run = it.pull().await;
    assert_eq!(
        (run.orders_read, run.orders_changed, run.orders_failed),
        (250, 250, 0)
    );
    let order = it.shop.order(&F::id(250)).await;
    assert_eq!(order["status"], "COMPLETE");
    assert_eq!(order["nativeStatus"], F::word(Status::Complete));
    assert_eq!(order["total"]["amount"], "100.00");
}

/// 500 twice, then an answer: the run does not notice but for waiting.
pub async fn a_failure_is_asked_again<F: Fake>(app: TestApp) {
    let it = Connected::<F>::open(&app).await;
    it.platform.with(|shop| shop.place(3, Status::New));
    it.platform
        .trouble(&[Trouble::Status(500), Trouble::Status(500)]);
    let run = it.pull().await;
    assert_eq!(run.orders_changed, 3);
    assert_eq!(app.pauses().len(), 2);
}
