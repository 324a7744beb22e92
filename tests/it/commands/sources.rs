//! Platforms connected, listed, tried and forgotten, and no secret told on the way.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::http::{StatusCode, Uri};
use cashable::clock::Clock;
use cashable::graphql::{NodeKind, encode};
use entity::order_source;
use sea_orm::EntityTrait;
use tokio::task::spawn_blocking;

use super::{Said, Shell};
use crate::sources::listening::Listening;
use crate::sources::server::Platform;
use crate::sources::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    a_source_is_added_listed_changed_and_forgotten,
    a_secret_never_stands_in_a_command,
    a_source_that_cannot_be_is_refused,
    a_platform_is_tried,
    what_a_platform_echoes_is_logged_without_secrets,
    a_source_is_told_how_to_send_what_it_can,
    what_a_sources_words_mean_is_listed,
    a_name_that_stands_for_another_origin_is_refused,
);

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ADD: &str =
    "source add --shop Tea --kind woocommerce --address https://shop.example --account ck_1";

async fn sources(app: &TestApp) -> Vec<order_source::Model> {
    let rows = order_source::Entity::find().all(app.behind_its_back());
    rows.await.unwrap()
}

impl Shell {
    /// Runs a command that must succeed with a secret in its environment.
    fn with_secret(&self, arguments: &str) -> String {
        let said = self.run_with(&[("SHOP_SECRET", "cs_1")], arguments);
        assert_eq!(said.code, Some(0), "{arguments}: {said:?}");
        assert!(!format!("{said:?}").contains("cs_1"), "{said:?}");
        said.out
    }

