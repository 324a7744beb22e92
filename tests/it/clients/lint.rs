//! The contract, as graphql-schema-linter and graphql-eslint would have it. The exceptions stand with their reasons
//! in `tests/clients/eslint.config.mjs`; of graphql-schema-linter's rules all hold.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{client, node, run};
use crate::support::repository;

/// Lints the `schema.graphql` of a folder.
fn linters(folder: &Path) -> [Command; 2] {
    let mut eslint = node("node_modules/.bin/eslint");
    eslint.arg("--config").arg(client("eslint.config.mjs"));
    let mut linters = [eslint, node("node_modules/.bin/graphql-schema-linter")];
    for linter in &mut linters {
        linter.arg("schema.graphql").current_dir(folder);
    }
    linters
}

#[tokio::test]
async fn the_contract_is_as_others_expect_it() {
    for linter in linters(&repository("")) {
        let (is_well, printed) = run(linter).await;
        assert!(is_well, "{printed}");
    }
}

#[tokio::test]
async fn a_contract_that_is_not_is_found_out() {
    let folder = TempDir::new().unwrap();
    let bad = "type Query { Bad: [Row] } type Row { x: Int }";
    fs::write(folder.path().join("schema.graphql"), bad).unwrap();
    let rules = [
        [
            "require-description",
            "naming-convention",
            "relay-page-info",
        ],
        [
            "types-have-descriptions",
            "fields-are-camel-cased",
            "relay-page-info-spec",
        ],
    ];
    for (linter, rules) in linters(folder.path()).into_iter().zip(rules) {
        let (is_well, printed) = run(linter).await;
        assert!(!is_well, "{printed}");
        for rule in rules {
            assert!(printed.contains(rule), "{rule}: {printed}");
        }
    }
}
