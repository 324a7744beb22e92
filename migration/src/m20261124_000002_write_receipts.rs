//! Receipts of committed writes, so that one whose COMMIT got no answer is neither lost nor made twice.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(write_receipts()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("write_receipts").to_owned())
            .await
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
