//! Many rows in few statements, within the number of variables that a database takes.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelBehavior, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable,
    PrimaryKeyToColumn,
};

use crate::error::Result;

/// SQLite takes 32,766 variables a statement, PostgreSQL twice as many.
const MAX_VARIABLES: usize = 32_000;

/// Inserts rows.
pub(super) async fn insert<E>(db: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    for chunk in chunks::<E>(rows) {
        E::insert_many(chunk).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Inserts rows, and overwrites those whose primary key is there already.
pub(super) async fn upsert<E>(db: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let keys: Vec<E::Column> = E::PrimaryKey::iter()
        .map(PrimaryKeyToColumn::into_column)
        .collect();
    let is_key = |column: &E::Column| {
        keys.iter()
            .any(|key| format!("{key:?}") == format!("{column:?}"))
    };
    let others: Vec<E::Column> = E::Column::iter().filter(|column| !is_key(column)).collect();
    for chunk in chunks::<E>(rows) {
        let on_conflict = OnConflict::columns(keys.clone())
            .update_columns(others.clone())
            .to_owned();
        E::insert_many(chunk)
            .on_conflict(on_conflict)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

fn chunks<E>(rows: Vec<E::Model>) -> impl Iterator<Item = Vec<E::ActiveModel>>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let size = MAX_VARIABLES / E::Column::iter().count().max(1);
    let mut rows = rows
        .into_iter()
        .map(IntoActiveModel::into_active_model)
        .peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        Some(rows.by_ref().take(size).collect())
    })
}
