//! What comes in from files of each kind: counted, once, and row by row.

use std::fmt::Write;

use entity::words::{OrderStatus, TransactionKind, TransactionStatus};
use entity::{affiliate, affiliate_transaction as transaction};
use sea_orm::EntityTrait;

use super::{Shell, Stored, counts, orders, stored};
use crate::support::{TestApp, on_both};

on_both!(
    r5_the_same_file_twice_changes_nothing,
    a_dry_run_counts_and_changes_nothing,
    bad_rows_are_told_by_line_and_the_rest_goes_in,
    r5_an_id_that_comes_again_fails_in_whichever_batch,
    affiliates_come_from_a_file,
    transactions_come_from_a_file,
    a_transaction_row_that_fails_makes_no_affiliate,
);

const ORDERS: &str = "external_id,native_status,placed_at,total,affiliate_code\n\
    1,complete,2020-01-01,100,anna\n\
    2,new,2020-01-02,50,bert\n\
    3,cancelled,2020-01-03,30,anna\n\
    4,complete,2020-01-04,20,\n";

async fn r5_the_same_file_twice_changes_nothing(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let said = shell.orders(ORDERS);
    assert_eq!((said.code, said.out), (Some(0), counts(4, 0, 0, 0, 0)));
    let after = stored(&app).await;
    assert_eq!(
        (after.orders, after.transactions, after.affiliates),
        (4, 3, 2)
    );
    let said = shell.orders(ORDERS);
    assert_eq!((said.code, said.out), (Some(0), counts(0, 0, 4, 0, 0)));
    assert_eq!(stored(&app).await, after);
    let said = shell.orders(ORDERS.replace("4,complete,2020-01-04,20", "4,complete,2020-01-04,21"));
    assert_eq!(said.out, counts(0, 1, 3, 0, 0));
}

async fn a_dry_run_counts_and_changes_nothing(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.write("orders.csv", format!("{ORDERS}5,new,2020-01-05,-1,\n"));
    shell.write("mapping.toml", "[statuses]\nnew = \"COMPLETE\"\n");
    let import = "import orders orders.csv --shop Tea --mapping mapping.toml --dry-run";
    for _ in 0..2 {
        let said = shell.run(import);
        assert_eq!(said.code, Some(2));
        assert_eq!(said.out, format!("dry run: {}", counts(4, 0, 0, 0, 1)));
        assert_eq!(
            said.err,
            "line 6 (5): total must not be negative, it is -1\n"
        );
        assert_eq!(stored(&app).await, Stored::default());
    }
    shell.orders(ORDERS);
    assert_eq!(
        orders(&app).await[1].status,
        OrderStatus::New,
        "no mapping stayed"
    );
}

async fn bad_rows_are_told_by_line_and_the_rest_goes_in(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let said = shell.orders(
        "external_id,native_status,placed_at,total\n\
         1,new,2020-01-01,-1\n\
         2,new,2020-01-01,5\n\
         \n\
         3,new,soon,5\n\
         ,new,2020-01-01,5\n\
         4,new,2020-01-01,5.123\n\
         5,new,2020-01-01,6\n",
    );
    assert_eq!((said.code, said.out), (Some(2), counts(2, 0, 0, 0, 4)));
    let lines: Vec<&str> = said.err.lines().collect();
    for (line, (start, part)) in lines.iter().zip([
        ("line 2 (1): ", "must not be negative"),
        ("line 5 (3): ", "placedAt must be a time"),
        ("line 6: ", "externalId must not be empty"),
        ("line 7 (4): ", "at most 2 digits"),
    ]) {
        assert!(line.starts_with(start) && line.contains(part), "{line}");
    }
    assert_eq!(lines.len(), 4);
    let ids: Vec<_> = orders(&app)
        .await
        .into_iter()
        .map(|order| order.external_id)
        .collect();
    assert_eq!(ids, ["2", "5"]);
}

