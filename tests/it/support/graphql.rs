//! The schema in-process: asks as HTTP does once it has the viewer of a token.

use async_graphql::{Executor, Request, Variables};
use cashable::app::App;
use cashable::graphql::{Viewer, schema};
use cashable::http::{Limited, Settings};
use entity::words::Role;
use serde_json::Value;
use uuid::Uuid;

/// Asks as this viewer; the answer is what goes over the wire, errors and all.
pub async fn ask(app: &App, viewer: &Viewer, document: &str, variables: Value) -> Value {
    let request = Request::new(document)
        .variables(Variables::from_json(variables))
        .data(viewer.clone());
    let execution = Limited::new(app.clone(), schema(), &Settings::default());
    serde_json::to_value(execution.execute(request).await).unwrap()
}

/// The data of an answer that must have no errors.
pub async fn data(app: &App, viewer: &Viewer, document: &str, variables: Value) -> Value {
    let answer = ask(app, viewer, document, variables).await;
    assert_eq!(answer.get("errors"), None, "{document}");
    answer["data"].clone()
}

/// The code and the message of the only error of an answer.
pub async fn refusal(
    app: &App,
    viewer: &Viewer,
    document: &str,
    variables: Value,
) -> (String, String) {
    let answer = ask(app, viewer, document, variables).await;
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    assert_eq!(errors.len(), 1, "{document}: {answer}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (
        text(&errors[0]["extensions"]["code"]),
        text(&errors[0]["message"]),
    )
}

/// An admin of a shop.
pub fn admin(shop_id: i64) -> Viewer {
    viewer(shop_id, Role::Admin, None)
}

/// An analyst of a shop.
pub fn analyst(shop_id: i64) -> Viewer {
    viewer(shop_id, Role::Analyst, None)
}

/// An affiliate of a shop.
pub fn affiliate(shop_id: i64, id: Uuid) -> Viewer {
    viewer(shop_id, Role::Affiliate, Some(id))
}

fn viewer(shop_id: i64, role: Role, affiliate_id: Option<Uuid>) -> Viewer {
    Viewer {
        token_id: Uuid::from_u128(1),
        name: format!("{role:?}"),
        role,
        shop_id,
        affiliate_id,
    }
}
