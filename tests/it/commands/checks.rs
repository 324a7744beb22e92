//! Whatever was damaged behind our back is found, and made again from the rows.

use sea_orm::ConnectionTrait;

use super::Shell;
use crate::support::{TestApp, on_both};

on_both!(damage_is_listed_and_repaired);

const ORDERS: &str = "external_id,native_status,placed_at,total,affiliate_code\n\
    1,complete,2020-01-01,100,anna\n\
    2,new,2020-02-02,50,bert\n";

async fn damage_is_listed_and_repaired(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.orders(ORDERS);
    let right = "Tea: all counters, figures and history numbers agree with the rows\n";
    assert_eq!(shell.done("check"), right);
    for (sql, part) in [
        (
            "UPDATE affiliates SET promoted_orders = 7 WHERE code = 'anna'",
            "affiliate anna has 1 promoted orders, its counter says 7",
        ),
        (
            "UPDATE kpi_days SET complete_total_minor = 1",
            "the day of 2020-01-01 in EUR of the shop does not sum its rows",
        ),
        ("DELETE FROM kpi_months", "the month of 2020-02-01 in EUR"),
        ("DELETE FROM unsettled_transactions", "Tea: "),
    ] {
        let damage = app.behind_its_back().execute_unprepared(sql).await;
        damage.unwrap();
        let said = shell.run("check --shop Tea");
        assert_eq!((said.code, said.err.as_str()), (Some(1), ""), "{sql}");
        assert!(
            said.out.contains(part) && said.out != right,
            "{sql}: {}",
            said.out
        );
        let repaired = shell.done("check --repair");
        assert!(repaired.starts_with(&said.out), "{repaired}");
        assert!(
            repaired.ends_with(&format!("Tea: made again from the rows\n{right}")),
            "{repaired}"
        );
        assert_eq!(shell.done("check"), right);
    }
}