async fn r5_an_id_that_comes_again_fails_in_whichever_batch(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let mut content = "external_id,native_status,placed_at,total\n".to_owned();
    for number in 0..2_100 {
        writeln!(content, "{number},new,2020-01-01,5").unwrap();
    }
    content += "7,complete,2020-01-01,9\nbad,new,2020-01-01,x\nbad,new,2020-01-01,5\n";
    let said = shell.orders(content);
    assert_eq!((said.code, said.out), (Some(2), counts(2_100, 0, 0, 0, 3)));
    for part in [
        "line 2102 (7): the id 7 came before in this file, in line 9\n",
        "line 2103 (bad): total must be a number",
        "line 2104 (bad): the id bad came before in this file, in line 2103\n",
    ] {
        assert!(said.err.contains(part), "{}", said.err);
    }
    let seven = orders(&app)
        .await
        .into_iter()
        .find(|order| order.external_id == "7");
    assert_eq!(seven.unwrap().total_minor, 500);
}

async fn affiliates_come_from_a_file(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.write(
        "people.tsv",
        "Code\tName\tActive\tcommission_rate\nanna\tAnna B.\tyes\t7,5 %\nbert\t\tno\t\n",
    );
    let import = "import affiliates people.tsv --shop Tea";
    assert_eq!(shell.done(import), counts(2, 0, 0, 0, 0));
    assert_eq!(shell.done(import), counts(0, 0, 2, 0, 0));
    let mut people = affiliate::Entity::find()
        .all(app.behind_its_back())
        .await
        .unwrap();
    people.sort_by(|a, b| a.code.cmp(&b.code));
    let told = people
        .iter()
        .map(|it| (it.name.as_str(), it.active, it.commission_rate_ppm));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [("Anna B.", true, Some(75_000)), ("bert", false, None)]
    );
    shell.write(
        "more.jsonl",
        "{\"code\": \"carl\"}\n{\"code\": \"anna\", \"commission_rate\": 200}\n",
    );
    let said = shell.run("import affiliates more.jsonl --shop Tea");
    assert_eq!((said.code, said.out), (Some(2), counts(1, 0, 0, 0, 1)));
    assert!(
        said.err
            .starts_with("line 2 (anna): commissionRate must lie between 0 and 100"),
        "{}",
        said.err
    );
}

async fn transactions_come_from_a_file(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.orders(ORDERS);
    shell.write(
        "extra.jsonl",
        "{\"external_id\": \"T1\", \"affiliate_code\": \"anna\", \"amount\": 12.50, \"order_external_id\": \"1\"}\n\
         {\"external_id\": \"T2\", \"affiliate_code\": \"dora\", \"amount\": \"-3,75\", \"kind\": \"ADJUSTMENT\", \"note\": \"late\"}\n",
    );
    let import = "import transactions extra.jsonl --shop Tea";
    assert_eq!(shell.done(import), counts(2, 0, 0, 0, 0));
    assert_eq!(shell.done(import), counts(0, 0, 2, 0, 0));
    let rows = transaction::Entity::find()
        .all(app.behind_its_back())
        .await
        .unwrap();
    let mut rows: Vec<_> = rows
        .into_iter()
        .filter(|row| row.external_id.is_some())
        .collect();
    rows.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    let told = rows.iter().map(|row| {
        (
            row.kind,
            row.status,
            row.amount_minor,
            row.order_id.is_some(),
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (
                TransactionKind::Manual,
                TransactionStatus::Open,
                1_250,
                true
            ),
            (
                TransactionKind::Adjustment,
                TransactionStatus::Completed,
                -375,
                false
            ),
        ]
    );
    assert_eq!(stored(&app).await.affiliates, 3);
    assert!(shell.done("check").contains("agree with the rows"));
}

async fn a_transaction_row_that_fails_makes_no_affiliate(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.write(
        "extra.csv",
        "external_id,affiliate_code,amount,order_external_id\n\
         T1,anna,1000000000000000000,\nT2,bert,5,missing\nT3,carl,-5,\nT4,dora,5,\nT4,emil,5,\n",
    );
    let said = shell.run("import transactions extra.csv --shop Tea");
    assert_eq!((said.code, said.out), (Some(2), counts(1, 0, 0, 0, 4)));
    for part in [
        "line 2 (T1): amount is too large",
        "line 3 (T2): there is no order missing from the source file",
        "line 4 (T3): only an ADJUSTMENT may have a negative amount",
        "line 6 (T4): the id T4 came before",
    ] {
        assert!(said.err.contains(part), "{}", said.err);
    }
    let expected = Stored {
        transactions: 1,
        affiliates: 1,
        ..Stored::default()
    };
    assert_eq!(stored(&app).await, expected);
}
