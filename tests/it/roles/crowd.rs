//! Two shops, what happened in them, and everybody who can stand before the API.

use async_graphql::{Executor, Request};
use cashable::graphql::{NodeKind, Viewer, encode, encode_shop, schema};
use cashable::http::Execution;
use entity::sync_run;
use entity::words::Role;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};

use super::past;
use crate::support::TestApp;
use crate::support::world::{World, text, uuid_of};

/// The columns of the table: nobody, two affiliates, the staff, and an admin of another shop.
pub const VIEWERS: [&str; 6] = ["nobody", "anna", "bert", "analyst", "admin", "stranger"];

/// The shop Tea with all that happened in it, and everybody who may ask.
pub struct Crowd {
    pub world: World,
    /// The other shop as its admin lives with it.
    pub stranger: Viewer,
    people: Vec<(&'static str, Viewer)>,
    /// What documents call rows, and the ids of these.
    ids: Vec<(&'static str, String)>,
}

impl Crowd {
    pub async fn gather(app: TestApp) -> Self {
        let (app, stranger) = past::coffee(app).await;
        let world = World::open(app).await;
        past::happen(&world).await;
        let run = world.sync().await;
        past::fail_orders(&world, &run).await;
        past::override_two(&world).await;
        let source = past::connect(&world).await;
        let mut crowd = Self {
            people: vec![
                ("admin", world.admin.clone()),
                ("stranger", stranger.clone()),
            ],
            ids: vec![("source", source)],
            world,
            stranger,
        };
        crowd.give_tokens().await;
        crowd.name_rows(&run).await;
        crowd
    }

    /// A token for each of the others.
    async fn give_tokens(&mut self) {
        for (who, role) in [
            ("anna", Role::Affiliate),
            ("bert", Role::Affiliate),
            ("analyst", Role::Analyst),
        ] {
            let affiliate = match role {
                Role::Affiliate => self.world.affiliate(who).await,
                _ => Value::Null,
            };
            let input = json!({"name": who, "role": format!("{role:?}").to_uppercase(),
                "affiliateId": affiliate});
            let selection = "accessToken { id affiliate { id } }";
            let made = self.world.done("createAccessToken", input, selection).await;
            let token = &made["accessToken"];
            let affiliate = token["affiliate"].get("id");
            let viewer = Viewer {
                token_id: uuid_of(NodeKind::AccessToken, &token["id"]),
                name: who.to_owned(),
                role,
                shop_id: self.world.shop_id,
                affiliate_id: affiliate.map(|id| uuid_of(NodeKind::Affiliate, id)),
            };
            self.people.push((who, viewer));
            if who == "bert" {
                self.ids.push(("bert's token", text(&token["id"])));
            }
        }
    }

    async fn name_rows(&mut self, run: &sync_run::Model) {
        let world = &self.world;
        self.ids.extend([
            ("tea", encode_shop(world.shop_id).to_string()),
            (
                "run",
                encode(NodeKind::SyncRun, world.shop_id, run.id).to_string(),
            ),
            ("anna", text(&world.affiliate("anna").await)),
            ("bert", text(&world.affiliate("bert").await)),
            ("anna's", text(&world.transaction("1").await["id"])),
            ("bert's", text(&world.transaction("2").await["id"])),
            ("moved", text(&world.transaction("7").await["id"])),
        ]);
        let document = "query($id: String!) { orderByExternalId(externalId: $id) { id } }";
        for (name, id) in [
            ("order 1", "1"),
            ("order 2", "2"),
            ("order 3", "3"),
            ("order 4", "4"),
        ] {
            let found = world.ask(document, json!({ "id": id })).await;
            self.ids
                .push((name, text(&found["orderByExternalId"]["id"])));
        }
    }

    /// What somebody is answered, errors and all.
    pub async fn ask(&self, who: &str, document: &str) -> Value {
        let answer = self.execution().execute(self.request(who, document)).await;
        serde_json::to_value(answer).unwrap()
    }

    /// What somebody is told who subscribes.
    pub fn follow(&self, who: &str, document: &str) -> BoxStream<'static, Value> {
        let request = self.request(who, document);
        let events = self.execution().execute_stream(request, None);
        events
            .map(|event| serde_json::to_value(event).unwrap())
            .boxed()
    }

    pub async fn first_event(&self, who: &str, document: &str) -> Value {
        let first = self.follow(who, document).next().await;
        first.expect("a subscription tells something")
    }

    fn execution(&self) -> Execution<impl Executor + use<>> {
        Execution::new((*self.world.app).clone(), schema())
    }

    fn request(&self, who: &str, document: &str) -> Request {
        let ids = self.ids.iter();
        let document = ids.fold(document.to_owned(), |document, (name, id)| {
            document.replace(&format!("<{name}>"), &format!("\"{id}\""))
        });
        assert!(!document.contains('<'), "{document}");
        let request = Request::new(document);
        match self.people.iter().find(|(name, _)| *name == who) {
            Some((_, viewer)) => request.data(viewer.clone()),
            None => request,
        }
    }
}
