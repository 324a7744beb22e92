//! What may be set of the server, and what it says of settings that cannot be.

use serde_json::json;

use super::Shell;
use crate::support::TestApp;

/// What is said of a server that must not start.
fn refused(shell: &Shell, settings: &[(&str, &str)]) -> String {
    let said = shell.run_with(settings, "serve --listen 127.0.0.1:0");
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    said.err
}

#[tokio::test]
async fn documents_that_cannot_be_kept_stop_the_server() {
    let shell = Shell::over(&TestApp::on_sqlite().await);
    let name = "{ viewer { name } }";
    for (documents, words) in [
        ("{".to_owned(), "a JSON object of ids and documents"),
        (
            json!({ "a": "{ nothing }" }).to_string(),
            "the document \"a\" is not valid",
        ),
        (
            json!({ "sha256:0": name }).to_string(),
            "the id \"sha256:0\" is not the hash",
        ),
    ] {
        let path = shell.write("documents.json", documents);
        let path = path.to_str().unwrap();
        let error = refused(&shell, &[("CASHABLE_PERSISTED_DOCUMENTS", path)]);
        assert!(error.contains("--persisted-documents"), "{error}");
        assert!(error.contains(words), "{error}");
    }
    let error = refused(&shell, &[("CASHABLE_PERSISTED_DOCUMENTS", "nowhere.json")]);
    assert!(error.contains("--persisted-documents"), "{error}");
    assert!(error.contains("it cannot be read"), "{error}");
    let error = refused(&shell, &[("CASHABLE_PERSISTED_DOCUMENTS_ONLY", "true")]);
    assert!(error.contains("--persisted-documents <FILE>"), "{error}");
}

#[tokio::test]
async fn no_body_is_shorter_than_a_question_or_longer_than_memory() {
    let shell = Shell::over(&TestApp::on_sqlite().await);
    for (name, flag) in [
        ("CASHABLE_MAX_BODY_BYTES", "--max-body-bytes"),
        ("CASHABLE_MAX_ADMIN_BODY_BYTES", "--max-admin-body-bytes"),
    ] {
        for wrong in ["1023", "1073741825", "-1", "1 MiB"] {
            let error = refused(&shell, &[(name, wrong)]);
            assert!(error.contains(flag), "{error}");
        }
        let error = refused(&shell, &[(name, "1023")]);
        assert!(error.contains("1024..=1073741824"), "{error}");
    }
}
