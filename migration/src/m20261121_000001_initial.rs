//! The first schema: shops, their orders and affiliates, what they earn, and who asks.
//!
//! `shop_id` comes first in every key. Codes that are searched by prefix or sorted are stored with
//! PostgreSQL's "C" collation, which orders as SQLite does.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, boolean_null, integer, json, string, string_null, uuid,
    uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::distribution::{create_table, drop_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Every table, in an order in which foreign keys can be declared; `down` drops them in reverse.
const TABLES: [&str; 14] = [
    "shops",
    "status_mappings",
    "affiliates",
    "orders",
    "affiliate_transactions",
    "unsettled_transactions",
    "status_changes",
    "sync_runs",
    "sync_leases",
    "sync_failures",
    "kpi_days",
    "kpi_months",
    "access_tokens",
    "idempotency_keys",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [
            shops(),
            status_mappings(backend),
            affiliates(backend),
            orders(backend),
            affiliate_transactions(backend),
            unsettled_transactions(),
            status_changes(),
            sync_runs(),
            sync_leases(),
            sync_failures(),
            kpi("kpi_days", "day"),
            kpi("kpi_months", "month"),
            access_tokens(),
            idempotency_keys(),
        ] {
            create_table(manager, table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().rev() {
            drop_table(manager, table).await?;
        }
        Ok(())
    }
}

/// Text that is looked up by prefix or sorted, byte by byte on both databases.
fn code(backend: DbBackend, name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.text().not_null();
    if backend == DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

/// A table that belongs to a shop, with `shop_id` and `keys` as its primary key.
fn shop_table(name: &'static str, keys: &[&'static str]) -> TableCreateStatement {
    let mut primary_key = Index::create();
    primary_key.col("shop_id");
    for key in keys {
        primary_key.col(*key);
    }
    let mut table = Table::create();
    table
        .table(name)
        .col(big_integer("shop_id"))
        .primary_key(&mut primary_key);
    if name != "shops" {
        table.foreign_key(
            ForeignKey::create()
                .from(name, "shop_id")
                .to("shops", "shop_id"),
        );
    }
    table
}

/// A foreign key within the shop.
fn within_shop(
    from: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(from, ("shop_id", column))
        .to(to, ("shop_id", "id"))
        .to_owned()
}

fn shops() -> TableCreateStatement {
    shop_table("shops", &[])
        .col(string("name"))
        .col(string("currency"))
        .col(string("time_zone"))
        .col(boolean("sync_enabled"))
        .col(integer("sync_interval_minutes"))
        .col(integer("wait_days"))
        .col(string("wait_from"))
        .col(boolean("lock_final_statuses"))
        .col(boolean("recount_promoted_orders"))
        .col(ColumnDef::new("commissions_from").integer().null())
        .col(big_integer("commission_rate_ppm"))
        .col(string_null("factor_direction"))
        .col(big_integer("factor_ppm"))
        .col(integer("factor_limit"))
        .col(big_integer("last_sequence"))
        .col(big_integer("revision"))
        .col(big_integer_null("recounted_at"))
        .col(big_integer_null("swept_at"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn status_mappings(backend: DbBackend) -> TableCreateStatement {
    shop_table("status_mappings", &["source", "native_status"])
        .col(code(backend, "source"))
        .col(code(backend, "native_status"))
        .col(string("maps_to"))
        .to_owned()
}

fn affiliates(backend: DbBackend) -> TableCreateStatement {
    shop_table("affiliates", &["id"])
        .col(uuid("id"))
        .col(code(backend, "code"))
        .col(string("name"))
        .col(code(backend, "name_folded"))
        .col(boolean("active"))
        .col(big_integer_null("commission_rate_ppm"))
        .col(big_integer("promoted_orders"))
        .col(big_integer("counted_at"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn orders(backend: DbBackend) -> TableCreateStatement {
    shop_table("orders", &["id"])
        .col(uuid("id"))
        .col(code(backend, "source"))
        .col(code(backend, "external_id"))
        .col(code(backend, "number"))
        .col(string("status"))
        .col(boolean("in_progress"))
        .col(code(backend, "native_status"))
        .col(boolean("mapped"))
        .col(string_null("cancel_reason"))
        .col(big_integer("placed_at"))
        .col(integer("placed_on"))
        .col(big_integer_null("changed_at"))
        .col(big_integer("status_changed_at"))
        .col(big_integer_null("completed_at"))
        .col(code(backend, "currency"))
        .col(big_integer("total_minor"))
        .col(big_integer("refunded_minor"))
        .col(string_null("affiliate_code"))
        .col(uuid_null("affiliate_id"))
        .foreign_key(&mut within_shop("orders", "affiliate_id", "affiliates"))
        .to_owned()
}

fn affiliate_transactions(backend: DbBackend) -> TableCreateStatement {
    shop_table("affiliate_transactions", &["id"])
        .col(uuid("id"))
        .col(uuid("affiliate_id"))
        .col(big_integer("affiliate_since"))
        .col(uuid_null("order_id"))
        .col(string_null("external_id"))
        .col(string("kind"))
        .col(big_integer("amount_minor"))
        .col(code(backend, "currency"))
        .col(string("status"))
        .col(big_integer("status_changed_at"))
        .col(string("status_set_by"))
        .col(boolean("pinned"))
        .col(boolean("diverged"))
        .col(integer("wait_days"))
        .col(string("wait_from"))
        .col(big_integer_null("waits_until"))
        .col(big_integer_null("final_total_minor"))
        .col(big_integer_null("final_refunded_minor"))
        .col(big_integer("rate_ppm"))
        .col(big_integer("factor_ppm"))
        .col(integer("factor_orders"))
        .col(boolean("imported_amount"))
        .col(string_null("note"))
        .col(integer("version"))
        .col(big_integer("created_at"))
        .col(integer("reported_on"))
        .col(big_integer_null("deleted_at"))
        .foreign_key(&mut within_shop(
            "affiliate_transactions",
            "affiliate_id",
            "affiliates",
        ))
        .foreign_key(&mut within_shop(
            "affiliate_transactions",
            "order_id",
            "orders",
        ))
        .to_owned()
}

fn unsettled_transactions() -> TableCreateStatement {
    shop_table("unsettled_transactions", &["transaction_id"])
        .col(uuid("transaction_id"))
        .col(big_integer_null("due_at"))
        .foreign_key(&mut within_shop(
            "unsettled_transactions",
            "transaction_id",
            "affiliate_transactions",
        ))
        .to_owned()
}

fn status_changes() -> TableCreateStatement {
    shop_table("status_changes", &["sequence"])
        .col(big_integer("sequence"))
        .col(big_integer("at"))
        .col(uuid_null("order_id"))
        .col(uuid_null("transaction_id"))
        .col(string("from_status"))
        .col(string("to_status"))
        .col(boolean_null("pinned"))
        .col(string("actor"))
        .col(string_null("actor_name"))
        .col(uuid_null("sync_run_id"))
        .col(string_null("reason"))
        .col(string_null("note"))
        .to_owned()
}

fn sync_runs() -> TableCreateStatement {
    shop_table("sync_runs", &["id"])
        .col(uuid("id"))
        .col(string("trigger"))
        .col(string("state"))
        .col(boolean("dry_run"))
        .col(big_integer("queued_at"))
        .col(big_integer_null("started_at"))
        .col(big_integer_null("finished_at"))
        .col(big_integer("orders_read"))
        .col(big_integer("orders_changed"))
        .col(big_integer("orders_unmapped"))
        .col(big_integer("orders_stale"))
        .col(big_integer("orders_failed"))
        .col(big_integer("transactions_due"))
        .col(big_integer("transactions_checked"))
        .col(big_integer("transactions_changed"))
        .col(json("transitions"))
        .col(big_integer("promoted_counts_repaired"))
        .col(string_null("error"))
        .to_owned()
}

fn sync_leases() -> TableCreateStatement {
    shop_table("sync_leases", &[])
        .col(uuid("run_id"))
        .col(big_integer("expires_at"))
        .foreign_key(&mut within_shop("sync_leases", "run_id", "sync_runs"))
        .to_owned()
}

fn sync_failures() -> TableCreateStatement {
    shop_table("sync_failures", &["run_id", "order_id"])
        .col(uuid("run_id"))
        .col(uuid("order_id"))
        .col(string("source"))
        .col(string("external_id"))
        .col(string("code"))
        .col(string("message"))
        .foreign_key(&mut within_shop("sync_failures", "run_id", "sync_runs"))
        .to_owned()
}

/// A rollup by `period`, which is a day or the first day of a month.
fn kpi(name: &'static str, period: &'static str) -> TableCreateStatement {
    let mut table = shop_table(name, &["affiliate_id", period, "currency"]);
    table
        .col(uuid("affiliate_id"))
        .col(integer(period))
        .col(string("currency"));
    for figure in [
        "new_orders",
        "complete_orders",
        "cancelled_orders",
        "fake_orders",
        "promoted_orders",
        "new_total_minor",
        "complete_total_minor",
        "cancelled_total_minor",
        "new_refunded_minor",
        "complete_refunded_minor",
        "cancelled_refunded_minor",
        "promoted_revenue_minor",
        "commission_pending_minor",
        "commission_cashable_minor",
        "commission_cancelled_minor",
    ] {
        table.col(big_integer(figure));
    }
    table
}

fn access_tokens() -> TableCreateStatement {
    shop_table("access_tokens", &["id"])
        .col(uuid("id"))
        .col(string("name"))
        .col(string("role"))
        .col(uuid_null("affiliate_id"))
        .col(string("secret_hash"))
        .col(big_integer("created_at"))
        .col(big_integer_null("expires_at"))
        .col(big_integer_null("last_used_at"))
        .col(big_integer_null("revoked_at"))
        .foreign_key(&mut within_shop(
            "access_tokens",
            "affiliate_id",
            "affiliates",
        ))
        .to_owned()
}

fn idempotency_keys() -> TableCreateStatement {
    shop_table("idempotency_keys", &["token_id", "key"])
        .col(uuid("token_id"))
        .col(string("key"))
        .col(string("request_hash"))
        .col(ColumnDef::new("answer").text().not_null())
        .col(big_integer("created_at"))
        .foreign_key(&mut within_shop(
            "idempotency_keys",
            "token_id",
            "access_tokens",
        ))
        .to_owned()
}

/// Indexes as name, table and columns after `shop_id`. None on transactions holds the status, so that
/// PostgreSQL updates in place.
const INDEXES: &[(&str, &str, &[&str])] = &[
    ("orders_by_placed_at", "orders", &["placed_at", "id"]),
    ("orders_by_status", "orders", &["status", "placed_at", "id"]),
    (
        "orders_by_affiliate",
        "orders",
        &["affiliate_id", "placed_at", "id"],
    ),
    (
        "orders_by_total",
        "orders",
        &["currency", "total_minor", "id"],
    ),
    ("orders_by_number", "orders", &["number"]),
    ("orders_by_external_id", "orders", &["external_id"]),
    (
        "affiliates_by_count",
        "affiliates",
        &["promoted_orders", "id"],
    ),
    ("affiliates_by_name", "affiliates", &["name_folded"]),
    (
        "transactions_by_created_at",
        "affiliate_transactions",
        &["created_at", "id"],
    ),
    (
        "transactions_by_affiliate",
        "affiliate_transactions",
        &["affiliate_id", "created_at", "id"],
    ),
    (
        "transactions_by_order",
        "affiliate_transactions",
        &["order_id"],
    ),
    (
        "unsettled_by_due_at",
        "unsettled_transactions",
        &["due_at", "transaction_id"],
    ),
    (
        "changes_by_order",
        "status_changes",
        &["order_id", "sequence"],
    ),
    (
        "changes_by_transaction",
        "status_changes",
        &["transaction_id", "sequence"],
    ),
    ("runs_by_queued_at", "sync_runs", &["queued_at", "id"]),
];

fn indexes() -> Vec<IndexCreateStatement> {
    let mut indexes: Vec<_> = INDEXES
        .iter()
        .map(|(name, table, columns)| index(name, table, columns))
        .collect();
    indexes.extend([
        unique("affiliates_code", "affiliates", &["code"]),
        index("runs_unfinished", "sync_runs", &["id"])
            .and_where(Expr::col("state").is_in(["QUEUED", "RUNNING"]))
            .to_owned(),
        index(
            "transactions_links",
            "affiliate_transactions",
            &["affiliate_id", "order_id"],
        )
        .and_where(Expr::col("deleted_at").is_null())
        .to_owned(),
        unique(
            "transactions_external_id",
            "affiliate_transactions",
            &["external_id"],
        ),
        unique("orders_external_id", "orders", &["source", "external_id"]),
        unique(
            "transactions_commission",
            "affiliate_transactions",
            &["order_id"],
        )
        .and_where(Expr::col("kind").eq("COMMISSION"))
        .to_owned(),
        index("orders_unmapped", "orders", &["source", "native_status"])
            .and_where(Expr::col("mapped").eq(false))
            .to_owned(),
    ]);
    indexes
}

fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table).col("shop_id");
    for column in columns {
        index.col(*column);
    }
    index
}

fn unique(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}
