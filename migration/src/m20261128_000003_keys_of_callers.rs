//! Keys of callers who have no token of ours: the shop's own identity provider vouches for them. So a key's
//! `token_id` leads to no row any more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::distribution::{create_table, drop_table, run};

const TABLE: &str = "idempotency_keys";

/// The name that PostgreSQL gave it.
const FOREIGN_KEY: &str = "idempotency_keys_shop_id_token_id_fkey";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Cut off between two statements, SQLite would be left without the table.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            return replace(manager).await;
        }
        let drop = ForeignKey::drop().table(TABLE).name(FOREIGN_KEY).to_owned();
        manager.drop_foreign_key(drop).await
    }

    /// Forgets all keys, since some may be nobody's then.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_table(manager, TABLE).await?;
        let mut of_tokens = ForeignKey::create()
            .from(TABLE, ("shop_id", "token_id"))
            .to("access_tokens", ("shop_id", "id"))
            .to_owned();
        create_table(manager, keys(TABLE).foreign_key(&mut of_tokens).to_owned()).await
    }
}

/// SQLite cannot take a foreign key off a table: another takes over its rows and its name.
async fn replace(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(keys("replacement")).await?;
    let columns = "shop_id, token_id, key, request_hash, answer, created_at";
    let copy = format!("INSERT INTO replacement ({columns}) SELECT {columns} FROM {TABLE}");
    run(manager, &copy).await?;
    drop_table(manager, TABLE).await?;
    let rename = Table::rename().table("replacement", TABLE).to_owned();
    manager.rename_table(rename).await
}

fn keys(name: &'static str) -> TableCreateStatement {
    let primary_key = Index::create()
        .col("shop_id")
        .col("token_id")
        .col("key")
        .to_owned();
    Table::create()
        .table(name)
        .col(big_integer("shop_id"))
        .col(uuid("token_id"))
        .col(string("key"))
        .col(string("request_hash"))
        .col(ColumnDef::new("answer").text().not_null())
        .col(big_integer("created_at"))
        .primary_key(&mut primary_key.clone())
        .foreign_key(
            ForeignKey::create()
                .from(name, "shop_id")
                .to("shops", "shop_id"),
        )
        .to_owned()
}
