//! What is understood over HTTP, and with which status the rest is refused.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use cashable::app::App;
use entity::affiliate;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{Answer, admin, post, send};
use crate::support::{TestApp, on_both};

const GRAPHQL: &str = "application/graphql-response+json";

async fn shop() -> (TestApp, String) {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    (app, bearer)
}

async fn get(app: &App, bearer: &str, parameters: &str) -> Answer {
    let asked = Request::get(format!("/graphql?{parameters}"));
    let asked = asked.header(header::AUTHORIZATION, bearer);
    send(app, asked.body(Body::empty()).unwrap()).await
}

async fn post_as(app: &App, bearer: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let mut request = post(bearer, body);
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, kind.parse().unwrap());
    send(app, request).await
}

async fn post_for(app: &App, bearer: &str, accept: &str, query: &str) -> Answer {
    let mut request = post(bearer, serde_json::json!({ "query": query }).to_string());
    request
        .headers_mut()
        .insert(header::ACCEPT, accept.parse().unwrap());
    send(app, request).await
}

on_both!(no_other_way_of_asking_changes_anything);

async fn no_other_way_of_asking_changes_anything(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let change = r#"{"query":"mutation { createAffiliate(input: { code: \"eve\" }) { affiliate { id } } }"}"#;
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{change}\r\n--x--\r\n"
    );
    let address = "query=mutation{createAffiliate(input:{code:%22eve%22}){affiliate{id}}}";
    let answers = [
        get(&app, &bearer, address).await,
        post_as(&app, &bearer, "text/plain", change).await,
        post_as(&app, &bearer, "multipart/form-data; boundary=x", form).await,
        post_as(&app, &bearer, "application/x-www-form-urlencoded", address).await,
        send(&app, post(&bearer, format!("[{change}]"))).await,
        send(
            &app,
            post(&bearer, format!("[{}]", vec![change; 10_000].join(","))),
        )
        .await,
    ];
    for answer in answers {
        assert!(answer.status.is_client_error(), "{}", answer.text);
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
    let affiliates = affiliate::Entity::find();
    assert_eq!(affiliates.count(app.behind_its_back()).await.unwrap(), 0);
    send(&app, post(&bearer, change)).await;
    let affiliates = affiliate::Entity::find();
    assert_eq!(affiliates.count(app.behind_its_back()).await.unwrap(), 1);
}

#[tokio::test]
async fn queries_may_be_asked_by_address() {
    let (app, bearer) = shop().await;
    let query = "query=query%20A($no:Boolean!){viewer{name@skip(if:$no)%20role}}";
    let answer = get(
        &app,
        &bearer,
        &format!("{query}&operationName=A&variables={{%22no%22:false}}"),
    )
    .await;
    assert_eq!(answer.json()["data"]["viewer"]["name"], "Ada");
    let unnamed = get(&app, &bearer, "query={viewer{name}}&operationName=").await;
    assert_eq!(unnamed.json()["data"]["viewer"]["name"], "Ada");
    for wrong in [
        "",
        "variables={}",
        "query={a}&variables=1",
        "query={a}&variables={",
    ] {
        let answer = get(&app, &bearer, wrong).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "BAD_USER_INPUT".into()),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_link_changes_nothing() {
    let (app, bearer) = shop().await;
    let named = "query=query%20A{viewer{name}}mutation%20B{triggerSync{alreadyRunning}}";
    for change in [
        "query=mutation{triggerSync{alreadyRunning}}",
        "query=subscription{transactionChanged{id}}",
        &format!("{named}&operationName=B"),
    ] {
        let answer = get(&app, &bearer, change).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{change}");
        assert_eq!(answer.header(header::ALLOW), "POST");
    }
    let query = get(&app, &bearer, &format!("{named}&operationName=A")).await;
    assert_eq!(query.status, StatusCode::OK);
    // Whichever of two would run is not said, so neither does.
    assert!(get(&app, &bearer, named).await.json()["data"].is_null());
}

#[tokio::test]
async fn other_methods_are_told_which_ones_there_are() {
    let (app, bearer) = shop().await;
    let asked = Request::put("/graphql").header(header::AUTHORIZATION, bearer);
    let answer = send(&app, asked.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header(header::ALLOW), "GET, POST");
}

#[tokio::test]
async fn a_body_is_json_and_nothing_else() {
    let (app, bearer) = shop().await;
    let body = r#"{"query":"{ viewer { name } }","variables":null,"extensions":null,"more":1}"#;
    for kind in ["application/json", "Application/JSON; charset=UTF-8"] {
        assert_eq!(
            post_as(&app, &bearer, kind, body).await.json()["data"]["viewer"]["name"],
            "Ada"
        );
    }
    for kind in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/jsonx",
    ] {
        let answer = post_as(&app, &bearer, kind, body).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let (app, bearer) = shop().await;
    for body in [
        "",
        "{",
        "[]",
        r#"[{"query":"{a}"}]"#,
        r#"["{ viewer { name } }"]"#,
        "{}",
        r#"{"query":1}"#,
        r#"{"query":"{a}","variables":[]}"#,
        r#"{"query":"{a}","operationName":1}"#,
    ] {
        let answer = send(&app, post(&bearer, body)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "BAD_USER_INPUT".into()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn the_status_says_whether_it_was_begun_where_that_is_asked_for() {
    let (app, bearer) = shop().await;
    let answer = post_for(&app, &bearer, GRAPHQL, "{ viewer { name } }").await;
    let kind = format!("{GRAPHQL}; charset=utf-8");
    assert_eq!(
        (answer.status, answer.header(header::CONTENT_TYPE)),
        (StatusCode::OK, &*kind)
    );
    for wrong in [
        "{",
        "{ nothing }",
        "query A { viewer { name } } query B { viewer { name } }",
    ] {
        let answer = post_for(&app, &bearer, GRAPHQL, wrong).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "BAD_USER_INPUT".into()),
            "{wrong}"
        );
        assert_eq!(answer.json().get("data"), None);
        let answer = post_for(&app, &bearer, "*/*", wrong).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.header(header::CONTENT_TYPE),
            "application/json; charset=utf-8"
        );
    }
}

#[tokio::test]
async fn a_type_that_there_is_not_is_refused() {
    let (app, bearer) = shop().await;
    for accept in [
        "text/html",
        "application/json;q=0",
        "text/event-stream;q=0, image/*",
    ] {
        let answer = post_for(&app, &bearer, accept, "{ viewer { name } }").await;
        assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{accept}");
        assert_eq!(answer.code(), "BAD_USER_INPUT");
        let json = "application/json; charset=utf-8";
        assert_eq!(answer.header(header::CONTENT_TYPE), json);
        assert_eq!(answer.header(header::VARY), "Accept, Authorization, Origin");
    }
}