    /// Runs a command that is piped these lines, with a key to seal secrets with.
    fn piped(&self, lines: &str, arguments: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cashable"));
        command
            .args(arguments.split(' '))
            .env_clear()
            .env("CASHABLE_DATABASE_URL", &self.url)
            .env("CASHABLE_SECRET_KEY", KEY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        let mut input = running.stdin.take().unwrap();
        input.write_all(lines.as_bytes()).unwrap();
        drop(input);
        let output = running.wait_with_output().unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

async fn a_source_is_added_listed_changed_and_forgotten(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let added = shell.with_secret(&format!("{ADD} --secret env:SHOP_SECRET"));
    for part in [
        "woocommerce",
        "https://shop.example",
        "ck_1",
        "secret          set",
        "never",
    ] {
        assert!(added.contains(part), "{part}: {added}");
    }
    assert_eq!(shell.done("source list --shop Tea"), added);
    let row = sources(&app).await.swap_remove(0);
    assert_eq!(row.secret.as_deref(), Some("env:SHOP_SECRET"));
    let set =
        "source set --shop Tea woocommerce --enabled off --settings {\"affiliate_coupon\":true}";
    assert!(shell.with_secret(set).contains("woocommerce  off"));
    let row = sources(&app).await.swap_remove(0);
    assert_eq!(
        (row.enabled, row.address.as_str()),
        (false, "https://shop.example")
    );
    assert_eq!(row.settings["affiliate_coupon"], true);
    assert_eq!(shell.done("source remove --shop Tea woocommerce"), "");
    assert_eq!(shell.done("source list --shop Tea"), "");
    assert_eq!(sources(&app).await, []);
}

async fn a_secret_never_stands_in_a_command(app: TestApp) {
    let shell = Shell::with_shop(&app);
    for flag in ["--secret", "--hook-secret"] {
        let said = shell.run(&format!("{ADD} {flag} cs_1"));
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains("env:NAME"), "{}", said.err);
    }
    assert_eq!(sources(&app).await, []);
    let said = shell.piped(
        "cs_1\nwhsecret\n",
        &format!("{ADD} --secret - --hook-secret -"),
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    let row = sources(&app).await.swap_remove(0);
    for (kept, secret) in [(&row.secret, "cs_1"), (&row.hook_secret, "whsecret")] {
        let kept = kept.as_deref().unwrap();
        assert!(
            kept.starts_with("sealed:") && !kept.contains(secret),
            "{kept}"
        );
        assert!(!format!("{said:?}").contains(secret), "{said:?}");
    }
    // The one before it holds as well, until that is no longer wanted.
    let said = shell.piped(
        "other\n",
        "source set --shop Tea woocommerce --hook-secret -",
    );
    assert!(said.out.contains("and the one before it"), "{said:?}");
    let rotated = sources(&app).await.swap_remove(0);
    assert_eq!(rotated.old_hook_secret, row.hook_secret);
    let said = shell.piped(
        "",
        "source set --shop Tea woocommerce --drop-old-hook-secret",
    );
    assert!(said.out.contains("webhook secret  set\n"), "{said:?}");
    assert_eq!(sources(&app).await[0].old_hook_secret, None);
    assert_eq!(sources(&app).await[0].hook_secret, rotated.hook_secret);
}

async fn a_source_that_cannot_be_is_refused(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let run = |arguments: &str| shell.run_with(&[("SHOP_SECRET", "cs_1")], arguments);
    let add = "source add --shop Tea --kind";
    for (arguments, part) in [
        (format!("{add} nope"), "no platform \"nope\"; there are: "),
        (format!("{add} woocommerce"), "the address does not do"),
        (
            format!(
                "{add} woocommerce --address http://shop.example --account ck --secret env:SHOP_SECRET"
            ),
            "must begin with https://",
        ),
        (
            format!(
                "{add} woocommerce --address https://10.0.0.1 --account ck --secret env:SHOP_SECRET"
            ),
            "private network",
        ),
        (
            format!("{ADD} --secret env:NOT_SET"),
            "no variable \"NOT_SET\"",
        ),
        (ADD.to_owned(), "WooCommerce needs its consumer secret"),
        (
            format!("{ADD} --secret env:SHOP_SECRET --settings {{\"x\":1}}"),
            "unknown field `x`",
        ),
        (
            "source test --shop Tea nope".to_owned(),
            "Tea has no source named nope",
        ),
        (
            "source list --shop Coffee".to_owned(),
            "no shop named Coffee",
        ),
    ] {
        let said = run(&arguments);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.err.contains(part), "{arguments}: {}", said.err);
    }
    let said = run(&format!("{ADD} --secret env:SHOP_SECRET --settings 1"));
    assert!(said.err.contains("a JSON object"), "{}", said.err);
    // Nobody learns a secret by having it sent elsewhere.
    shell.with_secret(&format!("{ADD} --secret env:SHOP_SECRET"));
    let moved = run("source set --shop Tea woocommerce --address https://other.example");
    assert!(moved.err.contains("say it again"), "{}", moved.err);
    let said = run(&format!("{ADD} --secret env:SHOP_SECRET"));
    assert!(
        said.err.contains("a source named woocommerce already"),
        "{}",
        said.err
    );
}

async fn a_platform_is_tried(app: TestApp) {
    let shell = Arc::new(Shell::with_shop(&app));
    let platform = Platform::<WooCommerce>::open().await;
    platform.with(|shop| shop.now = Clock::Machine.now());
    let run = async |secret: &'static str, arguments: String| {
        let shell = Arc::clone(&shell);
        let said = spawn_blocking(move || {
            let settings = [
                ("SHOP_SECRET", secret),
                ("CASHABLE_ALLOW_PRIVATE_SOURCES", "true"),
            ];
            shell.run_with(&settings, &arguments)
        });
        said.await.unwrap()
    };
    let add = format!(
        "source add --shop Tea --kind woocommerce --name tea --account ck_1 --secret env:SHOP_SECRET --address {}",
        platform.address
    );
    assert_eq!(run("cs_1", add).await.code, Some(0));
    let test = "source test --shop Tea tea".to_owned();
    let said = run("cs_1", test.clone()).await;
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "orders can be read\n"),
        "{said:?}"
    );
    let said = run("wrong", test).await;
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(said.err.starts_with("error: credentials: "), "{said:?}");
}

