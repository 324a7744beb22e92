//! Two shops, what happened in them, and everybody who can stand before the API.

use async_graphql::{Executor, Request};
use cashable::graphql::{NodeKind, Viewer, encode, encode_shop, schema};
use cashable::http::Execution;
use entity::words::Role;
use entity::{sync_failure, sync_run};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::graphql::admin;
use crate::support::world::{World, new_shop, text, uuid_of};

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
        let (app, stranger) = coffee(app).await;
        let world = World::open(app).await;
        happen(&world).await;
        let run = world.sync().await;
        fail_orders(&world, &run).await;
        override_two(&world).await;
        let mut crowd = Self {
            people: vec![
                ("admin", world.admin.clone()),
                ("stranger", stranger.clone()),
            ],
            ids: Vec::new(),
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

/// Another shop, whose words are those of Tea: the same order ids, the same affiliate's code.
async fn coffee(app: TestApp) -> (TestApp, Viewer) {
    let shop_id = new_shop(&app, "Coffee").await;
    let mut world = World {
        app,
        shop_id,
        admin: admin(shop_id),
    };
    world.admin = world.new_admin("stranger").await;
    world
        .settings(json!({"syncEnabled": true, "commissionRate": "10", "waitDays": 7}))
        .await;
    let mut order = world.old_order("1", "complete");
    order["number"] = json!("C1");
    world.import(json!([order])).await;
    let input = json!({"affiliateId": world.affiliate("anna").await, "name": "Cora"});
    world
        .done("updateAffiliate", input, "affiliate { id }")
        .await;
    world.sync().await;
    (world.app, world.admin)
}

/// Order 1 is anna's, 2 is bert's, in 3 both have a part, 4 to 6 are nobody's, 7 was anna's and is bert's.
async fn happen(world: &World) {
    let order = |id: &str, status: &str, total: &str, affiliate: Value| {
        let mut order = world.old_order(id, status);
        order["number"] = json!(format!("T{id}"));
        order["total"] = json!(total);
        order["affiliateCode"] = affiliate;
        order
    };
    world
        .import(json!([
            order("1", "new", "100.00", json!("anna")),
            order("2", "complete", "200.00", json!("bert")),
            order("3", "complete", "300.00", json!("anna")),
            order("4", "complete", "400.00", Value::Null),
            order("5", "weird", "50.00", Value::Null),
            order("6", "cancelled", "60.00", Value::Null),
            order("7", "new", "70.00", json!("anna")),
        ]))
        .await;
    let changed = json!({"externalId": "1", "nativeStatus": "complete", "refunded": "10.00"});
    world.import(json!([changed])).await;
    for (code, name) in [("anna", "Anna"), ("bert", "Bert")] {
        let input = json!({"affiliateId": world.affiliate(code).await, "name": name});
        world
            .done("updateAffiliate", input, "affiliate { id }")
            .await;
    }
    let third = "{ orderByExternalId(externalId: \"3\") { id } }";
    let third = world.ask(third, json!({})).await["orderByExternalId"]["id"].take();
    let bonus = json!({"affiliateId": world.affiliate("bert").await, "orderId": third,
        "kind": "MANUAL", "amount": "7.00", "currency": "EUR"});
    world.create(bonus).await;
    move_one(world).await;
    let factor = json!({"direction": "INCREASE", "factorPerOrder": "0.05", "limit": 3});
    world.settings(json!({ "orderCountFactor": factor })).await;
}

/// What was said of a commission while it was anna's is not for bert.
async fn move_one(world: &World) {
    let input = json!({"transactionId": world.transaction("7").await["id"], "status": "IN_PROGRESS",
        "reason": "OTHER", "note": "For Anna."});
    let selection = "transaction { id }";
    world
        .done("overrideTransactionStatus", input, selection)
        .await;
    world
        .import(json!([{"externalId": "7", "affiliateCode": "bert"}]))
        .await;
    world.later(1_000);
}

/// Nothing that the program takes in by itself can fail yet.
async fn fail_orders(world: &World, run: &sync_run::Model) {
    let order = "{ orderByExternalId(externalId: \"5\") { id } }";
    let order = world.ask(order, json!({})).await;
    let failure = sync_failure::Model {
        shop_id: run.shop_id,
        run_id: run.id,
        order_id: uuid_of(NodeKind::Order, &order["orderByExternalId"]["id"]),
        source: "api".to_owned(),
        external_id: "5".to_owned(),
        code: "INVALID".to_owned(),
        message: "no total".to_owned(),
    };
    let insert = sync_failure::Entity::insert(failure.into_active_model());
    insert
        .exec_without_returning(world.app.behind_its_back())
        .await
        .unwrap();
}

/// Somebody of the staff cancels a commission of each affiliate, for a reason that is not told to them.
async fn override_two(world: &World) {
    for (order, reason, note) in [
        ("1", "SELF_REFERRAL", "For Anna."),
        ("2", "FRAUD", "For Bert."),
    ] {
        let input = json!({"transactionId": world.transaction(order).await["id"], "status": "CANCELLED",
            "reason": reason, "note": note});
        world
            .done("overrideTransactionStatus", input, "transaction { id }")
            .await;
    }
}
