//! Receipts of committed writes, so that one whose COMMIT got no answer is neither lost nor made twice.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, uuid};

use crate::distribution::{create_table, drop_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, write_receipts()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_table(manager, "write_receipts").await
    }
}

fn write_receipts() -> TableCreateStatement {
    Table::create()
        .table("write_receipts")
        .col(big_integer("shop_id"))
        .col(big_integer("revision"))
        .col(uuid("write_id"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("shop_id").col("revision"))
        .foreign_key(
            ForeignKey::create()
                .from("write_receipts", "shop_id")
                .to("shops", "shop_id"),
        )
        .to_owned()
}
