//! A shop's other tools are told what happened. The history is what there is to tell, in its order; the ends of
//! sync runs get an order of their own. Each endpoint remembers how far it has been told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, json, string, string_null, uuid, uuid_null,
};

use crate::distribution::{create_table, drop_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, finished_runs()).await?;
        create_table(manager, webhook_endpoints()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_table(manager, "webhook_endpoints").await?;
        drop_table(manager, "finished_runs").await
    }
}

fn finished_runs() -> TableCreateStatement {
    Table::create()
        .table("finished_runs")
        .col(big_integer("shop_id"))
        .col(big_integer("number"))
        .col(uuid("run_id"))
        .col(big_integer("after_sequence"))
        .primary_key(Index::create().col("shop_id").col("number"))
        .foreign_key(
            ForeignKey::create()
                .from("finished_runs", ("shop_id", "run_id"))
                .to("sync_runs", ("shop_id", "id")),
        )
        .to_owned()
}

fn webhook_endpoints() -> TableCreateStatement {
    Table::create()
        .table("webhook_endpoints")
        .col(big_integer("shop_id"))
        .col(uuid("id"))
        .col(string("url"))
        .col(json("events"))
        .col(string("secret"))
        .col(string_null("old_secret"))
        .col(big_integer_null("old_secret_until"))
        .col(boolean("enabled"))
        .col(big_integer_null("disabled_at"))
        .col(big_integer("sequence"))
        .col(big_integer("run_number"))
        .col(big_integer("revision"))
        .col(integer("failures"))
        .col(big_integer_null("failing_since"))
        .col(big_integer_null("retry_at"))
        .col(string_null("error"))
        .col(big_integer_null("delivered_at"))
        .col(uuid_null("holder"))
        .col(big_integer_null("leased_until"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("shop_id").col("id"))
        .foreign_key(
            ForeignKey::create()
                .from("webhook_endpoints", "shop_id")
                .to("shops", "shop_id"),
        )
        .to_owned()
}
