//! The page to ask from: it stands alone, and runs nothing that this server did not send.

use axum::body::Body;
use axum::http::{Request, header};

use super::send;
use crate::support::TestApp;

#[tokio::test]
async fn the_page_runs_no_script_but_its_own() {
    let app = TestApp::on_sqlite().await;
    for path in ["/", "/explorer.js", "/explorer.css"] {
        let answer = send(&app, Request::get(path).body(Body::empty()).unwrap()).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for forbidden in [
            "://",
            "<script>",
            "<style",
            "style=",
            "onclick",
            "innerHTML",
        ] {
            assert!(!answer.text.contains(forbidden), "{path} has {forbidden}");
        }
    }
}
