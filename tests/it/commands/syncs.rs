//! One run from the command line, and its table.

use super::{Shell, Stored, stored};
use crate::support::{TestApp, on_both};

on_both!(
    a_run_shows_what_it_changed,
    a_dry_run_shows_the_same_and_changes_nothing,
    r20_a_shop_whose_sync_is_off_is_left_alone,
);

const ORDERS: &str = "external_id,native_status,placed_at,total,affiliate_code\n\
    1,complete,2020-01-01,100,anna\n\
    2,new,2020-01-02,50,bert\n\
    3,cancelled,2020-01-03,30,anna\n\
    4,in_progress,2020-01-04,20,anna\n\
    5,complete,2020-01-04,20,\n";

const TABLE: &str = "from         to           transactions\n\
    OPEN         IN_PROGRESS             1\n\
    OPEN         COMPLETED               1\n\
    OPEN         CANCELLED               1\n";

async fn a_run_shows_what_it_changed(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.orders(ORDERS);
    let said = shell.done("sync --shop Tea");
    assert_eq!(
        said,
        format!("{TABLE}4 transactions looked at, 3 changed\n0 promoted-order counts put right\n")
    );
    assert_eq!(stored(&app).await.changes, 3);
    let again = shell.done("sync --shop Tea --all");
    assert!(
        again.contains("\n2 transactions looked at, 0 changed\n"),
        "{again}"
    );
    assert!(shell.done("check").contains("agree with the rows"));
}

async fn a_dry_run_shows_the_same_and_changes_nothing(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.orders(ORDERS);
    let before = stored(&app).await;
    for _ in 0..2 {
        let said = shell.done("sync --shop Tea --dry-run");
        assert_eq!(
            said,
            format!(
                "{TABLE}3 transactions looked at, 3 would be changed\n\
                 0 promoted-order counts would be put right\n"
            )
        );
        assert_eq!(stored(&app).await, before);
    }
}

async fn r20_a_shop_whose_sync_is_off_is_left_alone(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.orders(ORDERS);
    shell.done("shop set --name Tea --sync off");
    let before = stored(&app).await;
    for arguments in [
        "sync --shop Tea",
        "sync --shop Tea --dry-run",
        "sync --shop Tea --all",
    ] {
        let error = shell.refused(arguments);
        assert!(error.contains("the sync of Tea is off"), "{error}");
    }
    assert_eq!(stored(&app).await, before);
    assert_eq!(
        before,
        Stored {
            orders: 5,
            transactions: 4,
            affiliates: 2,
            changes: 0
        }
    );
}
