//! Each rule with statements that break it and statements that come close and do not.

use super::rule::Rule::{self, *};
use super::walk::offences_in;

#[rustfmt::skip]
const BAD: &[(Rule, &str)] = &[
    (Readable, "SELECT FROM WHERE"),
    (Known, "TRUNCATE orders"),
    (Known, "LOCK TABLE orders"),
    (Known, "ALTER TABLE orders DROP CONSTRAINT x, ALTER COLUMN y TYPE text"),
    (Known, "ALTER TABLE orders ADD COLUMN x uuid UNIQUE"),
    (Known, "ALTER TABLE orders ADD COLUMN x bigint DEFAULT 1"),
    (Known, "ALTER TABLE orders DROP COLUMN shop_id"),
    (OneShop, "SELECT id FROM orders"),
    (OneShop, "SELECT id FROM orders WHERE id = $1"),
    (OneShop, "SELECT id FROM orders WHERE shop_id IN ($1, $2)"),
    (OneShop, "SELECT id FROM orders WHERE shop_id > $1"),
    (OneShop, "SELECT id FROM orders WHERE shop_id = $1 OR id = $2"),
    (OneShop, "SELECT id FROM orders WHERE NOT (shop_id = $1)"),
    (OneShop, "SELECT o.id FROM orders o WHERE o.shop_id = o.shop_id"),
    (OneShop, "SELECT 1 FROM orders o JOIN affiliates a ON a.id = o.affiliate_id WHERE o.shop_id = $1"),
    (OneShop, "SELECT 1 FROM orders o JOIN affiliates a ON a.shop_id = o.shop_id"),
    (OneShop, "SELECT 1 FROM orders o LEFT JOIN affiliates a ON o.shop_id = $1 AND a.shop_id = $1"),
    (OneShop, "SELECT 1 FROM orders o JOIN affiliates a USING (id) WHERE o.shop_id = $1"),
    (OneShop, "SELECT 1 FROM orders o, affiliates a WHERE o.shop_id = $1"),
    (OneShop, "SELECT 1 FROM orders WHERE shop_id = $1 AND id IN (SELECT order_id FROM affiliate_transactions)"),
    (OneShop, "SELECT (SELECT count(*) FROM orders o WHERE o.affiliate_id = a.id) FROM affiliates a WHERE a.shop_id = $1"),
    (OneShop, "SELECT 1 FROM orders WHERE shop_id = $1 UNION SELECT 1 FROM orders"),
    (OneShop, "SELECT 1 FROM (SELECT id FROM orders) c"),
    (OneShop, "SELECT 1 FROM orders o JOIN (SELECT id FROM orders WHERE shop_id = $1) c ON c.id = o.id WHERE o.shop_id = $1"),
    (OneShop, "WITH c AS (SELECT id FROM orders) SELECT id FROM c"),
    (OneShop, "UPDATE orders SET status = $1 WHERE id = $2"),
    (OneShop, "UPDATE orders o SET status = $1 FROM shops s WHERE o.id = $2 AND s.shop_id = $3"),
    (OneShop, "UPDATE orders SET total_minor = (SELECT max(total_minor) FROM orders) WHERE shop_id = $1"),
    (OneShop, "DELETE FROM kpi_days"),
    (OneShop, "DELETE FROM orders o USING shops s WHERE s.shop_id = $1 AND o.id = $2"),
    (OneShop, "INSERT INTO sync_failures (shop_id, run_id) SELECT shop_id, id FROM sync_runs"),
    (OneShop, "SELECT * FROM shops WHERE name = $1"),
    (OneShop, "SELECT * FROM sync_runs WHERE state = $1 AND trigger = $2"),
    (OneShop, "SELECT count(*) FROM shops GROUP BY currency"),
    (OneShop, "SELECT * FROM shops WHERE sync_enabled IN (SELECT mapped FROM orders)"),
    (LocksWithinAShop, "SELECT id FROM orders WHERE status = $1 FOR UPDATE SKIP LOCKED"),
    (LocksWithinAShop, "SELECT * FROM shops FOR UPDATE"),
    (LocksWithinAShop, "SELECT id FROM (SELECT id FROM orders) c FOR UPDATE"),
    (InsertNamesTheShop, "INSERT INTO orders (id) VALUES ($1)"),
    (InsertNamesTheShop, "INSERT INTO orders VALUES ($1, $2)"),
    (InsertNamesTheShop, "INSERT INTO sync_failures (shop_id, run_id) SELECT id, shop_id FROM sync_runs WHERE shop_id = $1"),
    (ConflictNamesTheShop, "INSERT INTO orders (shop_id, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"),
    (ConflictNamesTheShop, "INSERT INTO orders (shop_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
    (ConflictNamesTheShop, "INSERT INTO orders (shop_id, id) VALUES ($1, $2) ON CONFLICT ON CONSTRAINT orders_pkey DO NOTHING"),
    (ShopStays, "UPDATE orders SET shop_id = $1 WHERE shop_id = $2"),
    (ShopStays, "INSERT INTO orders (shop_id, id) VALUES ($1, $2) ON CONFLICT (shop_id, id) DO UPDATE SET shop_id = excluded.shop_id"),
    (TimeIsBound, "UPDATE orders SET changed_at = now() WHERE shop_id = $1"),
    (TimeIsBound, "UPDATE orders SET changed_at = CURRENT_TIMESTAMP WHERE shop_id = $1"),
    (TimeIsBound, "INSERT INTO orders (shop_id, changed_at) VALUES ($1, clock_timestamp())"),
    (TimeIsBound, "INSERT INTO orders (shop_id, id) VALUES ($1, $2) ON CONFLICT (shop_id, id) DO UPDATE SET changed_at = now()"),
    (TimeIsBound, "DELETE FROM orders WHERE shop_id = $1 AND random() < 0.5"),
    (TimeIsBound, "UPDATE orders SET changed_at = changed_at + INTERVAL '1 day' WHERE shop_id = $1"),
    (TimeIsBound, "UPDATE orders SET changed_at = changed_at + $1::interval WHERE shop_id = $2"),
    (NoLateral, "SELECT 1 FROM orders o, LATERAL (SELECT 1 FROM affiliates a WHERE a.shop_id = o.shop_id) l WHERE o.shop_id = $1"),
    (OneNodeKnows, "SELECT pg_advisory_xact_lock($1)"),
    (OneNodeKnows, "SELECT pg_try_advisory_lock($1)"),
    (OneNodeKnows, "SELECT pg_notify($1, $2)"),
    (OneNodeKnows, "LISTEN changes"),
    (OneNodeKnows, "NOTIFY changes"),
    (KeysHoldTheShop, "CREATE TABLE x (shop_id bigint, id uuid, PRIMARY KEY (id))"),
    (KeysHoldTheShop, "CREATE TABLE x (shop_id bigint, id uuid PRIMARY KEY)"),
    (KeysHoldTheShop, "CREATE TABLE x (shop_id bigint, id uuid, UNIQUE (id))"),
    (KeysHoldTheShop, "CREATE TABLE x (shop_id bigint, id uuid, FOREIGN KEY (id) REFERENCES orders (id))"),
    (KeysHoldTheShop, "CREATE TABLE x (shop_id bigint, id uuid, FOREIGN KEY (id, shop_id) REFERENCES orders (shop_id, id))"),
    (KeysHoldTheShop, "CREATE UNIQUE INDEX x ON orders (external_id)"),
    (NothingHappensByItself, "CREATE TABLE x (shop_id bigint, FOREIGN KEY (shop_id) REFERENCES shops (shop_id) ON DELETE SET NULL)"),
    (NothingHappensByItself, "CREATE TRIGGER x AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION y()"),
];

const GOOD: &[&str] = &[
    "SELECT id FROM orders WHERE shop_id = $1",
    "SELECT id FROM orders AS o WHERE ((o.id = $2) AND ($1 = o.shop_id))",
    "SELECT 1 FROM orders o JOIN affiliates a ON a.shop_id = o.shop_id AND a.id = o.affiliate_id WHERE o.shop_id = $1",
    "SELECT 1 FROM orders o LEFT JOIN affiliates a ON a.shop_id = o.shop_id WHERE o.shop_id = CAST($1 AS bigint)",
    "SELECT 1 FROM orders o, affiliates a WHERE a.shop_id = $1 AND a.shop_id = o.shop_id",
    "SELECT 1 FROM orders o WHERE o.shop_id = $1 AND EXISTS (SELECT 1 FROM shops s WHERE s.shop_id = o.shop_id)",
    "SELECT count(*) FROM (SELECT id FROM orders WHERE shop_id = $1) c",
    "SELECT 1 FROM orders o JOIN (SELECT shop_id, id FROM orders WHERE shop_id = $1) c ON c.shop_id = o.shop_id",
    "WITH c AS (SELECT shop_id FROM orders WHERE shop_id = $1) SELECT 1 FROM c JOIN shops s ON s.shop_id = c.shop_id",
    "SELECT id FROM orders WHERE shop_id = $1 FOR UPDATE SKIP LOCKED",
    "SELECT row_number() OVER (ORDER BY id) FROM orders WHERE shop_id = $1",
    "UPDATE orders AS o SET status = h.status FROM sync_runs AS h WHERE h.shop_id = $1 AND o.shop_id = h.shop_id",
    "DELETE FROM orders AS o WHERE o.shop_id = $1 AND NOT EXISTS (SELECT 1 FROM shops s WHERE s.shop_id = o.shop_id)",
    "INSERT INTO orders (shop_id, id) VALUES ($1, $2) ON CONFLICT (shop_id, id) DO UPDATE SET id = excluded.id",
    "INSERT INTO sync_failures (run_id, shop_id) SELECT id, shop_id FROM sync_runs WHERE shop_id = $1",
    "INSERT INTO sync_failures (shop_id, run_id) SELECT CAST($1 AS bigint), id FROM sync_runs WHERE shop_id = $2",
    "SELECT * FROM shops",
    "SELECT * FROM shops WHERE shops.sync_enabled = $1 ORDER BY shops.shop_id",
    "SELECT * FROM sync_runs WHERE state IN ($1, $2)",
    "SELECT version FROM seaql_migrations",
    "SELECT 1 FROM information_schema.tables t, pg_class c",
    "CREATE TABLE x (shop_id bigint, id uuid, PRIMARY KEY (shop_id, id), FOREIGN KEY (shop_id, id) REFERENCES orders (shop_id, id))",
    "CREATE UNIQUE INDEX x ON orders (shop_id, external_id)",
    "CREATE INDEX x ON orders (external_id)",
    "BEGIN",
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "ANALYZE orders",
    "ALTER TABLE orders DROP CONSTRAINT x",
    "ALTER TABLE orders ADD COLUMN x bigint NULL",
    "ALTER TABLE orders DROP COLUMN x",
];

#[test]
fn every_rule_is_seen_to_be_broken() {
    for (rule, sql) in BAD {
        let found = offences_in(sql);
        assert!(found.iter().any(|it| it.rule == *rule), "{sql}: {found:?}");
    }
    for rule in Rule::ALL {
        assert!(BAD.iter().any(|(broken, _)| broken == rule), "{rule}");
    }
}

#[test]
fn what_comes_close_is_left_alone() {
    for sql in GOOD {
        assert_eq!(offences_in(sql), [], "{sql}");
    }
}