async fn what_a_platform_echoes_is_logged_without_secrets(app: TestApp) {
    let shell = Arc::new(Shell::with_shop(&app));
    let echo = |uri: Uri| async move {
        let to = format!("https://www.shop.example{uri}");
        (StatusCode::MOVED_PERMANENTLY, [("location", to)])
    };
    let listening = Listening::with(echo).await;
    let run = async |arguments: String| {
        let shell = Arc::clone(&shell);
        let said = spawn_blocking(move || {
            let settings = [
                ("SHOP_SECRET", "cs_very_secret"),
                ("CASHABLE_ALLOW_PRIVATE_SOURCES", "true"),
                ("CASHABLE_LOG", "debug"),
            ];
            shell.run_with(&settings, &arguments)
        });
        said.await.unwrap()
    };
    let add = format!(
        "source add --shop Tea --kind woocommerce --account ck_public --secret env:SHOP_SECRET \
         --settings {{\"credentials_in_query\":true}} --address {}",
        listening.address
    );
    assert_eq!(run(add).await.code, Some(0));
    let said = run("source test --shop Tea woocommerce".to_owned()).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    for part in [
        "asked a platform",
        "leads on to https://www.shop.example/wp-json/wc/v3/orders",
    ] {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
    for secret in ["cs_very_secret", "ck_public", "consumer_"] {
        assert!(!said.err.contains(secret), "{}", said.err);
    }
}

async fn a_source_is_told_how_to_send_what_it_can(app: TestApp) {
    let shell = Shell::with_shop(&app);
    // Nothing that is sent would be taken yet.
    let added = shell.with_secret(&format!("{ADD} --secret env:SHOP_SECRET"));
    assert!(!added.contains("/hooks/"), "{added}");
    assert!(
        added.contains("none is taken until there is a webhook secret: --hook-secret"),
        "{added}"
    );
    let set = "source set --shop Tea woocommerce --hook-secret env:SHOP_SECRET";
    let set = shell.with_secret(set);
    let row = sources(&app).await.swap_remove(0);
    let id = encode(NodeKind::OrderSource, row.shop_id, row.id).to_string();
    for part in [
        format!("webhooks        /hooks/{id}\n"),
        "Settings → Advanced → Webhooks".to_owned(),
        "Order updated".to_owned(),
        format!("feeds           /hooks/feed/{id}\n"),
    ] {
        assert!(set.contains(&part), "{part}: {set}");
    }
    assert_eq!(shell.done("source list --shop Tea"), set);
    let asked = "--address https://shop.example --account a --secret env:SHOP_SECRET";
    for (kind, access, part, not) in [
        ("shopware6", asked, "manifest", "/sync/orders"),
        (
            "cscart",
            asked,
            "feeds           /hooks/feed/",
            "webhooks  ",
        ),
        (
            "rees46",
            "--name tea",
            "pushes          /sync/orders/",
            "webhooks  ",
        ),
    ] {
        let add =
            format!("source add --shop Tea --kind {kind} {access} --hook-secret env:SHOP_SECRET");
        let added = shell.with_secret(&add);
        assert!(added.contains(part), "{kind}: {added}");
        assert!(!added.contains(not), "{kind}: {added}");
    }
}

async fn what_a_sources_words_mean_is_listed(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let add = format!("{ADD} --secret env:SHOP_SECRET --settings {{\"affiliate_coupon\":true}}");
    let added = shell.with_secret(&add);
    for part in [
        "settings        {\"affiliate_coupon\":true}\n",
        "statuses\n",
        "    cancelled       CANCELLED:CUSTOMER\n",
        "    on-hold         NEW\n",
    ] {
        assert!(added.contains(part), "{part}: {added}");
    }
    assert!(!added.contains("unmapped"), "{added}");
    shell.write(
        "orders.csv",
        "external_id,native_status,placed_at,total\n\
         1,wc shipped,2026-11-01T10:00:00Z,10\n\
         2,wc shipped,2026-11-01T10:00:00Z,10\n\
         3,lost,2026-11-01T10:00:00Z,10\n",
    );
    let import = "import orders orders.csv --shop Tea --source woocommerce";
    let said = shell.run(import);
    assert_eq!(said.code, Some(0), "{said:?}");
    shell.done("shop map --name Tea --source woocommerce On-Hold=IN_PROGRESS");
    let listed = shell.done("source list --shop Tea");
    for part in [
        "    On-Hold         IN_PROGRESS, as the shop says\n",
        "unmapped        2 words of 3 orders, which count as NEW until they are given a meaning:\n",
        "    wc shipped      2 orders\n",
        "    lost            1 orders\n",
        "    cashable shop map --name Tea --source woocommerce 'wc shipped=…' lost=…\n",
    ] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    assert!(!listed.contains("    on-hold "), "{listed}");
    shell.done("shop map --name Tea --source woocommerce lost=CANCELLED:FAKE");
    let listed = shell.done("source list --shop Tea");
    assert!(
        listed.contains("unmapped        1 words of 2 orders"),
        "{listed}"
    );
}

/// Its orders would be taken for those that the API or a file brought.
async fn a_name_that_stands_for_another_origin_is_refused(app: TestApp) {
    let shell = Shell::with_shop(&app);
    for name in ["api", "file", "API"] {
        let add = format!("{ADD} --secret env:SHOP_SECRET --name {name}");
        let said = shell.run_with(&[("SHOP_SECRET", "cs_1")], &add);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.err.contains("must not be called"), "{said:?}");
    }
    assert_eq!(sources(&app).await, []);
    shell.with_secret(&format!("{ADD} --secret env:SHOP_SECRET --name api-2"));
}
