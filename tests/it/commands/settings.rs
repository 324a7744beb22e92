//! Where the program starts and where it does not: schema, migrations and settings.

use super::Shell;
use crate::support::{TestApp, on_both};

on_both!(
    migrations_go_down_and_up_and_say_where_they_stand,
    every_setting_is_a_flag_too,
);

async fn migrations_go_down_and_up_and_say_where_they_stand(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let applied = shell.done("migrate status");
    assert!(
        applied.lines().all(|line| line.starts_with("applied ")),
        "{applied}"
    );
    let steps = applied.lines().count();
    let pending = shell.done(&format!("migrate down --steps {steps}"));
    assert_eq!(pending, applied.replace("applied", "pending"));
    assert_eq!(shell.done("migrate status"), pending);
    for arguments in ["shop list", "serve", "check", "sync --shop Tea"] {
        let error = shell.refused(arguments);
        assert!(error.contains("run `cashable migrate up`"), "{error}");
    }
    assert_eq!(shell.done("migrate up"), applied);
    assert_eq!(shell.done("migrate up"), applied);
    assert_eq!(shell.done("shop list"), "");
    shell.done("migrate down");
    assert_eq!(shell.done("shop list --migrate"), "");
}

async fn every_setting_is_a_flag_too(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let url = app.url();
    let elsewhere = [("CASHABLE_DATABASE_URL", "sqlite:///nowhere/at/all.db")];
    let arguments = format!("shop list --database-url {url} --log-format json --log warn");
    let said = shell.run_with(&elsewhere, &arguments);
    assert_eq!(said.out, shell.done("shop list"));
    let said = shell.run_with(&elsewhere, "shop list");
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(
        said.err
            .contains("--database-url: the database cannot be opened"),
        "{}",
        said.err
    );
}

/// Variables with what cannot be, and what is said of them.
const BAD: [(&str, &str, [&str; 2]); 16] = [
    (
        "CASHABLE_LISTEN",
        "localhost",
        ["--listen", "such as 127.0.0.1:4000"],
    ),
    (
        "CASHABLE_LISTEN",
        "127.0.0.1:99999",
        ["--listen", "such as 127.0.0.1:4000"],
    ),
    (
        "CASHABLE_LISTEN",
        "192.0.2.1:4000",
        ["--listen", "cannot listen on 192.0.2.1:4000"],
    ),
    (
        "CASHABLE_DATABASE_URL",
        "mysql://h/x",
        ["--database-url", "sqlite:// or postgres://"],
    ),
    (
        "CASHABLE_DATABASE_URL",
        "",
        ["--database-url", "sqlite:// or postgres://"],
    ),
    ("CASHABLE_LOG_FORMAT", "xml", ["--log-format", "text, json"]),
    ("CASHABLE_LOG", "=[", ["--log", "such as info"]),
    (
        "CASHABLE_ALLOWED_ORIGINS",
        "https://a.example,b.example",
        ["--allowed-origin", "such as https://shop.example"],
    ),
    ("CASHABLE_STREAMS", "0", ["--streams", "is not in 1..="]),
    (
        "CASHABLE_STREAMS_EACH",
        "many",
        ["--streams-each", "invalid digit"],
    ),
    (
        "CASHABLE_STREAM_LIFETIME",
        "0",
        ["--stream-lifetime", "seconds above 0"],
    ),
    (
        "CASHABLE_TOKEN_RECHECK",
        "soon",
        ["--token-recheck", "seconds above 0"],
    ),
    (
        "CASHABLE_SOCKET_INIT_TIMEOUT",
        "-1",
        ["--socket-init-timeout", "seconds above 0"],
    ),
    (
        "CASHABLE_SOCKET_OPERATIONS",
        "0",
        ["--socket-operations", "is not in 1..="],
    ),
    (
        "CASHABLE_SOCKET_MESSAGE_SIZE",
        "0",
        ["--socket-message-size", "is not in 1..="],
    ),
    ("CASHABLE_MIGRATE", "perhaps", ["--migrate", "true, false"]),
];

#[tokio::test]
async fn a_bad_setting_stops_the_program_by_its_name() {
    let app = TestApp::on_sqlite().await;
    let shell = Shell::over(&app);
    for (name, value, parts) in BAD {
        let said = shell.run_with(&[(name, value)], "serve");
        assert!(matches!(said.code, Some(1 | 2)), "{name}: {said:?}");
        for part in parts {
            assert!(said.err.contains(part), "{name}={value}: {}", said.err);
        }
        assert_eq!(said.out, "");
    }
    let said = shell.run("serve --listen nowhere");
    assert!(said.err.contains("--listen"), "{}", said.err);
}

#[tokio::test]
async fn the_schema_is_printed_and_nothing_else() {
    let shell = Shell::over(&TestApp::on_sqlite().await);
    assert_eq!(shell.done("schema"), cashable::graphql::sdl());
}
