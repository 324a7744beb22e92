//! Shops connect to the platforms that their orders come from, and orders that vanish there are marked.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, json, json_null, string, string_null, uuid, uuid_null,
};

use crate::distribution::{create_table, drop_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, order_sources()).await?;
        // SQLite adds one column a statement.
        for column in ["missed_at", "gone_at"] {
            let add = Table::alter()
                .table("orders")
                .add_column(big_integer_null(column))
                .to_owned();
            manager.alter_table(add).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_table(manager, "order_sources").await?;
        for (name, table) in [
            ("transactions_pinned", "affiliate_transactions"),
            ("orders_missed", "orders"),
        ] {
            let drop = Index::drop().name(name).table(table).to_owned();
            manager.drop_index(drop).await?;
        }
        for column in ["gone_at", "missed_at"] {
            let drop = Table::alter()
                .table("orders")
                .drop_column(column)
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// Names are unique within a shop. A run looks for pinned transactions, which may be released one day, and
/// for orders that were missed: few rows, that nothing else would find.
fn indexes() -> [IndexCreateStatement; 3] {
    [
        Index::create()
            .name("sources_name")
            .table("order_sources")
            .col("shop_id")
            .col("name")
            .unique()
            .to_owned(),
        Index::create()
            .name("transactions_pinned")
            .table("affiliate_transactions")
            .col("shop_id")
            .col("order_id")
            .and_where(Expr::col("pinned").eq(true))
            .to_owned(),
        Index::create()
            .name("orders_missed")
            .table("orders")
            .col("shop_id")
            .col("source")
            .and_where(Expr::col("missed_at").is_not_null())
            .to_owned(),
    ]
}

fn order_sources() -> TableCreateStatement {
    Table::create()
        .table("order_sources")
        .col(big_integer("shop_id"))
        .col(uuid("id"))
        .col(string("kind"))
        .col(string("name"))
        .col(string("address"))
        .col(string_null("account"))
        .col(string_null("secret"))
        .col(string_null("hook_secret"))
        .col(string_null("old_hook_secret"))
        .col(json("settings"))
        .col(boolean("enabled"))
        .col(json_null("cursor"))
        .col(big_integer_null("covered_until"))
        .col(uuid_null("asked_after"))
        .col(big_integer_null("gone_asked_at"))
        .col(json_null("unread"))
        .col(big_integer_null("pulled_at"))
        .col(string_null("error"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("shop_id").col("id"))
        .foreign_key(
            ForeignKey::create()
                .from("order_sources", "shop_id")
                .to("shops", "shop_id"),
        )
        .to_owned()
}
