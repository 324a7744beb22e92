//! The limits as settings: each is a flag, a variable and a line of the README, and a bad one stops the server.

use std::fs;

use super::Shell;
use crate::support::{TestApp, repository};

/// A setting, and a value that it refuses with these words.
const BAD: [(&str, &str, &str); 14] = [
    ("max-text-bytes", "0", "a whole number, 1 or more"),
    ("max-nesting", "33", "1..=32"),
    ("max-depth", "deep", "a whole number, 1 or more"),
    ("max-cost", "-1", "a whole number, 1 or more"),
    ("max-json-values", "9", "10..=1073741824"),
    ("max-admin-json-values", "many", "invalid digit"),
    ("held-bytes", "1000000", "1048576..=1099511627776"),
    ("rate-capacity", "0", "a whole number, 1 or more"),
    ("rate-refill", "1.5", "a whole number, 1 or more"),
    ("trusted-proxies", "256", "0..=255"),
    ("max-concurrent", "0", "1..=10000"),
    (
        "turn-seconds",
        "0",
        "a number of seconds from 0.001 to 86400",
    ),
    (
        "operation-seconds",
        "never",
        "a number of seconds from 0.001 to 86400",
    ),
    (
        "statement-seconds",
        "30s",
        "a number of seconds from 0.001 to 86400",
    ),
];

fn variable(flag: &str) -> String {
    format!("CASHABLE_{}", flag.replace('-', "_").to_uppercase())
}

#[tokio::test]
async fn a_bad_limit_stops_the_server_by_its_name() {
    let shell = Shell::over(&TestApp::on_sqlite().await);
    for (flag, value, words) in BAD {
        let said = shell.run_with(&[(&variable(flag), value)], "serve");
        assert_eq!(said.code, Some(2), "{flag}: {said:?}");
        assert!(said.err.contains(&format!("--{flag}")), "{}", said.err);
        assert!(said.err.contains(words), "{}", said.err);
        let said = shell.run(&format!("serve --{flag}={value}"));
        assert!(said.err.contains(words), "{}", said.err);
    }
}

#[tokio::test]
async fn each_limit_is_told_in_the_help_and_in_the_readme() {
    let help = Shell::over(&TestApp::on_sqlite().await).done("serve --help");
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let is_limit = |flag: &&str| {
        flag.starts_with("max-") || flag.ends_with("-seconds") || BAD.iter().any(|it| it.0 == *flag)
    };
    let flags = help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"));
    let flags = flags
        .filter_map(|rest| rest.split(' ').next())
        .filter(is_limit);
    let mut told = 0;
    for flag in flags {
        assert!(
            help.contains(&format!("[env: {}=]", variable(flag))),
            "{flag}"
        );
        let line = format!("| `--{flag}` | `{}` |", variable(flag));
        assert!(readme.contains(&line), "the README lacks {line}");
        told += 1;
    }
    assert!(told >= 17, "only {told} were found");
}
