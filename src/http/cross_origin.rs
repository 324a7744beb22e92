//! What web pages of other hosts may do: those that are listed may ask `/graphql`, with a token that they
//! bring themselves. Browsers send nothing of ours along, for there are no cookies.

use std::time::Duration;

use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use tower_http::cors::CorsLayer;

use super::origin::Origins;
use super::request_log::REQUEST_ID;

/// How long a browser need not ask again whether it may.
const MAX_AGE: Duration = Duration::from_hours(1);
/// By which callers make us a part of their traces.
const TRACE: HeaderName = HeaderName::from_static("traceparent");

/// Tells browsers what pages of these origins may do; they need not ask where there are none.
pub fn layer(origins: &Origins) -> Option<CorsLayer> {
    if origins.allowed_origins.is_empty() {
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(origins.allowed_origins.clone())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID, TRACE])
        .expose_headers([RETRY_AFTER, REQUEST_ID])
        .max_age(MAX_AGE);
    Some(layer)
}
