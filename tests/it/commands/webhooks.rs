//! Addresses that are told what happens: added, listed and removed.

use super::Shell;
use crate::support::{TestApp, on_both};

on_both!(
    a_secret_is_all_that_is_printed_of_an_endpoint,
    an_endpoint_that_cannot_be_is_refused,
);

const KEY: [(&str, &str); 1] = [(
    "CASHABLE_SECRET_KEY",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
)];

async fn a_secret_is_all_that_is_printed_of_an_endpoint(app: TestApp) {
    let shell = Shell::with_shop(&app);
    for (events, listed) in [
        (
            "",
            "order.status_changed,transaction.status_changed,sync.finished",
        ),
        ("--events sync.finished ", "sync.finished"),
    ] {
        let said = shell.run_with(
            &KEY,
            &format!("webhook add --shop Tea {events}https://crm.example/hooks"),
        );
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
        let secret = said.out.strip_suffix('\n').unwrap();
        assert!(
            secret.starts_with("whsec_") && secret.len() == 50,
            "{said:?}"
        );
        let list = shell.done("webhook list --shop Tea");
        assert!(!list.contains(secret), "{list}");
        let expected = format!("  https://crm.example/hooks  {listed}  told up to 0, well\n");
        assert!(list.ends_with(&expected), "{list}");
    }
    for left in [1, 0] {
        let list = shell.done("webhook list --shop Tea");
        let id = list.split(' ').next().unwrap();
        assert_eq!(shell.done(&format!("webhook remove --shop Tea {id}")), "");
        let list = shell.done("webhook list --shop Tea");
        assert_eq!(list.lines().count(), left, "{list}");
    }
}

async fn an_endpoint_that_cannot_be_is_refused(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let error = shell.refused("webhook add --shop Tea https://crm.example/");
    assert!(error.contains("CASHABLE_SECRET_KEY"), "{error}");
    for (arguments, part) in [
        (
            "--shop Tea http://crm.example/",
            "it must begin with https://",
        ),
        ("--shop Tea https://10.0.0.1/", "--allow-private-sources"),
        ("--shop Coffee https://crm.example/", "no shop named Coffee"),
    ] {
        let said = shell.run_with(&KEY, &format!("webhook add {arguments}"));
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.err.contains(part), "{arguments}: {said:?}");
    }
    let nobody = "01890000-0000-7000-8000-000000000000";
    let error = shell.refused(&format!("webhook remove --shop Tea {nobody}"));
    assert!(
        error.contains("no such webhook endpoint") || error.contains("webhook endpoint"),
        "{error}"
    );
    assert_eq!(shell.done("webhook list --shop Tea"), "");
}
