//! Tokens made, listed and revoked.

use super::Shell;
use crate::support::{TestApp, on_both};

on_both!(
    a_token_is_all_that_is_printed,
    a_revoked_token_is_listed_as_such,
    a_token_that_cannot_be_is_refused,
);

async fn a_token_is_all_that_is_printed(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.orders(
        "external_id,native_status,placed_at,total,affiliate_code\n1,new,2020-01-01,5,anna\n",
    );
    for role in ["admin", "analyst", "affiliate --affiliate anna"] {
        let said = shell.done(&format!("token create --shop Tea --role {role}"));
        let token = said.strip_suffix('\n').unwrap();
        assert!(token.starts_with("cashable_"), "{said}");
        assert!(
            token.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
            "{said}"
        );
        assert!(!shell.done("token list --shop Tea").contains(token));
    }
    let listed = shell.done("token list --shop Tea");
    assert_eq!(listed.lines().count(), 3, "{listed}");
    for role in ["ADMIN", "ANALYST", "AFFILIATE"] {
        assert!(listed.contains(role), "{listed}");
    }
}

async fn a_revoked_token_is_listed_as_such(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.done("token create --shop Tea --role admin --expires 2199-01-01");
    let listed = shell.done("token list --shop Tea");
    assert!(
        listed.ends_with("expires 2199-01-01 00:00 UTC\n"),
        "{listed}"
    );
    let id = listed.split(' ').next().unwrap();
    for _ in 0..2 {
        assert_eq!(shell.done(&format!("token revoke --shop Tea {id}")), "");
        let listed = shell.done("token list --shop Tea");
        assert!(listed.contains("  revoked 2"), "{listed}");
    }
}

async fn a_token_that_cannot_be_is_refused(app: TestApp) {
    let shell = Shell::with_shop(&app);
    for (arguments, part) in [
        ("create --shop Tea --role affiliate", "needs its affiliate"),
        (
            "create --shop Tea --role affiliate --affiliate zoe",
            "no affiliate with the code zoe",
        ),
        (
            "create --shop Tea --role admin --expires soon",
            "--expires must be a time",
        ),
        (
            "create --shop Tea --role admin --expires 2020-01-01",
            "must lie in the future",
        ),
        ("create --shop Coffee --role admin", "no shop named Coffee"),
        (
            "revoke --shop Tea 01890000-0000-7000-8000-000000000000",
            "no such access token",
        ),
    ] {
        let error = shell.refused(&format!("token {arguments}"));
        assert!(error.contains(part), "{arguments}: {error}");
    }
    assert_eq!(shell.done("token list --shop Tea"), "");
}
