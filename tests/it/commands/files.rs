//! Whatever a shop's export looks like, the same orders come of it.

use entity::order;
use entity::words::OrderStatus;

use super::{Shell, counts, orders};
use crate::support::{TestApp, on_both};

on_both!(
    one_order_comes_alike_from_every_notation,
    r24_times_without_an_offset_are_in_the_mappings_zone,
    a_mapping_file_says_what_columns_and_words_mean,
);

const MAPPING: &str = "\
    time_zone = \"America/Sao_Paulo\"\n\
    currency = \"BRL\"\n\
    source = \"olist\"\n\
    [columns]\n\
    external_id = \"order_id\"\n\
    native_status = \"status\"\n\
    placed_at = \"bought\"\n\
    total = \"paid\"\n\
    affiliate_code = \"seller\"\n\
    [statuses]\n\
    delivered = \"COMPLETE\"\n\
    prank = \"CANCELLED:FAKE\"\n\
    shipped = \"IN_PROGRESS\"\n\
    draft = \"IGNORE\"\n";

async fn one_order_comes_alike_from_every_notation(app: TestApp) {
    let shell = Shell::with_shop(&app);
    for (number, (name, content)) in [
        ("a.csv", "external_id,native_status,placed_at,total\n#,complete,2020-07-01 12:00:00,1234.50\n"),
        ("b.csv", "external_id;native_status;placed_at;total\n#;complete;2020-07-01 12:00:00;1.234,50\n"),
        ("c.tsv", "external_id\tnative_status\tplaced_at\ttotal\n#\tcomplete\t2020-07-01 12:00:00\t1234,5\n"),
        ("d.csv", "\u{feff}external_id,native_status,placed_at,total\r\n#,complete,2020-07-01T10:00:00Z,\"1,234.50\"\r\n"),
        ("e.jsonl", "{\"external_id\": \"#\", \"native_status\": \"complete\", \"placed_at\": \"2020-07-01T12:00:00+02:00\", \"total\": 1234.50}\n"),
        ("export", "\u{feff}\r\n{\"external_id\":\"#\",\"native_status\":\"complete\",\"placed_at\":\"2020-07-01 12:00\",\"total\":\"1 234,50\"}\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        shell.write(name, content.replace('#', &number.to_string()));
        let import = format!("import orders {name} --shop Tea");
        assert_eq!(shell.done(&import), counts(1, 0, 0, 0, 0), "{name}");
    }
    let orders = orders(&app).await;
    assert_eq!(orders.len(), 6);
    let told = |order: &order::Model| (order.placed_at, order.total_minor, order.status);
    for order in &orders {
        assert_eq!(told(order), told(&orders[0]), "{order:?}");
    }
    assert_eq!(orders[0].total_minor, 123_450);
}

async fn r24_times_without_an_offset_are_in_the_mappings_zone(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let row = "external_id,native_status,placed_at,total\n#,new,2020-07-01 23:30:00,5\n";
    shell.orders(row.replace('#', "1"));
    shell.write("orders.csv", row.replace('#', "2"));
    shell.write("zone.toml", "time_zone = \"America/Sao_Paulo\"\n");
    shell.done("import orders orders.csv --shop Tea --mapping zone.toml");
    let orders = orders(&app).await;
    let hours = (orders[1].placed_at.0 - orders[0].placed_at.0) / 3_600_000;
    assert_eq!(hours, 5, "from UTC+2 to UTC-3");
    assert_eq!(orders[1].placed_on.0 - orders[0].placed_on.0, 1);
}

async fn a_mapping_file_says_what_columns_and_words_mean(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.write("olist.toml", MAPPING);
    shell.write(
        "olist.csv",
        "order_id,status,bought,paid,seller,rest\n\
         1,delivered,2020-01-01 10:00:00,10.00,s1,x\n\
         2,prank,2020-01-01 10:00:00,20.00,,\n\
         3,shipped,2020-01-01 10:00:00,30.00,s1,\n\
         4,draft,2020-01-01 10:00:00,40.00,s2,\n\
         5,strange,2020-01-01 10:00:00,50.00,,\n",
    );
    let import = "import orders olist.csv --shop Tea --mapping olist.toml";
    assert_eq!(shell.done(import), counts(4, 0, 1, 0, 0));
    assert_eq!(shell.done(import), counts(0, 0, 5, 0, 0));
    let told = |order: &order::Model| (order.status, order.in_progress, order.mapped);
    let orders = orders(&app).await;
    assert_eq!(
        orders.iter().map(told).collect::<Vec<_>>(),
        [
            (OrderStatus::Complete, false, true),
            (OrderStatus::Cancelled, false, true),
            (OrderStatus::New, true, true),
            (OrderStatus::New, false, false),
        ]
    );
    assert!(
        orders
            .iter()
            .all(|order| order.currency == "BRL" && order.source == "olist")
    );
    assert_eq!(orders[0].affiliate_code.as_deref(), Some("s1"));
    let instead = "import orders olist.csv --shop Tea --mapping olist.toml --source other";
    assert_eq!(shell.done(instead), counts(4, 0, 1, 0, 0));
}
