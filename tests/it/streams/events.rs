//! Server-sent events in the distinct connections mode of graphql-sse.

use axum::body::Body;
use axum::http::{Request, header};
use cashable::http::StreamSettings;
use serde_json::{Value, json};

use super::{CHANGED, Events, Followed, NAME, asking, heard_of_changes};
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(
    whatever_can_be_asked_is_told_as_events,
    what_changes_is_told_as_events,
);

async fn followed(app: TestApp) -> (World, String) {
    let followed = Followed::open(app, StreamSettings::default()).await;
    followed.world.import_complete(1).await;
    followed.world.sync().await;
    (followed.world, followed.bearer)
}

async fn whatever_can_be_asked_is_told_as_events(app: TestApp) {
    let (world, bearer) = followed(app).await;
    let mut events = Events::of(&world.app, asking(&bearer, NAME)).await;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ] {
        assert_eq!(events.headers[name], value);
    }
    assert_eq!(events.status, 200);
    let told = events.all().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["data"], json!({ "viewer": { "name": "Ada" } }));
    let days = "mutation { updateShopSettings(input: { waitDays: 3 }) { shop { settings { waitDays } } } }";
    let answers = Events::of(&world.app, asking(&bearer, days))
        .await
        .all()
        .await;
    let settings = &answers[0]["data"]["updateShopSettings"]["shop"]["settings"];
    assert_eq!((answers.len(), &settings["waitDays"]), (1, &json!(3)));
    // What is not begun has no data, and what is begun has.
    for (query, data) in [
        ("{", None),
        ("{ nothing }", None),
        ("subscription { nothing }", None),
        (
            "{ syncRun(id: \"x\") { id } }",
            Some(json!({ "syncRun": null })),
        ),
        (
            "subscription { syncProgress(runId: \"x\") { id } }",
            Some(Value::Null),
        ),
    ] {
        let answers = Events::of(&world.app, asking(&bearer, query))
            .await
            .all()
            .await;
        assert_eq!(answers.len(), 1, "{query}");
        assert_eq!(answers[0].get("data"), data.as_ref(), "{query}");
        let error = &answers[0]["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{query}");
    }
}

async fn what_changes_is_told_as_events(app: TestApp) {
    let (world, bearer) = followed(app).await;
    let mut events = Events::of(&world.app, asking(&bearer, CHANGED)).await;
    let transaction = world.transaction("1").await;
    let first = heard_of_changes(&world, "1", events.answer()).await;
    assert_eq!(first["data"]["transactionChanged"]["id"], transaction["id"]);
    world.set(&transaction, "CANCELLED").await;
    while events.answer().await["data"]["transactionChanged"]["status"] != "CANCELLED" {}
}

async fn get(world: &World, bearer: &str, query: &str) -> Events {
    let request = Request::get(format!("/graphql?query={query}"))
        .header(header::AUTHORIZATION, bearer)
        .header(header::ACCEPT, "text/event-stream");
    Events::of(&world.app, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_link_may_follow_and_changes_nothing() {
    let (world, bearer) = followed(TestApp::on_sqlite().await).await;
    let answers = get(&world, &bearer, "{viewer{name}}").await.all().await;
    assert_eq!(answers[0]["data"]["viewer"]["name"], "Ada");
    let following = get(&world, &bearer, "subscription{transactionChanged{id}}").await;
    assert_eq!(following.status, 200);
    let change = get(&world, &bearer, "mutation{triggerSync{alreadyRunning}}").await;
    assert_eq!(change.headers[header::ALLOW], "POST");
    assert_eq!(change.status, 405);
    let refusal = change.refusal().await;
    assert_eq!(refusal["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_as_elsewhere() {
    let (world, bearer) = followed(TestApp::on_sqlite().await).await;
    let changed = |name: header::HeaderName, value: &'static str| {
        let mut request = asking(&bearer, NAME);
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    let with_body = |body: &'static str| {
        let mut request = asking(&bearer, NAME);
        *request.body_mut() = body.into();
        request
    };
    let mut put = asking(&bearer, NAME);
    *put.method_mut() = "PUT".parse().unwrap();
    for (request, status) in [
        (changed(header::AUTHORIZATION, "Bearer cashable_x"), 401),
        (changed(header::CONTENT_TYPE, "text/plain"), 415),
        (
            changed(header::CONTENT_TYPE, "multipart/form-data; boundary=x"),
            415,
        ),
        (with_body("{"), 400),
        (with_body("[{\"query\":\"{viewer{name}}\"}]"), 400),
        (with_body("{}"), 400),
        (put, 405),
    ] {
        let events = Events::of(&world.app, request).await;
        assert_eq!(events.status, status);
        assert_eq!(
            events.headers[header::CONTENT_TYPE],
            "application/json; charset=utf-8"
        );
        assert_eq!(events.headers[header::CACHE_CONTROL], "no-store");
        assert!(events.refusal().await["errors"][0]["message"].is_string());
    }
}
