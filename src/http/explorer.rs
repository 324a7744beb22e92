//! A page to ask from, at `/`. It is all here and needs no internet; what it loads comes from this server, and
//! it runs no script but its own.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Nothing inline: a value that finds its way into the page stays text.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("explorer.html");
const STYLE: &str = include_str!("explorer.css");
const SCRIPT: &str = include_str!("explorer.js");

/// The page and the two files that it loads.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(async || file("text/html; charset=utf-8", PAGE)))
        .route(
            "/explorer.css",
            get(async || file("text/css; charset=utf-8", STYLE)),
        )
        .route(
            "/explorer.js",
            get(async || file("text/javascript; charset=utf-8", SCRIPT)),
        )
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        // Another version of the program may have another page.
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
