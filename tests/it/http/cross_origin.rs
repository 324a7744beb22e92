//! What web pages of other hosts are let do, which browsers ask before and look for after.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use cashable::app::App;
use cashable::http::{Origins, Settings, router};
use tower::ServiceExt;

use super::{admin, post};
use crate::support::TestApp;

const LISTED: &str = "https://shop.example";

async fn send(app: &App, is_any_listed: bool, request: Request<Body>) -> (StatusCode, HeaderMap) {
    let allowed_origins = is_any_listed.then(|| LISTED.parse().unwrap());
    let settings = Settings {
        origins: Origins {
            allowed_origins: Vec::from_iter(allowed_origins),
        },
        ..Settings::default()
    };
    let answer = router(app.clone(), &settings)
        .oneshot(request)
        .await
        .unwrap();
    (answer.status(), answer.headers().clone())
}

fn preflight(path: &str, origin: &str) -> Request<Body> {
    let request = Request::options(path)
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type",
        );
    request.body(Body::empty()).unwrap()
}

fn told<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn pages_that_are_listed_may_ask() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let (status, headers) = send(&app, true, preflight("/graphql", LISTED)).await;
    assert_eq!(status, StatusCode::OK);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, LISTED),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET,POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization,content-type,x-request-id,traceparent",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "3600"),
    ] {
        assert_eq!(told(&headers, &name), Some(value), "{name}");
    }
    let mut asked = post(&bearer, r#"{"query": "{ viewer { name } }"}"#);
    asked
        .headers_mut()
        .insert(header::ORIGIN, LISTED.parse().unwrap());
    let (status, headers) = send(&app, true, asked).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        told(&headers, &header::ACCESS_CONTROL_ALLOW_ORIGIN),
        Some(LISTED)
    );
    let exposed = told(&headers, &header::ACCESS_CONTROL_EXPOSE_HEADERS);
    assert_eq!(exposed, Some("retry-after,x-request-id"));
    assert!(told(&headers, &header::VARY).unwrap().contains("Origin"));
    assert_eq!(
        told(&headers, &header::ACCESS_CONTROL_ALLOW_CREDENTIALS),
        None
    );
}

#[tokio::test]
async fn nobody_else_is_told_that_they_may() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    for (is_any_listed, path, origin) in [
        (true, "/graphql", "https://evil.example"),
        (true, "/graphql", "null"),
        (false, "/graphql", LISTED),
        (true, "/ready", LISTED),
        (true, "/", LISTED),
    ] {
        let (_, headers) = send(&app, is_any_listed, preflight(path, origin)).await;
        let allowed = told(&headers, &header::ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(allowed, None, "{path} {origin}");
    }
    let mut asked = post(&bearer, r#"{"query": "{ viewer { name } }"}"#);
    asked
        .headers_mut()
        .insert(header::ORIGIN, LISTED.parse().unwrap());
    let (_, headers) = send(&app, false, asked).await;
    assert_eq!(told(&headers, &header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
    assert!(told(&headers, &header::VARY).unwrap().contains("Origin"));
}
